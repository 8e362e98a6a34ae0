//! `/healthz`, `/readyz`, `/metrics`: for those who operate downwire.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::Context;

/// The process lives; depends on nothing else.
pub async fn alive() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// 200 when everything works, else 503 with what is wrong.
pub async fn ready(State(context): State<Context>) -> Response {
    let mut checks = (context.ready)();
    if let Err(error) = context.store.ping().await {
        checks.push(super::Check { name: "database", trouble: Some(error.to_string()) });
    }
    let well = checks.iter().all(|check| check.trouble.is_none());
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let checks: serde_json::Map<_, _> = checks
        .into_iter()
        .map(|check| (check.name.to_owned(), json!(check.trouble.unwrap_or_else(|| "ok".to_owned()))))
        .collect();
    let body =
        json!({ "status": if well { "ready" } else { "not ready" }, "version": crate::VERSION, "checks": checks });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Prometheus text 0.0.4.
pub async fn metrics(State(context): State<Context>) -> Response {
    measure(&context).await;
    context.metrics.run_upkeep();
    let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4"), (header::CACHE_CONTROL, "no-store")];
    (headers, context.metrics.render()).into_response()
}

/// Gauges that are read when asked for.
async fn measure(context: &Context) {
    metrics::gauge!("downwire_index_documents").set(context.search.documents() as f64);
    let (Ok(totals), Ok(head)) = (context.store.totals().await, context.store.head().await) else { return };
    metrics::gauge!("downwire_items").set(totals.items as f64);
    metrics::gauge!("downwire_incidents").set(totals.incidents as f64);
    metrics::gauge!("downwire_changes").set(head.seq as f64);
    let followed = context.search.position().map_or(0, |position| position.seq);
    metrics::gauge!("downwire_follower_lag_changes", "follower" => "search").set((head.seq - followed) as f64);
    let Ok(states) = context.store.source_states().await else { return };
    for health in ["new", "ok", "partial", "failing", "limited", "stopped"] {
        let count = states.values().filter(|state| state.health.as_str() == health).count();
        metrics::gauge!("downwire_sources", "health" => health).set(count as f64);
    }
}
