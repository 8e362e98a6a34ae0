//! Which part a service that is named has in an outage: it is hit, it is why others are, or it only stands by (where people
//! say it, who tells it, what works meanwhile). Read from what stands around the name in its sentence.

use super::{
    mention::{is_medium, near_before, near_behind},
    phrasing::{PHRASING, Set, Told, sentence, words_between},
};
use crate::{catalogue::Service, model::Role, text::letters::is_unspaced};

/// Words between a cause and the words that call it one, at most.
const FAR: usize = 9;

/// The same behind a name.
const BEHIND: usize = 5;

/// Words between a name and what a failure is called, at most.
const BESIDE: usize = 2;

/// Bytes before and behind a name that are looked at.
const FAR_AWAY: usize = 120;

/// Bytes of a clause in which it is said that something works.
const CLAUSE: usize = 60;

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
        (0..by.len()).for_each(|at| by[at] |= spared.iter().any(|other| is_same(at, *other)));
        let somebody_is_hit = by.contains(&false) || self.all.iter().any(is_elsewhere);
        let is_out = |at: usize| by[at] && (somebody_is_hit || self.only_tells(at) && !self.around[at].fails());
        let causes: Vec<bool> = (0..by.len()).map(|at| !is_out(at) && self.is_cause(at, &by)).collect();
        let is_told = causes.contains(&true);
        let is_cause = |at: usize| causes[at] || !is_told && self.is_below_others(at, &by);
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
            && !self.around[at].was_taken_down()
            && self.is_beside(at, by, (0, text.len()), |other| PHRASING.depth(&other.name) < depth)
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
        around.is_ruled_out()
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

/// What stands around a name in its sentence.
struct Around<'a> {
    text: &'a str,
    told: &'a Told,
    /// Where the sentence begins …
    start: usize,
    /// … and the name, and where the name ends …
    from: usize,
    to: usize,
    /// … and the sentence.
    end: usize,
    service: &'a Service,
    /// How deep it lies below what people use.
    depth: u8,
}

impl<'a> Around<'a> {
    fn new(text: &'a str, told: &'a Told, (from, to, service): Mentioned<'a>) -> Self {
        // What stands further away in a long sentence is seldom said of it.
        let (start, end) = (from - near_before(text, from, FAR_AWAY).len(), near_behind(text, to, FAR_AWAY));
        let (first, last) = sentence(&text[start..to + end.len()], from - start, to - start);
        Self {
            text,
            told,
            start: start + first,
            from,
            to,
            end: start + last,
            service,
            depth: PHRASING.depth(&service.name),
        }
    }

