//! Copies as a follower: the same story in another feed is linked to the one that was here first.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use super::follow::{FollowError, Follower};
use crate::{
    model::{Change, Id, Position, Timestamp, time},
    store::{Copy, Store, Story},
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
        let mut stories = store.stories(&ids.into_iter().collect::<Vec<_>>()).await?;
        // Whoever was known first is the original.
        stories.sort_by_key(age);
        let copies = copies(store, stories).await?;
        store.link(Self::NAME, &copies, position).await?;
        self.0 = Some(position);
        Ok(())
    }
}

/// Who was here first: by arrival, then by its own time.
fn age(story: &Story) -> (Timestamp, Timestamp, Id) {
    (story.received_at, story.at, story.id)
}

fn likeness(story: &Story) -> Option<Likeness> {
    Likeness::of(&story.title, &story.text, story.url.as_deref())
}

/// A story with what it is compared by.
struct Compared {
    story: Story,
    likeness: Likeness,
    keys: Vec<i64>,
}

/// Items by key, with their times.
type Known = HashMap<i64, Vec<(Id, Timestamp)>>;

/// Stories that may be the original of another.
type Candidates = HashMap<Id, (Story, Option<Likeness>)>;

async fn copies(store: &Store, stories: Vec<Story>) -> Result<Vec<Copy>, FollowError> {
    let compared = |story: Story| {
        let likeness = likeness(&story)?;
        Some(Compared { keys: likeness.keys(), likeness, story })
    };
    let compared: Vec<Compared> = tokio::task::block_in_place(|| stories.into_iter().filter_map(compared).collect());
    let keys: HashSet<i64> = compared.iter().flat_map(|one| one.keys.iter().copied()).collect();
    let mut known = store.known_under(&keys.into_iter().collect::<Vec<_>>()).await?;
    let wanted: HashSet<Id> = compared.iter().flat_map(|one| near(one, &known)).collect();
    let earlier = store.stories(&wanted.into_iter().collect::<Vec<_>>()).await?;
    let mut candidates: Candidates =
        earlier.into_iter().map(|story| (story.id, (story.clone(), likeness(&story)))).collect();
    let mut found = Vec::with_capacity(compared.len());
    for one in compared {
        let of = original(&one, &known, &candidates);
        let Compared { story, likeness, keys } = one;
        let keys = new_keys(&story, keys, &mut known);
        found.push(Copy { item: story.id, at: story.at, keys, of, was: story.copy_of });
        candidates.insert(story.id, (Story { copy_of: of, ..story }, Some(likeness)));
    }
    Ok(found)
}

/// The keys under which the story was not known, and is from now on.
fn new_keys(story: &Story, keys: Vec<i64>, known: &mut Known) -> Vec<i64> {
    let mut is_new = |key: &i64| {
        let others = known.entry(*key).or_default();
        let is_new = others.len() < MOST && others.iter().all(|(other, _)| *other != story.id);
        if is_new {
            others.push((story.id, story.at));
        }
        is_new
    };
    keys.into_iter().filter(|key| is_new(key)).collect()
}

/// Ids of other items that share a key and are of the same days.
fn near(one: &Compared, known: &Known) -> Vec<Id> {
    let mut ids: Vec<Id> = one
        .keys
        .iter()
        .filter_map(|key| known.get(key))
        .flatten()
        .filter(|(id, at)| *id != one.story.id && one.story.at.duration_since(*at).abs() <= WINDOW)
        .map(|(id, _)| *id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(MOST);
    ids
}

/// The item that this one repeats. A copy of a copy is a copy of the first.
fn original(one: &Compared, known: &Known, candidates: &Candidates) -> Option<Id> {
    let of = |id: Id| {
        let (story, likeness) = candidates.get(&id)?;
        // A feed that tells a story twice has two items: what repeats it elsewhere is a copy. Of posts a whole network is one
        // source, and what is passed on there word for word is no new voice.
        let elsewhere = story.source != one.story.source || story.is_post && one.story.is_post;
        // Whoever reads a headline aloud before its feed was asked is no original.
        let elsewhere = elsewhere && (one.story.is_post || !story.is_post);
        let is_like = elsewhere && likeness.as_ref().is_some_and(|other| one.likeness.is_like(other));
        let root = story.copy_of.unwrap_or(id);
        let is_earlier = age(story) < age(&one.story) || story.copy_of.is_some();
        (is_like && root != one.story.id && is_earlier).then_some((story.received_at, root))
    };
    near(one, known).into_iter().filter_map(of).min().map(|(_, root)| root)
}
