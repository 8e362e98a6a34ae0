//! How bad it is, taken together: the rules of believing a page that hold for every platform.

use crate::model::{ComponentState, Impact, Incident, IncidentKind, Timestamp};

/// An incident that is open without a word for so long was forgotten: it makes nothing worse any more.
const FORGOTTEN_AFTER: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// The worse of the page's own word and of the impact of its open incidents: a page may say that all is well above an
/// incident that it has just opened. Where the page has no word ([`ComponentState::Unknown`]) the absence of incidents is
/// none either.
pub(super) fn overall(said: ComponentState, incidents: &[Incident], now: Timestamp) -> ComponentState {
    let open = incidents.iter().filter(|incident| is_open(incident, now)).map(of_impact);
    ComponentState::worst(open.chain([said])).unwrap_or(ComponentState::Unknown)
}

/// Whether an incident is under way: said to be open, an outage or maintenance that has begun, and not forgotten.
fn is_open(incident: &Incident, now: Timestamp) -> bool {
    let has_begun = incident.kind == IncidentKind::Outage || incident.phase == crate::model::Phase::InProgress;
    let last = incident.last_update_at.or(incident.started_at);
    let is_remembered = last.is_some_and(|last| now.duration_since(last) <= FORGOTTEN_AFTER);
    has_begun && !incident.phase.is_over() && is_remembered
}

/// What an impact means for the whole. One of impact “none” is a real incident, and no word that all is well.
fn of_impact(incident: &Incident) -> ComponentState {
    if incident.kind == IncidentKind::Maintenance {
        return ComponentState::UnderMaintenance;
    }
    match incident.impact {
        Impact::Minor => ComponentState::DegradedPerformance,
        Impact::Major => ComponentState::PartialOutage,
        Impact::Critical => ComponentState::MajorOutage,
        Impact::Maintenance => ComponentState::UnderMaintenance,
        Impact::None | Impact::Unknown => ComponentState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, PageIdentity, Phase};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn incident(kind: IncidentKind, phase: Phase, impact: Impact, last: &str) -> Incident {
        Incident {
            native_id: "x".to_owned(),
            page: PageIdentity::default(),
            source: String::new(),
            service: None,
            kind,
            title: String::new(),
            url: None,
            phase,
            impact,
            started_at: Some(at(last)),
            first_post_at: None,
            last_update_at: Some(at(last)),
            resolved_at: None,
            scheduled_for: None,
            scheduled_until: None,
            components: Vec::new(),
            updates: Vec::new(),
            origin: Origin::Observed,
        }
    }

    #[test]
    fn the_worse_of_the_pages_word_and_its_open_incidents_counts() {
        use ComponentState::{DegradedPerformance, MajorOutage, Operational, PartialOutage, UnderMaintenance, Unknown};
        let now = at("2024-12-26T20:00:00Z");
        let young = "2024-12-26T19:00:00Z";
        let outage = |impact| incident(IncidentKind::Outage, Phase::Investigating, impact, young);
        let over = incident(IncidentKind::Outage, Phase::Resolved, Impact::Critical, young);
        let old = incident(IncidentKind::Outage, Phase::Monitoring, Impact::Critical, "2024-10-01T00:00:00Z");
        let coming = incident(IncidentKind::Maintenance, Phase::Scheduled, Impact::Maintenance, young);
        let begun = incident(IncidentKind::Maintenance, Phase::InProgress, Impact::Maintenance, young);
        for (said, incidents, expected) in [
            (Operational, vec![], Operational),
            (Operational, vec![outage(Impact::Minor)], DegradedPerformance),
            (MajorOutage, vec![outage(Impact::Minor)], MajorOutage),
            (DegradedPerformance, vec![outage(Impact::Critical), outage(Impact::Minor)], MajorOutage),
            (Operational, vec![outage(Impact::None)], Operational),
            (Operational, vec![over], Operational),
            (Operational, vec![old], Operational),
            (Operational, vec![coming], Operational),
            (Operational, vec![begun], UnderMaintenance),
            (Operational, vec![outage(Impact::Unknown)], Operational),
            (Unknown, vec![], Unknown),
            (Unknown, vec![outage(Impact::Major)], PartialOutage),
            (Unknown, vec![outage(Impact::None)], Unknown),
        ] {
            assert_eq!(overall(said, &incidents, now), expected, "{said:?} {}", incidents.len());
        }
    }
}
