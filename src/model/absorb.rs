//! Joining two records of one incident.
//!
//! The same incident comes from documents of unequal precision (JSON to the millisecond with ids, history feeds to the
//! minute without), again and again, edited, and not always in the order of time: an import may bring older files after
//! newer ones. Nothing is dropped (disappearance is eviction, never deletion) and nothing is doubled.

use super::{Component, Impact, Incident, IncidentKind, Phase, Timestamp, Update};

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

/// How far two posts may lie apart to be one whose time was changed: a page backdates within the incident.
const SAME_POST: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

impl Incident {
    /// Whether it carries the platform's own times: a record from JSON does, one from a history feed does not.
    pub fn is_precise(&self) -> bool {
        self.updates.iter().any(|update| update.precise)
    }

    /// Joins another record of the same incident into this one. A record whose newest post is older than what is known
    /// adds only posts that were missing; a history feed never overwrites what JSON said more exactly, and JSON replaces
    /// what a feed said.
    pub fn absorb(&mut self, other: Incident) -> Absorbed {
        let before = self.record_fields();
        let (exact, other_exact) = (self.is_precise(), other.is_precise());
        let pairs = pair(&self.updates, &other.updates);
        let older = self.is_ahead_of(&other, &pairs);
        let (added, edited) = self.join_updates(&other.updates, &pairs, older);
        let has_news = !added.is_empty() || !edited.is_empty();
        if !older && (other_exact || !exact || has_news) {
            self.take_record(other, exact, other_exact);
        } else {
            self.take_earlier(&other, exact, other_exact);
        }
        Absorbed { added, edited, record_changed: self.record_fields() != before }
    }

    /// Whether the other record was written before what is known here: it does not hold the newest post, and it ends
    /// earlier, or in the same moment with nothing that is not known. (One that ends earlier and holds the newest has been
    /// backdated.)
    fn is_ahead_of(&self, other: &Incident, pairs: &[Option<usize>]) -> bool {
        let exact = self.is_precise() && other.is_precise();
        let unit = |at: Timestamp| if exact { at } else { minute(at) };
        let (Some(theirs), Some(ours)) = (other.last_update_at.map(unit), self.last_update_at.map(unit)) else {
            return false;
        };
        let holds_newest = self.updates.len().checked_sub(1).is_some_and(|newest| pairs.contains(&Some(newest)));
        !holds_newest && (theirs < ours || theirs == ours && pairs.iter().all(Option::is_some))
    }

    /// Joins the posts; returns which were new and which were edited.
    fn join_updates(
        &mut self,
        others: &[Update],
        pairs: &[Option<usize>],
        older: bool,
    ) -> (Vec<usize>, Vec<(usize, Update)>) {
        // Posts carry their fate along while they are sorted: `None` untouched, `Some(None)` new, `Some(Some(before))` edited.
        let mut posts: Vec<(Update, Option<Option<Update>>)> = self.updates.drain(..).map(|own| (own, None)).collect();
        for (at, other) in others.iter().enumerate() {
            match pairs[at] {
                Some(own) => {
                    let (post, fate) = &mut posts[own];
                    if let Some(before) = post.take(other, older) {
                        *fate = Some(Some(before));
                    }
                }
                None => {
                    let mut new = other.clone();
                    make_unique(&mut new.native_id, |id| posts.iter().any(|(post, _)| post.native_id == id));
                    posts.push((new, Some(None)));
                }
            }
        }
        posts.sort_by_key(|(post, _)| (post.shown_at, post.posted_at));
        let (mut added, mut edited) = (Vec::new(), Vec::new());
        for (at, (post, fate)) in posts.into_iter().enumerate() {
            self.updates.push(post);
            match fate {
                None => {}
                Some(None) => added.push(at),
                Some(Some(before)) => edited.push((at, before)),
            }
        }
        (added, edited)
    }

