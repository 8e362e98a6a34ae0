//! Incidents of one page as a list shows them: what is the same trouble again, or too short to stand alone, is one line
//! that opens to its members. Nothing is left out, and figures are counted elsewhere, from the incidents themselves.
//!
//! Two rules. **Repeated**: the same title again within [`AGAIN`] of the end of the one before. **Brief**: neighbours
//! that each lasted less than [`BRIEF`], of one day. An incident of which only one time is known (a feed's entry, a
//! record written afterwards) is not brief: how long it lasted is not known.

use std::collections::HashMap;

use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    model::{Incident, IncidentKind, Timestamp},
    text::words::words,
};

/// How soon after an end the same title is the same trouble again.
pub const AGAIN: SignedDuration = SignedDuration::from_mins(30);

/// What lasted less is a micro-incident: a probe that failed once, mostly.
pub const BRIEF: SignedDuration = SignedDuration::from_mins(1);

/// Why incidents stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// It stands alone.
    Alone,
    /// The same title, again and again.
    Repeated,
    /// Each lasted less than a minute.
    Brief,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct IncidentGroup<'a> {
    /// Why these.
    pub together: Together,
    /// At least one, oldest first by start.
    pub members: Vec<&'a Incident>,
}

impl<'a> IncidentGroup<'a> {
    /// The member whose title and address the line shows: one that is still open, else the newest.
    pub fn shown(&self) -> Option<&'a Incident> {
        let open = self.members.iter().rfind(|incident| !incident.phase.is_over());
        open.or(self.members.last()).copied()
    }

    /// When the first of them began.
    pub fn from(&self) -> Option<Timestamp> {
        self.members.iter().find_map(|incident| start(incident))
    }

    /// When the last of them ended; `None` while one is open, or where none says.
    pub fn until(&self) -> Option<Timestamp> {
        let is_open = self.members.iter().any(|incident| !incident.phase.is_over());
        let ends = self.members.iter().filter_map(|incident| incident.resolved_at);
        ends.max().filter(|_| !is_open)
    }

    fn is_brief(&self) -> bool {
        self.members.iter().all(|incident| is_brief(incident))
    }
}

/// The incidents of one page as lines, newest first by the start of their newest member. Each incident stands in exactly
/// one.
pub fn group(incidents: &[Incident]) -> Vec<IncidentGroup<'_>> {
    let mut ordered: Vec<&Incident> = incidents.iter().collect();
    ordered.sort_by(|a, b| start(a).cmp(&start(b)).then_with(|| a.native_id.cmp(&b.native_id)));
    let mut groups = join_brief(join_repeated(&ordered));
    let newest = |group: &IncidentGroup<'_>| group.members.last().and_then(|incident| start(incident));
    groups.sort_by_key(|group| std::cmp::Reverse(newest(group)));
    groups
}

/// Same titles soon after each other, in the order of their first members.
fn join_repeated<'a>(ordered: &[&'a Incident]) -> Vec<IncidentGroup<'a>> {
    let mut groups: Vec<IncidentGroup<'a>> = Vec::new();
    // The newest group of a title, and how far its members reach.
    let mut newest: HashMap<(IncidentKind, String), (usize, Timestamp)> = HashMap::new();
    for incident in ordered.iter().copied() {
        let alone = IncidentGroup { together: Together::Alone, members: vec![incident] };
        let (Some(key), Some(start), Some(end)) = (title(incident), start(incident), reach(incident)) else {
            groups.push(alone);
            continue;
        };
        match newest.get_mut(&(incident.kind, key.clone())) {
            Some((at, until)) if start.duration_since(*until) <= AGAIN => {
                groups[*at].together = Together::Repeated;
                groups[*at].members.push(incident);
                *until = end.max(*until);
            }
            _ => {
                newest.insert((incident.kind, key), (groups.len(), end));
                groups.push(alone);
            }
        }
    }
    groups
}