    /// Where phrases of a set stand before the name, and behind it.
    fn before(&self, set: Set) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.told.within(set, self.start, self.from)
    }

    fn behind(&self, set: Set) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.told.within(set, self.to, self.end)
    }

    /// How many words stand between the last phrase of a set before the name and a place; none where there is none.
    fn since(&self, set: Set, place: usize) -> Option<usize> {
        self.told.last_end(set, self.start, place).map(|end| words_between(&self.text[end..place]))
    }

    /// `due to AWS`, `AWS nedeniyle`.
    fn is_told_as_cause(&self, names_other: impl Fn(usize, usize) -> bool) -> bool {
        let mut before = self.before(Set::Because).filter(|(_, to)| {
            let between = &self.text[*to..self.from];
            let is_apart = between.contains(',') && !self.told.says(Set::Provider, *to, self.from);
            !is_apart
                && !is_broken(between)
                && words_between(between) <= FAR
                && !speaks_of_a_person(between)
                && !names_other(*to, self.from)
        });
        let after = self.text[self.to..self.end].trim_start();
        let is_own =
            || ["customers", "users", "kunden", "clients", "clientes"].iter().any(|word| after.starts_with(word));
        if before.next().is_some() && !is_own() {
            return true;
        }
        // `によると` tells who says it, though it begins as `による` does.
        let tells = |from: usize| self.behind(Set::AccordingBehind).any(|(at, _)| at == from);
        self.behind(Set::BecauseBehind).filter(|(from, _)| !tells(*from)).any(|(from, _)| {
            let between = &self.text[self.to..from];
            !between.contains(',') && words_between(between) <= BEHIND && !names_other(self.to, from)
        })
    }

    /// `a change that took down Azure`.
    fn was_taken_down(&self) -> bool {
        self.since(Set::TookDown, self.from) == Some(0)
    }

    /// `our DNS provider Dyn`.
    fn is_provider(&self) -> bool {
        self.since(Set::Provider, self.from) == Some(0)
    }

    /// Whether what a failure is called stands beside the name.
    fn fails(&self) -> bool {
        self.behind(Set::Failure).any(|(from, _)| words_between(&self.text[self.to..from]) <= BESIDE)
            || self.since(Set::Failure, self.from).is_some_and(|words| words <= BESIDE)
    }

    /// `we have ruled out our CDN, Cloudflare`.
    fn is_ruled_out(&self) -> bool {
        self.since(Set::RuledOut, self.from).is_some_and(|words| words <= BESIDE + 2)
    }

    /// `the Slack and Google Drive integrations`: of whom they are is told by the first behind the list.
    fn is_linked(&self) -> bool {
        let behind = self.behind(Set::Linked).next();
        let is_near = |(from, _)| {
            words_between(&self.text[self.to..from]) <= BESIDE + 1 && !self.told.says(Set::Failure, self.to, from)
        };
        behind.is_some_and(is_near) || self.since(Set::LinkedBefore, self.from).is_some_and(|words| words <= 1)
    }

    /// `customers vent on Twitter`, `Twitter'da herkes aynı şeyi yazıyor`; not `outage on Facebook`.
    fn is_where_something_is_said(&self) -> bool {
        let end = self.start + self.text[self.start..self.from].trim_end_matches([' ', '@', '#', '"']).len();
        let led = self.told.within(Set::SayingBefore, self.start, end);
        let led = led.filter(|(_, to)| *to == end).map(|(from, _)| from).max();
        led.is_some_and(|from| self.since(Set::Failure, from).is_none_or(|words| words > 0))
            || self.since(Set::AccordingBefore, end) == Some(0)
            || self.begins(Set::SayingBehind, self.to, self.end)
            || self.begins(Set::AccordingBehind, self.to, self.end)
    }

    /// `switched to Zoom`.
    fn is_turned_to(&self) -> bool {
        self.since(Set::Instead, self.from).is_some_and(|words| words <= 1)
            || self.begins(Set::InsteadBehind, self.to, self.end)
    }

    /// Whether a stretch begins with a phrase of a set.
    fn begins(&self, set: Set, from: usize, to: usize) -> bool {
        let is_first = |(at, _): (usize, usize)| self.text[from..at].trim_matches([' ', '\'', '"']).is_empty();
        self.told.within(set, from, to).any(is_first)
    }

    /// Whether a failure is told of in a stretch; `no issues` tells of none.
    fn fails_within(&self, from: usize, to: usize) -> bool {
        let mut failures = self.told.within(Set::Failure, from, to);
        failures
            .any(|(at, end)| !self.told.within(Set::Spared, from, to).any(|(start, stop)| start <= at && end <= stop))
    }

    /// Whether it is said in a stretch that something works, and not the contrary.
    fn spares(&self, from: usize, to: usize) -> bool {
        let is_so = |(at, end): (usize, usize)| !self.told.says(Set::Not, from, at) && !self.begins(Set::Not, end, to);
        self.told.within(Set::Spared, from, to).any(is_so)
    }
}

/// The clause that a text begins with.
fn clause(text: &str) -> &str {
    let near = near_behind(text, 0, CLAUSE);
    &near[..near.find([',', ':', '–', ')']).unwrap_or(near.len())]
}

/// Whether a line ends in it: in scripts without blanks nothing else is one.
fn is_broken(between: &str) -> bool {
    between.match_indices(' ').any(|(at, _)| between[..at].chars().next_back().is_some_and(is_unspaced))
}

/// `because i cannot open slack` names no cause.
fn speaks_of_a_person(between: &str) -> bool {
    between
        .split_whitespace()
        .any(|word| matches!(word, "i" | "we" | "you" | "they" | "my" | "me" | "ich" | "je" | "wir"))
}
