//! How good the judge is, on labelled texts that it never saw: printed, with a floor below. And that its commands work.

mod commands;
mod reports;

use std::{collections::HashSet, fs, io::Write as _, process::Stdio};

use downwire::{
    catalogue::Catalogue,
    classify::{
        Classifier, Text, keywords,
        labelled::Labelled,
        measure::{Judged, Measured, cuts, measure, told},
    },
    model::Verdict,
    text::language,
};
use serde_json::{Value, json};

use crate::support::{backend::Folder, data, program};

#[test]
fn the_judge_is_better_than_a_list_of_words() {
    let judge = Classifier::new(&Catalogue::built_in());
    for (file, floor) in [("texts/dev.jsonl", 0.84), ("texts/languages-dev.jsonl", 0.78)] {
        let Some(path) = data::path(file) else { return };
        let text = fs::read_to_string(path).expect("reads");
        let labelled: Vec<Labelled> = text.lines().filter_map(Labelled::read).collect();
        let verdicts: Vec<Verdict> = labelled
            .iter()
            .map(|label| judge.judge(Text { kind: label.kind, title: "", text: &label.text, source: &label.source }))
            .collect();
        let pairs: Vec<(&Labelled, &Verdict)> = labelled.iter().zip(&verdicts).collect();
        let judged: Vec<Judged<'_>> =
            pairs.iter().map(|(label, said)| Judged { label, score: said.score, outage: said.outage }).collect();
        for (cut, judged) in cuts(&judged).iter().filter(|(_, judged)| judged.len() >= 10) {
            let m = measure(judged);
            println!(
                "{file} {cut}: {} texts, precision {:.3}, recall {:.3}, F1 {:.3}",
                m.texts, m.precision, m.recall, m.f1
            );
        }
        println!("{file}: {:?}", told(&pairs));
        let by_words: Vec<Judged<'_>> = labelled
            .iter()
            .map(|label| Judged { label, score: 0.0, outage: keywords::speaks_of_an_outage(&label.text) })
            .collect();
        let (ours, words) = (measure(&judged).f1, measure(&by_words).f1);
        println!("{file}: F1 {ours:.3}, by a list of words {words:.3}");
        assert!(ours > floor && ours > words, "{file}: {ours} {words}");
    }
}

/// Where posts of no consequence come from: networks, whose names are names of services too, and one about a service.
const QUIET_SOURCES: [&str; 6] = ["", "mastodon", "bluesky", "r/popular", "youtube", "chatgpt"];

/// Where headlines of no consequence come from.
const QUIET_PAPERS: [&str; 3] = ["", "google news", "hacker news"];

/// The share of what is quiet that may be taken for outages.
const QUIET: f64 = 0.04;

#[test]
fn posts_of_an_ordinary_day_are_hardly_ever_outages_whatever_network_they_come_from() {
    hardly_ever_outages(include_str!("../fixtures/quiet.jsonl"), &QUIET_SOURCES);
}

#[test]
fn headlines_of_an_ordinary_day_are_hardly_ever_outages() {
    hardly_ever_outages(include_str!("../fixtures/quiet-headlines.jsonl"), &QUIET_PAPERS);
}

/// F1 over texts in twelve languages that were written for this, blind to what is learned from, in the words in which
/// people really say it: .92 when it was set, and .86 in the language with the lowest.
const EVERYDAY: f32 = 0.90;
const EVERYDAY_LOWEST: f32 = 0.80;

#[test]
fn what_people_really_say_of_outages_is_understood_in_every_language() {
    let judge = Classifier::new(&Catalogue::built_in());
    let texts = unlearned(include_str!("../fixtures/everyday-words.jsonl"));
    let judged = texts.iter().map(|label| {
        let verdict = judge.judge(Text { kind: label.kind, title: "", text: &label.text, source: "" });
        Judged { label, score: verdict.score, outage: verdict.outage }
    });
    let judged: Vec<Judged<'_>> = judged.collect();
    let cuts = cuts(&judged).into_iter().filter(|(name, _)| name == "all" || name.starts_with("language "));
    let measured: Vec<(String, Measured)> = cuts.map(|(name, judged)| (name, measure(&judged))).collect();
    assert_eq!(measured.len(), 13, "{measured:?}");
    for (name, measured) in measured {
        println!("{name}: {measured:?}");
        assert!(measured.f1 >= if name == "all" { EVERYDAY } else { EVERYDAY_LOWEST }, "{name}: {}", measured.f1);
    }
}

