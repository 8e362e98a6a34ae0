//! Zones as prose writes them: abbreviations (with every reading they have), long names, offsets, "local time".

use std::{collections::HashMap, sync::LazyLock};

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use crate::facts::{
    places,
    view::{Kind, View},
};

/// Abbreviations and names, each with its readings, the commonest in news of online services first.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../data/zones.txt")));

/// One reading of a zone.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::facts) struct Reading {
    /// Its IANA name, `UTC`, or an offset.
    pub name: String,
    /// Its rules.
    pub zone: TimeZone,
    /// The offset that the abbreviation means word by word (`EST` is -5 in summer too); `None` where it follows the date.
    pub literal: Option<Offset>,
}

/// A zone in a text.
#[derive(Debug, Clone)]
pub(in crate::facts) struct Written {
    /// First token.
    pub from: usize,
    /// Last token, exclusive.
    pub to: usize,
    /// What it can mean; empty for "local time".
    pub readings: &'static [Reading],
    /// An offset or place, which has one meaning.
    pub one: Option<Reading>,
}

impl Written {
    /// Everything that it can mean.
    pub(in crate::facts) fn readings(&self) -> &[Reading] {
        self.one.as_ref().map_or(self.readings, std::slice::from_ref)
    }

    /// Whether people wrote it: a name, not the offset or `Z` of a machine's stamp.
    pub(in crate::facts) fn is_named(&self, view: &View<'_>) -> bool {
        view.kind(self.from) == Kind::Word && view.low(self.from) != "z" && !self.readings().is_empty()
    }
}

#[derive(Debug)]
struct Table {
    by_name: HashMap<&'static str, Vec<Reading>>,
    /// Long names by their first word: the other words, and the key.
    long: HashMap<&'static str, Vec<(Vec<&'static str>, &'static str)>>,
}

impl Table {
    fn read(data: &'static str) -> Self {
        let mut table = Self { by_name: HashMap::new(), long: HashMap::new() };
        for line in data.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
            let Some((name, readings)) = line.split_once('|') else { continue };
            let name = name.trim();
            table.by_name.insert(name, readings.split_whitespace().filter_map(reading).collect());
            let mut words = name.split(' ');
            if let (Some(first), true) = (words.next(), name.contains(' ')) {
                table.long.entry(first).or_default().push((words.collect(), name));
            }
        }
        for names in table.long.values_mut() {
            names.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        table
    }
}

/// `America/New_York=-05` or `Europe/London` or `+00`.
fn reading(text: &str) -> Option<Reading> {
    let (name, literal) = text.split_once('=').map_or((text, None), |(name, literal)| (name, Some(literal)));
    let offset = |text: &str| {
        let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        Offset::from_seconds(hours * 3600 + minutes * 60 * if text.starts_with('-') { -1 } else { 1 }).ok()
    };
    let zone = match offset(name) {
        Some(offset) => TimeZone::fixed(offset),
        None => TimeZone::get(name).ok()?,
    };
    Some(Reading { name: name.to_owned(), zone, literal: literal.and_then(offset) })
}

/// The reading of an IANA name.
pub(in crate::facts) fn named(name: &str) -> Option<Reading> {
    Some(Reading { name: name.to_owned(), zone: TimeZone::get(name).ok()?, literal: None })
}

/// UTC.
pub(in crate::facts) fn utc() -> Reading {
    Reading { name: "UTC".to_owned(), zone: TimeZone::UTC, literal: None }
}

fn fixed(seconds: i32) -> Option<Reading> {
    let offset = Offset::from_seconds(seconds).ok()?;
    Some(Reading { name: offset.to_string(), zone: TimeZone::fixed(offset), literal: None })
}

impl Reading {
    /// The instant of a civil time in this zone, by the rules of the date: in a fold the first, in a gap the time after it.
    pub(in crate::facts) fn instant(&self, civil: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_zoned_datetime(civil).compatible().ok().map(|zoned| zoned.timestamp())
    }

    /// The instant when the abbreviation is taken word by word.
    pub(in crate::facts) fn literal_instant(&self, civil: DateTime) -> Option<Timestamp> {
        self.literal.and_then(|offset| offset.to_timestamp(civil).ok())
    }
}

/// The zone that stands at a token, as far as `end`.
pub(in crate::facts) fn at(view: &View<'_>, at: usize, end: usize) -> Option<Written> {
    let table = &*TABLE;
    let Kind::Word = view.kind(at) else { return offset_alone(view, at, end) };
    long(view, at, end, table)
        .or_else(|| iana(view, at, end))
        .or_else(|| abbreviation(view, at, end, table))
        .or_else(|| place_time(view, at, end))
}

fn long(view: &View<'_>, at: usize, end: usize, table: &'static Table) -> Option<Written> {
    let names = table.long.get(view.low(at))?;
    for (words, name) in names {
        let fits =
            words.iter().enumerate().all(|(offset, word)| at + 1 + offset < end && view.low(at + 1 + offset) == *word);
        if fits {
            let readings = table.by_name.get(name)?;
            return Some(Written { from: at, to: at + 1 + words.len(), readings, one: None });
        }
    }
    None
}

