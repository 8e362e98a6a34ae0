//! Bluesky: whether what is held is still there. Posts are asked for by address, many at once; what an account reposted
//! is looked for in its feed, because nobody shows a repost alone.
//!
//! While a server takes in an edit it may not know the post for a moment, and what is let go never comes back: only who
//! is missing twice is gone.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use url::Url;

use super::{
    Asked, HELD, Polled,
    bluesky::{PAGE, address},
    bluesky_post::{POSTS, REPOSTS, entries, of_entry, repost_uri, times},
    read_all,
};
use crate::{
    model::{Ask, HeldPost, Network},
    source::{ReadError, Reading, page::value::word},
};

/// Posts that one request may ask for. Source: the lexicon `app.bsky.feed.getPosts`.
const ASKED_AT_ONCE: usize = 25;

/// Accounts whose reposts are looked for in one poll.
const ACCOUNTS: usize = 5;

/// The chain that asks for posts, and the one that asks again for those that were missing.
const ONCE: &str = "posts";
/// See [`ONCE`].
const AGAIN: &str = "posts again";

/// The chain that looks for reposts; behind it stand their times and addresses.
const IN_FEED: &str = "reposts";

/// Asks for everything that is held.
pub(super) fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    let posts: Vec<&str> = held
        .iter()
        .map(|post| post.native_id.as_str())
        .filter(|uri| uri.contains(POSTS) && !uri.contains(REPOSTS))
        .collect();
    let mut asks: Vec<Ask> = posts.chunks(ASKED_AT_ONCE).map(|uris| posts_ask(polled, ONCE, uris)).collect();
    let mut reposts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for post in held {
        let Some((did, _)) = post.native_id.strip_prefix("at://").and_then(|uri| uri.split_once(REPOSTS)) else {
            continue;
        };
        let known = reposts.entry(did).or_default();
        // Of more than a page the feed says nothing.
        if known.len() < PAGE {
            known.push(format!("{} {}", post.at.as_second(), post.native_id));
        }
    }
    asks.extend(reposts.into_iter().take(ACCOUNTS).map(|(did, known)| {
        let chain = format!("{HELD}{IN_FEED}\n{}", known.join("\n"));
        polled.ask(chain, address(polled, "getAuthorFeed", [("actor", did)]))
    }));
    asks
}

/// A request for posts by address.
fn posts_ask(polled: &Polled<'_>, chain: &str, uris: &[&str]) -> Ask {
    let asked = uris.iter().map(|uri| ("uris", *uri));
    polled.ask(format!("{HELD}{chain}"), address(polled, "getPosts", asked))
}

/// Reads an answer to a request of [`recheck`].
pub(super) fn read(value: &Value, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let chain = asked.ask.chain.strip_prefix(HELD).unwrap_or_default();
    if let Some(known) = chain.strip_prefix(IN_FEED) {
        return read_feed(value, known);
    }
    let posts = entries(value)?;
    let mut reading = Reading::default();
    read_all(
        &mut reading,
        "post",
        &posts,
        |view| of_entry(view, asked.context),
        |reading, found| reading.items.extend(found),
    );
    let shown: HashSet<String> = posts.iter().filter_map(|view| word(view, "uri")).collect();
    let wanted = uris(&asked.ask.url);
    let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|uri| !shown.contains(*uri)).collect();
    if chain == AGAIN {
        reading.deleted.extend(missing.iter().map(|uri| Network::Bluesky.id(uri)));
    } else if !missing.is_empty() {
        reading.next = Some(posts_ask(&asked.polled, AGAIN, &missing));
    }
    Ok(reading)
}

/// The addresses that a request asked for.
fn uris(url: &str) -> Vec<String> {
    let url = Url::parse(url).ok();
    let pairs = url.as_ref().map(Url::query_pairs).into_iter().flatten();
    pairs.filter(|(key, _)| key == "uris").map(|(_, uri)| uri.into_owned()).collect()
}

/// Reposts that are not where they would have to be in the feed of their account.
fn read_feed(value: &Value, known: &str) -> Result<Reading, ReadError> {
    let feed = entries(value)?;
    let shown: HashSet<String> = feed.iter().filter_map(|entry| repost_uri(entry)).collect();
    // The feed is known back to its last entry, and as a whole where nothing is behind it.
    let last = feed.iter().rev().find_map(|entry| times(entry)).map(|times| times.latest.as_second());
    let is_whole = word(value, "cursor").is_none();
    let reaches = |at: i64| is_whole || last.is_some_and(|last| last < at);
    let known = known.lines().filter_map(|line| line.split_once(' '));
    let gone = known.filter(|(at, uri)| at.parse().is_ok_and(reaches) && !shown.contains(*uri));
    Ok(Reading { deleted: gone.map(|(_, uri)| Network::Bluesky.id(uri)).collect(), ..Reading::default() })
}
