//! Statuspage's two history feeds, `history.atom` and `history.rss`: an entry is an incident, its content the posts,
//! newest first, each with a stamp to the minute and without a year. Less exact than the JSON, but it reaches back.

use std::collections::HashMap;

use feed_rs::{model::Entry, parser};
use scraper::{ElementRef, Html, Node, Selector};

use super::{Origin, ReadError, Reading, line, repair::repair, statuspage::provenance};
use crate::{
    model::{Impact, Incident, IncidentKind, PageIdentity, Phase, SourceKind, Timestamp, Update},
    text::{dates, html, urls},
};

/// Whether a text is such a feed: entries that link to `/incidents/`, and stamps in `<small>` or the sign of a
/// scheduled event.
pub fn is_one(text: &str) -> bool {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let is_feed = start.starts_with("<?xml") || start.starts_with("<feed") || start.starts_with("<rss");
    let stamped = ["data-var='date'", "data-var=&apos;date&apos;", "data-var=\"date\"", "data-var=&quot;date&quot;"];
    let empty_history = text.contains("Incident History</title>") && text.contains("/history");
    is_feed && ((text.contains("/incidents/") && stamped.iter().any(|mark| text.contains(mark))) || empty_history)
}

/// Reads a history feed.
pub fn read(text: &str, origin: &Origin<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::empty(SourceKind::Statuspage);
    let mended = repair(text, &mut reading.repaired)?;
    let parser = parser::Builder::new().id_generator(|_, _, _| String::new()).sanitize_content(false).build();
    let feed = parser.parse(mended.as_bytes()).map_err(|error| ReadError::Xml(error.to_string()))?;
    reading.title = feed.title.as_ref().map(|title| line(&title.content));
    for entry in &feed.entries {
        match incident(entry, reading.title.as_deref(), origin) {
            Ok(incident) => reading.incidents.push(incident),
            Err(why) => reading.skipped.push(format!("entry {}: {why}", entry.id)),
        }
    }
    reading.page = reading.incidents.first().map(|incident| incident.page.clone());
    Ok(reading)
}

