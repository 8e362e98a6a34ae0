//! What a document is, by its first bytes: content types and file names lie.

use crate::text::html;

use super::ReadError;

/// The two syntaxes in which sources speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Xml,
}

/// How far into a document its root is looked for, in bytes.
const START: usize = 4_096;

/// Which reader a document is for.
///
/// # Errors
/// It is empty, a page for people where `wanted` was wanted, or neither XML nor JSON.
pub(super) fn format(text: &str, wanted: &'static str) -> Result<Format, ReadError> {
    let text =
        text.trim_start_matches(|first: char| first.is_whitespace() || first.is_control() || first == '\u{feff}');
    if text.is_empty() {
        return Err(ReadError::Empty);
    }
    if text.starts_with(['{', '[']) {
        return Ok(Format::Json);
    }
    let root = first_element(text).to_ascii_lowercase();
    if ["rss", "feed", "rdf:rdf", "rdf", "entry"].contains(&root.as_str()) {
        return Ok(Format::Xml);
    }
    let start = start_of(text).to_ascii_lowercase();
    if ["<!doctype html", "<html", "<head>", "<body"].iter().any(|root| start.contains(root)) {
        return Err(page_error(text, wanted));
    }
    if text.starts_with('<') { Ok(Format::Xml) } else { Err(ReadError::Unknown(text.chars().take(40).collect())) }
}

/// The name of the first element behind declaration, comments and DOCTYPE; empty when there is none. What stands before
/// a declaration is left out, as `repair` does.
fn first_element(text: &str) -> &str {
    let mut rest = start_of(text).find("<?xml").map_or(text, |declaration| &text[declaration..]);
    while let Some(open) = rest.find('<') {
        rest = &rest[open..];
        let close = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!") => ">",
            _ => {
                let name = &rest[1..];
                return name.split(|end: char| end.is_whitespace() || "/>".contains(end)).next().unwrap_or_default();
            }
        };
        rest = rest.find(close).map_or("", |end| &rest[end + close.len()..]);
    }
    ""
}

fn page_error(text: &str, wanted: &'static str) -> ReadError {
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|open| {
        let from = open + lower[open..].find('>')? + 1;
        let to = from + lower[from..].find("</title")?;
        Some(html::excerpt(&html::to_text(text.get(from..to)?), 80)).filter(|title| !title.is_empty())
    });
    ReadError::Html(title.map_or_else(String::new, |title| format!(" (“{title}”)")), wanted)
}

/// Whether JSON says of itself that it is a JSON Feed.
pub(super) fn is_json_feed(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Probe {
        version: String,
    }
    serde_json::from_str::<Probe>(text).is_ok_and(|probe| probe.version.contains("jsonfeed.org/version"))
}

fn start_of(text: &str) -> &str {
    let mut border = text.len().min(START);
    while !text.is_char_boundary(border) {
        border -= 1;
    }
    &text[..border]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_apart_by_content() {
        for (text, expected) in [
            (" \n{\"a\":1}", Ok(Format::Json)),
            ("[1]", Ok(Format::Json)),
            ("\n<?xml version='1.0'?><rss/>", Ok(Format::Xml)),
            ("<rss><channel><title>&lt;html</title><head/></channel></rss>", Ok(Format::Xml)),
            ("<!-- <header> --><!DOCTYPE html PUBLIC 'x'><!-- y --><rss>", Ok(Format::Xml)),
            ("warning: x\n<?xml version='1.0'?><feed/>", Ok(Format::Xml)),
            ("", Err(ReadError::Empty)),
            ("Not found", Err(ReadError::Unknown("Not found".to_owned()))),
            ("<!DOCTYPE html><title>Log in</title>", Err(ReadError::Html(" (“Log in”)".to_owned(), "a feed"))),
            ("<?xml version='1.0'?><!DOCTYPE html PUBLIC ''><html>", Err(ReadError::Html(String::new(), "a feed"))),
        ] {
            assert_eq!(format(text, "a feed"), expected, "{text}");
        }
    }
}
