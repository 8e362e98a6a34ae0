//! The commit: what many polls brought goes into one transaction, with their cursors and health and the change
//! sequence (invariant 2). Nothing else writes content.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, NotSet, QueryFilter, QuerySelect, Set,
    sea_query::OnConflict,
};

use super::{
    Store, StoreError, availability, changes, incidents, incidents::Coming, judging, observed, posts, schema, sql,
    states,
};
use crate::model::{
    Batch, ExportLine, ExportedMark, Id, Item, Judged, Operation, SourceState, Subject, Timestamp, Verdict, time,
};

/// Rows of one insert: 20 columns each, below SQLite's 32,766 variables; row-by-row is ten times slower.
const ROWS: usize = 200;

/// What a batch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Committed {
    /// Items that the archive did not have.
    pub new_items: usize,
    /// Items that got a new version.
    pub edited_items: usize,
    /// Incidents that the archive did not have.
    pub new_incidents: usize,
    /// Posts on incidents that the archive did not have.
    pub new_updates: usize,
    /// Incidents whose record or posts changed.
    pub edited_incidents: usize,
    /// Posts that were held and are deleted now.
    pub deleted_posts: usize,
}

impl Committed {
    /// Everything that the archive did not have: items, incidents and updates.
    pub fn new_in_all(&self) -> usize {
        self.new_items + self.new_incidents + self.new_updates
    }

    /// Whether anything was new or changed.
    pub fn is_news(&self) -> bool {
        self.new_in_all() + self.edited_items + self.edited_incidents > 0
    }
}

impl Store {
    /// Commits what several polls brought, each with its source's state, in one transaction. A source's count of items
    /// grows by what was new, and a batch that brought news dates its `last_news`.
    ///
    /// # Errors
    /// What the database says; then nothing of it was written.
    pub async fn commit(&self, batches: &[Batch]) -> Result<Vec<Committed>, StoreError> {
        let now = self.clock.now();
        let transaction = sql::begin(&self.writer).await?;
        let mut known = Known::read(&transaction, batches).await?;
        let mut subjects = Vec::new();
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            let mut committed = Committed::default();
            for item in &batch.items {
                known.take(item, now, &mut committed);
            }
            for line in &batch.exported {
                known.take_exported(line, &mut committed);
            }
            let exported = batch.exported.iter().filter_map(|line| match line {
                ExportLine::Incident(line) => Coming::exported(line),
                _ => None,
            });
            let coming = batch.incidents.iter().map(Coming::from).chain(exported);
            incidents::write(&transaction, coming, now, &mut committed, &mut subjects).await?;
            availability::write(&transaction, batch, now).await?;
            states::write(&transaction, &batch.pages).await?;
            outcomes.push(committed);
        }
        let marks = known.marks(batches);
        known.write(&transaction, now, &mut subjects).await?;
        super::marks::take(&transaction, marks).await?;
        observed::write(&transaction, batches).await?;
        for (batch, outcome) in batches.iter().zip(&mut outcomes) {
            let mut deleted = batch.deleted.clone();
            deleted.extend(posts::of_authors(&transaction, &batch.deleted_authors).await?);
            outcome.deleted_posts = posts::delete(&transaction, &deleted, now, &mut subjects).await?;
        }
        posts::count(&transaction, &batches.iter().flat_map(|batch| &batch.counts).collect::<Vec<_>>()).await?;
        let measured = batches.iter().flat_map(|batch| {
            let source = batch.source.as_ref().map_or("", |state| state.name.as_str());
            batch.measurements.iter().map(move |one| (source, one))
        });
        posts::measure(&transaction, &measured.collect::<Vec<_>>()).await?;
        write_sources(&transaction, batches, &outcomes, now).await?;
        dedup(&mut subjects);
        changes::append(&transaction, &subjects, now).await?;
        transaction.commit().await?;
        Ok(outcomes)
    }
}

/// A subject changed twice in one transaction is one change.
fn dedup(subjects: &mut Vec<(Subject, Id, Operation)>) {
    let mut seen = HashSet::new();
    subjects.retain(|(subject, id, _)| seen.insert((*subject, *id)));
}

/// What the archive holds of the items of a transaction, and what is to be written about them.
struct Known {
    /// Items that were deleted once and are never taken in again.
    deleted: HashSet<Id>,
    /// Digest and version by id, in the archive or already taken in this transaction.
    stored: HashMap<Id, (String, i32)>,
    /// New items, in order of arrival.
    fresh: Vec<(Id, schema::items::ActiveModel)>,
    /// Items that get another version.
    edited: HashMap<Id, schema::items::ActiveModel>,
}

