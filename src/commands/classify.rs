//! `downwire classify`: JSON Lines in, verdicts out, as they come and in order. Needs no archive and makes none.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Read as _, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::labels;
use crate::{
    catalogue::Catalogue,
    classify::{Classifier, Reading, Text, labelled},
    cli::ClassifyArgs,
    model::Verdict,
};

/// The name that stands for standard input among files.
const STANDARD_INPUT: &str = "-";

/// Bytes of a file that are read at once.
const READ_AT_ONCE: usize = 256 * 1024;

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
        if path == Path::new(STANDARD_INPUT) {
            ended(stream(&judge, BufReader::with_capacity(READ_AT_ONCE, io::stdin().lock()), &mut out, waits))?;
            continue;
        }
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let judged = stream(&judge, BufReader::with_capacity(READ_AT_ONCE, file), &mut out, waits);
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
fn stream<R: io::Read>(
    judge: &Classifier,
    mut input: BufReader<R>,
    out: &mut impl Write,
    waits: bool,
) -> io::Result<()> {
    let mut reading = Reading::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.by_ref().take(labels::LONGEST).read_until(b'\n', &mut line)?;
        if read == 0 {
            return out.flush();
        }
        let is_cut = read as u64 == labels::LONGEST && !line.ends_with(b"\n");
        if is_cut {
            skip_line(&mut input)?;
        }
        if !line.iter().all(u8::is_ascii_whitespace) {
            let answer = if is_cut { unread("the line is too long") } else { answer(judge, &line, &mut reading) };
            serde_json::to_writer(&mut *out, &answer)?;
            out.write_all(b"\n")?;
        }
        if waits && !input.buffer().contains(&b'\n') {
            out.flush()?;
        }
    }
}

/// Reads to the end of a line that is too long to be kept.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |at| at + 1);
        input.consume(length);
        if end.is_some() {
            return Ok(());
        }
    }
}

fn answer(judge: &Classifier, line: &[u8], reading: &mut Reading) -> Value {
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => return unread(&error.to_string()),
    };
    let word = |name: &str| value[name].as_str().unwrap_or_default();
    if !value.is_object() || (value["text"].as_str().is_none() && value["title"].as_str().is_none()) {
        let mut answer = unread("it has neither a text nor a title");
        answer["id"] = value.get("id").cloned().unwrap_or(Value::Null);
        return answer;
    }
    let kind = match value["kind"].as_str() {
        Some(kind) => labelled::kind(kind),
        // A title alone is a headline, a title with a text an article.
        None if word("title").is_empty() => labelled::kind("post"),
        None if word("text").is_empty() => labelled::kind("headline"),
        None => labelled::kind("article"),
    };
    let subject = Text { kind, title: word("title"), text: word("text"), source: word("source") };
    written(value.get("id").unwrap_or(&Value::Null), &judge.judge_with(subject, reading))
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

fn unread(error: &str) -> Value {
    json!({ "id": Value::Null, "error": error })
}
