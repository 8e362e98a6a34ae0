//! Labelled texts: the lines that `train` and `eval` read. A line is the input of `classify` with its labels
//! (`outage`, `scope`, `services`, `phase`, `note`, `undecidable`), or with a weak label by rule (`weak`).

use serde_json::Value;

use super::weights::PHASES;
use crate::{
    model::{Item, ItemKind, Role, Scope},
    text::data::lines,
};

/// What a weak label counts beside one that somebody read; a status page's own word counts more than a rule's.
const WEAK: f32 = 0.05;
const QUIET: f32 = 0.4;
const OFFICIAL: f32 = 0.25;

/// What a sentence of our own counts. They are seven times as many as labelled texts: counting more, they drown these.
const OWN: f32 = 1.0;

/// Where our own sentences come from.
pub const OWN_SOURCE: &str = "downwire";

/// A labelled text.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// Its id.
    pub id: String,
    /// Title and text, joined.
    pub text: String,
    /// Its kind.
    pub kind: ItemKind,
    /// Where it comes from.
    pub source: String,
    /// The language it is labelled with; empty where none is.
    pub language: String,
    /// When, as written; empty where not said.
    pub created_at: String,
    /// Whether it speaks of an outage.
    pub outage: bool,
    /// Whose trouble, where labelled.
    pub scope: Option<Scope>,
    /// The services and their roles.
    pub services: Vec<(String, Role)>,
    /// The phase; empty where not labelled.
    pub phase: String,
    /// The annotator's note.
    pub note: String,
    /// No rule separates the readings: left out of training and of scores.
    pub undecidable: bool,
    /// It shares no words with outages and is none: told by a rule or by its stratum.
    pub is_easy: bool,
    /// Labelled by a rule, not by reading.
    pub is_weak: bool,
    /// What it counts in training.
    pub weight: f32,
}

impl Labelled {
    /// Reads a line; `None` where it has no text or no label.
    pub fn read(line: &str) -> Option<Self> {
        Self::from_value(&serde_json::from_str(line).ok()?)
    }

    /// The same of a line that was read already.
    pub fn from_value(value: &Value) -> Option<Self> {
        let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let text = [word("title"), word("text")].join("\n").trim().to_owned();
        let weak = value["weak"].as_str();
        let is_true = |field: &Value| field.as_bool().or(field.as_i64().map(|number| number == 1));
        let outage = is_true(&value["outage"]).or(weak.map(|label| label == "pos"))?;
        let kind = kind(&word("kind"));
        let note = word("note");
        let is_weak = weak.is_some() || value["outage"].is_null();
        let weight = match (is_weak, kind) {
            (true, ItemKind::StatusUpdate) => OFFICIAL,
            // What a rule found nothing in is nothing; what it found something in may be something.
            (true, _) if weak == Some("neg") => QUIET,
            (true, _) => WEAK,
            (false, _) => value["weight"].as_f64().map_or(1.0, |weight| weight as f32),
        };
        (!text.is_empty()).then(|| Self {
            id: word("id"),
            kind,
            source: word("source"),
            language: word("lang"),
            created_at: word("created_at"),
            outage,
            scope: scope(&word("scope")),
            services: services(&value["services"]),
            phase: word("phase"),
            undecidable: is_true(&value["undecidable"]).unwrap_or_default(),
            note,
            is_easy: !outage && (word("stratum") == "easy" || weak == Some("neg")),
            is_weak,
            weight,
            text,
        })
    }

    /// An item that nobody has labelled yet.
    pub fn unlabelled(item: &Item) -> Self {
        Self {
            id: item.id.to_string(),
            text: [item.title.as_str(), item.text.as_str()].join("\n").trim().to_owned(),
            kind: item.kind,
            source: item.source.clone(),
            language: item.language.clone().unwrap_or_default(),
            created_at: item.published_at.to_string(),
            outage: false,
            scope: None,
            services: Vec::new(),
            phase: String::new(),
            note: String::new(),
            undecidable: false,
            is_easy: false,
            is_weak: false,
            weight: 1.0,
        }
    }

    /// Our own sentences, `data/sentences.txt`.
    pub fn own() -> Vec<Self> {
        lines(include_str!("data/sentences.txt")).filter_map(sentence).collect()
    }

    /// Whether the annotator found it ambiguous.
    pub fn is_ambiguous(&self) -> bool {
        self.note.starts_with("ambiguous")
    }

    /// The place of its phase among those that are learned.
    pub fn phase_output(&self) -> Option<usize> {
        let phase = if self.phase == "question" { "report" } else { &self.phase };
        PHASES.iter().position(|known| *known == phase).filter(|_| self.outage)
    }
}

/// One of our own: language, kind, phase, scope, text.
fn sentence(line: &str) -> Option<Labelled> {
    let fields: Vec<&str> = line.splitn(5, " | ").collect();
    let [language, kind_word, phase, scope_word, text] = <[&str; 5]>::try_from(fields).ok()?;
    Some(Labelled {
        id: text.to_owned(),
        text: text.to_owned(),
        kind: kind(kind_word),
        source: OWN_SOURCE.to_owned(),
        language: language.to_owned(),
        created_at: String::new(),
        outage: !matches!(phase, "none" | "maintenance"),
        scope: scope(scope_word),
        services: Vec::new(),
        phase: phase.to_owned(),
        note: String::new(),
        undecidable: false,
        is_easy: false,
        is_weak: false,
        weight: OWN,
    })
}

/// The kind of a word of an input; a post where it says none.
pub fn kind(word: &str) -> ItemKind {
    match word {
        "headline" => ItemKind::Headline,
        "article" | "news" => ItemKind::Article,
        "status-update" | "official" => ItemKind::StatusUpdate,
        _ => ItemKind::Post,
    }
}

fn scope(word: &str) -> Option<Scope> {
    match word {
        "many" => Some(Scope::Many),
        "single" => Some(Scope::Single),
        "unclear" => Some(Scope::Unclear),
        _ => None,
    }
}

fn services(value: &Value) -> Vec<(String, Role)> {
    let role = |value: &Value| if value["role"] == "upstream" { Role::Upstream } else { Role::Affected };
    let listed = value.as_array().into_iter().flatten();
    listed.filter_map(|service| Some((service["name"].as_str()?.to_owned(), role(service)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_of_our_own_is_read() {
        for line in lines(include_str!("data/sentences.txt")) {
            let read = sentence(line).unwrap_or_else(|| panic!("{line}"));
            assert!(read.scope.is_some(), "{line}");
            let known = read.phase_output().is_some() || !read.outage;
            assert!(known, "{line}");
        }
    }
}
