//! Uptime.com: the data of its history, with what is open beside what is past.
//!
//! Maintenance to come stands among the open incidents. Source: status-pages A14.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, below, finish, impact_of, no_more, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    fold::phase,
    value::{line, list, text, time, word},
};
use crate::{
    model::{Component, ComponentState, PageReport, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::UptimeCom,
    recognises: |document| common::json(document, is_history),
    first: |state: &SourceState| below(state, "/history", ACCEPT_JSON, &[".json", "/history"]),
    next: no_more,
    read,
};

fn is_history(value: &Value) -> bool {
    value.pointer("/data/past_incidents").is_some() || value.pointer("/data/component_history").is_some()
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if !is_history(value) {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let data = value.get("data").unwrap_or(&Value::Null);
    let page = page(None, None, None, context);
    let mut reading = Reading::default();
    for key in ["active_incidents", "past_incidents"] {
        let drafts = list(data, key).iter().map(|one| draft(one, key == "past_incidents", context));
        finish_all(&mut reading, "incident", drafts, &page, context);
    }
    let now = context.now;
    let open = list(data, "active_incidents").iter().filter(|one| time(one, "starts_at").is_some_and(|at| at <= now));
    let components: Vec<Component> = open.flat_map(components).collect();
    let report =
        ComponentState::worst(components.iter().map(|one| one.state)).map(|overall| PageReport { overall, components });
    finish(&mut reading, page, report);
    Ok(reading)
}

fn components(value: &Value) -> impl Iterator<Item = Component> + '_ {
    list(value, "affected_components").iter().filter_map(|one| {
        let state = common::state(&word(one, "status").unwrap_or_default());
        Some(Component { native_id: word(one, "id"), name: word(one, "name")?, before: None, state })
    })
}

fn draft(value: &Value, is_past: bool, context: Context<'_>) -> Result<Draft, String> {
    let is_maintenance = word(value, "incident_type").as_deref() == Some("SCHEDULED_MAINTENANCE");
    let (start, end) = (time(value, "starts_at"), time(value, "ends_at"));
    let started = start.is_none_or(|start| start <= context.now);
    let phase_now = match (is_past, is_maintenance) {
        (true, true) => Some(Phase::Completed),
        (true, false) => Some(Phase::Resolved),
        (false, true) => Some(if started { Phase::InProgress } else { Phase::Scheduled }),
        (false, false) => None,
    };
    let affected: Vec<Component> = components(value).collect();
    let impact = ComponentState::worst(affected.iter().map(|one| one.state)).and_then(impact_of);
    let over =
        |one: Component| Component { state: if is_past { ComponentState::Operational } else { one.state }, ..one };
    let posts = list(value, "updates").iter().map(|update| {
        let word = word(update, "incident_state").unwrap_or_default();
        Post {
            native_id: super::value::word(update, "id"),
            phase: if word == "maintenance" { Some(Phase::Scheduled) } else { phase(&word) },
            text: text(update, "description"),
            shown_at: time(update, "updated_at"),
            ..Post::default()
        }
    });
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(value, "name"),
        is_maintenance,
        impact: if is_maintenance { None } else { impact },
        phase: phase_now,
        started_at: start,
        resolved_at: end,
        scheduled_for: start.filter(|_| is_maintenance),
        scheduled_until: end.filter(|_| is_maintenance),
        components: affected.into_iter().map(over).collect(),
        updates: posts.collect(),
        ..Draft::default()
    })
}
