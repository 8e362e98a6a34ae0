//! Dates as feeds and status pages write them. A zone that is not known gives `None`, never silent UTC.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

/// Zone abbreviations that mean one offset in the places that use them on status pages and in feeds, in minutes from
/// UTC (IANA time zone database). Ambiguous ones (IST, CST of China, BST of Bangladesh) are read as the Statuspage
/// hosts mean them.
const ZONES: [(&str, i32); 40] = [
    ("UTC", 0),
    ("UT", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("IST", 330),
    ("SGT", 480),
    ("HKT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("NST", -210),
    ("NDT", -150),
    ("AST", -240),
    ("ADT", -180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("HST", -600),
];

/// The offset of a zone abbreviation or of `+0100`, `-08:00`; `None` when it is not known.
pub fn zone(word: &str) -> Option<Offset> {
    let known = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, minutes)| *minutes);
    let minutes = known.or_else(|| numeric_zone(word))?;
    Offset::from_seconds(minutes * 60).ok()
}

fn numeric_zone(word: &str) -> Option<i32> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let (hours, minutes) = match digits.len() {
        2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// An instant, in any of the forms that feeds and payloads use: RFC 3339, ISO 8601 with a blank or without seconds, RFC
/// 822 and 2822 with wrong weekdays, two-digit years, zone names, `24:00`.
pub fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 80 || text.is_empty() {
        return None;
    }
    text.parse().ok().or_else(|| iso(text)).or_else(|| rfc822(text))
}

/// An instant as feeds write it: any form of [`instant`], and what names no zone at all (a day alone, too), which by
/// common use is UTC. A zone that is named and not known stays `None`.
pub fn in_feed(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    instant(text).or_else(|| {
        let ends_in_digit = text.ends_with(|letter: char| letter.is_ascii_digit());
        let is_day = text.len() == 10 && text.parse::<Date>().is_ok();
        let stated = if is_day { format!("{text} 00:00 UTC") } else { format!("{text} UTC") };
        if ends_in_digit && text.len() <= 80 { instant(&stated) } else { None }
    })
}

/// `2024-12-26 18:30:00 +0000 UTC`, `2024-12-26T18:30+01`, with a zone of any form.
fn iso(text: &str) -> Option<Timestamp> {
    let date: Date = text.get(..10)?.parse().ok()?;
    let rest = text.get(10..)?.trim_start_matches(['T', 't', ' ']);
    let end = rest.find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, ':' | '.'))).unwrap_or(rest.len());
    let (clock, zone_words) = rest.split_at(end);
    let offset = zone(zone_words.split_whitespace().next()?)?;
    at(date, clock, offset)
}

/// `Thu, 26 Dec 2024 18:30:00 GMT` and its relatives.
fn rfc822(text: &str) -> Option<Timestamp> {
    // The weekday is noise: feeds get it wrong.
    let text = text
        .split_once(',')
        .filter(|(day, _)| day.trim().chars().all(char::is_alphabetic))
        .map_or(text, |(_, rest)| rest);
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.first().is_some_and(|word| word.chars().all(char::is_alphabetic) && month(word).is_none()) {
        words.remove(0);
    }
    let [first, second, year, clock, rest @ ..] = words.as_slice() else { return None };
    // "Dec 26" instead of "26 Dec".
    let (day, month) = match (first.parse::<i8>(), month(second)) {
        (Ok(day), Some(month)) => (day, month),
        _ => (second.trim_end_matches(',').parse().ok()?, month(first)?),
    };
    let offset = zone(rest.first()?)?;
    at(Date::new(full_year(year)?, month, day).ok()?, clock, offset)
}

/// RFC 2822, 4.3: two digits up to 49 are of this century.
fn full_year(word: &str) -> Option<i16> {
    let year: i16 = word.parse().ok()?;
    Some(match word.len() {
        2 if year < 50 => 2000 + year,
        2 | 3 => 1900 + year,
        _ => year,
    })
}

/// A month by its first three letters, in English.
pub fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = word.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == start).and_then(|at| i8::try_from(at + 1).ok())
}

/// A wall clock on a day at an offset; `24:00` is the next midnight.
fn at(date: Date, clock: &str, offset: Offset) -> Option<Timestamp> {
    let mut parts = clock.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let (whole, fraction) = parts.next().map_or(("0", ""), |second| second.split_once('.').unwrap_or((second, "")));
    let second: i8 = whole.parse().ok()?;
    let nanos: i32 = format!("{:0<9}", fraction.get(..fraction.len().min(9))?).parse().ok()?;
    let (date, hour) = if hour == 24 && minute == 0 { (date.tomorrow().ok()?, 0) } else { (date, hour) };
    // A leap second is the last second of its minute.
    let time = Time::new(hour, minute, second.min(59), nanos).ok()?;
    TimeZone::fixed(offset).to_timestamp(DateTime::from_parts(date, time)).ok()
}

