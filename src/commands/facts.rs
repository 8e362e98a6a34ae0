//! `downwire facts [FILE…]`: texts as JSON Lines in, facts as JSON Lines out, one line for each as it comes. It needs no
//! archive and no configuration.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cli::FactsArgs,
    facts::{self, Document, Published},
    model::{Fact, ItemKind},
    text::dates,
};

/// A line longer than this, in bytes, is no text but an attempt: it is not read.
const LONGEST: u64 = 32 * 1024 * 1024;

/// A text as it is given; unknown fields are ignored.
#[derive(Debug, Deserialize)]
struct Input {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default, alias = "created_at")]
    published_at: Option<String>,
    #[serde(default)]
    kind: Option<ItemKind>,
}

/// Reads every line of the files (of standard input without any) and prints its facts.
pub fn facts(arguments: &FactsArgs) -> ExitCode {
    let standard = [PathBuf::from("-")];
    let files = if arguments.files.is_empty() { &standard[..] } else { &arguments.files };
    // What a reader waits for is written when there is nothing more to read.
    let mut out = BufWriter::new(std::io::stdout().lock());
    for file in files {
        let done = if file.as_os_str() == "-" {
            lines(BufReader::new(std::io::stdin().lock()), &mut out)
        } else {
            File::open(file).and_then(|file| lines(BufReader::new(file), &mut out))
        };
        if let Err(error) = done.and_then(|()| out.flush()) {
            // A reader that went away ends the program quietly.
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                return ExitCode::SUCCESS;
            }
            eprintln!("downwire: {}: {error}", file.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Line in, line out. What has been read is answered before more is waited for.
fn lines(mut input: impl BufRead, out: &mut impl Write) -> std::io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = std::io::Read::take(&mut input, LONGEST).read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        writeln!(out, "{}", answer(&line))?;
        if !input.fill_buf().is_ok_and(|more| more.contains(&b'\n')) {
            out.flush()?;
        }
    }
}

/// The answer to a line; what cannot be read has its own, which says why.
fn answer(line: &[u8]) -> Value {
    let input: Input = match serde_json::from_slice(line) {
        Ok(input) => input,
        Err(error) => return json!({ "id": null, "facts": [], "error": format!("not a text: {error}") }),
    };
    let published = input.published_at.as_deref().map(published);
    if let Some(None) = published {
        let given = input.published_at.unwrap_or_default();
        return json!({ "id": input.id, "facts": [], "error": format!("published_at cannot be read: {given}") });
    }
    let document = Document {
        title: input.title.as_deref().unwrap_or(""),
        text: input.text.as_deref().unwrap_or(""),
        published: published.flatten(),
        official: input.kind == Some(ItemKind::StatusUpdate),
    };
    let read = facts::read(&document);
    json!({ "id": input.id, "facts": read.facts.iter().map(fact_line).collect::<Vec<_>>() })
}

/// `2024-12-26` is a day; everything else is an instant.
fn published(text: &str) -> Option<Published> {
    let text = text.trim();
    if text.len() == 10
        && let Ok(day) = text.parse()
    {
        return Some(Published::On(day));
    }
    dates::read(text).map(|written| Published::At(written.at))
}

/// A fact as a line shows it.
pub fn fact_line(fact: &Fact) -> Value {
    json!({
        "kind": fact.kind.as_str(),
        "value": fact.value,
        "sub": fact.sub,
        "zone": fact.zone,
        "zone_inferred": fact.zone_inferred,
        "precision": fact.precision.map(crate::model::Precision::as_str),
        "span": [fact.span.0, fact.span.1],
        "text": fact.text,
        "stated_by": fact.stated_by.as_str(),
        "hedged": fact.hedged,
        "why": fact.why,
    })
}
