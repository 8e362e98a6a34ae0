//! Names that people say are down and that the catalogue lacks, for whoever keeps the catalogue.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::{Context, figures::Trouble};
use crate::{
    catalogue::Catalogue,
    model::{Query, Timestamp},
    search::{Order, Search, Window},
    store::{Row, Store},
};

/// Values of the index that are looked at: known services stand among them.
const LOOKED_AT: usize = 400;

/// Names that are given back.
const MOST: usize = 50;

/// Posts of one name whose authors are counted.
const POSTS: usize = 200;

/// People who must have said it: one is somebody's own server.
const FEWEST: usize = 2;

/// A name with who said that it is down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As the texts write it.
    pub name: String,
    /// Distinct authors, as far as they are told apart; each counts once.
    pub authors: usize,
    /// Posts.
    pub posts: usize,
    /// The newest of them.
    pub last: Timestamp,
}

/// What names are looked for in.
pub struct Sought<'a> {
    /// The index.
    pub search: &'a Search,
    /// The archive.
    pub store: &'a Store,
    /// What is known already.
    pub catalogue: &'a Catalogue,
    /// The present.
    pub now: Timestamp,
}

/// The names of the last `days`, those that most people spoke of first.
///
/// # Errors
/// The index or the archive cannot be read.
pub async fn candidates(sought: &Sought<'_>, days: u16) -> Result<Vec<Candidate>, Trouble> {
    let since = sought.now - SignedDuration::from_hours(24 * i64::from(days));
    // From the full hour on: the same question until the index changes, so that its overview is counted once.
    let about = format!("kind:post outage:yes copy:no after:{}", since.strftime("%Y-%m-%dT%H:00:00Z"));
    let all = Query::parse(&about, sought.now)?;
    let (search, asked) = (sought.search.clone(), all.clone());
    let overview = tokio::task::spawn_blocking(move || search.overview(&asked, LOOKED_AT)).await??;
    let unknown = overview.services.iter().filter(|name| sought.catalogue.find(&name.value).is_none());
    let mut found = Vec::new();
    for name in unknown.filter(|name| name.count >= FEWEST as u64).take(MOST) {
        let query = Query::parse(&format!("{about} service:\"{}\"", name.value.replace('"', " ")), sought.now)?;
        found.extend(candidate(sought, &name.value, query).await?);
    }
    found.sort_by(|a: &Candidate, b| (b.authors, b.posts, &a.name).cmp(&(a.authors, a.posts, &b.name)));
    Ok(found)
}

async fn candidate(sought: &Sought<'_>, value: &str, query: Query) -> Result<Option<Candidate>, Trouble> {
    let window = Window { after: None, limit: POSTS, order: Order::Newest };
    let search = sought.search.clone();
    let hits = tokio::task::spawn_blocking(move || search.search(&query, window)).await??;
    let ids: Vec<_> = hits.hits.iter().map(|hit| hit.id).collect();
    let rows = sought.store.rows(&ids).await?;
    let items: Vec<_> = ids
        .iter()
        .filter_map(|id| match rows.get(id) {
            Some(Row::Item(row)) => Some(row),
            _ => None,
        })
        .collect();
    // Whoever repeats another is no voice of their own; who is not told apart counts as one.
    let voices = items.iter().filter_map(|row| row.item.post.as_ref()).filter(|post| post.repost_of.is_none());
    let authors: HashSet<Option<&str>> = voices.map(|post| post.author.as_deref()).collect();
    let named = items
        .iter()
        .flat_map(|row| row.verdict.service_names())
        .find(|name| name.to_lowercase() == value.to_lowercase());
    let last = items.iter().map(|row| row.item.published_at).max();
    Ok(last.filter(|_| authors.len() >= FEWEST).map(|last| Candidate {
        name: named.unwrap_or_else(|| value.to_owned()),
        authors: authors.len(),
        posts: hits.total,
        last,
    }))
}

impl<'a> Sought<'a> {
    /// What the pages look in.
    pub fn of(context: &'a Context) -> Self {
        Self { search: &context.search, store: &context.store, catalogue: &context.catalogue, now: context.clock.now() }
    }
}
