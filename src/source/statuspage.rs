//! Atlassian Statuspage (and incident.io's imitation of it): `summary.json`, `incidents.json`, its siblings for open
//! incidents and maintenance, and the document of a single incident. Anything may be null, missing, a number or a
//! string; one bad incident costs only itself.

use std::collections::HashMap;

use serde_json::Value;

use super::{Origin, ReadError, Reading, line, statuspage_archive, statuspage_history};
use crate::{
    model::{
        Component, ComponentState, Impact, Incident, IncidentKind, Origin as Provenance, PageIdentity, Phase,
        SourceKind, Timestamp, Update,
    },
    text::{dates, html, urls},
};

/// What a page is asked for as.
pub const ACCEPT: &str = "application/json, */*;q=0.1";

/// What is new on a watched page and younger than this was observed, not read from history.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The address of a page's summary.
pub fn summary_url(page: &str) -> String {
    format!("{}/api/v2/summary.json", page.trim_end_matches('/'))
}

/// The address of a page's fifty newest incidents.
pub fn incidents_url(page: &str) -> String {
    format!("{}/api/v2/incidents.json", page.trim_end_matches('/'))
}

/// Whether a text is a document of a status page, by its shape.
pub fn is_one(text: &str) -> bool {
    text.starts_with('{')
        && serde_json::from_str::<Value>(text).is_ok_and(|document| {
            let lists = ["incidents", "scheduled_maintenances", "incident_updates", "months"]
                .iter()
                .any(|list| document.get(list).is_some());
            let summary = document.get("page").is_some() && document.get("status").is_some();
            lists || summary
        })
}

/// Reads one document: JSON, or one of the two history feeds.
pub fn read(text: &str, origin: &Origin<'_>) -> Result<Reading, ReadError> {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if statuspage_history::is_one(start) {
        return statuspage_history::read(text, origin);
    }
    if start.starts_with('<') {
        return Err(ReadError::Html("the JSON of a status page"));
    }
    let document: Value = match start.is_empty() {
        true => return Err(ReadError::Empty),
        false => serde_json::from_str(start).map_err(|error| ReadError::Json(error.to_string()))?,
    };
    match statuspage_archive::read(&document, origin) {
        Some(reading) => Ok(reading),
        None => document_of(&document, origin),
    }
}

/// The incidents of a parsed document.
fn document_of(document: &Value, origin: &Origin<'_>) -> Result<Reading, ReadError> {
    let page = document.get("page").unwrap_or(&Value::Null);
    let single = document.get("incident_updates").is_some();
    let known = single
        || ["incidents", "scheduled_maintenances", "components", "status"]
            .iter()
            .any(|key| document.get(key).is_some());
    if !known {
        return Err(ReadError::JsonShape);
    }
    let mut reading = Reading::empty(SourceKind::Statuspage);
    let groups = groups(document);
    let lists = [("incidents", IncidentKind::Outage), ("scheduled_maintenances", IncidentKind::Maintenance)];
    let listed = lists.iter().flat_map(|(key, kind)| list(document, key).iter().map(|incident| (incident, *kind)));
    let alone = single.then_some((document, IncidentKind::Outage));
    for (value, kind) in listed.chain(alone) {
        match incident(value, page, kind, &groups, origin) {
            Ok(incident) => reading.incidents.push(incident),
            Err(why) => reading.skipped.push(format!("incident {}: {why}", text_of(value, "id").unwrap_or_default())),
        }
    }
    reading.title = text_of(page, "name");
    let identity = identity(page, &Value::Null, origin);
    reading.page = (identity != PageIdentity::default()).then_some(identity);
    Ok(reading)
}

/// Names of component groups by id: regions repeat names, so a component is told with its group.
fn groups(document: &Value) -> HashMap<String, String> {
    list(document, "components")
        .iter()
        .filter(|part| part.get("group").and_then(Value::as_bool) == Some(true))
        .filter_map(|part| Some((text_of(part, "id")?, text_of(part, "name")?)))
        .collect()
}

fn incident(
    value: &Value,
    page: &Value,
    kind: IncidentKind,
    groups: &HashMap<String, String>,
    origin: &Origin<'_>,
) -> Result<Incident, &'static str> {
    let native_id = text_of(value, "id").ok_or("it has no id")?;
    let title = text_of(value, "name").map(|name| line(&name)).ok_or("it has no name")?;
    let created = time_of(value, "created_at");
    let mut updates: Vec<Update> = list(value, "incident_updates")
        .iter()
        .enumerate()
        .filter_map(|(at, update)| read_update(update, at, created))
        .collect();
    // The list is newest first; equal times keep that order, reversed.
    updates.reverse();
    updates.sort_by_key(|update| update.shown_at);
    let started = time_of(value, "started_at");
    let first_post_at = updates.iter().map(|update| update.posted_at).min().or(created).or(started);
    if first_post_at.is_none() {
        return Err("it has no time");
    }
    let maintenance = kind == IncidentKind::Maintenance || text_of(value, "impact").as_deref() == Some("maintenance");
    let phase = phase_of(value, &updates);
    let last_update_at =
        updates.last().map(|update| update.shown_at).or_else(|| time_of(value, "updated_at")).or(created);
    let closing = updates.iter().find(|update| matches!(update.phase, Phase::Resolved | Phase::Completed));
    let resolved_at = time_of(value, "resolved_at").or(closing.map(|update| update.shown_at)).or(last_update_at);
    let identity = identity(page, value, origin);
    Ok(Incident {
        url: address(value, &identity, &native_id, origin),
        native_id,
        page: identity,
        source: origin.source.to_owned(),
        service: origin.service.map(str::to_owned),
        kind: if maintenance { IncidentKind::Maintenance } else { IncidentKind::Outage },
        title,
        phase,
        impact: text_of(value, "impact")
            .map_or(Impact::Unknown, |word| Impact::parse(&word).unwrap_or(Impact::Unknown)),
        started_at: started.or(created).or(first_post_at),
        first_post_at,
        last_update_at,
        resolved_at: resolved_at.filter(|_| phase.is_over()),
        scheduled_for: time_of(value, "scheduled_for"),
        scheduled_until: time_of(value, "scheduled_until"),
        components: components(list(value, "components"), groups),
        updates,
        origin: provenance(first_post_at, origin),
    })
}

