//! Names of services that are in no list, read from how texts about outages are built. The name is given as written.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::model::ItemKind;

/// Words of a name at most.
const WORDS: usize = 4;

/// What follows a name that is the subject of an outage.
const VERBS: &[&str] = &[
    "is down",
    "are down",
    "was down",
    "were down",
    "goes down",
    "went down",
    "is offline",
    "goes offline",
    "is back",
    "has been down",
    "down again",
    "down for",
    "down worldwide",
    "outage",
    "outages",
    "service disruption",
    "suffers",
    "suffered",
    "hit by",
    "experiencing",
    "is experiencing",
    "is having",
    "status page",
    "incident",
    "post-mortem",
    "postmortem",
    "unavailable",
    "isn't working",
    "is not working",
    "not working",
    "won't load",
    "crashes",
    "crashed",
    "restores",
    "confirms outage",
    "apologises",
    "apologizes",
    "en panne",
    "caído",
    "fora do ar",
    "ist down",
    "nie działa",
    "çöktü",
    "down",
];

/// The same behind a blank, looked for in one pass.
static BEHIND: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let phrases = VERBS.iter().map(|verb| format!(" {verb}"));
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(phrases);
    // Some dozen phrases are far below the automaton's limits.
    automaton.expect("the phrases fit an automaton")
});

/// Words that begin a sentence and no name.
const NO_NAMES: &[&str] = &[
    "the",
    "a",
    "an",
    "is",
    "are",
    "was",
    "why",
    "what",
    "when",
    "how",
    "who",
    "this",
    "that",
    "these",
    "my",
    "our",
    "your",
    "we",
    "i",
    "it",
    "they",
    "you",
    "ask hn",
    "tell hn",
    "show hn",
    "internet",
    "website",
    "site",
    "network",
    "service",
    "services",
    "server",
    "servers",
    "anyone",
    "everyone",
    "major",
    "massive",
    "global",
    "widespread",
    "update",
    "breaking",
    "power",
    "power outage",
    "system",
    "systems",
    "report",
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "login",
    "errors",
    "error",
    "outage",
    "app",
    "api",
    "all",
    "some",
    "again",
    "still",
    "und",
    "le",
    "post-mortem",
    "postmortem",
    "incident",
    "incident report",
    "status",
    "notice",
    "alert",
    "partial",
    "total",
    "complete",
    "email",
    "mail",
    "delivery",
    "campus",
    "payments",
    "payment",
    "checkout",
    "card machines",
    "incident review",
    "postmortem",
    "online",
    "sistema",
    "el sistema",
    "o sistema",
    "il sistema",
    "le site",
    "die seite",
    "strona",
    "sito",
];

/// Words behind a name that belong to what is said of it: `Name ist wieder down`.
const TRAILING: [&str; 34] = [
    "ist", "sind", "war", "wieder", "schon", "immer", "noch", "is", "are", "was", "still", "again", "est", "encore",
    "toujours", "esta", "está", "otra", "vez", "ancora", "jest", "znowu", "znów", "yine", "lagi", "masih", "es", "ha",
    "has", "tem", "fica", "ficou", "gerade", "keeps",
];

/// Words that no name of a service has in it.
const GENERIC: &[&str] = &[
    "internet",
    "website",
    "site",
    "network",
    "server",
    "servers",
    "wifi",
    "phone",
    "phones",
    "computers",
    "system",
    "systems",
    "signal",
    "broadband",
    "everything",
    "nothing",
    "stock",
    "price",
    "power",
    "not",
    "has",
    "been",
    "line",
    "of",
    "my",
    "with",
    "it",
    "put",
    "sit",
    "write",
    "le",
    "la",
    "el",
];

/// Parts of a service that stand behind its name, and of no name that we know of.
pub(super) const PARTS: [&str; 6] = ["website", "site", "servers", "network", "systems", "system"];

/// The names in a text: the beginning before a colon, the subject of an outage, the handle that is spoken to.
pub fn names(raw: &str, kind: usize) -> Vec<String> {
    let first = raw.trim_start().split(['\n']).next().unwrap_or_default();
    let is_post = kind == ItemKind::Post as usize;
    let first = &first.split_whitespace().collect::<Vec<_>>().join(" ");
    // What an operator writes names itself before a colon, or not at all.
    let is_official = kind == ItemKind::StatusUpdate as usize;
    let subject = || (!is_official).then(|| subject(first)).flatten();
    let found = before_colon(first, kind).or_else(subject).or_else(|| is_post.then(|| handle(raw)).flatten());
    found.into_iter().collect()
}

/// The name before a colon that a text begins with: whose status page it stands on, or whose history.
pub fn titled(raw: &str, kind: usize) -> Option<String> {
    if kind != ItemKind::StatusUpdate as usize && kind != ItemKind::Article as usize {
        return None;
    }
    let first = raw.trim_start().split('\n').next().unwrap_or_default();
    before_colon(&first.split_whitespace().collect::<Vec<_>>().join(" "), kind)
}

