//! Which services a text speaks of, and in which role.
//!
//! Names of the catalogue come first; a name that is also a word counts only with a second cue (words of an outage beside
//! it, an `@` or a domain, its owner, the source). Where nothing known is named, the name is read from how such texts are
//! built: `Name: what happened`, `Name is down`, `@name`. Letters' case is never a cue.

use std::sync::LazyLock;

use super::{
    features::Reading,
    mention::{counts, is_medium},
    reader::Reader,
    unnamed,
    words::Words,
};
use crate::{
    catalogue::{Service, alias::How},
    model::{ItemKind, Role, verdict::Attribution},
};

/// Services of a text at most: a text that names more is a list.
const MOST: usize = 12;

/// Words before a service that is the cause of another's failure.
const BECAUSE: &[&str] = &[
    "due to",
    "caused by",
    "because of",
    "because",
    "blamed on",
    "blames",
    "upstream provider",
    "our provider",
    "hosting provider",
    "cloud provider",
    "thanks to",
    "stemming from",
    "traced to",
    "result of",
    "wegen",
    "a cause de",
    "a cause d",
    "a cause dun",
    "a cause dune",
    "debido a",
    "por culpa de",
    "por causa de",
    "a causa di",
    "z powodu",
    "per colpa di",
    "devido a",
    "por una falla de",
    "por fallas de",
    "karena",
    "akibat",
    "بسبب",
    "acquiring partners",
    "our partner",
    "our partners",
    "hosted on",
    "relies on",
];

/// Words between a service and those that it took down.
pub(super) const TOOK_DOWN: &[&str] = &[
    "takes down",
    "took down",
    "taking down",
    "brings down",
    "bringing down",
    "brought down",
    "knocks out",
    "knocked out",
    "impacts",
    "impacted",
    "impacting",
    "hits",
    "affecting",
    "disrupts",
    "disrupted",
    "breaks",
    "cripples",
    "takes out",
    "legt",
    "derruba",
    "tumba",
    "paralyse",
    "deja sin servicio",
    "deja sin",
    "lumpuhkan",
];

/// Words for an outage between a service and what it took down.
const OUTAGES: &[&str] = &["outage", "down", "ausfall", "panne", "caida", "queda", "failure", "problem", "falla"];

/// What was found.
#[derive(Default)]
pub struct Attributed {
    /// Each service once, in the order of the text.
    pub services: Vec<Attribution>,
    /// Why.
    pub why: Vec<String>,
    /// Where each is named first; nowhere for what the source names.
    at: Vec<Option<usize>>,
}

/// The services that a text names.
pub fn attribute(reading: &Reading, raw: &str, source: &str, outage: bool, reader: &Reader) -> Attributed {
    let folded = reading.normal.folded.as_str();
    let of_source = reader.service_of_source(source);
    let mut attributed = Attributed::default();
    let mentions = &reading.normal.mentions;
    for mention in mentions {
        let Some(service) = reader.services.get(mention.service) else { continue };
        let is_said_there = mentions.len() > 1 && is_medium(folded, mention);
        if is_said_there || !counts(mention, service, mentions, folded, of_source, reader, raw) {
            continue;
        }
        let word = &folded[mention.from..mention.to];
        let role = role(folded, mention.from, mention.to);
        attributed.add(&service.name, role, Some(mention.from), || reason(service, word, mention.how));
    }
    if let Some(service) = of_source.and_then(|at| reader.services.get(at)) {
        let is_named = attributed.services.iter().any(|known| same_house(&known.name, service, reader));
        // A source is about its service; only an official one is about it even when another is named.
        let is_official = reading.kind == ItemKind::StatusUpdate as usize;
        // What is said there and names nobody is about it whether it is judged an outage or not.
        if !is_named && (attributed.services.is_empty() || outage && is_official) {
            attributed.add(&service.name, Role::Affected, None, || {
                format!("its source ‘{source}’ is about {}", service.name)
            });
        }
    }
    if outage && attributed.services.iter().all(|known| known.role == Role::Upstream) {
        for name in unnamed::names(raw, reading.kind) {
            let name = reader.known_by_beginning(&name).unwrap_or(name);
            let known = attributed.services.iter().any(|known| known.name.eq_ignore_ascii_case(&name));
            if !known {
                attributed.add(&name, Role::Affected, None, || format!("names ‘{name}’, which is in no list"));
                attributed
                    .services
                    .iter_mut()
                    .filter(|known| known.name == name)
                    .for_each(|known| known.unlisted = true);
            }
        }
    }
    attributed.took_down(folded);
    attributed
}

