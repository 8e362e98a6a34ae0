//! Which services a text speaks of, and in which role.
//!
//! Names of the catalogue come first; a name that is also a word counts only with a second cue (words of an outage beside
//! it, an `@` or a domain, its owner, the source). Where nothing known is named, the name is read from how such texts are
//! built: `Name: what happened`, `Name is down`, `@name`. Letters' case is never a cue.

use super::{
    around::Around,
    cues::{Cue, LANGUAGES},
    features::Reading,
    mention::{NEAR, Said, near_before},
    normal::Normal,
    phrasing::{PHRASING, Set, Told, folded, sentence},
    reader::Reader,
    roles::{Mentioned, Named, Part},
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

/// Mentions of services that are looked at in one text, from its beginning: each is held against each other.
const MANY: usize = 200;

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
    let is_official = reading.kind == ItemKind::StatusUpdate as usize;
    let of_source = if is_official { reader.service_of_page(source) } else { reader.service_of_source(source) };
    let page = Page {
        is_official,
        source,
        of_source: of_source.and_then(|at| reader.services.get(at)),
        titled: outage.then(|| unnamed::titled(raw, reading.kind)).flatten(),
    };
    // What is about no outage is seldom asked whom it names, and a post that calls whom it speaks to by a handle seldom names
    // others: the names that it was read by must do.
    let is_called =
        |mention: &Mention| mention.how != How::Ambiguous && reading.normal.folded[..mention.from].ends_with('@');
    let is_named = reading.kind == ItemKind::Post as usize && reading.normal.mentions.iter().any(is_called);
    let asks_all = outage && !is_named;
    let every: Vec<Mention> =
        if asks_all { reader.every.mentions(&reading.normal.folded).take(MANY).collect() } else { Vec::new() };
    let mentions = if asks_all { &every } else { &reading.normal.mentions };
    let told = if mentions.is_empty() { Told::default() } else { Told::of(&reading.normal.folded) };
    let said = Said {
        raw,
        folded: &reading.normal.folded,
        told: &told,
        mentions,
        language: LANGUAGES[reading.language],
        of_source,
        services: &reader.services,
    };
    let mut attributed = Attributed::default();
    let named_from = attributed.add_named(said, &page, asks_all, reader);
    attributed.add_source(&page, outage, reader);
    if outage && attributed.services.iter().all(|known| known.role == Role::Upstream) {
        unnamed::names(raw, reading.kind).into_iter().for_each(|name| attributed.add_unlisted(name, reader));
    } else if let Some(name) = page.speaker_without_a_list(&reading.normal.folded, named_from) {
        attributed.add_unlisted(name, reader);
    }
    attributed
}

/// Where a text stands.
struct Page<'a> {
    is_official: bool,
    source: &'a str,
    of_source: Option<&'a Service>,
    /// The name before a colon that it begins with.
    titled: Option<String>,
}

impl Page<'_> {
    /// Where the title ends in the folded text that a name before a colon is.
    fn title_ends(&self, folded: &str) -> usize {
        self.titled.as_ref().and_then(|_| folded.find(':')).unwrap_or_default()
    }

    /// Whose page it stands on by its title, where no known name stands there: what is named behind it may be its part, or
    /// why it fails.
    fn speaker_without_a_list(&self, folded: &str, named_from: Option<usize>) -> Option<String> {
        let is_asked = self.is_official && self.of_source.is_none();
        self.titled.clone().filter(|_| is_asked && named_from.is_none_or(|from| from >= self.title_ends(folded)))
    }
}

/// Whether a service is a part of the one that speaks, by its name: `GitHub Pages` of GitHub, `Amazon EC2` of AWS. On its own
/// page that is a component and no service besides.
fn is_part(service: &Service, speaker: &Service) -> bool {
    let of = |whole: &str| service.name.strip_prefix(whole).is_some_and(|rest| rest.starts_with(' '));
    service.name != speaker.name && (of(&speaker.name) || !speaker.owner.is_empty() && of(&speaker.owner))
}

/// The name of a service, or of its branch in the country of the language where only the name of all of them is said.
fn branch<'a>(service: &'a Service, said: &str, language: &str) -> &'a str {
    let is_bare = service.name.split(' ').next().is_some_and(|first| first.eq_ignore_ascii_case(said));
    if is_bare { PHRASING.branch(&service.name, language) } else { &service.name }
}

/// What is asked of a text to tell which mentions name a service.
struct Asked<'a> {
    said: Said<'a>,
    titled: Option<&'a str>,
    reader: &'a Reader,
}

