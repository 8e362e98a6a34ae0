//! The front page and the search.

use axum::{
    extract::{Query as Parameters, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::{Context, facets, figures::Trouble, pages};
use crate::{
    model::{
        Cursor, Hits, Query, QueryError, Timestamp,
        query::{Condition, Field, Value},
    },
    render::{
        self,
        view::{self, Frame, Piece, ServiceLink, When, pieces},
    },
    search::{Order, Window},
    store::{ItemRow, Row, StoreError},
    text::{html::excerpt, snippet::snippet},
};

/// Hits of a page.
const PAGE: usize = 20;

/// Longest snippet, in characters (invariant 12).
const SNIPPET: usize = 280;

/// What a search may carry. All of it is text, so that nonsense is answered and not refused.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The query.
    #[serde(default)]
    pub q: String,
    /// The place to go on from, as an earlier page gave it.
    #[serde(default)]
    pub from: String,
    /// `best` for the most relevant first; anything else is newest first.
    #[serde(default)]
    pub sort: String,
}

/// A list of hits: what it asks, and how its neighbours are addressed.
pub struct Listing<'a> {
    /// The query as it was written.
    pub text: &'a str,
    /// As it was understood.
    pub query: &'a Query,
    /// Its order.
    pub order: Order,
}

impl Listing<'_> {
    /// The first page of another query in the same order.
    pub fn href(&self, query: &Query) -> String {
        address(&query.written(), self.order, None)
    }
}

/// `/`: the newest of everything.
pub async fn front(State(context): State<Context>) -> Response {
    answer(&context, &Asked::default()).await
}

/// `/search?q=…&sort=…&from=…`.
pub async fn page(State(context): State<Context>, asked: Result<Parameters<Asked>, QueryRejection>) -> Response {
    answer(&context, &asked.map(|Parameters(asked)| asked).unwrap_or_default()).await
}

/// The query as readers mean it: what repeats another source is left out, unless it or a source is asked for.
pub fn for_readers(query: Query) -> Query {
    let asks = ["source", "copy"].iter().any(|field| query.asks(field));
    match Field::find("copy").filter(|_| !asks) {
        Some(copy) => query.and(Condition::Field(copy, Value::Flag(false))),
        None => query,
    }
}

/// What a query finds, as hits with their rows. A hit whose row is gone is left out.
pub async fn find(context: &Context, query: &Query, window: Window) -> Result<(Hits, Vec<Row>), Trouble> {
    let (search, query) = (context.search.clone(), query.clone());
    let hits = tokio::task::spawn_blocking(move || search.search(&query, window)).await??;
    let ids: Vec<_> = hits.hits.iter().map(|hit| hit.id).collect();
    let mut rows = context.store.rows(&ids).await?;
    let rows = ids.iter().filter_map(|id| rows.remove(id)).collect();
    Ok((hits, rows))
}

async fn answer(context: &Context, asked: &Asked) -> Response {
    let now = context.clock.now();
    let text = asked.q.trim();
    let query = match Query::parse(text, now) {
        Ok(query) => context.catalogue.canonical(query),
        Err(error) => {
            let page = empty_page(text, Some(fault(text, &error)), now);
            return pages::rendered(StatusCode::BAD_REQUEST, render::pages::search(&page));
        }
    };
    let order = if asked.sort == "best" { Order::Best } else { Order::Newest };
    let listing = Listing { text, query: &query, order };
    let shown = for_readers(query.clone());
    // Nonsense for a place begins at the top.
    let window = Window { after: asked.from.trim().parse().ok(), limit: PAGE, order };
    let (hits, rows) = match find(context, &shown, window).await {
        Ok(found) => found,
        Err(error) => return pages::unavailable(&error),
    };
    let found_rows = match hits_of(context, &rows, &query, now).await {
        Ok(found) => found,
        Err(error) => return pages::unavailable(&error),
    };
    // Counting the archive takes time; it is only told to who found nothing.
    let (archive, is_empty) = match rows.is_empty() {
        false => (String::new(), false),
        true => match archive_words(context).await {
            Ok(words) => words,
            Err(error) => return pages::unavailable(&error),
        },
    };
    let page = view::Search {
        understood: (!text.is_empty()).then(|| query.to_string()),
        found: found_rows,
        total: total(hits.total, order),
        first: window.after.map(|_| address(text, order, None)),
        next: hits.next.map(|next| address(text, order, Some(next))),
        other_order: other_order(&listing),
        archive,
        is_empty,
        ..empty_page(text, None, now)
    };
    let page = match overview(context, &listing, now).await {
        Ok((facets, histogram)) => view::Search { facets, histogram, ..page },
        Err(error) => return pages::unavailable(&error),
    };
    pages::rendered(StatusCode::OK, render::pages::search(&page))
}

/// Facets and histogram of everything that the search finds.
async fn overview(
    context: &Context,
    listing: &Listing<'_>,
    now: Timestamp,
) -> Result<(Vec<view::Facet>, Option<view::HistogramView>), Trouble> {
    let (search, query) = (context.search.clone(), for_readers(listing.query.clone()));
    let overview = tokio::task::spawn_blocking(move || search.overview(&query, facets::MOST)).await??;
    Ok((facets::facets(context, listing, &overview), facets::histogram(listing, &overview.histogram, now)))
}

/// The same search in the other order. Without words nothing is better than anything else.
fn other_order(listing: &Listing<'_>) -> Option<(&'static str, String)> {
    match listing.order {
        Order::Best => Some(("newest first", address(listing.text, Order::Newest, None))),
        Order::Newest if listing.query.words().is_empty() => None,
        Order::Newest => Some(("best match first", address(listing.text, Order::Best, None))),
    }
}

