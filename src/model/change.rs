//! Changes, and what is committed and followed by them.

use serde::{Deserialize, Serialize};

use super::{ExportLine, Facts, Id, Incident, Item, PageRecord, SourceState, Timestamp, Verdict};

/// A value with the verdict on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged<T> {
    /// The item or incident.
    pub value: T,
    /// What the classifier says of it.
    pub verdict: Verdict,
    /// Of an item the facts of its text; of an incident those of each of its updates, in their order. Empty where they
    /// are to be read later.
    pub facts: Vec<Facts>,
}

/// What one poll brings, committed in one transaction (invariant 2); many polls may share one.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Items in the order of the document.
    pub items: Vec<Judged<Item>>,
    /// Incidents with their updates.
    pub incidents: Vec<Judged<Incident>>,
    /// What the documents said of status pages besides their incidents, in the order in which they were read.
    pub pages: Vec<PageRecord>,
    /// Lines of another archive, judged, which keep their history where this one does not know them.
    pub exported: Vec<ExportLine>,
    /// Cursor and health of the source that was polled.
    pub source: Option<SourceState>,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// An item.
    Item,
    /// An incident, with its updates.
    Incident,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// It is new or has a new version.
    Upsert,
    /// It is gone.
    Delete,
}

/// One row of the change sequence: no gaps, no reuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Its number, from 1.
    pub seq: i64,
    /// When it was committed.
    pub at: Timestamp,
    /// What it is about …
    pub subject: Subject,
    /// … by id.
    pub id: Id,
    /// What happened.
    pub operation: Operation,
}

/// How far a follower has come: the last change it has seen, by number and time. The time tells a restored backup
/// from the sequence that was followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// 0 before the first change.
    pub seq: i64,
    /// The commit time of that change in microseconds; 0 before the first.
    pub at_micros: i64,
}

/// What the search index is told of one item or incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Of the item or incident.
    pub id: Id,
    /// `post`, `headline`, `article`, `status-update`, `incident` or `maintenance`.
    pub kind: String,
    /// Searchable, weighs more.
    pub title: String,
    /// Searchable.
    pub text: String,
    /// Name of the source.
    pub source: String,
    /// Names of services, affected and upstream.
    pub services: Vec<String>,
    /// The verdict.
    pub outage: bool,
    /// Its score.
    pub score: f32,
    /// Its phase.
    pub phase: Option<String>,
    /// Declared or detected language.
    pub language: Option<String>,
    /// Kept out of public pages (invariant 12).
    pub hidden: bool,
    /// It repeats an item of another source.
    pub copy: bool,
    /// What it is sorted by.
    pub at: Timestamp,
}
