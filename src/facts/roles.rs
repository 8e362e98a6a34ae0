//! What the times of a text are the times of: each takes the role of the nearest cue of its sentence.

use jiff::{SignedDuration, Timestamp};

use super::{
    cue::{Cue, Role},
    draft::Draft,
    official::{self, RANGE, Stamp},
    pattern::Found,
    sentence::{Sentence, distance},
    time::{
        resolve::{Published, Told},
        tell::Time,
    },
    view::{Kind, View},
};
use crate::model::{FactKind, Precision, StatedBy, Status};

/// What a text is, as far as its times are concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// The operator writes.
    pub official: bool,
    /// When it was published.
    pub published: Option<Published>,
}

/// A cue further away than this says nothing about a time.
const REACH: usize = 24;

/// A press text tells nothing of its outage that lies further back.
const MEMORY: SignedDuration = SignedDuration::from_hours(24 * 45);

/// Reads the times of a sentence.
pub(super) fn read(view: &View<'_>, sentence: &Sentence, manner: Manner, stamps: &[Stamp], out: &mut Vec<Draft>) {
    for (index, time) in sentence.times.iter().enumerate() {
        let Some(told) = time.told.as_ref().filter(|told| is_near(told, manner)) else { continue };
        let range = (time.stated.from, time.stated.to);
        let is_stamp = stamps.binary_search_by_key(&range.0, |stamp| stamp.from).is_ok();
        if sentence.has(Cue::Planned) || is_stamp || official::is_machine(view, time) {
            continue;
        }
        let other = if manner.official { StatedBy::Official } else { StatedBy::Press };
        let who = sentence.speaker(range.0, other);
        let backlog = manner.official && is_of_backlog(view, sentence, range);
        let mut push = |kind, strength: i32, who| {
            let vague = manner.official && told.precision >= Precision::PartOfDay;
            let strength = strength + exactness(told, manner.official)
                - i32::from(vague) * 60
                - i32::from(backlog) * 30
                - i32::from(sentence.background && !manner.official) * 4;
            out.push(Draft::time(view, kind, told, range).by(who).strong(strength).hedged(sentence.is_hedged(range.0)));
        };
        if time.opens || time.closes {
            if manner.official || is_of_an_outage(sentence, manner) {
                push(if time.opens { FactKind::Start } else { FactKind::End }, RANGE, who);
            }
            continue;
        }
        if sentence.background && !manner.official {
            continue;
        }
        match role(view, sentence, index, manner.official) {
            Some((Role::Start, strength)) => {
                push(FactKind::Start, strength, who);
                // "Starting around 4 PM, owners have taken to social media": both.
                if !manner.official
                    && sentence
                        .cues
                        .iter()
                        .any(|cue| is_report(view, cue) && cue.from >= range.1 && cue.from - range.1 <= 4)
                {
                    push(FactKind::FirstReport, strength - 6, StatedBy::Users);
                }
            }
            Some((Role::End, strength)) if is_done(sentence) || manner.official => push(FactKind::End, strength, who),
            Some((Role::Report, strength)) => {
                push(FactKind::FirstReport, strength, StatedBy::Users);
                if told.precision <= Precision::Hour {
                    push(FactKind::Start, strength - 8, who);
                }
            }
            Some((Role::Peak, _)) if has_eased(view, sentence) => {}
            Some((Role::Peak, strength)) => push(FactKind::Peak, strength, who),
            // "said in an update at 11:19 that it is fixed"
            Some((Role::Said, strength)) if is_over(sentence, range.1) => push(FactKind::End, strength - 6, who),
            Some((Role::Said, strength)) if who == StatedBy::Official || manner.official => {
                push(FactKind::Acknowledged, strength, StatedBy::Official);
            }
            _ => {}
        }
    }
}

/// The more exact is shown first among equals; in a press text a clock tells more than the words around a day.
fn exactness(told: &Told, official: bool) -> i32 {
    let press = if official { 0 } else { 8 };
    match told.precision {
        Precision::Second | Precision::Minute => 3 + press,
        Precision::Hour => 2 + press,
        Precision::PartOfDay => 1,
        Precision::Day | Precision::Month => 0,
    }
}

/// Whether a time lies where a text of that day may speak of its own outage.
fn is_near(told: &Told, manner: Manner) -> bool {
    let published: Timestamp = match manner.published {
        Some(Published::At(at)) => at,
        Some(Published::On(day)) => {
            match jiff::tz::TimeZone::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())) {
                Ok(at) => at,
                Err(_) => return true,
            }
        }
        None => return true,
    };
    if !told.dated || manner.official {
        return true;
    }
    let distance = published.duration_since(told.at);
    distance < MEMORY && distance > SignedDuration::from_hours(-24 * 8)
}

fn is_of_an_outage(sentence: &Sentence, manner: Manner) -> bool {
    let is_planned = sentence.has(Cue::Planned) || sentence.has(Cue::Role(Role::Next)) && !manner.official;
    !is_planned && sentence.any(|cue| matches!(cue, Cue::Symptom(_) | Cue::Outage | Cue::Strong | Cue::Cause(..)))
}

/// Whether an end is told as one that came or is firmly announced, not as a hope.
fn is_done(sentence: &Sentence) -> bool {
    !sentence.any(|cue| matches!(cue, Cue::Hedge)) || sentence.has(Cue::Status(Status::Resolved))
}

/// Whether the words around a time speak of a backlog, and not those of the time before.
fn is_of_backlog(view: &View<'_>, sentence: &Sentence, range: (usize, usize)) -> bool {
    let earlier = sentence.times.iter().map(|time| time.stated.to + 8).filter(|to| *to <= range.0 + 8).max();
    let earlier = earlier.filter(|to| *to > sentence.from + 8 && *to - 8 < range.0).unwrap_or(sentence.from);
    let from = range.0.saturating_sub(14).max(earlier);
    (from..(range.1 + 8).min(sentence.to)).any(|at| view.low(at) == "backlog")
}

