//! Which part a service that is named has in an outage: it is hit, it is why others are, or it only stands by (where people
//! say it, who tells it, what works meanwhile). Read from what stands around the name in its sentence.

use super::{
    mention::{is_medium, near_before, near_behind},
    phrasing::{PHRASING, Phrasing, sentence, words_between},
};
use crate::{catalogue::Service, model::Role};

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

/// Mentions of services in a folded text, in order: where, and which.
pub struct Named<'a> {
    /// The folded text.
    pub text: &'a str,
    /// Where each is named, from and to, and what.
    pub all: Vec<(usize, usize, &'a Service)>,
    /// Where the name ends that stands before a colon at the beginning; 0 where none does.
    pub titled: usize,
    /// The service on whose page it stands.
    pub page_of: Option<&'a Service>,
}

impl Named<'_> {
    /// The part of each. What only stands by has no part as long as something else has; where all do, they are what is out.
    pub fn parts(&self) -> Vec<Part> {
        // Beside nobody nobody stands by: most texts name but one.
        let is_one = self.all.windows(2).all(|pair| pair[0].2.name == pair[1].2.name);
        let stands_by = |at: usize| if is_one { self.only_tells(at) } else { self.stands_by(at) };
        let by: Vec<bool> = (0..self.all.len()).map(stands_by).collect();
        let somebody_is_hit = by.contains(&false);
        let is_out = |at: usize| by[at] && (somebody_is_hit || self.only_tells(at) && !self.around(at).fails());
        (0..self.all.len()).map(|at| if is_out(at) { Part::By } else { Part::In(self.role(at, &by)) }).collect()
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

    fn around(&self, at: usize) -> Around<'_> {
        let (from, to, service) = self.all[at];
        // What stands further away in a long sentence is seldom said of it.
        let (start, end) = (from - near_before(self.text, from, FAR_AWAY).len(), near_behind(self.text, to, FAR_AWAY));
        let (first, last) = sentence(&self.text[start..to + end.len()], from - start, to - start);
        let (start, end) = (start + first, start + last);
        Around { before: &self.text[start..from], after: &self.text[to..end], start, to, service }
    }

    /// Whether something else that has a part is named in a stretch of the text.
    fn names_other(&self, at: usize, by: &[bool], from: usize, to: usize) -> bool {
        let service = self.all[at].2;
        let is_other = |(place, (start, end, other)): (usize, &(usize, usize, &Service))| {
            !by[place] && other.name != service.name && *start >= from && *end <= to
        };
        self.all.iter().enumerate().any(is_other)
    }

    fn role(&self, at: usize, by: &[bool]) -> Role {
        let around = self.around(at);
        let names_other = |from: usize, to: usize| self.names_other(at, by, from, to);
        let beside_others = || {
            names_other(0, self.text.len())
                && around.fails()
                && (around.is_built_on() && self.others_are_hit(at, by) || self.takes_down(at, by, &around))
        };
        let is_cause = around.is_told_as_cause(names_other)
            || around.is_provider()
            || around.is_built_on() && self.is_spoken_of(at)
            || beside_others();
        if is_cause && !around.was_taken_down() { Role::Upstream } else { Role::Affected }
    }

    /// Whether something is named that others are not built on.
    fn others_are_hit(&self, at: usize, by: &[bool]) -> bool {
        let service = self.all[at].2;
        let is_hit = |(place, (_, _, other)): (usize, &(usize, usize, &Service))| {
            !by[place] && other.name != service.name && !PHRASING.infrastructure.contains(other.name.as_str())
        };
        self.all.iter().enumerate().any(is_hit)
    }

    /// Whether it is not the one that speaks: `Name: …`, or whose page it is.
    fn is_spoken_of(&self, at: usize) -> bool {
        let (from, _, service) = self.all[at];
        let is_same =
            |other: &Service| other.name == service.name || other.name == service.owner || other.owner == service.owner;
        let is_title = |(_, end, other): &(usize, usize, &Service)| *end <= self.titled && is_same(other);
        let is_behind = self.titled > 0 && from >= self.titled && !self.all.iter().any(is_title);
        is_behind || self.page_of.is_some_and(|page_of| !is_same(page_of))
    }

    /// `AWS outage takes down Slack`, `falla en AWS deja sin servicio a GitHub`.
    fn takes_down(&self, at: usize, by: &[bool], around: &Around<'_>) -> bool {
        PHRASING.took_down.find(around.after).any(|(from, to)| {
            let (from, to) = (around.to + from, around.to + to);
            let end = around.to + around.after.len();
            !self.names_other(at, by, around.to, from) && self.names_other(at, by, to, end)
        })
    }

    /// Whether it is a service that only tells of others.
    fn only_tells(&self, at: usize) -> bool {
        PHRASING.teller.contains(self.all[at].2.name.as_str())
    }

    fn stands_by(&self, at: usize) -> bool {
        let around = self.around(at);
        let phrasing = &*PHRASING;
        let name = around.service.name.as_str();
        let is_place = phrasing.place.contains(name);
        let (from, to, _) = self.all[at];
        self.only_tells(at)
            || is_venue(around.service)
            || is_medium(self.text, from, to)
            || is_place && around.is_where_something_is_said(phrasing)
            || around.is_turned_to(phrasing)
            || self.is_spared(at, &around)
    }

    /// Whether the clause that names it says that it works.
    fn is_spared(&self, at: usize, around: &Around<'_>) -> bool {
        let next = self.all.get(at + 1).map_or(usize::MAX, |(from, _, _)| from.saturating_sub(around.to));
        let last = at.checked_sub(1).map_or(0, |before| self.all[before].1.saturating_sub(around.start));
        let after = clause(&around.after[..next.min(around.after.len())]);
        let before = around.before.get(last..).unwrap_or_default();
        let before = before.rsplit([',', ':', '–', '(']).next().unwrap_or_default();
        says(&PHRASING.spared, after) && !PHRASING.failure.are_in(after)
            || says(&PHRASING.spared, before)
                && PHRASING.spared.last_end(before).is_some_and(|end| words_between(&before[end..]) <= BESIDE + 1)
    }
}

