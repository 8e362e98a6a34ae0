//! `downwire classify`: JSON Lines in, verdicts out, as they come and in order. Needs no archive and makes none.

use std::{
    io::{self, BufWriter, IsTerminal as _, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::labels::{
    self,
    lines::{Line, Lines},
    mended,
};
use crate::{
    catalogue::Catalogue,
    classify::{Classifier, Reading, Text, labelled},
    cli::ClassifyArgs,
    model::Verdict,
};

/// The name that stands for standard input among files.
const STANDARD_INPUT: &str = "-";

/// The words for a kind (DESIGN section 7).
const KINDS: [&str; 7] = ["post", "headline", "article", "status-update", "news", "comment", "official"];

/// Judges every line.
///
/// # Errors
/// A file cannot be opened or read. A line that cannot be read is answered by a line that says so.
pub fn classify(catalogue: &Catalogue, arguments: &ClassifyArgs) -> anyhow::Result<()> {
    let judge = labels::judge(catalogue, arguments.weights.as_deref())?;
    let stdout = io::stdout().lock();
    let files: Vec<&Path> = arguments.files.iter().map(PathBuf::as_path).collect();
    let files = if files.is_empty() { vec![Path::new(STANDARD_INPUT)] } else { files };
    // A person, or a program that waits for each answer, sees it at once.
    let waits = stdout.is_terminal() || files.contains(&Path::new(STANDARD_INPUT));
    let mut out = BufWriter::with_capacity(64 * 1024, stdout);
    for path in files {
        let input: Box<dyn Read> =
            if path == Path::new(STANDARD_INPUT) { Box::new(io::stdin().lock()) } else { labels::open(path)? };
        let judged = stream(&judge, &path.display().to_string(), Lines::new(input), &mut out, waits);
        ended(judged).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// A reader that went away (`| head`) ends the program quietly.
fn ended(judged: io::Result<()>) -> anyhow::Result<()> {
    match judged {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}

/// Judges the lines of a stream. What is written is flushed whenever nothing more is waiting to be read.
fn stream(
    judge: &Classifier,
    file: &str,
    mut lines: Lines<impl Read>,
    out: &mut impl Write,
    waits: bool,
) -> io::Result<()> {
    let mut reading = Reading::default();
    while let Some(line) = lines.next_line()? {
        if !line.bytes.is_empty() {
            serde_json::to_writer(&mut *out, &answer(judge, file, line, &mut reading))?;
            out.write_all(b"\n")?;
        }
        if waits && !lines.has_another() {
            out.flush()?;
        }
    }
    out.flush()
}

/// A verdict, or why there is none.
fn answer(judge: &Classifier, file: &str, line: Line<'_>, reading: &mut Reading) -> Value {
    let unread =
        |id: Option<Value>, error: &str| json!({ "id": id, "error": error, "file": file, "line": line.number });
    if line.is_cut {
        return unread(mended::id(line.bytes), "the line is too long");
    }
    let (value, is_mended) = match mended::read(line.bytes) {
        Ok(read) => read,
        Err(error) => return unread(mended::id(line.bytes), &mended::trouble(&error)),
    };
    let id = value.get("id").cloned();
    if value["text"].as_str().is_none() && value["title"].as_str().is_none() {
        return unread(id, "it has neither a text nor a title");
    }
    let mut answer = written(&id.unwrap_or_default(), &judge.judge_with(subject(&value), reading));
    if let Some(note) = note(&value, is_mended) {
        answer["note"] = note.into();
    }
    answer
}

/// What is judged of a line.
fn subject(value: &Value) -> Text<'_> {
    let word = |name: &str| value[name].as_str().unwrap_or_default();
    let kind = match word("kind") {
        // A title alone is a headline, a title with a text an article.
        "" if word("title").is_empty() => labelled::kind("post"),
        "" if word("text").is_empty() => labelled::kind("headline"),
        "" => labelled::kind("article"),
        kind => labelled::kind(kind),
    };
    Text { kind, title: word("title"), text: word("text"), source: word("source") }
}

/// What whoever made the line should know: it was judged, but not quite as it stands.
fn note(value: &Value, is_mended: bool) -> Option<String> {
    let kind = value["kind"].as_str().filter(|kind| !kind.is_empty() && !KINDS.contains(kind));
    let kind = kind.map(|kind| format!("{kind} is no kind ({}): judged as a post", KINDS.join(", ")));
    let mended = is_mended.then(|| "it holds what is no character; that was read as \u{fffd}".to_owned());
    let notes: Vec<String> = kind.into_iter().chain(mended).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// A verdict as a line (DESIGN section 7).
fn written(id: &Value, verdict: &Verdict) -> Value {
    let services: Vec<Value> =
        verdict.services.iter().map(|service| json!({ "name": service.name, "role": service.role.as_str() })).collect();
    json!({
        "id": id,
        "outage": verdict.outage,
        "score": (f64::from(verdict.score) * 10_000.0).round() / 10_000.0,
        "scope": verdict.scope.as_str(),
        "services": services,
        "phase": verdict.phase.as_deref().unwrap_or("none"),
        "symptoms": verdict.symptoms,
        "cause": verdict.cause,
        "sub_cause": verdict.sub_cause,
        "why": verdict.why,
        "version": verdict.version,
    })
}
