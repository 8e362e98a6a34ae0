//! Writing incidents: which page they stand on, what the archive knew, and what is new. The joining itself is
//! [`Incident::absorb`].

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set, sea_query::OnConflict};

use super::{
    Committed, StoreError,
    changes::wrong,
    commit::{plain, to_json},
    judging, schema,
};
use crate::model::{
    ExportedIncident, Facts, Id, Incident, Judged, Operation, PageIdentity, Subject, Timestamp, Update, Verdict, time,
};

/// Rows of one insert.
const ROWS: usize = 500;

/// An incident on its way in.
#[derive(Clone, Copy)]
pub(super) struct Coming<'a> {
    incident: &'a Incident,
    verdict: &'a Verdict,
    /// The facts of its updates, in their order; none where they are to be read later.
    facts: &'a [Facts],
    /// What another archive knows of its past.
    history: Option<&'a ExportedIncident>,
}

impl<'a> From<&'a Judged<Incident>> for Coming<'a> {
    fn from(judged: &'a Judged<Incident>) -> Self {
        Self { incident: &judged.value, verdict: &judged.verdict, facts: &judged.facts, history: None }
    }
}

impl<'a> Coming<'a> {
    /// An incident from another archive; `None` for one that nobody has judged.
    pub(super) fn exported(line: &'a ExportedIncident) -> Option<Self> {
        Some(Self { incident: &line.incident, verdict: line.verdict.as_ref()?, facts: &[], history: Some(line) })
    }
}

/// Joins incidents into the archive.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    incidents: impl Iterator<Item = Coming<'_>>,
    now: Timestamp,
    committed: &mut Committed,
    subjects: &mut Vec<(Subject, Id, Operation)>,
) -> Result<(), StoreError> {
    let mut pages = HashMap::new();
    let mut keyed = Vec::new();
    for coming in incidents {
        let identity = &coming.incident.page;
        let key = (identity.id.clone(), identity.host.clone());
        let page = match pages.get(&key) {
            Some(page) => String::clone(page),
            None => {
                let known_as = coming.history.and_then(|history| history.page_key.as_deref());
                let page = page_key(transaction, identity, known_as).await?;
                pages.insert(key, page.clone());
                page
            }
        };
        keyed.push((Incident::id(&page, &coming.incident.native_id), page, coming));
    }
    let mut stored = load(transaction, keyed.iter().map(|(id, ..)| id.to_string()).collect()).await?;
    for (id, page, coming) in keyed {
        // The same incident may stand in two lists of one poll: what is held is put back, changed or not.
        let (mut held, mut changed) = match stored.remove(&id) {
            None => (insert(transaction, id, &page, coming, now, committed).await?, true),
            Some(old) => update(transaction, id, old, coming, now, committed).await?,
        };
        changed |= mark_copy(transaction, id, &mut held, coming).await?;
        if changed {
            subjects.push((Subject::Incident, id, Operation::Upsert));
        }
        stored.insert(id, held);
    }
    Ok(())
}

/// Marks an incident as one that repeats another, where the line of another archive says so.
async fn mark_copy(
    transaction: &DatabaseTransaction,
    id: Id,
    held: &mut Held,
    coming: Coming<'_>,
) -> Result<bool, StoreError> {
    use sea_orm::ActiveModelTrait as _;
    let of = coming.history.and_then(|history| history.copy_of).filter(|of| *of != id).map(|of| of.to_string());
    if of.is_none() || of == held.row.copy_of {
        return Ok(false);
    }
    held.row.copy_of = of;
    let mut write: schema::incidents::ActiveModel = held.row.clone().into();
    write.reset(schema::incidents::Column::CopyOf);
    write.update(transaction).await?;
    Ok(true)
}

