//! RSS, Atom and JSON Feed, through feed-rs, on UTF-8 that we made.

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use feed_rs::{
    model::{Entry, Feed, Text},
    parser::{self, ParseFeedError},
};

use super::{Origin, ReadError, Reading, line, repair::repair};
use crate::{
    model::{Id, Item, ItemKind, SourceKind, Timestamp, id::digest},
    text::{dates, html, urls},
};

/// What a feed is asked for as (protocols B2).
pub const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, \
                          application/xml;q=0.8, text/xml;q=0.7, */*;q=0.1";

/// Limits of protocols B3: entries of one document, bytes of a title, bytes of a text.
const ENTRIES: usize = 1_000;
const TITLE: usize = 1_024;
const TEXT: usize = 256 * 1_024;

/// A time before this is nonsense: the first feeds are of 1999, and what says 1970 has no time at all.
const FIRST_YEAR: i64 = 631_152_000; // 1990-01-01

/// How far a time may lie in the future before it is no longer believed.
const AHEAD: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// Reads a feed.
pub fn read(text: &str, origin: &Origin<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::empty(SourceKind::Feed);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let feed = if start.starts_with('{') { json(start, &mut reading)? } else { xml(text, &mut reading)? };
    reading.title = feed.title.as_ref().map(|title| line(&title.content)).filter(|title| !title.is_empty());
    reading.lifetime = feed.ttl.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let language = feed.language.as_deref().or(origin.language).and_then(primary_language);
    if feed.entries.len() > ENTRIES {
        reading.skipped.push(format!("{} entries beyond the first {ENTRIES}", feed.entries.len() - ENTRIES));
    }
    let entries: Vec<Entry> = feed.entries.into_iter().take(ENTRIES).collect();
    let shared = shared_ids(&entries);
    for entry in entries {
        match item(entry, origin, language.as_deref(), &shared) {
            Some(item) => reading.items.push(item),
            None => reading.skipped.push("an entry with neither title nor text nor link".to_owned()),
        }
    }
    Ok(reading)
}

/// XML, mended where needed: what parses as it is, is left as it is.
fn xml(text: &str, reading: &mut Reading) -> Result<Feed, ReadError> {
    if let Some(other) = other_format(text) {
        return Err(other);
    }
    let mut repaired = Vec::new();
    let mended = repair(text, &mut repaired)?;
    let feed = parse(&mended)?;
    reading.repaired.append(&mut repaired);
    Ok(feed)
}

/// JSON Feed; where it fails as a whole, entry by entry.
fn json(text: &str, reading: &mut Reading) -> Result<Feed, ReadError> {
    let whole = parse(text);
    if whole.is_ok() {
        return whole;
    }
    let document: serde_json::Value = serde_json::from_str(text).map_err(|error| ReadError::Json(error.to_string()))?;
    let is_feed = document
        .get("version")
        .and_then(|version| version.as_str())
        .is_some_and(|version| version.contains("jsonfeed"));
    let Some(items) = document.get("items").and_then(|items| items.as_array()).filter(|_| is_feed) else {
        return Err(ReadError::JsonShape);
    };
    let shell = |items: Vec<serde_json::Value>| {
        let title = document.get("title").and_then(|title| title.as_str()).unwrap_or("");
        serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": title, "items": items }).to_string()
    };
    let mut feed = parse(&shell(Vec::new()))?;
    for (at, item) in items.iter().enumerate().take(ENTRIES) {
        match parse(&shell(vec![with_text_id(item)])) {
            Ok(one) => feed.entries.extend(one.entries),
            Err(error) => reading.skipped.push(format!("entry {}: {error}", at + 1)),
        }
    }
    Ok(feed)
}

/// An item whose id is a number, which JSON Feed 1.0 writers do: the specification says to read it as text.
fn with_text_id(item: &serde_json::Value) -> serde_json::Value {
    let mut item = item.clone();
    if let Some(id) = item.get_mut("id")
        && !id.is_string()
    {
        *id = if id.is_null() { "".into() } else { id.to_string().into() };
    }
    item
}

/// feed-rs, with ids of our own and no way to panic through us.
fn parse(text: &str) -> Result<Feed, ReadError> {
    // feed-rs takes a zone that it does not know for UTC; ours does not.
    let time = |text: &str| chrono::DateTime::from_timestamp_micros(dates::in_feed(text)?.as_microsecond());
    let parser = parser::Builder::new()
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(time)
        .sanitize_content(false)
        .build();
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes())));
    parsed.map_err(|_| ReadError::Parser)?.map_err(|error| match error {
        ParseFeedError::JsonSerde(error) => ReadError::Json(error.to_string()),
        ParseFeedError::JsonUnsupportedVersion(version) => {
            ReadError::Other(format!("a JSON Feed of version {version:?}"))
        }
        ParseFeedError::XmlReader(error) => ReadError::Xml(format!("{error:?}")),
        other => ReadError::Xml(other.to_string()),
    })
}

/// What the document is, when it is no feed, by its first element.
fn other_format(text: &str) -> Option<ReadError> {
    let mut rest = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if rest.is_empty() {
        return Some(ReadError::Empty);
    }
    // Past declarations, comments and the DOCTYPE.
    while rest.starts_with("<?") || rest.starts_with("<!--") {
        let end = if rest.starts_with("<?") { "?>" } else { "-->" };
        rest = rest.find(end).map_or("", |at| &rest[at + end.len()..]).trim_start();
    }
    let start: String = rest.chars().take(200).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Some(ReadError::Html("a feed"));
    }
    let name = start.strip_prefix('<')?.split(|letter: char| !(letter.is_alphanumeric() || letter == ':')).next()?;
    match name {
        "channel" if start.contains("cdf") || text.contains("<!DOCTYPE Channel") || text.contains("<ITEM") => {
            Some(ReadError::Other("CDF, a dead format".to_owned()))
        }
        "opml" => Some(ReadError::Other("OPML, a list of feeds".to_owned())),
        "urlset" | "sitemapindex" => Some(ReadError::Other("a sitemap".to_owned())),
        _ => None,
    }
}

/// Ids that entries of this document share though they are not the same: some generators number from 1, some repeat
/// the address of a page. Such entries are told apart by address and title, so that all survive.
fn shared_ids(entries: &[Entry]) -> HashSet<String> {
    let mut first: HashMap<&str, (&str, &str)> = HashMap::new();
    let mut shared = HashSet::new();
    for entry in entries.iter().filter(|entry| !entry.id.trim().is_empty()) {
        let link = entry.links.first().map_or("", |link| link.href.as_str());
        let title = entry.title.as_ref().map_or("", |title| title.content.as_str());
        if *first.entry(entry.id.trim()).or_insert((link, title)) != (link, title) {
            shared.insert(entry.id.trim().to_owned());
        }
    }
    shared
}

/// One entry as an item; `None` when it says nothing at all.
fn item(entry: Entry, origin: &Origin<'_>, language: Option<&str>, shared: &HashSet<String>) -> Option<Item> {
    let url = link(&entry, origin);
    let mut title = entry.title.as_ref().map(|title| line(&title.content)).unwrap_or_default();
    let mut text = body(&entry);
    html::cut(&mut title, TITLE);
    html::cut(&mut text, TEXT);
    if title.is_empty() && text.is_empty() && url.is_none() {
        return None;
    }
    let said = entry.published.or(entry.updated).map(|at| at.timestamp_micros());
    let (published_at, published_estimated) = believable(said, origin.now);
    let native_id = native_id(&entry.id, url.as_deref(), &title, &text, said, shared);
    Some(Item {
        id: Id::derive(&origin.namespace, &native_id),
        source: origin.source.to_owned(),
        native_id,
        kind: if text.is_empty() { ItemKind::Headline } else { ItemKind::Article },
        url,
        title,
        text,
        author: entry
            .authors
            .iter()
            .find_map(|author| author.name.as_deref())
            .map(line)
            .filter(|name| !name.is_empty()),
        language: entry.language.as_deref().and_then(primary_language).or_else(|| language.map(str::to_owned)),
        published_at,
        published_estimated,
        updated_at: entry.updated.and_then(|at| Timestamp::from_microsecond(at.timestamp_micros()).ok()),
        received_at: origin.now,
        hidden: origin.hidden,
    })
}

/// The entry's page: `alternate` before anything else, never an enclosure.
fn link(entry: &Entry, origin: &Origin<'_>) -> Option<String> {
    let rank = |rel: Option<&str>| match rel {
        None | Some("alternate") => 0,
        Some("enclosure" | "edit" | "self" | "replies" | "hub") => 2,
        Some(_) => 1,
    };
    let mut links: Vec<_> = entry.links.iter().collect();
    links.sort_by_key(|link| rank(link.rel.as_deref()));
    let base = entry.base.as_deref().or(origin.url);
    let linked = links.into_iter().find_map(|link| urls::absolute(&link.href, base));
    // A guid that is an address is the page, unless it says otherwise.
    linked.or_else(|| urls::absolute(&entry.id, None))
}

/// The longer of content and summary, as plain text.
fn body(entry: &Entry) -> String {
    let content =
        entry.content.as_ref().and_then(|content| content.body.as_deref()).map(html::to_text).unwrap_or_default();
    let summary = entry.summary.as_ref().map(|text: &Text| html::to_text(&text.content)).unwrap_or_default();
    if content.len() >= summary.len() { content } else { summary }
}

/// The entry's own id, or the digest of what it is: of its link, else of title, text and date.
fn native_id(
    own: &str,
    url: Option<&str>,
    title: &str,
    text: &str,
    at: Option<i64>,
    shared: &HashSet<String>,
) -> String {
    let date = at.map(|at| at.to_string()).unwrap_or_default();
    match (own.trim(), url) {
        ("", Some(url)) => digest(&[url.as_bytes()]),
        ("", None) => digest(&[title.as_bytes(), text.as_bytes(), date.as_bytes()]),
        (own, url) if shared.contains(own) => {
            format!("{own} {}", digest(&[url.unwrap_or("").as_bytes(), title.as_bytes()]))
        }
        (own, _) => own.to_owned(),
    }
}

/// The time that an entry says, or the time of receipt where it says none that can be believed; and whether the latter.
fn believable(said: Option<i64>, now: Timestamp) -> (Timestamp, bool) {
    let said = said.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    match said {
        Some(at) if at.as_second() < FIRST_YEAR => (now, true),
        Some(at) if at > now.saturating_add(AHEAD).unwrap_or(now) => (now, true),
        // A little ahead is a clock that is a little wrong.
        Some(at) => (at.min(now), false),
        None => (now, true),
    }
}

/// `en` of `en-US`.
fn primary_language(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    ((2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(primary)
}
