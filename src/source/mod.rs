//! One file per protocol: what to ask, and how the answer is read (bytes to items and incidents). Pure: no IO, no clock.
//!
//! `fetch` asks, `jobs/ingest.rs` carries what was read on to the classifier and the store. What is read here is text as
//! the source gave it, cleaned and cut to size; what it means is for others to say.

pub mod discover;
pub mod export;
mod feed;
pub mod opml;
mod page;
pub mod posts;
mod sniff;
mod xml;

pub use page::detect;

use std::{collections::BTreeMap, time::Duration};

use crate::{
    model::{
        Answer, Ask, ComponentDay, ComponentImpact, Frame, HeldPost, Id, Incident, Item, Listen, Measurement,
        MinuteCount, Outcome, PageIdentity, PageRecord, PageReport, SourceKind, SourceSpec, SourceState, Timestamp,
    },
    text::charset::{self, Decoded},
};
use jiff::SignedDuration;
use page::Step;
use posts::{
    Asked, Polled,
    heard::{Event, Gate},
};
use sniff::Format;

/// What a document brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// What the feed or page says of itself.
    pub about: About,
    /// In the order of the document.
    pub items: Vec<Item>,
    /// In the order of the document, each with its updates oldest first.
    pub incidents: Vec<Incident>,
    /// What could not be read, one line each: which entry, and why.
    pub skipped: Vec<String>,
    /// What had to be mended, guessed or cut to read the document, one line each.
    pub repaired: Vec<String>,
    /// The document ended in the middle: what was whole is here, and the next poll must get all of it again.
    pub is_cut: bool,
    /// How long the document says it stays fresh (the `ttl` of RSS); `None` when it does not say.
    pub lifetime: Option<Duration>,
    /// One more request that this poll wants made; its answer goes through [`read`] too.
    pub next: Option<Ask>,
    /// The status page behind it, as far as the document names it.
    pub page: Option<PageIdentity>,
    /// How the page says that it is now.
    pub report: Option<PageReport>,
    /// The stretches in which its components were not well.
    pub impacts: Vec<ComponentImpact>,
    /// What became of its components' days.
    pub days: Vec<ComponentDay>,
    /// How far was read, for the next poll: taken into [`SourceState::cursor`] with what was read.
    pub cursor: BTreeMap<String, String>,
    /// The platform as whose page it was read.
    pub platform: Option<SourceKind>,
    /// Posts that are gone by their authors' will.
    pub deleted: Vec<Id>,
    /// Posts that were counted and are not kept.
    pub counts: Vec<MinuteCount>,
    /// Reports as numbers.
    pub measurements: Vec<Measurement>,
}

impl Reading {
    /// Takes out what it says of a status page besides incidents; `None` when that is nothing.
    pub fn take_page_record(&mut self, source: &str, service: Option<&str>, at: Timestamp) -> Option<PageRecord> {
        let (impacts, days) = (std::mem::take(&mut self.impacts), std::mem::take(&mut self.days));
        let report = self.report.take();
        let page = self.page.clone()?;
        if report.is_none() && impacts.is_empty() && days.is_empty() {
            return None;
        }
        let service = service.map(str::to_owned);
        Some(PageRecord { page, source: source.to_owned(), service, at, report, impacts, days })
    }
}

/// What a feed or page says of itself, cleaned like an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its name, in one line.
    pub title: Option<String>,
    /// The page for people that belongs to it.
    pub home: Option<String>,
    /// What it says it is about.
    pub summary: Option<String>,
    /// Its own id, where it has one (Atom).
    pub id: Option<String>,
    /// When it says it was last changed.
    pub updated: Option<Timestamp>,
    /// Where its older entries are (RFC 5005, or a JSON Feed's `next_url`).
    pub older: Option<String>,
}