/// Texts that nothing was learned from.
fn unlearned(texts: &str) -> Vec<Labelled> {
    let texts: Vec<Labelled> = texts.lines().map(|line| Labelled::read(line).expect("a text")).collect();
    let learned: HashSet<String> = Labelled::own().into_iter().map(|sentence| sentence.text).collect();
    for text in &texts {
        assert!(!learned.contains(&text.text), "{} was learned from, so it measures nothing", text.id);
    }
    texts
}

/// Judges texts that are no outages and that nothing was learned from.
fn hardly_ever_outages(texts: &str, sources: &[&str]) {
    let judge = Classifier::new(&Catalogue::built_in());
    let texts = unlearned(texts);
    for source in sources {
        let taken = texts.iter().filter(|text| {
            let verdict = judge.judge(Text { kind: text.kind, title: "", text: &text.text, source });
            if verdict.outage {
                println!("{source:?}: {:.2} {} {:?}", verdict.score, text.id, verdict.why);
            }
            verdict.outage
        });
        let taken = taken.count();
        println!("source {source:?}: {taken} of {} quiet texts taken for outages", texts.len());
        assert!(taken as f64 <= QUIET * texts.len() as f64, "source {source:?}: {taken}");
    }
}

#[test]
fn classify_answers_every_line_in_order_and_says_which_it_cannot_read() {
    let folder = Folder::new();
    let lines = [
        json!({ "id": 1, "text": "Is ChatGPT down for anyone else?", "kind": "comment", "unknown": [1] }).to_string(),
        "not JSON".to_owned(),
        String::new(),
        json!({ "id": "b", "title": "GitHub scheduled maintenance on Sunday", "kind": "official" }).to_string(),
        json!({ "id": "c" }).to_string(),
    ];
    fs::write(folder.path().join("in.jsonl"), lines.join("\n")).expect("writes");
    let answers = program::json_lines(folder.path(), &["classify", "in.jsonl"]);
    assert_eq!(answers.len(), 4, "{answers:?}");
    let first = &answers[0];
    assert_eq!((first["id"].as_i64(), first["outage"].as_bool()), (Some(1), Some(true)), "{first}");
    assert_eq!(first["services"], json!([{ "name": "ChatGPT", "role": "affected" }]));
    assert_eq!(first["phase"], "report");
    for field in ["score", "scope", "symptoms", "cause", "why", "version"] {
        assert!(first.get(field).is_some(), "{field}: {first}");
    }
    assert!(answers[1]["error"].is_string() && answers[3]["error"].is_string(), "{answers:?}");
    assert_eq!((answers[2]["outage"].as_bool(), answers[2]["phase"].as_str()), (Some(false), Some("maintenance")));
    assert_eq!(answers[3]["id"], "c");
    assert!(!folder.path().join("index").exists(), "it needs no archive and makes none");
}

#[test]
fn classify_reads_standard_input_where_a_dash_stands_for_a_file() {
    let folder = Folder::new();
    let line = |text: &str| json!({ "text": text }).to_string();
    fs::write(folder.path().join("in.jsonl"), line("lovely weather today")).expect("writes");
    let mut child = program::command(folder.path(), &["classify", "in.jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(line("Is ChatGPT down?").as_bytes()).expect("writes");
    let output = child.wait_with_output().expect("ends");
    let said: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let outages: Vec<bool> = said.iter().filter_map(|line| line["outage"].as_bool()).collect();
    assert_eq!(outages, [false, true], "{said:?}");
}

#[test]
fn eval_measures_the_judge_beside_a_list_of_words_and_a_peer() {
    let folder = Folder::new();
    let label = |id: &str, text: &str, outage: bool| {
        json!({ "id": id, "text": text, "kind": "post", "lang": "en", "outage": outage }).to_string()
    };
    let lines = [label("a", "ChatGPT is down", true), label("b", "lovely weather today", false)];
    fs::write(folder.path().join("labels.jsonl"), lines.join("\n")).expect("writes");
    let peer = "{\"id\":\"a\",\"score\":0.1,\"outage\":false}\n{\"id\":\"b\",\"score\":0.9,\"outage\":true}\n";
    fs::write(folder.path().join("peer.jsonl"), peer).expect("writes");
    let lines = program::json_lines(folder.path(), &["--json", "eval", "labels.jsonl", "--peer", "other=peer.jsonl"]);
    let f1 = |judge: &str| {
        let of =
            |line: &&Value| line["cut"] == "all" && line["judge"].as_str().is_some_and(|name| name.starts_with(judge));
        lines.iter().find(of).map(|line| line["f1"].as_f64().expect("a number"))
    };
    assert_eq!((f1("linear-"), f1("keyword"), f1("other")), (Some(1.0), Some(1.0), Some(0.0)), "{lines:?}");
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
