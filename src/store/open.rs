//! Opening and migrating the store.

use std::{
    hash::BuildHasher as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{People, StoreError, sql};
use crate::model::{Clock, Id, time};

/// Every migration, oldest first. A new one is a new line; none is ever edited.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("migrations/0001_spine.sql")),
    (2, include_str!("migrations/0002_copies.sql")),
    (3, include_str!("migrations/0003_states.sql")),
    (4, include_str!("migrations/0004_availability.sql")),
    (5, include_str!("migrations/0005_judging.sql")),
    (6, include_str!("migrations/0006_facts.sql")),
    (7, include_str!("migrations/0007_posts.sql")),
    (8, include_str!("migrations/0008_judged_by.sql")),
    (9, include_str!("migrations/0009_marks.sql")),
    (10, include_str!("migrations/0010_history.sql")),
];

/// How long a writer waits for another process before it gives up.
const BUSY: Duration = Duration::from_secs(10);

/// Where the truth lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite file; its folder is made.
    Sqlite(PathBuf),
    /// A PostgreSQL URL.
    Postgres(String),
}

impl Target {
    /// What the configuration names: a `postgres://` URL, a path (also as `sqlite:PATH`), or `downwire.db` in the
    /// archive's folder.
    pub fn new(folder: &Path, database: Option<&str>) -> Self {
        match database {
            None => Self::Sqlite(folder.join("downwire.db")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Self::Postgres(url.to_owned())
            }
            Some(path) => Self::Sqlite(PathBuf::from(path.trim_start_matches("sqlite:").trim_start_matches("//"))),
        }
    }
}

/// The open store. Clones share the connections.
#[derive(Clone)]
pub struct Store {
    /// One connection on SQLite (it has one writer anyway), a few on PostgreSQL.
    pub(super) writer: DatabaseConnection,
    /// For reading only.
    pub(super) reader: DatabaseConnection,
    pub(super) clock: Arc<dyn Clock>,
    archive: Arc<str>,
    people: Arc<People>,
}

impl Store {
    /// Opens the store, makes or migrates its tables, and names the archive if it has no name yet.
    ///
    /// # Errors
    /// The folder or the database cannot be used, or a newer downwire wrote it.
    pub async fn open(target: &Target, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let (writer, reader) = match target {
            Target::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| StoreError::Folder { path: folder.to_owned(), error })?;
                }
                let writer = connect_sqlite(path, 1).await?;
                (writer, connect_sqlite(path, 4).await?)
            }
            Target::Postgres(url) => {
                let pool = connect_postgres(url).await?;
                (pool.clone(), pool)
            }
        };
        migrate(&writer).await?;
        let archive = archive_name(&writer, time::micros(clock.now())).await?;
        let people = People::of(&secret(&writer).await?);
        Ok(Self { writer, reader, clock, archive: archive.into(), people: Arc::new(people) })
    }

    /// How authors become hashes in this archive.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The archive's own id, made when the store was. Search belongs to exactly one archive.
    pub fn archive(&self) -> &str {
        &self.archive
    }

    /// Whether the backend is SQLite.
    pub(super) fn is_sqlite(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Sqlite
    }

    /// Closes the connections; SQLite folds its log into the file.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(self) -> Result<(), StoreError> {
        if self.is_sqlite() {
            self.reader.close().await?;
        }
        Ok(self.writer.close().await?)
    }
}

/// Pragmas are set per connection, through the options: one `PRAGMA` through a pool reaches one connection only.
async fn connect_sqlite(path: &Path, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    let path = path.to_owned();
    options.max_connections(connections).min_connections(1).sqlx_logging(false).acquire_timeout(BUSY * 3);
    options.map_sqlx_sqlite_opts(move |_| {
        SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A killed process loses nothing; a power cut may lose the last commits, never their order.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            // What is deleted is overwritten (invariant 10).
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-16384")
            // Rows are read where they lie: a page of hits is twenty of them, far apart.
            .pragma("mmap_size", "1073741824")
            .pragma("journal_size_limit", "67108864")
            .statement_cache_capacity(200)
    });
    Ok(Database::connect(options).await?)
}

async fn connect_postgres(url: &str) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(6).min_connections(1).sqlx_logging(false).connect_timeout(BUSY).acquire_timeout(BUSY * 3);
    Ok(Database::connect(options).await?)
}

/// Brings the tables to this build's schema, in one transaction on one connection (DDL across a pool fails on SQLite).
async fn migrate(writer: &DatabaseConnection) -> Result<(), StoreError> {
    let transaction = sql::begin(writer).await?;
    transaction
        .execute_unprepared(
            "CREATE TABLE IF NOT EXISTS schema_version (id INTEGER PRIMARY KEY, version BIGINT NOT NULL)",
        )
        .await?;
    let row = transaction
        .query_one_raw(sql::statement(&transaction, "SELECT version FROM schema_version WHERE id = 1", []))
        .await?;
    let found: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
    let known = MIGRATIONS.last().map_or(0, |(version, _)| *version);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, statements) in MIGRATIONS.iter().filter(|(version, _)| *version > found) {
        transaction.execute_unprepared(statements).await?;
        let upsert = "INSERT INTO schema_version (id, version) VALUES (1, $1) \
                      ON CONFLICT (id) DO UPDATE SET version = excluded.version";
        transaction.execute_raw(sql::statement(&transaction, upsert, [(*version).into()])).await?;
    }
    Ok(sea_orm::DatabaseTransaction::commit(transaction).await?)
}

/// The secret by which authors become hashes: drawn once, never shown, gone with the archive.
async fn secret(writer: &DatabaseConnection) -> Result<String, StoreError> {
    let drawn = || std::hash::RandomState::new().hash_one(0_u8);
    let fresh = format!("{:016x}{:016x}{:016x}{:016x}", drawn(), drawn(), drawn(), drawn());
    kept(writer, "people", fresh).await
}

/// The value that `meta` keeps under a name: the one that was written first.
async fn kept(writer: &DatabaseConnection, name: &str, fresh: String) -> Result<String, StoreError> {
    let insert = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    writer.execute_raw(sql::statement(writer, insert, [name.into(), fresh.into()])).await?;
    let select = "SELECT value FROM meta WHERE name = $1";
    let row = writer.query_one_raw(sql::statement(writer, select, [name.into()])).await?;
    let missing = || StoreError::Row { row: format!("meta {name}"), error: "it is missing".to_owned() };
    Ok(row.ok_or_else(missing)?.try_get_by_index(0)?)
}

/// The archive's id. The one id that is drawn and not derived: two archives must not share one.
async fn archive_name(writer: &DatabaseConnection, now: i64) -> Result<String, StoreError> {
    // The standard library seeds its hashers from the system's randomness.
    let drawn = std::hash::RandomState::new().hash_one(now);
    let fresh = Id::derive("archive", &format!("{now} {} {drawn}", std::process::id())).to_string();
    kept(writer, "archive", fresh).await
}
