//! Statuspage's history feeds, `history.atom` and `history.rss`: each entry is an incident, its posts stand in the markup,
//! stamped to the minute without a year.
//!
//! They say less than the JSON (no impact, no components, no ids of posts) and are read where nothing else is to be had:
//! archived copies, and pages whose JSON is closed.

use super::super::{
    MOST,
    draft::{end_of, minute_id, newest_phase},
    origin,
};
use crate::{
    model::{Impact, Incident, IncidentKind, PageIdentity, Phase, Timestamp, Update},
    source::{Context, ReadError, Reading, feed},
    text::{dates::Stamp, html, urls},
};

/// Whether a feed is the history of a Statuspage: its posts are stamped `<var data-var='date'>`, escaped in a feed.
pub(super) fn is_history(text: &str) -> bool {
    text.contains("data-var=")
}

/// Reads one document.
pub(super) fn read(text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    let document = feed::xml(text, context.base)?;
    let about = document.about(&feed::Head::of(&document.head, context));
    let name = page_name(&document, about.title.as_deref());
    let mut reading = Reading { about, ..Reading::default() };
    reading.skipped = document.skipped;
    reading.repaired = document.repaired;
    for (at, entry) in document.entries.iter().take(MOST) {
        match incident(entry, name.as_deref(), context) {
            Ok((incident, skipped)) => {
                reading.skipped.extend(skipped);
                reading.incidents.push(incident);
            }
            Err(reason) => reading.skipped.push(format!("entry {at}: {reason}")),
        }
    }
    if reading.incidents.is_empty() && !document.entries.is_empty() {
        return Err(ReadError::NotAHistory);
    }
    reading.page = reading.incidents.first().map(|incident| incident.page.clone());
    Ok(reading)
}

/// The author of the Atom feed is the page's name; the title of either is `NAME Status - Incident History`.
fn page_name(document: &feed::Document, title: Option<&str>) -> Option<String> {
    let author = document.head.authors.first().cloned();
    let from_title = || {
        let title = title?.strip_suffix("- Incident History")?.trim_end();
        Some(title.strip_suffix(" Status").unwrap_or(title).to_owned())
    };
    author.or_else(from_title).map(|name| html::excerpt(&name, 200)).filter(|name| !name.is_empty())
}

/// One entry as an incident, and a line for each stamp that cannot be read.
fn incident(entry: &feed::Record, page: Option<&str>, context: Context<'_>) -> Result<(Incident, Vec<String>), String> {
    let title = entry.title.as_ref().map(|title| html::one_line(&title.text())).unwrap_or_default();
    let link = entry.links.iter().find_map(|link| urls::absolute(&link.href, context.base));
    let Some(url) = link.or_else(|| urls::absolute(&entry.id, None)) else {
        return Err(format!("“{title}” has no link"));
    };
    // The tag's number is of no use: JSON and RSS know the code in the link only.
    let Some(native_id) = urls::last_segment(&url) else {
        return Err(format!("the link of “{title}” names no incident"));
    };
    let (published, updated) = (entry.published, entry.updated);
    let markup = entry.content.as_ref().or(entry.summary.as_ref()).map_or("", |words| words.value.as_str());
    let reference = published.max(updated).unwrap_or(context.now);
    let (updates, skipped) = posts(markup, reference, &native_id);
    if updates.is_empty() {
        return Err(format!("“{title}” ({native_id}) holds no dated posts"));
    }
    let (scheduled_for, scheduled_until) = schedule(markup, published.unwrap_or(reference));
    let phase = newest_phase(&updates);
    let planned = |update: &Update| {
        matches!(update.phase, Phase::Scheduled | Phase::InProgress | Phase::Verifying | Phase::Completed)
    };
    let is_maintenance = scheduled_for.is_some() || updates.iter().any(planned);
    let first = updates.first().map(|update| update.shown_at);
    let last_update_at = updates.last().map(|update| update.shown_at);
    let began = updates.iter().find(|update| update.phase == Phase::InProgress).map(|update| update.shown_at);
    let incident = Incident {
        native_id,
        page: PageIdentity {
            id: None,
            host: context.base.and_then(urls::host_and_port).or_else(|| urls::host(&url)),
            name: page.map(str::to_owned),
        },
        source: context.source.to_owned(),
        service: context.service.map(str::to_owned),
        kind: if is_maintenance { IncidentKind::Maintenance } else { IncidentKind::Outage },
        title,
        url: Some(url),
        phase,
        impact: if is_maintenance { Impact::Maintenance } else { Impact::Unknown },
        started_at: scheduled_for.or(began).or(first),
        first_post_at: first,
        last_update_at,
        resolved_at: phase.is_over().then(|| end_of(&updates)).flatten(),
        scheduled_for,
        scheduled_until,
        components: Vec::new(),
        updates,
        origin: origin(last_update_at, context),
    };
    Ok((incident, skipped))
}

