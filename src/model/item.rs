//! An item: one document from a source.

use serde::{Deserialize, Serialize};

use super::{Id, PostDetails, Timestamp, id::digest};

/// What sort of document an item is (DESIGN section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    /// Somebody's public post or comment.
    #[serde(alias = "comment")]
    Post,
    /// A title alone.
    Headline,
    /// A title with a text.
    #[serde(alias = "news")]
    Article,
    /// An official post about an incident that no incident record holds.
    #[serde(alias = "official")]
    StatusUpdate,
}

impl ItemKind {
    /// Every kind, in the order in which help texts list them.
    pub const ALL: [Self; 4] = [Self::Post, Self::Headline, Self::Article, Self::StatusUpdate];

    /// The word of the command line, the index and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Headline => "headline",
            Self::Article => "article",
            Self::StatusUpdate => "status-update",
        }
    }

    /// The kind of that word; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One document from a source: immutable text, versioned by edit. All text is plain and cleaned; `render` escapes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Derived from the namespace (the feed's name, the network of a post) and `native_id`.
    pub id: Id,
    /// The name of the source it was first seen in.
    pub source: String,
    /// What the source calls it; our own hash of link, else title, text and date where the source has no id.
    pub native_id: String,
    /// What sort of document it is.
    pub kind: ItemKind,
    /// Where it can be read; absolute, http or https.
    pub url: Option<String>,
    /// Plain text, at most 1 KiB; empty when the source gives none.
    pub title: String,
    /// Plain text with paragraphs separated by line feeds, at most 256 KiB; empty for a headline.
    pub text: String,
    /// The byline as the source writes it; never the author of a post.
    pub author: Option<String>,
    /// BCP 47 primary language, lower case: the one that the source declares, else the one it is written in; `None` for
    /// what is too short to tell.
    pub language: Option<String>,
    /// The item's own time, clamped to when it was received.
    pub published_at: Timestamp,
    /// True when the source gave no usable time and the time of receipt stands in.
    pub published_estimated: bool,
    /// When the source says it was last edited.
    pub updated_at: Option<Timestamp>,
    /// When downwire first held it.
    pub received_at: Timestamp,
    /// `noindex` or `noarchive` was asked for: kept out of public pages (invariant 12).
    pub hidden: bool,
    /// Posts only.
    pub post: Option<PostDetails>,
}

impl Item {
    /// The digest of its words alone: what a mark was made of.
    pub fn text_digest(&self) -> String {
        digest(&[self.title.as_bytes(), self.text.as_bytes()])
    }

    /// The digest of what a reader sees. Another digest under the same id is a new version; times are left out, because
    /// many feeds re-stamp what they did not change.
    pub fn content_digest(&self) -> String {
        digest(&[
            self.title.as_bytes(),
            self.text.as_bytes(),
            self.url.as_deref().unwrap_or("").as_bytes(),
            &[u8::from(self.hidden)],
        ])
    }
}
