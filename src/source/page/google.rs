//! Google's dashboards: Cloud, Workspace, and their relatives (Firebase, Looker, Play, Ads), which share one format.
//!
//! `begin` is when the impact began, `created` when Google first wrote about it (22 of 157 incidents were written about
//! only after their end), so lead times can be read off. An incident is open while it has no `end`. There is no word for
//! "all is well". Source of the shape: the dashboard's own `incidents.schema.json` and 157 incidents of 2022.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{line, list, plain, time, word},
};
use crate::{
    model::{Ask, Component, ComponentState, Impact, PageIdentity, PageReport, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
    text::{html, urls},
};

/// Below a dashboard's root.
const INCIDENTS: &str = "/incidents.json";

/// Where incidents of a file lie, whose own address is not known: the largest of the dashboards.
const CLOUD: &str = "https://status.cloud.google.com/";

/// Longest title that is taken out of a description, in characters.
const TITLE: usize = 200;

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Google,
    recognises: |document| document.value().and_then(Value::as_array).is_some_and(|list| list.iter().any(is_incident)),
    first,
    next: |_| None,
    read,
};

fn first(state: &SourceState) -> Ask {
    let root = state.address().trim_end_matches(INCIDENTS).trim_end_matches('/');
    ask(format!("{root}{INCIDENTS}"), ACCEPT_JSON, state)
}

fn is_incident(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    has("external_desc") && has("begin") && has("id")
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let Some(incidents) = value.as_array() else {
        return Err(ReadError::OtherPage("Google's dashboards", shape(value)));
    };
    if !incidents.is_empty() && !incidents.iter().any(is_incident) {
        return Err(ReadError::OtherPage("Google's dashboards", shape(value)));
    }
    let mut reading = Reading::default();
    let root = context.base.map_or(CLOUD, |base| base.trim_end_matches("incidents.json"));
    let host = context.base.and_then(urls::host_and_port);
    let host = host.or_else(|| incidents.first().and_then(|one| urls::host_and_port(&address(one, root)?)));
    let page = PageIdentity { id: None, host, name: None };
    let drafts = incidents.iter().map(|incident| draft(incident, root));
    finish_all(&mut reading, "incident", drafts, &page, context);
    reading.report = report(incidents);
    reading.page = Some(page);
    Ok(reading)
}

/// The address of an incident; it is written relative to the dashboard.
fn address(value: &Value, root: &str) -> Option<String> {
    urls::absolute(&word(value, "uri")?, Some(root))
}

/// What is open says how bad it is; what says nothing is not well for that.
fn report(incidents: &[Value]) -> Option<PageReport> {
    let open = || incidents.iter().filter(|incident| is_incident(incident) && is_open(incident));
    let worst = ComponentState::worst(open().map(|incident| severity(incident).1))?;
    let components = open().flat_map(components).collect();
    Some(PageReport { overall: worst, components })
}

fn is_open(value: &Value) -> bool {
    word(value, "end").is_none()
}

/// How bad it is, as the dashboard says: by its impact, else by its severity, which goes with it one to one.
fn severity(value: &Value) -> (Option<Impact>, ComponentState) {
    let impact = word(value, "status_impact").unwrap_or_default();
    let severity = word(value, "severity").unwrap_or_default();
    match (impact.as_str(), severity.as_str()) {
        ("SERVICE_OUTAGE", _) | ("", "high") => (Some(Impact::Critical), ComponentState::MajorOutage),
        ("SERVICE_DISRUPTION", _) | ("", "medium") => (Some(Impact::Major), ComponentState::PartialOutage),
        ("SERVICE_INFORMATION", _) | ("", "low") => (Some(Impact::Minor), ComponentState::DegradedPerformance),
        _ => (None, ComponentState::Unknown),
    }
}

fn draft(value: &Value, root: &str) -> Result<Draft, String> {
    let Some(native_id) = word(value, "id") else { return Err("an incident without id".to_owned()) };
    if !value.is_object() {
        return Err("no object".to_owned());
    }
    let mut updates: Vec<Post> = list(value, "updates").iter().map(post).collect();
    // Newest first in the document; the oldest is the one that opens it.
    updates.sort_by_key(|post| (post.shown_at, post.posted_at));
    if let Some(first) = updates.first_mut().filter(|post| post.phase == Some(Phase::Update)) {
        first.phase = Some(Phase::Investigating);
    }
    let newest = updates.iter().rev().find_map(|post| post.phase.filter(|phase| *phase != Phase::Update));
    let phase = match (is_open(value), newest) {
        (false, Some(Phase::Postmortem)) => Phase::Postmortem,
        (false, _) => Phase::Resolved,
        // The words may already say "available" while the incident is kept open.
        (true, Some(Phase::Resolved)) => Phase::Monitoring,
        (true, newest) => newest.unwrap_or(Phase::Investigating),
    };
    Ok(Draft {
        title: title(value),
        url: address(value, root),
        impact: severity(value).0,
        phase: Some(phase),
        started_at: time(value, "begin"),
        first_post_at: time(value, "created"),
        resolved_at: time(value, "end"),
        components: components(value).collect(),
        updates,
        native_id,
        ..Draft::default()
    })
}

/// The description's own title where it has one (`**Title:** …`), else its first words.
fn title(value: &Value) -> String {
    let words = word(value, "external_desc").unwrap_or_default();
    let own = words.lines().find_map(|line| {
        let (before, title) = line.split_once("Title:")?;
        let is_label = before.chars().all(|letter| letter == '*' || letter.is_whitespace());
        is_label.then(|| title.replace("**", ""))
    });
    let words =
        own.unwrap_or_else(|| words.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned());
    let title = html::excerpt(&unescaped(&words), TITLE);
    if title.is_empty() { line(value, "service_name") } else { title }
}

/// Markdown's escapes and emphasis, which mean nothing in plain text.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek().is_some_and(char::is_ascii_punctuation) => {}
            '*' if letters.peek() == Some(&'*') => {
                letters.next();
            }
            letter => out.push(letter),
        }
    }
    html::one_line(&out)
}

/// What is affected, by product; its state is that of the incident while it lasts.
fn components(value: &Value) -> impl Iterator<Item = Component> + '_ {
    let state = if is_open(value) { severity(value).1 } else { ComponentState::Operational };
    list(value, "affected_products").iter().filter_map(move |product| {
        Some(Component { native_id: word(product, "id"), name: word(product, "title")?, before: None, state })
    })
}

fn post(value: &Value) -> Post {
    let text = word(value, "text").map(|text| plain(&text)).unwrap_or_default();
    let is_report = text.contains("Incident Report") && text.trim_start().starts_with('#');
    let phase = match word(value, "status").as_deref() {
        Some("AVAILABLE") if is_report => Phase::Postmortem,
        Some("AVAILABLE") => Phase::Resolved,
        Some(_) => Phase::Update,
        None => Phase::Unknown,
    };
    let created = time(value, "created");
    Post {
        // No id: the instant of writing is one.
        native_id: word(value, "created"),
        phase: Some(phase),
        text,
        shown_at: time(value, "when").or(created),
        posted_at: created,
        edited_at: time(value, "modified"),
        components: Vec::new(),
    }
}
