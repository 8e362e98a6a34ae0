//! Runs of capitalised words, and which of them may be names.

use std::{collections::HashSet, hash::BuildHasherDefault, sync::LazyLock};

use super::Folded;
use crate::facts::{
    cue::Cue,
    pattern::{WordHasher, listed},
    places,
    sentence::Sentence,
    time::words,
    view::{Kind, View},
};
use crate::model::Symptom;

/// Words that stand with a capital and are no names.
static COMMON: LazyLock<HashSet<&'static str, BuildHasherDefault<WordHasher>>> =
    LazyLock::new(|| listed(include_str!("../data/common.txt")).collect());

/// Words that alone are no names, but may begin one: "Phone.com", "Air France".
static TRADE: LazyLock<HashSet<&'static str, BuildHasherDefault<WordHasher>>> =
    LazyLock::new(|| listed(include_str!("../data/trade_words.txt")).collect());
/// Words that are written with a capital within a sentence: at the start of one they are names too.
pub(super) fn inner_capitals<'v>(view: &'v View<'_>, title: &[Sentence], body: &[Sentence]) -> Folded<'v> {
    let mut words = Folded::default();
    for sentence in body {
        let first = (sentence.from..sentence.to).find(|at| view.kind(*at) == Kind::Word);
        for at in sentence.from..sentence.to {
            let behind_quote = at > 0 && matches!(view.kind(at - 1), Kind::Mark('"' | '\'' | ':' | '-' | '(' | '.'));
            if view.tokens[at].capital && Some(at) != first && !behind_quote {
                words.insert(view.low(at).trim_end_matches("'s"));
            }
        }
    }
    // A title in sentence case tells names too.
    for sentence in title {
        let all = (sentence.from..sentence.to).filter(|at| view.kind(*at) == Kind::Word).count();
        let capital = (sentence.from..sentence.to).filter(|at| view.tokens[*at].capital).count();
        if capital * 2 < all {
            words.extend(
                (sentence.from..sentence.to)
                    .filter(|at| view.tokens[*at].capital)
                    .map(|at| view.low(at).trim_end_matches("'s")),
            );
        }
    }
    words
}

/// Runs of capitalised words that may be names.
pub(super) fn runs(view: &View<'_>, sentence: &Sentence, capitals: &Folded<'_>) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = sentence.from;
    let first = (sentence.from..sentence.to).find(|at| view.kind(*at) == Kind::Word);
    while at < sentence.to {
        // A place is no product, but may begin the name of one: "Los Angeles", "Los Angeles Times".
        if let Some((place, _, behind)) = sentence.places.iter().find(|(_, from, _)| *from == at) {
            // "South Korean telco", "French Railways".
            if place.belonging {
                at = *behind;
                continue;
            }
            let to = run_end(view, behind - 1, sentence.to);
            if to > *behind && !view.low(behind - 1).ends_with("'s") && is_name(view, sentence, at, to) {
                runs.push((at, to));
            }
            at = to.max(*behind);
            continue;
        }
        let starts =
            view.kind(at) == Kind::Word && (view.tokens[at].capital || is_camel(view, at)) && !is_common(view.low(at));
        let leads = Some(at) == first || at > 0 && matches!(view.kind(at - 1), Kind::Mark('"' | ':' | '(' | '-'));
        let known = !leads
            || capitals.contains(view.low(at).trim_end_matches("'s"))
            || view.low(at).ends_with("'s")
            || next_is_capital(view, at);
        if !starts || !known {
            at += 1;
            continue;
        }
        let to = run_end(view, at, sentence.to);
        if is_name(view, sentence, at, to) {
            runs.push((at, to));
        }
        at = to.max(at + 1);
    }
    runs
}

pub(super) fn next_is_capital(view: &View<'_>, at: usize) -> bool {
    view.tokens.get(at + 1).is_some_and(|next| next.capital && next.kind == Kind::Word)
}

/// `iCloud`, `eBay`.
fn is_camel(view: &View<'_>, at: usize) -> bool {
    let word = view.written(at, at + 1);
    word.len() > 2
        && word.chars().skip(1).take(2).any(char::is_uppercase)
        && word.chars().next().is_some_and(char::is_lowercase)
}

