//! Uptime Kuma 1 and 2: the status page (`/api/status-page/<slug>`) and its heartbeats.
//!
//! Times have no zone and are UTC (the server stores them so). Version 1 has one `incident` or null, version 2 a list.
//! Heartbeats stand oldest first, at most a hundred for each monitor; runs of `0` and `3` are stretches of outage and of
//! maintenance. Source:
//! status-pages A14.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    common::{self, finish, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{integer, line, list, text, time_in, word},
};
use crate::{
    model::{Ask, Component, ComponentImpact, ComponentState, Impact, Phase, SourceKind, SourceState, Timestamp},
    source::{Context, ReadError, Reading, ask},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::UptimeKuma,
    recognises: |document| common::json(document, |value| is_page(value) || is_heartbeats(value)),
    first,
    next,
    read,
};

/// Below the root, before the slug of a page.
const API: &str = "/api/status-page/";

/// Names of monitors are kept under this and their id: heartbeats have only ids.
const NAME: &str = "monitor/";

/// Root and slug of a page: `https://host/status/slug`; without one it is the page called `default`.
fn place(state: &SourceState) -> (&str, &str) {
    let address = state.address().trim_end_matches('/');
    address.split_once("/status/").or_else(|| address.split_once(API)).unwrap_or((address, "default"))
}

fn first(state: &SourceState) -> Ask {
    let (root, slug) = place(state);
    ask(format!("{root}{API}{slug}"), ACCEPT_JSON, state)
}

/// The page itself seldom changes; heartbeats always do.
fn next(step: &Step<'_>) -> Option<Ask> {
    let (root, slug) = place(step.state);
    let heartbeats = format!("{root}{API}heartbeat/{slug}");
    (step.asked.url != heartbeats).then(|| ask(heartbeats, ACCEPT_JSON, step.state))
}

fn is_page(value: &Value) -> bool {
    value.get("publicGroupList").is_some() && value.get("config").is_some()
}

