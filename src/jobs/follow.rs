//! Following: the one mechanism by which search (and later events, alerts, live streams) keeps up with the store. A
//! follower takes the changes in sequence and commits its effect **with** its position, so a kill repeats nothing.

use std::{collections::HashSet, time::Duration};

use super::{Stop, Trouble};
use crate::{
    model::{Change, Document, Id, Operation, Position, Subject},
    search::{SearchError, Writer},
    store::{Store, StoreError},
};

/// Changes taken at once: one commit of the follower.
const PAGE: u64 = 5_000;

/// Changes are looked for this often, whoever wrote them: what is stored is searchable within it plus one commit.
const TICK: Duration = Duration::from_millis(700);

/// Something that keeps up with the store.
pub trait Follower: Send {
    /// Its name in logs.
    const NAME: &'static str;

    /// How far it has come; `None` when what it holds does not belong to this store.
    fn position(&self, store: &Store) -> Option<Position>;

    /// Takes in everything anew, because its position is none of this store's.
    fn start_over(&mut self, store: &Store) -> impl Future<Output = Result<(), FollowError>> + Send;

    /// Takes in these changes, and commits that with the position of the last.
    fn apply(&mut self, store: &Store, changes: &[Change]) -> impl Future<Output = Result<(), FollowError>> + Send;
}

/// Why a follower could not go on. Every cause may pass: it tries again.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The truth cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index cannot be written.
    #[error(transparent)]
    Search(#[from] SearchError),
}

/// Follows until told to stop, and then catches up once more.
pub async fn follow<F: Follower>(mut follower: F, store: Store, trouble: Trouble, stop: Stop) {
    loop {
        let stopping = stop.is_given();
        match catch_up(&mut follower, &store).await {
            Ok(_) => trouble.ends(F::NAME),
            Err(error) => trouble.begins(F::NAME, &error),
        }
        if stopping {
            return;
        }
        stop.within(TICK).await;
    }
}

/// Takes in every change there is now; says how many.
///
/// # Errors
/// The store cannot be read or the follower's own place cannot be written.
pub async fn catch_up<F: Follower>(follower: &mut F, store: &Store) -> Result<usize, FollowError> {
    let mut seen = 0;
    loop {
        let position = match follower.position(store) {
            Some(position) if store.holds(position).await? => position,
            _ => {
                follower.start_over(store).await?;
                follower.position(store).unwrap_or_default()
            }
        };
        let changes = store.changes_after(position.seq, PAGE).await?;
        if changes.is_empty() {
            return Ok(seen);
        }
        follower.apply(store, &changes).await?;
        seen += changes.len();
    }
}

/// Search as a follower.
pub struct SearchFollower(pub Writer);

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
        let position = Position { seq: last.seq, at_micros: crate::model::time::micros(last.at) };
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
