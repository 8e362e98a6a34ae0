//! The page of an incident.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    Context,
    item::{earlier, earlier_verdicts, instant, judgement},
    pages, reliability,
    search::{kind_words, service_links},
};
use crate::{
    model::{
        self, Component, ComponentState, FactKind, Id, Impact, Incident, IncidentKind, Origin, Phase, Timestamp,
        Update, fact::displayed,
    },
    render::{
        self, chart, duration, underline,
        view::{self, Fact, Frame, Post, When},
    },
    store::{IncidentRow, Version},
};

/// A post shown this much earlier or later than it was made was backdated.
const BACKDATED_S: i64 = 60;

/// `/incident/{id}`.
pub async fn page(State(context): State<Context>, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<Id>() else { return pages::not_found().await };
    let row = match context.store.incident(id).await {
        Ok(Some(row)) => row,
        Ok(None) => return pages::not_found().await,
        Err(error) => return pages::unavailable(&error),
    };
    let versions = match context.store.versions(id).await {
        Ok(versions) => versions,
        Err(error) => return pages::unavailable(&error),
    };
    let said_before = match context.store.earlier_verdicts(id).await {
        Ok(said_before) => earlier_verdicts(said_before, context.clock.now()),
        Err(error) => return pages::unavailable(&error),
    };
    let mut view = view(&row, &versions, context.clock.now());
    view.judgement.earlier = said_before;
    match reliability::which(&context, &row).await {
        Ok(which) => view.spans.extend(which),
        Err(error) => return pages::unavailable(&error),
    }
    pages::rendered(StatusCode::OK, render::pages::incident(&view))
}

fn view(row: &IncidentRow, versions: &[Version], now: Timestamp) -> view::Incident {
    let incident = &row.incident;
    view::Incident {
        frame: Frame { title: format!("{} · downwire", incident.title), feed: None, now },
        title: incident.title.clone(),
        source: incident.page.name.clone().unwrap_or_else(|| incident.source.clone()),
        phase: phase_words(incident.phase),
        is_over: incident.phase.is_over(),
        impact: impact_words(incident.impact).to_owned(),
        kind: kind_words(incident.kind.as_str()),
        facts: facts(incident, now),
        spans: spans(incident),
        strip: chart::strip(incident).map(|strip| (strip.svg, When::new(strip.first, now), When::new(strip.last, now))),
        posts: incident.updates.iter().enumerate().map(|(at, update)| post(update, read(row, at), now)).collect(),
        read_out: read_out(row),
        read_by: row.facts.iter().map(|facts| facts.version.clone()).find(|by| !by.is_empty()).unwrap_or_default(),
        components: incident.components.iter().map(component_words).collect(),
        services: service_links(&row.verdict),
        judgement: judgement(&row.verdict, None),
        original: incident.url.clone(),
        copy_of: row.copy_of.map(|id| format!("/incident/{id}")),
        origin: match incident.origin {
            Origin::Observed => "observed as it happened".to_owned(),
            Origin::Imported => "read from history".to_owned(),
        },
        versions: versions.iter().map(|version| earlier(version, now)).collect(),
    }
}

/// The four times, each named with what it is; and the plan of maintenance.
fn facts(incident: &Incident, now: Timestamp) -> Vec<Fact> {
    let times = [
        ("Planned start", incident.scheduled_for),
        ("Planned end", incident.scheduled_until),
        ("The page says it began", incident.started_at),
        ("First post (acknowledged)", incident.first_post_at),
        ("Newest post", incident.last_update_at),
        ("Resolved", incident.resolved_at),
    ];
    let mut facts: Vec<Fact> = times.into_iter().filter_map(|(name, at)| Some(instant(name, at?, now))).collect();
    if incident.resolved_at.is_none() && incident.kind == IncidentKind::Outage {
        let value = "not yet, as far as the page says".to_owned();
        facts.push(Fact { name: "Resolved".to_owned(), value, iso: None });
    }
    facts
}

