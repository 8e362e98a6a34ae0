//! The change sequence: what followers read. Numbers have no gaps and are never used twice, because the head's row lock
//! is held from drawing them to the commit.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::{Store, StoreError, schema, sql};
use crate::model::{Change, Id, Operation, Position, Subject, Timestamp, time};

/// Rows of one insert: 5 columns each, far below SQLite's 32,766 variables.
const ROWS: usize = 500;

/// Appends one change per subject, in order. The last statement before the commit, so the lock is short.
pub(super) async fn append(
    transaction: &DatabaseTransaction,
    subjects: &[(Subject, Id, Operation)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if subjects.is_empty() {
        return Ok(());
    }
    let count = subjects.len() as i64;
    let draw = "UPDATE change_head SET seq = seq + $1 WHERE id = 1 RETURNING seq";
    let row = transaction.query_one_raw(sql::statement(transaction, draw, [count.into()])).await?;
    let head: i64 = row.ok_or_else(|| wrong("change_head", "its row is missing"))?.try_get_by_index(0)?;
    let rows: Vec<_> = subjects
        .iter()
        .zip(head - count + 1..)
        .map(|((subject, id, operation), seq)| schema::changes::ActiveModel {
            seq: Set(seq),
            at: Set(time::micros(now)),
            subject: Set(subject_word(*subject).to_owned()),
            id: Set(id.to_string()),
            operation: Set(if *operation == Operation::Delete { "delete" } else { "upsert" }.to_owned()),
        })
        .collect();
    for chunk in rows.chunks(ROWS) {
        schema::changes::Entity::insert_many(chunk.to_vec()).exec_without_returning(transaction).await?;
    }
    Ok(())
}

impl Store {
    /// The newest change; the zero position in an empty archive.
    ///
    /// # Errors
    /// What the database says.
    pub async fn head(&self) -> Result<Position, StoreError> {
        let newest = schema::changes::Entity::find()
            .order_by_desc(schema::changes::Column::Seq)
            .limit(1)
            .one(&self.reader)
            .await?;
        Ok(newest.map(|row| Position { seq: row.seq, at_micros: row.at }).unwrap_or_default())
    }

    /// Whether this store holds the change at `position` as it was followed. It does not after a backup was restored.
    ///
    /// # Errors
    /// What the database says.
    pub async fn holds(&self, position: Position) -> Result<bool, StoreError> {
        if position.seq == 0 {
            return Ok(true);
        }
        let row = schema::changes::Entity::find_by_id(position.seq).one(&self.reader).await?;
        Ok(row.is_some_and(|row| row.at == position.at_micros))
    }

    /// The next changes behind `seq`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn changes_after(&self, seq: i64, limit: u64) -> Result<Vec<Change>, StoreError> {
        let rows = schema::changes::Entity::find()
            .filter(schema::changes::Column::Seq.gt(seq))
            .order_by_asc(schema::changes::Column::Seq)
            .limit(limit)
            .all(&self.reader)
            .await?;
        rows.into_iter().map(change).collect()
    }
}

fn change(row: schema::changes::Model) -> Result<Change, StoreError> {
    Ok(Change {
        seq: row.seq,
        at: time::from_micros(row.at),
        subject: if row.subject == "incident" { Subject::Incident } else { Subject::Item },
        id: row.id.parse().map_err(|error| wrong("changes", error))?,
        operation: if row.operation == "delete" { Operation::Delete } else { Operation::Upsert },
    })
}

/// The word of a subject in the tables.
pub(super) fn subject_word(subject: Subject) -> &'static str {
    match subject {
        Subject::Item => "item",
        Subject::Incident => "incident",
    }
}

/// An error about a row that cannot be read.
pub(super) fn wrong(row: impl Into<String>, error: impl std::fmt::Display) -> StoreError {
    StoreError::Row { row: row.into(), error: error.to_string() }
}
