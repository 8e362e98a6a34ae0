//! `downwire reindex`: the search index anew from the archive.

use anyhow::bail;
use serde_json::json;

use super::{Archive, Output};
use crate::{
    jobs::{
        follow::{self, Follower as _},
        follow_search::SearchFollower,
    },
    search::Writer,
};

/// Rebuilds the index while the old one goes on answering.
///
/// # Errors
/// Another process holds the index, or it cannot be written.
pub async fn reindex(archive: Archive, output: Output) -> anyhow::Result<()> {
    let Some(writer) = Writer::open(&archive.folder, archive.search.clone())? else {
        bail!("a running downwire writes this index: stop it first (it rebuilds by itself whenever that is needed)");
    };
    let mut follower = SearchFollower(writer);
    follower.start_over(&archive.store).await?;
    follow::catch_up(&mut follower, &archive.store).await?;
    let documents = archive.search.documents();
    output.line(|| json!({ "documents": documents }), || format!("the index was built anew: {documents} documents"));
    Ok(())
}