/// The spans between the times, in sentences.
fn spans(incident: &Incident) -> Vec<String> {
    let mut spans = Vec::new();
    let acknowledged = duration::between(incident.started_at, incident.first_post_at);
    match acknowledged {
        Some(seconds) if seconds >= 60 => {
            spans.push(format!("Acknowledged {} after it began.", duration::span(seconds)))
        }
        Some(seconds) if seconds <= -60 => {
            spans.push(format!("Posted {} before it is said to have begun.", duration::span(seconds)))
        }
        _ => {}
    }
    let after_the_end = duration::between(incident.resolved_at, incident.first_post_at).filter(|seconds| *seconds > 0);
    if let Some(seconds) = after_the_end {
        spans.push(format!("First posted {} after it was over.", duration::span(seconds)));
    }
    let lasted = duration::between(incident.started_at, incident.resolved_at).filter(|seconds| *seconds >= 0);
    if let Some(seconds) = lasted {
        spans.push(format!("Resolved {} after it began.", duration::span(seconds)));
    }
    spans
}

/// What was read out of the post at a place.
fn read(row: &IncidentRow, at: usize) -> &[model::Fact] {
    row.facts.get(at).map_or(&[], |facts| &facts.facts)
}

/// What was read out of all posts: of each kind first what is displayed, then every other value; each value once.
fn read_out(row: &IncidentRow) -> Vec<view::Listed> {
    let posts = || row.incident.updates.iter().enumerate();
    let all: Vec<(model::Authority, &model::Fact, &str)> = posts()
        .flat_map(|(at, update)| {
            let of =
                move |fact| (model::Authority::of(fact, update.phase == Phase::Postmortem), fact, update.text.as_str());
            read(row, at).iter().map(of)
        })
        .collect();
    let mut listed: Vec<(&model::Fact, &str)> = Vec::new();
    for kind in FactKind::ALL {
        let shown = displayed(*kind, all.iter().map(|(authority, fact, _)| (*authority, *fact)));
        let first = all.iter().filter(|(_, fact, _)| shown.is_some_and(|(_, shown)| std::ptr::eq(shown, *fact)));
        let others = all.iter().filter(|(_, fact, _)| fact.kind == *kind);
        for (_, fact, text) in first.chain(others) {
            if !listed.iter().any(|(known, _)| known.kind == fact.kind && known.value == fact.value) {
                listed.push((fact, text));
            }
        }
    }
    let lines =
        listed.into_iter().flat_map(|(fact, text)| underline::listed(text, text, std::slice::from_ref(fact), 0));
    lines.collect()
}

fn post(update: &Update, facts: &[model::Fact], now: Timestamp) -> Post {
    let mut remarks = Vec::new();
    let shift = update.posted_at.as_second() - update.shown_at.as_second();
    if shift.abs() >= BACKDATED_S {
        remarks.push(format!("really posted {}", duration::stamp(update.posted_at)));
    }
    if let Some(edited) = update.edited_at.filter(|at| at.as_second() - update.posted_at.as_second() >= BACKDATED_S) {
        remarks.push(format!("edited {}", duration::stamp(edited)));
    }
    Post {
        phase: phase_words(update.phase),
        class: if update.phase.is_over() { "over" } else { "open" },
        at: When::new(update.shown_at, now),
        text: underline::underline(&update.text, &update.text, facts, 0),
        remarks,
        components: update.components.iter().map(component_words).collect(),
    }
}

fn component_words(component: &Component) -> String {
    match component.state {
        ComponentState::Unknown => component.name.clone(),
        state => format!("{}: {}", component.name, state.as_str().replace('_', " ")),
    }
}

/// A phase for people.
pub fn phase_words(phase: Phase) -> String {
    phase.as_str().replace('_', " ")
}

fn impact_words(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "impact: none stated",
        Impact::Minor => "impact: minor",
        Impact::Major => "impact: major",
        Impact::Critical => "impact: critical",
        Impact::Maintenance => "maintenance",
        Impact::Unknown => "impact: not said",
    }
}