impl Known {
    /// Looks up every item of the batches at once.
    async fn read(transaction: &DatabaseTransaction, batches: &[Batch]) -> Result<Self, StoreError> {
        let exported = batches.iter().flat_map(|batch| &batch.exported).filter_map(|line| match line {
            ExportLine::Item(item) => Some(item.id.to_string()),
            _ => None,
        });
        let items = batches.iter().flat_map(|batch| &batch.items).map(|item| item.value.id.to_string());
        let ids: Vec<String> = items.chain(exported).collect();
        let mut stored = HashMap::new();
        for chunk in ids.chunks(ROWS * 10) {
            let rows: Vec<(String, String, i32)> = schema::items::Entity::find()
                .select_only()
                .columns([schema::items::Column::Id, schema::items::Column::Digest, schema::items::Column::Version])
                .filter(schema::items::Column::Id.is_in(chunk))
                .into_tuple()
                .all(transaction)
                .await?;
            for (id, digest, version) in rows {
                stored.insert(id.parse().map_err(|error| changes::wrong("items", error))?, (digest, version));
            }
        }
        let deleted = posts::deleted_before(transaction, &ids).await?;
        Ok(Self { deleted, stored, fresh: Vec::new(), edited: HashMap::new() })
    }

    /// Decides what one item means: new, a new version, or nothing.
    fn take(&mut self, judged: &Judged<Item>, now: Timestamp, committed: &mut Committed) {
        let item = &judged.value;
        if self.deleted.contains(&item.id) {
            return;
        }
        let digest = item.content_digest();
        match self.stored.get(&item.id).cloned() {
            None => {
                committed.new_items += 1;
                self.fresh.push((item.id, row(judged, &digest, 1, None)));
                self.stored.insert(item.id, (digest, 1));
            }
            Some((old, _)) if old == digest => {}
            Some((_, version)) => {
                // The same item twice in one document, told differently: the later telling stands.
                let pending = self.fresh.iter_mut().find(|(id, _)| *id == item.id);
                if let Some((_, pending)) = pending {
                    *pending = row(judged, &digest, version, None);
                } else {
                    let next = if self.edited.contains_key(&item.id) { version } else { version + 1 };
                    self.edited.insert(item.id, row(judged, &digest, next, Some(now)));
                    self.stored.insert(item.id, (digest, next));
                    committed.edited_items += 1;
                    return;
                }
                self.stored.insert(item.id, (digest, version));
            }
        }
    }

    /// Takes an item of another archive where this one does not hold it; what it says may be shortened, so it never
    /// replaces anything.
    fn take_exported(&mut self, line: &ExportLine, committed: &mut Committed) {
        let ExportLine::Item(exported) = line else { return };
        if self.deleted.contains(&exported.id) || self.stored.contains_key(&exported.id) {
            return;
        }
        let version = i32::try_from(exported.version).unwrap_or(i32::MAX);
        let judged =
            Judged { value: Item::from((**exported).clone()), verdict: exported.verdict.clone(), facts: Vec::new() };
        let digest = judged.value.content_digest();
        committed.new_items += 1;
        self.fresh.push((exported.id, row(&judged, &digest, version, exported.edited_at)));
        self.stored.insert(exported.id, (digest, version));
    }

    /// The marks of another archive on what is held, or will be when this is written.
    fn marks<'a>(&self, batches: &'a [Batch]) -> Vec<(Id, &'a ExportedMark)> {
        let lines = batches.iter().flat_map(|batch| &batch.exported).filter_map(|line| match line {
            ExportLine::Item(item) => Some((item.id, item.mark.as_ref()?)),
            _ => None,
        });
        lines.filter(|(id, _)| self.stored.contains_key(id)).collect()
    }

    /// Writes new items, keeps the old text of edited ones, and names them all.
    async fn write(
        self,
        transaction: &DatabaseTransaction,
        now: Timestamp,
        subjects: &mut Vec<(Subject, Id, Operation)>,
    ) -> Result<(), StoreError> {
        subjects.extend(self.fresh.iter().map(|(id, _)| (Subject::Item, *id, Operation::Upsert)));
        let rows: Vec<_> = self.fresh.into_iter().map(|(_, row)| row).collect();
        for chunk in rows.chunks(ROWS) {
            schema::items::Entity::insert_many(chunk.to_vec()).exec_without_returning(transaction).await?;
        }
        for (id, mut edited) in self.edited {
            let Some(old) = schema::items::Entity::find_by_id(id.to_string()).one(transaction).await? else { continue };
            keep_version(transaction, &old, now).await?;
            // What another version said of the older words is no more to be had from this one.
            if let Ok(verdict) = serde_json::from_str::<Verdict>(&old.verdict)
                && edited.judged_by.try_as_ref() != Some(&verdict.version)
            {
                judging::keep(transaction, old.id.clone(), &verdict, now).await?;
            }
            // An item keeps the time it was first known by, when its source gives none.
            if edited.published_estimated.try_as_ref() == Some(&true) {
                edited.published_at = Set(old.published_at);
                edited.published_estimated = Set(old.published_estimated);
            }
            edited.received_at = Set(old.received_at);
            edited.source = Set(old.source);
            edited.reset_all().update(transaction).await?;
            subjects.push((Subject::Item, id, Operation::Upsert));
        }
        Ok(())
    }
}

