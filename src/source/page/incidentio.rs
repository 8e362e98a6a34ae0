//! incident.io: its imitation of Statuspage, its own documents (`/proxy/<host>` and below, `/api/v1/summary`), its feeds.
//!
//! The imitation is what its pages promise and is asked first; the page's own documents, which nobody promises, bring the
//! whole history and the stretches in which each component was not well, and are extras. Ids are ULIDs: an update's tells
//! when it was really written, which matters because first posts are backdated. Own updates stand oldest first.
//! Source of the shapes: the payloads of public pages (status-pages A2).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    draft::{Draft, Post, finish_all},
    fold::{Entry, entries, fold, markup, phase},
    statuspage,
    value::{line, list, plain, time, word},
};
use crate::{
    model::{
        Ask, Component, ComponentImpact, ComponentState, Impact, Outcome, PageIdentity, PageReport, Phase, SourceKind,
        Timestamp,
    },
    source::{Context, ReadError, Reading, ask, feed},
    text::urls,
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::IncidentIo,
    recognises: |document| match document.value() {
        Some(value) => is_native(value) || is_imitation(value),
        None => document.is_xml() && document.text.contains("<generator>incident.io"),
    },
    first: statuspage::first_ask,
    next,
    read,
};

/// Below the page's root: its own documents. Behind them comes the page's host.
const PROXY: &str = "/proxy/";

/// How many days of component impacts are asked for: as many as the page shows.
const DAYS: i64 = 90;

/// The names of components are kept under this and their id: the list of incidents gives ids only.
const NAME: &str = "component/";

/// After the imitation's documents, at first sight and whenever something changed, the page's own.
fn next(step: &Step<'_>) -> Option<Ask> {
    let root = statuspage::root(step.state);
    let host = urls::host(&format!("{root}/"))?;
    let own = format!("{root}{PROXY}{host}");
    let asked = step.asked.url.as_str();
    let extra = |url: String| Some(Ask { is_extra: true, ..ask(url, ACCEPT_JSON, step.state) });
    if let Some(imitated) = statuspage::next_ask(step) {
        return Some(imitated);
    }
    let is_due = step.outcome == Outcome::Fresh || step.state.last_success.is_none();
    let is_list = ["/api/v2/incidents.json", "/api/v2/components.json"].iter().any(|list| asked.ends_with(list));
    if is_list && is_due {
        return extra(own);
    }
    if asked == own {
        return extra(format!("{own}/incidents"));
    }
    if asked == format!("{own}/incidents") {
        let until = step.now;
        let from = until - jiff::SignedDuration::from_hours(24 * DAYS);
        return extra(format!("{own}/component_impacts?start_at={from}&end_at={until}"));
    }
    None
}

/// Whether JSON has the page's own shape.
fn is_native(value: &Value) -> bool {
    let own = |incident: &Value| incident.get("updates").is_some() && incident.get("status_page_id").is_some();
    value.pointer("/summary/ongoing_incidents").is_some()
        || value.get("page_title").is_some() && value.get("ongoing_incidents").is_some()
        || value.get("component_impacts").is_some_and(Value::is_array)
        || list(value, "incidents").first().is_some_and(own)
}

/// Whether JSON is Statuspage's with this platform's ids.
fn is_imitation(value: &Value) -> bool {
    let page = value.get("page").and_then(|page| word(page, "id"));
    let incident = list(value, "incidents").first().and_then(|incident| word(incident, "id"));
    let maintenance = list(value, "scheduled_maintenances").first().and_then(|one| word(one, "id"));
    page.or(incident).or(maintenance).is_some_and(|id| ulid_time(&id).is_some())
}

/// The time in a ULID: 10 characters of Crockford's base32, milliseconds since 1970. Source: the ULID specification.
fn ulid_time(id: &str) -> Option<Timestamp> {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    if id.len() != 26 || !id.bytes().all(|byte| ALPHABET.contains(&byte)) {
        return None;
    }
    let number = id.bytes().take(10).try_fold(0_i64, |number, byte| {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        number.checked_mul(32)?.checked_add(i64::try_from(digit).ok()?)
    })?;
    Timestamp::from_millisecond(number).ok()
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if document.is_xml() {
        return read_feed(document.text, context);
    }
    let value = document.json()?;
    if is_native(value) { Ok(read_native(value, context)) } else { statuspage::read(document, context) }
}

/// What a document says of its page.
fn identity(value: &Value, context: Context<'_>) -> PageIdentity {
    let summary = value.get("summary").unwrap_or(value);
    let own = ["public_url", "page_url"].iter().find_map(|key| word(summary, key));
    let host = context.base.or(own.as_deref()).and_then(urls::host_and_port);
    let any = ["ongoing_incidents", "incidents", "scheduled_maintenances"];
    let listed = any.iter().find_map(|key| word(list(summary, key).first()?, "status_page_id"));
    let id = word(summary, "id").or(listed);
    PageIdentity { id, host, name: ["name", "page_title"].iter().find_map(|key| word(summary, key)) }
}

