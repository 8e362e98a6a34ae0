//! Datadog's status pages: the page's configuration, which holds everything.
//!
//! Incidents may be written down days after they were over: `createdAt` is the time of writing, `startedAt` the one that
//! is shown. The timeline stands newest first. Source: status-pages A14.

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
    model::{Component, ComponentState, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Datadog,
    recognises: |document| common::json(document, is_config),
    first: |state: &SourceState| below(state, "/config.json", ACCEPT_JSON, &[".json"]),
    next: no_more,
    read,
};

fn is_config(value: &Value) -> bool {
    value.get("domainPrefix").is_some() && value.get("components").is_some() && value.get("incidents").is_some()
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if !is_config(value) {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let page = page(word(value, "id"), word(value, "pageUrl").as_deref(), word(value, "name"), context);
    let mut reading = Reading::default();
    finish_all(&mut reading, "incident", list(value, "incidents").iter().map(|one| draft(one, false)), &page, context);
    let planned = list(value, "maintenances").iter().map(|one| draft(one, true));
    finish_all(&mut reading, "maintenance", planned, &page, context);
    let components = list(value, "components").iter().flat_map(components).collect();
    finish(&mut reading, page, common::report(components));
    Ok(reading)
}

/// A component, or those of a group.
fn components(value: &Value) -> Vec<Component> {
    let members = list(value, "components");
    if members.is_empty() {
        return component(value).into_iter().collect();
    }
    let group = line(value, "name");
    let named = members.iter().filter_map(component);
    named.map(|one| Component { name: format!("{group} / {}", one.name), ..one }).collect()
}

fn component(value: &Value) -> Option<Component> {
    let state = common::state(&word(value, "status").unwrap_or_default());
    Some(Component { native_id: word(value, "id"), name: word(value, "name")?, before: None, state })
}

fn draft(value: &Value, is_maintenance: bool) -> Result<Draft, String> {
    let updates: Vec<Post> = list(value, "timeline").iter().map(post).collect();
    let states = updates.iter().flat_map(|post| post.components.iter().map(|component| component.state));
    let is_over = value.get("resolved") == Some(&Value::Bool(true)) || time(value, "resolvedDate").is_some();
    let said = word(value, "currentStatus").and_then(|status| phase(&status));
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(value, "title"),
        is_maintenance,
        impact: if is_maintenance { None } else { ComponentState::worst(states).and_then(impact_of) },
        phase: said.or(is_over.then_some(Phase::Resolved)),
        started_at: time(value, "publishedDate"),
        resolved_at: time(value, "resolvedDate"),
        components: list(value, "componentsAffected").iter().filter_map(component).collect(),
        updates,
        ..Draft::default()
    })
}

fn post(value: &Value) -> Post {
    Post {
        native_id: word(value, "id"),
        phase: word(value, "status").and_then(|status| phase(&status)),
        text: text(value, "description"),
        shown_at: time(value, "startedAt"),
        posted_at: time(value, "createdAt"),
        edited_at: time(value, "lastModifiedAt"),
        components: list(value, "componentsAffected").iter().filter_map(component).collect(),
    }
}
