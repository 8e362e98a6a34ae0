//! Why what a source says is not simply believed, although it answers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// One reason for doubt. It is named in the source's health; [`Doubt::blinds`] says whether it makes the state of the
/// page unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Doubt {
    /// Nothing on the page has changed for years: its owner has left it.
    Frozen {
        /// The newest change that it tells of.
        since: Timestamp,
    },
    /// The page stands where the service's page should be, and calls itself by a name that nobody gives the service.
    Foreign {
        /// What it calls itself.
        name: String,
    },
    /// Another page stands where one was being watched: its own id and its name are others.
    Replaced {
        /// What the page called itself before …
        before: String,
        /// … and now.
        now: String,
    },
    /// What always held entries holds none.
    Emptied {
        /// How many were taken from it so far.
        had: u64,
    },
    /// The answer came from a host of somebody else's.
    Elsewhere {
        /// Which one.
        host: String,
    },
    /// An incident is open on the page, and nobody has said a word about it for long.
    Stuck {
        /// Its title.
        title: String,
        /// The last word.
        since: Timestamp,
    },
}

impl Doubt {
    /// Whether it makes the state of the page unknown. A page may move, and one forgotten incident says nothing of the rest.
    pub fn blinds(&self) -> bool {
        !matches!(self, Self::Elsewhere { .. } | Self::Stuck { .. })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |at: &Timestamp| at.strftime("%Y-%m-%d").to_string();
        match self {
            Self::Frozen { since } => write!(out, "frozen: nothing on it has changed since {}", day(since)),
            Self::Foreign { name } => {
                write!(out, "a foreign page: it calls itself “{name}”, which is no name of the service")
            }
            Self::Replaced { before, now } => {
                write!(out, "another page: it called itself “{before}” and now “{now}”, under another id")
            }
            Self::Emptied { had } => write!(out, "empty, though {had} entries were taken from it before"),
            Self::Elsewhere { host } => write!(out, "moved: {host} answers in its place"),
            Self::Stuck { title, since } => {
                write!(out, "stuck: “{title}” is open without a word since {}", day(since))
            }
        }
    }
}
