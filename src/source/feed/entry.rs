//! One entry of a feed: what of it is kept, and how much.

use feed_rs::model::{Entry, Feed, FeedType, Link, Text};
use jiff::{SignedDuration, civil::date, tz::TimeZone};

use super::{Context, LONGEST_TEXT, LONGEST_TITLE};
use crate::{
    model::{ItemKind, Timestamp, time},
    text::{html, urls},
};

/// What the feed says for all of its entries.
pub(super) struct Head {
    language: Option<String>,
    /// What relative links are resolved against: the address that answered, else the feed's own link.
    base: Option<String>,
    /// In Atom, text that is not declared as markup is none.
    literal: bool,
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
    pub(super) fn of(feed: &Feed, context: Context<'_>) -> Self {
        let own = feed.links.iter().find(|link| link.rel.as_deref() != Some("self"));
        Self {
            language: language(feed.language.as_deref()).or_else(|| language(context.language)),
            base: context.base.map(str::to_owned).or_else(|| urls::absolute(&own?.href, None)),
            literal: feed.feed_type == FeedType::Atom,
        }
    }
}

/// The primary language of a tag, lower case: `en-US` is `en`.
fn language(tag: Option<&str>) -> Option<String> {
    let primary = tag?.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    ((2..=8).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(primary)
}

/// What is kept of an entry; `None` when it says nothing at all.
pub(super) fn draft(entry: &Entry, head: &Head, context: Context<'_>, cuts: &mut Cuts) -> Option<Draft> {
    let url = link(entry, head);
    let mut title = entry.title.as_ref().map(|title| html::one_line(&words(title, head))).unwrap_or_default();
    let mut text = body(entry, head);
    if title.is_empty() && text.is_empty() && url.is_none() {
        return None;
    }
    cuts.titles += usize::from(html::cut(&mut title, LONGEST_TITLE));
    cuts.texts += usize::from(html::cut(&mut text, LONGEST_TEXT));
    let published = entry.published.and_then(|at| instant(at.timestamp_micros()));
    let updated = entry.updated.and_then(|at| instant(at.timestamp_micros()));
    let dated = published.or(updated).filter(|at| is_plausible(*at, context.now));
    cuts.undated += usize::from(dated.is_none());
    Some(Draft {
        guid: entry.id.trim().to_owned(),
        url,
        kind: if text.is_empty() { ItemKind::Headline } else { ItemKind::Article },
        title,
        text,
        author: entry.authors.iter().find_map(|author| byline(author.name.as_deref()?)),
        language: language(entry.language.as_deref()).or_else(|| head.language.clone()),
        dated,
        updated: updated.filter(|at| is_plausible(*at, context.now) && Some(*at) != published),
        now: context.now,
        hidden: context.hidden,
    })
}

fn byline(name: &str) -> Option<String> {
    Some(html::excerpt(&html::to_text(name), 200)).filter(|name| !name.is_empty())
}

fn instant(micros: i64) -> Option<Timestamp> {
    Some(time::from_micros(micros)).filter(|at| *at > Timestamp::MIN && *at < Timestamp::MAX)
}

/// Dates before 1990 are nobody's date of publication on the web, dates more than an hour ahead a wrong
/// clock or zone.
fn is_plausible(at: Timestamp, now: Timestamp) -> bool {
    let web_begins =
        date(1990, 1, 1).to_zoned_datetime(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
    at >= web_begins && now.checked_add(SignedDuration::from_hours(1)).is_ok_and(|latest| at <= latest)
}

/// Text as the feed declares it: markup where it may be markup.
fn words(text: &Text, head: &Head) -> String {
    let literal = head.literal && text.content_type.as_str() == "text/plain";
    if literal { html::plain(&text.content) } else { html::to_text(&text.content) }
}

/// The content, else the summary.
fn body(entry: &Entry, head: &Head) -> String {
    let content = entry.content.as_ref().filter(|content| is_text(content.content_type.as_str()));
    let content = content.and_then(|content| {
        let body = content.body.as_deref()?;
        let literal = head.literal && content.content_type.as_str() == "text/plain";
        Some(if literal { html::plain(body) } else { html::to_text(body) })
    });
    content
        .filter(|text| !text.is_empty())
        .or_else(|| entry.summary.as_ref().map(|summary| words(summary, head)))
        .unwrap_or_default()
}

/// Pictures and archives in base64 are no text.
fn is_text(content_type: &str) -> bool {
    content_type.starts_with("text/") || content_type.ends_with("xml") || content_type.ends_with("html")
}

/// Where the entry can be read: its alternate link, else its first plain one, else an id that is an address.
fn link(entry: &Entry, head: &Head) -> Option<String> {
    let base = head.base.as_deref();
    let absolute = |link: &Link| urls::absolute(&link.href, base);
    let alternate = |link: &&Link| matches!(link.rel.as_deref(), None | Some("alternate")) && link.target.is_none();
    let page = |link: &&Link| alternate(link) && link.media_type.as_deref().is_none_or(|kind| kind.contains("html"));
    let links = &entry.links;
    links
        .iter()
        .filter(page)
        .find_map(absolute)
        .or_else(|| links.iter().filter(alternate).find_map(absolute))
        .or_else(|| urls::absolute(&entry.id, None))
}
