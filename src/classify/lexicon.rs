//! Weighted phrases over folded words. The data is `data/lexicon.txt`.

use std::collections::{HashMap, HashSet};

use crate::text::words::words;

/// Longest phrase, in words; the data is checked against it by a test.
const LONGEST: usize = 8;

/// How many reasons are kept.
const REASONS: usize = 6;

/// A phrase that was found.
#[derive(Debug, Clone, PartialEq)]
struct Phrase {
    weight: f32,
    reason: String,
}

/// The phrases, by their folded words joined by blanks.
#[derive(Debug, Clone)]
pub struct Lexicon(HashMap<String, Phrase>);

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// Sum of the weights of different phrases.
    pub weight: f32,
    /// In words, strongest first.
    pub reasons: Vec<String>,
    found: Vec<(String, f32)>,
}

impl Lexicon {
    /// The one in the crate.
    pub fn shipped() -> Self {
        let lines = include_str!("data/lexicon.txt").lines().map(str::trim);
        Self(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(entry).collect())
    }

    /// Looks for every phrase; each counts once. A longer phrase hides the shorter ones inside it: `power outage` is not
    /// also an `outage`.
    pub fn find(&self, words: &[String]) -> Findings {
        let mut found: Vec<(String, &Phrase)> = Vec::new();
        let mut seen = HashSet::new();
        let mut at = 0;
        let mut key = String::new();
        while at < words.len() {
            let longest = (1..=LONGEST.min(words.len() - at)).rev().find_map(|length| {
                key.clear();
                for (place, word) in words[at..at + length].iter().enumerate() {
                    key.push_str(if place == 0 { "" } else { " " });
                    key.push_str(word);
                }
                self.0.get(&key).map(|phrase| (length, phrase))
            });
            match longest {
                Some((length, phrase)) => {
                    if seen.insert(key.clone()) {
                        found.push((key.clone(), phrase));
                    }
                    at += length;
                }
                None => at += 1,
            }
        }
        found.sort_by(|(_, a), (_, b)| b.weight.abs().total_cmp(&a.weight.abs()));
        Findings {
            weight: found.iter().map(|(_, phrase)| phrase.weight).sum(),
            reasons: found.iter().take(REASONS).map(|(_, phrase)| phrase.reason.clone()).collect(),
            found: found.into_iter().map(|(key, phrase)| (key, phrase.weight)).collect(),
        }
    }
}

impl Findings {
    /// Halves the weight of what is not among `others`.
    pub fn halve_but(&mut self, others: &Self) {
        let kept: HashSet<&String> = others.found.iter().map(|(key, _)| key).collect();
        self.weight =
            self.found.iter().map(|(key, weight)| if kept.contains(key) { *weight } else { weight / 2.0 }).sum();
    }
}

/// One line of the data. CJK phrases are folded to pairs as every text is.
fn entry(line: &str) -> Option<(String, Phrase)> {
    let mut fields = line.split('|').map(str::trim);
    let (weight, phrase) = (fields.next()?.parse().ok()?, fields.next()?);
    let reason = fields.next().map_or_else(|| reason(phrase, weight), str::to_owned);
    Some((words(phrase).join(" "), Phrase { weight, reason }))
}

fn reason(phrase: &str, weight: f32) -> String {
    if weight < 0.0 { format!("but says ‘{phrase}’") } else { format!("says ‘{phrase}’") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_a_phrase_that_can_be_found() {
        let lines =
            include_str!("data/lexicon.txt").lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        for line in lines {
            let (key, _) = entry(line).unwrap_or_else(|| panic!("{line}"));
            assert!(!key.is_empty() && key.split(' ').count() <= LONGEST, "{line}");
        }
    }

    #[test]
    fn a_phrase_counts_once_and_a_longer_one_hides_what_is_in_it() {
        let lexicon = Lexicon::shipped();
        let weigh = |text: &str| lexicon.find(&words(text)).weight;
        assert_eq!(weigh("outage outage outages"), weigh("outage"));
        assert!(weigh("power outage") < 0.0);
        assert_eq!(weigh("nothing of the kind"), 0.0);
    }
}
