//! How the pretend internet answers: documents with validators and 304, a small page for every link, 404 for the rest.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::{Timestamp, fmt::rfc2822};

use super::document::{self, Document};

/// What every linked page says.
const PAGE: &str = include_str!("data/page.html");

/// Everything that one server answers.
pub(super) struct Site {
    documents: Vec<Document>,
    pages: BTreeSet<String>,
}

impl Site {
    /// The site of a server at `base`, such as `http://127.0.0.1:4242`.
    pub(super) fn at(base: &str) -> Self {
        Self { documents: document::all(base), pages: document::linked_paths().into_iter().collect() }
    }

    /// The document at `path`, if there is one.
    pub(super) fn document(&self, path: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.path == path)
    }
}

/// One handler for every path: GET and HEAD are answered, other methods are not allowed.
pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new().fallback_service(get(answer).with_state(site))
}

async fn answer(State(site): State<Arc<Site>>, uri: Uri, headers: HeaderMap) -> Response {
    if let Some(document) = site.document(uri.path()) {
        return serve(document, &headers);
    }
    if site.pages.contains(uri.path()) {
        return ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response();
    }
    (StatusCode::NOT_FOUND, "the pretend internet has no such page\n").into_response()
}

/// The document, or 304 with the same validators.
fn serve(document: &Document, request: &HeaderMap) -> Response {
    let validators = [(header::ETAG, document.etag.as_str()), (header::LAST_MODIFIED, document.modified)];
    if is_unchanged(document, request) {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    (validators, [(header::CONTENT_TYPE, document.content_type)], document.body.clone()).into_response()
}

/// RFC 9110, section 13.2.2: `If-None-Match` decides where it is sent, else `If-Modified-Since`.
fn is_unchanged(document: &Document, request: &HeaderMap) -> bool {
    let mut tags = request.get_all(header::IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags.filter_map(|tags| tags.to_str().ok()).flat_map(|tags| tags.split(',')).any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == document.etag
        });
    }
    let since = request.get(header::IF_MODIFIED_SINCE).and_then(|date| date.to_str().ok()).and_then(http_date);
    since.zip(http_date(document.modified)).is_some_and(|(since, modified)| modified <= since)
}

/// An HTTP date in its preferred form, which is an RFC 2822 date in GMT; `None` for anything else.
fn http_date(date: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unchanged(headers: &[(header::HeaderName, &str)]) -> bool {
        let site = Site::at("http://127.0.0.1:1");
        let document = site.document("/gazette/feed.rss").expect("a document");
        let headers = headers.iter().map(|(name, value)| {
            (name.clone(), value.replace("TAG", &document.etag).replace("DATE", document.modified))
        });
        let headers = headers.map(|(name, value)| (name, value.parse().expect("a header")));
        is_unchanged(document, &headers.collect())
    }

    #[test]
    fn validators_decide_as_the_rfc_says() {
        use header::{IF_MODIFIED_SINCE as SINCE, IF_NONE_MATCH as TAG};
        for (headers, expected) in [
            (vec![], false),
            (vec![(TAG, "TAG")], true),
            (vec![(TAG, "W/TAG")], true),
            (vec![(TAG, "\"other\", TAG")], true),
            (vec![(TAG, "*")], true),
            (vec![(TAG, "\"other\"")], false),
            (vec![(TAG, "\"other\""), (SINCE, "DATE")], false),
            (vec![(SINCE, "DATE")], true),
            (vec![(SINCE, "Fri, 03 Jan 2025 14:00:01 GMT")], true),
            (vec![(SINCE, "Fri, 03 Jan 2025 13:59:59 GMT")], false),
            (vec![(SINCE, "yesterday")], false),
        ] {
            assert_eq!(unchanged(&headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn every_last_modified_is_an_http_date() {
        for document in document::all("http://127.0.0.1:1") {
            assert!(http_date(document.modified).is_some(), "{}", document.path);
        }
    }
}
