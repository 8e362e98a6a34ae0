//! How it shows and how it stands: symptoms and states.

use super::{cue::Cue, draft::Draft, sentence::Sentence, view::View};
use crate::model::{FactKind, StatedBy, Status};

/// Reads the symptoms and states of a text.
pub(super) fn read(view: &View<'_>, sentences: &[Sentence], official: bool, out: &mut Vec<Draft>) {
    let other = if official { StatedBy::Official } else { StatedBy::Press };
    for (number, sentence) in sentences.iter().enumerate() {
        if sentence.background {
            continue;
        }
        let early = 20 - i32::try_from(number.min(20)).unwrap_or(20);
        for cue in &sentence.cues {
            let range = (cue.from, cue.to);
            match cue.class {
                Cue::Symptom(symptom) if !sentence.before(cue.from, 4, Cue::Denied) => {
                    let draft = Draft::new(view, FactKind::Symptom, symptom.as_str(), range);
                    out.push(draft.by(sentence.speaker(cue.from, other)).strong(early).hedged(sentence.is_hedged(cue.from)));
                }
                Cue::Status(status) if holds(view, sentence, cue.from, status) => {
                    // The newest state of a text is its last one.
                    let draft = Draft::new(view, FactKind::Status, status.as_str(), range);
                    out.push(draft.by(sentence.speaker(cue.from, other)).strong(-early));
                }
                _ => {}
            }
        }
    }
}

/// Whether a state is told as one that is there: not "will be restored", "when services would be restored", "yet to be
/// fixed".
fn holds(view: &View<'_>, sentence: &Sentence, at: usize, status: Status) -> bool {
    if status == Status::Ongoing {
        return true;
    }
    let from = at.saturating_sub(6).max(sentence.from);
    !(from..at).any(|at| {
        matches!(view.low(at), "will" | "would" | "until" | "when" | "to" | "not" | "yet" | "if" | "could" | "once" | "n't" | "might" | "should" | "hopes" | "hope" | "expects" | "without" | "before" | "isn't" | "hasn't" | "haven't" | "can")
    })
}
