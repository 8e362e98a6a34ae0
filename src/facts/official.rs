//! What only official reports have: fields ("Incident Start:"), stamps in front of updates, and a zone for all times.

use super::{
    cue::{Cue, Role},
    draft::Draft,
    sentence::Sentence,
    time::{
        tell::Time,
        zones::{self, Reading},
    },
    view::{Kind, View},
};
use crate::model::{FactKind, Precision, StatedBy, Status};

/// "(All Times US/Pacific)", "all times are in UTC", "times in ET".
pub(super) fn zone(view: &View<'_>) -> Option<(usize, Reading)> {
    (0..view.tokens.len()).find_map(|at| {
        if view.low(at) != "times" {
            return None;
        }
        let mut next = at + 1;
        while next < at + 4 && matches!(view.low(next), "are" | "in" | "listed" | "shown") {
            next += 1;
        }
        let written = zones::at(view, next, view.tokens.len())?;
        Some((at, written.readings().first()?.clone()))
    })
}

/// Whether the operator writes: a sentence outside of quotation marks begins with "We are investigating" or the like, or
/// a heading or field of reports stands here.
pub(super) fn is_written(view: &View<'_>, sentences: &[Sentence]) -> bool {
    let is_dump = |at: usize| matches!(view.low(at), "created" | "affected") && view.is_mark(at.wrapping_sub(1), '\'');
    if (0..view.tokens.len()).any(is_dump) {
        return true;
    }
    let mut quoted = false;
    let mut line = 0;
    sentences.iter().any(|sentence| {
        let breaks = (line..sentence.from).any(|at| view.kind(at) == Kind::Break);
        quoted &= !breaks;
        line = sentence.to;
        let opened = quoted;
        for at in sentence.from..sentence.to {
            match view.kind(at) {
                Kind::Mark('"') => quoted = !quoted,
                // A single quotation mark opens in front of a word and closes behind one; so does a plural's apostrophe.
                Kind::Mark('\'') => quoted = !view.is_tight(at) && view.is_tight(at + 1),
                _ => {}
            }
        }
        // A stamp or the key of a dump may stand in front.
        let is_we = |at: &usize| view.low(*at) == "we" && view.tokens[*at].capital;
        let first = (sentence.from..sentence.to.min(sentence.from + 14)).find(is_we);
        let first = first.or_else(|| (sentence.from..sentence.to).find(|at| view.kind(*at) == Kind::Word));
        let Some(first) = first.filter(|first| {
            !opened && !(sentence.from..*first).any(|at| matches!(view.kind(at), Kind::Mark('"' | '\'')))
        }) else {
            return false;
        };
        let word = |offset: usize| view.low(first + offset);
        match (word(0), word(1)) {
            ("we", "are") => {
                word(2).ends_with("ing") || matches!(word(2), "aware" | "currently" | "now" | "still" | "actively")
            }
            ("we", second) => matches!(
                second,
                "can"
                    | "continue"
                    | "have"
                    | "experienced"
                    | "identified"
                    | "apologize"
                    | "apologise"
                    | "will"
                    | "were"
                    | "believe"
                    | "determined"
                    | "now"
            ),
            ("we're" | "we've" | "we'll", _) => true,
            ("our", "engineers" | "engineering" | "team" | "teams") => true,

            ("summary" | "issue", "of" | "summary") => matches!((word(1), word(2)), ("of", "impact") | ("summary", _)),
            ("incident", "start" | "end" | "began") => true,
            ("post", "incident") => word(2) == "review",
            ("mini", "incident") => word(2) == "report",
            ("what", "happened") => view.is_mark(first + 2, '?'),
            ("between" | "starting" | "beginning", _) => sentence.times.is_empty() && is_ours(view, sentence),
            _ => false,
        }
    })
}

/// "we experienced", "customers may have experienced".
fn is_ours(view: &View<'_>, sentence: &Sentence) -> bool {
    (sentence.from..sentence.to).any(|at| {
        matches!(
            (view.low(at), view.low(at + 1)),
            ("we", "experienced" | "had" | "saw" | "observed")
                | ("customers", "experienced" | "may" | "were")
                | ("subset", "of")
        )
    })
}

