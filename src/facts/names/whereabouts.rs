//! Where an outage is, and whose failure is said to be behind it.

use super::{runs::next_is_capital, score::links};
use crate::{
    facts::{
        cue::Cue,
        draft::Draft,
        sentence::Sentence,
        view::{Kind, View},
    },
    model::{FactKind, StatedBy},
};

/// Providers whose failure is said to hit others.
pub(super) fn upstreams(view: &View<'_>, body: &[Sentence], out: &mut Vec<Draft>) {
    for sentence in body {
        let told = sentence.has(Cue::Because) || sentence.any(|cue| matches!(cue, Cue::Symptom(_) | Cue::Strong));
        if !told || sentence.background {
            continue;
        }
        for cue in sentence.cues.iter().filter(|cue| cue.class == Cue::Upstream) {
            let causes = sentence
                .cues
                .iter()
                .any(|other| matches!(other.class, Cue::Because | Cue::Causes) && other.from.abs_diff(cue.from) <= 6);
            let upstream = view.low(cue.from) == "upstream" || view.low(cue.from) == "third";
            if causes || upstream {
                let draft = Draft::new(view, FactKind::Upstream, "unnamed", (cue.from, cue.to));
                out.push(draft.by(sentence.speaker(cue.from, StatedBy::Press)));
            }
        }
    }
}

/// Where: words for everywhere, and places where users are said to be.
pub(super) fn where_it_is(view: &View<'_>, body: &[Sentence], official: bool, out: &mut Vec<Draft>) {
    let mut other: Vec<(usize, (usize, usize))> = Vec::new();
    let before_places = out.len();
    for (number, sentence) in body.iter().enumerate() {
        for cue in &sentence.cues {
            if let Cue::Wide(value) = cue.class
                && !sentence.background
            {
                out.push(
                    Draft::new(view, FactKind::Place, value, (cue.from, cue.to))
                        .by(sentence.speaker(cue.from, StatedBy::Press)),
                );
            }
        }
        let mut inside = false;
        let mut last = 0;
        for (_, from, to) in sentence.places.iter().filter(|(place, ..)| !place.belonging) {
            let follows = inside && (links(view, last, *from) || *from <= last + 2);
            last = *to;
            // `US-EAST-1` is no country, `Singapore Airlines` no place.
            let is_code = view.is_mark(*to, '-')
                && view.is_tight(*to)
                && view.is_tight(to + 1)
                && view.tokens.get(to + 1).is_some_and(|next| next.capital);
            let is_part = is_code
                || next_is_capital(view, to - 1) && view.kind(*to) == Kind::Word
                || *from > 0
                    && view.tokens[*from - 1].capital
                    && view.kind(*from - 1) == Kind::Word
                    && *from - 1 > sentence.from;
            inside = !is_part && (follows || is_where(view, *from));
            if sentence.background || number == 0 && is_dateline(view, sentence, *from, *to) || is_part {
                continue;
            }
            if inside || official {
                out.push(place(view, sentence, *from, *to));
            } else {
                other.push((number, (*from, *to)));
            }
        }
    }
    if out.len() == before_places
        && let Some((number, (from, to))) = other.first()
    {
        out.push(place(view, &body[*number], *from, *to));
    }
}

fn place(view: &View<'_>, sentence: &Sentence, from: usize, to: usize) -> Draft {
    let value = view.written(from, to).trim_end_matches("'s").trim_end_matches("’s");
    Draft::new(view, FactKind::Place, value, (from, to)).by(sentence.speaker(from, StatedBy::Press))
}

/// "in Iran", "across Europe", "users in the US".
fn is_where(view: &View<'_>, from: usize) -> bool {
    let before = |back: usize| from.checked_sub(back).map_or("", |at| view.low(at));
    let preposition = |word: &str| {
        matches!(
            word,
            "in" | "across"
                | "throughout"
                | "around"
                | "within"
                | "over"
                | "en"
                | "dans"
                | "em"
                | "nel"
                | "im"
                | "todo"
                | "a"
                | "outside"
                | "near"
                | "parts"
        )
    };
    preposition(before(1))
        || before(1) == "the" && preposition(before(2))
        || before(1) == "of" && matches!(before(2), "parts" | "poblaciones" | "cities" | "areas" | "rest" | "residents")
}

/// `NEW YORK, June 15, Reuter -`.
fn is_dateline(view: &View<'_>, sentence: &Sentence, from: usize, to: usize) -> bool {
    from <= sentence.from + 1 && {
        let upper = view.written(from, to).chars().filter(|letter| letter.is_alphabetic()).all(char::is_uppercase);
        upper || (to..to + 8).any(|at| view.is_mark(at, '-') && !view.is_tight(at))
    }
}
