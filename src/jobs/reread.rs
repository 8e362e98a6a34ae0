//! Texts that an older reader of facts has read, or none, are read in the background. It may run twice: what two have
//! read alike is written alike.

use std::time::Duration;

use super::{Stop, stages::facts_of};
use crate::{
    facts,
    store::{Store, StoreError},
};

/// Texts of one step: small enough that commits of polls are never kept waiting.
const TEXTS: u64 = 100;

/// Pause between steps, so that polls come first.
const PAUSE: Duration = Duration::from_millis(20);

/// Pause when everything is read; what joins without facts is found by the next look.
const REST: Duration = Duration::from_secs(600);

/// Reads until told to stop.
pub async fn run(store: Store, stop: Stop) {
    loop {
        let pause = match step(&store).await {
            Ok(0) => REST,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::warn!("older texts cannot be read for facts now: {error}");
                REST
            }
        };
        if stop.within(pause).await {
            return;
        }
    }
}

/// Reads some; says how many.
///
/// # Errors
/// What the store says.
pub async fn step(store: &Store) -> Result<usize, StoreError> {
    let unread = store.unread(facts::VERSION, TEXTS).await?;
    let read: Vec<_> = tokio::task::spawn_blocking(move || {
        let read = |one: crate::store::Unread| {
            let facts = facts_of(&one.title, &one.text, one.at, one.official);
            (one, facts)
        };
        unread.into_iter().map(read).collect()
    })
    .await
    .unwrap_or_default();
    if !read.is_empty() {
        store.keep_facts(&read).await?;
    }
    Ok(read.len())
}
