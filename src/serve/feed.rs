//! `/feed.rss?q=…`, `/feed.atom`, `/feed.json`: any search as a feed, and `/service/{slug}/feed.rss`: any service.

use axum::{
    extract::{Path, Query as Parameters, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    Context, pages,
    search::{Asked, feed_href, find, for_readers, href},
};
use crate::{
    model::{Display, Query},
    render::{
        atom, json_feed,
        rss::{self, Channel, Entry},
    },
    search::{Order, Window},
    store::Row,
    text::html::excerpt,
};

/// Entries of a feed (protocols C1).
const ENTRIES: usize = 50;

/// Longest excerpt, in characters (invariant 12).
pub const EXCERPT: usize = 300;

/// A form that a feed is given in.
#[derive(Debug, Clone, Copy)]
struct Form {
    /// Its address.
    path: &'static str,
    /// Its type.
    kind: &'static str,
    /// From a channel to bytes.
    write: fn(&Channel) -> std::io::Result<String>,
}

const RSS: Form = Form { path: "/feed.rss", kind: "application/rss+xml; charset=utf-8", write: rss::write };
const ATOM: Form = Form { path: "/feed.atom", kind: "application/atom+xml; charset=utf-8", write: atom::write };
const JSON: Form = Form {
    path: "/feed.json",
    kind: "application/feed+json; charset=utf-8",
    write: |channel| Ok(json_feed::write(channel)),
};

type Asking = Result<Parameters<Asked>, QueryRejection>;

/// The newest hits of a query as RSS.
pub async fn rss(State(context): State<Context>, asked: Asking) -> Response {
    search_feed(&context, asked, RSS).await
}

/// The newest hits of a query as Atom.
pub async fn atom(State(context): State<Context>, asked: Asking) -> Response {
    search_feed(&context, asked, ATOM).await
}

/// The newest hits of a query as JSON Feed.
pub async fn json(State(context): State<Context>, asked: Asking) -> Response {
    search_feed(&context, asked, JSON).await
}

/// A service's feed as RSS.
pub async fn service_rss(State(context): State<Context>, Path(slug): Path<String>) -> Response {
    service_feed(&context, &slug, RSS).await
}

/// A service's feed as Atom.
pub async fn service_atom(State(context): State<Context>, Path(slug): Path<String>) -> Response {
    service_feed(&context, &slug, ATOM).await
}

/// A service's feed as JSON Feed.
pub async fn service_json(State(context): State<Context>, Path(slug): Path<String>) -> Response {
    service_feed(&context, &slug, JSON).await
}

async fn service_feed(context: &Context, slug: &str, form: Form) -> Response {
    let Some(service) = super::service::named(context, slug) else { return pages::not_found().await };
    let path = super::service::href(&service.name);
    let subject = Subject {
        name: service.name.clone(),
        told: format!("What downwire found about {}.", service.name),
        own: format!("{path}{}", form.path),
        page: path,
    };
    feed(context, &super::service::query(service), &subject, form).await
}

/// What a feed is of.
struct Subject {
    name: String,
    told: String,
    /// Path of the feed.
    own: String,
    /// Path of the page for people.
    page: String,
}

async fn search_feed(context: &Context, asked: Asking, form: Form) -> Response {
    let text = asked.map(|Parameters(asked)| asked.q).unwrap_or_default().trim().to_owned();
    let query = match Query::parse(&text, context.clock.now()) {
        Ok(query) => context.catalogue.canonical(query),
        Err(error) => {
            return (StatusCode::BAD_REQUEST, format!("this query cannot be understood: {error}\n")).into_response();
        }
    };
    let subject = Subject {
        name: if text.is_empty() { "everything".to_owned() } else { text.clone() },
        told: format!("What downwire found: {query}."),
        own: feed_href(form.path, &text),
        page: href(&text),
    };
    feed(context, &query, &subject, form).await
}

async fn feed(context: &Context, query: &Query, subject: &Subject, form: Form) -> Response {
    let window = Window { after: None, limit: ENTRIES, order: Order::Newest };
    let rows = match find(context, &for_readers(query.clone()), window).await {
        Ok((_, rows)) => rows,
        Err(error) => return pages::unavailable(&error),
    };
    let absolute = |path: &str| context.public_url.join(path).map_or(path.to_owned(), String::from);
    let channel = Channel {
        title: format!("downwire: {}", subject.name),
        description: subject.told.clone(),
        link: absolute(&subject.page),
        own: absolute(&subject.own),
        entries: rows.iter().map(|row| entry(row, context)).collect(),
    };
    match (form.write)(&channel) {
        Ok(body) => {
            let headers = [
                (header::CONTENT_TYPE, form.kind),
                (header::CACHE_CONTROL, "public, max-age=60, stale-while-revalidate=300"),
                (header::HeaderName::from_static("x-robots-tag"), "noindex"),
            ];
            (headers, body).into_response()
        }
        Err(error) => pages::unavailable(&error),
    }
}

/// An entry: the title is the item's, the link its page at the source, the text what may be shown of it.
fn entry(row: &Row, context: &Context) -> Entry {
    let ours = |path: String| context.public_url.join(&path).map_or(path, String::from);
    match row {
        Row::Item(row) => Entry {
            title: if row.item.title.is_empty() { excerpt(&row.item.text, 90) } else { row.item.title.clone() },
            link: row.item.url.clone().unwrap_or_else(|| ours(format!("/item/{}", row.item.id))),
            id: format!("downwire:item:{}", row.item.id),
            text: shown(&row.item.text, display(context, &row.item.source)),
            at: row.item.published_at,
            updated: row.edited_at.unwrap_or(row.item.published_at),
            categories: row.verdict.service_names(),
            source: row.item.source.clone(),
        },
        Row::Incident(row) => Entry {
            title: format!("{} ({})", row.incident.title, super::incident::phase_words(row.incident.phase)),
            link: ours(format!("/incident/{}", row.id)),
            id: format!("downwire:incident:{}", row.id),
            text: row.incident.text(),
            at: row.at,
            updated: row.incident.last_update_at.unwrap_or(row.at),
            categories: row.verdict.service_names(),
            source: row.incident.source.clone(),
        },
    }
}

/// How much of a source's text may be shown.
pub fn display(context: &Context, source: &str) -> Display {
    context.sources.iter().find(|spec| spec.name == source).map(|spec| spec.display).unwrap_or_default()
}

/// The text as far as it may be shown.
pub fn shown(text: &str, display: Display) -> String {
    match display {
        Display::Full => text.to_owned(),
        Display::Excerpt => excerpt(text, EXCERPT),
    }
}
