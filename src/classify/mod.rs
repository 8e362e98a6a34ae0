//! Judging: is it about an outage, of which service, in which phase, and why? Pure.
//!
//! # The way of a text
//!
//! ```text
//! text ─► normal ─► cues ─► features ─► linear ─► probability ─► threshold of kind and language ─► outage
//!         folded,   phrases  words, parts,  weights   weights.rs
//!         masked    (12      cues           (1 MB)
//!                   languages), amounts of time (lasting), places
//!            └────► attribution, unnamed ─► services      nature ─► symptoms, cause      linear ─► phase, scope
//! ```
//!
//! Every verdict keeps its strongest features in words. `train` makes the weights, `measure` says how good they are;
//! [`keywords`] is the baseline that stands beside them in every table.

pub mod annotations;
mod around;
mod attribution;
mod cues;
mod features;
mod fit;
pub mod keywords;
pub mod labelled;
mod lasting;
mod linear;
pub mod measure;
mod mention;
mod nature;
mod normal;
mod phrasing;
mod places;
mod reader;
mod reasons;
mod report;
mod roles;
mod statements;
mod train;
mod unnamed;
mod weights;
mod words;

use crate::{
    catalogue::Catalogue,
    model::{Incident, IncidentKind, Item, ItemKind, Role, Scope, Verdict, verdict::Attribution},
};

use attribution::names_somebody;
use cues::{Cue, LANGUAGES};
use labelled::Labelled;
use linear::logistic;
use nature::Nature;
use reader::{Reader, beginning};
use report::Reports;
use weights::{PHASES, Weights};

pub use features::Reading;

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Its kind.
    pub kind: ItemKind,
    /// Its title; may be empty.
    pub title: &'a str,
    /// Its text; may be empty.
    pub text: &'a str,
    /// The name of its source: `github_status` and `r/slack` say what their texts are about. May be empty.
    pub source: &'a str,
}

impl<'a> Text<'a> {
    /// Of an item.
    pub fn of(item: &'a Item) -> Self {
        Self { kind: item.kind, title: &item.title, text: &item.text, source: &item.source }
    }
}

/// What a post of a stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sifted {
    /// It names no service and holds no phrase of an outage.
    Nothing,
    /// It speaks of these services, and of no outage.
    Names(Vec<String>),
    /// It speaks of an outage.
    Outage,
}

/// The judge. Building it takes a while; it is built once and shared.
#[derive(Debug, Clone)]
pub struct Classifier {
    catalogue: Catalogue,
    reader: Reader,
    weights: Weights,
    nature: Nature,
    reports: Reports,
    version: String,
}

impl Classifier {
    /// A judge that knows these services, with the weights in the crate.
    pub fn new(catalogue: &Catalogue) -> Self {
        Self::with(catalogue, Weights::shipped())
    }

    /// A judge with weights from a file that [`Classifier::train`] made; `None` when it is not one.
    pub fn with_weights(catalogue: &Catalogue, bytes: &[u8]) -> Option<Self> {
        Some(Self::with(catalogue, Weights::read(bytes)?))
    }

    fn with(catalogue: &Catalogue, weights: Weights) -> Self {
        let reader = Reader::new(catalogue);
        let version = format!("{}-{}", weights.about.version, reader.digest());
        Self {
            catalogue: catalogue.clone(),
            reader,
            weights,
            nature: Nature::shipped(),
            reports: Reports::shipped(),
            version,
        }
    }

    /// Fits weights to labelled texts; `others` (in more languages) only move thresholds. The bytes of the file, and what
    /// it is, in words for people.
    pub fn train(
        catalogue: &Catalogue,
        examples: &[Labelled],
        others: &[Labelled],
        command: &str,
    ) -> (Vec<u8>, String) {
        let weights = train::train(&Reader::new(catalogue), examples, others, command);
        let about = &weights.about;
        let said = format!(
            "version {}\ncommand {}\ndata sha256 {}\nexamples {}\n",
            about.version, about.command, about.data, about.examples
        );
        (weights.write(), said)
    }

    /// What judges, and by which names: stored with every verdict. With other names a text may be about other services.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Judges a text.
    pub fn judge(&self, subject: Text<'_>) -> Verdict {
        self.judge_with(subject, &mut Reading::default())
    }

