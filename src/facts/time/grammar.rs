//! What is written: clocks, dates, weekdays, parts of the day and zones are *atoms*; neighbours that fit together are one
//! *time*. Nothing is resolved here.

use super::{
    clock, date,
    words::{self, Part},
    zones::{self, Written},
};
use crate::facts::view::{Kind, View};

/// A time of day as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::facts) struct Clock {
    /// 0 to 24.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// Where seconds are written.
    pub second: Option<i8>,
    /// Minutes are written.
    pub exact: bool,
    /// `Some(true)` after noon, `Some(false)` before, `None` where the text does not say.
    pub afternoon: Option<bool>,
    /// Certain by its own form; a bare number is not.
    pub sure: bool,
}

impl Clock {
    /// The hour on a clock of 24 hours.
    pub(in crate::facts) fn hour_of_day(self) -> i8 {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        }
    }
}

/// A day as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::facts) enum Day {
    /// A date, with or without its year.
    Date { year: Option<i16>, month: i8, day: i8 },
    /// A month alone.
    Month { year: Option<i16>, month: i8 },
    /// A weekday, Monday 0; `strict` where it cannot be the day of publication ("last Thursday").
    Weekday { number: i8, strict: bool },
    /// So many days from the day of publication.
    Offset(i8),
    /// The last weekend.
    Weekend,
}

/// A time that is told by its distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::facts) enum Relative {
    /// So many minutes before the text was written.
    Ago(i64),
    /// So many minutes after the time told before; negative for earlier.
    Later(i64),
}

/// A second clock for the same instant.
#[derive(Debug, Clone)]
pub(in crate::facts) struct Other {
    /// It.
    pub clock: Clock,
    /// Its zone.
    pub zone: Option<Written>,
    /// The day it names.
    pub day: Option<Day>,
}

/// A time as it is written.
#[derive(Debug, Clone, Default)]
pub(in crate::facts) struct Stated {
    /// First token.
    pub from: usize,
    /// Last token, exclusive.
    pub to: usize,
    /// The day.
    pub day: Option<Day>,
    /// A weekday beside a date: it only confirms.
    pub weekday: Option<i8>,
    /// The clock.
    pub clock: Option<Clock>,
    /// The part of the day.
    pub part: Option<Part>,
    /// The zone.
    pub zone: Option<Written>,
    /// The same instant on another clock.
    pub others: Vec<Other>,
    /// Told by distance.
    pub relative: Option<Relative>,
}

impl Stated {
    fn is_empty(&self) -> bool {
        self.day.is_none() && self.clock.is_none() && self.part.is_none() && self.relative.is_none()
    }
}

/// One element of a time.
#[derive(Debug, Clone)]
pub(in crate::facts) enum Atom {
    /// A time of day, and the part of the day that says which half.
    Clock(Clock),
    /// A day, and the part of the day that its word includes.
    Day(Day, Option<Part>),
    /// A part of the day.
    Part(Part),
    /// A distance.
    Relative(Relative),
}

/// What the reader of a sentence knows of the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::facts) struct Manner {
    /// `hier` is yesterday.
    pub french: bool,
    /// `morgen` is tomorrow or the morning.
    pub german: bool,
    /// 3/4/2024 is the fourth of March.
    pub month_first: bool,
}

/// The first times of a range of tokens, in order, `most` at most.
pub(in crate::facts) fn times(
    view: &View<'_>,
    range: (usize, usize),
    manner: Manner,
    most: usize,
    out: &mut Vec<Stated>,
) {
    let mut at = range.0;
    while at < range.1 && out.len() < most {
        match time_at(view, at, range.1, manner) {
            Some(stated) => {
                at = stated.to;
                out.push(stated);
            }
            None => at += 1,
        }
    }
}

/// The atom at a token, and the token behind it.
fn atom(view: &View<'_>, at: usize, end: usize, manner: Manner) -> Option<(Atom, usize)> {
    match view.kind(at) {
        Kind::Number => date::numeric(view, at, end, manner)
            .or_else(|| date::day_and_month(view, at, end))
            .or_else(|| clock::relative(view, at, end))
            .or_else(|| clock::at(view, at, end)),
        Kind::Word if !view.tokens[at].times => None,
        Kind::Word => clock::relative(view, at, end)
            .or_else(|| clock::word(view, at, end))
            .or_else(|| date::month_first(view, at, end))
            .or_else(|| date::word(view, at, end, manner)),
        _ => None,
    }
}

