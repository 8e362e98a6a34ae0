//! Slack's own API: `current`, and `history` with the newest fifty.
//!
//! Ids are numbers, in the documentation texts. Notes stand newest first and have no phases: the first one opens, the last
//! one of what is resolved ends. Source: status-pages A10.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    common::{self, below, finish, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{line, list, text, time, word},
};
use crate::{
    model::{Ask, Component, ComponentState, Impact, Outcome, PageReport, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Slack,
    recognises: |document| common::json(document, |value| is_current(value) || is_history(value)),
    first: |state: &SourceState| below(state, CURRENT, ACCEPT_JSON, &["/history"]),
    next,
    read,
};

const CURRENT: &str = "/api/v2.0.0/current";
const HISTORY: &str = "/api/v2.0.0/history";

fn next(step: &Step<'_>) -> Option<Ask> {
    let root = step.asked.url.strip_suffix(CURRENT)?;
    let history = format!("{root}{HISTORY}");
    let is_due = step.outcome == Outcome::Fresh || !step.state.validators.contains_key(&history);
    is_due.then(|| ask(history, ACCEPT_JSON, step.state))
}

fn is_current(value: &Value) -> bool {
    value.get("active_incidents").is_some() && value.get("status").is_some() && value.get("date_updated").is_some()
}

fn is_history(value: &Value) -> bool {
    let is_incident = |one: &Value| one.get("notes").is_some() && one.get("date_created").is_some();
    value.as_array().is_some_and(|list| list.iter().any(is_incident))
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let is_empty = value.as_array().is_some_and(Vec::is_empty);
    if !is_current(value) && !is_history(value) && !is_empty {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let incidents = value.as_array().map_or_else(|| list(value, "active_incidents"), Vec::as_slice);
    let page = page(None, Some("https://slack-status.com/"), Some("Slack".to_owned()), context);
    let mut reading = Reading::default();
    finish_all(&mut reading, "incident", incidents.iter().map(draft), &page, context);
    let report = is_current(value).then(|| current(value, incidents));
    finish(&mut reading, page, report);
    Ok(reading)
}

/// `ok` is the word of health; what is active says what is not well.
fn current(value: &Value, incidents: &[Value]) -> PageReport {
    let components: Vec<Component> = incidents.iter().flat_map(|one| components(one, state(one))).collect();
    let worst = ComponentState::worst(incidents.iter().map(state));
    let overall = match (word(value, "status").as_deref(), worst) {
        (_, Some(worst)) => worst,
        (Some("ok"), None) => ComponentState::Operational,
        _ => ComponentState::Unknown,
    };
    PageReport { overall, components }
}

fn state(incident: &Value) -> ComponentState {
    match word(incident, "type").as_deref() {
        Some("outage") => ComponentState::MajorOutage,
        Some("incident") => ComponentState::PartialOutage,
        Some("notice") => ComponentState::DegradedPerformance,
        Some("maintenance") => ComponentState::UnderMaintenance,
        _ => ComponentState::Unknown,
    }
}

fn components(incident: &Value, state: ComponentState) -> impl Iterator<Item = Component> + '_ {
    let names = list(incident, "services").iter().filter_map(super::value::as_word);
    names.map(move |name| Component { native_id: None, name, before: None, state })
}

fn draft(value: &Value) -> Result<Draft, String> {
    let status = word(value, "status").unwrap_or_default();
    let is_over = matches!(status.as_str(), "resolved" | "completed" | "cancelled");
    let is_maintenance =
        matches!(status.as_str(), "scheduled" | "completed") || word(value, "type").as_deref() == Some("maintenance");
    let mut posts: Vec<Post> = list(value, "notes")
        .iter()
        .map(|note| Post { text: text(note, "body"), shown_at: time(note, "date_created"), ..Post::default() })
        .collect();
    posts.sort_by_key(|post| post.shown_at);
    let last = posts.len().saturating_sub(1);
    for (at, post) in posts.iter_mut().enumerate() {
        post.phase = Some(match at {
            at if at == last && is_over && !is_maintenance => Phase::Resolved,
            at if at == last && is_over => Phase::Completed,
            0 if is_maintenance => Phase::Scheduled,
            0 => Phase::Investigating,
            _ => Phase::Update,
        });
    }
    let impact = match word(value, "type").as_deref() {
        Some("outage") => Some(Impact::Critical),
        Some("incident") => Some(Impact::Major),
        Some("notice") => Some(Impact::Minor),
        _ => None,
    };
    let over = if is_maintenance { Phase::Completed } else { Phase::Resolved };
    let now = if is_over { ComponentState::Operational } else { state(value) };
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(value, "title"),
        url: word(value, "url"),
        is_maintenance,
        impact: if is_maintenance { None } else { impact },
        phase: if is_over { Some(over) } else { None },
        started_at: time(value, "date_created"),
        resolved_at: time(value, "date_updated").filter(|_| is_over),
        last_update_at: time(value, "date_updated"),
        components: components(value, now).collect(),
        updates: posts,
        ..Draft::default()
    })
}
