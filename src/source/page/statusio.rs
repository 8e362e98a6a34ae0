//! Status.io: the public API (what is open), found by the id in the page's own markup, and the history page.
//!
//! Two tables of codes: `status` says how bad it is, `state` says which phase. Components repeat in every container (a
//! region), so their names carry it. Source: status-pages A4.

use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document, Step,
    common::{self, finish, impact_of, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    fold::phase,
    status_feed,
    value::{integer, line, list, plain, text, time, word},
};
use crate::{
    model::{Ask, Component, ComponentState, PageReport, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask},
    text::{dates, html},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::StatusIo,
    recognises: |document| {
        common::json(document, is_status)
            || page_id(document.text).is_some()
            || document.text.contains("statusio_incident_")
    },
    first,
    next,
    read,
};

/// The public API of every page.
const API: &str = "https://api.status.io/1.0/status/";

/// The page's id, once it was found.
const ID: &str = "page id";

/// The API's document where the id is known, else the page, which names it.
fn first(state: &SourceState) -> Ask {
    let address = state.address();
    if address.contains("/1.0/status/") || address.ends_with(".rss") {
        return ask(address.to_owned(), ACCEPT_JSON, state);
    }
    match state.cursor.get(ID) {
        Some(id) => ask(format!("{API}{id}"), ACCEPT_JSON, state),
        None => ask(address.to_owned(), "text/html", state),
    }
}

/// From the page to the API, and from what changed to the history.
fn next(step: &Step<'_>) -> Option<Ask> {
    let found = step.reading.cursor.get(ID);
    if let Some(id) = found {
        return Some(ask(format!("{API}{id}"), ACCEPT_JSON, step.state));
    }
    let id =
        step.asked.url.strip_prefix(API).or_else(|| step.asked.url.split_once("/1.0/status/").map(|(_, id)| id))?;
    let changed = step.outcome == crate::model::Outcome::Fresh;
    let root = step.state.address().trim_end_matches('/');
    let is_page = !root.contains("/1.0/status/");
    (changed && is_page)
        .then(|| Ask { is_extra: true, ..ask(format!("{root}/pages/history/{id}"), "text/html", step.state) })
}

fn is_status(value: &Value) -> bool {
    value.pointer("/result/status_overall").is_some()
}

