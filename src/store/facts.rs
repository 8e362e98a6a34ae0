//! Facts beside the texts they were read from: what has not been read by the reader of this build, and writing what it
//! read. New texts bring their facts with them, in the transaction of [`Store::commit`].

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{Store, StoreError, changes::wrong, commit::to_json, schema, sql};
use crate::model::{Facts, ItemKind, Timestamp, Update, time};

/// A text that the reader of this build has not read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// The item or incident, as the database writes its id.
    id: String,
    /// The update of the incident; `None` for an item.
    update: Option<String>,
    /// What must still stand there when the facts are written: the item's digest, the update's record.
    seen: String,
    /// Its title; empty for an update.
    pub title: String,
    /// Its text.
    pub text: String,
    /// When it was published.
    pub at: Timestamp,
    /// The operator wrote it.
    pub official: bool,
}

impl Store {
    /// At most `limit` texts that something else than `reader` has read, or nothing.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn unread(&self, reader: &str, limit: u64) -> Result<Vec<Unread>, StoreError> {
        let mut unread = self.unread_items(reader, limit).await?;
        if unread.is_empty() {
            unread = self.unread_updates(reader, limit).await?;
        }
        Ok(unread)
    }

    async fn unread_items(&self, reader: &str, limit: u64) -> Result<Vec<Unread>, StoreError> {
        use schema::items::Column::{Digest, FactsBy, Id, Kind, PublishedAt, Text, Title};
        let rows: Vec<(String, String, String, String, String, i64)> = schema::items::Entity::find()
            .select_only()
            .columns([Id, Kind, Title, Text, Digest, PublishedAt])
            .filter(other_than(FactsBy, reader))
            .order_by_asc(FactsBy)
            .limit(limit)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let unread = |(id, kind, title, text, seen, at): (String, String, String, String, String, i64)| {
            let official = ItemKind::parse(&kind) == Some(ItemKind::StatusUpdate);
            Unread { id, update: None, seen, title, text, at: time::from_micros(at), official }
        };
        Ok(rows.into_iter().map(unread).collect())
    }

    async fn unread_updates(&self, reader: &str, limit: u64) -> Result<Vec<Unread>, StoreError> {
        use schema::incident_updates::Column::{FactsBy, Incident, NativeId, Record};
        let rows: Vec<(String, String, String)> = schema::incident_updates::Entity::find()
            .select_only()
            .columns([Incident, NativeId, Record])
            .filter(other_than(FactsBy, reader))
            .order_by_asc(FactsBy)
            .limit(limit)
            .into_tuple()
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|(id, native_id, record)| {
                let update: Update = serde_json::from_str(&record).map_err(|error| wrong("incident_updates", error))?;
                Ok(Unread {
                    id,
                    update: Some(native_id),
                    seen: record,
                    title: String::new(),
                    text: update.text,
                    at: update.shown_at,
                    official: true,
                })
            })
            .collect()
    }

    /// Writes what was read, in one transaction. A text that was edited meanwhile keeps the facts of its edit.
    ///
    /// # Errors
    /// What the database says; then nothing of it was written.
    pub async fn keep_facts(&self, read: &[(Unread, Facts)]) -> Result<(), StoreError> {
        let transaction = sql::begin(&self.writer).await?;
        for (unread, facts) in read {
            let (json, by) = (to_json(&facts.facts), facts.version.clone());
            match &unread.update {
                None => {
                    schema::items::Entity::update_many()
                        .col_expr(schema::items::Column::Facts, Expr::value(json))
                        .col_expr(schema::items::Column::FactsBy, Expr::value(by))
                        .filter(schema::items::Column::Id.eq(unread.id.as_str()))
                        .filter(schema::items::Column::Digest.eq(unread.seen.as_str()))
                        .exec(&transaction)
                        .await?;
                }
                Some(native_id) => {
                    schema::incident_updates::Entity::update_many()
                        .col_expr(schema::incident_updates::Column::Facts, Expr::value(json))
                        .col_expr(schema::incident_updates::Column::FactsBy, Expr::value(by))
                        .filter(schema::incident_updates::Column::Incident.eq(unread.id.as_str()))
                        .filter(schema::incident_updates::Column::NativeId.eq(native_id.as_str()))
                        .filter(schema::incident_updates::Column::Record.eq(unread.seen.as_str()))
                        .exec(&transaction)
                        .await?;
                }
            }
        }
        Ok(transaction.commit().await?)
    }
}

/// Three ranges of one index: nothing has read, or a reader before or behind this one.
fn other_than(column: impl ColumnTrait, reader: &str) -> Condition {
    Condition::any().add(column.is_null()).add(column.lt(reader)).add(column.gt(reader))
}

/// The facts of a row.
pub(super) fn stored(facts: Option<String>, by: Option<String>, row: &str) -> Result<Facts, StoreError> {
    let facts = facts.map_or_else(|| Ok(Vec::new()), |json| serde_json::from_str(&json));
    Ok(Facts {
        facts: facts.map_err(|error| wrong(format!("the facts of {row}"), error))?,
        version: by.unwrap_or_default(),
    })
}
