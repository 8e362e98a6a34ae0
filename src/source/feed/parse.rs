//! RSS and Atom to records, whatever state they are in.
//!
//! A document is walked over tag by tag with a stack of what is open. What is not closed is closed where its parent
//! ends, an end that nothing opened is left out, and an entry that the document's end cuts in two waits for the next
//! poll. All of it is counted and said.

use std::sync::Arc;

use super::{
    super::{
        ReadError,
        xml::{
            names::{Namespace, Scope},
            repair,
            tokens::{Tag, Token, Tokens},
        },
    },
    elements::{Coding, Field, What, coding, what},
    field::Capture,
    record::{Link, Record},
};
use crate::text::urls;

/// Deepest nesting that is read. Of 1,134 feed documents measured none is deeper than 11.
const DEEPEST: usize = 256;

/// Most attributes of one tag.
const MOST_ATTRIBUTES: usize = 512;

/// Elements of HTML that have no end.
const VOID: [&str; 12] = ["br", "img", "hr", "input", "meta", "area", "base", "col", "embed", "source", "track", "wbr"];

/// A feed taken apart.
#[derive(Debug, Default)]
pub(in crate::source) struct Document {
    /// What the feed says of itself.
    pub head: Record,
    /// Each with its number in the document, from 1.
    pub entries: Vec<(usize, Record)>,
    pub skipped: Vec<String>,
    pub repaired: Vec<String>,
    /// The document ended in the middle of an entry, which is not among them.
    pub is_cut: bool,
}

/// Reads RSS or Atom; relative links are relative to `base` unless the document says otherwise.
///
/// # Errors
/// It is no feed, cut off before it said anything, or built to hurt.
pub(in crate::source) fn xml(text: &str, base: Option<&str>) -> Result<Document, ReadError> {
    let repair::Repaired { text, notes } = repair::xml(text)?;
    let mut parser = Parser::new(base);
    let mut tokens = Tokens::new(&text);
    for token in tokens.by_ref() {
        match token {
            Token::Start(tag) => parser.start(tag)?,
            Token::End(name) => parser.end(name),
            Token::Text(text) => parser.text(text, false),
            Token::Literal(text) => parser.text(text, true),
        }
        if parser.is_over {
            break;
        }
    }
    let mut document = parser.finish(tokens.is_cut)?;
    document.repaired.splice(0..0, notes);
    Ok(document)
}

/// An element that is open.
struct Open<'a> {
    name: &'a str,
    what: What,
    /// `xml:base`, here or above.
    base: Option<Arc<str>>,
}

struct Parser<'a> {
    open: Vec<Open<'a>>,
    scope: Scope,
    document: Document,
    /// The best source so far of each field of the head and of the entry that is open.
    head_ranks: Ranks,
    entry: Option<(Record, Ranks)>,
    /// The field that is being read, and how deep it stands.
    capture: Option<(Capture<'a>, usize)>,
    entries: usize,
    is_over: bool,
    base: Option<Arc<str>>,
    counts: Counts,
}

/// How good the source of each field was.
pub(super) type Ranks = Vec<(Field, u8)>;

/// How often what was mended.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Elements without an end.
    unclosed: usize,
    /// Of these, entries.
    unclosed_entries: usize,
    /// Ends of nothing.
    stray: usize,
    /// Dates without a zone.
    pub(super) zoneless: usize,
}

impl<'a> Parser<'a> {
    fn new(base: Option<&str>) -> Self {
        Self {
            open: Vec::new(),
            scope: Scope::default(),
            document: Document::default(),
            head_ranks: Ranks::new(),
            entry: None,
            capture: None,
            entries: 0,
            is_over: false,
            base: base.map(Arc::from),
            counts: Counts::default(),
        }
    }

    fn start(&mut self, tag: Tag<'a>) -> Result<(), ReadError> {
        if self.open.len() >= DEEPEST || tag.equal_signs() > MOST_ATTRIBUTES {
            return Err(ReadError::Hostile(format!("more than {DEEPEST} levels, or {MOST_ATTRIBUTES} attributes")));
        }
        if !self.scope.enter(&tag, self.open.len()) {
            return Err(ReadError::Hostile("hundreds of namespaces".to_owned()));
        }
        let (namespace, local) = self.scope.name(tag.name);
        if self.open.is_empty() {
            is_feed(tag.name, namespace, &local)?;
        }
        if let Some((capture, depth)) = &self.capture
            && capture.field.is_ended_by(namespace, &local)
        {
            let depth = *depth;
            self.close_to(depth);
        }
        if what(namespace, &local) == What::Entry && self.capture.is_none() && self.entry.is_some() {
            self.close_entry();
        }
        let kind = self.kind(namespace, &local);
        let is_void = kind == What::Inside && VOID.contains(&local.as_str());
        self.open(tag, kind, namespace);
        if tag.empty || is_void {
            self.pop(false);
        }
        Ok(())
    }

    /// What an element means where it stands.
    fn kind(&self, namespace: Namespace, local: &str) -> What {
        if self.capture.is_some() {
            return What::Inside;
        }
        match self.open.last().map(|parent| parent.what) {
            None | Some(What::Wrapper | What::Entry | What::Transparent) => what(namespace, local),
            Some(_) => What::Ignored,
        }
    }

