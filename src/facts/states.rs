//! How it shows and how it stands: symptoms and states.

use super::{cue::Cue, draft::Draft, pattern::Found, sentence::Sentence, view::View};
use crate::model::{FactKind, StatedBy, Status};

/// Reads the symptoms and states of a text.
pub(super) fn read(view: &View<'_>, sentences: &[Sentence], official: bool, out: &mut Vec<Draft>) {
    let other = if official { StatedBy::Official } else { StatedBy::Press };
    let is_over = sentences.iter().filter(|sentence| !sentence.background).any(|sentence| {
        let over = |cue: &Found<Cue>| {
            matches!(cue.class, Cue::Status(Status::Resolved | Status::Partly)) && holds(view, sentence, cue.from)
        };
        sentence.cues.iter().any(over)
    });
    for (number, sentence) in sentences.iter().enumerate() {
        if sentence.background {
            continue;
        }
        let early = 20 - i32::try_from(number.min(20)).unwrap_or(20);
        for cue in &sentence.cues {
            match cue.class {
                Cue::Symptom(symptom) if is_symptom(view, sentence, cue) => {
                    let draft = Draft::new(view, FactKind::Symptom, symptom.as_str(), (cue.from, cue.to));
                    out.push(
                        draft.by(sentence.speaker(cue.from, other)).strong(early).hedged(sentence.is_hedged(cue.from)),
                    );
                }
                _ => {
                    let Some(status) = state(view, sentence, cue, is_over) else { continue };
                    // The newest state of a text is its last one.
                    let draft = Draft::new(view, FactKind::Status, status.as_str(), (cue.from, cue.to));
                    out.push(draft.by(sentence.speaker(cue.from, other)).strong(-early));
                }
            }
        }
    }
}

/// Whether words for a symptom are used for one: not "no errors", not the "routing errors" that are a cause.
fn is_symptom(view: &View<'_>, sentence: &Sentence, cue: &Found<Cue>) -> bool {
    let alone = cue.to - cue.from == 1 && view.low(cue.from) == "errors";
    let in_cause =
        |other: &Found<Cue>| matches!(other.class, Cue::Cause(..)) && other.from <= cue.from && cue.to <= other.to;
    let is_cause = alone && sentence.cues.iter().any(in_cause);
    !is_cause && !sentence.before(cue.from, 4, Cue::Denied)
}

/// The state that a cue tells. In one sentence "partly" is said of what else reads as over; work that goes on says
/// something only where nothing is over.
fn state(view: &View<'_>, sentence: &Sentence, cue: &Found<Cue>, is_over: bool) -> Option<Status> {
    match cue.class {
        Cue::Status(Status::Resolved) => {
            let partly = sentence
                .cues
                .iter()
                .any(|other| other.class == Cue::Status(Status::Partly) && other.from.abs_diff(cue.from) <= 14);
            (!partly && holds(view, sentence, cue.from)).then_some(Status::Resolved)
        }
        Cue::Status(Status::Partly) => holds(view, sentence, cue.from).then_some(Status::Partly),
        Cue::Status(Status::Ongoing) => (!sentence.has(Cue::Status(Status::Partly))).then_some(Status::Ongoing),
        Cue::Worked => (!is_over).then_some(Status::Ongoing),
        _ => None,
    }
}

/// Whether a state is told as one that is there: not "will be restored", "when services would be restored", "yet to be
/// fixed".
fn holds(view: &View<'_>, sentence: &Sentence, at: usize) -> bool {
    let from = at.saturating_sub(6).max(sentence.from);
    !(from..at).any(|at| {
        matches!(
            view.low(at),
            "will"
                | "would"
                | "until"
                | "when"
                | "to"
                | "not"
                | "yet"
                | "if"
                | "could"
                | "once"
                | "n't"
                | "might"
                | "should"
                | "hopes"
                | "hope"
                | "expects"
                | "without"
                | "before"
                | "isn't"
                | "hasn't"
                | "haven't"
                | "can"
        )
    })
}
