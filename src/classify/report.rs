//! What a report of an operator says was felt, and why: read sentence by sentence.
//!
//! A report tells of effects, causes, steps and apologies in the same words, so what was felt is looked for only in the
//! sentence that says it, and the cause only where causes are told. Which sentence that is, the tiers below say, best
//! first: summaries ("Between 9:55 AM and 12:25 PM PDT, customers experienced …") before what was said while it lasted.
//! The sets are those of Chu et al. (ICPE 2026), and so is the measure: the labelled reports of three providers.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    nature::{CAUSES, Entry, Found, SYMPTOMS, entries, phrases},
    normal::Normal,
};

/// Words of a sentence that says what was felt, best first; all words of one way must be there.
const FELT: &[&[&str]] = &[
    &[" between ", " experienc"],
    &[" experienc"],
    &[" encounter"],
    &[" may "],
    &[" might "],
    &[" could "],
    &[" would "],
    &[" received "],
    &[" unable to "],
    &[" observed "],
    &[" saw "],
    &[" investigating "],
    &[" seeing "],
    &[" impact"],
    &[" affect"],
    &[" can confirm "],
    &[" issue with "],
    &[" issues with "],
    &[" issue affecting "],
    &[" failing "],
    &[" fail "],
    &[" failed "],
];

/// Behind "may" and its like a sentence says what was felt only with one of these.
const BEHIND_MAY: [&str; 9] =
    [" see", " observ", " receiv", " notic", " be unable ", " been unable ", " fail", " have had ", " not "];

/// What names the service that has an issue, and not the issue.
const SAYS_NOTHING: [&str; 2] = [" experiencing an issue with ", " experience an issue with "];

/// Where a sentence goes on to say why.
const BECAUSE: [&str; 5] = [" due to ", " caused by ", " because of ", " as a result of ", " root cause"];

/// A sentence that goes on with what was felt begins so.
const GOES_ON: [&str; 7] = [
    " some ",
    " a small ",
    " in addition ",
    " additionally ",
    " impacted customers ",
    " customers may ",
    " users may ",
];

/// Sentences about steps and remedies, which say what was felt only to say that it is over.
const REMEDY: [&str; 10] = [
    " root cause ",
    " caused by ",
    " mitigat",
    " engineers ",
    " prevent",
    " we will ",
    " resolved ",
    " apolog",
    " no longer ",
    " normal",
];

/// A report that leads elsewhere: what was felt stands there.
const ELSEWHERE: [&str; 4] =
    [" linked to a single ", " linked to the ", " same underlying issue ", " issue to be linked "];

/// Words of a sentence that tells a cause, and what they weigh.
const TELLS: [&str; 10] = [
    " root cause ",
    " preliminary root",
    " determined that ",
    " determined the ",
    " identified that ",
    " cause of ",
    " caused by ",
    " triggered",
    " initiated by ",
    " underlying ",
];
const HINTS: [&str; 7] = [" due to ", " because ", " result of ", " led to ", " leading to ", " caused ", " causing "];

/// Sentences about remedies name causes, too: of the next time.
const STEPS: [&str; 8] = [
    " mitigat",
    " rolled back ",
    " rolling back ",
    " next steps ",
    " in order to ",
    " will ",
    " to prevent",
    " improve",
];

/// A heading, in bytes: "Root cause:" tells that the next sentence is one.
const HEADING: usize = 60;

/// How far into a sentence the heading stands that it begins with, in bytes: `Preliminary root cause: …`.
const HEADED: usize = 24;

/// Phrases and what they say.
#[derive(Debug, Clone)]
struct Phrases {
    automaton: AhoCorasick,
    /// The values of each phrase, with a finer word.
    says: Vec<(&'static str, Option<&'static str>)>,
}

impl Phrases {
    fn new(entries: HashMap<String, (&'static str, Option<&'static str>)>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_unstable();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(entries.iter().map(|(phrase, _)| phrase));
        // Some hundred phrases are far below the automaton's limits.
        let automaton = automaton.expect("the phrases fit an automaton");
        Self { automaton, says: entries.into_iter().map(|(_, says)| says).collect() }
    }

