//! Figures: how long, how many reports, the how-manieth outage.

use super::{
    cue::{Cue, Role},
    draft::Draft,
    sentence::Sentence,
    time::{clock, words},
    view::{Kind, View},
};
use crate::model::{FactKind, StatedBy};

/// Reads the figures of a text.
pub(super) fn read(view: &View<'_>, sentences: &[Sentence], official: bool, out: &mut Vec<Draft>) {
    let other = if official { StatedBy::Official } else { StatedBy::Press };
    for sentence in sentences {
        if !sentence.background {
            durations(view, sentence, other, out);
            counts(view, sentence, out);
        }
        ordinals(view, sentence, other, out);
    }
}

fn durations(view: &View<'_>, sentence: &Sentence, other: StatedBy, out: &mut Vec<Draft>) {
    let tells = sentence.any(|cue| {
        matches!(cue, Cue::Outage | Cue::Strong | Cue::Symptom(_) | Cue::Status(_) | Cue::Role(Role::End | Role::Start))
    });
    let mut at = sentence.from;
    while at < sentence.to {
        if !view.tokens[at].times {
            at += 1;
            continue;
        }
        // A number inside of a time is none of a length.
        if let Some(time) = sentence.times.iter().find(|time| time.stated.from <= at && at < time.stated.to) {
            at = time.stated.to;
            continue;
        }
        let Some((minutes, to)) = clock::length(view, at, sentence.to) else {
            at += 1;
            continue;
        };
        let is_field = sentence.from + 4 >= at
            && (sentence.from..at).any(|at| matches!(view.low(at), "duration" | "dauer" | "duree" | "duracion"));
        if minutes > 0 && minutes < 525_600 && (is_field || tells && is_length(view, sentence, at, to)) {
            let strength = if is_field { 20 } else { 5 };
            let draft = Draft::new(view, FactKind::Duration, iso(minutes), (at, to))
                .by(sentence.speaker(at, other))
                .strong(strength);
            out.push(draft.hedged(sentence.is_hedged(at)));
        }
        at = to;
    }
}

/// Whether a length is that of the outage: the words before and behind it say so.
fn is_length(view: &View<'_>, sentence: &Sentence, from: usize, to: usize) -> bool {
    let hyphened = (from..to).any(|at| view.is_mark(at, '-'));
    let behind = view.low(to + usize::from(view.is_mark(to, '-')));
    if matches!(
        behind,
        "old"
            | "ago"
            | "later"
            | "earlier"
            | "a"
            | "per"
            | "each"
            | "notice"
            | "window"
            | "delay"
            | "period"
            | "trial"
            | "wait"
            | "waits"
    ) && !hyphened
    {
        return matches!(behind, "period");
    }
    if hyphened || view.is_mark(to, '-') {
        let is_outage = (to..(to + 6).min(sentence.to)).any(|at| {
            matches!(
                view.low(at),
                "outage"
                    | "outages"
                    | "disruption"
                    | "downtime"
                    | "blackout"
                    | "shutdown"
                    | "interruption"
                    | "crash"
                    | "halt"
                    | "glitch"
                    | "problem"
                    | "breakdown"
                    | "failure"
                    | "attack"
                    | "service"
                    | "network"
                    | "period"
                    | "system"
                    | "trading"
                    | "computer"
            )
        });
        return is_outage;
    }
    let mut at = from;
    for _ in 0..4 {
        let Some(before) = at.checked_sub(1).filter(|before| *before >= sentence.from) else { return false };
        at = before;
        let earlier = at.checked_sub(1).map_or("", |earlier| view.low(earlier));
        match view.low(at) {
            "for" | "lasted" | "lasting" | "lasts" | "durante" | "pendant" | "wahrend" | "dauerte" | "duro"
            | "durou" | "dure" | "por" | "per" | "durato" => {
                return !matches!(earlier, "waiting" | "wait" | "scheduled");
            }
            "in" | "within" | "after" | "nach" | "apres" | "tras" | "dopo" | "apos" => {
                let next = sentence.has(Cue::Role(Role::Next));
                return !next && sentence.any(|cue| matches!(cue, Cue::Role(Role::End) | Cue::Status(_)))
                    || earlier == "off";
            }
            "of" => return matches!(earlier, "period" | "duration" | "outage" | "total"),
            "about" | "around" | "approximately" | "almost" | "nearly" | "over" | "than" | "more" | "less"
            | "least" | "at" | "roughly" | "some" | "up" | "to" | "just" | "under" | "the" | "circa" | "environ"
            | "etwa" | "rund" | "knapp" | "unos" | "unas" | "cerca" | "de" | "mas" | "another" | "a" | "uber"
            | "mehr" | "als" => {}
            _ => return false,
        }
    }
    false
}

