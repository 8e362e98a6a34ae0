//! Mastodon's streaming API, as WebSocket and as server-sent events: the same timelines as `mastodon.rs`, pushed.
//!
//! Nothing is replayed: what was missed while the line was down is polled (the stream's source has the same plan and the
//! same cursors as a polled one). On a WebSocket the payload is JSON inside a string; as events it is the data itself.
//! Source: the API's documentation, "Streaming".

use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::{
    Polled,
    heard::{Event, Heard},
    mastodon::status,
};
use crate::{
    model::{Credentials, Frame, Listen},
    source::{Context, page::value::word},
};

/// One socket with a subscription for each hashtag; with `http` one line of events for each.
pub(super) fn listen(polled: &Polled<'_>, server: &str) -> Vec<Listen> {
    let (root, posts) = (server.trim_end_matches('/'), &polled.spec.posts);
    let credentials: Option<Credentials> = posts.credentials.clone();
    let local = if posts.is_local { ":local" } else { "" };
    if root.starts_with("ws") {
        let tags = posts
            .tags
            .iter()
            .map(|tag| json!({ "type": "subscribe", "stream": format!("hashtag{local}"), "tag": tag }));
        let mut greetings: Vec<String> = tags.map(|words| words.to_string()).collect();
        if greetings.is_empty() {
            greetings.push(json!({ "type": "subscribe", "stream": format!("public{local}") }).to_string());
        }
        return vec![Listen { url: format!("{root}/api/v1/streaming"), credentials, greetings }];
    }
    let local = local.replace(':', "/");
    let tagged = posts.tags.iter().map(|tag| {
        let tag: String = byte_serialize(tag.as_bytes()).collect();
        format!("{root}/api/v1/streaming/hashtag{local}?tag={tag}")
    });
    let mut urls: Vec<String> = tagged.collect();
    if urls.is_empty() {
        urls.push(format!("{root}/api/v1/streaming/public{local}"));
    }
    let listen = |url| Listen { url, credentials: credentials.clone(), greetings: Vec::new() };
    urls.into_iter().map(listen).collect()
}

/// Reads a frame.
pub(super) fn hear(frame: &Frame, context: Context<'_>) -> Result<Event, String> {
    let (event, payload) = parts(frame)?;
    let heard = match event.as_str() {
        "update" | "status.update" => {
            let value: Value = serde_json::from_str(&payload).map_err(|error| format!("no status: {error}"))?;
            status(&value, context)?.map_or(Heard::Nothing, |item| Heard::Post(Box::new(item)))
        }
        "delete" => Heard::GoneLocally(payload.trim().trim_matches('"').to_owned()),
        _ => Heard::Nothing,
    };
    Ok(Event { time_us: None, key: None, heard })
}

/// The name of an event and its payload.
fn parts(frame: &Frame) -> Result<(String, String), String> {
    if !frame.event.is_empty() {
        return Ok((frame.event.clone(), frame.data.clone()));
    }
    let value: Value = serde_json::from_str(&frame.data).map_err(|error| format!("no frame: {error}"))?;
    if let Some(error) = word(&value, "error") {
        return Err(format!("the server says: {error}"));
    }
    let payload = match value.get("payload") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Ok((word(&value, "event").unwrap_or_default(), payload))
}
