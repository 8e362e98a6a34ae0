//! Stylesheet, mark, robots, and how a browser searches here.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};

use super::{Context, pages};
use crate::render::assets;

/// A file whose name is made of its content: kept for ever.
pub async fn asset(Path(name): Path<String>) -> Response {
    if name != *assets::STYLE_NAME {
        return pages::not_found().await;
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, assets::STYLE).into_response()
}

/// The mark.
pub async fn favicon() -> Response {
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, assets::FAVICON).into_response()
}

/// What robots may read.
pub async fn robots() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], assets::ROBOTS).into_response()
}

/// How a browser searches here (OpenSearch 1.1).
pub async fn opensearch(State(context): State<Context>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/opensearchdescription+xml; charset=utf-8")];
    (headers, assets::opensearch(context.public_url.as_str())).into_response()
}
