//! Clocks, and times told by their distance.

use super::{
    grammar::{Atom, Clock, Relative},
    words::{self, Part},
    zones,
};
use crate::facts::view::{Kind, View};

/// Which half of the day the words at a token say, and the token behind them.
fn half(view: &View<'_>, at: usize, end: usize) -> Option<(bool, usize)> {
    if at >= end {
        return None;
    }
    match view.low(at) {
        "am" if view.is_tight(at) || view.written(at, at + 1) == "AM" || !is_word_am(view, at) => {
            return Some((false, at + 1));
        }
        "pm" => return Some((true, at + 1)),
        letter @ ("a" | "p") if view.is_mark(at + 1, '.') && view.low(at + 2) == "m" => {
            let to = at + 3;
            // The dot belongs to it; whether it ends the sentence too makes no difference here.
            let to = if view.is_mark(to, '.') && view.is_tight(to) && to < end { to + 1 } else { to };
            return Some((letter == "p", to));
        }
        letter @ ("a" | "p")
            if view.low(at + 1) == "m" && matches!(view.kind(at + 2), Kind::Mark('.') | Kind::Break) =>
        {
            return Some((letter == "p", at + 2));
        }
        _ => {}
    }
    None
}

/// "9 am Montag": the German preposition.
fn is_word_am(view: &View<'_>, at: usize) -> bool {
    words::weekday(view.low(at + 1)).is_some_and(|(_, is_short)| !is_short && view.low(at + 1).ends_with("tag"))
        || view.kind(at + 1) == Kind::Number && view.is_mark(at + 2, '.')
}

/// The clock with the half of the day that a part says.
pub(super) fn with_part(clock: Clock, part: Part) -> Clock {
    if clock.afternoon.is_some() || clock.hour > 12 || clock.hour == 0 {
        return clock;
    }
    let afternoon = match part {
        Part::Morning => false,
        Part::Afternoon => true,
        Part::Evening => clock.hour != 12,
        Part::Night => (6..=11).contains(&clock.hour),
    };
    let clock = Clock { afternoon: Some(afternoon), ..clock };
    if part == Part::Evening && clock.hour == 12 { Clock { hour: 0, afternoon: None, ..clock } } else { clock }
}

fn hour(view: &View<'_>, at: usize) -> Option<i8> {
    let (number, digits) = view.number(at)?;
    (digits <= 2 && number <= 24).then_some(i8::try_from(number).ok()?)
}

fn sixty(view: &View<'_>, at: usize) -> Option<i8> {
    let (number, digits) = view.number(at)?;
    (digits == 2 && number < 60).then_some(i8::try_from(number).ok()?)
}

fn before<'v>(view: &'v View<'_>, at: usize) -> &'v str {
    at.checked_sub(1).map_or("", |before| view.low(before))
}

/// A clock in digits.
pub(super) fn at(view: &View<'_>, at: usize, end: usize) -> Option<(Atom, usize)> {
    // A part of a longer number, an amount, a version.
    if at > 0
        && view.is_tight(at)
        && matches!(view.kind(at - 1), Kind::Mark('.' | ',' | '$' | '€' | '£' | '#' | ':' | '_' | '+'))
    {
        return None;
    }
    four_digits(view, at, end)
        .or_else(|| with_minutes(view, at, end))
        .or_else(|| whole_hour(view, at, end))
        .filter(|(clock, _)| clock.hour < 24 || clock.minute == 0)
        .filter(|(clock, _)| clock.afternoon.is_none() || (1..=12).contains(&clock.hour) || clock.hour > 12)
        .map(|(clock, to)| (Atom::Clock(clock), to))
}

/// `1345 GMT`, `0945 EDT`, `1800 hours`; `1215` beside such a one is left to the reader of the text.
fn four_digits(view: &View<'_>, at: usize, end: usize) -> Option<(Clock, usize)> {
    let (number, 4) = view.number(at)? else { return None };
    let (hour, minute) = (i8::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?);
    let is_time = at + 1 < end
        && (matches!(view.low(at + 1), "hours" | "hrs" | "uhr")
            || view.low(at + 1).len() > 1
                && zones::at(view, at + 1, end)
                    .is_some_and(|zone| zone.readings().len() + usize::from(zone.one.is_none()) > 0));
    if hour > 24 || minute > 59 || !is_time {
        return None;
    }
    let to = at + 1 + usize::from(matches!(view.low(at + 1), "hours" | "hrs" | "uhr"));
    Some((Clock { hour, minute, second: None, exact: true, afternoon: None, sure: true }, to))
}

