//! The table of time expressions: a line each, and what must be read.

use super::{
    grammar::{Manner, times},
    resolve::{Frame, Published},
    tell::{Carry, tell},
};
use crate::{facts::view::View, text::dates};

/// The times of a text, as values with their precision.
fn read(text: &str, published: &str, place: &'static str, language: &str) -> Vec<String> {
    let published = match published {
        "-" => None,
        day if day.len() == 10 => Some(Published::On(day.parse().expect(day))),
        instant => Some(Published::At(dates::instant(instant).expect(instant))),
    };
    let manner = Manner { french: language == "fr", german: language == "de", month_first: language == "en" };
    let frame = Frame { published, zone: None, place: (place != "-").then_some(place), infers: true };
    let view = View::new(text);
    let mut carry = Carry::default();
    let mut read = Vec::new();
    for sentence in &view.sentences {
        let mut stated = Vec::new();
        times(&view, *sentence, manner, 100, &mut stated);
        for time in tell(&view, sentence.0, stated, &frame, &mut carry) {
            if let Some(told) = time.told {
                read.push(format!("{} {}", told.value().replace(":00Z", "Z"), told.precision.as_str()));
            }
        }
    }
    read
}

#[test]
fn every_time_expression_of_the_table_is_read() {
    let table = include_str!("expressions.txt");
    let (mut right, mut wrong) = (0, Vec::new());
    let (mut published, mut language, mut place) = ("-", "en", "-");
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        if let Some(heading) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let mut words = heading.split_whitespace();
            language = words.next().expect("a language");
            published = words.next().expect("a time of publication");
            place = words.next().unwrap_or("-");
            continue;
        }
        let (text, expected) = line.split_once(" => ").unwrap_or_else(|| panic!("no arrow: {line}"));
        let expected: Vec<&str> = expected.split(", ").filter(|value| *value != "nothing").collect();
        let got = read(text, published, place, language);
        if got == expected {
            right += 1
        } else {
            wrong.push(format!("[{language} {published} {place}] {text}\n    {got:?}, not {expected:?}"))
        }
    }
    assert!(wrong.is_empty(), "{} of {} are read wrongly:\n{}", wrong.len(), right + wrong.len(), wrong.join("\n"));
    assert!(right >= 300, "the table has shrunk to {right}");
}
