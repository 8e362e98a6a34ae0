//! Discourse forums: everything new by number, or the topics of categories.
//!
//! `/posts.json` gives the newest posts of the whole forum and, with `before`, those with smaller numbers: numbers are never
//! given twice, so nothing that comes or goes meanwhile moves the place. Categories are lists of topics by page.
//! Source: Discourse's own routes and serialisers.

use serde_json::Value;

use super::{Adapter, Asked, HELD, Polled, activity, draft::Draft, read_all, walk::Walk};
use crate::{
    model::{Ask, HeldPost, Id, Item, Network, SourceKind},
    source::{
        Context, ReadError, Reading,
        page::{
            Document, shape,
            value::{integer, plain, time, word},
        },
    },
    text::urls,
};

/// Posts that are asked for again in one poll: a forum allows 200 requests a minute.
const RECHECKED: usize = 20;

/// The chain of everything new.
const POSTS: &str = "posts";

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::Discourse, plan, read, recheck: Some(recheck), elsewhere: None };

/// One chain per category (`slug/number`); one of everything where none is named.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let categories = &polled.spec.posts.accounts;
    if categories.is_empty() {
        return vec![page(&Walk { polled, chain: POSTS }, None)];
    }
    let chains = categories.iter().map(|category| format!("category:{}", category.trim_matches('/')));
    chains.map(|chain| page(&Walk { polled, chain: &chain }, None)).collect()
}

/// A page of a chain: the newest, or the one at a place.
fn page(walk: &Walk<'_>, place: Option<&str>) -> Ask {
    let (root, place) = (walk.polled.root(), place.or(walk.place()));
    let url = match walk.chain.strip_prefix("category:") {
        Some(category) => format!("{root}/c/{category}.json?order=created&page={}", place.unwrap_or("0")),
        None => format!("{root}/posts.json{}", place.map(|id| format!("?before={id}")).unwrap_or_default()),
    };
    walk.polled.ask(walk.chain.to_owned(), url)
}

