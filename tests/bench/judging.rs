//! How fast the judge is, on one core: the gate before a firehose, whole verdicts, and the relevance model alone. Beside
//! it fastText, on the same texts in the same run, where `tests/bench/run judging` has installed it.
//!
//! `DOWNWIRE_TEST_DATA` names the folder with labelled texts; without it our own sentences are judged.

use std::{fs, path::PathBuf, process::Command, time::Instant};

use downwire::{
    catalogue::Catalogue,
    classify::{Classifier, Reading, Sifted, Text, labelled::Labelled},
    model::ItemKind,
};
use serde_json::json;

/// Texts of one measurement, and how many of a thousand of the firehose are about an outage.
const TEXTS: usize = 200_000;
const RELEVANT: usize = 10;

fn main() {
    let judge = Classifier::new(&Catalogue::built_in());
    let labelled = labelled();
    let posts: Vec<&Labelled> = labelled.iter().filter(|one| one.kind == ItemKind::Post).collect();
    let about: Vec<&str> = posts.iter().filter(|one| one.outage).map(|one| one.text.as_str()).collect();
    // A firehose speaks of everything, and seldom of a service: titles and blogs that are not about an outage.
    let quiet: Vec<&str> = labelled
        .iter()
        .filter(|one| !one.outage && (one.kind == ItemKind::Headline || one.source == "eay_de"))
        .map(|one| one.text.get(..140).unwrap_or(&one.text))
        .collect();
    let firehose: Vec<&str> = (0..TEXTS)
        .map(|at| if at % 1000 < RELEVANT { about[at % about.len()] } else { quiet[at % quiet.len()] })
        .collect();
    let every: Vec<&str> = (0..TEXTS).map(|at| posts[at % posts.len()].text.as_str()).collect();

    let mut reading = Reading::default();
    // What a stream does with a post, and with one that speaks of an outage the whole verdict besides.
    let (passed, gated) = timed(&firehose, |text| {
        judge.passes_gate(text, &mut reading)
            && judge.sift(post(text), &mut reading) == Sifted::Outage
            && judge.judge_with(post(text), &mut reading).outage
    });
    let (_, whole) = timed(&every, |text| judge.judge_with(post(text), &mut reading).outage);
    let (_, alone) = timed(&every, |text| judge.relevance(post(text), &mut reading) > 0.5);
    let fasttext = fasttext();
    let times = |rate: u64| fasttext.map(|peer| format!("{:.2}", rate as f64 / peer as f64));
    println!(
        "{}",
        json!({ "posts": posts.len(), "gated_firehose_per_s": gated, "of_it_outages": passed, "whole_verdicts_per_s": whole,
                "relevance_alone_per_s": alone, "fasttext_per_s": fasttext, "relevance_alone_times_fasttext": times(alone),
                "gated_firehose_times_fasttext": times(gated) })
    );
}

/// Predictions a second of fastText's wheel on the same posts, on this core; none where it is not installed.
fn fasttext() -> Option<u64> {
    let variable = |name: &str| std::env::vars_os().find(|(key, _)| key == name).map(|(_, value)| PathBuf::from(value));
    let (python, data) =
        (variable("DOWNWIRE_BENCH_PYTHON")?, variable("DOWNWIRE_TEST_DATA")?.join("texts/train.jsonl"));
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/judges.py");
    let said =
        Command::new(python).arg(script).arg("--speed").arg(std::env::temp_dir()).args([&data, &data]).output().ok()?;
    let line = String::from_utf8_lossy(&said.stdout).into_owned();
    serde_json::from_str::<serde_json::Value>(&line).ok()?["fasttext_predictions_per_s"].as_u64()
}

fn post(text: &str) -> Text<'_> {
    Text { kind: ItemKind::Post, title: "", text, source: "" }
}

/// How many of the texts it holds for, and texts a second of this thread's time on a core.
fn timed(texts: &[&str], mut judged: impl FnMut(&str) -> bool) -> (usize, u64) {
    let (began, before) = (Instant::now(), on_core_ns());
    let held = texts.iter().filter(|text| judged(text)).count();
    let on_core = before.zip(on_core_ns()).map(|(before, after)| (after - before) as f64 / 1e9);
    // Where the kernel does not say how long a thread had a core, the clock on the wall must do.
    (held, (texts.len() as f64 / on_core.unwrap_or_else(|| began.elapsed().as_secs_f64())) as u64)
}

fn on_core_ns() -> Option<u64> {
    fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

fn labelled() -> Vec<Labelled> {
    let root = std::env::vars_os().find(|(key, _)| key == "DOWNWIRE_TEST_DATA").map(|(_, value)| PathBuf::from(value));
    let file = root.map(|root| root.join("texts/train.jsonl")).and_then(|path| fs::read_to_string(path).ok());
    file.map_or_else(Labelled::own, |text| text.lines().filter_map(Labelled::read).collect())
}
