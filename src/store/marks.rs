//! What people say of verdicts: one mark for each item, the last word counts.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set,
    sea_query::{Expr, OnConflict},
};

use super::{ItemRow, Store, StoreError, changes::wrong, schema, sql};
use crate::model::{ExportedMark, Id, Timestamp, time};

/// Ids of one look-up.
const ROWS: usize = 500;

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
    /// The digest of the text that it was said of; `None` where an older build wrote the mark.
    pub digest: Option<String>,
    /// Whether the text is still the one that it was said of. An edited text, or one that an export cut, is another one: it
    /// must not be learned from under this mark.
    pub is_current: bool,
}

impl Mark {
    /// The mark as an export gives it away. The words of a post stay here, and so does what they can be known by.
    pub fn exported(&self, row: &ItemRow) -> ExportedMark {
        let is_post = row.item.post.is_some();
        let digest = self.digest.clone().or_else(|| self.is_current.then(|| row.item.text_digest()));
        ExportedMark {
            outage: self.outage,
            judged_by: self.judged_by.clone(),
            marked_at: self.marked_at,
            text: digest.filter(|_| !is_post),
        }
    }
}

impl Store {
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
            digest: Set(Some(row.item.text_digest())),
        };
        let transaction = sql::begin(&self.writer).await?;
        schema::marks::Entity::insert(mark).on_conflict(replacing()).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes the mark on an item back. `false` when there is no such item.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unmark(&self, item: Id) -> Result<bool, StoreError> {
        let transaction = sql::begin(&self.writer).await?;
        schema::marks::Entity::delete_by_id(item.to_string()).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(self.item(item).await?.is_some())
    }

    /// The marks on these items, by id.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn marks_on(&self, rows: &[ItemRow]) -> Result<HashMap<Id, Mark>, StoreError> {
        let by_id: HashMap<String, &ItemRow> = rows.iter().map(|row| (row.item.id.to_string(), row)).collect();
        let mut marks = HashMap::new();
        for chunk in by_id.keys().cloned().collect::<Vec<_>>().chunks(ROWS) {
            let found = schema::marks::Entity::find().filter(schema::marks::Column::Item.is_in(chunk));
            for mark in found.all(&self.reader).await? {
                let Some(row) = by_id.get(&mark.item) else { continue };
                marks.insert(row.item.id, read(mark, row));
            }
        }
        Ok(marks)
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
            let item: Id = row.item.parse().map_err(|error| wrong("marks", error))?;
            let Some(held) = self.item(item).await? else { continue };
            marks.push((read(row, &held), held));
        }
        Ok(marks)
    }
}

/// A mark beside the item that it stands on.
fn read(mark: schema::marks::Model, row: &ItemRow) -> Mark {
    let marked_at = time::from_micros(mark.marked_at);
    let item = &row.item;
    let has_text = !item.title.trim().is_empty() || !item.text.trim().is_empty();
    let is_same = match &mark.digest {
        Some(digest) => *digest == item.text_digest(),
        None => row.edited_at.is_none_or(|edited| edited <= marked_at),
    };
    Mark {
        item: item.id,
        outage: mark.outage,
        judged_by: mark.judged_by,
        marked_at,
        digest: mark.digest,
        is_current: has_text && is_same,
    }
}

/// Puts a mark in the place of the one before.
fn replacing() -> OnConflict {
    OnConflict::column(schema::marks::Column::Item)
        .update_columns([
            schema::marks::Column::Outage,
            schema::marks::Column::JudgedBy,
            schema::marks::Column::MarkedAt,
            schema::marks::Column::Digest,
        ])
        .to_owned()
}

/// Takes in the marks of another archive: here too the last word counts.
pub(super) async fn take(transaction: &DatabaseTransaction, marks: Vec<(Id, &ExportedMark)>) -> Result<(), StoreError> {
    for (item, mark) in marks {
        let row = schema::marks::ActiveModel {
            item: Set(item.to_string()),
            outage: Set(mark.outage),
            judged_by: Set(mark.judged_by.clone()),
            marked_at: Set(time::micros(mark.marked_at)),
            digest: Set(mark.text.clone()),
        };
        let later = replacing().action_and_where(Expr::cust("excluded.marked_at > marks.marked_at")).to_owned();
        schema::marks::Entity::insert(row).on_conflict(later).exec_without_returning(transaction).await?;
    }
    Ok(())
}
