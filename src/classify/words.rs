//! Sets of phrases that are looked for in one pass.

use std::collections::BTreeMap;

use crate::text::{
    letters::{is_edge, starts},
    phrases::Phrases,
};

/// Phrases of several sets, each of which counts where it stands as words of its own. For each, the sets that hold it, as bits.
#[derive(Debug)]
pub struct Words(Phrases<u32>);

/// A phrase that stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The sets that hold it, as bits.
    pub sets: u32,
    /// Where it begins …
    pub from: usize,
    /// … and ends, in bytes.
    pub to: usize,
}

impl Words {
    /// Of phrases and the sets that hold them.
    pub fn new(phrases: BTreeMap<String, u32>) -> Self {
        Self(Phrases::new(phrases).expect("no phrase of the data is empty"))
    }

    /// What stands in a text, in the order of the ends.
    pub fn find(&self, text: &str) -> Vec<Standing> {
        // In scripts without blanks a phrase begins and ends anywhere.
        let beginning = starts(text).flat_map(|from| {
            let found = self.0.beginning(&text[from..]);
            found.filter_map(move |(sets, length)| Some(Standing { sets: *sets.first()?, from, to: from + length }))
        });
        let mut found: Vec<Standing> = beginning.filter(|standing| is_edge(text, standing.to)).collect();
        found.sort_unstable_by_key(|standing| (standing.to, standing.from));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[(&str, u32)], text: &str) -> Vec<(u32, usize, usize)> {
        let words = Words::new(phrases.iter().map(|(phrase, sets)| ((*phrase).to_owned(), *sets)).collect());
        words.find(text).into_iter().map(|one| (one.sets, one.from, one.to)).collect()
    }

    #[test]
    fn phrases_are_found_as_words_of_their_own_however_they_overlap() {
        let phrases = [("because", 1), ("because of", 1), ("thanks to", 2)];
        assert_eq!(found(&phrases, "because of you, thanks tommy, becauseof"), [(1, 0, 7), (1, 0, 10)]);
    }

    #[test]
    fn phrases_of_scripts_without_blanks_are_found_anywhere() {
        assert_eq!(found(&[("の影響", 1), ("aws", 3)], "aws障害の影響で"), [(3, 0, 3), (1, 9, 18)]);
    }
}
