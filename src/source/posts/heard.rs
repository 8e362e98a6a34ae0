//! Streams: what line is opened, and what a frame on it says. Pure; `jobs/stream.rs` listens.

use jiff::SignedDuration;

use super::{Polled, jetstream, mastodon_stream};
use crate::{
    model::{Frame, Id, Item, Listen, SourceKind},
    source::Context,
};

/// The cursor of a stream in [`SourceState::cursor`](crate::model::SourceState::cursor): microseconds since 1970 of the
/// newest event whose effect is committed, by the server's own clock.
pub const CURSOR: &str = "time_us";

/// What a frame says.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Nothing that is kept, such as a like.
    Nothing,
    /// A post, new or edited.
    Post(Box<Item>),
    /// A post is gone.
    Gone(Id),
    /// A post is gone, by the server's own name of it.
    GoneLocally(String),
    /// Everything of an account is gone: the network's own id of the account.
    AccountGone(String),
}

/// Whether words may be kept at all; asked before anything is made of a frame of a firehose.
pub type Gate<'a> = &'a dyn Fn(&str) -> bool;

/// A frame with what tells it from others.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The server's time of it, in microseconds since 1970; `None` where the stream has no such thing and cannot be
    /// rewound.
    pub time_us: Option<i64>,
    /// What is the same when the same event comes again; `None` where nothing ever comes again.
    pub key: Option<u64>,
    /// What it says.
    pub heard: Heard,
}

/// The line of a source. `rewind` is how far before its cursor it is to begin.
pub(in crate::source) fn listen(polled: &Polled<'_>, server: &str, rewind: SignedDuration) -> Option<Vec<Listen>> {
    match polled.spec.kind {
        SourceKind::Jetstream => Some(vec![jetstream::listen(polled, server, rewind)]),
        SourceKind::MastodonStream => Some(mastodon_stream::listen(polled, server)),
        _ => None,
    }
}

/// Reads a frame.
///
/// # Errors
/// Why it is none that the stream should give; the next one may be well.
pub(in crate::source) fn hear(
    kind: SourceKind,
    frame: &Frame,
    gate: Gate<'_>,
    context: Context<'_>,
) -> Result<Event, String> {
    match kind {
        SourceKind::Jetstream => jetstream::hear(frame, gate, context),
        SourceKind::MastodonStream => mastodon_stream::hear(frame, context),
        _ => Err("no stream".to_owned()),
    }
}
