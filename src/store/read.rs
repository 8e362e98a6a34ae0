//! Reading: rows for pages, documents for the index, states for the schedule.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Store, StoreError, changes::wrong, commit::plain, facts, incidents, schema, sql};
use crate::model::{
    Change, Document, Facts, Id, Incident, IncidentKind, Item, ItemKind, PostDetails, SourceState, Subject, Timestamp,
    Update, Verdict, time,
};

/// Ids of one look-up.
const ROWS: usize = 500;

/// An item as the archive holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRow {
    /// The newest version.
    pub item: Item,
    /// The verdict on it.
    pub verdict: Verdict,
    /// The version that looked at it last: the verdict's, or one that could not judge it again; empty where an older build
    /// wrote the row.
    pub judged_by: String,
    /// Its number, from 1.
    pub version: u32,
    /// When the newest version was seen; `None` for the first.
    pub edited_at: Option<Timestamp>,
    /// The item of another source that it repeats.
    pub copy_of: Option<Id>,
    /// What was read out of its text.
    pub facts: Facts,
}

/// An incident as the archive holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentRow {
    /// Its id.
    pub id: Id,
    /// The newest version, with its updates, oldest first.
    pub incident: Incident,
    /// The verdict on it.
    pub verdict: Verdict,
    /// As of [`ItemRow::judged_by`].
    pub judged_by: String,
    /// What it is sorted by.
    pub at: Timestamp,
    /// When downwire first held it.
    pub received_at: Timestamp,
    /// When its record or posts last changed; `None` if never.
    pub edited_at: Option<Timestamp>,
    /// What was read out of each of its updates, in their order.
    pub facts: Vec<Facts>,
    /// The number of the record's newest version, from 1.
    pub version: u32,
    /// The archive's name for its page.
    pub page_key: String,
    /// The incident that it repeats, where its file says so.
    pub copy_of: Option<Id>,
}

/// What a hit stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// An item.
    Item(Box<ItemRow>),
    /// An incident.
    Incident(Box<IncidentRow>),
}

impl Row {
    /// The id of what it stands for.
    pub fn id(&self) -> Id {
        match self {
            Self::Item(row) => row.item.id,
            Self::Incident(row) => row.id,
        }
    }
}

/// What was there before an edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its number.
    pub version: u32,
    /// The update that it belongs to, by native id; empty for the item or the incident's record.
    pub part: String,
    /// When downwire saw the version that replaced it.
    pub replaced_at: Timestamp,
    /// What it said: title, text and so on, as JSON.
    pub record: serde_json::Value,
}

/// How much the archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Items.
    pub items: u64,
    /// Incidents.
    pub incidents: u64,
    /// Posts on incidents.
    pub updates: u64,
}

