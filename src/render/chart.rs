//! The strip of an incident: a line from its first to its last moment, with a dot for each post. A picture beside the
//! words, never instead of them.

use std::fmt::Write as _;

use super::duration;
use crate::model::{Incident, Timestamp};

/// Width of the drawing in its own units; the page scales it.
const WIDTH: f64 = 900.0;
/// Room at both ends.
const EDGE: f64 = 12.0;

/// The strip as SVG; `None` for what has no extent.
pub fn strip(incident: &Incident) -> Option<String> {
    let times =
        incident.updates.iter().map(|update| update.shown_at).chain(incident.started_at).chain(incident.resolved_at);
    let (first, last) = times.fold(None, |range: Option<(Timestamp, Timestamp)>, at| {
        Some(range.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
    })?;
    let length = (last.as_second() - first.as_second()) as f64;
    if length < 60.0 {
        return None;
    }
    let x = |at: Timestamp| EDGE + (at.as_second() - first.as_second()) as f64 / length * (WIDTH - 2.0 * EDGE);
    let mut svg = format!(
        "<svg class=\"strip\" viewBox=\"0 0 {WIDTH} 58\" role=\"img\" aria-label=\"{} posts over {}\">",
        incident.updates.len(),
        duration::span(length as i64)
    );
    line(&mut svg, "base", x(first), x(last));
    if let (Some(from), Some(to)) = (incident.started_at, incident.resolved_at.or(incident.last_update_at)) {
        line(&mut svg, "run", x(from.min(to)), x(to.max(from)));
    }
    for update in &incident.updates {
        let class = if update.phase.is_over() { "over" } else { "open" };
        let _written =
            write!(svg, "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"18\" r=\"7\"/>", x(update.shown_at));
    }
    let _written = write!(
        svg,
        "<text x=\"{EDGE}\" y=\"50\">{}</text><text x=\"{}\" y=\"50\" text-anchor=\"end\">{}</text></svg>",
        duration::stamp(first),
        WIDTH - EDGE,
        duration::stamp(last)
    );
    Some(svg)
}

fn line(svg: &mut String, class: &str, from: f64, to: f64) {
    let _written = write!(svg, "<line class=\"{class}\" x1=\"{from:.1}\" y1=\"18\" x2=\"{to:.1}\" y2=\"18\"/>");
}