fn read_native(value: &Value, context: Context<'_>) -> Reading {
    let mut reading = Reading::default();
    let page = identity(value, context);
    let summary = value.get("summary").unwrap_or(value);
    let names = names(summary, &mut reading, context);
    for key in ["ongoing_incidents", "incidents"] {
        let drafts = list(summary, key).iter().map(|incident| draft(incident, &names, false));
        finish_all(&mut reading, "incident", drafts, &page, context);
    }
    for key in ["in_progress_maintenances", "scheduled_maintenances"] {
        let drafts = list(summary, key).iter().map(|one| draft(one, &names, true));
        finish_all(&mut reading, "maintenance", drafts, &page, context);
    }
    let nested = ["ongoing_incidents", "incidents"].iter().flat_map(|key| list(summary, key));
    let impacts = list(value, "component_impacts").iter().chain(nested.flat_map(|one| list(one, "component_impacts")));
    reading.impacts = impacts.filter_map(|impact| component_impact(impact, &names)).collect();
    if summary.get("affected_components").is_some() && summary.get("components").is_some() {
        reading.report = Some(report(summary, &names));
    }
    reading.about.title.clone_from(&page.name);
    let is_named = page.id.is_some() || page.host.is_some();
    reading.page = is_named.then_some(page);
    reading
}