/// The key of a page: the one that its host is known by, else the one of its id (unless another host has that), else
/// the name that another archive knew it by (unless another host has that), else its own id, else its host. So a feed and the JSON of one page meet, and no page can speak for another by claiming
/// its id.
pub(super) async fn page_key(
    transaction: &DatabaseTransaction,
    identity: &PageIdentity,
    known_as: Option<&str>,
) -> Result<String, StoreError> {
    let host = identity.host.as_ref().map(|host| format!("host:{host}"));
    let id = identity.id.as_ref().map(|id| format!("id:{id}"));
    let by_host = find_page(transaction, host.as_deref()).await?;
    let by_id = find_page(transaction, id.as_deref()).await?;
    let page = match (by_host, by_id) {
        (Some(page), _) => page,
        (None, Some(page)) if host.is_none() || !has_host(transaction, &page).await? => page,
        (None, Some(_)) => host.clone().unwrap_or_default(),
        (None, None) => match known_as {
            Some(key) if !has_host(transaction, key).await? => key.to_owned(),
            _ => identity.id.clone().or_else(|| host.clone()).unwrap_or_else(|| "unnamed".to_owned()),
        },
    };
    for alias in [host, id].into_iter().flatten() {
        let row = schema::pages::ActiveModel { alias: Set(plain(&alias)), page: Set(plain(&page)) };
        // The first name of a page stays.
        let keep = OnConflict::column(schema::pages::Column::Alias).do_nothing().to_owned();
        schema::pages::Entity::insert(row).on_conflict(keep).exec_without_returning(transaction).await?;
    }
    Ok(plain(&page))
}

async fn find_page(transaction: &DatabaseTransaction, alias: Option<&str>) -> Result<Option<String>, StoreError> {
    let Some(alias) = alias else { return Ok(None) };
    Ok(schema::pages::Entity::find_by_id(plain(alias)).one(transaction).await?.map(|row| row.page))
}

async fn has_host(transaction: &DatabaseTransaction, page: &str) -> Result<bool, StoreError> {
    let hosts = schema::pages::Entity::find()
        .filter(schema::pages::Column::Page.eq(page))
        .filter(schema::pages::Column::Alias.starts_with("host:"));
    Ok(hosts.one(transaction).await?.is_some())
}

/// An incident as the archive holds it.
struct Held {
    row: schema::incidents::Model,
    incident: Incident,
}

/// Reads the incidents with these ids, with their updates.
async fn load(transaction: &DatabaseTransaction, ids: Vec<String>) -> Result<HashMap<Id, Held>, StoreError> {
    let mut held = HashMap::new();
    for chunk in ids.chunks(ROWS) {
        let rows = schema::incidents::Entity::find()
            .filter(schema::incidents::Column::Id.is_in(chunk))
            .all(transaction)
            .await?;
        let updates = schema::incident_updates::Entity::find()
            .filter(schema::incident_updates::Column::Incident.is_in(chunk))
            .order_by_asc(schema::incident_updates::Column::Position)
            .all(transaction)
            .await?;
        for (id, incident, row) in join(rows, updates)? {
            held.insert(id, Held { row, incident });
        }
    }
    Ok(held)
}

/// An incident with its id and its row.
pub(super) type Joined = (Id, Incident, schema::incidents::Model);

/// Puts updates (ordered by position) into their incidents.
pub(super) fn join(
    rows: Vec<schema::incidents::Model>,
    updates: Vec<schema::incident_updates::Model>,
) -> Result<Vec<Joined>, StoreError> {
    let mut by_incident: HashMap<String, Vec<Update>> = HashMap::new();
    for row in updates {
        let update = serde_json::from_str(&row.record).map_err(|error| wrong("incident_updates", error))?;
        by_incident.entry(row.incident).or_default().push(update);
    }
    rows.into_iter()
        .map(|row| {
            let at = || format!("incidents {}", row.id);
            let mut incident: Incident = serde_json::from_str(&row.record).map_err(|error| wrong(at(), error))?;
            incident.updates = by_incident.remove(&row.id).unwrap_or_default();
            Ok((row.id.parse().map_err(|error| wrong(at(), error))?, incident, row))
        })
        .collect()
}

