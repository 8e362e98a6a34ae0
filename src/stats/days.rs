//! Component days to availability.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Observed, Sample, calendar};
use crate::model::ComponentDay;

/// What a second of partial outage weighs. Source: Atlassian's uptime calculation, 30 % for partial outages.
const PARTIAL: f64 = 0.3;

/// Seconds of a day. A day that a change to winter time makes longer is taken for 24 hours, as pages do.
const DAY_S: f64 = 86_400.0;

/// What became of one day of a service, over its components.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Day {
    /// Components that the page spoke of.
    pub components: u32,
    /// The mean of their availabilities, in percent.
    pub availability_pct: f64,
    /// The longest outage (partial and major) of one of them, in seconds.
    pub outage_s: u32,
}

/// Availability over days.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Availability {
    /// The days that are known, oldest first.
    pub days: BTreeMap<Date, Day>,
    /// What they rest on.
    pub record: Record,
}

/// What is known of days rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Record {
    /// The page's own word on each day.
    #[default]
    Days,
    /// The stretches in which its components were not well; nothing was told of the time between them.
    Stretches,
}

/// Shares of days, in percent, that were at least so available.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bands {
    /// 100 %.
    pub full: f64,
    /// 99.9 % or more.
    pub three_nines: f64,
    /// 99 % or more.
    pub two_nines: f64,
    /// 90 % or more.
    pub one_nine: f64,
}

impl Availability {
    /// Availability by what a page says of its components' days. Days of which nothing was observed are left out.
    pub fn of<'a>(days: impl IntoIterator<Item = &'a ComponentDay>, observed: &Observed) -> Self {
        let mut joined: BTreeMap<Date, Day> = BTreeMap::new();
        for day in days
            .into_iter()
            .filter(|day| calendar::bounds(day.day).is_some_and(|(from, until)| observed.touches(from, until)))
        {
            let outage_s = day.major_s.saturating_add(day.partial_s);
            let of_day = joined.entry(day.day).or_default();
            of_day.components += 1;
            // The sum for now; divided below.
            of_day.availability_pct += availability_pct(day.major_s, day.partial_s);
            of_day.outage_s = of_day.outage_s.max(outage_s);
        }
        for day in joined.values_mut() {
            day.availability_pct /= f64::from(day.components);
        }
        Self { days: joined, record: Record::Days }
    }

    /// The mean over days, in percent; `None` where no day is known.
    pub fn mean_pct(&self) -> Option<f64> {
        self.sample().mean()
    }

    /// The worst day, in percent.
    pub fn least_pct(&self) -> Option<f64> {
        self.sample().values().first().copied()
    }

    /// The days' availabilities, in percent.
    pub fn sample(&self) -> Sample {
        Sample::of(self.days.values().map(|day| day.availability_pct))
    }

    /// Days with any outage.
    pub fn outage_days(&self) -> usize {
        self.days.values().filter(|day| day.outage_s > 0).count()
    }

    /// Shares of days that were at least so available; `None` where no day is known.
    pub fn bands(&self) -> Option<Bands> {
        if self.days.is_empty() {
            return None;
        }
        let share = |least: f64| {
            // What sums of fractions lose in the last digit is not the day's fault.
            let good = self.days.values().filter(|day| day.availability_pct >= least - 1e-9).count();
            good as f64 / self.days.len() as f64 * 100.0
        };
        Some(Bands { full: share(100.0), three_nines: share(99.9), two_nines: share(99.0), one_nine: share(90.0) })
    }
}

/// The availability of a component's day, in percent.
pub(super) fn availability_pct(major_s: u32, partial_s: u32) -> f64 {
    let scaled = f64::from(major_s) + PARTIAL * f64::from(partial_s);
    (1.0 - scaled / DAY_S).max(0.0) * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Stretch;

    fn day(component: &str, day: &str, partial_s: u32, major_s: u32) -> ComponentDay {
        ComponentDay {
            native_id: None,
            component: component.to_owned(),
            day: day.parse().expect("a day"),
            partial_s,
            major_s,
            maintenance_s: 0,
        }
    }

    #[test]
    fn a_day_is_the_mean_of_its_components_and_the_whole_the_mean_of_its_days() {
        let days = [
            day("a", "2024-06-01", 0, 0),
            day("b", "2024-06-01", 0, 17_280),
            day("a", "2024-06-02", 2_880, 0),
            day("b", "2024-06-02", 0, 0),
            day("a", "2024-06-03", 0, 200_000),
        ];
        let known = Availability::of(&days, &Observed::always());
        let of_days: Vec<f64> = known.days.values().map(|day| day.availability_pct).collect();
        assert_eq!(of_days, [90.0, 99.5, 0.0]);
        assert_eq!((known.outage_days(), known.least_pct()), (3, Some(0.0)));
        assert_eq!(known.bands().map(|bands| bands.two_nines.round()), Some(33.0));
        let first = Stretch {
            from: "2024-06-01T20:00:00Z".parse().expect("an instant"),
            until: "2024-06-02T00:00:00Z".parse().expect("an instant"),
        };
        assert_eq!(Availability::of(&days, &Observed::of(vec![first])).days.len(), 1);
        assert_eq!(Availability::default().bands(), None);
    }
}
