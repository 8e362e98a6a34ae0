//! How much a text says that a name is affected.

use std::collections::HashMap;

use super::{Folded, Mention, key, runs::runs};
use crate::facts::{
    cue::Cue,
    sentence::Sentence,
    view::{Kind, View},
};

/// How much a text says that a name is affected; `None` where it says nothing of the kind.
pub(super) fn score(
    view: &View<'_>,
    body: &[Sentence],
    name: &str,
    mentions: &[Mention],
    titled: &Folded<'_>,
) -> Option<i32> {
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
pub(super) fn listed(
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
pub(super) fn links(view: &View<'_>, from: usize, to: usize) -> bool {
    from < to
        && to - from <= 3
        && (from..to).all(|at| {
            matches!(view.kind(at), Kind::Mark(',' | '/' | '"'))
                || matches!(view.low(at), "and" | "or" | "y" | "e" | "und" | "et")
        })
}
