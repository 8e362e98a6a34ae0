//! Why: the features that weighed most for a verdict, in words.

use std::collections::HashMap;

use super::{
    cues::Cue,
    features::{Family, Reading},
    linear::Table,
    normal,
};

/// Reasons at most, and how much one must weigh.
const MOST: usize = 5;
const LEAST: f32 = 0.08;

/// The strongest reasons for the verdict, strongest first.
pub fn reasons(reading: &Reading, table: &Table, outage: bool) -> Vec<String> {
    let sign = if outage { 1.0 } else { -1.0 };
    let mut by_place: HashMap<(usize, usize), f32> = HashMap::new();
    table.contributions(reading, |family, place, weight| {
        // What stands nowhere (kind, length) is no reason that a reader can check.
        if place.1 > place.0 && (family != Family::Cue || reading.found.iter().any(|cue| cue.from <= place.0)) {
            *by_place.entry(trimmed(reading, place)).or_default() += weight * sign;
        }
    });
    // What stands in a cue speaks through it: `is down` and not `is` beside `down`.
    let mut spoken: Vec<((usize, usize), f32)> = Vec::new();
    for found in &reading.found {
        let span = trimmed(reading, (found.from, found.to));
        let inside = by_place.iter().filter(|(place, _)| place.0 >= span.0 && place.1 <= span.1);
        let weight = inside.map(|(_, weight)| weight).sum();
        if !spoken.iter().any(|(known, _)| *known == span) {
            spoken.push((span, weight));
        }
    }
    let in_cue = |place: &(usize, usize)| spoken.iter().any(|(span, _)| place.0 >= span.0 && place.1 <= span.1);
    let mut all: Vec<((usize, usize), f32)> = by_place.into_iter().filter(|(place, _)| !in_cue(place)).collect();
    all.extend(&spoken);
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