fn empty_page(text: &str, fault: Option<view::Fault>, now: Timestamp) -> view::Search {
    let title = if text.is_empty() { "downwire: what is down?".to_owned() } else { format!("{text} · downwire") };
    let query = if text.is_empty() { String::new() } else { format!("?q={}", encoded(text)) };
    let feed = fault.is_none().then_some(view::FeedLinks { path: String::new(), query });
    view::Search {
        frame: Frame { title, feed, now },
        query: text.to_owned(),
        understood: None,
        fault,
        found: Vec::new(),
        total: String::new(),
        first: None,
        next: None,
        other_order: None,
        facets: Vec::new(),
        histogram: None,
        archive: String::new(),
        is_empty: false,
    }
}

/// The query cut at its fault.
fn fault(text: &str, error: &QueryError) -> view::Fault {
    let at = text.char_indices().nth(error.at).map_or(text.len(), |(at, _)| at);
    view::Fault { message: error.message.clone(), before: text[..at].to_owned(), from: text[at..].to_owned() }
}

fn total(total: usize, order: Order) -> String {
    let order = if order == Order::Best { "best match first" } else { "newest first" };
    format!("{total} found, {order}")
}

/// How full the archive is, and how far the first round of polls has come.
async fn archive_words(context: &Context) -> Result<(String, bool), StoreError> {
    let totals = context.store.totals().await?;
    let states = context.store.source_states().await?;
    let read = context
        .sources
        .iter()
        .filter(|source| states.get(&source.name).is_some_and(|state| state.last_attempt.is_some()))
        .count();
    let words = format!(
        "The archive holds {} items and {} incidents; {read} of {} sources were asked so far.",
        totals.items,
        totals.incidents,
        context.sources.len()
    );
    Ok((words, totals.items + totals.incidents == 0))
}

/// The address of a search.
pub fn href(text: &str) -> String {
    address(text, Order::Newest, None)
}

fn address(text: &str, order: Order, from: Option<Cursor>) -> String {
    let sort = if order == Order::Best { "&sort=best" } else { "" };
    let from = from.map(|cursor| format!("&from={cursor}")).unwrap_or_default();
    format!("/search?q={}{sort}{from}", encoded(text))
}

/// The address of the feed of a search, in the form that `path` gives.
pub fn feed_href(path: &str, text: &str) -> String {
    if text.is_empty() { path.to_owned() } else { format!("{path}?q={}", encoded(text)) }
}

/// A query inside an address.
pub fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// The services of a verdict, each with its search.
pub fn service_links(verdict: &crate::model::Verdict) -> Vec<ServiceLink> {
    let link = |service: &crate::model::Attribution| {
        let upstream = if service.role == crate::model::Role::Upstream { " (as the cause)" } else { "" };
        ServiceLink { label: format!("{}{upstream}", service.name), href: super::service::href(&service.name) }
    };
    verdict.services.iter().map(link).collect()
}

/// A kind in words for people.
pub fn kind_words(kind: &str) -> String {
    match kind {
        "incident" => "official incident".to_owned(),
        "status-update" => "status update".to_owned(),
        other => other.to_owned(),
    }
}

/// Rows as they are shown, each with the sources that bring the same.
pub async fn hits_of(
    context: &Context,
    rows: &[Row],
    query: &Query,
    now: Timestamp,
) -> Result<Vec<view::Found>, StoreError> {
    let ids: Vec<_> = rows.iter().map(Row::id).collect();
    let copies = context.store.copies_of(&ids).await?;
    let also = |row: &Row| {
        let link = |copy: &ItemRow| (copy.item.source.clone(), format!("/item/{}", copy.item.id));
        copies.get(&row.id()).into_iter().flatten().map(link).collect()
    };
    Ok(rows.iter().map(|row| view::Found { also_in: also(row), ..found(row, query, now) }).collect())
}

/// A hit as it is shown.
fn found(row: &Row, query: &Query, now: Timestamp) -> view::Found {
    let marked = |text: &str, longest| pieces(&snippet(text, query.words().into_iter(), longest));
    let title = |title: &str, text: &str| {
        let shown = if title.is_empty() { marked(&excerpt(text, 90), 200) } else { marked(title, 200) };
        if shown.is_empty() { vec![Piece { text: "(without words)".to_owned(), marked: false }] } else { shown }
    };
    match row {
        Row::Item(row) => view::Found {
            href: format!("/item/{}", row.item.id),
            title: title(&row.item.title, &row.item.text),
            kind: kind_words(row.item.kind.as_str()),
            source: row.item.source.clone(),
            at: When::new(row.item.published_at, now),
            outage: row.verdict.outage,
            state: None,
            services: service_links(&row.verdict),
            // What has no title shows its text as one; the same words twice help nobody.
            snippet: if row.item.title.is_empty() && row.item.text.chars().count() <= 90 {
                Vec::new()
            } else {
                marked(&row.item.text, SNIPPET)
            },
            original: row.item.url.clone(),
            language: row.item.language.clone(),
            also_in: Vec::new(),
        },
        Row::Incident(row) => view::Found {
            href: format!("/incident/{}", row.id),
            title: title(&row.incident.title, ""),
            kind: kind_words(row.incident.kind.as_str()),
            source: row.incident.source.clone(),
            at: When::new(row.at, now),
            outage: row.verdict.outage,
            state: Some(super::incident::phase_words(row.incident.phase)),
            services: service_links(&row.verdict),
            snippet: marked(&row.incident.text(), SNIPPET),
            original: row.incident.url.clone(),
            language: None,
            also_in: Vec::new(),
        },
    }
}
