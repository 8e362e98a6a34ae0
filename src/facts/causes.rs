//! Why: causes with their category, where the text gives one, says that it is not known, or denies one.

use super::{
    cue::Cue,
    draft::Draft,
    pattern::Found,
    sentence::Sentence,
    view::{Kind, View},
};
use crate::model::{Cause, FactKind, StatedBy};

/// Tokens between a causal word and the words for a cause.
const REACH: usize = 12;

/// Reads the causes of a text.
pub(super) fn read(view: &View<'_>, sentences: &[Sentence], official: bool, out: &mut Vec<Draft>) {
    let other = if official { StatedBy::Official } else { StatedBy::Press };
    for (number, sentence) in sentences.iter().enumerate() {
        if sentence.background && !official {
            continue;
        }
        let mut taken: Vec<Group> = Vec::new();
        for group in groups(view, sentence) {
            if !is_cause(sentence, &group) || is_denied(sentence, group.from) {
                continue;
            }
            taken.push(group);
        }
        for group in &taken {
            let hedged = sentence.is_hedged(group.from);
            let strength =
                weight(group.cause) - i32::try_from(number.min(20)).unwrap_or(20) / 4 - i32::from(hedged) * 2;
            let draft = Draft::new(view, FactKind::Cause, group.cause.as_str(), (group.from, group.to)).sub(group.sub);
            out.push(draft.by(sentence.speaker(group.from, other)).strong(strength).hedged(hedged));
        }
        unknown(view, sentence, other, out);
    }
}

/// "The glitch" beside a cause that is told more exactly is that cause once more.
pub(super) fn only_the_telling(drafts: &mut Vec<Draft>) {
    let is_cause = |draft: &Draft| draft.fact.kind == FactKind::Cause;
    let bare = |draft: &Draft| {
        draft.fact.value == Cause::Others.as_str() && draft.fact.sub.is_none() && !draft.fact.text.contains(' ')
    };
    let told =
        drafts.iter().any(|draft| is_cause(draft) && !bare(draft) && draft.fact.value != Cause::Unknown.as_str());
    drafts.retain(|draft| !(told && is_cause(draft) && bare(draft)));
}

/// Words for one cause.
#[derive(Debug, Clone, Copy)]
struct Group {
    cause: Cause,
    sub: &'static str,
    from: usize,
    to: usize,
}

/// What says more wins over what says less where both stand in the same words: "a BGP configuration error".
fn weight(cause: Cause) -> i32 {
    match cause {
        Cause::Config => 10,
        Cause::External => 9,
        Cause::Deploy => 8,
        Cause::Overload => 7,
        Cause::Maintain => 6,
        Cause::Others => 4,
        Cause::Unknown => 0,
    }
}

/// Cause cues that stand in the same words are one; its category is that of the weightiest, its sort that of the most
/// special.
fn groups(view: &View<'_>, sentence: &Sentence) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for cue in &sentence.cues {
        let Cue::Cause(cause, sub) = cue.class else { continue };
        match groups.last_mut() {
            Some(last) if cue.from <= last.to + 3 && !(last.to..cue.from).any(|at| parts(view, at)) => {
                if (weight(cause), !sub.is_empty()) > (weight(last.cause), !last.sub.is_empty()) {
                    last.sub = if sub.is_empty() { last.sub } else { sub };
                    last.cause = cause;
                } else if last.sub.is_empty() {
                    last.sub = sub;
                }
                last.to = last.to.max(cue.to);
            }
            _ => groups.push(Group { cause, sub, from: cue.from, to: cue.to }),
        }
    }
    groups
}

/// Whether a token parts one cause from the next.
fn parts(view: &View<'_>, at: usize) -> bool {
    matches!(view.kind(at), Kind::Mark(',' | ';'))
        || matches!(view.low(at), "and" | "or" | "not" | "instead" | "by" | "but" | "after" | "to" | "from")
}

/// Whether a sentence gives these words as a cause: a causal word stands near, on the side where it points.
fn is_cause(sentence: &Sentence, group: &Group) -> bool {
    if group.cause == Cause::External && group.sub == "attack" {
        return true;
    }
    // "It is not known if this is maintenance or a problem with servers": nothing is given as the cause.
    let doubted = sentence
        .cues
        .iter()
        .any(|cue| cue.class == Cue::CauseUnknown && cue.from <= group.from && group.from < cue.to + 14);
    let given = |cue: &Found<Cue>| {
        let ahead = cue.to <= group.from + 1 && cue.from < group.from;
        let behind = group.to <= cue.from;
        match cue.class {
            Cue::Because => ahead && group.from.saturating_sub(cue.to) <= REACH,
            Cue::BecauseWeak => ahead && group.from.saturating_sub(cue.to) <= 3,
            Cue::Causes => behind && cue.from - group.to <= 6,
            _ => false,
        }
    };
    !doubted && sentence.cues.iter().any(given)
}

fn is_denied(sentence: &Sentence, at: usize) -> bool {
    sentence.before(at, 9, Cue::Denied)
}

fn unknown(view: &View<'_>, sentence: &Sentence, other: StatedBy, out: &mut Vec<Draft>) {
    if let Some(cue) = sentence.cues.iter().find(|cue| cue.class == Cue::CauseUnknown) {
        let draft = Draft::new(view, FactKind::Cause, Cause::Unknown.as_str(), (cue.from, cue.to));
        out.push(draft.by(sentence.speaker(cue.from, other)).strong(-10));
    }
}