    /// Judges a text, reusing the room of an earlier one.
    pub fn judge_with(&self, subject: Text<'_>, reading: &mut Reading) -> Verdict {
        let whole = joined(subject);
        self.reader.read(&whole, subject.kind, subject.source, reading);
        let weighed = self.weights.relevance.weigh(reading);
        let score = self.calibrated(weighed.score, reading);
        let outage = score >= self.threshold(reading);
        let attributed = attribution::attribute(reading, beginning(&whole), subject.source, outage, &self.reader);
        let mut why = reasons::reasons(reading, &weighed, outage);
        why.extend(attributed.why);
        let mut verdict = Verdict {
            outage,
            score,
            scope: self.scope(reading, outage),
            services: attributed.services,
            phase: self.phase(reading, outage).map(str::to_owned),
            symptoms: Vec::new(),
            cause: None,
            sub_cause: None,
            why,
            version: self.version.clone(),
        };
        if outage {
            // What an operator writes is built like a report; what is not is searched for phrases.
            let report =
                (subject.kind == ItemKind::StatusUpdate).then(|| self.reports.read(beginning(&whole))).flatten();
            let found = report.unwrap_or_else(|| self.nature.find(reading));
            (verdict.symptoms, verdict.cause, verdict.sub_cause) = (found.symptoms, found.cause, found.sub);
        }
        verdict
    }

    /// The probability alone: what a stream needs before anything else.
    pub fn relevance(&self, subject: Text<'_>, reading: &mut Reading) -> f32 {
        self.reader.read(&joined(subject), subject.kind, "", reading);
        self.probability(reading)
    }

    /// The gate before streams: whether a post names a service or speaks of an outage. What does not is not judged.
    pub fn passes_gate(&self, text: &str, reading: &mut Reading) -> bool {
        reading.normal.read_names(text, &self.reader.aliases);
        if names_somebody(reading) {
            return true;
        }
        reading.normal.tokenise();
        self.reader.cues.find(&reading.normal, &mut reading.found);
        speaks_of_loss(reading)
    }

    /// Sifts a post of a stream: one reading for the gate, the probability and the names. What is no outage gets no
    /// reasons, phase or cause, which nobody would see.
    pub fn sift(&self, subject: Text<'_>, reading: &mut Reading) -> Sifted {
        let whole = joined(subject);
        self.reader.read(&whole, subject.kind, subject.source, reading);
        if !names_somebody(reading) && !speaks_of_loss(reading) {
            return Sifted::Nothing;
        }
        if self.probability(reading) >= self.threshold(reading) {
            return Sifted::Outage;
        }
        let found = attribution::attribute(reading, beginning(&whole), subject.source, false, &self.reader);
        Sifted::Names(found.services.into_iter().map(|service| service.name).collect())
    }

    /// Whether a text of a stream may be about an outage at all: it names a service, or holds a phrase of one. What does
    /// not pass is dropped unjudged.
    pub fn gate(&self, text: &str) -> bool {
        self.passes_gate(text, &mut Reading::default())
    }

    /// Judges an item.
    pub fn judge_item(&self, item: &Item) -> Verdict {
        self.judge(Text::of(item))
    }

    /// Judges an official incident: what the page calls one is one, unless it is maintenance.
    pub fn judge_incident(&self, incident: &Incident) -> Verdict {
        let text = incident.text();
        let subject =
            Text { kind: ItemKind::StatusUpdate, title: &incident.title, text: &text, source: &incident.source };
        let mut verdict = self.judge(subject);
        verdict.outage = incident.kind == IncidentKind::Outage;
        verdict.score = if verdict.outage { 1.0 } else { 0.0 };
        verdict.phase = Some(incident.phase.as_str().to_owned());
        if let Some(name) = &incident.service {
            verdict.services.retain(|service| service.name != *name);
            verdict.services.insert(0, Attribution { name: name.clone(), role: Role::Affected, unlisted: false });
            verdict.why.insert(0, format!("stands on the status page of {name}"));
        }
        for name in self.named_by_components(incident) {
            if verdict.services.iter().all(|service| service.name != name) {
                verdict.why.insert(0, format!("its components name {name}"));
                verdict.services.push(Attribution { name, role: Role::Affected, unlisted: false });
            }
        }
        let official = if verdict.outage { "an official incident" } else { "announces maintenance on a status page" };
        verdict.why.insert(0, official.to_owned());
        verdict
    }

    /// The services of its page that the components of an incident, or of its posts, name.
    fn named_by_components(&self, incident: &Incident) -> Vec<String> {
        let Some(host) = &incident.page.host else { return Vec::new() };
        let posted = incident.updates.iter().flat_map(|update| &update.components);
        let components = incident.components.iter().chain(posted).map(|component| component.name.as_str());
        let found = self.catalogue.services_of_page(host, components);
        found.into_iter().map(|service| service.name.clone()).collect()
    }

