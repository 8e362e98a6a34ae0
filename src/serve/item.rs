//! The page of an item.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    Context, feed, pages,
    search::{kind_words, service_links},
};
use crate::{
    classify::Text,
    model::{Display, Id, ItemKind, Role, Scope, Timestamp, Verdict, verdict::Attribution},
    render::{
        self, duration, underline,
        view::{self, Edit, Fact, Frame, Judgement, When},
    },
    store::{EarlierVerdict, ItemRow, Mark, StoreError, Version},
    text::{diff::diff, html::excerpt},
};

/// `/item/{id}`.
pub async fn page(State(context): State<Context>, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<Id>() else { return pages::not_found().await };
    let row = match context.store.item(id).await {
        Ok(Some(row)) if !row.item.hidden => row,
        Ok(_) => return pages::not_found().await,
        Err(error) => return pages::unavailable(&error),
    };
    let versions = match context.store.versions(id).await {
        Ok(versions) => versions,
        Err(error) => return pages::unavailable(&error),
    };
    let related = match related(&context, &row).await {
        Ok(related) => related,
        Err(error) => return pages::unavailable(&error),
    };
    let earlier = match context.store.earlier_verdicts(id).await {
        Ok(earlier) => earlier,
        Err(error) => return pages::unavailable(&error),
    };
    let mark = match context.store.marks_on(std::slice::from_ref(&row)).await {
        Ok(mut marks) => marks.remove(&id),
        Err(error) => return pages::unavailable(&error),
    };
    let is_open_to_marks = context.token.is_some();
    let view = view(&context, row, &versions, related, Said { earlier, mark });
    let mut response = pages::rendered(StatusCode::OK, render::pages::item(&view));
    if is_open_to_marks {
        // Who marks comes back to this very page and must see it: a browser asks each time.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    response
}

/// What was said of an item besides its verdict.
struct Said {
    earlier: Vec<EarlierVerdict>,
    mark: Option<Mark>,
}

fn mark(mark: Mark, now: Timestamp) -> view::Mark {
    view::Mark { outage: mark.outage, at: When::new(mark.marked_at, now), is_current: mark.is_current }
}

/// What was said before.
pub fn earlier_verdicts(earlier: Vec<EarlierVerdict>, now: Timestamp) -> Vec<view::EarlierJudgement> {
    let said = |one: EarlierVerdict| view::EarlierJudgement {
        words: judgement(&one.verdict, None).words,
        services: services_in_words(&one.verdict),
        why: one.verdict.why,
        version: one.verdict.version,
        until: When::new(one.replaced_at, now),
    };
    earlier.into_iter().map(said).collect()
}

fn services_in_words(verdict: &Verdict) -> Vec<String> {
    let named = |service: &Attribution| match service.role {
        Role::Affected => service.name.clone(),
        Role::Upstream => format!("{} (upstream)", service.name),
    };
    verdict.services.iter().map(named).collect()
}

/// What an item repeats, and what repeats it or the same original.
struct Related {
    original: Option<ItemRow>,
    copies: Vec<ItemRow>,
    /// What a post answers, quotes or passes on, in words, with its page where it is held and shown.
    around: Vec<(String, Option<String>)>,
}

async fn related(context: &Context, row: &ItemRow) -> Result<Related, StoreError> {
    let original = match row.copy_of {
        Some(id) => context.store.item(id).await?.filter(|original| !original.item.hidden),
        None => None,
    };
    let root = row.copy_of.unwrap_or(row.item.id);
    let mut copies = context.store.copies_of(&[root]).await?.remove(&root).unwrap_or_default();
    copies.retain(|copy| copy.item.id != row.item.id);
    let mut around = Vec::new();
    let post = row.item.post.as_ref();
    for (words, id) in [
        ("It answers a post", post.and_then(|post| post.reply_to)),
        ("It quotes a post", post.and_then(|post| post.quote_of)),
        ("It passes on a post", post.and_then(|post| post.repost_of)),
    ] {
        let Some(id) = id else { continue };
        let held = context.store.item(id).await?.filter(|other| !other.item.hidden);
        around.push((words.to_owned(), held.map(|other| format!("/item/{}", other.item.id))));
    }
    Ok(Related { original, copies, around })
}

fn view(context: &Context, row: ItemRow, versions: &[Version], related: Related, said: Said) -> view::Item {
    let now = context.clock.now();
    let display =
        if row.item.kind == ItemKind::StatusUpdate { Display::Full } else { feed::display(context, &row.item.source) };
    let text = feed::shown(&row.item.text, display);
    // Spans count the title, where there is one, and the line feed behind it.
    let has_both = !row.item.title.is_empty() && !row.item.text.is_empty();
    let skipped = if has_both { row.item.title.chars().count() + 1 } else { 0 };
    let skipped = u32::try_from(skipped).unwrap_or(u32::MAX);
    let title = if row.item.title.is_empty() { excerpt(&row.item.text, 90) } else { row.item.title.clone() };
    view::Item {
        frame: Frame { title: format!("{title} · downwire"), feed: None, now },
        title,
        kind: kind_words(row.item.kind.as_str()),
        source: row.item.source.clone(),
        is_excerpt: text.len() < row.item.text.len(),
        text: underline::underline(&row.item.text, &text, &row.facts.facts, skipped),
        read_out: underline::listed(&row.item.text, &text, &row.facts.facts, skipped),
        read_by: row.facts.version.clone(),
        original: row.item.url.clone(),
        language: row.item.language.clone(),
        facts: facts(&row, now),
        services: service_links(&row.verdict),
        judgement: Judgement {
            earlier: earlier_verdicts(said.earlier, now),
            mark: said.mark.map(|said| mark(said, now)),
            feedback: context.token.is_some().then(|| format!("/item/{}/feedback", row.item.id)),
            ..judgement(&row.verdict, needed(context, &row))
        },
        edits: edits(&row, versions, display, now),
        copy_of: related.original.map(|row| (row.item.source, format!("/item/{}", row.item.id))),
        around: related.around,
        copies: related.copies.into_iter().map(|row| link(row, now)).collect(),
    }
}

fn link(row: ItemRow, now: Timestamp) -> (String, String, When) {
    (row.item.source, format!("/item/{}", row.item.id), When::new(row.item.published_at, now))
}

/// What each edit changed, newest first: the version before it beside the one behind it.
fn edits(row: &ItemRow, versions: &[Version], display: Display, now: Timestamp) -> Vec<Edit> {
    let longest = if display == Display::Full { usize::MAX } else { feed::EXCERPT };
    let field =
        |version: &Version, name: &str| version.record.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let said = |version: &Version| {
        let [title, text] = ["title", "text"].map(|name| field(version, name).unwrap_or_default());
        (title, text, field(version, "url"))
    };
    let mut after = (row.item.title.clone(), row.item.text.clone(), row.item.url.clone());
    let mut edits = Vec::with_capacity(versions.len());
    for version in versions {
        let before = said(version);
        edits.push(Edit {
            at: When::new(version.replaced_at, now),
            title: diff(&before.0, &after.0, longest),
            text: diff(&before.1, &after.1, longest),
            url: before.2.clone().filter(|url| Some(url) != after.2.as_ref()),
        });
        after = before;
    }
    edits
}

fn facts(row: &ItemRow, now: Timestamp) -> Vec<Fact> {
    let published = if row.item.published_estimated { "Published (not said; first seen)" } else { "Published" };
    let mut facts = vec![instant(published, row.item.published_at, now)];
    facts.extend(
        row.item.updated_at.filter(|at| *at != row.item.published_at).map(|at| instant("Edited, it says", at, now)),
    );
    facts.push(instant("Known to downwire", row.item.received_at, now));
    facts.extend(row.edited_at.map(|at| instant("Seen changed", at, now)));
    facts.extend(row.item.author.iter().map(|author| Fact { name: "By".to_owned(), value: author.clone(), iso: None }));
    facts
}

/// An instant as a fact.
pub fn instant(name: &str, at: Timestamp, now: Timestamp) -> Fact {
    let value = format!("{} ({})", duration::stamp(at), duration::ago(at, now));
    Fact { name: name.to_owned(), value, iso: Some(at.to_string()) }
}

/// What a probability was held against.
pub struct Needed {
    /// From here on it is an outage.
    from: f32,
    /// Texts of which this holds: `headlines in Spanish`.
    of: String,
}

/// What the probability of an item was held against; `None` where that cannot be told any more: another version judged it,
/// or its words are not held.
fn needed(context: &Context, row: &ItemRow) -> Option<Needed> {
    let (item, verdict) = (&row.item, &row.verdict);
    if verdict.version != context.judge.version() || item.title.is_empty() && item.text.is_empty() {
        return None;
    }
    let (from, language) = context.judge.needed(Text::of(item));
    let language = language.map(|code| format!(" in {}", language_name(code))).unwrap_or_default();
    let of = format!("{}s{language}", kind_words(item.kind.as_str()));
    // An export may have cut what was judged.
    (verdict.outage == (verdict.score >= from)).then_some(Needed { from, of })
}

/// The English name of a language that the judge knows.
fn language_name(code: &str) -> &str {
    const NAMES: [(&str, &str); 12] = [
        ("en", "English"),
        ("de", "German"),
        ("fr", "French"),
        ("es", "Spanish"),
        ("pt", "Portuguese"),
        ("it", "Italian"),
        ("pl", "Polish"),
        ("tr", "Turkish"),
        ("id", "Indonesian"),
        ("ja", "Japanese"),
        ("hi", "Hindi"),
        ("ar", "Arabic"),
    ];
    NAMES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// A probability in words, beside what it was held against.
fn probability(score: f32, needed: Option<&Needed>) -> String {
    let score = score.clamp(0.0, 1.0) * 100.0;
    let Some(Needed { from, of }) = needed else { return format!("probability {score:.0} %") };
    let from = from * 100.0;
    let side = if score >= from { "at or above" } else { "below" };
    // Two numbers that round to the same would say nothing.
    let digits = if score.round() == from.round() { 3 } else { 0 };
    format!("probability {score:.digits$} %, {side} the {from:.digits$} % that {of} need")
}

/// A verdict in words, with what its probability was held against, where that is known.
pub fn judgement(verdict: &Verdict, needed: Option<Needed>) -> Judgement {
    let words = if verdict.outage { "about an outage" } else { "not about an outage" };
    let mut words = format!("{words} ({})", probability(verdict.score, needed.as_ref()));
    if let Some(phase) = &verdict.phase {
        words.push_str(&format!(" · {}", phase.replace('-', ", ")));
    }
    if verdict.outage && verdict.scope != Scope::Unclear {
        words.push_str(if verdict.scope == Scope::Many { " · many are hit" } else { " · one line" });
    }
    if let Some(cause) = &verdict.cause {
        let sub = verdict.sub_cause.as_deref().map(|sub| format!(" ({sub})")).unwrap_or_default();
        words.push_str(&format!(" · cause {}{sub}", cause.to_lowercase()));
    }
    Judgement {
        words,
        outage: verdict.outage,
        why: verdict.why.clone(),
        version: verdict.version.clone(),
        earlier: Vec::new(),
        mark: None,
        feedback: None,
    }
}

/// What an earlier version said.
pub fn earlier(version: &Version, now: Timestamp) -> (When, String) {
    let field = |name: &str| version.record.get(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
    let said = field("title").or_else(|| field("text")).unwrap_or("(without words)");
    (When::new(version.replaced_at, now), excerpt(said, 300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_stands_beside_what_it_was_held_against() {
        let needed = |from| Needed { from, of: "headlines in Spanish".to_owned() };
        for (score, from, words) in [
            (0.71, 0.75, "probability 71 %, below the 75 % that headlines in Spanish need"),
            (0.752, 0.75, "probability 75.200 %, at or above the 75.000 % that headlines in Spanish need"),
            (0.9, 0.75, "probability 90 %, at or above the 75 % that headlines in Spanish need"),
        ] {
            assert_eq!(probability(score, Some(&needed(from))), words);
        }
        assert_eq!(probability(0.71, None), "probability 71 %");
    }
}
