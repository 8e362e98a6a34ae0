//! `downwire facts [FILE…]`: texts as JSON Lines in, facts as JSON Lines out, one line for each as it comes. It needs no
//! archive and no configuration.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    cli::FactsArgs,
    facts::{self, Document, Published},
    model::{Fact, Facts, Precision},
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
    kind: Option<String>,
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
        answer(&line, out)?;
        if !input.fill_buf().is_ok_and(|more| more.contains(&b'\n')) {
            out.flush()?;
        }
    }
}

/// Answers a line; what cannot be read has its own answer, which says why.
fn answer(line: &[u8], out: &mut impl Write) -> std::io::Result<()> {
    let (id, facts, error) = match serde_json::from_slice::<Input>(line) {
        Ok(input) => match read(&input) {
            Ok(facts) => (input.id, facts, None),
            Err(error) => (input.id, Facts::default(), Some(error)),
        },
        Err(error) => (Value::Null, Facts::default(), Some(format!("not a text: {error}"))),
    };
    let answer = Answer { id, facts: facts.facts.iter().map(FactLine::from).collect(), error };
    serde_json::to_writer(&mut *out, &answer)?;
    out.write_all(b"\n")
}

/// The facts of a text.
fn read(input: &Input) -> Result<Facts, String> {
    let published = input
        .published_at
        .as_deref()
        .map(|text| published(text).ok_or_else(|| format!("published_at cannot be read: {text}")));
    Ok(facts::read(&Document {
        title: input.title.as_deref().unwrap_or(""),
        text: input.text.as_deref().unwrap_or(""),
        published: published.transpose()?,
        official: matches!(input.kind.as_deref(), Some("status-update" | "official")),
    }))
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
#[derive(Debug, Serialize)]
struct FactLine<'a> {
    kind: &'a str,
    value: &'a str,
    sub: Option<&'a str>,
    zone: Option<&'a str>,
    zone_inferred: Option<&'a str>,
    precision: Option<&'a str>,
    span: [u32; 2],
    text: &'a str,
    stated_by: &'a str,
    hedged: bool,
    why: Option<&'a str>,
}

impl<'a> From<&'a Fact> for FactLine<'a> {
    fn from(fact: &'a Fact) -> Self {
        Self {
            kind: fact.kind.as_str(),
            value: &fact.value,
            sub: fact.sub.as_deref(),
            zone: fact.zone.as_deref(),
            zone_inferred: fact.zone_inferred.as_deref(),
            precision: fact.precision.map(Precision::as_str),
            span: [fact.span.0, fact.span.1],
            text: &fact.text,
            stated_by: fact.stated_by.as_str(),
            hedged: fact.hedged,
            why: fact.why.as_deref(),
        }
    }
}

/// The answer to a line.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: Value,
    facts: Vec<FactLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}
