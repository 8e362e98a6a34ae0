//! What a search answers: hits, where to go on, and the overview of everything found.

use std::{fmt, str::FromStr};

use super::Id;

/// One search hit: an id to be looked up in the store, which is the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Item or incident.
    pub id: Id,
    /// BM25 relevance to the words of the query; 0 when it has none.
    pub rank: f32,
}

/// A page of hits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hits {
    /// In the order asked for.
    pub hits: Vec<Hit>,
    /// How many documents match in all, exact.
    pub total: usize,
    /// Where the next page begins; `None` when this one is the last.
    pub next: Option<Cursor>,
}

/// The place behind a hit. To others it is opaque: a word that is handed back to go on.
///
/// Newest first, it names the last hit seen, so that what arrives meanwhile neither repeats nor hides anything. Best
/// first, it counts: ranks shift with every document that comes in, and nobody reads far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// Behind this document, newest first; ties of one second go by id.
    Newest {
        /// Its time in seconds since 1970.
        second: i64,
        /// Its id.
        id: Id,
    },
    /// Behind this many, best first.
    Best(usize),
}

/// Deepest place of [`Cursor::Best`]: finding the best costs more the deeper it goes.
const DEEPEST: usize = 10_000;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest { second, id } => write!(f, "n{second}.{id}"),
            Self::Best(count) => write!(f, "b{count}"),
        }
    }
}

/// A word that is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a place in a list of hits: start from the first page")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let newest = |rest: &str| {
            let (second, id) = rest.split_once('.')?;
            Some(Self::Newest { second: second.parse().ok()?, id: id.parse().ok()? })
        };
        let best = |rest: &str| Some(Self::Best(rest.parse().ok().filter(|count| *count <= DEEPEST)?));
        let read = match text.split_at_checked(1) {
            Some(("n", rest)) => newest(rest),
            Some(("b", rest)) => best(rest),
            _ => None,
        };
        read.ok_or(NotACursor)
    }
}

/// A value of a facet and how many of the documents found have it, exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// The value, as the index has it: names in lower case.
    pub value: String,
    /// How many.
    pub count: u64,
}

/// Everything that a query finds, counted: by service, source, kind and language, and over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// The most frequent services first; a document that speaks of two counts for both.
    pub services: Vec<FacetCount>,
    /// The most frequent sources first.
    pub sources: Vec<FacetCount>,
    /// The most frequent kinds first.
    pub kinds: Vec<FacetCount>,
    /// The most frequent languages first; what has none is not counted.
    pub languages: Vec<FacetCount>,
    /// When.
    pub histogram: Histogram,
}

/// Documents over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Where the first bucket begins, in seconds since 1970 UTC.
    pub from: i64,
    /// Length of a bucket in seconds: a day, or an hour where all lies within few days.
    pub width: i64,
    /// Documents of each bucket, from the first that has any to the last.
    pub counts: Vec<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_from_its_word_and_nonsense_is_none() {
        for cursor in [Cursor::Newest { second: -5, id: Id::derive("a", "b") }, Cursor::Best(40)] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "n", "n5", "n5.x", "b-1", "b10001", "é", "x1", "b"] {
            assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
        }
    }
}
