//! A verdict: what the classifier says of an item, and why.

use serde::{Deserialize, Serialize};

/// The part that a service plays in an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It is down.
    Affected,
    /// Its failure made another fail.
    Upstream,
}

/// Whose trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Many users.
    Many,
    /// Only the one who writes.
    Single,
    /// The text does not say.
    #[default]
    Unclear,
}

/// A service that a text speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// The catalogue's name of the service; where it lacks it, the text's.
    pub name: String,
    /// Its part in the outage.
    pub role: Role,
    /// The catalogue lacks it: the name is words of the text, and goes when the text does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
}

/// The phases of an item, besides `None`.
pub const PHASES: [&str; 8] = [
    "report",
    "official-investigating",
    "official-identified",
    "official-monitoring",
    "resolved",
    "postmortem",
    "maintenance",
    "news",
];

/// What the classifier says of one item or incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether it speaks of an outage of an online service.
    pub outage: bool,
    /// The calibrated probability of `outage` (a weight from 0 to 1 in verdicts of `lexicon-1`).
    pub score: f32,
    /// Whose trouble it is.
    pub scope: Scope,
    /// The services named, in the order in which they were found.
    pub services: Vec<Attribution>,
    /// The phase the text speaks of: of an item a word of [`PHASES`], of an incident a word of
    /// [`Phase`](super::Phase); `None` when it says none.
    pub phase: Option<String>,
    /// Symptoms: `ERROR`, `UNAVIL`, `DELAY`, `DEPERF`, `OTHERS`; empty when the text says none.
    pub symptoms: Vec<String>,
    /// Cause category: `CONFIG`, `OVERLOAD`, `DEPLOY`, `EXTERNAL`, `MAINTAIN`, `OTHERS`; `None` when the text names none.
    pub cause: Option<String>,
    /// A finer word for the cause (`power`, `certificate`); `None` when there is none.
    #[serde(default)]
    pub sub_cause: Option<String>,
    /// The reasons in words, strongest first.
    pub why: Vec<String>,
    /// What judged: the classifier's name and version (invariant 8).
    pub version: String,
}

impl Scope {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Many => "many",
            Self::Single => "single",
            Self::Unclear => "unclear",
        }
    }
}

impl Role {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::Upstream => "upstream",
        }
    }
}

impl Verdict {
    /// The names of the services it was attributed to.
    pub fn service_names(&self) -> Vec<String> {
        self.services.iter().map(|service| service.name.clone()).collect()
    }
}
