//! The outline of an XML document: its root, where its entries stand, and whether it is whole and harmless.
//!
//! The feed parser reads a document as one; with the outline a document in which one entry is bad can be read entry by
//! entry, and what would cost it quadratic time is refused before it starts.

use std::ops::Range;

use quick_xml::{
    Reader,
    errors::{Error, SyntaxError},
    events::{BytesStart, Event},
};

use super::ReadError;

/// Deepest nesting that is read. Of 1,134 feed documents measured none is deeper than 11 (the
/// broken ones up to where they break).
const DEEPEST: usize = 256;
/// Most namespace declarations in scope, and most `=` in one tag: the parser searches both lists for every element.
const MOST_DECLARATIONS: usize = 512;

/// What a document consists of.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Local name of the root element, as written.
    pub root: String,
    /// The start tags around the entries, root first: they declare the namespaces.
    pub parents: Vec<Range<usize>>,
    /// Where each `<item>` or `<entry>` stands, in order.
    pub entries: Vec<Range<usize>>,
}

/// An element that is open.
struct Open {
    name: String,
    tag: Range<usize>,
    declarations: usize,
}

/// Draws the outline of `text`.
///
/// # Errors
/// The document is truncated, not well-formed, or built to hurt.
pub(super) fn draw(text: &str) -> Result<Outline, ReadError> {
    let mut reader = Reader::from_str(text);
    let mut outline = Outline::default();
    let mut open: Vec<Open> = Vec::new();
    let mut entry: Option<(usize, usize)> = None;
    loop {
        let from = position(&reader);
        let event = reader.read_event().map_err(|error| failure(&error, from, &open))?;
        let to = position(&reader);
        match event {
            Event::Start(tag) => {
                let element = opened(&tag, from..to, open.last())?;
                if entry.is_none() && is_entry(&element.name, open.len()) {
                    outline.note_parents(&open);
                    entry = Some((open.len(), from));
                }
                open.push(element);
                if open.len() > DEEPEST {
                    return Err(ReadError::Hostile(format!("elements nested more than {DEEPEST} deep")));
                }
                if open.len() == 1 {
                    outline.root.clone_from(&open[0].name);
                }
            }
            Event::Empty(tag) => {
                let element = opened(&tag, from..to, open.last())?;
                if open.is_empty() {
                    outline.root = element.name;
                    return Ok(outline);
                }
            }
            Event::End(_) => {
                open.pop();
                if let Some((_, start)) = entry.take_if(|(depth, _)| *depth == open.len()) {
                    outline.entries.push(start..to);
                }
                if open.is_empty() {
                    return Ok(outline);
                }
            }
            Event::Eof => return end_of_document(outline, &open),
            _ => {}
        }
    }
}

impl Outline {
    fn note_parents(&mut self, open: &[Open]) {
        if self.parents.is_empty() {
            self.parents = open.iter().map(|element| element.tag.clone()).collect();
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// An entry stands in the root or in the root's channel.
fn is_entry(name: &str, depth: usize) -> bool {
    matches!(name, "item" | "entry") && (1..=2).contains(&depth)
}

fn opened(tag: &BytesStart<'_>, span: Range<usize>, parent: Option<&Open>) -> Result<Open, ReadError> {
    let name = tag.local_name().as_ref().to_owned();
    let source: &str = tag;
    let declarations = parent.map_or(0, |parent| parent.declarations) + source.matches("xmlns").count();
    if declarations > MOST_DECLARATIONS || source.matches('=').count() > MOST_DECLARATIONS {
        return Err(ReadError::Hostile(format!("more than {MOST_DECLARATIONS} attributes or namespaces in <{name}>")));
    }
    Ok(Open { name, tag: span, declarations })
}

/// A feed whose channel is closed has said everything, also without `</rss>`.
fn end_of_document(outline: Outline, open: &[Open]) -> Result<Outline, ReadError> {
    match open {
        [] if outline.root.is_empty() => Err(ReadError::Empty),
        [.., innermost] if open.len() > 1 || outline.entries.is_empty() || outline.parents.len() < 2 => {
            Err(ReadError::Truncated(innermost.name.clone()))
        }
        _ => Ok(outline),
    }
}

fn failure(error: &Error, at: usize, open: &[Open]) -> ReadError {
    let innermost = open.last().map_or_else(|| "?".to_owned(), |element| element.name.clone());
    match error {
        // Only the end of the document leaves these open.
        Error::Syntax(
            SyntaxError::UnclosedTag
            | SyntaxError::UnclosedCData
            | SyntaxError::UnclosedComment
            | SyntaxError::UnclosedPI
            | SyntaxError::UnclosedXmlDecl,
        ) => ReadError::Truncated(innermost),
        error => ReadError::Malformed { at: at as u64, what: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_with_their_parents() {
        let text = "<rss><channel><title>x</title><item><item/></item><item>é</item></channel></rss>junk <";
        let outline = draw(text).expect("it is right");
        let entries: Vec<_> = outline.entries.iter().map(|entry| &text[entry.clone()]).collect();
        assert_eq!(entries, ["<item><item/></item>", "<item>é</item>"]);
        let parents: Vec<_> = outline.parents.iter().map(|parent| &text[parent.clone()]).collect();
        assert_eq!((outline.root.as_str(), parents), ("rss", vec!["<rss>", "<channel>"]));
    }

    #[test]
    fn half_a_document_is_truncated() {
        for text in [
            "<rss><channel><item>",
            "<rss><channel><item></item",
            "<feed><entry><![CDATA[x",
            "<rss>",
            "<feed><entry></entry>",
        ] {
            assert!(matches!(draw(text), Err(ReadError::Truncated(_))), "{text}: {:?}", draw(text));
        }
        assert!(draw("<rss><channel><item></item></channel>").is_ok());
    }

    #[test]
    fn what_would_take_quadratic_time_is_refused() {
        let deep = "<a>".repeat(100_000);
        let wide = format!("<a {}>", (0..1000).map(|n| format!("xmlns:a{n}='' ")).collect::<String>());
        let nested = "<a xmlns='x'>".repeat(100_000);
        for text in [deep, wide, nested] {
            assert!(matches!(draw(&text), Err(ReadError::Hostile(_))));
        }
    }
}
