//! Cues: patterns of words that say what a sentence speaks of. They are data (`data/*.txt`); this file reads and finds
//! them.
//!
//! A pattern is words apart by blanks: `word`, `one|other`, `begin*` (a beginning, of four letters or more where it comes
//! first), `?word` (may be missing), `_` (any word), `_3` (up to three), `#` (a number). Words are folded: lower case, no
//! accents. Quotation marks and hyphens in the text are read over.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::view::{Kind, View};

/// One element of a pattern.
#[derive(Debug)]
enum Element {
    /// One of these words.
    Words(Words),
    /// Up to so many words.
    Gap(u8),
    /// A number.
    Number,
    /// One of these words, or none.
    Optional(Words),
}

/// Words by their number in the vocabulary (so that a comparison is that of two numbers), and beginnings of words.
#[derive(Debug, Default)]
struct Words {
    numbers: Vec<u16>,
    /// A bit for each of them, so that most words are told apart without looking at all.
    mask: u64,
    beginnings: Vec<&'static str>,
}

impl Words {
    fn fit(&self, number: u16, word: &str) -> bool {
        let may = number != UNKNOWN && self.mask & bit(number) != 0;
        may && self.numbers.contains(&number) || self.beginnings.iter().any(|start| word.starts_with(start))
    }
}

fn bit(number: u16) -> u64 {
    1 << (number % 64)
}

/// The number of a word that stands in no pattern.
const UNKNOWN: u16 = 0;

/// A pattern was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found<C> {
    /// What it is a cue of.
    pub class: C,
    /// First token.
    pub from: usize,
    /// Last token, exclusive.
    pub to: usize,
}

/// Many patterns, each with what it is a cue of.
#[derive(Debug)]
pub(super) struct Patterns<C> {
    patterns: Vec<(C, Vec<Element>)>,
    /// Every word of every pattern, numbered from 1.
    vocabulary: HashMap<&'static str, u16, BuildHasherDefault<WordHasher>>,
    /// By the number of the word that they begin with.
    by_word: Vec<Vec<u16>>,
    by_beginning: HashMap<[u8; BEGINNING], Vec<u16>, BuildHasherDefault<WordHasher>>,
}

/// Letters by which beginnings are looked up.
const BEGINNING: usize = 4;

/// How many ways through a pattern are tried at one place: more than any pattern needs, few enough to be nothing.
const MOST_STEPS: usize = 200;

impl<C: Copy> Patterns<C> {
    /// Reads patterns, one a line, under `[headings]` that `class` reads. `#` at the start of a line is a remark.
    ///
    /// # Panics
    /// On a heading or pattern that cannot be read: the data is part of the crate, and a test reads all of it.
    pub(super) fn read(data: &'static str, class: impl Fn(&'static str) -> Option<C>) -> Self {
        let mut patterns = Self::empty();
        let mut current = None;
        for line in data.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
            if let Some(heading) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                let read = class(heading);
                assert!(read.is_some(), "no such heading: {heading}");
                current = read;
            } else if let Some(class) = current {
                patterns.add(class, line);
            }
        }
        patterns
    }

    fn empty() -> Self {
        Self {
            patterns: Vec::new(),
            vocabulary: HashMap::default(),
            by_word: vec![Vec::new()],
            by_beginning: HashMap::default(),
        }
    }

    fn add(&mut self, class: C, line: &'static str) {
        let elements: Vec<Element> = line.split_whitespace().map(|text| self.element(text)).collect();
        let number = u16::try_from(self.patterns.len()).unwrap_or(u16::MAX);
        let Some(Element::Words(first)) = elements.first() else {
            panic!("a pattern must begin with a word: {line}");
        };
        for word in &first.numbers {
            self.by_word[usize::from(*word)].push(number);
        }
        for word in &first.beginnings {
            let Some(letters) = beginning(word) else { panic!("too short a beginning: {line}") };
            self.by_beginning.entry(letters).or_default().push(number);
        }
        self.patterns.push((class, elements));
    }

    fn element(&mut self, text: &'static str) -> Element {
        match text.strip_prefix('_') {
            Some("") => return Element::Gap(1),
            Some(count) => return Element::Gap(count.parse().unwrap_or(1)),
            None => {}
        }
        match text.strip_prefix('?') {
            Some(optional) => Element::Optional(self.words(optional)),
            None if text == "#" => Element::Number,
            None => Element::Words(self.words(text)),
        }
    }

    fn words(&mut self, text: &'static str) -> Words {
        let mut words = Words::default();
        for word in text.split('|') {
            match word.strip_suffix('*') {
                Some(start) => words.beginnings.push(start),
                None => words.numbers.push(self.number(word)),
            }
        }
        words.mask = words.numbers.iter().fold(0, |mask, number| mask | bit(*number));
        words
    }

    fn number(&mut self, word: &'static str) -> u16 {
        let next = u16::try_from(self.by_word.len()).unwrap_or(u16::MAX);
        let number = *self.vocabulary.entry(word).or_insert(next);
        if number == next {
            self.by_word.push(Vec::new());
        }
        number
    }

    /// Every place of a range of tokens where a pattern stands, in order; of one pattern at one place the longest.
    pub(super) fn find(&self, view: &View<'_>, range: (usize, usize), out: &mut Vec<Found<C>>) {
        let number = |at: usize| self.vocabulary.get(view.low(at)).copied().unwrap_or(UNKNOWN);
        let numbers: Vec<u16> = (range.0..range.1).map(number).collect();
        let text = Text { view, numbers: &numbers, from: range.0, to: range.1 };
        for at in range.0..range.1 {
            if view.kind(at) != Kind::Word {
                continue;
            }
            let exact = self.by_word[usize::from(numbers[at - range.0])].iter();
            let letters = beginning(view.low(at)).filter(|_| !self.by_beginning.is_empty());
            let starting = letters.and_then(|letters| self.by_beginning.get(&letters)).into_iter().flatten();
            let mut look = |number: u16, known: usize| {
                let (class, elements) = &self.patterns[usize::from(number)];
                let mut steps = MOST_STEPS;
                if let Some(to) = matched(&text, &elements[known..], at + known, &mut steps) {
                    out.push(Found { class: *class, from: at, to });
                }
            };
            // The first word is known where the whole of it was looked up.
            exact.for_each(|number| look(*number, 1));
            starting.for_each(|number| look(*number, 0));
        }
    }
}

