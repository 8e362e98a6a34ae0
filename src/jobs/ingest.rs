//! Ingest: from what is due to what is stored. `poll` is the path of the data; [`run`] is the clock around it.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;
use tokio::task::JoinSet;

use super::{
    Stages, Stop,
    commit::Commits,
    health::{self, Failure, Report},
    queue::Queue,
};
use crate::{
    model::{Batch, SourceKind, SourceSpec, SourceState},
    source,
    store::Committed,
};

/// Most requests of one poll: a status page needs two; a feed at first sight is followed into its past no further.
const MOST_REQUESTS: usize = 12;

/// Polls what is due and commits what it brings, until told to stop; then finishes what is under way.
pub async fn run(stages: Arc<Stages>, mut queue: Queue, commits: Commits, stop: Stop) {
    let mut polls = JoinSet::new();
    loop {
        let under_way = polls.len();
        tokio::select! {
            biased;
            () = stop.given() => break,
            Some(polled) = polls.join_next(), if !polls.is_empty() => queue.put_back(polled.ok().flatten()),
            (spec, state) = queue.next_due(&stages.clock, under_way) => {
                polls.spawn(poll_and_commit(stages.clone(), spec, state, commits.clone()));
            }
        }
    }
    while polls.join_next().await.is_some() {}
}

/// One poll with its commit; gives the source back with the state that is now in the store, and what was new. `None`
/// when downwire ended before it could be written.
pub async fn poll_and_commit(
    stages: Arc<Stages>,
    spec: Arc<SourceSpec>,
    state: SourceState,
    commits: Commits,
) -> Option<(Arc<SourceSpec>, SourceState, Committed)> {
    // What fails here costs one poll of one source, moves no cursor, and is said where its operator looks.
    let failed = |why| Batch {
        source: Some(health::after(&spec, state.clone(), Report::of(why), stages.clock.now())),
        ..Batch::default()
    };
    let polled = AssertUnwindSafe(poll(&stages, &spec, state.clone())).catch_unwind().await;
    let batch = polled.unwrap_or_else(|_| failed(Failure::bug()));
    let after = batch.source.clone()?;
    match commits.commit(batch).await? {
        Ok(committed) => Some((spec, after.with_news(committed.new_items + committed.new_incidents), committed)),
        Err(words) => {
            let batch = failed(Failure::refused(words));
            let after = batch.source.clone()?;
            let _said_anyway = commits.commit(batch).await?;
            Some((spec, after, Committed::default()))
        }
    }
}

/// One poll of one source: fetch, read, judge. What it brings is committed with the source's new cursor and health.
async fn poll(stages: &Stages, spec: &SourceSpec, mut state: SourceState) -> Batch {
    let (mut batch, mut report) = (Batch::default(), Report::default());
    let mut next = source::begin(spec, &state, stages.clock.now());
    for number in 0..MOST_REQUESTS {
        let Some(ask) = next.take() else { break };
        let is_history = number > 0 && spec.kind == SourceKind::Feed;
        match stages.exchange(spec, &state, &ask).await {
            Ok((answer, mut reading)) => {
                // How far was read counts for the next request of the same poll, too.
                state.cursor.extend(reading.cursor.clone());
                report.document(state.address(), &ask.url, &answer, &mut reading, is_history);
                next = reading.next.take();
                stages.take(spec, reading, &mut batch);
            }
            Err(failure) if is_history => report.history_ended(&failure),
            Err(failure) => report.failed(failure),
        }
    }
    recheck(stages, spec, &state, &mut batch).await;
    batch.source = Some(health::after(spec, state, report, stages.clock.now()));
    batch
}

/// Asks again for posts that are held, where that is how a network tells what was taken back.
async fn recheck(stages: &Stages, spec: &SourceSpec, state: &SourceState, batch: &mut Batch) {
    for ask in stages.recheck(spec, state).await {
        let Some(post) = source::asks_about(&ask) else { continue };
        match stages.exchange(spec, state, &ask).await {
            Ok((_, reading)) => stages.take(spec, reading, batch),
            Err(failure) if failure.is_absence => batch.deleted.push(post),
            // Whoever asks us to wait is asked no more; the rest is asked for at the next poll.
            Err(_) => break,
        }
    }
}
