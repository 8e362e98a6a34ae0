//! Bluesky's firehose as Jetstream gives it, in the first version of its wire.
//!
//! The cursor is the server's time of an event in microseconds; it is inclusive, delivery is at least once, and a cursor
//! that is too old is clamped in silence. Identity and account events come whatever was asked for. An author's clock may
//! say anything: a post counts at its own time, but never later than the server saw it, and not much earlier.
//!
//! Nearly every post is about something else: a frame is read where it lies, and nothing is made of a post before its words
//! have passed the gate.
//! Source: the README of bluesky-social/jetstream.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use jiff::SignedDuration;
use serde::Deserialize;

use super::{
    Polled,
    draft::Draft,
    heard::{CURSOR, Event, Gate, Heard},
};
use crate::{
    model::{Frame, Listen, Network, Timestamp, time},
    source::Context,
    text::dates,
};

/// The collection of posts.
const POSTS: &str = "app.bsky.feed.post";

/// How much earlier than the server saw it a post may say that it was written: what is older was brought from elsewhere,
/// and counts when it came.
const LATE: SignedDuration = SignedDuration::from_hours(24);

/// The line from a source's cursor on; from now on where there is none.
pub(super) fn listen(polled: &Polled<'_>, server: &str, rewind: SignedDuration) -> Listen {
    let cursor = polled.cursor(CURSOR).and_then(|cursor| cursor.parse::<i64>().ok());
    let rewind = i64::try_from(rewind.as_micros()).unwrap_or_default();
    let cursor = cursor.map(|at| format!("&cursor={}", at.saturating_sub(rewind))).unwrap_or_default();
    let url = format!("{}/subscribe?wantedCollections={POSTS}{cursor}", server.trim_end_matches('/'));
    Listen { url, credentials: None, greetings: Vec::new() }
}

/// A frame; only what is read of it, without copying where that can be.
#[derive(Deserialize)]
struct Wire<'a> {
    did: &'a str,
    time_us: i64,
    kind: &'a str,
    #[serde(borrow)]
    commit: Option<Commit<'a>>,
    account: Option<Account<'a>>,
}

#[derive(Deserialize)]
struct Commit<'a> {
    operation: &'a str,
    collection: &'a str,
    rkey: &'a str,
    rev: Option<&'a str>,
    #[serde(borrow, default)]
    record: Option<Record<'a>>,
}

#[derive(Deserialize)]
struct Account<'a> {
    active: Option<bool>,
    status: Option<&'a str>,
}

/// A string that is copied only where it is written with escapes.
#[derive(Deserialize)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    text: Option<Word<'a>>,
    #[serde(borrow)]
    created_at: Option<Word<'a>>,
    #[serde(borrow)]
    langs: Option<Vec<Word<'a>>>,
    #[serde(borrow)]
    reply: Option<Reply<'a>>,
    #[serde(borrow)]
    embed: Option<Embed<'a>>,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    parent: Option<Reference<'a>>,
}

/// A quote is an embedded record, or one beside pictures.
#[derive(Deserialize)]
struct Embed<'a> {
    #[serde(borrow)]
    record: Option<Quoted<'a>>,
}

#[derive(Deserialize)]
struct Quoted<'a> {
    #[serde(borrow)]
    uri: Option<Word<'a>>,
    #[serde(borrow)]
    record: Option<Reference<'a>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    uri: Option<Word<'a>>,
}

/// Reads a frame.
pub(super) fn hear(frame: &Frame, gate: Gate<'_>, context: Context<'_>) -> Result<Event, String> {
    let wire: Wire<'_> =
        serde_json::from_str(&frame.data).map_err(|error| format!("no frame of Jetstream: {error}"))?;
    let heard = match (&wire.commit, &wire.account) {
        (Some(commit), _) if wire.kind == "commit" && commit.collection == POSTS => {
            heard(&wire, commit, gate, context)?
        }
        (_, Some(account)) if wire.kind == "account" && is_gone(account) => Heard::AccountGone(wire.did.to_owned()),
        _ => Heard::Nothing,
    };
    Ok(Event { time_us: Some(wire.time_us), key: Some(key(&wire)), heard })
}

/// Deleted or taken down; who is only deactivated may come back, and is asked to be seen by nobody until then.
fn is_gone(account: &Account<'_>) -> bool {
    account.active == Some(false)
        && matches!(account.status, None | Some("deleted" | "takendown" | "suspended" | "deactivated"))
}

/// The same event again has the same account, record and revision.
fn key(wire: &Wire<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (wire.did, wire.kind).hash(&mut hasher);
    match &wire.commit {
        Some(commit) => (commit.collection, commit.rkey, commit.rev, commit.operation).hash(&mut hasher),
        None => wire.time_us.hash(&mut hasher),
    }
    hasher.finish()
}

fn heard(wire: &Wire<'_>, commit: &Commit<'_>, gate: Gate<'_>, context: Context<'_>) -> Result<Heard, String> {
    let uri = || format!("at://{}/{POSTS}/{}", wire.did, commit.rkey);
    if commit.operation == "delete" {
        return Ok(Heard::Gone(Network::Bluesky.id(&uri())));
    }
    let Some(record) = &commit.record else { return Err(format!("{} has no record", uri())) };
    let text = record.text.as_ref().map_or("", |text| &text.0);
    let is_edit = commit.operation == "update";
    if text.trim().is_empty() {
        // What an author took out of a post must not stay here.
        return Ok(if is_edit { Heard::Gone(Network::Bluesky.id(&uri())) } else { Heard::Nothing });
    }
    // An edit may be one of a post that is held, whatever it says now.
    if !is_edit && !gate(text) {
        return Ok(Heard::Nothing);
    }
    let seen_at = time::from_micros(wire.time_us).min(context.now);
    let id = |uri: Option<&Word<'_>>| uri.map(|uri| Network::Bluesky.id(&uri.0));
    let quoted = record.embed.as_ref().and_then(|embed| embed.record.as_ref());
    let quoted = quoted.and_then(|quoted| quoted.uri.as_ref().or(quoted.record.as_ref()?.uri.as_ref()));
    let item = Draft {
        url: Some(format!("https://bsky.app/profile/{}/post/{}", wire.did, commit.rkey)),
        text: text.to_owned(),
        author: Some(wire.did.to_owned()),
        created_at: Some(written_at(record, seen_at)),
        edited_at: is_edit.then_some(seen_at),
        language: record.langs.as_ref().and_then(|langs| Some(langs.first()?.0.clone().into_owned())),
        quote_of: id(quoted),
        reply_to: id(record.reply.as_ref().and_then(|reply| reply.parent.as_ref()?.uri.as_ref())),
        ..Draft::new(Network::Bluesky, uri())
    }
    .finish(context)?;
    Ok(Heard::Post(Box::new(item)))
}

/// When a post was written, as far as its author can be believed.
fn written_at(record: &Record<'_>, seen_at: Timestamp) -> Timestamp {
    let said = record.created_at.as_ref().and_then(|said| dates::instant(&said.0));
    said.filter(|said| *said <= seen_at && seen_at.duration_since(*said) <= LATE).unwrap_or(seen_at)
}
