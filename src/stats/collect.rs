//! Many incidents and days, one after another, to the figures of every service and component: nothing of a text is kept,
//! so that an archive of any size is read through once.

use std::collections::BTreeMap;

use super::{
    ComponentStretch, Observed, Spans, Stretch, Subjects, Summary,
    subject::Subject,
    summary::{Evidence, Occurrence, summary},
};
use crate::model::{ComponentDay, ComponentImpact, Exported, Incident, IncidentKind, Timestamp};

/// What was collected of one subject.
#[derive(Debug, Default)]
struct Collection {
    occurrences: Vec<Occurrence>,
    /// Places in [`Collected::days`].
    days: Vec<usize>,
    /// Places in [`Collected::stretches`].
    stretches: Vec<usize>,
}

/// Incidents and days by whom they count for.
#[derive(Debug, Default)]
pub struct Collected {
    subjects: BTreeMap<Subject, Collection>,
    days: Vec<ComponentDay>,
    stretches: Vec<ComponentStretch>,
    /// Incidents that count, each once however many it counts for.
    pub incidents: usize,
    /// Incidents that repeat another and were left out.
    pub copies: usize,
    /// Maintenance that was left out.
    pub maintenance: usize,
}

impl Collected {
    /// Takes an incident.
    pub fn incident(&mut self, incident: &Incident, is_copy: bool, subjects: Subjects<'_>) {
        if incident.kind == IncidentKind::Maintenance {
            self.maintenance += 1;
            return;
        }
        if is_copy {
            self.copies += 1;
            return;
        }
        self.incidents += 1;
        let occurrence = Occurrence { spans: Spans::of(incident), impact: incident.impact };
        let components = incident.components.iter().map(|component| component.name.as_str());
        for subject in subjects.of(&incident.page, incident.service.as_deref(), components) {
            self.subjects.entry(subject).or_default().occurrences.push(occurrence);
        }
    }

    /// Takes what a page says of a component's day.
    pub fn day(&mut self, line: Exported<ComponentDay>, subjects: Subjects<'_>) {
        let place = self.days.len();
        for subject in subjects.of(&line.page, line.service.as_deref(), [line.value.component.as_str()]) {
            self.subjects.entry(subject).or_default().days.push(place);
        }
        self.days.push(line.value);
    }

    /// Takes a stretch in which a component of a page was not well.
    pub fn stretch(&mut self, line: Exported<ComponentImpact>, subjects: Subjects<'_>) {
        let impact = line.value;
        // While it lasts it is known to have lasted until it was last read (invariant 5).
        let until = impact.until.or(line.read_at).unwrap_or(impact.from);
        let place = self.stretches.len();
        for subject in subjects.of(&line.page, line.service.as_deref(), [impact.component.as_str()]) {
            self.subjects.entry(subject).or_default().stretches.push(place);
        }
        self.stretches.push(ComponentStretch {
            component: impact.native_id.unwrap_or(impact.component),
            state: impact.state,
            stretch: Stretch { from: impact.from, until },
        });
    }

    /// The figures of the subjects that are wanted, by name; `observed` tells what was observed of each.
    pub fn summaries(
        &self,
        wanted: impl Fn(&Subject) -> bool,
        observed: impl Fn(&Subject) -> Observed,
        now: Timestamp,
    ) -> BTreeMap<Subject, Summary> {
        let of = |subject: &Subject, collection: &Collection| {
            let days: Vec<_> = collection.days.iter().filter_map(|place| self.days.get(*place)).collect();
            let stretches: Vec<_> =
                collection.stretches.iter().filter_map(|place| self.stretches.get(*place)).collect();
            let evidence = Evidence { occurrences: &collection.occurrences, days: &days, stretches: &stretches };
            summary(evidence, &observed(subject), now)
        };
        let subjects = self.subjects.iter().filter(|(subject, _)| wanted(subject));
        subjects.map(|(subject, collection)| (subject.clone(), of(subject, collection))).collect()
    }
}
