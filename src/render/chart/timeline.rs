//! A component over time: a bar for every stretch of one state, and nothing where nobody looked. A picture
//! beside the words, never instead of them.

use std::fmt::Write as _;

use crate::model::{ComponentState, Timestamp};

/// Width of the drawing in its own units; the page scales it.
const WIDTH: f64 = 900.0;
/// Height of a row, and of its bar.
const ROW: f64 = 22.0;
/// See [`ROW`].
const BAR: f64 = 14.0;
/// A stretch is at least this wide, or it would not be seen.
const LEAST: f64 = 2.0;

/// A stretch of one state; until now where the end is missing.
pub type Seen = (ComponentState, Timestamp, Option<Timestamp>);

/// One row as a drawing of its own, from `from` to `until`. Where `observed` holds no stretch nothing was seen: there the
/// row stays empty, whatever it was said to be before.
pub fn states(stretches: &[Seen], observed: &[(Timestamp, Timestamp)], from: Timestamp, until: Timestamp) -> String {
    let length = (until.as_second() - from.as_second()).max(1) as f64;
    let x = |at: Timestamp| ((at.as_second() - from.as_second()) as f64 / length).clamp(0.0, 1.0) * WIDTH;
    let y = (ROW - BAR) / 2.0;
    let mut svg = format!(
        "<svg class=\"states\" viewBox=\"0 0 {WIDTH} {ROW}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"unseen\" x=\"0\" y=\"{y}\" width=\"{WIDTH}\" height=\"{BAR}\"/>"
    );
    for (state, began, ended) in stretches {
        for (seen_from, seen_until) in observed {
            let (began, ended) =
                ((*began).max(*seen_from).max(from), ended.unwrap_or(until).min(*seen_until).min(until));
            if began >= ended {
                continue;
            }
            let (left, class) = (x(began), state.as_str().replace('_', "-"));
            let width = (x(ended) - left).max(LEAST);
            let _written = write!(
                svg,
                "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\"/>"
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_state_is_drawn_only_where_somebody_looked() {
        let from = at("2024-12-01T00:00:00Z");
        let until = at("2024-12-11T00:00:00Z");
        let stretches = vec![
            (ComponentState::Operational, from, Some(at("2024-12-09T00:00:00Z"))),
            (ComponentState::MajorOutage, at("2024-12-09T00:00:00Z"), None),
        ];
        let drawn = |observed: &[(Timestamp, Timestamp)]| states(&stretches, observed, from, until);
        let all = drawn(&[(from, until)]);
        assert!(all.contains("class=\"operational\" x=\"0.0\" y=\"4\" width=\"720.0\""), "{all}");
        assert!(all.contains("class=\"major-outage\" x=\"720.0\" y=\"4\" width=\"180.0\""), "{all}");
        let gap = drawn(&[(from, at("2024-12-02T00:00:00Z")), (at("2024-12-10T00:00:00Z"), until)]);
        assert!(gap.contains("width=\"90.0\"") && !gap.contains("width=\"720.0\""), "{gap}");
        assert_eq!(drawn(&[]).matches("<rect").count(), 1, "nobody looked: nothing is drawn");
    }
}
