//! Whether a mention names a service at all. A name that is also a word needs a second cue; a place where something was
//! said, and what stands in an address, is not what is out.

use std::sync::LazyLock;

use super::{
    normal::is_bare_address,
    phrasing::{PHRASING, Set, Told},
};
use crate::{
    catalogue::{
        Service,
        alias::{How, Mention},
    },
    text::{letters::is_unspaced, phrases::Phrases},
};

/// Bytes around an ambiguous name in which words of an outage speak for it.
const BESIDE: usize = 24;

/// What stands behind a name that is the subject of an outage.
const AFTER: &[&str] = &[
    "is down",
    "are down",
    "down",
    "was down",
    "went down",
    "goes down",
    "outage",
    "outages",
    "is not working",
    "isnt working",
    "not working",
    "wont load",
    "is offline",
    "offline",
    "is unavailable",
    "unavailable",
    "has an outage",
    "is having",
    "network",
    "signal",
    "servers",
    "server",
    "api",
    "app is",
    "website",
    "system",
    "systems",
    "services",
    "is broken",
    "keeps crashing",
    "users report",
    "customers",
    "is back",
    "returns",
    "restored",
    "voltou",
    "fuori uso",
    "irraggiungibile",
    "wieder da",
    "wrocil",
    "powrocil",
    "vuelve",
    "volvio",
    "remarche",
    "isnt loading",
    "not loading",
    "en panne",
    "est en panne",
    "ne marche",
    "ne fonctionne",
    "ist down",
    "gestort",
    "ist gestort",
    "nicht erreichbar",
    "ausgefallen",
    "geht nicht",
    "caido",
    "se cayo",
    "no funciona",
    "fora do ar",
    "caiu",
    "nao funciona",
    "non funziona",
    "e down",
    "nie dziala",
    "coktu",
    "落ち",
    "障害",
    "が使え",
    "つなが",
    "繋が",
    "ダウン",
    "ausfall",
    "storung",
    "streikt",
    "funktioniert nicht",
    "lahmgelegt",
    "est down",
    "indisponible",
    "inaccessible",
    "no carga",
    "no abre",
    "esta caido",
    "se ha caido",
    "no anda",
    "sin servicio",
    "parou",
    "nao abre",
    "nao carrega",
    "instavel",
    "com problemas",
    "non va",
    "in tilt",
    "non carica",
    "non si apre",
    "lezy",
    "padl",
    "padlo",
    "padla",
    "nie laduje",
    "nie laczy",
    "nie odpowiada",
    "niedostepny",
    "calismiyor",
    "acilmiyor",
    "girilmiyor",
    "cokmus",
    "gitti",
    "cekmiyor",
    "kesintisi",
    "sorunu",
    "error",
    "eror",
    "gangguan",
    "ga bisa",
    "gak bisa",
    "tidak bisa",
    "lumpuh",
    "putus",
    "डाउन",
    "ठप",
    "नहीं चल",
    "काम नहीं",
    "नहीं खुल",
    "لا يعمل",
    "ما يشتغل",
    "ما يفتح",
    "مو شغال",
    "مش شغال",
    "معلق",
    "طايح",
    "واقع",
    "فاصل",
    "متعطل",
    "خارج الخدمه",
    "لا يفتح",
];

/// The same, of which one is looked up.
static BEGINS_AFTER: LazyLock<Phrases<&str>> = LazyLock::new(|| {
    let words = AFTER.iter().map(|words| ((*words).to_owned(), *words));
    Phrases::new(words).expect("none of them is empty")
});

/// What stands before one.
const BEFORE: &[&str] = &[
    "outage at",
    "outage on",
    "problem with",
    "problems with",
    "issue with",
    "issues with",
    "log into",
    "login to",
    "errors on",
    "panne de",
    "panne chez",
    "ausfall bei",
    "storung bei",
    "storung von",
    "se cayo",
    "caida de",
    "queda do",
    "awaria",
    "gangguan",
    "ausfall von",
    "probleme bei",
    "probleme mit",
    "probleme chez",
    "coupure chez",
    "souci chez",
    "souci avec",
    "problemas con",
    "falla en",
    "fallas en",
    "problema no",
    "problemas no",
    "problemas na",
    "queda da",
    "problemi con",
    "disservizio",
    "guasto",
    "problem z",
    "problemy z",
    "awaria w",
    "usterka w",
    "gangguan di",
    "error di",
    "عطل في",
    "عطل",
    "تعطل",
    "توقف",
    "مشكله في",
    "شبكه",
    "تطبيق",
    "منصه",
    "نظام",
];

/// What stands before one that is asked about.
const ASKING: &[&str] = &["is", "on", "with", "chez", "bei"];

/// Letters of a text in which inflected names are looked for.
const INFLECTED: usize = 1_000;

/// Words before a common noun: `the signal`, `my line`. What stands behind one of them is no name.
const DETERMINERS: &[&str] = &[
    "the", "my", "your", "our", "his", "her", "their", "no", "any", "some", "this", "that", "on", "phone", "le", "la",
    "les", "mon", "ma", "votre", "der", "die", "das", "mein", "meine", "dein", "kein", "el", "mi", "tu", "il", "lo",
    "mio", "mia", "o", "meu", "minha", "um", "uma", "un", "una", "une", "ein", "eine",
];

