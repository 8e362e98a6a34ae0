//! Statuspage's archive, `history.json?page=N`: three months a page, each incident with its last words and a span of
//! times to the minute, without a year in the stamp and with a zone abbreviation.

use serde_json::Value;

use super::super::origin;
use crate::{
    model::{Impact, Incident, IncidentKind, PageIdentity, Phase, Timestamp, Update},
    source::{Context, Reading},
    text::{
        dates::{self, Stamp},
        html, urls,
    },
};

/// Whether it is a page of the archive.
pub(super) fn is_archive(document: &Value) -> bool {
    document.get("months").is_some_and(Value::is_array)
}

/// The incidents of one archive page; `None` for a document of another shape.
pub(super) fn read(document: &Value, context: Context<'_>) -> Option<Reading> {
    let months = document.get("months")?.as_array()?;
    let mut reading = Reading::default();
    let name = document.pointer("/page_status/page/name").and_then(Value::as_str).map(str::to_owned);
    for month in months {
        let year = month.get("year").and_then(Value::as_i64);
        let incidents = month.get("incidents").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for value in incidents {
            match year.and_then(|year| incident(value, year, month, name.clone(), context)) {
                Some(incident) => reading.incidents.push(incident),
                None => {
                    let code = value.get("code").and_then(Value::as_str).unwrap_or("without a code");
                    reading.skipped.push(format!("incident {code}: its code or its times cannot be read"));
                }
            }
        }
    }
    reading.about.title.clone_from(&name);
    reading.page = Some(PageIdentity { id: None, host: context.base.and_then(urls::host_and_port), name });
    Some(reading)
}

fn incident(value: &Value, year: i64, month: &Value, page: Option<String>, context: Context<'_>) -> Option<Incident> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let native_id = Some(text("code")).filter(|code| !code.is_empty())?.to_owned();
    let (began, ended) = span(text("timestamp"), year, month)?;
    let impact = Impact::parse(text("impact")).unwrap_or(Impact::Unknown);
    let over = ended.unwrap_or(began);
    let words = html::to_text(text("message"));
    let maintenance = impact == Impact::Maintenance;
    let phase = if maintenance { Phase::Completed } else { Phase::Resolved };
    let last = Update {
        native_id: format!("{over}#1"),
        precise: false,
        phase,
        text: words.clone(),
        shown_at: over,
        posted_at: over,
        edited_at: None,
        components: Vec::new(),
    };
    Some(Incident {
        page: PageIdentity { id: None, host: context.base.and_then(urls::host_and_port), name: page },
        source: context.source.to_owned(),
        service: context.service.map(str::to_owned),
        kind: if maintenance { IncidentKind::Maintenance } else { IncidentKind::Outage },
        title: html::one_line(&html::to_text(text("name"))),
        url: None,
        phase,
        impact,
        started_at: Some(began),
        first_post_at: Some(began),
        last_update_at: Some(over),
        resolved_at: Some(over),
        scheduled_for: None,
        scheduled_until: None,
        components: Vec::new(),
        updates: if words.is_empty() { Vec::new() } else { vec![last] },
        origin: origin(Some(began), context),
        native_id,
    })
}

/// `Dec 30, 17:55 - 19:46 PST`, or with month and day again behind the dash when it crosses midnight.
fn span(stamp: &str, year: i64, month: &Value) -> Option<(Timestamp, Option<Timestamp>)> {
    let (from, until) = Stamp::read_span(&html::one_line(&html::to_text(stamp)))?;
    // The stamp has no year: the middle of its month is near enough to find it.
    let name = month.get("name").and_then(Value::as_str)?;
    let near = dates::instant(&format!("15 {} {year} 12:00:00 UTC", name.get(..3)?))?;
    let began = from.nearest(near)?;
    Some((began, until.and_then(|until| until.nearest(began))))
}