impl Asked<'_> {
    /// The mentions that name a service. Where all are asked for, a name that is also a word does where nothing else is named
    /// and it is told to fail, where it is introduced, or where it stands in a list with names.
    fn named(&self, asks_all: bool) -> Vec<Mention> {
        let mentions = self.said.mentions;
        let mut named: Vec<bool> = mentions.iter().map(|mention| self.counts(mention)).collect();
        if asks_all {
            let is_unsure = named.contains(&false);
            let nothing_is = is_unsure && self.all_stand_by(&named);
            for (mention, named) in mentions.iter().zip(&mut named) {
                *named = *named
                    || self.is_introduced(mention)
                    || nothing_is && self.is_told_to_fail(mention)
                    || (!nothing_is || self.said.of_source.is_some()) && self.is_named_below(mention);
            }
            let listed: Vec<bool> = mentions.iter().map(|mention| self.is_listed(mention, &named)).collect();
            named.iter_mut().zip(listed).for_each(|(named, listed)| *named |= listed);
        }
        mentions.iter().zip(named).filter(|(_, named)| *named).map(|(mention, _)| *mention).collect()
    }

    fn counts(&self, mention: &Mention) -> bool {
        let is_title = |name: &str| self.said.folded[..mention.to].trim() == folded(name);
        self.said.counts(mention) || self.titled.is_some_and(is_title)
    }

    fn all_stand_by(&self, named: &[bool]) -> bool {
        let mentions = self.said.mentions.iter().zip(named).filter(|(_, named)| **named).map(|(mention, _)| mention);
        Named::new(self.said.folded, self.said.told, known(mentions, self.reader)).all_stand_by()
    }

    /// Whether others are built on it, and it stands beside a failure or as a cause: `queues at Finnair: Amadeus check-in
    /// offline`.
    fn is_named_below(&self, mention: &Mention) -> bool {
        let Some(service) = self.reader.services.get(mention.service) else { return false };
        mention.how == How::Ambiguous
            && PHRASING.depth(&service.name) > 0
            && !PHRASING.is_common(self.said.word(mention), self.said.language)
            && Around::new(self.said.folded, self.said.told, (mention.from, mention.to, service)).is_out()
    }

    fn is_told_to_fail(&self, mention: &Mention) -> bool {
        mention.how == How::Ambiguous
            && !PHRASING.is_common(self.said.word(mention), self.said.language)
            && !self.said.is_noun(mention, false)
            && is_told_to_fail(self.said.folded, mention, self.reader)
    }

    /// `the carrier Three`: it is said that a service is named.
    fn is_introduced(&self, mention: &Mention) -> bool {
        let before = near_before(self.said.folded, mention.from, NEAR);
        let (begins, ends) = (mention.from - before.len(), mention.from - (before.len() - before.trim_end().len()));
        let stands = |set, ends| self.said.told.within(set, begins, ends).any(|(_, to)| to == ends);
        // `our provider, Lumen, says`.
        let before_comma = self.said.folded[..ends].trim_end_matches([',', ' ']).len().max(begins);
        !PHRASING.is_never(self.said.word(mention), self.said.language)
            && (stands(Set::Introduced, ends) || stands(Set::Provider, before_comma))
    }

    /// Whether it stands in a list with what is named.
    fn is_listed(&self, mention: &Mention, named: &[bool]) -> bool {
        if PHRASING.is_never(self.said.word(mention), self.said.language) {
            return false;
        }
        let (from, to) = self.said.list_around(mention);
        let is_among = |(other, named): (&Mention, &bool)| *named && other.from >= from && other.to <= to;
        self.said.mentions.iter().zip(named).any(is_among)
    }
}

/// Mentions with their services.
fn known<'a>(mentions: impl Iterator<Item = &'a Mention>, reader: &'a Reader) -> Vec<Mentioned<'a>> {
    mentions.filter_map(|mention| Some((mention.from, mention.to, reader.services.get(mention.service)?))).collect()
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
    /// Adds what is named and has a part. Where the first of all that is named begins.
    fn add_named(&mut self, said: Said<'_>, page: &Page<'_>, asks_all: bool, reader: &Reader) -> Option<usize> {
        let Said { folded, told, language, .. } = said;
        let mentions = Asked { said, titled: page.titled.as_deref(), reader }.named(asks_all);
        let all = Named::new(folded, told, known(mentions.iter(), reader));
        let all = all.said_by(page.title_ends(folded), page.of_source.filter(|_| page.is_official));
        for ((mention, (from, to, service)), part) in mentions.iter().zip(all.all()).zip(all.parts()) {
            let Part::In(role) = part else { continue };
            if page.is_official && all.speaker().is_some_and(|speaker| is_part(service, speaker)) {
                continue;
            }
            let word = &folded[*from..*to];
            let name = branch(service, word, language);
            self.add(name, role, || reason(name, service, word, mention.how));
        }
        mentions.first().map(|mention| mention.from)
    }

    /// Adds what the source is about. Only an official one is about it even when another is named; what is said there and
    /// names nobody is about it whether it is judged an outage or not.
    fn add_source(&mut self, page: &Page<'_>, outage: bool, reader: &Reader) {
        let Some(service) = page.of_source else { return };
        let is_named = self.services.iter().any(|known| same_house(&known.name, service, reader));
        if !is_named && (self.services.is_empty() || outage && page.is_official) {
            self.add(&service.name, Role::Affected, || {
                format!("its source ‘{}’ is about {}", page.source, service.name)
            });
        }
    }

    fn add(&mut self, name: &str, role: Role, why: impl FnOnce() -> String) {
        if let Some(at) = self.services.iter().position(|known| known.name == name) {
            // What others are built on is named again in passing; anything else that is down outweighs being a cause elsewhere.
            let weighs = if PHRASING.depth(name) > 0 { Role::Upstream } else { Role::Affected };
            if role == weighs && self.services[at].role != weighs {
                self.services[at].role = role;
                let plain = self.why[at].trim_end_matches(AS_CAUSE).to_owned();
                self.why[at] = if role == Role::Upstream { plain + AS_CAUSE } else { plain };
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

/// Why a service counts as named, by its name or that of its branch.
fn reason(name: &str, service: &Service, word: &str, how: How) -> String {
    let by = match how {
        How::Name | How::Ambiguous if word == folded(&service.name) => String::new(),
        How::Name | How::Ambiguous => format!(" by alias ‘{word}’"),
        How::Domain => format!(" by domain ‘{word}’"),
        How::Hashtag => format!(" by hashtag ‘{word}’"),
    };
    format!("names {name}{by}")
}

/// Whether a text names a service: for the gate before streams.
pub fn names_somebody(reading: &Reading) -> bool {
    !reading.normal.mentions.is_empty()
}
