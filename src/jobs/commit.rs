//! The committer: many polls share one transaction. What cannot be written now (a full disk) is kept and tried again;
//! meanwhile polls wait, so memory stays bounded and no cursor moves.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Stop, Trouble};
use crate::{
    model::Batch,
    store::{Committed, Store, StoreError},
};

/// Polls of one transaction at most.
const BATCHES: usize = 200;

/// Pause after a failed commit.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of a batch; the error says in words why it was refused.
type Outcome = Result<Committed, String>;

type Request = (Batch, oneshot::Sender<Outcome>);

/// Hands batches to the committer. Clones reach the same one.
#[derive(Clone)]
pub struct Commits(mpsc::Sender<Request>);

impl Commits {
    /// Commits a batch, together with whatever else waits; `None` when downwire ended before it could be written.
    pub async fn commit(&self, batch: Batch) -> Option<Outcome> {
        let (reply, committed) = oneshot::channel();
        self.0.send((batch, reply)).await.ok()?;
        committed.await.ok()
    }
}

/// The handle of a committer, and the committer itself: it ends when every handle is dropped, or when told to stop and
/// the store cannot be written.
pub fn committer(store: Store, trouble: Trouble, stop: Stop) -> (Commits, impl Future<Output = ()> + Send) {
    let (sender, mut requests) = mpsc::channel::<Request>(BATCHES);
    let task = async move {
        let mut waiting = Vec::with_capacity(BATCHES);
        while requests.recv_many(&mut waiting, BATCHES).await > 0 {
            let (batches, replies): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
            let Some(committed) = write(&store, batches, &trouble, &stop).await else { return };
            for (reply, committed) in replies.into_iter().zip(committed) {
                let _nobody_waits = reply.send(committed);
            }
        }
    };
    (Commits(sender), task)
}

/// Writes until it works; `None` when told to stop before it did. A transaction that fails for its content (not for
/// the disk) is tried batch by batch, so that one bad batch costs only itself.
async fn write(store: &Store, batches: Vec<Batch>, trouble: &Trouble, stop: &Stop) -> Option<Vec<Outcome>> {
    loop {
        match store.commit(&batches).await {
            Ok(committed) => {
                trouble.ends("the archive");
                return Some(committed.into_iter().map(Ok).collect());
            }
            Err(error) if error.is_transient() => trouble.begins("the archive", &error),
            Err(error) => return Some(one_by_one(store, &batches, &error).await),
        }
        if stop.within(PAUSE).await {
            return Some(store.commit(&batches).await.ok()?.into_iter().map(Ok).collect());
        }
    }
}

async fn one_by_one(store: &Store, batches: &[Batch], error: &StoreError) -> Vec<Outcome> {
    tracing::error!("a commit failed and is tried in parts: {error}");
    let mut outcomes = Vec::with_capacity(batches.len());
    for batch in batches {
        let committed = store.commit(std::slice::from_ref(batch)).await;
        let one = |committed: Vec<Committed>| committed.into_iter().next().unwrap_or_default();
        outcomes.push(committed.map(one).map_err(|error| format!("what it sent cannot be stored: {error}")));
    }
    outcomes
}
