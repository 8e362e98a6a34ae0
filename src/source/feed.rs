//! Feeds in: RSS, Atom and JSON Feed to items.
//!
//! `parse.rs` walks over the document, on UTF-8 that `text/charset` made; what elements mean stands in `elements.rs`, how
//! a field's text is taken in `field.rs`, JSON Feed in `json.rs`. All give records (`record.rs`). What is kept of an entry
//! stands in `entry.rs`, which id it gets in `ids.rs`.

mod elements;
mod entry;
mod field;
mod ids;
mod json;
mod parse;
mod record;

use std::time::Duration;

pub(super) use entry::Head;
pub(super) use parse::{Document, xml};
pub(super) use record::{Record, Words};

use super::{About, Context, ReadError, Reading};
use crate::text::html;

/// Most entries that are read of one document: a poll that brings more is no feed but an archive.
const MOST_ENTRIES: usize = 1_000;
/// Longest title and text that are kept, in bytes: more than any headline and any article.
const LONGEST_TITLE: usize = 1_024;
/// See [`LONGEST_TITLE`].
pub(super) const LONGEST_TEXT: usize = 256 * 1_024;

/// Reads RSS or Atom.
pub(super) fn read_xml(text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    Ok(reading(parse::xml(text, context.base)?, context))
}

/// Reads a JSON Feed.
pub(super) fn read_json(text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    Ok(reading(json::json(text)?, context))
}

fn reading(mut document: Document, context: Context<'_>) -> Reading {
    let extra = document.entries.len().saturating_sub(MOST_ENTRIES);
    if extra > 0 {
        document.entries.truncate(MOST_ENTRIES);
        document.skipped.push(format!("{extra} more entries: at most {MOST_ENTRIES} of one document are read"));
    }
    let head = entry::Head::of(&document.head, context);
    let mut cuts = entry::Cuts::default();
    let mut drafts = Vec::new();
    for (at, entry) in &document.entries {
        match entry::draft(entry, &head, context, &mut cuts) {
            Some(draft) => drafts.push(draft),
            None => document.skipped.push(format!("entry {at}: no title, no text and no link")),
        }
    }
    cuts.say(&mut document.repaired);
    Reading {
        about: document.about(&head),
        items: ids::assign(drafts, context.source),
        is_cut: document.is_cut,
        skipped: document.skipped,
        repaired: document.repaired,
        lifetime: document.head.ttl.filter(|minutes| *minutes > 0).map(|ttl| Duration::from_secs(u64::from(ttl) * 60)),
        ..Reading::default()
    }
}

impl Document {
    /// What the feed says of itself.
    pub(super) fn about(&self, head: &entry::Head) -> About {
        let line = |words: &Words| Some(html::one_line(&words.text())).filter(|line| !line.is_empty());
        About {
            title: self.head.title.as_ref().and_then(line).map(|title| html::excerpt(&title, 200)),
            home: head.page_link(&self.head.links),
            summary: self.head.summary.as_ref().and_then(line).map(|text| html::excerpt(&text, 1_000)),
            id: Some(self.head.id.trim().to_owned()).filter(|id| !id.is_empty()),
            updated: self.head.updated.or(self.head.published),
            older: head.older(&self.head.links),
        }
    }
}
