//! How good a judge is on labelled texts: precision, recall, F1 with bootstrap intervals, average precision, calibration,
//! attribution, phase and scope.

use std::collections::{BTreeMap, BTreeSet};

use super::{fit::Random, labelled::Labelled};
use crate::model::{Role, Verdict};

/// Draws of the bootstrap, and where they come from.
const DRAWS: usize = 1_000;
const SEED: u64 = 17;

/// Bins of the calibration.
const BINS: usize = 10;

/// One labelled text and what a judge said.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The label.
    pub label: &'a Labelled,
    /// The probability, or any score that grows with it.
    pub score: f32,
    /// The decision.
    pub outage: bool,
}

/// What a set of judged texts comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measured {
    /// Texts.
    pub texts: usize,
    /// Outages among them.
    pub outages: usize,
    /// Texts that are none and were taken for one.
    pub false_alarms: usize,
    /// Share of what was called an outage that is one.
    pub precision: f32,
    /// Share of the outages that was called one.
    pub recall: f32,
    /// Their harmonic mean …
    pub f1: f32,
    /// … and its 95 % interval over texts drawn again.
    pub f1_interval: (f32, f32),
    /// Area under precision over recall.
    pub average_precision: f32,
    /// Mean distance of probability and share, over ten bins.
    pub calibration_error: f32,
}

