//! Planned work as a page and as a calendar.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, tz::TimeZone};

use super::{Context, incident::phase_words, pages, search::service_links, service};
use crate::{
    model::{Phase, Timestamp},
    render::{
        self,
        ical::{self, Entry},
        view::{
            Frame, When,
            state::{Maintenance, Planned},
        },
    },
    store::{IncidentRow, StoreError},
};

/// How far back the archive is asked: longer work than this is not found any more.
const BACK: SignedDuration = SignedDuration::from_hours(60 * 24);

/// For how long the page shows what is over; calendars hold all that was asked.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Most that are shown.
const MOST: u64 = 1_000;

/// Longest description in a calendar, in characters.
const DESCRIPTION: usize = 2_000;

/// `/maintenance`.
pub async fn page(State(context): State<Context>) -> Response {
    let now = context.clock.now();
    match context.store.maintenance(now - BACK, MOST).await {
        Ok(rows) => pages::rendered(StatusCode::OK, render::pages::maintenance(&view(&rows, now))),
        Err(error) => pages::unavailable(&error),
    }
}

fn view(rows: &[IncidentRow], now: Timestamp) -> Maintenance {
    let (mut days, mut over): (Vec<(String, Vec<Planned>)>, Vec<Planned>) = (Vec::new(), Vec::new());
    let (mut running, mut coming) = (0, 0);
    for row in rows {
        let planned = planned(row, now);
        if is_over(row, now) {
            if ends(row).unwrap_or(row.at) >= now - LATELY {
                over.push(planned);
            }
            continue;
        }
        if planned.is_now {
            running += 1
        } else {
            coming += 1
        }
        let day = if planned.is_now { "Under way".to_owned() } else { day(row.at) };
        match days.iter_mut().find(|(known, _)| *known == day) {
            Some((_, works)) => works.push(planned),
            None => days.push((day, vec![planned])),
        }
    }
    over.reverse();
    Maintenance {
        frame: Frame { title: "Planned work · downwire".to_owned(), feed: None, now },
        summary: format!("{running} under way, {coming} announced, as the status pages say it."),
        days,
        over,
    }
}

fn planned(row: &IncidentRow, now: Timestamp) -> Planned {
    let incident = &row.incident;
    Planned {
        href: format!("/incident/{}", row.id),
        title: incident.title.clone(),
        services: service_links(&row.verdict),
        from: When::new(row.at, now),
        until: ends(row).map(|at| When::new(at, now)),
        phase: phase_words(incident.phase),
        is_now: !is_over(row, now) && row.at <= now,
    }
}

/// The page says that it is over; or its planned end has passed and the page never said that it began.
fn is_over(row: &IncidentRow, now: Timestamp) -> bool {
    let incident = &row.incident;
    let is_silent = !matches!(incident.phase, Phase::InProgress | Phase::Verifying);
    incident.phase.is_over() || incident.resolved_at.is_some() || is_silent && ends(row).unwrap_or(row.at) < now
}

fn ends(row: &IncidentRow) -> Option<Timestamp> {
    row.incident.scheduled_until.or(row.incident.resolved_at)
}

/// `Thu, 26 Dec 2024`.
fn day(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%a, %-d %b %Y").to_string()
}

/// `/maintenance.ics`.
pub async fn calendar(State(context): State<Context>) -> Response {
    answer(&context, None).await
}

/// `/service/{slug}/maintenance.ics`.
pub async fn calendar_of(State(context): State<Context>, Path(slug): Path<String>) -> Response {
    let Some(service) = service::named(&context, &slug) else { return pages::not_found().await };
    answer(&context, Some(&service.name)).await
}

async fn answer(context: &Context, service: Option<&str>) -> Response {
    let entries = match entries(context, service).await {
        Ok(entries) => entries,
        Err(error) => return pages::unavailable(&error),
    };
    let name = service.map_or_else(|| "Planned work".to_owned(), |name| format!("Planned work: {name}"));
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=600"),
    ];
    (headers, ical::write(&name, &entries)).into_response()
}

async fn entries(context: &Context, service: Option<&str>) -> Result<Vec<Entry>, StoreError> {
    let rows = context.store.maintenance(context.clock.now() - BACK, MOST).await?;
    let is_of = |row: &&IncidentRow| {
        let names = row.verdict.service_names();
        service.is_none_or(|name| row.incident.service.as_deref() == Some(name) || names.iter().any(|it| it == name))
    };
    Ok(rows.iter().filter(is_of).map(|row| entry(context, row)).collect())
}

fn entry(context: &Context, row: &IncidentRow) -> Entry {
    let incident = &row.incident;
    let whose = incident.page.name.as_deref().or(incident.service.as_deref()).unwrap_or(&incident.source);
    let link = context.public_url.join(&format!("incident/{}", row.id)).ok();
    Entry {
        uid: format!("{}@downwire", row.id),
        starts_at: row.at,
        ends_at: ends(row),
        summary: format!("{whose}: {}", incident.title),
        description: incident.text().chars().take(DESCRIPTION).collect(),
        url: incident.url.clone().or(link.map(String::from)),
        changed_at: row.edited_at.unwrap_or(row.received_at),
        is_cancelled: false,
    }
}
