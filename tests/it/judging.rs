//! How good the judge is, on labelled texts that it never saw: printed, with a floor far below.

use std::{collections::BTreeSet, fs};

use downwire::{
    catalogue::Catalogue,
    classify::{Classifier, Text},
    model::ItemKind,
    text::language,
};
use serde_json::Value;

use crate::support::data;

#[test]
fn the_lexicon_is_a_baseline_worth_beating() {
    let Some(path) = data::path("texts/dev.jsonl") else { return };
    let judge = Classifier::new(&Catalogue::built_in());
    let (mut right, mut wrong, mut missed, mut all) = (0, 0, 0, 0);
    let (mut shared, mut given, mut named) = (0, 0, 0);
    for line in fs::read_to_string(path).expect("reads").lines() {
        let label: Value = serde_json::from_str(line).expect("JSON");
        if label["undecidable"].as_bool() == Some(true) {
            continue;
        }
        all += 1;
        let kind = match label["kind"].as_str() {
            Some("news" | "article") => ItemKind::Article,
            Some("headline") => ItemKind::Headline,
            Some("official" | "status-update") => ItemKind::StatusUpdate,
            _ => ItemKind::Post,
        };
        let verdict = judge.judge(Text { kind, title: "", text: label["text"].as_str().expect("a text") });
        match (label["outage"] == 1 || label["outage"] == true, verdict.outage) {
            (true, true) => right += 1,
            (false, true) => wrong += 1,
            (true, false) => missed += 1,
            (false, false) => {}
        }
        if label["outage"] == 1 || label["outage"] == true {
            let expected: BTreeSet<String> = label["services"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|service| Some(service["name"].as_str()?.to_lowercase()))
                .collect();
            let got: BTreeSet<String> = verdict.service_names().iter().map(|name| name.to_lowercase()).collect();
            shared += expected.intersection(&got).count();
            given += expected.len();
            named += got.len();
        }
    }
    let rate = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let (precision, recall) = (rate(right, right + wrong), rate(right, right + missed));
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!("lexicon-1 on {all} texts: precision {precision:.2}, recall {recall:.2}, F1 {f1:.2}");
    println!("services: precision {:.2}, recall {:.2}", rate(shared, named), rate(shared, given));
    assert!(f1 > 0.6, "{f1}");
}

#[test]
fn the_language_of_a_text_is_told() {
    for (file, floor) in [("texts/languages-dev.jsonl", 0.90), ("texts/dev.jsonl", 0.93), ("texts/train.jsonl", 0.93)] {
        let Some(path) = data::path(file) else { return };
        let (mut all, mut right, mut untold) = (0, 0, 0);
        for line in fs::read_to_string(path).expect("reads").lines() {
            let label: Value = serde_json::from_str(line).expect("JSON");
            let (Some(text), Some(given)) = (label["text"].as_str(), label["lang"].as_str()) else { continue };
            all += 1;
            match language::detect(text) {
                Some(told) => right += usize::from(told == given),
                None => untold += 1,
            }
        }
        println!("{file}: the language of {right} of {all} texts is told right, of {untold} not at all (too short)");
        assert!(right as f64 >= floor * (all - untold) as f64, "{file}");
    }
}
