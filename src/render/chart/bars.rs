//! The histogram of a search: how many documents when. Each bar is a link to what lies in it.

use std::fmt::Write as _;

use crate::{
    model::{Histogram, Timestamp},
    render::duration,
};

/// Most bars: fewer pixels than this wide nobody hits with a finger.
const MOST: usize = 48;

/// Widths that a bar may have, in seconds: hours and days that people count in.
const WIDTHS: [i64; 13] = [
    3_600,
    2 * 3_600,
    6 * 3_600,
    86_400,
    2 * 86_400,
    7 * 86_400,
    14 * 86_400,
    28 * 86_400,
    91 * 86_400,
    182 * 86_400,
    365 * 86_400,
    1_826 * 86_400,
    36_525 * 86_400,
];

/// Height of the tallest bar, and of a bar's place, in units of the drawing.
const HEIGHT: f64 = 56.0;
/// Width of a bar with the gap behind it.
const STEP: f64 = 20.0;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant behind it.
    pub to: Timestamp,
    /// Documents in it.
    pub count: u64,
}

/// A drawn histogram and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// The drawing.
    pub svg: String,
    /// What a bar stands for, in words.
    pub each: String,
    /// Its first instant.
    pub first: Timestamp,
    /// Its last.
    pub last: Timestamp,
}

/// The buckets of a histogram folded into few enough bars to be hit with a finger.
pub fn fold(histogram: &Histogram) -> Vec<Bar> {
    if histogram.width <= 0 {
        return Vec::new();
    }
    let span = histogram.width.saturating_mul(i64::try_from(histogram.counts.len()).unwrap_or(i64::MAX));
    let fits = |width: &&i64| **width >= histogram.width && span <= **width * MOST as i64;
    let width = WIDTHS.iter().find(fits).copied().unwrap_or(span);
    let buckets = usize::try_from(width / histogram.width).unwrap_or(usize::MAX).max(1);
    let instant = |second: i64| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
    let bar = |(number, counts): (i64, &[u64])| {
        let from = histogram.from + number * width;
        Bar { from: instant(from), to: instant(from + width), count: counts.iter().sum() }
    };
    (0..).zip(histogram.counts.chunks(buckets)).map(bar).collect()
}

/// Draws a histogram; `None` where there is nothing to compare. `href` gives the search of what lies in a bar.
pub fn bars(histogram: &Histogram, href: impl Fn(&Bar) -> String) -> Option<Bars> {
    let bars = fold(histogram);
    let (first, last) = (bars.first()?, bars.last()?);
    if bars.len() < 2 {
        return None;
    }
    let tallest = bars.iter().map(|bar| bar.count).max().filter(|count| *count > 0)?;
    let width = bars.len() as f64 * STEP;
    let total: u64 = bars.iter().map(|bar| bar.count).sum();
    let label = format!("{total} over time, most {tallest} in one bar");
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"group\" aria-label=\"{label}\">"
    );
    for (number, bar) in bars.iter().enumerate().filter(|(_, bar)| bar.count > 0) {
        // What is there is seen, however little it is.
        let height = (bar.count as f64 / tallest as f64 * HEIGHT).max(2.0);
        let (x, y) = (number as f64 * STEP, HEIGHT - height);
        let told = format!("{} from {}", bar.count, duration::stamp(bar.from));
        let _written = write!(
            svg,
            "<a href=\"{}\" aria-label=\"{told}\"><title>{told}</title><rect class=\"hit\" x=\"{x}\" y=\"0\" width=\"{STEP}\" height=\"{HEIGHT}\"/>\
             <rect class=\"bar\" x=\"{}\" y=\"{y:.1}\" width=\"{}\" height=\"{height:.1}\"/></a>",
            escaped(&href(bar)),
            x + 1.0,
            STEP - 2.0
        );
    }
    svg.push_str("</svg>");
    let seconds = first.to.as_second() - first.from.as_second();
    Some(Bars { svg, each: format!("a bar is {}", duration::span(seconds)), first: first.from, last: last.to })
}

/// An address inside an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_days_are_folded_into_few_bars_and_none_is_lost() {
        for length in [1, 2, 47, 49, 400, 5_000, 365_250] {
            let histogram = Histogram { from: 86_400, width: 86_400, counts: vec![1; length] };
            let bars = fold(&histogram);
            assert!(bars.len() <= MOST, "{length}: {}", bars.len());
            assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), length as u64);
            assert!(bars.windows(2).all(|pair| pair[0].to == pair[1].from));
        }
        assert_eq!(fold(&Histogram::default()), []);
    }

    #[test]
    fn addresses_cannot_leave_their_attribute() {
        let histogram = Histogram { from: 0, width: 3_600, counts: vec![1, 0, 3] };
        let drawn = bars(&histogram, |_| "/search?q=\"><script>&x".to_owned()).expect("three hours");
        assert!(!drawn.svg.contains("<script") && drawn.svg.contains("&quot;>&lt;script>&amp;x"), "{}", drawn.svg);
        assert_eq!(drawn.svg.matches("class=\"bar\"").count(), 2);
    }
}