/// Puts what an item said into `versions`.
async fn keep_version(
    transaction: &DatabaseTransaction,
    old: &schema::items::Model,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = serde_json::json!({ "title": old.title, "text": old.text, "url": old.url });
    incidents::insert_version(transaction, "item", &old.id, "", old.version, now, &record).await
}

/// The row of an item.
fn row(judged: &Judged<Item>, digest: &str, version: i32, edited_at: Option<Timestamp>) -> schema::items::ActiveModel {
    let item = &judged.value;
    let post = item.post.clone().unwrap_or_default();
    schema::items::ActiveModel {
        id: Set(item.id.to_string()),
        source: Set(item.source.clone()),
        native_id: Set(plain(&item.native_id)),
        kind: Set(item.kind.as_str().to_owned()),
        url: Set(item.url.as_deref().map(plain)),
        title: Set(plain(&item.title)),
        text: Set(plain(&item.text)),
        author: Set(item.author.as_deref().map(plain)),
        language: Set(item.language.clone()),
        published_at: Set(time::micros(item.published_at)),
        published_estimated: Set(item.published_estimated),
        updated_at: Set(item.updated_at.map(time::micros)),
        received_at: Set(time::micros(item.received_at)),
        hidden: Set(item.hidden),
        digest: Set(digest.to_owned()),
        version: Set(version),
        edited_at: Set(edited_at.map(time::micros)),
        outage: Set(judged.verdict.outage),
        score: Set(f64::from(judged.verdict.score)),
        verdict: Set(to_json(&judged.verdict)),
        // Found out later, by who follows.
        copy_of: NotSet,
        facts: Set(judged.facts.first().map(|read| to_json(&read.facts))),
        facts_by: Set(judged.facts.first().map(|read| read.version.clone())),
        author_key: Set(post.author.clone()),
        repost_of: Set(post.repost_of.map(|id| id.to_string())),
        quote_of: Set(post.quote_of.map(|id| id.to_string())),
        reply_to: Set(post.reply_to.map(|id| id.to_string())),
        local_id: Set(post.local_id),
        judged_by: Set(judged.verdict.version.clone()),
    }
}

/// PostgreSQL's TEXT takes no NUL; no text needs one.
pub(super) fn plain(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() }
}

/// JSON for a TEXT column. A NUL stays an escape there, which PostgreSQL takes.
pub(super) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// Upserts the state of every source that was polled. The last state of a source wins.
async fn write_sources(
    transaction: &DatabaseTransaction,
    batches: &[Batch],
    outcomes: &[Committed],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut states: HashMap<&str, SourceState> = HashMap::new();
    for (batch, committed) in batches.iter().zip(outcomes) {
        let Some(state) = &batch.source else { continue };
        let mut state = state.clone();
        state.items += (committed.new_items + committed.new_incidents) as u64;
        if committed.is_news() {
            state.last_news = Some(now);
        }
        states.insert(batch.source.as_ref().map_or("", |state| &state.name), state);
    }
    let rows: Vec<_> = states.into_values().map(|state| source_row(&state)).collect();
    for chunk in rows.chunks(ROWS * 10) {
        let update = OnConflict::column(schema::sources::Column::Name)
            .update_columns([
                schema::sources::Column::Health,
                schema::sources::Column::NextPoll,
                schema::sources::Column::Record,
            ])
            .to_owned();
        schema::sources::Entity::insert_many(chunk.to_vec())
            .on_conflict(update)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

fn source_row(state: &SourceState) -> schema::sources::ActiveModel {
    schema::sources::ActiveModel {
        name: Set(state.name.clone()),
        health: Set(state.health.as_str().to_owned()),
        next_poll: Set(time::micros(state.next_poll)),
        record: Set(to_json(state)),
    }
}
