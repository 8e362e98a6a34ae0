//! Dates as bad as they come: RFC 3339 and its cousins, RFC 822 with every known bad habit.
//!
//! A zone that is written but not known makes a date unreadable: it is never taken for UTC in silence. A date without
//! any zone is read as UTC, and [`Written::zone`] says so. Dates in running prose are the business of `facts`.

mod stamp;
mod zones;

use jiff::{Timestamp, civil::Date, civil::DateTime, tz::Offset};

pub use stamp::Stamp;

/// A date as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The instant; midnight where only a day was written.
    pub at: Timestamp,
    /// Whether a zone was written. Without one UTC was assumed, which may be wrong by half a day.
    pub zone: bool,
}

/// Reads a date that names its zone; `None` for anything else.
pub fn instant(text: &str) -> Option<Timestamp> {
    read(text).filter(|written| written.zone).map(|written| written.at)
}

/// Reads a date in any form known here; `None` when it cannot be read, or names a zone that is not known.
pub fn read(text: &str) -> Option<Written> {
    let text = text.trim();
    if text.len() > 100 {
        return None;
    }
    let parts = if text
        .as_bytes()
        .get(..5)
        .is_some_and(|start| start[..4].iter().all(u8::is_ascii_digit) && start[4] == b'-')
    {
        iso(text)?
    } else {
        words(text)?
    };
    parts.instant()
}

/// A time of day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
}

/// A date taken apart.
#[derive(Debug, Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    clock: Option<Clock>,
    /// Seconds east of UTC.
    zone: Option<i32>,
    /// `Some(true)` for p.m.
    afternoon: Option<bool>,
}

impl Parts {
    fn instant(self) -> Option<Written> {
        let date = Date::new(self.year?, self.month?, self.day?).ok()?;
        let clock = self.clock.unwrap_or_default();
        let hour = match self.afternoon {
            Some(true) if clock.hour < 12 => clock.hour + 12,
            Some(false) if clock.hour == 12 => 0,
            _ => clock.hour,
        };
        let at = at(date, Clock { hour, ..clock }, self.zone.unwrap_or(0))?;
        Some(Written { at, zone: self.zone.is_some() })
    }
}

/// The instant of a local time; `24:00` is the midnight that ends the day, a leap second the second before it.
pub(crate) fn at(date: Date, clock: Clock, zone_seconds: i32) -> Option<Timestamp> {
    let (date, hour) = match clock {
        Clock { hour: 24, minute: 0, second: 0, .. } => (date.tomorrow().ok()?, 0),
        Clock { hour, .. } => (date, hour),
    };
    let second = clock.second.min(59);
    let time =
        DateTime::new(date.year(), date.month(), date.day(), hour, clock.minute, second, clock.nanosecond).ok()?;
    Offset::from_seconds(zone_seconds).ok()?.to_timestamp(time).ok()
}

/// `2024-12-26T10:00:00.123Z`, with a blank for the `T`, without seconds or time, with `+0100`, `+01` or a zone's name.
fn iso(text: &str) -> Option<Parts> {
    let day_length = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '-')).unwrap_or(text.len());
    let (day, rest) = text.split_at(day_length);
    let mut numbers = day.split('-');
    let mut next = || numbers.next().filter(|number| number.len() <= 4)?.parse::<i16>().ok();
    let (year, month, day) = (next()?, i8::try_from(next()?).ok()?, i8::try_from(next()?).ok()?);
    let mut parts = Parts { year: Some(year), month: Some(month), day: Some(day), ..Parts::default() };
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    if rest.is_empty() {
        return Some(parts);
    }
    let (clock, rest) = clock(rest)?;
    parts.clock = Some(clock);
    // Go prints `+0000 UTC`: number and name of the same zone.
    for zone in rest.split_whitespace() {
        let read = zones::read(zone)?;
        parts.zone = parts.zone.or(Some(read));
    }
    Some(parts)
}

/// `10:04`, `10:04:05`, `10:04:05.678` at the start of `text`, and what follows.
pub(crate) fn clock(text: &str) -> Option<(Clock, &str)> {
    let length = text.find(|letter: char| !(letter.is_ascii_digit() || ":.,".contains(letter))).unwrap_or(text.len());
    let (digits, rest) = text.split_at(length);
    let digits = digits.trim_end_matches([',', '.']);
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let mut numbers = whole.split(':').map(|number| number.parse::<i8>().ok());
    let (hour, minute, second) = (numbers.next()??, numbers.next()??, numbers.next().unwrap_or(Some(0))?);
    if numbers.next().is_some()
        || !(0..=24).contains(&hour)
        || !(0..60).contains(&minute)
        || !(0..=60).contains(&second)
    {
        return None;
    }
    let nanosecond = match fraction.get(..fraction.len().min(9))? {
        "" => 0,
        digits => digits.parse::<i32>().ok()? * 10_i32.pow(u32::try_from(9 - digits.len()).ok()?),
    };
    Some((Clock { hour, minute, second, nanosecond }, rest))
}