    /// What the phrases in a line say, each with its length in words.
    fn find(&self, line: &str) -> Vec<(&'static str, Option<&'static str>, usize)> {
        let found = phrases(&self.automaton, line);
        let said = found.filter_map(|(pattern, from, to)| {
            let (value, sub) = *self.says.get(pattern)?;
            Some((value, sub, line[from..to].split_whitespace().count()))
        });
        said.collect()
    }
}

/// Reads reports.
#[derive(Debug, Clone)]
pub struct Reports {
    felt: Phrases,
    why: Phrases,
}

impl Reports {
    /// With the phrases of the crate.
    pub fn shipped() -> Self {
        let (mut felt, mut why) = (HashMap::new(), HashMap::new());
        for Entry { set, value, sub, phrase } in entries() {
            let table = match set {
                "felt" => &mut felt,
                "cause" | "why" => &mut why,
                _ => continue,
            };
            match value {
                "-" => table.remove(&phrase),
                value => table.insert(phrase, (value, sub)),
            };
        }
        Self { felt: Phrases::new(felt), why: Phrases::new(why) }
    }

    /// What a report says; `None` where it is not built like one, or in another language than its phrases.
    pub fn read(&self, text: &str) -> Option<Found> {
        let sentences: Vec<String> = sentences(text).map(Normal::phrase).collect();
        let symptoms = self.symptoms(&sentences);
        let (cause, sub) = self.cause(&sentences);
        if symptoms.is_empty() && cause.is_none() {
            return None;
        }
        let named = SYMPTOMS.iter().filter(|known| symptoms.contains(known));
        Some(Found { symptoms: named.map(|word| (*word).to_owned()).collect(), cause, sub })
    }

    fn symptoms(&self, sentences: &[String]) -> Vec<&'static str> {
        for words in FELT {
            for (at, line) in sentences.iter().enumerate().filter(|(_, line)| says(line, words)) {
                let cut = BECAUSE.iter().filter_map(|word| line.find(word)).filter(|at| *at > 30).min();
                let mut said = line[..cut.map_or(line.len(), |at| at + 1)].to_owned();
                let next = sentences.get(at + 1).filter(|next| GOES_ON.iter().any(|start| next.starts_with(start)));
                said.extend(
                    next.filter(|next| !any(next, &BECAUSE[..2]) && !any(next, &BECAUSE[4..])).map(String::as_str),
                );
                let found = self.felt(&said);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        let others = sentences.iter().filter(|line| !any(line, &REMEDY));
        let found = others.map(|line| self.felt(line)).find(|found| !found.is_empty());
        found.unwrap_or_else(|| {
            let states =
                sentences.iter().any(|line| any(line, &[" issue", " problem", " disruption", " affect", " impact"]));
            let leads_on = sentences.iter().any(|line| any(line, &ELSEWHERE));
            // Something is said to be wrong, and nothing of the closed set is.
            if states && !leads_on { vec!["OTHERS"] } else { Vec::new() }
        })
    }

    fn felt(&self, line: &str) -> Vec<&'static str> {
        self.felt.find(line).into_iter().flat_map(|(values, ..)| values.split('+')).collect()
    }

    /// The category that weighs most where causes are told; what is named first of a sentence is what began it.
    fn cause(&self, sentences: &[String]) -> (Option<String>, Option<String>) {
        let mut weights: HashMap<&str, (f32, Option<&str>)> = HashMap::new();
        let (mut told, mut before) = (0_u8, 0.0);
        for (at, line) in sentences.iter().enumerate() {
            let heading = at.checked_sub(1).and_then(|at| sentences.get(at)).filter(|line| line.len() < HEADING);
            let mut weight = if any(line, &TELLS) || heading.is_some_and(|line| line.contains(" root cause ")) {
                4.0
            } else if any(line, &HINTS) {
                2.0
            } else if before >= 4.0 {
                // A sentence behind a cause goes on telling it.
                1.5
            } else {
                0.0
            };
            before = weight;
            if weight == 0.0 {
                continue;
            }
            if any(line, &STEPS) && !any(line, &TELLS[..3]) {
                weight *= 0.3;
            }
            // The part that is headed so tells the cause from its beginning, whatever a summary said before it.
            told = if line.contains(" root cause ") && line.find(" root cause ") < Some(HEADED) {
                1
            } else {
                told.saturating_add(1)
            };
            weight /= 1.0 + 0.35 * f32::from(told - 1);
            for (place, (value, sub, words)) in self.why.find(line).into_iter().enumerate() {
                let first = if place == 0 { 1.5 } else { 1.0 };
                let exact = if words > 1 { 1.6 } else { 1.0 };
                let known = weights.entry(value).or_insert((0.0, sub));
                known.0 += weight * first * exact;
                known.1 = known.1.or(sub);
            }
        }
        if weights.is_empty() {
            // Nothing says "because": a cause may still be named outright ("this was in a telecom provider").
            let plain = sentences.iter().filter(|line| !any(line, &STEPS));
            for (value, sub, _) in plain.flat_map(|line| self.why.find(line)).filter(|(.., words)| *words > 1) {
                weights.entry(value).or_insert((0.0, sub)).0 += 1.0;
            }
        }
        let weight = |value: &&str| weights.get(*value).map_or(0.0, |(weight, _)| *weight);
        let best = CAUSES.iter().rev().max_by(|a, b| weight(a).total_cmp(&weight(b))).filter(|best| weight(best) > 0.0);
        let sub = best.and_then(|best| weights.get(*best)).and_then(|(_, sub)| *sub);
        (best.map(|best| (*best).to_owned()), sub.map(str::to_owned))
    }
}