/// Where the name that begins at a token ends: `Microsoft 365`, `Bandwidth.com`, `Bank of America`, `AT&T`, `Pokemon Go`.
fn run_end(view: &View<'_>, from: usize, end: usize) -> usize {
    let mut to = from + 1;
    while to < end {
        // A possessive ends a name.
        if view.low(to - 1).ends_with("'s") {
            break;
        }
        let joins = match view.kind(to) {
            Kind::Word => view.tokens[to].capital && !is_month_or_day(view.low(to)) || is_camel(view, to),
            Kind::Number => to < end && view.number(to).is_some_and(|(_, digits)| digits <= 3),
            _ => false,
        };
        if joins {
            to += 1;
            continue;
        }
        let tight = view.is_tight(to) && view.is_tight(to + 1);
        let bridge = match view.kind(to) {
            Kind::Mark('.') if tight => view.kind(to + 1) == Kind::Word,
            Kind::Mark('&' | '+') => to + 1 < end && view.tokens[to + 1].capital,
            Kind::Mark('-' | '/') if tight => view.tokens[to + 1].capital,
            Kind::Word => {
                matches!(view.low(to), "of" | "de" | "del")
                    && to + 1 < end
                    && view.tokens[to + 1].capital
                    && view.kind(to + 1) == Kind::Word
            }
            _ => false,
        };
        if !bridge || to + 1 >= end {
            break;
        }
        to += 2;
    }
    to
}

fn is_month_or_day(word: &str) -> bool {
    words::month(word).is_some_and(|_| word.len() > 3) || words::weekday(word).is_some()
}

/// Words that stand with a capital and are no names: at the start of sentences, in titles of people, zones, acronyms of
/// the trade.
fn is_common(word: &str) -> bool {
    COMMON.contains(word) || is_month_or_day(word)
}

/// Whether a run may be the name of a product: no place, no person, no outlet that is only quoted.
fn is_name(view: &View<'_>, sentence: &Sentence, from: usize, to: usize) -> bool {
    let length = view.written(from, to).len();
    if !(2..=60).contains(&length) || to - from > 8 {
        return false;
    }
    if places::at(view, from, to).is_some_and(|(_, behind)| behind == to) {
        return false;
    }
    if (from..to).all(|at| is_common(view.low(at)) || TRADE.contains(view.low(at)) || view.kind(at) != Kind::Word) {
        return false;
    }
    let before = from.checked_sub(1).map_or("", |before| view.low(before));
    // "CEO David Morken", "spokeswoman Lisa Ward", "on Twitter", "told Reuters"
    let person = matches!(
        before,
        "spokesman"
            | "spokeswoman"
            | "spokesperson"
            | "ceo"
            | "cto"
            | "cio"
            | "president"
            | "minister"
            | "director"
            | "mr"
            | "mrs"
            | "ms"
            | "dr"
            | "analyst"
            | "founder"
            | "officer"
            | "chairman"
            | "secretary"
            | "leader"
            | "head"
            | "author"
            | "editor"
            | "chief"
            | "manager"
            | "senator"
            | "judge"
            | "told"
            | "by"
            | "via"
            | "executive"
            | "owner"
    ) && to - from <= 3
        && (before != "by" || to - from == 2);
    let person = person
        || to - from == 2
            && matches!(view.low(to), "said" | "says" | "told" | "added" | "tweeted" | "wrote")
            && !is_known_maker(view.low(from));
    let medium = before == "on"
        && matches!(view.low(from), "twitter" | "facebook" | "reddit" | "instagram" | "x" | "youtube" | "linkedin")
        && !sentence_is_down(view, sentence, to);
    !person && !medium
}

/// "on Facebook is down" would be the one; "on Twitter, users" is not.
fn sentence_is_down(view: &View<'_>, sentence: &Sentence, to: usize) -> bool {
    sentence.cues.iter().any(|cue| cue.class == Cue::Symptom(Symptom::Unavail) && cue.from == to)
        || view.low(to) == "outage"
}

fn is_known_maker(word: &str) -> bool {
    matches!(
        word,
        "microsoft"
            | "google"
            | "amazon"
            | "apple"
            | "meta"
            | "sony"
            | "oracle"
            | "ibm"
            | "deutsche"
            | "british"
            | "american"
            | "bank"
            | "telstra"
    )
}
