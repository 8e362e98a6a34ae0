//! Salesforce Trust: incidents with their impacts, which say when each began and ended.
//!
//! There is no title: it is made of what fails and where. The impact may have begun days before the incident was written
//! down. Source: status-pages A12.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, finish, no_more, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{as_word, list, text, time, word},
};
use crate::{
    model::{Ask, Component, ComponentImpact, ComponentState, Impact, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
    text::urls,
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Salesforce,
    recognises: |document| common::json(document, is_list),
    first,
    next: no_more,
    read,
};

/// The API, where the page for people is named.
const API: &str = "https://api.status.salesforce.com";

fn first(state: &SourceState) -> Ask {
    let address = state.address().trim_end_matches('/');
    let is_public = urls::host(address).is_some_and(|host| host == "status.salesforce.com");
    let root = if is_public { API } else { address };
    let url = if root.contains("/v1/incidents") {
        root.to_owned()
    } else {
        format!("{root}/v1/incidents?limit=100&sort=startTime&order=desc")
    };
    ask(url, ACCEPT_JSON, state)
}

fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().any(|one| one.get("IncidentImpacts").is_some()))
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let Some(incidents) = value.as_array().filter(|list| list.is_empty() || is_list(value)) else {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    };
    let page = page(None, Some("https://status.salesforce.com/"), Some("Salesforce".to_owned()), context);
    let mut reading = Reading::default();
    finish_all(&mut reading, "incident", incidents.iter().map(draft), &page, context);
    reading.impacts = incidents.iter().flat_map(impacts).collect();
    finish(&mut reading, page, None);
    Ok(reading)
}

/// `featurePerfDegradation` in words.
fn humanised(kind: &str) -> String {
    let mut out = String::new();
    for letter in kind.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(letter.to_lowercase());
    }
    let mut letters = out.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// What is affected: instances where they are named, else services.
fn affected(value: &Value) -> Vec<String> {
    let names = |key: &str| list(value, key).iter().filter_map(as_word).collect::<Vec<_>>();
    let instances = names("instanceKeys");
    if instances.is_empty() { names("serviceKeys") } else { instances }
}

fn impact(value: &Value) -> Option<Impact> {
    Impact::parse(&word(value, "severity")?.to_lowercase())
}

fn state(impact: Option<Impact>) -> ComponentState {
    match impact {
        Some(Impact::Minor) => ComponentState::DegradedPerformance,
        Some(Impact::Major) => ComponentState::PartialOutage,
        Some(Impact::Critical) => ComponentState::MajorOutage,
        Some(Impact::Maintenance) => ComponentState::UnderMaintenance,
        _ => ComponentState::Unknown,
    }
}

fn impacts(value: &Value) -> Vec<ComponentImpact> {
    let names = affected(value);
    let one = |impact_of: &Value, name: &String| {
        Some(ComponentImpact {
            native_id: Some(name.clone()),
            component: name.clone(),
            state: state(impact(impact_of)),
            from: time(impact_of, "startTime")?,
            until: time(impact_of, "endTime"),
            incident: word(value, "id"),
        })
    };
    list(value, "IncidentImpacts")
        .iter()
        .flat_map(|impact| names.iter().filter_map(move |name| one(impact, name)))
        .collect()
}

fn draft(value: &Value) -> Result<Draft, String> {
    let native_id = word(value, "id").unwrap_or_default();
    let impacts = list(value, "IncidentImpacts");
    let kind = impacts.iter().find_map(|one| word(one, "type")).or_else(|| word(value, "type")).unwrap_or_default();
    let names = affected(value);
    let is_over = word(value, "status")
        .is_some_and(|status| matches!(status.to_lowercase().as_str(), "resolved" | "closed" | "completed"));
    let ends: Option<Vec<_>> = impacts.iter().map(|one| time(one, "endTime")).collect();
    let worst = impacts.iter().filter_map(impact).max();
    let now = if is_over { ComponentState::Operational } else { state(worst) };
    let created = time(value, "createdAt");
    let last = list(value, "IncidentEvents").len().saturating_sub(1);
    let posts = list(value, "IncidentEvents").iter().enumerate().map(|(at, event)| Post {
        native_id: word(event, "id"),
        phase: Some(match at {
            at if at == last && is_over => Phase::Resolved,
            0 => Phase::Investigating,
            _ => Phase::Update,
        }),
        text: text(event, "message"),
        // Some events are not dated: they are no older than the incident.
        shown_at: time(event, "createdAt").or(if at == last && is_over { time(value, "updatedAt") } else { created }),
        ..Post::default()
    });
    Ok(Draft {
        title: format!("{} - {}", humanised(&kind), names.join(", ")),
        url: Some(format!("https://status.salesforce.com/incidents/{native_id}")),
        impact: worst,
        phase: is_over.then_some(Phase::Resolved),
        started_at: impacts.iter().filter_map(|one| time(one, "startTime")).min(),
        first_post_at: created,
        resolved_at: ends.and_then(|ends| ends.into_iter().max()),
        last_update_at: time(value, "updatedAt"),
        components: names
            .into_iter()
            .map(|name| Component { native_id: Some(name.clone()), name, before: None, state: now })
            .collect(),
        updates: posts.collect(),
        native_id,
        ..Draft::default()
    })
}
