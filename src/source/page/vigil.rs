//! Vigil, a status page that measures by itself: `/status/report` tells how everything is now, and nothing of what was.
//!
//! So incidents are made of what is seen: one begins with the poll that finds a node unwell and ends with the one that
//! finds it well again. Which nodes are unwell since when stands in the source's cursor, committed with the incident.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, MOST, Step,
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{line, list, word},
};
use crate::{
    model::{
        Ask, Component, ComponentState, Impact, PageIdentity, PageReport, Phase, SourceKind, SourceState, Timestamp,
    },
    source::{Context, ReadError, Reading, ask},
    text::urls,
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Vigil,
    recognises: |document| document.value().is_some_and(is_report),
    first: first_ask,
    next: |_: &Step<'_>| None,
    read,
};

/// Below a page's root.
const REPORT: &str = "/status/report";

/// Before a node's name in the cursor; behind it, since when it is unwell, or nothing when it is well again.
const UNWELL: &str = "unwell ";

fn first_ask(state: &SourceState) -> Ask {
    let root = state.address().trim_end_matches('/');
    ask(format!("{}{REPORT}", root.strip_suffix(REPORT).unwrap_or(root)), ACCEPT_JSON, state)
}

fn is_report(document: &Value) -> bool {
    document.get("probes").is_some_and(Value::is_array) && document.get("health").is_some_and(Value::is_string)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if !is_report(value) {
        return Err(ReadError::OtherJson(shape(value)));
    }
    let page = value.get("page").unwrap_or(&Value::Null);
    let url = word(page, "url");
    let host = context.base.or(url.as_deref()).and_then(urls::host_and_port);
    let identity = PageIdentity { id: None, host, name: Some(line(page, "name")).filter(|name| !name.is_empty()) };
    let components = nodes(value);
    let mut reading = Reading::default();
    let drafts: Vec<_> = components.iter().filter_map(|node| change(node, &mut reading, context)).map(Ok).collect();
    finish_all(&mut reading, "node", drafts, &identity, context);
    reading.about.title.clone_from(&identity.name);
    reading.report = Some(PageReport { overall: state(value, "health"), components });
    reading.page = Some(identity);
    Ok(reading)
}

/// The platform's three words; any other says nothing.
fn state(value: &Value, key: &str) -> ComponentState {
    match word(value, key).as_deref() {
        Some("healthy") => ComponentState::Operational,
        Some("sick") => ComponentState::DegradedPerformance,
        Some("dead") => ComponentState::MajorOutage,
        _ => ComponentState::Unknown,
    }
}

/// Every node, with its probe's name in front.
fn nodes(document: &Value) -> Vec<Component> {
    let of_probe = |probe: &Value| {
        let group = line(probe, "name");
        let nodes = list(probe, "nodes").iter();
        let component = |node: &Value| Component {
            native_id: None,
            name: [group.clone(), line(node, "name")]
                .into_iter()
                .filter(|name| !name.is_empty())
                .collect::<Vec<_>>()
                .join(" / "),
            before: None,
            state: state(node, "status"),
        };
        nodes.map(component).filter(|component| !component.name.is_empty()).collect::<Vec<_>>()
    };
    list(document, "probes").iter().flat_map(of_probe).take(MOST).collect()
}