fn any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

/// Whether a sentence says what was felt, in the way of these words.
fn says(line: &str, words: &[&str]) -> bool {
    let may = [" may ", " might ", " could ", " would "];
    let is_modal = words.len() == 1 && may.contains(&words[0]);
    let behind = || words[0].trim_end();
    words.iter().all(|word| line.contains(word))
        && !any(line, &SAYS_NOTHING)
        && (!is_modal || line.split(behind()).skip(1).any(|rest| any(rest, &BEHIND_MAY)))
}

/// The sentences of a text: they end in a full stop, a line or a bullet.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.split(['\n', '•']).flat_map(|line| line.split(" * "));
    lines.flat_map(|line| {
        let mut rest = Some(line);
        std::iter::from_fn(move || {
            let line = rest?;
            let ends = line.char_indices().zip(line.chars().skip(1));
            let end = ends.into_iter().find(|((_, mark), next)| ".!?".contains(*mark) && next.is_whitespace());
            let (sentence, behind) = match end {
                Some(((at, mark), _)) => (&line[..at + mark.len_utf8()], Some(&line[at + mark.len_utf8()..])),
                None => (line, None),
            };
            rest = behind;
            Some(sentence)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Option<String>) {
        let found = Reports::shipped().read(text).unwrap_or_default();
        (found.symptoms, found.cause)
    }

    #[test]
    fn what_was_felt_is_read_where_it_is_said_and_the_cause_where_causes_are_told() {
        let (symptoms, cause) = read(
            "Summary of impact: Between 09:10 and 11:40 UTC, a subset of customers in Fabrikam West may have experienced high latency \
             and timeouts. Root cause: Engineers determined that a recent deployment task held a code defect. Mitigation: the servers \
             that were unavailable for errors were restarted. Next steps: we will improve capacity.",
        );
        assert_eq!((symptoms, cause), (vec!["DELAY".to_owned()], Some("DEPLOY".to_owned())));
        let (symptoms, cause) = read(
            "We are investigating connectivity issues. 10:20 The power outage at a utility caused the failure of one rack. \
             Between 9:50 AM and 10:30 AM PDT, customers experienced increased error rates and elevated latencies in one region.",
        );
        assert_eq!((symptoms, cause), (vec!["ERROR".to_owned(), "DELAY".to_owned()], Some("EXTERNAL".to_owned())));
    }

    #[test]
    fn a_report_that_says_only_that_something_is_wrong_says_no_more() {
        assert_eq!(read("The issue with Fabrikam Log has been resolved for all affected projects.").0, ["OTHERS"]);
        let linked = "We are experiencing an issue with Fabrikam Run. Our engineers have determined this issue to be linked to a single incident.";
        assert_eq!(read(linked).0, Vec::<String>::new());
        assert_eq!(read("").0, Vec::<String>::new());
    }

    #[test]
    fn sentences_end_in_full_stops_lines_and_bullets() {
        let all: Vec<_> = sentences("It is 1.5 s slow. Why? a\nb • c * d").map(str::trim).collect();
        assert_eq!(all, ["It is 1.5 s slow.", "Why?", "a", "b", "c", "d"]);
    }
}
