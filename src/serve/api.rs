//! `/api/search?q=…&sort=…&from=…&limit=…`: any search as JSON, in the grammar and with the places of the pages.

use axum::{
    Json,
    extract::{Query as Parameters, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Context, HitLine, facets, pages,
    search::{find, for_readers},
};
use crate::{
    model::{Cursor, FacetCount, Hits, Overview, Query},
    search::{Order, Window},
    store::Row,
};

/// Most hits of one answer.
const MOST: usize = 100;

/// Hits of an answer that does not say how many it wants.
const USUAL: usize = 20;

/// What may be asked. All of it is text, so that each mistake gets words of its own.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    limit: String,
}

/// The hits of a query, how many there are, where to go on, and the counts of everything found.
pub async fn search(State(context): State<Context>, asked: Result<Parameters<Asked>, QueryRejection>) -> Response {
    let asked = match asked {
        Ok(Parameters(asked)) => asked,
        Err(error) => return mistake(&error.to_string(), None),
    };
    let query = match Query::parse(asked.q.trim(), context.clock.now()) {
        Ok(query) => context.catalogue.canonical(query),
        Err(error) => return mistake(&error.message, Some(error.at)),
    };
    let window = match window(&asked) {
        Ok(window) => window,
        Err(words) => return mistake(&words, None),
    };
    let shown = for_readers(query.clone());
    let (search, wanted) = (context.search.clone(), shown.clone());
    let overview = tokio::task::spawn_blocking(move || search.overview(&wanted, facets::MOST));
    let (hits, rows) = match find(&context, &shown, window).await {
        Ok(found) => found,
        Err(error) => return pages::unavailable(&error),
    };
    match overview.await {
        Ok(Ok(overview)) => Json(answer(&query, &hits, &rows, &overview)).into_response(),
        Ok(Err(error)) => pages::unavailable(&error),
        Err(error) => pages::unavailable(&error),
    }
}

fn window(asked: &Asked) -> Result<Window, String> {
    let order = match asked.sort.as_str() {
        "" | "newest" => Order::Newest,
        "best" => Order::Best,
        _ => return Err("sort is newest or best".to_owned()),
    };
    let after = match asked.from.as_str() {
        "" => None,
        word => Some(word.parse::<Cursor>().map_err(|error| format!("from: {error}"))?),
    };
    let limit = match asked.limit.as_str() {
        "" => USUAL,
        number => number
            .parse()
            .ok()
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| format!("limit is a number from 1 to {MOST}"))?,
    };
    Ok(Window { after, limit, order })
}

fn mistake(words: &str, at: Option<usize>) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": words, "at": at }))).into_response()
}

fn answer(query: &Query, hits: &Hits, rows: &[Row], overview: &Overview) -> Value {
    let facet = |counts: &[FacetCount]| counts.iter().map(|one| json!([one.value, one.count])).collect::<Vec<_>>();
    let lines = rows.iter().filter_map(|row| {
        let hit = hits.hits.iter().find(|hit| hit.id == row.id())?;
        Some(HitLine::of(hit, row, query).json())
    });
    json!({
        "understood": query.to_string(),
        "total": hits.total,
        "next": hits.next.map(|next| next.to_string()),
        "hits": lines.collect::<Vec<_>>(),
        "facets": {
            "service": facet(&overview.services), "source": facet(&overview.sources),
            "kind": facet(&overview.kinds), "lang": facet(&overview.languages),
        },
        "histogram": {
            "from": overview.histogram.from, "width_s": overview.histogram.width, "counts": overview.histogram.counts,
        },
    })
}
