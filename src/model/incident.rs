//! An incident: the official record of one outage (or maintenance) on one status page.
//!
//! Records of one incident come from several documents (summary, list, history feed) of unequal precision;
//! [`Incident::absorb`] joins them without losing or doubling an update.

use serde::{Deserialize, Serialize};

pub use super::absorb::Absorbed;
use super::{Id, Timestamp};

/// A closed set of words that are stored, indexed and shown.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)* }
        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word of the store, the index and the page.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $word,)* } }
            /// The value of that word; `None` for any other word.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)* _ => None } }
        }
    };
}

words! {
    /// The phase that an update announces: the canonical words of Atlassian Statuspage.
    Phase {
        /// Somebody is looking.
        Investigating = "investigating",
        /// The cause is known.
        Identified = "identified",
        /// A fix is in and is being watched.
        Monitoring = "monitoring",
        /// A further word without a change of phase.
        Update = "update",
        /// Over.
        Resolved = "resolved",
        /// The account of what happened; terminal, after resolved.
        Postmortem = "postmortem",
        /// Maintenance to come.
        Scheduled = "scheduled",
        /// Maintenance under way.
        InProgress = "in_progress",
        /// Maintenance done, being checked.
        Verifying = "verifying",
        /// Maintenance over.
        Completed = "completed",
        /// A word that is in no list.
        Unknown = "unknown",
    }
}

impl Phase {
    /// Whether nothing is expected after it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Postmortem | Self::Completed)
    }
}

words! {
    /// How bad the page says it is. `None` is still a real incident (26 of 34 at one vendor).
    Impact {
        /// The page says none.
        None = "none",
        /// Minor.
        Minor = "minor",
        /// Major.
        Major = "major",
        /// Critical.
        Critical = "critical",
        /// Planned work.
        Maintenance = "maintenance",
        /// The document does not say (history feeds never do).
        Unknown = "unknown",
    }
}

words! {
    /// The state of one component.
    ComponentState {
        /// Works.
        Operational = "operational",
        /// Slow or faulty.
        DegradedPerformance = "degraded_performance",
        /// Down for some.
        PartialOutage = "partial_outage",
        /// Down.
        MajorOutage = "major_outage",
        /// Planned work.
        UnderMaintenance = "under_maintenance",
        /// Not said.
        Unknown = "unknown",
    }
}

impl ComponentState {
    /// How bad it is: planned work is worse than none, and better than any trouble. `None` for what is not known.
    pub fn badness(self) -> Option<u8> {
        match self {
            Self::Operational => Some(0),
            Self::UnderMaintenance => Some(1),
            Self::DegradedPerformance => Some(2),
            Self::PartialOutage => Some(3),
            Self::MajorOutage => Some(4),
            Self::Unknown => None,
        }
    }

    /// The worst of several; unknown ones say nothing.
    pub fn worst(states: impl IntoIterator<Item = Self>) -> Option<Self> {
        states.into_iter().filter(|state| state.badness().is_some()).max_by_key(|state| state.badness())
    }
}

words! {
    /// Outages and maintenance are kept apart everywhere.
    IncidentKind {
        /// Something failed.
        Outage = "incident",
        /// Something was planned.
        Maintenance = "maintenance",
    }
}

words! {
    /// How downwire came to know of it.
    Origin {
        /// Seen on the page while it was being watched.
        Observed = "observed",
        /// Read from history: an import, or a first look at a page.
        Imported = "imported",
    }
}

/// A component as an incident names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The page's id of it; history feeds give none.
    pub native_id: Option<String>,
    /// Its name, with its group in front where the group is known.
    pub name: String,
    /// Its state: before the update (`None` when not said) …
    pub before: Option<ComponentState>,
    /// … and now.
    pub state: ComponentState,
}

impl Component {
    /// By what it is known on its page: the page's id of it, else its name.
    pub fn key(&self) -> &str {
        self.native_id.as_deref().unwrap_or(&self.name)
    }
}

/// Which page speaks. The store joins what is one page under one key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageIdentity {
    /// The platform's own id of the page; feeds give none.
    pub id: Option<String>,
    /// The host that readers see, lower case; payloads without a page object give none.
    pub host: Option<String>,
    /// What the page calls itself.
    pub name: Option<String>,
}

/// One post on an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The platform's id. A history feed has none: there it is made of minute and order, and `precise` is false.
    pub native_id: String,
    /// Whether id and times are the platform's own (JSON), or read from a history feed to the minute.
    pub precise: bool,
    /// The phase it announces.
    pub phase: Phase,
    /// Plain text with line feeds, whole (invariant 12: official text is shown whole).
    pub text: String,
    /// The time that the page shows (it may have been backdated).
    pub shown_at: Timestamp,
    /// When it was really posted.
    pub posted_at: Timestamp,
    /// When it was last edited, if later than posted.
    pub edited_at: Option<Timestamp>,
    /// What it says of components.
    pub components: Vec<Component>,
}

/// The official record of one outage or maintenance on one status page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// The page's own id of it: the last path segment of its address.
    pub native_id: String,
    /// The page it stands on.
    pub page: PageIdentity,
    /// The name of the source that delivered it.
    pub source: String,
    /// The catalogue's name of the service whose page it is; `None` when the page is in no catalogue.
    pub service: Option<String>,
    /// Outage or maintenance.
    pub kind: IncidentKind,
    /// Plain text.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// The newest phase that is not a mere update.
    pub phase: Phase,
    /// As the page computes it.
    pub impact: Impact,
    /// First of the four times: when the page says that the impact began; falls back to the first post.
    pub started_at: Option<Timestamp>,
    /// Second: when the page first spoke (acknowledgement). May lie after `resolved_at`: retroactive posts exist.
    pub first_post_at: Option<Timestamp>,
    /// Third: the newest post, by the time shown.
    pub last_update_at: Option<Timestamp>,
    /// Fourth: when the page says it ended; `None` while open.
    pub resolved_at: Option<Timestamp>,
    /// Maintenance only: the planned start …
    pub scheduled_for: Option<Timestamp>,
    /// … and the planned end.
    pub scheduled_until: Option<Timestamp>,
    /// Components that the incident lists.
    pub components: Vec<Component>,
    /// Oldest first, by the time shown.
    pub updates: Vec<Update>,
    /// Observed or imported.
    pub origin: Origin,
}

impl Incident {
    /// The id under the page's key (the store's name for the page: its own id where it has one, else its host).
    pub fn id(page_key: &str, native_id: &str) -> Id {
        Id::derive(&format!("page:{page_key}"), native_id)
    }

    /// The words of all posts, oldest first.
    pub fn text(&self) -> String {
        self.updates.iter().map(|update| update.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}