/// The kind of a field by the words in front of a time: `Incident Start:`, `End time:`, `Detected:`.
fn field(view: &View<'_>, time: &Time) -> Option<FactKind> {
    let mut at = time.stated.from;
    let mut colon = false;
    for _ in 0..6 {
        at = at.checked_sub(1)?;
        match view.kind(at) {
            Kind::Mark(':') => colon = true,
            Kind::Mark('*' | '|' | '"' | '\'' | '-') => {}
            Kind::Word if colon => {
                return match view.low(at) {
                    "start" | "started" | "began" | "begin" | "beginning" | "beginn" | "debut" | "inicio"
                    | "inizio" => Some(FactKind::Start),
                    "end" | "ended" | "resolved" | "resolution" | "ende" | "fin" | "fim" | "fine" => {
                        Some(FactKind::End)
                    }
                    "time" | "date" | "at" | "utc" | "impact" => {
                        match at.checked_sub(1).map_or("", |before| view.low(before)) {
                            "start" | "begin" => Some(FactKind::Start),
                            "end" | "resolution" | "resolved" => Some(FactKind::End),
                            _ => None,
                        }
                    }
                    _ => None,
                };
            }
            _ => return None,
        }
    }
    None
}

/// Reads the fields of a sentence.
pub(super) fn fields(view: &View<'_>, sentence: &Sentence, out: &mut Vec<Draft>) {
    for time in &sentence.times {
        let (Some(told), Some(kind)) = (&time.told, field(view, time)) else { continue };
        let range = (time.stated.from, time.stated.to);
        out.push(Draft::time(view, kind, told, range).by(StatedBy::Official).strong(FIELD));
    }
}

/// The key that a dump writes in front of a stamp (`'created': '2022-…'`).
fn key<'v>(view: &'v View<'_>, time: &Time) -> &'v str {
    let mut at = time.stated.from;
    let mut colon = false;
    for _ in 0..5 {
        let Some(before) = at.checked_sub(1) else { return "" };
        at = before;
        match view.kind(at) {
            Kind::Mark(':') => colon = true,
            Kind::Mark('\'' | '"') => {}
            Kind::Word if colon => return view.low(at),
            _ => return "",
        }
    }
    ""
}

/// Whether a time is one that a machine wrote (`'modified': '2022-…'`).
pub(super) fn is_machine(view: &View<'_>, time: &Time) -> bool {
    matches!(key(view, time), "modified" | "updated" | "created" | "when" | "updated_at" | "created_at")
}

/// A stamp: the time that an update bears.
#[derive(Debug)]
pub(super) struct Stamp {
    /// The sentence it stands in.
    pub sentence: usize,
    /// The time in that sentence.
    pub time: usize,
    /// Its first token.
    pub from: usize,
}

/// The stamps of a report, in the order of the text: what a dump calls `created`, or a time that begins a line and is
/// followed by a sentence of its own.
pub(super) fn stamps(view: &View<'_>, sentences: &[Sentence]) -> Vec<Stamp> {
    let mut stamps = Vec::new();
    for (number, sentence) in sentences.iter().enumerate() {
        for (index, time) in sentence.times.iter().enumerate() {
            let is_clock =
                time.told.as_ref().is_some_and(|told| matches!(told.precision, Precision::Second | Precision::Minute));
            let begins = index == 0 && time.stated.from == sentence.from && !time.opens;
            let is_stamp = match key(view, time) {
                "created" | "when" | "created_at" => true,
                "modified" | "updated" => false,
                _ => {
                    begins
                        && time.stated.zone.is_some()
                        && view
                            .tokens
                            .get(time.stated.to)
                            .is_none_or(|next| next.capital || next.kind == Kind::Break || !next.kind.eq(&Kind::Word))
                }
            };
            if is_clock && is_stamp {
                stamps.push(Stamp { sentence: number, time: index, from: time.stated.from });
            }
        }
    }
    stamps
}

