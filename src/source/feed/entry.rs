//! One entry of a feed: what of it is kept, and how much.

use jiff::{SignedDuration, civil::date, tz::TimeZone};

use super::{
    Context, LONGEST_TEXT, LONGEST_TITLE,
    record::{Link, Record},
};
use crate::{
    model::{ItemKind, Timestamp},
    text::{html, urls},
};

/// What the feed says for all of its entries.
pub(in crate::source) struct Head {
    language: Option<String>,
    /// What relative links are resolved against: the address that answered, else the feed's own link.
    base: Option<String>,
}

/// An entry on its way to being an item; only its id is missing.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// As the source gives it; empty when it gives none.
    pub guid: String,
    pub url: Option<String>,
    pub title: String,
    pub text: String,
    pub kind: ItemKind,
    pub author: Option<String>,
    pub language: Option<String>,
    /// The entry's own date as far as it is usable, at most an hour ahead; `None`: the time of receipt stands in.
    pub dated: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub now: Timestamp,
    pub hidden: bool,
}

/// How much had to be cut or guessed.
#[derive(Default)]
pub(super) struct Cuts {
    titles: usize,
    texts: usize,
    undated: usize,
}

impl Cuts {
    pub(super) fn say(&self, repaired: &mut Vec<String>) {
        for (count, what) in [
            (self.titles, "titles were cut at 1 KiB"),
            (self.texts, "texts were cut at 256 KiB"),
            (self.undated, "entries without a usable date carry the time of receipt"),
        ] {
            if count > 0 {
                repaired.push(format!("{what} ({count})"));
            }
        }
    }
}

impl Head {
    pub(in crate::source) fn of(head: &Record, context: Context<'_>) -> Self {
        let own = head.links.iter().find(|link| link.rel.as_deref() != Some("self"));
        Self {
            language: language(head.language.as_deref()).or_else(|| language(context.language)),
            base: context.base.map(str::to_owned).or_else(|| urls::absolute(&own?.href, None)),
        }
    }
}

impl Head {
    /// The document with the entries before these: the archive before, else the next page.
    pub(super) fn older(&self, links: &[Link]) -> Option<String> {
        let of = |rel| links.iter().find(|link| link.rel.as_deref() == Some(rel));
        let link = of("prev-archive").or_else(|| of("next"))?;
        urls::absolute(&link.href, link.base.as_deref().or(self.base.as_deref()))
    }

    /// The page for people among links: the alternate one, else the first plain one.
    pub(super) fn page_link(&self, links: &[Link]) -> Option<String> {
        let base = self.base.as_deref();
        let absolute = |link: &Link| urls::absolute(&link.href, link.base.as_deref().or(base));
        let alternate =
            |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel.is_empty() || rel.ends_with("alternate"));
        let page = |link: &&Link| alternate(link) && link.kind.as_deref().is_none_or(|kind| kind.contains("html"));
        let first = links.iter().filter(page).find_map(absolute);
        first.or_else(|| links.iter().filter(alternate).find_map(absolute))
    }
}

/// The primary language of a tag, lower case: `en-US` is `en`.
fn language(tag: Option<&str>) -> Option<String> {
    let primary = tag?.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    ((2..=8).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(primary)
}

/// What is kept of an entry; `None` when it says nothing at all.
pub(super) fn draft(entry: &Record, head: &Head, context: Context<'_>, cuts: &mut Cuts) -> Option<Draft> {
    let url = link(entry, head);
    let mut title = entry.title.as_ref().map(|title| html::one_line(&title.text())).unwrap_or_default();
    let mut text = body(entry);
    if title.is_empty() && text.is_empty() && url.is_none() {
        return None;
    }
    cuts.titles += usize::from(html::cut(&mut title, LONGEST_TITLE));
    cuts.texts += usize::from(html::cut(&mut text, LONGEST_TEXT));
    let (published, updated) = (entry.published, entry.updated);
    let dated = published.or(updated).filter(|at| is_plausible(*at, context.now));
    cuts.undated += usize::from(dated.is_none());
    Some(Draft {
        guid: entry.id.trim().to_owned(),
        url,
        kind: if text.is_empty() { ItemKind::Headline } else { ItemKind::Article },
        title,
        text,
        author: entry.authors.iter().find_map(|author| byline(author)),
        language: language(entry.language.as_deref()).or_else(|| head.language.clone()),
        dated,
        updated: updated.filter(|at| is_plausible(*at, context.now) && Some(*at) != dated),
        now: context.now,
        hidden: context.hidden,
    })
}

fn byline(name: &str) -> Option<String> {
    Some(html::excerpt(&html::to_text(name), 200)).filter(|name| !name.is_empty())
}

/// Dates before 1990 are nobody's date of publication on the web, dates more than an hour ahead a wrong
/// clock or zone.
fn is_plausible(at: Timestamp, now: Timestamp) -> bool {
    let web_begins =
        date(1990, 1, 1).to_zoned_datetime(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
    at >= web_begins && now.checked_add(SignedDuration::from_hours(1)).is_ok_and(|latest| at <= latest)
}

/// The content, else the summary.
fn body(entry: &Record) -> String {
    let content = entry.content.as_ref().map(|content| content.text());
    let summary = || entry.summary.as_ref().map(|summary| summary.text());
    content.filter(|text| !text.is_empty()).or_else(summary).unwrap_or_default()
}

/// Where the entry can be read: its page, else an id that is an address, else what it encloses.
fn link(entry: &Record, head: &Head) -> Option<String> {
    let enclosure = || {
        let link = entry.links.iter().find(|link| link.rel.as_deref() == Some("enclosure"))?;
        urls::absolute(&link.href, link.base.as_deref().or(head.base.as_deref()))
    };
    head.page_link(&entry.links).or_else(|| urls::absolute(&entry.id, None)).or_else(enclosure)
}
