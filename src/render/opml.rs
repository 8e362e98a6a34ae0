//! OPML out: the feeds, for another reader.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use crate::model::{SourceKind, SourceSpec, Timestamp};

/// The feeds among `sources` as OPML 2.0.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn write(sources: &[SourceSpec], now: Timestamp) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let feeds: Vec<&SourceSpec> = sources.iter().filter(|spec| spec.kind == SourceKind::Feed).collect();
    writer.create_element("opml").with_attribute(("version", "2.0")).write_inner_content(|writer| {
        writer.create_element("head").write_inner_content(|writer| {
            writer.create_element("title").write_text_content(BytesText::new("downwire"))?;
            let date = super::rss::date(now);
            writer.create_element("dateCreated").write_text_content(BytesText::new(&date))?;
            Ok(())
        })?;
        writer.create_element("body").write_inner_content(|writer| {
            for feed in feeds {
                let attributes = [("type", "rss"), ("text", &*feed.name), ("title", &feed.name), ("xmlUrl", &feed.url)];
                writer.create_element("outline").with_attributes(attributes).write_empty()?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(String::from_utf8_lossy(&writer.into_inner()).into_owned() + "\n")
}
