//! Fitting the weights. Everything follows from the data and a seed: the order of examples, the folds, the thresholds.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::{
    cues::LANGUAGES,
    features::Reading,
    fit::{Fit, Wanted},
    labelled::{Labelled, OWN_SOURCE},
    linear::{Features, Table, features, features_of_statements, logistic},
    reader::Reader,
    statements::blended,
    weights::{About, KINDS, PHASES, Weights},
};
use crate::model::Scope;

/// Parts that scores for calibration are crossed over; a day of a source is in one part only.
const FOLDS: usize = 4;

/// Where every order comes from.
const SEED: u64 = 20_243_226;

/// How relevance is fitted. Chosen by cross-validation on labelled texts that nothing is reported on, but for the share of
/// sources that is left out, the orders and the decay: those by how well sources are judged that were not learned from,
/// which is reported too.
const RELEVANCE: Fit = Fit {
    bits: 20,
    parts: true,
    passes: 10,
    rate: 0.05,
    decay: 1e-3,
    seed: SEED,
    orders: 6,
    by_worth: true,
    parts_of_sources: 3,
};

/// How phase and scope are fitted: words and cues are enough.
const SMALL: Fit = Fit {
    bits: 15,
    parts: false,
    passes: 8,
    rate: 0.1,
    decay: 1e-4,
    seed: SEED,
    orders: 4,
    by_worth: false,
    parts_of_sources: 1,
};

/// Examples from which on a threshold is moved, and how far it may go from a half.
const ENOUGH: usize = 60;
const FURTHEST: f32 = 0.2;

/// The share of outages at which thresholds are chosen: three in ten of what shares words with them, as a source that is
/// worth watching has. Samples of labelled texts hold anything from one in twenty to one in two, and the best threshold
/// of the one is none for the other.
const SHARE: f32 = 0.3;

/// The share that training aims at in every source: else it learns from which source a text is, and not what it says.
/// Outages of a source that has fewer count up to so much more, what is none down to so much less.
const EVEN: f32 = 0.45;
const MOST: f32 = 4.0;
const LEAST: f32 = 0.4;

/// How likely a text that its annotator found ambiguous is the other after all: two annotators agree on these with a kappa
/// of 0.58 only. Chosen by how well sources are ranked that were not learned from.
const DOUBT: f32 = 0.2;

/// How much less F1 is as good as the best, and how far up on that stretch a threshold stands: false alarms are what
/// readers leave for, and most of what is written is more peaceful than what was labelled.
const SLACK: f32 = 0.01;
const MIDDLE: f32 = 0.3;
const CAREFUL: f32 = 0.8;

/// The threshold of a kind nothing is known of, in the order of kinds, and how many outages it counts as. Where
/// probabilities are right, the threshold with the best F1 is half of that F1 (Lipton, Elkan and Naryanaswamy, ECML 2014),
/// some .45; a little more for the same reason as above, and more for headlines and articles: most of what a feed of news
/// brings is about something else, and hears of outages under other names. What is labelled moves it only a little: the best
/// threshold of one source lies as often above that of the others as below it. Chosen, with the number it counts as, on
/// sources that were not learned from.
const EXPECTED: [f32; KINDS] = [0.5, 0.66, 0.64, 0.55];
const EXPECTED_COUNTS: f32 = 3_000.0;

/// Labelled texts of a language from which on its thresholds come from them alone.
const MANY: usize = 400;

