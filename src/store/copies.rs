//! Which item repeats which, and how far the follower that finds it out has come: both in one transaction.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{ItemRow, Store, StoreError, changes, read::item_row, schema, sql};
use crate::model::{Id, Operation, Position, Subject, Timestamp, time};

/// Ids or keys of one look-up.
const ROWS: usize = 500;

/// Rows of one insert: 3 columns each.
const INSERTED: usize = 5_000;

/// What items are compared by: as much of a row as that takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The item.
    pub id: Id,
    /// Where it came from.
    pub source: String,
    /// A public post: what it shares its source with was said by others.
    pub is_post: bool,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Where it is read.
    pub url: Option<String>,
    /// Its own time.
    pub at: Timestamp,
    /// When downwire first held it.
    pub received_at: Timestamp,
    /// What it repeats, as far as is known.
    pub copy_of: Option<Id>,
}

/// What is found out about one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The item.
    pub item: Id,
    /// Its own time.
    pub at: Timestamp,
    /// The keys under which others will find it, and did not so far. Those of an earlier version stay: what is found by
    /// them is compared as it is now.
    pub keys: Vec<i64>,
    /// The item that it repeats …
    pub of: Option<Id>,
    /// … and the one that it was taken to repeat before.
    pub was: Option<Id>,
}

/// The columns of a [`Story`].
type Columns = (String, String, String, String, String, Option<String>, i64, i64, Option<String>);

impl Store {
    /// How far a follower of that name has come; `None` before its first step.
    ///
    /// # Errors
    /// What the database says.
    pub async fn followed(&self, name: &str) -> Result<Option<Position>, StoreError> {
        let row = schema::followers::Entity::find_by_id(name.to_owned()).one(&self.reader).await?;
        Ok(row.map(|row| Position { seq: row.seq, at_micros: row.at }))
    }

    /// The headlines, articles and posts about an outage among the items with these ids; others are never copies.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn stories(&self, ids: &[Id]) -> Result<Vec<Story>, StoreError> {
        use schema::items::Column::{
            CopyOf, Id, Kind, Outage, PublishedAt, ReceivedAt, RepostOf, Source, Text, Title, Url,
        };
        let mut stories = Vec::with_capacity(ids.len());
        let words: Vec<String> = ids.iter().map(ToString::to_string).collect();
        for chunk in words.chunks(ROWS) {
            let found: Vec<Columns> = schema::items::Entity::find()
                .select_only()
                .columns([Id, Source, Kind, Title, Text, Url, PublishedAt, ReceivedAt, CopyOf])
                .filter(Id.is_in(chunk))
                .filter(
                    Kind.is_in(["headline", "article"])
                        .or(Kind.eq("post").and(Outage.eq(true)).and(RepostOf.is_null())),
                )
                .into_tuple()
                .all(&self.reader)
                .await?;
            for row in found {
                stories.push(story(row)?);
            }
        }
        Ok(stories)
    }

    /// The items that are known under these keys, each key with its items and their times.
    ///
    /// # Errors
    /// What the database says.
    pub async fn known_under(&self, keys: &[i64]) -> Result<HashMap<i64, Vec<(Id, Timestamp)>>, StoreError> {
        let mut found: HashMap<i64, Vec<(Id, Timestamp)>> = HashMap::new();
        for chunk in keys.chunks(ROWS) {
            let rows = schema::likeness::Entity::find()
                .filter(schema::likeness::Column::Key.is_in(chunk.iter().copied()))
                .all(&self.reader)
                .await?;
            for row in rows {
                let id = row.item.parse().map_err(|error| changes::wrong("likeness", error))?;
                found.entry(row.key).or_default().push((id, time::from_micros(row.at)));
            }
        }
        Ok(found)
    }

    /// Writes what was found out, with the follower's position. Items whose link is another now are changes.
    ///
    /// # Errors
    /// What the database says; then nothing of it was written.
    pub async fn link(&self, follower: &str, copies: &[Copy], position: Position) -> Result<(), StoreError> {
        let transaction = sql::begin(&self.writer).await?;
        let mut subjects = Vec::new();
        for copy in copies.iter().filter(|copy| copy.of != copy.was) {
            let of = copy.of.map(|of| of.to_string());
            let linked = schema::items::Entity::update_many()
                .col_expr(schema::items::Column::CopyOf, Expr::value(of))
                .filter(schema::items::Column::Id.eq(copy.item.to_string()))
                .exec(&transaction)
                .await?;
            // What was deleted meanwhile is nobody's copy.
            if linked.rows_affected > 0 {
                subjects.push((Subject::Item, copy.item, Operation::Upsert));
            }
        }
        insert_keys(&transaction, copies).await?;
        let row = schema::followers::ActiveModel {
            name: Set(follower.to_owned()),
            seq: Set(position.seq),
            at: Set(position.at_micros),
        };
        let moved = OnConflict::column(schema::followers::Column::Name)
            .update_columns([schema::followers::Column::Seq, schema::followers::Column::At])
            .to_owned();
        schema::followers::Entity::insert(row).on_conflict(moved).exec_without_returning(&transaction).await?;
        changes::append(&transaction, &subjects, self.clock.now()).await?;
        Ok(transaction.commit().await?)
    }

    /// The items that repeat these, by the item repeated, earliest first.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn copies_of(&self, ids: &[Id]) -> Result<HashMap<Id, Vec<ItemRow>>, StoreError> {
        let mut found: HashMap<Id, Vec<ItemRow>> = HashMap::new();
        let words: Vec<String> = ids.iter().map(Id::to_string).collect();
        for chunk in words.chunks(ROWS) {
            let rows = schema::items::Entity::find()
                .filter(schema::items::Column::CopyOf.is_in(chunk))
                .all(&self.reader)
                .await?;
            for row in rows {
                let row = item_row(row)?;
                if let Some(of) = row.copy_of.filter(|_| !row.item.hidden) {
                    found.entry(of).or_default().push(row);
                }
            }
        }
        found.values_mut().for_each(|copies| copies.sort_by_key(|row| (row.item.published_at, row.item.id)));
        Ok(found)
    }
}

fn story(row: Columns) -> Result<Story, StoreError> {
    let (id, source, kind, title, text, url, at, received_at, copy_of) = row;
    Ok(Story {
        id: id.parse().map_err(|error| changes::wrong(format!("items {id}"), error))?,
        source,
        is_post: kind == "post",
        title,
        text,
        url,
        at: time::from_micros(at),
        received_at: time::from_micros(received_at),
        copy_of: copy_of.and_then(|id| id.parse().ok()),
    })
}

async fn insert_keys(connection: &impl ConnectionTrait, copies: &[Copy]) -> Result<(), StoreError> {
    let rows: Vec<_> = copies
        .iter()
        .flat_map(|copy| {
            copy.keys.iter().map(|key| schema::likeness::ActiveModel {
                key: Set(*key),
                item: Set(copy.item.to_string()),
                at: Set(time::micros(copy.at)),
            })
        })
        .collect();
    for chunk in rows.chunks(INSERTED) {
        schema::likeness::Entity::insert_many(chunk.to_vec()).exec_without_returning(connection).await?;
    }
    Ok(())
}