/// The names of components, those of earlier documents too; what this one says is remembered.
fn names(summary: &Value, reading: &mut Reading, context: Context<'_>) -> BTreeMap<String, String> {
    let known =
        context.cursor.iter().filter_map(|(key, name)| Some((key.strip_prefix(NAME)?.to_owned(), name.clone())));
    let mut names: BTreeMap<String, String> = known.collect();
    let structure = summary.pointer("/structure/items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut groups = BTreeMap::new();
    for group in structure.iter().filter_map(|item| item.get("group")) {
        let Some(title) = word(group, "name") else { continue };
        for component in list(group, "components") {
            groups.extend(word(component, "component_id").map(|id| (id, title.clone())));
        }
    }
    for component in list(summary, "components") {
        let (Some(id), Some(name)) = (word(component, "id"), word(component, "name")) else { continue };
        let name = groups.get(&id).map_or_else(|| name.clone(), |group| format!("{group} / {name}"));
        reading.cursor.insert(format!("{NAME}{id}"), name.clone());
        names.insert(id, name);
    }
    names
}

fn state(value: &Value, key: &str) -> ComponentState {
    match word(value, key).as_deref() {
        Some("full_outage") => ComponentState::MajorOutage,
        Some(word) => ComponentState::parse(word).unwrap_or(ComponentState::Unknown),
        None => ComponentState::Unknown,
    }
}

fn component(value: &Value, key: &str, names: &BTreeMap<String, String>) -> Option<Component> {
    let id = word(value, "component_id")?;
    let name = names.get(&id).cloned().unwrap_or_else(|| id.clone());
    Some(Component { name, native_id: Some(id), before: None, state: state(value, key) })
}

fn component_impact(value: &Value, names: &BTreeMap<String, String>) -> Option<ComponentImpact> {
    let id = word(value, "component_id")?;
    Some(ComponentImpact {
        component: names.get(&id).cloned().unwrap_or_else(|| id.clone()),
        native_id: Some(id),
        state: state(value, "status"),
        from: time(value, "start_at")?,
        until: time(value, "end_at"),
        incident: word(value, "status_page_incident_id"),
    })
}

/// How the page says that it is: a component that is not among the affected ones works.
fn report(summary: &Value, names: &BTreeMap<String, String>) -> PageReport {
    let affected: BTreeMap<String, ComponentState> = list(summary, "affected_components")
        .iter()
        .filter_map(|one| Some((word(one, "component_id")?, state(one, "status"))))
        .collect();
    let components = list(summary, "components").iter().filter_map(|one| {
        let id = word(one, "id")?;
        let state = affected.get(&id).copied().unwrap_or(ComponentState::Operational);
        Some(Component { name: names.get(&id).cloned()?, native_id: Some(id), before: None, state })
    });
    let ongoing = list(summary, "ongoing_incidents").iter().flat_map(|one| list(one, "affected_components"));
    let worst =
        ComponentState::worst(affected.values().copied().chain(ongoing.map(|one| state(one, "current_status"))));
    PageReport { overall: worst.unwrap_or(ComponentState::Operational), components: components.collect() }
}

/// How bad, by the worst that a component came to.
fn impact(states: impl Iterator<Item = ComponentState>) -> Option<Impact> {
    states
        .filter_map(|state| match state {
            ComponentState::DegradedPerformance => Some(Impact::Minor),
            ComponentState::PartialOutage => Some(Impact::Major),
            ComponentState::MajorOutage => Some(Impact::Critical),
            _ => None,
        })
        .max()
}

fn draft(value: &Value, names: &BTreeMap<String, String>, is_maintenance: bool) -> Result<Draft, String> {
    let Some(native_id) = word(value, "id") else { return Err(format!("“{}” has no id", line(value, "name"))) };
    let impacts = list(value, "component_impacts");
    let ends: Option<Vec<Timestamp>> = impacts.iter().map(|one| time(one, "end_at")).collect();
    let affected = list(value, "affected_components");
    let states = impacts.iter().map(|one| state(one, "status"));
    let states = states.chain(affected.iter().map(|one| state(one, "status")));
    Ok(Draft {
        title: line(value, "name"),
        url: Some(format!("/incidents/{native_id}")),
        is_maintenance,
        impact: if is_maintenance { Some(Impact::Maintenance) } else { impact(states) },
        phase: word(value, "status").and_then(|status| phase(&status)),
        started_at: impacts.iter().filter_map(|one| time(one, "start_at")).min().or_else(|| first_trouble(value)),
        resolved_at: ends.and_then(|ends| ends.into_iter().max()),
        scheduled_for: if is_maintenance { time(value, "starts_at") } else { None },
        scheduled_until: if is_maintenance { time(value, "ends_at") } else { None },
        components: affected.iter().filter_map(|one| component(one, "current_status", names)).collect(),
        updates: list(value, "updates").iter().map(|update| post(update, names)).collect(),
        native_id,
        ..Draft::default()
    })
}

/// The first stretch in which anything was not well.
fn first_trouble(value: &Value) -> Option<Timestamp> {
    let troubled = |one: &&Value| !matches!(state(one, "worst_component_status"), ComponentState::Operational);
    list(value, "status_summaries").iter().find(troubled).and_then(|one| time(one, "start_at"))
}

fn post(value: &Value, names: &BTreeMap<String, String>) -> Post {
    let native_id = word(value, "id");
    let shown_at = time(value, "published_at");
    let written_at = native_id.as_deref().and_then(ulid_time);
    let message = value.get("message").unwrap_or(&Value::Null);
    let text = word(value, "message_string").or_else(|| word(message, "markdown")).unwrap_or_default();
    Post {
        native_id,
        phase: word(value, "to_status").and_then(|status| phase(&status)),
        text: plain(&text),
        shown_at,
        // Backdated: shown earlier than it was written.
        posted_at: written_at.into_iter().chain(shown_at).max(),
        edited_at: None,
        components: list(value, "component_statuses")
            .iter()
            .filter_map(|one| component(one, "status", names))
            .collect(),
    }
}

/// The feeds: one entry per incident with its newest update, or (on some pages) one per update under the same guid.
fn read_feed(text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    let document = feed::xml(text, context.base)?;
    let about = document.about(&feed::Head::of(&document.head, context));
    let found = entries(&document, |record| {
        let mut entry = Entry::of(record, context.base);
        entry.key = entry.url.as_deref().and_then(urls::last_segment).unwrap_or(entry.key);
        let (status, rest) = status(markup(record))?;
        entry.phase = phase(&status);
        entry.is_maintenance = matches!(entry.phase, Some(Phase::Scheduled | Phase::InProgress | Phase::Completed));
        entry.text = plain(rest);
        Some(entry)
    });
    let host = found.iter().find_map(|entry| urls::host_and_port(entry.url.as_deref()?));
    let name =
        about.title.as_deref().map(|title| title.trim_end_matches(" status").trim_end_matches(" Status").to_owned());
    let page = PageIdentity { id: None, host: context.base.and_then(urls::host_and_port).or(host), name };
    let mut reading = Reading { about, skipped: document.skipped, repaired: document.repaired, ..Reading::default() };
    finish_all(&mut reading, "entry", fold(found).into_iter().map(Ok), &page, context);
    reading.page = Some(page);
    Ok(reading)
}

/// `<b>Status: Resolved</b>` and the words behind it, up to the list of components, whose order ticks.
fn status(markup: &str) -> Option<(String, &str)> {
    let (_, rest) = markup.split_once("<b>Status:")?;
    let (status, rest) = rest.split_once("</b>")?;
    let words = rest.split("<b>Affected components</b>").next().unwrap_or(rest);
    Some((status.trim().to_owned(), words))
}
