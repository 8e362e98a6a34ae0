//! `downwire backup FILE`: an online copy of the database.

use std::path::Path;

use serde_json::json;

use super::{Archive, Output};

/// Copies the database.
///
/// # Errors
/// The file exists or cannot be written, or the archive is on PostgreSQL.
pub async fn backup(archive: Archive, file: &Path, output: Output) -> anyhow::Result<()> {
    archive.store.backup(file).await?;
    let bytes = std::fs::metadata(file).map(|data| data.len()).unwrap_or(0);
    output.line(
        || json!({ "file": file.display().to_string(), "bytes": bytes }),
        || {
            format!(
                "{} holds the whole archive ({:.1} MB). To go back: stop downwire, put it in place of downwire.db, start; \
                 search rebuilds itself.",
                file.display(),
                bytes as f64 / 1e6
            )
        },
    );
    Ok(())
}
