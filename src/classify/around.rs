//! What stands around a name in its sentence, and what is told of it there.

use super::{
    mention::{near_before, near_behind},
    phrasing::{PHRASING, Set, Told, sentence, words_between},
    roles::Mentioned,
};
use crate::{catalogue::Service, text::letters::is_unspaced};

/// Words between a cause and the words that call it one, at most.
const FAR: usize = 9;

/// The same behind a name.
const BEHIND: usize = 5;

/// Words between a name and what a failure is called, at most.
pub const BESIDE: usize = 2;

/// Bytes before and behind a name that are looked at.
const FAR_AWAY: usize = 120;

/// Bytes of a clause in which it is said that something works.
const CLAUSE: usize = 60;

/// What stands around a name in its sentence.
pub struct Around<'a> {
    pub text: &'a str,
    pub told: &'a Told,
    /// Where the sentence begins …
    pub start: usize,
    /// … and the name, and where the name ends …
    pub from: usize,
    pub to: usize,
    /// … and the sentence.
    pub end: usize,
    pub service: &'a Service,
    /// How deep it lies below what people use.
    pub depth: u8,
}

impl<'a> Around<'a> {
    pub fn new(text: &'a str, told: &'a Told, (from, to, service): Mentioned<'a>) -> Self {
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

    /// Where phrases of a set stand before the name.
    pub fn before(&self, set: Set) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.told.within(set, self.start, self.from)
    }