fn incident(entry: &Entry, page_title: Option<&str>, origin: &Origin<'_>) -> Result<Incident, &'static str> {
    let link = entry.links.iter().map(|link| link.href.as_str()).chain([entry.id.as_str()]);
    let url = link.filter_map(|link| urls::absolute(link, origin.url)).find(|link| link.contains("/incidents/"));
    let url = url.ok_or("it links to no incident")?;
    // The Atom id carries another number than the API does; only the link has the code.
    let native_id = urls::last_segment(&url).ok_or("its link has no code")?;
    let near = entry.updated.or(entry.published).ok_or("it has no time")?;
    let near = Timestamp::from_microsecond(near.timestamp_micros()).map_err(|_| "its time is none")?;
    let body = entry.content.as_ref().and_then(|content| content.body.as_deref());
    let body = body.or(entry.summary.as_ref().map(|text| text.content.as_str())).unwrap_or_default();
    let content = content(body, near);
    let updates = content.updates;
    if updates.is_empty() && content.scheduled_for.is_none() {
        return Err("its posts cannot be read");
    }
    let phase =
        updates.iter().rev().map(|update| update.phase).find(|phase| *phase != Phase::Update).unwrap_or(Phase::Unknown);
    let is_planned = content.scheduled_for.is_some() || updates.iter().any(|update| is_maintenance(update.phase));
    let first = updates.first().map(|update| update.posted_at).or(Some(near));
    let over = updates.iter().find(|update| matches!(update.phase, Phase::Resolved | Phase::Completed));
    Ok(Incident {
        page: PageIdentity {
            id: None,
            host: origin.url.and_then(super::statuspage::host_and_port).or_else(|| urls::host(&url)),
            name: page_title.map(|title| title.trim_end_matches(" - Incident History").to_owned()),
        },
        native_id,
        source: origin.source.to_owned(),
        service: origin.service.map(str::to_owned),
        kind: if is_planned { IncidentKind::Maintenance } else { IncidentKind::Outage },
        title: entry.title.as_ref().map(|title| line(&title.content)).unwrap_or_default(),
        url: Some(url),
        phase,
        impact: if is_planned { Impact::Maintenance } else { Impact::Unknown },
        // A feed does not say when it began: the first post is the best that is known.
        started_at: first,
        first_post_at: first,
        last_update_at: updates.last().map(|update| update.shown_at).or(first),
        resolved_at: over.map(|update| update.shown_at).filter(|_| phase.is_over()),
        scheduled_for: content.scheduled_for,
        scheduled_until: content.scheduled_until,
        components: Vec::new(),
        origin: provenance(first, origin),
        updates,
    })
}

fn is_maintenance(phase: Phase) -> bool {
    matches!(phase, Phase::Scheduled | Phase::InProgress | Phase::Verifying | Phase::Completed)
}

/// What an entry's content says.
#[derive(Default)]
struct Content {
    updates: Vec<Update>,
    scheduled_for: Option<Timestamp>,
    scheduled_until: Option<Timestamp>,
}

/// Reads the paragraphs: `<p><small>stamp</small><br><strong>Label</strong> - words</p>`, and in front the window of a
/// scheduled event.
fn content(markup: &str, near: Timestamp) -> Content {
    let mut content = Content::default();
    let tree = Html::parse_fragment(markup);
    let Ok(paragraphs) = Selector::parse("p") else { return content };
    let mut read: Vec<Update> = Vec::new();
    for paragraph in tree.select(&paragraphs) {
        if let Some((from, until)) = window(paragraph, near) {
            content.scheduled_for = Some(from);
            content.scheduled_until = until;
        } else if let Some(update) = post(paragraph, near) {
            read.push(update);
        } else if let Some(last) = read.last_mut() {
            // A post of several paragraphs.
            let more = html::to_text(&paragraph.html());
            if !more.is_empty() {
                last.text.push('\n');
                last.text.push_str(&more);
            }
        }
    }
    read.reverse();
    read.sort_by_key(|update| update.shown_at);
    number(&mut read);
    content.updates = read;
    content
}

/// Gives posts an id that stays the same whenever the feed is read: the minute, and the place within it, oldest first.
fn number(updates: &mut [Update]) {
    let mut seen: HashMap<Timestamp, usize> = HashMap::new();
    for update in updates {
        let place = seen.entry(update.shown_at).or_default();
        update.native_id = format!("{}#{place}", update.shown_at);
        *place += 1;
    }
}

/// One post; `None` for a paragraph without stamp or label.
fn post(paragraph: ElementRef<'_>, near: Timestamp) -> Option<Update> {
    let small = first(paragraph, "small")?;
    let label = first(paragraph, "strong")?;
    let shown_at = stamp(&words(small), near)?;
    Some(Update {
        native_id: String::new(),
        precise: false,
        phase: phase(&words(label)),
        text: body(paragraph, small, label),
        shown_at,
        posted_at: shown_at,
        edited_at: None,
        components: Vec::new(),
    })
}

/// The paragraph without stamp and label.
fn body(paragraph: ElementRef<'_>, small: ElementRef<'_>, label: ElementRef<'_>) -> String {
    let mut markup = String::new();
    for child in paragraph.children().filter(|child| child.id() != small.id() && child.id() != label.id()) {
        match child.value() {
            Node::Text(text) => markup.push_str(&text.replace('&', "&amp;").replace('<', "&lt;")),
            Node::Element(_) => markup.extend(ElementRef::wrap(child).map(|element| element.html())),
            _ => {}
        }
    }
    html::to_text(&markup).trim_start_matches(['-', '–', ' ', '\n']).to_owned()
}

/// `THIS IS A SCHEDULED EVENT Oct 5, 04:00 - 05:00 UTC`: from when until when, perhaps over midnight.
fn window(paragraph: ElementRef<'_>, near: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
    let text = words(paragraph);
    let rest = text.split_once("THIS IS A SCHEDULED EVENT")?.1.trim();
    let (from, to) = rest.split_once(['-', '–'])?;
    let zone = to.split_whitespace().next_back()?;
    let from = format!("{} {zone}", from.trim());
    let begins = stamp(&from, near)?;
    let to = to.trim();
    let ends = if to.contains(',') {
        stamp(to, begins)
    } else {
        let day = from.split(',').next()?;
        stamp(&format!("{day}, {to}"), begins)
    };
    Some((begins, ends))
}

/// `Jun 6, 04:43 UTC`.
fn stamp(text: &str, near: Timestamp) -> Option<Timestamp> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let [month, day, clock, zone, ..] = words.as_slice() else { return None };
    dates::without_year(month, day, clock, zone, near)
}

/// The canonical word of a label.
fn phase(label: &str) -> Phase {
    let word = label.trim().to_ascii_lowercase().replace(' ', "_");
    Phase::parse(&word).unwrap_or(Phase::Unknown)
}

fn first<'a>(element: ElementRef<'a>, name: &str) -> Option<ElementRef<'a>> {
    element.descendants().filter_map(ElementRef::wrap).find(|child| child.value().name() == name)
}

/// The text of an element, folded to one line.
fn words(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
