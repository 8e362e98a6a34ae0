//! What is particular to public posts: taking back what was deleted, counting what was dropped, reports as numbers, and
//! letting go of what is old (invariant 10).

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, OnConflict},
};

use super::{Store, StoreError, changes, commit::to_json, schema, sql};
use crate::model::{HeldPost, Id, Measurement, MinuteCount, Operation, Position, Subject, Timestamp, Verdict, time};

/// Ids of one statement.
const ROWS: usize = 500;

/// What was let go of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Posts about an outage that were older than is kept.
    pub posts: u64,
    /// Posts about something else that were older than is kept.
    pub others: u64,
}

/// Of these ids, those that were deleted once.
pub(super) async fn deleted_before(
    transaction: &DatabaseTransaction,
    ids: &[String],
) -> Result<HashSet<Id>, StoreError> {
    let mut found = HashSet::new();
    for chunk in ids.chunks(ROWS * 10) {
        let rows: Vec<String> = schema::deleted::Entity::find()
            .select_only()
            .column(schema::deleted::Column::Id)
            .filter(schema::deleted::Column::Id.is_in(chunk))
            .into_tuple()
            .all(transaction)
            .await?;
        for id in rows {
            found.insert(id.parse().map_err(|error| changes::wrong("deleted", error))?);
        }
    }
    Ok(found)
}

/// Deletes items with every version and key of theirs; the fact that there was one stays. Ids that are not held are left
/// alone: a firehose tells of every deletion in the world. Returns how many were held.
pub(super) async fn delete(
    transaction: &DatabaseTransaction,
    ids: &[Id],
    now: Timestamp,
    subjects: &mut Vec<(Subject, Id, Operation)>,
) -> Result<usize, StoreError> {
    let words: Vec<String> = ids.iter().map(Id::to_string).collect();
    let mut count = 0;
    for chunk in words.chunks(ROWS) {
        let held =
            schema::items::Entity::find().filter(schema::items::Column::Id.is_in(chunk)).all(transaction).await?;
        if held.is_empty() {
            continue;
        }
        count += held.len();
        leave_a_mark(transaction, &held, now).await?;
        let gone: Vec<String> = held.into_iter().map(|row| row.id).collect();
        take_out(transaction, &gone, subjects).await?;
    }
    Ok(count)
}

/// The text goes, the count stays.
async fn leave_a_mark(
    transaction: &DatabaseTransaction,
    held: &[schema::items::Model],
    now: Timestamp,
) -> Result<(), StoreError> {
    let services = |row: &schema::items::Model| {
        let services =
            serde_json::from_str::<Verdict>(&row.verdict).map(|verdict| verdict.services).unwrap_or_default();
        // A name that no list has is words of the text.
        let listed = services.into_iter().filter(|service| !service.unlisted);
        listed.map(|service| service.name).collect::<Vec<_>>()
    };
    let rows = held.iter().map(|row| schema::deleted::ActiveModel {
        id: Set(row.id.clone()),
        deleted_at: Set(time::micros(now)),
        published_at: Set(row.published_at),
        outage: Set(row.outage),
        services: Set(to_json(&services(row))),
    });
    let known = OnConflict::column(schema::deleted::Column::Id).do_nothing().to_owned();
    schema::deleted::Entity::insert_many(rows).on_conflict(known).exec_without_returning(transaction).await?;
    Ok(())
}

/// Takes rows out of every table that holds anything of them.
async fn take_out(
    transaction: &DatabaseTransaction,
    gone: &[String],
    subjects: &mut Vec<(Subject, Id, Operation)>,
) -> Result<(), StoreError> {
    let parse = |id: &String| id.parse::<Id>().map_err(|error| changes::wrong("items", error));
    let copies: Vec<String> = schema::items::Entity::find()
        .select_only()
        .column(schema::items::Column::Id)
        .filter(schema::items::Column::CopyOf.is_in(gone))
        .into_tuple()
        .all(transaction)
        .await?;
    schema::items::Entity::update_many()
        .col_expr(schema::items::Column::CopyOf, Expr::value(Option::<String>::None))
        .filter(schema::items::Column::CopyOf.is_in(gone))
        .exec(transaction)
        .await?;
    schema::items::Entity::delete_many().filter(schema::items::Column::Id.is_in(gone)).exec(transaction).await?;
    schema::versions::Entity::delete_many()
        .filter(schema::versions::Column::Subject.eq("item"))
        .filter(schema::versions::Column::Id.is_in(gone))
        .exec(transaction)
        .await?;
    schema::likeness::Entity::delete_many()
        .filter(schema::likeness::Column::Item.is_in(gone))
        .exec(transaction)
        .await?;
    // Reasons quote the text, and a mark says of whom it was made.
    schema::verdicts::Entity::delete_many()
        .filter(schema::verdicts::Column::Item.is_in(gone))
        .exec(transaction)
        .await?;
    schema::marks::Entity::delete_many().filter(schema::marks::Column::Item.is_in(gone)).exec(transaction).await?;
    for id in &copies {
        subjects.push((Subject::Item, parse(id)?, Operation::Upsert));
    }
    for id in gone {
        let id = parse(id)?;
        // What was new in this very transaction is no news any more.
        subjects.retain(|(subject, other, _)| (*subject, *other) != (Subject::Item, id));
        subjects.push((Subject::Item, id, Operation::Delete));
    }
    Ok(())
}

