//! Which platform a status page runs on, given only its address: what is asked, and what an answer shows. Pure;
//! `jobs/detect.rs` asks.
//!
//! The page itself may already show it (it is a document, or names its platform in its markup). Then the first document of
//! every platform is asked for below the address, in the order of `ADAPTERS`, in which imitators stand before what
//! they imitate; single vendors' formats are asked for only on their vendors' hosts. Last come the feeds that the page names.

use super::{ADAPTERS, Adapter, Document, adapter};
use crate::{
    model::{Answer, Ask, SourceKind, SourceState, Timestamp},
    source::{Context, Reading, discover},
    text::{charset, urls},
};

/// Hosts of vendors with a format of their own. Source: status-pages A0 and A7 to A14.
const VENDORS: [(&str, SourceKind); 15] = [
    ("slack-status.com", SourceKind::Slack),
    ("status.slack.com", SourceKind::Slack),
    ("status.heroku.com", SourceKind::Heroku),
    ("health.aws.amazon.com", SourceKind::Aws),
    ("status.aws.amazon.com", SourceKind::Aws),
    ("status.cloud.google.com", SourceKind::Google),
    ("status.firebase.google.com", SourceKind::Google),
    ("status.play.google.com", SourceKind::Google),
    ("www.google.com", SourceKind::Google),
    ("azure.status.microsoft", SourceKind::Azure),
    ("status.cloud.microsoft", SourceKind::Microsoft365),
    ("www.apple.com", SourceKind::Apple),
    ("status.salesforce.com", SourceKind::Salesforce),
    ("api.status.salesforce.com", SourceKind::Salesforce),
    ("status.zendesk.com", SourceKind::Zendesk),
];

/// Feeds that a page names and that are looked at.
const FEEDS: usize = 3;

/// What an answer shows.
pub struct Found {
    /// The platform.
    pub kind: SourceKind,
    /// Where its documents are, where that is not below the address that was given.
    pub address: Option<String>,
    /// What was read.
    pub reading: Reading,
}

/// The requests that may show the platform, the likeliest first. What one of them answers goes through [`look`].
pub fn probes(address: &str) -> Vec<Ask> {
    let state = SourceState::new("", address.trim_end_matches('/'), Timestamp::UNIX_EPOCH);
    let host = urls::host(address).unwrap_or_default();
    let vendor = VENDORS.iter().find(|(known, _)| *known == host).map(|(_, kind)| *kind);
    let is_loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok();
    // A page on an address without a name may be anybody's.
    let asked = |one: &&Adapter| !is_vendors(one.kind) || vendor == Some(one.kind) || is_loopback;
    let mut adapters: Vec<&Adapter> = ADAPTERS.iter().filter(asked).collect();
    adapters.sort_by_key(|one| vendor != Some(one.kind));
    let page =
        Ask { url: address.to_owned(), accept: "text/html, application/json;q=0.9, */*;q=0.5", ..Ask::default() };
    let mut probes: Vec<Ask> = vec![page];
    for one in adapters {
        let ask = Ask { validators: Default::default(), ..(one.first)(&state) };
        if probes.iter().all(|known| known.url != ask.url) {
            probes.push(ask);
        }
    }
    probes
}

/// Whether only one vendor's page has this format.
fn is_vendors(kind: SourceKind) -> bool {
    VENDORS.iter().any(|(_, vendor)| *vendor == kind)
}

/// What an answer shows; `None` where it shows nothing.
pub fn look(asked: &Ask, address: &str, answer: &Answer, now: Timestamp) -> Option<Found> {
    let decoded = charset::decode(&answer.body, answer.content_type.as_deref());
    let document = Document::of(&decoded.text);
    let base = Some(answer.url.as_str());
    let context = Context::alone(base, now);
    // Who was asked for a document and shows a page on another host is not at home.
    if urls::host(&answer.url) != urls::host(&asked.url) && !document.is_xml() && document.value().is_none() {
        return None;
    }
    let found = super::recognise(&document)?;
    let reading = found.read(&document, context).ok()?;
    // What stands at the address itself is asked for there, unless the platform has its own way from it.
    let own = SourceState::new("", address.trim_end_matches('/'), now);
    let is_elsewhere = asked.url == address && (found.first)(&own).url != address && !document.is_html();
    let address = is_elsewhere.then(|| answer.url.clone());
    Some(Found { kind: found.kind, address, reading })
}

/// The feeds that a page for people names.
pub fn feeds(answer: &Answer) -> Vec<Ask> {
    let decoded = charset::decode(&answer.body, answer.content_type.as_deref());
    let named = discover::named(&decoded.text, &answer.url);
    let ask = |url: String| Ask { url, accept: "application/atom+xml, application/rss+xml", ..Ask::default() };
    named.into_iter().map(|feed| ask(feed.url)).take(FEEDS).collect()
}

/// A feed as that of a status page that has nothing else: it must be one, with something in it that was read.
pub fn look_at_feed(answer: &Answer, now: Timestamp) -> Option<Found> {
    let decoded = charset::decode(&answer.body, answer.content_type.as_deref());
    let document = Document::of(&decoded.text);
    let base = Some(answer.url.as_str());
    let context = Context::alone(base, now);
    let own = super::recognise(&document).or_else(|| adapter(SourceKind::StatusFeed))?;
    let reading = own.read(&document, context).ok().filter(|reading| !reading.incidents.is_empty())?;
    Some(Found { kind: own.kind, address: Some(answer.url.clone()), reading })
}
