//! The call of `feed-rs`, as a whole and entry by entry.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use feed_rs::{
    model::{Entry, Feed},
    parser::Builder,
};
use serde_json::{Value, json};

use super::super::{
    ReadError,
    outline::{self, Outline},
    repair,
};
use crate::text::dates;

/// A feed taken apart.
pub(in crate::source) struct Document {
    /// What the feed says of itself. Its entries have been moved out.
    pub(in crate::source) head: Feed,
    /// Each with its number in the document, from 1.
    pub(in crate::source) entries: Vec<(usize, Entry)>,
    pub(in crate::source) skipped: Vec<String>,
    pub(in crate::source) repaired: Vec<String>,
}

impl Document {
    fn of(mut head: Feed, skipped: Vec<String>, repaired: Vec<String>) -> Self {
        let entries = std::mem::take(&mut head.entries);
        Self { head, entries: (1..).zip(entries).collect(), skipped, repaired }
    }
}

/// How dates were read; shared with the parser, which calls back.
#[derive(Clone, Default)]
struct Zoneless(Arc<AtomicUsize>);

impl Zoneless {
    fn say(&self, repaired: &mut Vec<String>) {
        let count = self.0.load(Ordering::Relaxed);
        if count > 0 {
            repaired.push(format!("dates without a zone were read as UTC ({count})"));
        }
    }
}

/// Reads RSS or Atom; relative links are resolved against `base`.
///
/// # Errors
/// It is no feed, truncated, hostile, or nothing of it can be read.
pub(in crate::source) fn xml(text: &str, base: Option<&str>) -> Result<Document, ReadError> {
    let repair::Repaired { text, mut notes } = repair::xml(text)?;
    let outline = outline::draw(&text)?;
    match outline.root.as_str() {
        "rss" | "feed" | "RDF" | "entry" => {}
        "CHANNEL" | "Channel" => return Err(ReadError::Cdf),
        other => return Err(ReadError::OtherXml(other.chars().take(40).collect())),
    }
    let zoneless = Zoneless::default();
    let mut document = match parse(&text, base, &zoneless) {
        Ok(feed) => {
            let lost = outline.entries.len().saturating_sub(feed.entries.len());
            let skipped = if lost > 0 {
                vec![format!("{lost} entries have no link, or are in a foreign namespace")]
            } else {
                vec![]
            };
            Document::of(feed, skipped, vec![])
        }
        Err(reason) => entry_by_entry(&text, &outline, base, reason, &zoneless)?,
    };
    zoneless.say(&mut notes);
    document.repaired.splice(0..0, notes);
    Ok(document)
}

/// Reads a JSON Feed.
///
/// # Errors
/// It is broken JSON, no JSON Feed, or nothing of it can be read.
pub(in crate::source) fn json(text: &str) -> Result<Document, ReadError> {
    let zoneless = Zoneless::default();
    let mut document = match parse(text, None, &zoneless) {
        Ok(feed) => Document::of(feed, vec![], vec![]),
        Err(reason) => json_items(text, &reason, &zoneless)?,
    };
    zoneless.say(&mut document.repaired);
    Ok(document)
}

/// One call of the parser. It panics on some input, so the call is fenced in.
fn parse(text: &str, base: Option<&str>, zoneless: &Zoneless) -> Result<Feed, String> {
    let zoneless = zoneless.clone();
    let builder = Builder::new()
        .base_uri(base.filter(|base| url::Url::parse(base).is_ok()))
        // The parser's own ids do not see the text, and are random without a link.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            let written = dates::read(text)?;
            if !written.zone {
                zoneless.0.fetch_add(1, Ordering::Relaxed);
            }
            chrono::DateTime::from_timestamp_micros(written.at.as_microsecond())
        });
    catch_unwind(AssertUnwindSafe(move || builder.build().parse(text.as_bytes())))
        .map_err(|_| "the feed parser panicked".to_owned())?
        .map_err(|error| error.to_string())
}

/// Reads the entries one by one, each within the start tags that stood around it, and the head without any.
fn entry_by_entry(
    text: &str,
    outline: &Outline,
    base: Option<&str>,
    reason: String,
    zoneless: &Zoneless,
) -> Result<Document, ReadError> {
    let tags: Vec<&str> = outline.parents.iter().filter_map(|tag| text.get(tag.clone())).collect();
    if tags.is_empty() {
        return Err(ReadError::Unreadable(reason));
    }
    let ends: String = tags.iter().rev().map(|tag| format!("</{}>", element_name(tag))).collect();
    let alone = |entry: &str| format!("{}{entry}{ends}", tags.concat());
    let head = parse(&without_entries(text, outline), base, zoneless)
        .or_else(|_| parse(&alone(""), base, zoneless))
        .map_err(ReadError::Unreadable)?;
    let mut document = Document::of(head, vec![], vec![]);
    for (at, span) in (1..).zip(&outline.entries).take(super::MOST_ENTRIES + 1) {
        match parse(&alone(text.get(span.clone()).unwrap_or_default()), base, zoneless) {
            Ok(feed) => document.entries.extend(feed.entries.into_iter().map(|entry| (at, entry))),
            Err(error) => document.skipped.push(format!("entry {at}: {error}")),
        }
    }
    if document.entries.is_empty() && !outline.entries.is_empty() {
        return Err(ReadError::Unreadable(reason));
    }
    Ok(document)
}

/// The qualified name in a start tag.
fn element_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<');
    name.split(|letter: char| letter.is_whitespace() || "/>".contains(letter)).next().unwrap_or_default()
}

fn without_entries(text: &str, outline: &Outline) -> String {
    let mut out = String::new();
    let mut from = 0;
    for span in &outline.entries {
        out.push_str(text.get(from..span.start).unwrap_or_default());
        from = span.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Reads the items of a JSON Feed one by one: the parser refuses all of them when one has a number for an id.
fn json_items(text: &str, reason: &str, zoneless: &Zoneless) -> Result<Document, ReadError> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| ReadError::BrokenJson(error.to_string()))?;
    let Some(items) = value.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take) else {
        return Err(ReadError::OtherJson(super::super::statuspage::shape(&value)));
    };
    let alone = |items: Vec<Value>, title: &Value, language: &Value| {
        let text = json!({ "version": "https://jsonfeed.org/version/1.1", "title": title, "language": language, "items": items });
        parse(&text.to_string(), None, zoneless)
    };
    let title = value.get("title").filter(|title| title.is_string()).cloned().unwrap_or_else(|| json!(""));
    let language = value.get("language").filter(|language| language.is_string()).cloned().unwrap_or(Value::Null);
    let head = alone(vec![], &title, &language).map_err(ReadError::Unreadable)?;
    let total = items.len();
    let mut document = Document::of(head, vec![], vec![format!("the items were read one by one: {reason}")]);
    for (at, mut item) in (1..).zip(items).take(super::MOST_ENTRIES + 1) {
        if let Some(number) = item.get("id").filter(|id| id.is_number()).map(Value::to_string) {
            item["id"] = Value::String(number);
        }
        match alone(vec![item], &title, &language) {
            Ok(feed) => document.entries.extend(feed.entries.into_iter().map(|entry| (at, entry))),
            Err(error) => document.skipped.push(format!("item {at}: {error}")),
        }
    }
    if document.entries.is_empty() && total > 0 {
        return Err(ReadError::Unreadable(reason.to_owned()));
    }
    Ok(document)
}
