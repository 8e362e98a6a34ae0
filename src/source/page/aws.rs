//! AWS: the public events of its health dashboard (`currentevents`, `historyevents`), its feeds, and the `data.json` of
//! the dashboard before 2023.
//!
//! `status` is the worst an event came to; whether it is over says the newest entry of its log. A log counts seconds,
//! status changes count milliseconds. Documents come as UTF-16 with a byte order mark, which `text/charset` has read.
//! Feeds and old events are read by `aws/feed.rs` and `aws/legacy.rs`. Source: status-pages A8.

mod feed;
mod legacy;

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{integer, line, list, text, time, word},
};
use crate::{
    model::{
        Ask, Component, ComponentImpact, ComponentState, Impact, PageIdentity, PageReport, Phase, SourceKind,
        SourceState,
    },
    source::{Context, ReadError, Reading, ask},
    text::urls,
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Aws,
    recognises: |document| match document.value() {
        Some(value) => events(value).is_some() || legacy::is_legacy(value),
        None => document.is_xml() && feed::is_feed(document.text),
    },
    first,
    next: |_| None,
    read,
};

/// The public events, below the root of the dashboard.
const CURRENT: &str = "/public/currentevents";

/// Where readers look.
const DASHBOARD: &str = "https://health.aws.amazon.com/health/status";

/// The document that is named, or the events of the dashboard whose page for people is named.
fn first(state: &SourceState) -> Ask {
    let address = state.address().trim_end_matches('/');
    let is_document = [".json", ".rss", CURRENT].iter().any(|ending| address.ends_with(ending));
    let root = address.trim_end_matches("/health/status");
    let url = if is_document { address.to_owned() } else { format!("{root}{CURRENT}") };
    ask(url, ACCEPT_JSON, state)
}

/// The events of a document: an array, or arrays by service.
fn events(value: &Value) -> Option<Vec<(Option<&str>, &Value)>> {
    let is_event = |value: &Value| value.get("event_log").is_some() && value.get("arn").is_some();
    let found: Vec<(Option<&str>, &Value)> = match value {
        Value::Array(list) => list.iter().map(|event| (None, event)).collect(),
        Value::Object(by_service) => by_service
            .iter()
            .flat_map(|(service, list)| {
                list.as_array().into_iter().flatten().map(move |event| (Some(service.as_str()), event))
            })
            .collect(),
        _ => return None,
    };
    found.iter().any(|(_, event)| is_event(event)).then_some(found)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if document.is_xml() {
        return feed::read(document.text, context);
    }
    let value = document.json()?;
    if legacy::is_legacy(value) {
        return Ok(legacy::read(value, context));
    }
    let is_empty = value.as_array().is_some_and(Vec::is_empty);
    let Some(events) = events(value).or_else(|| is_empty.then(Vec::new)) else {
        return Err(ReadError::OtherPage("AWS Health", shape(value)));
    };
    let mut reading = Reading::default();
    let page = page(context);
    let drafts = events.iter().map(|(service, event)| draft(event, *service));
    finish_all(&mut reading, "event", drafts, &page, context);
    reading.impacts = events.iter().flat_map(|(_, event)| impacts(event)).collect();
    let open = || events.iter().filter(|(_, event)| !is_over(event)).map(|(_, event)| *event);
    let worst = ComponentState::worst(open().map(|event| state(integer(event, "status"))));
    // No event is no word of health.
    reading.report = worst.map(|overall| PageReport { overall, components: open().flat_map(components).collect() });
    reading.page = Some(page);
    Ok(reading)
}

/// All of AWS' documents, whatever host they lie on, are one page.
fn page(context: Context<'_>) -> PageIdentity {
    let own = context
        .base
        .and_then(urls::host_and_port)
        .filter(|host| !host.ends_with(".amazonaws.com") && !host.ends_with(".amazon.com"));
    let host = own.unwrap_or_else(|| "health.aws.amazon.com".to_owned());
    PageIdentity { id: None, host: Some(host), name: Some("AWS".to_owned()) }
}

/// The state of a service by its code.
fn state(code: Option<i64>) -> ComponentState {
    match code {
        Some(0) => ComponentState::Operational,
        Some(1) => ComponentState::DegradedPerformance,
        Some(2) => ComponentState::PartialOutage,
        Some(3) => ComponentState::MajorOutage,
        _ => ComponentState::Unknown,
    }
}

