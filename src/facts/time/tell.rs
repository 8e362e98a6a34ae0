//! The times of a sentence together: ranges lend each other what is written once, a clock takes the day and the zone
//! that its neighbours name, "half an hour later" counts from the time before.

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};

use super::{
    grammar::{Clock, Stated},
    resolve::{Frame, Hints, Told, resolve},
    zones::Written,
};
use crate::facts::view::{Kind, View};

/// What one sentence leaves to the next ones.
#[derive(Debug, Clone, Default)]
pub(in crate::facts) struct Carry {
    /// The day that was named last.
    pub day: Option<Date>,
    /// The zone that was written last, and its words.
    pub zone: Option<(Written, String)>,
    /// The instant that was told last.
    pub before: Option<Timestamp>,
    /// The stamp of the update that is being read.
    pub stamp: Option<Timestamp>,
    /// Updates bear stamps here.
    pub stamped: bool,
}

/// A time, and how it stands to the next one.
#[derive(Debug, Clone)]
pub(in crate::facts) struct Time {
    /// What is written.
    pub stated: Stated,
    /// What it means; `None` where the text does not say enough.
    pub told: Option<Told>,
    /// It begins a range that the next time ends.
    pub opens: bool,
    /// It ends a range that the time before opens.
    pub closes: bool,
}

/// Whether a time stands alone at the start of a line, in front of a sentence of its own.
fn is_stamp(view: &View<'_>, time: &Time, from: usize) -> bool {
    let next = view.tokens.get(time.stated.to);
    let begins = time.stated.from == from && time.stated.clock.is_some() && !time.opens;
    begins && next.is_none_or(|next| next.capital || !matches!(next.kind, Kind::Word | Kind::Mark(',')))
}

/// Understands the times of a sentence that begins at `from`.
pub(in crate::facts) fn tell(
    view: &View<'_>,
    from: usize,
    stated: Vec<Stated>,
    frame: &Frame,
    carry: &mut Carry,
) -> Vec<Time> {
    let mut times: Vec<Time> =
        stated.into_iter().map(|stated| Time { stated, told: None, opens: false, closes: false }).collect();
    for at in 1..times.len() {
        if !times[at - 1].closes && is_range(view, &times[at - 1].stated, &times[at].stated) {
            (times[at - 1].opens, times[at].closes) = (true, true);
            let (first, second) = times.split_at_mut(at);
            lend(view, &mut first[at - 1].stated, &mut second[0].stated);
        }
    }
    for at in 0..times.len() {
        let hints = hints(view, &times, at, from, carry);
        let words = |zone: &Written| view.written(zone.from, zone.to).to_owned();
        times[at].told = resolve(&times[at].stated, &hints, frame, &words);
        if times[at].closes {
            let (first, second) = times.split_at_mut(at);
            order(&mut first[at - 1], &mut second[0]);
        }
        let time = &times[at];
        if at == 0
            && carry.stamped
            && let Some(told) = time.told.as_ref().filter(|_| is_stamp(view, time, from))
        {
            carry.stamp = told.dated.then_some(told.at);
            carry.day = None;
            continue;
        }
        if let Some(told) = &time.told {
            if time.stated.day.is_some() && told.dated || time.stated.relative.is_some() {
                carry.day = Some(told.date);
            }
            carry.before = Some(told.at);
        }
        if let Some(zone) = time.stated.zone.as_ref().filter(|zone| zone.is_named(view)) {
            let text = words(zone);
            carry.zone = Some((zone.clone(), text));
        }
    }
    times
}

/// What the neighbours say about the time at `at`.
fn hints(view: &View<'_>, times: &[Time], at: usize, from: usize, carry: &Carry) -> Hints {
    let time = &times[at].stated;
    let near = |index: usize| times.get(index).and_then(|time| time.stated.zone.as_ref());
    let zone = (time.clock.is_some() && time.zone.is_none())
        .then(|| near(at + 1).or_else(|| at.checked_sub(1).and_then(near)))
        .flatten()
        .map(|zone| (zone.clone(), view.written(zone.from, zone.to).to_owned()));
    let text_zone = carry.zone.clone().filter(|_| time.zone.is_none());
    let stamped = carry.stamped && times.first().is_some_and(|time| is_stamp(view, time, from));
    let dated = |time: &Time| {
        let named = time.stated.day.is_some();
        time.told.as_ref().filter(|told| told.dated && (named || time.closes)).map(|told| told.date)
    };
    let before = &times[usize::from(stamped && at > 0)..at];
    let day = before.iter().rev().find_map(dated).or(carry.day);
    Hints { day, zone, text_zone, before: carry.before, stamp: carry.stamp.filter(|_| at > 0 || !stamped) }
}

