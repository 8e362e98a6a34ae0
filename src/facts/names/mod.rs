//! What was affected, whose failure hit others, and where.
//!
//! A name is a run of capitalised words. It is affected when the words around it say so ("X is down", "users of X", "X's
//! servers"), or when the title and the text turn around it; a list that begins with an affected name is affected as a
//! whole. Places, people, outlets and months are no products.

mod described;
mod runs;
mod score;
mod whereabouts;

use std::{
    collections::{BTreeMap, HashSet},
    hash::BuildHasherDefault,
};

use super::{
    draft::Draft,
    pattern::WordHasher,
    sentence::Sentence,
    view::{Kind, View},
};
use crate::model::{FactKind, StatedBy};

/// Folded words.
type Folded<'v> = HashSet<&'v str, BuildHasherDefault<WordHasher>>;
/// Names of one text at most.
const MOST_NAMES: usize = 300;

/// A place where a name stands.
#[derive(Debug, Clone, Copy)]
struct Mention {
    sentence: usize,
    from: usize,
    to: usize,
}

/// Reads the names of a text.
pub(in crate::facts) fn read(
    view: &View<'_>,
    title: &[Sentence],
    body: &[Sentence],
    official: bool,
    out: &mut Vec<Draft>,
) {
    whereabouts::where_it_is(view, body, official, out);
    whereabouts::upstreams(view, body, out);
    let mut names: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
    let capitals = runs::inner_capitals(view, title, body);
    for (number, sentence) in body.iter().enumerate() {
        for (from, to) in runs::runs(view, sentence, &capitals) {
            let key = key(view, from, to);
            if names.len() < MOST_NAMES || names.contains_key(&key) {
                names.entry(key).or_default().push(Mention { sentence: number, from, to });
            }
        }
    }
    let small = written_small(view, body, &names);
    // What is also written small is a word, not a name.
    names.retain(|name, mentions| !small.contains(name) || mentions.len() >= 4);
    described::described(view, body, out);
    let titled: Folded<'_> =
        title.iter().flat_map(|sentence| (sentence.from..sentence.to).map(|at| view.low(at))).collect();
    let mut scored: Vec<(i32, &String, Mention)> = Vec::new();
    for (name, mentions) in &names {
        let Some(score) = score::score(view, body, name, mentions, &titled) else { continue };
        scored.push((score, name, mentions[0]));
    }
    let lists = score::listed(view, body, &scored, &capitals);
    let least = if official { 5 } else { 4 };
    for (score, _, mention) in scored {
        if score >= least {
            push(view, mention, score, out);
        }
    }
    for mention in lists {
        push(view, mention, 1, out);
    }
}

fn push(view: &View<'_>, mention: Mention, score: i32, out: &mut Vec<Draft>) {
    let value = view.written(mention.from, mention.to).trim_end_matches("'s").trim_end_matches("’s");
    let tokens = (mention.from, mention.to);
    let mut draft = Draft::new(view, FactKind::Product, value, tokens).strong(score);
    draft.fact.text.truncate(value.len());
    draft.fact.span.1 = draft.fact.span.0 + u32::try_from(value.len()).unwrap_or(0);
    out.push(draft.by(StatedBy::Press));
}
/// Names of one word that are also written small.
fn written_small(view: &View<'_>, body: &[Sentence], names: &BTreeMap<String, Vec<Mention>>) -> HashSet<String> {
    let single: Folded<'_> = names.keys().filter(|name| !name.contains(' ')).map(String::as_str).collect();
    body.iter()
        .flat_map(|sentence| sentence.from..sentence.to)
        .filter(|at| view.kind(*at) == Kind::Word && !view.tokens[*at].capital)
        .map(|at| view.low(at))
        .filter(|word| single.contains(word))
        .map(str::to_owned)
        .collect()
}

/// The words of a name, folded, without a possessive.
fn key(view: &View<'_>, from: usize, to: usize) -> String {
    let words = (from..to).map(|at| view.low(at).trim_end_matches("'s")).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