    /// Takes title, phase, impact, times and components of a newer record, keeping what it does not say.
    fn take_record(&mut self, newer: Incident, exact: bool, newer_exact: bool) {
        self.take_earlier(&newer, exact, newer_exact);
        if !newer.title.is_empty() {
            self.title = newer.title;
        }
        if newer.phase != Phase::Unknown {
            self.phase = newer.phase;
        }
        self.last_update_at = self.updates.last().map(|update| update.shown_at).max(newer.last_update_at);
        let over = newer.phase.is_over();
        if newer_exact || !exact {
            self.started_at = newer.started_at.or(self.started_at);
            self.resolved_at = if over { newer.resolved_at.or(self.resolved_at) } else { newer.resolved_at };
            self.scheduled_for = newer.scheduled_for.or(self.scheduled_for);
            self.scheduled_until = newer.scheduled_until.or(self.scheduled_until);
            let is_worse = self.is_own_address(self.url.as_deref()) && !self.is_own_address(newer.url.as_deref());
            self.url = if is_worse { self.url.take() } else { newer.url.or(self.url.take()) };
        } else {
            self.resolved_at = if over { self.resolved_at.or(newer.resolved_at) } else { None };
        }
        if newer.impact != Impact::Unknown {
            self.impact = newer.impact;
        }
        if !newer.components.is_empty() {
            let known = std::mem::take(&mut self.components);
            self.components = newer.components.into_iter().map(|part| part.named_as_in(&known)).collect();
        }
        if newer.kind == IncidentKind::Maintenance {
            self.kind = newer.kind;
        }
    }

    /// Whether an address names the incident; a short link does not.
    fn is_own_address(&self, url: Option<&str>) -> bool {
        url.is_some_and(|url| url.ends_with(&self.native_id))
    }

    /// Takes only what is not known yet, or not as exactly: from an older record, or one that says less.
    fn take_earlier(&mut self, other: &Incident, exact: bool, other_exact: bool) {
        if other_exact && !exact {
            self.started_at = other.started_at.or(self.started_at);
            self.first_post_at = other.first_post_at.or(self.first_post_at);
        } else if other_exact == exact {
            self.first_post_at = self.first_post_at.into_iter().chain(other.first_post_at).min();
        }
        let fill = |own: &mut Option<Timestamp>, other: Option<Timestamp>| *own = own.or(other);
        fill(&mut self.started_at, other.started_at);
        fill(&mut self.first_post_at, other.first_post_at);
        fill(&mut self.last_update_at, other.last_update_at);
        fill(&mut self.scheduled_for, other.scheduled_for);
        fill(&mut self.scheduled_until, other.scheduled_until);
        if self.phase.is_over() && other.phase.is_over() {
            fill(&mut self.resolved_at, other.resolved_at);
        }
        if self.impact == Impact::Unknown {
            self.impact = other.impact;
        }
        if self.components.is_empty() {
            self.components.clone_from(&other.components);
        }
        self.url = self.url.take().or_else(|| other.url.clone());
        self.service = self.service.take().or_else(|| other.service.clone());
        self.page.id = self.page.id.take().or_else(|| other.page.id.clone());
        self.page.host = self.page.host.take().or_else(|| other.page.host.clone());
        self.page.name = self.page.name.take().or_else(|| other.page.name.clone());
    }

    /// What a reader sees of the record itself. Component order ticks on some pages, so names are compared sorted.
    fn record_fields(&self) -> impl PartialEq + use<> {
        let mut components: Vec<_> = self.components.iter().map(|part| (part.name.clone(), part.state)).collect();
        components.sort();
        components.dedup();
        let times = (self.started_at, self.first_post_at, self.resolved_at, self.scheduled_for, self.scheduled_until);
        let words = (self.title.clone(), self.url.clone(), self.service.clone());
        (words, self.phase, self.impact, self.kind, times, components)
    }
}

impl Component {
    /// The same component under the name with its group, where that is known: the summary names groups, the list of
    /// incidents does not.
    fn named_as_in(self, known: &[Component]) -> Self {
        let ending = format!(" / {}", self.name);
        let same = |other: &&Component| other.native_id.is_some() && other.native_id == self.native_id;
        match known.iter().find(|other| same(other) && other.name.ends_with(&ending)) {
            Some(other) => Self { name: other.name.clone(), ..self },
            None => self,
        }
    }
}