/// Sentences of the summary at the top of a report without stamps.
const SUMMARY: usize = 2;

/// What a field gives is this strong at least.
const FIELD: i32 = 50;

/// The end of a backlog is weaker than any other, but stronger than a stamp.
const BACKLOG: i32 = -15;

/// What a range gives as a beginning or end is this strong at least.
pub(super) const RANGE: i32 = 30;

/// The newest update of a report knows best: what it says is shown first, of several ends in it the last, of several
/// beginnings the first. A report without stamps says the most important thing at its top.
pub(super) fn newest_first(view: &View<'_>, sentences: &[Sentence], stamps: &[Stamp], out: &mut [Draft]) {
    let at = |stamp: &Stamp| sentences[stamp.sentence].times[stamp.time].told.as_ref().map(|told| told.at);
    let byte = |sentence: usize| {
        sentences.get(sentence).and_then(|sentence| view.tokens.get(sentence.from)).map_or(u32::MAX, |token| token.from)
    };
    // Stamps without a day tell only their order, which is that of the text.
    let dated = || stamps.iter().filter(|stamp| sentences[stamp.sentence].times[stamp.time].stated.day.is_some());
    let rising = dated().count() < 2 || dated().next().map(at) <= dated().next_back().map(at);
    let (from, until) = match (stamps.first(), stamps.last()) {
        (Some(_), Some(last)) if rising => (byte(last.sentence), u32::MAX),
        // Two stamps of one update (`created`, `when`) stand around its text.
        (Some(first), Some(_)) => {
            let next = stamps.iter().find(|stamp| stamp.sentence > first.sentence + 1 && at(stamp) != at(first));
            (byte(first.sentence), next.map_or(u32::MAX, |next| byte(next.sentence)))
        }
        _ => {
            let dated =
                sentences.iter().position(|sentence| sentence.times.iter().any(|time| time.stated.clock.is_some()));
            (0, dated.map_or(u32::MAX, |number| byte(number + SUMMARY)))
        }
    };
    let newest = |draft: &Draft| from <= draft.fact.span.0 && draft.fact.span.0 < until;
    let shown = shown_end(out, newest);
    for draft in out.iter_mut().filter(|draft| newest(draft) && draft.strength > BACKLOG) {
        draft.strength += 12 + i32::from(Some(draft.fact.span) == shown && draft.fact.kind == FactKind::End) * 9;
    }
}

/// Which of several ends is that of the whole: of fields the last; of ranges that of the first one, or of one that began
/// with it and lasted longer; else the last that is told.
fn shown_end(drafts: &[Draft], newest: impl Fn(&Draft) -> bool) -> Option<(u32, u32)> {
    let at = |draft: &&Draft| draft.told.as_ref().map(|told| told.at);
    let of = |kind, least: i32| {
        drafts
            .iter()
            .filter(move |draft| draft.fact.kind == kind && draft.strength >= least)
            .filter(|draft| newest(draft))
    };
    let span = |draft: &Draft| draft.fact.span;
    if let Some(last) = of(FactKind::End, FIELD).max_by_key(at) {
        return Some(span(last));
    }
    if of(FactKind::End, RANGE).next().is_some() {
        let starts: Vec<&Draft> = of(FactKind::Start, RANGE).collect();
        let first = starts.first().and_then(at_of)?;
        // Ends and beginnings of ranges come in pairs: an end belongs to the beginning before it.
        let with_first = of(FactKind::End, RANGE).filter(|end| {
            starts.iter().rev().find(|start| start.fact.span < end.fact.span).and_then(at_of) == Some(first)
        });
        return with_first.max_by_key(at).map(span);
    }
    of(FactKind::End, 1).max_by_key(at).or_else(|| of(FactKind::End, BACKLOG).max_by_key(at)).map(span)
}

fn at_of(draft: &&Draft) -> Option<jiff::Timestamp> {
    draft.told.as_ref().map(|told| told.at)
}

