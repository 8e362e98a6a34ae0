//! Whether a text tells of an outage at all: of what happened, not of what could happen, was prevented, or is for sale.

use super::{cue::Cue, sentence::Sentence, view::View};
use crate::model::Symptom;

/// What a text must come to.
const LEAST: i32 = 4;

/// What kind of story a text is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Story {
    /// It tells of an outage.
    pub is_one: bool,
}

impl Story {
    /// Looks at the title and the first sentences, where a text says what it is about.
    pub(super) fn of(_view: &View<'_>, title: &[Sentence], body: &[Sentence], official: bool) -> Self {
        if official {
            return Self { is_one: true };
        }
        let mut sum = 0_i32;
        for (number, sentence) in title.iter().chain(body.iter().take(14)).enumerate() {
            let strong = sentence.has(Cue::Strong);
            let weak = sentence.has(Cue::Outage)
                || sentence.any(|cue| matches!(cue, Cue::Symptom(Symptom::Unavail | Symptom::Error)));
            let negative = sentence.has(Cue::Negative);
            let early = if number < 3 { 2 } else { 1 };
            sum += match (strong, weak, negative) {
                (true, _, false) => 3 * early,
                (false, true, false) => early,
                (true, _, true) => 0,
                (_, _, true) => -3 * early,
                _ => 0,
            };
        }
        // What happened happened at some time; what could happen did not.
        let dated =
            body.iter().any(|sentence| !sentence.background && sentence.times.iter().any(|time| time.told.is_some()));
        sum += if dated { 2 } else { -6 };
        Self { is_one: sum >= LEAST }
    }
}