/// How bad an event is by its code: informational, degradation, disruption.
fn impact(code: Option<i64>) -> Option<Impact> {
    match code {
        Some(1) => Some(Impact::Minor),
        Some(2) => Some(Impact::Major),
        Some(3) => Some(Impact::Critical),
        _ => None,
    }
}

/// The entries of an event's log, oldest first.
fn log(event: &Value) -> Vec<&Value> {
    let mut log: Vec<&Value> = list(event, "event_log").iter().collect();
    log.sort_by_key(|entry| integer(entry, "timestamp"));
    log
}

fn is_over(event: &Value) -> bool {
    log(event).last().is_some_and(|newest| integer(newest, "status") == Some(0))
}

fn draft(event: &Value, service: Option<&str>) -> Result<Draft, String> {
    let summary = line(event, "summary");
    let arn = word(event, "arn").ok_or_else(|| format!("“{summary}” has no arn"))?;
    // The last part is the event's own; what stands before it says where and what.
    let native_id = arn.rsplit('/').next().unwrap_or(&arn).to_owned();
    let name = word(event, "service_name").or_else(|| service.map(str::to_owned)).unwrap_or_default();
    let region = word(event, "region_name").map(|region| format!(" ({region})")).unwrap_or_default();
    let title = summary.trim_start_matches("[RESOLVED]").trim().to_owned();
    let title = if name.is_empty() { title } else { format!("{name}{region}: {title}") };
    let logged = log(event).iter().filter_map(|entry| integer(entry, "status")).max();
    let worst = integer(event, "status").into_iter().chain(logged).max();
    Ok(Draft {
        native_id,
        title,
        url: Some(DASHBOARD.to_owned()),
        impact: impact(worst),
        first_post_at: time(event, "date"),
        resolved_at: time(event, "end_time"),
        components: components(event).collect(),
        updates: posts(event),
        ..Draft::default()
    })
}

/// The log as posts. Codes say how bad it is and not which phase: the first one opens, a 0 ends, what comes after an end
/// opens again.
fn posts(event: &Value) -> Vec<Post> {
    let mut is_open = false;
    let posts = log(event).into_iter().map(|entry| {
        let over = integer(entry, "status") == Some(0);
        let phase = match (is_open, over) {
            (_, true) => Phase::Resolved,
            (false, false) => Phase::Investigating,
            (true, false) => Phase::Update,
        };
        is_open = !over;
        Post { phase: Some(phase), text: text(entry, "message"), shown_at: time(entry, "timestamp"), ..Post::default() }
    });
    posts.collect()
}

fn components(event: &Value) -> impl Iterator<Item = Component> + '_ {
    let services = event.get("impacted_services").and_then(Value::as_object);
    services.into_iter().flatten().filter_map(|(key, service)| {
        Some(Component {
            native_id: Some(key.clone()),
            name: word(service, "service_name")?,
            before: None,
            state: state(integer(service, "current")),
        })
    })
}

/// The stretches in which each service was not well, from the changes of its code.
fn impacts(event: &Value) -> Vec<ComponentImpact> {
    let mut changes: Vec<&Value> = list(event, "impacted_service_status_changes").iter().collect();
    changes.sort_by_key(|change| integer(change, "timestamp"));
    let incident = word(event, "arn").and_then(|arn| arn.rsplit('/').next().map(str::to_owned));
    let mut found: Vec<ComponentImpact> = Vec::new();
    for change in changes {
        let (Some(service), Some(at)) = (word(change, "service"), time(change, "timestamp")) else { continue };
        let now = state(integer(change, "current_status"));
        let same = |one: &&mut ComponentImpact| one.until.is_none() && one.native_id.as_ref() == Some(&service);
        if let Some(last) = found.iter_mut().rfind(same) {
            last.until = Some(at);
        }
        if !matches!(now, ComponentState::Operational | ComponentState::Unknown) {
            let component = word(change, "service_name").unwrap_or_else(|| service.clone());
            let native_id = Some(service);
            found.push(ComponentImpact {
                native_id,
                component,
                state: now,
                from: at,
                until: None,
                incident: incident.clone(),
            });
        }
    }
    found
}
