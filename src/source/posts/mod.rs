//! Public posts: one file per network, each with what to ask and how an answer is read. `ADAPTERS` is the closed set.
//!
//! A poll is a plan of chains: one for each hashtag, search or account. Within a chain an answer may name the request
//! behind it; how far a chain has come is a cursor of its name, committed with what was read up to there, so that nothing
//! is skipped and nothing is asked for twice. Some networks are then asked again for what is held, because that is how
//! they tell that something was taken back.

mod activity;
mod bluesky;
mod bluesky_held;
mod bluesky_post;
mod discourse;
mod draft;
mod github;
mod hackernews;
pub mod heard;
mod internet;
mod jetstream;
mod lemmy;
mod mastodon;
mod mastodon_stream;
mod reddit;
mod reports;
mod stackexchange;
mod telegram;
mod walk;
mod youtube;

use std::{borrow::Borrow, collections::BTreeMap};

use serde_json::Value;

use super::{Context, ReadError, Reading, page::Document};
use crate::model::{Answer, Ask, HeldPost, SourceKind, SourceSpec, SourceState, Timestamp};

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
    /// Where the same is asked for when the server does not know the address (404, 410).
    elsewhere: Option<fn(&Ask) -> Option<Ask>>,
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
const ADAPTERS: &[Adapter] = &[
    mastodon::ADAPTER,
    mastodon::BESIDE_STREAM,
    hackernews::ADAPTER,
    bluesky::ADAPTER,
    lemmy::ADAPTER,
    discourse::ADAPTER,
    stackexchange::ADAPTER,
    github::ADAPTER,
    reddit::ADAPTER,
    telegram::ADAPTER,
    youtube::ADAPTER,
    internet::RADAR,
    internet::IODA,
    reports::ADAPTER,
];

/// The cursor under which stands the chain that the last poll did not come to.
pub const TURN: &str = "turn";

fn adapter(kind: SourceKind) -> Option<&'static Adapter> {
    ADAPTERS.iter().find(|adapter| adapter.kind == kind)
}

/// Every chain of a poll, by its first request. A poll makes so many requests and no more: it begins where the last one
/// stopped, so that the last hashtag of many has its turn, too.
pub(super) fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let mut chains = adapter(polled.spec.kind).map(|adapter| (adapter.plan)(polled)).unwrap_or_default();
    let turn = polled.cursor(TURN).and_then(|turn| chains.iter().position(|ask| ask.chain == turn));
    chains.rotate_left(turn.unwrap_or(0));
    chains
}

/// Reads an answer, and names the request behind it: of the same chain, else the first of the next one.
pub(super) fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let kind = asked.polled.spec.kind;
    let adapter = adapter(kind).ok_or(ReadError::OtherPage(kind.as_str(), "nothing that is read".to_owned()))?;
    let mut reading = (adapter.read)(document, asked)?;
    reading.next = match reading.next.take() {
        // Who asks for a pause is asked nothing more in this poll; the chains behind have their turn in the next.
        next if reading.lifetime.is_some() => {
            let behind = next.or_else(|| next_chain(&asked.polled, asked.ask));
            reading.cursor.insert(TURN.to_owned(), behind.map(|ask| ask.chain).unwrap_or_default());
            None
        }
        next => next.or_else(|| next_chain(&asked.polled, asked.ask)),
    };
    Ok(reading)
}

/// The first request of the chain behind that of a request.
pub(super) fn next_chain(polled: &Polled<'_>, asked: &Ask) -> Option<Ask> {
    let mut plan = plan(polled).into_iter();
    plan.find(|ask| ask.chain == asked.chain)?;
    plan.next()
}

/// What is forgotten of a chain whose request is one that the server cannot answer: where it was to go on. Its cursor stays.
pub(super) fn forget(polled: &Polled<'_>, chain: &str) -> BTreeMap<String, String> {
    let inside = format!("{chain}:");
    let keys = polled.state.cursor.keys().filter(|key| key.starts_with(&inside));
    keys.map(|key| (key.clone(), String::new())).collect()
}

/// Where the same is asked for when the server does not know the address.
pub(super) fn elsewhere(kind: SourceKind, asked: &Ask) -> Option<Ask> {
    adapter(kind)?.elsewhere?(asked)
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
