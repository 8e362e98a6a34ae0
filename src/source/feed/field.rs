//! One field while it is read: text, CDATA and markup between its start and its end, and what they come to.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    super::xml::tokens::Tag,
    elements::{Coding, Field},
    parse::{Counts, Ranks},
    record::{Link, Record, Words},
};
use crate::{
    model::Timestamp,
    text::{dates, html},
};

/// Markup of a field that is kept, in bytes, before it is cleaned and cut.
const LONGEST: usize = 2 * 1_024 * 1_024;

/// A field that is being read.
pub(super) struct Capture<'a> {
    pub field: Field,
    rank: u8,
    coding: Coding,
    pieces: Vec<Piece<'a>>,
}

enum Piece<'a> {
    Text(&'a str),
    Literal(&'a str),
    Open(Tag<'a>),
    Close(&'a str),
}

impl<'a> Capture<'a> {
    pub(super) fn new(field: Field, rank: u8, coding: Coding) -> Self {
        Self { field, rank, coding, pieces: Vec::new() }
    }

    pub(super) fn text(&mut self, text: &'a str, is_literal: bool) {
        self.pieces.push(if is_literal { Piece::Literal(text) } else { Piece::Text(text) });
    }

    pub(super) fn open(&mut self, tag: Tag<'a>) {
        self.pieces.push(Piece::Open(tag));
    }

    pub(super) fn close(&mut self, name: &'a str) {
        self.pieces.push(Piece::Close(name));
    }

    /// Puts what was read into the record, unless a better source has said it.
    pub(super) fn put(self, record: &mut Record, ranks: &mut Ranks, base: Option<&str>, counts: &mut Counts) {
        let rank = ranks.iter().position(|(field, _)| *field == self.field);
        if rank.is_some_and(|at| ranks[at].1 <= self.rank) && !matches!(self.field, Field::Link | Field::Author) {
            return;
        }
        if self.keep(record, base, counts) {
            match rank {
                Some(at) => ranks[at].1 = ranks[at].1.min(self.rank),
                None => ranks.push((self.field, self.rank)),
            }
        }
    }

    /// Whether there was anything to keep.
    fn keep(&self, record: &mut Record, base: Option<&str>, counts: &mut Counts) -> bool {
        match self.field {
            Field::Title => put(&mut record.title, self.words()),
            Field::Content => put(&mut record.content, self.words()),
            Field::Summary => put(&mut record.summary, self.words()),
            Field::Published => put(&mut record.published, self.instant(counts)),
            Field::Updated => put(&mut record.updated, self.instant(counts)),
            Field::Language => put(&mut record.language, self.line()),
            Field::Ttl => put(&mut record.ttl, self.line().and_then(|minutes| minutes.parse().ok())),
            Field::Id => self.line().map(|id| record.id = id).is_some(),
            Field::Link => {
                let link = self.line().map(|href| Link { href, rel: None, kind: None, base: base.map(str::to_owned) });
                record.links.extend(link);
                true
            }
            Field::Author => {
                record.authors.extend(self.name());
                true
            }
            // All of it stands in its attributes.
            Field::Enclosure => false,
        }
    }

    fn has_markup(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Open(_)))
    }

    /// The text with references resolved; markup is left out.
    fn value(&self) -> String {
        let mut value = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => value.push_str(&html::decode(text)),
                Piece::Literal(text) => value.push_str(text),
                Piece::Open(_) | Piece::Close(_) => {}
            }
        }
        value
    }

    /// The text as markup, tags and all.
    fn markup(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) if self.coding == Coding::Escaped => out.push_str(&html::decode(text)),
                Piece::Text(text) => out.push_str(text),
                Piece::Literal(text) => out.push_str(&text.replace('&', "&amp;").replace('<', "&lt;")),
                Piece::Open(tag) => {
                    let (name, attributes) = tag.written();
                    out.extend(["<", name, attributes, if tag.empty { "/>" } else { ">" }]);
                }
                Piece::Close(name) => out.extend(["</", *name, ">"]),
            }
        }
        out
    }

    fn words(&self) -> Option<Words> {
        let mut words = if self.has_markup() {
            Words { value: self.markup(), is_plain: false }
        } else {
            match self.coding {
                Coding::Markup | Coding::Escaped => Words { value: self.value(), is_plain: false },
                Coding::Plain => Words { value: self.value(), is_plain: true },
                Coding::Base64 => Words { value: decoded(&self.value())?, is_plain: false },
                Coding::Base64Plain => Words { value: decoded(&self.value())?, is_plain: true },
            }
        };
        html::cut(&mut words.value, LONGEST);
        (!words.value.trim().is_empty()).then_some(words)
    }

    fn line(&self) -> Option<String> {
        Some(self.value().trim().to_owned()).filter(|line| !line.is_empty())
    }

    fn instant(&self, counts: &mut Counts) -> Option<Timestamp> {
        let written = dates::read(&self.line()?)?;
        counts.zoneless += usize::from(!written.zone);
        Some(written.at)
    }

    /// The name of a person: Atom gives it an element of its own.
    fn name(&self) -> Option<String> {
        if !self.has_markup() {
            return self.line();
        }
        let is_name = |piece: &Piece<'_>| matches!(piece, Piece::Open(tag) if tag.name.rsplit(':').next().is_some_and(|name| name.eq_ignore_ascii_case("name")));
        let from = self.pieces.iter().position(is_name)? + 1;
        let inside = self.pieces[from..].iter().take_while(|piece| !matches!(piece, Piece::Close(_)));
        let text: String = inside
            .map(|piece| match piece {
                Piece::Text(text) => html::decode(text).into_owned(),
                Piece::Literal(text) => (*text).to_owned(),
                Piece::Open(_) | Piece::Close(_) => String::new(),
            })
            .collect();
        Some(text.trim().to_owned()).filter(|name| !name.is_empty())
    }
}

/// Whether there was a value to put.
fn put<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    let is_there = value.is_some();
    if is_there {
        *slot = value;
    }
    is_there
}

/// Base64 of text; `None` for pictures, archives and what is no base64.
fn decoded(text: &str) -> Option<String> {
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    String::from_utf8(STANDARD.decode(packed).ok()?).ok()
}
