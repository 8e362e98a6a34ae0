//! What can go wrong with the index.

use std::{io, path::PathBuf};

/// An error of the index. The store is the truth: every one of them can be mended by a rebuild.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A file or folder of the index cannot be used.
    #[error("cannot use {path} for the search index: {error}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// tantivy cannot write or read.
    #[error("the search index says: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// The index's files cannot be read.
    #[error("the search index cannot be read: {0}")]
    Reading(#[from] io::Error),
}

impl SearchError {
    /// An error about `path`.
    pub(super) fn folder(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Folder { path, error }
    }
}