impl Attributed {
    fn add(&mut self, name: &str, role: Role, at: Option<usize>, why: impl FnOnce() -> String) {
        if let Some(known) = self.services.iter_mut().find(|known| known.name == name) {
            // Down itself outweighs being named as a cause elsewhere.
            if role == Role::Affected {
                known.role = role;
            }
        } else if self.services.len() < MOST {
            let suffix = if role == Role::Upstream { ", as the cause" } else { "" };
            self.why.push(why() + suffix);
            self.services.push(Attribution { name: name.to_owned(), role, unlisted: false });
            self.at.push(at);
        }
    }

    /// `AWS outage impacts Ring and Roku`: the first is the cause of the others.
    fn took_down(&mut self, folded: &str) {
        if self.services.len() < 2 || self.services.iter().any(|known| known.role == Role::Upstream) {
            return;
        }
        static VERBS: LazyLock<Words> = LazyLock::new(|| Words::new(TOOK_DOWN));
        let Some(verb) = VERBS.find(folded).map(|(from, _)| from).min() else { return };
        let is_before = |at: &Option<usize>| at.is_some_and(|at| at < verb);
        let says = folded[..verb].split(' ').any(|word| OUTAGES.iter().any(|known| word.starts_with(known)));
        if is_before(&self.at[0]) && !self.at[1..].iter().any(is_before) && says {
            self.services[0].role = Role::Upstream;
        }
    }
}

/// Whether a service that was named is the other one, or belongs to it.
fn same_house(name: &str, service: &Service, reader: &Reader) -> bool {
    name == service.name || reader.services.iter().any(|known| known.name == name && known.owner == service.name)
}

fn role(folded: &str, from: usize, to: usize) -> Role {
    static CUES: LazyLock<Words> = LazyLock::new(|| Words::new(BECAUSE));
    let start = (from.saturating_sub(64)..=from).find(|start| folded.is_char_boundary(*start)).unwrap_or(from);
    // A sentence that ended before the name says nothing of it.
    let before = folded[start..from].rsplit(['.', '!', '?', ';']).next().unwrap_or_default();
    let Some(cue) = CUES.find(before).map(|(_, end)| end).max() else { return Role::Affected };
    let between: Vec<&str> = before[cue..].split_whitespace().collect();
    // `because i cannot open slack` names no cause.
    let is_person =
        between.iter().any(|word| matches!(*word, "i" | "we" | "you" | "they" | "my" | "me" | "ich" | "je"));
    let after = folded[to..].trim_start();
    let is_own = after.starts_with("customers") || after.starts_with("users");
    if is_person || is_own || between.len() > 9 { Role::Affected } else { Role::Upstream }
}

fn reason(service: &Service, word: &str, how: How) -> String {
    let by = match how {
        How::Name | How::Ambiguous if word.eq_ignore_ascii_case(&service.name) => String::new(),
        How::Name | How::Ambiguous => format!(" by alias ‘{word}’"),
        How::Domain => format!(" by domain ‘{word}’"),
        How::Hashtag => format!(" by hashtag ‘{word}’"),
    };
    format!("names {}{by}", service.name)
}

/// Whether a text names a service: for the gate before streams.
pub fn names_somebody(reading: &Reading) -> bool {
    !reading.normal.mentions.is_empty()
}
