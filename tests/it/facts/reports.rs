//! Official reports of three clouds, scored as their authors did: the clock time must be exactly the labelled one.

use std::{collections::HashMap, fs};

use downwire::{
    facts::{Document, Published, read},
    model::{Fact, FactKind},
};
use jiff::tz::TimeZone;

use crate::support::data;

/// The rows of a CSV file, each by the names of its columns.
pub fn rows(text: &str) -> Vec<HashMap<String, String>> {
    let mut records: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        let record = records.last_mut().expect("there is one");
        let field = record.last_mut().expect("there is one");
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => records.push(vec![String::new()]),
            letter => field.push(letter),
        }
    }
    let mut records = records.into_iter();
    let names = records.next().unwrap_or_default();
    let is_whole = |record: &Vec<String>| record.len() == names.len();
    records.filter(is_whole).map(|record| names.iter().cloned().zip(record).collect()).collect()
}

/// `HH:MM` of a label; `None` for UNKNOWN.
fn clock(label: &str) -> Option<String> {
    let at = label.find(':')?;
    Some(label.get(at.checked_sub(2)?..at + 3)?.replace(' ', "0"))
}

/// The zone in which a label tells its times. (A report of Azure in China tells China's time and is labelled UTC.)
fn zone(label: &str, text: &str) -> TimeZone {
    let name = match label {
        "UTC" if text.contains(" CST on ") => "Asia/Shanghai",
        "UTC" => "UTC",
        "EDT" | "EST" => "America/New_York",
        "CST" => "Asia/Shanghai",
        _ => "America/Los_Angeles",
    };
    TimeZone::get(name).expect("a zone")
}

/// What is shown first of a kind, as a clock in a zone.
fn shown(facts: &[Fact], kind: FactKind, zone: &TimeZone) -> Option<String> {
    let fact = facts.iter().find(|fact| fact.kind == kind)?;
    let at: jiff::Timestamp = fact.value.parse().ok()?;
    Some(zone.to_datetime(at).strftime("%H:%M").to_string())
}

/// The names by which a zone is called, as one.
fn family(zone: &str) -> &str {
    match zone {
        "US/Pacific" | "PDT" | "PST" | "Pacific time" | "PT" => "Pacific",
        other => other,
    }
}

/// Percent of starts, ends and zones that are right.
fn measured(name: &str) -> Option<[f64; 3]> {
    let path = data::path(&format!("facts/{name}_label.csv"))?;
    let rows = rows(&fs::read_to_string(path).expect("reads"));
    let mut right = [0, 0, 0];
    for (number, row) in rows.iter().enumerate() {
        let text = &row["description"];
        // Amazon's updates tell no day: the year and the season of the zone stand beside them.
        let day = row.get("year").map(|year| {
            let season = if row["label_timezone"] == "PST" { "01-15" } else { "07-15" };
            format!("{year}-{season}").parse().expect("a day")
        });
        let facts = read(&Document { title: "", text, published: day.map(Published::On), official: false }).facts;
        let zone = zone(&row["label_timezone"], text);
        for (place, kind, column) in [(0, FactKind::Start, "label_start_time"), (1, FactKind::End, "label_end_time")] {
            let (label, got) = (clock(&row[column]), shown(&facts, kind, &zone));
            if label == got {
                right[place] += 1;
            } else {
                println!("{name} {number} {}: labelled {}, read {got:?}", kind.as_str(), row[column]);
            }
        }
        let written = facts
            .iter()
            .filter(|fact| matches!(fact.kind, FactKind::Start | FactKind::End))
            .find_map(|fact| fact.zone.as_deref());
        right[2] += usize::from(family(written.unwrap_or("UNKNOWN")) == family(&row["label_timezone"]));
    }
    let percent = right.map(|right| 100.0 * right as f64 / rows.len().max(1) as f64);
    println!("{name} ({}): start {:.1}, end {:.1}, zone {:.1}", rows.len(), percent[0], percent[1], percent[2]);
    Some(percent)
}

#[test]
fn reports_of_amazon_are_read() {
    let Some([start, end, zone]) = measured("aws") else { return };
    // Four ends are labelled with the wrong half of the day ("12:50 AM" as 12:50), one with its beginning too.
    assert!(start >= 97.0 && end >= 90.0 && zone >= 99.0);
}

#[test]
fn reports_of_microsoft_are_read() {
    let Some([start, end, zone]) = measured("azure") else { return };
    assert!(start >= 97.0 && end >= 95.0 && zone >= 97.0);
}

#[test]
fn reports_of_google_are_read() {
    let Some([start, end, zone]) = measured("gcp") else { return };
    assert!(start >= 80.0 && end >= 90.0 && zone >= 91.0);
}