    fn open(&mut self, tag: Tag<'a>, what: What, namespace: Namespace) {
        let above = self.open.last().map_or(&self.base, |parent| &parent.base).clone();
        let base = match tag.attribute("xml:base") {
            Some(base) => urls::absolute(&base, above.as_deref()).map(Arc::from).or(above),
            None => above,
        };
        match what {
            What::Wrapper => self.language(&tag),
            What::Entry => {
                self.entries += 1;
                self.entry = Some((Record::default(), Ranks::new()));
                self.language(&tag);
                if let Some(about) = tag.attribute("rdf:about") {
                    self.record().0.id = about.trim().to_owned();
                }
            }
            What::Field(Field::Link, _) if tag.attribute("href").is_some() => {
                let rel = tag.attribute("rel").map(|rel| rel.trim().to_lowercase());
                self.link(&tag, "href", rel, base.as_deref());
            }
            What::Field(Field::Enclosure, _) => self.link(&tag, "url", Some("enclosure".to_owned()), base.as_deref()),
            What::Field(field, rank) => {
                let coding = if matches!(field, Field::Title | Field::Content | Field::Summary) {
                    coding(namespace, &tag)
                } else {
                    Coding::Plain
                };
                self.capture = Some((Capture::new(field, rank, coding), self.open.len()));
            }
            What::Inside => {
                if let Some((capture, _)) = &mut self.capture {
                    capture.open(tag);
                }
            }
            What::Transparent | What::Ignored => {}
        }
        self.open.push(Open { name: tag.name, what, base });
    }

    /// The head, or the entry that is open, with the ranks of its fields.
    fn record(&mut self) -> (&mut Record, &mut Ranks) {
        match &mut self.entry {
            Some((record, ranks)) => (record, ranks),
            None => (&mut self.document.head, &mut self.head_ranks),
        }
    }

    fn language(&mut self, tag: &Tag<'_>) {
        if let Some(language) = tag.attribute("xml:lang") {
            self.record().0.language = Some(language.into_owned());
        }
    }

    fn link(&mut self, tag: &Tag<'_>, address: &str, rel: Option<String>, base: Option<&str>) {
        let attribute = |name| tag.attribute(name).map(|value| value.trim().to_owned());
        let href = attribute(address).unwrap_or_default();
        let link = Link { href, rel, kind: attribute("type"), base: base.map(str::to_owned) };
        self.record().0.links.push(link);
    }

    fn text(&mut self, text: &'a str, is_literal: bool) {
        if let Some((capture, _)) = &mut self.capture {
            capture.text(text, is_literal);
        }
    }

    fn end(&mut self, name: &str) {
        let same = |open: &Open<'_>| open.name == name;
        let found = self.open.iter().rposition(same);
        match found.or_else(|| self.open.iter().rposition(|open| open.name.eq_ignore_ascii_case(name))) {
            Some(depth) => {
                self.close_to(depth + 1);
                self.pop(false);
            }
            // `</br>` and the like.
            None if self.capture.is_some() && VOID.contains(&name) => {}
            None => self.counts.stray += 1,
        }
    }

    /// Closes what stands deeper than `depth`, whose ends are missing.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.pop(true);
        }
    }

    /// Closes the entry that is open, whose end is missing.
    fn close_entry(&mut self) {
        if let Some(depth) = self.open.iter().position(|open| open.what == What::Entry) {
            self.close_to(depth);
        }
    }

    fn pop(&mut self, is_missing: bool) {
        let Some(element) = self.open.pop() else { return };
        let depth = self.open.len();
        self.scope.leave(depth);
        if is_missing {
            self.counts.unclosed += 1;
            self.counts.unclosed_entries += usize::from(element.what == What::Entry);
        }
        match element.what {
            What::Field(..) => {
                if let Some((capture, _)) = self.capture.take_if(|(_, own)| *own == depth) {
                    let mut counts = std::mem::take(&mut self.counts);
                    let (record, ranks) = self.record();
                    capture.put(record, ranks, element.base.as_deref(), &mut counts);
                    self.counts = counts;
                }
            }
            What::Inside => {
                if let Some((capture, _)) = &mut self.capture {
                    capture.close(element.name);
                }
            }
            What::Entry => {
                if let Some((record, _)) = self.entry.take() {
                    self.document.entries.push((self.entries, record));
                }
            }
            What::Wrapper | What::Transparent | What::Ignored => {}
        }
        self.is_over = depth == 0;
    }

    /// Ends the document.
    fn finish(mut self, ends_inside_a_tag: bool) -> Result<Document, ReadError> {
        if !self.is_over {
            let Some(innermost) = self.open.last().map(|open| open.name.to_owned()) else {
                return Err(ReadError::Empty);
            };
            // A generator that closes no entry does not close the last one either.
            if self.entry.is_some() && (self.counts.unclosed_entries == 0 || ends_inside_a_tag) {
                self.capture = None;
                self.entry = None;
                self.document.is_cut = true;
                let words =
                    format!("entry {}: the document ends inside of it, the next poll reads it anew", self.entries);
                self.document.skipped.push(words);
            }
            let is_mute = self.document.entries.is_empty() && self.entry.is_none();
            if is_mute && (self.document.is_cut || self.document.head.title.is_none()) {
                return Err(ReadError::Truncated(innermost));
            }
            self.close_to(0);
        }
        self.counts.say(&mut self.document.repaired);
        Ok(self.document)
    }
}

/// Whether the root is that of a feed.
fn is_feed(written: &str, namespace: Namespace, local: &str) -> Result<(), ReadError> {
    match what(namespace, local) {
        _ if matches!(written, "CHANNEL" | "Channel") => Err(ReadError::Cdf),
        What::Wrapper | What::Entry => Ok(()),
        _ => Err(ReadError::OtherXml(written.chars().take(40).collect())),
    }
}

impl Counts {
    fn say(&self, repaired: &mut Vec<String>) {
        for (count, what) in [
            (self.unclosed, "elements without an end were closed"),
            (self.stray, "ends of nothing were left out"),
            (self.zoneless, "dates without a zone were read as UTC"),
        ] {
            if count > 0 {
                repaired.push(format!("{what} ({count})"));
            }
        }
    }
}