/// The time that begins at a token.
fn time_at(view: &View<'_>, start: usize, end: usize, manner: Manner) -> Option<Stated> {
    let (first, to) = atom(view, start, end, manner)?;
    let mut stated = Stated { from: start, to, ..Stated::default() };
    if !stated.take(first) {
        return None;
    }
    loop {
        let (next, is_other) = past_connectors(view, stated.to, end, stated.clock.is_none());
        // `(1:30 PM ET, 12 AM IST)`: the bracket is still open.
        let is_other = is_other || !stated.others.is_empty() && stated.is_open(view, next);
        let zone = (stated.clock.is_some() && next < end).then(|| zones::at(view, next, end)).flatten();
        if let Some(zone) = zone
            && !is_other
            && stated.zone.is_none()
        {
            stated.to = zone.to;
            stated.zone = Some(zone);
            stated.explained(view, end);
            continue;
        }
        let Some((found, to)) = (next < end).then(|| atom(view, next, end, manner)).flatten() else { break };
        let taken = if is_other && stated.clock.is_some() && matches!(found, Atom::Clock(_) | Atom::Day(..)) {
            stated.take_other(view, next, end, manner)
        } else {
            stated.take(found).then_some(to)
        };
        let Some(to) = taken else { break };
        stated.to = to;
    }
    stated.close(view, end);
    (!stated.is_empty()
        && stated.clock.is_none_or(|clock| clock.sure || stated.part.is_some() || stated.zone.is_some()))
    .then_some(stated)
}

/// Words that may stand between the atoms of one time.
fn connects(word: &str) -> bool {
    matches!(
        word,
        "at" | "on"
            | "the"
            | "of"
            | "in"
            | "around"
            | "about"
            | "approximately"
            | "roughly"
            | "shortly"
            | "early"
            | "late"
            | "um"
            | "gegen"
            | "am"
            | "den"
            | "der"
            | "dem"
            | "im"
            | "vom"
            | "zum"
            | "auf"
            | "kurz"
            | "ca"
            | "etwa"
            | "a"
            | "le"
            | "la"
            | "vers"
            | "de"
            | "du"
            | "dans"
            | "environ"
            | "l"
            | "las"
            | "el"
            | "del"
            | "por"
            | "sobre"
            | "los"
            | "as"
            | "do"
            | "da"
            | "dia"
            | "na"
            | "no"
            | "pela"
            | "cerca"
            | "alle"
            | "ore"
            | "il"
            | "di"
            | "dell'"
            | "nella"
            | "circa"
            | "verso"
            | "giorno"
            | "local"
    )
}

/// The next token that may be an atom, and whether what stands in between says that it tells the same instant anew. In
/// front of the clock more may stand between: `Dec 26, 2024 - 10:40`, "on Thursday between 9:00".
fn past_connectors(view: &View<'_>, from: usize, end: usize, before_clock: bool) -> (usize, bool) {
    let mut at = from;
    let mut is_other = false;
    let mut words = 0;
    while at < end && words < 4 {
        match view.kind(at) {
            Kind::Mark('(' | '[' | '/' | '=') => is_other = true,
            Kind::Mark(',' | ')' | '*' | '\'') => {}
            Kind::Mark('.') if view.is_tight(at) && matches!(view.kind(at + 1), Kind::Mark(',' | '(' | ')')) => {}
            Kind::Mark('-') if before_clock && at == from && view.kind(at + 1) == Kind::Number => {}
            Kind::Word if before_clock && opens_range(view.low(at)) => words += 1,
            Kind::Word if view.low(at) == "or" && at == from => is_other = true,
            Kind::Word if view.low(at) == "t" && view.is_tight(at) && view.is_tight(at + 1) => {}
            Kind::Word if view.low(at) == "local" && view.low(at + 1) == "time" => break,
            Kind::Word if connects(view.low(at)) && zones_do_not_begin(view, at, end) => words += 1,
            _ => break,
        }
        at += 1;
    }
    (at, is_other)
}

fn opens_range(word: &str) -> bool {
    matches!(
        word,
        "from" | "between" | "starting" | "beginning" | "von" | "zwischen" | "entre" | "dalle" | "tra" | "das"
    )
}

/// Whether no zone begins at a connecting word (`AM` and `AS` are none, `a` may be Zulu's neighbour).
fn zones_do_not_begin(view: &View<'_>, at: usize, end: usize) -> bool {
    view.low(at).len() < 3 || zones::at(view, at, end).is_none()
}

impl Stated {
    /// Takes an atom where its place is free.
    fn take(&mut self, atom: Atom) -> bool {
        match atom {
            Atom::Clock(clock) if self.clock.is_none() && self.relative.is_none() => self.clock = Some(clock),
            Atom::Day(day, part) => match (self.day, day) {
                (None, _) => {
                    self.day = Some(day);
                    self.part = self.part.or(part);
                }
                (Some(Day::Weekday { number, .. }), Day::Date { .. }) => {
                    self.weekday = Some(number);
                    self.day = Some(day);
                }
                (Some(Day::Date { .. }), Day::Weekday { number, .. }) if self.weekday.is_none() => {
                    self.weekday = Some(number)
                }
                // "yesterday, Tuesday": the same day twice.
                (Some(Day::Offset(_)), Day::Weekday { .. } | Day::Date { .. }) if self.weekday.is_none() => {
                    self.weekday = Some(-1);
                    self.day = Some(day);
                }
                (Some(Day::Weekday { number, .. }), Day::Offset(_)) if self.weekday.is_none() => {
                    self.weekday = Some(number)
                }
                _ => return false,
            },
            // "the early hours of the morning"
            Atom::Part(Part::Morning) if self.part == Some(Part::Night) && self.clock.is_none() => {}
            Atom::Part(part) if self.part.is_none() && self.relative.is_none() => self.part = Some(part),
            Atom::Relative(relative) if self.is_empty() => self.relative = Some(relative),
            _ => return false,
        }
        true
    }

