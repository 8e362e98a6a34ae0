//! Search as a follower.

use std::collections::HashSet;

use super::follow::{FollowError, Follower, PAGE};
use crate::{
    model::{Change, Document, Id, Operation, Position, Subject, time},
    search::Writer,
    store::Store,
};

/// Search as a follower.
pub struct SearchFollower(pub Writer);

impl SearchFollower {
    /// Merges away what was deleted, where somebody asked for that.
    ///
    /// # Errors
    /// As [`Follower::apply`].
    pub async fn purge_if_wanted(&mut self, store: &Store) -> Result<(), FollowError> {
        let Some(position) = self.position(store) else { return Ok(()) };
        if store.wants_purge(position).await? {
            tokio::task::block_in_place(|| self.0.purge())?;
            store.purged().await?;
        }
        Ok(())
    }
}

impl Follower for SearchFollower {
    const NAME: &'static str = "search";

    fn position(&self, store: &Store) -> Option<Position> {
        self.0.position(store.archive())
    }

    /// Fills another generation while the present one answers. Changes made meanwhile are taken in afterwards, because
    /// the position is that of the beginning.
    async fn start_over(&mut self, store: &Store) -> Result<(), FollowError> {
        let position = store.head().await?;
        if position.seq > 0 {
            tracing::info!(changes = position.seq, "search is rebuilt from the store");
        }
        let mut rebuild = self.0.rebuild()?;
        for subject in [Subject::Item, Subject::Incident] {
            let mut last: Option<Id> = None;
            loop {
                let documents = store.documents_page(subject, last, PAGE).await?;
                let Some(newest) = documents.last() else { break };
                last = Some(newest.id);
                tokio::task::block_in_place(|| rebuild.add(&documents))?;
            }
        }
        Ok(tokio::task::block_in_place(|| self.0.finish(rebuild, store.archive(), position))?)
    }

    async fn apply(&mut self, store: &Store, changes: &[Change]) -> Result<(), FollowError> {
        let Some(last) = changes.last() else { return Ok(()) };
        let position = Position { seq: last.seq, at_micros: time::micros(last.at) };
        let documents = store.documents(changes).await?;
        let gone = gone(changes, &documents);
        Ok(tokio::task::block_in_place(|| self.0.apply(&documents, &gone, store.archive(), position))?)
    }
}

/// What the changes speak of and the store does not hold (any more).
fn gone(changes: &[Change], documents: &[Document]) -> Vec<Id> {
    let there: HashSet<Id> = documents.iter().map(|document| document.id).collect();
    let gone = |change: &&Change| change.operation == Operation::Delete || !there.contains(&change.id);
    changes.iter().filter(gone).map(|change| change.id).collect()
}