impl Update {
    /// Takes what another record says of this post. Returns what stood before when somebody edited it: its text, phase or
    /// time, as far as both records can tell.
    fn take(&mut self, other: &Update, older: bool) -> Option<Update> {
        let stale = self.precise && other.precise && other.edited_at < self.edited_at;
        if self.precise && !other.precise || older && self.precise == other.precise || stale {
            return None;
        }
        let edited = !older && self.differs_from(other);
        let native_id = if other.precise { other.native_id.clone() } else { self.native_id.clone() };
        let known = std::mem::take(&mut self.components);
        let components = if other.components.is_empty() { known.clone() } else { other.components.clone() };
        let before = Update { components: known, ..self.clone() };
        // An older document may be more exact about ids and times; of the words the newer one knows more.
        let words = if older { (before.phase, before.text.clone()) } else { (other.phase, other.text.clone()) };
        *self = Update { native_id, components, phase: words.0, text: words.1, ..other.clone() };
        edited.then_some(before)
    }

    fn differs_from(&self, other: &Update) -> bool {
        let exact = self.precise == other.precise;
        let time_moved =
            if exact { self.shown_at != other.shown_at } else { minute(self.shown_at) != minute(other.shown_at) };
        time_moved || !self.same_phase(other) || !self.same_words(other)
    }

    /// Feeds call a follow-up post "Update" where JSON repeats the phase.
    fn same_phase(&self, other: &Update) -> bool {
        let renamed = self.precise != other.precise && [self.phase, other.phase].contains(&Phase::Update);
        self.phase == other.phase || renamed
    }

    /// White space is no edit.
    fn same_words(&self, other: &Update) -> bool {
        self.text.split_whitespace().eq(other.text.split_whitespace())
    }
}

fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}

/// Counts the number behind `#` up until no post has the id.
fn make_unique(native_id: &mut String, is_taken: impl Fn(&str) -> bool) {
    let stem = native_id.rsplit_once('#').map_or(native_id.as_str(), |(stem, _)| stem).to_owned();
    let mut number = 2;
    while is_taken(native_id) {
        *native_id = format!("{stem}#{number}");
        number += 1;
    }
}

/// For each of `others`, which own post is the same one; every post is used once. The platform's own ids decide first,
/// then (one side from a feed) minute and words, then minute and order, then words alone within a day.
fn pair(own: &[Update], others: &[Update]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; others.len()];
    let mut free = vec![true; own.len()];
    let rules: [fn(&Update, &Update) -> bool; 4] = [
        |own, other| own.precise && other.precise && own.native_id == other.native_id,
        |own, other| {
            one_is_a_feeds(own, other) && same_minute(own, other) && own.same_phase(other) && own.same_words(other)
        },
        |own, other| one_is_a_feeds(own, other) && same_minute(own, other),
        |own, other| {
            let near = own.shown_at.duration_since(other.shown_at).abs() <= SAME_POST;
            one_is_a_feeds(own, other) && near && own.same_phase(other) && own.same_words(other)
        },
    ];
    for same in rules {
        for (at, other) in others.iter().enumerate() {
            if pairs[at].is_some() {
                continue;
            }
            if let Some(found) = (0..own.len()).find(|candidate| free[*candidate] && same(&own[*candidate], other)) {
                free[found] = false;
                pairs[at] = Some(found);
            }
        }
    }
    pair_last_words(own, others, &free, &mut pairs);
    pairs
}

/// An archive keeps only the last words of an incident, dated by its end: they are the post that ended it, though the words
/// were edited since or the minute is another.
fn pair_last_words(own: &[Update], others: &[Update], free: &[bool], pairs: &mut [Option<usize>]) {
    let ends = |post: &Update| matches!(post.phase, Phase::Resolved | Phase::Completed | Phase::Postmortem);
    let is_last_words = |posts: &[Update]| matches!(posts, [only] if !only.precise && ends(only));
    let unpaired = || others.iter().zip(pairs.iter()).rposition(|(post, pair)| pair.is_none() && ends(post));
    let last_free = || own.iter().zip(free).rposition(|(post, free)| *free && ends(post));
    if (is_last_words(own) || is_last_words(others))
        && let (Some(other), Some(own)) = (unpaired(), last_free())
    {
        pairs[other] = Some(own);
    }
}

fn one_is_a_feeds(own: &Update, other: &Update) -> bool {
    !(own.precise && other.precise)
}

fn same_minute(own: &Update, other: &Update) -> bool {
    minute(own.shown_at) == minute(other.shown_at)
}

#[cfg(test)]
mod tests;
