//! What was affected, whose failure hit others, and where.
//!
//! A name is a run of capitalised words. It is affected when the words around it say so ("X is down", "users of X", "X's
//! servers"), or when the title and the text turn around it; a list that begins with an affected name is affected as a
//! whole. Places, people, outlets and months are no products.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::BuildHasherDefault,
    sync::LazyLock,
};

use super::{
    cue::Cue,
    draft::Draft,
    pattern::WordHasher,
    places,
    sentence::Sentence,
    time::words,
    view::{Kind, View},
};
use crate::model::{FactKind, StatedBy, Symptom};

/// Words that stand with a capital and are no names.
static COMMON: LazyLock<HashSet<&'static str, BuildHasherDefault<WordHasher>>> =
    LazyLock::new(|| include_str!("data/common.txt").split_whitespace().collect());

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
pub(super) fn read(view: &View<'_>, title: &[Sentence], body: &[Sentence], official: bool, out: &mut Vec<Draft>) {
    where_it_is(view, body, official, out);
    upstreams(view, body, out);
    let mut names: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
    let capitals = inner_capitals(view, title, body);
    for (number, sentence) in body.iter().enumerate() {
        for (from, to) in runs(view, sentence, &capitals) {
            let key = key(view, from, to);
            if names.len() < MOST_NAMES || names.contains_key(&key) {
                names.entry(key).or_default().push(Mention { sentence: number, from, to });
            }
        }
    }
    let small: Folded<'_> = body
        .iter()
        .flat_map(|sentence| sentence.from..sentence.to)
        .filter(|at| view.kind(*at) == Kind::Word && !view.tokens[*at].capital)
        .map(|at| view.low(at))
        .collect();
    // What is also written small is a word, not a name.
    names.retain(|name, mentions| name.contains(' ') || !small.contains(name.as_str()) || mentions.len() >= 4);
    described(view, body, out);
    let titled: Folded<'_> =
        title.iter().flat_map(|sentence| (sentence.from..sentence.to).map(|at| view.low(at))).collect();
    let mut scored: Vec<(i32, &String, Mention)> = Vec::new();
    for (name, mentions) in &names {
        let Some(score) = score(view, body, name, mentions, &titled) else { continue };
        scored.push((score, name, mentions[0]));
    }
    let lists = listed(view, body, &scored, &capitals);
    let least = if official { 5 } else { 4 };
    for (score, _, mention) in scored {
        if score >= least {
            push(view, body, mention, score, out);
        }
    }
    for mention in lists {
        push(view, body, mention, 1, out);
    }
}

fn push(view: &View<'_>, body: &[Sentence], mention: Mention, score: i32, out: &mut Vec<Draft>) {
    let value = view.written(mention.from, mention.to).trim_end_matches("'s").trim_end_matches("’s");
    let tokens = (mention.from, mention.to);
    let mut draft = Draft::new(view, FactKind::Product, value, tokens).strong(score);
    draft.fact.text.truncate(value.len());
    draft.fact.span.1 = draft.fact.span.0 + u32::try_from(value.len()).unwrap_or(0);
    out.push(draft.by(body[mention.sentence].speaker(mention.from, StatedBy::Press)));
}

