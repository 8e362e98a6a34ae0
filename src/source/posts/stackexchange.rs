//! Stack Exchange: questions of its sites that a search finds.
//!
//! A search is walked back by time (`todate`). The API counts requests per day (300 without a key) and may ask for a pause
//! (`backoff`, in seconds, for the method): both end the poll, and the next one comes no sooner. A question that is asked
//! for by number and does not come was taken back. What is found is licensed CC BY-SA: it is shown with its link.
//! Source: the API's documentation, version 2.3.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{Adapter, Asked, HELD, Polled, draft::Draft, read_all, walk::Walk};
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

/// Questions of one page: the most that is given.
const PAGE: usize = 100;

/// Questions that one request asks for again.
const RECHECKED: usize = 100;

/// The sites on which outages of services are spoken of.
const SITES: [&str; 3] = ["serverfault", "webapps", "superuser"];

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::StackExchange, plan, read, recheck: Some(recheck), elsewhere: None };

fn sites<'a>(polled: &Polled<'a>) -> Vec<&'a str> {
    let named: Vec<&str> = polled.spec.posts.accounts.iter().map(String::as_str).collect();
    if named.is_empty() { SITES.to_vec() } else { named }
}

/// One chain per site and search.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let queries = &polled.spec.posts.queries;
    let chains = sites(polled).into_iter().flat_map(|site| queries.iter().map(move |query| format!("{site}:{query}")));
    chains.map(|chain| window(&Walk { polled, chain: &chain }, None)).collect()
}

/// The newest questions between where the walk ends and a second (inclusive).
fn window(walk: &Walk<'_>, until: Option<&str>) -> Ask {
    let (site, query) = walk.chain.split_once(':').unwrap_or((walk.chain, ""));
    let mut asked = Serializer::new(String::new());
    asked.append_pair("site", site).append_pair("q", query);
    asked.append_pair("fromdate", &walk.since().as_second().to_string());
    if let Some(until) = until.or(walk.place()) {
        asked.append_pair("todate", until);
    }
    asked.append_pair("sort", "creation").append_pair("order", "desc");
    asked.append_pair("pagesize", &PAGE.to_string()).append_pair("filter", "withbody");
    walk.polled.ask(walk.chain.to_owned(), format!("{}/2.3/search/advanced?{}", walk.polled.root(), asked.finish()))
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if let Some(message) = word(value, "error_message") {
        return Err(ReadError::OtherPage("Stack Exchange", message));
    }
    if value.get("items").and_then(Value::as_array).is_none() {
        return Err(ReadError::OtherPage("Stack Exchange", shape(value)));
    }
    let (mut reading, questions) = (Reading::default(), list(value, "items"));
    let site = asked.ask.chain.strip_prefix(HELD).unwrap_or(&asked.ask.chain).split(':').next().unwrap_or_default();
    let read = |value: &Value| question(value, site, asked.context);
    read_all(&mut reading, "question", questions, read, |reading, item| reading.items.push(item));
    reading.lifetime = pause(value, asked.polled.now);
    if let Some(held) = asked.ask.chain.strip_prefix(HELD) {
        reading.deleted = missing(held, &reading.items);
        return Ok(reading);
    }
    let times = questions.iter().filter_map(|question| time(question, "creation_date"));
    let oldest = times.clone().min().map(|oldest| oldest.as_second().to_string());
    // A second with more questions than a page holds is left behind.
    let behind = oldest.filter(|oldest| {
        value.get("has_more") == Some(&Value::Bool(true)) && !asked.ask.url.contains(&format!("todate={oldest}&"))
    });
    let walk = Walk::of(asked);
    if let Some(place) = walk.go_on(&mut reading, times, behind) {
        reading.next = Some(window(&walk, Some(&place)));
    }
    Ok(reading)
}

/// How long the API asks us to stay away: `backoff`, and when nothing is left of the day's requests, until its end.
fn pause(value: &Value, now: Timestamp) -> Option<Duration> {
    let asked = value.get("backoff").and_then(Value::as_f64).and_then(|pause| Duration::try_from_secs_f64(pause).ok());
    let day = SignedDuration::from_hours(24).as_secs();
    let is_used_up = integer(value, "quota_remaining").is_some_and(|left| left <= 0);
    let until_midnight =
        is_used_up.then(|| Duration::from_secs((day - now.as_second().rem_euclid(day)).unsigned_abs()));
    asked.max(until_midnight)
}

/// Of the questions that were asked for, those that did not come.
fn missing(held: &str, here: &[Item]) -> Vec<Id> {
    let (site, numbers) = held.split_once(':').unwrap_or((held, ""));
    let ids =
        numbers.split(';').filter(|number| !number.is_empty()).map(|number| network().id(&format!("{site}/{number}")));
    ids.filter(|id| here.iter().all(|item| item.id != *id)).collect()
}

fn network() -> Network {
    Network::Site("stackexchange".to_owned())
}

fn question(value: &Value, site: &str, context: Context<'_>) -> Result<Item, String> {
    let Some(number) = integer(value, "question_id") else { return Err("a question without question_id".to_owned()) };
    let owner = value.get("owner").unwrap_or(&Value::Null);
    // Titles and bodies come as HTML; with `body_markdown` the text is plain.
    let text = word(value, "body").map(|body| plain(&body)).or_else(|| word(value, "body_markdown"));
    Draft {
        url: word(value, "link"),
        title: plain(&word(value, "title").unwrap_or_default()),
        text: text.unwrap_or_default(),
        author: word(owner, "link").or_else(|| Some(format!("{site}/{}", word(owner, "user_id")?))),
        created_at: time(value, "creation_date"),
        edited_at: time(value, "last_edit_date"),
        ..Draft::new(network(), format!("{site}/{number}"))
    }
    .finish(context)
}

/// One request per site for the newest questions that are held.
fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    let asks = sites(polled).into_iter().filter_map(|site| {
        let of_site = held.iter().filter_map(|post| post.native_id.strip_prefix(site)?.strip_prefix('/'));
        let numbers: Vec<&str> = of_site.take(RECHECKED).collect();
        let numbers = Some(numbers.join(";")).filter(|numbers| !numbers.is_empty())?;
        let url = format!("{}/2.3/questions/{numbers}?site={site}&pagesize={RECHECKED}&filter=withbody", polled.root());
        Some(polled.ask(format!("{HELD}{site}:{numbers}"), url))
    });
    asks.collect()
}