/// The posts of an entry, oldest first: `<small>STAMP</small><br><strong>Phase</strong> - text`, newest first in the feed.
fn posts(markup: &str, reference: Timestamp, incident: &str) -> (Vec<Update>, Vec<String>) {
    let mut skipped = Vec::new();
    let mut found: Vec<(Timestamp, &str)> = Vec::new();
    let mut end = markup.len();
    // Cut from the end, which is the oldest post. Small print inside a post is no stamp and stays with its post.
    for (at, open) in markup.rmatch_indices("<small>") {
        let Some((stamp, text)) = markup[at + open.len()..end].split_once("</small>") else { continue };
        if !stamp.contains("data-var=") {
            continue;
        }
        end = at;
        let words = html::one_line(&html::to_text(stamp));
        match Stamp::read(&words).and_then(|stamp| stamp.not_after(reference)) {
            Some(at) => found.push((at, text)),
            None => {
                let words = html::excerpt(&words, 60);
                skipped.push(format!("a post of incident {incident}: “{words}” is no readable time"));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    if let Some(extra) = found.len().checked_sub(MOST).filter(|extra| *extra > 0) {
        found.drain(..extra);
        skipped.push(format!("{extra} oldest posts of incident {incident}: at most {MOST} are read"));
    }
    let mut updates: Vec<Update> = Vec::with_capacity(found.len());
    for (at, text) in found {
        let native_id = minute_id(at, &updates);
        updates.push(post(native_id, at, text));
    }
    (updates, skipped)
}

fn post(native_id: String, at: Timestamp, markup: &str) -> Update {
    let (label, body) = match markup.split_once("<strong>").and_then(|(_, rest)| rest.split_once("</strong>")) {
        Some((label, body)) => (html::one_line(&html::to_text(label)), body),
        None => (String::new(), markup),
    };
    let body = body.trim_start().strip_prefix('-').unwrap_or(body);
    let mut text = html::to_text(body);
    html::cut(&mut text, feed::LONGEST_TEXT);
    Update {
        native_id,
        precise: false,
        phase: Phase::parse(&label.to_lowercase().replace(' ', "_")).unwrap_or(Phase::Unknown),
        text,
        shown_at: at,
        posted_at: at,
        edited_at: None,
        components: Vec::new(),
    }
}

/// The planned span of `THIS IS A SCHEDULED EVENT Oct 5, 04:00 - 05:00 UTC`. The feed dates such an entry with its start.
fn schedule(markup: &str, published: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
    let span = markup.split_once("THIS IS A SCHEDULED EVENT").and_then(|(_, rest)| {
        let stamp = rest.split("</strong>").next().unwrap_or_default();
        Stamp::read_span(&html::one_line(&html::to_text(stamp)))
    });
    let Some((from, until)) = span else { return (None, None) };
    let from = from.nearest(published);
    let until = until.zip(from).and_then(|(until, from)| until.nearest(from)).filter(|until| Some(*until) >= from);
    (from, until)
}
