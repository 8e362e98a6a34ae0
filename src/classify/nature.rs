//! What went wrong, in closed sets: phase, symptoms and cause (the sets of Chu et al., ICPE 2026; sub-causes after
//! Gunawi et al., SoCC 2016). Unknown is an answer. Phrases and their meaning are `data/nature.txt`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{cues::Cue, features::Reading, normal::Normal};
use crate::{
    model::ItemKind,
    text::{data::lines, letters::is_unspaced},
};

/// What a phrase says: the set it belongs to, the value, and a finer word.
#[derive(Debug, Clone, PartialEq)]
struct Meaning {
    is_cause: bool,
    value: &'static str,
    sub: Option<&'static str>,
}

/// The table of phrases.
#[derive(Debug, Clone)]
pub struct Nature {
    automaton: AhoCorasick,
    meanings: Vec<Meaning>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Symptoms, in the order of the set.
    pub symptoms: Vec<String>,
    /// The category of the cause, `None` when none is named.
    pub cause: Option<String>,
    /// A finer word for it.
    pub sub: Option<String>,
}

/// The symptoms, in the order in which they are listed.
pub const SYMPTOMS: [&str; 5] = ["ERROR", "UNAVIL", "DELAY", "DEPERF", "OTHERS"];

/// The causes, the more telling first: where two are named as often, the first is the answer.
pub const CAUSES: [&str; 6] = ["MAINTAIN", "CONFIG", "DEPLOY", "EXTERNAL", "OVERLOAD", "OTHERS"];

impl Nature {
    /// The one in the crate.
    pub fn shipped() -> Self {
        let entries: Vec<(String, Meaning)> = entries()
            .filter(|entry| matches!(entry.set, "symptom" | "cause"))
            .map(|Entry { set, value, sub, phrase }| (phrase, Meaning { is_cause: set == "cause", value, sub }))
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(entries.iter().map(|(phrase, _)| phrase));
        // Some hundred phrases are far below the automaton's limits.
        let automaton = automaton.expect("the phrases fit an automaton");
        Self { automaton, meanings: entries.into_iter().map(|(_, meaning)| meaning).collect() }
    }

    /// Symptoms and cause of a text about an outage.
    pub fn find(&self, reading: &Reading) -> Found {
        let mut symptoms = [0_usize; SYMPTOMS.len()];
        let mut causes: Vec<(&Meaning, usize)> = Vec::new();
        let line = &reading.normal.line;
        let felt = after_first(line, &FELT_FROM, if reading.normal.tokens.len() > SHORT { FEW } else { usize::MAX });
        let told = after_first(line, &TOLD_FROM, MANY);
        for (pattern, from, _) in phrases(&self.automaton, line) {
            let Some(meaning) = self.meanings.get(pattern) else { continue };
            if meaning.is_cause {
                // What is named where causes are told counts more than what is mentioned anywhere.
                let count = if told.0 > 0 && (told.0..told.1).contains(&from) { 4 } else { 1 };
                match causes.iter_mut().find(|(known, _)| *known == meaning) {
                    Some((_, sum)) => *sum += count,
                    None => causes.push((meaning, count)),
                }
            } else if let Some(place) = SYMPTOMS.iter().position(|known| *known == meaning.value) {
                symptoms[place] += usize::from((felt.0..felt.1).contains(&from));
            }
        }
        let named = SYMPTOMS.iter().zip(symptoms).filter(|(_, count)| *count > 0);
        let (cause, sub) = named_cause(&causes);
        Found { symptoms: named.map(|(word, _)| (*word).to_owned()).collect(), cause, sub }
    }
}

/// Where reports begin to say what was felt, and where they begin to say why.
const FELT: [&str; 9] = [
    " experienc",
    " impact",
    " affected",
    " unable",
    " symptoms",
    " diagnosis",
    " customers may",
    " users may",
    " some ",
];
const BECAUSE: [&str; 7] =
    [" root cause", " caused by", " due to", " determined that", " triggered by", " result of", " because of"];

