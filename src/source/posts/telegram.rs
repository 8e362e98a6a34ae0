//! Telegram: the public preview of channels, as far as a channel has one.
//!
//! The page shows the newest twenty messages; `before` leads to older ones by number. It is a page for people and no API:
//! robots.txt is obeyed, and a channel without a preview leads elsewhere. What was between other messages that are still
//! there and is gone itself was taken back: every poll looks at the newest page for that, also one that then goes on with
//! a walk that broke off.
//! Source: the markup of t.me/s, which nobody documents.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Node, Selector};

use super::{Adapter, Asked, Polled, draft::Draft, walk::Walk};
use crate::{
    model::{Ask, Item, Network, SourceKind, Timestamp},
    source::{Context, ReadError, Reading, page::Document},
    text::dates,
};

/// The network.
pub(super) const ADAPTER: Adapter = Adapter { kind: SourceKind::Telegram, plan, read, recheck: None, elsewhere: None };

/// One chain per channel, each from its newest page.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let channels =
        polled.spec.posts.accounts.iter().map(|channel| format!("channel:{}", channel.trim_start_matches('@')));
    channels.map(|chain| page(&Walk { polled, chain: &chain }, None)).collect()
}

fn page(walk: &Walk<'_>, place: Option<&str>) -> Ask {
    let channel = walk.chain.trim_start_matches("channel:");
    let before = place.map(|number| format!("?before={number}")).unwrap_or_default();
    let ask = walk.polled.ask(walk.chain.to_owned(), format!("{}/s/{channel}{before}", walk.polled.root()));
    Ask { accept: "text/html", is_page: true, ..ask }
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let html = Html::parse_document(document.text);
    let mut reading = Reading::default();
    let (mut numbers, mut names) = (BTreeSet::new(), Vec::new());
    for message in html.select(&selector(".tgme_widget_message[data-post]")) {
        let Some(name) = message.attr("data-post") else { continue };
        numbers.extend(number(name));
        names.push(name.to_owned());
        match post(name, message, asked.context) {
            Ok(found) => reading.items.extend(found),
            Err(reason) => reading.skipped.push(reason),
        }
    }
    if numbers.is_empty() && html.select(&selector(".tgme_channel_info, .tgme_channel_history")).next().is_none() {
        let what = "a page without messages: the channel may have no preview".to_owned();
        return Err(ReadError::OtherPage("a channel of Telegram", what));
    }
    let walk = Walk::of(asked);
    if !asked.ask.url.contains("?before=") {
        let gone = walk.gone_since(&mut reading, &names, number);
        reading.deleted.extend(gone.iter().map(|name| network().id(name)));
        if let Some(place) = walk.place() {
            // The cursor stays: what is new on this page lies before the walk that goes on, and the next walk begins with it.
            reading.next = Some(page(&walk, Some(place)));
            return Ok(reading);
        }
    }
    let times: Vec<Timestamp> = reading.items.iter().map(|item| item.published_at).collect();
    let behind = numbers.first().filter(|number| **number > 1).map(u64::to_string);
    if let Some(place) = walk.go_on(&mut reading, times.into_iter(), behind) {
        reading.next = Some(page(&walk, Some(&place)));
    }
    Ok(reading)
}

#[expect(clippy::expect_used, reason = "the selectors are constants of this file")]
fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

/// The number of a message in its name, `channel/number`.
fn number(name: &str) -> Option<u64> {
    name.rsplit_once('/')?.1.parse().ok()
}

/// One message; `None` for a note of the channel itself and for one without words.
fn post(name: &str, message: ElementRef<'_>, context: Context<'_>) -> Result<Option<Item>, String> {
    if message.value().classes().any(|class| class == "service_message") {
        return Ok(None);
    }
    if number(name).is_none() {
        return Err(format!("a message without a number ({name})"));
    }
    // What is answered is shown in front of the answer.
    let is_quoted = |element: &ElementRef<'_>| {
        let around = element.ancestors().filter_map(ElementRef::wrap);
        around.into_iter().any(|parent| parent.value().classes().any(|class| class == "tgme_widget_message_reply"))
    };
    let text = message.select(&selector(".tgme_widget_message_text")).find(|element| !is_quoted(element)).map(words);
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let at =
        message.select(&selector("a.tgme_widget_message_date time[datetime]")).find_map(|time| time.attr("datetime"));
    let forwarded =
        message.select(&selector("a.tgme_widget_message_forwarded_from_name")).find_map(|link| link.attr("href"));
    let network = network();
    let original = forwarded.and_then(|url| url.split_once("t.me/")).map(|(_, name)| network.id(name));
    Draft {
        url: Some(format!("https://t.me/{name}")),
        text,
        author: name.split_once('/').map(|(channel, _)| channel.to_owned()),
        created_at: at.and_then(dates::instant),
        repost_of: original,
        ..Draft::new(network, name.to_owned())
    }
    .finish(context)
    .map(Some)
}

/// The words of an element, with its line breaks.
fn words(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    for node in element.descendants() {
        match node.value() {
            Node::Text(words) => text.push_str(words),
            Node::Element(tag) if tag.name() == "br" => text.push('\n'),
            _ => {}
        }
    }
    text.trim().to_owned()
}

fn network() -> Network {
    Network::Site("t.me".to_owned())
}
