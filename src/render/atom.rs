//! Atom 1.0 (RFC 4287) of the same channel that `rss` writes: the better choice where updates matter.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, Event},
};

use super::rss::{Channel, Entry, element};

/// Writes the feed.
///
/// # Errors
/// Never in memory; the writer's type says that it could.
pub fn write(channel: &Channel) -> std::io::Result<String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut feed = BytesStart::new("feed");
    feed.push_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
    xml.write_event(Event::Start(feed))?;
    element(&mut xml, "id", &channel.own)?;
    element(&mut xml, "title", &channel.title)?;
    element(&mut xml, "subtitle", &channel.description)?;
    link(&mut xml, "self", "application/atom+xml", &channel.own)?;
    link(&mut xml, "alternate", "text/html", &channel.link)?;
    // Of the newest entry and not of now, so that nothing changes while nothing happens.
    let newest = channel.entries.iter().map(|entry| entry.updated).max();
    element(&mut xml, "updated", &newest.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |at| at.to_string()))?;
    xml.write_event(Event::Start(BytesStart::new("author")))?;
    element(&mut xml, "name", "downwire")?;
    xml.write_event(Event::End(BytesEnd::new("author")))?;
    for entry in &channel.entries {
        write_entry(&mut xml, entry)?;
    }
    xml.write_event(Event::End(BytesEnd::new("feed")))?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}

fn write_entry(xml: &mut Writer<Vec<u8>>, entry: &Entry) -> std::io::Result<()> {
    xml.write_event(Event::Start(BytesStart::new("entry")))?;
    element(xml, "id", &format!("urn:{}", entry.id))?;
    element(xml, "title", &entry.title)?;
    link(xml, "alternate", "text/html", &entry.link)?;
    element(xml, "published", &entry.at.to_string())?;
    element(xml, "updated", &entry.updated.to_string())?;
    for category in &entry.categories {
        let mut tag = BytesStart::new("category");
        tag.push_attribute(("term", super::rss::clean(category).as_str()));
        xml.write_event(Event::Empty(tag))?;
    }
    xml.write_event(Event::Start(BytesStart::new("author")))?;
    element(xml, "name", &entry.source)?;
    xml.write_event(Event::End(BytesEnd::new("author")))?;
    // Without a type it is plain text, which is what it is.
    element(xml, "summary", &entry.text)?;
    xml.write_event(Event::End(BytesEnd::new("entry")))
}

fn link(xml: &mut Writer<Vec<u8>>, rel: &str, kind: &str, href: &str) -> std::io::Result<()> {
    let mut link = BytesStart::new("link");
    link.push_attribute(("rel", rel));
    link.push_attribute(("type", kind));
    link.push_attribute(("href", super::rss::clean(href).as_str()));
    xml.write_event(Event::Empty(link))
}