/// `ET`, `IST`; `GMT+3`, `UTC-05:30`.
fn abbreviation(view: &View<'_>, at: usize, end: usize, table: &'static Table) -> Option<Written> {
    let written = view.written(at, at + 1);
    let is_upper = written.len() >= 2 && written.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_zulu = written == "Z" && view.is_tight(at);
    let is_utc = written.eq_ignore_ascii_case("utc") || written.eq_ignore_ascii_case("gmt");
    if !is_upper && !is_zulu && !is_utc && written != "Eastern" && written != "Pacific" {
        return None;
    }
    let folded = view.low(at);
    let readings = table.by_name.get(folded)?;
    if is_utc && let Some((seconds, to)) = signed(view, at + 1, end) {
        return Some(Written { from: at, to, readings: &[], one: fixed(seconds) });
    }
    Some(Written { from: at, to: at + 1, readings, one: None })
}

/// `+3`, `+0530`, `-05:00` from a sign on.
fn signed(view: &View<'_>, at: usize, end: usize) -> Option<(i32, usize)> {
    let sign = match view.kind(at) {
        Kind::Mark('+') => 1,
        Kind::Mark('-') => -1,
        _ => return None,
    };
    if !view.is_tight(at + 1) || at + 1 >= end {
        return None;
    }
    let (number, digits) = view.number(at + 1)?;
    let number = i32::try_from(number).ok()?;
    let (hours, mut minutes, mut to) = match digits {
        1 | 2 => (number, 0, at + 2),
        3 | 4 => (number / 100, number % 100, at + 2),
        _ => return None,
    };
    if digits <= 2
        && view.is_mark(at + 2, ':')
        && let Some((more, 2)) = view.number(at + 3)
    {
        (minutes, to) = (i32::try_from(more).ok()?, at + 4);
    }
    (hours <= 14 && minutes < 60 && to <= end).then_some((sign * (hours * 3600 + minutes * 60), to))
}

/// An offset right behind a clock: `+01:00`, `-0800`.
fn offset_alone(view: &View<'_>, at: usize, end: usize) -> Option<Written> {
    let (_, digits) = view.number(at + 1)?;
    let is_written_out = digits == 4 || digits == 2 && view.is_mark(at + 2, ':');
    if !is_written_out {
        return None;
    }
    let (seconds, to) = signed(view, at, end)?;
    Some(Written { from: at, to, readings: &[], one: fixed(seconds) })
}

/// `US/Pacific`, `America/New_York`, `Europe/Berlin`.
fn iana(view: &View<'_>, at: usize, end: usize) -> Option<Written> {
    const AREAS: [&str; 11] =
        ["us", "america", "europe", "asia", "africa", "australia", "pacific", "atlantic", "indian", "etc", "canada"];
    if !view.is_mark(at + 1, '/') || !view.is_tight(at + 1) || !view.is_tight(at + 2) || !AREAS.contains(&view.low(at))
    {
        return None;
    }
    let mut to = at + 3;
    while to < end && to < at + 9 && view.is_tight(to) && matches!(view.kind(to), Kind::Mark('_' | '/') | Kind::Word) {
        to += 1;
    }
    let name = view.written(at, to).trim_end_matches(['_', '/']);
    Some(Written { from: at, to, readings: &[], one: Some(named(name)?) })
}

/// `local time`, `Ortszeit`; `Beijing time`, `heure de Paris`, `hora de Madrid`.
fn place_time(view: &View<'_>, at: usize, end: usize) -> Option<Written> {
    let local = |to| Some(Written { from: at, to, readings: &[], one: None });
    let next = if at + 1 < end { view.low(at + 1) } else { "" };
    match (view.low(at), next) {
        ("local", "time") | ("hora" | "heure" | "ora" | "horario", "local" | "locale") => return local(at + 2),
        ("ortszeit", _) => return local(at + 1),
        ("hora" | "heure" | "ora" | "horario", "de" | "di" | "do" | "del" | "d" | "da") => {
            let (place, to) = places::at(view, at + 2, end)?;
            return Some(Written { from: at, to, readings: &[], one: Some(named(place.zone?)?) });
        }
        ("heure" | "hora" | "ora", "francaise" | "peninsular" | "espanola" | "italiana") => {
            let zone = match next {
                "francaise" => "Europe/Paris",
                "italiana" => "Europe/Rome",
                _ => "Europe/Madrid",
            };
            return Some(Written { from: at, to: at + 2, readings: &[], one: Some(named(zone)?) });
        }
        ("deutscher" | "mitteleuropaischer", "zeit") => {
            return Some(Written { from: at, to: at + 2, readings: &[], one: Some(named("Europe/Berlin")?) });
        }
        _ => {}
    }
    let (place, to) = places::at(view, at, end)?;
    let is_time = to < end && matches!(view.low(to), "time" | "zeit");
    let zone = place.zone.filter(|_| is_time)?;
    Some(Written { from: at, to: to + 1, readings: &[], one: Some(named(zone)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_of_the_table_is_a_zone() {
        for line in include_str!("../data/zones.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("//"))
        {
            let (name, readings) = line.split_once('|').expect("a bar");
            for text in readings.split_whitespace() {
                assert!(reading(text).is_some(), "{name}: {text}");
            }
        }
    }

    #[test]
    fn zones_are_read() {
        for (text, expected) in [
            ("ET", "America/New_York"),
            ("UTC", "UTC"),
            ("GMT+3", "+03"),
            ("UTC-05:30", "-05:30"),
            ("+0545", "+05:45"),
            ("US/Pacific", "US/Pacific"),
            ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
            ("Eastern time", "America/New_York"),
            ("Beijing time", "Asia/Shanghai"),
            ("heure de Paris", "Europe/Paris"),
            ("IST", "Asia/Kolkata"),
        ] {
            let view = View::new(text);
            let written = at(&view, 0, view.tokens.len()).expect(text);
            assert_eq!(written.readings().first().map(|reading| reading.name.as_str()), Some(expected), "{text}");
        }
    }
}
