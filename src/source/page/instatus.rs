//! Instatus: `summary.json` (only what is open), its components, and its history as a feed.
//!
//! Lists that would be empty are left out. A maintenance has a duration in minutes (as a number, or as text) and no end.
//! Source: status-pages A3.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    common::{self, below, finish, impact, page},
    document::shape,
    draft::{Draft, finish_all},
    fold::phase,
    status_feed,
    value::{integer, line, list, time, word},
};
use crate::{
    model::{Ask, Component, Outcome, PageReport, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Instatus,
    recognises: |document| common::json(document, |value| is_summary(value) || is_components(value)),
    first: |state: &SourceState| below(state, SUMMARY, ACCEPT_JSON, &[".json", ".rss", ".atom"]),
    next,
    read,
};

const SUMMARY: &str = "/summary.json";
const COMPONENTS: &str = "/v3/components.json";

/// After a summary that changed its components, then the history, which some pages have switched off.
fn next(step: &Step<'_>) -> Option<Ask> {
    let extra = |url: String, accept| Some(Ask { is_extra: true, ..ask(url, accept, step.state) });
    if let Some(root) = step.asked.url.strip_suffix(COMPONENTS) {
        return extra(format!("{root}/history.rss"), "application/rss+xml");
    }
    let root = step.asked.url.strip_suffix(SUMMARY).filter(|_| step.outcome == Outcome::Fresh)?;
    extra(format!("{root}{COMPONENTS}"), ACCEPT_JSON)
}

fn is_summary(value: &Value) -> bool {
    let status = value.get("page").and_then(|page| word(page, "status"));
    status.is_some_and(|status| ["UP", "HASISSUES", "UNDERMAINTENANCE"].contains(&status.as_str()))
}

/// Components alone; Statuspage has the same list beside its page.
fn is_components(value: &Value) -> bool {
    let is_loud = |one: &Value| {
        word(one, "status").is_some_and(|status| status.chars().all(|letter| letter.is_ascii_uppercase()))
    };
    value.get("page").is_none() && list(value, "components").first().is_some_and(is_loud)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if document.is_xml() {
        return status_feed::read(document, context);
    }
    let value = document.json()?;
    if !is_summary(value) && !is_components(value) {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let about = value.get("page").unwrap_or(&Value::Null);
    let page = page(None, word(about, "url").as_deref(), word(about, "name"), context);
    let mut reading = Reading::default();
    finish_all(&mut reading, "incident", list(value, "activeIncidents").iter().map(incident), &page, context);
    finish_all(&mut reading, "maintenance", list(value, "activeMaintenances").iter().map(maintenance), &page, context);
    let components: Vec<Component> = list(value, "components").iter().filter_map(component).collect();
    let report = match word(about, "status") {
        Some(status) => Some(PageReport { overall: common::state(&status), components }),
        None => common::report(components),
    };
    finish(&mut reading, page, report);
    Ok(reading)
}

fn component(value: &Value) -> Option<Component> {
    let group = value.get("group").and_then(|group| word(group, "name"));
    let name = word(value, "name")?;
    Some(Component {
        native_id: word(value, "id"),
        name: group.map_or_else(|| name.clone(), |group| format!("{group} / {name}")),
        before: None,
        state: common::state(&word(value, "status").unwrap_or_default()),
    })
}

fn incident(value: &Value) -> Result<Draft, String> {
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(value, "name"),
        url: word(value, "url"),
        impact: impact(value, "impact"),
        phase: word(value, "status").and_then(|status| phase(&status)),
        started_at: time(value, "started"),
        last_update_at: time(value, "updatedAt"),
        ..Draft::default()
    })
}

fn maintenance(value: &Value) -> Result<Draft, String> {
    let start = time(value, "start");
    let minutes = integer(value, "duration").unwrap_or(0).clamp(0, 60 * 24 * 366);
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(value, "name"),
        url: word(value, "url"),
        is_maintenance: true,
        phase: word(value, "status").and_then(|status| phase(&status)),
        scheduled_for: start,
        scheduled_until: start.map(|start| start + jiff::SignedDuration::from_mins(minutes)).filter(|_| minutes > 0),
        last_update_at: time(value, "updatedAt"),
        ..Draft::default()
    })
}
