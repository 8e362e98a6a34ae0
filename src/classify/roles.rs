//! Which part a service that is named has in an outage: it is hit, it is why others are, or it only stands by (where people
//! say it, who tells it, what works meanwhile). Read from what stands around the name in its sentence.

use super::{
    around::{Around, BESIDE, clause},
    mention::{is_joint, is_medium},
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
    /// Whether each is joined to the next to a list.
    joined: Vec<bool>,
    /// Where the name ends that stands before a colon at the beginning; 0 where none does.
    titled: usize,
    /// The service on whose page it stands.
    page_of: Option<&'a Service>,
}

impl<'a> Named<'a> {
    /// Of a text, of what is told in it, and of the services that it names.
    pub fn new(text: &'a str, told: &'a Told, all: Vec<Mentioned<'a>>) -> Self {
        let around = all.iter().map(|mentioned| Around::new(text, told, *mentioned)).collect();
        let is_joined = |pair: &[Mentioned<'_>]| text.get(pair[0].1..pair[1].0).is_some_and(is_joint);
        let joined = all.windows(2).map(is_joined).chain([false]).collect();
        Self { around, all, joined, titled: 0, page_of: None }
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
    /// The part of each.
    pub fn parts(&self) -> Vec<Part> {
        let by = self.standing_by();
        let causes = self.causes(&by);
        let part = |(by, is_cause)| match (by, is_cause) {
            (true, _) => Part::By,
            (false, true) => Part::In(Role::Upstream),
            (false, false) => Part::In(Role::Affected),
        };
        by.into_iter().zip(causes).map(part).collect()
    }

    /// What only stands by: it has no part as long as something else has; where all do, they are what is out.
    fn standing_by(&self) -> Vec<bool> {
        // Beside nobody nobody stands by: most texts name but one.
        let is_beside_its_page = self.all.iter().any(|(_, _, service)| self.is_on_page_of_another(service));
        let is_one = self.all.windows(2).all(|pair| pair[0].2.name == pair[1].2.name) && !is_beside_its_page;
        let stands =
            |at: usize| if is_one { self.only_tells(at) } else { self.stands_by(at) || self.was_ruled_out(at) };
        let by: Vec<bool> = (0..self.all.len()).map(stands).collect();
        let somebody_is_hit = by.contains(&false) || is_beside_its_page;
        let stays = |at: usize| by[at] && (somebody_is_hit || self.only_tells(at) && !self.around[at].fails());
        (0..by.len()).map(stays).collect()
    }

    /// What is why others fail: what is told as that, and where nothing else is, what they are built on.
    fn causes(&self, by: &[bool]) -> Vec<bool> {
        let told: Vec<bool> = (0..by.len()).map(|at| !by[at] && self.is_told_as_cause(at, by)).collect();
        let another_is =
            |at: usize| (0..by.len()).any(|other| told[other] && !are_of_one_house(self.all[at].2, self.all[other].2));
        (0..by.len()).map(|at| told[at] || !by[at] && !another_is(at) && self.is_below_others(at, by)).collect()
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

    /// Whether it is told that others fail for it.
    fn is_told_as_cause(&self, at: usize, by: &[bool]) -> bool {
        let around = &self.around[at];
        let names_other = |from: usize, to: usize| self.names_other(at, by, from, to);
        let is_beside_others = names_other(0, around.text.len());
        let has_others = is_beside_others || self.is_on_page_of_another(around.service);
        let is_told = around.is_told_as_cause(has_others, names_other)
            || around.provides().is_some_and(|is_ours| is_ours || has_others)
            || around.depth > 0 && self.is_spoken_of(at)
            || self.fails_on_page_of_another(at)
            || self.is_where_it_fails(at, by)
            || around.fails() && is_beside_others && self.takes_down(at, by);
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

    /// Whether something is hit that is built on it, or on such as it; not what speaks itself.
    fn is_below_others(&self, at: usize, by: &[bool]) -> bool {
        let around = &self.around[at];
        let name = around.service.name.as_str();
        let speaks = self.speaker().is_some_and(|speaker| are_of_one_house(speaker, around.service));
        if speaks || around.was_taken_down() || self.is_listed_with_higher(at) {
            return false;
        }
        let fails = around.depth > 0 || around.fails();
        let is_built_on = |other: &Service| {
            PHRASING.depth(&other.name) < around.depth
                || fails && other.upstream.iter().any(|upstream| upstream == name)
        };
        self.is_beside(at, by, (0, around.text.len()), is_built_on)
    }

    /// Whether it stands in a list with one that is built on such as it: `Steam, AWS and Netflix` are hit alike.
    fn is_listed_with_higher(&self, at: usize) -> bool {
        let is_higher = |other: usize| PHRASING.depth(&self.all[other].2.name) < self.around[at].depth;
        let mut before = (0..at).rev().take_while(|other| self.joined[*other]);
        let mut behind = (at + 1..self.all.len()).take_while(|other| self.joined[*other - 1]);
        before.any(is_higher) || behind.any(is_higher)
    }

    /// `Monzo cards declined after fault at Mastercard`.
    fn is_where_it_fails(&self, at: usize, by: &[bool]) -> bool {
        let around = &self.around[at];
        let failure = around.failure_at().filter(|(from, _)| around.depth > 0 || around.follows(*from));
        failure.is_some_and(|(from, _)| self.is_beside(at, by, (around.start, from), |_| true))
    }

    /// Whether it is named on the page of one of another house.
    fn is_on_page_of_another(&self, service: &Service) -> bool {
        self.page_of.is_some_and(|page_of| !are_of_one_house(service, page_of))
    }

    /// Who keeps a page tells of what fails there for others: for those that it is built on, or that are said not to work and
    /// are known to be another's.
    fn fails_on_page_of_another(&self, at: usize) -> bool {
        let around = &self.around[at];
        let is_below = || self.page_of.is_some_and(|page_of| around.depth > PHRASING.depth(&page_of.name));
        self.is_on_page_of_another(around.service)
            && !around.is_victim()
            && (is_below() || around.service.domain.is_some() && (around.fails() || around.does_not()))
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
            || self.is_on_page_of_another(around.service) && around.is_linked()
            || self.is_spared(at)
    }

    /// Whether it is told elsewhere in the text that it was not this one.
    fn was_ruled_out(&self, at: usize) -> bool {
        let is_same = |other: usize| self.all[at].2.name == self.all[other].2.name;
        let is_out = |other: usize| is_same(other) && self.is_ruled_out(other);
        !self.around[at].fails() && (0..self.all.len()).any(is_out)
    }

    fn is_ruled_out(&self, at: usize) -> bool {
        let last = at.checked_sub(1).map_or(0, |before| self.all[before].1);
        let names_other = |from: usize, to: usize| self.all.iter().any(|(start, end, _)| *start >= from && *end <= to);
        self.around[at].is_ruled_out(last, names_other)
    }

    /// Whether the clause that names it says that it works; of a list it is said behind the last.
    fn is_spared(&self, at: usize) -> bool {
        let end = (at..self.all.len()).take_while(|other| self.joined[*other]).last().map_or(at, |last| last + 1);
        self.clause_spares(at) || end != at && self.clause_spares(end)
    }

    fn clause_spares(&self, at: usize) -> bool {
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
        self.is_ruled_out(at)
            || around.spares(around.to, clause_ends) && !around.fails_within(around.to, clause_ends)
            || around.spares(clause_begins, around.from) && is_near()
    }
}

/// Whether two services are one, one owns the other, both have one owner, or the name of one begins with the other's.
fn are_of_one_house(one: &Service, other: &Service) -> bool {
    let have_one_owner = !one.owner.is_empty() && one.owner == other.owner;
    let begins = |one: &str, other: &str| {
        let is_first = one.get(..other.len()).is_some_and(|first| first.eq_ignore_ascii_case(other));
        is_first && one[other.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric())
    };
    one.name == other.owner
        || one.owner == other.name
        || have_one_owner
        || begins(&one.name, &other.name)
        || begins(&other.name, &one.name)
}

/// Whether an outage of others shows there: `British Airways cancels flights from Gatwick`.
fn is_venue(service: &Service) -> bool {
    service.name.ends_with(" Airport")
}
