//! Bluesky by its AppView: a search for every query (with a login) and the feed of every account (without one).
//!
//! Both give the newest first and an opaque cursor to what is behind, so a chain goes back in time until where the last
//! poll had come, and only then does the cursor move: a poll that breaks off loses nothing. What an opaque cursor stands
//! for is the server's affair, and one that counts posts skips one when another is deleted meanwhile: a search therefore
//! goes back by time, from the oldest post of each answer, and by the opaque cursor only where a server does not know
//! times. An index learns of a post late, so the window begins [`LAG`] before the cursor.
//!
//! What was edited or taken back is told only to who asks (`bluesky_held.rs`).
//! Source: the lexicons `app.bsky.feed.searchPosts`, `getAuthorFeed` and `app.bsky.feed.defs`.

use jiff::SignedDuration;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{
    Adapter, Asked, HELD, Polled, bluesky_held, bluesky_post as post, read_all,
    walk::{FIRST, LAG},
};
use crate::{
    model::{Ask, SourceKind, Timestamp},
    source::{
        ReadError, Reading,
        page::{Document, value::word},
    },
};

/// Posts of one answer: the most that a server gives.
pub(super) const PAGE: usize = 100;

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::Bluesky, plan, read, recheck: Some(bluesky_held::recheck), elsewhere: None };

/// One chain per search, one per account.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let queries = polled.spec.posts.queries.iter().map(|query| Chain { is_search: true, wanted: query });
    let accounts = polled.spec.posts.accounts.iter().map(|account| Chain { is_search: false, wanted: account });
    queries.chain(accounts).map(|chain| chain.ask(polled, &Place::kept(polled, &chain))).collect()
}

/// A search, or the feed of an account.
struct Chain<'a> {
    is_search: bool,
    wanted: &'a str,
}

impl<'a> Chain<'a> {
    /// The chain of that name.
    fn named(name: &'a str) -> Option<Self> {
        let (word, wanted) = name.split_once(':')?;
        Some(Self { is_search: word == "query", wanted })
    }

    fn name(&self) -> String {
        format!("{}:{}", if self.is_search { "query" } else { "account" }, self.wanted)
    }

    /// Where the chain's window begins.
    fn since(&self, polled: &Polled<'_>) -> Timestamp {
        let cursor = polled.cursor(&self.name()).and_then(|cursor| cursor.parse::<Timestamp>().ok());
        cursor.map_or(polled.now - FIRST, |cursor| cursor - LAG)
    }

    fn ask(&self, polled: &Polled<'_>, place: &Place) -> Ask {
        let since = self.since(polled).to_string();
        let (method, mut asked) = if self.is_search {
            ("searchPosts", vec![("q", self.wanted), ("sort", "latest"), ("since", &since)])
        } else {
            ("getAuthorFeed", vec![("actor", self.wanted)])
        };
        asked.extend([("until", place.until.as_str()), ("cursor", &place.at)]);
        polled.ask(self.name(), address(polled, method, asked))
    }
}

/// The address of a query of the AppView; empty values are left out.
pub(super) fn address<'a>(
    polled: &Polled<'_>,
    method: &str,
    asked: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let asked = asked.into_iter().filter(|(_, value)| !value.is_empty());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(asked);
    if method != "getPosts" {
        query.append_pair("limit", &PAGE.to_string());
    }
    format!("{}/xrpc/app.bsky.feed.{method}?{}", polled.root(), query.finish())
}

/// How far back a chain has come: to a time, to what the server calls so, or neither.
#[derive(Default, Clone)]
struct Place {
    until: String,
    at: String,
}

impl Place {
    /// Where a chain that broke off goes on. After a failure it begins anew: what the server called so it may have
    /// forgotten.
    fn kept(polled: &Polled<'_>, chain: &Chain<'_>) -> Self {
        if polled.state.failures > 0 {
            return Self::default();
        }
        let kept = |key: &str| polled.cursor(&format!("{}:{key}", chain.name())).unwrap_or_default().to_owned();
        Self { until: kept("until"), at: kept("at") }
    }

