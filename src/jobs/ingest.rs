//! Ingest: from what is due to what is stored. [`poll`] is the path of the data; [`run`] is the clock around it.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;
use tokio::task::JoinSet;

use super::{
    Stop,
    commit::Commits,
    health::{self, Failure, Report},
    queue::Queue,
};
use crate::{
    classify::Classifier,
    fetch::{FetchError, Fetcher},
    model::{Answer, Ask, Batch, Clock, Health, Judged, Outcome, SourceSpec, SourceState},
    source::{self, ReadError, Reading},
    store::Committed,
};

/// The stages between a source and the store.
pub struct Stages {
    /// Fetches.
    pub fetcher: Fetcher,
    /// Judges.
    pub classifier: Classifier,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// One poll of one source: fetch, read, judge; what it brings is to be committed with the source's new state.
pub async fn poll(stages: &Stages, spec: &SourceSpec, state: SourceState) -> Batch {
    let mut batch = Batch::default();
    let mut report = Report::default();
    let mut next = Some(source::first_ask(spec, &state));
    while let Some(ask) = next.take() {
        let answer = match stages.fetcher.get(&ask).await {
            Ok(answer) => answer,
            Err(error) => {
                report.failed(fetch_failure(&error));
                break;
            }
        };
        match read(stages, spec, &state, &ask, &answer) {
            Ok(reading) => {
                report.answered(&ask.url, &answer);
                next = take(stages, reading, &mut batch, &mut report);
            }
            Err(error) => {
                report.failed(read_failure(&error));
                break;
            }
        }
    }
    batch.source = Some(health::after(spec, state, report, stages.clock.now()));
    batch
}

/// Bytes to items and incidents; nothing to read when the source has not changed.
fn read(
    stages: &Stages,
    spec: &SourceSpec,
    state: &SourceState,
    ask: &Ask,
    answer: &Answer,
) -> Result<Reading, ReadError> {
    match answer.outcome {
        Outcome::Unchanged => Ok(Reading::empty(spec.kind)),
        Outcome::Fresh => source::read(spec, state, ask, answer, stages.clock.now()),
    }
}

/// Judges what was read and puts it into the batch; gives what the source wants asked next.
fn take(stages: &Stages, reading: Reading, batch: &mut Batch, report: &mut Report) -> Option<Ask> {
    let judge = &stages.classifier;
    batch.items.extend(reading.items.into_iter().map(|value| Judged { verdict: judge.judge_item(&value), value }));
    let incidents = reading.incidents.into_iter();
    batch.incidents.extend(incidents.map(|value| Judged { verdict: judge.judge_incident(&value), value }));
    report.document(reading.page, reading.lifetime, reading.skipped, reading.repaired);
    reading.next
}

fn fetch_failure(error: &FetchError) -> Failure {
    let health = match error {
        _ if error.is_gone() => Health::Stopped,
        _ if error.is_limit() => Health::Limited,
        _ => Health::Failing,
    };
    Failure { words: error.to_string(), health, retry_after: error.retry_after() }
}

fn read_failure(error: &ReadError) -> Failure {
    Failure { words: error.to_string(), health: Health::Failing, retry_after: None }
}

fn bug() -> Failure {
    let words = "downwire failed on what it sent (a bug worth reporting; the log has its place)".to_owned();
    Failure { words, health: Health::Failing, retry_after: None }
}

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
    drop(queue);
    while polls.join_next().await.is_some() {}
}

/// One poll with its commit; gives the source back with the state that is now in the store, and what was new.
pub async fn poll_and_commit(
    stages: Arc<Stages>,
    spec: Arc<SourceSpec>,
    state: SourceState,
    commits: Commits,
) -> Option<(Arc<SourceSpec>, SourceState, Committed)> {
    let before = state.clone();
    let polled = AssertUnwindSafe(poll(&stages, &spec, state)).catch_unwind().await;
    // A bug in a stage costs one poll of one source, and is said where its operator looks.
    let batch = polled.unwrap_or_else(|_| Batch {
        source: Some(health::after(&spec, before, Report::of(bug()), stages.clock.now())),
        ..Batch::default()
    });
    let state = batch.source.clone()?;
    let committed = commits.commit(batch).await?;
    Some((spec, state.with_news(committed.new_items + committed.new_incidents), committed))
}
