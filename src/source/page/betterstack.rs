//! Better Stack: `index.json`, in the shape of JSON:API, and its feed.
//!
//! Any path answers 200, so the type of the document is looked at. Reports that a person wrote have no end even when they
//! are over; updates come in any order, and references may lead nowhere. Phases are not given: they follow from the state
//! of what is affected. The feed has pairs of "went down" and "recovered" under one guid. Source: status-pages A5.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    common::{self, below, finish, impact_of, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    status_feed,
    value::{integer, line, list, text, time, word},
};
use crate::{
    model::{Ask, Component, ComponentDay, ComponentState, Outcome, PageReport, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::BetterStack,
    recognises: |document| {
        common::json(document, is_page) || document.is_xml() && status_feed::has_pairs(document.text)
    },
    first,
    next,
    read,
};

const INDEX: &str = "/index.json";

fn first(state: &SourceState) -> Ask {
    below(state, INDEX, ACCEPT_JSON, &[".json", ".rss"])
}

/// The feed knows what monitors saw, which the index does not.
fn next(step: &Step<'_>) -> Option<Ask> {
    let root = step.asked.url.strip_suffix(INDEX)?;
    let feed = format!("{root}/feed.rss");
    (step.outcome == Outcome::Fresh).then(|| Ask { is_extra: true, ..ask(feed, "application/rss+xml", step.state) })
}

fn is_page(value: &Value) -> bool {
    value.pointer("/data/type").and_then(Value::as_str) == Some("status_page")
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if document.is_xml() {
        return status_feed::read(document, context);
    }
    let value = document.json()?;
    if !is_page(value) {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let included = Included::of(value);
    let about = value.pointer("/data/attributes").unwrap_or(&Value::Null);
    let domain = word(about, "custom_domain").map(|host| format!("https://{host}/"));
    let page = page(
        value.pointer("/data/id").and_then(super::value::as_word),
        domain.as_deref(),
        word(about, "company_name"),
        context,
    );
    let mut reading = Reading::default();
    let reports = list(value, "included").iter().filter(|one| word(one, "type").as_deref() == Some("status_report"));
    finish_all(&mut reading, "report", reports.map(|report| draft(report, &included, context)), &page, context);
    reading.days = included.resources().flat_map(|(_, resource)| days(resource, &included)).collect();
    let components: Vec<Component> =
        included.resources().filter_map(|(_, resource)| included.component(resource)).collect();
    let overall = common::state(&word(about, "aggregate_state").unwrap_or_default());
    finish(&mut reading, page, Some(PageReport { overall, components }));
    Ok(reading)
}

/// What hangs on a page, by type and id.
struct Included<'a>(HashMap<(String, String), &'a Value>);

impl<'a> Included<'a> {
    fn of(value: &'a Value) -> Self {
        let key = |one: &Value| Some((word(one, "type")?, word(one, "id")?));
        Self(list(value, "included").iter().filter_map(|one| Some((key(one)?, one))).collect())
    }

    fn get(&self, kind: &str, id: &str) -> Option<&'a Value> {
        self.0.get(&(kind.to_owned(), id.to_owned())).copied()
    }

    /// The resources of the page, in the order of their ids.
    fn resources(&self) -> impl Iterator<Item = (&str, &'a Value)> {
        let mut found: Vec<(&str, &Value)> = self
            .0
            .iter()
            .filter(|((kind, _), _)| kind == "status_page_resource")
            .map(|((_, id), one)| (id.as_str(), *one))
            .collect();
        found.sort_by_key(|(id, _)| (id.len(), *id));
        found.into_iter()
    }

    /// A resource's name, with its section in front where there are several.
    fn name(&self, resource: &Value) -> Option<String> {
        let about = resource.get("attributes")?;
        let name = line(about, "public_name");
        let section = word(about, "status_page_section_id").and_then(|id| self.get("status_page_section", &id));
        let section = section.map(|section| line(section.get("attributes").unwrap_or(&Value::Null), "name"));
        let named = |section: String| {
            if section == name || section.is_empty() { name.clone() } else { format!("{section} / {name}") }
        };
        Some(section.map_or_else(|| name.clone(), named)).filter(|name| !name.is_empty())
    }

    fn component(&self, resource: &Value) -> Option<Component> {
        let state = common::state(&word(resource.get("attributes")?, "status")?);
        Some(Component { native_id: word(resource, "id"), name: self.name(resource)?, before: None, state })
    }

    /// What a report or an update says of resources.
    fn affected(&self, about: &Value) -> Vec<Component> {
        let affected = list(about, "affected_resources").iter().filter_map(|one| {
            let id = word(one, "status_page_resource_id")?;
            let name = self.get("status_page_resource", &id).and_then(|resource| self.name(resource));
            let state = common::state(&word(one, "status").unwrap_or_default());
            Some(Component { name: name.unwrap_or_else(|| id.clone()), native_id: Some(id), before: None, state })
        });
        affected.collect()
    }
}