/// `10:26`, `10:26:05 PM`, `8.30 Uhr`, `14h30`, `9.05am`.
fn with_minutes(view: &View<'_>, at: usize, end: usize) -> Option<(Clock, usize)> {
    let hour = hour(view, at)?;
    let french = view.low(at + 1) == "h" && words::before_clock(before(view, at));
    let minute = sixty(view, at + 2).filter(|_| at + 2 < end && (view.is_tight(at + 1) || french))?;
    let mut to = at + 3;
    let mut second = None;
    let sure = match view.kind(at + 1) {
        Kind::Mark(':') if view.is_tight(at + 2) => {
            if view.is_mark(to, ':') && view.is_tight(to) && view.is_tight(to + 1) {
                second = Some(sixty(view, to + 1)?);
                to += 2;
                // Fractions.
                if view.is_mark(to, '.') && view.is_tight(to + 1) && view.kind(to + 1) == Kind::Number {
                    to += 2;
                }
            }
            true
        }
        Kind::Word if view.low(at + 1) == "h" => true,
        Kind::Mark('.') if view.is_tight(at + 2) => {
            let is_number = view.is_mark(to, '.') && view.is_tight(to) && view.kind(to + 1) == Kind::Number;
            if is_number || matches!(view.kind(to), Kind::Mark('%' | '$' | '€')) {
                return None;
            }
            false
        }
        _ => return None,
    };
    if matches!(view.low(to), "h") && view.is_tight(to) {
        to += 1;
    }
    let (afternoon, behind) = half(view, to, end).map_or((None, to), |(afternoon, to)| (Some(afternoon), to));
    let told = sure || afternoon.is_some() || behind_clock(view, to, end) || is_british(view, at, to);
    let (afternoon, behind) =
        if matches!(view.low(to), "uhr" | "hrs" | "hours") { (afternoon, to + 1) } else { (afternoon, behind) };
    told.then_some((Clock { hour, minute, second, exact: true, afternoon, sure: true }, behind))
}

/// "at 8.30", "alle 9.30": no amount stands there.
fn is_british(view: &View<'_>, at: usize, to: usize) -> bool {
    matches!(before(view, at), "at" | "alle" | "ore" | "las" | "dalle")
        && !matches!(
            view.low(to),
            "percent" | "per" | "million" | "billion" | "millones" | "dollars" | "euros" | "cents" | "points"
        )
}

/// What makes `8.30` a clock: `Uhr`, a zone, a part of the day.
fn behind_clock(view: &View<'_>, at: usize, end: usize) -> bool {
    at < end
        && (matches!(view.low(at), "uhr" | "hrs" | "hours" | "h" | "heures")
            || matches!(view.low(at), "in" | "de" | "du" | "da" | "di" | "del" | "della")
                && (part_near(view, at, end)).is_some()
            || words::part(view.low(at)).is_some()
                && matches!(view.low(at), "morgens" | "abends" | "vormittags" | "nachmittags")
            || zones::at(view, at, end).is_some())
}

/// A part of the day within the next three tokens.
fn part_near(view: &View<'_>, at: usize, end: usize) -> Option<Part> {
    (at..(at + 3).min(end)).find_map(|at| {
        if view.low(at) == "l'apres" || view.low(at) == "apres" {
            Some(Part::Afternoon)
        } else {
            words::part(view.low(at))
        }
    })
}

/// `9am`, `9 a.m.`, `9 Uhr`, `9h`, `9 o'clock`, `a las 9`, `between 9 and 11 a.m.`
fn whole_hour(view: &View<'_>, at: usize, end: usize) -> Option<(Clock, usize)> {
    let hour = hour(view, at)?;
    let clock = Clock { hour, minute: 0, second: None, exact: false, afternoon: None, sure: true };
    let next = at + 1;
    if let Some((afternoon, to)) = half(view, next, end).filter(|_| (1..=12).contains(&hour)) {
        return Some((Clock { afternoon: Some(afternoon), ..clock }, to));
    }
    let prepared = at > 0 && words::before_clock(before(view, at));
    match view.low(next) {
        "uhr" => {
            let minute = (next + 1 < end).then(|| sixty(view, next + 1)).flatten();
            return Some(match minute {
                Some(minute) => (Clock { minute, exact: true, ..clock }, next + 2),
                None => (clock, next + 1),
            });
        }
        "o'clock" => return Some((clock, next + 1)),
        "h" if view.is_tight(next) || prepared => return prepared.then_some((clock, next + 1)),
        "heures" | "heure" | "horas" | "hrs" if prepared && !is_span(view, at) => {
            // `à 9 heures 30`
            let minute =
                (next + 1 < end).then(|| sixty(view, next + 1)).flatten().filter(|_| view.low(next) == "heures");
            return Some(match minute {
                Some(minute) => (Clock { minute, exact: true, ..clock }, next + 2),
                None => (clock, next + 1),
            });
        }
        _ => {}
    }
    bare(view, at, end, clock, prepared)
}

