//! Judging again, with the old verdict kept.

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, OnConflict},
};

use super::{IncidentRow, ItemRow, Store, StoreError, changes, commit::to_json, read::item_row, schema, sql};
use crate::model::{Id, Operation, Subject, Timestamp, Verdict, time};

/// An earlier verdict on an item.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierVerdict {
    /// What it said.
    pub verdict: Verdict,
    /// When another took its place.
    pub replaced_at: Timestamp,
}

impl Store {
    /// Items that another version than `by` looked at last, at most `limit`. A walk along an index: where there is none it
    /// costs the same however much is held.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn items_of_others(&self, by: &str, limit: u64) -> Result<Vec<ItemRow>, StoreError> {
        use schema::items::{Column, Entity};
        // Two ranges and not one "unlike", for which no database uses its index.
        for range in [Column::JudgedBy.lt(by), Column::JudgedBy.gt(by)] {
            let found =
                Entity::find().filter(range).order_by_asc(Column::JudgedBy).order_by_asc(Column::Id).limit(limit);
            let rows = found.all(&self.reader).await?;
            if !rows.is_empty() {
                return rows.into_iter().map(item_row).collect();
            }
        }
        Ok(Vec::new())
    }

    /// Incidents that another version than `by` looked at last, with their posts, at most `limit`.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn incidents_of_others(&self, by: &str, limit: u64) -> Result<Vec<IncidentRow>, StoreError> {
        use schema::incidents::{Column, Entity};
        for range in [Column::JudgedBy.lt(by), Column::JudgedBy.gt(by)] {
            let found = Entity::find().select_only().column(Column::Id).filter(range);
            let found = found.order_by_asc(Column::JudgedBy).order_by_asc(Column::Id).limit(limit);
            let ids: Vec<String> = found.into_tuple().all(&self.reader).await?;
            if !ids.is_empty() {
                return self.incident_rows(&ids).await;
            }
        }
        Ok(Vec::new())
    }

    /// Puts the verdicts of `by` in the place of the ones that were read, which stay in the history. What was edited or
    /// judged meanwhile keeps what it has; of a verdict that stays the same only who looked at it is written. One
    /// transaction; how many were replaced.
    ///
    /// # Errors
    /// What the database says; then nothing was written.
    pub async fn rejudge(&self, by: &str, verdicts: &[(ItemRow, Verdict)]) -> Result<usize, StoreError> {
        use schema::items::{Column, Entity};
        let now = self.clock.now();
        let transaction = sql::begin(&self.writer).await?;
        let mut subjects = Vec::with_capacity(verdicts.len());
        for (row, verdict) in verdicts {
            let id = row.item.id.to_string();
            let mut update = Entity::update_many()
                .col_expr(Column::JudgedBy, Expr::value(by))
                .filter(Column::Id.eq(id.clone()))
                .filter(Column::Version.eq(i32::try_from(row.version).unwrap_or(i32::MAX)))
                .filter(Column::JudgedBy.eq(row.judged_by.clone()));
            let is_other = row.verdict != *verdict;
            if is_other {
                update = update
                    .col_expr(Column::Verdict, Expr::value(to_json(verdict)))
                    .col_expr(Column::Outage, Expr::value(verdict.outage))
                    .col_expr(Column::Score, Expr::value(f64::from(verdict.score)));
            }
            if update.exec(&transaction).await?.rows_affected > 0 && is_other {
                keep(&transaction, id, &row.verdict, now).await?;
                subjects.push((Subject::Item, row.item.id, Operation::Upsert));
            }
        }
        changes::append(&transaction, &subjects, now).await?;
        transaction.commit().await?;
        Ok(subjects.len())
    }

    /// The same for incidents.
    ///
    /// # Errors
    /// As [`Store::rejudge`].
    pub async fn rejudge_incidents(&self, by: &str, verdicts: &[(IncidentRow, Verdict)]) -> Result<usize, StoreError> {
        use schema::incidents::{Column, Entity};
        let now = self.clock.now();
        let transaction = sql::begin(&self.writer).await?;
        let mut subjects = Vec::with_capacity(verdicts.len());
        for (row, verdict) in verdicts {
            let id = row.id.to_string();
            // A new post changes no number of the record, but it dates the row.
            let same = match row.edited_at {
                Some(at) => Column::EditedAt.eq(time::micros(at)),
                None => Column::EditedAt.is_null(),
            };
            let replaced = Entity::update_many()
                .col_expr(Column::JudgedBy, Expr::value(by))
                .col_expr(Column::Verdict, Expr::value(to_json(verdict)))
                .filter(Column::Id.eq(id.clone()))
                .filter(Column::JudgedBy.eq(row.judged_by.clone()))
                .filter(same)
                .exec(&transaction)
                .await?;
            if replaced.rows_affected > 0 && row.verdict != *verdict {
                keep(&transaction, id, &row.verdict, now).await?;
                subjects.push((Subject::Incident, row.id, Operation::Upsert));
            }
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
            .order_by_desc(schema::verdicts::Column::Number)
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
}

/// Puts a verdict that another takes the place of into the history, behind what stands there. Where the newest one is of
/// the same version (the text was edited in between), it takes its place: nobody is shown one version twice in a row.
pub(super) async fn keep(
    transaction: &DatabaseTransaction,
    id: String,
    verdict: &Verdict,
    now: Timestamp,
) -> Result<(), StoreError> {
    use schema::verdicts::{ActiveModel, Column, Entity};
    let newest =
        Entity::find().filter(Column::Item.eq(id.clone())).order_by_desc(Column::Number).one(transaction).await?;
    let number = newest.map_or(1, |row| if row.judged_by == verdict.version { row.number } else { row.number + 1 });
    let kept = ActiveModel {
        item: Set(id),
        number: Set(number),
        judged_by: Set(verdict.version.clone()),
        replaced_at: Set(time::micros(now)),
        verdict: Set(to_json(verdict)),
    };
    let again = OnConflict::columns([Column::Item, Column::Number])
        .update_columns([Column::ReplacedAt, Column::Verdict])
        .to_owned();
    Entity::insert(kept).on_conflict(again).exec_without_returning(transaction).await?;
    Ok(())
}