/// Fits everything. `examples` are learned from; `others`, in more languages, only move thresholds.
pub fn train(reader: &Reader, examples: &[Labelled], others: &[Labelled], command: &str) -> Weights {
    let mut all: Vec<Labelled> = examples.iter().filter(|example| !example.undecidable).cloned().collect();
    all.extend(Labelled::own());
    let mut reading = Reading::default();
    let (mut table, mut statements, mut small) = (Vec::new(), Vec::new(), Vec::new());
    for example in &all {
        reader.read(&example.text, example.kind, &example.source, &mut reading);
        table.push(features(&reading, RELEVANCE.bits, RELEVANCE.parts));
        statements.push(features_of_statements(&reading, RELEVANCE.bits, RELEVANCE.parts));
        small.push(features(&reading, SMALL.bits, SMALL.parts));
    }
    let wanted = evened(&all);
    let crossed = crossed(&all, (&table, &statements), &wanted);
    let platt = platt(&all, &crossed);
    let mut about = About {
        version: String::new(),
        command: command.to_owned(),
        data: digest(examples.iter().chain(others)),
        examples: all.len(),
        platt,
        thresholds: thresholds(&all, &crossed, &platt),
        languages: [0.0; LANGUAGES.len()],
    };
    let relevance = Table::fit(RELEVANCE, 1, &table, &wanted);
    about.languages = languages(reader, &relevance, &about, &all, others);
    about.version = format!("linear-2-{}", &about.data[..8]);
    let outputs = PHASES.len();
    let phase = subset(&all, &small, outputs, |example| example.phase_output());
    let scope = subset(&all, &small, 3, |example| match example.scope.filter(|_| example.outage)? {
        Scope::Many => Some(0),
        Scope::Single => Some(1),
        Scope::Unclear => Some(2),
    });
    Weights { about, relevance, phase, scope }
}

/// What each example is, and what it counts when every source has its share of outages. Our own sentences and what a rule
/// labelled are of no source that may be left out.
fn evened(all: &[Labelled]) -> Vec<Wanted> {
    let counts = by_source(all.iter().filter(|example| !example.is_weak && !example.is_easy));
    let read = all.iter().filter(|example| !example.is_weak && example.source != OWN_SOURCE);
    let sources: BTreeSet<&str> = read.map(|example| example.source.as_str()).collect();
    let sources: HashMap<&str, usize> = sources.into_iter().zip(0..).collect();
    let factor = |example: &Labelled| {
        let counted = counts.get(example.source.as_str()).filter(|_| !example.is_weak && !example.is_easy);
        let Some((outages, others)) = counted else { return 1.0 };
        let short = (EVEN / (1.0 - EVEN) * others / outages.max(1.0)).max(1.0);
        if example.outage { short.min(MOST) } else { (short.min(MOST) / short).max(LEAST) }
    };
    let source = |example: &Labelled| sources.get(example.source.as_str()).copied().filter(|_| !example.is_weak);
    all.iter()
        .map(|example| Wanted {
            outputs: u32::from(example.outage),
            weight: example.weight * factor(example),
            doubt: if example.is_ambiguous() { DOUBT } else { 0.0 },
            source: source(example),
        })
        .collect()
}

/// Outages of each source, and what is none.
fn by_source<'a>(examples: impl Iterator<Item = &'a Labelled>) -> HashMap<&'a str, (f32, f32)> {
    let mut counts: HashMap<&str, (f32, f32)> = HashMap::new();
    for example in examples {
        let (outages, others) = counts.entry(&example.source).or_default();
        *(if example.outage { outages } else { others }) += 1.0;
    }
    counts
}

/// A table over the examples that have a label of its kind.
fn subset(all: &[Labelled], table: &[Features], outputs: usize, label: impl Fn(&Labelled) -> Option<usize>) -> Table {
    let labelled: Vec<(usize, usize)> =
        all.iter().enumerate().filter_map(|(at, example)| Some((at, label(example)?))).collect();
    let examples: Vec<Features> = labelled.iter().map(|(at, _)| table[*at].clone()).collect();
    let wanted: Vec<Wanted> = labelled
        .iter()
        .map(|(at, output)| Wanted {
            outputs: 1 << output,
            weight: all[*at].weight.max(0.25),
            doubt: 0.0,
            source: None,
        })
        .collect();
    Table::fit(SMALL, outputs, &examples, &wanted)
}

