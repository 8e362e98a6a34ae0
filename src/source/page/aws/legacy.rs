//! `data.json` of the dashboard before 2023: `archive` and `current`, each event with its posts as markup, stamped with a
//! time of day and a zone, and with a date only after midnight.

use jiff::{civil::Date, tz::Offset};
use serde_json::Value;

use super::super::{
    draft::{Draft, Post, finish_all},
    value::{integer, line, list, plain, time, word},
};
use crate::{
    model::{Component, ComponentState, PageReport, Phase, Timestamp},
    source::{Context, Reading},
    text::{dates, html},
};

/// Whether a document has this shape.
pub(super) fn is_legacy(value: &Value) -> bool {
    let is_event = |event: &Value| event.get("service_name").is_some() && event.get("description").is_some();
    let lists = ["archive", "current"].map(|key| value.get(key).and_then(Value::as_array));
    lists.iter().flatten().any(|list| list.iter().any(is_event))
        || lists.iter().all(Option::is_some) && lists.iter().flatten().all(|list| list.is_empty())
}

/// Reads it.
pub(super) fn read(value: &Value, context: Context<'_>) -> Reading {
    let mut reading = Reading::default();
    let page = super::page(context);
    for key in ["current", "archive"] {
        let drafts = list(value, key).iter().map(draft);
        finish_all(&mut reading, key, drafts, &page, context);
    }
    let open: Vec<Component> =
        list(value, "current").iter().filter(|event| !is_resolved(event)).filter_map(component).collect();
    let worst = ComponentState::worst(open.iter().map(|component| component.state));
    reading.report = worst.map(|overall| PageReport { overall, components: open });
    reading.page = Some(page);
    reading
}

fn is_resolved(event: &Value) -> bool {
    word(event, "summary").is_some_and(|summary| summary.starts_with("[RESOLVED]"))
}

fn component(event: &Value) -> Option<Component> {
    let over = is_resolved(event);
    let code = if over { Some(0) } else { integer(event, "status") };
    let name = word(event, "service_name")?;
    Some(Component { native_id: word(event, "service"), name, before: None, state: super::state(code) })
}

fn draft(event: &Value) -> Result<Draft, String> {
    let (service, began) = (word(event, "service").unwrap_or_default(), time(event, "date"));
    let summary = line(event, "summary");
    let Some(began) = began.filter(|_| !service.is_empty()) else {
        return Err(format!("“{summary}” has no service or no date"));
    };
    let title = summary.trim_start_matches("[RESOLVED]").trim().to_owned();
    let updates = posts(&word(event, "description").unwrap_or_default(), began, is_resolved(event));
    Ok(Draft {
        native_id: format!("{service}_{}", began.as_second()),
        title: format!("{}: {title}", line(event, "service_name")),
        url: Some(super::DASHBOARD.to_owned()),
        impact: super::impact(integer(event, "status")),
        first_post_at: Some(began),
        components: component(event).into_iter().collect(),
        updates,
        ..Draft::default()
    })
}

/// `<div><span class="yellowfg"> 6:06 PM PDT</span>&nbsp;text</div>`, one after another.
fn posts(description: &str, began: Timestamp, is_over: bool) -> Vec<Post> {
    let mut posts: Vec<Post> = Vec::new();
    let mut before = began;
    for block in description.split("<div>").filter(|block| block.contains("</span>")) {
        let Some((stamp, words)) = block.split_once("</span>") else { continue };
        let stamp = html::one_line(&html::to_text(stamp));
        let shown_at = at(&stamp, before, posts.is_empty());
        before = shown_at.unwrap_or(before);
        let text = plain(words);
        // Posts are entered by hand: one that stands there twice is one.
        if posts.last().is_some_and(|last| last.shown_at == shown_at && last.text == text) {
            continue;
        }
        let phase = if posts.is_empty() { Phase::Investigating } else { Phase::Update };
        posts.push(Post { phase: Some(phase), text, shown_at, ..Post::default() });
    }
    if let Some(last) = posts.last_mut().filter(|_| is_over) {
        last.phase = Some(Phase::Resolved);
    }
    posts
}

/// The instant of a stamp: dated (`Dec 7, 6:06 PM PST`), or the first such time of day after the post before it.
fn at(stamp: &str, before: Timestamp, is_first: bool) -> Option<Timestamp> {
    if let Some((date, clock)) = stamp.split_once(',') {
        return dated(date, clock, before);
    }
    // Any date will do to read the time of day and the zone.
    let read = |date: Date| dates::instant(&format!("{date} {stamp}")).or_else(|| words(stamp, date));
    let day = Offset::UTC.to_datetime(before).date();
    let days = [day.yesterday().ok()?, day, day.tomorrow().ok()?];
    let mut found: Vec<Timestamp> = days.into_iter().filter_map(read).collect();
    found.sort();
    // The event's own time is that of its first post, to the second; stamps are to the minute.
    let slack = jiff::SignedDuration::from_mins(if is_first { 90 } else { 1 });
    found.into_iter().find(|at| *at + slack >= before)
}

/// `Dec 7` and `6:06 PM PST`: in the year in which that is nearest to the post before it.
fn dated(date: &str, clock: &str, before: Timestamp) -> Option<Timestamp> {
    let (month, day) = date.trim().split_once(' ')?;
    let year = Offset::UTC.to_datetime(before).year();
    let at = |year: i16| dates::instant(&format!("{} {month} {year} {}", day.trim(), clock.trim()));
    [year - 1, year, year + 1].into_iter().filter_map(at).min_by_key(|at| at.duration_since(before).abs())
}

/// `6:06 PM PDT` on a day.
fn words(stamp: &str, date: Date) -> Option<Timestamp> {
    let (day, month, year) = (date.day(), date.strftime("%b"), date.year());
    dates::instant(&format!("{day} {month} {year} {stamp}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_that_stands_there_twice_is_one() {
        let post =
            |stamp: &str, words: &str| format!("<div><span class=\"yellowfg\"> {stamp}</span>&nbsp;{words}</div>");
        let (first, last) = (post("8:53 AM PST", "Degraded."), post("9:08 AM PST", "Over."));
        let twice = post("9:08 AM PST", "Agents cannot log in.").repeat(2);
        let markup = [first, twice, last];
        let began = "2021-12-07T16:53:39Z".parse().expect("an instant");
        let posts = posts(&markup.concat(), began, true);
        let words: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
        assert_eq!(words, ["Degraded.", "Agents cannot log in.", "Over."]);
        assert_eq!(posts.last().and_then(|post| post.phase), Some(Phase::Resolved));
    }
}