/// What looks for them in one pass.
static FELT_FROM: LazyLock<AhoCorasick> = LazyLock::new(|| first_of(&FELT));
static TOLD_FROM: LazyLock<AhoCorasick> = LazyLock::new(|| first_of(&BECAUSE));

fn first_of(words: &[&str]) -> AhoCorasick {
    let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words);
    built.expect("a handful of words fits an automaton")
}

/// Tokens of a text that is taken whole; bytes behind those words that are looked at.
const SHORT: usize = 60;
const FEW: usize = 1_000;
const MANY: usize = 700;

/// The stretch of `length` bytes that begins with the first of these words; from the beginning where there is none.
fn after_first(line: &str, words: &AhoCorasick, length: usize) -> (usize, usize) {
    if length == usize::MAX {
        return (0, line.len());
    }
    let from = words.find(line).map_or(0, |found| found.start());
    (from, from.saturating_add(length))
}

/// The category that is named most often, with its first finer word.
fn named_cause(causes: &[(&Meaning, usize)]) -> (Option<String>, Option<String>) {
    let count =
        |value: &str| causes.iter().filter(|(meaning, _)| meaning.value == value).map(|(_, n)| n).sum::<usize>();
    let best = CAUSES.iter().rev().max_by_key(|value| count(value)).filter(|value| count(value) > 0);
    let sub =
        best.and_then(|best| causes.iter().find(|(meaning, _)| meaning.value == *best)).and_then(|found| found.0.sub);
    (best.map(|value| (*value).to_owned()), sub.map(str::to_owned))
}

/// The phrases in a line, the longest at each place: which, from where and to where.
pub(super) fn phrases<'a>(
    automaton: &'a AhoCorasick,
    line: &'a str,
) -> impl Iterator<Item = (usize, usize, usize)> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = automaton.find(&line[at..])?;
        let (from, to) = (at + found.start(), at + found.end());
        // A phrase shares its blank with the next one, which leftmost-longest would lose.
        at = to - usize::from(line[from..to].ends_with(' ') && to - from > 1);
        Some((found.pattern().as_usize(), from, to))
    })
}

/// One phrase of the data: its set (`symptom`, `cause`, `felt`, `why`), its value, a finer word, and how it stands in a line.
pub(super) struct Entry {
    pub set: &'static str,
    pub value: &'static str,
    pub sub: Option<&'static str>,
    pub phrase: String,
}

/// The data: lines of `set VALUE sub: phrases`, in their order.
pub(super) fn entries() -> impl Iterator<Item = Entry> {
    let entries = lines(include_str!("data/nature.txt")).filter_map(|line| line.split_once(':'));
    entries.flat_map(|(head, phrases)| {
        let mut head = head.split(' ');
        let (set, value, sub) = (head.next().unwrap_or_default(), head.next().unwrap_or_default(), head.next());
        let phrases = phrases.split(';').map(str::trim).filter(|phrase| !phrase.is_empty());
        phrases.map(move |phrase| Entry { set, value, sub, phrase: pattern(phrase) })
    })
}

fn pattern(phrase: &str) -> String {
    let stem = phrase.strip_suffix('*');
    let line = Normal::phrase(stem.unwrap_or(phrase));
    let line = if stem.is_some() { line.trim_end() } else { line.as_str() };
    if line.trim().chars().next().is_some_and(is_unspaced) { line.trim().to_owned() } else { line.to_owned() }
}

/// The phase of a text that is no outage: maintenance where it announces some, else none.
pub fn phase_without_outage(reading: &Reading) -> &'static str {
    let is_official = reading.kind == ItemKind::StatusUpdate as usize;
    let hypothetical =
        reading.found.iter().any(|found| matches!(found.cue, Cue::Hypothetical | Cue::Advice | Cue::Launch));
    let utility = reading.found.iter().any(|found| found.cue == Cue::Utility);
    if reading.announces && (is_official || !(hypothetical || utility)) { "maintenance" } else { "none" }
}