/// Writes an incident that the archive does not have.
async fn insert(
    transaction: &DatabaseTransaction,
    id: Id,
    page: &str,
    coming: Coming<'_>,
    now: Timestamp,
    committed: &mut Committed,
) -> Result<Held, StoreError> {
    let (incident, history) = (coming.incident.clone(), coming.history);
    let received = history.and_then(|history| history.received_at).unwrap_or(now);
    let row = schema::incidents::Model {
        id: id.to_string(),
        page: page.to_owned(),
        native_id: plain(&incident.native_id),
        source: incident.source.clone(),
        kind: incident.kind.as_str().to_owned(),
        sorted_at: time::micros(sorted_at(&incident, received)),
        received_at: time::micros(received),
        edited_at: history.and_then(|history| history.edited_at).map(time::micros),
        version: history.map_or(1, |history| i32::try_from(history.version).unwrap_or(i32::MAX)),
        record: record(&incident),
        verdict: to_json(coming.verdict),
        copy_of: None,
        judged_by: coming.verdict.version.clone(),
    };
    schema::incidents::Entity::insert(schema::incidents::ActiveModel::from(row.clone()))
        .exec_without_returning(transaction)
        .await?;
    committed.new_incidents += 1;
    committed.new_updates += incident.updates.len();
    let all: Vec<usize> = (0..incident.updates.len()).collect();
    write_updates(transaction, id, &incident.updates, &all, coming).await?;
    for former in history.map(|history| history.versions.as_slice()).unwrap_or_default() {
        let subject = if former.part.is_empty() { "incident" } else { "update" };
        let version = i32::try_from(former.version).unwrap_or(i32::MAX);
        let replaced = former.replaced_at;
        insert_version(transaction, subject, &row.id, &plain(&former.part), version, replaced, &former.record).await?;
    }
    Ok(Held { row, incident })
}

/// Joins a newer record into what the archive has; says whether anything changed.
async fn update(
    transaction: &DatabaseTransaction,
    id: Id,
    mut held: Held,
    coming: Coming<'_>,
    now: Timestamp,
    committed: &mut Committed,
) -> Result<(Held, bool), StoreError> {
    let before = held.incident.clone();
    let absorbed = held.incident.absorb(coming.incident.clone());
    let joined_silently = before.updates != held.incident.updates;
    if !absorbed.is_change() && !joined_silently {
        return Ok((held, false));
    }
    if absorbed.record_changed {
        let old = serde_json::to_value(Incident { updates: Vec::new(), ..before.clone() }).unwrap_or_default();
        insert_version(transaction, "incident", &held.row.id, "", held.row.version, now, &old).await?;
        held.row.version += 1;
    }
    for (at, old) in &absorbed.edited {
        let part = plain(&held.incident.updates[*at].native_id);
        let version = next_version(transaction, &held.row.id, &part).await?;
        let old = serde_json::to_value(old).unwrap_or_default();
        insert_version(transaction, "update", &held.row.id, &part, version, now, &old).await?;
    }
    replace_updates(transaction, id, &before.updates, &held.incident.updates, coming).await?;
    committed.new_updates += absorbed.added.len();
    committed.edited_incidents += usize::from(absorbed.is_change());
    held.row.record = record(&held.incident);
    held.row.kind = held.incident.kind.as_str().to_owned();
    held.row.sorted_at = time::micros(sorted_at(&held.incident, time::from_micros(held.row.received_at)));
    held.row.edited_at = Some(time::micros(now));
    if let Ok(verdict) = serde_json::from_str::<Verdict>(&held.row.verdict)
        && verdict.version != coming.verdict.version
    {
        judging::keep(transaction, held.row.id.clone(), &verdict, now).await?;
    }
    held.row.verdict = to_json(&rejudged(&held, coming.verdict));
    held.row.judged_by = coming.verdict.version.clone();
    let write: schema::incidents::ActiveModel = held.row.clone().into();
    use sea_orm::ActiveModelTrait as _;
    write.reset_all().update(transaction).await?;
    Ok((held, true))
}

/// The newer verdict, but never fewer services than were known: a feed's record says less than the JSON one.
fn rejudged(held: &Held, newer: &Verdict) -> Verdict {
    let mut verdict = newer.clone();
    if let Ok(old) = serde_json::from_str::<Verdict>(&held.row.verdict) {
        for service in old.services {
            if !verdict.services.iter().any(|known| known.name == service.name) {
                verdict.services.push(service);
            }
        }
    }
    verdict
}

