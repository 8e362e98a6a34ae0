//! Stretches in which components were not well, to days: for pages that keep no daily record.

use std::collections::BTreeMap;

use jiff::{Span, civil::Date};

use super::{
    Availability, Observed, Stretch,
    calendar::{bounds, day_of},
    days::{Day, Record, availability_pct},
};
use crate::model::{ComponentState, Timestamp};

/// Years that are looked back on at most: a start in year 1 is a mistake, not a memory.
const YEARS: i64 = 10;

/// A stretch of one component; an end that the page has not told is the last time that it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentStretch {
    /// The component, by whatever tells it from others of its page.
    pub component: String,
    /// How it was.
    pub state: ComponentState,
    /// When.
    pub stretch: Stretch,
}

/// The availability of components that were well outside these stretches, from the day of the first stretch (or of
/// `known_from`, where the page's memory reaches further back) to the day of `now`. Where stretches of one component lie
/// over each other, the worse counts; slowness and planned work are no outage.
pub fn availability(
    stretches: &[&ComponentStretch],
    known_from: Option<Timestamp>,
    observed: &Observed,
    now: Timestamp,
) -> Availability {
    let Some(first) = stretches.iter().map(|of| of.stretch.from).chain(known_from).min() else {
        return Availability::default();
    };
    let today = day_of(now);
    let border = today.checked_sub(Span::new().years(YEARS)).unwrap_or(today);
    let components = by_component(stretches);
    let mut days = BTreeMap::new();
    let mut day = day_of(first).max(border);
    while day <= today {
        if let Some(known) = of_day(day, &components, observed) {
            days.insert(day, known);
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    Availability { days, record: Record::Stretches }
}

/// When a component was in major outage, and when in any.
type Outages = (Observed, Observed);

fn by_component(stretches: &[&ComponentStretch]) -> Vec<Outages> {
    let mut components: BTreeMap<&str, (Vec<Stretch>, Vec<Stretch>)> = BTreeMap::new();
    for of in stretches {
        let (major, any) = components.entry(&of.component).or_default();
        match of.state {
            ComponentState::MajorOutage => {
                major.push(of.stretch);
                any.push(of.stretch);
            }
            ComponentState::PartialOutage => any.push(of.stretch),
            ComponentState::Operational
            | ComponentState::DegradedPerformance
            | ComponentState::UnderMaintenance
            | ComponentState::Unknown => {}
        }
    }
    components.into_values().map(|(major, any)| (Observed::of(major), Observed::of(any))).collect()
}

/// One day over all components; `None` where nothing of it was observed.
fn of_day(day: Date, components: &[Outages], observed: &Observed) -> Option<Day> {
    let (from, until) = bounds(day)?;
    if components.is_empty() || !observed.touches(from, until) {
        return None;
    }
    let mut of_day = Day::default();
    for (major, any) in components {
        let seconds = |outages: &Observed| u32::try_from(outages.within(from, until).as_secs()).unwrap_or(0);
        let (major_s, any_s) = (seconds(major), seconds(any));
        of_day.components += 1;
        of_day.availability_pct += availability_pct(major_s, any_s - major_s);
        of_day.outage_s = of_day.outage_s.max(any_s);
    }
    of_day.availability_pct /= f64::from(of_day.components);
    Some(of_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(component: &str, state: ComponentState, from: &str, until: &str) -> ComponentStretch {
        let at = |text: &str| format!("2024-{text}:00Z").parse().expect("an instant");
        let stretch = Stretch { from: at(from), until: at(until) };
        ComponentStretch { component: component.to_owned(), state, stretch }
    }

    #[test]
    fn the_worse_of_two_stretches_counts_and_midnight_parts_them() {
        let stretches = [
            stretch("API", ComponentState::PartialOutage, "06-01T18:00", "06-02T06:00"),
            stretch("API", ComponentState::MajorOutage, "06-01T20:00", "06-01T22:00"),
            stretch("API", ComponentState::DegradedPerformance, "06-01T00:00", "06-04T00:00"),
            stretch("Web", ComponentState::UnderMaintenance, "06-02T00:00", "06-03T00:00"),
        ];
        let stretches: Vec<_> = stretches.iter().collect();
        let now = "2024-06-03T12:00:00Z".parse().expect("an instant");
        let known = availability(&stretches, None, &Observed::always(), now);
        let told: Vec<_> = known.days.values().map(|day| (day.components, day.outage_s / 3_600)).collect();
        assert_eq!(told, [(2, 6), (2, 6), (2, 0)]);
        // Two hours of major and four of partial outage of one of two components.
        let first = known.days.values().next().expect("a day").availability_pct;
        assert!((first - (100.0 - (2.0 + 0.3 * 4.0) / 24.0 * 100.0 / 2.0)).abs() < 1e-9, "{first}");
        assert_eq!((known.outage_days(), known.record), (2, Record::Stretches));
        assert_eq!(availability(&[], None, &Observed::always(), now), Availability::default());
    }

    #[test]
    fn a_stretch_of_a_thousand_years_is_looked_at_for_ten() {
        let mut long = stretch("API", ComponentState::MajorOutage, "06-01T18:00", "06-02T06:00");
        long.stretch = Stretch { from: Timestamp::MIN, until: Timestamp::MAX };
        let now = "2024-06-03T12:00:00Z".parse().expect("an instant");
        let known = availability(&[&long], None, &Observed::always(), now);
        assert_eq!((known.days.len(), known.mean_pct()), (3_654, Some(0.0)));
    }
}
