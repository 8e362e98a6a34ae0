//! downwire, a wire service for downtime: it pulls status pages, news and public posts, says which of them speak of an
//! outage, keeps them in one searchable archive and gives them out as pages and feeds.
//!
//! # The map, in reading order
//!
//! ```text
//! feeds.toml ─► due? ─► fetch ─► source ─► classify ─► facts ─► store ═══ change sequence ═══► search ─► pages, feeds
//!  config      jobs/     HTTP    bytes →   item →     text →   the truth   jobs/follow.rs      derived    serve,
//!  catalogue   ingest.rs         items     verdict    facts                                               render
//! ```
//!
//! `jobs/ingest.rs` reads like the left half of that line, `jobs/follow.rs` like the right half; no other place knows
//! the order. The folders are layers and imports point one way; `tests/it/layers.rs` holds them to it:
//!
//! `main, app` → `commands, jobs, serve, demo` → `fetch, store, search` → `source, classify, facts, stats, render` →
//! `catalogue` →
//! `model, text`, with `config` beside the stages.
//!
//! # Invariants
//!
//! 1. The store is the truth; search is derived and rebuilds itself when it does not fit the store.
//! 2. What a poll brings commits in one transaction with the source's cursor and health: a kill at any instant loses
//!    nothing and repeats nothing.
//! 3. Ids are derived, never random.
//! 4. A bad item is skipped, counted and shown; a bad document fails one poll; neither stops the process.
//! 5. A source that cannot be read is *unknown*, never its last known state.
//! 6. Pure stages get `now` as an argument: only `app/clock.rs` reads the time, only `config` the environment.
//! 7. Text from outside is untrusted until `render` escapes it.
//! 8. Every stored verdict carries the version of what judged it, every stored fact that of what read it.

pub mod model;
pub mod text;

pub mod catalogue;

pub mod classify;
pub mod config;
pub mod facts;
pub mod render;
pub mod source;
pub mod stats;

pub mod fetch;
pub mod search;
pub mod store;

pub mod commands;
pub mod demo;
pub mod jobs;
pub mod serve;

pub mod app;
pub mod cli;

/// This build's version, as `--version` and the `User-Agent` say it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