/// RFC 822, 850, asctime and what people make of them: the words may stand in nearly any order.
fn words(text: &str) -> Option<Parts> {
    let mut parts = Parts::default();
    let (without_comment, comment) = text.split_once('(').unwrap_or((text, ""));
    let spaced = without_weekday(without_comment).replace(',', " ");
    for word in spaced.split_whitespace() {
        if word.contains(':') && !word.starts_with(['+', '-']) {
            let (clock, rest) = clock(word)?;
            parts.clock = Some(clock);
            if !rest.is_empty() {
                parts.word(rest)?;
            }
        } else if word.contains('-')
            && word.contains(|letter: char| letter.is_ascii_alphabetic())
            && word.starts_with(|first: char| first.is_ascii_digit())
        {
            word.split('-').try_for_each(|part| parts.word(part))?;
        } else {
            parts.word(word)?;
        }
    }
    if let (None, Some((name, _))) = (parts.zone, comment.split_once(')')) {
        parts.zone = Some(zones::read(name.trim())?);
    }
    Some(parts)
}

/// What follows the name of a day in whatever language: letters with a comma behind them, as RFC 822 wants it.
fn without_weekday(text: &str) -> &str {
    match text.trim_start().split_once(',') {
        Some((name, rest)) if name.chars().all(|letter| letter.is_alphabetic() || letter == '.') => rest,
        _ => text,
    }
}

impl Parts {
    /// Takes one word; `None` when it means nothing, which spoils the date.
    fn word(&mut self, word: &str) -> Option<()> {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number(word);
        }
        if let Some(number) = ordinal(word) {
            return self.number(number);
        }
        match word.to_lowercase().trim_end_matches('.') {
            "am" | "a.m" => self.afternoon = Some(false),
            "pm" | "p.m" => self.afternoon = Some(true),
            "at" => {}
            name if self.month.is_none() && month(name).is_some() => self.month = month(name),
            name if is_weekday(name) => {}
            _ => {
                let zone = zones::read(word)?;
                self.zone = self.zone.or(Some(zone));
            }
        }
        Some(())
    }

    /// A number is the day when it can be and there is none yet, else the year.
    fn number(&mut self, digits: &str) -> Option<()> {
        let value: i16 = digits.parse().ok()?;
        if self.day.is_none() && digits.len() <= 2 && (1..=31).contains(&value) {
            self.day = i8::try_from(value).ok();
        } else if self.year.is_none() {
            // RFC 2822, 4.3: two digits below 50 are this century, three digits count from 1900.
            self.year = Some(match (digits.len(), value) {
                (..=2, ..50) => 2000 + value,
                (..=3, _) => 1900 + value,
                _ => value,
            });
        } else {
            return None;
        }
        Some(())
    }
}

/// The digits of `5th`.
fn ordinal(word: &str) -> Option<&str> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let ending = &word[digits.len()..];
    (!digits.is_empty()
        && digits.len() <= 2
        && ["st", "nd", "rd", "th"].contains(&ending)
        && digits.bytes().all(|byte| byte.is_ascii_digit()))
    .then_some(digits)
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Beginnings of the names of months, January first, that feeds write in the languages of their readers: French, German,
/// Spanish, Italian, Portuguese, Dutch, Polish. Where a beginning is a month in English too, it is the same one.
const FOREIGN: [&[&str]; 12] = [
    &["janv", "jän", "ene", "gen", "sty"],
    &["fév", "fev", "lut"],
    &["mär", "maa", "mrt", "maer"],
    &["avr", "abr", "kwi"],
    &["mai", "mag", "mei", "maj", "mayo"],
    &["juin", "giu", "cze"],
    &["juil", "lug", "lip"],
    &["aoû", "aou", "ago", "sie"],
    &["set", "wrz"],
    &["okt", "ott", "out", "paź", "paz"],
    &["lis"],
    &["déc", "dez", "dic", "gru"],
];