/// Why a document could not be read at all. The messages fit after "failed to read NAME: ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No byte, or only blanks.
    #[error("the document is empty")]
    Empty,
    /// A page for people; its title says which one.
    #[error("an HTML page{0}, not {1}: look in it for the right address")]
    Html(String, &'static str),
    /// Microsoft's Channel Definition Format of 1997.
    #[error("CDF, a dead format: look for an RSS or Atom feed of the same site")]
    Cdf,
    /// XML with another root than a feed's.
    #[error("XML with the root element <{0}>, which is no feed")]
    OtherXml(String),
    /// The document ends in the middle.
    #[error("truncated XML: the document ends inside <{0}>; the next poll reads it anew")]
    Truncated(String),
    /// Built to hurt: a DOCTYPE full of entities, thousands of levels or namespaces.
    #[error("refused: {0}")]
    Hostile(String),
    /// Broken JSON.
    #[error("broken JSON: {0}")]
    BrokenJson(String),
    /// JSON of another shape; its first keys say which.
    #[error(
        "JSON, but neither a JSON Feed nor of a status page that is known ({0}): check the address and the platform"
    )]
    OtherJson(String),
    /// A document of another platform or of none.
    #[error("not what a page of {0} sends ({1}): check the address and the platform")]
    OtherPage(&'static str, String),
    /// A feed, but not one of a Statuspage history.
    #[error("a feed, but not the history of a Statuspage: no entry holds dated posts")]
    NotAHistory,
    /// Neither markup nor JSON.
    #[error("neither XML nor JSON: it begins with {0:?}")]
    Unknown(String),
}

/// What is known beforehand of a file that is imported.
#[derive(Debug, Clone, Copy)]
pub struct Hint<'a> {
    /// The platform the user named; `None`: found out from the content.
    pub platform: Option<SourceKind>,
    /// The service the user named.
    pub service: Option<&'a str>,
    /// The name of the file or source: namespace of a feed's items.
    pub name: &'a str,
}

/// What the readers are told besides the text.
#[derive(Debug, Clone, Copy)]
struct Context<'a> {
    /// Name of the source.
    source: &'a str,
    service: Option<&'a str>,
    language: Option<&'a str>,
    /// The address that answered: relative links are resolved against it. `None` for a file.
    base: Option<&'a str>,
    now: Timestamp,
    /// Search engines were told to keep out.
    hidden: bool,
    /// The page was being watched before: what is new now was seen as it happened.
    watched: bool,
    /// How far the source was read before, by the names that its adapter chose; empty for a file.
    cursor: &'a BTreeMap<String, String>,
}

/// The cursor of what was never read.
static NEVER_READ: BTreeMap<String, String> = BTreeMap::new();

