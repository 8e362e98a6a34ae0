//! Why: the features that weighed most for a verdict, in words.

use super::{
    cues::Cue,
    features::{Family, Reading},
    linear::Weighed,
    normal,
};

/// Reasons at most, and how much one must weigh.
const MOST: usize = 5;
const LEAST: f32 = 0.08;

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
    // What stands in a cue speaks through it: `is down` and not `is` beside `down`.
    let mut end = 0;
    for (found, weight) in reading.found.iter().zip(&by_cue) {
        let span = trimmed(reading, (found.from, found.to));
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
    for (place, _) in all {
        let said = in_words(reading, place, outage);
        if !words.contains(&said) {
            words.push(said);
        }
        if words.len() == MOST {
            break;
        }
    }
    words
}

/// Without the blanks at either end.
fn trimmed(reading: &Reading, (from, to): (usize, usize)) -> (usize, usize) {
    let part = &reading.normal.line[from..to];
    let start = from + (part.len() - part.trim_start_matches(' ').len());
    (start, start.max(to - (part.len() - part.trim_end_matches(' ').len())))
}

fn in_words(reading: &Reading, (from, to): (usize, usize), outage: bool) -> String {
    let said: String = reading.normal.line[from..to]
        .split(' ')
        .map(|word| match word.as_bytes() {
            [normal::SERVICE] => "(service)",
            [normal::ADDRESS] => "(address)",
            [normal::HANDLE] => "(handle)",
            [normal::CODE] => "(error code)",
            _ => word,
        })
        .collect::<Vec<_>>()
        .join(" ");
    let meaning = reading.found.iter().find(|found| trimmed(reading, (found.from, found.to)) == (from, to));
    let but = if outage { "" } else { "but " };
    match meaning.map(|found| found.cue) {
        Some(Cue::Maintenance) => format!("{but}announces maintenance"),
        Some(cue) => format!("{but}‘{said}’ ({})", cue.says()),
        None => format!("{but}‘{said}’"),
    }
}