fn draft(report: &Value, included: &Included<'_>, context: Context<'_>) -> Result<Draft, String> {
    let about = report.get("attributes").ok_or_else(|| "a report without attributes".to_owned())?;
    let is_maintenance = word(about, "report_type").as_deref() == Some("maintenance");
    let is_over = word(about, "aggregate_state").as_deref() == Some("resolved");
    let ids =
        report.pointer("/relationships/status_updates/data").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let updates = ids.iter().filter_map(|one| included.get("status_update", &word(one, "id")?));
    let mut posts: Vec<Post> = updates.map(|update| post(update, included)).collect();
    posts.sort_by_key(|post| post.shown_at);
    let components = included.affected(about);
    let states = posts.iter().flat_map(|post| post.components.iter().map(|component| component.state));
    let impact =
        ComponentState::worst(states.chain(components.iter().map(|component| component.state))).and_then(impact_of);
    name_phases(&mut posts, is_maintenance, is_over);
    let (starts_at, ends_at) = (time(about, "starts_at"), time(about, "ends_at"));
    Ok(Draft {
        native_id: word(report, "id").unwrap_or_default(),
        title: line(about, "title"),
        url: word(report, "id").map(|id| format!("/incident/{id}")),
        is_maintenance,
        impact: if is_maintenance { None } else { impact },
        phase: match (is_over, is_maintenance) {
            (true, true) => Some(Phase::Completed),
            (true, false) => Some(Phase::Resolved),
            (false, true) if starts_at.is_some_and(|at| at > context.now) => Some(Phase::Scheduled),
            (false, true) => Some(Phase::InProgress),
            (false, false) => None,
        },
        started_at: starts_at,
        resolved_at: ends_at.or_else(|| posts.last().and_then(|post| post.shown_at)),
        scheduled_for: starts_at.filter(|_| is_maintenance),
        scheduled_until: ends_at.filter(|_| is_maintenance),
        components,
        updates: posts,
        ..Draft::default()
    })
}

/// The first post opens, the last one of what is over ends.
fn name_phases(posts: &mut [Post], is_maintenance: bool, is_over: bool) {
    let (opens, ends) =
        if is_maintenance { (Phase::Scheduled, Phase::Completed) } else { (Phase::Investigating, Phase::Resolved) };
    for post in posts.iter_mut() {
        post.phase = Some(Phase::Update);
    }
    if let Some(first) = posts.first_mut() {
        first.phase = Some(opens);
    }
    if let Some(last) = posts.last_mut().filter(|_| is_over) {
        last.phase = Some(ends);
    }
}

fn post(update: &Value, included: &Included<'_>) -> Post {
    let about = update.get("attributes").unwrap_or(&Value::Null);
    Post {
        native_id: word(update, "id"),
        text: text(about, "message"),
        shown_at: time(about, "published_at"),
        components: included.affected(about),
        ..Post::default()
    }
}

/// What became of the days of a resource.
fn days(resource: &Value, included: &Included<'_>) -> Vec<ComponentDay> {
    let about = resource.get("attributes").unwrap_or(&Value::Null);
    let Some(component) = included.name(resource) else { return Vec::new() };
    let day = |one: &Value| {
        let down = u32::try_from(integer(one, "downtime_duration").unwrap_or(0)).unwrap_or(0);
        let is_partial = common::state(&word(one, "status")?) == ComponentState::DegradedPerformance;
        Some(ComponentDay {
            native_id: word(resource, "id"),
            component: component.clone(),
            day: word(one, "day")?.parse().ok()?,
            partial_s: if is_partial { down } else { 0 },
            major_s: if is_partial { 0 } else { down },
            maintenance_s: u32::try_from(integer(one, "maintenance_duration").unwrap_or(0)).unwrap_or(0),
        })
    };
    list(about, "status_history").iter().filter_map(day).collect()
}