    /// The service whose status page is on this host.
    pub fn service_of_page(&self, host: &str) -> Option<String> {
        self.catalogue.by_status_host(host).map(|service| service.name.clone())
    }

    /// The calibrated probability of an outage.
    fn probability(&self, reading: &Reading) -> f32 {
        self.calibrated(self.weights.relevance.judged(reading), reading)
    }

    /// The probability for a sum of weights. An announcement of maintenance never raises it.
    fn calibrated(&self, mut sum: f32, reading: &Reading) -> f32 {
        if reading.announces {
            sum = sum.min(self.weights.relevance.judged(&reading.without_announcement(&self.reader.cues)));
        }
        let (factor, offset) = self.weights.about.platt[reading.kind];
        logistic(factor * sum + offset)
    }

    fn threshold(&self, reading: &Reading) -> f32 {
        let about = &self.weights.about;
        (about.thresholds[reading.kind] - about.languages[reading.language]).clamp(0.05, 0.95)
    }

    fn phase(&self, reading: &Reading, outage: bool) -> Option<&'static str> {
        if !outage {
            return Some(nature::phase_without_outage(reading)).filter(|phase| *phase != "none");
        }
        let sums: [f32; PHASES.len()] = self.weights.phase.sums(reading);
        highest(&sums).map(|at| PHASES[at])
    }

    fn scope(&self, reading: &Reading, outage: bool) -> Scope {
        if !outage {
            return Scope::Unclear;
        }
        let sums: [f32; 3] = self.weights.scope.sums(reading);
        match highest(&sums) {
            Some(0) => Scope::Many,
            Some(1) => Scope::Single,
            _ => Scope::Unclear,
        }
    }
}

impl Classifier {
    /// Every name that somebody might give a service: its own, its owner's, aliases, and those of its domains.
    pub fn names_of(&self, service: &str) -> Vec<String> {
        let Some(service) = self.catalogue.find(service) else { return vec![service.to_owned()] };
        let names = [&service.name, &service.owner].into_iter().chain(&service.aliases).chain(&service.domain);
        names.chain(&service.hashtags).cloned().collect()
    }
}

/// Whether a text that was read holds a phrase of an outage.
fn speaks_of_loss(reading: &Reading) -> bool {
    reading.found.iter().any(|found| matches!(found.cue, Cue::Down | Cue::Loss))
}

/// The place of the highest.
fn highest(sums: &[f32]) -> Option<usize> {
    (0..sums.len()).max_by(|a, b| sums[*a].total_cmp(&sums[*b]))
}

/// Title and text joined by a line feed (DESIGN section 7).
fn joined<'a>(subject: Text<'a>) -> std::borrow::Cow<'a, str> {
    match (subject.title.is_empty(), subject.text.is_empty()) {
        (false, false) => format!("{}\n{}", subject.title, subject.text).into(),
        (false, true) => subject.title.into(),
        _ => subject.text.into(),
    }
}

/// What `eval` found for the weights in the crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredTable {
    /// On what it was measured.
    pub on: String,
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// Judge, cut and figures.
    pub rows: Vec<Vec<String>>,
}

impl MeasuredTable {
    /// The version that was measured, as the first row calls it.
    pub fn version(&self) -> Option<&str> {
        self.rows.first()?.first().map(String::as_str)
    }
}

/// The table that `downwire eval --table` wrote for the weights in the crate, `data/measured.txt`.
pub fn measured() -> MeasuredTable {
    let mut lines = include_str!("data/measured.txt").lines();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
    MeasuredTable {
        on: lines.next().unwrap_or_default().to_owned(),
        columns: lines.next().map(cells).unwrap_or_default(),
        rows: lines.map(cells).collect(),
    }
}

/// The languages that the judge has phrases and sentences for.
pub fn languages() -> &'static [&'static str] {
    &LANGUAGES
}

impl Classifier {
    /// From which probability on a text counts as about an outage; and its language, where texts in that need another one
    /// than most.
    pub fn needed(&self, subject: Text<'_>) -> (f32, Option<&'static str>) {
        let mut reading = Reading::default();
        self.reader.read(&joined(subject), subject.kind, subject.source, &mut reading);
        let is_moved = self.weights.about.languages[reading.language] != 0.0;
        (self.threshold(&reading), is_moved.then(|| LANGUAGES[reading.language]))
    }
}

#[cfg(test)]
mod tests;
