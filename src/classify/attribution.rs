//! Which services a text speaks of, and in which role.
//!
//! Names of the catalogue come first; a name that is also a word counts only with a second cue (words of an outage beside
//! it, an `@` or a domain, its owner, the source). Where nothing known is named, the name is read from how such texts are
//! built: `Name: what happened`, `Name is down`, `@name`. Letters' case is never a cue.

use super::{
    cues::{Cue, LANGUAGES},
    features::Reading,
    mention::{counts, is_noun, list_around},
    normal::Normal,
    phrasing::{PHRASING, sentence},
    reader::Reader,
    roles::{Named, Part},
    unnamed,
};
use crate::{
    catalogue::{
        Service,
        alias::{How, Mention},
    },
    model::{ItemKind, Role, verdict::Attribution},
};

/// Services of a text at most: a text that names more is a list.
const MOST: usize = 12;

/// Words between a name that is also a word and what says that it fails, at most: behind it, and before it.
const BEHIND: usize = 4;
const BEFORE: usize = 2;
/// The same behind one that does not begin its sentence.
const BESIDE: usize = 1;

/// What was found.
#[derive(Default)]
pub struct Attributed {
    /// Each service once, in the order of the text.
    pub services: Vec<Attribution>,
    /// Why.
    pub why: Vec<String>,
}

/// The services that a text names.
pub fn attribute(reading: &Reading, raw: &str, source: &str, outage: bool, reader: &Reader) -> Attributed {
    let folded = reading.normal.folded.as_str();
    let of_source = reader.service_of_source(source);
    let mut attributed = Attributed::default();
    let titled = outage.then(|| unnamed::titled(raw, reading.kind)).flatten();
    // What is about no outage is seldom asked whom it names: the names that it was read by must do.
    let every: Vec<Mention> = if outage { reader.every.mentions(folded).collect() } else { Vec::new() };
    let mentions = if outage { every.as_slice() } else { reading.normal.mentions.as_slice() };
    let mentions = Asked { reading, mentions, raw, of_source, titled: titled.as_deref(), reader }.named(outage);
    let known = |mention: &Mention| Some((mention.from, mention.to, reader.services.get(mention.service)?));
    let is_official = reading.kind == ItemKind::StatusUpdate as usize;
    let all = Named {
        text: folded,
        all: mentions.iter().filter_map(known).collect(),
        titled: title_ends(titled.as_deref(), folded),
        page_of: of_source.filter(|_| is_official).and_then(|at| reader.services.get(at)),
    };
    for ((mention, (from, to, service)), part) in mentions.iter().zip(&all.all).zip(all.parts()) {
        let Part::In(role) = part else { continue };
        let name = PHRASING.branch(&service.name, LANGUAGES[reading.language]);
        attributed.add(name, role, || reason(service, &folded[*from..*to], mention.how));
    }
    if let Some(service) = of_source.and_then(|at| reader.services.get(at)) {
        let is_named = attributed.services.iter().any(|known| same_house(&known.name, service, reader));
        // A source is about its service; only an official one is about it even when another is named.
        // What is said there and names nobody is about it whether it is judged an outage or not.
        if !is_named && (attributed.services.is_empty() || outage && is_official) {
            attributed
                .add(&service.name, Role::Affected, || format!("its source ‘{source}’ is about {}", service.name));
        }
    }
    if outage && attributed.services.iter().all(|known| known.role == Role::Upstream) {
        for name in unnamed::names(raw, reading.kind) {
            attributed.add_unlisted(name, reader);
        }
    } else if let Some(name) = titled.filter(|_| is_official && of_source.is_none()) {
        // Whose page it stands on is named first; what else is named may be its part, or why.
        if !mentions.iter().any(|mention| mention.from < all.titled) {
            attributed.add_unlisted(name, reader);
        }
    }
    attributed
}

/// Where the title ends in the folded text that a name before a colon is.
fn title_ends(titled: Option<&str>, folded: &str) -> usize {
    titled.and_then(|_| folded.find(':')).unwrap_or_default()
}

/// What is asked of a text to tell which mentions name a service.
struct Asked<'a> {
    reading: &'a Reading,
    mentions: &'a [Mention],
    raw: &'a str,
    of_source: Option<usize>,
    titled: Option<&'a str>,
    reader: &'a Reader,
}