/// Nouns that can follow an adjective: beside another service, `nationwide outage` names no bank.
const NOUNS: &[&str] =
    &["outage", "outages", "network", "signal", "servers", "server", "api", "website", "system", "systems"];

/// Words that join names to a list.
const LISTED: &[&str] = &[
    "and", "&", "+", "/", ",", "und", "et", "y", "e", "dan", "ve", "ile", "i", "oraz", "aur", "और", "و", "or", "oder",
    "ou", "o", "lub", "atau", "veya", "أو",
];

/// Bytes between two names of a list at most.
const LONGEST_JOINT: usize = 12;

/// Whether what stands between two names joins them to a list.
pub fn is_joint(gap: &str) -> bool {
    gap.len() <= LONGEST_JOINT && !gap.trim().is_empty() && gap.trim().split(' ').all(|joint| LISTED.contains(&joint))
}

/// What somebody has at a place where people speak: `its Twitter account` is where something was said, not what is out.
const PLACES: &[&str] = &[
    "account",
    "accounts",
    "post",
    "posts",
    "page",
    "profile",
    "profiles",
    "thread",
    "message",
    "messages",
    "statement",
    "update",
    "users took",
];

/// What one does there.
const SAYING: &[&str] = &[
    "source",
    "said",
    "say",
    "says",
    "wrote",
    "writes",
    "posted",
    "posts",
    "posting",
    "post",
    "message",
    "statement",
    "tweeted",
    "announced",
    "shared",
    "complained",
    "complain",
    "complaining",
    "complaints",
    "reported",
    "took",
    "update",
    "updates",
    "explained",
    "apologised",
    "apologized",
    "via",
    "confirmed",
    "told",
];

/// How it is joined to the place.
const AT: &[&str] = &["on", "to", "via", "source:", "their", "its", "official"];

/// Words between a verb of saying and its place, at most.
const SAID_NEAR: usize = 8;

/// A text, and the names in it.
pub struct Said<'a> {
    /// As written.
    pub raw: &'a str,
    /// Folded.
    pub folded: &'a str,
    /// What is told in it around names.
    pub told: &'a Told,
    /// The names in the folded text.
    pub mentions: &'a [Mention],
    /// The language of most of its phrases.
    pub language: &'static str,
    /// The service that its source is about.
    pub of_source: Option<usize>,
    /// The services that names stand for.
    pub services: &'a [Service],
}

impl Said<'_> {
    /// The word that a name is here.
    pub fn word(&self, mention: &Mention) -> &str {
        &self.folded[mention.from..mention.to]
    }

    /// Whether a mention names its service.
    pub fn counts(&self, mention: &Mention) -> bool {
        let Some(service) = self.services.get(mention.service) else { return false };
        let folded = self.folded;
        if is_in_address(folded, mention.from) {
            return false;
        }
        if mention.how != How::Ambiguous || self.of_source == Some(mention.service) {
            return true;
        }
        if folded[..mention.from].ends_with(['@', '#']) {
            return true;
        }
        if PHRASING.is_never(self.word(mention), self.language) {
            return false;
        }
        let by_another_name = self.mentions.iter().any(|other| {
            let known = self.services.get(other.service);
            other.how != How::Ambiguous && known.is_some_and(|known| known.owner == service.owner)
        });
        if by_another_name {
            return true;
        }
        let list = self.list_around(mention);
        let is_listed = list != (mention.from, mention.to);
        is_cause(folded, self.told, mention)
            || !self.is_noun(mention, is_listed)
                && (is_subject(folded, self.told, list.0, list.1) || is_inflected(self.raw, self.word(mention)))
    }

    /// Where the list of names begins and ends that a name stands in: `Slack, Box and Linear are down` says it of each.
    pub fn list_around(&self, mention: &Mention) -> (usize, usize) {
        let joined = |from: usize, to: usize| self.folded.get(from..to).is_some_and(is_joint);
        let (mut from, mut to) = (mention.from, mention.to);
        let behind = self.mentions.partition_point(|other| other.from < mention.to);
        for other in &self.mentions[behind..] {
            if other.from > to + LONGEST_JOINT {
                break;
            }
            if joined(to, other.from) {
                to = other.to;
            }
        }
        for other in self.mentions[..behind].iter().rev() {
            if other.to + LONGEST_JOINT < from {
                break;
            }
            if other.to <= mention.from && joined(other.to, from) {
                from = other.from;
            }
        }
        (from, to)
    }

    /// Whether a name that is also a word is one here: `the signal`, `@operator signal`, `nationwide outage` beside an
    /// operator.
    pub fn is_noun(&self, mention: &Mention, is_listed: bool) -> bool {
        let folded = self.folded;
        let before = last_word(&folded[..mention.from]);
        if DETERMINERS.contains(&before) || before.starts_with('@') {
            return true;
        }
        let others = || self.mentions.iter().filter(|other| other.how != How::Ambiguous);
        let gap = |other: &&Mention| mention.from.checked_sub(other.to).map(|_| folded[other.to..mention.from].trim());
        if others().any(|other| gap(&other).is_some_and(str::is_empty)) {
            return true;
        }
        let after = folded[mention.to..].split_whitespace().next().unwrap_or_default();
        let is_word = || PHRASING.is_common(self.word(mention), self.language);
        !is_listed
            && is_word()
            && others().next().is_some()
            && NOUNS.contains(&after.trim_matches(['?', '!', '.', ',']))
    }
}