/// Users that report, in so many words.
fn is_report(view: &View<'_>, cue: &Found<Cue>) -> bool {
    cue.class == Cue::Role(Role::Report) && cue.to - cue.from >= 2 && !view.low(cue.from).ends_with("ported")
}

fn has_eased(view: &View<'_>, sentence: &Sentence) -> bool {
    (sentence.from..sentence.to).any(|at| {
        matches!(
            view.low(at),
            "subsided" | "eased" | "tapering" | "tapered" | "declined" | "dropped" | "declining" | "fell" | "decreased"
        )
    })
}

/// Whether the words behind a token say that it is over.
fn is_over(sentence: &Sentence, at: usize) -> bool {
    let behind = |class| sentence.cues.iter().any(|cue| cue.class == class && cue.from >= at);
    let other = sentence.times.iter().map(|time| time.stated.from).find(|from| *from >= at).unwrap_or(usize::MAX);
    let first = sentence.cues.iter().find(|cue| cue.class == Cue::Status(Status::Resolved) && cue.from >= at);
    first.is_some_and(|cue| cue.from < other)
        && !behind(Cue::Status(Status::Ongoing))
        && !sentence.has(Cue::Role(Role::Next))
}

/// The role of a time: by the preposition before it, else by the nearest cue.
fn role(view: &View<'_>, sentence: &Sentence, index: usize, official: bool) -> Option<(Role, i32)> {
    let time = &sentence.times[index];
    if let Some(found) = by_preposition(view, sentence, time, official) {
        return Some(found);
    }
    let range = (time.stated.from, time.stated.to);
    let leads = range.0 <= sentence.from + 2 && view.is_mark(range.1, ',');
    let mut best: Option<((usize, usize), Role)> = None;
    for cue in &sentence.cues {
        let role = match cue.class {
            Cue::Role(role) => role,
            Cue::Strong | Cue::Outage | Cue::Symptom(_) => Role::Start,
            _ => continue,
        };
        if cue.from < range.1 && range.0 < cue.to {
            continue;
        }
        let is_behind = cue.from >= range.1;
        let gap = distance(view, (cue.from, cue.to), range);
        // "On Tuesday, …" is the time of the whole sentence.
        let gap = if leads && is_behind { gap.min(6) } else { gap };
        let crossed: usize = sentence
            .times
            .iter()
            .map(|other| {
                let place = other.stated.from;
                let between =
                    place != range.0 && (cue.to <= place && place < range.0 || range.1 <= place && place < cue.from);
                // The day that a clock belongs to is no other time.
                let is_its_day = time.stated.day.is_none() && other.stated.clock.is_none();
                if between { if is_its_day { 1 } else { 8 } } else { 0 }
            })
            .sum();
        let penalty = match cue.class {
            Cue::Role(Role::Peak) => 0,
            Cue::Role(_) => 4,
            _ if official => 18,
            _ if gap <= 1 => 7,
            _ => 11,
        };
        let cost = gap + usize::from(is_behind) * 2 + crossed + penalty;
        let key = (cost, usize::MAX - (cue.to - cue.from));
        if cost <= REACH && best.is_none_or(|(known, _)| key < known) {
            best = Some((key, role));
        }
    }
    best.map(|((cost, _), role)| (role, 24 - i32::try_from(cost).unwrap_or(24)))
}

/// "since this morning", "starting at 4 PM", "until noon", "as of 14:00".
fn by_preposition(view: &View<'_>, sentence: &Sentence, time: &Time, official: bool) -> Option<(Role, i32)> {
    let mut at = time.stated.from;
    for _ in 0..5 {
        at = at.checked_sub(1)?;
        if at < sentence.from || !matches!(view.kind(at), Kind::Word | Kind::Mark(',')) {
            return None;
        }
        let before = at.checked_sub(1).map_or("", |before| view.low(before));
        match view.low(at) {
            "since" | "seit" | "depuis" | "desde" | "dal" | "dalle" | "ab" => return Some((Role::Start, 24)),
            "starting" | "beginning" | "started" | "began" => return Some((Role::Start, RANGE)),
            "until" | "till" | "bis" | "hasta" if !sentence.has(Cue::Role(Role::Next)) => {
                // "could not tell until yesterday"
                let negated = (sentence.from..at)
                    .any(|at| matches!(view.low(at), "not" | "couldn't" | "didn't" | "nicht" | "no"));
                return Some((if negated { Role::Said } else { Role::End }, 18));
            }
            "of" if before == "as" => {
                return Some(
                    if sentence.any(|cue| matches!(cue, Cue::Status(Status::Resolved) | Cue::Role(Role::End))) {
                        (Role::End, 26)
                    } else if sentence.any(|cue| matches!(cue, Cue::Symptom(_) | Cue::Outage)) {
                        (Role::Start, 20)
                    } else {
                        (Role::Next, 0)
                    },
                );
            }
            "by" | "within" if sentence.has(Cue::Role(Role::Next)) => return Some((Role::Next, 0)),
            "by" if official
                || sentence.any(|cue| {
                    matches!(cue, Cue::Status(Status::Resolved | Status::Partly) | Cue::Role(Role::End))
                }) =>
            {
                return Some((Role::End, 22));
            }
            "at" | "on" | "around" | "about" | "approximately" | "from" | "early" | "the" | "of" | "in" | "as"
            | "late" | "roughly" | "shortly" | "just" | "" => {}
            _ => return None,
        }
    }
    None
}
