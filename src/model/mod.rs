//! The values every other folder speaks in. Imports nothing of ours, does no IO, never asks the time.
//!
//! Reading order: [`id`], [`time`], [`item`], [`post`], [`verdict`], [`incident`], [`absorb`], [`availability`], [`source`], [`exchange`], [`change`], [`query`], [`hits`].

pub mod absorb;
pub mod availability;
pub mod change;
pub mod exchange;
pub mod hits;
pub mod id;
pub mod incident;
pub mod item;
pub mod post;
pub mod query;
pub mod source;
pub mod time;
pub mod verdict;

pub use availability::{ComponentDay, ComponentImpact, PageRecord, PageReport};
pub use change::{Batch, Change, Document, Judged, Operation, Position, Subject};
pub use exchange::{Answer, Ask, Credentials, Frame, Listen, Outcome, Validators};
pub use hits::{Cursor, FacetCount, Histogram, Hit, Hits, Overview};
pub use id::Id;
pub use incident::{Component, ComponentState, Impact, Incident, IncidentKind, Origin, PageIdentity, Phase, Update};
pub use item::{Item, ItemKind};
pub use post::{HeldPost, Measurement, MinuteCount, Network, PostDetails};
pub use query::{Query, QueryError};
pub use source::{Display, Health, PostsQuery, SourceKind, SourceSpec, SourceState};
pub use time::{Clock, Timestamp};
pub use verdict::{Attribution, Role, Scope, Verdict};
