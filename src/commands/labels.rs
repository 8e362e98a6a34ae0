//! Reading files of JSON Lines, plain or compressed, and writing files beside what they replace.

pub mod lines;
pub mod mended;
pub mod placed;

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use self::lines::{Line, Lines};
use crate::{
    catalogue::Catalogue,
    classify::{Classifier, annotations::Annotations, labelled::Labelled},
};

/// Numbers of lines that are told; of more it is only told how many.
const TOLD: usize = 5;

/// The labelled texts of a file, with what was annotated apart from them. Lines that are not what they should be are told
/// with their numbers.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path, annotations: &Annotations) -> anyhow::Result<Vec<Labelled>> {
    let mut labelled = Vec::new();
    let (mut unread, mut mended) = (Vec::new(), Vec::new());
    each(path, |line| match value(line) {
        Some((mut value, is_mended)) => {
            annotations.apply(&mut value);
            if is_mended {
                mended.push(line.number);
            }
            match Labelled::from_value(&value) {
                Some(one) => labelled.push(one),
                None => unread.push(line.number),
            }
        }
        None => unread.push(line.number),
    })?;
    tell(path, "have no text, or no label that is true, false, 1 or 0", &unread);
    tell(path, "hold what is no character; it is read as \u{fffd}", &mended);
    Ok(labelled)
}

/// Hands over every line of a file that is not blank.
///
/// # Errors
/// The file cannot be read.
pub fn each(path: &Path, mut take: impl FnMut(Line<'_>)) -> anyhow::Result<()> {
    let mut lines = Lines::new(open(path)?);
    while let Some(line) = lines.next_line().with_context(|| path.display().to_string())? {
        if !line.bytes.is_empty() {
            take(line);
        }
    }
    Ok(())
}

/// A line as a value, and whether it was mended. Its id is text: some programs write numbers as text and some do not, and
/// mean the same.
pub fn value(line: Line<'_>) -> Option<(Value, bool)> {
    let (mut value, is_mended) = mended::read(line.bytes).ok().filter(|_| !line.is_cut)?;
    if let Some(id) = value.get_mut("id").filter(|id| id.is_number()) {
        *id = Value::String(id.to_string());
    }
    Some((value, is_mended))
}

/// Says what is wrong with lines of a file, if there are any.
pub fn tell(path: &Path, what: &str, numbers: &[usize]) {
    if !numbers.is_empty() {
        eprintln!("{}: {} lines {what}: {}", path.display(), numbers.len(), places(numbers));
    }
}

/// The first numbers of lines, in words.
fn places(numbers: &[usize]) -> String {
    let first: Vec<String> = numbers.iter().take(TOLD).map(usize::to_string).collect();
    let more = if numbers.len() > TOLD { " …" } else { "" };
    format!("line {}{more}", first.join(", "))
}

/// The annotations of files.
///
/// # Errors
/// A file cannot be read, or a line of it is no annotation.
pub fn annotations(paths: &[PathBuf]) -> anyhow::Result<Annotations> {
    let mut all = Annotations::default();
    for path in paths {
        let mut bytes = Vec::new();
        open(path)?.read_to_end(&mut bytes).with_context(|| path.display().to_string())?;
        match Annotations::read(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}')) {
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

/// A file to read; `.gz` is unpacked.
///
/// # Errors
/// It cannot be opened.
pub fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let is_packed = path.extension().is_some_and(|ending| ending == "gz");
    Ok(if is_packed { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_are_told_and_that_there_are_more() {
        assert_eq!(places(&[4]), "line 4");
        assert_eq!(places(&[1, 2, 3, 4, 5, 6]), "line 1, 2, 3, 4, 5 …");
    }
}
