//! Lists of phrases that are looked for in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::text::letters::{is_alphanumeric, is_unspaced};

/// Phrases, each of which counts where it stands as words of its own.
#[derive(Debug)]
pub struct Words(AhoCorasick);

impl Words {
    /// Of a list.
    pub fn new(phrases: &[&str]) -> Self {
        // A few hundred phrases: the fastest automaton is small enough.
        let builder = &mut AhoCorasick::builder();
        let automaton = builder.kind(Some(AhoCorasickKind::DFA)).match_kind(MatchKind::Standard).build(phrases);
        // Some dozen phrases are far below the automaton's limits.
        Self(automaton.expect("the phrases fit an automaton"))
    }

    /// Where each stands in a text, from and to, in the order of their ends.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let inside =
            |letter: Option<char>| letter.is_some_and(|letter| is_alphanumeric(letter) && !is_unspaced(letter));
        // In scripts without blanks a phrase begins and ends anywhere.
        let joined = move |before: Option<char>, after: Option<char>| inside(before) && inside(after);
        let found = self.0.find_overlapping_iter(text).map(|found| (found.start(), found.end()));
        found.filter(move |(from, to)| {
            let (first, last) = (text[*from..].chars().next(), text[..*to].chars().next_back());
            !joined(text[..*from].chars().next_back(), first) && !joined(last, text[*to..].chars().next())
        })
    }

    /// Whether one stands in a text.
    pub fn are_in(&self, text: &str) -> bool {
        self.find(text).next().is_some()
    }

    /// Where the last one ends.
    pub fn last_end(&self, text: &str) -> Option<usize> {
        self.find(text).map(|(_, to)| to).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_as_words_of_their_own_however_they_overlap() {
        let words = Words::new(&["because", "because of", "thanks to"]);
        let found: Vec<_> = words.find("because of you, thanks tommy, becauseof").collect();
        assert_eq!(found, [(0, 7), (0, 10)]);
    }

    #[test]
    fn phrases_of_scripts_without_blanks_are_found_anywhere() {
        let words = Words::new(&["の影響", "aws"]);
        assert_eq!(words.find("aws障害の影響で").count(), 2);
    }
}