    /// The same behind it.
    pub fn behind(&self, set: Set) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.told.within(set, self.to, self.end)
    }

    /// How many words stand between the last phrase of a set before the name and a place; none where there is none.
    pub fn since(&self, set: Set, place: usize) -> Option<usize> {
        self.told.last_end(set, self.start, place).map(|end| words_between(&self.text[end..place]))
    }

    /// `due to AWS`, `AWS nedeniyle`. Beside nobody else, `because Slack is down I cannot work` tells of Slack.
    pub fn is_told_as_cause(&self, has_others: bool, names_other: impl Fn(usize, usize) -> bool) -> bool {
        let is_first =
            |from: usize, to: usize| self.text[self.start..from].trim().is_empty() && &self.text[from..to] == "because";
        let mut before = self.before(Set::Because).filter(|(from, to)| {
            let between = &self.text[*to..self.from];
            let is_apart = between.contains(',') && !self.told.says(Set::Provider, *to, self.from);
            !is_apart
                && !is_broken(between)
                && words_between(between) <= FAR
                && !speaks_of_a_person(between)
                && !names_other(*to, self.from)
                && (has_others || !is_first(*from, *to))
                && self.since(Set::Not, *from) != Some(0)
        });
        let after = self.text[self.to..self.end].trim_start();
        let is_own =
            || ["customers", "users", "kunden", "clients", "clientes"].iter().any(|word| after.starts_with(word));
        if before.next().is_some() && !is_own() {
            return true;
        }
        self.causes_behind(names_other).any(|cause| !self.is_denied(cause))
    }

    /// The phrases behind the name that make it a cause.
    fn causes_behind(&self, names_other: impl Fn(usize, usize) -> bool) -> impl Iterator<Item = (usize, usize)> {
        // `によると` tells who says it, though it begins as `による` does.
        let tells = |from: usize| self.behind(Set::AccordingBehind).any(|(at, _)| at == from);
        let is_said = move |(from, _): &(usize, usize)| {
            let between = &self.text[self.to..*from];
            !tells(*from) && !between.contains(',') && words_between(between) <= BEHIND && !names_other(self.to, *from)
        };
        self.behind(Set::BecauseBehind).filter(is_said)
    }

    /// `AWS is not the cause`, `AWS nedeniyle değil`.
    fn is_denied(&self, (_, to): (usize, usize)) -> bool {
        let mut behind = self.told.within(Set::Not, to, self.end);
        self.told.says(Set::Not, self.to, to) || behind.any(|(from, _)| words_between(&self.text[to..from]) <= 1)
    }

    /// `a change that took down Azure`.
    pub fn was_taken_down(&self) -> bool {
        self.since(Set::TookDown, self.from) == Some(0)
    }

    /// `our DNS provider Dyn`, `Auth0, our provider`: whether it is said whose.
    pub fn provides(&self) -> Option<bool> {
        let is_beside = |(_, to): &(usize, usize)| words_between(&self.text[*to..self.from]) == 0;
        let is_aside = |(from, _): &(usize, usize)| matches!(self.text[self.to..*from].trim(), "," | "–" | "(");
        // `one of our acquiring partners`.
        let is_ours = |(from, to): (usize, usize)| {
            let before = self.text[self.start..from].split(' ').rev().filter(|word| !word.is_empty()).take(BESIDE);
            PHRASING.says_whose(&self.text[from..to]) || before.into_iter().any(|word| PHRASING.says_whose(word))
        };
        let before: Vec<bool> = self.before(Set::Provider).filter(is_beside).map(is_ours).collect();
        let is_behind = self.behind(Set::Provider).filter(is_aside).any(is_ours);
        (is_behind || !before.is_empty()).then(|| is_behind || before.contains(&true))
    }

    /// Whether a failure is told of near the name, or it as a cause.
    pub fn is_out(&self) -> bool {
        let near = BESIDE + 2;
        self.fails_near(near)
            || self.since(Set::Because, self.from).is_some_and(|words| words <= near)
            || self.does_not()
    }

    /// Whether what a failure is called stands beside the name.
    pub fn fails(&self) -> bool {
        self.fails_near(BESIDE)
    }

    /// Whether it stands at most so many words from the name.
    fn fails_near(&self, most: usize) -> bool {
        self.behind(Set::Failure).any(|(from, _)| words_between(&self.text[self.to..from]) <= most)
            || self.since(Set::Failure, self.from).is_some_and(|words| words <= most)
    }

    /// `we have ruled out our CDN, Cloudflare`, said behind a place, which is where another is named; `not Cloudflare`, `AWS
    /// is not the cause`.
    pub fn is_ruled_out(&self, after: usize, names_other: impl Fn(usize, usize) -> bool) -> bool {
        let since = |set| {
            let end = self.told.last_end(set, self.start.max(after), self.from);
            end.map(|end| words_between(&self.text[end..self.from]))
        };
        since(Set::RuledOut).is_some_and(|words| words <= BESIDE + 2)
            || since(Set::NotIt) == Some(0)
            || self.causes_behind(names_other).any(|cause| self.is_denied(cause))
    }

    /// What a failure is called that is told to be there: `fault at`.
    pub fn failure_at(&self) -> Option<(usize, usize)> {
        let joints = self.before(Set::At).filter(|(_, to)| self.text[*to..self.from].trim().is_empty());
        let failures = joints.filter_map(|(from, _)| self.told.within(Set::Failure, self.start, from).last());
        failures.filter(|(_, to)| words_between(&self.text[*to..self.from]) <= BESIDE).last()
    }

    /// Whether it is said that what stands at a place came first: `after a fault`.
    pub fn follows(&self, from: usize) -> bool {
        self.since(Set::After, from).is_some_and(|words| words <= BESIDE)
    }

    /// `GitHub is not delivering webhooks`.
    pub fn does_not(&self) -> bool {
        self.behind(Set::Not).any(|(from, _)| words_between(&self.text[self.to..from]) <= BESIDE)
    }

    /// `customers including Netflix`, `delivery to Gmail`.
    pub fn is_victim(&self) -> bool {
        self.since(Set::Victim, self.from).is_some_and(|words| words <= BESIDE)
    }

    /// `the Slack and Google Drive integrations`: of whom they are is told by the first behind the list.
    pub fn is_linked(&self) -> bool {
        let behind = self.behind(Set::Linked).next();
        let is_near = |(from, _)| {
            words_between(&self.text[self.to..from]) <= BESIDE + 1 && !self.told.says(Set::Failure, self.to, from)
        };
        behind.is_some_and(is_near) || self.since(Set::LinkedBefore, self.from).is_some_and(|words| words <= 1)
    }

    /// `customers vent on Twitter`, `Twitter'da herkes aynı şeyi yazıyor`; not `outage on Facebook`.
    pub fn is_where_something_is_said(&self) -> bool {
        let end = self.start + self.text[self.start..self.from].trim_end_matches([' ', '@', '#', '"']).len();
        let led = self.told.within(Set::SayingBefore, self.start, end);
        let led = led.filter(|(_, to)| *to == end).map(|(from, _)| from).max();
        led.is_some_and(|from| self.since(Set::Failure, from).is_none_or(|words| words > 0))
            || self.since(Set::AccordingBefore, end) == Some(0)
            || self.begins(Set::SayingBehind, self.to, self.end)
            || self.begins(Set::AccordingBehind, self.to, self.end)
    }

    /// `switched to Zoom`.
    pub fn is_turned_to(&self) -> bool {
        self.since(Set::Instead, self.from).is_some_and(|words| words <= 1)
            || self.begins(Set::InsteadBehind, self.to, self.end)
    }

    /// Whether a stretch begins with a phrase of a set.
    pub fn begins(&self, set: Set, from: usize, to: usize) -> bool {
        let is_first = |(at, _): (usize, usize)| self.text[from..at].trim_matches([' ', '\'', '"']).is_empty();
        self.told.within(set, from, to).any(is_first)
    }

    /// Whether a failure is told of in a stretch; `no issues` tells of none.
    pub fn fails_within(&self, from: usize, to: usize) -> bool {
        let mut failures = self.told.within(Set::Failure, from, to);
        failures
            .any(|(at, end)| !self.told.within(Set::Spared, from, to).any(|(start, stop)| start <= at && end <= stop))
    }

    /// Whether it is said in a stretch that something works, and not the contrary.
    pub fn spares(&self, from: usize, to: usize) -> bool {
        let is_so = |(at, end): (usize, usize)| !self.told.says(Set::Not, from, at) && !self.begins(Set::Not, end, to);
        self.told.within(Set::Spared, from, to).any(is_so)
    }
}

/// The clause that a text begins with.
pub fn clause(text: &str) -> &str {
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
