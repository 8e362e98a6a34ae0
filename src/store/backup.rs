//! An online copy of the database.

use std::path::Path;

use sea_orm::ConnectionTrait;

use super::{Store, StoreError, sql};

impl Store {
    /// Writes a consistent copy of the database to `file`, while others go on reading and writing.
    ///
    /// # Errors
    /// The file exists, cannot be written, or the backend is PostgreSQL (which has its own tool).
    pub async fn backup(&self, file: &Path) -> Result<(), StoreError> {
        if !self.is_sqlite() {
            let advice = "backup copies SQLite archives; for PostgreSQL use pg_dump on the database's URL".to_owned();
            return Err(StoreError::Unsupported(advice));
        }
        if file.exists() {
            return Err(StoreError::Unsupported(format!("{} exists already: name a new file", file.display())));
        }
        let path = file.to_string_lossy().into_owned();
        self.reader.execute_raw(sql::statement(&self.reader, "VACUUM INTO $1", [path.into()])).await?;
        Ok(())
    }
}
