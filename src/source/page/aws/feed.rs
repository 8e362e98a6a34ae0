//! AWS' feeds: the fifty newest *updates*, not incidents. Updates of one service are one incident until one says that the
//! service operates normally, or a day passes: within an event gaps are at most 6.8 h, between events 1,383 h (measured;
//! status-pages A8).
//!
//! The first update of an event leaves the feed before the event ends. So which updates belong together is remembered: the
//! stretches of the newest events of each service are a cursor.

use std::collections::BTreeMap;

use super::super::{
    draft::{Draft, Post, finish_all},
    value::plain,
};
use crate::{
    model::{Component, ComponentState, Phase, Timestamp},
    source::{Context, ReadError, Reading, feed},
    text::html,
};

/// A longer silence is between two events. In seconds.
const GAP: i64 = 24 * 60 * 60;

/// Events of a service that are remembered.
const REMEMBERED: usize = 5;

/// Their cursor's name, before the service's.
const CHAIN: &str = "chain/";

/// Whether it is one of these feeds.
pub(super) fn is_feed(text: &str) -> bool {
    text.contains("//status.aws.amazon.com/#")
}

/// One update.
struct Update {
    service: String,
    /// Seconds since 1970, out of the guid.
    second: i64,
    title: String,
    text: String,
    shown_at: Option<Timestamp>,
    is_over: bool,
}

/// A stretch of updates of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chain {
    first: i64,
    last: i64,
    is_over: bool,
}

/// Reads one.
pub(super) fn read(text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    let document = feed::xml(text, context.base)?;
    let about = document.about(&feed::Head::of(&document.head, context));
    let mut reading = Reading { about, skipped: document.skipped, repaired: document.repaired, ..Reading::default() };
    let mut updates: Vec<Update> = Vec::new();
    for (at, record) in &document.entries {
        match update(record) {
            Some(update) => updates.push(update),
            None => reading.skipped.push(format!("entry {at}: its guid names no service and time")),
        }
    }
    updates.sort_by(|one, other| (one.second, &one.service).cmp(&(other.second, &other.service)));
    let mut chains: BTreeMap<String, Vec<Chain>> = known(context);
    let mut events: BTreeMap<(i64, String), Vec<Update>> = BTreeMap::new();
    for update in updates {
        let first = place(chains.entry(update.service.clone()).or_default(), &update);
        events.entry((first, update.service.clone())).or_default().push(update);
    }
    let page = super::page(context);
    let drafts = events.into_iter().map(|((first, service), updates)| Ok(draft(first, &service, updates)));
    finish_all(&mut reading, "event", drafts, &page, context);
    reading.page = Some(page);
    reading.cursor = chains.iter().map(|(service, chains)| (format!("{CHAIN}{service}"), written(chains))).collect();
    Ok(reading)
}

/// `Service is operating normally: [RESOLVED] X` and `…/#ec2-us-east-1_1787025679`.
fn update(record: &feed::Record) -> Option<Update> {
    let (_, place) = record.id.rsplit_once('#')?;
    let (service, second) = place.rsplit_once('_')?;
    let title = html::one_line(&record.title.as_ref()?.text());
    let is_over = title.contains("[RESOLVED]") || title.starts_with("Service is operating normally");
    let title = title
        .split_once(": ")
        .map_or(title.as_str(), |(_, words)| words)
        .trim_start_matches("[RESOLVED]")
        .trim()
        .to_owned();
    let words = record.content.as_ref().or(record.summary.as_ref());
    Some(Update {
        service: service.to_owned(),
        second: second.parse().ok()?,
        title,
        text: words.map(|words| plain(&words.value)).unwrap_or_default(),
        shown_at: record.published,
        is_over,
    })
}

/// The chain that an update belongs to, by its first second; a new one where it belongs to none.
fn place(chains: &mut Vec<Chain>, update: &Update) -> i64 {
    let second = update.second;
    if let Some(within) = chains.iter().find(|chain| (chain.first..=chain.last).contains(&second)) {
        return within.first;
    }
    let follows = |chain: &&mut Chain| !chain.is_over && second > chain.last && second - chain.last <= GAP;
    if let Some(open) = chains.iter_mut().rfind(follows) {
        (open.last, open.is_over) = (second, update.is_over);
        return open.first;
    }
    chains.push(Chain { first: second, last: second, is_over: update.is_over });
    chains.sort_by_key(|chain| chain.first);
    second
}

fn draft(first: i64, service: &str, updates: Vec<Update>) -> Draft {
    let newest = updates.iter().max_by_key(|update| update.second);
    let title = newest.map(|update| update.title.clone()).unwrap_or_default();
    let over = newest.is_some_and(|update| update.is_over);
    let state = if over { ComponentState::Operational } else { ComponentState::Unknown };
    let component = Component { native_id: Some(service.to_owned()), name: service.to_owned(), before: None, state };
    let posts = updates.into_iter().map(|update| {
        let phase = match (update.is_over, update.second == first) {
            (true, _) => Phase::Resolved,
            (false, true) => Phase::Investigating,
            (false, false) => Phase::Update,
        };
        let own = Timestamp::from_second(update.second).ok();
        Post {
            native_id: Some(format!("{service}_{}", update.second)),
            phase: Some(phase),
            text: update.text,
            shown_at: update.shown_at.or(own),
            ..Post::default()
        }
    });
    Draft {
        native_id: format!("{service}_{first}"),
        title: format!("{service}: {title}"),
        url: Some(super::DASHBOARD.to_owned()),
        first_post_at: Timestamp::from_second(first).ok(),
        components: vec![component],
        updates: posts.collect(),
        ..Draft::default()
    }
}

/// The chains that earlier polls saw: `first-last` and `+` where it is over, with commas between.
fn known(context: Context<'_>) -> BTreeMap<String, Vec<Chain>> {
    let chain = |text: &str| {
        let (text, is_over) = text.strip_suffix('+').map_or((text, false), |text| (text, true));
        let (first, last) = text.split_once('-')?;
        Some(Chain { first: first.parse().ok()?, last: last.parse().ok()?, is_over })
    };
    let cursors = context.cursor.iter().filter_map(|(key, value)| Some((key.strip_prefix(CHAIN)?, value)));
    cursors.map(|(service, value)| (service.to_owned(), value.split(',').filter_map(chain).collect())).collect()
}

fn written(chains: &[Chain]) -> String {
    let newest = chains.iter().rev().take(REMEMBERED).rev();
    let words: Vec<String> =
        newest.map(|chain| format!("{}-{}{}", chain.first, chain.last, if chain.is_over { "+" } else { "" })).collect();
    words.join(",")
}
