//! The values every other folder speaks in. Imports nothing of ours, does no IO, never asks the time.
//!
//! Reading order: [`id`], [`time`], [`item`], [`verdict`], [`fact`], [`incident`], [`absorb`], [`availability`], [`doubt`], [`source`],
//! [`quorum`], [`post`], [`exchange`], [`export`], [`change`], [`query`], [`hits`].

pub mod absorb;
pub mod availability;
pub mod change;
pub mod doubt;
pub mod exchange;
pub mod export;
pub mod fact;
pub mod hits;
pub mod id;
pub mod incident;
pub mod item;
pub mod post;
pub mod query;
pub mod quorum;
pub mod source;
pub mod time;
pub mod verdict;

pub use availability::{ComponentDay, ComponentImpact, PageRecord, PageReport, Stretch};
pub use change::{Batch, Change, Document, Judged, Operation, Position, Subject};
pub use doubt::Doubt;
pub use exchange::{Answer, Ask, Credentials, Frame, Listen, Outcome, Validators};
pub use export::{ExportLine, Exported, ExportedIncident, ExportedItem, ExportedMark, Former};
pub use fact::{Authority, Cause, Fact, FactKind, Facts, Precision, StatedBy, Status, Symptom};
pub use hits::{Cursor, FacetCount, Histogram, Hit, Hits, Overview};
pub use id::Id;
pub use incident::{Component, ComponentState, Impact, Incident, IncidentKind, Origin, PageIdentity, Phase, Update};
pub use item::{Item, ItemKind};
pub use post::{HeldPost, Measurement, MinuteCount, Network, PostDetails};
pub use query::{Query, QueryError};
pub use source::{Display, Health, PostsQuery, SourceKind, SourceSpec, SourceState};
pub use time::{Clock, Timestamp};
pub use verdict::{Attribution, Role, Scope, Verdict};
