//! What pages show of the official state: now, over time, and what is planned.

use super::{Frame, ServiceLink, When};

/// A state in words, with its colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// In words: `major outage`.
    pub words: String,
    /// `alarm`, `amber`, `calm`, or nothing for what is not known.
    pub class: &'static str,
}

/// A service as its own page says that it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub service: ServiceLink,
    /// How it is.
    pub state: Word,
    /// Since when, or why nobody can know and what was said last.
    pub note: String,
}

/// A component over the last days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// How it is now.
    pub state: Word,
    /// How it was, in words.
    pub words: String,
    /// The same as SVG that `chart` wrote.
    pub svg: String,
}

/// A status page as it stands on the page of its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    /// What it calls itself.
    pub name: String,
    /// How it is now.
    pub state: Word,
    /// See [`Row::note`].
    pub note: String,
    /// The page as a whole and its components; those in trouble first.
    pub parts: Vec<Part>,
    /// Components beyond those: shown when asked for.
    pub others: Vec<Part>,
    /// The first day that is drawn.
    pub from: When,
}

/// A line of the list of incidents: one, or several that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Our page of it.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its phase.
    pub phase: String,
    /// Whether it is over.
    pub is_over: bool,
    /// When it began.
    pub at: When,
    /// How long it lasted, where known.
    pub lasted: Option<String>,
    /// Why several stand here; `None` for one.
    pub together: Option<String>,
    /// Each of several: its page, its title, when.
    pub members: Vec<(String, String, When)>,
}

/// Planned work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Our page of it.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Whose.
    pub services: Vec<ServiceLink>,
    /// From …
    pub from: When,
    /// … until, where the page says.
    pub until: Option<When>,
    /// Its phase.
    pub phase: String,
    /// Whether it is under way.
    pub is_now: bool,
}

/// The calendar of planned work.
#[derive(Debug, Clone)]
pub struct Maintenance {
    /// Every page's.
    pub frame: Frame,
    /// In words.
    pub summary: String,
    /// Under way and to come, by day: the day in words, and what begins on it.
    pub days: Vec<(String, Vec<Planned>)>,
    /// What was over lately, newest first.
    pub over: Vec<Planned>,
}
