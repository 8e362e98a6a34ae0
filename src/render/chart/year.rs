//! A year of incidents as squares, a week to a column, Monday on top. Half a year to a drawing, so that two stand side by
//! side on a wide page and below each other on a narrow one.

use std::fmt::Write as _;

use jiff::civil::Date;

/// Side of a square with the gap behind it, in units of the drawing.
const STEP: i64 = 16;
/// Side of a square.
const SIDE: i64 = 13;
/// Room above for the names of months.
const HEAD: i64 = 18;
/// Weeks of a drawing: two hold 365 days.
const WEEKS: i64 = 27;

/// One day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Square {
    /// The day.
    pub day: Date,
    /// Incidents that began on it; `None` for a day that was not observed.
    pub incidents: Option<usize>,
}

/// Draws days that follow each other; `None` where there are none.
pub fn year(squares: &[Square]) -> Option<Vec<String>> {
    let first = squares.first()?;
    let monday = i64::from(first.day.weekday().to_monday_zero_offset());
    let columns: Vec<(i64, i64, &Square)> =
        (monday..).zip(squares).map(|(place, square)| (place / 7, place % 7, square)).collect();
    let half = |from: i64| {
        let within: Vec<_> = columns.iter().filter(|(week, ..)| (from..from + WEEKS).contains(week)).collect();
        let (one, other) = (within.first()?, within.last()?);
        let incidents: usize = within.iter().filter_map(|(.., square)| square.incidents).sum();
        let label = format!("{incidents} incidents from {} to {}", words(one.2.day), words(other.2.day));
        let (width, height) = (WEEKS * STEP, HEAD + 7 * STEP);
        let mut svg =
            format!("<svg class=\"days\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">");
        for (number, (week, row, square)) in within.into_iter().enumerate() {
            let x = (week - from) * STEP;
            if is_named(square.day, number == 0) && week - from < WEEKS - 1 {
                let _written = write!(svg, "<text x=\"{x}\" y=\"12\">{}</text>", square.day.strftime("%b"));
            }
            draw(&mut svg, x, HEAD + row * STEP, square);
        }
        svg.push_str("</svg>");
        Some(svg)
    };
    Some([half(0), half(WEEKS)].into_iter().flatten().collect())
}

/// Whether a day has the name of its month above: the first of a month, and the first one drawn where that leaves room.
fn is_named(day: Date, is_first: bool) -> bool {
    day.day() == 1 || is_first && day.day() < 15
}

/// One square.
fn draw(svg: &mut String, x: i64, y: i64, square: &Square) {
    let day = square.day;
    let (class, told) = match square.incidents {
        None => ("unknown", Some("not observed".to_owned())),
        Some(0) => ("none", None),
        Some(1) => ("one", Some("1 incident".to_owned())),
        Some(count @ 2..=3) => ("few", Some(format!("{count} incidents"))),
        Some(count) => ("many", Some(format!("{count} incidents"))),
    };
    let title = told.map(|told| format!("<title>{}: {told}</title>", words(day))).unwrap_or_default();
    let _written =
        write!(svg, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\">{title}</rect>");
}

/// `26 Dec 2024`.
fn words(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_year_is_drawn_once() {
        for first in ["2024-01-01", "2023-11-27", "2024-02-29", "2023-12-31"] {
            let mut day: Date = first.parse().expect("a day");
            let squares: Vec<_> = (0..365)
                .map(|number| {
                    let square = Square { day, incidents: (number != 7).then_some(usize::from(number % 50 == 0) * 2) };
                    day = day.tomorrow().expect("a day");
                    square
                })
                .collect();
            let halves = year(&squares).expect("a year");
            let count = |what: &str| halves.iter().map(|half| half.matches(what).count()).sum::<usize>();
            assert_eq!((halves.len(), count("<rect")), (2, 365), "{first}");
            assert_eq!((count("class=\"few\""), count("class=\"unknown\"")), (8, 1), "{first}");
        }
        assert_eq!(year(&[]), None);
    }
}