/// Whether a name is told as why something else fails: `because of the Rogers outage`.
fn is_cause(folded: &str, told: &Told, mention: &Mention) -> bool {
    let begins = mention.from - near_before(folded, mention.from, NEAR).len();
    let ends = mention.to + near_behind(folded, mention.to, NEAR).len();
    let is_led = |end: usize| matches!(folded[end..mention.from].trim(), "" | "the" | "a" | "an");
    told.last_end(Set::Because, begins, mention.from).is_some_and(is_led)
        && told.within(Set::Failure, mention.to, ends).any(|(from, _)| folded[mention.to..from].trim().is_empty())
}

/// Bytes before and behind a name in which it is told what it is.
pub const NEAR: usize = 40;

/// What stands close before a place, in so many bytes at most.
pub fn near_before(text: &str, at: usize, bytes: usize) -> &str {
    let from = (at.saturating_sub(bytes)..=at).find(|from| text.is_char_boundary(*from)).unwrap_or(at);
    &text[from..at]
}

/// What stands close behind a place.
pub fn near_behind(text: &str, at: usize, bytes: usize) -> &str {
    let end = (at..=text.len().min(at + bytes)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(at);
    &text[at..end]
}

/// Whether a word has an ending behind an apostrophe, as only names have: `Steam'e` in Turkish, `Amazon's`.
fn is_inflected(raw: &str, word: &str) -> bool {
    let mut apostrophes = raw.char_indices().take(INFLECTED).filter(|(_, letter)| matches!(letter, '\'' | '’'));
    let is_behind = |(at, apostrophe): (usize, char)| {
        let from = at.checked_sub(word.len()).filter(|from| raw.is_char_boundary(*from));
        let is_word = from.is_some_and(|from| {
            raw[from..at].eq_ignore_ascii_case(word)
                && raw[..from].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
        });
        is_word && raw[at + apostrophe.len_utf8()..].starts_with(char::is_alphabetic)
    };
    apostrophes.any(is_behind)
}

/// Whether a service is only where something was said: `posted on Twitter`, `its Facebook page`, `source: Wikipedia`.
pub fn is_medium(folded: &str, from: usize, to: usize) -> bool {
    let after = folded[to..].trim_start();
    let begins = |place: &str| after.strip_prefix(place).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    if PLACES.iter().any(|place| begins(place)) {
        return true;
    }
    let before = folded[..from].trim_end();
    if !AT.contains(&last_word(before)) {
        return false;
    }
    let words = before.rsplit(['.', '!', '?', ';']).next().unwrap_or_default().split_whitespace().rev();
    words.take(SAID_NEAR).any(|word| SAYING.contains(&word.trim_matches([':', ',', '*', '(', '"'])))
}

/// Whether a place lies in a web address, which is not read.
fn is_in_address(folded: &str, at: usize) -> bool {
    let word = folded[..at].rsplit(' ').next().unwrap_or_default();
    // What stands behind the name belongs to the word too: `example.com/news`.
    let whole = folded[at - word.len()..].split(' ').next().unwrap_or_default();
    whole.contains('/') && (word.contains("http://") || word.contains("https://") || is_bare_address(whole))
}

fn last_word(text: &str) -> &str {
    text.split_whitespace().next_back().unwrap_or_default()
}

/// Whether words of an outage stand beside a name: `box is down`, `is box down`, `outage at box`.
fn is_subject(folded: &str, told: &Told, from: usize, to: usize) -> bool {
    let after = folded[to..].trim_start_matches([' ', '"', ':', ',', '-']);
    let before = folded[..from].trim_end();
    let begins = |words: &str| {
        let rest = after.strip_prefix(words);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)) || is_run(words) && rest.is_some()
    };
    let ends = |words: &str| {
        let rest = before.strip_suffix(words);
        rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    };
    // `is box down`: the verb stands before, the particle behind.
    let near = &after[..(0..=BESIDE.min(after.len())).rev().find(|at| after.is_char_boundary(*at)).unwrap_or(0)];
    let particle = |word: &str| matches!(word.trim_matches(['?', '!', '.']), "down" | "outage" | "broken");
    BEGINS_AFTER.beginning(after).any(|(words, _)| words.iter().any(|words| begins(words)))
        || BEFORE.iter().any(|words| ends(words))
        || told.last_end(Set::TookDown, 0, before.len()) == Some(before.len()) && !before.is_empty()
        || (ASKING.iter().any(|words| ends(words)) && near.split(' ').any(particle))
}

/// Whether words are of a script without blanks.
fn is_run(words: &str) -> bool {
    words.chars().next().is_some_and(is_unspaced)
}
