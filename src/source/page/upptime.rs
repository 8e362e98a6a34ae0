//! Upptime: `history/summary.json` of a repository, with the minutes down of each day.
//!
//! Its incidents are issues of the repository, of which no document was at hand: they are not read. Source: status-pages
//! A14.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, below, finish, no_more, page},
    document::shape,
    value::{integer, line, word},
};
use crate::{
    model::{Component, ComponentDay, SourceKind, SourceState},
    source::{Context, ReadError, Reading},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Upptime,
    recognises: |document| common::json(document, is_summary),
    first: |state: &SourceState| below(state, "/history/summary.json", ACCEPT_JSON, &[".json"]),
    next: no_more,
    read,
};

/// Seconds of a day, and minutes.
const DAY_MINUTES: i64 = 24 * 60;

fn is_summary(value: &Value) -> bool {
    let is_site = |one: &Value| one.get("slug").is_some() && one.get("dailyMinutesDown").is_some();
    value.as_array().is_some_and(|list| list.iter().any(is_site))
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let Some(sites) = value.as_array().filter(|_| is_summary(value)) else {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    };
    let mut reading = Reading { days: sites.iter().flat_map(days).collect(), ..Reading::default() };
    let components = sites.iter().filter_map(|site| {
        let state = common::state(&word(site, "status")?);
        Some(Component { native_id: word(site, "slug"), name: line(site, "name"), before: None, state })
    });
    let components = components.collect();
    finish(&mut reading, page(None, None, None, context), common::report(components));
    Ok(reading)
}

/// The days on which a site was down.
fn days(site: &Value) -> Vec<ComponentDay> {
    let days = site.get("dailyMinutesDown").and_then(Value::as_object);
    let day = |(day, _): (&String, &Value)| {
        let minutes = integer(site.get("dailyMinutesDown")?, day)?.clamp(0, DAY_MINUTES);
        Some(ComponentDay {
            native_id: word(site, "slug"),
            component: line(site, "name"),
            // `2022/10/03` in some versions.
            day: day.replace('/', "-").parse().ok()?,
            partial_s: 0,
            major_s: u32::try_from(minutes * 60).ok()?,
            maintenance_s: 0,
        })
    };
    days.into_iter().flatten().filter_map(day).collect()
}
