//! Statuspage's archive, `history.json?page=N`: three months a page, each incident with its last words and a span of
//! times to the minute, without a year in the stamp and with a zone abbreviation.
//!
//! It is walked once, a few pages a poll, from the newest to where nothing is for a year; how far stands in the source's
//! cursor, committed with what was read. Afterwards the list of the fifty newest incidents is enough, until one poll
//! finds none in it that was known before: then downwire was away for longer than the list reaches, and walks again.

use serde_json::Value;

use std::collections::BTreeMap;

use super::super::{ACCEPT_JSON, Step, origin};
use crate::{
    model::{Ask, Impact, Incident, IncidentKind, PageIdentity, Phase, Timestamp, Update},
    source::{Context, Reading},
    text::{
        dates::{self, Stamp},
        html, urls,
    },
};

/// Below a page's root: three months a page, newest first.
const ARCHIVE: &str = "/history.json?page=";

/// Pages that are walked at most: 240 months, longer than the platform exists.
const MOST_PAGES: u32 = 80;

/// So many empty pages in a row, a year, are the end.
const EMPTY: u32 = 4;

/// Incidents of a full list: the platform sends no more. incident.io's imitation sends half as many.
const FULL_LIST: usize = 25;

/// After a failure the archive is tried again after this long: some hosts have none.
const TRY_AGAIN: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

/// An incident younger than this may still be open; the archive does not say so, the list of incidents does.
const SETTLED: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

/// Names in the cursor: the last page that was read, or [`DONE`] …
const READ: &str = "archive";
/// … the last of them that held an incident …
const FOUND: &str = "archive-found";
/// … when it failed …
const FAILED: &str = "archive-failed";
/// … and the newest incident of the list.
const NEWEST: &str = "newest-incident";
const DONE: &str = "done";

/// The number of the archive's page at this address; `None` for any other.
pub(in super::super) fn number(url: &str) -> Option<u32> {
    let (_, number) = url.rsplit_once(ARCHIVE)?;
    number.parse().ok()
}

/// What to remember when the archive could not be read.
pub(in super::super) fn failed(now: Timestamp) -> BTreeMap<String, String> {
    BTreeMap::from([(FAILED.to_owned(), now.to_string())])
}

/// The archive's next page, unless it was walked to its end, or failed not long ago.
pub(super) fn next_ask(step: &Step<'_>, root: &str) -> Option<Ask> {
    let is_document = [".json", ".atom", ".rss"].iter().any(|ending| root.ends_with(ending));
    let cursor = |name: &str| step.reading.cursor.get(name).or_else(|| step.state.cursor.get(name)).map(String::as_str);
    let failed: Option<Timestamp> = cursor(FAILED).and_then(|at| at.parse().ok());
    let rests = failed.is_some_and(|at| step.now.duration_since(at) < TRY_AGAIN);
    let page = match cursor(READ) {
        _ if is_document || rests => return None,
        Some(DONE) => return None,
        Some(read) => read.parse::<u32>().unwrap_or(0).saturating_add(1),
        None => 1,
    };
    // A page that was asked for and did not say which one it is leads nowhere.
    let leads_on = number(&step.asked.url).is_none_or(|asked| page > asked);
    leads_on.then(|| Ask {
        url: format!("{root}{ARCHIVE}{page}"),
        accept: ACCEPT_JSON,
        is_extra: true,
        ..Ask::default()
    })
}

/// Remembers the newest incident of a list of incidents. A full list without the one that was remembered has a gap before
/// it: the archive is to be walked again.
pub(super) fn mark_newest(reading: &mut Reading, context: Context<'_>) {
    let is_list = context.base.is_some_and(|url| url.ends_with("/api/v2/incidents.json"));
    let Some(newest) = reading.incidents.first().filter(|_| is_list) else { return };
    let known = context.cursor.get(NEWEST);
    let is_gone = known.is_some_and(|known| !reading.incidents.iter().any(|incident| incident.native_id == *known));
    if is_gone && reading.incidents.len() >= FULL_LIST {
        reading.cursor.insert(READ.to_owned(), "0".to_owned());
    }
    reading.cursor.insert(NEWEST.to_owned(), newest.native_id.clone());
}