/// What an incident is sorted by: when it began, else when it was first posted, else when it was received.
fn sorted_at(incident: &Incident, received: Timestamp) -> Timestamp {
    incident.scheduled_for.or(incident.started_at).or(incident.first_post_at).unwrap_or(received)
}

/// The incident as JSON, without its updates.
fn record(incident: &Incident) -> String {
    to_json(&Incident { updates: Vec::new(), ..incident.clone() })
}

/// Writes the updates that differ, and drops what a more exact id has replaced.
async fn replace_updates(
    transaction: &DatabaseTransaction,
    id: Id,
    before: &[Update],
    after: &[Update],
    coming: Coming<'_>,
) -> Result<(), StoreError> {
    let gone: Vec<String> = before
        .iter()
        .filter(|old| !after.iter().any(|new| new.native_id == old.native_id))
        .map(|old| plain(&old.native_id))
        .collect();
    if !gone.is_empty() {
        schema::incident_updates::Entity::delete_many()
            .filter(schema::incident_updates::Column::Incident.eq(id.to_string()))
            .filter(schema::incident_updates::Column::NativeId.is_in(gone))
            .exec(transaction)
            .await?;
    }
    let changed: Vec<usize> = (0..after.len()).filter(|at| before.get(*at) != after.get(*at)).collect();
    write_updates(transaction, id, after, &changed, coming).await
}

/// Upserts the updates at these places.
async fn write_updates(
    transaction: &DatabaseTransaction,
    id: Id,
    updates: &[Update],
    at: &[usize],
    coming: Coming<'_>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = at
        .iter()
        .filter_map(|at| updates.get(*at).map(|update| (*at, update)))
        .map(|(at, update)| {
            let read = facts_of(update, coming);
            schema::incident_updates::ActiveModel {
                incident: Set(id.to_string()),
                native_id: Set(plain(&update.native_id)),
                shown_at: Set(time::micros(update.shown_at)),
                position: Set(i32::try_from(at).unwrap_or(i32::MAX)),
                record: Set(to_json(update)),
                facts: Set(read.map(|read| to_json(&read.facts))),
                facts_by: Set(read.map(|read| read.version.clone())),
            }
        })
        .collect();
    let columns = [schema::incident_updates::Column::Incident, schema::incident_updates::Column::NativeId];
    for chunk in rows.chunks(ROWS) {
        let upsert = OnConflict::columns(columns)
            .update_columns([
                schema::incident_updates::Column::ShownAt,
                schema::incident_updates::Column::Position,
                schema::incident_updates::Column::Record,
                schema::incident_updates::Column::Facts,
                schema::incident_updates::Column::FactsBy,
            ])
            .to_owned();
        schema::incident_updates::Entity::insert_many(chunk.to_vec())
            .on_conflict(upsert)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// The facts that came with an update; `None` (to be read later) for one whose text came from elsewhere.
fn facts_of<'a>(update: &Update, coming: Coming<'a>) -> Option<&'a Facts> {
    let at = coming
        .incident
        .updates
        .iter()
        .position(|given| given.text == update.text && given.shown_at == update.shown_at)?;
    coming.facts.get(at)
}

/// The number that the next kept version of an update gets.
async fn next_version(transaction: &DatabaseTransaction, id: &str, part: &str) -> Result<i32, StoreError> {
    let newest = schema::versions::Entity::find()
        .filter(schema::versions::Column::Subject.eq("update"))
        .filter(schema::versions::Column::Id.eq(id))
        .filter(schema::versions::Column::Part.eq(part))
        .order_by_desc(schema::versions::Column::Version)
        .one(transaction)
        .await?;
    Ok(newest.map_or(1, |row| row.version + 1))
}

/// Keeps what was there before an edit.
pub(super) async fn insert_version(
    transaction: &DatabaseTransaction,
    subject: &str,
    id: &str,
    part: &str,
    version: i32,
    now: Timestamp,
    record: &serde_json::Value,
) -> Result<(), StoreError> {
    let row = schema::versions::ActiveModel {
        subject: Set(subject.to_owned()),
        id: Set(id.to_owned()),
        part: Set(part.to_owned()),
        version: Set(version),
        replaced_at: Set(time::micros(now)),
        record: Set(to_json(record)),
    };
    schema::versions::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}
