//! Reading files of JSON Lines, plain or compressed.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::{
    catalogue::Catalogue,
    classify::{Classifier, annotations::Annotations, labelled::Labelled},
};

/// Longest line, in bytes: what is longer is no text.
pub const LONGEST: u64 = 4 << 20;

/// The labelled texts of a file, with what was annotated apart from them. Lines without a text or a label are counted and
/// said.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path, annotations: &Annotations) -> anyhow::Result<Vec<Labelled>> {
    let mut labelled = Vec::new();
    let mut unread = 0_usize;
    for line in lines(path)? {
        let line = line.with_context(|| path.display().to_string())?;
        let labelled_line = serde_json::from_str::<Value>(&line).ok().and_then(|mut value| {
            annotations.apply(&mut value);
            Labelled::from_value(&value)
        });
        match labelled_line {
            Some(one) => labelled.push(one),
            None if line.trim().is_empty() => {}
            None => unread += 1,
        }
    }
    if unread > 0 {
        eprintln!("{}: {unread} lines have no text or no label", path.display());
    }
    Ok(labelled)
}

/// The annotations of files.
///
/// # Errors
/// A file cannot be read, or a line of it is no annotation.
pub fn annotations(paths: &[PathBuf]) -> anyhow::Result<Annotations> {
    let mut all = Annotations::default();
    for path in paths {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        match Annotations::read(&text) {
            Ok(read) => all.extend(read),
            Err(line) => {
                bail!(
                    "{}: line {line} is no annotation: write id, yes or no or undecidable, phase, scope",
                    path.display()
                )
            }
        }
    }
    Ok(all)
}

/// The lines of a file; `.gz` is unpacked.
fn lines(path: &Path) -> anyhow::Result<impl Iterator<Item = std::io::Result<String>>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let is_packed = path.extension().is_some_and(|ending| ending == "gz");
    let reader: Box<dyn Read> =
        if is_packed { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    Ok(BufReader::new(reader).lines())
}

/// The judge: with the weights of a file, or with its own.
///
/// # Errors
/// The file cannot be read, or has no weights of this program's kind.
pub fn judge(catalogue: &Catalogue, weights: Option<&Path>) -> anyhow::Result<Classifier> {
    let Some(path) = weights else { return Ok(Classifier::new(catalogue)) };
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Classifier::with_weights(catalogue, &bytes)
        .with_context(|| format!("{} has no weights that this version reads", path.display()))
}