/// Whether an outage of others shows there: `British Airways cancels flights from Gatwick`.
fn is_venue(service: &Service) -> bool {
    service.name.ends_with(" Airport")
}

/// What stands in the sentence of a name, before and behind it.
struct Around<'a> {
    before: &'a str,
    after: &'a str,
    /// Where the sentence begins.
    start: usize,
    /// Where the name ends.
    to: usize,
    service: &'a Service,
}

impl Around<'_> {
    /// `due to AWS`, `AWS nedeniyle`.
    fn is_told_as_cause(&self, names_other: impl Fn(usize, usize) -> bool) -> bool {
        let before = PHRASING.because.find(self.before).filter(|(_, to)| {
            let between = &self.before[*to..];
            let is_apart = between.contains(',') && !PHRASING.provider.are_in(between);
            !is_apart
                && words_between(between) <= FAR
                && !speaks_of_a_person(between)
                && !names_other(self.start + to, self.start + self.before.len())
        });
        let is_own = ["customers", "users", "kunden", "clients", "clientes"];
        let is_own = is_own.iter().any(|word| self.after.trim_start().starts_with(word));
        if before.count() > 0 && !is_own {
            return true;
        }
        PHRASING.because_behind.find(self.after).any(|(from, _)| {
            let between = &self.after[..from];
            !between.contains(',') && words_between(between) <= BEHIND && !names_other(self.to, self.to + from)
        })
    }

    /// `a change that took down Azure`.
    fn was_taken_down(&self) -> bool {
        PHRASING.took_down.last_end(self.before).is_some_and(|end| words_between(&self.before[end..]) == 0)
    }

    /// `our DNS provider Dyn`.
    fn is_provider(&self) -> bool {
        PHRASING.provider.last_end(self.before).is_some_and(|end| words_between(&self.before[end..]) == 0)
    }

    /// Whether what a failure is called stands beside the name.
    fn fails(&self) -> bool {
        let after = PHRASING.failure.find(self.after).any(|(from, _)| words_between(&self.after[..from]) <= BESIDE);
        after || PHRASING.failure.last_end(self.before).is_some_and(|end| words_between(&self.before[end..]) <= BESIDE)
    }

    fn is_built_on(&self) -> bool {
        PHRASING.infrastructure.contains(self.service.name.as_str())
    }

    /// `customers vent on Twitter`, `Twitter'da herkes aynı şeyi yazıyor`; not `outage on Facebook`.
    fn is_where_something_is_said(&self, phrasing: &Phrasing) -> bool {
        let before = self.before.trim_end_matches([' ', '@', '#', '"']);
        let led = phrasing.saying_before.find(before).filter(|(_, to)| *to == before.len()).map(|(from, _)| from).max();
        let is_led = led.is_some_and(|from| {
            let fails = phrasing.failure.last_end(&before[..from]);
            fails.is_none_or(|end| words_between(&before[end..from]) > 0)
        });
        let told = phrasing.according_before.last_end(before).is_some_and(|end| words_between(&before[end..]) == 0);
        is_led || told || begins(&phrasing.saying_behind, self.after) || begins(&phrasing.according_behind, self.after)
    }

    /// `switched to Zoom`.
    fn is_turned_to(&self, phrasing: &Phrasing) -> bool {
        phrasing.instead.last_end(self.before).is_some_and(|end| words_between(&self.before[end..]) <= 1)
            || begins(&phrasing.instead_behind, self.after)
    }
}

/// Whether a text begins with one of the phrases.
fn begins(words: &super::words::Words, text: &str) -> bool {
    words.find(text).any(|(from, _)| text[..from].trim_matches([' ', '\'', '"']).is_empty())
}

/// The clause that a text begins with.
fn clause(text: &str) -> &str {
    let end = text.find([',', ':', '–', ')']).unwrap_or(text.len()).min(CLAUSE);
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[..end]
}

/// Whether one of the phrases is said, and not its contrary.
fn says(words: &super::words::Words, clause: &str) -> bool {
    words.find(clause).any(|(from, to)| !PHRASING.not.are_in(&clause[..from]) && !begins(&PHRASING.not, &clause[to..]))
}

/// `because i cannot open slack` names no cause.
fn speaks_of_a_person(between: &str) -> bool {
    between
        .split_whitespace()
        .any(|word| matches!(word, "i" | "we" | "you" | "they" | "my" | "me" | "ich" | "je" | "wir"))
}
