//! Why: the features that weighed most for a verdict, in words.

use super::{
    cues::Cue,
    features::{Family, Reading},
    linear::Weighed,
    normal::{self, Normal},
};

/// Reasons at most, and how much one must weigh.
const MOST: usize = 5;
const LEAST: f32 = 0.08;

/// Room for what is said around the words, in bytes.
const ROOM: usize = 48;

/// The strongest reasons for the verdict, strongest first.
pub fn reasons(reading: &Reading, weighed: &Weighed, outage: bool) -> Vec<String> {
    let sign = if outage { 1.0 } else { -1.0 };
    // What every byte of the line adds, at the beginning of what it belongs to.
    let mut adds = vec![0.0_f32; reading.normal.line.len()];
    let mut by_cue = vec![0.0_f32; reading.found.len()];
    for (family, (from, to), weight) in weighed.contributions() {
        if to == from {
            // What stands nowhere (kind, length) is no reason that a reader can check.
        } else if family == Family::Cue {
            let at = reading.found.partition_point(|found| found.from < from);
            if let Some(sum) = by_cue.get_mut(at) {
                *sum += weight * sign;
            }
        } else if let Some(sum) = adds.get_mut(from) {
            *sum += weight * sign;
        }
    }
    let mut all: Vec<((usize, usize), f32)> = Vec::with_capacity(reading.normal.tokens.len());
    let spans: Vec<(usize, usize)> =
        reading.found.iter().map(|found| trimmed(reading, (found.from, found.to))).collect();
    // What stands in a cue speaks through it: `is down` and not `is` beside `down`.
    let mut end = 0;
    for (span, weight) in spans.iter().copied().zip(&by_cue) {
        if span.0 >= end {
            let inside: f32 = adds[span.0..span.1].iter().sum();
            adds[span.0..span.1].fill(0.0);
            all.push((span, weight + inside));
            end = span.1;
        } else if let Some(last) = all.last_mut() {
            last.1 += weight;
        }
    }
    let tokens = reading.normal.tokens.iter().map(|(from, to)| (*from as usize, *to as usize));
    all.extend(tokens.map(|(from, to)| ((from, to), adds[from..to].iter().sum())));
    all.retain(|(_, weight)| *weight >= LEAST);
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut words: Vec<String> = Vec::new();
    // What is said of several services is said once.
    let mut said: Vec<&str> = Vec::new();
    for (place, _) in all {
        let masked = &reading.normal.line[place.0..place.1];
        // Which services are named is told anyway.
        if masked.as_bytes() == [normal::SERVICE] || said.contains(&masked) {
            continue;
        }
        said.push(masked);
        let meaning = spans.iter().position(|span| *span == place).map(|at| reading.found[at].cue);
        let reason = in_words(&reading.normal, place, meaning, outage);
        if !words.contains(&reason) {
            words.push(reason);
        }
        if words.len() == MOST {
            break;
        }
    }
    words
}

/// Without the blanks at either end.
fn trimmed(reading: &Reading, (from, to): (usize, usize)) -> (usize, usize) {
    let part = &reading.normal.line.as_bytes()[from..to];
    let is_blank = |byte: &&u8| **byte == b' ';
    let start = from + part.iter().take_while(is_blank).count();
    (start, start.max(to - part.iter().rev().take_while(is_blank).count()))
}

/// What stands in a part of the line, and what it means to the judge.
fn in_words(normal: &Normal, (from, to): (usize, usize), meaning: Option<Cue>, outage: bool) -> String {
    let line = &normal.line[from..to];
    let first = normal.tokens.partition_point(|(start, _)| (*start as usize) < from);
    let mut said = String::with_capacity(line.len() + ROOM);
    said.push_str(if outage { "" } else { "but " });
    if meaning == Some(Cue::Maintenance) {
        said.push_str("announces maintenance");
        return said;
    }
    said.push('‘');
    for (at, word) in line.split(' ').enumerate() {
        said.push_str(if at > 0 { " " } else { "" });
        said.push_str(match word.as_bytes() {
            [normal::SERVICE] => normal.name(first + at).unwrap_or("(service)"),
            [normal::ADDRESS] => "(address)",
            [normal::HANDLE] => "(handle)",
            [normal::CODE] => "(error code)",
            _ => word,
        });
    }
    said.push('’');
    if let Some(cue) = meaning {
        [" (", cue.says(), ")"].into_iter().for_each(|part| said.push_str(part));
    }
    said
}
