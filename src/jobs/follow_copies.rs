//! Copies as a follower: the same story in another feed is linked to the one that was here first.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use super::follow::{FollowError, Follower};
use crate::{
    model::{Change, Id, Position, Timestamp, time},
    store::{Copy, ItemRow, Store},
    text::alike::Likeness,
};

/// The same words later than this are another story: a template, or an anniversary.
const WINDOW: SignedDuration = SignedDuration::from_hours(48);

/// Most items that are known under one key, and most that are compared with one item: what everybody has in common tells
/// nothing, and forms that are filled in by the thousand must not cost thousands of comparisons each.
const MOST: usize = 8;

/// Copies as a follower. Its position stands in the store, beside its effect.
#[derive(Debug, Default)]
pub struct CopiesFollower(Option<Position>);

impl CopiesFollower {
    /// Goes on where the store says.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Follower for CopiesFollower {
    const NAME: &'static str = "copies";

    fn position(&self, _: &Store) -> Option<Position> {
        self.0
    }

    /// Where the store says; at the beginning where it says nothing. (A restored copy of the database holds the position
    /// that belongs to it.)
    async fn start_over(&mut self, store: &Store) -> Result<(), FollowError> {
        let kept = store.followed(Self::NAME).await?.unwrap_or_default();
        self.0 = Some(if store.holds(kept).await? { kept } else { Position::default() });
        Ok(())
    }

    async fn apply(&mut self, store: &Store, changes: &[Change]) -> Result<(), FollowError> {
        let Some(last) = changes.last() else { return Ok(()) };
        let position = Position { seq: last.seq, at_micros: time::micros(last.at) };
        let ids: HashSet<Id> = changes.iter().map(|change| change.id).collect();
        let mut articles = store.articles(&ids.into_iter().collect::<Vec<_>>()).await?;
        // Whoever was known first is the original.
        articles.sort_by_key(|row| (row.item.received_at, row.item.published_at, row.item.id));
        let copies = copies(store, articles).await?;
        store.link(Self::NAME, &copies, position).await?;
        self.0 = Some(position);
        Ok(())
    }
}

/// An item with what it is compared by.
struct Compared {
    row: ItemRow,
    likeness: Likeness,
    keys: Vec<i64>,
}

async fn copies(store: &Store, articles: Vec<ItemRow>) -> Result<Vec<Copy>, FollowError> {
    let compared: Vec<Compared> = tokio::task::block_in_place(|| articles.into_iter().filter_map(compared).collect());
    let keys: HashSet<i64> = compared.iter().flat_map(|one| one.keys.iter().copied()).collect();
    let mut known = store.known_under(&keys.into_iter().collect::<Vec<_>>()).await?;
    let mut rows = candidates(store, &compared, &known).await?;
    let mut found = Vec::with_capacity(compared.len());
    for one in compared {
        let of = original(&one, &known, &rows);
        let item = one.row.item.id;
        let mut keys = Vec::with_capacity(one.keys.len());
        for key in &one.keys {
            let others = known.entry(*key).or_default();
            let is_known = others.iter().any(|(other, _)| *other == item);
            if !is_known && others.len() < MOST {
                keys.push(*key);
                others.push((item, one.row.item.published_at));
            }
        }
        found.push(Copy { item, at: one.row.item.published_at, keys, of });
        rows.insert(item, (ItemRow { copy_of: of, ..one.row }, Some(one.likeness)));
    }
    Ok(found)
}

fn compared(row: ItemRow) -> Option<Compared> {
    let likeness = Likeness::of(&row.item.title, &row.item.text, row.item.url.as_deref())?;
    Some(Compared { keys: likeness.keys(), likeness, row })
}

/// Candidates that were here before, with what they are compared by.
type Candidates = HashMap<Id, (ItemRow, Option<Likeness>)>;

async fn candidates(
    store: &Store,
    compared: &[Compared],
    known: &HashMap<i64, Vec<(Id, Timestamp)>>,
) -> Result<Candidates, FollowError> {
    let mut wanted = HashSet::new();
    for one in compared {
        wanted.extend(near(one, known));
    }
    let rows = store.articles(&wanted.into_iter().collect::<Vec<_>>()).await?;
    let likeness = |row: &ItemRow| Likeness::of(&row.item.title, &row.item.text, row.item.url.as_deref());
    Ok(rows.into_iter().map(|row| (row.item.id, (row.clone(), likeness(&row)))).collect())
}

/// Ids of other items that share a key and are of the same days.
fn near(one: &Compared, known: &HashMap<i64, Vec<(Id, Timestamp)>>) -> Vec<Id> {
    let at = one.row.item.published_at;
    let mut ids: Vec<Id> = one
        .keys
        .iter()
        .filter_map(|key| known.get(key))
        .flatten()
        .filter(|(id, other)| *id != one.row.item.id && at.duration_since(*other).abs() <= WINDOW)
        .map(|(id, _)| *id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(MOST);
    ids
}

/// The item that this one repeats. A copy of a copy is a copy of the first.
fn original(one: &Compared, known: &HashMap<i64, Vec<(Id, Timestamp)>>, rows: &Candidates) -> Option<Id> {
    let of = |id: Id| {
        let (row, likeness) = rows.get(&id)?;
        // A feed that tells a story twice has two items: what repeats it elsewhere is a copy.
        let elsewhere = row.item.source != one.row.item.source;
        let is_like = elsewhere && likeness.as_ref().is_some_and(|other| one.likeness.is_like(other));
        let root = row.copy_of.unwrap_or(id);
        let earlier = (row.item.received_at, row.item.published_at, id)
            < (one.row.item.received_at, one.row.item.published_at, one.row.item.id);
        (is_like && root != one.row.item.id && (earlier || row.copy_of.is_some()))
            .then_some((row.item.received_at, root))
    };
    near(one, known).into_iter().filter_map(of).min().map(|(_, root)| root)
}
