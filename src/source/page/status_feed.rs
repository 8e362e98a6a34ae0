//! Any status page that has only a feed, and those whose platform has nothing better: entries are folded into incidents.
//!
//! What an entry says of its phase stands in its title (`[Resolved] …`, `… - Monitoring`, "went down", "recovered"), or in a
//! bold label at the beginning of its text (`Status: Resolved`). An empty feed says nothing of health.

mod chain;
mod says;

use super::{
    Adapter, Document,
    common::{self, no_more},
    draft::{Draft, finish_all},
    fold::{Entry, entries, fold, markup, phase},
};
use crate::{
    model::{Ask, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading, ask, feed},
    text::{html, urls},
};
use says::{INFORMATION, OVER, PLANNED, says};

/// A page of which only the feed is known.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::StatusFeed, recognises: |_| false, first, next: no_more, read };

/// Hund: the state stands before the title, in the language of the page.
pub(super) const HUND: Adapter = Adapter {
    kind: SourceKind::Hund,
    recognises: |document| document.is_xml() && document.text.contains("State::FeedNotifier"),
    first: |state: &SourceState| common::below(state, "/state_feed/feed", ACCEPT, &["/feed"]),
    next: no_more,
    read,
};

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/xml;q=0.9";

fn first(state: &SourceState) -> Ask {
    ask(state.address().to_owned(), ACCEPT, state)
}

/// Whether a feed has the pairs "went down" and "recovered" under one guid.
pub(super) fn has_pairs(text: &str) -> bool {
    text.contains("<guid") && (text.contains(" went down<") || text.contains(" recovered<"))
}

/// Reads one.
pub(super) fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    if !document.is_xml() {
        return Err(document.json().err().unwrap_or_else(|| ReadError::OtherPage("a feed", "JSON".to_owned())));
    }
    let feed = feed::xml(document.text, context.base)?;
    let about = feed.about(&feed::Head::of(&feed.head, context));
    let found = chain::chained(entries(&feed, |record| Some(entry(record, context))));
    let home = about.home.clone().or_else(|| found.iter().find_map(|entry| entry.url.clone()));
    let page = common::page(None, home.as_deref(), about.title.clone(), context);
    let mut reading = Reading { about, skipped: feed.skipped, repaired: feed.repaired, ..Reading::default() };
    let drafts = fold(found).into_iter().map(|draft| Ok(opened(draft)));
    finish_all(&mut reading, "entry", drafts, &page, context);
    reading.page = Some(page);
    Ok(reading)
}

/// The oldest update of an incident opens it, where it says nothing else.
fn opened(mut draft: Draft) -> Draft {
    if let Some(first) = draft.updates.first_mut().filter(|post| post.phase.is_none()) {
        first.phase = Some(if draft.is_maintenance { Phase::Scheduled } else { Phase::Investigating });
    }
    draft
}

fn entry(record: &feed::Record, context: Context<'_>) -> Entry {
    let entry = Entry::of(record, context.base);
    let (label, title) = label(&entry.title);
    let lower = entry.title.to_lowercase();
    let is_maintenance = says(&lower, &PLANNED);
    let in_text = || status(markup(record)).and_then(|word| phase(&word));
    let in_words = || says(&lower, &OVER).then_some(Phase::Resolved);
    // What only informs opens nothing.
    let informs = || label.as_deref().is_some_and(is_information).then_some(Phase::Unknown);
    let named = label.as_deref().and_then(phase).or_else(in_text).or_else(in_words).or_else(informs);
    let phase = match (named, is_maintenance) {
        (Some(Phase::Resolved), true) => Some(Phase::Completed),
        (named, _) => named,
    };
    let key = key(&entry, record);
    Entry { key, title, phase, is_maintenance, ..entry }
}

/// What the entry shares with the others of its incident; empty where only its title can tell.
fn key(entry: &Entry, record: &feed::Record) -> String {
    let is_made = record.id.trim().is_empty();
    // Many feeds lead every entry to the page itself.
    let is_root = entry.url.as_deref().is_none_or(|url| urls::last_segment(url).is_none());
    if is_made && is_root {
        return String::new();
    }
    // The part of an address behind the fragment is an id too.
    entry.key.rsplit(['#', '/']).find(|part| !part.is_empty()).unwrap_or(&entry.key).to_owned()
}

fn is_information(label: &str) -> bool {
    says(&label.to_lowercase(), &INFORMATION)
}

/// A label before or behind a title, and the title without it: `[Resolved] X`, `Resolved: X`, `X - Resolved`. What stands
/// in brackets and is no label (`[Storage] …`) stays.
fn label(title: &str) -> (Option<String>, String) {
    if let Some((label, rest)) = title.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let word = over_word(label);
        if phase(&word).is_some() || is_information(label) {
            return (Some(word), rest.trim().to_owned());
        }
    }
    for separator in [": ", " - ", " – "] {
        if let Some((label, rest)) = title.split_once(separator).filter(|(label, _)| phase(label).is_some()) {
            return (Some(label.to_owned()), rest.trim().to_owned());
        }
        if let Some((rest, label)) = title.rsplit_once(separator).filter(|(_, label)| phase(label).is_some()) {
            return (Some(label.to_owned()), rest.trim().to_owned());
        }
    }
    (None, title.to_owned())
}

/// A label in another language, as the canonical word where it says that something is over.
fn over_word(label: &str) -> String {
    let lower = label.trim().to_lowercase();
    if says(&lower, &OVER) { "resolved".to_owned() } else { label.trim().to_owned() }
}

/// `Status: Resolved`, or a bold phase, at the beginning of a text.
fn status(markup: &str) -> Option<String> {
    let start: String = markup.chars().take(400).collect();
    let text = html::to_text(&start);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let bracketed = || first.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(label, _)| label.trim());
    let word = first.strip_prefix("Status:").map(str::trim).or_else(bracketed);
    let bold = || {
        first
            .split([':', '-', '–'])
            .next()
            .map(str::trim)
            .filter(|_| start.contains("<strong>") || start.contains("<b>"))
    };
    word.or_else(bold).filter(|word| phase(word).is_some()).map(str::to_owned)
}
