//! Names in text: one pass over all names, aliases, domains and hashtags of the catalogue. Names are kept folded
//! ([`text::fold`](crate::text::fold)): a text that is folded too is searched for every spelling, one that is not for the
//! plain ones.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Catalogue;
use crate::text::fold::fold;

/// How a service was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By a name that can mean nothing else.
    Name,
    /// By a name that is also a word.
    Ambiguous,
    /// By its domain.
    Domain,
    /// By a hashtag.
    Hashtag,
}

/// A place where a service is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// Its place in [`Catalogue::services`].
    pub service: usize,
    /// Byte offset of the start …
    pub from: usize,
    /// … and of the end.
    pub to: usize,
    /// How.
    pub how: How,
}

/// The table. Building it takes a while; it is built once.
#[derive(Debug, Clone)]
pub struct AliasTable {
    automaton: AhoCorasick,
    patterns: Vec<(usize, How)>,
}

impl AliasTable {
    /// The table of a catalogue.
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut patterns = Vec::new();
        for (at, service) in catalogue.services().iter().enumerate() {
            let names = service.aliases.iter().chain([&service.name]).chain(&service.domain);
            for name in names.filter(|name| name.chars().count() > 1) {
                let how = match name {
                    _ if service.is_ambiguous(name) => How::Ambiguous,
                    _ if is_domain(name) => How::Domain,
                    _ => How::Name,
                };
                let mut folded = String::new();
                fold(name, &mut folded);
                words.push(folded);
                patterns.push((at, how));
            }
            for tag in &service.hashtags {
                words.push(format!("#{tag}"));
                patterns.push((at, How::Hashtag));
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            // 1.5 MB for 8,300 names where `DFA` takes 53, at three fifths of its speed: names are a small part of judging.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&words);
        // Thousands of names are far below the automaton's limits (2^31 states).
        let automaton = automaton.expect("the catalogue fits an automaton");
        Self { automaton, patterns }
    }

    /// Every place where a service is named, as a word of its own, in order.
    pub fn mentions<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Mention> + 'a {
        self.automaton.find_iter(text).filter_map(move |found| {
            let (service, how) = *self.patterns.get(found.pattern().as_usize())?;
            let (from, to) = (found.start(), found.end());
            let stands_alone = !joins(text[..from].chars().next_back(), text[from..].chars().next())
                && !joins(text[..to].chars().next_back(), text[to..].chars().next());
            // `box.com` names Box, `mailbox.com` does not; `claude.ai` is no sentence that ends in Claude.
            stands_alone.then_some(Mention { service, from, to, how })
        })
    }
}

fn is_domain(name: &str) -> bool {
    name.contains('.')
        && !name.contains(' ')
        && name.rsplit('.').next().is_some_and(|end| end.len() >= 2 && end.chars().all(|c| c.is_ascii_alphabetic()))
}

/// Whether two neighbours belong to one word. Scripts without blanks join nothing.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let inside = |letter: char| (letter.is_alphanumeric() || letter == '_') && !is_unspaced(letter);
    before.is_some_and(inside) && after.is_some_and(inside)
}

/// Han, Kana, Hangul, Thai.
fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{0E00}'..='\u{0E7F}' | '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(String, How)> {
        let catalogue = Catalogue::built_in();
        let table = AliasTable::new(&catalogue);
        table.mentions(text).map(|mention| (catalogue.services()[mention.service].name.clone(), mention.how)).collect()
    }

    #[test]
    fn services_are_found_as_words_of_their_own() {
        for (text, expected) in [
            ("Is ChatGPT down?", vec![("ChatGPT", How::Name)]),
            ("chat gpt and AZURE", vec![("ChatGPT", How::Name), ("Microsoft Azure", How::Name)]),
            ("my mailbox is full", vec![]),
            ("put it in a box", vec![("Box", How::Ambiguous)]),
            ("#chatgptdown again", vec![("ChatGPT", How::Hashtag)]),
            ("see https://platform.openai.com/status", vec![("OpenAI API", How::Domain)]),
            ("ChatGPTが落ちた", vec![("ChatGPT", How::Name)]),
            ("the OpenAI API and OpenAI", vec![("OpenAI API", How::Name), ("OpenAI", How::Name)]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(name, how)| (name.to_owned(), how)).collect();
            assert_eq!(named(text), expected, "{text}");
        }
    }
}
