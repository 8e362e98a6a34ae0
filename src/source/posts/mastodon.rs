//! Mastodon's REST API, as many servers speak it: hashtag and public timelines.
//!
//! `min_id` walks forward without gaps (`since_id` gives the newest page and may skip); ids are opaque and are ordered by
//! length, then text. A page shorter than asked for says nothing: some posts are filtered out; only an empty one ends the
//! walk. Source: the API's documentation, "Timelines" and "Pagination".

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::{Adapter, Asked, HELD, Polled, draft::Draft, read_all};
use crate::{
    model::{Ask, HeldPost, Item, Network, SourceKind},
    source::{
        Context, ReadError, Reading,
        page::{
            Document,
            value::{plain, time, word},
        },
    },
};

/// Posts of one page: the most that a server gives.
const PAGE: usize = 40;

/// Posts that are asked for again in one poll: paging aside, a server allows 300 requests in 5 minutes.
const RECHECKED: usize = 20;

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::Mastodon, plan, read, recheck: Some(recheck), elsewhere: None };

/// What a stream of the same server missed while its line was down is polled. Deletions come over the line.
pub(super) const BESIDE_STREAM: Adapter = Adapter { kind: SourceKind::MastodonStream, recheck: None, ..ADAPTER };

/// One chain per hashtag; the public timeline where there are none.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let tags = &polled.spec.posts.tags;
    let chains: Vec<(String, String)> = if tags.is_empty() {
        vec![("public".to_owned(), "public".to_owned())]
    } else {
        let path = |tag: &String| format!("tag/{}", byte_serialize(tag.as_bytes()).collect::<String>());
        tags.iter().map(|tag| (format!("tag:{tag}"), path(tag))).collect()
    };
    chains.into_iter().map(|(chain, path)| page(polled, &chain, &path, polled.cursor(&chain))).collect()
}

/// The page of a timeline behind a post; the newest one where there is none.
fn page(polled: &Polled<'_>, chain: &str, path: &str, after: Option<&str>) -> Ask {
    let local = if polled.spec.posts.is_local { "&local=true" } else { "" };
    let after = after.map(|id| format!("&min_id={id}")).unwrap_or_default();
    let url = format!("{}/api/v1/timelines/{path}?limit={PAGE}{local}{after}", http(polled.root()));
    polled.ask(chain.to_owned(), url)
}

/// The address of the API for a server that is named by its socket.
fn http(root: &str) -> String {
    match root.split_once("://") {
        Some(("ws", rest)) => format!("http://{rest}"),
        Some(("wss", rest)) => format!("https://{rest}"),
        _ => root.to_owned(),
    }
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let mut reading = Reading::default();
    if asked.ask.chain.starts_with(HELD) {
        take(&mut reading, status(value, asked.context));
        return Ok(reading);
    }
    let Some(statuses) = value.as_array() else {
        let why = word(value, "error").unwrap_or_else(|| super::super::page::shape(value));
        return Err(ReadError::OtherPage("a Mastodon timeline", why));
    };
    // The oldest first, as they were written: what is read last is what the cursor stands at.
    let oldest_first: Vec<Value> = statuses.iter().rev().cloned().collect();
    read_all(
        &mut reading,
        "status",
        &oldest_first,
        |value| status(value, asked.context),
        |reading, found| {
            reading.items.extend(found);
        },
    );
    // An id goes into addresses: what is no plain word is none.
    let is_plain = |id: &String| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let ids = statuses.iter().filter_map(|value| word(value, "id")).filter(is_plain);
    let newest = ids.max_by_key(|id| (id.len(), id.clone()));
    if let Some(newest) = newest {
        // At first sight the newest page is the beginning; from then on the walk goes on until nothing is there.
        if asked.ask.url.contains("min_id=") {
            let next = asked.ask.url.rsplit_once("&min_id=").map(|(start, _)| format!("{start}&min_id={newest}"));
            reading.next = next.map(|url| asked.polled.ask(asked.ask.chain.clone(), url));
        }
        reading.cursor.insert(asked.ask.chain.clone(), newest);
    }
    Ok(reading)
}

/// A post that may be gone by the author's will since it was read.
fn take(reading: &mut Reading, found: Result<Option<Item>, String>) {
    match found {
        Ok(item) => reading.items.extend(item),
        Err(reason) => reading.skipped.push(reason),
    }
}

/// One status; `None` for what is not for everybody.
pub(super) fn status(value: &Value, context: Context<'_>) -> Result<Option<Item>, String> {
    let Some(uri) = word(value, "uri").or_else(|| word(value, "url")) else {
        return Err("a status without uri".to_owned());
    };
    if word(value, "visibility").is_some_and(|visibility| visibility != "public") {
        return Ok(None);
    }
    let repost = value.get("reblog").filter(|reblog| reblog.is_object());
    let account = value.get("account").unwrap_or(&Value::Null);
    let says_no = |key: &str, no: bool| account.get(key).and_then(Value::as_bool) == Some(no);
    let flag = |uri: Option<String>| uri.map(|uri| Network::Fediverse.id(&uri));
    let warning = plain(&word(value, "spoiler_text").unwrap_or_default());
    let body = plain(&word(value, "content").unwrap_or_default());
    let text = [warning, body].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    let quote = ["/quote/quoted_status", "/quote"].iter().find_map(|path| value.pointer(path));
    Draft {
        local_id: word(value, "id"),
        url: word(value, "url").or_else(|| Some(uri.clone())),
        text: if repost.is_some() { String::new() } else { text },
        author: word(account, "uri").or_else(|| word(account, "url")).or_else(|| word(account, "acct")),
        created_at: time(value, "created_at"),
        edited_at: time(value, "edited_at"),
        language: word(value, "language"),
        is_hidden: says_no("noindex", true) || says_no("indexable", false),
        repost_of: flag(repost.and_then(|reblog| word(reblog, "uri"))),
        quote_of: flag(quote.and_then(|quote| word(quote, "uri"))),
        ..Draft::new(Network::Fediverse, uri)
    }
    .finish(context)
    .map(Some)
}

/// The newest posts that are held, each by its own address: 404 or 410 says that it was taken back.
fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    held.iter()
        .filter_map(|post| {
            let local = post.local_id.as_ref()?;
            let safe = local.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let url = format!("{}/api/v1/statuses/{local}", http(polled.root()));
            safe.then(|| polled.ask(format!("{HELD}{}", post.id), url))
        })
        .take(RECHECKED)
        .collect()
}