/// Content types of feeds, best first. Source: the feed formats' own registrations.
const ACCEPT_FEED: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, \
                           application/xml;q=0.8, text/xml;q=0.7, */*;q=0.1";

/// The first request of a poll; `None` where a source of posts is asked nothing.
pub fn begin(spec: &SourceSpec, state: &SourceState, now: Timestamp) -> Option<Ask> {
    if spec.kind.is_posts() {
        return posts::plan(&Polled { spec, state, now }).into_iter().next();
    }
    Some(first_ask(spec, state))
}

/// The first request of a poll of a feed or page: the feed itself, or what the platform of a status page has for it.
pub fn first_ask(spec: &SourceSpec, state: &SourceState) -> Ask {
    match kind(spec, state) {
        SourceKind::Feed => ask(state.address().to_owned(), ACCEPT_FEED, state),
        platform => page::first_ask(platform, state),
    }
}

/// Whether a request that is not the first of its poll asks for what lies behind: there a failure fails no poll, and nothing
/// is kept to ask conditionally.
pub fn is_history(spec: &SourceSpec, state: &SourceState, ask: &Ask) -> bool {
    match kind(spec, state) {
        SourceKind::Feed => true,
        posts if posts.is_posts() => false,
        platform => page::is_history(platform, ask),
    }
}

/// What to remember of a request for what lies behind that failed.
pub fn history_failed(spec: &SourceSpec, state: &SourceState, ask: &Ask, now: Timestamp) -> BTreeMap<String, String> {
    page::history_failed(kind(spec, state), ask, now)
}

/// What is asked after a request of a source of posts that the server answered with a refusal: the same elsewhere where it
/// does not know the address, else what lies behind. One hashtag that a server does not like must not hide the others.
pub fn after_refusal(
    spec: &SourceSpec,
    state: &SourceState,
    ask: &Ask,
    is_absence: bool,
    now: Timestamp,
) -> Option<Ask> {
    if !spec.kind.is_posts() {
        return None;
    }
    let elsewhere = if is_absence { posts::elsewhere(spec.kind, ask) } else { None };
    elsewhere.or_else(|| posts::next_chain(&Polled { spec, state, now }, ask))
}

/// What is forgotten after a request of one chain that its server cannot answer: where the chain was to go on.
pub fn forget(spec: &SourceSpec, state: &SourceState, ask: &Ask, now: Timestamp) -> BTreeMap<String, String> {
    posts::forget(&Polled { spec, state, now }, &ask.chain)
}

/// The cursor of a poll that had to stop before a request, or that came to its end.
pub fn stopped_before(spec: &SourceSpec, next: Option<&Ask>) -> BTreeMap<String, String> {
    if !spec.kind.is_posts() {
        return BTreeMap::new();
    }
    BTreeMap::from([(posts::TURN.to_owned(), next.map(|ask| ask.chain.clone()).unwrap_or_default())])
}

/// The requests that find out whether posts of a source are still where they were, newest first.
pub fn recheck(spec: &SourceSpec, state: &SourceState, now: Timestamp, held: &[HeldPost]) -> Vec<Ask> {
    posts::recheck(&Polled { spec, state, now }, held)
}

/// The lines of a stream, from its cursor less `rewind` on, at one of its servers.
pub fn listen(
    spec: &SourceSpec,
    state: &SourceState,
    server: &str,
    rewind: SignedDuration,
    now: Timestamp,
) -> Vec<Listen> {
    posts::heard::listen(&Polled { spec, state, now }, server, rewind).unwrap_or_default()
}

/// Reads a frame of a stream.
///
/// # Errors
/// Why it is none that the stream should give; the next one may be well.
pub fn hear(spec: &SourceSpec, frame: &Frame, gate: Gate<'_>, now: Timestamp) -> Result<Event, String> {
    let language = spec.language.as_deref();
    let context = Context {
        source: &spec.name,
        service: None,
        language,
        base: None,
        now,
        hidden: false,
        watched: true,
        cursor: &NEVER_READ,
    };
    posts::heard::hear(spec.kind, frame, gate, context)
}

/// The post that a request asks about again, where it is a single one.
pub fn asks_about(ask: &Ask) -> Option<Id> {
    ask.chain.strip_prefix(posts::HELD)?.parse().ok()
}

/// As what a source is read: the platform that was found out, where the configuration names none.
fn kind(spec: &SourceSpec, state: &SourceState) -> SourceKind {
    match (spec.kind, state.platform) {
        (SourceKind::Page, Some(platform)) => platform,
        (kind, _) => kind,
    }
}

/// A request with the validators of the last answer to the same address.
fn ask(url: String, accept: &'static str, state: &SourceState) -> Ask {
    let validators = state.validators.get(&url).cloned().unwrap_or_default();
    Ask { url, accept, validators, ..Ask::default() }
}

/// Reads the answer to `ask`.
///
/// # Errors
/// The document as a whole is not what the source should give; one bad entry is only a line in `skipped`.
pub fn read(
    spec: &SourceSpec,
    state: &SourceState,
    ask: &Ask,
    answer: &Answer,
    now: Timestamp,
) -> Result<Reading, ReadError> {
    let context = Context {
        source: &spec.name,
        service: spec.service.as_deref(),
        language: spec.language.as_deref(),
        base: Some(&answer.url),
        now,
        hidden: answer.noindex,
        watched: state.last_success.is_some(),
        cursor: &state.cursor,
    };
    let is_fresh = answer.outcome == Outcome::Fresh;
    if spec.kind.is_posts() {
        let asked = Asked { polled: Polled { spec, state, now }, ask, answer, context };
        return if is_fresh {
            read_posts(&asked)
        } else {
            Ok(Reading { next: posts::next_chain(&asked.polled, ask), ..Reading::default() })
        };
    }
    let mut reading = if is_fresh {
        read_text(&charset::decode(&answer.body, answer.content_type.as_deref()), Some(kind(spec, state)), context)?
    } else {
        Reading::default()
    };
    let next = match kind(spec, state) {
        // What a feed has from before is read once: at first sight.
        SourceKind::Feed if state.last_success.is_none() => older(&reading.about, &answer.url),
        SourceKind::Feed => None,
        platform => {
            page::next_ask(platform, &Step { asked: ask, outcome: answer.outcome, state, reading: &reading, now })
        }
    };
    reading.next = next;
    Ok(reading)
}

/// Reads an answer of a source of posts.
fn read_posts(asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let decoded = charset::decode(&asked.answer.body, asked.answer.content_type.as_deref());
    let mut reading = posts::read(&page::Document::of(&decoded.text), asked)?;
    reading.repaired.splice(0..0, decoded.notes);
    Ok(reading)
}

/// The request for what is at an address that somebody gives: a feed, or a page that names one.
pub fn look_at(url: &str) -> Ask {
    const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.8, */*;q=0.5";
    Ask { url: url.to_owned(), accept: ACCEPT, ..Ask::default() }
}

