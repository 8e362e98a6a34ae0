//! `POST /item/{id}/feedback`: an operator says whether a verdict is right.
//!
//! The operator's token comes with every post, in the form or as a bearer token, and is kept nowhere: a foreign page has
//! nothing that a browser would send along for it. A post that a browser says comes from another site is refused besides,
//! and [`Guesses`](super::guesses::Guesses) slow down who tries tokens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    Extension, Form,
    extract::{ConnectInfo, Path, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tokio::time::Instant;
use url::{Host, Url};

use super::{Context, pages};
use crate::model::{Id, id::digest};

/// What the form says.
#[derive(Deserialize)]
pub struct Said {
    /// `outage`, `none`, or `unmarked` to take back what was said.
    #[serde(default)]
    outage: String,
    /// The operator's token; empty where it comes as a header.
    #[serde(default)]
    token: String,
}

/// Marks the item, or takes its mark back, and goes back to its page.
pub async fn post(
    State(context): State<Context>,
    Path(id): Path<String>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    form: Result<Form<Said>, FormRejection>,
) -> Response {
    let Some(token) = context.token.as_deref() else { return pages::not_found().await };
    if is_cross_site(&headers, &context.public_url) {
        return cross_site(&context);
    }
    let from = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |Extension(ConnectInfo(peer))| peer.ip());
    if let Some(response) = too_many(&context, from) {
        return response;
    }
    let said = match form {
        Ok(Form(said)) => said,
        Err(error) => return refused(&context, StatusCode::BAD_REQUEST, &[&error.to_string(), WORDS]),
    };
    if !is_same(bearer(&headers).as_ref().unwrap_or(&said.token), token) {
        return wrong(&context, from);
    }
    let Ok(item) = id.parse::<Id>() else { return pages::not_found().await };
    let done = match said.outage.as_str() {
        "outage" => context.store.mark(item, true).await,
        "none" => context.store.mark(item, false).await,
        "unmarked" => context.store.unmark(item).await,
        _ => return refused(&context, StatusCode::BAD_REQUEST, &[WORDS]),
    };
    match done {
        Ok(true) => Redirect::to(&format!("/item/{item}")).into_response(),
        Ok(false) => pages::not_found().await,
        Err(error) => pages::unavailable(&error),
    }
}

/// What a form has to say.
const WORDS: &str = "The form says outage=outage, outage=none or outage=unmarked, and token=… unless the token comes as \
                     “Authorization: Bearer …”. The page of the item has such a form.";

fn refused(context: &Context, status: StatusCode, paragraphs: &[&str]) -> Response {
    let paragraphs = paragraphs.iter().map(|words| (*words).to_owned()).collect();
    pages::plain(status, "Nothing was marked", paragraphs, context.clock.now())
}

fn cross_site(context: &Context) -> Response {
    let words = format!(
        "This came from another site than {}, or from this one under another name. Open the page of the item there and say \
         it there. Where readers reach it under another address, name that as public_url under [server] in feeds.toml.",
        context.public_url
    );
    refused(context, StatusCode::FORBIDDEN, &[&words])
}

/// The answer to a wrong token, which is counted and said to whoever runs this. The address is not: none is written down.
fn wrong(context: &Context, from: IpAddr) -> Response {
    let tries = context.guesses.wrong(from, Instant::now());
    metrics::counter!("downwire_wrong_tokens_total").increment(1);
    tracing::warn!(tries, "a wrong operator's token was given: {tries} from one address within a minute");
    let words = "That is not the operator’s token. It is what DOWNWIRE_TOKEN (or the file that DOWNWIRE_TOKEN_FILE names) \
                 held when downwire was started. Go back and give it again; or mark the item on the command line, which needs \
                 no token: downwire feedback.";
    refused(context, StatusCode::FORBIDDEN, &[words])
}

/// The answer to who has given too many wrong tokens; nothing that they give is looked at.
fn too_many(context: &Context, from: IpAddr) -> Option<Response> {
    let seconds = context.guesses.wait(from, Instant::now())?.as_secs() + 1;
    let words = format!(
        "Too many wrong tokens came from your address (behind a proxy: from anybody). Wait {seconds} seconds and try again; or \
         mark the item on the command line, which needs no token: downwire feedback."
    );
    let mut response = refused(context, StatusCode::TOO_MANY_REQUESTS, &[&words]);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Some(response)
}

/// Whether a browser says that another site sent this (Fetch Metadata), or the origin is not ours. Browsers tell the origin
/// of every post; who tells none is none.
fn is_cross_site(headers: &HeaderMap, public: &Url) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if value("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let Some(origin) = value("origin") else { return false };
    origin != public.origin().ascii_serialization() && !is_literally(origin, value("host"))
}

/// Whether an origin is the very host that was asked for, by its address: behind no proxy that may be another than the
/// public one. A name that somebody else owns may lead here too (DNS rebinding), an address cannot.
fn is_literally(origin: &str, host: Option<&str>) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let is_address = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    is_address && origin.split_once("://").map(|(_, asked)| asked) == host
}

/// The token of an `Authorization` header; the name of the scheme has no case (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Compares digests, whose bytes tell nothing of where two tokens differ.
fn is_same(given: &str, token: &str) -> bool {
    !token.is_empty() && digest(&[given.as_bytes()]) == digest(&[token.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_say_something() {
        let public = Url::parse("https://downwire.example.org/").expect("a URL");
        for (origin, host, is_other) in [
            (None, "anything", false),
            (Some("https://downwire.example.org"), "upstream:8080", false),
            (Some("http://127.0.0.1:8080"), "127.0.0.1:8080", false),
            (Some("http://[::1]:8080"), "[::1]:8080", false),
            (Some("http://localhost:8080"), "localhost:8080", false),
            (Some("http://rebound.example:8080"), "rebound.example:8080", true),
            (Some("http://192.0.2.7"), "127.0.0.1:8080", true),
            (Some("http://downwire.example.org"), "downwire.example.org", true),
            (Some("null"), "127.0.0.1:8080", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert("origin", HeaderValue::from_static(origin));
            }
            assert_eq!(is_cross_site(&headers, &public), is_other, "{origin:?} {host}");
        }
    }

    #[test]
    fn the_scheme_of_a_bearer_token_has_no_case() {
        for (value, token) in
            [("Bearer secret", Some("secret")), ("bearer secret", Some("secret")), ("Basic secret", None), ("x", None)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            assert_eq!(bearer(&headers).as_deref(), token, "{value}");
        }
    }
}
