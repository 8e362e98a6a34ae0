//! Atlassian Statuspage as JSON: `summary.json`, `incidents.json` and its relatives, and the document of one incident.
//! Its history feeds are read by `statuspage_history.rs`.
//!
//! Everything may be null, missing, or a string where a number is expected, and one bad incident costs only itself:
//! incidents are taken out of [`serde_json::Value`] one by one.

mod incident;

pub(super) use incident::{end_of, minute_id, newest_phase};

use std::collections::HashMap;

use serde_json::Value;

use super::{Context, ReadError, Reading, ask, statuspage_archive};
use crate::{
    model::{Ask, IncidentKind, Origin, Outcome, PageIdentity, SourceState, Timestamp},
    text::{html, urls},
};

const ACCEPT: &str = "application/json";
/// Below a page's root. Unresolved incidents and maintenance, and every component.
const SUMMARY: &str = "/api/v2/summary.json";
/// Below a page's root. The fifty newest incidents, resolved ones included; no way to page further.
const INCIDENTS: &str = "/api/v2/incidents.json";
/// Most incidents of one document and most posts of one incident that are read. The platform
/// itself sends 50 incidents; of 254 incidents of five vendors none had more than 36 posts. Joining two records takes
/// quadratic time in their posts.
pub(super) const MOST: usize = 1_000;
/// How young the newest post is for an incident to have been seen as it happened.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The page's root, whatever of it was configured or a redirect has led to.
fn root(state: &SourceState) -> &str {
    let address = state.address();
    let address = address.split(['?', '#']).next().unwrap_or(address);
    [SUMMARY, INCIDENTS].iter().find_map(|path| address.strip_suffix(path)).unwrap_or(address).trim_end_matches('/')
}

/// `summary.json`; a document that was configured itself is asked as it is.
pub(super) fn first_ask(state: &SourceState) -> Ask {
    let root = root(state);
    let is_document = [".json", ".atom", ".rss"].iter().any(|ending| root.ends_with(ending));
    let url = if is_document { root.to_owned() } else { format!("{root}{SUMMARY}") };
    ask(url, ACCEPT, state)
}

/// After a summary that changed, the list of incidents, which also says how they ended; so an unchanged page costs one
/// conditional request. A list that was never read is always asked for.
pub(super) fn next_ask(asked: &Ask, outcome: Outcome, state: &SourceState) -> Option<Ask> {
    if !asked.url.ends_with(SUMMARY) {
        return None;
    }
    let url = format!("{}{INCIDENTS}", root(state));
    let due = outcome == Outcome::Fresh || !state.validators.contains_key(&url);
    due.then(|| ask(url, ACCEPT, state))
}

/// Reads one document.
pub(super) fn read(text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    let document: Value = serde_json::from_str(text).map_err(|error| ReadError::BrokenJson(error.to_string()))?;
    if let Some(reading) = statuspage_archive::read(&document, context) {
        return Ok(reading);
    }
    if !is_statuspage(&document) {
        return Err(ReadError::OtherJson(shape(&document)));
    }
    let mut reading = Reading::default();
    let page = Page::of(&document, context);
    for (list, kind) in lists(&document) {
        if list.len() > MOST {
            reading.skipped.push(format!(
                "{} more of kind {}: at most {MOST} are read",
                list.len() - MOST,
                kind.as_str()
            ));
        }
        for (at, value) in (1..).zip(list).take(MOST) {
            match incident::read(value, kind, &page, context) {
                Ok((incident, skipped)) => {
                    reading.skipped.extend(skipped);
                    reading.incidents.push(incident);
                }
                Err(reason) => reading.skipped.push(format!("{} {at}: {reason}", kind.as_str())),
            }
        }
    }
    let identity = reading.incidents.first().map_or(page.identity, |incident| incident.page.clone());
    reading.about.title = identity.name.clone();
    reading.page = Some(identity);
    Ok(reading)
}