/// A stamp without a year, as Statuspage's history feeds write them: month, day, clock, zone. The year is the one that
/// puts it nearest to `near`, the entry's own time.
pub fn without_year(month_word: &str, day: &str, clock: &str, zone_word: &str, near: Timestamp) -> Option<Timestamp> {
    let month = month(month_word)?;
    let day: i8 = day.trim().parse().ok()?;
    let offset = zone(zone_word)?;
    let year = offset.to_datetime(near).year();
    (year - 1..=year + 1)
        .filter_map(|year| at(Date::new(year, month, day).ok()?, clock.trim(), offset))
        .min_by_key(|at| at.duration_since(near).abs())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_that_was_seen_is_read() {
        for (text, expected) in [
            ("2024-12-26T18:30:00Z", "2024-12-26T18:30:00Z"),
            ("2024-12-26T10:30:00.123-08:00", "2024-12-26T18:30:00.123Z"),
            ("2026-08-12 04:07:00 +0000 UTC", "2026-08-12T04:07:00Z"),
            ("2024-12-26 18:30 UTC", "2024-12-26T18:30:00Z"),
            ("Thu, 26 Dec 2024 18:30:00 GMT", "2024-12-26T18:30:00Z"),
            ("Mon, 26 Dec 2024 18:30:00 +0000", "2024-12-26T18:30:00Z"),
            ("Mon, 07 Sep 2026 06:52:00 Z", "2026-09-07T06:52:00Z"),
            ("Mon, 17 Aug 2026 21:01:19 PDT", "2026-08-18T04:01:19Z"),
            ("26 Dec 24 18:30 EST", "2024-12-26T23:30:00Z"),
            ("Thursday, 26 December 2024 24:00:00 GMT", "2024-12-27T00:00:00Z"),
            ("Dec 26, 2024 18:30:00 UT", "2024-12-26T18:30:00Z"),
            ("Thu Dec 26 2024 18:30:00 +0530", "2024-12-26T13:00:00Z"),
        ] {
            assert_eq!(instant(text).map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2024-12-26",
            "2024-12-26 18:30:00",
            "26 Dec 2024 18:30:00 XYZ",
            "32 Dec 2024 18:30:00 GMT",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_feed_may_leave_out_the_zone_but_not_name_one_that_nobody_knows() {
        for (text, expected) in [
            ("2024-12-26", Some("2024-12-26T00:00:00Z")),
            ("2024-12-26T18:30:00", Some("2024-12-26T18:30:00Z")),
            ("2024-12-26 18:30:00", Some("2024-12-26T18:30:00Z")),
            ("Thu, 26 Dec 2024 18:30:00", Some("2024-12-26T18:30:00Z")),
            ("Thu, 26 Dec 2024 18:30:00 GMT", Some("2024-12-26T18:30:00Z")),
            ("Thu, 26 Dec 2024 18:30:00 XYZ", None),
            ("soon", None),
            ("2024", None),
        ] {
            assert_eq!(in_feed(text).map(|at| at.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_stamp_without_a_year_gets_the_one_nearest_to_its_entry() {
        let near = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let read = |month, day, clock, zone, around| {
            without_year(month, day, clock, zone, near(around)).map(|at| at.to_string())
        };
        assert_eq!(read("Jun", " 6", "04:43", "UTC", "2022-06-08T19:13:39Z").as_deref(), Some("2022-06-06T04:43:00Z"));
        assert_eq!(read("Dec", "31", "23:50", "PST", "2025-01-02T23:31:00Z").as_deref(), Some("2025-01-01T07:50:00Z"));
        assert_eq!(read("Jan", " 2", "00:10", "CET", "2024-12-30T00:00:00Z").as_deref(), Some("2025-01-01T23:10:00Z"));
        assert_eq!(read("Feb", "30", "00:10", "CET", "2024-12-30T00:00:00Z"), None);
        assert_eq!(read("Jun", "6", "04:43", "QQQ", "2022-06-08T19:13:39Z"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,90}|[0-9TZ: +.,a-zA-Z-]{0,40}") {
            let _read = instant(&text);
            let _zone = zone(&text);
            let _fed = in_feed(&text);
        }
    }
}
