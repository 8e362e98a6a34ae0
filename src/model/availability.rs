//! What a status page says of its components over time, apart from incidents: how they are now, in which stretches they
//! were not well, and what became of each day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Component, ComponentState, PageIdentity, Timestamp};

/// What a page says of itself at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageReport {
    /// The page's own word for everything together. [`ComponentState::Operational`] only where the page says so in a word
    /// that is known: an empty list of troubles is none, and stays [`ComponentState::Unknown`] (invariant 5).
    pub overall: ComponentState,
    /// Every component with its state, groups left out and put before the names of their members.
    pub components: Vec<Component>,
}

impl PageReport {
    /// What two documents of one poll say together: the summary may know the whole, the list the parts. Of a component that
    /// both name the later word counts.
    pub fn join(&mut self, later: &Self) {
        if later.overall != ComponentState::Unknown {
            self.overall = later.overall;
        }
        for component in &later.components {
            match self.components.iter_mut().find(|known| known.key() == component.key()) {
                Some(known) => known.clone_from(component),
                None => self.components.push(component.clone()),
            }
        }
    }
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its first instant.
    pub from: Timestamp,
    /// Its end; `None` while it lasts.
    pub until: Option<Timestamp>,
}

/// What one document said of a page besides its incidents.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRecord {
    /// The page.
    pub page: PageIdentity,
    /// The name of the source that delivered it.
    pub source: String,
    /// The catalogue's name of the service whose page it is; `None` when the page is in no catalogue.
    pub service: Option<String>,
    /// When it was read.
    pub at: Timestamp,
    /// How it says that it is now.
    pub report: Option<PageReport>,
    /// Stretches in which its components were not well.
    pub impacts: Vec<ComponentImpact>,
    /// What became of its components' days.
    pub days: Vec<ComponentDay>,
}

/// A stretch in which a component was in one state, as the page says or as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentImpact {
    /// The page's id of the component, where it has one.
    pub native_id: Option<String>,
    /// Its name, with its group in front where the group is known.
    pub component: String,
    /// Its state in that stretch.
    pub state: ComponentState,
    /// When it began.
    pub from: Timestamp,
    /// When it ended; `None` while it lasts.
    pub until: Option<Timestamp>,
    /// The page's id of the incident that it belongs to, where the page says.
    pub incident: Option<String>,
}

/// What a page says of one component on one day (in the page's own time zone).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentDay {
    /// The page's id of the component, where it has one.
    pub native_id: Option<String>,
    /// Its name, with its group in front where the group is known.
    pub component: String,
    /// The day.
    pub day: Date,
    /// Seconds of partial outage.
    pub partial_s: u32,
    /// Seconds of major outage.
    pub major_s: u32,
    /// Seconds of maintenance.
    pub maintenance_s: u32,
}
