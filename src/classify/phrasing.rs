//! How texts about outages are put: phrases by which a service that is named gets its part. The data is
//! `data/attribution.txt`; it is folded, and so is what it is looked for in.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::LazyLock,
};

use super::words::{Standing, Words};
use crate::text::{data::lines, fold::fold, letters::is_unspaced};

/// What a phrase around a name says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Before what made another fail …
    Because,
    /// … and behind it.
    BecauseBehind,
    /// What is not there for its own sake: `our provider`.
    Provider,
    /// What a service is, before its name: `the carrier Three`.
    Introduced,
    /// Between a service and those that it took down.
    TookDown,
    /// What a failure is called.
    Failure,
    /// Before a place where something is said …
    SayingBefore,
    /// … and behind it.
    SayingBehind,
    /// Before who says it …
    AccordingBefore,
    /// … and behind.
    AccordingBehind,
    /// What is said of a service that is not hit.
    Spared,
    /// Before one that it was not: `nothing to do with`.
    RuledOut,
    /// What of one's own bears the name of another: behind it …
    Linked,
    /// … and before it.
    LinkedBefore,
    /// What says right before it that it was not this one: `it's not`.
    NotIt,
    /// Before what came first.
    After,
    /// Before who is hit by what another tells of.
    Victim,
    /// Between what a failure is called and where it is: `outage at`.
    At,
    /// Before what people turn to meanwhile …
    Instead,
    /// … and behind.
    InsteadBehind,
    /// What makes a phrase say the contrary.
    Not,
}

/// The sets with their names in the data.
const SETS: [(&str, Set); 21] = [
    ("because", Set::Because),
    ("because-behind", Set::BecauseBehind),
    ("provider", Set::Provider),
    ("introduced", Set::Introduced),
    ("took-down", Set::TookDown),
    ("failure", Set::Failure),
    ("saying-before", Set::SayingBefore),
    ("saying-behind", Set::SayingBehind),
    ("according-before", Set::AccordingBefore),
    ("according-behind", Set::AccordingBehind),
    ("spared", Set::Spared),
    ("ruled-out", Set::RuledOut),
    ("not-it", Set::NotIt),
    ("after", Set::After),
    ("victim", Set::Victim),
    ("linked", Set::Linked),
    ("linked-before", Set::LinkedBefore),
    ("at", Set::At),
    ("instead", Set::Instead),
    ("instead-behind", Set::InsteadBehind),
    ("not", Set::Not),
];

/// The phrases that stand in a text, found in one pass over it, in the order of their ends.
#[derive(Debug, Default)]
pub struct Told(Vec<Standing>);

impl Told {
    /// In a folded text.
    pub fn of(folded: &str) -> Self {
        Self(PHRASING.words.find(folded))
    }

    /// Where phrases of a set stand in a stretch of the text, from and to.
    pub fn within(&self, set: Set, from: usize, to: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let first = self.0.partition_point(|standing| standing.to <= from);
        let ending = self.0[first..].iter().take_while(move |standing| standing.to <= to);
        let of_set = ending.filter(move |standing| standing.sets & (1 << set as u32) != 0 && standing.from >= from);
        of_set.map(|standing| (standing.from, standing.to))
    }

    /// Whether one stands there.
    pub fn says(&self, set: Set, from: usize, to: usize) -> bool {
        self.within(set, from, to).next().is_some()
    }

    /// Where the last one ends there.
    pub fn last_end(&self, set: Set, from: usize, to: usize) -> Option<usize> {
        self.within(set, from, to).map(|(_, to)| to).last()
    }
}

/// The phrases, and names of services that are of a kind.
pub struct Phrasing {
    words: Words,
    /// Names of services that others are built on …
    infrastructure: HashSet<&'static str>,
    /// … and of those that these are built on.
    ground: HashSet<&'static str>,
    /// Words that say whose a provider is.
    whose: HashSet<String>,
    /// Names of services that are places where people speak …
    pub place: HashSet<&'static str>,
    /// … and of those that only tell what others say.
    pub teller: HashSet<&'static str>,
    /// Words that are names as well, by the language in which they are too common to be read as one where something fails.
    common: HashMap<&'static str, HashSet<String>>,
    /// Those that are never read as a name, but behind an `@` or a `#`.
    never: HashMap<&'static str, HashSet<String>>,
    /// By language, which branch of a service is meant where a text does not say.
    branches: HashMap<&'static str, HashMap<&'static str, &'static str>>,
}