    /// Takes the same instant told on another clock: `(12 AM IST)`, `/1345 GMT`, `(4:30 p.m. Wednesday GMT)`.
    fn take_other(&mut self, view: &View<'_>, at: usize, end: usize, manner: Manner) -> Option<usize> {
        let mut other = Self { from: at, to: at, ..Self::default() };
        let bracket = at > 0 && view.is_mark(at - 1, '(');
        loop {
            let (next, _) = past_connectors(view, other.to, end, false);
            // A closing bracket ends it, and without one its zone.
            if other.zone.is_some() && !bracket
                || other.to > at
                    && (other.to..next).any(|between| matches!(view.kind(between), Kind::Mark(')' | ']' | '/')))
            {
                break;
            }
            if other.clock.is_some()
                && other.zone.is_none()
                && let Some(zone) = zones::at(view, next, end)
            {
                other.to = zone.to;
                other.zone = Some(zone);
                continue;
            }
            let Some((found, to)) = (next < end).then(|| atom(view, next, end, manner)).flatten() else { break };
            if !other.take(found) {
                break;
            }
            other.to = to;
        }
        let clock = other.clock.filter(|_| other.zone.is_some() || other.day.is_some())?;
        let clock = other.part.map_or(clock, |part| clock::with_part(clock, part));
        // `(… Ortszeit)` tells nothing by itself; two of three clocks are enough to check with.
        if self.others.len() < 3 {
            self.others.push(Other { clock, zone: other.zone, day: other.day });
        }
        Some(other.to)
    }

    /// `CST (UTC+8)`, `PST US/Pacific`: the second word for the zone says which the first one means.
    fn explained(&mut self, view: &View<'_>, end: usize) {
        let bracket = view.is_mark(self.to, '(');
        let Some(second) = zones::at(view, self.to + usize::from(bracket), end) else { return };
        let closes = bracket && view.is_mark(second.to, ')');
        let is_sure = second.one.is_some() && (closes || !bracket);
        if let Some(zone) = self.zone.as_mut().filter(|_| is_sure) {
            zone.one = second.one;
            self.to = second.to + usize::from(closes);
        }
    }

    /// Whether a bracket is open in front of `at`.
    fn is_open(&self, view: &View<'_>, at: usize) -> bool {
        let count = |mark| (self.from..at).filter(|at| view.is_mark(*at, mark)).count();
        count('(') > count(')')
    }

    /// The end: a part of the day says which half the clock means, and brackets are taken along.
    fn close(&mut self, view: &View<'_>, end: usize) {
        if let (Some(clock), Some(part)) = (self.clock, self.part) {
            self.clock = Some(clock::with_part(clock, part));
        }
        if self.is_open(view, self.to) && self.to < end && view.is_mark(self.to, ')') {
            self.to += 1;
        }
        let before = self.from.checked_sub(1).map_or("", |before| view.low(before));
        match (self.part, before) {
            (Some(Part::Morning), "early") if self.clock.is_none() => self.part = Some(Part::Night),
            (None, "early") if self.clock.is_none() && self.day.is_some() => self.part = Some(Part::Night),
            (None, "late") if self.clock.is_none() && self.day.is_some_and(is_a_day) => self.part = Some(Part::Evening),
            // The night of a day is its evening; the night that leads to it is told by other words.
            (Some(Part::Night), _) if self.day.is_some() && self.clock.is_none() && is_evening(view, self) => {
                self.part = Some(Part::Evening);
            }
            _ => {}
        }
    }
}

fn is_a_day(day: Day) -> bool {
    !matches!(day, Day::Month { .. } | Day::Weekend)
}

/// "Monday night", "hier dans la nuit", "ontem à noite"; not "overnight", "madrugada", "in der Nacht zum Dienstag".
fn is_evening(view: &View<'_>, stated: &Stated) -> bool {
    !(stated.from..stated.to).any(|at| matches!(view.low(at), "overnight" | "madrugada" | "nacht" | "nuit" | "hours"))
        && !matches!(words::part(view.low(stated.from)), Some(Part::Night))
        || view.low(stated.from) == "night" && view.low(stated.from + 1) == "of"
}
