//! What can go wrong with the store, as far as somebody decides by it.

use std::path::PathBuf;

use sea_orm::{DbErr, RuntimeErr, SqlxError, SqlxSqliteError};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk (or quota) is full: nothing was written, and the same call works once there is room.
    #[error("the disk that holds the database is full: free some space, downwire goes on by itself ({0})")]
    DiskFull(String),
    /// Somebody else holds the database for longer than the busy timeout.
    #[error("the database is busy: another process has been writing for more than 10 s ({0})")]
    Busy(String),
    /// The database does not answer, or not now: the server is away, the file cannot be opened or written.
    #[error("the database cannot be used right now: {0}")]
    Away(String),
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
    /// Whether the same call may work later without anybody changing downwire. What the database refuses for its
    /// content (a constraint, a type) it will refuse again.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::DiskFull(_) | Self::Busy(_) | Self::Away(_) => true,
            Self::Folder { .. } | Self::Newer { .. } | Self::Row { .. } | Self::Unsupported(_) | Self::Database(_) => {
                false
            }
        }
    }
}

/// SQLite's primary result codes (sqlite.org/rescode.html; the extended ones are these plus a multiple of 256): 5 busy,
/// 6 locked, 8 read-only, 10 I/O, 13 full, 14 cannot open. PostgreSQL's classes: 53100 disk full, 08 connection, 40
/// rollback, 53 resources, 55 and 57 somebody else's intervention.
impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let words = error.to_string();
        if words.contains("No space left on device") {
            return Self::DiskFull(words);
        }
        match sqlx_code(&error) {
            Some(Code::Sqlite(13) | Code::SqliteIo) => Self::DiskFull(words),
            Some(Code::Sqlite(5 | 6)) => Self::Busy(words),
            Some(Code::Sqlite(8 | 10 | 14)) => Self::Away(words),
            Some(Code::Sqlite(_)) => Self::Database(error),
            Some(Code::Postgres(code)) if code == "53100" => Self::DiskFull(words),
            Some(Code::Postgres(code))
                if ["08", "40", "53", "55", "57"].iter().any(|class| code.starts_with(class)) =>
            {
                Self::Away(words)
            }
            Some(Code::Postgres(_)) => Self::Database(error),
            // Without a code it never reached the database: pool, socket, TLS.
            None if is_connection(&error) => Self::Away(words),
            None => Self::Database(error),
        }
    }
}

/// A database's own code of an error.
enum Code {
    /// SQLite, primary.
    Sqlite(i32),
    /// SQLite, a failed write, truncation or fsync: how a full quota or tmpfs shows.
    SqliteIo,
    /// PostgreSQL, five characters.
    Postgres(String),
}

fn sqlx_code(error: &DbErr) -> Option<Code> {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    let database = inner.as_database_error()?;
    let code = database.code()?.into_owned();
    if database.try_downcast_ref::<SqlxSqliteError>().is_none() {
        return Some(Code::Postgres(code));
    }
    match code.parse().ok()? {
        778 | 1034 | 1546 | 4874 => Some(Code::SqliteIo),
        code => Some(Code::Sqlite(code & 0xff)),
    }
}

fn is_connection(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            matches!(
                **inner,
                SqlxError::Io(_)
                    | SqlxError::Tls(_)
                    | SqlxError::PoolTimedOut
                    | SqlxError::PoolClosed
                    | SqlxError::WorkerCrashed
            )
        }
        _ => false,
    }
}
