//! Judging again: what another version judged is judged anew, in the background, a page at a time. The old verdict stays in
//! the history. Events that are closed keep what was published (invariant 11).
//!
//! Not only a new version leaves old verdicts behind: another archive's come with an import, and a process with other names
//! or weights may write beside this one. So it looks again and again, which costs four looks into an index; and only who
//! polls does, or two processes of two versions would judge each other's verdicts for ever.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{Stop, Trouble, threads};
use crate::{
    classify::Classifier,
    model::{Item, Verdict},
    store::{IncidentRow, ItemRow, Store, StoreError},
};

/// Items of one transaction, and the pause behind it: polls come first.
const PAGE: u64 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Pause when everything is judged; what an import brings is found by the next look.
const REST: Duration = Duration::from_secs(60);

/// Pause after an error.
const AGAIN: Duration = Duration::from_secs(5);

/// Judges what another version judged while the lease is `held`, until told to stop.
pub async fn run(store: Store, judge: Arc<Classifier>, mut held: watch::Receiver<bool>, trouble: Trouble, stop: Stop) {
    while !stop.is_given() {
        let is_ours = *held.borrow_and_update();
        let pause = if is_ours { look(&store, &judge, &trouble, &stop).await } else { REST };
        tokio::select! {
            _ = stop.within(pause) => {}
            changed = held.changed() => if changed.is_err() { return },
        }
    }
}

/// One look; says how long to wait for the next.
async fn look(store: &Store, judge: &Arc<Classifier>, trouble: &Trouble, stop: &Stop) -> Duration {
    match all(store, judge, stop).await {
        Ok(replaced) => {
            if replaced > 0 {
                tracing::info!(verdicts = replaced, "{replaced} texts were judged again by {}", judge.version());
            }
            trouble.ends("judging again");
            REST
        }
        Err(error) => {
            trouble.begins("judging again", &error);
            AGAIN
        }
    }
}

/// Everything that another version judged, items and incidents; how many verdicts were replaced.
///
/// # Errors
/// What the store says.
pub async fn all(store: &Store, judge: &Arc<Classifier>, stop: &Stop) -> Result<usize, StoreError> {
    let mut replaced = 0;
    // What was looked at is found no more, so each page is the first.
    loop {
        let page = store.items_of_others(judge.version(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        let mut verdicts: Vec<_> = page.into_iter().map(|row| judged(judge, row)).collect();
        let again = verdicts.iter_mut().filter(|(row, verdict)| row.verdict.version != verdict.version);
        threads::inherit_again(store, again.map(|(row, verdict)| (&row.item, verdict))).await?;
        replaced += store.rejudge(judge.version(), &verdicts).await?;
        if stop.within(PAUSE).await {
            return Ok(replaced);
        }
    }
    loop {
        let page = store.incidents_of_others(judge.version(), PAGE).await?;
        if page.is_empty() {
            return Ok(replaced);
        }
        let verdicts: Vec<_> = page.into_iter().map(|row| judged_incident(judge, row)).collect();
        replaced += store.rejudge_incidents(judge.version(), &verdicts).await?;
        if stop.within(PAUSE).await {
            return Ok(replaced);
        }
    }
}

/// The row with what is said of it now. A post of another archive comes without its words: what was said of those is worth
/// more than what can be said of none.
fn judged(judge: &Classifier, row: ItemRow) -> (ItemRow, Verdict) {
    let is_known = row.verdict.version == judge.version() || !has_text(&row.item);
    let verdict = if is_known { row.verdict.clone() } else { judge.judge_item(&row.item) };
    (row, verdict)
}

fn judged_incident(judge: &Classifier, row: IncidentRow) -> (IncidentRow, Verdict) {
    let is_known = row.verdict.version == judge.version();
    let verdict = if is_known { row.verdict.clone() } else { judge.judge_incident(&row.incident) };
    (row, verdict)
}

fn has_text(item: &Item) -> bool {
    !item.title.trim().is_empty() || !item.text.trim().is_empty()
}
