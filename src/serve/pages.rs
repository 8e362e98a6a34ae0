//! Pages of plain words: about, and what went wrong.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{Context, respond};
use crate::{
    model::Timestamp,
    render::{self, view},
};

/// `/about`.
pub async fn about(State(context): State<Context>) -> Response {
    let services = context.catalogue.services().len();
    let paragraphs = vec![
        "downwire is a wire service for downtime. It reads status pages and news, says which of it speaks of an outage, and \
         keeps it where it can be searched: is it down, since when, who says so, why, and has it happened before?"
            .to_owned(),
        format!(
            "Each item is judged by a small model that is trained for it, in twelve languages, and knows the names of \
             {services} services. Every verdict shows its reasons; an incident on a status page is taken at the page's word. \
             The page /about/method says how it judges, how good it is, and where it is wrong."
        ),
        "Texts of news and posts are shown as an excerpt with a link to the original; official texts are shown whole. What is \
         kept of people's posts, for how long, and how to have it removed stands on /about/privacy. An operator of a source who wants to be left out can say so by robots headers (noindex, noarchive), which are obeyed."
            .to_owned(),
        format!("It introduces itself as downwire/{} and asks at most once per schedule, with conditional requests.", crate::VERSION),
        "A source that cannot be read is shown as unknown, never as its last known state.".to_owned(),
    ];
    plain(StatusCode::OK, "About downwire", paragraphs, context.clock.now())
}

/// 404.
pub async fn not_found() -> Response {
    let words = "There is nothing at this address. It may never have been, or its author has taken it down.";
    plain(StatusCode::NOT_FOUND, "Not found", vec![words.to_owned()], Timestamp::UNIX_EPOCH)
}

/// 405.
pub async fn wrong_method() -> Response {
    let words = "This address is only read (GET).".to_owned();
    plain(StatusCode::METHOD_NOT_ALLOWED, "Not that way", vec![words], Timestamp::UNIX_EPOCH)
}

/// 500 after a bug.
pub fn broken() -> Response {
    let words = "Something went wrong inside downwire. It is in the log; trying again may help.".to_owned();
    plain(StatusCode::INTERNAL_SERVER_ERROR, "Something broke", vec![words], Timestamp::UNIX_EPOCH)
}

/// 503: the archive cannot be read now.
pub fn unavailable(error: &dyn std::fmt::Display) -> Response {
    tracing::error!("a page could not be made: {error}");
    let words = "The archive cannot be read right now. /readyz says why; trying again in a minute may help.".to_owned();
    plain(StatusCode::SERVICE_UNAVAILABLE, "The archive does not answer", vec![words], Timestamp::UNIX_EPOCH)
}

/// A page, or the error page when it cannot be written.
pub fn rendered(status: StatusCode, page: Result<String, render::RenderError>) -> Response {
    match page {
        Ok(page) => respond::html(status, page),
        Err(error) => {
            tracing::error!("{error}");
            (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be written\n").into_response()
        }
    }
}

/// A page of a heading and paragraphs.
pub fn plain(status: StatusCode, heading: &str, paragraphs: Vec<String>, now: Timestamp) -> Response {
    let frame = view::Frame { title: format!("{heading} · downwire"), feed: None, now };
    rendered(status, render::pages::plain(&view::Plain { frame, heading: heading.to_owned(), paragraphs }))
}
