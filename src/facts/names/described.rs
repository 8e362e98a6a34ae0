//! Products that have no name of their own.

use crate::{
    facts::{
        cue::Cue,
        draft::Draft,
        sentence::Sentence,
        view::{Kind, View},
    },
    model::{FactKind, StatedBy},
};

/// Products without a name of their own: "the bank's online and mobile services", "their ticketing system".
pub(super) fn described(view: &View<'_>, body: &[Sentence], out: &mut Vec<Draft>) {
    for sentence in body {
        if sentence.background || !sentence.any(|cue| matches!(cue, Cue::Symptom(_) | Cue::Strong | Cue::Status(_))) {
            continue;
        }
        for at in sentence.from..sentence.to {
            let word = view.low(at);
            if !(word.ends_with("'s") || view.is_mark(at, '\'') && view.is_tight(at)) {
                continue;
            }
            let Some(head) =
                (at + 1..(at + 8).min(sentence.to)).find(|at| is_head(view.low(*at)) || !modifies(view, *at))
            else {
                continue;
            };
            let plain = (at + 1..head).all(|at| !view.tokens[at].capital || view.low(at) == "internet");
            if is_head(view.low(head)) && head >= at + 2 && plain {
                let draft = Draft::new(view, FactKind::Product, view.written(at + 1, head + 1), (at + 1, head + 1));
                out.push(draft.by(sentence.speaker(at, StatedBy::Press)).strong(2));
            }
        }
    }
}

fn is_head(word: &str) -> bool {
    matches!(word, "service" | "services" | "app" | "apps" | "website" | "websites" | "platform" | "portal")
}

/// Words that say which service it is; not how large, whose or when.
fn modifies(view: &View<'_>, at: usize) -> bool {
    let word = view.low(at);
    let joins = view.is_mark(at, '-') || matches!(word, "and" | "or");
    let says = view.kind(at) == Kind::Word
        && word.len() > 2
        && !matches!(
            word,
            "own"
                | "nationwide"
                | "worldwide"
                | "entire"
                | "whole"
                | "new"
                | "many"
                | "most"
                | "other"
                | "all"
                | "current"
                | "core"
                | "the"
                | "affected"
                | "main"
                | "various"
                | "global"
                | "internal"
                | "several"
                | "some"
                | "any"
                | "one"
                | "first"
                | "for"
                | "with"
                | "from"
                | "that"
                | "which"
                | "has"
                | "was"
                | "were"
                | "are"
                | "have"
                | "been"
                | "not"
        )
        && !word.ends_with("ed");
    joins || says
}
