//! The history feed of GitHub's page over two and a half years: each entry as often as it was found changed.

use std::{collections::BTreeMap, fs};

use jiff::{civil::DateTime, tz::Offset};
use serde_json::Value;

use super::{Figures, Snapshot, Told, words};
use crate::support::{backend::Backend, data, web::Reply};
use downwire::model::{SourceKind, Timestamp};

/// Entries that the feed shows.
const SHOWN: usize = 25;

/// The recording, a feed for each date; `None` where there is no data.
pub(super) fn snapshots() -> Option<Vec<Snapshot>> {
    let path = data::path("incidents/github-atom-entry-versions.jsonl")?;
    let mut dates: BTreeMap<Timestamp, Vec<Value>> = BTreeMap::new();
    for line in fs::read_to_string(path).expect("reads").lines() {
        let entry: Value = serde_json::from_str(line).expect("JSON");
        dates.entry(instant(&entry["snapshot"])).or_default().push(entry);
    }
    let mut shown: Vec<Value> = Vec::new();
    let mut snapshot = |(at, found): (Timestamp, Vec<Value>)| {
        // What was found on that date, and below it what is known and was not found changed.
        let is_old = |entry: &Value| !found.iter().any(|new| new["id"] == entry["id"]);
        let mut others: Vec<Value> = shown.iter().filter(|entry| is_old(entry)).cloned().collect();
        others.sort_by_key(|entry| std::cmp::Reverse(instant(&entry["published"])));
        shown = found.into_iter().chain(others).take(SHOWN).collect();
        let entries: String = shown.iter().map(entry).collect();
        let feed = format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>GitHub Status - Incident History</title>\
             <id>tag:www.githubstatus.com,2005:/history</id><updated>{at}</updated>{entries}</feed>"
        );
        Snapshot { at, document: Reply::ok("application/atom+xml", feed), told: shown.iter().map(told).collect() }
    };
    Some(dates.into_iter().map(&mut snapshot).collect())
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().and_then(|at| at.parse().ok()).expect("an instant")
}

fn entry(entry: &Value) -> String {
    let field = |name: &str| entry[name].as_str().unwrap_or_default().replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<entry><id>{}</id><published>{}</published><updated>{}</updated><link rel=\"alternate\" href=\"{}\"/>\
         <title>{}</title><content type=\"html\">{}</content></entry>",
        field("id"),
        field("published"),
        field("updated"),
        field("link"),
        field("title"),
        field("content"),
    )
}

fn told(entry: &Value) -> Told {
    let field = |name: &str| entry[name].as_str().expect("a string");
    let content = field("content");
    let (planned, _) = content.split_once("<p><small>").expect("a post");
    // Newest first in the feed.
    let mut posts: Vec<(Timestamp, &str, String)> =
        content.split("<p><small>").skip(1).map(|markup| post(markup, instant(&entry["updated"]))).collect();
    posts.reverse();
    posts.sort_by_key(|(at, ..)| *at);
    let phase = posts.iter().rfind(|(_, label, _)| *label != "Update");
    let over = phase.filter(|(_, label, _)| ["Resolved", "Completed"].contains(label)).map(|(at, ..)| *at);
    let mut posts: Vec<_> = posts.into_iter().map(|(at, _, words)| (at, words)).collect();
    posts.sort();
    Told {
        native_id: field("link").rsplit('/').next().unwrap_or_default().to_owned(),
        title: field("title").to_owned(),
        over,
        posts,
        rest: planned.to_owned(),
    }
}

/// `Jun <var data-var='date'> 8</var>, <var data-var='time'>19:13</var> UTC</small><br><strong>Resolved</strong> - words</p>`:
/// the year is that of the entry, or the one before.
fn post(markup: &str, updated: Timestamp) -> (Timestamp, &str, String) {
    let (stamp, rest) = markup.split_once(" UTC</small><br><strong>").expect("a stamp");
    let stamp = words(&without_tags(stamp));
    let (date, clock) = stamp.split_once(',').expect("a date");
    let (month, day) = date.split_at(3);
    let year = Offset::UTC.to_datetime(updated).year();
    let read = |year: i16| {
        let at = DateTime::strptime("%Y %b %d %H:%M", format!("{year} {month} {day} {clock}")).expect("a date");
        Offset::UTC.to_timestamp(at).expect("an instant")
    };
    let at = if read(year) > updated { read(year - 1) } else { read(year) };
    let (label, body) = rest.split_once("</strong> - ").expect("a label");
    (at, label, words(&unescaped(&without_tags(body))))
}

fn without_tags(markup: &str) -> String {
    let mut pieces = markup.split('<');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let is_tag = piece.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match piece.split_once('>').filter(|_| is_tag) {
            Some((_, after)) => text + after,
            None => text + "<" + piece,
        }
    })
}

fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign))
}

/// Entries grow, are edited, and leave the feed: the archive has each incident once, and all that was said of it.
pub(super) async fn replay(backend: Backend) {
    let Some(snapshots) = snapshots() else { return };
    let Some(figures) = super::replay(backend, SourceKind::Statuspage, "/history.atom", &snapshots).await else {
        return;
    };
    println!("{backend:?}: {figures:?}");
    let expected = Figures {
        polls: 361,
        incidents: 399,
        observed: 372,
        posts: 2_164,
        later: 94,
        edited: 141,
        seen_to_end: 26,
        open: 2,
        evicted: 374,
    };
    assert_eq!(figures, expected);
}
