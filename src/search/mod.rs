//! Full text: tantivy, derived from the store. Texts stay in the store; the index knows words, facets and times, and
//! gives ids.
//!
//! An index lives in a generation folder below `search/`; `CURRENT` names the one that answers. A rebuild fills another
//! generation while the old one goes on answering, then moves the pointer. Each commit carries the archive's id, the
//! schema version and the last change it has seen (invariant 1); whoever holds `LOCK` writes, everybody may read.
//!
//! Reading order: `schema` (fields), `tokenizer`, `generation` (folders), [`Search`] (reading), `query` (the tree as
//! tantivy's), `within`, `newest`, `overview`, [`Writer`].

mod error;
mod excluded;
mod generation;
mod kept;
mod newest;
mod overview;
mod query;
mod reader;
mod schema;
mod tokenizer;
mod within;
mod writer;

pub use error::SearchError;
pub use reader::{Order, Search, Window};
pub use writer::{Rebuild, Writer};
