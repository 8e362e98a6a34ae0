//! Atlassian Statuspage: `summary.json`, `incidents.json` and its relatives, and the document of one incident. Its history
//! feeds are read by `statuspage/history.rs`, the months of its archive by `statuspage/archive.rs`.
//!
//! Everything may be null, missing, or a string where a number is expected, and one bad incident costs only itself:
//! incidents are taken out of [`serde_json::Value`] one by one.

pub(super) mod archive;
mod history;
mod incident;
mod report;

use std::collections::HashMap;

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, MOST, Step,
    document::shape,
    value::{time, word},
};
use crate::{
    model::{Ask, IncidentKind, Outcome, PageIdentity, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
    text::urls,
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Statuspage,
    recognises: |document| match document.value() {
        Some(value) => archive::is_archive(value) || is_statuspage(value),
        None => document.is_xml() && history::is_history(document.text),
    },
    first: first_ask,
    next,
    read,
};

/// Below a page's root. Unresolved incidents and maintenance, and every component.
const SUMMARY: &str = "/api/v2/summary.json";
/// Below a page's root. The fifty newest incidents, resolved ones included; no way to page further.
const INCIDENTS: &str = "/api/v2/incidents.json";
/// Below a page's root. Every component: some summaries are cut short.
const COMPONENTS: &str = "/api/v2/components.json";

/// The page's root, whatever of it was configured or a redirect has led to.
pub(super) fn root(state: &SourceState) -> &str {
    let address = state.address();
    let address = address.split(['?', '#']).next().unwrap_or(address);
    [SUMMARY, INCIDENTS].iter().find_map(|path| address.strip_suffix(path)).unwrap_or(address).trim_end_matches('/')
}

/// `summary.json`; a document that was configured itself is asked as it is.
pub(super) fn first_ask(state: &SourceState) -> Ask {
    let root = root(state);
    let is_document = [".json", ".atom", ".rss"].iter().any(|ending| root.ends_with(ending));
    let url = if is_document { root.to_owned() } else { format!("{root}{SUMMARY}") };
    ask(url, ACCEPT_JSON, state)
}

/// After a summary that changed, the list of incidents, which also says how they ended, and the list of components where
/// the summary does not name all; so an unchanged page costs one conditional request. A list that was never read is always
/// asked for.
pub(super) fn next_ask(step: &Step<'_>) -> Option<Ask> {
    let root = root(step.state);
    let list = |path: &str| Some(ask(format!("{root}{path}"), ACCEPT_JSON, step.state));
    let was_read = |path: &str| step.state.validators.contains_key(&format!("{root}{path}"));
    let asked = step.asked.url.as_str();
    if asked.ends_with(SUMMARY) && (step.outcome == Outcome::Fresh || !was_read(INCIDENTS)) {
        return list(INCIDENTS);
    }
    let is_cut = || step.state.cursor.get(report::CUT).is_some_and(|cut| cut == "yes");
    if asked.ends_with(INCIDENTS) && is_cut() { list(COMPONENTS) } else { None }
}

/// After the lists the archive, as far as it was not read before.
fn next(step: &Step<'_>) -> Option<Ask> {
    next_ask(step).or_else(|| archive::next_ask(step, root(step.state)))
}

/// Reads one document.
pub(super) fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if document.is_xml() {
        return history::read(document.text, context);
    }
    let document = document.json()?;
    if let Some(reading) = archive::read(document, context) {
        return Ok(reading);
    }
    if !is_statuspage(document) {
        return Err(ReadError::OtherJson(shape(document)));
    }
    let mut reading = Reading::default();
    let page = Page::of(document, context);
    for (list, kind) in lists(document) {
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
    report::read(&mut reading, document, &page);
    archive::mark_newest(&mut reading, context);
    let identity = reading.incidents.first().map_or(page.identity, |incident| incident.page.clone());
    reading.about.title = identity.name.clone();
    reading.about.updated = document.get("page").and_then(|page| time(page, "updated_at"));
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

impl Page {
    /// A component's name with its group in front, where the group is known.
    fn name_of(&self, component: &Value) -> Option<String> {
        let name = word(component, "name")?;
        let id = word(component, "id");
        let group = word(component, "group_id").or_else(|| self.group_of.get(id.as_ref()?).cloned());
        let group = group.and_then(|group| self.groups.get(&group));
        Some(group.map_or_else(|| name.clone(), |group| format!("{group} / {name}")))
    }
}

fn is_group(component: &Value) -> bool {
    component.get("group").and_then(Value::as_bool).unwrap_or(false)
}
