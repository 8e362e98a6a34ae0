//! What reads a text before it is judged: the names and the phrases that are looked for.

use sha2::{Digest, Sha256};

use super::{cues::Cues, features::Reading, unnamed::PARTS};
use crate::{
    catalogue::{
        Catalogue, Service,
        alias::{AliasTable, How, Mention},
    },
    model::ItemKind,
    text::{data::lines, fold::fold},
};

/// How much of a text is judged, in bytes: what an article is about it says at its beginning.
const JUDGED: usize = 16 * 1024;

/// Bytes of a digest that tell lists of names apart.
const DIGEST: usize = 4;

/// Knows every name and every phrase.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The services of the catalogue, and others that are only known by name.
    pub services: Vec<Service>,
    /// The names that a text is read by before it is judged: they are masked, and open the gate before streams.
    pub aliases: AliasTable,
    /// Every name: which service it is that a text about an outage speaks of. There are ten times as many, and most are
    /// seldom spoken of; what was learned, and what a stream is sifted by, does not hang on them.
    pub every: AliasTable,
    /// The phrases.
    pub cues: Cues,
}

impl Reader {
    /// A reader that knows these services.
    pub fn new(catalogue: &Catalogue) -> Self {
        let masked = with(catalogue, include_str!("data/names.txt"));
        let known = with(&masked, include_str!("data/services.txt"));
        // A list that grows at its end: a service has the same place in both.
        debug_assert!(masked.services().iter().zip(known.services()).all(|(a, b)| a.name == b.name));
        Self {
            aliases: AliasTable::new(&masked),
            every: AliasTable::with_letters(&known),
            services: known.services().to_vec(),
            cues: Cues::shipped(),
        }
    }

    /// The beginning of a digest of every name, in hexadecimal.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for service in &self.services {
            let Service { name, owner, domain, aliases, ambiguous, hashtags, .. } = service;
            hasher.update(format!("{name}\n{owner}\n{domain:?}\n{aliases:?}\n{ambiguous:?}\n{hashtags:?}\n"));
        }
        hasher.finalize().iter().take(DIGEST).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads a text from a source.
    pub fn read(&self, text: &str, kind: ItemKind, source: &str, into: &mut Reading) {
        let has_context = self.service_of_source(source).is_some();
        into.read(beginning(text), kind, has_context, &self.aliases, &self.cues);
    }

    /// The service that a name read from a text begins with, when only a part of it or its desk is named behind it.
    pub fn known_by_beginning(&self, name: &str) -> Option<String> {
        let mut folded = String::new();
        fold(name, &mut folded);
        let mention = self.every.mentions(&folded).find(|mention| mention.from == 0)?;
        let known = |word: &str| [&PARTS[..], &PARTS_OF_KNOWN, &DESKS].iter().any(|list| list.contains(&word));
        let is_part = folded[mention.to..].split_whitespace().all(known);
        self.services.get(mention.service).filter(|_| is_part).map(|service| service.name.clone())
    }

    /// The service that a source is about by its name (`github_status`, `r/slack`): the longest that is named.
    pub fn service_of_source(&self, source: &str) -> Option<usize> {
        if source.is_empty() {
            return None;
        }
        let words = source.to_lowercase().replace(['_', '/', '-', '.', ':', '\0'], " ");
        let longest = self.aliases.mentions(&words).max_by_key(|mention| mention.to - mention.from);
        longest.map(|mention| mention.service)
    }

    /// The service whose status page a source is by its name, which may also be one that is only looked for in outages: then
    /// the name is all that the source is called. What people write on is often called so, too, and is not what they write of.
    pub fn service_of_page(&self, source: &str) -> Option<usize> {
        let words = source.to_lowercase();
        let is_whole =
            |mention: &Mention| (mention.from, mention.to) == (0, words.len()) && mention.how != How::Ambiguous;
        let whole = || self.every.mentions(&words).find(is_whole).map(|mention| mention.service);
        self.service_of_source(source).or_else(whole)
    }
}

/// Whom a handle speaks for, behind the name of its service: the desk for customers, or a country.
const DESKS: [&str; 22] = [
    "help",
    "support",
    "care",
    "cares",
    "hizmet",
    "destek",
    "staff",
    "assistenza",
    "clienti",
    "ayuda",
    "ajuda",
    "client",
    "clients",
    "sav",
    "hilft",
    "pomoc",
    "uk",
    "us",
    "de",
    "fr",
    "es",
    "tr",
];

/// What else stands behind the name of a service that is known when a part of it is meant: `Amazon homepage`. Behind other
/// names it may be their end (`Cash App`).
const PARTS_OF_KNOWN: [&str; 8] = ["homepage", "search", "service", "services", "app", "login", "store", "cloud"];

/// A service of the catalogue with the names that we know besides.
fn joined(known: &Service, more: &Service) -> Service {
    let mut service = known.clone();
    service.aliases.extend(more.aliases.iter().cloned());
    service.ambiguous.extend(more.ambiguous.iter().cloned());
    service
}

/// The part of a text that is judged.
pub fn beginning(text: &str) -> &str {
    let end = (0..=text.len().min(JUDGED)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// A catalogue with the services of a list besides: carriers, airlines, banks and others that have no status page we read
/// but are spoken of.
fn with(catalogue: &Catalogue, list: &'static str) -> Catalogue {
    let mut known = catalogue.clone();
    for service in named(list) {
        let held = known.services().iter().find(|other| other.name.eq_ignore_ascii_case(&service.name));
        let service = held.map_or_else(|| service.clone(), |held| joined(held, &service));
        known.put(service);
    }
    known
}

/// The lines of a list: a name, its other names, and those of them that are words as well.
fn named(list: &'static str) -> impl Iterator<Item = Service> {
    lines(list).map(|line| {
        let mut fields = line.split('|').map(str::trim);
        let mut service = Service::named(fields.next().unwrap_or_default());
        let list = |field: Option<&str>| -> Vec<String> {
            let words = field.unwrap_or_default().split(';').map(str::trim);
            words.filter(|word| !word.is_empty() && *word != "-").map(str::to_owned).collect()
        };
        service.aliases = list(fields.next());
        service.ambiguous = list(fields.next());
        service
    })
}
