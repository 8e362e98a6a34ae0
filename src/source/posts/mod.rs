//! Public posts: one file per network, each with what to ask and how an answer is read. [`ADAPTERS`] is the closed set.
//!
//! A poll is a plan of chains: one for each hashtag, search or account. Within a chain an answer may name the request
//! behind it; how far a chain has come is a cursor of its name, committed with what was read up to there, so that nothing
//! is skipped and nothing is asked for twice. Some networks are then asked again for what is held, because that is how
//! they tell that something was taken back.

mod bluesky;
mod bluesky_held;
mod bluesky_post;
mod draft;
mod hackernews;
pub mod heard;
mod jetstream;
mod mastodon;
mod mastodon_stream;

use std::{borrow::Borrow, collections::BTreeMap};

use serde_json::Value;

use super::{Context, ReadError, Reading, page::Document};
use crate::model::{Answer, Ask, HeldPost, SourceKind, SourceSpec, SourceState, Timestamp, id};

/// The beginning of the name of a chain that asks for a post that is held; the rest is its id.
pub const HELD: &str = "held:";

/// What JSON is asked for with.
const ACCEPT_JSON: &str = "application/json";

/// One network.
pub(super) struct Adapter {
    /// Its kind.
    kind: SourceKind,
    /// The first request of every chain of a poll, each with the chain's name.
    plan: fn(&Polled<'_>) -> Vec<Ask>,
    /// Reads one answer: what is in it, the cursor of its chain, and what else is asked for in the same chain.
    read: fn(&Document<'_>, &Asked<'_>) -> Result<Reading, ReadError>,
    /// The requests that find out whether posts are still there; `None` where the network tells it otherwise.
    recheck: Option<Recheck>,
}

/// Which of the held posts are asked for again.
type Recheck = fn(&Polled<'_>, &[HeldPost]) -> Vec<Ask>;

/// What is polled, and how far it has come.
pub(super) struct Polled<'a> {
    pub spec: &'a SourceSpec,
    pub state: &'a SourceState,
    pub now: Timestamp,
}

impl Polled<'_> {
    /// A request of a chain, with the rights of the source.
    fn ask(&self, chain: String, url: String) -> Ask {
        Ask { url, accept: ACCEPT_JSON, chain, credentials: self.spec.posts.credentials.clone(), ..Ask::default() }
    }

    /// How far a chain has come.
    fn cursor(&self, chain: &str) -> Option<&str> {
        self.state.cursor.get(chain).map(String::as_str)
    }

    /// The server's root, without a slash at the end.
    fn root(&self) -> &str {
        self.state.address().trim_end_matches('/')
    }
}

/// A request and its answer.
pub(super) struct Asked<'a> {
    pub polled: Polled<'a>,
    pub ask: &'a Ask,
    pub answer: &'a Answer,
    pub context: Context<'a>,
}

/// Every network that is polled.
const ADAPTERS: &[Adapter] = &[mastodon::ADAPTER, mastodon::BESIDE_STREAM, hackernews::ADAPTER, bluesky::ADAPTER];

fn adapter(kind: SourceKind) -> Option<&'static Adapter> {
    ADAPTERS.iter().find(|adapter| adapter.kind == kind)
}

/// Every chain of a poll, by its first request.
pub(super) fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let mut chains = adapter(polled.spec.kind).map(|adapter| (adapter.plan)(polled)).unwrap_or_default();
    // A poll is bounded: with more chains than it has requests, each poll begins with another one. What it begins with
    // must not change while it is made.
    if let Some(before) = polled.state.last_attempt.filter(|_| !chains.is_empty()) {
        let (count, word) = (chains.len(), id::digest(&[&before.as_second().to_le_bytes()]));
        chains.rotate_left(word.bytes().fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % count));
    }
    chains
}

/// Reads an answer, and names the request behind it: of the same chain, else the first of the next one.
pub(super) fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let kind = asked.polled.spec.kind;
    let adapter = adapter(kind).ok_or(ReadError::OtherPage(kind.as_str(), "nothing that is read".to_owned()))?;
    let mut reading = (adapter.read)(document, asked)?;
    reading.next = reading.next.or_else(|| next_chain(&asked.polled, &asked.ask.chain));
    Ok(reading)
}

/// The first request of the chain behind another one.
pub(super) fn next_chain(polled: &Polled<'_>, chain: &str) -> Option<Ask> {
    let mut plan = plan(polled).into_iter();
    plan.find(|ask| ask.chain == chain)?;
    plan.next()
}

/// What is forgotten of a chain whose request is refused: where it was to go on. Its cursor stays.
pub(super) fn forget(polled: &Polled<'_>, chain: &str) -> BTreeMap<String, String> {
    let inside = format!("{chain}:");
    let keys = polled.state.cursor.keys().filter(|key| key.starts_with(&inside));
    keys.map(|key| (key.clone(), String::new())).collect()
}

/// The requests that find out whether posts that are held are still there.
pub(super) fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    let Some(recheck) = adapter(polled.spec.kind).and_then(|adapter| adapter.recheck) else { return Vec::new() };
    recheck(polled, held)
}

/// The items of a JSON array, each read on its own: a bad one is a line in `skipped`.
fn read_all<T>(
    reading: &mut Reading,
    what: &str,
    list: &[impl Borrow<Value>],
    read: impl Fn(&Value) -> Result<T, String>,
    mut take: impl FnMut(&mut Reading, T),
) {
    for (at, value) in (1..).zip(list) {
        match read(value.borrow()) {
            Ok(one) => take(reading, one),
            Err(reason) => reading.skipped.push(format!("{what} {at}: {reason}")),
        }
    }
}
