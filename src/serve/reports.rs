//! Reports of trouble with a service as numbers, as its page shows them.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::Context;
use crate::{
    model::{Measurement, Timestamp},
    render::{chart, duration, view},
    stats::usual,
    store::StoreError,
};

/// Points of a day for which what is usual is computed.
const COMPARED: usize = 96;

/// The newest day of every series about a service, against what is usual at that time of day.
///
/// # Errors
/// What the archive says.
pub async fn of(context: &Context, service: &str) -> Result<Vec<view::Reports>, StoreError> {
    let now = context.clock.now();
    let Some(newest) = context.store.newest_measurement(service).await? else { return Ok(Vec::new()) };
    let since = newest - SignedDuration::from_hours(24 * (usual::DAYS + 1) + 1);
    let mut series: BTreeMap<String, Vec<Measurement>> = BTreeMap::new();
    for (source, one) in context.store.measurements(service, since).await? {
        series.entry(source).or_default().push(one);
    }
    let views = series.into_iter().filter_map(|(source, history)| one(source, &history, now));
    Ok(views.collect())
}

/// One series; `None` where nothing of it is recent beside itself.
fn one(source: String, history: &[Measurement], now: Timestamp) -> Option<view::Reports> {
    let last = history.last()?;
    // A series that is read now ends now; one that ended long ago shows its last day.
    let is_fresh = now.duration_since(last.at) < SignedDuration::from_hours(6);
    let to = if is_fresh { now } else { last.at };
    let from = to - SignedDuration::from_hours(24);
    let day: Vec<&Measurement> = history.iter().filter(|one| one.at >= from).collect();
    let (mut rests_on, mut computed) = (None, None);
    // What is usual changes from quarter to quarter of an hour, not from minute to minute.
    let each = day.len().div_ceil(COMPARED);
    let points: Vec<chart::Point> = (0..)
        .zip(&day)
        .map(|(number, one)| {
            if number % each == 0 || number + 1 == day.len() {
                computed = usual::usual(history, one.at);
            }
            rests_on = computed.map(|(_, days)| days).or(rests_on);
            chart::Point { at: one.at, reports: one.reports, usual: one.baseline.or(computed.map(|(usual, _)| usual)) }
        })
        .collect();
    let svg = chart::reports(&points, to)?;
    let (newest, most) = (points.last()?, points.iter().max_by(|a, b| a.reports.total_cmp(&b.reports))?);
    let compared = match (newest.usual, day.last()?.baseline, rests_on) {
        (Some(usual), Some(_), _) => format!("; {usual:.0} is usual at this time of day, by the source's own word"),
        (Some(usual), None, Some(days)) => {
            format!("; {usual:.0} is usual at this time of day (the median of {days} days)")
        }
        _ => "; what is usual at this time of day is not known yet".to_owned(),
    };
    Some(view::Reports {
        source,
        svg,
        words: format!(
            "{:.0} reports at {}{compared}. Most in these 24 hours: {:.0} at {}.",
            newest.reports,
            duration::stamp(newest.at),
            most.reports,
            duration::stamp(most.at)
        ),
    })
}
