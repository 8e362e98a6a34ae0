//! What can go wrong with the store, as far as somebody decides by it.

use std::path::PathBuf;

use sea_orm::{DbErr, RuntimeErr};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk (or quota) is full: nothing was written, and the same call works once there is room.
    #[error("the disk that holds the database is full: free some space, downwire goes on by itself ({0})")]
    DiskFull(String),
    /// Somebody else holds the database for longer than the busy timeout.
    #[error("the database is busy: another process has been writing for more than 10 s ({0})")]
    Busy(String),
    /// The folder of the archive cannot be made or written.
    #[error("cannot use {path} for the archive: {error}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The database was written by a newer downwire.
    #[error("the database has schema {found}, this downwire knows {known}: run the newer downwire that wrote it")]
    Newer {
        /// Schema version in the database.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// A row holds what this build cannot read.
    #[error("the row {row} cannot be read: {error}")]
    Row {
        /// Table and key.
        row: String,
        /// Why.
        error: String,
    },
    /// What this backend cannot do, and what to do instead.
    #[error("{0}")]
    Unsupported(String),
    /// Anything else that the database says.
    #[error("the database says: {0}")]
    Database(DbErr),
}

impl StoreError {
    /// Whether the same call may work later without anybody changing downwire.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::DiskFull(_) | Self::Busy(_) | Self::Database(_) => true,
            Self::Folder { .. } | Self::Newer { .. } | Self::Row { .. } | Self::Unsupported(_) => false,
        }
    }
}

/// SQLite's result codes (sqlite.org/rescode.html): 5 busy, 6 locked, 13 full; 778 and 1034 are a failed write and a
/// failed fsync, which is how a full quota shows. PostgreSQL's 53100 is `disk_full`.
impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let code = sqlx_code(&error).unwrap_or_default();
        match code.as_str() {
            "13" | "778" | "1034" | "4874" | "53100" => Self::DiskFull(error.to_string()),
            "5" | "6" | "261" | "517" => Self::Busy(error.to_string()),
            _ if error.to_string().contains("No space left on device") => Self::DiskFull(error.to_string()),
            _ => Self::Database(error),
        }
    }
}

/// The database's own code of an error.
fn sqlx_code(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    inner.as_database_error()?.code().map(|code| code.into_owned())
}
