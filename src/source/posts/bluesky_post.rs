//! A post of Bluesky as its AppView shows it, alone or as an entry of an account's feed.
//!
//! Ids are those of the firehose: the address of the record. A facet only says where a stretch of the text leads, so the
//! text stands as it was written. Source: the lexicons `app.bsky.feed.defs` and `app.bsky.feed.post`.

use jiff::SignedDuration;
use serde_json::Value;

use super::draft::Draft;
use crate::{
    model::{Item, Network, Timestamp},
    source::{
        Context, ReadError,
        page::{
            shape,
            value::{list, time, word},
        },
    },
};

/// How much earlier than the server saw it a post may say that it was written: what is older was brought from elsewhere,
/// and counts when it came.
const LATE: SignedDuration = SignedDuration::from_hours(24);

/// Labels by which somebody asks not to be shown to everybody. Source: the label definitions of `@atproto/api`.
const HIDING: [&str; 2] = ["!no-unauthenticated", "!hide"];

/// What the address of a post has in its middle.
pub(super) const POSTS: &str = "/app.bsky.feed.post/";
/// What the address of a repost has in its middle.
pub(super) const REPOSTS: &str = "/app.bsky.feed.repost/";

/// Between which instants a server may put an entry.
pub(super) struct Times {
    pub earliest: Timestamp,
    pub latest: Timestamp,
}

/// What an answer lists: posts, entries of a feed, the posts of a thread, or records as a repository has them.
///
/// # Errors
/// It is no such answer; what the server says instead, where it does.
pub(super) fn entries(value: &Value) -> Result<Vec<&Value>, ReadError> {
    let listed = ["posts", "feed", "records"].iter().find_map(|key| value.get(key)?.as_array());
    if let Some(listed) = listed {
        return Ok(listed.iter().collect());
    }
    if let Some(thread) = value.get("thread") {
        return Ok(thread_posts(thread));
    }
    if word(value, "uri").is_some() && value.get("value").is_some() {
        return Ok(vec![value]);
    }
    Err(ReadError::OtherPage("Bluesky's AppView", word(value, "message").unwrap_or_else(|| shape(value))))
}

/// The posts of a thread: the one asked for, what it answers, and the answers to it.
fn thread_posts(thread: &Value) -> Vec<&Value> {
    let (mut posts, mut waiting) = (Vec::new(), vec![thread]);
    while let Some(node) = waiting.pop() {
        posts.extend(node.get("post"));
        waiting.extend(node.get("parent"));
        waiting.extend(list(node, "replies"));
    }
    posts
}

/// The times of an entry: when its author says that it was written, and when the server saw it.
pub(super) fn times(entry: &Value) -> Option<Times> {
    let view = entry.get("post").unwrap_or(entry);
    let (seen, said) = match repost(entry) {
        Some(reason) => (time(reason, "indexedAt"), None),
        None => (time(view, "indexedAt"), time(record(view), "createdAt")),
    };
    let (one, other) = (seen.or(said)?, said.or(seen)?);
    Some(Times { earliest: one.min(other), latest: one.max(other) })
}

/// An entry of an account's feed, or a post alone; `None` for what says nothing in words, and for other records.
pub(super) fn of_entry(entry: &Value, context: Context<'_>) -> Result<Option<Item>, String> {
    let view = entry.get("post").unwrap_or(entry);
    match repost(entry) {
        Some(reason) => of_repost(reason, view, context).map(Some),
        None => of_view(view, context),
    }
}

/// The address of the repost that an entry is; `None` for what is none.
pub(super) fn repost_uri(entry: &Value) -> Option<String> {
    word(repost(entry)?, "uri")
}

/// Why an entry is in the feed, where that is because its account reposted it.
fn repost(entry: &Value) -> Option<&Value> {
    let reason = entry.get("reason")?;
    word(reason, "$type").is_some_and(|kind| kind.ends_with("#reasonRepost")).then_some(reason)
}

/// The record of a post; `getRecord` calls it its value.
fn record(view: &Value) -> &Value {
    view.get("record").or_else(|| view.get("value")).unwrap_or(&Value::Null)
}

fn of_view(view: &Value, context: Context<'_>) -> Result<Option<Item>, String> {
    let Some(uri) = word(view, "uri") else { return Err("a post without an address".to_owned()) };
    let record = record(view);
    let text = word(record, "text").unwrap_or_default();
    if text.is_empty() || !uri.contains(POSTS) {
        return Ok(None);
    }
    let author = author(view, &uri);
    let at = |path: &str| record.pointer(path).and_then(Value::as_str).map(|uri| Network::Bluesky.id(uri));
    Draft {
        url: page_of(&uri),
        text,
        author,
        created_at: written_at(view, context.now),
        language: list(record, "langs").first().and_then(Value::as_str).map(str::to_owned),
        is_hidden: is_hidden(view),
        // A record that is quoted stands alone, or beside pictures.
        quote_of: at("/embed/record/uri").or_else(|| at("/embed/record/record/uri")),
        reply_to: at("/reply/parent/uri"),
        ..Draft::new(Network::Bluesky, uri)
    }
    .finish(context)
    .map(Some)
}

/// What an account passed on: no words of its own, and no new voice.
fn of_repost(reason: &Value, view: &Value, context: Context<'_>) -> Result<Item, String> {
    let Some(original) = word(view, "uri") else { return Err("a repost of nothing".to_owned()) };
    let by = reason.get("by").unwrap_or(&Value::Null);
    let Some(did) = word(by, "did") else { return Err(format!("a repost of {original} by nobody")) };
    // Older servers do not say what the repost itself is called: an account reposts a post once.
    let uri = word(reason, "uri").unwrap_or_else(|| format!("at://{did}{REPOSTS}of:{original}"));
    Draft {
        url: page_of(&original),
        author: Some(did),
        created_at: time(reason, "indexedAt"),
        is_hidden: is_labelled(by) || is_hidden(view),
        repost_of: Some(Network::Bluesky.id(&original)),
        ..Draft::new(Network::Bluesky, uri)
    }
    .finish(context)
}

/// The network's own id of who wrote it.
fn author(view: &Value, uri: &str) -> Option<String> {
    let named = view.get("author").and_then(|author| word(author, "did"));
    named.or_else(|| Some(uri.strip_prefix("at://")?.split_once('/')?.0.to_owned()))
}

/// The page where a post is read.
fn page_of(uri: &str) -> Option<String> {
    let (did, rkey) = uri.strip_prefix("at://")?.split_once(POSTS)?;
    Some(format!("https://bsky.app/profile/{did}/post/{rkey}"))
}

/// When a post was written, as far as its author can be believed.
fn written_at(view: &Value, now: Timestamp) -> Option<Timestamp> {
    let (seen, said) = (time(view, "indexedAt"), time(record(view), "createdAt"));
    let Some(seen) = seen.map(|seen| seen.min(now)) else { return said };
    Some(said.filter(|said| *said <= seen && seen.duration_since(*said) <= LATE).unwrap_or(seen))
}

fn is_hidden(view: &Value) -> bool {
    is_labelled(view) || view.get("author").is_some_and(is_labelled)
}

/// Whether an account or post has a label that hides it, and it was not taken back.
fn is_labelled(value: &Value) -> bool {
    list(value, "labels").iter().any(|label| {
        let is_negated = label.get("neg").and_then(Value::as_bool) == Some(true);
        !is_negated && word(label, "val").is_some_and(|value| HIDING.contains(&value.as_str()))
    })
}