/// The incident's own word, else that of its newest update that is more than a further word.
fn phase_of(value: &Value, updates: &[Update]) -> Phase {
    let own = text_of(value, "status").and_then(|word| Phase::parse(&word));
    let said = || updates.iter().rev().map(|update| update.phase).find(|phase| *phase != Phase::Update);
    own.or_else(said).unwrap_or(Phase::Unknown)
}

/// Observed when the page was being watched as it was posted.
pub(super) fn provenance(first_post: Option<Timestamp>, origin: &Origin<'_>) -> Provenance {
    let young = first_post.is_some_and(|at| origin.now.duration_since(at) < FRESH);
    if origin.watched && young { Provenance::Observed } else { Provenance::Imported }
}

fn read_update(value: &Value, at: usize, created: Option<Timestamp>) -> Option<Update> {
    // `display_at` is null on every postmortem; when all is missing, the incident's own time stands in.
    let posted_at = time_of(value, "created_at");
    let shown_at = time_of(value, "display_at").or(posted_at).or_else(|| time_of(value, "updated_at")).or(created)?;
    let posted_at = posted_at.unwrap_or(shown_at);
    let status = text_of(value, "status").unwrap_or_default();
    Some(Update {
        native_id: text_of(value, "id").unwrap_or_else(|| format!("{shown_at} {status} {at}")),
        precise: true,
        phase: Phase::parse(&status).unwrap_or(Phase::Unknown),
        text: html::to_text(&text_of(value, "body").unwrap_or_default()),
        shown_at,
        posted_at,
        edited_at: time_of(value, "updated_at").filter(|edited| *edited > posted_at),
        components: list(value, "affected_components").iter().filter_map(affected).collect(),
    })
}

/// A component with its state before and after, as an update tells it.
fn affected(value: &Value) -> Option<Component> {
    Some(Component {
        native_id: text_of(value, "code"),
        name: line(&text_of(value, "name")?),
        before: text_of(value, "old_status").and_then(|word| ComponentState::parse(&word)),
        state: state(value, "new_status"),
    })
}

/// Components of an incident; groups are containers and left out.
fn components(values: &[Value], groups: &HashMap<String, String>) -> Vec<Component> {
    let parts = values.iter().filter(|part| part.get("group").and_then(Value::as_bool) != Some(true));
    parts
        .filter_map(|part| {
            let name = line(&text_of(part, "name")?);
            let group = text_of(part, "group_id").and_then(|group| groups.get(&group));
            Some(Component {
                native_id: text_of(part, "id"),
                name: group.map_or_else(|| name.clone(), |group| format!("{group} / {name}")),
                before: None,
                state: state(part, "status"),
            })
        })
        .collect()
}

/// incident.io says `full_outage` where Statuspage says `major_outage`.
fn state(value: &Value, key: &str) -> ComponentState {
    match text_of(value, key).as_deref() {
        Some("full_outage") => ComponentState::MajorOutage,
        Some(word) => ComponentState::parse(word).unwrap_or(ComponentState::Unknown),
        None => ComponentState::Unknown,
    }
}

/// Which page speaks: by its object, else by what an incident says of it. A fetched document speaks for the host that
/// it was fetched from, whatever it claims.
fn identity(page: &Value, incident: &Value, origin: &Origin<'_>) -> PageIdentity {
    let claimed = text_of(page, "url").as_deref().and_then(urls::host);
    PageIdentity {
        id: text_of(page, "id").or_else(|| text_of(incident, "page_id")),
        host: origin.url.and_then(host_and_port).or(claimed),
        name: text_of(page, "name"),
    }
}

/// The host, with its port where that is not the usual one: two pages may share a host.
pub(super) fn host_and_port(url: &str) -> Option<String> {
    let host = urls::host(url)?;
    let port = url::Url::parse(url).ok()?.port();
    Some(port.map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
}

/// The incident's page: the short link, else below the page's address.
fn address(value: &Value, page: &PageIdentity, native_id: &str, origin: &Origin<'_>) -> Option<String> {
    let short = text_of(value, "shortlink").and_then(|link| urls::absolute(&link, None));
    let scheme = origin.url.map_or("https", |url| if url.starts_with("http:") { "http" } else { "https" });
    short.or_else(|| urls::absolute(&format!("{scheme}://{}/incidents/{native_id}", page.host.as_ref()?), None))
}

/// A list that may be null or missing.
fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text that may be a number; empty is none.
fn text_of(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn time_of(value: &Value, key: &str) -> Option<Timestamp> {
    dates::instant(value.get(key)?.as_str()?)
}
