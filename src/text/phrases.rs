//! Many phrases that are looked for where words begin, in one double-array trie (Aoe, 1989): what is walked over is a few
//! bytes a letter, so that it stays in the cache however many phrases there are.

use std::collections::BTreeMap;

use yada::{DoubleArray, builder::DoubleArrayBuilder};

/// Phrases and what each stands for, which may be several things.
#[derive(Debug, Clone)]
pub struct Phrases<V> {
    trie: DoubleArray<Vec<u8>>,
    values: Vec<V>,
    /// Where the values of each phrase begin; one more for the end of the last.
    firsts: Vec<u32>,
}

impl<V> Phrases<V> {
    /// Of phrases and what they stand for; `None` where a phrase is empty or holds a NUL, or there is none.
    pub fn new(phrases: impl IntoIterator<Item = (String, V)>) -> Option<Self> {
        let mut by_phrase: BTreeMap<String, Vec<V>> = BTreeMap::new();
        for (phrase, value) in phrases {
            by_phrase.entry(phrase).or_default().push(value);
        }
        let keys: Vec<(&str, u32)> = by_phrase.keys().map(String::as_str).zip(0..).collect();
        let trie = DoubleArray::new(DoubleArrayBuilder::build(&keys).ok()?).ok()?;
        let (mut values, mut firsts) = (Vec::new(), vec![0]);
        for of_phrase in by_phrase.into_values() {
            values.extend(of_phrase);
            firsts.push(u32::try_from(values.len()).ok()?);
        }
        Some(Self { trie, values, firsts })
    }

    /// The phrases that a text begins with, the shortest first: what each stands for, and how many bytes it has. The text
    /// holds no NUL, which ends phrases in the trie; what is folded holds none.
    pub fn beginning<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a [V], usize)> + 'a {
        self.trie.common_prefix_search(text).filter_map(|(phrase, length)| {
            let (first, end) = (self.firsts.get(phrase as usize)?, self.firsts.get(phrase as usize + 1)?);
            Some((self.values.get(*first as usize..*end as usize)?, length))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_phrase_that_a_text_begins_with_is_found_with_all_that_it_stands_for() {
        let phrases = [("is", 1), ("is down", 2), ("is", 3), ("down", 4), ("störung", 5)];
        let phrases = Phrases::new(phrases.map(|(phrase, value)| (phrase.to_owned(), value))).expect("phrases");
        let found = |text: &'static str| phrases.beginning(text).map(|(of, to)| (of.to_vec(), to)).collect::<Vec<_>>();
        assert_eq!(found("is down again"), [(vec![1, 3], 2), (vec![2], 7)]);
        assert_eq!(found("störungen"), [(vec![5], 8)]);
        assert_eq!(found("it"), []);
        assert_eq!(found(""), []);
        assert!(Phrases::new([(String::new(), 1)]).is_none());
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_the_text_begins_with(
            phrases in proptest::collection::btree_set("[ab漢é]{1,4}", 1..12),
            text in "[ab漢é\\PC]{0,8}",
        ) {
            let known = Phrases::new(phrases.iter().map(|phrase| (phrase.clone(), phrase.clone()))).expect("phrases");
            let found: Vec<&String> = known.beginning(&text).flat_map(|(of, _)| of).collect();
            let mut expected: Vec<&String> = phrases.iter().filter(|phrase| text.starts_with(*phrase)).collect();
            expected.sort_by_key(|phrase| phrase.len());
            prop_assert_eq!(found, expected);
        }
    }
}