/// "hace 9 horas", "depuis 9 heures" and "seit 9 Stunden" are lengths.
fn is_span(view: &View<'_>, at: usize) -> bool {
    matches!(
        before(view, at),
        "hace"
            | "ha"
            | "depuis"
            | "environ"
            | "seit"
            | "desde"
            | "cerca"
            | "about"
            | "after"
            | "apres"
            | "dopo"
            | "circa"
            | "nach"
            | "por"
    )
}

/// A number alone, which only what stands around it makes a clock.
fn bare(view: &View<'_>, at: usize, end: usize, clock: Clock, prepared: bool) -> Option<(Clock, usize)> {
    let next = at + 1;
    if !(1..=24).contains(&clock.hour) {
        return None;
    }
    // "between 9 and 11 a.m.", "from 2 to 4 pm", "9-11 a.m."
    let links = matches!(view.low(next), "and" | "to" | "until" | "till" | "through") || view.is_mark(next, '-');
    if links && next + 1 < end && (prepared || view.is_mark(next, '-')) && clock.hour <= 12 {
        let behind = next + 2;
        let second = hour(view, next + 1).filter(|hour| (1..=12).contains(hour));
        let over = if view.is_mark(behind, ':') { behind + 2 } else { behind };
        if let (Some(second), Some((afternoon, _))) = (second, half(view, over, end)) {
            // The half of the day holds for both, unless the first would be the later one: "from 11 to 1 p.m.".
            let crosses = clock.hour % 12 > second % 12;
            return Some((Clock { afternoon: Some(afternoon != crosses), ..clock }, next));
        }
    }
    let article =
        matches!(before(view, at), "las" | "la" | "as" | "alle" | "all'" | "dalle" | "um" | "at" | "ore" | "gegen");
    if article && clock.hour <= 24 {
        let is_said = matches!(
            view.low(next),
            "in" | "de"
                | "du"
                | "da"
                | "di"
                | "del"
                | "della"
                | "morgens"
                | "abends"
                | "nachmittags"
                | "vormittags"
                | "nachts"
        ) && part_near(view, next, end).is_some();
        if is_said || zones::at(view, next, end).is_some_and(|zone| zone.to > next + 1 || view.low(next).len() > 1) {
            return Some((clock, next));
        }
        // `las 14`, `alle 9`, `às 14`: nothing else stands behind these articles.
        let alone =
            !matches!(view.kind(next), Kind::Mark('%' | '.' | ',' | ':' | '-' | '/')) || !view.is_tight(next + 1);
        if matches!(before(view, at), "las" | "alle" | "as" | "dalle")
            && alone
            && words::unit(view.low(next)).is_none()
            && view.kind(next) != Kind::Number
        {
            return Some((
                Clock {
                    sure: !matches!(before(view, at), "as" | "las")
                        || view.kind(next) != Kind::Word
                        || article_fits(view, at),
                    ..clock
                },
                next,
            ));
        }
    }
    None
}

/// "a las 9", "sobre las 9", "às 9": a preposition stands before the article.
fn article_fits(view: &View<'_>, at: usize) -> bool {
    let earlier = at.checked_sub(2).map_or("", |earlier| view.low(earlier));
    matches!(earlier, "a" | "sobre" | "desde" | "hasta" | "entre" | "y" | "de")
        || view.written(at - 1, at).starts_with(['à', 'À'])
}

