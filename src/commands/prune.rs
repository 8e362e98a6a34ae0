//! `downwire prune`: lets go of posts that are older than is kept, and of every trace of what was deleted.

use serde_json::json;

use super::{Archive, Output};
use crate::{config::Settings, jobs::prune};

/// Prunes now and says what went.
///
/// # Errors
/// The archive cannot be written.
pub async fn prune(archive: Archive, settings: &Settings, output: Output) -> anyhow::Result<()> {
    let pruned = prune::prune(&archive.store, settings.privacy, archive.clock.now()).await?;
    archive.settle().await?;
    archive.store.scrub().await?;
    output.line(
        || json!({ "posts": pruned.posts, "others": pruned.others }),
        || {
            format!(
                "{} posts about an outage and {} others were older than is kept and are gone; what was deleted before is \
                 merged out of the index and overwritten in the database",
                pruned.posts, pruned.others
            )
        },
    );
    Ok(())
}