/// A score for every example from a table that has not seen it, nor its day, nor (for ours) itself.
fn crossed(all: &[Labelled], (table, statements): (&[Features], &[Vec<Features>]), wanted: &[Wanted]) -> Vec<f32> {
    let folds: Vec<usize> = all.iter().map(fold).collect();
    let mut scores = vec![0.0; all.len()];
    for part in 0..FOLDS {
        let kept: Vec<usize> = (0..all.len()).filter(|at| folds[*at] != part).collect();
        let examples: Vec<Features> = kept.iter().map(|at| table[*at].clone()).collect();
        let wanted: Vec<Wanted> = kept.iter().map(|at| wanted[*at]).collect();
        let fitted = Table::fit(RELEVANCE, 1, &examples, &wanted);
        for at in (0..all.len()).filter(|at| folds[*at] == part) {
            let strongest = statements[at].iter().map(|statement| fitted.score(statement));
            scores[at] = blended(fitted.score(&table[at]), strongest);
        }
    }
    scores
}

/// The part of an example: by source and day, so that one outage is never on both sides.
fn fold(example: &Labelled) -> usize {
    let day = example.created_at.get(..10).unwrap_or(&example.id);
    let digest = Sha256::digest(format!("{}\n{day}", example.source));
    usize::from(digest[0]) % FOLDS
}

/// Those of a kind whose label was read, with score.
fn of_kind<'a>(all: &'a [Labelled], scores: &'a [f32], kind: usize) -> impl Iterator<Item = (&'a Labelled, f32)> {
    let read = |example: &&Labelled| !example.is_weak;
    all.iter().zip(scores.iter().copied()).filter(move |(example, _)| read(example) && example.kind as usize == kind)
}

/// Factor and offset of each kind, by gradient descent on the log loss (Platt, 1999, with his smoothed targets).
fn platt(all: &[Labelled], scores: &[f32]) -> [(f32, f32); KINDS] {
    std::array::from_fn(|kind| {
        let pairs: Vec<(bool, f32)> =
            of_kind(all, scores, kind).map(|(example, score)| (example.outage, score)).collect();
        let right = pairs.iter().filter(|(outage, _)| *outage).count() as f32;
        let wrong = pairs.len() as f32 - right;
        let (high, low) = ((right + 1.0) / (right + 2.0), 1.0 / (wrong + 2.0));
        let (mut factor, mut offset) = (1.0_f32, 0.0_f32);
        for _ in 0..2_000 {
            let (mut by_factor, mut by_offset) = (0.0, 0.0);
            for (outage, score) in &pairs {
                let error = logistic(factor * score + offset) - if *outage { high } else { low };
                by_factor += error * score;
                by_offset += error;
            }
            let count = pairs.len().max(1) as f32;
            factor -= 0.1 * by_factor / count;
            offset -= 0.1 * by_offset / count;
        }
        (factor, offset)
    })
}

/// The threshold of each kind: the best F1 on crossed scores at the usual share of outages, the nearer to what is expected
/// the fewer outages there are. What shares no words with outages is left out: it is told apart at any threshold.
fn thresholds(all: &[Labelled], scores: &[f32], platt: &[(f32, f32); KINDS]) -> [f32; KINDS] {
    std::array::from_fn(|kind| {
        let probability = |score: f32| logistic(platt[kind].0 * score + platt[kind].1);
        let read: Vec<(&Labelled, f32)> = of_kind(all, scores, kind)
            .filter(|(example, _)| example.source != OWN_SOURCE && !example.is_easy)
            .collect();
        let counts = by_source(read.iter().map(|(example, _)| *example));
        let counted = read.iter().map(|(example, score)| {
            let (outages, others) = counts.get(example.source.as_str()).copied().unwrap_or_default();
            // Every outage counts one; what is none counts so much that the source has the share.
            let weight = if example.outage { 1.0 } else { outages / others.max(1.0) * (1.0 - SHARE) / SHARE };
            (example.outage, probability(*score), weight)
        });
        let counted: Vec<(bool, f32, f32)> = counted.collect();
        if counted.len() < ENOUGH {
            return 0.5;
        }
        let outages = counted.iter().filter(|(outage, _, _)| *outage).count() as f32;
        let drawn = outages * best_threshold(&counted, CAREFUL) + EXPECTED_COUNTS * EXPECTED[kind];
        (drawn / (outages + EXPECTED_COUNTS)).clamp(0.5 - FURTHEST, 0.5 + FURTHEST)
    })
}

