//! When a source was being read, and when not: downwire did not run, or could not reach it.
//!
//! A stretch is written when it begins; while it lasts, its end is the source's last success, so that a poll that worked
//! like the one before costs nothing here.

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set,
    sea_query::{Expr, OnConflict},
};

use super::{Store, StoreError, changes::wrong, schema};
use crate::model::{Batch, SourceState, Stretch, Timestamp, time};

/// Begins a stretch for every source that was read now after a break, and ends the one before at its last success.
pub(super) async fn write(transaction: &DatabaseTransaction, batches: &[Batch]) -> Result<(), StoreError> {
    for state in batches.iter().filter_map(|batch| batch.source.as_ref()) {
        if let Some(from) = state.watched_since.filter(|from| state.last_success == Some(*from)) {
            begin(transaction, &state.name, from).await?;
        }
    }
    Ok(())
}

async fn begin(transaction: &DatabaseTransaction, source: &str, from: Timestamp) -> Result<(), StoreError> {
    let from = time::micros(from);
    let before = schema::sources::Entity::find_by_id(source.to_owned()).one(transaction).await?;
    let last = before.and_then(|row| serde_json::from_str::<SourceState>(&row.record).ok()?.last_success);
    // A source whose last success nobody knows any more was seen at its stretch's beginning for the last time.
    let end = last.map_or(Expr::col(schema::observed::Column::FromAt), |last| Expr::val(time::micros(last)));
    schema::observed::Entity::update_many()
        .col_expr(schema::observed::Column::UntilAt, end)
        .filter(schema::observed::Column::Source.eq(source))
        .filter(schema::observed::Column::UntilAt.is_null())
        .filter(schema::observed::Column::FromAt.lt(from))
        .exec(transaction)
        .await?;
    let row = schema::observed::ActiveModel { source: Set(source.to_owned()), from_at: Set(from), until_at: Set(None) };
    let columns = [schema::observed::Column::Source, schema::observed::Column::FromAt];
    schema::observed::Entity::insert(row)
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

impl Store {
    /// The stretches in which a source was being read, oldest first. What lies between them, before the first and after
    /// the last is unobserved. The last one ends with the last poll that worked.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn observed(&self, source: &str) -> Result<Vec<Stretch>, StoreError> {
        let rows = schema::observed::Entity::find()
            .filter(schema::observed::Column::Source.eq(source))
            .order_by_asc(schema::observed::Column::FromAt)
            .all(&self.reader)
            .await?;
        let state = schema::sources::Entity::find_by_id(source.to_owned()).one(&self.reader).await?;
        let state: Option<SourceState> = state
            .map(|row| serde_json::from_str(&row.record).map_err(|error| wrong(format!("sources {source}"), error)))
            .transpose()?;
        let last = state.and_then(|state| state.last_success).map(time::micros);
        let stretch = |row: schema::observed::Model| Stretch {
            from: time::from_micros(row.from_at),
            until: Some(time::from_micros(row.until_at.or(last).unwrap_or(row.from_at).max(row.from_at))),
        };
        Ok(rows.into_iter().map(stretch).collect())
    }
}