/// `Name: what happened`, as status pages, lists of incidents and some headlines begin.
fn before_colon(first: &str, kind: usize) -> Option<String> {
    if kind == ItemKind::Post as usize {
        return None;
    }
    let (name, _) = first.split_once(": ")?;
    if BEHIND.is_match(&name.to_ascii_lowercase()) {
        return subject(name);
    }
    // `Payouts delayed. Identified: …` is two sentences.
    (is_name(name) && !name.contains(". ")).then(|| name.trim().to_owned())
}

/// `Name is down`, `Name outage`.
fn subject(first: &str) -> Option<String> {
    let lower = first.to_ascii_lowercase();
    let verb = BEHIND.find(&lower)?.start();
    let before = first.get(..verb)?;
    // From the beginning of the sentence: letters' case must not decide where a name begins.
    let before = before.rsplit([':', ',']).next()?.rsplit(". ").next()?.rsplit(['!', '?']).next()?.trim();
    let before = without_part(without_trailing(before));
    is_name(before).then(|| before.to_owned())
}

fn without_trailing(name: &str) -> &str {
    let mut kept = name;
    while let Some((rest, _)) =
        kept.rsplit_once(' ').filter(|(_, last)| TRAILING.iter().any(|word| last.eq_ignore_ascii_case(word)))
    {
        kept = rest.trim_end();
    }
    kept
}

/// `Northwind's website` is Northwind's.
fn without_part(name: &str) -> &str {
    let whole = name.rsplit_once(' ').filter(|(_, last)| PARTS.iter().any(|part| last.eq_ignore_ascii_case(part)));
    let name = whole.map_or(name, |(rest, _)| rest.trim_end());
    name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name)
}

/// The first handle that sounds like a service's desk, or the only one.
fn handle(raw: &str) -> Option<String> {
    let handles: Vec<&str> = raw
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '@' || letter == '_'))
        .filter_map(|word| word.strip_prefix('@'))
        .filter(|word| word.len() > 2 && !word.chars().all(|letter| letter.is_ascii_digit()))
        .collect();
    let desk = |word: &&&str| {
        let lower = word.to_ascii_lowercase();
        ["help", "support", "care", "ask", "service"].iter().any(|part| lower.contains(part))
    };
    let chosen = handles.iter().find(desk).or(if handles.len() == 1 { handles.first() } else { None })?;
    Some(without_desk(chosen))
}

/// `Ask_Spectrum` is Spectrum, `SpotifyCares` is Spotify.
fn without_desk(handle: &str) -> String {
    let mut name = handle.trim_matches('_');
    for part in ["Ask_", "Ask", "ask_"] {
        name = name.strip_prefix(part).filter(|rest| rest.len() > 2).unwrap_or(name);
    }
    for part in
        ["_Help", "Help", "_Support", "Support", "Cares", "Care", "CustServ", "_support", "_help", "UK", "_UK", "US"]
    {
        name = name.strip_suffix(part).filter(|rest| rest.len() > 2).unwrap_or(name);
    }
    spaced(name)
}

/// `USAirways` is US Airways, `VirginAmerica` is Virgin America.
fn spaced(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut spaced = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let next = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || (before.is_uppercase() && next.is_some_and(|next| next.is_lowercase()))
            });
        if begins {
            spaced.push(' ');
        }
        spaced.push(if *letter == '_' { ' ' } else { *letter });
    }
    spaced
}

/// Whether readers see a letter as what it is: what turns the direction of a line, hides in it or belongs to nobody is no
/// letter of a name.
fn is_seen(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter,
            '<' | '>' | '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{10FFFF}')
}

fn is_name(name: &str) -> bool {
    let name = name.trim();
    if name.contains(['[', ']', '(', ')', '|', '"', '@']) {
        return false;
    }
    let count = name.split_whitespace().count();
    let lower = name.to_lowercase();
    let begins = lower.split_whitespace().next().unwrap_or_default();
    (1..=WORDS).contains(&count)
        && name.len() > 1
        && name.len() <= 40
        && name.chars().all(is_seen)
        && !NO_NAMES.contains(&lower.as_str())
        && !NO_NAMES[..22].contains(&begins)
        && !lower.split_whitespace().any(|word| GENERIC.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_the_build_of_a_text() {
        for (kind, text, expected) in [
            (ItemKind::Headline, "Searchyc.com is down", Some("Searchyc.com")),
            (ItemKind::Article, "Northwind: A bad switch took the site down.", Some("Northwind")),
            (ItemKind::StatusUpdate, "acme: API errors elevated", Some("acme")),
            (ItemKind::Post, "@VirginAmerica your site is broken", Some("Virgin America")),
            (ItemKind::Post, "hey @Fabrikam_Help is there an outage", Some("Fabrikam")),
            (ItemKind::Headline, "Is the internet down?", None),
            (ItemKind::StatusUpdate, "Payouts delayed. Identified: a partner has trouble", None),
            (ItemKind::Headline, "Northwind down: users cannot log in", Some("Northwind")),
            (ItemKind::Headline, "Postmortem: how a certificate ended a morning", None),
        ] {
            assert_eq!(names(text, kind as usize).first().map(String::as_str), expected, "{text}");
        }
    }
}
