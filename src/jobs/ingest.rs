//! Ingest: from what is due to what is stored. `poll` is the path of the data; [`run`] is the clock around it.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;
use tokio::task::JoinSet;

use super::{
    Stages, Stop,
    commit::Commits,
    detect,
    health::{self, Failure, Report},
    queue::Queue,
    threads,
};
use crate::{
    model::{Batch, SourceKind, SourceSpec, SourceState},
    source,
    store::Committed,
};

/// Most requests of one poll: a status page needs two or three, and at first sight walks ten pages of its archive a poll; a
/// feed at first sight is followed into its past no further.
const MOST_REQUESTS: usize = 12;

/// A page whose documents could not be read so often is looked at anew: it may have moved to another platform.
const LOST_AFTER: u32 = 3;

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
        Ok(committed) => {
            let news = committed.is_news().then(|| stages.clock.now());
            Some((spec, after.with_news(committed.new_items + committed.new_incidents, news), committed))
        }
        Err(words) => {
            let batch = failed(Failure::refused(words));
            let after = batch.source.clone()?;
            let _said_anyway = commits.commit(batch).await?;
            Some((spec, after, Committed::default()))
        }
    }
}

/// Finds out on which platform a page runs, where nobody said so: at first sight, and again when its documents could not
/// be read for a while.
async fn find_platform(
    stages: &Stages,
    spec: &SourceSpec,
    state: &mut SourceState,
    report: &mut Report,
) -> Result<(), Failure> {
    let is_lost = state.failures > 0 && state.failures.is_multiple_of(LOST_AFTER);
    if spec.kind != SourceKind::Page || state.platform.is_some() && !is_lost {
        return Ok(());
    }
    let address = state.moved_to.as_deref().unwrap_or(&state.url).to_owned();
    let found = detect::detect(&stages.fetcher, &address, stages.clock.as_ref()).await?;
    if let Some(before) = state.platform.filter(|before| *before != found.kind) {
        report.changed_platform(before, found.kind);
    }
    (state.platform, state.found_at) = (Some(found.kind), found.address);
    Ok(())
}

/// One poll of one source: fetch, read, judge. What it brings is committed with the source's new cursor and health.
async fn poll(stages: &Stages, spec: &SourceSpec, mut state: SourceState) -> Batch {
    let known_as = spec.service.as_deref().map(|service| stages.classifier.names_of(service)).unwrap_or_default();
    let (mut batch, mut report) = (Batch::default(), Report::new(known_as));
    let mut next = match find_platform(stages, spec, &mut state, &mut report).await {
        Ok(()) => source::begin(spec, &state, stages.clock.now()),
        Err(failure) => {
            report.failed(failure);
            None
        }
    };
    // What a document says of how far was read holds for the next request of the same poll.
    let mut reached = state.clone();
    for number in 0..MOST_REQUESTS {
        let Some(ask) = next.take() else { break };
        let is_history = number > 0 && source::is_history(spec, &state, &ask);
        match stages.exchange(spec, &reached, &ask).await {
            Ok((answer, mut reading)) => {
                let now = stages.clock.now();
                reached.cursor.extend(reading.cursor.clone());
                report.document(state.address(), &ask.url, &answer, &mut reading, is_history, now);
                if report.evidence().is_foreign(spec, &state) {
                    // What a stranger says is kept as a stranger's word.
                    (reading.report, reading.impacts, reading.days) = (None, Vec::new(), Vec::new());
                    reading.incidents.iter_mut().for_each(|incident| incident.service = None);
                }
                next = reading.next.take();
                stages.take(spec, reading, &mut batch);
            }
            Err(failure) if is_history || ask.is_extra => {
                let cursor = source::history_failed(spec, &state, &ask, stages.clock.now());
                report.history_ended(&failure, cursor);
            }
            Err(failure) => {
                if failure.is_refusal {
                    next = source::after_refusal(spec, &reached, &ask, failure.is_absence, stages.clock.now());
                }
                if failure.is_wrong && spec.kind.is_posts() {
                    // One account that is gone is no reason to call the others broken.
                    let cursor = source::forget(spec, &reached, &ask, stages.clock.now());
                    report.chain_lost(&ask.chain, failure, cursor);
                // Where the same is found elsewhere, nothing has failed.
                } else if next.as_ref().is_none_or(|next| next.chain != ask.chain) {
                    report.failed(failure);
                }
            }
        }
    }
    report.stopped(source::stopped_before(spec, next.as_ref()));
    recheck(stages, spec, &state, &mut batch).await;
    if let Err(error) = threads::inherit(&stages.store, &mut batch.items).await {
        tracing::warn!(source = spec.name, "what its posts answer cannot be looked up: {error}");
    }
    batch.source = Some(health::after(spec, state, report, stages.clock.now()));
    batch
}

/// Asks again for posts that are held, where that is how a network tells what was taken back.
async fn recheck(stages: &Stages, spec: &SourceSpec, state: &SourceState, batch: &mut Batch) {
    for ask in stages.recheck(spec, state).await {
        let mut next = Some(ask);
        // An answer may want to be confirmed, once.
        for _ in 0..2 {
            let Some(ask) = next.take() else { break };
            match stages.exchange(spec, state, &ask).await {
                Ok((_, mut reading)) => {
                    next = reading.next.take();
                    stages.take(spec, reading, batch);
                }
                // Where one request asks for many, an answer tells which are missing.
                Err(failure) if failure.is_absence => batch.deleted.extend(source::asks_about(&ask)),
                // Whoever asks us to wait is asked no more; the rest is asked for at the next poll.
                Err(_) => return,
            }
        }
    }
}