/// The id in a page: 24 hexadecimal digits behind `statuspageId`.
fn page_id(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("statuspageId")?;
    let from = rest.find(|letter: char| letter.is_ascii_hexdigit())?;
    let id = rest.get(from..from + 24)?;
    (from < 20 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if let Some(value) = document.value() {
        if !is_status(value) {
            return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
        }
        return Ok(read_status(value, context));
    }
    let id = page_id(document.text);
    if id.is_none() && !document.text.contains("statusio_incident_") {
        return if document.is_xml() {
            status_feed::read(document, context)
        } else {
            Err(ReadError::OtherPage(common::name(&ADAPTER), html::excerpt(document.text, 40)))
        };
    }
    let mut reading = read_history(document.text, context);
    if let Some(id) = id {
        reading.cursor.insert(ID.to_owned(), id.to_owned());
    }
    Ok(reading)
}

/// How bad, by the code.
fn severity(code: Option<i64>) -> ComponentState {
    match code {
        Some(100) => ComponentState::Operational,
        Some(200) => ComponentState::UnderMaintenance,
        Some(300) => ComponentState::DegradedPerformance,
        Some(400) => ComponentState::PartialOutage,
        Some(500 | 600) => ComponentState::MajorOutage,
        _ => ComponentState::Unknown,
    }
}

fn read_status(value: &Value, context: Context<'_>) -> Reading {
    let result = value.get("result").unwrap_or(&Value::Null);
    // The API's own host is nobody's page.
    let own = context.base.filter(|base| !base.starts_with(API));
    let page = page(None, None, None, Context { base: own, ..context });
    let mut reading = Reading::default();
    finish_all(&mut reading, "incident", list(result, "incidents").iter().map(|one| draft(one, false)), &page, context);
    let planned = result.get("maintenance").unwrap_or(&Value::Null);
    for key in ["active", "upcoming"] {
        let drafts = list(planned, key).iter().map(|one| draft(one, true));
        finish_all(&mut reading, "maintenance", drafts, &page, context);
    }
    let components: Vec<Component> = list(result, "status").iter().flat_map(components).collect();
    let overall = severity(result.get("status_overall").and_then(|overall| integer(overall, "status_code")));
    finish(&mut reading, page, Some(PageReport { overall, components }));
    reading
}

/// A component, once for each of its containers where it has several.
fn components(value: &Value) -> Vec<Component> {
    let name = line(value, "name");
    let containers = list(value, "containers");
    if containers.len() < 2 {
        let state = severity(integer(value, "status_code"));
        return vec![Component { native_id: word(value, "id"), name, before: None, state }];
    }
    let each = containers.iter().map(|container| Component {
        native_id: word(container, "id").zip(word(value, "id")).map(|(container, id)| format!("{id}/{container}")),
        name: format!("{} / {name}", line(container, "name")),
        before: None,
        state: severity(integer(container, "status_code")),
    });
    each.collect()
}

fn draft(value: &Value, is_maintenance: bool) -> Result<Draft, String> {
    let updates: Vec<Post> = list(value, "messages").iter().map(|message| post(message, is_maintenance)).collect();
    let worst = list(value, "messages").iter().map(|message| severity(integer(message, "status")));
    let affected = list(value, "components_affected").iter().filter_map(|one| {
        let state = ComponentState::Unknown;
        Some(Component { native_id: word(one, "_id"), name: word(one, "name")?, before: None, state })
    });
    let is_closed = word(value, "datetime_close").is_some();
    let over = if is_maintenance { Phase::Completed } else { Phase::Resolved };
    let start = time(value, "datetime_planned_start");
    Ok(Draft {
        native_id: word(value, "_id").unwrap_or_default(),
        title: line(value, "name"),
        is_maintenance,
        impact: if is_maintenance { None } else { ComponentState::worst(worst).and_then(impact_of) },
        phase: is_closed.then_some(over),
        first_post_at: time(value, "datetime_open"),
        resolved_at: time(value, "datetime_close"),
        scheduled_for: start,
        scheduled_until: time(value, "datetime_planned_end"),
        components: affected.collect(),
        updates,
        ..Draft::default()
    })
}

/// One message; its `state` is the phase. A maintenance counts the same codes: what is being looked at is announced.
fn post(value: &Value, is_maintenance: bool) -> Post {
    let phase = match (integer(value, "state"), is_maintenance) {
        (Some(100), false) => Some(Phase::Investigating),
        (Some(200), false) => Some(Phase::Identified),
        (Some(300), false) => Some(Phase::Monitoring),
        (Some(400), false) => Some(Phase::Resolved),
        (Some(100), true) => Some(Phase::Scheduled),
        (Some(200), true) => Some(Phase::InProgress),
        (Some(300), true) => Some(Phase::Verifying),
        (Some(400), true) => Some(Phase::Completed),
        _ => None,
    };
    Post { phase, text: text(value, "details"), shown_at: time(value, "datetime"), ..Post::default() }
}

/// The history page: each incident with its messages, stamped in the page's zone and in UTC.
fn read_history(text: &str, context: Context<'_>) -> Reading {
    let document = Html::parse_document(text);
    let title = select(document.root_element(), "title").next().map(|title| html::one_line(&title.inner_html()));
    let page = page(None, None, title, context);
    let mut reading = Reading::default();
    let found: Vec<_> = select(document.root_element(), "div.incident[id^=statusio_incident_]").map(history).collect();
    finish_all(&mut reading, "incident", found, &page, context);
    reading.about.title.clone_from(&page.name);
    reading.page = Some(page);
    reading
}

fn select<'a>(element: ElementRef<'a>, path: &str) -> impl Iterator<Item = ElementRef<'a>> + use<'a> {
    let found: Vec<ElementRef<'a>> =
        Selector::parse(path).map(|selector| element.select(&selector).collect()).unwrap_or_default();
    found.into_iter()
}

fn words(element: ElementRef<'_>, path: &str) -> String {
    select(element, path).next().map(|found| plain(&found.inner_html())).unwrap_or_default()
}

fn history(element: ElementRef<'_>) -> Result<Draft, String> {
    let id = element.value().attr("id").unwrap_or_default().trim_start_matches("statusio_incident_").to_owned();
    let link = select(element, ".panel-title a").next();
    let severity = match words(element, ".status_description").to_lowercase().as_str() {
        "degraded performance" => ComponentState::DegradedPerformance,
        "partial service disruption" => ComponentState::PartialOutage,
        "service disruption" | "security event" => ComponentState::MajorOutage,
        "planned maintenance" => ComponentState::UnderMaintenance,
        _ => ComponentState::Unknown,
    };
    let times: Vec<String> = select(element, ".incident_time").map(|one| plain(&one.inner_html())).collect();
    let phases: Vec<String> = select(element, ".incident_update_status").map(|one| plain(&one.inner_html())).collect();
    let texts: Vec<String> = select(element, ".incident_message_details").map(|one| plain(&one.inner_html())).collect();
    let posts = texts.into_iter().enumerate().map(|(at, text)| Post {
        phase: phases.get(at).and_then(|word| phase(word)),
        text,
        shown_at: times.get(at).and_then(|stamp| stamp.lines().rev().find_map(dates::instant)),
        ..Post::default()
    });
    let names = words(element, ".incident_section");
    let components = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| Component {
        native_id: None,
        name: name.to_owned(),
        before: None,
        state: ComponentState::Unknown,
    });
    let is_maintenance = severity == ComponentState::UnderMaintenance;
    Ok(Draft {
        native_id: id,
        title: link.map(|link| html::one_line(&html::to_text(&link.inner_html()))).unwrap_or_default(),
        url: link.and_then(|link| link.value().attr("href")).map(str::to_owned),
        is_maintenance,
        impact: impact_of(severity),
        components: components.collect(),
        updates: posts.collect(),
        ..Draft::default()
    })
}
