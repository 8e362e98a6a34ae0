//! An incident: the official record of one outage (or maintenance) on one status page.
//!
//! Records of one incident come from several documents (summary, list, history feed) of unequal precision;
//! [`Incident::absorb`] joins them without losing or doubling an update.

use serde::{Deserialize, Serialize};

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

/// What [`Incident::absorb`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Absorbed {
    /// Indexes (into the joined updates) of posts that were not known.
    pub added: Vec<usize>,
    /// Posts whose text, phase or time changed: the index now, and what stood before.
    pub edited: Vec<(usize, Update)>,
    /// Whether anything about the incident itself (title, phase, impact, times, components) changed.
    pub record_changed: bool,
}

impl Absorbed {
    /// Whether a new version is due.
    pub fn is_change(&self) -> bool {
        self.record_changed || !self.added.is_empty() || !self.edited.is_empty()
    }
}

impl Incident {
    /// The id under the page's key (the store's name for the page: its own id where it has one, else its host).
    pub fn id(page_key: &str, native_id: &str) -> Id {
        Id::derive(&format!("page:{page_key}"), native_id)
    }

    /// Whether it carries the platform's own times: a record from JSON does, one from a history feed does not.
    pub fn is_precise(&self) -> bool {
        self.updates.iter().any(|update| update.precise)
    }

