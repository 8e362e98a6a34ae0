//! `downwire eval`: how good the judge is on labelled texts, with the keyword baseline and other judges in one table.

use std::collections::HashMap;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{Output, labels};
use crate::{
    catalogue::Catalogue,
    classify::{
        Reading, Text,
        annotations::Annotations,
        keywords,
        labelled::Labelled,
        measure::{self, Judged, Measured, Told},
    },
    cli::EvalArgs,
    model::Verdict,
};

/// Texts of a cut from which on its figures say anything.
const ENOUGH: usize = 10;

/// Measures and prints.
///
/// # Errors
/// A file cannot be read.
pub fn eval(catalogue: &Catalogue, arguments: &EvalArgs, output: Output) -> anyhow::Result<()> {
    let judge = labels::judge(catalogue, arguments.weights.as_deref())?;
    let mut labelled = Vec::new();
    for path in &arguments.files {
        labelled.extend(labels::read(path, &Annotations::default())?);
    }
    let mut reading = Reading::default();
    let verdicts: Vec<Verdict> = labelled
        .iter()
        .map(|label| {
            let subject = Text { kind: label.kind, title: "", text: &label.text, source: &label.source };
            judge.judge_with(subject, &mut reading)
        })
        .collect();
    let ours = labelled.iter().zip(&verdicts).map(|(label, verdict)| Judged {
        label,
        score: verdict.score,
        outage: verdict.outage,
    });
    let mut judges = vec![
        (judge.version(), ours.collect::<Vec<_>>()),
        ("keyword rules", labelled.iter().map(by_keywords).collect::<Vec<_>>()),
    ];
    for peer in &arguments.peers {
        let (name, file) = peer.split_once('=').context("--peer takes NAME=FILE")?;
        judges.push((name, peer_answers(file, &labelled)?));
    }
    for (name, judged) in &judges {
        table(name, judged, output);
    }
    if let Some(path) = &arguments.table {
        let names: Vec<_> =
            arguments.files.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy()).collect();
        let texts = format!("{} labelled texts ({}), none of them used in training", labelled.len(), names.join(", "));
        std::fs::write(path, main_figures(&texts, &judges)).with_context(|| path.display().to_string())?;
    }
    let pairs: Vec<(&Labelled, &Verdict)> = labelled.iter().zip(&verdicts).collect();
    rest(&pairs, output);
    Ok(())
}

fn by_keywords(label: &Labelled) -> Judged<'_> {
    let outage = keywords::speaks_of_an_outage(&label.text);
    Judged { label, score: f32::from(u8::from(outage)), outage }
}

/// What another judge said of the same texts, by their ids.
fn peer_answers<'a>(file: &str, labelled: &'a [Labelled]) -> anyhow::Result<Vec<Judged<'a>>> {
    let text = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
    let answers: HashMap<String, (f32, bool)> = text
        .lines()
        .filter_map(|line| {
            let value: Value = serde_json::from_str(line).ok()?;
            let score = value["score"].as_f64().unwrap_or_default() as f32;
            Some((value["id"].as_str()?.to_owned(), (score, value["outage"].as_bool()?)))
        })
        .collect();
    let judged = labelled.iter().filter_map(|label| {
        let (score, outage) = *answers.get(&label.id)?;
        Some(Judged { label, score, outage })
    });
    Ok(judged.collect())
}

/// The main figures of every judge, as the page `/about/method` shows them.
fn main_figures(texts: &str, judges: &[(&str, Vec<Judged<'_>>)]) -> String {
    const SHOWN: [&str; 4] = ["without undecidable", "without ambiguous", "without single", "kind "];
    let mut lines = vec![
        format!("Measured on {texts}. F1 with its 95 % interval over texts drawn again."),
        "judge | texts | n | precision | recall | F1 | interval | average precision".to_owned(),
    ];
    for (name, judged) in judges {
        for (cut, judged) in measure::cuts(judged) {
            if SHOWN.iter().any(|shown| cut.starts_with(shown)) && judged.len() >= ENOUGH {
                let m = measure::measure(&judged);
                lines.push(format!(
                    "{name} | {cut} | {} | {:.2} | {:.2} | {:.2} | {:.2} to {:.2} | {:.2}",
                    m.texts, m.precision, m.recall, m.f1, m.f1_interval.0, m.f1_interval.1, m.average_precision
                ));
            }
        }
    }
    lines.join("\n") + "\n"
}

/// One judge: every cut, small ones in JSON only.
fn table(name: &str, judged: &[Judged<'_>], output: Output) {
    if !output.json {
        println!(
            "{name}\n  {:26} {:>5} {:>5}  {:>5}  {:>5}  {:>5}  {:15} {:>5} {:>5}",
            "", "n", "true", "P", "R", "F1", "95 %", "AP", "ECE"
        );
    }
    for (cut, judged) in measure::cuts(judged) {
        let measured = measure::measure(&judged);
        if output.json || measured.texts >= ENOUGH {
            output.line(|| line(name, &cut, &measured), || words(&cut, &measured));
        }
    }
}

fn line(judge: &str, cut: &str, m: &Measured) -> Value {
    json!({ "judge": judge, "cut": cut, "texts": m.texts, "outages": m.outages, "precision": m.precision,
            "recall": m.recall, "f1": m.f1, "f1_low": m.f1_interval.0, "f1_high": m.f1_interval.1,
            "average_precision": m.average_precision, "calibration_error": m.calibration_error })
}

fn words(cut: &str, m: &Measured) -> String {
    format!(
        "  {cut:26} {:>5} {:>5}  {:.3}  {:.3}  {:.3}  [{:.3} {:.3}]   {:.3} {:.3}",
        m.texts,
        m.outages,
        m.precision,
        m.recall,
        m.f1,
        m.f1_interval.0,
        m.f1_interval.1,
        m.average_precision,
        m.calibration_error
    )
}

/// Services, roles, phase and scope.
fn rest(pairs: &[(&Labelled, &Verdict)], output: Output) {
    let Told { named, services, upstream, phases, scopes } = measure::told(pairs);
    output.line(
        || {
            json!({ "services": { "texts": named, "precision": services.0, "recall": services.1, "f1": services.2 },
                    "upstream": { "labelled": upstream.0, "right": upstream.1 },
                    "phase": { "labelled": phases.0, "right": phases.1 },
                    "scope": { "labelled": scopes.0, "right": scopes.1 } })
        },
        || {
            format!(
                "services of {named} outages that name one: P {:.3} R {:.3} F1 {:.3}; upstream {} of {}; phase {} of {}; scope {} of {}",
                services.0, services.1, services.2, upstream.1, upstream.0, phases.1, phases.0, scopes.1, scopes.0
            )
        },
    );
}
