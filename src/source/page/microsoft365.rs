//! Microsoft 365's public posts, `status.cloud.microsoft/api/posts/…`: one post (or ten) that says how it is now.
//!
//! `LastUpdatedTime` is the time of the request and says nothing. A wrong address answers with a page for people.
//! Source: status-pages A9.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    document::shape,
    draft::{Draft, Post, finish_all},
    value::{line, text, time, word},
};
use crate::{
    model::{Ask, Component, ComponentState, PageIdentity, PageReport, Phase, SourceKind, SourceState, id::digest},
    source::{Context, ReadError, Reading, ask},
    text::urls,
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Microsoft365,
    recognises: |document| document.value().is_some_and(|value| posts(value).is_some_and(|posts| !posts.is_empty())),
    first,
    next: |_| None,
    read,
};

/// Below the root, unless the address names a post itself.
const POSTS: &str = "/api/posts/mac";

fn first(state: &SourceState) -> Ask {
    let address = state.address().trim_end_matches('/');
    let url = if address.contains("/api/posts/") { address.to_owned() } else { format!("{address}{POSTS}") };
    ask(url, ACCEPT_JSON, state)
}

/// The posts of a document: one, or a list of them.
fn posts(value: &Value) -> Option<Vec<&Value>> {
    let is_post = |value: &Value| ["AuthoredDateTime", "Status", "Message"].iter().all(|key| value.get(key).is_some());
    match value {
        Value::Array(list) if list.iter().all(is_post) => Some(list.iter().collect()),
        one if is_post(one) => Some(vec![one]),
        _ => None,
    }
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let Some(posts) = posts(value) else { return Err(ReadError::OtherPage("Microsoft 365", shape(value))) };
    let host = context.base.and_then(urls::host_and_port).unwrap_or_else(|| "status.cloud.microsoft".to_owned());
    let page = PageIdentity { id: None, host: Some(host), name: Some("Microsoft 365".to_owned()) };
    let mut reading = Reading::default();
    // That all is well is no incident.
    let told =
        posts.iter().filter(|post| !line(post, "Title").is_empty() || state(post) != ComponentState::Operational);
    finish_all(&mut reading, "post", told.map(|post| draft(post)), &page, context);
    let components: Vec<Component> = posts.iter().filter_map(|post| component(post)).collect();
    let worst = ComponentState::worst(posts.iter().map(|post| state(post)));
    reading.report = worst.map(|overall| PageReport { overall, components });
    reading.about.title.clone_from(&page.name);
    reading.page = Some(page);
    Ok(reading)
}

fn state(post: &Value) -> ComponentState {
    match word(post, "Status").unwrap_or_default().to_lowercase().as_str() {
        "available" | "operational" | "service restored" => ComponentState::Operational,
        "service degradation" | "degraded" => ComponentState::DegradedPerformance,
        "service interruption" | "unavailable" => ComponentState::MajorOutage,
        _ => ComponentState::Unknown,
    }
}

fn component(post: &Value) -> Option<Component> {
    let name = word(post, "ServiceDisplayName")?;
    Some(Component { native_id: word(post, "ServiceWorkloadName"), name, before: None, state: state(post) })
}

fn draft(post: &Value) -> Result<Draft, String> {
    let (title, authored) = (line(post, "Title"), word(post, "AuthoredDateTime").unwrap_or_default());
    let service = line(post, "ServiceDisplayName");
    let text = text(post, "Message");
    let title = if title.is_empty() { crate::text::html::excerpt(&text, 120) } else { title };
    let phase = match state(post) {
        ComponentState::Operational => Phase::Resolved,
        ComponentState::Unknown => Phase::Unknown,
        _ => Phase::Investigating,
    };
    let update = Post { phase: Some(phase), text, shown_at: time(post, "AuthoredDateTime"), ..Post::default() };
    Ok(Draft {
        // No id: service and the time of writing are one.
        native_id: digest(&[service.as_bytes(), authored.as_bytes()]).get(..16).unwrap_or_default().to_owned(),
        title,
        components: component(post).into_iter().collect(),
        updates: vec![update],
        ..Draft::default()
    })
}
