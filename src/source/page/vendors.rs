//! Pages of single vendors in formats of their own: Alibaba Cloud, Tencent Cloud, Flashcat (DeepSeek), and plain lists of
//! incidents in the usual words.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, finish, impact, no_more, page},
    document::shape,
    draft::{Draft, Post, finish_all},
    fold::phase,
    value::{line, list, text, time, word},
};
use crate::{
    model::{Component, Phase, SourceKind, SourceState, id::digest},
    source::{Context, ReadError, Reading, ask},
};

/// JSON of any of them, at the address that is named.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::StatusJson,
    recognises: |document| common::json(document, |value| shape_of(value).is_some()),
    first: |state: &SourceState| ask(state.address().to_owned(), ACCEPT_JSON, state),
    next: no_more,
    read,
};

/// The shapes that are known.
enum Shape<'a> {
    /// A list of incidents: each has a name, and a start or dated updates.
    Plain(&'a [Value]),
    /// `data[]` with `eventType`.
    Alibaba(&'a [Value]),
    /// `Response.Data.CategoryList[].ProductList[]`.
    Tencent(&'a [Value]),
    /// `data.page` and `data.active_changes`.
    Flashcat(&'a Value),
}

fn shape_of(value: &Value) -> Option<Shape<'_>> {
    let is_plain = |one: &Value| {
        let has = |key: &str| one.get(key).is_some();
        let is_dated = list(one, "updates").iter().any(|update| update.get("date").is_some());
        let is_others = ["incident_updates", "created_at", "published_at", "page_id"].iter().any(|key| has(key));
        (has("name") || has("title")) && (has("started_at") || is_dated) && !is_others
    };
    let plain = value.as_array().map(Vec::as_slice).or_else(|| Some(list(value, "incidents")));
    if let Some(incidents) = plain.filter(|list| list.iter().any(is_plain)) {
        return Some(Shape::Plain(incidents));
    }
    if list(value, "data").iter().any(|one| one.get("eventType").is_some() && one.get("startTime").is_some()) {
        return Some(Shape::Alibaba(list(value, "data")));
    }
    if let Some(categories) = value.pointer("/Response/Data/CategoryList").and_then(Value::as_array) {
        return Some(Shape::Tencent(categories));
    }
    value
        .get("data")
        .filter(|data| data.get("active_changes").is_some() && data.get("page").is_some())
        .map(Shape::Flashcat)
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let mut reading = Reading::default();
    match shape_of(value) {
        Some(Shape::Plain(incidents)) => {
            let link = incidents.iter().find_map(|one| word(one, "url"));
            let page = page(None, link.as_deref(), None, context);
            finish_all(&mut reading, "incident", incidents.iter().map(plain), &page, context);
            finish(&mut reading, page, None);
        }
        Some(Shape::Alibaba(events)) => {
            let page = page(None, Some("https://status.alibabacloud.com/"), Some("Alibaba Cloud".to_owned()), context);
            finish_all(&mut reading, "event", events.iter().map(alibaba), &page, context);
            finish(&mut reading, page, None);
        }
        Some(Shape::Tencent(categories)) => {
            let page = page(None, Some("https://status.cloud.tencent.com/"), Some("Tencent Cloud".to_owned()), context);
            let products = categories.iter().flat_map(|one| list(one, "ProductList"));
            let components = products.filter_map(|product| {
                let state = common::state(&word(product, "CurrentStatus")?);
                Some(Component {
                    native_id: word(product, "ProductId"),
                    name: word(product, "ProductName")?,
                    before: None,
                    state,
                })
            });
            finish(&mut reading, page, common::report(components.collect()));
        }
        Some(Shape::Flashcat(data)) => {
            let about = data.get("page").unwrap_or(&Value::Null);
            let host = word(about, "custom_domain").map(|host| format!("https://{host}/"));
            let page = page(word(about, "page_id"), host.as_deref(), word(about, "name"), context);
            finish_all(&mut reading, "change", list(data, "active_changes").iter().map(flashcat), &page, context);
            finish(&mut reading, page, None);
        }
        None => return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value))),
    }
    Ok(reading)
}

/// An incident in the usual words.
fn plain(value: &Value) -> Result<Draft, String> {
    let title =
        ["name", "title"].iter().map(|key| line(value, key)).find(|title| !title.is_empty()).unwrap_or_default();
    let posts: Vec<Post> = list(value, "updates")
        .iter()
        .map(|update| Post {
            native_id: word(update, "id"),
            phase: word(update, "status").and_then(|status| phase(&status)),
            text: ["content", "body", "message"]
                .iter()
                .map(|key| text(update, key))
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            shown_at: ["date", "created_at", "time"].iter().find_map(|key| time(update, key)),
            ..Post::default()
        })
        .collect();
    let first = posts.iter().filter_map(|post| post.shown_at).min();
    let started_at = time(value, "started_at").or(first);
    // Without an id, title and start are one.
    let made = || digest(&[title.as_bytes(), started_at.map(|at| at.to_string()).unwrap_or_default().as_bytes()]);
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_else(|| made().get(..16).unwrap_or_default().to_owned()),
        url: word(value, "url"),
        impact: impact(value, "impact"),
        phase: word(value, "status").and_then(|status| phase(&status)),
        started_at,
        resolved_at: time(value, "resolved_at"),
        last_update_at: time(value, "updated_at"),
        updates: posts,
        title,
        ..Draft::default()
    })
}

/// `[Incident (Recovered)] …`.
fn alibaba(value: &Value) -> Result<Draft, String> {
    let title = line(value, "title");
    let (label, words) = title.strip_prefix('[').and_then(|rest| rest.split_once(']')).unwrap_or(("", &title));
    let is_over = label.contains("Recovered") || label.contains("已恢复");
    Ok(Draft {
        native_id: word(value, "id").unwrap_or_default(),
        title: words.trim().to_owned(),
        is_maintenance: label.to_lowercase().contains("maintenance"),
        phase: Some(if is_over { Phase::Resolved } else { Phase::Investigating }),
        started_at: time(value, "startTime"),
        resolved_at: time(value, "endTime"),
        last_update_at: time(value, "lastUpdateTime"),
        ..Draft::default()
    })
}

fn flashcat(value: &Value) -> Result<Draft, String> {
    let started_at = ["start_at_seconds", "created_at_seconds"].iter().find_map(|key| time(value, key));
    Ok(Draft {
        native_id: word(value, "change_id").unwrap_or_default(),
        title: line(value, "title"),
        is_maintenance: word(value, "type").as_deref() == Some("maintenance"),
        phase: word(value, "status").and_then(|status| phase(&status)),
        started_at,
        ..Draft::default()
    })
}
