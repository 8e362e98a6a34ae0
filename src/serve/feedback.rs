//! `POST /item/{id}/feedback`: an operator says whether a verdict is right.
//!
//! The operator's token comes with every post, in the form or as a bearer token, and is kept nowhere: a foreign page has
//! nothing that a browser would send along for it. A post that a browser says comes from another site is refused besides.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Context, pages};
use crate::model::{Id, id::digest};

/// What the form says.
#[derive(Deserialize)]
pub struct Said {
    /// `outage`, `none`, or `unmarked` to take back what was said.
    outage: String,
    /// The operator's token; empty where it comes as a header.
    #[serde(default)]
    token: String,
}

/// Marks the item, or takes its mark back, and goes back to its page.
pub async fn post(
    State(context): State<Context>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(said): Form<Said>,
) -> Response {
    let Some(token) = context.token.as_deref() else { return pages::not_found().await };
    if is_cross_site(&headers, &context) {
        return refused("This came from another site.");
    }
    if !is_same(&bearer(&headers).unwrap_or(said.token), token) {
        return refused("That is not the operator's token.");
    }
    let Ok(item) = id.parse::<Id>() else { return pages::not_found().await };
    let done = match said.outage.as_str() {
        "outage" => context.store.mark(item, true).await,
        "none" => context.store.mark(item, false).await,
        "unmarked" => context.store.unmark(item).await,
        _ => return (StatusCode::BAD_REQUEST, "outage is `outage`, `none` or `unmarked`\n").into_response(),
    };
    match done {
        Ok(true) => Redirect::to(&format!("/item/{item}")).into_response(),
        Ok(false) => pages::not_found().await,
        Err(error) => pages::unavailable(&error),
    }
}

fn refused(why: &'static str) -> Response {
    (StatusCode::FORBIDDEN, format!("{why}\n")).into_response()
}

/// Whether a browser says that another site sent this (Fetch Metadata), or the origin is not ours.
fn is_cross_site(headers: &HeaderMap, context: &Context) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if value("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let Some(origin) = value("origin") else { return false };
    let ours = context.public_url.origin().ascii_serialization();
    // Behind no proxy the address in use may be another than the public one: the host that was asked for is ours too.
    let asked = value("host").is_some_and(|host| origin.split("://").nth(1) == Some(host));
    origin != ours && !asked
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ")?.to_owned())
}

/// Compares digests, whose bytes tell nothing of where two tokens differ.
fn is_same(given: &str, token: &str) -> bool {
    !token.is_empty() && digest(&[given.as_bytes()]) == digest(&[token.as_bytes()])
}
