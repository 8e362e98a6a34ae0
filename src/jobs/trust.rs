//! Whether what a source says can be believed, although it answers: pure, on what one poll showed and what was known
//! before. A document that cannot be read at all (a page for people instead of JSON) is a failure, not a doubt.

use jiff::SignedDuration;
use url::Url;

use crate::{
    model::{
        Answer, Doubt, IncidentKind, Outcome, PageIdentity, SourceKind, SourceSpec, SourceState, Timestamp, quorum,
    },
    source::Reading,
};

/// A page on which nothing has changed for so long was left. A page of a small vendor may be silent for a year or two.
const FROZEN_AFTER: SignedDuration = SignedDuration::from_hours(3 * 365 * 24);

/// An incident that is open without a word for so long was forgotten. Outages of a cloud's region stay open for months,
/// but not without a word.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A feed that held so few entries may well be empty some day.
const FEW: u64 = 5;

/// What the documents of one poll showed.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Names that somebody might give the service.
    known_as: Vec<String>,
    fresh: usize,
    unchanged: usize,
    found: usize,
    newest: Option<Timestamp>,
    page: Option<PageIdentity>,
    host: Option<String>,
    stuck: Option<(String, Timestamp)>,
}

impl Evidence {
    /// Before the first answer.
    pub fn new(known_as: Vec<String>) -> Self {
        Self { known_as, ..Self::default() }
    }

    /// Takes one answer with what was read of it.
    pub fn take(&mut self, answer: &Answer, reading: &Reading, now: Timestamp) {
        self.host.get_or_insert_with(|| host(&answer.url));
        match answer.outcome {
            Outcome::Fresh => self.fresh += 1,
            Outcome::Unchanged => self.unchanged += 1,
        }
        self.found += reading.incidents.len() + reading.items.len();
        let newest = newest(reading, now);
        self.newest = self.newest.max(newest);
        if self.page.as_ref().is_none_or(|page| page.id.is_none()) {
            self.page = reading.page.clone().or(self.page.take());
        }
        for incident in &reading.incidents {
            let Some(last) = incident.last_update_at else { continue };
            let is_open = incident.kind == IncidentKind::Outage && !incident.phase.is_over();
            let is_oldest = self.stuck.as_ref().is_none_or(|(_, since)| last < *since);
            if is_open && is_oldest && now.duration_since(last) > STUCK_AFTER {
                self.stuck = Some((incident.title.clone(), last));
            }
        }
    }

    /// Whether the page that was read so far is none of the service's.
    pub fn is_foreign(&self, spec: &SourceSpec, before: &SourceState) -> bool {
        self.foreign(spec, before).is_some()
    }

    /// The identity to remember: the page that was there first, until one by a name of the service stands in its place.
    pub fn identity(&self, before: &SourceState) -> Option<PageIdentity> {
        match (&before.page, &self.page) {
            (Some(old), Some(new)) if self.is_replaced(old, new) => Some(old.clone()),
            (Some(old), Some(new)) => Some(PageIdentity {
                id: new.id.clone().or_else(|| old.id.clone()),
                host: new.host.clone().or_else(|| old.host.clone()),
                name: new.name.clone().or_else(|| old.name.clone()),
            }),
            (old, new) => new.clone().or_else(|| old.clone()),
        }
    }

    /// The newest change that the page ever told of.
    pub fn newest(&self, before: &SourceState) -> Option<Timestamp> {
        self.newest.max(before.newest)
    }

