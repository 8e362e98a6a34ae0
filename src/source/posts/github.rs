//! GitHub: issues that a search finds, in all or in named repositories.
//!
//! A search gives at most 1,000 hits whatever the page, so it is walked back by time. Without a token ten searches a minute
//! are allowed, with one thirty. A repository's releases and commits have Atom feeds: those are feeds like any other.
//! Source: GitHub's REST documentation, "Search" and "Rate limits".

use jiff::Timestamp;
use serde_json::Value;
use url::{Url, form_urlencoded::Serializer};

use super::{Adapter, Asked, HELD, Polled, draft::Draft, read_all, walk::Walk};
use crate::{
    model::{Ask, HeldPost, Item, Network, SourceKind},
    source::{
        Context, ReadError, Reading,
        page::{
            Document, shape,
            value::{time, word},
        },
    },
};

/// Issues of one page: the most that is given.
const PAGE: usize = 100;

/// Issues that are asked for again in one poll: without a token an hour allows sixty requests.
const RECHECKED: usize = 5;

/// What is asked for.
const ACCEPT: &str = "application/vnd.github+json";

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::GitHub, plan, read, recheck: Some(recheck), elsewhere: None };

/// One chain per search, and one per repository.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let posts = &polled.spec.posts;
    let repositories = posts.accounts.iter().map(|repository| format!("repo:{repository}"));
    let chains = posts.queries.iter().cloned().chain(repositories);
    chains.map(|chain| window(&Walk { polled, chain: &chain }, None)).collect()
}

/// The newest issues between where the walk ends and an instant (inclusive).
fn window(walk: &Walk<'_>, until: Option<&str>) -> Ask {
    let until = until.or(walk.place()).unwrap_or("*");
    let query = format!("{} is:issue created:{}..{until}", walk.chain, walk.since().strftime("%Y-%m-%dT%H:%M:%SZ"));
    let asked = Serializer::new(String::new())
        .append_pair("q", &query)
        .append_pair("sort", "created")
        .append_pair("order", "desc")
        .append_pair("per_page", &PAGE.to_string())
        .finish();
    let url = format!("{}/search/issues?{asked}", walk.polled.root());
    Ask { accept: ACCEPT, ..walk.polled.ask(walk.chain.to_owned(), url) }
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let mut reading = Reading::default();
    let list = value.as_array().or_else(|| value.get("items").and_then(Value::as_array)).map(Vec::as_slice);
    let single = value.get("html_url").is_some().then(|| std::slice::from_ref(value));
    let Some(issues) = list.or(single) else {
        let why = word(value, "message").unwrap_or_else(|| shape(value));
        return Err(ReadError::OtherPage("GitHub", why));
    };
    let read = |value: &Value| issue(value, asked.context);
    read_all(&mut reading, "issue", issues, read, |reading, found| reading.items.extend(found));
    if asked.ask.chain.starts_with(HELD) {
        return Ok(reading);
    }
    let times = issues.iter().filter_map(|issue| time(issue, "created_at"));
    let oldest = times.clone().min().map(|oldest: Timestamp| oldest.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let asked_until = |oldest: &str| {
        let query = Url::parse(&asked.ask.url).ok();
        query.is_some_and(|url| url.query_pairs().any(|(_, value)| value.ends_with(&format!("..{oldest}"))))
    };
    // A second with more issues than a page holds is left behind.
    let behind = oldest.filter(|oldest| issues.len() >= PAGE && !asked_until(oldest));
    let walk = Walk::of(asked);
    if let Some(place) = walk.go_on(&mut reading, times, behind) {
        reading.next = Some(window(&walk, Some(&place)));
    }
    Ok(reading)
}

/// An issue or a comment on one; `None` for a pull request, which proposes and does not report.
fn issue(value: &Value, context: Context<'_>) -> Result<Option<Item>, String> {
    if value.get("pull_request").is_some() {
        return Ok(None);
    }
    let Some(url) = word(value, "html_url") else { return Err("an issue without html_url".to_owned()) };
    let native = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let user = value.get("user").unwrap_or(&Value::Null);
    let api = |key: &str| word(value, key);
    let network = Network::Site("github.com".to_owned());
    // A comment answers its issue, whose own address is this one without the part behind `#`.
    let issue = native.split_once('#').map(|(issue, _)| network.id(issue));
    let item = Draft {
        local_id: api("url").and_then(|url| url.split_once("/repos/").map(|(_, path)| path.to_owned())),
        title: api("title").unwrap_or_default(),
        text: api("body").unwrap_or_default(),
        author: word(user, "id").or_else(|| word(user, "login")),
        created_at: time(value, "created_at"),
        reply_to: issue,
        url: Some(url.clone()),
        ..Draft::new(network, native.to_owned())
    }
    .finish(context)?;
    Ok(Some(item))
}

/// The newest issues that are held, each by its own address: 404 or 410 says that it was taken back.
fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    let asks = held.iter().filter_map(|post| {
        let path = post
            .local_id
            .as_ref()
            .or(Some(&post.native_id))
            .filter(|path| !path.contains(['?', '#']) && !path.contains(".."))?;
        let ask = polled.ask(format!("{HELD}{}", post.id), format!("{}/repos/{path}", polled.root()));
        Some(Ask { accept: ACCEPT, ..ask })
    });
    asks.take(RECHECKED).collect()
}