/// `PT40M`, `P4D`, `PT18H15M`.
fn iso(minutes: i64) -> String {
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let mut text = "P".to_owned();
    if days > 0 {
        text += &format!("{days}D");
    }
    if hours > 0 || minutes > 0 {
        text.push('T');
    }
    if hours > 0 {
        text += &format!("{hours}H");
    }
    if minutes > 0 {
        text += &format!("{minutes}M");
    }
    text
}

fn counts(view: &View<'_>, sentence: &Sentence, out: &mut Vec<Draft>) {
    for cue in sentence.cues.iter().filter(|cue| cue.class == Cue::Counted) {
        let Some(last) = cue.from.checked_sub(1).filter(|last| *last >= sentence.from) else { continue };
        // "thousands of reports", "2,500 outage reports", "more than 1.2 million complaints"
        let mut at = last;
        while at > sentence.from
            && at + 4 > last
            && matches!(
                view.low(at),
                "of" | "user" | "such" | "de" | "outage" | "problem" | "individual" | "di" | "customer"
            )
        {
            at -= 1;
        }
        let Some((value, from)) = count(view, sentence, at) else { continue };
        let who = sentence.speaker(at, StatedBy::ThirdParty);
        let who = if who == StatedBy::Press { StatedBy::ThirdParty } else { who };
        out.push(Draft::new(view, FactKind::ReportCount, value, (from, cue.to)).by(who));
    }
}

/// The number that ends at a token, and where it begins.
fn count(view: &View<'_>, sentence: &Sentence, at: usize) -> Option<(String, usize)> {
    let word = view.low(at);
    let plural = match word {
        "thousands" | "hundreds" | "dozens" | "millions" | "scores" => Some(word),
        "tausende" | "milliers" | "miles" | "milhares" | "migliaia" => Some("thousands"),
        "hunderte" | "centaines" | "cientos" | "centenares" | "centenas" | "centinaia" => Some("hundreds"),
        _ => None,
    };
    if let Some(word) = plural {
        return Some((word.to_owned(), at));
    }
    let scale = match word {
        "k" | "thousand" | "mil" => 1000,
        "million" => 1_000_000,
        _ => 1,
    };
    let mut from = if scale > 1 { at.checked_sub(1)? } else { at };
    let (mut number, digits) = view.number(from)?;
    // A year is no count.
    if digits == 4 && (1980..2040).contains(&number) && scale == 1 && view.low(from.wrapping_sub(1)) == "in" {
        return None;
    }
    let mut power = 1000;
    let mut group = digits;
    while group == 3
        && from >= sentence.from + 2
        && matches!(view.kind(from - 1), Kind::Mark(',' | '.'))
        && view.is_tight(from)
        && view.is_tight(from - 1)
    {
        let (more, length) = view.number(from - 2)?;
        number += more * power;
        power *= 1000;
        group = length;
        from -= 2;
    }
    // The emergency numbers.
    if matches!(number, 911 | 112 | 999) && scale == 1 {
        return None;
    }
    let is_error = (400..600).contains(&number) && digits == 3 && view.low(at + 1).starts_with("err");
    (number > 0 && !is_error).then(|| (number.saturating_mul(scale).to_string(), from))
}

