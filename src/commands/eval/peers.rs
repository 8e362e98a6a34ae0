//! What other judges said of the same texts: their answers by id, and what is wrong with them.

use std::collections::HashMap;

use anyhow::bail;

use super::labels;
use crate::{
    classify::{labelled::Labelled, measure::Judged},
    cli::Peer,
};

/// How far a probability may lie outside of its bounds: fastText adds a hundred thousandth to every one.
const ROUNDED: f64 = 1e-4;

/// Score and decision, by the text's id.
type Answers = HashMap<String, (f32, bool)>;

/// What a peer said of the texts. One that is silent on some is measured on others than the rest, which is told.
///
/// # Errors
/// Its file cannot be read, or it answers none of the texts.
pub fn judged<'a>(peer: &Peer, labelled: &'a [Labelled]) -> anyhow::Result<Vec<Judged<'a>>> {
    let answers = answers(peer)?;
    let judged = labelled.iter().filter_map(|label| {
        let (score, outage) = *answers.get(&label.id)?;
        Some(Judged { label, score, outage })
    });
    let judged: Vec<Judged<'a>> = judged.collect();
    let (name, file) = (&peer.name, peer.file.display());
    if judged.is_empty() {
        bail!(
            "{file} answers none of the {} texts: each of its lines must bear the id of a text, such as {:?}",
            labelled.len(),
            labelled.iter().map(|label| label.id.as_str()).find(|id| !id.is_empty()).unwrap_or_default()
        );
    }
    if judged.len() < labelled.len() {
        eprintln!("{name} answered {} of the {} texts: its figures are of these only", judged.len(), labelled.len());
    }
    Ok(judged)
}

fn answers(peer: &Peer) -> anyhow::Result<Answers> {
    let mut answers = Answers::new();
    let mut unread = Vec::new();
    labels::each(&peer.file, |line| match answer(line) {
        Some((id, said)) => {
            answers.insert(id, said);
        }
        None => unread.push(line.number),
    })?;
    labels::tell(&peer.file, "are no answer (id, score from 0 to 1, outage true or false)", &unread);
    Ok(answers)
}

/// A line as an answer. A score outside of 0 to 1 is no probability, and calibration is measured.
fn answer(line: labels::lines::Line<'_>) -> Option<(String, (f32, bool))> {
    let (value, _) = labels::value(line)?;
    let score = value["score"].as_f64().filter(|score| (-ROUNDED..=1.0 + ROUNDED).contains(score))?.clamp(0.0, 1.0);
    Some((value["id"].as_str()?.to_owned(), (score as f32, value["outage"].as_bool()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, (f32, bool))> {
        answer(labels::lines::Line { number: 1, bytes: line.as_bytes(), is_cut: false })
    }

    #[test]
    fn an_answer_has_an_id_a_probability_and_a_decision() {
        assert_eq!(read(r#"{"id":7,"score":1,"outage":true}"#), Some(("7".to_owned(), (1.0, true))));
        let rounded = read(r#"{"id":"a","score":1.00001,"outage":true}"#);
        assert_eq!(rounded, Some(("a".to_owned(), (1.0, true))), "as fastText writes what it is sure of");
        for broken in [
            "garbage",
            r#"{"score":0.5,"outage":true}"#,
            r#"{"id":"a","outage":true}"#,
            r#"{"id":"a","score":"0.5","outage":true}"#,
            r#"{"id":"a","score":1.5,"outage":true}"#,
            r#"{"id":"a","score":-0.1,"outage":true}"#,
            r#"{"id":"a","score":1e999,"outage":true}"#,
            r#"{"id":"a","score":0.5,"outage":"yes"}"#,
        ] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
