//! Feeds in: RSS, Atom and JSON Feed to items.
//!
//! `feed-rs` reads the document, on UTF-8 that `text/charset` made and `repair` mended. Where it refuses the document as
//! a whole, each entry is given to it alone, so that a bad one costs only itself. What is kept of an entry stands in
//! `entry.rs`, which id it gets in `ids.rs`.

mod entry;
mod ids;
mod parse;

use std::time::Duration;

pub(super) use parse::{Document, xml};

use super::{Context, ReadError, Reading};
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
    Ok(reading(parse::json(text)?, context))
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
        title: document.title(),
        items: ids::assign(drafts, context.source),
        skipped: document.skipped,
        repaired: document.repaired,
        lifetime: document.head.ttl.filter(|minutes| *minutes > 0).map(|ttl| Duration::from_secs(u64::from(ttl) * 60)),
        ..Reading::default()
    }
}

impl Document {
    /// What the feed calls itself, in one line.
    pub(super) fn title(&self) -> Option<String> {
        let title = html::one_line(&html::to_text(&self.head.title.as_ref()?.content));
        Some(html::excerpt(&title, 200)).filter(|title| !title.is_empty())
    }
}