/// By how much less each language needs: what is best for all languages together, halfway to what is best for it alone.
/// A language with enough labelled texts has its threshold from them.
fn languages(
    reader: &Reader,
    relevance: &Table,
    about: &About,
    examples: &[Labelled],
    others: &[Labelled],
) -> [f32; LANGUAGES.len()] {
    let is_learned = |language: &str| {
        let known = examples.iter().filter(|example| !example.is_weak && example.source != OWN_SOURCE);
        known.filter(|example| example.language == language).count() >= MANY
    };
    let mut reading = Reading::default();
    let scored: Vec<(&str, bool, f32)> = others
        .iter()
        .filter(|example| !example.undecidable && !is_learned(&example.language))
        .map(|example| {
            reader.read(&example.text, example.kind, &example.source, &mut reading);
            let (factor, offset) = about.platt[reading.kind];
            let score = relevance.judged(&reading);
            // In terms of the threshold of its kind: what is above a half is an outage.
            let above = logistic(factor * score + offset) - about.thresholds[reading.kind] + 0.5;
            (example.language.as_str(), example.outage, above)
        })
        .collect();
    let best = |language: Option<&str>| {
        let of = scored.iter().filter(|(of, _, _)| language.is_none_or(|language| language == *of));
        let pairs: Vec<(bool, f32, f32)> = of.map(|(_, outage, above)| (*outage, *above, 1.0)).collect();
        if pairs.is_empty() { 0.0 } else { 0.5 - best_threshold(&pairs, MIDDLE) }
    };
    let all = best(None);
    LANGUAGES.map(|language| {
        let has_any = scored.iter().any(|(of, _, _)| *of == language);
        if has_any { f32::midpoint(all, best(Some(language))).clamp(-FURTHEST, FURTHEST) } else { 0.0 }
    })
}

/// A threshold on the stretch on which F1 is as good as its best, so far up: the best one itself is chance.
fn best_threshold(pairs: &[(bool, f32, f32)], so_far: f32) -> f32 {
    let f1 = |threshold: f32| {
        let (mut right, mut wrong, mut missed) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (outage, score, weight) in pairs {
            match (*outage, *score >= threshold) {
                (true, true) => right += weight,
                (false, true) => wrong += weight,
                (true, false) => missed += weight,
                (false, false) => {}
            }
        }
        2.0 * right / (2.0 * right + wrong + missed).max(1.0)
    };
    let steps: Vec<(f32, f32)> = (10..=90).map(|step| step as f32 / 100.0).map(|at| (at, f1(at))).collect();
    let most = steps.iter().fold(0.0_f32, |most, (_, f1)| most.max(*f1));
    let best: Vec<f32> = steps.iter().filter(|(_, f1)| *f1 >= most - SLACK).map(|(at, _)| *at).collect();
    best.get((best.len() as f32 * so_far) as usize).copied().unwrap_or(0.5)
}

/// A digest of everything that was read, and of our own sentences and phrases.
fn digest<'a>(read: impl Iterator<Item = &'a Labelled>) -> String {
    let mut hasher = Sha256::new();
    for example in read {
        hasher.update(format!("{}\n{}\n{}\n", example.id, example.outage, example.text));
    }
    hasher.update(include_str!("data/sentences.txt"));
    hasher.update(include_str!("data/cues.txt"));
    hasher.update(include_str!("data/lasting.txt"));
    hasher.update(include_str!("data/places.txt"));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