/// The arrays of incidents in a document, with what they hold.
fn lists(document: &Value) -> Vec<(&[Value], IncidentKind)> {
    if is_incident(document) {
        return vec![(std::slice::from_ref(document), IncidentKind::Outage)];
    }
    let list = |key: &str| document.get(key).and_then(Value::as_array).map(Vec::as_slice);
    let one = document.get("incident").filter(|incident| incident.is_object()).map(std::slice::from_ref);
    [
        (one, IncidentKind::Outage),
        (list("incidents"), IncidentKind::Outage),
        (list("scheduled_maintenances"), IncidentKind::Maintenance),
    ]
    .into_iter()
    .filter_map(|(list, kind)| Some((list?, kind)))
    .collect()
}

/// Whether a document has this platform's shape. Others have lists of the same names: their incidents look different.
fn is_statuspage(document: &Value) -> bool {
    let lists = lists(document);
    let entries = || lists.iter().flat_map(|(list, _)| list.iter());
    if entries().next().is_some() {
        return entries().any(is_incident);
    }
    let has_page = document.get("page").is_some_and(|page| page.get("id").is_some());
    let has_status = document.get("status").is_some_and(|status| status.get("indicator").is_some());
    let has_list = ["incidents", "scheduled_maintenances", "components"].iter().any(|key| document.get(key).is_some());
    has_status || has_page && has_list
}

fn is_incident(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    has("id")
        && has("name")
        && has("status")
        && ["incident_updates", "shortlink", "impact", "page_id", "scheduled_for"].iter().any(|key| has(key))
}

/// A document's first keys, for somebody who wonders what came.
pub(super) fn shape(document: &Value) -> String {
    match document {
        Value::Object(object) if object.is_empty() => "an empty object".to_owned(),
        Value::Object(object) => {
            let keys: Vec<_> = object.keys().take(5).map(|key| html::excerpt(key, 30)).collect();
            format!("an object of {}", keys.join(", "))
        }
        Value::Array(array) => format!("an array of {}", array.len()),
        _ => "a bare value".to_owned(),
    }
}

/// What a document says of its page.
struct Page {
    identity: PageIdentity,
    /// Its root, for readers.
    url: Option<String>,
    /// Names of component groups by id.
    groups: HashMap<String, String>,
    /// The group of a component by its id: only the summary tells.
    group_of: HashMap<String, String>,
}

impl Page {
    fn of(document: &Value, context: Context<'_>) -> Self {
        let page = document.get("page").unwrap_or(&Value::Null);
        let url = word(page, "url").and_then(|url| urls::absolute(&url, None));
        // A fetched document speaks for the host that it was fetched from, whatever it claims.
        let host = context.base.or(url.as_deref()).and_then(urls::host_and_port);
        let identity = PageIdentity { id: word(page, "id"), host, name: word(page, "name") };
        let mut known = Self { identity, url, groups: HashMap::new(), group_of: HashMap::new() };
        for component in document.get("components").and_then(Value::as_array).into_iter().flatten() {
            let Some(id) = word(component, "id") else { continue };
            if is_group(component) {
                known.groups.extend(word(component, "name").map(|name| (id, name)));
            } else if let Some(group) = word(component, "group_id") {
                known.group_of.insert(id, group);
            }
        }
        known
    }
}

fn is_group(component: &Value) -> bool {
    component.get("group").and_then(Value::as_bool).unwrap_or(false)
}

/// A text or number under `key`, trimmed; `None` when it is missing, null or empty.
fn word(value: &Value, key: &str) -> Option<String> {
    let word = match value.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(word).filter(|word| !word.is_empty())
}

/// Observed when the page was watched before and the newest post is younger than a day.
pub(super) fn origin(newest_post: Option<Timestamp>, context: Context<'_>) -> Origin {
    let fresh = newest_post.is_some_and(|at| context.now.duration_since(at) < FRESH);
    if context.watched && fresh { Origin::Observed } else { Origin::Imported }
}
