//! From bytes to items and incidents. Pure: what to ask and how to read the answer are functions of their arguments;
//! `fetch` stands between. One file per protocol.
//!
//! Reading order: [`first_ask`], [`read`], [`read_file`], `feed` (RSS, Atom, JSON Feed), `repair`, `statuspage` (JSON),
//! `statuspage_history` (its two feeds), `statuspage_archive` (its old months).

mod feed;
mod repair;
mod statuspage;
mod statuspage_archive;
mod statuspage_history;

use std::time::Duration;

use crate::{
    model::{Answer, Ask, Incident, Item, PageIdentity, SourceKind, SourceSpec, SourceState, Timestamp},
    text::{charset, html},
};

/// What was read out of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it was read as.
    pub platform: SourceKind,
    /// What the document calls itself.
    pub title: Option<String>,
    /// Items, in the order of the document.
    pub items: Vec<Item>,
    /// Incidents with their updates.
    pub incidents: Vec<Incident>,
    /// What could not be read, one line each: which, and why.
    pub skipped: Vec<String>,
    /// What had to be mended.
    pub repaired: Vec<String>,
    /// How long it asks to be left alone (RSS `ttl`).
    pub lifetime: Option<Duration>,
    /// One more request that this poll wants.
    pub next: Option<Ask>,
    /// The page that speaks.
    pub page: Option<PageIdentity>,
}

impl Reading {
    /// Nothing read.
    pub fn empty(platform: SourceKind) -> Self {
        Self {
            platform,
            title: None,
            items: Vec::new(),
            incidents: Vec::new(),
            skipped: Vec::new(),
            repaired: Vec::new(),
            lifetime: None,
            next: None,
            page: None,
        }
    }
}

/// Why a document could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing there.
    #[error("the document is empty")]
    Empty,
    /// A web page instead of data: a login, a challenge, a catch-all.
    #[error("it is an HTML page, not {0}")]
    Html(&'static str),
    /// Another format.
    #[error("it is {0}, which downwire does not read")]
    Other(String),
    /// XML that stays broken after what could be mended.
    #[error("it is not well-formed: {0}")]
    Xml(String),
    /// JSON that is broken.
    #[error("it is not JSON: {0}")]
    Json(String),
    /// JSON of an unknown shape.
    #[error("it is JSON, but neither a JSON Feed nor a document of a status page")]
    JsonShape,
    /// An entity bomb, or what could be one.
    #[error("its DOCTYPE declares entities ({0} bytes): refused, because such declarations can expand without end")]
    Doctype(usize),
    /// The parser failed in a way that it should not.
    #[error("the feed parser failed on it (a bug worth reporting)")]
    Parser,
}

/// What `import` knows of a file.
#[derive(Debug, Clone, Copy)]
pub struct Hint<'a> {
    /// What it is; found out where `None`.
    pub platform: Option<SourceKind>,
    /// Whose page it is.
    pub service: Option<&'a str>,
    /// The file's name: the source and namespace of a feed's items, unless the feed has an id.
    pub name: &'a str,
}

/// Where a document comes from, as far as it matters to what is in it.
pub(crate) struct Origin<'a> {
    /// The name of the source.
    source: &'a str,
    /// The namespace of a feed's items.
    namespace: String,
    service: Option<&'a str>,
    language: Option<&'a str>,
    /// The address it was fetched from; `None` for a file.
    url: Option<&'a str>,
    hidden: bool,
    /// The source was read before, so what is new was observed.
    watched: bool,
    now: Timestamp,
}

/// The first request of a poll.
pub fn first_ask(spec: &SourceSpec, state: &SourceState) -> Ask {
    match spec.kind {
        SourceKind::Feed => ask(state, state.address().to_owned(), feed::ACCEPT),
        SourceKind::Statuspage if is_document(state.address()) => {
            ask(state, state.address().to_owned(), statuspage::ACCEPT)
        }
        SourceKind::Statuspage => ask(state, statuspage::summary_url(state.address()), statuspage::ACCEPT),
    }
}

/// Whether a status page was given by one of its documents (a history feed, say) instead of its root.
fn is_document(address: &str) -> bool {
    [".atom", ".rss", ".json", ".xml"].iter().any(|ending| address.ends_with(ending))
}

/// A request, conditional where its address was read before.
fn ask(state: &SourceState, url: String, accept: &'static str) -> Ask {
    let validators = state.validators.get(&url).cloned().unwrap_or_default();
    Ask { url, accept, validators }
}

/// Reads the answer to `asked`.
///
/// # Errors
/// The document as a whole cannot be read. What is wrong with single entries is in [`Reading::skipped`].
pub fn read(
    spec: &SourceSpec,
    state: &SourceState,
    asked: &Ask,
    answer: &Answer,
    now: Timestamp,
) -> Result<Reading, ReadError> {
    let origin = Origin {
        source: &spec.name,
        namespace: format!("feed:{}", spec.name),
        service: spec.service.as_deref(),
        language: spec.language.as_deref(),
        url: Some(&answer.url),
        hidden: answer.noindex,
        watched: state.last_success.is_some(),
        now,
    };
    let decoded = charset::decode(&answer.body, answer.content_type.as_deref());
    let mut reading = match spec.kind {
        // Who subscribes to a page's history feed means its incidents.
        SourceKind::Feed if statuspage_history::is_one(&decoded.text) => {
            statuspage_history::read(&decoded.text, &origin)?
        }
        SourceKind::Feed => feed::read(&decoded.text, &origin)?,
        SourceKind::Statuspage => {
            let mut reading = statuspage::read(&decoded.text, &origin)?;
            let list = statuspage::incidents_url(state.address());
            if asked.url != list && !is_document(state.address()) {
                reading.next = Some(ask(state, list, statuspage::ACCEPT));
            }
            reading
        }
    };
    reading.repaired.splice(0..0, decoded.notes);
    Ok(reading)
}

/// Reads a file: finds out what it is, unless told.
///
/// # Errors
/// As [`read`].
pub fn read_file(bytes: &[u8], hint: Hint<'_>, now: Timestamp) -> Result<Reading, ReadError> {
    let decoded = charset::decode(bytes, None);
    let text = decoded.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let origin = Origin {
        source: hint.name,
        namespace: format!("feed:{}", hint.name),
        service: hint.service,
        language: None,
        url: None,
        hidden: false,
        watched: false,
        now,
    };
    let is_page = match hint.platform {
        Some(platform) => platform == SourceKind::Statuspage,
        None => statuspage::is_one(text) || statuspage_history::is_one(text),
    };
    let mut reading = if !is_page {
        feed::read(&decoded.text, &origin)?
    } else if text.starts_with('<') {
        statuspage_history::read(&decoded.text, &origin)?
    } else {
        statuspage::read(&decoded.text, &origin)?
    };
    reading.repaired.splice(0..0, decoded.notes);
    Ok(reading)
}

/// A plain one-line text of markup.
fn line(markup: &str) -> String {
    html::to_text(markup).replace('\n', " ")
}
