//! Days: dates in numbers and words, weekdays, "today", "last night", parts of the day.

use super::{
    grammar::{Atom, Day, Manner},
    words::{self, Part},
};
use crate::facts::view::{Kind, View};

fn small(view: &View<'_>, at: usize, most: i64) -> Option<i8> {
    let (number, digits) = view.number(at)?;
    (digits <= 2 && (1..=most).contains(&number)).then_some(i8::try_from(number).ok()?)
}

fn year(view: &View<'_>, at: usize) -> Option<i16> {
    let (number, digits) = view.number(at)?;
    (digits == 4 && (1970..=2100).contains(&number)).then_some(i16::try_from(number).ok()?)
}

fn date(year: Option<i16>, month: i8, day: i8) -> Option<Atom> {
    // 2024 is a leap year: without a year the 29th of February may be right.
    jiff::civil::Date::new(year.unwrap_or(2024), month, day).ok()?;
    Some(Atom::Day(Day::Date { year, month, day }, None))
}

/// `2024-12-26`, `2024/12/26`, `20241226T…`, `12/26/2024`, `26.12.2024`, `26/12/24`.
pub(super) fn numeric(view: &View<'_>, at: usize, end: usize, manner: Manner) -> Option<(Atom, usize)> {
    let (number, digits) = view.number(at)?;
    if digits == 8 && view.low(at + 1) == "t" && view.is_tight(at + 1) {
        let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
        return Some((
            date(Some(i16::try_from(year).ok()?), i8::try_from(month).ok()?, i8::try_from(day).ok()?)?,
            at + 1,
        ));
    }
    let Kind::Mark(mark @ ('-' | '/' | '.')) = view.kind(at + 1) else { return None };
    if at + 2 >= end || !view.is_tight(at + 1) || !view.is_tight(at + 2) {
        return None;
    }
    let is_three = at + 4 < end && view.is_mark(at + 3, mark) && view.is_tight(at + 3) && view.is_tight(at + 4);
    if let (Some(year), true) = (year(view, at), is_three) {
        let atom = date(Some(year), small(view, at + 2, 12)?, small(view, at + 4, 31)?)?;
        return Some((atom, at + 5));
    }
    let (first, second) = (small(view, at, 31)?, small(view, at + 2, 31)?);
    if !is_three {
        // `26.12.` in German.
        let is_german = mark == '.' && view.is_mark(at + 3, '.') && view.is_tight(at + 3) && manner.german;
        return is_german.then(|| date(None, second, first)).flatten().map(|atom| (atom, at + 4));
    }
    let year = match view.number(at + 4)? {
        (_, 4) => year(view, at + 4)?,
        // `5.7.36` is a version.
        (number, 2)
            if mark != '.' || [at, at + 2].iter().all(|at| view.number(*at).is_some_and(|(_, digits)| digits == 2)) =>
        {
            i16::try_from(number).ok()? + 2000
        }
        _ => return None,
    };
    let month_first = mark == '/' && (manner.month_first && first <= 12 || second > 12);
    let (month, day) = if month_first || mark == '-' && second > 12 { (first, second) } else { (second, first) };
    Some((date(Some(year), month, day)?, at + 5))
}

/// `26 December 2024`, `26. Dezember`, `1er janvier`, `25 de diciembre de 2024`, `21-Jul-2021`, `4th of July`.
pub(super) fn day_and_month(view: &View<'_>, at: usize, end: usize) -> Option<(Atom, usize)> {
    let day = small(view, at, 31)?;
    let mut next = at + 1;
    while next < end
        && (matches!(view.kind(next), Kind::Mark('.' | '-' | 'º' | '°' | 'ª'))
            || matches!(view.low(next), "st" | "nd" | "rd" | "th" | "er" | "ro" | "de" | "of" | "do" | "di"))
        && next < at + 4
    {
        next += 1;
    }
    // "28 and 29 June": the month is told once.
    let month_at = if matches!(view.low(next), "and" | "und" | "et" | "y" | "e") && small(view, next + 1, 31).is_some()
    {
        next + 2
    } else {
        next
    };
    let month = (month_at < end).then(|| words::month(view.low(month_at))).flatten()?;
    // "12 may have": a verb, not a month.
    if view.low(month_at) == "may" && !view.tokens[month_at].capital {
        return None;
    }
    let (year, to) = year_behind(view, month_at + 1, end);
    let to = if month_at == next { to } else { next };
    Some((date(year, month, day)?, to))
}

