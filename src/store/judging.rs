//! Judging again, with the old verdict kept; and what people say of verdicts.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, OnConflict},
};

use super::{ItemRow, Store, StoreError, changes, commit::to_json, read::item_row, schema, sql};
use crate::model::{Id, Operation, Subject, Timestamp, Verdict, time};

/// Somebody's word on an item: is it about an outage?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The item.
    pub item: Id,
    /// What it is.
    pub outage: bool,
    /// What had judged it then.
    pub judged_by: String,
    /// When it was said.
    pub marked_at: Timestamp,
}

/// An earlier verdict on an item.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierVerdict {
    /// What it said.
    pub verdict: Verdict,
    /// When another took its place.
    pub replaced_at: Timestamp,
}

impl Store {
    /// Items in the order of their ids behind `after`, at most `limit`: a page of everything that was judged.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn judged_page(&self, after: Option<Id>, limit: u64) -> Result<Vec<ItemRow>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let rows = schema::items::Entity::find()
            .filter(schema::items::Column::Id.gt(after))
            .order_by_asc(schema::items::Column::Id)
            .limit(limit)
            .all(&self.reader)
            .await?;
        rows.into_iter().map(item_row).collect()
    }

    /// Puts new verdicts in the place of the ones that were read, which stay in the history. An item that was edited or
    /// judged meanwhile keeps what it has. One transaction; how many were replaced.
    ///
    /// # Errors
    /// What the database says; then nothing was written.
    pub async fn rejudge(&self, verdicts: &[(ItemRow, Verdict)]) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let transaction = sql::begin(&self.writer).await?;
        let mut subjects = Vec::with_capacity(verdicts.len());
        for (row, verdict) in verdicts {
            let (id, before) = (row.item.id.to_string(), to_json(&row.verdict));
            let replaced = schema::items::Entity::update_many()
                .col_expr(schema::items::Column::Verdict, Expr::value(to_json(verdict)))
                .col_expr(schema::items::Column::Outage, Expr::value(verdict.outage))
                .col_expr(schema::items::Column::Score, Expr::value(f64::from(verdict.score)))
                .filter(schema::items::Column::Id.eq(id.clone()))
                .filter(schema::items::Column::Digest.eq(row.item.content_digest()))
                .exec(&transaction)
                .await?;
            if replaced.rows_affected == 0 {
                continue;
            }
            let kept = schema::verdicts::ActiveModel {
                item: Set(id),
                judged_by: Set(row.verdict.version.clone()),
                replaced_at: Set(time::micros(now)),
                verdict: Set(before),
            };
            let again = OnConflict::columns([schema::verdicts::Column::Item, schema::verdicts::Column::JudgedBy])
                .update_columns([schema::verdicts::Column::ReplacedAt, schema::verdicts::Column::Verdict])
                .to_owned();
            schema::verdicts::Entity::insert(kept).on_conflict(again).exec_without_returning(&transaction).await?;
            subjects.push((Subject::Item, row.item.id, Operation::Upsert));
        }
        changes::append(&transaction, &subjects, now).await?;
        transaction.commit().await?;
        Ok(subjects.len())
    }

    /// The earlier verdicts on an item, newest first.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be read.
    pub async fn earlier_verdicts(&self, item: Id) -> Result<Vec<EarlierVerdict>, StoreError> {
        let rows = schema::verdicts::Entity::find()
            .filter(schema::verdicts::Column::Item.eq(item.to_string()))
            .order_by_desc(schema::verdicts::Column::ReplacedAt)
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|row| {
                let verdict = serde_json::from_str(&row.verdict);
                let wrong = |error: serde_json::Error| StoreError::Row {
                    row: format!("the earlier verdict on {}", row.item),
                    error: error.to_string(),
                };
                Ok(EarlierVerdict { verdict: verdict.map_err(wrong)?, replaced_at: time::from_micros(row.replaced_at) })
            })
            .collect()
    }

    /// Marks an item: the last word counts. `false` when there is no such item.
    ///
    /// # Errors
    /// What the database says.
    pub async fn mark(&self, item: Id, outage: bool) -> Result<bool, StoreError> {
        let Some(row) = self.item(item).await? else { return Ok(false) };
        let mark = schema::marks::ActiveModel {
            item: Set(item.to_string()),
            outage: Set(outage),
            judged_by: Set(row.verdict.version),
            marked_at: Set(time::micros(self.clock.now())),
        };
        let again = OnConflict::column(schema::marks::Column::Item)
            .update_columns([
                schema::marks::Column::Outage,
                schema::marks::Column::JudgedBy,
                schema::marks::Column::MarkedAt,
            ])
            .to_owned();
        let transaction = sql::begin(&self.writer).await?;
        schema::marks::Entity::insert(mark).on_conflict(again).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// A note that was kept under a name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        let select = "SELECT value FROM meta WHERE name = $1";
        let row = self.reader.query_one_raw(sql::statement(&self.reader, select, [name.into()])).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Keeps a note under a name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_note(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let upsert = "INSERT INTO meta (name, value) VALUES ($1, $2) \
                      ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let transaction = sql::begin(&self.writer).await?;
        transaction.execute_raw(sql::statement(&transaction, upsert, [name.into(), value.into()])).await?;
        Ok(transaction.commit().await?)
    }

    /// Every mark, with its item; marks on what is gone are left out.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn marks(&self) -> Result<Vec<(Mark, ItemRow)>, StoreError> {
        let rows =
            schema::marks::Entity::find().order_by_asc(schema::marks::Column::MarkedAt).all(&self.reader).await?;
        let mut marks = Vec::with_capacity(rows.len());
        for row in rows {
            let Ok(item) = row.item.parse::<Id>() else { continue };
            let Some(held) = self.item(item).await? else { continue };
            let marked_at = time::from_micros(row.marked_at);
            marks.push((Mark { item, outage: row.outage, judged_by: row.judged_by, marked_at }, held));
        }
        Ok(marks)
    }
}
