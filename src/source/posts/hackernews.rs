//! Hacker News: the search that Algolia keeps of it, by windows of time; what was taken back is told by the official API.
//!
//! A search gives its newest hits first and at most 1,000 of them, whatever the page: so a chain goes back in time, from
//! the newest hit to where the last poll had come, by the time of the oldest hit of each answer. Only when it has arrived
//! there does the cursor move, so a poll that breaks off loses nothing. The index lags by up to some minutes, and what it
//! lacked then lies before the newest hit: the window begins [`LAG`] before the cursor.
//! Source: the search's own documentation and its issue 230 (the limit).

use jiff::SignedDuration;
use serde_json::Value;
use url::form_urlencoded;

use super::{Adapter, Asked, HELD, Polled, draft::Draft, read_all};
use crate::{
    model::{Ask, HeldPost, Id, Item, Network, SourceKind, Timestamp},
    source::{
        Context, ReadError, Reading,
        page::{
            Document, shape,
            value::{integer, list, plain, time, word},
        },
    },
};

/// Hits of one answer.
const PAGE: usize = 200;

/// How much later than a hit's own time the index may learn of it.
const LAG: SignedDuration = SignedDuration::from_mins(15);

/// How far back the first poll looks.
const FIRST: SignedDuration = SignedDuration::from_hours(24);

/// Posts that are asked for again in one poll.
const RECHECKED: usize = 20;

/// Where the official API is, unless the source's own server has it (as a test's does).
const ITEMS: &str = "https://hacker-news.firebaseio.com";
/// Where the search is.
const SEARCH: &str = "https://hn.algolia.com";

/// The network.
pub(super) const ADAPTER: Adapter = Adapter { kind: SourceKind::HackerNews, plan, read, recheck: Some(recheck) };

/// One chain per search.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let chains = polled.spec.posts.queries.iter().map(|query| (format!("query:{query}"), query));
    chains
        .map(|(chain, query)| {
            let until = polled.cursor(&format!("{chain}:until"));
            window(polled, &chain, query, until.and_then(|until| until.parse().ok()))
        })
        .collect()
}

/// The newest hits of a search between where it has come and `until` (seconds since 1970, inclusive).
fn window(polled: &Polled<'_>, chain: &str, query: &str, until: Option<i64>) -> Ask {
    let from = since(polled, chain).as_second();
    let mut filters = format!("created_at_i>={from}");
    if let Some(until) = until {
        filters.push_str(&format!(",created_at_i<={until}"));
    }
    let asked: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("query", query)
        .append_pair("tags", "(story,comment)")
        .append_pair("typoTolerance", "false")
        .append_pair("numericFilters", &filters)
        .append_pair("hitsPerPage", &PAGE.to_string())
        .finish();
    polled.ask(chain.to_owned(), format!("{}/api/v1/search_by_date?{asked}", polled.root()))
}

/// Where the window of a chain begins.
fn since(polled: &Polled<'_>, chain: &str) -> Timestamp {
    let cursor = polled.cursor(chain).and_then(|cursor| cursor.parse().ok());
    let cursor = cursor.and_then(|second| Timestamp::from_second(second).ok());
    cursor.map_or(polled.now - FIRST, |cursor| cursor - LAG)
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
    let (polled, chain) = (&asked.polled, &asked.ask.chain);
    let (until_key, newest_key) = (format!("{chain}:until"), format!("{chain}:newest"));
    let times = || hits.iter().filter_map(|hit| integer(hit, "created_at_i"));
    // The newest hit of a chain is in its first answer; a chain that broke off remembers it.
    let known: Option<i64> = polled.cursor(&newest_key).and_then(|newest| newest.parse().ok());
    let newest = known.into_iter().chain(times().max()).max();
    let asked_until = query_until(&asked.ask.url);
    let oldest = times().min().filter(|oldest| hits.len() >= PAGE && asked_until != Some(*oldest));
    if let (Some(oldest), Some(query)) = (oldest, chain.strip_prefix("query:")) {
        reading.cursor.insert(until_key, oldest.to_string());
        reading.cursor.extend(newest.map(|newest| (newest_key, newest.to_string())));
        reading.next = Some(window(polled, chain, query, Some(oldest)));
        return;
    }
    // Arrived: from here on the next poll begins. Empty words stand for "no more".
    let before = polled.cursor(chain).and_then(|cursor| cursor.parse().ok());
    if let Some(newest) = newest.into_iter().chain(before).max() {
        reading.cursor.insert(chain.clone(), newest.to_string());
    }
    reading.cursor.insert(until_key, String::new());
    reading.cursor.insert(newest_key, String::new());
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
