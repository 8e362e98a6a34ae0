//! One incident as spans of time: when it began, its phases, how long the repair took.

use crate::model::{Incident, Phase, Timestamp};

/// Hours of a day.
const DAY_H: f64 = 24.0;

/// The spans of one incident; what cannot be told is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spans {
    /// When it began, by the definition of [`stats`](super).
    pub start: Option<Timestamp>,
    /// Whether the page says that it is over.
    pub is_over: bool,
    /// Investigating to identified, in hours.
    pub investigate_h: Option<f64>,
    /// Identified to monitoring, in hours.
    pub repair_h: Option<f64>,
    /// Monitoring to resolved, in hours.
    pub check_h: Option<f64>,
    /// Resolved to postmortem, in days.
    pub learn_d: Option<f64>,
    /// The time to repair, in hours.
    pub ttr_h: Option<f64>,
    /// Stated start to first post, in minutes: how long the page took to acknowledge what it later said had begun. Only
    /// where the start is stated to lie before the first post, and the first post before the end.
    pub acknowledged_min: Option<f64>,
    /// The page first spoke when it was over.
    pub is_retroactive: bool,
    /// A stage before the one that leads to it.
    pub is_contradictory: bool,
}

impl Spans {
    /// The spans of an incident.
    pub fn of(incident: &Incident) -> Self {
        let stage = |phase| {
            let posts = incident.updates.iter().filter(|update| update.phase == phase);
            posts.map(|update| update.shown_at).min()
        };
        let stages =
            [Phase::Investigating, Phase::Identified, Phase::Monitoring, Phase::Resolved, Phase::Postmortem].map(stage);
        let [investigating, identified, monitoring, resolved, postmortem] = stages;
        let worked_on = [investigating, identified, monitoring].into_iter().flatten().min();
        let over = resolved.or(incident.resolved_at);
        let spoke_before = incident.updates.iter().any(|update| over.is_some_and(|over| update.shown_at < over));
        // A page that spoke while it lasted and announced no stage has none to announce.
        let has_stages = worked_on.is_some() || resolved.is_some() && !spoke_before;
        let stated = incident.started_at.or(incident.first_post_at);
        let start = if has_stages { worked_on.into_iter().chain(resolved).min() } else { stated };
        let contradicts = |pair: &[Option<Timestamp>]| matches!(pair, [Some(a), Some(b)] if b < a);
        let ttr_h = if has_stages { hours(worked_on, resolved) } else { hours(stated, over) };
        Self {
            start,
            is_over: over.is_some() || incident.phase.is_over(),
            investigate_h: hours(investigating, identified),
            repair_h: hours(identified, monitoring),
            check_h: hours(monitoring, resolved),
            learn_d: hours(resolved, postmortem).map(|hours| hours / DAY_H),
            ttr_h,
            acknowledged_min: acknowledged(incident),
            is_retroactive: has_stages && worked_on.is_none(),
            is_contradictory: stages.windows(2).any(contradicts),
        }
    }
}

/// Hours between two instants that are known; none where the second comes first.
fn hours(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<f64> {
    let seconds = to?.duration_since(from?).as_secs_f64();
    (seconds >= 0.0).then_some(seconds / 3_600.0)
}

/// Minutes from the stated start to the first post.
fn acknowledged(incident: &Incident) -> Option<f64> {
    let (started, first) = (incident.started_at?, incident.first_post_at?);
    let in_time = incident.resolved_at.is_none_or(|resolved| first < resolved);
    (started < first && in_time).then(|| first.duration_since(started).as_secs_f64() / 60.0)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{Impact, IncidentKind, Origin, PageIdentity, Update};

    fn at(text: &str) -> Timestamp {
        format!("2024-08-{text}:00Z").parse().expect("an instant")
    }

    /// An incident of posts such as `("investigating", "28T18:16")`.
    pub fn incident(posts: &[(&str, &str)]) -> Incident {
        let updates: Vec<Update> = posts
            .iter()
            .enumerate()
            .map(|(number, (phase, time))| Update {
                native_id: number.to_string(),
                precise: false,
                phase: Phase::parse(phase).expect("a phase"),
                text: String::new(),
                shown_at: at(time),
                posted_at: at(time),
                edited_at: None,
                components: Vec::new(),
            })
            .collect();
        Incident {
            native_id: posts.first().map_or_else(String::new, |(phase, time)| format!("{phase}-{time}")),
            page: PageIdentity::default(),
            source: "page".to_owned(),
            service: None,
            kind: IncidentKind::Outage,
            title: String::new(),
            url: None,
            phase: Phase::Resolved,
            impact: Impact::Major,
            started_at: None,
            first_post_at: updates.iter().map(|update| update.posted_at).min(),
            last_update_at: None,
            resolved_at: None,
            scheduled_for: None,
            scheduled_until: None,
            components: Vec::new(),
            updates,
            origin: Origin::Imported,
        }
    }

    #[test]
    fn stages_count_from_their_earliest_time_and_updates_are_none() {
        let spans = Spans::of(&incident(&[
            ("investigating", "28T18:00"),
            ("update", "28T17:00"),
            ("identified", "28T19:30"),
            ("identified", "28T19:00"),
            ("monitoring", "28T19:30"),
            ("resolved", "28T21:30"),
            ("postmortem", "30T21:30"),
        ]));
        assert_eq!(spans.start, Some(at("28T18:00")));
        let phases = (spans.investigate_h, spans.repair_h, spans.check_h, spans.learn_d, spans.ttr_h);
        assert_eq!(phases, (Some(1.0), Some(0.5), Some(2.0), Some(2.0), Some(3.5)));
    }

    #[test]
    fn a_resolution_alone_has_no_time_to_repair() {
        let spans = Spans::of(&incident(&[("resolved", "28T18:00")]));
        assert_eq!((spans.start, spans.ttr_h, spans.is_retroactive), (Some(at("28T18:00")), None, true));
    }

    #[test]
    fn what_contradicts_itself_is_no_observation() {
        let spans = Spans::of(&incident(&[
            ("investigating", "28T18:00"),
            ("identified", "28T17:00"),
            ("resolved", "28T19:00"),
        ]));
        assert_eq!((spans.investigate_h, spans.is_contradictory, spans.ttr_h), (None, true, Some(2.0)));
    }

    #[test]
    fn without_stages_the_stated_times_count() {
        let mut stated = incident(&[("unknown", "28T18:20")]);
        stated.started_at = Some(at("28T18:00"));
        assert_eq!(Spans::of(&stated).ttr_h, None, "not over");
        stated.resolved_at = Some(at("28T20:00"));
        let spans = Spans::of(&stated);
        assert_eq!((spans.start, spans.ttr_h), (stated.started_at, Some(2.0)));
        assert_eq!(spans.acknowledged_min, Some(20.0));
        stated.first_post_at = Some(at("28T21:00"));
        assert_eq!(Spans::of(&stated).acknowledged_min, None, "spoken of when it was over");
    }
}
