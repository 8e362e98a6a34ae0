//! Which part a service that is named has in an outage: it is hit, it is why others are, or it only stands by (where people
//! say it, who tells it, what works meanwhile). Read from what stands around the name in its sentence.

use super::{
    around::{Around, BESIDE, clause},
    mention::{LISTED, is_medium},
    phrasing::{PHRASING, Set, Told, words_between},
};
use crate::{catalogue::Service, model::Role};

/// What a mention is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It has a part in the outage.
    In(Role),
    /// It only stands by.
    By,
}

/// Where a mention begins and ends in the folded text, and what it names.
pub type Mentioned<'a> = (usize, usize, &'a Service);

/// Mentions of services in a folded text, in order.
pub struct Named<'a> {
    /// What stands around each.
    around: Vec<Around<'a>>,
    all: Vec<Mentioned<'a>>,
    /// Where the name ends that stands before a colon at the beginning; 0 where none does.
    titled: usize,
    /// The service on whose page it stands.
    page_of: Option<&'a Service>,
}

impl<'a> Named<'a> {
    /// Of a text, of what is told in it, and of the services that it names.
    pub fn new(text: &'a str, told: &'a Told, all: Vec<Mentioned<'a>>) -> Self {
        let around = all.iter().map(|mentioned| Around::new(text, told, *mentioned)).collect();
        Self { around, all, titled: 0, page_of: None }
    }

    /// The same where it is known where the name before a colon ends, and on whose page it stands.
    pub fn said_by(self, titled: usize, page_of: Option<&'a Service>) -> Self {
        Self { titled, page_of, ..self }
    }

    /// The mentions.
    pub fn all(&self) -> &[Mentioned<'a>] {
        &self.all
    }
}

