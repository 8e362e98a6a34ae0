//! Apple's system status: JSON, for developers wrapped as `jsonCallback(…);`.
//!
//! An event stands under every service that it affects, with the same `messageId`. Times are milliseconds since 1970, and
//! the time of posting `07/27/2022 10:48 PDT`. Events vanish after a day. Source: status-pages A13.

use serde_json::Value;

use super::{
    Adapter, Document,
    common::{below, finish, no_more, page},
    draft::{Draft, Post, finish_all},
    value::{as_word, line, list, text, time, word},
};
use crate::{
    model::{Ask, Component, ComponentState, Impact, PageReport, Phase, SourceKind, SourceState, Timestamp},
    source::{Context, ReadError, Reading},
    text::{dates, html},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Apple,
    recognises: |document| document.text.contains("\"serviceName\"") && unwrapped(document.text).is_some(),
    first: |state: &SourceState| -> Ask {
        below(state, STATUS, "application/json, text/javascript", &[".js", ".json"])
    },
    next: no_more,
    read,
};

const STATUS: &str = "/data/system_status_en_US.js";

/// The object between the first and the last brace.
fn unwrapped(text: &str) -> Option<Value> {
    let (from, to) = (text.find('{')?, text.rfind('}')?);
    let value: Value = serde_json::from_str(text.get(from..=to)?).ok()?;
    let is_service = |one: &Value| one.get("serviceName").is_some() && one.get("events").is_some();
    list(&value, "services").iter().any(is_service).then_some(value)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let Some(value) = unwrapped(document.text) else {
        return Err(ReadError::OtherPage("Apple", html::excerpt(document.text, 40)));
    };
    let page = page(None, Some("https://www.apple.com/support/systemstatus/"), Some("Apple".to_owned()), context);
    let mut reading = Reading::default();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut components = Vec::new();
    for service in list(&value, "services") {
        let name = line(service, "serviceName");
        let mut now = ComponentState::Operational;
        for event in list(service, "events") {
            if word(event, "eventStatus").as_deref() == Some("ongoing") {
                now = ComponentState::worst([now, state(event)]).unwrap_or(now);
            }
            take(&mut drafts, event, &name);
        }
        components.push(Component { native_id: None, name, before: None, state: now });
    }
    finish_all(&mut reading, "event", drafts.into_iter().map(Ok), &page, context);
    let overall =
        ComponentState::worst(components.iter().map(|component| component.state)).unwrap_or(ComponentState::Unknown);
    finish(&mut reading, page, Some(PageReport { overall, components }));
    Ok(reading)
}

fn state(event: &Value) -> ComponentState {
    match word(event, "statusType").as_deref() {
        Some("Outage") => ComponentState::MajorOutage,
        Some("Issue") => ComponentState::PartialOutage,
        Some("Performance") => ComponentState::DegradedPerformance,
        Some("Maintenance") => ComponentState::UnderMaintenance,
        _ => ComponentState::Unknown,
    }
}

/// Takes an event in: under another service it is the same one.
fn take(drafts: &mut Vec<Draft>, event: &Value, service: &str) {
    let id = word(event, "messageId").unwrap_or_default();
    let is_over = matches!(word(event, "eventStatus").as_deref(), Some("resolved" | "completed"));
    let state = if is_over { ComponentState::Operational } else { state(event) };
    let component = |name: &str| Component { native_id: None, name: name.trim().to_owned(), before: None, state };
    let named = list(event, "affectedServices").iter().filter_map(as_word);
    let all = named.chain([service.to_owned()]).map(|name| component(&name));
    let place = drafts.iter().position(|draft| !id.is_empty() && draft.native_id == id).unwrap_or_else(|| {
        drafts.push(draft(event, id));
        drafts.len() - 1
    });
    for component in all {
        let known = &mut drafts[place].components;
        if known.iter().all(|other| other.name != component.name) {
            known.push(component);
        }
    }
}

fn draft(event: &Value, native_id: String) -> Draft {
    let status = word(event, "eventStatus").unwrap_or_default();
    let is_maintenance = word(event, "statusType").as_deref() == Some("Maintenance");
    let phase = match (status.as_str(), is_maintenance) {
        ("resolved" | "completed", true) => Phase::Completed,
        ("resolved" | "completed", false) => Phase::Resolved,
        ("upcoming", _) => Phase::Scheduled,
        (_, true) => Phase::InProgress,
        (_, false) => Phase::Investigating,
    };
    let impact = match word(event, "statusType").as_deref() {
        Some("Outage") => Some(Impact::Critical),
        Some("Issue") => Some(Impact::Major),
        Some("Performance") => Some(Impact::Minor),
        _ => None,
    };
    let (start, end) = (time(event, "epochStartDate"), time(event, "epochEndDate"));
    let message = text(event, "message");
    let post = Post { phase: Some(phase), text: message.clone(), shown_at: posted(event).or(start), ..Post::default() };
    let planned = |at: Option<Timestamp>| at.filter(|_| is_maintenance);
    Draft {
        native_id,
        title: html::excerpt(&message, 120),
        url: Some("https://www.apple.com/support/systemstatus/".to_owned()),
        is_maintenance,
        impact,
        phase: Some(phase),
        started_at: start,
        resolved_at: end,
        scheduled_for: planned(start),
        scheduled_until: planned(end),
        updates: vec![post],
        ..Draft::default()
    }
}

/// `07/27/2022 10:48 PDT`; other locales write dates otherwise, and are not guessed at.
fn posted(event: &Value) -> Option<Timestamp> {
    let written = word(event, "datePosted")?;
    let (date, clock) = written.split_once(' ')?;
    let mut parts = date.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    dates::instant(&format!("{year}-{month}-{day} {clock}"))
}
