//! The stages between a source and the store, as `ingest` and `import` use them.

use std::sync::Arc;

use super::health::Failure;
use crate::{
    classify::Classifier,
    facts,
    fetch::Fetcher,
    model::{Answer, Ask, Batch, Clock, Facts, Incident, Item, ItemKind, Judged, SourceSpec, SourceState, Timestamp},
    source::{self, Reading},
    text::language,
};

/// A document larger than this, in bytes, takes milliseconds to read: other polls and pages must not wait for it.
const LARGE: usize = 256 * 1024;

/// What a poll needs.
pub struct Stages {
    /// Fetches.
    pub fetcher: Fetcher,
    /// Judges.
    pub classifier: Arc<Classifier>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl Stages {
    /// Fetches and reads: bytes to items and incidents; nothing where nothing has changed.
    pub async fn exchange(
        &self,
        spec: &SourceSpec,
        state: &SourceState,
        ask: &Ask,
    ) -> Result<(Answer, Reading), Failure> {
        let answer = self.fetcher.get(ask).await?;
        let read = || source::read(spec, state, ask, &answer, self.clock.now());
        let reading = if answer.body.len() > LARGE { tokio::task::block_in_place(read)? } else { read()? };
        Ok((answer, reading))
    }
}

/// Judges items and incidents, reads their facts, tells the language of what declares none, and puts them into a batch.
pub fn judge(judge: &Classifier, items: Vec<Item>, incidents: Vec<Incident>, batch: &mut Batch) {
    batch.items.extend(items.into_iter().map(|mut value| {
        value.language = value.language.take().or_else(|| detected(&value));
        let official = value.kind == ItemKind::StatusUpdate;
        let facts = vec![facts_of(&value.title, &value.text, value.published_at, official)];
        Judged { verdict: judge.judge_item(&value), facts, value }
    }));
    let incidents = incidents.into_iter();
    batch.incidents.extend(incidents.map(|value| {
        let facts = value.updates.iter().map(|update| facts_of("", &update.text, update.shown_at, true)).collect();
        Judged { verdict: judge.judge_incident(&value), facts, value }
    }));
}

/// The facts of a text that was published at an instant.
pub fn facts_of(title: &str, text: &str, at: Timestamp, official: bool) -> Facts {
    facts::read(&facts::Document { title, text, published: Some(facts::Published::At(at)), official })
}

/// The language of an item whose source declares none.
fn detected(item: &Item) -> Option<String> {
    let text = if item.text.len() > item.title.len() { &item.text } else { &item.title };
    language::detect(text).map(str::to_owned)
}
