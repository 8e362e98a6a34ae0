//! What must have become of what was sent: the same sentences, judged one by one without any stream.

use std::collections::{BTreeMap, BTreeSet};

use downwire::{
    catalogue::Catalogue,
    classify::{Classifier, Text},
    model::ItemKind,
};

use super::generator::{self, Plan};

/// What must be in the archive.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The posts that are kept, by the beginning of their record keys.
    pub kept: BTreeSet<String>,
    /// How many others named a service.
    pub counts: BTreeMap<String, i64>,
}

/// Judges every post of a run.
pub fn of(plan: Plan, posts: u64) -> Outcome {
    let classifier = Classifier::new(&Catalogue::built_in());
    let mut outcome = Outcome::default();
    generator::again(plan, posts, |key, text| {
        if !classifier.gate(text) {
            return;
        }
        let verdict = classifier.judge(Text { kind: ItemKind::Post, title: "", text, source: "jetstream" });
        if verdict.outage {
            outcome.kept.insert(key);
            return;
        }
        for service in verdict.service_names() {
            *outcome.counts.entry(service).or_default() += 1;
        }
    });
    outcome
}