    /// The words of all posts, oldest first.
    pub fn text(&self) -> String {
        self.updates.iter().map(|update| update.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Joins a newer record of the same incident into this one. Nothing is dropped (disappearance is eviction, never
    /// deletion); a history feed never overwrites what JSON said more exactly, and JSON replaces what a feed said.
    pub fn absorb(&mut self, newer: Incident) -> Absorbed {
        let mut absorbed = Absorbed::default();
        let record_is_better = newer.is_precise() || !self.is_precise();
        let feed_has_news = self.join_updates(&newer, &mut absorbed);
        if record_is_better || feed_has_news {
            absorbed.record_changed = self.take_record(newer, record_is_better);
        }
        absorbed
    }

    /// Joins the posts; returns whether any was new or edited.
    fn join_updates(&mut self, newer: &Incident, absorbed: &mut Absorbed) -> bool {
        let mut touched: Vec<(String, Option<Update>)> = Vec::new();
        for update in &newer.updates {
            match self.position_of(update, &newer.updates) {
                None => {
                    touched.push((update.native_id.clone(), None));
                    self.updates.push(update.clone());
                }
                Some(at) if self.updates[at].precise && !update.precise => {}
                Some(at) if self.updates[at] == *update => {}
                Some(at) => {
                    let before = std::mem::replace(&mut self.updates[at], update.clone());
                    if before.precise != update.precise && before.phase_and_words() == update.phase_and_words() {
                        continue; // The same post, now known to the second: no edit by anybody.
                    }
                    touched.push((update.native_id.clone(), Some(before)));
                }
            }
        }
        self.updates.sort_by(|a, b| a.shown_at.cmp(&b.shown_at).then(a.posted_at.cmp(&b.posted_at)));
        for (native_id, before) in &touched {
            let Some(at) = self.updates.iter().position(|update| update.native_id == *native_id) else { continue };
            match before {
                None => absorbed.added.push(at),
                Some(before) => absorbed.edited.push((at, before.clone())),
            }
        }
        !touched.is_empty()
    }

    /// Where this record holds the same post: by native id, else (one side from a feed) by minute and order in it.
    fn position_of(&self, update: &Update, all: &[Update]) -> Option<usize> {
        if let Some(at) = self.updates.iter().position(|own| own.native_id == update.native_id) {
            return Some(at);
        }
        let minute = |update: &Update| update.shown_at.as_second().div_euclid(60);
        let nth = all
            .iter()
            .filter(|other| minute(other) == minute(update))
            .position(|other| other.native_id == update.native_id)?;
        let (at, own) = self.updates.iter().enumerate().filter(|(_, own)| minute(own) == minute(update)).nth(nth)?;
        (own.precise != update.precise).then_some(at)
    }

    /// Takes title, phase, impact, times and components of a newer record, keeping what it does not say.
    fn take_record(&mut self, newer: Incident, precise: bool) -> bool {
        let before = self.clone();
        self.title = newer.title;
        self.phase = newer.phase;
        self.last_update_at = self.last_update_at.max(newer.last_update_at);
        if precise {
            self.started_at = newer.started_at.or(self.started_at);
            self.first_post_at = newer.first_post_at.or(self.first_post_at);
            self.resolved_at =
                if newer.phase.is_over() { newer.resolved_at.or(self.resolved_at) } else { newer.resolved_at };
            self.scheduled_for = newer.scheduled_for.or(self.scheduled_for);
            self.scheduled_until = newer.scheduled_until.or(self.scheduled_until);
        } else {
            self.resolved_at = if newer.phase.is_over() { self.resolved_at.or(newer.resolved_at) } else { None };
        }
        if newer.impact != Impact::Unknown {
            self.impact = newer.impact;
        }
        if !newer.components.is_empty() {
            self.components = newer.components;
        }
        if newer.kind == IncidentKind::Maintenance {
            self.kind = newer.kind;
        }
        self.url = newer.url.or(self.url.take());
        self.service = self.service.take().or(newer.service);
        self.record_fields() != before.record_fields()
    }

    /// What a reader sees of the record itself. Component order ticks on some pages, so names are compared sorted.
    fn record_fields(&self) -> impl PartialEq + use<> {
        let mut components: Vec<_> = self.components.iter().map(|part| (part.name.clone(), part.state)).collect();
        components.sort();
        components.dedup();
        let times = (self.started_at, self.first_post_at, self.resolved_at, self.scheduled_for, self.scheduled_until);
        (
            self.title.clone(),
            self.phase,
            self.impact,
            self.kind,
            times,
            self.url.clone(),
            self.service.clone(),
            components,
        )
    }
}

impl Update {
    /// Phase and the words alone: what stays the same when a post is known from a feed and then from JSON.
    fn phase_and_words(&self) -> (Phase, String) {
        (self.phase, self.text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(updates: Vec<Update>) -> Incident {
        let newest = updates.last().cloned();
        let first = updates.iter().map(|update| update.posted_at).min();
        let phase = newest.as_ref().map_or(Phase::Unknown, |update| update.phase);
        Incident {
            native_id: "x".to_owned(),
            page: PageIdentity::default(),
            source: "s".to_owned(),
            service: None,
            kind: IncidentKind::Outage,
            title: "t".to_owned(),
            url: None,
            phase,
            impact: if updates.iter().any(|update| update.precise) { Impact::Major } else { Impact::Unknown },
            started_at: first,
            first_post_at: first,
            last_update_at: newest.map(|update| update.shown_at),
            resolved_at: None,
            scheduled_for: None,
            scheduled_until: None,
            components: Vec::new(),
            updates,
            origin: Origin::Imported,
        }
    }

    /// Posts as JSON gives them: at these seconds, each with its own id.
    fn exact(seconds: &[i64]) -> Vec<Update> {
        let at = |second: i64| Timestamp::from_second(1_735_239_600 + second).expect("an instant");
        let mut updates: Vec<Update> = seconds
            .iter()
            .enumerate()
            .map(|(number, second)| Update {
                native_id: format!("u{number}"),
                precise: true,
                phase: Phase::Investigating,
                text: format!("post {second}"),
                shown_at: at(*second),
                posted_at: at(*second),
                edited_at: None,
                components: Vec::new(),
            })
            .collect();
        updates.sort_by_key(|update| update.shown_at);
        updates
    }

    /// The same posts as a history feed gives them: to the minute, numbered within it.
    fn from_feed(exact: &[Update]) -> Vec<Update> {
        let mut updates: Vec<Update> = Vec::new();
        for update in exact {
            let minute = update.shown_at.as_second().div_euclid(60) * 60;
            let shown_at = Timestamp::from_second(minute).expect("an instant");
            let place = updates.iter().filter(|other| other.shown_at == shown_at).count();
            let native_id = format!("{shown_at}#{place}");
            updates.push(Update { native_id, precise: false, shown_at, posted_at: shown_at, ..update.clone() });
        }
        updates
    }

    proptest! {
        #[test]
        fn whatever_comes_first_the_posts_are_the_same_and_none_is_doubled(
            seconds in proptest::collection::btree_set(0_i64..400, 1..8)
        ) {
            let seconds: Vec<i64> = seconds.into_iter().collect();
            let (json, feed) = (record(exact(&seconds)), record(from_feed(&exact(&seconds))));
            let mut feed_first = feed.clone();
            feed_first.absorb(json.clone());
            prop_assert_eq!(&feed_first.updates, &json.updates);
            let mut json_first = json.clone();
            prop_assert!(!json_first.absorb(feed.clone()).is_change());
            prop_assert_eq!(&json_first, &json);
            feed_first.absorb(feed);
            prop_assert_eq!(&feed_first.updates, &json.updates);
            prop_assert!(!json_first.absorb(json).is_change(), "the same document twice changes nothing");
        }

        #[test]
        fn an_incident_grows_and_drops_nothing(
            seconds in proptest::collection::btree_set(0_i64..4000, 2..10), cut in 1_usize..9, from in 0_usize..5
        ) {
            let seconds: Vec<i64> = seconds.into_iter().collect();
            let all = exact(&seconds);
            let cut = cut.min(all.len() - 1);
            let mut held = record(all[..cut].to_vec());
            // The newer document may have lost the oldest posts.
            let newer = all[from.min(cut)..].to_vec();
            let absorbed = held.absorb(record(newer));
            prop_assert_eq!(&held.updates, &all);
            prop_assert_eq!(absorbed.added.len(), all.len() - cut);
            prop_assert!(held.updates.is_sorted_by_key(|update| update.shown_at));
        }
    }

    #[test]
    fn an_edit_is_an_edit_and_a_better_clock_is_none() {
        let mut held = record(from_feed(&exact(&[10])));
        assert!(held.absorb(record(exact(&[10]))).edited.is_empty(), "the same post, known to the second");
        let mut edited = exact(&[10]);
        edited[0].text = "other words".to_owned();
        let absorbed = held.absorb(record(edited));
        assert_eq!((absorbed.edited.len(), absorbed.edited[0].1.text.as_str()), (1, "post 10"));
        assert_eq!(held.updates[0].text, "other words");
    }
}