/// Reads what is at an address that somebody gave.
///
/// # Errors
/// As [`read`]; [`ReadError::Html`] where it is a page.
pub fn look(answer: &Answer, now: Timestamp) -> Result<Reading, ReadError> {
    let decoded = charset::decode(&answer.body, answer.content_type.as_deref());
    let base = Some(answer.url.as_str());
    let context = Context {
        source: "",
        service: None,
        language: None,
        base,
        now,
        hidden: answer.noindex,
        watched: false,
        cursor: &NEVER_READ,
    };
    read_text(&decoded, None, context)
}

/// The request for a feed's older entries.
fn older(about: &About, page: &str) -> Option<Ask> {
    let url = about.older.clone().filter(|older| older != page)?;
    Some(Ask { url, accept: ACCEPT_FEED, ..Ask::default() })
}

/// Reads a file whose format, and perhaps platform, must be found out.
///
/// # Errors
/// As [`read`].
pub fn read_file(bytes: &[u8], hint: Hint<'_>, now: Timestamp) -> Result<Reading, ReadError> {
    let context = Context {
        source: hint.name,
        service: hint.service,
        language: None,
        base: None,
        now,
        hidden: false,
        watched: false,
        cursor: &NEVER_READ,
    };
    read_text(&charset::decode(bytes, None), hint.platform, context)
}

/// Reads a decoded document as `kind`, or as what it looks like.
fn read_text(decoded: &Decoded, kind: Option<SourceKind>, context: Context<'_>) -> Result<Reading, ReadError> {
    let mut reading = match kind {
        Some(SourceKind::Feed) | None => read_unknown(&decoded.text, kind.is_none(), context)?,
        Some(platform) => page::read(platform, &decoded.text, context)?,
    };
    reading.repaired.splice(0..0, decoded.notes.iter().cloned());
    Ok(reading)
}

/// Reads a feed, or a document of which nothing is known. Who subscribes to a page's history feed means its incidents.
fn read_unknown(text: &str, may_be_page: bool, context: Context<'_>) -> Result<Reading, ReadError> {
    let document = page::Document::of(text);
    if let Some(platform) = page::recognise(&document).filter(|_| may_be_page || document.is_xml()) {
        return platform.read(&document, context);
    }
    match sniff::format(text, "a feed")? {
        Format::Json if may_be_page && !sniff::is_json_feed(text) => Err(page::unknown(&document)),
        Format::Json => feed::read_json(text, context),
        Format::Xml => feed::read_xml(text, context),
    }
}
