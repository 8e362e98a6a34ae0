//! Reports of trouble over a day, with what is usual at that time of day drawn over them.

use std::fmt::Write as _;

use jiff::SignedDuration;

use crate::{model::Timestamp, render::duration};

/// Units of the drawing, which is stretched to the width of its place: wide enough that a quarter of an hour is seen.
const WIDTH: f64 = 720.0;
/// See [`WIDTH`].
const HEIGHT: f64 = 100.0;

/// A bar for every point up to so many; more are folded by their greatest.
const MOST: usize = 180;

/// One point of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Its beginning.
    pub at: Timestamp,
    /// What was reported.
    pub reports: f64,
    /// What is usual then, where that is known.
    pub usual: Option<f64>,
}

/// Draws the points of the day that ends at `to`; `None` where there are none.
pub fn reports(points: &[Point], to: Timestamp) -> Option<String> {
    let from = to - SignedDuration::from_hours(24);
    let points: Vec<Point> = points.iter().filter(|point| (from..=to).contains(&point.at)).copied().collect();
    let bars = folded(&points);
    let highest = bars.iter().flat_map(|bar| [Some(bar.reports), bar.usual]).flatten().fold(0.0, f64::max).max(1.0);
    let last = bars.last()?;
    let x = |at: Timestamp| at.duration_since(from).as_secs_f64() / 86_400.0 * WIDTH;
    let y = |reports: f64| HEIGHT - reports / highest * (HEIGHT - 4.0);
    let most = bars.iter().map(|bar| bar.reports).fold(0.0, f64::max);
    let label = format!("reports over 24 hours, most {most:.0}, last {:.0}", last.reports);
    let mut svg = format!(
        "<svg class=\"reports\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{label}\">"
    );
    let width = (WIDTH / bars.len().max(96) as f64 - 1.0).max(1.0);
    for bar in &bars {
        let class = if bar.usual.is_some_and(|usual| bar.reports > (usual * 3.0).max(usual + 10.0)) {
            "bar high"
        } else {
            "bar"
        };
        let told = format!("{:.0} from {}", bar.reports, duration::stamp(bar.at));
        let _written = write!(
            svg,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\"><title>{told}</title></rect>",
            x(bar.at),
            y(bar.reports),
            HEIGHT - y(bar.reports)
        );
    }
    let usual: Vec<String> =
        bars.iter().filter_map(|bar| Some(format!("{:.1},{:.1}", x(bar.at), y(bar.usual?)))).collect();
    if usual.len() > 1 {
        let _written = write!(svg, "<polyline class=\"usual\" points=\"{}\"/>", usual.join(" "));
    }
    svg.push_str("</svg>");
    hours(&mut svg, from, &x);
    Some(svg)
}

/// Every sixth hour of UTC, in a drawing of its own that is not stretched: letters must not be.
fn hours(svg: &mut String, from: Timestamp, x: &impl Fn(Timestamp) -> f64) {
    let six = 6 * 3_600;
    let first = from.as_second().div_euclid(six) + 1;
    svg.push_str("<svg class=\"hours\" aria-hidden=\"true\">");
    for number in first..first + 4 {
        let Ok(at) = Timestamp::from_second(number * six) else { continue };
        let place = x(at) / WIDTH * 100.0;
        if place < 92.0 {
            let _written = write!(svg, "<text x=\"{place:.1}%\" y=\"14\">{}</text>", at.strftime("%H:%M"));
        }
    }
    svg.push_str("</svg>");
}

/// The points in few enough bars, each with the greatest of what it stands for: a surge must not be averaged away.
fn folded(points: &[Point]) -> Vec<Point> {
    let each = points.len().div_ceil(MOST).max(1);
    let greatest = |chunk: &[Point]| {
        let first = *chunk.first()?;
        let top = |values: &mut dyn Iterator<Item = f64>| {
            values.fold(None, |top: Option<f64>, value| Some(top.map_or(value, |top| top.max(value))))
        };
        let reports = top(&mut chunk.iter().map(|point| point.reports))?;
        Some(Point { at: first.at, reports, usual: top(&mut chunk.iter().filter_map(|point| point.usual)) })
    };
    points.chunks(each).filter_map(greatest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surge_stands_out_and_is_not_averaged_away() {
        let to: Timestamp = "2024-12-26T20:00:00Z".parse().expect("an instant");
        let minute = |back: i64| Point {
            at: to - SignedDuration::from_mins(back),
            reports: if back == 90 { 900.0 } else { 5.0 },
            usual: Some(5.0),
        };
        let points: Vec<Point> = (0..3_000).rev().map(minute).collect();
        let drawn = reports(&points, to).expect("a day of points");
        assert!(
            drawn.contains("most 900") && drawn.contains("class=\"usual\"") && drawn.matches("bar high").count() == 1
        );
        assert!(drawn.matches("<rect").count() <= MOST && drawn.contains(">18:00<"), "{drawn}");
        assert_eq!(reports(&points, to + SignedDuration::from_hours(48)), None, "nothing of that day");
    }
}
