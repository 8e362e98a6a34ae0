//! The stages between a source and the store, as `ingest` and `import` use them.

use std::sync::Arc;

use super::health::Failure;
use crate::{
    classify::Classifier,
    facts,
    fetch::Fetcher,
    model::{Answer, Ask, Batch, Clock, Facts, Incident, Item, ItemKind, Judged, SourceSpec, SourceState, Timestamp},
    source::{self, Reading},
    store::Store,
    text::language,
};

/// A document larger than this, in bytes, takes milliseconds to read: other polls and pages must not wait for it.
const LARGE: usize = 256 * 1024;

/// How far back posts are asked for again, and how many of them are looked at in one poll.
const HELD_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// See [`HELD_FOR`].
const MOST_HELD: u64 = 200;

/// What a poll needs.
pub struct Stages {
    /// Fetches.
    pub fetcher: Fetcher,
    /// Judges.
    pub classifier: Arc<Classifier>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// What is held already: some networks tell only those who ask that a post was taken back.
    pub store: Store,
}

impl Stages {
    /// Fetches and reads: bytes to items and incidents; nothing where nothing has changed.
    pub async fn exchange(
        &self,
        spec: &SourceSpec,
        state: &SourceState,
        ask: &Ask,
    ) -> Result<(Answer, Reading), Failure> {
        let answer = self.fetcher.get(ask).await.map_err(|error| Failure::of(spec.kind, error))?;
        let read = || source::read(spec, state, ask, &answer, self.clock.now());
        let reading = if answer.body.len() > LARGE { tokio::task::block_in_place(read)? } else { read()? };
        Ok((answer, reading))
    }

    /// Takes what was read into a batch: people become hashes, everything is judged.
    pub fn take(&self, spec: &SourceSpec, mut reading: Reading, batch: &mut Batch) {
        let record = reading.take_page_record(&spec.name, spec.service.as_deref(), self.clock.now());
        batch.pages.extend(record);
        batch.deleted.append(&mut reading.deleted);
        batch.counts.append(&mut reading.counts);
        batch.measurements.append(&mut reading.measurements);
        if spec.kind.is_posts() && spec.posts.is_everything() {
            // Of all that a server has, most is none of our business.
            let speaks = |item: &Item| self.classifier.gate(&format!("{} {}", item.title, item.text));
            reading.items.retain(|item| item.kind != ItemKind::Post || speaks(item));
        }
        self.take_all(reading.items, reading.incidents, batch);
    }

    /// Takes in items and incidents whatever they say.
    pub fn take_all(&self, mut items: Vec<Item>, incidents: Vec<Incident>, batch: &mut Batch) {
        for item in &mut items {
            let author = item.post.as_mut().and_then(|post| post.author.as_mut());
            if let Some(author) = author {
                *author = self.store.people().key(author);
            }
        }
        judge(&self.classifier, items, incidents, batch);
    }

    /// The requests that find out whether posts of a source are still there.
    pub async fn recheck(&self, spec: &SourceSpec, state: &SourceState) -> Vec<Ask> {
        let now = self.clock.now();
        if !spec.kind.is_posts() || spec.kind.is_stream() {
            return Vec::new();
        }
        let held = self.store.held_posts(&spec.name, now - HELD_FOR, MOST_HELD).await.unwrap_or_default();
        source::recheck(spec, state, now, &held)
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