/// Measures.
pub fn measure(judged: &[Judged<'_>]) -> Measured {
    let all: Vec<usize> = (0..judged.len()).collect();
    let (precision, recall, f1) = rates(judged, &all);
    Measured {
        texts: judged.len(),
        outages: judged.iter().filter(|one| one.label.outage).count(),
        false_alarms: judged.iter().filter(|one| one.outage && !one.label.outage).count(),
        precision,
        recall,
        f1,
        f1_interval: interval(judged),
        average_precision: average_precision(judged),
        calibration_error: calibration_error(judged),
    }
}

fn rates(judged: &[Judged<'_>], drawn: &[usize]) -> (f32, f32, f32) {
    let (mut right, mut wrong, mut missed) = (0.0_f32, 0.0_f32, 0.0_f32);
    for one in drawn.iter().map(|at| &judged[*at]) {
        match (one.label.outage, one.outage) {
            (true, true) => right += 1.0,
            (false, true) => wrong += 1.0,
            (true, false) => missed += 1.0,
            (false, false) => {}
        }
    }
    let share = |whole: f32| if whole > 0.0 { right / whole } else { 0.0 };
    let both = 2.0 * right + wrong + missed;
    (share(right + wrong), share(right + missed), if both > 0.0 { 2.0 * right / both } else { 0.0 })
}

fn interval(judged: &[Judged<'_>]) -> (f32, f32) {
    if judged.is_empty() {
        return (0.0, 0.0);
    }
    let mut random = Random(SEED);
    let mut draws: Vec<f32> = (0..DRAWS)
        .map(|_| {
            let drawn: Vec<usize> = (0..judged.len()).map(|_| random.below(judged.len())).collect();
            rates(judged, &drawn).2
        })
        .collect();
    draws.sort_by(f32::total_cmp);
    (draws[DRAWS / 40], draws[DRAWS - 1 - DRAWS / 40])
}

fn average_precision(judged: &[Judged<'_>]) -> f32 {
    let mut order: Vec<&Judged<'_>> = judged.iter().collect();
    order.sort_by(|a, b| b.score.total_cmp(&a.score));
    let outages = order.iter().filter(|one| one.label.outage).count().max(1);
    let (mut right, mut sum) = (0.0, 0.0);
    for (rank, one) in order.iter().enumerate() {
        if one.label.outage {
            right += 1.0;
            sum += right / (rank + 1) as f32;
        }
    }
    sum / outages as f32
}

fn calibration_error(judged: &[Judged<'_>]) -> f32 {
    let mut bins = [(0.0_f32, 0.0_f32, 0.0_f32); BINS];
    for one in judged {
        let bin = &mut bins[((one.score.clamp(0.0, 1.0) * BINS as f32) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1.0, bin.1 + one.score, bin.2 + f32::from(u8::from(one.label.outage)));
    }
    let whole = judged.len().max(1) as f32;
    bins.iter().filter(|bin| bin.0 > 0.0).map(|(_, score, outage)| (score - outage).abs() / whole).sum()
}

/// The sets that are looked at apart: all, without what annotators found ambiguous, by kind, source and language.
pub fn cuts<'a>(judged: &[Judged<'a>]) -> Vec<(String, Vec<Judged<'a>>)> {
    let decidable: Vec<Judged<'a>> = judged.iter().filter(|one| !one.label.undecidable).copied().collect();
    let mut cuts = vec![
        ("all".to_owned(), judged.to_vec()),
        ("without undecidable".to_owned(), decidable.clone()),
        ("without ambiguous".to_owned(), decidable.iter().filter(|one| !one.label.is_ambiguous()).copied().collect()),
        (
            "without single".to_owned(),
            decidable.iter().filter(|one| one.label.scope != Some(crate::model::Scope::Single)).copied().collect(),
        ),
    ];
    let mut by: BTreeMap<String, Vec<Judged<'a>>> = BTreeMap::new();
    for one in decidable {
        let label = one.label;
        by.entry(format!("kind {}", label.kind.as_str())).or_default().push(one);
        by.entry(format!("language {}", if label.language.is_empty() { "?" } else { &label.language }))
            .or_default()
            .push(one);
        if !label.source.is_empty() {
            by.entry(format!("source {}", label.source)).or_default().push(one);
        }
    }
    cuts.extend(by);
    cuts
}

/// How well services, roles, phase and scope of true outages were told.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Told {
    /// Outages whose label names a service.
    pub named: usize,
    /// Precision, recall and F1 of the services, over all pairs of text and service.
    pub services: (f32, f32, f32),
    /// Labelled upstream services, and those told with their role.
    pub upstream: (usize, usize),
    /// Outages with a phase, and those whose phase was told.
    pub phases: (usize, usize),
    /// Outages with a scope, and those whose scope was told.
    pub scopes: (usize, usize),
}

/// Compares verdicts with labels, over outages.
pub fn told(pairs: &[(&Labelled, &Verdict)]) -> Told {
    let mut told = Told::default();
    let (mut shared, mut given, mut labelled) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (label, verdict) in pairs.iter().filter(|(label, _)| label.outage && !label.undecidable) {
        if !label.services.is_empty() {
            told.named += 1;
            let wanted: BTreeSet<String> = label.services.iter().map(|(name, _)| name.to_lowercase()).collect();
            let got: BTreeSet<String> = verdict.services.iter().map(|service| service.name.to_lowercase()).collect();
            shared += wanted.intersection(&got).count() as f32;
            given += got.len() as f32;
            labelled += wanted.len() as f32;
        }
        for (name, _) in label.services.iter().filter(|(_, role)| *role == Role::Upstream) {
            let same = |service: &crate::model::Attribution| {
                service.name.eq_ignore_ascii_case(name) && service.role == Role::Upstream
            };
            told.upstream.0 += 1;
            told.upstream.1 += usize::from(verdict.services.iter().any(same));
        }
        if !label.phase.is_empty() {
            let wanted = if label.phase == "question" { "report" } else { &label.phase };
            told.phases.0 += 1;
            told.phases.1 += usize::from(verdict.phase.as_deref() == Some(wanted));
        }
        if let Some(scope) = label.scope {
            told.scopes.0 += 1;
            told.scopes.1 += usize::from(verdict.scope == scope);
        }
    }
    let share = |whole: f32| if whole > 0.0 { shared / whole } else { 0.0 };
    let both = given + labelled;
    told.services = (share(given), share(labelled), if both > 0.0 { 2.0 * shared / both } else { 0.0 });
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(outage: bool) -> Labelled {
        let line = format!("{{\"text\":\"a\",\"outage\":{outage},\"kind\":\"post\"}}");
        Labelled::read(&line).expect("a label")
    }

    #[test]
    fn rates_are_what_a_hand_computes() {
        let labels = [label(true), label(true), label(false), label(false)];
        let said = [(0.9, true), (0.2, false), (0.8, true), (0.1, false)];
        let judged: Vec<Judged<'_>> =
            labels.iter().zip(said).map(|(label, (score, outage))| Judged { label, score, outage }).collect();
        let measured = measure(&judged);
        assert_eq!((measured.precision, measured.recall, measured.f1), (0.5, 0.5, 0.5));
        assert_eq!((measured.outages, measured.false_alarms), (2, 1));
        // Ranked: right, wrong, right, wrong: (1/1 + 2/3) / 2.
        assert!((measured.average_precision - 5.0 / 6.0).abs() < 1e-6);
        assert!(measured.f1_interval.0 <= 0.5 && measured.f1_interval.1 >= 0.5);
    }
}
