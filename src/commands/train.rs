//! `downwire train`: fits the judge's weights to labelled texts, and to what people marked.

use std::{
    collections::BTreeSet,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::json;

use super::{
    Archive, Output,
    labels::{
        self,
        placed::{self, Fresh},
    },
};
use crate::{
    catalogue::Catalogue,
    classify::{Classifier, annotations::Annotations, labelled::Labelled},
    cli::TrainArgs,
    store::{ItemRow, Mark},
};

/// What a mark counts: somebody looked at that very item.
const MARKED: f32 = 3.0;

/// Reads, fits, and writes the weights with a note of what they are beside them.
///
/// # Errors
/// A file cannot be read or written, or there is nothing to learn from.
pub async fn train(
    catalogue: &Catalogue,
    archive: Option<Archive>,
    arguments: &TrainArgs,
    output: Output,
) -> anyhow::Result<()> {
    let note = arguments.out.with_extension("txt");
    check_files(arguments, &note)?;
    let mut examples = Vec::new();
    let annotations = labels::annotations(&arguments.annotations)?;
    for path in &arguments.files {
        examples.extend(labels::read(path, &annotations)?);
    }
    if let Some(archive) = archive {
        let marks = archive.store.marks().await?;
        let current = marks.into_iter().filter(|(mark, _)| mark.is_current);
        examples.extend(current.map(|(mark, row)| marked(&mark, row)));
    }
    leave_out(&mut examples, &arguments.without)?;
    let mut others = Vec::new();
    for path in &arguments.thresholds {
        others.extend(labels::read(path, &Annotations::default())?);
    }
    if examples.is_empty() {
        bail!("there is nothing to learn from: name files of labelled texts");
    }
    if let Some(path) = &arguments.dump {
        let mut lines = Vec::new();
        dump(&mut lines, &examples).with_context(|| path.display().to_string())?;
        Fresh::write(path, &lines)?.put()?;
    }
    let bar = output.progress(1, "fitting the weights, which takes some minutes");
    bar.enable_steady_tick(Duration::from_secs(1));
    let catalogue = catalogue.clone();
    let (learned, command) = (examples.len(), command(arguments));
    let fit = move || Classifier::train(&catalogue, &examples, &others, &command);
    let (bytes, about) = tokio::task::spawn_blocking(fit).await?;
    bar.finish_and_clear();
    // Both are whole before either is put in place: a note on other weights is worse than none.
    let (weights, said) = (Fresh::write(&arguments.out, &bytes)?, Fresh::write(&note, about.as_bytes())?);
    weights.put()?;
    said.put()?;
    let file = arguments.out.display().to_string();
    output.line(
        || json!({ "file": file, "bytes": bytes.len(), "examples": learned, "about": about }),
        || format!("{about}{file}: {} bytes from {learned} texts and our own sentences", bytes.len()),
    );
    Ok(())
}

/// Checks, before minutes of work, that what is made can be written and is not written over anything that is given.
fn check_files(arguments: &TrainArgs, note: &Path) -> anyhow::Result<()> {
    if note == arguments.out {
        bail!("{}: what the weights are is written there; give --out another ending, such as .bin", note.display());
    }
    let out = [("--out", arguments.out.as_path()), ("the note beside --out", note)];
    let dump = arguments.dump.iter().map(|path| ("--dump", path.as_path()));
    let written: Vec<(&str, &Path)> = out.into_iter().chain(dump).collect();
    placed::are_apart(&written, &given(arguments))?;
    written.iter().try_for_each(|(_, path)| placed::can_be_written(path))
}

/// The files that are read, and what each is given as.
fn given(arguments: &TrainArgs) -> Vec<(&'static str, &Path)> {
    let named = [
        ("a file of labelled texts", &arguments.files),
        ("--annotations", &arguments.annotations),
        ("--thresholds", &arguments.thresholds),
    ];
    named.into_iter().flat_map(|(what, paths)| paths.iter().map(move |path| (what, path.as_path()))).collect()
}

/// Leaves out what these sources say. One that says nothing is a slip of the pen: what was to be unknown would be learned.
fn leave_out(examples: &mut Vec<Labelled>, without: &[String]) -> anyhow::Result<()> {
    let known: BTreeSet<&str> = examples.iter().map(|example| example.source.as_str()).collect();
    if let Some(unknown) = without.iter().find(|source| !known.contains(source.as_str())) {
        let named: Vec<&str> = known.into_iter().filter(|source| !source.is_empty()).collect();
        bail!("--without {unknown}: no text is from there; the sources are: {}", named.join(", "));
    }
    examples.retain(|example| !without.contains(&example.source));
    Ok(())
}

/// Writes down what is learned from, our own sentences among it, a line each: what it is, and whether somebody read it or
/// a rule labelled it.
fn dump(mut out: impl Write, examples: &[Labelled]) -> std::io::Result<()> {
    let own = Labelled::own();
    for example in examples.iter().chain(&own).filter(|example| !example.undecidable) {
        let Labelled { id, text, kind, source, language, outage, is_weak, .. } = example;
        let kind = kind.as_str();
        writeln!(
            out,
            "{}",
            json!({ "id": id, "text": text, "kind": kind, "source": source, "lang": language, "outage": outage,
                    "read": !is_weak })
        )?;
    }
    out.flush()
}

/// The command as it can be given again; folders are left to whoever has the data.
fn command(arguments: &TrainArgs) -> String {
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut words = vec!["downwire train".to_owned()];
    words.extend(arguments.files.iter().map(name));
    words.extend(arguments.annotations.iter().map(|path| format!("--annotations {}", name(path))));
    words.extend(arguments.thresholds.iter().map(|path| format!("--thresholds {}", name(path))));
    words.extend(arguments.without.iter().map(|source| format!("--without {source}")));
    words.extend(arguments.marks.then(|| "--marks".to_owned()));
    words.join(" ")
}

/// A marked item as an example.
fn marked(mark: &Mark, row: ItemRow) -> Labelled {
    let mut example = Labelled::unlabelled(&row.item);
    example.outage = mark.outage;
    example.weight = MARKED;
    example
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learned_from_is_written_down_without_what_is_undecidable() {
        let read = |line: &str| Labelled::read(line).expect("a labelled text");
        let examples = [
            read(r#"{"id":"a","title":"Acme","text":"is down","kind":"headline","outage":true}"#),
            read(r#"{"id":"b","text":"is it","outage":false,"undecidable":true}"#),
            read(r#"{"id":"c","text":"lovely","weak":"neg"}"#),
        ];
        let mut out = Vec::new();
        dump(&mut out, &examples).expect("writes");
        let lines: Vec<serde_json::Value> =
            String::from_utf8_lossy(&out).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines.len(), 2 + Labelled::own().len());
        assert_eq!(
            (&lines[0]["text"], &lines[0]["outage"], &lines[0]["read"]),
            (&json!("Acme\nis down"), &json!(true), &json!(true))
        );
        assert_eq!((&lines[1]["id"], &lines[1]["read"]), (&json!("c"), &json!(false)));
    }
}