impl Asked<'_> {
    /// The mentions that name a service. In an outage a name that is also a word does where nothing else is named and it is
    /// told to fail, or where it stands in a list with names.
    fn named(&self, outage: bool) -> Vec<Mention> {
        let mentions = self.mentions;
        let mut named: Vec<bool> = mentions.iter().map(|mention| self.counts(mention)).collect();
        if outage && self.all_stand_by(&named) {
            for (at, mention) in mentions.iter().enumerate() {
                named[at] = named[at] || self.is_told_to_fail(mention);
            }
        }
        if outage {
            mentions.iter().zip(&mut named).for_each(|(mention, named)| *named |= self.is_introduced(mention));
            let listed: Vec<bool> = mentions.iter().map(|mention| self.stands_in_a_list_of(mention, &named)).collect();
            named.iter_mut().zip(listed).for_each(|(named, listed)| *named |= listed);
        }
        mentions.iter().zip(named).filter(|(_, named)| *named).map(|(mention, _)| *mention).collect()
    }

    fn folded(&self) -> &str {
        self.reading.normal.folded.as_str()
    }

    fn language(&self) -> &'static str {
        LANGUAGES[self.reading.language]
    }

    fn counts(&self, mention: &Mention) -> bool {
        let Some(service) = self.reader.services.get(mention.service) else { return false };
        let (folded, mentions) = (self.folded(), self.mentions);
        let is_title = |name: &str| folded[..mention.to].trim() == folded_name(name);
        counts(mention, service, mentions, folded, self.of_source, self.reader, self.raw, self.language())
            || self.titled.is_some_and(is_title)
    }

    fn all_stand_by(&self, named: &[bool]) -> bool {
        let mentions = self.mentions.iter().zip(named).filter(|(_, named)| **named);
        let known = |mention: &Mention| Some((mention.from, mention.to, self.reader.services.get(mention.service)?));
        let all = mentions.filter_map(|(mention, _)| known(mention)).collect();
        Named { text: self.folded(), all, titled: 0, page_of: None }.all_stand_by()
    }

    fn is_told_to_fail(&self, mention: &Mention) -> bool {
        let (folded, mentions) = (self.folded(), self.mentions);
        mention.how == How::Ambiguous
            && !PHRASING.is_common(&folded[mention.from..mention.to], self.language())
            && !is_noun(folded, mention, mentions, false)
            && is_told_to_fail(folded, mention, self.reader)
    }

    /// `the carrier Three`: it is said that a service is named.
    fn is_introduced(&self, mention: &Mention) -> bool {
        let before = self.folded()[..mention.from].trim_end();
        !PHRASING.is_never(&self.folded()[mention.from..mention.to], self.language())
            && PHRASING.introduced.find(before).any(|(_, to)| to == before.len())
    }

    fn stands_in_a_list_of(&self, mention: &Mention, named: &[bool]) -> bool {
        let (folded, mentions) = (self.folded(), self.mentions);
        if PHRASING.is_never(&folded[mention.from..mention.to], self.language()) {
            return false;
        }
        let (from, to) = list_around(folded, mention, mentions);
        mentions.iter().zip(named).any(|(other, named)| *named && other.from >= from && other.to <= to)
    }
}

fn folded_name(name: &str) -> String {
    let mut folded = String::new();
    crate::text::fold::fold(name, &mut folded);
    folded
}

/// Whether words of failing, in any language, stand behind a name or before it, in its sentence.
fn is_told_to_fail(folded: &str, mention: &Mention, reader: &Reader) -> bool {
    let (start, end) = sentence(folded, mention.from, mention.to);
    let tells = |cue: Cue| matches!(cue, Cue::Down | Cue::Loss | Cue::Fail | Cue::Slow | Cue::Fixed);
    let read = |text: &str| {
        let normal = Normal::of_folded(text);
        let mut found = Vec::new();
        reader.cues.find(&normal, &mut found);
        found.retain(|found| tells(found.cue));
        (normal, found)
    };
    let (after, behind) = read(&folded[mention.to..end]);
    let (before, ahead) = read(&folded[start..mention.from]);
    let place = |normal: &Normal, at: usize| normal.tokens.partition_point(|(from, _)| (*from as usize) < at);
    let reach = if before.tokens.len() <= BEFORE { BEHIND } else { BESIDE };
    behind.iter().any(|found| place(&after, found.from) <= reach)
        || ahead.iter().any(|found| before.tokens.len() - place(&before, found.to) <= BEFORE)
}

impl Attributed {
    fn add(&mut self, name: &str, role: Role, why: impl FnOnce() -> String) {
        if let Some(at) = self.services.iter().position(|known| known.name == name) {
            // It may be named again in passing: what is said of it once holds.
            if role == Role::Upstream && self.services[at].role == Role::Affected {
                self.services[at].role = role;
                self.why[at] += AS_CAUSE;
            }
        } else if self.services.len() < MOST {
            let suffix = if role == Role::Upstream { AS_CAUSE } else { "" };
            self.why.push(why() + suffix);
            self.services.push(Attribution { name: name.to_owned(), role, unlisted: false });
        }
    }

    /// A name that is in no list, unless it is one with a part of the service behind it.
    fn add_unlisted(&mut self, name: String, reader: &Reader) {
        let known = reader.known_by_beginning(&name);
        let unlisted = known.is_none();
        let name = known.unwrap_or(name);
        if self.services.iter().all(|known| !known.name.eq_ignore_ascii_case(&name)) {
            self.add(&name, Role::Affected, || format!("names ‘{name}’, which is in no list"));
            if let Some(added) = self.services.iter_mut().find(|known| known.name == name) {
                added.unlisted = unlisted;
            }
        }
    }
}

/// Behind the reason for naming what made others fail.
const AS_CAUSE: &str = ", as the cause";

/// Whether a service that was named is the other one, or belongs to it.
fn same_house(name: &str, service: &Service, reader: &Reader) -> bool {
    name == service.name || reader.services.iter().any(|known| known.name == name && known.owner == service.name)
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