/// A year behind a month, over what may stand between.
fn year_behind(view: &View<'_>, at: usize, end: usize) -> (Option<i16>, usize) {
    let mut next = at;
    while next < end
        && next < at + 2
        && (matches!(view.kind(next), Kind::Mark(',' | '.' | '-' | '\''))
            || matches!(view.low(next), "de" | "del" | "of" | "do"))
    {
        next += 1;
    }
    match (next < end).then(|| year(view, next)).flatten() {
        // `December 26, 2024:30` is no year, and a clock may follow: `Nov 3, 2021 14:00`.
        Some(year) if !(view.is_mark(next + 1, ':') && view.is_tight(next + 1)) => (Some(year), next + 1),
        _ => (None, at),
    }
}

/// `December 26, 2024`, `Dec. 26th`, `November 2010`, `November last year`.
pub(super) fn month_first(view: &View<'_>, at: usize, end: usize) -> Option<(Atom, usize)> {
    let month = words::month(view.low(at))?;
    if !view.tokens[at].capital && is_english_word(view.low(at)) && year_behind(view, at + 1, end).0.is_none() {
        return None;
    }
    let mut next = at + 1;
    if view.is_mark(next, '.') {
        next += 1;
    }
    if let Some(day) = (next < end).then(|| small(view, next, 31)).flatten()
        && !(view.is_mark(next + 1, ':') && view.is_tight(next + 1))
    {
        let mut behind = next + 1;
        if behind < end && matches!(view.low(behind), "st" | "nd" | "rd" | "th") && view.is_tight(behind) {
            behind += 1;
        }
        let (year, to) = year_behind(view, behind, end);
        return Some((date(year, month, day)?, to));
    }
    if words::month_needs_day(view.low(at)) && !matches!(view.low(at), "june" | "july" | "juni" | "juli") {
        let (year, to) = year_behind(view, at + 1, end);
        return year.map(|year| (Atom::Day(Day::Month { year: Some(year), month }, None), to));
    }
    let before = at.checked_sub(1).map_or("", |before| view.low(before));
    let (year, to) = year_behind(view, at + 1, end);
    let told =
        year.is_some() || matches!(before, "in" | "im" | "en" | "em" | "since" | "seit" | "depuis" | "desde" | "last");
    told.then_some((Atom::Day(Day::Month { year, month }, None), to))
}

/// Months that are also words when they are written small.
fn is_english_word(word: &str) -> bool {
    matches!(
        word,
        "may"
            | "march"
            | "mar"
            | "set"
            | "august"
            | "mars"
            | "sept"
            | "jan"
            | "sep"
            | "dec"
            | "nov"
            | "oct"
            | "ago"
            | "out"
    )
}

/// Words that are a day or a part of one.
pub(super) fn word(view: &View<'_>, at: usize, end: usize, manner: Manner) -> Option<(Atom, usize)> {
    let word = view.low(at);
    let before = at.checked_sub(1).map_or("", |before| view.low(before));
    if let Some(found) = near_day(view, at, end) {
        return Some(found);
    }
    if let Some((number, is_short)) = words::weekday(word) {
        return weekday(view, at, end, number, is_short, before);
    }
    if is_early(view, at) {
        return Some((Atom::Part(Part::Night), at + 2));
    }
    if let Some((days, part)) = words::day_word(word) {
        let is_morning = match word {
            "morgen" => {
                matches!(before, "heute" | "gestern" | "am" | "jeden" | "diesem" | "guten")
                    || view.tokens[at].capital && !before.is_empty()
            }
            "manana" => matches!(before, "la" | "esta" | "por"),
            _ => false,
        };
        let known = match word {
            "hier" => manner.french,
            "morgen" => manner.german,
            _ => true,
        };
        if known && !is_morning {
            return Some((Atom::Day(Day::Offset(days), part), at + 1));
        }
    }
    if word == "avant" && view.is_mark(at + 1, '-') && view.low(at + 2) == "hier" {
        return Some((Atom::Day(Day::Offset(-2), None), at + 3));
    }
    if word == "weekend" || word == "wochenende" {
        return Some((Atom::Day(Day::Weekend, None), at + 1));
    }
    part_of_day(view, at, before)
}

