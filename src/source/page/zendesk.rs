//! Zendesk's own API, in the shape of JSON:API: incidents with the services they affect. Source: status-pages A14.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, below, finish, no_more, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    fold::phase,
    value::{as_word, line, list, text, time, word},
};
use crate::{
    model::{Component, ComponentState, Impact, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Zendesk,
    recognises: |document| common::json(document, is_list),
    first: |state: &SourceState| below(state, "/api/ssp/incidents", ACCEPT_JSON, &[".json", "/incidents"]),
    next: no_more,
    read,
};

fn is_list(value: &Value) -> bool {
    let is_incident = |one: &Value| {
        word(one, "type").as_deref() == Some("incident") && one.pointer("/attributes/startedAt").is_some()
    };
    list(value, "data").iter().any(is_incident)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let is_empty = value.get("data").and_then(Value::as_array).is_some_and(Vec::is_empty);
    if !is_list(value) && !is_empty {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let page = page(None, Some("https://status.zendesk.com/"), Some("Zendesk".to_owned()), context);
    let mut reading = Reading::default();
    let drafts = list(value, "data").iter().map(|one| draft(one, list(value, "included")));
    finish_all(&mut reading, "incident", drafts, &page, context);
    finish(&mut reading, page, None);
    Ok(reading)
}

/// What hangs on an incident, of one sort.
fn related<'a>(incident: &'a Value, name: &str, included: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    let references = incident.pointer(&format!("/relationships/{name}/data")).and_then(Value::as_array);
    let ids: Vec<(Option<String>, Option<String>)> =
        references.into_iter().flatten().map(|one| (word(one, "type"), word(one, "id"))).collect();
    included.iter().filter(move |one| ids.contains(&(word(one, "type"), word(one, "id"))))
}

fn draft(value: &Value, included: &[Value]) -> Result<Draft, String> {
    let about = value.get("attributes").unwrap_or(&Value::Null);
    let impact = word(about, "impact").and_then(|word| Impact::parse(&word.to_lowercase()));
    let said = word(about, "status").and_then(|status| phase(&status));
    let is_over = said.is_some_and(Phase::is_over);
    let state = match impact {
        _ if is_over => ComponentState::Operational,
        Some(Impact::Minor) => ComponentState::DegradedPerformance,
        Some(Impact::Major) => ComponentState::PartialOutage,
        Some(Impact::Critical) => ComponentState::MajorOutage,
        _ => ComponentState::Unknown,
    };
    let services = related(value, "incidentServices", included).filter_map(|one| {
        let about = one.get("attributes")?;
        Some(Component { native_id: word(about, "serviceId"), name: word(about, "serviceName")?, before: None, state })
    });
    let posts = related(value, "incidentUpdates", included).map(|one| {
        let about = one.get("attributes").unwrap_or(&Value::Null);
        Post {
            native_id: one.get("id").and_then(as_word),
            phase: word(about, "status").and_then(|status| phase(&status)),
            text: text(about, "description"),
            shown_at: time(about, "createdAt"),
            ..Post::default()
        }
    });
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: line(about, "name"),
        impact,
        phase: said,
        started_at: time(about, "startedAt"),
        resolved_at: time(about, "resolvedAt"),
        components: services.collect(),
        updates: posts.collect(),
        ..Draft::default()
    })
}