/// The documents of a forum that hold posts or topics.
enum Shape<'a> {
    Posts(&'a [Value]),
    Topics(&'a [Value]),
    /// One post by its own address.
    Single(&'a Value),
}

fn shape_of(value: &Value) -> Option<Shape<'_>> {
    let array = |path: &str| value.pointer(path).and_then(Value::as_array).map(Vec::as_slice);
    if let Some(posts) = array("/latest_posts").or_else(|| array("/post_stream/posts")).or_else(|| array("/posts")) {
        return Some(Shape::Posts(posts));
    }
    if let Some(topics) = array("/topic_list/topics") {
        return Some(Shape::Topics(topics));
    }
    value.get("cooked").map(|_| Shape::Single(value))
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if activity::is_one(value) {
        return Ok(activity::read(value, asked.context));
    }
    let (mut reading, context) = (Reading::default(), asked.context);
    let title = word(value, "title");
    let is_recheck = asked.ask.chain.starts_with(HELD);
    match shape_of(value) {
        // A topic that is still there.
        Some(Shape::Posts(_) | Shape::Topics(_)) if is_recheck => {}
        Some(Shape::Posts(posts)) => {
            read_all(&mut reading, "post", posts, |value| post(value, title.as_deref(), context), take);
            go_on(&mut reading, posts, asked, number_before(posts));
        }
        Some(Shape::Topics(topics)) => {
            let regular: Vec<Value> = topics.iter().filter(|topic| is_regular(topic)).cloned().collect();
            read_all(&mut reading, "topic", &regular, |value| topic(value, context), take);
            let here: usize = Walk::of(asked).place().and_then(|page| page.parse().ok()).unwrap_or(0);
            let asked_page = asked.ask.url.rsplit_once("page=").and_then(|(_, page)| page.parse().ok());
            let behind = asked_page.unwrap_or(here) + 1;
            go_on(&mut reading, &regular, asked, (!topics.is_empty()).then(|| behind.to_string()));
        }
        Some(Shape::Single(value)) => match post(value, None, context) {
            // By itself a topic's first post lacks the title that it is held with: only that it is gone is believed.
            Ok(Found::Here(_)) if is_recheck && integer(value, "post_number") == Some(1) => {}
            Ok(found) => take(&mut reading, found),
            Err(reason) => reading.skipped.push(reason),
        },
        None => return Err(ReadError::OtherPage("a Discourse forum", shape(value))),
    }
    Ok(reading)
}

fn go_on(reading: &mut Reading, list: &[Value], asked: &Asked<'_>, behind: Option<String>) {
    let walk = Walk::of(asked);
    let times = list.iter().filter_map(|value| time(value, "created_at"));
    if let Some(place) = walk.go_on(reading, times, behind) {
        reading.next = Some(page(&walk, Some(&place)));
    }
}

/// The smallest number of a page; the posts behind it have smaller ones.
fn number_before(posts: &[Value]) -> Option<String> {
    posts.iter().filter_map(|post| integer(post, "id")).min().map(|number| number.to_string())
}

/// What is pinned stands before what is newer; what is no regular topic is not for everybody.
fn is_regular(topic: &Value) -> bool {
    let flag = |key: &str| topic.get(key).and_then(Value::as_bool) == Some(true);
    !flag("pinned") && !flag("pinned_globally") && word(topic, "archetype").is_none_or(|kind| kind == "regular")
}

enum Found {
    Here(Box<Item>),
    Gone(Id),
    /// A note of the forum itself, such as "closed".
    Nothing,
}

fn take(reading: &mut Reading, found: Found) {
    match found {
        Found::Here(item) => reading.items.push(*item),
        Found::Gone(id) => reading.deleted.push(id),
        Found::Nothing => {}
    }
}

fn network(context: Context<'_>) -> Network {
    let host = context.base.and_then(urls::host_and_port).unwrap_or_else(|| context.source.to_owned());
    Network::Site(host)
}

/// One post.
fn post(value: &Value, title: Option<&str>, context: Context<'_>) -> Result<Found, String> {
    let Some(id) = integer(value, "id") else { return Err("a post without id".to_owned()) };
    let (native, network) = (format!("p/{id}"), network(context));
    let flag = |key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
    let is_gone = value.get("deleted_at").is_some_and(|at| !at.is_null()) || flag("user_deleted") || flag("hidden");
    if is_gone {
        return Ok(Found::Gone(network.id(&native)));
    }
    // 1 is a post, 2 a moderator's; the others are the forum's own notes and whispers.
    if integer(value, "post_type").is_some_and(|kind| kind > 2) {
        return Ok(Found::Nothing);
    }
    let first = integer(value, "post_number").is_none_or(|number| number == 1);
    let title = word(value, "topic_title").or_else(|| title.map(str::to_owned)).filter(|_| first);
    let address = || {
        let (slug, topic) = (word(value, "topic_slug")?, integer(value, "topic_id")?);
        Some(format!("/t/{slug}/{topic}/{}", integer(value, "post_number").unwrap_or(1)))
    };
    let item = Draft {
        local_id: Some(id.to_string()),
        url: word(value, "post_url").or_else(address),
        title: title.map(|title| plain(&title)).unwrap_or_default(),
        text: plain(&word(value, "cooked").unwrap_or_default()),
        author: word(value, "username"),
        created_at: time(value, "created_at"),
        edited_at: time(value, "updated_at").filter(|_| integer(value, "version").is_some_and(|version| version > 1)),
        ..Draft::new(network, native)
    }
    .finish(context)?;
    Ok(Found::Here(Box::new(item)))
}

/// One topic of a list: its title, and what of its first post the list holds.
fn topic(value: &Value, context: Context<'_>) -> Result<Found, String> {
    let Some(id) = integer(value, "id") else { return Err("a topic without id".to_owned()) };
    let slug = word(value, "slug").unwrap_or_else(|| "-".to_owned());
    let item = Draft {
        url: Some(format!("/t/{slug}/{id}")),
        title: plain(&word(value, "title").unwrap_or_default()),
        text: plain(&word(value, "excerpt").unwrap_or_default()),
        created_at: time(value, "created_at"),
        ..Draft::new(network(context), format!("t/{id}"))
    }
    .finish(context)?;
    Ok(Found::Here(Box::new(item)))
}

/// The newest posts that are held, each by its own address.
fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    let asks = held.iter().filter_map(|post| {
        let (kind, number) = post.native_id.split_once('/')?;
        let path = match kind {
            "p" => format!("posts/{number}.json"),
            _ => format!("t/{number}.json"),
        };
        Some(polled.ask(format!("{HELD}{}", post.id), format!("{}/{path}", polled.root())))
    });
    asks.take(RECHECKED).collect()
}
