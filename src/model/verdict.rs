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
    /// The catalogue's name of the service.
    pub name: String,
    /// Its part in the outage.
    pub role: Role,
}

/// What the classifier says of one item or incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether it speaks of an outage of an online service.
    pub outage: bool,
    /// How sure: the probability of `outage` where the judge is calibrated, a weight from 0 to 1 where it is not
    /// (`lexicon-1` is not).
    pub score: f32,
    /// Whose trouble it is.
    pub scope: Scope,
    /// The services named, in the order in which they were found.
    pub services: Vec<Attribution>,
    /// The phase the text speaks of, a word of [`Phase`](super::Phase); `None` when it says none.
    pub phase: Option<String>,
    /// Symptoms, a closed set that the real classifier fills; empty under `lexicon-1`.
    pub symptoms: Vec<String>,
    /// Cause category; `None` when the text names none.
    pub cause: Option<String>,
    /// The reasons in words, strongest first.
    pub why: Vec<String>,
    /// What judged: the classifier's name and version (invariant 8).
    pub version: String,
}

impl Verdict {
    /// The names of the services it was attributed to.
    pub fn service_names(&self) -> Vec<String> {
        self.services.iter().map(|service| service.name.clone()).collect()
    }
}
