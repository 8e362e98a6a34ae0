//! Reading files of JSON Lines, plain or compressed.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use anyhow::Context as _;

use crate::{
    catalogue::Catalogue,
    classify::{Classifier, labelled::Labelled},
};

/// Longest line, in bytes: what is longer is no text.
pub const LONGEST: u64 = 4 << 20;

/// The labelled texts of a file. Lines without a text or a label are counted and said.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let mut labelled = Vec::new();
    let mut unread = 0_usize;
    for line in lines(path)? {
        let line = line.with_context(|| path.display().to_string())?;
        match Labelled::read(&line) {
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