/// "this morning", "last night", "heute Morgen", "ce matin", "esta tarde": the day is told by the pronoun.
fn near_day(view: &View<'_>, at: usize, end: usize) -> Option<(Atom, usize)> {
    let next = at + 1;
    let part = (next < end).then(|| words::part(view.low(next))).flatten();
    let day = match view.low(at) {
        "this" | "esta" | "este" | "esse" | "nesta" | "neste" | "ce" | "cet" | "cette" | "questa" | "questo"
        | "diese" => 0,
        "last" if part == Some(Part::Night) => -1,
        "l'apres" if view.low(at + 2) == "midi" => return Some((Atom::Part(Part::Afternoon), at + 3)),
        "apres" if view.low(at + 2) == "midi" => return Some((Atom::Part(Part::Afternoon), at + 3)),
        "la" if view.low(at) == "la" && view.low(next) == "nuit" && view.low(at + 2) == "derniere" => {
            return Some((Atom::Day(Day::Offset(0), Some(Part::Night)), at + 3));
        }
        _ => return None,
    };
    if view.low(next) == "apres" && view.low(at + 3) == "midi" {
        return Some((Atom::Day(Day::Offset(0), Some(Part::Afternoon)), at + 4));
    }
    let part = part?;
    let part = match (day, part) {
        (-1, _) => Part::Evening,
        (0, Part::Night) if matches!(view.low(next), "noche" | "noite" | "night") => Part::Evening,
        (_, part) => part,
    };
    Some((Atom::Day(Day::Offset(day), Some(part)), next + 1))
}

fn weekday(view: &View<'_>, at: usize, end: usize, number: i8, is_short: bool, before: &str) -> Option<(Atom, usize)> {
    let mut to = at + 1;
    // `terça-feira`, `Mon.`
    if view.is_mark(to, '-') && view.low(to + 1) == "feira" {
        to += 2;
    } else if is_short {
        let beside = |at: usize| view.kind(at) == Kind::Number || words::month(view.low(at)).is_some();
        let past = to + usize::from(matches!(view.kind(to), Kind::Mark(',' | '.')));
        if !view.tokens[at].capital || past >= end || !beside(past) {
            return None;
        }
        to = past;
    }
    let part = words::part_of_compound(view.low(at));
    let strict = matches!(before, "last" | "letzten" | "vergangenen" | "dernier" | "pasado")
        || matches!(view.low(to), "dernier" | "pasado" | "passada" | "passado" | "scorso");
    let to = if matches!(view.low(to), "dernier" | "pasado" | "passada" | "passado" | "scorso") { to + 1 } else { to };
    Some((Atom::Day(Day::Weekday { number, strict }, part), to))
}

/// "early hours", "small hours".
fn is_early(view: &View<'_>, at: usize) -> bool {
    matches!(view.low(at), "early" | "small" | "wee") && matches!(view.low(at + 1), "hours")
}

fn part_of_day(view: &View<'_>, at: usize, before: &str) -> Option<(Atom, usize)> {
    let word = view.low(at);
    let part = words::part(word)?;
    let fits = match word {
        // Words of their own: only behind an article, a preposition or a day.
        "night" | "mornings" | "tarde" | "sera" | "fruh" | "manana" | "nacht" | "morgen" | "midi" | "notte"
        | "noite" | "noche" => at > 0 && !before.is_empty(),
        _ => true,
    };
    let is_adverb =
        matches!(before, "more" | "mas" | "muy" | "mais" | "tout" | "every" | "each" | "per" | "all" | "day" | "one");
    (fits && !is_adverb).then_some((Atom::Part(part), at + 1))
}