impl Store {
    /// The rows with these ids; ids that the archive does not hold are missing from the map.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn rows(&self, ids: &[Id]) -> Result<HashMap<Id, Row>, StoreError> {
        let mut rows: HashMap<Id, Row> = HashMap::with_capacity(ids.len());
        let words: Vec<String> = ids.iter().map(Id::to_string).collect();
        for chunk in words.chunks(ROWS) {
            let items =
                schema::items::Entity::find().filter(schema::items::Column::Id.is_in(chunk)).all(&self.reader).await?;
            for item in items {
                let row = item_row(item)?;
                rows.insert(row.item.id, Row::Item(Box::new(row)));
            }
            // Items are the many: look for incidents only when something is left.
            if rows.len() < ids.len() {
                for row in self.incident_rows(chunk).await? {
                    rows.insert(row.id, Row::Incident(Box::new(row)));
                }
            }
        }
        Ok(rows)
    }

    /// The item with this id.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn item(&self, id: Id) -> Result<Option<ItemRow>, StoreError> {
        schema::items::Entity::find_by_id(id.to_string()).one(&self.reader).await?.map(item_row).transpose()
    }

    /// The incident with this id, with its updates.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn incident(&self, id: Id) -> Result<Option<IncidentRow>, StoreError> {
        Ok(self.incident_rows(&[id.to_string()]).await?.pop())
    }

    /// Earlier versions of an item or incident (and of its updates), newest first.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn versions(&self, id: Id) -> Result<Vec<Version>, StoreError> {
        let rows = schema::versions::Entity::find()
            .filter(schema::versions::Column::Id.eq(id.to_string()))
            .order_by_desc(schema::versions::Column::ReplacedAt)
            .order_by_desc(schema::versions::Column::Version)
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Version {
                    version: u32::try_from(row.version).unwrap_or(0),
                    part: row.part,
                    replaced_at: time::from_micros(row.replaced_at),
                    record: serde_json::from_str(&row.record).map_err(|error| wrong("versions", error))?,
                })
            })
            .collect()
    }

    /// The documents that these changes speak of, for the index; what is gone by now is missing.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn documents(&self, changes: &[Change]) -> Result<Vec<Document>, StoreError> {
        // A subject that changed twice is read once: twice the same id in one page would be two documents.
        let of = |subject| -> Vec<String> {
            let ids: BTreeSet<_> =
                changes.iter().filter(|change| change.subject == subject).map(|change| change.id).collect();
            ids.iter().map(Id::to_string).collect()
        };
        let mut documents = Vec::with_capacity(changes.len());
        let (items, incidents) = (of(Subject::Item), of(Subject::Incident));
        for chunk in items.chunks(ROWS) {
            let rows =
                schema::items::Entity::find().filter(schema::items::Column::Id.is_in(chunk)).all(&self.reader).await?;
            for row in rows {
                documents.push(item_document(row)?);
            }
        }
        for chunk in incidents.chunks(ROWS) {
            documents.extend(self.incident_rows(chunk).await?.iter().map(incident_document));
        }
        Ok(documents)
    }

    /// A page of the documents of one subject, by id, for a rebuild: those behind `after`, at most `limit`.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn documents_page(
        &self,
        subject: Subject,
        after: Option<Id>,
        limit: u64,
    ) -> Result<Vec<Document>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        match subject {
            Subject::Item => {
                let rows = schema::items::Entity::find()
                    .filter(schema::items::Column::Id.gt(after))
                    .order_by_asc(schema::items::Column::Id)
                    .limit(limit)
                    .all(&self.reader)
                    .await?;
                rows.into_iter().map(item_document).collect()
            }
            Subject::Incident => {
                let ids: Vec<String> = schema::incidents::Entity::find()
                    .select_only()
                    .column(schema::incidents::Column::Id)
                    .filter(schema::incidents::Column::Id.gt(after))
                    .order_by_asc(schema::incidents::Column::Id)
                    .limit(limit)
                    .into_tuple()
                    .all(&self.reader)
                    .await?;
                let mut rows = self.incident_rows(&ids).await?;
                rows.sort_by_key(|row| row.id.to_string());
                Ok(rows.iter().map(incident_document).collect())
            }
        }
    }

    /// Cursor and health of every source that was ever polled, by name.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn source_states(&self) -> Result<HashMap<String, SourceState>, StoreError> {
        let rows = schema::sources::Entity::find().all(&self.reader).await?;
        rows.into_iter()
            .map(|row| {
                let state =
                    serde_json::from_str(&row.record).map_err(|error| wrong(format!("sources {}", row.name), error))?;
                Ok((row.name, state))
            })
            .collect()
    }

    /// How much the archive holds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        Ok(Totals {
            items: schema::items::Entity::find().count(&self.reader).await?,
            incidents: schema::incidents::Entity::find().count(&self.reader).await?,
            updates: schema::incident_updates::Entity::find().count(&self.reader).await?,
        })
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.reader.query_one_raw(sql::statement(&self.reader, "SELECT 1", [])).await?;
        Ok(())
    }

    /// Maintenance whose planned start (or first word, where none is planned) lies at or behind `from`, earliest first,
    /// at most `limit`; records that repeat another are left out.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn maintenance(&self, from: Timestamp, limit: u64) -> Result<Vec<IncidentRow>, StoreError> {
        let ids: Vec<String> = schema::incidents::Entity::find()
            .select_only()
            .column(schema::incidents::Column::Id)
            .filter(schema::incidents::Column::Kind.eq(IncidentKind::Maintenance.as_str()))
            .filter(schema::incidents::Column::SortedAt.gte(time::micros(from)))
            .filter(schema::incidents::Column::CopyOf.is_null())
            .order_by_asc(schema::incidents::Column::SortedAt)
            .limit(limit)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut rows = self.incident_rows(&ids).await?;
        rows.sort_by_key(|row| (row.at, row.id));
        Ok(rows)
    }

    pub(super) async fn incident_rows(&self, ids: &[String]) -> Result<Vec<IncidentRow>, StoreError> {
        let rows = schema::incidents::Entity::find()
            .filter(schema::incidents::Column::Id.is_in(ids))
            .all(&self.reader)
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let updates = schema::incident_updates::Entity::find()
            .filter(schema::incident_updates::Column::Incident.is_in(rows.iter().map(|row| row.id.as_str())))
            .order_by_asc(schema::incident_updates::Column::Position)
            .all(&self.reader)
            .await?;
        let mut read: HashMap<(String, String), Facts> = HashMap::new();
        for update in &updates {
            let facts = facts::stored(update.facts.clone(), update.facts_by.clone(), &update.incident)?;
            read.insert((update.incident.clone(), update.native_id.clone()), facts);
        }
        incidents::join(rows, updates)?
            .into_iter()
            .map(|(id, incident, row)| {
                let facts =
                    |update: &Update| read.remove(&(row.id.clone(), plain(&update.native_id))).unwrap_or_default();
                let facts = incident.updates.iter().map(facts).collect();
                Ok(IncidentRow {
                    facts,
                    id,
                    incident,
                    verdict: verdict(&row.verdict, &row.id)?,
                    judged_by: row.judged_by,
                    at: time::from_micros(row.sorted_at),
                    received_at: time::from_micros(row.received_at),
                    edited_at: row.edited_at.map(time::from_micros),
                    version: u32::try_from(row.version).unwrap_or(1),
                    page_key: row.page,
                    copy_of: row.copy_of.and_then(|id| id.parse().ok()),
                })
            })
            .collect()
    }
}

