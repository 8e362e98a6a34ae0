//! What every answer carries: security headers, an entity tag, and 304 for who has it already.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::model::id::digest;

/// Nothing runs, nothing is loaded from elsewhere: the pages need a stylesheet and pictures of our own (protocols C7).
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Headers of every answer. Other sites are told no referrer; under `no-referrer` a browser would not even tell ourselves
/// where the form of an item was sent from (`Origin: null`).
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];

/// Adds them.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// An HTML page. Pages change when the archive does: a reader asks again, and gets 304 where nothing did.
pub fn html(status: StatusCode, page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CACHE_CONTROL,
            if status == StatusCode::OK { "public, max-age=15, stale-while-revalidate=60" } else { "no-store" },
        ),
    ];
    (status, headers, page).into_response()
}

/// Gives answers to GET an entity tag (a digest of the body) and turns them into 304 for who has that body.
pub async fn conditional(request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::IF_NONE_MATCH).cloned();
    // An answer to HEAD has no body to make a tag of.
    let cacheable = request.method() == Method::GET;
    let response = next.run(request).await;
    let no_store = response.headers().get(header::CACHE_CONTROL).is_some_and(|value| value == "no-store");
    if !cacheable || response.status() != StatusCode::OK || no_store {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Our pages are strings in memory; none comes near this.
    let Ok(bytes) = axum::body::to_bytes(body, 64 << 20).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // Weak, because compression on the way out changes the bytes but not the meaning.
    let tag = format!("W/\"{}\"", digest(&[&bytes]));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    if asked.is_some_and(|asked| matches(&asked, &tag)) {
        return (StatusCode::NOT_MODIFIED, keep(&parts.headers)).into_response();
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether an `If-None-Match` names this tag, by weak comparison (RFC 9110, 13.1.2).
fn matches(asked: &HeaderValue, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    asked.to_str().is_ok_and(|asked| asked.trim() == "*" || asked.split(',').any(|one| opaque(one) == opaque(tag)))
}

/// The headers that a 304 repeats.
fn keep(headers: &HeaderMap) -> HeaderMap {
    let kept = [header::ETAG, header::CACHE_CONTROL, header::LAST_MODIFIED, header::VARY];
    headers.iter().filter(|(name, _)| kept.contains(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