/// Whether two neighbours are the ends of a range: "between A and B", "from A until B", "A - B".
fn is_range(view: &View<'_>, first: &Stated, second: &Stated) -> bool {
    if first.relative.is_some() || second.relative.is_some() || first.clock.is_some() != second.clock.is_some() {
        return false;
    }
    let opened = |words: &[&str]| (first.from.saturating_sub(5)..first.to).any(|at| words.contains(&view.low(at)));
    let between = (first.to..second.from).filter(|at| !is_filler(view.low(*at)));
    let links: Vec<&str> = between
        .map(|at| match view.kind(at) {
            Kind::Mark('-') => "-",
            Kind::Mark(',' | '(' | ')' | '.') | Kind::Break => "",
            Kind::Mark(_) => "?",
            _ => view.low(at),
        })
        .filter(|link| !link.is_empty())
        .take(4)
        .collect();
    match links.as_slice() {
        ["and" | "und" | "et" | "y" | "e"] => opened(&["between", "zwischen", "entre", "tra", "fra", "from"]),
        ["to" | "until" | "till" | "through" | "bis" | "-" | "hasta" | "ate" | "jusqu'a" | "fino"] => true,
        ["a" | "al" | "alle" | "as"] => {
            opened(&["de", "von", "from", "des", "das", "dalle", "desde", "du", "las", "la", "a", "dal"])
        }
        ["until" | "bis" | "hasta" | "ate" | "fino" | "jusqu'a", ..] => links.len() <= 2,
        [] => {
            second.from > first.to
                && opened(&["de", "das", "dalle", "von"])
                && matches!(view.low(second.from - 1), "a" | "as" | "alle")
        }
        _ => false,
    }
}

fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "approximately"
            | "about"
            | "around"
            | "at"
            | "on"
            | "the"
            | "roughly"
            | "las"
            | "circa"
            | "etwa"
            | "gegen"
            | "environ"
            | "vers"
            | "um"
            | "l"
            | "il"
            | "le"
            | "los"
            | "later"
    )
}

/// What is written once holds for both ends.
fn lend(view: &View<'_>, first: &mut Stated, second: &mut Stated) {
    // `CST (UTC+8)` explains the next CST too.
    if let (Some(one), Some(two)) = (&first.zone, &mut second.zone)
        && one.one.is_some()
        && two.one.is_none()
        && view.low(one.from) == view.low(two.from)
    {
        two.one.clone_from(&one.one);
    }
    if let (Some(one), Some(two)) = (first.clock, second.clock) {
        first.clock = Some(lend_half(one, two));
    }
    if first.zone.is_none() && first.others.is_empty() {
        first.zone.clone_from(&second.zone);
    } else if second.zone.is_none() && second.others.is_empty() {
        second.zone.clone_from(&first.zone);
    }
    if first.day.is_none() && second.day.is_some() {
        first.day = second.day;
    }
}

/// "7:30 to 9:00 PM": the half of the second, unless the first would then be the later one ("11:30 to 1:00 PM").
fn lend_half(first: Clock, second: Clock) -> Clock {
    match (first.afternoon, second.afternoon) {
        (None, Some(afternoon)) if (1..=12).contains(&first.hour) => {
            let minutes = |clock: Clock| i32::from(clock.hour % 12) * 60 + i32::from(clock.minute);
            Clock { afternoon: Some(afternoon != (minutes(first) > minutes(second))), ..first }
        }
        _ => first,
    }
}

/// A range ends after it begins: the end moves to the next day where it names none of its own, else the beginning to the
/// day before where it has none.
fn order(first: &mut Time, second: &mut Time) {
    let (Some(start), Some(end)) = (&mut first.told, &mut second.told) else { return };
    if end.at > start.at || second.stated.clock.is_none() {
        return;
    }
    if second.stated.day.is_none() {
        if let (Ok(at), Ok(date)) = (end.at.checked_add(SignedDuration::from_hours(24)), end.date.checked_add(1.day()))
        {
            (end.at, end.date) = (at, date);
        }
    } else if first.stated.day == second.stated.day
        && let (Ok(at), Ok(date)) =
            (start.at.checked_sub(SignedDuration::from_hours(24)), start.date.checked_sub(1.day()))
    {
        (start.at, start.date) = (at, date);
    }
}