/// What a node's state means for its incident: it begins, gets a word, or ends. `None` while a node is well as before, and
/// for a file, which has no before.
fn change(node: &Component, reading: &mut Reading, context: Context<'_>) -> Option<Draft> {
    context.base?;
    let key = format!("{UNWELL}{}", node.name);
    let since: Option<Timestamp> = context.cursor.get(&key).and_then(|since| since.parse().ok());
    let (phase, words) = match node.state {
        ComponentState::MajorOutage => (Phase::Investigating, "is dead"),
        ComponentState::DegradedPerformance => (Phase::Investigating, "is sick"),
        ComponentState::Operational if since.is_some() => (Phase::Resolved, "is healthy again"),
        _ => return None,
    };
    let is_over = phase.is_over();
    let started_at = since.unwrap_or(context.now);
    reading.cursor.insert(key, if is_over { String::new() } else { started_at.to_string() });
    let post = Post {
        native_id: Some(format!("{} {words}", context.now)),
        phase: Some(phase),
        text: format!("{} {words}.", node.name),
        shown_at: Some(context.now),
        components: vec![node.clone()],
        ..Post::default()
    };
    let impact = match node.state {
        ComponentState::MajorOutage => Some(Impact::Major),
        ComponentState::DegradedPerformance => Some(Impact::Minor),
        _ => None,
    };
    Some(Draft {
        native_id: format!("{} {started_at}", node.name),
        title: format!("{} is unwell", node.name),
        url: context.base.and_then(|base| urls::absolute("/", Some(base))),
        impact,
        started_at: Some(started_at),
        components: vec![node.clone()],
        updates: vec![post],
        ..Draft::default()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn report(shop: &str, health: &str) -> String {
        format!(
            r#"{{"health":"{health}","page":{{"name":"Example","url":"https://status.example.org/"}},"probes":[
               {{"name":"Web","status":"{shop}","nodes":[{{"name":"Shop","status":"{shop}"}},{{"status":"dead"}},
               {{"name":"API","status":"healthy"}},{{"name":"Beta","status":"hibernating"}}]}},null]}}"#
        )
    }

    fn polled(text: &str, cursor: &BTreeMap<String, String>, now: &str) -> Reading {
        let base = Some("https://status.example.org/status/report");
        let now = at(now);
        let context =
            Context { source: "a", service: None, language: None, base, now, hidden: false, watched: true, cursor };
        read(&Document::of(text), context).expect("a report")
    }

    #[test]
    fn a_node_that_dies_and_recovers_is_one_incident() {
        let mut cursor = BTreeMap::new();
        let mut incident: Option<crate::model::Incident> = None;
        for (shop, now, phase, posts) in [
            ("sick", "2025-01-01T10:00:00Z", Phase::Investigating, 1),
            ("dead", "2025-01-01T10:05:00Z", Phase::Investigating, 2),
            ("healthy", "2025-01-01T10:10:00Z", Phase::Resolved, 3),
        ] {
            let mut reading = polled(&report(shop, shop), &cursor, now);
            cursor.append(&mut reading.cursor);
            let mut found = reading.incidents;
            found.retain(|incident| incident.title.contains("Shop"));
            assert_eq!(found.len(), 1, "{shop}");
            let found = found.remove(0);
            match &mut incident {
                Some(known) => {
                    assert_eq!(known.native_id, found.native_id);
                    known.absorb(found);
                }
                None => incident = Some(found),
            }
            let known = incident.as_ref().expect("there");
            assert_eq!((known.phase, known.updates.len()), (phase, posts), "{shop}");
        }
        let incident = incident.expect("there");
        assert_eq!(incident.impact, Impact::Major);
        assert_eq!(incident.started_at, Some(at("2025-01-01T10:00:00Z")));
        assert_eq!(incident.resolved_at, Some(at("2025-01-01T10:10:00Z")));
        let again = polled(&report("healthy", "healthy"), &cursor, "2025-01-01T10:15:00Z");
        assert!(!again.incidents.iter().any(|incident| incident.title.contains("Shop")), "it is over");
        let later = polled(&report("dead", "dead"), &cursor, "2025-01-02T10:15:00Z");
        assert!(later.incidents.iter().all(|found| found.native_id != incident.native_id), "another outage");
    }

    #[test]
    fn only_an_explicit_word_says_that_it_is_well() {
        let reading = polled(&report("healthy", "fine"), &BTreeMap::new(), "2025-01-01T10:00:00Z");
        let said = reading.report.expect("a report");
        assert_eq!(said.overall, ComponentState::Unknown);
        let states: Vec<_> = said.components.iter().map(|part| (part.name.as_str(), part.state)).collect();
        assert_eq!(
            states,
            [
                ("Web / Shop", ComponentState::Operational),
                ("Web", ComponentState::MajorOutage),
                ("Web / API", ComponentState::Operational),
                ("Web / Beta", ComponentState::Unknown)
            ]
        );
    }
}
