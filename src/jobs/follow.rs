//! Following: the one mechanism by which search (and later events, alerts, live streams) keeps up with the store. A
//! follower takes the changes in sequence and commits its effect **with** its position, so a kill repeats nothing.

use std::time::Duration;

use super::{Stop, Trouble, follow_copies::CopiesFollower, follow_search::SearchFollower};
use crate::{
    model::{Change, Position},
    search::SearchError,
    store::{Store, StoreError},
};

/// Changes taken at once: one commit of the follower.
pub(super) const PAGE: u64 = 5_000;

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

/// Follows until told to stop, and then catches up once more. Copies go first, page by page, so that search mostly hears
/// of a copy and of its link at once.
pub async fn follow(mut search: SearchFollower, store: Store, trouble: Trouble, stop: Stop) {
    let mut copies = CopiesFollower::new();
    loop {
        let stopping = stop.is_given();
        let (linked, found) = (step(&mut copies, &store).await, step(&mut search, &store).await);
        let seen = match linked.and_then(|linked| Ok(linked + found?)) {
            Ok(seen) => {
                trouble.ends(SearchFollower::NAME);
                seen
            }
            Err(error) => {
                trouble.begins(SearchFollower::NAME, &error);
                0
            }
        };
        if seen > 0 {
            continue;
        }
        if let Err(error) = search.purge_if_wanted(&store).await {
            trouble.begins(SearchFollower::NAME, &error);
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
        match step(follower, store).await? {
            0 => return Ok(seen),
            more => seen += more,
        }
    }
}

/// Takes in the next page of changes; says how many.
async fn step<F: Follower>(follower: &mut F, store: &Store) -> Result<usize, FollowError> {
    let position = match follower.position(store) {
        Some(position) if store.holds(position).await? => position,
        _ => {
            follower.start_over(store).await?;
            follower.position(store).unwrap_or_default()
        }
    };
    let changes = store.changes_after(position.seq, PAGE).await?;
    if !changes.is_empty() {
        follower.apply(store, &changes).await?;
    }
    Ok(changes.len())
}