pub(super) fn item_row(row: schema::items::Model) -> Result<ItemRow, StoreError> {
    let verdict = verdict(&row.verdict, &row.id)?;
    let kind = ItemKind::parse(&row.kind).ok_or_else(|| wrong(format!("items {}", row.id), "unknown kind"))?;
    let post = (kind == ItemKind::Post).then(|| post(&row));
    let facts = facts::stored(row.facts, row.facts_by, &row.id)?;
    Ok(ItemRow {
        item: Item {
            id: row.id.parse().map_err(|error| wrong(format!("items {}", row.id), error))?,
            source: row.source,
            native_id: row.native_id,
            kind,
            url: row.url,
            title: row.title,
            text: row.text,
            author: row.author,
            language: row.language,
            published_at: time::from_micros(row.published_at),
            published_estimated: row.published_estimated,
            updated_at: row.updated_at.map(time::from_micros),
            received_at: time::from_micros(row.received_at),
            hidden: row.hidden,
            post,
        },
        verdict,
        judged_by: row.judged_by,
        version: u32::try_from(row.version).unwrap_or(1),
        edited_at: row.edited_at.map(time::from_micros),
        copy_of: row.copy_of.and_then(|id| id.parse().ok()),
        facts,
    })
}

/// What is kept of a post besides its text.
fn post(row: &schema::items::Model) -> PostDetails {
    let id = |id: &Option<String>| id.as_deref().and_then(|id| id.parse().ok());
    PostDetails {
        author: row.author_key.clone(),
        repost_of: id(&row.repost_of),
        quote_of: id(&row.quote_of),
        reply_to: id(&row.reply_to),
        local_id: row.local_id.clone(),
    }
}

fn verdict(json: &str, id: &str) -> Result<Verdict, StoreError> {
    serde_json::from_str(json).map_err(|error| wrong(format!("the verdict on {id}"), error))
}

fn item_document(row: schema::items::Model) -> Result<Document, StoreError> {
    let verdict = verdict(&row.verdict, &row.id)?;
    Ok(Document {
        id: row.id.parse().map_err(|error| wrong(format!("items {}", row.id), error))?,
        kind: row.kind,
        title: row.title,
        text: row.text,
        source: row.source,
        services: verdict.service_names(),
        outage: verdict.outage,
        score: verdict.score,
        phase: verdict.phase,
        language: row.language,
        hidden: row.hidden,
        // Who passes on what another said is no new voice.
        copy: row.copy_of.is_some() || row.repost_of.is_some(),
        at: time::from_micros(row.published_at),
    })
}

fn incident_document(row: &IncidentRow) -> Document {
    let incident = &row.incident;
    let mut text = incident.text();
    text.push('\n');
    text.extend(incident.components.iter().map(|part| format!("{}\n", part.name)));
    Document {
        id: row.id,
        kind: incident.kind.as_str().to_owned(),
        title: incident.title.clone(),
        text,
        source: incident.source.clone(),
        services: row.verdict.service_names(),
        outage: row.verdict.outage && incident.kind == IncidentKind::Outage,
        score: row.verdict.score,
        phase: Some(incident.phase.as_str().to_owned()),
        language: None,
        hidden: false,
        copy: row.copy_of.is_some(),
        at: row.at,
    }
}