impl Phrasing {
    /// How deep below what people use a service lies: 0 is what they use, 2 is what nothing else is below.
    pub fn depth(&self, service: &str) -> u8 {
        let is_in = |set: &HashSet<&str>| set.contains(service);
        if is_in(&self.ground) { 2 } else { u8::from(is_in(&self.infrastructure)) }
    }

    /// Whether a folded phrase says whose a provider is.
    pub fn says_whose(&self, phrase: &str) -> bool {
        phrase.split(' ').any(|word| self.whose.contains(word))
    }

    /// Whether a folded word that is also a name is an everyday word of a language.
    pub fn is_common(&self, word: &str, language: &str) -> bool {
        self.is_never(word, language) || is_among(&self.common, word, &[language])
    }

    /// Whether it is one of the words that sentences of the language are made of, or English ones.
    pub fn is_never(&self, word: &str, language: &str) -> bool {
        is_among(&self.never, word, &["en", language])
    }

    /// The branch of a service that a text in a language speaks of: who says `Vodafone` in Italian means the Italian one.
    pub fn branch<'a>(&self, service: &'a str, language: &str) -> &'a str
    where
        'static: 'a,
    {
        self.branches.get(language).and_then(|branches| branches.get(service)).copied().unwrap_or(service)
    }
}

/// The ones in the crate.
pub static PHRASING: LazyLock<Phrasing> = LazyLock::new(|| {
    let mut sets: HashMap<&str, Vec<&'static str>> = HashMap::new();
    let (mut common, mut never, mut branches) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (set, language, phrases) in entries() {
        match set {
            "never" => drop(never.insert(language, phrases.into_iter().map(folded).collect())),
            "common" => drop(common.insert(language, phrases.into_iter().map(folded).collect())),
            "branch" => {
                drop(branches.insert(language, phrases.into_iter().filter_map(|pair| pair.split_once(" = ")).collect()))
            }
            _ => sets.entry(set).or_default().extend(phrases),
        }
    }
    let mut phrases: BTreeMap<String, u32> = BTreeMap::new();
    for (name, set) in SETS {
        for phrase in sets.remove(name).unwrap_or_default() {
            *phrases.entry(folded(phrase)).or_default() |= 1 << set as u32;
        }
    }
    Phrasing {
        words: Words::new(phrases),
        infrastructure: sets.remove("infrastructure").unwrap_or_default().into_iter().collect(),
        ground: sets.remove("ground").unwrap_or_default().into_iter().collect(),
        whose: sets.remove("whose").unwrap_or_default().into_iter().map(folded).collect(),
        place: sets.remove("place").unwrap_or_default().into_iter().collect(),
        teller: sets.remove("teller").unwrap_or_default().into_iter().collect(),
        common,
        never,
        branches,
    }
});

fn is_among(words: &HashMap<&'static str, HashSet<String>>, word: &str, languages: &[&str]) -> bool {
    languages.iter().any(|language| words.get(language).is_some_and(|words| words.contains(word)))
}

/// The data: lines of `set language: phrase; phrase`.
fn entries() -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    lines(include_str!("data/attribution.txt")).filter_map(|line| {
        let (head, phrases) = line.split_once(": ")?;
        let (set, language) = head.split_once(' ')?;
        Some((set, language, phrases.split(';').map(str::trim).filter(|phrase| !phrase.is_empty()).collect()))
    })
}

/// A phrase or a name in the form that is looked for.
pub fn folded(phrase: &str) -> String {
    let mut into = String::new();
    fold(phrase, &mut into);
    into
}

