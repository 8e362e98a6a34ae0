//! Judging again: when the judge's version changes, what it said before is said anew, in the background, a page at a
//! time. The old verdict stays in the history. Events that are closed keep what was published (invariant 11).

use std::{sync::Arc, time::Duration};

use super::{Stop, Trouble, threads};
use crate::{
    classify::Classifier,
    model::Verdict,
    store::{ItemRow, Store, StoreError},
};

/// Items of one transaction, and the pause behind it: polls come first.
const PAGE: u64 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Pause after an error.
const AGAIN: Duration = Duration::from_secs(5);

/// The name under which the store keeps which version has judged everything.
const DONE: &str = "judged";

/// Judges what another version judged, until it is done or told to stop.
pub async fn run(store: Store, judge: Arc<Classifier>, trouble: Trouble, stop: Stop) {
    loop {
        match all(&store, &judge, &stop).await {
            Ok(replaced) => {
                if replaced > 0 {
                    tracing::info!(items = replaced, "{replaced} items were judged again by {}", judge.version());
                }
                return trouble.ends("judging again");
            }
            Err(error) => trouble.begins("judging again", &error),
        }
        if stop.within(AGAIN).await {
            return;
        }
    }
}

/// Everything that another version judged; how many verdicts were replaced.
///
/// # Errors
/// What the store says.
pub async fn all(store: &Store, judge: &Arc<Classifier>, stop: &Stop) -> Result<usize, StoreError> {
    if store.note(DONE).await?.as_deref() == Some(judge.version()) {
        return Ok(0);
    }
    let (mut after, mut replaced) = (None, 0);
    loop {
        let page = store.judged_page(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.item.id);
        let stale: Vec<ItemRow> = page.into_iter().filter(|row| row.verdict.version != judge.version()).collect();
        if !stale.is_empty() {
            let mut verdicts = judged(judge, stale);
            threads::inherit_again(store, verdicts.iter_mut().map(|(row, verdict)| (&row.item, verdict))).await?;
            replaced += store.rejudge(&verdicts).await?;
        }
        if stop.within(PAUSE).await {
            return Ok(replaced);
        }
    }
    store.set_note(DONE, judge.version()).await?;
    Ok(replaced)
}

fn judged(judge: &Classifier, rows: Vec<ItemRow>) -> Vec<(ItemRow, Verdict)> {
    rows.into_iter()
        .map(|row| {
            let verdict = judge.judge_item(&row.item);
            (row, verdict)
        })
        .collect()
}