/// A range of a text with the numbers of its words.
struct Text<'a, 'v> {
    view: &'a View<'v>,
    numbers: &'a [u16],
    from: usize,
    to: usize,
}

impl Text<'_, '_> {
    fn is_one_of(&self, at: usize, words: &Words) -> bool {
        at < self.to && self.view.kind(at) == Kind::Word && words.fit(self.numbers[at - self.from], self.view.low(at))
    }
}

fn beginning(word: &str) -> Option<[u8; BEGINNING]> {
    word.as_bytes().get(..BEGINNING)?.try_into().ok()
}

/// The end of the longest match of `elements` at `at`.
fn matched(text: &Text<'_, '_>, elements: &[Element], at: usize, steps: &mut usize) -> Option<usize> {
    *steps = steps.checked_sub(1)?;
    let Some((element, rest)) = elements.split_first() else { return Some(at) };
    let (view, end) = (text.view, text.to);
    let here = past_marks(view, at, end);
    let goes_on = |here: usize, steps: &mut usize| matched(text, rest, here + 1, steps);
    match element {
        Element::Words(words) => text.is_one_of(here, words).then(|| goes_on(here, steps)).flatten(),
        Element::Number => (here < end && view.kind(here) == Kind::Number).then(|| goes_on(here, steps)).flatten(),
        Element::Optional(words) => {
            let taken = text.is_one_of(here, words).then(|| goes_on(here, steps)).flatten();
            taken.or_else(|| matched(text, rest, at, steps))
        }
        Element::Gap(most) => {
            let mut from = at;
            for taken in 0..=*most {
                if let Some(found) = matched(text, rest, from, steps) {
                    return Some(found);
                }
                from = past_marks(view, from, end);
                let passes = matches!(view.kind(from), Kind::Word | Kind::Number | Kind::Mark(',' | '/' | '\''));
                if taken == *most || from >= end || !passes {
                    break;
                }
                from += 1;
            }
            None
        }
    }
}

/// The first token that is no quotation mark or hyphen.
fn past_marks(view: &View<'_>, mut at: usize, end: usize) -> usize {
    while at < end && matches!(view.kind(at), Kind::Mark('"' | '-' | '\'' | '*')) {
        at += 1;
    }
    at
}

/// The words of a list in `data/`; `//` begins a remark.
pub(super) fn listed(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines().filter(|line| !line.starts_with("//")).flat_map(str::split_whitespace)
}

/// A multiplication for eight letters (as in FxHash): short words, a table that nobody outside fills.
#[derive(Debug, Default)]
pub(super) struct WordHasher(u64);

impl WordHasher {
    fn mix(&mut self, letters: u64) {
        self.0 = (self.0.rotate_left(5) ^ letters).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.mix(chunk.try_into().map_or(0, u64::from_le_bytes));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let last = rest.iter().fold(rest.len() as u64, |last, byte| last << 8 | u64::from(*byte));
            self.mix(last);
        }
    }

    /// What ends a string adds nothing: words of different lengths differ already.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &'static str, text: &str) -> Option<String> {
        let mut patterns = Patterns::empty();
        patterns.add((), pattern);
        let view = View::new(text);
        let mut out = Vec::new();
        patterns.find(&view, (0, view.tokens.len()), &mut out);
        out.first().map(|found| view.written(found.from, found.to).to_owned())
    }

    #[test]
    fn patterns_are_found() {
        for (pattern, text, expected) in [
            ("went|goes down", "It went down today", Some("went down")),
            ("unab* to _2 access", "Users are unable to log in or access it", None),
            ("unab* to _3 access", "Users are unable to log in or access it", Some("unable to log in or access")),
            ("denial of service", "a denial-of-service attack", Some("denial-of-service")),
            ("not ?been able to", "have not able to", Some("not able to")),
            ("code|error #", "an error 503 page", Some("error 503")),
        ] {
            assert_eq!(found(pattern, text).as_deref(), expected, "{pattern} in {text}");
        }
    }
}
