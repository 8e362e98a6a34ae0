//! Azure: the feed of what is going on now, the history page with its reviews, and the status grid.
//!
//! The feed is empty when all is well, which cannot be told from a broken one: it says nothing of health. The grid does.
//! Times of the impact stand in prose only. Source: status-pages A9.

use scraper::{ElementRef, Html, Selector};

use super::{
    Adapter, Document, Step,
    draft::{Draft, Post, finish_all},
    fold::{Entry, entries, fold},
    value::plain,
};
use crate::{
    model::{
        Ask, Component, ComponentState, Outcome, PageIdentity, PageReport, Phase, SourceKind, SourceState, Timestamp,
    },
    source::{Context, ReadError, Reading, ask, feed},
    text::{dates, html, urls},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Azure,
    recognises: |document| {
        let is_own_feed = || {
            document.text.contains("<title>Azure Status</title>") || document.text.contains("azure.status.microsoft/")
        };
        let is_own_page =
            || document.text.contains("incident-history-header") || document.text.contains("capability-row");
        // A part of the page, cut out, looks like XML.
        is_own_page() && document.value().is_none() || document.is_xml() && is_own_feed()
    },
    first,
    next,
    read,
};

/// What is asked for: a feed, or a page for people.
const ACCEPT: &str = "application/rss+xml, text/html;q=0.9";

/// The page's root, without the part of one of its documents.
fn root(state: &SourceState) -> &str {
    let address = state.address().trim_end_matches('/');
    ["/feed", "/history"].iter().find_map(|path| address.strip_suffix(path)).unwrap_or(address)
}

fn first(state: &SourceState) -> Ask {
    ask(format!("{}/feed/", root(state)), ACCEPT, state)
}

/// After a feed that changed, the history; at first sight, too.
fn next(step: &Step<'_>) -> Option<Ask> {
    let history = format!("{}/history/", root(step.state));
    let is_due = step.outcome == Outcome::Fresh || !step.state.validators.contains_key(&history);
    (step.asked.url.ends_with("/feed/") && is_due).then(|| Ask { is_extra: true, ..ask(history, ACCEPT, step.state) })
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let is_page = document.text.contains("incident-history-header") || document.text.contains("capability-row");
    if document.is_xml() && !is_page {
        return read_feed(document.text, context);
    }
    if document.value().is_some() || !(ADAPTER.recognises)(document) {
        return Err(ReadError::OtherPage("Azure", html::excerpt(document.text, 40)));
    }
    Ok(read_page(document.text, context))
}

fn page(context: Context<'_>) -> PageIdentity {
    let host = context.base.and_then(urls::host_and_port).unwrap_or_else(|| "azure.status.microsoft".to_owned());
    PageIdentity { id: None, host: Some(host), name: Some("Azure".to_owned()) }
}

fn read_feed(text: &str, context: Context<'_>) -> Result<Reading, ReadError> {
    let document = feed::xml(text, context.base)?;
    let about = document.about(&feed::Head::of(&document.head, context));
    let found = entries(&document, |record| {
        let entry = Entry::of(record, context.base);
        let title = entry.title.to_lowercase();
        let is_over = ["mitigated", "resolved"].iter().any(|word| title.contains(word));
        let phase = match () {
            () if title.starts_with("pir") || title.contains("post incident review") => Phase::Postmortem,
            () if is_over => Phase::Resolved,
            () => Phase::Investigating,
        };
        // An advisory tells of what is to come.
        let is_maintenance = title.starts_with("health advisory") || title.contains("planned maintenance");
        let phase = if is_maintenance { Phase::Scheduled } else { phase };
        Some(Entry { phase: Some(phase), is_maintenance, ..entry })
    });
    let mut reading = Reading { about, skipped: document.skipped, repaired: document.repaired, ..Reading::default() };
    let page = page(context);
    let drafts = fold(found).into_iter().map(|draft| {
        let (started_at, ended_at) = draft.updates.last().map_or((None, None), |post| span(&post.text));
        Ok(Draft { started_at, resolved_at: ended_at, ..draft })
    });
    finish_all(&mut reading, "entry", drafts, &page, context);
    reading.page = Some(page);
    Ok(reading)
}