/// Facts of stamps: the first update acknowledges (and stands in for a beginning that is not told); the stamp of an
/// update that says that all is over stands in for an end that is not told.
pub(super) fn of_stamps(view: &View<'_>, sentences: &[Sentence], stamps: &[Stamp], out: &mut Vec<Draft>) {
    let time = |stamp: &Stamp| &sentences[stamp.sentence].times[stamp.time];
    let at = |stamp: &&Stamp| time(stamp).told.as_ref().map(|told| told.at);
    let named = sentences.iter().flat_map(|sentence| &sentence.times).filter_map(|time| time.stated.zone.as_ref());
    let spoken =
        named.filter(|zone| zone.is_named(view)).map(|zone| view.written(zone.from, zone.to).to_owned()).next();
    let draft = |stamp: &Stamp, kind, strength, why: &str| {
        let time = time(stamp);
        let told = time.told.as_ref()?;
        let mut draft =
            Draft::time(view, kind, told, (time.stated.from, time.stated.to)).by(StatedBy::Official).strong(strength);
        // The report speaks in its own zone, whatever its machine stamps.
        draft.fact.zone = spoken.clone().or(draft.fact.zone);
        draft.fact.why = Some(why.to_owned());
        Some(draft)
    };
    // Lines without a day tell only their order.
    let dated = stamps.iter().all(|stamp| time(stamp).stated.day.is_some());
    let first = if dated { stamps.iter().min_by_key(at) } else { stamps.first() };
    let Some(first) = first else { return };
    out.extend(draft(first, FactKind::Acknowledged, 10, "the stamp of the first update"));
    let begins = at(&first);
    let only = stamps.iter().all(|stamp| at(&stamp) == begins);
    let until =
        stamps.iter().map(|stamp| stamp.sentence).find(|next| *next > first.sentence + 1).unwrap_or(sentences.len());
    let refers =
        sentences[first.sentence..until.max(first.sentence)].iter().any(|sentence| refers_elsewhere(view, sentence));
    let is_end = only && sentences.iter().any(|sentence| is_over(sentence) || is_available(view, sentence));
    if !refers && !is_end {
        out.extend(draft(first, FactKind::Start, -20, "no beginning is told: the stamp of the first update"));
    }
    let over = |number: usize| {
        let stamp = &stamps[number];
        let until = stamps.get(number + 1).map_or(sentences.len(), |next| next.sentence.max(stamp.sentence + 1));
        sentences[stamp.sentence..until].iter().any(|sentence| is_over(sentence) || is_available(view, sentence))
    };
    let mut ends = (0..stamps.len()).filter(|number| over(*number)).map(|number| &stamps[number]);
    let last = if dated { ends.max_by_key(at) } else { ends.next_back() };
    let why = "no end is told: the stamp of the update that says it is over";
    out.extend(last.and_then(|last| draft(last, FactKind::End, -20, why)));
}

/// "The issue has been resolved", and not "we are working to resolve the issue".
fn is_over(sentence: &Sentence) -> bool {
    sentence.has(Cue::Status(Status::Resolved))
        && !sentence.has(Cue::Status(Status::Ongoing))
        && !sentence.has(Cue::Role(Role::Next))
        && !sentence.has(Cue::Status(Status::Partly))
}

/// `'status': 'AVAILABLE'` of a dump.
fn is_available(view: &View<'_>, sentence: &Sentence) -> bool {
    (sentence.from..sentence.to).any(|at| view.low(at) == "available" && view.written(at, at + 1) == "AVAILABLE")
}

/// "linked to a single incident", without a state of its own: this update tells of another report.
fn refers_elsewhere(view: &View<'_>, sentence: &Sentence) -> bool {
    let disrupted = (sentence.from..sentence.to).any(|at| view.written(at, at + 1) == "SERVICE");
    let linked = (sentence.from..sentence.to).any(|at| {
        view.low(at) == "linked" && view.low(at + 1) == "to" || view.low(at) == "refer" && view.low(at + 1) == "to"
    });
    linked && !disrupted
}
