//! What pages are made of. Plain values; templates escape them.

use crate::{model::Timestamp, text::Snippet};

/// What every page carries.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The page's title.
    pub title: String,
    /// The query part (`?q=…` or nothing) of the feeds of what it shows; `None` where there are none.
    pub feed: Option<String>,
    /// The present, for relative times.
    pub now: Timestamp,
}

/// An instant on a page: machine form, words, and how long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// RFC 3339.
    pub iso: String,
    /// In words.
    pub words: String,
    /// Relative to now.
    pub ago: String,
}

impl When {
    /// `at` as seen at `now`.
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { iso: at.to_string(), words: super::duration::stamp(at), ago: super::duration::ago(at, now) }
    }
}

/// A piece of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether the query hit them.
    pub marked: bool,
}

/// A snippet as pieces. Marks that do not fit the text are left out.
pub fn pieces(snippet: &Snippet) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut last = 0;
    let mut push = |text: Option<&str>, marked| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            pieces.push(Piece { text: text.to_owned(), marked });
        }
    };
    for (from, to) in &snippet.marks {
        push(snippet.text.get(last..*from), false);
        push(snippet.text.get(*from..*to), true);
        last = *to;
    }
    push(snippet.text.get(last..), false);
    pieces
}

/// A service with the search for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLink {
    /// Its name, with its role where that is not "affected".
    pub label: String,
    /// The search.
    pub href: String,
}

/// One hit.
#[derive(Debug, Clone)]
pub struct Found {
    /// Our page of it.
    pub href: String,
    /// Its title; the beginning of its text where it has none.
    pub title: Vec<Piece>,
    /// Its kind in words.
    pub kind: String,
    /// Where it came from.
    pub source: String,
    /// When.
    pub at: When,
    /// Whether it is about an outage.
    pub outage: bool,
    /// A word on an incident's state: `resolved`.
    pub state: Option<String>,
    /// Whom it is about.
    pub services: Vec<ServiceLink>,
    /// Why it was found.
    pub snippet: Vec<Piece>,
    /// The original.
    pub original: Option<String>,
    /// Its language, where known.
    pub language: Option<String>,
}

/// A query that could not be understood: what stands before the fault, and from there on.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What was expected.
    pub message: String,
    /// The query up to the fault.
    pub before: String,
    /// The query from the fault.
    pub from: String,
}

/// The search page.
#[derive(Debug, Clone)]
pub struct Search {
    /// Every page's.
    pub frame: Frame,
    /// The query as it was written.
    pub query: String,
    /// How it was understood; `None` for an empty query.
    pub understood: Option<String>,
    /// Why it was not.
    pub fault: Option<Fault>,
    /// Hits of this page.
    pub found: Vec<Found>,
    /// Hits in all.
    pub total: String,
    /// The page before, newer.
    pub newer: Option<String>,
    /// The page behind, older.
    pub older: Option<String>,
    /// How much the archive holds and how many sources were read, in words.
    pub archive: String,
    /// Whether the archive is empty.
    pub is_empty: bool,
}

/// A name and a value.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// The instant, where it is one.
    pub iso: Option<String>,
}

/// The verdict on something.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// In words.
    pub words: String,
    /// Whether it is an outage.
    pub outage: bool,
    /// The reasons.
    pub why: Vec<String>,
    /// What judged.
    pub version: String,
}

/// An item's page.
#[derive(Debug, Clone)]
pub struct Item {
    /// Every page's.
    pub frame: Frame,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// Its source.
    pub source: String,
    /// What may be shown of its text.
    pub text: String,
    /// Whether that is only the beginning.
    pub is_excerpt: bool,
    /// The original.
    pub original: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// Times and the like.
    pub facts: Vec<Fact>,
    /// Whom it is about.
    pub services: Vec<ServiceLink>,
    /// The verdict.
    pub judgement: Judgement,
    /// Earlier versions: when each was replaced, and its title.
    pub versions: Vec<(When, String)>,
}

/// One post of an incident.
#[derive(Debug, Clone)]
pub struct Post {
    /// The phase in words.
    pub phase: String,
    /// `open` or `over`, for the dot.
    pub class: &'static str,
    /// When it is shown to have been posted.
    pub at: When,
    /// What it says.
    pub text: String,
    /// That it was backdated or edited.
    pub remarks: Vec<String>,
    /// What it says of components.
    pub components: Vec<String>,
}

/// An incident's page.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Every page's.
    pub frame: Frame,
    /// Its title.
    pub title: String,
    /// What it is, where it stands.
    pub source: String,
    /// Its phase.
    pub phase: String,
    /// Whether it is over.
    pub is_over: bool,
    /// Impact in words.
    pub impact: String,
    /// Incident or maintenance.
    pub kind: String,
    /// The four times, and the plan of maintenance.
    pub facts: Vec<Fact>,
    /// The spans between them, in words.
    pub spans: Vec<String>,
    /// The strip as SVG that `chart` wrote, and what stands at its ends.
    pub strip: Option<(String, When, When)>,
    /// Posts, oldest first.
    pub posts: Vec<Post>,
    /// Components it lists.
    pub components: Vec<String>,
    /// Whom it is about.
    pub services: Vec<ServiceLink>,
    /// The verdict.
    pub judgement: Judgement,
    /// Its page.
    pub original: Option<String>,
    /// Imported or observed, in words.
    pub origin: String,
    /// Earlier versions: when each was replaced, and what it was.
    pub versions: Vec<(When, String)>,
}

/// One source.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// Where.
    pub url: String,
    /// The word of its health.
    pub health: String,
    /// `calm`, `amber`, `alarm` or nothing.
    pub class: &'static str,
    /// In words.
    pub words: String,
    /// What is left out or was mended.
    pub notes: Vec<String>,
    /// Items it brought.
    pub items: u64,
}

/// The sources page.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Every page's.
    pub frame: Frame,
    /// In words: how many are well.
    pub summary: String,
    /// Problems first.
    pub sources: Vec<Source>,
}

/// A page of plain words: about, errors.
#[derive(Debug, Clone)]
pub struct Plain {
    /// Every page's.
    pub frame: Frame,
    /// The heading.
    pub heading: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
}
