//! What runs by request: one file per resource. Pages are rendered on the server and work without JavaScript.

mod api;
mod assets;
mod candidates;
mod facets;
mod feed;
mod feedback;
mod figures;
mod guesses;
mod hit;
mod incident;
mod item;
mod lines;
mod maintenance;
mod method;
mod official;
mod pages;
mod privacy;
mod reliability;
mod reports;
mod respond;
mod search;
mod service;
mod sources;
mod wellness;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware,
    response::Response,
    routing::{get, post},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};
use url::Url;

pub use candidates::{Candidate, Sought, candidates};
pub use figures::{Kept as KeptFigures, collect};
pub use guesses::Guesses;
pub use hit::HitLine;

use crate::{
    catalogue::Catalogue,
    classify::Classifier,
    config::Privacy,
    model::{Clock, SourceSpec},
    search::Search,
    store::Store,
};

/// Longest that a request may take.
const LONGEST: Duration = Duration::from_secs(30);

/// One line of `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is checked.
    pub name: &'static str,
    /// What is wrong, in words for an operator; `None` when nothing is.
    pub trouble: Option<String>,
}

/// Tells what is wrong right now.
pub type Ready = Arc<dyn Fn() -> Vec<Check> + Send + Sync>;

/// What the pages are made of.
#[derive(Clone)]
pub struct Context {
    /// The truth.
    pub store: Store,
    /// The index.
    pub search: Search,
    /// What judges: pages tell how it came to a verdict.
    pub judge: Arc<Classifier>,
    /// Names and aliases of services.
    pub catalogue: Arc<Catalogue>,
    /// The configured sources.
    pub sources: Arc<Vec<SourceSpec>>,
    /// Reliability figures, kept for a while; empty at first.
    pub figures: KeptFigures,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The address under which readers reach us, with a slash at the end.
    pub public_url: Url,
    /// What `/readyz` says.
    pub ready: Ready,
    /// What `/metrics` says.
    pub metrics: PrometheusHandle,
    /// The operator's token; `None` where nobody may write.
    pub token: Option<Arc<str>>,
    /// Wrong tokens that were given; none at first.
    pub guesses: Guesses,
    /// How long posts are kept.
    pub privacy: Privacy,
    /// Whom to write to, where the operator says.
    pub contact: Option<Arc<str>>,
}

/// The metrics of this process. The first call installs the recorder; where one is installed already (in tests), its
/// figures go there and this handle stays empty.
pub fn metrics() -> PrometheusHandle {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _installed_before = metrics::set_global_recorder(recorder);
    metrics::gauge!("downwire_build_info", "version" => crate::VERSION).set(1.0);
    handle
}

/// Every route.
pub fn router(context: Context) -> Router {
    Router::new()
        .route("/", get(search::front))
        .route("/search", get(search::page))
        .route("/feed.rss", get(feed::rss))
        .route("/feed.atom", get(feed::atom))
        .route("/feed.json", get(feed::json))
        .route("/api/search", get(api::search))
        .route("/opensearch.xml", get(assets::opensearch))
        .route("/item/{id}", get(item::page))
        .route("/item/{id}/feedback", post(feedback::post))
        .route("/incident/{id}", get(incident::page))
        .route("/stats", get(reliability::page))
        .route("/services", get(service::list))
        .route("/service/{slug}", get(service::page))
        .route("/service/{slug}/feed.rss", get(feed::service_rss))
        .route("/service/{slug}/feed.atom", get(feed::service_atom))
        .route("/service/{slug}/feed.json", get(feed::service_json))
        .route("/service/{slug}/maintenance.ics", get(maintenance::calendar_of))
        .route("/maintenance", get(maintenance::page))
        .route("/maintenance.ics", get(maintenance::calendar))
        .route("/sources", get(sources::page))
        .route("/about", get(pages::about))
        .route("/about/method", get(method::page))
        .route("/about/privacy", get(privacy::page))
        .route("/assets/{name}", get(assets::asset))
        .route("/favicon.svg", get(assets::favicon))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(assets::robots))
        .route("/healthz", get(wellness::alive))
        .route("/readyz", get(wellness::ready))
        .route("/metrics", get(wellness::metrics))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::wrong_method)
        .layer(middleware::from_fn(respond::conditional))
        .layer(middleware::from_fn(respond::headers))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::custom(|_| pages::broken()))
        .layer(middleware::from_fn(count))
        .with_state(context)
}

/// Serves until `stop`, then finishes what is under way.
///
/// # Errors
/// The listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

/// Counts requests by route pattern (never by address) and status.
async fn count(request: Request, next: middleware::Next) -> Response {
    let route =
        request.extensions().get::<axum::extract::MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let began = tokio::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("downwire_http_requests_total", "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("downwire_http_request_duration_seconds", "route" => route)
        .record(began.elapsed().as_secs_f64());
    response
}