/// The history of reviews, and the grid of services by region.
fn read_page(text: &str, context: Context<'_>) -> Reading {
    let document = Html::parse_document(text);
    let mut reading = Reading::default();
    let page = page(context);
    let reviews: Vec<_> = select(document.root_element(), ".incident-history-header").map(|row| review(row)).collect();
    finish_all(&mut reading, "review", reviews, &page, context);
    let components: Vec<Component> = select(document.root_element(), "tr.capability-row").filter_map(service).collect();
    let worst = ComponentState::worst(components.iter().map(|component| component.state));
    reading.report = worst.map(|overall| PageReport { overall, components });
    reading.page = Some(page);
    reading
}

fn select<'a>(element: ElementRef<'a>, path: &str) -> impl Iterator<Item = ElementRef<'a>> + use<'a> {
    // A path that is written here is one.
    let found: Vec<ElementRef<'a>> =
        Selector::parse(path).map(|selector| element.select(&selector).collect()).unwrap_or_default();
    found.into_iter()
}

fn words(element: ElementRef<'_>, path: &str) -> String {
    select(element, path).next().map(|found| plain(&found.inner_html())).unwrap_or_default()
}

fn review(row: ElementRef<'_>) -> Result<Draft, String> {
    let title = html::one_line(&words(row, ".incident-history-title"));
    let tracking = words(row, ".incident-history-tracking-id");
    let native_id = tracking.trim().trim_start_matches("Tracking ID:").trim().to_owned();
    let text = words(row, ".card-body");
    let (started_at, ended_at) = span(&text);
    let Some(known_at) = ended_at.or(started_at) else {
        return Err(format!("“{title}” ({native_id}) says no time that can be read"));
    };
    let post = Post { phase: Some(Phase::Postmortem), text, shown_at: Some(known_at), ..Post::default() };
    Ok(Draft {
        url: Some(format!("https://azure.status.microsoft/en-us/status/history/?trackingId={native_id}")),
        native_id,
        title,
        started_at,
        resolved_at: ended_at,
        updates: vec![post],
        ..Draft::default()
    })
}

/// A service of the grid, as bad as in the worst of its regions.
fn service(row: ElementRef<'_>) -> Option<Component> {
    let name = html::one_line(&words(row, "td"));
    let states = select(row, "[data-label]").map(|cell| match cell.value().attr("data-label").unwrap_or_default() {
        "Good" | "Information" => ComponentState::Operational,
        "Warning" => ComponentState::DegradedPerformance,
        "Critical" => ComponentState::MajorOutage,
        _ => ComponentState::Unknown,
    });
    // "Not available" says that the service is not offered there.
    let state = ComponentState::worst(states).unwrap_or(ComponentState::Unknown);
    (!name.is_empty()).then_some(Component { native_id: None, name, before: None, state })
}

/// Start and end out of `Between 19:46 UTC on 02 February 2026 and 06:05 UTC on 03 February 2026`, `Between 08:05 UTC and
/// 18:30 UTC on 22 December 2025`, `Starting at 09:20 UTC on 07 Sep 2026`.
fn span(text: &str) -> (Option<Timestamp>, Option<Timestamp>) {
    let text = html::one_line(text);
    let Some(at) = ["Between ", "between ", "Starting at ", "starting at ", "From "]
        .iter()
        .filter_map(|word| text.find(word))
        .min()
    else {
        return (None, None);
    };
    let words: Vec<&str> = text[at..].split(' ').take(30).collect();
    let is_clock = |word: &&str| word.len() == 5 && word.as_bytes()[2] == b':';
    let clocks: Vec<usize> =
        (0..words.len()).filter(|at| is_clock(&words[*at]) && words.get(at + 1) == Some(&"UTC")).collect();
    // The date behind a clock; a clock without one shares that of the next.
    let dated = |at: usize| {
        let date = words.get(at + 2..at + 6).filter(|date| date[0] == "on")?;
        let year = date[3].trim_end_matches(|letter: char| !letter.is_ascii_digit());
        Some(format!("{} {} {year}", date[1], date[2]))
    };
    let ranged = words[0].eq_ignore_ascii_case("between") || words[0] == "From";
    let instant = |place: usize| {
        let at = *clocks.get(place)?;
        let date = dated(at).or_else(|| clocks.get(place + 1).and_then(|next| dated(*next)))?;
        dates::instant(&format!("{date} {} UTC", words[at]))
    };
    let (start, end) = (instant(0), if ranged { instant(1) } else { None });
    (start, end.filter(|end| start.is_none_or(|start| *end >= start)))
}