impl Named<'_> {
    /// The part of each. What only stands by has no part as long as something else has; where all do, they are what is out.
    pub fn parts(&self) -> Vec<Part> {
        // Beside nobody nobody stands by: most texts name but one.
        let is_elsewhere = |(_, _, service): &Mentioned<'_>| self.is_page_of_another(service);
        let is_one =
            self.all.windows(2).all(|pair| pair[0].2.name == pair[1].2.name) && !self.all.iter().any(is_elsewhere);
        let stands_by = |at: usize| if is_one { self.only_tells(at) } else { self.stands_by(at) };
        let mut by: Vec<bool> = (0..self.all.len()).map(stands_by).collect();
        // What is spared in one sentence is so in the others.
        let is_same = |one: usize, other: usize| self.all[one].2.name == self.all[other].2.name;
        let spared: Vec<usize> = (0..by.len()).filter(|at| by[*at] && self.is_spared(*at)).collect();
        let is_spared = |at: usize| !self.around[at].fails() && spared.iter().any(|other| is_same(at, *other));
        (0..by.len()).for_each(|at| by[at] |= is_spared(at));
        let somebody_is_hit = by.contains(&false) || self.all.iter().any(is_elsewhere);
        let is_out = |at: usize| by[at] && (somebody_is_hit || self.only_tells(at) && !self.around[at].fails());
        let causes: Vec<bool> = (0..by.len()).map(|at| !is_out(at) && self.is_cause(at, &by)).collect();
        let is_of_another =
            |at: usize, other: usize| causes[other] && !are_of_one_house(self.all[at].2, self.all[other].2);
        let another_is = |at: usize| (0..by.len()).any(|other| is_of_another(at, other));
        let is_cause = |at: usize| causes[at] || !another_is(at) && self.is_below_others(at, &by);
        let role = |at: usize| if is_cause(at) { Role::Upstream } else { Role::Affected };
        (0..by.len()).map(|at| if is_out(at) { Part::By } else { Part::In(role(at)) }).collect()
    }

    /// Who speaks, where it is known: whose page it is, or whom the title names.
    pub fn speaker(&self) -> Option<&Service> {
        let titled = self.all.iter().find(|(_, end, _)| *end <= self.titled);
        self.page_of.or(titled.map(|(_, _, service)| *service))
    }

    /// Whether nothing is named but what stands by.
    pub fn all_stand_by(&self) -> bool {
        (0..self.all.len()).all(|at| self.stands_by(at))
    }

    /// Whether something else that has a part is named in a stretch of the text.
    fn names_other(&self, at: usize, by: &[bool], from: usize, to: usize) -> bool {
        let service = self.all[at].2;
        let is_other = |(place, (start, end, other)): (usize, &(usize, usize, &Service))| {
            !by[place] && other.name != service.name && *start >= from && *end <= to
        };
        self.all.iter().enumerate().any(is_other)
    }

    /// Whether it is told why others fail.
    fn is_cause(&self, at: usize, by: &[bool]) -> bool {
        let around = &self.around[at];
        let names_other = |from: usize, to: usize| self.names_other(at, by, from, to);
        let is_told = around.is_told_as_cause(names_other)
            || around.is_provider()
            || around.depth > 0 && self.is_spoken_of(at)
            || self.is_page_of_another(around.service)
            || self.is_where_it_fails(at, by)
            || around.fails() && names_other(0, around.text.len()) && self.takes_down(at, by);
        is_told && !around.was_taken_down()
    }

    /// Whether something of another house that has a part stands in a stretch of the text, and is such a one.
    fn is_beside(
        &self,
        at: usize,
        by: &[bool],
        (from, to): (usize, usize),
        is_such: impl Fn(&Service) -> bool,
    ) -> bool {
        let service = self.all[at].2;
        self.all.iter().enumerate().any(|(place, (start, end, other))| {
            !by[place] && *start >= from && *end <= to && !are_of_one_house(service, other) && is_such(other)
        })
    }

    /// Whether something is hit that is built on such as it, where that does not speak itself.
    fn is_below_others(&self, at: usize, by: &[bool]) -> bool {
        let Around { depth, text, .. } = self.around[at];
        let speaks = self.speaker().is_some_and(|speaker| are_of_one_house(speaker, self.all[at].2));
        !speaks
            && depth > 0
            && !self.is_listed(at)
            && !self.around[at].was_taken_down()
            && self.is_beside(at, by, (0, text.len()), |other| PHRASING.depth(&other.name) < depth)
    }

    /// Whether it stands in a list with one that is built on such as it: `Steam, AWS and Netflix` are hit alike.
    fn is_listed(&self, at: usize) -> bool {
        let Around { text, depth, .. } = self.around[at];
        let is_joined = |(one, other): (&Mentioned<'_>, &Mentioned<'_>)| {
            let gap = text.get(one.1..other.0).unwrap_or_default().trim();
            !gap.is_empty() && gap.split(' ').all(|joint| LISTED.contains(&joint))
        };
        let pairs = [at.checked_sub(1).map(|before| (before, at)), (at + 1 < self.all.len()).then_some((at, at + 1))];
        pairs.into_iter().flatten().any(|(one, other)| {
            let neighbour = self.all[if one == at { other } else { one }].2;
            PHRASING.depth(&neighbour.name) < depth && is_joined((&self.all[one], &self.all[other]))
        })
    }

    /// `Monzo cards declined after fault at Mastercard`.
    fn is_where_it_fails(&self, at: usize, by: &[bool]) -> bool {
        let around = &self.around[at];
        let joint = around.before(Set::At).filter(|(_, to)| around.text[*to..around.from].trim().is_empty());
        let failed = joint.filter_map(|(from, _)| around.told.within(Set::Failure, around.start, from).last());
        failed
            .filter(|(_, to)| around.text[*to..around.from].split_whitespace().count() <= BESIDE)
            .any(|(from, _)| self.is_beside(at, by, (around.start, from), |_| true))
    }

    /// Whether it is named on the page of one of another house: who keeps a page tells of what fails there for that.
    fn is_page_of_another(&self, service: &Service) -> bool {
        self.page_of.is_some_and(|page_of| !are_of_one_house(service, page_of))
    }

    /// Whether it is not the one that speaks: `Name: …`, or whose page it is.
    fn is_spoken_of(&self, at: usize) -> bool {
        let (from, _, service) = self.all[at];
        let is_title =
            |(_, end, other): &(usize, usize, &Service)| *end <= self.titled && are_of_one_house(service, other);
        self.titled > 0 && from >= self.titled && !self.all.iter().any(is_title)
    }

    /// `AWS outage takes down Slack`, `falla en AWS deja sin servicio a GitHub`.
    fn takes_down(&self, at: usize, by: &[bool]) -> bool {
        let Around { told, to: behind, end, .. } = self.around[at];
        told.within(Set::TookDown, behind, end)
            .any(|(from, to)| !self.names_other(at, by, behind, from) && self.names_other(at, by, to, end))
    }

    /// Whether it is a service that only tells of others.
    fn only_tells(&self, at: usize) -> bool {
        PHRASING.teller.contains(self.all[at].2.name.as_str())
    }

    fn stands_by(&self, at: usize) -> bool {
        let around = &self.around[at];
        let is_place = PHRASING.place.contains(around.service.name.as_str());
        self.only_tells(at)
            || is_venue(around.service)
            || around.depth == 0 && is_medium(around.text, around.from, around.to)
            || is_place && around.is_where_something_is_said()
            || around.is_turned_to()
            || self.is_page_of_another(around.service) && around.is_linked()
            || self.is_spared(at)
    }

    /// Whether the clause that names it says that it works.
    fn is_spared(&self, at: usize) -> bool {
        let around = &self.around[at];
        let next = self.all.get(at + 1).map_or(around.end, |(from, _, _)| (*from).clamp(around.to, around.end));
        let last = at.checked_sub(1).map_or(around.start, |before| self.all[before].1.max(around.start));
        // `our provider, AWS, works`.
        let aside =
            around.text[around.to..next].len() - around.text[around.to..next].trim_start_matches([',', ' ']).len();
        let clause_ends = around.to + aside + clause(&around.text[around.to + aside..next]).len();
        let before = around.text.get(last..around.from).unwrap_or_default();
        let clause_begins = around.from - before.rsplit([',', ':', '–', '(']).next().unwrap_or_default().len();
        let is_near = || {
            let end = around.told.last_end(Set::Spared, clause_begins, around.from);
            end.is_some_and(|end| words_between(&around.text[end..around.from]) <= BESIDE + 1)
        };
        around.is_ruled_out(last)
            || around.spares(around.to, clause_ends) && !around.fails_within(around.to, clause_ends)
            || around.spares(clause_begins, around.from) && is_near()
    }
}

/// Whether two services are one, one owns the other, both have one owner, or the name of one begins with the other's.
fn are_of_one_house(one: &Service, other: &Service) -> bool {
    let have_one_owner = !one.owner.is_empty() && one.owner == other.owner;
    let begins = |one: &Service, other: &Service| {
        one.name.get(..other.name.len()).is_some_and(|first| first.eq_ignore_ascii_case(&other.name))
    };
    one.name == other.owner || one.owner == other.name || have_one_owner || begins(one, other) || begins(other, one)
}

/// Whether an outage of others shows there: `British Airways cancels flights from Gatwick`.
fn is_venue(service: &Service) -> bool {
    service.name.ends_with(" Airport")
}
