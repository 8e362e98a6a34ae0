//! The year day by day: how many incidents began on each, what the page says of it, and which days are unknown.

use std::collections::BTreeMap;

use jiff::{Span, civil::Date, tz::TimeZone};

use super::{Availability, Observed};
use crate::model::Timestamp;

/// Days of a calendar: 53 weeks hold them.
const DAYS: i32 = 365;

/// One day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalendarDay {
    /// The day, in UTC.
    pub day: Date,
    /// Incidents that began on it.
    pub incidents: usize,
    /// Its availability in percent, where the page says.
    pub availability_pct: Option<f64>,
    /// Whether anything of it was observed; what was not is unknown, not quiet.
    pub is_observed: bool,
}

/// A year of days, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calendar {
    /// 365 days.
    pub days: Vec<CalendarDay>,
}

impl Calendar {
    /// The last 365 days up to now; where nothing began in them, the 365 days up to the last day on which anything did.
    pub fn of(starts: &[Timestamp], availability: &Availability, observed: &Observed, now: Timestamp) -> Self {
        let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
        for start in starts {
            *counts.entry(day_of(*start)).or_default() += 1;
        }
        let last = starts.iter().copied().max().map(day_of);
        let is_past = |last: &Date| day_of(now).checked_sub(Span::new().days(DAYS)).is_ok_and(|border| *last <= border);
        let today = last.filter(is_past).unwrap_or_else(|| day_of(now));
        let days = (0..DAYS).rev().filter_map(|back| today.checked_sub(Span::new().days(back)).ok());
        Self {
            days: days
                .map(|day| CalendarDay {
                    day,
                    incidents: counts.get(&day).copied().unwrap_or(0),
                    availability_pct: availability.days.get(&day).map(|of_day| of_day.availability_pct),
                    is_observed: bounds(day).is_some_and(|(from, until)| observed.touches(from, until)),
                })
                .collect(),
        }
    }

    /// Incidents of each month that it touches, oldest first: the first day shown of the month, and how many.
    pub fn months(&self) -> Vec<(Date, usize)> {
        let mut months: Vec<(Date, usize)> = Vec::new();
        for day in &self.days {
            match months.last_mut().filter(|(first, _)| first.first_of_month() == day.day.first_of_month()) {
                Some((_, count)) => *count += day.incidents,
                None => months.push((day.day, day.incidents)),
            }
        }
        months
    }
}

/// The day of an instant, in UTC.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

/// The first instant of a day and the first one behind it, in UTC.
pub fn bounds(day: Date) -> Option<(Timestamp, Timestamp)> {
    let start = |day: Date| day.to_zoned_datetime(TimeZone::UTC).map(|zoned| zoned.timestamp());
    Some((start(day).ok()?, start(day.tomorrow().ok()?).ok()?))
}

/// Which one of its month an incident is (1 is the first), and how many the month has up to now: "the second this
/// month". `starts` is in order.
pub fn ordinal_in_month(starts: &[Timestamp], at: Timestamp) -> usize {
    let first = bounds(day_of(at).first_of_month()).map_or(at, |(from, _)| from);
    let begun = |until: Timestamp| starts.partition_point(|start| *start <= until);
    begun(at) - starts.partition_point(|start| *start < first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Stretch;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_calendar_ends_today_and_counts_by_the_day() {
        let starts = ["2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", "2024-03-01T12:00:00Z", "2022-01-01T00:00:00Z"];
        let starts: Vec<_> = starts.map(at).to_vec();
        let now = at("2024-03-02T08:00:00Z");
        let observed = Observed::of(vec![Stretch { from: at("2024-02-29T22:00:00Z"), until: now }]);
        let calendar = Calendar::of(&starts, &Availability::default(), &observed, now);
        assert_eq!((calendar.days.len(), calendar.days.iter().map(|day| day.incidents).sum::<usize>()), (365, 3));
        let last: Vec<_> = calendar.days[361..].iter().map(|day| (day.incidents, day.is_observed)).collect();
        assert_eq!(last, [(0, false), (1, true), (2, true), (0, true)]);
        let long_ago = Calendar::of(&starts, &Availability::default(), &observed, at("2030-01-01T00:00:00Z"));
        assert_eq!(long_ago.days[364].day, jiff::civil::date(2024, 3, 1));
        let months = calendar.months();
        assert_eq!((months.len(), months[12].1, months[11].1), (13, 2, 1));
    }

    #[test]
    fn an_incident_knows_which_one_of_its_month_it_is() {
        let mut starts = ["2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z", "2024-03-09T00:00:00Z"].map(at).to_vec();
        starts.sort();
        let ordinals: Vec<_> = starts.iter().map(|start| ordinal_in_month(&starts, *start)).collect();
        assert_eq!(ordinals, [1, 1, 2]);
        assert_eq!(ordinal_in_month(&starts, at("2024-03-30T00:00:00Z")), 2);
        assert_eq!(ordinal_in_month(&starts, at("2024-04-01T00:00:00Z")), 0);
    }
}
