//! How texts about outages are put: phrases by which a service that is named gets its part. The data is
//! `data/attribution.txt`; it is folded, and so is what it is looked for in.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::words::Words;
use crate::text::{data::lines, fold::fold, letters::is_unspaced};

/// The phrases.
pub struct Phrasing {
    /// Before what made another fail, and behind it.
    pub because: Words,
    pub because_behind: Words,
    /// What is not there for its own sake: `our provider`.
    pub provider: Words,
    /// What a service is, before its name: `the carrier Three`.
    pub introduced: Words,
    /// Between a service and those that it took down.
    pub took_down: Words,
    /// What a failure is called.
    pub failure: Words,
    /// Before a place where something is said, and behind it.
    pub saying_before: Words,
    pub saying_behind: Words,
    /// Before who says it, and behind.
    pub according_before: Words,
    pub according_behind: Words,
    /// What is said of a service that is not hit.
    pub spared: Words,
    /// Before what people turn to meanwhile, and behind.
    pub instead: Words,
    pub instead_behind: Words,
    /// What makes a phrase say the contrary.
    pub not: Words,
    /// Names of services that others are built on.
    pub infrastructure: HashSet<&'static str>,
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
    let mut words = |set: &str| {
        let folded: Vec<String> = sets.remove(set).unwrap_or_default().into_iter().map(folded).collect();
        Words::new(&folded.iter().map(String::as_str).collect::<Vec<_>>())
    };
    Phrasing {
        because: words("because"),
        because_behind: words("because-behind"),
        provider: words("provider"),
        introduced: words("introduced"),
        took_down: words("took-down"),
        failure: words("failure"),
        saying_before: words("saying-before"),
        saying_behind: words("saying-behind"),
        according_before: words("according-before"),
        according_behind: words("according-behind"),
        spared: words("spared"),
        instead: words("instead"),
        instead_behind: words("instead-behind"),
        not: words("not"),
        infrastructure: sets.remove("infrastructure").unwrap_or_default().into_iter().collect(),
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
    let start = text[..from].char_indices().rev().find(|(at, _)| ends_sentence(text, *at));
    let end = text[to..].char_indices().find(|(at, _)| ends_sentence(text, to + at));
    (start.map_or(0, |(at, letter)| at + letter.len_utf8()), end.map_or(text.len(), |(at, _)| to + at))
}

/// Whether a sentence ends with the letter there: `3.5` goes on.
fn ends_sentence(text: &str, at: usize) -> bool {
    let mut letters = text[at..].chars();
    let letter = letters.next();
    let next = letters.next();
    letter.is_some_and(|letter| matches!(letter, '.' | '!' | '?' | ';' | '।' | '۔'))
        && next.is_none_or(|next| next == ' ' || is_unspaced(next) || matches!(next, '!' | '?' | '"'))
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

    #[test]
    fn every_line_of_the_data_is_of_a_set_that_is_read() {
        const SETS: [&str; 20] = [
            "because",
            "because-behind",
            "provider",
            "introduced",
            "took-down",
            "failure",
            "saying-before",
            "saying-behind",
            "according-before",
            "according-behind",
            "spared",
            "instead",
            "instead-behind",
            "not",
            "infrastructure",
            "place",
            "teller",
            "common",
            "never",
            "branch",
        ];
        for line in lines(include_str!("data/attribution.txt")) {
            let set = line.split(' ').next().unwrap_or_default();
            assert!(SETS.contains(&set) && line.contains(": "), "{line}");
        }
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
