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
    /// Nothing can be written: the index stays at its last commit, and the same call works once there is room.
    #[error(
        "the search index cannot be written, most likely because its disk is full: free some space, downwire goes on by \
         itself ({0})"
    )]
    Full(tantivy::TantivyError),
    /// tantivy cannot write or read.
    #[error("the search index says: {0}")]
    Index(tantivy::TantivyError),
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

impl From<tantivy::TantivyError> for SearchError {
    /// tantivy tells of a full disk in three ways, one of which (a thread that gave up) has lost the system's own words.
    fn from(error: tantivy::TantivyError) -> Self {
        use tantivy::{TantivyError as E, directory::error::OpenWriteError};
        let is_full = match &error {
            E::IoError(error) | E::OpenWriteError(OpenWriteError::IoError { io_error: error, .. }) => {
                matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            E::ErrorInThread(words) => words.contains("io::Error") || words.contains("No space left"),
            _ => false,
        };
        if is_full { Self::Full(error) } else { Self::Index(error) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_full_disk_is_named_however_tantivy_tells_of_it() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let killed =
            "An index writer was killed.. A worker thread encountered an error (io::Error most likely) or panicked.";
        for error in
            [tantivy::TantivyError::IoError(Arc::new(full)), tantivy::TantivyError::ErrorInThread(killed.to_owned())]
        {
            let said = SearchError::from(error).to_string();
            assert!(said.contains("disk is full"), "{said}");
        }
        let other = SearchError::from(tantivy::TantivyError::Poisoned).to_string();
        assert!(!other.contains("full"), "{other}");
    }
}
