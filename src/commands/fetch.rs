//! `downwire fetch`: polls what is due (or one source) once, and says what came.

use std::sync::Arc;

use anyhow::bail;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Archive, Output, sources};
use crate::{
    config::Settings,
    jobs::{
        Stages, Stop, Trouble, commit,
        ingest::poll_and_commit,
        queue::{UNDER_WAY, state_of},
    },
    model::{Health, SourceSpec, SourceState},
    store::Committed,
};

/// Polls and commits, with a progress bar.
///
/// # Errors
/// There is no source of that name, or the archive cannot be written. A source that fails is no error: its line says so.
pub async fn fetch(
    archive: Archive,
    stages: Arc<Stages>,
    settings: &Settings,
    name: Option<&str>,
    output: Output,
) -> anyhow::Result<()> {
    let due = due(&archive, settings, name).await?;
    if due.is_empty() && !output.json {
        println!("nothing is due; `downwire fetch --source NAME` asks one source all the same");
    }
    let (_give, stop) = Stop::new();
    let (commits, committer) = commit::committer(archive.store.clone(), Trouble::default(), stop);
    let committer = tokio::spawn(committer);
    let bar = output.progress(due.len(), "fetching");
    let mut polls = JoinSet::new();
    let mut waiting = due.into_iter();
    let mut start = |polls: &mut JoinSet<_>| {
        if let Some((spec, state)) = waiting.next() {
            polls.spawn(poll_and_commit(stages.clone(), spec, state, commits.clone()));
        }
    };
    for _ in 0..UNDER_WAY {
        start(&mut polls);
    }
    while let Some(polled) = polls.join_next().await {
        start(&mut polls);
        bar.inc(1);
        if let Some((spec, state, committed)) = polled? {
            bar.suspend(|| output.line(|| row(&spec, &state, committed), || words(&spec, &state, committed)));
        }
    }
    bar.finish_and_clear();
    drop(commits);
    committer.await?;
    archive.settle().await
}

/// The sources that are due, or the one that was named.
async fn due(
    archive: &Archive,
    settings: &Settings,
    name: Option<&str>,
) -> anyhow::Result<Vec<(Arc<SourceSpec>, SourceState)>> {
    let mut stored = archive.store.source_states().await?;
    let now = archive.clock.now();
    let wanted = |spec: &&SourceSpec| name.is_none_or(|name| spec.name.eq_ignore_ascii_case(name));
    let named: Vec<_> = settings.sources.iter().filter(wanted).collect();
    if named.is_empty()
        && let Some(name) = name
    {
        bail!("there is no source “{name}”: `downwire sources` lists them");
    }
    let states = named.into_iter().map(|spec| (Arc::new(spec.clone()), state_of(spec, stored.remove(&spec.name), now)));
    let is_due = |state: &SourceState| state.health != Health::Stopped && state.next_poll <= now;
    Ok(states.filter(|(_, state)| name.is_some() || is_due(state)).collect())
}

fn row(spec: &SourceSpec, state: &SourceState, committed: Committed) -> Value {
    let mut row = sources::row(spec, state);
    if let Some(row) = row.as_object_mut() {
        row.insert("new".to_owned(), json!(committed.new_in_all()));
        row.insert("edited".to_owned(), json!(committed.edited_items + committed.edited_incidents));
    }
    row
}

fn words(spec: &SourceSpec, state: &SourceState, committed: Committed) -> String {
    let came = match (state.failures > 0, committed.new_in_all(), committed.edited_items + committed.edited_incidents) {
        (true, ..) => state.last_error.clone().unwrap_or_default(),
        (false, 0, 0) => "nothing new".to_owned(),
        (false, new, 0) => format!("{new} new"),
        (false, new, edited) => format!("{new} new, {edited} edited"),
    };
    format!("{:8} {:32} {came}", state.health.as_str(), spec.name)
}
