//! What a feed says of itself and of each entry, as it says it: cleaned later.

use crate::{model::Timestamp, text::html};

/// A feed's head, or one entry.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Record {
    /// As the source gives it; empty when it gives none.
    pub id: String,
    pub title: Option<Words>,
    pub links: Vec<Link>,
    pub content: Option<Words>,
    pub summary: Option<Words>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub authors: Vec<String>,
    pub language: Option<String>,
    /// Minutes for which the feed says it stays fresh.
    pub ttl: Option<u32>,
}

/// Text as the source means it.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Words {
    pub value: String,
    /// Declared to hold no markup: a `<` in it is a `<`.
    pub is_plain: bool,
}

/// A link of a feed or entry.
#[derive(Debug, Clone)]
pub(in crate::source) struct Link {
    pub href: String,
    /// `None` for the one that needs no name.
    pub rel: Option<String>,
    /// Media type of what is there.
    pub kind: Option<String>,
    /// What it is relative to, where the document says so.
    pub base: Option<String>,
}

impl Words {
    /// The text without its markup.
    pub fn text(&self) -> String {
        if self.is_plain { html::plain(&self.value) } else { html::to_text(&self.value) }
    }
}
