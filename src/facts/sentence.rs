//! A sentence with everything that was found in it: cues, times, places, and who speaks.

use super::{
    cue::{CUES, Cue},
    pattern::Found,
    places::{self, Place},
    time::tell::Time,
    view::{Kind, View},
};
use crate::model::StatedBy;

/// A sentence.
#[derive(Debug)]
pub(super) struct Sentence {
    /// First token.
    pub from: usize,
    /// Last token, exclusive.
    pub to: usize,
    /// What was found, in order.
    pub cues: Vec<Found<Cue>>,
    /// The times.
    pub times: Vec<Time>,
    /// The places, with the token at which each begins and the one behind it.
    pub places: Vec<(Place, usize, usize)>,
    /// It tells an older story.
    pub background: bool,
}

impl Sentence {
    /// Finds cues and places; times are told later, when the whole text is known.
    pub(super) fn new(view: &View<'_>, (from, to): (usize, usize)) -> Self {
        let mut cues = Vec::new();
        CUES.find(view, (from, to), &mut cues);
        let mut found = Vec::new();
        let mut at = from;
        while at < to {
            match places::at(view, at, to) {
                Some((place, behind)) => {
                    found.push((place, at, behind));
                    at = behind;
                }
                None => at += 1,
            }
        }
        let background = cues.iter().any(|cue| cue.class == Cue::Background);
        Self { from, to, cues, times: Vec::new(), places: found, background }
    }

    /// Whether a cue of that class stands here.
    pub(super) fn has(&self, class: Cue) -> bool {
        self.cues.iter().any(|cue| cue.class == class)
    }

    /// Whether a cue stands here that fits.
    pub(super) fn any(&self, fits: impl Fn(Cue) -> bool) -> bool {
        self.cues.iter().any(|cue| fits(cue.class))
    }

    /// Whether a cue of that class stands before `at`, no more than `most` tokens away.
    pub(super) fn before(&self, at: usize, most: usize, class: Cue) -> bool {
        self.cues.iter().any(|cue| cue.class == class && cue.to <= at + 2 && cue.from <= at && at - cue.from <= most)
    }

    /// Who states what stands at a token: the speaker named nearest to it; `other` where none is named.
    pub(super) fn speaker(&self, at: usize, other: StatedBy) -> StatedBy {
        let speakers = self.cues.iter().filter_map(|cue| match cue.class {
            Cue::Speaker(who) => Some((cue.from.abs_diff(at), who)),
            // "According to Microsoft": whoever is quoted so speaks for all of the sentence; users and monitors have
            // cues of their own.
            Cue::Quoted if !self.is_quoting_others(cue.to) => Some((cue.from.abs_diff(at) / 3, StatedBy::Official)),
            _ => None,
        });
        speakers.min_by_key(|(distance, _)| *distance).map_or(other, |(_, who)| who)
    }

    /// Whether users or a monitor are named right behind "according to".
    fn is_quoting_others(&self, at: usize) -> bool {
        let others = |cue: &Found<Cue>| matches!(cue.class, Cue::Speaker(StatedBy::Users | StatedBy::ThirdParty));
        self.cues.iter().any(|cue| others(cue) && (at.saturating_sub(3)..at + 4).contains(&cue.from))
    }

    /// Whether what stands at a token is hedged: the hedge stands close before it.
    pub(super) fn is_hedged(&self, at: usize) -> bool {
        self.before(at, 6, Cue::Hedge)
    }
}

/// Tokens between two ranges; a mark or conjunction that parts clauses counts for more.
pub(super) fn distance(view: &View<'_>, first: (usize, usize), second: (usize, usize)) -> usize {
    let (from, to) = if first.1 <= second.0 { (first.1, second.0) } else { (second.1, first.0) };
    (from..to.max(from))
        .map(|at| match view.kind(at) {
            Kind::Mark(',') => 2,
            Kind::Mark(';' | ':' | '(') => 4,
            Kind::Mark('"') => 0,
            Kind::Mark(_) => 1,
            Kind::Word
                if matches!(view.low(at), "and" | "but" | "while" | "although" | "before" | "after" | "when") =>
            {
                3
            }
            _ => 1,
        })
        .sum()
}
