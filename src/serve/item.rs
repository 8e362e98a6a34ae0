//! The page of an item.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    Context, feed, pages,
    search::{kind_words, service_links},
};
use crate::{
    model::{Id, ItemKind, Timestamp, Verdict},
    render::{
        self, duration,
        view::{self, Fact, Frame, Judgement, When},
    },
    store::{ItemRow, Version},
    text::html::excerpt,
};

/// `/item/{id}`.
pub async fn page(State(context): State<Context>, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<Id>() else { return pages::not_found().await };
    let row = match context.store.item(id).await {
        Ok(Some(row)) if !row.item.hidden => row,
        Ok(_) => return pages::not_found().await,
        Err(error) => return pages::unavailable(&error),
    };
    let versions = match context.store.versions(id).await {
        Ok(versions) => versions,
        Err(error) => return pages::unavailable(&error),
    };
    pages::rendered(StatusCode::OK, render::pages::item(&view(&context, row, &versions)))
}

fn view(context: &Context, row: ItemRow, versions: &[Version]) -> view::Item {
    let now = context.clock.now();
    let display = if row.item.kind == ItemKind::StatusUpdate {
        crate::model::Display::Full
    } else {
        feed::display(context, &row.item.source)
    };
    let text = feed::shown(&row.item.text, display);
    let title = if row.item.title.is_empty() { excerpt(&row.item.text, 90) } else { row.item.title.clone() };
    view::Item {
        frame: Frame { title: format!("{title} · downwire"), feed: None, now },
        title,
        kind: kind_words(row.item.kind.as_str()),
        source: row.item.source.clone(),
        is_excerpt: text.len() < row.item.text.len(),
        text,
        original: row.item.url.clone(),
        language: row.item.language.clone(),
        facts: facts(&row, now),
        services: service_links(&row.verdict),
        judgement: judgement(&row.verdict),
        versions: versions.iter().map(|version| earlier(version, now)).collect(),
    }
}

fn facts(row: &ItemRow, now: Timestamp) -> Vec<Fact> {
    let published = if row.item.published_estimated { "Published (not said; first seen)" } else { "Published" };
    let mut facts = vec![instant(published, row.item.published_at, now)];
    facts.extend(
        row.item.updated_at.filter(|at| *at != row.item.published_at).map(|at| instant("Edited, it says", at, now)),
    );
    facts.push(instant("Known to downwire", row.item.received_at, now));
    facts.extend(row.edited_at.map(|at| instant("Seen changed", at, now)));
    facts.extend(row.item.author.iter().map(|author| Fact { name: "By".to_owned(), value: author.clone(), iso: None }));
    facts
}

/// An instant as a fact.
pub fn instant(name: &str, at: Timestamp, now: Timestamp) -> Fact {
    let value = format!("{} ({})", duration::stamp(at), duration::ago(at, now));
    Fact { name: name.to_owned(), value, iso: Some(at.to_string()) }
}

/// A verdict in words.
pub fn judgement(verdict: &Verdict) -> Judgement {
    let words = if verdict.outage { "about an outage" } else { "not about an outage" };
    Judgement {
        words: format!("{words} (weight {:.2})", verdict.score),
        outage: verdict.outage,
        why: verdict.why.clone(),
        version: verdict.version.clone(),
    }
}

/// What an earlier version said.
pub fn earlier(version: &Version, now: Timestamp) -> (When, String) {
    let field = |name: &str| version.record.get(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
    let said = field("title").or_else(|| field("text")).unwrap_or("(without words)");
    (When::new(version.replaced_at, now), excerpt(said, 300))
}
