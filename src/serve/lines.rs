//! Official incidents as lines of a service's page: what belongs together is one line that opens to its members.

use std::collections::BTreeMap;

use super::incident::phase_words;
use crate::{
    model::{Incident, Timestamp},
    render::{
        duration::{between, span},
        incident_groups::{IncidentGroup, Together, group},
        view::{When, state::Line},
    },
    store::{IncidentRow, Row},
};

/// Lines, newest first. Only what stands on one page is put together.
pub fn lines(rows: &[Row], now: Timestamp) -> Vec<Line> {
    let mut by_page: BTreeMap<&str, Vec<&IncidentRow>> = BTreeMap::new();
    for row in rows {
        if let Row::Incident(row) = row {
            by_page.entry(&row.page_key).or_default().push(row);
        }
    }
    let mut lines: Vec<(Timestamp, Line)> = Vec::new();
    for rows in by_page.values() {
        let incidents: Vec<Incident> = rows.iter().map(|row| row.incident.clone()).collect();
        lines.extend(group(&incidents).iter().filter_map(|group| line(group, rows, now)));
    }
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(group: &IncidentGroup<'_>, rows: &[&IncidentRow], now: Timestamp) -> Option<(Timestamp, Line)> {
    let row_of = |incident: &Incident| rows.iter().find(|row| row.incident.native_id == incident.native_id);
    let shown = group.shown()?;
    let row = row_of(shown)?;
    let members = group.members.iter().rev().filter_map(|member| {
        let row = row_of(member)?;
        Some((href(row), member.title.clone(), When::new(row.at, now)))
    });
    let together = match group.together {
        Together::Alone => None,
        Together::Repeated => Some(format!("{} times the same", group.members.len())),
        Together::Brief => Some(format!("{} that lasted less than a minute each", group.members.len())),
    };
    let lasted = between(group.from(), group.until()).filter(|seconds| *seconds > 0).map(span);
    let line = Line {
        href: href(row),
        title: shown.title.clone(),
        phase: phase_words(shown.phase),
        is_over: shown.phase.is_over(),
        at: When::new(row.at, now),
        lasted,
        members: if together.is_some() && group.members.len() > 1 { members.collect() } else { Vec::new() },
        together: together.filter(|_| group.members.len() > 1),
    };
    Some((row.at, line))
}

fn href(row: &IncidentRow) -> String {
    format!("/incident/{}", row.id)
}