/// Brief neighbours of one day (UTC) are one line.
fn join_brief(groups: Vec<IncidentGroup<'_>>) -> Vec<IncidentGroup<'_>> {
    let mut joined: Vec<IncidentGroup<'_>> = Vec::with_capacity(groups.len());
    for group in groups {
        match joined.last_mut() {
            Some(last) if last.is_brief() && group.is_brief() && day(last) == day(&group) => {
                last.together = Together::Brief;
                last.members.extend(group.members);
                last.members.sort_by_key(|incident| start(incident));
            }
            _ => joined.push(group),
        }
    }
    joined
}

fn day(group: &IncidentGroup<'_>) -> Option<jiff::civil::Date> {
    group.from().map(|at| TimeZone::UTC.to_datetime(at).date())
}

fn start(incident: &Incident) -> Option<Timestamp> {
    incident.started_at.or(incident.first_post_at).or(incident.last_update_at)
}

/// Until when it is known to have lasted. A postmortem written weeks later does not lengthen it.
fn reach(incident: &Incident) -> Option<Timestamp> {
    let last = if incident.phase.is_over() { incident.resolved_at } else { incident.last_update_at };
    last.max(start(incident))
}

/// Maintenance is planned, and never too short to be shown.
fn is_brief(incident: &Incident) -> bool {
    let (Some(from), Some(until)) = (incident.started_at, incident.resolved_at) else { return false };
    let lasted = until.duration_since(from);
    incident.kind == IncidentKind::Outage && incident.phase.is_over() && lasted > SignedDuration::ZERO && lasted < BRIEF
}

/// A title by its words; `None` where it has none, then nothing is the same.
fn title(incident: &Incident) -> Option<String> {
    Some(words(&incident.title).join(" ")).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Impact, Origin, PageIdentity, Phase};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_735_171_200 + seconds).expect("an instant")
    }

    fn incident(id: &str, title: &str, from: i64, until: Option<i64>) -> Incident {
        Incident {
            native_id: id.to_owned(),
            page: PageIdentity::default(),
            source: "a".to_owned(),
            service: None,
            kind: IncidentKind::Outage,
            title: title.to_owned(),
            url: None,
            phase: if until.is_some() { Phase::Resolved } else { Phase::Investigating },
            impact: Impact::Minor,
            started_at: Some(at(from)),
            first_post_at: Some(at(from)),
            last_update_at: Some(at(until.unwrap_or(from))),
            resolved_at: until.map(at),
            scheduled_for: None,
            scheduled_until: None,
            components: Vec::new(),
            updates: Vec::new(),
            origin: Origin::Observed,
        }
    }

    fn told(incidents: &[Incident]) -> Vec<(Together, Vec<&str>)> {
        let ids = |group: &IncidentGroup<'_>| {
            group.members.iter().map(|incident| incidents_id(incident, incidents)).collect::<Vec<_>>()
        };
        group(incidents).iter().map(|one| (one.together, ids(one))).collect()
    }

    fn incidents_id<'a>(incident: &Incident, all: &'a [Incident]) -> &'a str {
        &all.iter().find(|one| *one == incident).expect("one of them").native_id
    }

    #[test]
    fn a_title_that_comes_again_within_half_an_hour_is_one_line() {
        let incidents = [
            incident("a", "API is down", 0, Some(600)),
            incident("x", "Search is slow", 700, Some(1_400)),
            incident("b", "API  is Down.", 2_400, Some(3_000)),
            incident("c", "API is down", 4_800, None),
            incident("d", "API is down", 6_601, Some(6_900)),
        ];
        assert_eq!(
            told(&incidents),
            [(Together::Alone, vec!["d"]), (Together::Repeated, vec!["a", "b", "c"]), (Together::Alone, vec!["x"]),]
        );
        let groups = group(&incidents);
        assert_eq!(groups[1].shown().map(|incident| incident.native_id.as_str()), Some("c"));
        assert_eq!((groups[1].from(), groups[1].until()), (Some(at(0)), None));
        assert_eq!((groups[2].from(), groups[2].until()), (Some(at(700)), Some(at(1_400))));
    }

    #[test]
    fn what_lasted_less_than_a_minute_stands_with_its_neighbours_of_the_day() {
        let day = 86_400;
        let incidents = [
            incident("a", "One", 0, Some(59)),
            incident("b", "Two", 7_200, Some(7_220)),
            incident("c", "Three", 9_000, Some(9_060)),
            incident("d", "Four", 10_000, Some(10_030)),
            incident("e", "Five", day + 10, Some(day + 20)),
        ];
        assert_eq!(
            told(&incidents),
            [
                (Together::Alone, vec!["e"]),
                (Together::Alone, vec!["d"]),
                (Together::Alone, vec!["c"]),
                (Together::Brief, vec!["a", "b"]),
            ]
        );
    }

    #[test]
    fn what_has_one_time_only_or_ended_before_it_began_or_was_planned_is_not_brief() {
        let planned = Incident { kind: IncidentKind::Maintenance, ..incident("m", "Three", 400, Some(430)) };
        let incidents = [
            incident("a", "One", 0, Some(0)),
            incident("b", "Two", 300, Some(200)),
            planned,
            Incident { started_at: None, ..incident("c", "Four", 500, Some(510)) },
        ];
        assert!(told(&incidents).iter().all(|(together, ids)| *together == Together::Alone && ids.len() == 1));
    }

    #[test]
    fn an_outage_and_a_maintenance_of_one_title_or_two_without_any_stay_apart() {
        let planned = Incident { kind: IncidentKind::Maintenance, ..incident("m", "Database", 100, Some(900)) };
        let incidents = [
            incident("a", "Database", 0, Some(600)),
            planned,
            incident("b", "…", 0, Some(700)),
            incident("c", "…", 10, Some(700)),
        ];
        assert_eq!(told(&incidents).len(), 4);
    }

    proptest! {
        #[test]
        fn every_incident_stands_in_exactly_one_line(
            spans in prop::collection::vec((0_u8..3, 0_i64..20_000, prop::option::of(-100_i64..4_000)), 0..40)
        ) {
            let incidents: Vec<Incident> = spans
                .iter()
                .enumerate()
                .map(|(at, (title, from, lasted))| {
                    incident(&at.to_string(), &format!("Trouble {title}"), *from, lasted.map(|lasted| from + lasted))
                })
                .collect();
            let groups = group(&incidents);
            let mut ids: Vec<&str> =
                groups.iter().flat_map(|group| group.members.iter().map(|one| one.native_id.as_str())).collect();
            ids.sort_unstable();
            let mut all: Vec<&str> = incidents.iter().map(|one| one.native_id.as_str()).collect();
            all.sort_unstable();
            prop_assert_eq!(ids, all);
            for group in &groups {
                prop_assert_eq!(group.together == Together::Alone, group.members.len() == 1);
                prop_assert!(group.members.is_sorted_by_key(|one| start(one)));
            }
        }
    }
}
