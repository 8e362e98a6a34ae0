//! The truth: items and incidents with their versions, the health and cursor of every source, the change sequence,
//! leases. SQLite by default, PostgreSQL by URL, one code path (sea-orm); `tests/it/storing.rs` is the contract, and it
//! runs on both.
//!
//! Writers take turns on both backends: SQLite begins IMMEDIATE, PostgreSQL takes one advisory lock. So what a write
//! transaction has read still holds when it commits, and the same code is right on both.
//!
//! Reading order: `open`, `schema` (tables as entities), `commit` (the only writer of content), `incidents`, `states`,
//! `observed`, `availability`, `read`, `changes`, `export`, `copies`, `facts`, `judging`, `posts`, `lease`, `backup`.

mod availability;
mod backup;
mod changes;
mod commit;
mod copies;
mod error;
mod export;
mod facts;
mod incidents;
mod judging;
mod lease;
mod marks;
mod observed;
mod open;
mod people;
mod posts;
mod read;
mod schema;
mod sql;
mod states;

pub use commit::Committed;
pub use copies::{Copy, Story};
pub use error::StoreError;
pub use export::{DayKey, ImpactKey};
pub use facts::Unread;
pub use judging::EarlierVerdict;
pub use lease::Lease;
pub use marks::Mark;
pub use open::{Store, Target};
pub use people::People;
pub use posts::Pruned;
pub use read::{IncidentRow, ItemRow, Row, Totals, Version};
pub use states::{ComponentNow, PageNow, StateStretch};