    /// What a request asked for.
    fn asked(ask: &Ask) -> Self {
        let url = Url::parse(&ask.url).ok();
        let value = |key: &str| {
            let pairs = url.as_ref().map(Url::query_pairs);
            pairs.into_iter().flatten().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
        };
        Self { until: value("until").unwrap_or_default(), at: value("cursor").unwrap_or_default() }
    }

    /// Where a chain goes on behind an answer whose last post is of `last`; `None` where it has arrived.
    fn behind(self, value: &Value, chain: &Chain<'_>, since: Timestamp, last: Option<Timestamp>) -> Option<Self> {
        let at = word(value, "cursor")?;
        if last.is_some_and(|last| last < since) {
            return None;
        }
        // `until` is exclusive, and times are told to the millisecond.
        let until = last.map(|last| last + SignedDuration::from_millis(1));
        let is_nearer = |until: &Timestamp| self.until.parse().map_or(true, |before: Timestamp| *until < before);
        match until.filter(|until| chain.is_search && self.at.is_empty() && is_nearer(until)) {
            Some(until) => Some(Self { until: until.to_string(), at: String::new() }),
            // A cursor that leads to itself leads nowhere.
            None => (at != self.at).then_some(Self { at, ..self }),
        }
    }
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if asked.ask.chain.starts_with(HELD) {
        return bluesky_held::read(value, asked);
    }
    let Some(chain) = Chain::named(&asked.ask.chain) else { return Ok(Reading::default()) };
    let entries = post::entries(value)?;
    let since = chain.since(&asked.polled);
    let mut reading = Reading::default();
    // What an account wrote before the window is no news, and its feed has no other end.
    let is_news = |entry: &&Value| post::times(entry).is_none_or(|times| times.latest >= since);
    let in_window: Vec<&Value> = entries.iter().copied().filter(is_news).collect();
    read_all(
        &mut reading,
        "post",
        &in_window,
        |entry| post::of_entry(entry, asked.context),
        |reading, found| reading.items.extend(found),
    );
    go_on(&mut reading, value, &entries, asked, &chain);
    Ok(reading)
}

/// The request behind an answer, or the cursor where the chain has arrived.
fn go_on(reading: &mut Reading, value: &Value, entries: &[&Value], asked: &Asked<'_>, chain: &Chain<'_>) {
    let (polled, name) = (&asked.polled, chain.name());
    let since = chain.since(polled);
    let newest_key = format!("{name}:newest");
    let kept = |key: &str| polled.cursor(key).and_then(|at| at.parse::<Timestamp>().ok());
    // The newest post of a chain is in its first answer; a chain that broke off remembers it. No clock but ours may move
    // the cursor beyond now.
    let seen = entries.iter().filter_map(|entry| post::times(entry)).map(|times| times.earliest).max();
    let newest = kept(&newest_key).into_iter().chain(seen).max().map(|newest| newest.min(polled.now));
    let last = entries.iter().rev().find_map(|entry| post::times(entry)).map(|times| times.latest);
    let next = Place::asked(asked.ask).behind(value, chain, since, last);
    // Empty words stand for "no more".
    let place = next.clone().unwrap_or_default();
    reading.cursor.insert(format!("{name}:until"), place.until);
    reading.cursor.insert(format!("{name}:at"), place.at);
    if let Some(next) = next {
        reading.cursor.extend(newest.map(|newest| (newest_key, newest.to_string())));
        reading.next = Some(chain.ask(polled, &next));
        return;
    }
    // Arrived: from here on the next poll begins. Where nothing was found, its window begins where this one did.
    let arrived = newest.into_iter().chain(kept(&name)).max().unwrap_or(since + LAG).max(since + LAG);
    reading.cursor.insert(name, arrived.to_string());
    reading.cursor.insert(newest_key, String::new());
}
