//! Many incidents and days to the figures of one service or component.

use std::collections::BTreeMap;

use super::{Availability, Calendar, ComponentStretch, Observed, Sample, Spans, calendar, stretches};
use crate::model::{ComponentDay, Impact, Timestamp};

/// Hours within which an incident after another is a recurrence: a week.
const RECURS_H: i64 = 7 * 24;

/// One incident, as far as figures need it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occurrence {
    /// Its spans.
    pub spans: Spans,
    /// How bad the page says it was.
    pub impact: Impact,
}

/// Incidents of one severity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Severity {
    /// How many.
    pub incidents: usize,
    /// Their times to repair, in hours.
    pub ttr_h: Sample,
}

/// The figures of one service or component; [`stats`](super) defines each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Incidents, without copies and maintenance.
    pub incidents: usize,
    /// Incidents that are not over.
    pub open: usize,
    /// Incidents that the page first spoke of when they were over.
    pub retroactive: usize,
    /// Incidents with a stage before the one that leads to it.
    pub contradictory: usize,
    /// When each began, in order.
    pub starts: Vec<Timestamp>,
    /// Times to repair, in hours.
    pub ttr_h: Sample,
    /// Times between failures, in days.
    pub tbf_d: Sample,
    /// Investigating to identified, in hours.
    pub investigate_h: Sample,
    /// Identified to monitoring, in hours.
    pub repair_h: Sample,
    /// Monitoring to resolved, in hours.
    pub check_h: Sample,
    /// Resolved to postmortem, in days.
    pub learn_d: Sample,
    /// Stated start to first post, in minutes.
    pub acknowledged_min: Sample,
    /// Incidents by what the page says of their impact.
    pub by_severity: BTreeMap<Impact, Severity>,
    /// Incidents that began in this month (UTC): the newest is "the nth this month".
    pub this_month: usize,
    /// Incidents that began within seven days after another.
    pub within_week: usize,
    /// What the page says of its components' days.
    pub availability: Availability,
    /// The last 365 days.
    pub calendar: Calendar,
}

/// What figures are made of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// Incidents, in any order.
    pub occurrences: &'a [Occurrence],
    /// What the page says of its components' days.
    pub days: &'a [&'a ComponentDay],
    /// Stretches in which components were not well.
    pub stretches: &'a [&'a ComponentStretch],
}

/// The figures of what is known, as of `now`.
pub fn summary(evidence: Evidence<'_>, observed: &Observed, now: Timestamp) -> Summary {
    let occurrences = evidence.occurrences;
    let spans = || occurrences.iter().map(|occurrence| occurrence.spans);
    let mut starts: Vec<Timestamp> = spans().filter_map(|spans| spans.start).collect();
    starts.sort();
    let availability = if evidence.days.is_empty() && !evidence.stretches.is_empty() {
        stretches::availability(evidence.stretches, starts.first().copied(), observed, now)
    } else {
        Availability::of(evidence.days.iter().copied(), observed)
    };
    let recurs = |pair: &&[Timestamp]| pair[1].duration_since(pair[0]).as_hours() < RECURS_H;
    Summary {
        incidents: occurrences.len(),
        open: spans().filter(|spans| !spans.is_over).count(),
        retroactive: spans().filter(|spans| spans.is_retroactive).count(),
        contradictory: spans().filter(|spans| spans.is_contradictory).count(),
        ttr_h: Sample::of(spans().filter_map(|spans| spans.ttr_h)),
        tbf_d: between(&starts, observed),
        investigate_h: Sample::of(spans().filter_map(|spans| spans.investigate_h)),
        repair_h: Sample::of(spans().filter_map(|spans| spans.repair_h)),
        check_h: Sample::of(spans().filter_map(|spans| spans.check_h)),
        learn_d: Sample::of(spans().filter_map(|spans| spans.learn_d)),
        acknowledged_min: Sample::of(spans().filter_map(|spans| spans.acknowledged_min)),
        by_severity: by_severity(occurrences),
        this_month: calendar::ordinal_in_month(&starts, now),
        within_week: starts.windows(2).filter(recurs).count(),
        calendar: Calendar::of(&starts, &availability, observed, now),
        availability,
        starts,
    }
}

/// Days between consecutive starts, as far as they were observed.
fn between(starts: &[Timestamp], observed: &Observed) -> Sample {
    Sample::of(starts.windows(2).map(|pair| observed.within(pair[0], pair[1]).as_secs_f64() / 86_400.0))
}

fn by_severity(occurrences: &[Occurrence]) -> BTreeMap<Impact, Severity> {
    let mut times: BTreeMap<Impact, (usize, Vec<f64>)> = BTreeMap::new();
    for occurrence in occurrences {
        let (incidents, ttr_h) = times.entry(occurrence.impact).or_default();
        *incidents += 1;
        ttr_h.extend(occurrence.spans.ttr_h);
    }
    times
        .into_iter()
        .map(|(impact, (incidents, ttr_h))| (impact, Severity { incidents, ttr_h: Sample::of(ttr_h) }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::span::tests::incident, *};
    use crate::{
        model::{Incident, Phase},
        stats::Stretch,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn consecutive_starts_are_a_time_between_failures_and_unobserved_time_is_none() {
        let posts = [
            [("investigating", "10T00:00"), ("resolved", "10T01:00")],
            [("investigating", "01T00:00"), ("resolved", "01T03:00")],
            [("investigating", "12T12:00"), ("update", "13T00:00")],
        ];
        let occurrences: Vec<_> = posts
            .iter()
            .map(|posts| {
                let of = incident(posts);
                let is_open = !posts.iter().any(|(phase, _)| *phase == "resolved");
                let phase = if is_open { Phase::Investigating } else { Phase::Resolved };
                Occurrence { spans: Spans::of(&Incident { phase, ..of }), impact: Impact::Major }
            })
            .collect();
        let now = at("2024-08-31T00:00:00Z");
        let evidence = Evidence { occurrences: &occurrences, ..Evidence::default() };
        let all = summary(evidence, &Observed::always(), now);
        assert_eq!((all.incidents, all.open, all.this_month, all.within_week), (3, 1, 3, 1));
        assert_eq!((all.ttr_h.values(), all.tbf_d.values()), (&[1.0, 3.0][..], &[2.5, 9.0][..]));
        let gap = [
            Stretch { from: at("2024-08-01T00:00:00Z"), until: at("2024-08-02T00:00:00Z") },
            Stretch { from: at("2024-08-09T00:00:00Z"), until: now },
        ];
        let seen = summary(evidence, &Observed::of(gap.to_vec()), now);
        assert_eq!(seen.tbf_d.values(), [2.0, 2.5]);
        assert_eq!(all.by_severity[&Impact::Major].ttr_h.n(), 2);
    }
}
