//! Gatus: the newest results of every endpoint.
//!
//! There are no incidents: how each endpoint is follows from its newest result, stretches of outage from runs of failed
//! ones. The group is one word, or a list in newer builds. Source: status-pages A14.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, below, finish, no_more, page},
    document::shape,
    value::{as_word, line, list, time, word},
};
use crate::{
    model::{Component, ComponentImpact, ComponentState, SourceKind, SourceState, Timestamp},
    source::{Context, ReadError, Reading},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Gatus,
    recognises: |document| common::json(document, is_list),
    first: |state: &SourceState| below(state, STATUSES, ACCEPT_JSON, &["/statuses"]),
    next: no_more,
    read,
};

/// As many results as it gives.
const STATUSES: &str = "/api/v1/endpoints/statuses?page=1&pageSize=100";

/// Results before this have no time: Go's zero.
const ZERO: i64 = 0;

fn is_list(value: &Value) -> bool {
    let is_endpoint = |one: &Value| one.get("key").is_some() && one.get("results").is_some();
    value.as_array().is_some_and(|list| list.iter().any(is_endpoint))
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let Some(endpoints) = value.as_array().filter(|list| list.is_empty() || is_list(value)) else {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    };
    let mut reading = Reading::default();
    let mut components = Vec::new();
    for endpoint in endpoints {
        let (name, id) = (name(endpoint), word(endpoint, "key"));
        let results = list(endpoint, "results");
        let state = match results.last().and_then(succeeded) {
            Some(true) => ComponentState::Operational,
            Some(false) => ComponentState::MajorOutage,
            None => ComponentState::Unknown,
        };
        reading.impacts.extend(outages(results, id.as_deref(), &name));
        components.push(Component { native_id: id, name, before: None, state });
    }
    finish(&mut reading, page(None, None, None, context), common::report(components));
    Ok(reading)
}

/// The endpoint's name with its group in front.
fn name(endpoint: &Value) -> String {
    let name = line(endpoint, "name");
    let group = word(endpoint, "group").or_else(|| list(endpoint, "groups").first().and_then(as_word));
    group.map_or_else(|| name.clone(), |group| format!("{group} / {name}"))
}

/// `None` where a result does not say: that is neither health nor an outage.
fn succeeded(result: &Value) -> Option<bool> {
    result.get("success").and_then(Value::as_bool)
}

/// Runs of failed results, each until the first that succeeded.
fn outages(results: &[Value], id: Option<&str>, name: &str) -> Vec<ComponentImpact> {
    let mut found: Vec<ComponentImpact> = Vec::new();
    let dated =
        results.iter().filter_map(|result| Some((succeeded(result)?, time(result, "timestamp").filter(is_real)?)));
    for (success, at) in dated {
        let open = found.last_mut().filter(|last| last.until.is_none());
        match (open, success) {
            (None, false) => found.push(ComponentImpact {
                native_id: id.map(str::to_owned),
                component: name.to_owned(),
                state: ComponentState::MajorOutage,
                from: at,
                until: None,
                incident: None,
            }),
            (Some(last), true) => last.until = Some(at),
            _ => {}
        }
    }
    found
}

fn is_real(at: &Timestamp) -> bool {
    at.as_second() > ZERO
}
