//! The values every other folder speaks in. Imports nothing of ours, does no IO, never asks the time.
//!
//! Reading order: [`id`], [`time`], [`item`], [`verdict`], [`fact`], [`incident`], [`absorb`], [`source`], [`exchange`], [`change`], [`query`], [`hits`].

pub mod absorb;
pub mod change;
pub mod exchange;
pub mod fact;
pub mod hits;
pub mod id;
pub mod incident;
pub mod item;
pub mod query;
pub mod source;
pub mod time;
pub mod verdict;

pub use change::{Batch, Change, Document, Judged, Operation, Position, Subject};
pub use exchange::{Answer, Ask, Outcome, Validators};
pub use fact::{Authority, Cause, Fact, FactKind, Facts, Precision, StatedBy, Status, Symptom};
pub use hits::{Cursor, FacetCount, Histogram, Hit, Hits, Overview};
pub use id::Id;
pub use incident::{Component, ComponentState, Impact, Incident, IncidentKind, Origin, PageIdentity, Phase, Update};
pub use item::{Item, ItemKind};
pub use query::{Query, QueryError};
pub use source::{Display, Health, SourceKind, SourceSpec, SourceState};
pub use time::{Clock, Timestamp};
pub use verdict::{Attribution, Role, Scope, Verdict};