/// The number of a month by its English name or at least three letters of it, or by the beginning of another language's;
/// lower case.
pub(crate) fn month(name: &str) -> Option<i8> {
    let english = |month: &&str| name.len() >= 3 && month.starts_with(name);
    let at = MONTHS
        .iter()
        .position(english)
        .or_else(|| (name == "sept").then_some(8))
        .or_else(|| FOREIGN.iter().position(|starts| starts.iter().any(|start| name.starts_with(start))))?;
    i8::try_from(at + 1).ok()
}

/// Day names are read over: they add nothing, and many are wrong.
fn is_weekday(name: &str) -> bool {
    name.len() >= 3
        && ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
            .iter()
            .any(|day| day.starts_with(name))
        || matches!(name, "thur" | "thurs" | "tues" | "weds")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bad_dates_are_read() {
        for (text, expected) in [
            ("2024-12-26T18:30:00Z", "2024-12-26T18:30:00Z"),
            ("2024-12-26T18:30:00.123-05:00", "2024-12-26T23:30:00.123Z"),
            ("2024-12-26 18:30:00 +0000 UTC", "2024-12-26T18:30:00Z"),
            ("2024-12-26T18:30+0100", "2024-12-26T17:30:00Z"),
            ("2024-12-26t18:30z", "2024-12-26T18:30:00Z"),
            ("2024-12-26 18:30:00 PST", "2024-12-27T02:30:00Z"),
            ("Thu, 26 Dec 2024 18:30:00 GMT", "2024-12-26T18:30:00Z"),
            ("Mon, 26 Dec 2024 18:30:00 +0000", "2024-12-26T18:30:00Z"),
            ("26 Dec 24 18:30 UT", "2024-12-26T18:30:00Z"),
            ("26 Dec 99 18:30:00 Z", "1999-12-26T18:30:00Z"),
            ("Mon, 17 Aug 2026 21:01:19 PDT", "2026-08-18T04:01:19Z"),
            ("Mon, 07 Sep 2026 06:52:00 Z", "2026-09-07T06:52:00Z"),
            ("Thu, 26 Dec 2024 24:00:00 EST", "2024-12-27T05:00:00Z"),
            ("Thurs, Dec 26 2024 6:30 PM GMT", "2024-12-26T18:30:00Z"),
            ("Thursday, 26-Dec-24 18:30:60 GMT", "2024-12-26T18:30:59Z"),
            ("Thu Dec 26 18:30:00 GMT 2024", "2024-12-26T18:30:00Z"),
            ("Thu, 26 December 2024 18:30:00 -0800 (PST)", "2024-12-27T02:30:00Z"),
            ("26 Dec 2024 18:30 (PST)", "2024-12-27T02:30:00Z"),
            ("26 Dec 2024 18:30:00 GMT+0100", "2024-12-26T17:30:00Z"),
            ("gio, 26 dic 2024 19:30:15 +0100", "2024-12-26T18:30:15Z"),
            ("jeu., 26 déc. 2024 19:30:15 +0100", "2024-12-26T18:30:15Z"),
            ("Do, 26 Okt 2023 19:30:15 +0200", "2023-10-26T17:30:15Z"),
            ("czw, 26 gru 2024 19:30:15 +0100", "2024-12-26T18:30:15Z"),
        ] {
            assert_eq!(instant(text).map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_unknown_zone_is_never_utc() {
        for text in ["Thu, 26 Dec 2024 18:30:00 XYZ", "2024-12-26T18:30:00 Mars/Olympus", "26 Dec 2024 18:30 IST"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_missing_zone_is_said() {
        for (text, expected) in [
            ("2024-12-26 18:30:00", "2024-12-26T18:30:00Z"),
            ("2024-12-26", "2024-12-26T00:00:00Z"),
            ("26 Dec 2024 18:30", "2024-12-26T18:30:00Z"),
        ] {
            let written = read(text).expect(text);
            assert_eq!((written.at.to_string().as_str(), written.zone), (expected, false), "{text}");
            assert_eq!(instant(text), None);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in
            ["", "soon", "2024", "2024-13-01", "31 Feb 2024", "26 Dec 2024 25:00 GMT", "26 26 Dec 2024 26 GMT", "１２"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_bad(text: String, date in "[0-9]{1,4}[- ][A-Za-z0-9]{1,4}[- ][0-9]{1,4}[ T][0-9:.]{0,9}[ +-]?[A-Z0-9:]{0,5}") {
            read(&text);
            read(&date);
        }

        #[test]
        fn rfc_3339_comes_back(seconds in -60_000_000_000_i64..200_000_000_000) {
            let at = Timestamp::from_second(seconds).expect("it is right");
            prop_assert_eq!(instant(&at.to_string()), Some(at));
        }
    }
}
