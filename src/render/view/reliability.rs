//! What the pages about reliability are made of.

use super::{Frame, ServiceLink};

/// One figure in words, with how many observations it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What.
    pub name: &'static str,
    /// Its median, and how sure that is.
    pub median: String,
    /// See `median`.
    pub median_sure: Option<String>,
    /// Its mean, and how sure that is.
    pub mean: String,
    /// See `mean`.
    pub mean_sure: Option<String>,
    /// Observations.
    pub n: usize,
}

/// A year of incidents, day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// Two drawings, half a year each, that `chart` wrote.
    pub halves: Vec<String>,
    /// What they say, in words.
    pub caption: String,
    /// Each month with its incidents: the same in words.
    pub months: Vec<(String, usize)>,
}

/// How often something took how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// The drawing, with its words in it.
    pub svg: String,
    /// Observations.
    pub n: usize,
}

/// The reliability of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reliability {
    /// How many incidents since when, and which one of its month the newest is.
    pub summary: String,
    /// What the page says of its days, where it does.
    pub availability: Option<String>,
    /// Times to repair, between failures, and of phases.
    pub figures: Vec<Figure>,
    /// Incidents by what the page says of their impact: the word, how many, and the median time to repair.
    pub severities: Vec<(&'static str, usize, String)>,
    /// The calendar.
    pub year: Option<Year>,
    /// Times to repair.
    pub spread: Option<Spread>,
}

/// One service in the table of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The service.
    pub service: ServiceLink,
    /// Its incidents.
    pub incidents: usize,
    /// Those of this month.
    pub this_month: usize,
    /// Time to repair: median, mean and how many.
    pub repair: String,
    /// Time between failures: median, mean and how many.
    pub between: String,
    /// Availability and over how many days.
    pub available: String,
    /// When the last one began.
    pub last: String,
}

/// The reliability of all services.
#[derive(Debug, Clone)]
pub struct Stats {
    /// Every page's.
    pub frame: Frame,
    /// How much the figures rest on.
    pub summary: String,
    /// Services with most incidents first.
    pub rows: Vec<Row>,
}