    /// Every doubt after a poll that worked.
    pub fn doubts(&self, spec: &SourceSpec, before: &SourceState, now: Timestamp) -> Vec<Doubt> {
        if self.fresh == 0 {
            // Nothing was said anew: what was doubtful is so still, and silence may have grown too long.
            let mut kept = before.doubts.clone();
            kept.retain(|doubt| !matches!(doubt, Doubt::Frozen { .. }));
            kept.extend(self.frozen(spec, before, now));
            return kept;
        }
        let stuck = self.stuck.clone().map(|(title, since)| Doubt::Stuck { title, since });
        [
            self.foreign(spec, before),
            self.emptied(spec, before),
            self.frozen(spec, before, now),
            self.elsewhere(before),
            stuck,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn foreign(&self, spec: &SourceSpec, before: &SourceState) -> Option<Doubt> {
        let page = self.page.as_ref()?;
        if let Some(old) = before.page.as_ref().filter(|old| self.is_replaced(old, page)) {
            let name = |page: &PageIdentity| page.name.clone().or_else(|| page.id.clone()).unwrap_or_default();
            return Some(Doubt::Replaced { before: name(old), now: name(page) });
        }
        // Where the service's own domain answers, the page is the service's, whatever it is called.
        let name = page.name.as_ref().filter(|_| spec.kind.is_page() && spec.service.is_some())?;
        let host = self.host.as_deref().unwrap_or_default();
        let is_anybodys = quorum::hosting(host).is_some() || self.is_elsewhere(before);
        let is_ours = self.is_known(name) || is_named(host, &self.known_as);
        // A sub-domain of a hosting is anybody's to claim: there only the name counts.
        let is_ours = if quorum::hosting(host).is_some() { self.is_known(name) } else { is_ours };
        (is_anybodys && !is_ours).then(|| Doubt::Foreign { name: name.clone() })
    }

    /// Another id under another name, which is none of the service's: both ids must be known.
    fn is_replaced(&self, old: &PageIdentity, new: &PageIdentity) -> bool {
        let other_id = matches!((&old.id, &new.id), (Some(old), Some(new)) if old != new);
        let other_name = matches!((&old.name, &new.name), (Some(old), Some(new)) if squeezed(old) != squeezed(new));
        other_id && other_name && !new.name.as_ref().is_some_and(|name| self.is_known(name))
    }

    fn is_known(&self, name: &str) -> bool {
        is_named(name, &self.known_as)
    }

    /// Only what keeps a history is never empty: a list of what is open now is so on good days.
    fn emptied(&self, spec: &SourceSpec, before: &SourceState) -> Option<Doubt> {
        let kind = kind_of(spec, before);
        let keeps_history = match kind {
            SourceKind::Feed => before.items >= FEW && !before.address().contains('?'),
            SourceKind::Statuspage | SourceKind::IncidentIo | SourceKind::StatusFeed | SourceKind::Hund => true,
            SourceKind::StatusJson => true,
            _ => false,
        };
        let is_empty = self.found == 0 && self.unchanged == 0 && before.items > 0;
        (keeps_history && is_empty).then_some(Doubt::Emptied { had: before.items })
    }

    fn frozen(&self, spec: &SourceSpec, before: &SourceState, now: Timestamp) -> Option<Doubt> {
        let kind = kind_of(spec, before);
        let since = self.newest(before).filter(|_| kind.is_page() && !measures_itself(kind))?;
        (now.duration_since(since) > FROZEN_AFTER).then_some(Doubt::Frozen { since })
    }

    fn elsewhere(&self, before: &SourceState) -> Option<Doubt> {
        self.is_elsewhere(before).then(|| Doubt::Elsewhere { host: self.host.clone().unwrap_or_default() })
    }

    /// Whether the host that answered belongs to somebody else than the one that was asked.
    fn is_elsewhere(&self, before: &SourceState) -> bool {
        let asked = host(before.address());
        self.host.as_ref().is_some_and(|answered| owner(answered) != owner(&asked))
    }
}

/// As what a source is read.
fn kind_of(spec: &SourceSpec, before: &SourceState) -> SourceKind {
    before.platform.filter(|_| spec.kind == SourceKind::Page).unwrap_or(spec.kind)
}

/// Whether a platform watches by itself what it reports: there nobody can forget the page, and silence is good news.
fn measures_itself(kind: SourceKind) -> bool {
    use SourceKind::{BetterStack, Gatus, Upptime, UptimeCom, UptimeKuma, Vigil};
    matches!(kind, BetterStack | Gatus | UptimeCom | UptimeKuma | Upptime | Vigil)
}

/// The newest change that a document tells of; what lies ahead was announced at the latest now. A page's own stamp counts
/// where it reports its state; a feed's is made anew with every copy.
fn newest(reading: &Reading, now: Timestamp) -> Option<Timestamp> {
    let stamp = reading.about.updated.filter(|_| reading.report.is_some());
    let incidents = reading.incidents.iter().filter_map(|incident| incident.last_update_at);
    let impacts = reading.impacts.iter().map(|impact| impact.until.unwrap_or(now));
    // Who counts days measures by itself, today too.
    let days = reading.days.first().map(|_| now);
    stamp.into_iter().chain(incidents).chain(impacts).chain(days).max().map(|at| at.min(now))
}

fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The registrable domain of a name; an address is its own owner.
fn owner(host: &str) -> &str {
    if host.parse::<std::net::IpAddr>().is_ok() { host } else { psl::domain_str(host).unwrap_or(host) }
}

/// Letters and digits, lower case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Words that stand in the names of many pages and services, and name none.
const COMMON: [&str; 16] = [
    "status", "cloud", "inc", "llc", "ltd", "gmbh", "the", "page", "system", "systems", "service", "services", "com",
    "net", "org", "app",
];

/// Whether one of the names is in the text, or shares a word with it.
fn is_named(text: &str, names: &[String]) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase);
        words.filter(|word| word.chars().count() >= 2 && !COMMON.contains(&word.as_str())).collect()
    };
    let (own, whole) = (words(stem(text)), squeezed(text));
    names.iter().map(|name| stem(name)).any(|name| {
        let squeezed = squeezed(name);
        let is_part = squeezed.chars().count() >= 3 && whole.contains(&squeezed)
            || whole.chars().count() >= 3 && squeezed.contains(&whole);
        is_part || words(name).iter().any(|word| own.contains(word))
    })
}

/// A domain without its last label, which names nobody; any other name as it is.
fn stem(name: &str) -> &str {
    let is_domain = !name.contains(char::is_whitespace);
    name.rsplit_once('.').filter(|_| is_domain).map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