/// Ids as the table of items writes them.
fn ids(rows: &[String]) -> Result<Vec<Id>, StoreError> {
    rows.iter().map(|id| id.parse().map_err(|error| changes::wrong("items", error))).collect()
}

/// The posts of these authors.
pub(super) async fn of_authors(transaction: &DatabaseTransaction, authors: &[String]) -> Result<Vec<Id>, StoreError> {
    let mut found = Vec::new();
    for chunk in authors.chunks(ROWS) {
        let rows: Vec<String> = schema::items::Entity::find()
            .select_only()
            .column(schema::items::Column::Id)
            .filter(schema::items::Column::AuthorKey.is_in(chunk))
            .into_tuple()
            .all(transaction)
            .await?;
        found.extend(ids(&rows)?);
    }
    Ok(found)
}

/// Adds to the counts of minutes.
pub(super) async fn count(transaction: &DatabaseTransaction, counts: &[&MinuteCount]) -> Result<(), StoreError> {
    let mut sums: HashMap<(&str, i64), i64> = HashMap::new();
    for one in counts {
        *sums.entry((&one.service, one.minute)).or_default() += i64::from(one.posts);
    }
    let rows: Vec<_> = sums
        .into_iter()
        .map(|((service, minute), posts)| schema::post_counts::ActiveModel {
            service: Set(service.to_owned()),
            minute: Set(minute),
            posts: Set(posts),
        })
        .collect();
    use schema::post_counts::Column::{Minute, Posts, Service};
    let sum = OnConflict::columns([Service, Minute])
        .value(Posts, Expr::cust("post_counts.posts + excluded.posts"))
        .to_owned();
    for chunk in rows.chunks(ROWS) {
        schema::post_counts::Entity::insert_many(chunk.to_vec())
            .on_conflict(sum.clone())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// Writes reports; what a source says anew of the same time replaces what it said.
pub(super) async fn measure(
    transaction: &DatabaseTransaction,
    measurements: &[(&str, &Measurement)],
) -> Result<(), StoreError> {
    let mut rows: HashMap<(String, String, i64), schema::measurements::ActiveModel> = HashMap::new();
    for (source, one) in measurements {
        let at = time::micros(one.at);
        let row = schema::measurements::ActiveModel {
            service: Set(one.service.clone()),
            source: Set((*source).to_owned()),
            at: Set(at),
            reports: Set(one.reports),
            baseline: Set(one.baseline),
        };
        rows.insert((one.service.clone(), (*source).to_owned(), at), row);
    }
    use schema::measurements::Column::{At, Baseline, Reports, Service, Source};
    let newer = OnConflict::columns([Service, Source, At]).update_columns([Reports, Baseline]).to_owned();
    let rows: Vec<_> = rows.into_values().collect();
    for chunk in rows.chunks(ROWS) {
        schema::measurements::Entity::insert_many(chunk.to_vec())
            .on_conflict(newer.clone())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

impl Store {
    /// The posts of a source that are no older than `since`, newest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn held_posts(&self, source: &str, since: Timestamp, limit: u64) -> Result<Vec<HeldPost>, StoreError> {
        use schema::items::Column::{Id, Kind, LocalId, NativeId, PublishedAt, Source};
        let rows: Vec<(String, String, Option<String>, i64)> = schema::items::Entity::find()
            .select_only()
            .columns([Id, NativeId, LocalId, PublishedAt])
            .filter(Source.eq(source))
            .filter(Kind.eq("post"))
            .filter(PublishedAt.gte(time::micros(since)))
            .order_by_desc(PublishedAt)
            .limit(limit)
            .into_tuple()
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|(id, native_id, local_id, at)| {
                let id = id.parse().map_err(|error| changes::wrong("items", error))?;
                Ok(HeldPost { id, native_id, local_id, at: time::from_micros(at) })
            })
            .collect()
    }

    /// The posts of a source that its server calls so.
    ///
    /// # Errors
    /// What the database says.
    pub async fn post_by_local_id(&self, source: &str, local_id: &str) -> Result<Vec<Id>, StoreError> {
        let rows: Vec<String> = schema::items::Entity::find()
            .select_only()
            .column(schema::items::Column::Id)
            .filter(schema::items::Column::Source.eq(source))
            .filter(schema::items::Column::LocalId.eq(local_id))
            .into_tuple()
            .all(&self.reader)
            .await?;
        ids(&rows)
    }

    /// How many posts named a service in each minute from `since` on, oldest first; only minutes with any.
    ///
    /// # Errors
    /// What the database says.
    pub async fn post_counts(&self, service: &str, since: Timestamp) -> Result<Vec<MinuteCount>, StoreError> {
        let rows = schema::post_counts::Entity::find()
            .filter(schema::post_counts::Column::Service.eq(service))
            .filter(schema::post_counts::Column::Minute.gte(since.as_second().div_euclid(60)))
            .order_by_asc(schema::post_counts::Column::Minute)
            .all(&self.reader)
            .await?;
        let count = |row: schema::post_counts::Model| MinuteCount {
            service: row.service,
            minute: row.minute,
            posts: u32::try_from(row.posts).unwrap_or(u32::MAX),
        };
        Ok(rows.into_iter().map(count).collect())
    }

    /// The time of the newest report on a service.
    ///
    /// # Errors
    /// What the database says.
    pub async fn newest_measurement(&self, service: &str) -> Result<Option<Timestamp>, StoreError> {
        let newest = schema::measurements::Entity::find()
            .select_only()
            .column(schema::measurements::Column::At)
            .filter(schema::measurements::Column::Service.eq(service))
            .order_by_desc(schema::measurements::Column::At)
            .limit(1)
            .into_tuple::<i64>()
            .one(&self.reader)
            .await?;
        Ok(newest.map(time::from_micros))
    }

    /// The reports on a service from `since` on, each with the source that gave it, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn measurements(
        &self,
        service: &str,
        since: Timestamp,
    ) -> Result<Vec<(String, Measurement)>, StoreError> {
        let rows = schema::measurements::Entity::find()
            .filter(schema::measurements::Column::Service.eq(service))
            .filter(schema::measurements::Column::At.gte(time::micros(since)))
            .order_by_asc(schema::measurements::Column::At)
            .all(&self.reader)
            .await?;
        let one = |row: schema::measurements::Model| {
            let at = time::from_micros(row.at);
            let one = Measurement { service: row.service, at, reports: row.reports, baseline: row.baseline };
            (row.source, one)
        };
        Ok(rows.into_iter().map(one).collect())
    }

    /// Lets go of posts that are older than is kept: those about an outage before `posts_before`, others before
    /// `others_before`. Each goes as if its author had taken it back.
    ///
    /// # Errors
    /// What the database says; what was done before stays done.
    pub async fn prune_posts(&self, posts_before: Timestamp, others_before: Timestamp) -> Result<Pruned, StoreError> {
        let mut pruned = Pruned::default();
        for (outage, before) in [(true, posts_before), (false, others_before)] {
            loop {
                let old = self.posts_before(outage, before).await?;
                if old.is_empty() {
                    break;
                }
                let transaction = sql::begin(&self.writer).await?;
                let mut subjects = Vec::new();
                let count = delete(&transaction, &old, self.clock.now(), &mut subjects).await? as u64;
                changes::append(&transaction, &subjects, self.clock.now()).await?;
                transaction.commit().await?;
                *(if outage { &mut pruned.posts } else { &mut pruned.others }) += count;
            }
        }
        Ok(pruned)
    }

    async fn posts_before(&self, outage: bool, before: Timestamp) -> Result<Vec<Id>, StoreError> {
        let rows: Vec<String> = schema::items::Entity::find()
            .select_only()
            .column(schema::items::Column::Id)
            .filter(schema::items::Column::Kind.eq("post"))
            .filter(schema::items::Column::Outage.eq(outage))
            .filter(schema::items::Column::PublishedAt.lt(time::micros(before)))
            .limit(ROWS as u64)
            .into_tuple()
            .all(&self.writer)
            .await?;
        ids(&rows)
    }

    /// Asks whoever writes the index to merge away what was deleted.
    ///
    /// # Errors
    /// What the database says.
    pub async fn want_purge(&self) -> Result<(), StoreError> {
        let seq = self.head().await?.seq;
        let upsert = "INSERT INTO meta (name, value) VALUES ('purge', $1) \
                      ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.writer.execute_raw(sql::statement(&self.writer, upsert, [seq.to_string().into()])).await?;
        Ok(())
    }

    /// Whether that was asked for, up to a change that a follower at `position` has seen, and not done yet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn wants_purge(&self, position: Position) -> Result<bool, StoreError> {
        let select = "SELECT value FROM meta WHERE name = 'purge'";
        let row = self.reader.query_one_raw(sql::statement(&self.reader, select, [])).await?;
        let wanted = row.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
        Ok(wanted.and_then(|seq| seq.parse().ok()).is_some_and(|seq: i64| seq <= position.seq))
    }

    /// It was done.
    ///
    /// # Errors
    /// What the database says.
    pub async fn purged(&self) -> Result<(), StoreError> {
        self.writer.execute_raw(sql::statement(&self.writer, "DELETE FROM meta WHERE name = 'purge'", [])).await?;
        Ok(())
    }

    /// Folds SQLite's log into the file, so that what was overwritten there is gone from the log too. On PostgreSQL the
    /// server's own vacuum does it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        if self.is_sqlite() {
            self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }
}
