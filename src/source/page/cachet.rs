//! Cachet 2: incidents by pages of the API.
//!
//! Times carry no zone; the server's is not told. They are read as UTC, and the source's health says so. The top-level
//! `status` stays where it began while `latest_status` moves on. Cachet 3 has another API, of which no document was at
//! hand; its feeds are read as those of any page. Source: status-pages A6.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    common::{self, below, finish, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    status_feed,
    value::{integer, line, list, text, time_in, word},
};
use crate::{
    model::{Ask, Phase, SourceKind, SourceState, Timestamp},
    source::{Context, ReadError, Reading, ask},
    text::urls,
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Cachet,
    recognises: |document| common::json(document, is_incidents),
    first: |state: &SourceState| below(state, FIRST, ACCEPT_JSON, &["/atom", "/rss"]),
    next,
    read,
};

/// The newest incidents, a hundred a page.
const FIRST: &str = "/api/v1/incidents?per_page=100&sort=id&order=desc&page=1";

/// Pages of history that are read at first sight.
const PAGES: i64 = 20;

/// How many pages there are, and which one this is: kept while a poll walks through them.
const AT: &str = "page";

/// At first sight every page; later the newest incidents are enough.
fn next(step: &Step<'_>) -> Option<Ask> {
    let (at, of) = step.reading.cursor.get(AT)?.split_once('/')?;
    let (at, of): (i64, i64) = (at.parse().ok()?, of.parse().ok()?);
    let more = step.state.last_success.is_none() && at < of.min(PAGES);
    let (start, _) = step.asked.url.rsplit_once("&page=")?;
    more.then(|| Ask { is_extra: true, ..ask(format!("{start}&page={}", at + 1), ACCEPT_JSON, step.state) })
}

fn is_incidents(value: &Value) -> bool {
    let is_incident = |one: &Value| one.get("human_status").is_some() && one.get("occurred_at").is_some();
    let data = list(value, "data");
    data.iter().any(is_incident)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if document.is_xml() {
        return status_feed::read(document, context);
    }
    let value = document.json()?;
    let is_empty =
        value.get("data").and_then(Value::as_array).is_some_and(Vec::is_empty) && value.get("meta").is_some();
    if !is_incidents(value) && !is_empty {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let data = list(value, "data");
    let link = data.first().and_then(|one| word(one, "permalink"));
    let page = page(None, link.as_deref(), None, context);
    let mut reading = Reading::default();
    finish_all(&mut reading, "incident", data.iter().map(draft), &page, context);
    if !reading.incidents.is_empty() {
        reading
            .repaired
            .push("its times name no zone: they are read as UTC and may be off by the server's own".to_owned());
    }
    let pages = value.pointer("/meta/pagination").unwrap_or(&Value::Null);
    if let (Some(at), Some(of)) = (integer(pages, "current_page"), integer(pages, "total_pages")) {
        reading.cursor.insert(AT.to_owned(), format!("{at}/{of}"));
    }
    finish(&mut reading, page, None);
    Ok(reading)
}

fn at(value: &Value, key: &str) -> Option<Timestamp> {
    time_in(value, key, &TimeZone::UTC)
}

fn phase(code: Option<i64>) -> Option<Phase> {
    match code {
        Some(0) => Some(Phase::Scheduled),
        Some(1) => Some(Phase::Investigating),
        Some(2) => Some(Phase::Identified),
        Some(3) => Some(Phase::Monitoring),
        Some(4) => Some(Phase::Resolved),
        _ => None,
    }
}

fn draft(value: &Value) -> Result<Draft, String> {
    let native_id = word(value, "id").unwrap_or_default();
    let mut updates = vec![Post {
        native_id: Some(format!("{native_id}#0")),
        phase: phase(integer(value, "status")),
        text: text(value, "message"),
        shown_at: at(value, "occurred_at").or_else(|| at(value, "created_at")),
        posted_at: at(value, "created_at"),
        ..Post::default()
    }];
    updates.extend(list(value, "updates").iter().map(|update| Post {
        native_id: word(update, "id").map(|id| format!("{native_id}#{id}")),
        phase: phase(integer(update, "status")),
        text: text(update, "message"),
        shown_at: at(update, "created_at"),
        edited_at: at(update, "updated_at"),
        ..Post::default()
    }));
    // Only what is shown to everybody; a deleted one is neither.
    if integer(value, "visible") == Some(0) || word(value, "deleted_at").is_some() {
        return Err(format!("incident {native_id} is not for everybody"));
    }
    Ok(Draft {
        title: line(value, "name"),
        url: word(value, "permalink").and_then(|link| urls::absolute(&link, None)),
        phase: phase(integer(value, "latest_status").or_else(|| integer(value, "status"))),
        started_at: at(value, "occurred_at").or_else(|| at(value, "created_at")),
        updates,
        native_id,
        ..Draft::default()
    })
}
