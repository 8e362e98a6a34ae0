//! Lemmy's API, in its third and fourth version: the posts of communities, or all that a server knows.
//!
//! The list is walked by the server's own cursor (`next_page`), which holds its place while posts come and go. The fourth
//! version moved the counts into the post and calls times `published_at`; a server that does not know the third is asked
//! in the fourth from then on. Times of old servers lack a zone and are UTC.
//! Source: LemmyNet's `lemmy` repository, `crates/api_common`.

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{Adapter, Asked, HELD, Polled, activity, draft::Draft, read_all, walk::Walk};
use crate::{
    model::{Ask, HeldPost, Item, Network, SourceKind, Timestamp},
    source::{
        Context, ReadError, Reading,
        page::{
            Document, shape,
            value::{plain, time, time_in, word},
        },
    },
};

/// Posts of one page: the most that a server gives.
const PAGE: usize = 50;

/// Posts that are asked for again in one poll.
const RECHECKED: usize = 20;

/// The cursor under which stands which version of the API a server speaks.
const API: &str = "api";

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::Lemmy, plan, read, recheck: Some(recheck), elsewhere: Some(elsewhere) };

/// One chain per community; one of everything where none is named.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let communities = &polled.spec.posts.accounts;
    if communities.is_empty() {
        let chain = if polled.spec.posts.is_local { "local" } else { "all" };
        return vec![page(&Walk { polled, chain }, None)];
    }
    let chains = communities.iter().map(|community| format!("community:{community}"));
    chains.map(|chain| page(&Walk { polled, chain: &chain }, None)).collect()
}

/// A page of a list; the newest one, or where the last poll broke off, unless a place is given.
fn page(walk: &Walk<'_>, place: Option<&str>) -> Ask {
    let mut query = Serializer::new(String::new());
    match walk.chain.strip_prefix("community:") {
        Some(community) => query.append_pair("community_name", community),
        None => query.append_pair("type_", if walk.chain == "local" { "Local" } else { "All" }),
    };
    query.append_pair("sort", "New").append_pair("limit", &PAGE.to_string());
    if let Some(place) = place.or(walk.place()) {
        query.append_pair("page_cursor", place);
    }
    let url = format!("{}/api/{}/post/list?{}", walk.polled.root(), version(walk.polled), query.finish());
    walk.polled.ask(walk.chain.to_owned(), url)
}

fn version<'a>(polled: &'a Polled<'_>) -> &'a str {
    polled.cursor(API).filter(|version| !version.is_empty()).unwrap_or("v3")
}

/// Where else the same is asked for, when the server does not know the address.
fn elsewhere(ask: &Ask) -> Option<Ask> {
    if ask.chain.starts_with(HELD) {
        return None;
    }
    let (before, after) = ask.url.split_once("/api/v3/")?;
    Some(Ask { url: format!("{before}/api/v4/{after}"), ..ask.clone() })
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if activity::is_one(value) {
        return Ok(activity::read(value, asked.context));
    }
    let mut reading = Reading::default();
    let single = value.get("post_view").map(std::slice::from_ref);
    let lists = ["posts", "items"].iter().find_map(|key| value.get(key)?.as_array().map(Vec::as_slice));
    let Some(views) = single.or(lists) else {
        return Err(ReadError::OtherPage("Lemmy", shape(value)));
    };
    read_all(
        &mut reading,
        "post",
        views,
        |view| post(view, asked.context),
        |reading, found| match found {
            Found::Here(item) => reading.items.push(*item),
            Found::Gone(native) => reading.deleted.push(Network::Fediverse.id(&native)),
        },
    );
    if single.is_some() {
        return Ok(reading);
    }
    if asked.ask.url.contains("/api/v4/") {
        reading.cursor.insert(API.to_owned(), "v4".to_owned());
    }
    let walk = Walk::of(asked);
    // What is pinned stands before what is newer.
    let dated = views.iter().filter(|view| !is_pinned(view)).filter_map(|view| published(view.get("post")?));
    let behind = word(value, "next_page").filter(|_| !views.is_empty());
    if let Some(place) = walk.go_on(&mut reading, dated, behind) {
        let next = page(&walk, Some(&place));
        reading.next = if asked.ask.url.contains("/api/v4/") { elsewhere(&next).or(Some(next)) } else { Some(next) };
    }
    Ok(reading)
}

/// What became of a post.
enum Found {
    Here(Box<Item>),
    /// Its author or a moderator took it back.
    Gone(String),
}

fn is_pinned(view: &Value) -> bool {
    let flag = |key: &str| view.pointer(&format!("/post/{key}")).and_then(Value::as_bool) == Some(true);
    flag("featured_community") || flag("featured_local")
}

fn published(post: &Value) -> Option<Timestamp> {
    let utc = |key: &str| time(post, key).or_else(|| time_in(post, key, &jiff::tz::TimeZone::UTC));
    utc("published_at").or_else(|| utc("published"))
}

/// One post with what stands around it.
fn post(view: &Value, context: Context<'_>) -> Result<Found, String> {
    let post = view.get("post").ok_or("a view without a post")?;
    let local_id = word(post, "id");
    // The id that the whole network knows; on its own server a post has at least an address.
    let own = || Some(format!("{}/post/{}", root_of(context.base?)?, local_id.as_ref()?));
    let Some(native) = word(post, "ap_id").or_else(own) else { return Err("a post without ap_id".to_owned()) };
    let flag = |key: &str| post.get(key).and_then(Value::as_bool) == Some(true);
    if flag("deleted") || flag("removed") {
        return Ok(Found::Gone(native));
    }
    let creator = view.get("creator").unwrap_or(&Value::Null);
    let utc = |key: &str| time(post, key).or_else(|| time_in(post, key, &jiff::tz::TimeZone::UTC));
    let item = Draft {
        local_id,
        url: Some(native.clone()).filter(|native| native.starts_with("http")),
        title: plain(&word(post, "name").unwrap_or_default()),
        text: word(post, "body").unwrap_or_default(),
        author: word(creator, "actor_id").or_else(|| word(creator, "ap_id")).or_else(|| word(creator, "name")),
        created_at: published(post),
        edited_at: utc("updated_at").or_else(|| utc("updated")),
        ..Draft::new(Network::Fediverse, native)
    }
    .finish(context)?;
    Ok(Found::Here(Box::new(item)))
}

/// Scheme and host of an address.
fn root_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    Some(url.origin().ascii_serialization())
}

/// The newest posts that are held, each by its number on this server.
fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    let numbered = held.iter().filter_map(|post| {
        let local = post.local_id.as_ref().filter(|local| local.bytes().all(|byte| byte.is_ascii_digit()))?;
        let url = format!("{}/api/{}/post?id={local}", polled.root(), version(polled));
        Some(polled.ask(format!("{HELD}{}", post.id), url))
    });
    numbered.take(RECHECKED).collect()
}