/// Clocks in words: noon, midnight, "half past nine", "halb neun", "nine in the morning".
pub(super) fn word(view: &View<'_>, at: usize, end: usize) -> Option<(Atom, usize)> {
    let on_the_hour = |hour: i8| Clock { hour, minute: 0, second: None, exact: false, afternoon: None, sure: true };
    let word = view.low(at);
    let prepared = words::before_clock(before(view, at));
    let clock = match word {
        "noon" | "midday" | "mezzogiorno" | "mediodia" => on_the_hour(12),
        "midnight" | "mitternacht" | "minuit" | "medianoche" | "mezzanotte" => on_the_hour(0),
        "mittag" | "midi" if prepared => on_the_hour(12),
        "meio" | "meia" if view.is_mark(at + 1, '-') || matches!(view.low(at + 1), "dia" | "noite") => {
            let to = if view.is_mark(at + 1, '-') { at + 3 } else { at + 2 };
            let is_whole = matches!((word, view.low(to - 1)), ("meio", "dia") | ("meia", "noite"));
            return is_whole.then_some((Atom::Clock(on_the_hour(if word == "meio" { 12 } else { 0 })), to));
        }
        "halb" => {
            let hour = named_hour(view, at + 1, end)?;
            let clock = Clock { minute: 30, exact: true, ..on_the_hour(if hour == 1 { 12 } else { hour - 1 }) };
            return Some((Atom::Clock(clock), at + 2));
        }
        "half" | "quarter" if matches!(view.low(at + 1), "past" | "to") => {
            let hour = named_hour(view, at + 2, end)?;
            let minute = if word == "half" { 30 } else { 15 };
            let clock = if view.low(at + 1) == "past" {
                Clock { minute, exact: true, ..on_the_hour(hour) }
            } else {
                Clock { minute: 60 - minute, exact: true, ..on_the_hour((hour + 10) % 12 + 1) }
            };
            let clock = if view.low(at + 1) == "to" { Clock { hour: (hour + 10) % 12 + 1, ..clock } } else { clock };
            let (afternoon, to) =
                half(view, at + 3, end).map_or((None, at + 3), |(afternoon, to)| (Some(afternoon), to));
            return Some((Atom::Clock(Clock { afternoon, ..clock }), to));
        }
        _ => {
            let hour =
                words::number(word).filter(|hour| (1..=12).contains(hour) && word.len() > 2 && word != "once")?;
            let clock = on_the_hour(i8::try_from(hour).ok()?);
            let next = at + 1;
            if matches!(view.low(next), "o'clock" | "uhr") {
                return Some((Atom::Clock(clock), next + 1));
            }
            if let Some((afternoon, to)) = half(view, next, end) {
                return Some((Atom::Clock(Clock { afternoon: Some(afternoon), ..clock }), to));
            }
            let article = matches!(before(view, at), "at" | "las" | "as" | "alle" | "um");
            let is_said = matches!(view.low(next), "in" | "de" | "da" | "di" | "del" | "della" | "morgens" | "abends")
                && part_near(view, next, end).is_some();
            return (article && is_said).then_some((Atom::Clock(clock), next));
        }
    };
    Some((Atom::Clock(clock), at + 1))
}

fn named_hour(view: &View<'_>, at: usize, end: usize) -> Option<i8> {
    if at >= end {
        return None;
    }
    let hour = match view.number(at) {
        Some((number, digits)) if digits <= 2 => number,
        Some(_) => return None,
        None => words::number(view.low(at))?,
    };
    (1..=12).contains(&hour).then_some(i8::try_from(hour).ok()?)
}

/// Times told by their distance: "30 minutes ago", "half an hour later", "vor zwei Stunden", "il y a 3 heures".
pub(super) fn relative(view: &View<'_>, at: usize, end: usize) -> Option<(Atom, usize)> {
    let ago = |minutes, to| Some((Atom::Relative(Relative::Ago(minutes)), to));
    match view.low(at) {
        "vor" => {
            let (minutes, to) = length(view, at + 1, end)?;
            return ago(minutes, to);
        }
        "hace" | "ha" => {
            let (minutes, to) = length(view, at + 1, end)?;
            // "há 3 horas"; the Italian verb "ha" has no length behind it.
            return ago(minutes, to);
        }
        "il" if view.low(at + 1) == "y" && view.low(at + 2) == "a" => {
            let from = at + 3 + usize::from(matches!(view.low(at + 3), "environ"));
            let (minutes, to) = length(view, from, end)?;
            return ago(minutes, to);
        }
        // "within the last 30 minutes"
        "last" | "past" if matches!(before(view, at), "the") => {
            let within = at.checked_sub(2).is_some_and(|at| matches!(view.low(at), "within" | "in"));
            let (minutes, to) = length(view, at + 1, end).filter(|(minutes, _)| within && *minutes <= 720)?;
            return ago(minutes, to);
        }
        _ => {}
    }
    let (minutes, to) = length(view, at, end)?;
    match view.low(to) {
        "ago" | "fa" | "atras" => ago(minutes, to + 1),
        "earlier" | "before" | "prima" | "antes" | "zuvor" | "vorher"
            if to < end && (view.low(to) == "earlier" || view.kind(to + 1) != Kind::Word) =>
        {
            Some((Atom::Relative(Relative::Later(-minutes)), to + 1))
        }
        "later" | "afterwards" | "spater" | "danach" | "dopo" | "despues" | "depois" if to < end => {
            Some((Atom::Relative(Relative::Later(minutes)), to + 1))
        }
        "plus" if view.low(to + 1) == "tard" => Some((Atom::Relative(Relative::Later(minutes)), to + 2)),
        "mais" | "mas" | "piu" if matches!(view.low(to + 1), "tarde" | "tardi") => {
            Some((Atom::Relative(Relative::Later(minutes)), to + 2))
        }
        _ => None,
    }
}