fn ordinals(view: &View<'_>, sentence: &Sentence, other: StatedBy, out: &mut Vec<Draft>) {
    if !sentence.any(|cue| matches!(cue, Cue::Outage | Cue::Strong)) {
        return;
    }
    for at in sentence.from..sentence.to {
        let Some((number, to)) = ordinal(view, at) else { continue };
        let noun = (to..(to + 5).min(sentence.to)).find(|at| {
            matches!(
                view.low(*at),
                "outage"
                    | "outages"
                    | "disruption"
                    | "time"
                    | "incident"
                    | "failure"
                    | "crash"
                    | "breakdown"
                    | "glitch"
                    | "shutdown"
                    | "attack"
                    | "blackout"
                    | "interruption"
                    | "halt"
                    | "problem"
                    | "outtage"
                    | "such"
            ) || matches!(
                view.low(*at),
                "ausfall"
                    | "storung"
                    | "mal"
                    | "panne"
                    | "fois"
                    | "caida"
                    | "vez"
                    | "falla"
                    | "queda"
                    | "volta"
                    | "disservizio"
            )
        });
        let Some(noun) = noun else { continue };
        let Some((scope, end)) = scope(view, noun + 1, sentence.to) else { continue };
        out.push(
            Draft::new(view, FactKind::Ordinal, format!("{number}:{scope}"), (at, end)).by(sentence.speaker(at, other)),
        );
    }
}

fn ordinal(view: &View<'_>, at: usize) -> Option<(i64, usize)> {
    if let Some((number, digits)) = view.number(at) {
        let is_one = digits <= 2 && view.is_tight(at + 1) && matches!(view.low(at + 1), "st" | "nd" | "rd" | "th");
        return is_one.then_some((number, at + 2));
    }
    let number = match view.low(at) {
        "first" | "erste" | "premiere" | "primera" | "primeira" | "prima" => 1,
        "second" | "zweite" | "zweiten" | "deuxieme" | "segunda" | "seconda" | "another" => 2,
        "third" | "dritte" | "dritten" | "troisieme" | "tercera" | "terceira" | "terza" => 3,
        "fourth" | "vierte" | "quatrieme" | "cuarta" | "quarta" => 4,
        "fifth" | "funfte" | "cinquieme" | "quinta" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        _ => return None,
    };
    (view.low(at) != "another" || view.low(at.wrapping_sub(1)) == "yet").then_some((number, at + 1))
}

/// The scope within a few words: `week`, `month`, `year`, `ever`, `since January 2010`.
fn scope(view: &View<'_>, from: usize, end: usize) -> Option<(String, usize)> {
    let unit = |word: &str| {
        Some(match word {
            "day" | "tag" | "jour" | "dia" | "giorno" | "today" => "day",
            "week" | "woche" | "semaine" | "semana" | "settimana" | "weeks" => "week",
            "month" | "monat" | "mois" | "mes" | "mese" => "month",
            "year" | "jahr" | "an" | "annee" | "ano" | "anno" => "year",
            "ever" | "history" => "ever",
            _ => return None,
        })
    };
    for at in from..(from + 9).min(end) {
        let before = view.low(at - 1);
        let tells = matches!(
            before,
            "this"
                | "a"
                | "the"
                | "in"
                | "its"
                | "as"
                | "many"
                | "within"
                | "one"
                | "diesem"
                | "diese"
                | "dieser"
                | "einem"
                | "ce"
                | "cette"
                | "este"
                | "esta"
                | "questo"
                | "questa"
                | "cet"
                | "of"
                | "en"
                | "un"
                | "una"
                | "neste"
                | "nesta"
                | "em"
        );
        if view.low(at) == "ever" || view.low(at) == "history" {
            return Some(("ever".to_owned(), at + 1));
        }
        if view.low(at) == "since" && at + 1 < end {
            let to = (at + 1..(at + 4).min(end))
                .take_while(|at| words::month(view.low(*at)).is_some() || view.kind(*at) == Kind::Number)
                .last()?;
            return Some((format!("since {}", view.written(at + 1, to + 1)), to + 1));
        }
        if tells && let Some(unit) = unit(view.low(at)) {
            return Some((unit.to_owned(), at + 1));
        }
    }
    None
}
