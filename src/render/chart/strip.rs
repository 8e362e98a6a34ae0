//! The strip of an incident: a line from its first to its last moment, with a dot for each post. A picture beside the
//! words, never instead of them.

use std::fmt::Write as _;

use crate::model::{Incident, Phase, Timestamp};
use crate::render::duration;

/// Width of the drawing in its own units; the page scales it.
const WIDTH: f64 = 900.0;
/// Room at both ends.
const EDGE: f64 = 12.0;

/// A strip and what stands at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// The drawing; numbers and words of our own only.
    pub svg: String,
    /// Its first moment.
    pub first: Timestamp,
    /// Its last.
    pub last: Timestamp,
}

/// The strip of an incident; `None` for what has no extent. A postmortem days later is left out: it would squeeze all
/// that matters into one dot.
pub fn strip(incident: &Incident) -> Option<Strip> {
    let posts: Vec<_> = incident.updates.iter().filter(|update| update.phase != Phase::Postmortem).collect();
    let times = posts.iter().map(|update| update.shown_at).chain(incident.started_at).chain(incident.resolved_at);
    let (first, last) = times.fold(None, |range: Option<(Timestamp, Timestamp)>, at| {
        Some(range.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
    })?;
    let length = (last.as_second() - first.as_second()) as f64;
    if length < 60.0 {
        return None;
    }
    let x = |at: Timestamp| EDGE + (at.as_second() - first.as_second()) as f64 / length * (WIDTH - 2.0 * EDGE);
    let label = format!("{} posts over {}", posts.len(), duration::span(length as i64));
    let mut svg = format!("<svg class=\"strip\" viewBox=\"0 0 {WIDTH} 36\" role=\"img\" aria-label=\"{label}\">");
    line(&mut svg, "base", x(first), x(last));
    if let (Some(from), Some(to)) = (incident.started_at, incident.resolved_at.or(incident.last_update_at)) {
        line(&mut svg, "run", x(from.min(to)), x(to.max(from).min(last)));
    }
    for update in &posts {
        let class = if update.phase.is_over() { "over" } else { "open" };
        let _written =
            write!(svg, "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"18\" r=\"9\"/>", x(update.shown_at));
    }
    svg.push_str("</svg>");
    Some(Strip { svg, first, last })
}

fn line(svg: &mut String, class: &str, from: f64, to: f64) {
    let _written = write!(svg, "<line class=\"{class}\" x1=\"{from:.1}\" y1=\"18\" x2=\"{to:.1}\" y2=\"18\"/>");
}