/// How far this page leads: to the next one, or, where a year or everything is behind it, to the end.
fn mark_read(reading: &mut Reading, context: Context<'_>) {
    let Some(page) = context.base.and_then(number) else { return };
    if !reading.incidents.is_empty() || page == 1 {
        reading.cursor.insert(FOUND.to_owned(), page.to_string());
    }
    let found = || reading.cursor.get(FOUND).or_else(|| context.cursor.get(FOUND))?.parse::<u32>().ok();
    let is_end = page >= MOST_PAGES || page.saturating_sub(found().unwrap_or(page)) >= EMPTY;
    reading.cursor.insert(READ.to_owned(), if is_end { DONE.to_owned() } else { page.to_string() });
}

/// Whether it is a page of the archive.
pub(super) fn is_archive(document: &Value) -> bool {
    document.get("months").is_some_and(Value::is_array)
}

/// The incidents of one archive page; `None` for a document of another shape.
pub(super) fn read(document: &Value, context: Context<'_>) -> Option<Reading> {
    let months = document.get("months")?.as_array()?;
    let mut reading = Reading::default();
    let name = document.pointer("/page_status/page/name").and_then(Value::as_str).map(str::to_owned);
    for month in months {
        let year = month.get("year").and_then(Value::as_i64);
        let incidents = month.get("incidents").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for value in incidents {
            match year.and_then(|year| incident(value, year, month, name.clone(), context)) {
                Some(incident) => reading.incidents.push(incident),
                None => {
                    let code = value.get("code").and_then(Value::as_str).unwrap_or("without a code");
                    reading.skipped.push(format!("incident {code}: its code or its times cannot be read"));
                }
            }
        }
    }
    mark_read(&mut reading, context);
    reading.about.title.clone_from(&name);
    reading.page = Some(PageIdentity { id: None, host: context.base.and_then(urls::host_and_port), name });
    Some(reading)
}

fn incident(value: &Value, year: i64, month: &Value, page: Option<String>, context: Context<'_>) -> Option<Incident> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let native_id = Some(text("code")).filter(|code| !code.is_empty())?.to_owned();
    let (began, ended) = span(text("timestamp"), year, month)?;
    let impact = Impact::parse(text("impact")).unwrap_or(Impact::Unknown);
    let over = ended.unwrap_or(began);
    let words = html::to_text(text("message"));
    let maintenance = impact == Impact::Maintenance;
    // A young one may be open; then the list of incidents, which was asked for before, knows more than its last words.
    let is_settled = context.base.is_none() || context.now.duration_since(over) >= SETTLED;
    let phase = match (is_settled, maintenance) {
        (false, _) => Phase::Unknown,
        (true, true) => Phase::Completed,
        (true, false) => Phase::Resolved,
    };
    let last = Update {
        native_id: format!("{over}#1"),
        precise: false,
        phase,
        text: words.clone(),
        shown_at: over,
        posted_at: over,
        edited_at: None,
        components: Vec::new(),
    };
    Some(Incident {
        page: PageIdentity { id: None, host: context.base.and_then(urls::host_and_port), name: page },
        source: context.source.to_owned(),
        service: context.service.map(str::to_owned),
        kind: if maintenance { IncidentKind::Maintenance } else { IncidentKind::Outage },
        title: html::one_line(&html::to_text(text("name"))),
        url: None,
        phase,
        impact,
        started_at: Some(began),
        first_post_at: Some(began),
        last_update_at: Some(over),
        resolved_at: is_settled.then_some(over),
        scheduled_for: None,
        scheduled_until: None,
        components: Vec::new(),
        updates: if words.is_empty() || !is_settled { Vec::new() } else { vec![last] },
        origin: origin(Some(began), context),
        native_id,
    })
}

/// `Dec 30, 17:55 - 19:46 PST`, or with month and day again behind the dash when it crosses midnight.
fn span(stamp: &str, year: i64, month: &Value) -> Option<(Timestamp, Option<Timestamp>)> {
    let (from, until) = Stamp::read_span(&html::one_line(&html::to_text(stamp)))?;
    // The stamp has no year: the middle of its month is near enough to find it.
    let name = month.get("name").and_then(Value::as_str)?;
    let near = dates::instant(&format!("15 {} {year} 12:00:00 UTC", name.get(..3)?))?;
    let began = from.nearest(near)?;
    Some((began, until.and_then(|until| until.nearest(began))))
}
