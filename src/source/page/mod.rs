//! Status pages: one file per platform, each with what to ask, by what its documents are known, and how they are read
//! into incidents. [`ADAPTERS`] is the closed set.
//!
//! The rules that hold for all of them (four times kept apart, "well" only from an explicit word, one bad incident costs
//! only itself) are kept by [`draft`] and [`value`]; an adapter says where in a document things stand.

mod apple;
mod aws;
mod azure;
mod betterstack;
mod cachet;
mod common;
mod cstate;
mod datadog;
pub mod detect;
mod document;
mod draft;
mod firehydrant;
mod fold;
mod gatus;
mod google;
mod heroku;
mod incidentio;
mod instatus;
mod microsoft365;
mod salesforce;
mod slack;
mod status_feed;
mod statusio;
mod statuspage;
mod trust;
mod upptime;
mod uptimecom;
mod uptimekuma;
pub(super) mod value;
mod vendors;
mod vigil;
mod zendesk;

pub(super) use document::{Document, shape};

use std::collections::BTreeMap;

use super::{Context, ReadError, Reading, ask};
use crate::model::{Ask, Origin, Outcome, SourceKind, SourceState, Timestamp};

/// Most incidents of one document and most posts of one incident that are read. Statuspage itself sends 50 incidents; of
/// 254 incidents of five vendors none had more than 36 posts. Joining two records takes quadratic time in their posts.
const MOST: usize = 1_000;

/// How young the newest post is for an incident to have been seen as it happened.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// What JSON is asked for with.
const ACCEPT_JSON: &str = "application/json";

/// One platform.
pub(super) struct Adapter {
    /// Its kind.
    pub kind: SourceKind,
    /// Whether a document has this platform's shape. Asked in the order of [`ADAPTERS`] of documents of which nothing is
    /// known.
    pub recognises: fn(&Document<'_>) -> bool,
    /// The first request of a poll.
    pub first: fn(&SourceState) -> Ask,
    /// One more request of the same poll, after an answer; `None` when that was all.
    pub next: fn(&Step<'_>) -> Option<Ask>,
    /// Reads one document.
    pub read: fn(&Document<'_>, Context<'_>) -> Result<Reading, ReadError>,
}

/// Where a poll stands after an answer.
pub(super) struct Step<'a> {
    /// What was asked.
    pub asked: &'a Ask,
    /// Whether anything came.
    pub outcome: Outcome,
    /// The source as it was before the poll: its validators, and how far it was read.
    pub state: &'a SourceState,
    /// What was read of the answer; empty when unchanged.
    pub reading: &'a Reading,
    /// The time of the poll.
    pub now: Timestamp,
}

/// Every platform that is read. Who imitates another stands before it.
const ADAPTERS: &[Adapter] = &[
    incidentio::ADAPTER,
    statuspage::ADAPTER,
    aws::ADAPTER,
    google::ADAPTER,
    azure::ADAPTER,
    microsoft365::ADAPTER,
    instatus::ADAPTER,
    betterstack::ADAPTER,
    statusio::ADAPTER,
    slack::ADAPTER,
    heroku::ADAPTER,
    salesforce::ADAPTER,
    apple::ADAPTER,
    firehydrant::ADAPTER,
    datadog::ADAPTER,
    uptimecom::ADAPTER,
    uptimekuma::ADAPTER,
    gatus::ADAPTER,
    upptime::ADAPTER,
    cachet::ADAPTER,
    cstate::ADAPTER,
    status_feed::HUND,
    zendesk::ADAPTER,
    vigil::ADAPTER,
    vendors::ADAPTER,
    status_feed::ADAPTER,
];

/// The adapter of a kind.
fn adapter(kind: SourceKind) -> Option<&'static Adapter> {
    ADAPTERS.iter().find(|adapter| adapter.kind == kind)
}

/// The first request of a poll of a page on this platform.
pub(super) fn first_ask(platform: SourceKind, state: &SourceState) -> Ask {
    match adapter(platform) {
        Some(adapter) => (adapter.first)(state),
        None => ask(state.address().to_owned(), "*/*", state),
    }
}

/// What else a poll of a page on this platform asks for.
pub(super) fn next_ask(platform: SourceKind, step: &Step<'_>) -> Option<Ask> {
    (adapter(platform)?.next)(step)
}

/// Whether a request asks for what lies behind: see [`super::is_history`].
pub(super) fn is_history(platform: SourceKind, ask: &Ask) -> bool {
    platform == SourceKind::Statuspage && statuspage::archive::number(&ask.url).is_some()
}

/// What to remember of a request for what lies behind that failed.
pub(super) fn history_failed(platform: SourceKind, ask: &Ask, now: Timestamp) -> BTreeMap<String, String> {
    if is_history(platform, ask) { statuspage::archive::failed(now) } else { BTreeMap::new() }
}

/// Reads a document as a page on this platform.
pub(super) fn read(platform: SourceKind, text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    let document = Document::of(text);
    match adapter(platform) {
        Some(adapter) => adapter.read(&document, context),
        None => recognise(&document).ok_or_else(|| unknown(&document))?.read(&document, context),
    }
}

/// The platform of a document of which nothing is known.
pub(super) fn recognise(document: &Document<'_>) -> Option<&'static Adapter> {
    ADAPTERS.iter().find(|adapter| (adapter.recognises)(document))
}

/// Why a document is no page's.
pub(super) fn unknown(document: &Document<'_>) -> ReadError {
    match document.json() {
        Ok(value) => ReadError::OtherJson(shape(value)),
        Err(error) => error,
    }
}

impl Adapter {
    /// Reads one document.
    pub fn read(&self, document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
        let mut reading = (self.read)(document, context)?;
        reading.platform = Some(self.kind);
        if let Some(report) = &mut reading.report {
            report.overall = trust::overall(report.overall, &reading.incidents, context.now);
        }
        Ok(reading)
    }
}

/// Observed when the page was watched before and the newest post is younger than a day.
fn origin(newest_post: Option<Timestamp>, context: Context<'_>) -> Origin {
    let fresh = newest_post.is_some_and(|at| context.now.duration_since(at) < FRESH);
    if context.watched && fresh { Origin::Observed } else { Origin::Imported }
}
