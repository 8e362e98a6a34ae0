//! Letting go: once a day posts that are older than is kept are deleted, and what was deleted is merged out of the index and
//! overwritten in the database (invariant 10).

use std::{sync::Arc, time::Duration};

use super::{Stop, Trouble};
use crate::{
    config::Privacy,
    model::{Clock, Timestamp},
    store::{Pruned, Store, StoreError},
};

/// From one time to the next.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// After the start: what starts often must prune, too, and what has just started has other things to do.
const FIRST: Duration = Duration::from_secs(10 * 60);

/// Prunes once a day, until told to stop. Two processes that both do it do no harm.
pub async fn run(store: Store, privacy: Privacy, clock: Arc<dyn Clock>, trouble: Trouble, stop: Stop) {
    let mut pause = FIRST;
    while !stop.within(pause).await {
        pause = EVERY;
        match prune(&store, privacy, clock.now()).await {
            Ok(pruned) => {
                trouble.ends("pruning");
                tracing::info!(
                    posts = pruned.posts,
                    others = pruned.others,
                    "posts that are older than is kept are gone"
                );
            }
            Err(error) => trouble.begins("pruning", &error),
        }
    }
}

/// Prunes now. The index follows by itself, or when whoever holds it comes round to it.
///
/// # Errors
/// The store cannot be written.
pub async fn prune(store: &Store, privacy: Privacy, now: Timestamp) -> Result<Pruned, StoreError> {
    let before = |kept: Duration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    let pruned = store.prune_posts(before(privacy.keep_posts), before(privacy.keep_other_posts)).await?;
    store.want_purge().await?;
    store.scrub().await?;
    Ok(pruned)
}
