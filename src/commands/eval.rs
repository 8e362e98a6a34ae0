//! `downwire eval`: how good the judge is on labelled texts, with the keyword baseline and other judges in one table.

mod peers;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::bail;
use serde_json::{Value, json};

use super::{
    Output,
    labels::{
        self,
        placed::{self, Fresh},
    },
};
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
/// A file cannot be read or written, there is nothing to measure, or a peer answers too little.
pub fn eval(catalogue: &Catalogue, arguments: &EvalArgs, output: Output) -> anyhow::Result<()> {
    check_table(arguments)?;
    let judge = labels::judge(catalogue, arguments.weights.as_deref())?;
    let labelled = texts(&arguments.files)?;
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
        let judged = peers::judged(peer, &labelled)?;
        if arguments.table.is_some() && judged.len() < labelled.len() {
            bail!(
                "--table compares judges on the same texts, and {} answered {} of {}: let it answer all, or leave it out",
                peer.name,
                judged.len(),
                labelled.len()
            );
        }
        judges.push((&peer.name, judged));
    }
    for (name, judged) in &judges {
        table(name, judged, output);
    }
    if let Some(path) = &arguments.table {
        let names: Vec<_> =
            arguments.files.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy()).collect();
        let texts = format!("{} labelled texts ({}), none of them used in training", labelled.len(), names.join(", "));
        Fresh::write(path, main_figures(&texts, &judges).as_bytes())?.put()?;
    }
    let pairs: Vec<(&Labelled, &Verdict)> = labelled.iter().zip(&verdicts).collect();
    rest(&pairs, output);
    Ok(())
}

/// Checks that the table can be written, and is not written over what is read.
fn check_table(arguments: &EvalArgs) -> anyhow::Result<()> {
    let Some(table) = &arguments.table else { return Ok(()) };
    let files = arguments.files.iter().map(|path| ("a file of labelled texts", path.as_path()));
    let peers = arguments.peers.iter().map(|peer| ("--peer", peer.file.as_path()));
    let weights = arguments.weights.iter().map(|path| ("--weights", path.as_path()));
    let read: Vec<(&str, &Path)> = files.chain(peers).chain(weights).collect();
    placed::are_apart(&[("--table", table)], &read)?;
    placed::can_be_written(table)
}

/// The labelled texts of files, each once: an answer goes to a text by its id, and twice the same is no more evidence.
fn texts(files: &[PathBuf]) -> anyhow::Result<Vec<Labelled>> {
    let mut labelled = Vec::new();
    for path in files {
        labelled.extend(labels::read(path, &Annotations::default())?);
    }
    let (labelled, again, otherwise) = once(labelled);
    if again > 0 {
        eprintln!(
            "{again} texts have the id of an earlier one and are left out; {otherwise} of them say something else"
        );
    }
    if labelled.is_empty() {
        let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        bail!("there is nothing to measure: {} has no labelled text", names.join(", "));
    }
    Ok(labelled)
}

/// The texts without those whose id came before; how many these are, and how many of them differ in text or label.
fn once(labelled: Vec<Labelled>) -> (Vec<Labelled>, usize, usize) {
    let mut kept: Vec<Labelled> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let (mut again, mut otherwise) = (0, 0);
    for one in labelled {
        if let Some(earlier) = places.get(&one.id).and_then(|place| kept.get(*place)) {
            again += 1;
            otherwise += usize::from((&earlier.text, earlier.outage) != (&one.text, one.outage));
            continue;
        }
        if !one.id.is_empty() {
            places.insert(one.id.clone(), kept.len());
        }
        kept.push(one);
    }
    (kept, again, otherwise)
}

fn by_keywords(label: &Labelled) -> Judged<'_> {
    let outage = keywords::speaks_of_an_outage(&label.text);
    Judged { label, score: f32::from(u8::from(outage)), outage }
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
                let share = |figure: f32| share(&m, || format!("{figure:.2}"));
                let (low, high) = m.f1_interval;
                let figures = [share(m.precision), share(m.recall), share(m.f1)].join(" | ");
                let interval = self::share(&m, || format!("{low:.2} to {high:.2}"));
                lines.push(format!(
                    "{name} | {cut} | {} | {figures} | {interval} | {}",
                    m.texts,
                    share(m.average_precision)
                ));
            }
        }
    }
    lines.join("\n") + "\n"
}

/// A figure over the outages of a cut, in words. Where there are none, it is none: a nought would say that all were missed.
fn share(measured: &Measured, words: impl FnOnce() -> String) -> String {
    if measured.outages == 0 { "-".to_owned() } else { words() }
}

/// One judge: every cut, small ones (but for the whole) in JSON only.
fn table(name: &str, judged: &[Judged<'_>], output: Output) {
    if !output.json {
        println!(
            "{name}\n  {:26} {:>5} {:>5} {:>5}  {:>5}  {:>5}  {:>5}  {:13}   {:>5} {:>5}",
            "", "n", "true", "alarm", "P", "R", "F1", "95 %", "AP", "ECE"
        );
    }
    for (cut, judged) in measure::cuts(judged) {
        let measured = measure::measure(&judged);
        if output.json || cut == "all" || measured.texts >= ENOUGH {
            output.line(|| line(name, &cut, &measured), || words(&cut, &measured));
        }
    }
}

fn line(judge: &str, cut: &str, m: &Measured) -> Value {
    let share = |figure: f32| if m.outages == 0 { Value::Null } else { json!(figure) };
    json!({ "judge": judge, "cut": cut, "texts": m.texts, "outages": m.outages, "false_alarms": m.false_alarms,
            "precision": share(m.precision), "recall": share(m.recall), "f1": share(m.f1),
            "f1_low": share(m.f1_interval.0), "f1_high": share(m.f1_interval.1),
            "average_precision": share(m.average_precision), "calibration_error": m.calibration_error })
}

/// A cut in one line; under `alarm` stands how many texts were taken for outages and are none.
fn words(cut: &str, m: &Measured) -> String {
    let share = |figure: f32| self::share(m, || format!("{figure:.3}"));
    let interval = self::share(m, || format!("[{:.3} {:.3}]", m.f1_interval.0, m.f1_interval.1));
    format!(
        "  {cut:26} {:>5} {:>5} {:>5}  {:>5}  {:>5}  {:>5}  {interval:13}   {:>5} {:.3}",
        m.texts,
        m.outages,
        m.false_alarms,
        share(m.precision),
        share(m.recall),
        share(m.f1),
        share(m.average_precision),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_without_outages_has_no_shares_but_false_alarms() {
        let measured = Measured { texts: 12, false_alarms: 3, ..Measured::default() };
        let said = line("a", "all", &measured);
        for name in ["precision", "recall", "f1", "f1_low", "f1_high", "average_precision"] {
            assert!(said.get(name).is_some_and(Value::is_null), "{name}: {said}");
        }
        assert_eq!(said["false_alarms"], 3);
        let told: Vec<String> = words("all", &measured).split_whitespace().map(str::to_owned).collect();
        assert_eq!(told, ["all", "12", "0", "3", "-", "-", "-", "-", "-", "0.000"]);
    }

    #[test]
    fn a_text_with_the_id_of_an_earlier_one_is_counted_once_and_one_without_an_id_always() {
        let read = |id: &str, text: &str| {
            Labelled::read(&json!({ "id": id, "text": text, "outage": true }).to_string()).expect("a label")
        };
        let (kept, again, otherwise) =
            once(vec![read("a", "x"), read("", "x"), read("a", "x"), read("", "x"), read("a", "y")]);
        assert_eq!((kept.len(), again, otherwise), (3, 2, 1));
    }
}