/// A length of time in minutes, and the token behind it: "30 minutes", "half an hour", "2 hours and 15 minutes", "1h 20m".
pub(in crate::facts) fn length(view: &View<'_>, at: usize, end: usize) -> Option<(i64, usize)> {
    if at >= end {
        return None;
    }
    let fixed = match (view.low(at), view.low(at + 1), view.low(at + 2)) {
        ("half", "an", "hour") => Some((30, 3)),
        ("half", "hour" | "hours", _) => Some((30, 2)),
        ("half", "a", "day") | ("half", "day", _) => Some((720, if view.low(at + 1) == "a" { 3 } else { 2 })),
        ("eine" | "einer", "halbe" | "halben", "stunde") | ("une", "demi", "heure") | ("une", "demie", "heure") => {
            Some((30, 3))
        }
        ("einer" | "eine", "viertelstunde", _) => Some((15, 2)),
        ("anderthalb" | "eineinhalb", "stunden", _) => Some((90, 2)),
        ("demi", "heure", _)
        | ("media", "hora", _)
        | ("mezz'ora", _, _)
        | ("meia", "hora", _)
        | ("mezza", "ora", _) => Some((30, if view.low(at) == "mezz'ora" { 1 } else { 2 })),
        ("una" | "uma", "media" | "meia", "hora") => Some((30, 3)),
        ("a", "quarter", "of") if view.low(at + 4) == "hour" => Some((15, 5)),
        ("an" | "one", "hour", "and") if view.low(at + 4) == "half" => Some((90, 5)),
        _ => None,
    };
    if let Some((minutes, tokens)) = fixed {
        return (at + tokens <= end).then_some((minutes, at + tokens));
    }
    let demi = |at: usize| view.is_mark(at + 1, '-') && view.low(at) == "demi" && view.low(at + 2) == "heure";
    if demi(at) {
        return Some((30, at + 3));
    }
    if matches!(view.low(at), "une") && demi(at + 1) {
        return Some((30, at + 4));
    }
    let (mut minutes, mut to) = one_length(view, at, end)?;
    // More of it: "2 hours, 15 minutes", "un jour et 3 heures", "two and a half" is in `one_length`.
    for _ in 0..2 {
        let mut next = to;
        while next < end
            && next < to + 2
            && (matches!(view.kind(next), Kind::Mark(','))
                || matches!(view.low(next), "and" | "und" | "et" | "y" | "e"))
        {
            next += 1;
        }
        let Some((more, behind)) = one_length(view, next, end).filter(|(more, _)| *more < minutes && *more > 0) else {
            break;
        };
        minutes += more;
        to = behind;
    }
    Some((minutes, to))
}

/// "30 minutes", "two and a half hours", "1.5 hours", "an hour", "1h", "20m".
fn one_length(view: &View<'_>, at: usize, end: usize) -> Option<(i64, usize)> {
    if at >= end {
        return None;
    }
    let (mut tenths, mut next) = match view.number(at) {
        Some((number, digits)) if digits <= 4 => {
            let decimal =
                matches!(view.kind(at + 1), Kind::Mark('.' | ',')) && view.is_tight(at + 1) && view.is_tight(at + 2);
            match view.number(at + 2).filter(|_| decimal) {
                Some((fraction, 1)) => (number * 10 + fraction, at + 3),
                Some(_) => return None,
                None => (number * 10, at + 1),
            }
        }
        Some(_) => return None,
        None => (words::number(view.low(at))? * 10, at + 1),
    };
    if view.low(at) == "a" && view.low(next) == "couple" {
        (tenths, next) = (20, next + 1 + usize::from(view.low(next + 1) == "of"));
    }
    if view.low(next) == "and" && matches!(view.low(next + 1), "a") && view.low(next + 2) == "half" {
        (tenths, next) = (tenths + 5, next + 3);
    }
    if view.is_mark(next, '-') && view.is_tight(next) {
        next += 1;
    }
    if next >= end {
        return None;
    }
    let unit = match view.low(next) {
        "h" if view.number(at).is_some() => 60,
        "m" if view.number(at).is_some() && view.is_tight(next) => 1,
        word => words::unit(word)?,
    };
    Some((tenths * unit / 10, next + 1))
}