fn is_heartbeats(value: &Value) -> bool {
    value.get("heartbeatList").is_some()
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if is_heartbeats(value) {
        return Ok(read_heartbeats(value, context));
    }
    if !is_page(value) {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let about = value.get("config").unwrap_or(&Value::Null);
    let page = page(None, None, word(about, "title"), context);
    let mut reading = Reading::default();
    let single = value.get("incident").filter(|one| one.is_object());
    let incidents = single.into_iter().chain(list(value, "incidents"));
    finish_all(&mut reading, "incident", incidents.map(incident), &page, context);
    finish_all(&mut reading, "maintenance", list(value, "maintenanceList").iter().map(maintenance), &page, context);
    for group in list(value, "publicGroupList") {
        for monitor in list(group, "monitorList") {
            let (Some(id), name) = (word(monitor, "id"), line(monitor, "name")) else { continue };
            let name = word(group, "name").map_or_else(|| name.clone(), |group| format!("{group} / {name}"));
            reading.cursor.insert(format!("{NAME}{id}"), name);
        }
    }
    finish(&mut reading, page, None);
    Ok(reading)
}

fn at(value: &Value, key: &str) -> Option<Timestamp> {
    time_in(value, key, &TimeZone::UTC)
}

fn incident(value: &Value) -> Result<Draft, String> {
    let native_id = word(value, "id").unwrap_or_default();
    let created = at(value, "createdDate").or_else(|| at(value, "created_date"));
    let impact = match word(value, "style").as_deref() {
        Some("danger") => Some(Impact::Major),
        Some("warning") => Some(Impact::Minor),
        _ => None,
    };
    let post = Post {
        native_id: Some(format!("{native_id}#1")),
        phase: Some(Phase::Investigating),
        text: text(value, "content"),
        shown_at: created,
        edited_at: at(value, "lastUpdatedDate").or_else(|| at(value, "last_updated_date")),
        ..Post::default()
    };
    // A pinned incident is open; one that is not pinned any more is over.
    let is_pinned = integer(value, "pin") != Some(0) && value.get("pin") != Some(&Value::Bool(false));
    Ok(Draft {
        title: line(value, "title"),
        impact,
        phase: (!is_pinned).then_some(Phase::Resolved),
        updates: vec![post],
        native_id,
        ..Draft::default()
    })
}

fn maintenance(value: &Value) -> Result<Draft, String> {
    let slot = list(value, "timeslotList").first().unwrap_or(&Value::Null);
    // A zone that is named and not known leaves no times: they are not UTC.
    let zone = word(value, "timezone").map_or(Some(TimeZone::UTC), |name| TimeZone::get(&name).ok());
    let at = |key: &str| time_in(slot, key, zone.as_ref()?);
    let (start, end) = (at("startDate"), at("endDate"));
    let phase = match word(value, "status").as_deref() {
        Some("under-maintenance") => Phase::InProgress,
        Some("ended") => Phase::Completed,
        _ => Phase::Scheduled,
    };
    // Its words are written before its start; when, is not told.
    let post =
        Post { phase: Some(Phase::Scheduled), text: text(value, "description"), shown_at: start, ..Post::default() };
    Ok(Draft {
        native_id: format!("maintenance-{}", word(value, "id").unwrap_or_default()),
        title: line(value, "title"),
        is_maintenance: true,
        phase: Some(phase),
        scheduled_for: start,
        scheduled_until: end,
        resolved_at: end,
        updates: vec![post],
        ..Draft::default()
    })
}

fn state(code: Option<i64>) -> ComponentState {
    match code {
        Some(0) => ComponentState::MajorOutage,
        Some(1) => ComponentState::Operational,
        Some(2) => ComponentState::DegradedPerformance,
        Some(3) => ComponentState::UnderMaintenance,
        _ => ComponentState::Unknown,
    }
}

fn read_heartbeats(value: &Value, context: Context<'_>) -> Reading {
    let mut reading = Reading::default();
    let names: BTreeMap<&str, &str> =
        context.cursor.iter().filter_map(|(key, name)| Some((key.strip_prefix(NAME)?, name.as_str()))).collect();
    let mut components = Vec::new();
    for (id, beats) in value.get("heartbeatList").and_then(Value::as_object).into_iter().flatten() {
        let beats = beats.as_array().map_or(&[][..], Vec::as_slice);
        let Some(newest) = beats.last() else { continue };
        let name = names.get(id.as_str()).map_or_else(|| format!("monitor {id}"), |name| (*name).to_owned());
        let state = state(integer(newest, "status"));
        reading.impacts.extend(stretches(beats, id, &name));
        components.push(Component { native_id: Some(id.clone()), name, before: None, state });
    }
    let page = page(None, None, None, context);
    finish(&mut reading, page, common::report(components));
    reading
}

/// Runs of beats that say "down" or "maintenance", each until the first beat that says otherwise. A beat that says nothing
/// ends none.
fn stretches(beats: &[Value], id: &str, name: &str) -> Vec<ComponentImpact> {
    let mut found: Vec<ComponentImpact> = Vec::new();
    for beat in beats {
        let (state, Some(at)) = (state(integer(beat, "status")), at(beat, "time")) else { continue };
        let is_stretch = matches!(state, ComponentState::MajorOutage | ComponentState::UnderMaintenance);
        let open = found.last_mut().filter(|last| last.until.is_none());
        let goes_on = open.as_ref().is_some_and(|last| last.state == state);
        if state == ComponentState::Unknown || goes_on {
            continue;
        }
        if let Some(last) = open {
            last.until = Some(at);
        }
        if is_stretch {
            found.push(ComponentImpact {
                native_id: Some(id.to_owned()),
                component: name.to_owned(),
                state,
                from: at,
                until: None,
                incident: None,
            });
        }
    }
    found
}