/// The sentence that a stretch of folded text stands in, from and to.
pub fn sentence(text: &str, from: usize, to: usize) -> (usize, usize) {
    let ends = |(at, letter): &(usize, char)| is_stop(*letter) && is_end(&text[at + letter.len_utf8()..]);
    let start = text[..from].char_indices().rev().find(ends);
    let end = text[to..].char_indices().map(|(at, letter)| (to + at, letter)).find(ends);
    (start.map_or(0, |(at, letter)| at + letter.len_utf8()), end.map_or(text.len(), |(at, _)| at))
}

fn is_stop(letter: char) -> bool {
    matches!(letter, '.' | '!' | '?' | ';' | '।' | '۔')
}

/// Whether what follows a stop makes it the end of a sentence: `3.5` goes on.
fn is_end(behind: &str) -> bool {
    let next = behind.chars().next();
    next.is_none_or(|next| next == ' ' || is_unspaced(next) || matches!(next, '!' | '?' | '"'))
}

/// How far apart two things in a text stand, in words: three letters of a script without blanks count as one.
pub fn words_between(text: &str) -> usize {
    let run = text.chars().filter(|letter| is_unspaced(*letter)).count();
    let spaced = text.split(|letter: char| letter == ' ' || is_unspaced(letter));
    spaced.filter(|word| word.contains(char::is_alphanumeric)).count() + run.div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue::Catalogue, classify::reader::Reader};

    #[test]
    fn every_line_of_the_data_is_of_a_set_that_is_read() {
        let others = ["infrastructure", "ground", "whose", "place", "teller", "common", "never", "branch"];
        let is_read = |name: &str| others.contains(&name) || SETS.iter().any(|(known, _)| *known == name);
        for line in lines(include_str!("data/attribution.txt")) {
            let set = line.split(' ').next().unwrap_or_default();
            assert!(is_read(set) && line.contains(": "), "{line}");
        }
    }

    #[test]
    fn services_of_a_kind_are_known_by_these_names_and_no_phrase_stands_twice() {
        let reader = Reader::new(&Catalogue::built_in());
        let known: HashSet<&str> = reader.services.iter().map(|service| service.name.as_str()).collect();
        for (set, language, phrases) in entries() {
            let names: Vec<&str> = match set {
                "infrastructure" | "ground" | "place" | "teller" => phrases.clone(),
                "branch" => phrases.iter().filter_map(|pair| pair.split(" = ").last()).collect(),
                _ => Vec::new(),
            };
            let strange: Vec<&&str> = names.iter().filter(|name| !known.contains(**name)).collect();
            assert!(strange.is_empty(), "{set} {language}: {strange:?}");
            let twice: Vec<&&str> = phrases
                .iter()
                .enumerate()
                .filter(|(at, one)| phrases[..*at].contains(one))
                .map(|(_, one)| one)
                .collect();
            assert!(twice.is_empty(), "{set} {language}: {twice:?}");
        }
    }

    #[test]
    fn what_is_told_is_found_by_its_set_and_within_a_stretch() {
        let text = "slack is down due to our provider aws";
        let told = Told::of(text);
        let all = |set| told.within(set, 0, text.len()).map(|(from, to)| &text[from..to]).collect::<Vec<_>>();
        assert_eq!((all(Set::Because), all(Set::Provider)), (vec!["due to"], vec!["our provider", "provider"]));
        assert!(!told.says(Set::Because, 15, text.len()) && !told.says(Set::Because, 0, 19));
        assert_eq!(told.last_end(Set::Because, 14, 20), Some(20));
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        let text = "slack is down. version 3.5 of box too! 障害です.復旧";
        let of = |word: &str| {
            let at = text.find(word).expect("a word");
            let (from, to) = sentence(text, at, at + word.len());
            text[from..to].trim().to_owned()
        };
        assert_eq!([of("slack"), of("box"), of("復旧")], ["slack is down", "version 3.5 of box too", "復旧"]);
    }

    #[test]
    fn letters_without_blanks_count_as_words_by_the_three() {
        assert_eq!([words_between(" , of the "), words_between("の障害で"), words_between("")], [2, 2, 0]);
    }
}
