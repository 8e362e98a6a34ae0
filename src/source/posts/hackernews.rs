//! Hacker News: the search that Algolia keeps of it, by windows of time; what was taken back is told by the official API.
//!
//! A search gives its newest hits first and at most 1,000 of them, whatever the page: so it is walked back by time, from
//! the time of the oldest hit of each answer.
//! Source: the search's own documentation and its issue 230 (the limit).

use serde_json::Value;
use url::form_urlencoded;

use super::{Adapter, Asked, HELD, Polled, draft::Draft, read_all, walk::Walk};
use crate::{
    model::{Ask, HeldPost, Id, Item, Network, SourceKind},
    source::{
        Context, ReadError, Reading,
        page::{
            Document, shape,
            value::{list, plain, time, word},
        },
    },
};

/// Hits of one answer.
const PAGE: usize = 200;

/// Posts that are asked for again in one poll.
const RECHECKED: usize = 20;

/// Where the official API is, unless the source's own server has it (as a test's does).
const ITEMS: &str = "https://hacker-news.firebaseio.com";
/// Where the search is.
const SEARCH: &str = "https://hn.algolia.com";

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::HackerNews, plan, read, recheck: Some(recheck), elsewhere: None };

/// One chain per search.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let chains = polled.spec.posts.queries.iter().map(|query| (format!("query:{query}"), query));
    chains.map(|(chain, query)| window(&Walk { polled, chain: &chain }, query, None)).collect()
}

/// The newest hits of a search between where it has come and a second (since 1970, inclusive).
fn window(walk: &Walk<'_>, query: &str, until: Option<&str>) -> Ask {
    let mut filters = format!("created_at_i>={}", walk.since().as_second());
    if let Some(until) = until.or(walk.place()).and_then(|until| until.parse::<i64>().ok()) {
        filters.push_str(&format!(",created_at_i<={until}"));
    }
    let asked: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("query", query)
        .append_pair("tags", "(story,comment)")
        .append_pair("typoTolerance", "false")
        .append_pair("numericFilters", &filters)
        .append_pair("hitsPerPage", &PAGE.to_string())
        .finish();
    walk.polled.ask(walk.chain.to_owned(), format!("{}/api/v1/search_by_date?{asked}", walk.polled.root()))
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let mut reading = Reading::default();
    if let Some(id) = asked.ask.chain.strip_prefix(HELD) {
        // An item that never was is `null`; one that was taken back, or is kept from readers, says so.
        let gone = value.is_null() || ["deleted", "dead"].iter().any(|key| value.get(key) == Some(&Value::Bool(true)));
        reading.deleted.extend(id.parse::<Id>().ok().filter(|_| gone));
        return Ok(reading);
    }
    if value.get("hits").and_then(Value::as_array).is_none() {
        return Err(ReadError::OtherPage("a search of Hacker News", shape(value)));
    }
    let hits = list(value, "hits");
    read_all(&mut reading, "hit", hits, |hit| post(hit, asked.context), |reading, item| reading.items.push(item));
    go_on(&mut reading, hits, asked);
    Ok(reading)
}

/// The request behind an answer, or the cursor where the chain has arrived.
fn go_on(reading: &mut Reading, hits: &[Value], asked: &Asked<'_>) {
    let walk = Walk::of(asked);
    let times = hits.iter().filter_map(|hit| time(hit, "created_at_i"));
    let oldest = times.clone().min().map(|oldest| oldest.as_second());
    // A second with more hits than a page holds is left behind.
    let behind = oldest.filter(|oldest| hits.len() >= PAGE && query_until(&asked.ask.url) != Some(*oldest));
    let place = walk.go_on(reading, times, behind.map(|second| second.to_string()));
    if let (Some(place), Some(query)) = (place, asked.ask.chain.strip_prefix("query:")) {
        reading.next = Some(window(&walk, query, Some(&place)));
    }
}

/// The end of the window that was asked for.
fn query_until(url: &str) -> Option<i64> {
    let (_, query) = url.split_once('?')?;
    let (_, filters) = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "numericFilters")?;
    filters.split(',').find_map(|filter| filter.strip_prefix("created_at_i<=")?.parse().ok())
}

/// One hit.
fn post(hit: &Value, context: Context<'_>) -> Result<Item, String> {
    let Some(id) = word(hit, "objectID") else { return Err("a hit without objectID".to_owned()) };
    let text = ["story_text", "comment_text"].iter().find_map(|key| word(hit, key)).unwrap_or_default();
    let answered = word(hit, "parent_id").or_else(|| word(hit, "story_id")).filter(|parent| *parent != id);
    Draft {
        // The page where it is discussed; where a story leads to is in its text's place.
        url: Some(format!("https://news.ycombinator.com/item?id={id}")),
        title: word(hit, "title").map(|title| plain(&title)).unwrap_or_default(),
        text: plain(&text),
        author: word(hit, "author"),
        created_at: time(hit, "created_at_i").or_else(|| time(hit, "created_at")),
        reply_to: answered.map(|parent| Network::HackerNews.id(&parent)),
        ..Draft::new(Network::HackerNews, id)
    }
    .finish(context)
}

/// The newest posts that are held, as the official API has them.
fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    // A source that names another server than the public one has both there.
    let root = if polled.root() == SEARCH { ITEMS } else { polled.root() };
    let numbers = held.iter().filter(|post| post.native_id.bytes().all(|byte| byte.is_ascii_digit()));
    numbers
        .map(|post| polled.ask(format!("{HELD}{}", post.id), format!("{root}/v0/item/{}.json", post.native_id)))
        .take(RECHECKED)
        .collect()
}
