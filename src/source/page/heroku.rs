//! Heroku's own API: `current-status`, and the list of incidents.
//!
//! `resolved` and `resolved_at` lie (a resolved incident says `resolved: false`): the state is believed. Systems are
//! green, yellow or red. Source: status-pages A11.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    common::{self, below, finish, impact_of, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{line, list, text, time, word},
};
use crate::{
    model::{Ask, Component, ComponentState, Outcome, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Heroku,
    recognises: |document| common::json(document, |value| is_current(value) || is_list(value)),
    first: |state: &SourceState| below(state, CURRENT, ACCEPT_JSON, &["/incidents"]),
    next,
    read,
};

const CURRENT: &str = "/api/v4/current-status";
const INCIDENTS: &str = "/api/v4/incidents?limit=100";

fn next(step: &Step<'_>) -> Option<Ask> {
    let root = step.asked.url.strip_suffix(CURRENT)?;
    let list = format!("{root}{INCIDENTS}");
    let is_due = step.outcome == Outcome::Fresh || !step.state.validators.contains_key(&list);
    is_due.then(|| ask(list, ACCEPT_JSON, step.state))
}

fn is_current(value: &Value) -> bool {
    list(value, "status").first().is_some_and(|one| one.get("system").is_some())
}

fn is_list(value: &Value) -> bool {
    let is_incident = |one: &Value| one.get("full_url").is_some() && one.get("state").is_some();
    value.as_array().is_some_and(|list| list.iter().any(is_incident))
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let is_empty = value.as_array().is_some_and(Vec::is_empty);
    if !is_current(value) && !is_list(value) && !is_empty {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let page = page(None, Some("https://status.heroku.com/"), Some("Heroku".to_owned()), context);
    let mut reading = Reading::default();
    let incidents = value.as_array().map_or_else(|| list(value, "incidents"), Vec::as_slice);
    finish_all(&mut reading, "incident", incidents.iter().map(|one| draft(one, false)), &page, context);
    let scheduled = list(value, "scheduled").iter().map(|one| draft(one, true));
    finish_all(&mut reading, "maintenance", scheduled, &page, context);
    let systems: Vec<Component> = list(value, "status").iter().filter_map(|one| system(one, "system")).collect();
    finish(&mut reading, page, common::report(systems));
    Ok(reading)
}

fn system(value: &Value, name: &str) -> Option<Component> {
    let state = common::state(&word(value, "status")?);
    Some(Component { native_id: None, name: word(value, name)?, before: None, state })
}

fn draft(value: &Value, is_maintenance: bool) -> Result<Draft, String> {
    let state = word(value, "state").unwrap_or_default();
    let is_maintenance = is_maintenance || matches!(state.as_str(), "scheduled" | "upcoming");
    let phase = match (state.as_str(), is_maintenance) {
        ("resolved" | "completed", false) => Some(Phase::Resolved),
        ("resolved" | "completed", true) => Some(Phase::Completed),
        ("upcoming" | "scheduled", _) => Some(Phase::Scheduled),
        _ => None,
    };
    let systems: Vec<Component> = list(value, "systems").iter().filter_map(|one| system(one, "name")).collect();
    let impact = ComponentState::worst(systems.iter().map(|system| system.state)).and_then(impact_of);
    let posts = list(value, "updates").iter().map(|update| Post {
        phase: word(update, "update_type").and_then(|kind| match kind.as_str() {
            "issue" => Some(Phase::Investigating),
            "resolved" if is_maintenance => Some(Phase::Completed),
            "scheduled" => Some(Phase::Scheduled),
            kind => super::fold::phase(kind),
        }),
        text: text(update, "contents"),
        shown_at: time(update, "created_at"),
        edited_at: time(update, "updated_at"),
        ..Post::default()
    });
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(value, "title"),
        url: word(value, "full_url"),
        is_maintenance,
        // A resolved incident's systems are green again: how bad it was they do not say.
        impact: impact.filter(|_| phase.is_none()),
        phase,
        first_post_at: time(value, "created_at"),
        resolved_at: time(value, "resolved_at")
            .or_else(|| time(value, "updated_at"))
            .filter(|_| phase.is_some_and(Phase::is_over)),
        last_update_at: time(value, "updated_at"),
        components: systems,
        updates: posts.collect(),
        ..Draft::default()
    })
}