/// Products without a name of their own: "the bank's online and mobile services", "their ticketing system".
fn described(view: &View<'_>, body: &[Sentence], out: &mut Vec<Draft>) {
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

/// The words of a name, folded, without a possessive.
fn key(view: &View<'_>, from: usize, to: usize) -> String {
    let words = (from..to).map(|at| view.low(at).trim_end_matches("'s")).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Words that are written with a capital within a sentence: at the start of one they are names too.
fn inner_capitals<'v>(view: &'v View<'_>, title: &[Sentence], body: &[Sentence]) -> Folded<'v> {
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
fn runs(view: &View<'_>, sentence: &Sentence, capitals: &Folded<'_>) -> Vec<(usize, usize)> {
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

fn next_is_capital(view: &View<'_>, at: usize) -> bool {
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
            Kind::Number => to + 1 <= end && view.number(to).is_some_and(|(_, digits)| digits <= 3),
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
    if length < 2 || length > 60 || to - from > 8 {
        return false;
    }
    if places::at(view, from, to).is_some_and(|(_, behind)| behind == to) {
        return false;
    }
    if (from..to).all(|at| is_common(view.low(at)) || view.kind(at) != Kind::Word) {
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

/// How much a text says that a name is affected; `None` where it says nothing of the kind.
fn score(view: &View<'_>, body: &[Sentence], name: &str, mentions: &[Mention], titled: &Folded<'_>) -> Option<i32> {
    let mut sum = 0;
    let mut affected = 0;
    for mention in mentions.iter().take(12) {
        let sentence = &body[mention.sentence];
        if sentence.background {
            continue;
        }
        let near = nearness(view, sentence, mention);
        affected += i32::from(near > 0);
        sum += near;
    }
    let in_title = name.split(' ').all(|word| titled.contains(word) || titled.contains(format!("{word}'s").as_str()));
    if in_title {
        sum += 4;
    }
    let first = &body[mentions[0].sentence];
    if mentions[0].sentence == 0 {
        sum += 2;
        // Whoever the first sentence begins with is whom the story is about.
        let leads = mentions[0].from <= first.from + 3
            && first.any(|cue| matches!(cue, Cue::Symptom(_) | Cue::Strong | Cue::Status(_)));
        affected += i32::from(leads);
        sum += i32::from(leads) * 2;
    }
    if mentions.len() >= 3 {
        sum += 1;
    }
    (affected > 0 || in_title).then_some(sum)
}

/// What the words around one mention say.
fn nearness(view: &View<'_>, sentence: &Sentence, mention: &Mention) -> i32 {
    let (from, to) = (mention.from, mention.to);
    let before = from.checked_sub(1).map_or("", |before| view.low(before));
    let earlier = from.checked_sub(2).map_or("", |earlier| view.low(earlier));
    let tells = |cue: Cue| matches!(cue, Cue::Symptom(_) | Cue::Strong | Cue::Outage);
    let mut sum = 0;
    // "X is down", "X outage", "X users", "X's servers"
    let behind = sentence.cues.iter().any(|cue| tells(cue.class) && cue.from >= to && cue.from <= to + 4);
    let is_subject = behind && !matches!(before, "told" | "by");
    sum += i32::from(is_subject) * 2;
    let noun = view.low(to);
    if matches!(
        noun,
        "users"
            | "customers"
            | "servers"
            | "server"
            | "service"
            | "services"
            | "app"
            | "website"
            | "site"
            | "network"
            | "platform"
            | "outage"
            | "accounts"
            | "subscribers"
            | "players"
            | "system"
            | "systems"
            | "down"
    ) {
        sum += 2;
    }
    if view.low(to - 1).ends_with("'s")
        && (to..(to + 5).min(sentence.to)).any(|at| {
            matches!(
                view.low(at),
                "service"
                    | "services"
                    | "servers"
                    | "website"
                    | "network"
                    | "system"
                    | "systems"
                    | "app"
                    | "apps"
                    | "platform"
                    | "customers"
                    | "users"
                    | "sites"
            )
        })
    {
        sum += 2;
    }
    // "access to X", "users of X", "outage at X", "including X"
    let leads = matches!(
        before,
        "of" | "at"
            | "to"
            | "with"
            | "using"
            | "accessing"
            | "on"
            | "including"
            | "affected"
            | "affecting"
            | "impacting"
            | "hit"
            | "hits"
            | "for"
            | "into"
            | "from"
            | "down"
    );
    let before_it = sentence.cues.iter().any(|cue| tells(cue.class) && cue.to <= from && from - cue.to <= 3);
    if leads && before_it
        || matches!(before, "including" | "affecting" | "impacting")
        || matches!((earlier, before), ("access" | "connecting" | "users" | "customers", "to" | "of"))
    {
        sum += 3;
    }
    // The cause's side of the sentence is not what is affected.
    if sentence.before(from, 4, Cue::Because) && !matches!(before, "left" | "affecting") {
        sum -= 2;
    }
    sum
}

/// Names in lists behind an affected name or behind "including": "SharePoint Online, OneDrive, and Microsoft Teams".
fn listed(
    view: &View<'_>,
    body: &[Sentence],
    scored: &[(i32, &String, Mention)],
    capitals: &Folded<'_>,
) -> Vec<Mention> {
    let known: HashMap<&String, i32> = scored.iter().map(|(score, name, _)| (*name, *score)).collect();
    let mut found = Vec::new();
    for (number, sentence) in body.iter().enumerate() {
        if sentence.background || !sentence.any(|cue| matches!(cue, Cue::Symptom(_) | Cue::Strong | Cue::Outage)) {
            continue;
        }
        let runs = runs(view, sentence, capitals);
        let mut inside = false;
        for (index, (from, to)) in runs.iter().enumerate() {
            let opens = (from.saturating_sub(3)..*from)
                .any(|at| matches!(view.low(at), "including" | "include" | "includes" | "like"));
            let affected = known.get(&key(view, *from, *to)).is_some_and(|score| *score >= 4);
            let follows = index > 0 && links(view, runs[index - 1].1, *from);
            inside = opens || affected || inside && follows;
            if inside && (follows || opens) {
                found.push(Mention { sentence: number, from: *from, to: *to });
            }
        }
    }
    found.truncate(40);
    found
}

/// Whether only commas and conjunctions stand between two names.
fn links(view: &View<'_>, from: usize, to: usize) -> bool {
    from < to
        && to - from <= 3
        && (from..to).all(|at| {
            matches!(view.kind(at), Kind::Mark(',' | '/' | '"'))
                || matches!(view.low(at), "and" | "or" | "y" | "e" | "und" | "et")
        })
}

/// Providers whose failure is said to hit others.
fn upstreams(view: &View<'_>, body: &[Sentence], out: &mut Vec<Draft>) {
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
fn where_it_is(view: &View<'_>, body: &[Sentence], official: bool, out: &mut Vec<Draft>) {
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
            let follows = inside && links(view, last, *from) || inside && *from <= last + 2;
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
