//! FireHydrant: one document with the whole history.
//!
//! Severities are each organisation's own words. `acknowledged` may lie after `resolved`. The phase is the bold beginning of
//! a note. Source: status-pages A14.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, below, finish, no_more, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    fold::phase,
    value::{as_word, line, list, plain, time, word},
};
use crate::{
    model::{Component, ComponentState, Impact, PageReport, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::FireHydrant,
    recognises: |document| common::json(document, is_payload),
    first: |state: &SourceState| below(state, "/data/payload.json", ACCEPT_JSON, &[".json"]),
    next: no_more,
    read,
};

fn is_payload(value: &Value) -> bool {
    value.get("conditions").is_some() && value.get("incidents").is_some() && value.get("config").is_some()
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if !is_payload(value) {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let about = value.get("config").unwrap_or(&Value::Null);
    let page = page(None, None, word(about, "companyName").or_else(|| word(about, "title")), context);
    let mut reading = Reading::default();
    let incidents = list(value, "incidents");
    finish_all(&mut reading, "incident", incidents.iter().map(|one| draft(one, value)), &page, context);
    let open = incidents.iter().filter(|one| resolved(one).is_none()).flat_map(|one| components(one, value));
    let open: Vec<Component> = open.collect();
    // Without an open incident the page says nothing of its components.
    let report =
        ComponentState::worst(open.iter().map(|one| one.state)).map(|overall| PageReport { overall, components: open });
    finish(&mut reading, page, report);
    Ok(reading)
}

fn resolved(incident: &Value) -> Option<jiff::Timestamp> {
    time(incident.get("timestamps")?, "resolved")
}

/// The components of an incident; its own names of conditions are translated by the page's table.
fn components(incident: &Value, value: &Value) -> Vec<Component> {
    let is_over = resolved(incident).is_some();
    let state = |condition: &str| match value.get("conditions").and_then(|table| word(table, condition)).as_deref() {
        _ if is_over => ComponentState::Operational,
        Some(_) if condition.to_lowercase().contains("maintenance") => ComponentState::UnderMaintenance,
        Some(word) => common::state(word),
        None => ComponentState::Unknown,
    };
    let listed = list(incident, "components").iter().filter_map(|one| {
        let condition = word(one, "condition").unwrap_or_default();
        Some(Component { native_id: word(one, "id"), name: word(one, "name")?, before: None, state: state(&condition) })
    });
    listed.collect()
}

fn draft(value: &Value, document: &Value) -> Result<Draft, String> {
    let times = value.get("timestamps").unwrap_or(&Value::Null);
    let severity = word(value, "severitySlug").unwrap_or_default().to_uppercase();
    let is_maintenance = severity.contains("MAINTENANCE");
    let impact = match severity.as_str() {
        "SEV1" | "SEV0" | "CRITICAL" => Some(Impact::Critical),
        "SEV2" | "MAJOR" => Some(Impact::Major),
        "SEV3" | "SEV4" | "SEV5" | "MINOR" => Some(Impact::Minor),
        _ => None,
    };
    let is_over = time(times, "resolved").is_some();
    let over = if is_maintenance { Phase::Completed } else { Phase::Resolved };
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(value, "title"),
        is_maintenance,
        impact: if is_maintenance { None } else { impact },
        phase: is_over.then_some(over),
        started_at: time(times, "started"),
        resolved_at: time(times, "resolved"),
        components: components(value, document),
        updates: list(value, "timeline").iter().filter_map(post).collect(),
        ..Draft::default()
    })
}

/// A note; other things of the timeline say nothing to readers.
fn post(value: &Value) -> Option<Post> {
    let note = value.pointer("/details/note")?;
    let words = as_word(note).or_else(|| word(note, "note"))?;
    let label = words.split_once("**").and_then(|(before, rest)| {
        let is_start = before.chars().count() <= 4;
        rest.split_once("**").map(|(label, _)| label).filter(|_| is_start)
    });
    let text = label.map_or(words.as_str(), |label| {
        let (_, rest) = words.split_once(&format!("**{label}**")).unwrap_or(("", &words));
        rest.trim_start().trim_start_matches(['—', '-', '–', ':']).trim_start()
    });
    let shown_at = time(value, "occurredAt");
    Some(Post {
        native_id: word(value, "id"),
        phase: label.and_then(phase),
        text: plain(text),
        shown_at: shown_at.or_else(|| time(value, "time")),
        posted_at: time(value, "time"),
        ..Post::default()
    })
}
