//! The archive as lines: what `downwire export` writes and `downwire import` reads back.
//!
//! # The format, version 1
//!
//! JSON Lines: UTF-8, one object a line, each with a `type`. The first line is `{"type":"downwire-export","version":1}`;
//! then incidents, component impacts, component days and items, in the order of their keys. Fields may be added within a
//! version, never renamed; what is absent is `null` or left out; unknown fields are ignored. Times are RFC 3339 UTC.
//! `export --schema` prints the JSON Schema.
//!
//! * `incident`: the record with its posts, whole (official text), who judged it and how, when downwire came to hold it,
//!   and what it said before each edit.
//! * `impact`, `day`: what a page says of one component over a stretch, and of one day.
//! * `item`: id, link, times, verdict, and the mark where somebody made one. Posts carry no text; headlines and articles their title and the beginning of the
//!   text, unless the source allows the whole (invariant 12).
//!
//! An incident that repeats another (a second crawl of it, one outage told once per product) names it in `copy_of`. Nobody
//! guesses that: texts of one page are alike from incident to incident. It is set by who knows, in the file; copies are
//! kept and shown, and left out of figures.
//!
//! Read back into an empty archive, incidents, impacts and days come out of the next export byte for byte. Into an archive
//! that knows an incident, the line is joined as any other record of it; an item that the archive knows stays as it is.
//! Verdicts come along; those of another version are judged again once `run` polls, and stay in the history. A post keeps
//! its verdict: its words are not in the file. Of two marks on an item the later one stays.

use serde::{Deserialize, Serialize};

use super::{ComponentDay, ComponentImpact, Id, Incident, Item, ItemKind, PageIdentity, Timestamp, Verdict};

/// The version of the format.
pub const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ExportLine {
    /// The first line.
    #[serde(rename = "downwire-export")]
    Header {
        /// [`VERSION`].
        version: u32,
    },
    /// An incident.
    #[serde(rename = "incident")]
    Incident(Box<ExportedIncident>),
    /// A stretch in which a component was not well.
    #[serde(rename = "impact")]
    Impact(Box<Exported<ComponentImpact>>),
    /// A component's day.
    #[serde(rename = "day")]
    Day(Box<Exported<ComponentDay>>),
    /// An item.
    #[serde(rename = "item")]
    Item(Box<ExportedItem>),
}

/// An incident with its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportedIncident {
    /// Derived from page and native id; what is written here is not believed on the way in.
    #[serde(default)]
    pub id: Option<Id>,
    /// The archive's name for the page: its own id, else `host:…`.
    #[serde(default)]
    pub page_key: Option<String>,
    /// The newest version.
    #[serde(flatten)]
    pub incident: Incident,
    /// What was judged; `None` is judged on the way in.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// When downwire first held it; `None` is the time of the import.
    #[serde(default)]
    pub received_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default)]
    pub edited_at: Option<Timestamp>,
    /// The number of the record's newest version.
    #[serde(default = "first")]
    pub version: u32,
    /// What record and posts said before, in the order of part and number.
    #[serde(default)]
    pub versions: Vec<Former>,
    /// The incident that it repeats.
    #[serde(default)]
    pub copy_of: Option<Id>,
}

/// What a record or a post said before an edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Former {
    /// The post, by native id; empty for the record.
    pub part: String,
    /// Its number.
    pub version: u32,
    /// When downwire saw what replaced it.
    pub replaced_at: Timestamp,
    /// What it said.
    pub record: serde_json::Value,
}

/// What a page says of a component, with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exported<T> {
    /// The archive's name for the page.
    #[serde(default)]
    pub page_key: Option<String>,
    /// The page.
    pub page: PageIdentity,
    /// The name of the source that delivered it.
    pub source: String,
    /// The catalogue's name of the service whose page it is.
    #[serde(default)]
    pub service: Option<String>,
    /// When it was read; `None` is the time of the import.
    #[serde(default)]
    pub read_at: Option<Timestamp>,
    /// What was said.
    #[serde(flatten)]
    pub value: T,
}

/// An item, as far as it may be given away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportedItem {
    /// Its id.
    pub id: Id,
    /// The name of its source.
    pub source: String,
    /// What the source calls it.
    pub native_id: String,
    /// What sort of document it is.
    pub kind: ItemKind,
    /// The original.
    #[serde(default)]
    pub url: Option<String>,
    /// Its title; left out for posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its text, or the beginning; left out for posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its language.
    #[serde(default)]
    pub language: Option<String>,
    /// Its own time.
    pub published_at: Timestamp,
    /// Whether the time of receipt stands in for that.
    #[serde(default)]
    pub published_estimated: bool,
    /// When the source says it was edited.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// When downwire first held it.
    pub received_at: Timestamp,
    /// When downwire saw an edit.
    #[serde(default)]
    pub edited_at: Option<Timestamp>,
    /// The number of its newest version.
    #[serde(default = "first")]
    pub version: u32,
    /// Kept out of public pages.
    #[serde(default)]
    pub hidden: bool,
    /// What was judged, of the whole text.
    pub verdict: Verdict,
    /// What somebody said of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<ExportedMark>,
}

/// Somebody's word on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedMark {
    /// Whether it is about an outage.
    pub outage: bool,
    /// What had judged it then.
    #[serde(default)]
    pub judged_by: String,
    /// When it was said.
    pub marked_at: Timestamp,
    /// The digest of the whole text that it was said of; `None` for posts, whose words are not given away.
    #[serde(default)]
    pub text: Option<String>,
}

/// The number of a first version.
fn first() -> u32 {
    1
}

impl From<ExportedItem> for Item {
    /// The item, as far as the line tells it.
    fn from(exported: ExportedItem) -> Self {
        Self {
            id: exported.id,
            source: exported.source,
            native_id: exported.native_id,
            kind: exported.kind,
            url: exported.url,
            title: exported.title.unwrap_or_default(),
            text: exported.text.unwrap_or_default(),
            author: None,
            language: exported.language,
            published_at: exported.published_at,
            published_estimated: exported.published_estimated,
            updated_at: exported.updated_at,
            received_at: exported.received_at,
            hidden: exported.hidden,
            post: None,
        }
    }
}
