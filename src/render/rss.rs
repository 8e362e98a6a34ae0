//! RSS 2.0, valid by the RSS Advisory Board's rules (protocols C1): the self link is the real address, ids are stable,
//! dates are of the newest item and not of now, text is escaped once.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use crate::model::Timestamp;

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Plain text.
    pub title: String,
    /// What it is about, plain text.
    pub description: String,
    /// The page that shows the same; absolute.
    pub link: String,
    /// The feed's own address, with its query; absolute.
    pub own: String,
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Plain text.
    pub title: String,
    /// Where it is read: the source's page, else ours; absolute.
    pub link: String,
    /// Stable for life; not an address.
    pub id: String,
    /// Plain text: it is escaped here, so that readers see it as it is.
    pub text: String,
    /// Its time.
    pub at: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// Names of services.
    pub categories: Vec<String>,
    /// Where it came from.
    pub source: String,
}

/// Minutes for which a reader may keep the feed.
const TTL: &str = "5";

/// Writes the feed.
///
/// # Errors
/// Never in memory; the writer's type says that it could.
pub fn write(channel: &Channel) -> std::io::Result<String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut rss = BytesStart::new("rss");
    rss.push_attribute(("version", "2.0"));
    rss.push_attribute(("xmlns:atom", "http://www.w3.org/2005/Atom"));
    rss.push_attribute(("xmlns:dc", "http://purl.org/dc/elements/1.1/"));
    xml.write_event(Event::Start(rss))?;
    xml.write_event(Event::Start(BytesStart::new("channel")))?;
    element(&mut xml, "title", &channel.title)?;
    element(&mut xml, "link", &channel.link)?;
    element(&mut xml, "description", &channel.description)?;
    let mut own = BytesStart::new("atom:link");
    own.push_attribute(("href", clean(&channel.own).as_str()));
    own.push_attribute(("rel", "self"));
    own.push_attribute(("type", "application/rss+xml"));
    xml.write_event(Event::Empty(own))?;
    if let Some(newest) = channel.entries.iter().map(|entry| entry.updated).max() {
        element(&mut xml, "lastBuildDate", &date(newest))?;
    }
    element(&mut xml, "docs", "https://www.rssboard.org/rss-specification")?;
    element(&mut xml, "generator", &format!("downwire {}", crate::VERSION))?;
    element(&mut xml, "ttl", TTL)?;
    for entry in &channel.entries {
        item(&mut xml, entry)?;
    }
    xml.write_event(Event::End(BytesEnd::new("channel")))?;
    xml.write_event(Event::End(BytesEnd::new("rss")))?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}

fn item(xml: &mut Writer<Vec<u8>>, entry: &Entry) -> std::io::Result<()> {
    xml.write_event(Event::Start(BytesStart::new("item")))?;
    element(xml, "title", &entry.title)?;
    element(xml, "link", &entry.link)?;
    let mut guid = BytesStart::new("guid");
    guid.push_attribute(("isPermaLink", "false"));
    text(xml, guid, &entry.id)?;
    element(xml, "pubDate", &date(entry.at))?;
    element(xml, "dc:creator", &entry.source)?;
    for category in &entry.categories {
        element(xml, "category", category)?;
    }
    // RSS readers take a description for HTML: plain text is escaped once for HTML, and once more by the writer for XML.
    element(xml, "description", &html(&entry.text))?;
    xml.write_event(Event::End(BytesEnd::new("item")))
}

/// An element of text.
pub(super) fn element(xml: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    text(xml, BytesStart::new(name), value)
}

fn text(xml: &mut Writer<Vec<u8>>, start: BytesStart<'_>, value: &str) -> std::io::Result<()> {
    let end = start.to_end().into_owned();
    xml.write_event(Event::Start(start))?;
    xml.write_event(Event::Text(BytesText::new(&clean(value))))?;
    xml.write_event(Event::End(end))
}

/// What XML 1.0 allows; anything else is left out.
pub(super) fn clean(value: &str) -> String {
    let legal =
        |letter: &char| matches!(letter, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    value.chars().filter(legal).filter(|letter| !('\u{7f}'..='\u{9f}').contains(letter)).collect()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `Thu, 26 Dec 2024 19:05:00 GMT`.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::html::{plain, to_text};

    fn channel(title: &str, text: &str) -> Channel {
        let at = "2024-12-26T19:05:00Z".parse().expect("an instant");
        let entry = |id: &str| Entry {
            title: title.to_owned(),
            link: "https://example.org/a?b=1&c=2".to_owned(),
            id: id.to_owned(),
            text: text.to_owned(),
            at,
            updated: at,
            categories: vec!["ChatGPT".to_owned()],
            source: "The Wire Gazette".to_owned(),
        };
        Channel {
            title: "downwire: \"x\"".to_owned(),
            description: "d".to_owned(),
            link: "https://downwire.example.org/search?q=%22x%22&y=1".to_owned(),
            own: "https://downwire.example.org/feed.rss?q=%22x%22&y=1".to_owned(),
            entries: vec![entry("1"), entry("2")],
        }
    }

    #[test]
    fn a_feed_carries_what_readers_and_validators_ask_for() {
        let xml = write(&channel("AT&T <b> down", "5 < 6")).expect("is written");
        for part in [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<atom:link href=\"https://downwire.example.org/feed.rss?q=%22x%22&amp;y=1\" rel=\"self\" type=\"application/rss+xml\"/>",
            "<title>AT&amp;T &lt;b&gt; down</title>",
            "<guid isPermaLink=\"false\">1</guid>",
            "<pubDate>Thu, 26 Dec 2024 19:05:00 GMT</pubDate>",
            "<lastBuildDate>Thu, 26 Dec 2024 19:05:00 GMT</lastBuildDate>",
            "<description>5 &amp;lt; 6</description>",
        ] {
            assert!(xml.contains(part), "{part} is not in {xml}");
        }
    }

    proptest! {
        #[test]
        fn a_rendered_feed_parses_back_to_what_went_in(title in "\\PC{1,40}", text in "[ -~äß障\\n<>&]{0,80}") {
            let channel = channel(&title, &text);
            let forms = [
                write(&channel).expect("is written"),
                crate::render::atom::write(&channel).expect("is written"),
                crate::render::json_feed::write(&channel),
            ];
            for form in forms {
                let parser = feed_rs::parser::Builder::new().sanitize_content(false).build();
                let parsed = parser.parse(form.as_bytes()).expect("parses");
                prop_assert_eq!(parsed.entries.len(), 2);
                let entry = &parsed.entries[0];
                prop_assert!(entry.id == "1" || entry.id == "urn:1", "{}", entry.id);
                prop_assert_eq!(&entry.links[0].href, "https://example.org/a?b=1&c=2");
                let read = entry.title.as_ref().map(|title| title.content.as_str()).unwrap_or_default();
                let expected = if form.starts_with('{') { title.clone() } else { clean(&title) };
                prop_assert_eq!(read.trim(), expected.trim());
                let content = entry.content.as_ref().and_then(|content| content.body.clone());
                let summary = entry.summary.as_ref().map(|text| text.content.clone());
                let read = content.or(summary).unwrap_or_default();
                let is_rss = form.contains("<rss");
                let read = if is_rss { to_text(&read) } else { read };
                let expected = plain(&text);
                prop_assert_eq!(read.split_whitespace().collect::<Vec<_>>(), expected.split_whitespace().collect::<Vec<_>>());
            }
        }
    }
}
