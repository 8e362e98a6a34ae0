//! Lists of phrases that are looked for in one pass.

use aho_corasick::{AhoCorasick, MatchKind};

/// Phrases, each of which counts where it stands as words of its own.
#[derive(Debug)]
pub struct Words(AhoCorasick);

impl Words {
    /// Of a list.
    pub fn new(phrases: &[&str]) -> Self {
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(phrases);
        // Some dozen phrases are far below the automaton's limits.
        Self(automaton.expect("the phrases fit an automaton"))
    }

    /// Where each stands in a text, from and to.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let found = self.0.find_overlapping_iter(text).map(|found| (found.start(), found.end()));
        found
            .filter(move |(from, to)| !inside(text[..*from].chars().next_back()) && !inside(text[*to..].chars().next()))
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
}
