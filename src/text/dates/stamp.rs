//! The stamp of Statuspage's history feeds: `Jun 6, 04:43 UTC`, to the minute and without a year.

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{Clock, at, clock, month, zones};

/// A day and time whose year is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    month: i8,
    day: i8,
    clock: Clock,
    zone_seconds: i32,
}

impl Stamp {
    /// Reads `Jun 6, 04:43 UTC` (markup already taken away). `None` for anything else, and for a zone that is not known.
    pub fn read(text: &str) -> Option<Self> {
        let (from, until) = Self::read_span(text)?;
        until.is_none().then_some(from)
    }

    /// Reads a stamp, or a span: `Oct 5, 04:00 - 05:00 UTC`, `Oct 5, 22:00 - Oct 6, 02:00 UTC`.
    pub fn read_span(text: &str) -> Option<(Self, Option<Self>)> {
        let text = text.replace(',', " ");
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let zone_seconds = zones::read(words.pop()?)?;
        let dash = words.iter().position(|word| matches!(*word, "-" | "–" | "—"));
        let (from, until) = words.split_at(dash.unwrap_or(words.len()));
        let from = Self::from_words(from, None, zone_seconds)?;
        match until {
            [] => Some((from, None)),
            [_, until @ ..] => Some((from, Some(Self::from_words(until, Some(from), zone_seconds)?))),
        }
    }

    fn from_words(words: &[&str], day_of: Option<Self>, zone_seconds: i32) -> Option<Self> {
        let (month, day, time) = match (words, day_of) {
            ([time], Some(other)) => (other.month, other.day, *time),
            ([name, day, time], _) => (month(&name.to_ascii_lowercase())?, day.parse().ok()?, *time),
            _ => return None,
        };
        let (clock, "") = clock(time)? else { return None };
        (1..=31).contains(&day).then_some(Self { month, day, clock, zone_seconds })
    }

    /// The newest instant that this can be without lying more than a day after `reference`.
    pub fn not_after(self, reference: Timestamp) -> Option<Timestamp> {
        let latest = reference.checked_add(SignedDuration::from_hours(24)).ok()?;
        self.candidates(reference).filter(|at| *at <= latest).max()
    }

    /// The instant that this can be which lies nearest to `reference`.
    pub fn nearest(self, reference: Timestamp) -> Option<Timestamp> {
        self.candidates(reference).min_by_key(|at| at.duration_since(reference).abs())
    }

    /// This stamp in the years around `reference`; 29 February makes eight years necessary.
    fn candidates(self, reference: Timestamp) -> impl Iterator<Item = Timestamp> {
        let year = reference.to_zoned_datetime(jiff::tz::TimeZone::UTC).year();
        (year.saturating_sub(8)..=year.saturating_add(1))
            .filter_map(move |year| at(Date::new(year, self.month, self.day).ok()?, self.clock, self.zone_seconds))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("it is right")
    }

    #[test]
    fn the_year_is_the_newest_that_fits() {
        for (text, reference, expected) in [
            ("Jun 8, 19:13 UTC", "2022-06-08T19:13:39Z", "2022-06-08T19:13:00Z"),
            ("Dec 31, 23:50 PST", "2025-01-01T08:10:00Z", "2025-01-01T07:50:00Z"),
            ("Dec 30, 10:00 UTC", "2025-01-02T00:00:00Z", "2024-12-30T10:00:00Z"),
            ("Jan 1, 01:00 CET", "2024-12-31T23:00:00Z", "2025-01-01T00:00:00Z"),
            ("Feb 29, 12:00 UTC", "2027-05-01T00:00:00Z", "2024-02-29T12:00:00Z"),
        ] {
            let stamp = Stamp::read(text).expect(text);
            assert_eq!(stamp.not_after(instant(reference)), Some(instant(expected)), "{text}");
        }
    }

    #[test]
    fn spans_are_read() {
        let reference = instant("2026-10-05T04:00:00Z");
        for (text, from, until) in [
            ("Oct 5, 04:00 - 05:00 UTC", "2026-10-05T04:00:00Z", "2026-10-05T05:00:00Z"),
            ("Oct 5, 22:00 - Oct 6, 02:00 CEST", "2026-10-05T20:00:00Z", "2026-10-06T00:00:00Z"),
        ] {
            let (first, second) = Stamp::read_span(text).expect(text);
            assert_eq!(first.nearest(reference), Some(instant(from)), "{text}");
            assert_eq!(second.expect("an end").nearest(reference), Some(instant(until)), "{text}");
        }
    }

    #[test]
    fn what_is_no_stamp_is_none() {
        for text in
            ["", "UTC", "Jun 8, 19:13", "Jun 8, 19:13 XYZ", "Foo 8, 19:13 UTC", "Jun 40, 19:13 UTC", "Jun 8 - UTC"]
        {
            assert_eq!(Stamp::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_may_be_asked(text: String, seconds in proptest::num::i64::ANY) {
            let reference = Timestamp::from_second(seconds % 200_000_000_000).expect("it is right");
            if let Some(stamp) = Stamp::read(&text) {
                stamp.not_after(reference);
                stamp.nearest(reference);
            }
        }
    }
}
