//! How often something took how long, as bars that lie, each with its words: the drawing is its own legend.

use std::fmt::Write as _;

/// Upper ends of the bars, in hours, and their words.
const ENDS: [(f64, &str); 8] = [
    (5.0 / 60.0, "under 5 min"),
    (0.25, "5 to 15 min"),
    (0.5, "15 to 30 min"),
    (1.0, "30 to 60 min"),
    (2.0, "1 to 2 h"),
    (4.0, "2 to 4 h"),
    (8.0, "4 to 8 h"),
    (24.0, "8 to 24 h"),
];

/// The words of the last bar.
const LONGER: &str = "a day or more";

/// Units of the drawing: its width, the place where bars begin, their longest length, the height of a row.
const WIDTH: f64 = 320.0;
const LEFT: f64 = 104.0;
const LONGEST: f64 = 176.0;
const ROW: f64 = 22.0;

/// Draws hours; `None` where there are fewer than two to compare.
pub fn spread(hours: &[f64]) -> Option<String> {
    if hours.len() < 2 {
        return None;
    }
    let mut counts = [0_usize; ENDS.len() + 1];
    for hour in hours {
        counts[ENDS.iter().position(|(end, _)| hour < end).unwrap_or(ENDS.len())] += 1;
    }
    let words = ENDS.iter().map(|(_, words)| *words).chain([LONGER]);
    let rows: Vec<(&str, usize)> = words.zip(counts).collect();
    let most = counts.iter().max().copied().unwrap_or(1).max(1);
    let told: Vec<String> = rows.iter().map(|(words, count)| format!("{words}: {count}")).collect();
    let height = ROW * rows.len() as f64;
    let mut svg = format!(
        "<svg class=\"spread\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
        told.join(", ")
    );
    for (number, (words, count)) in rows.iter().enumerate() {
        let y = number as f64 * ROW;
        let length = (*count as f64 / most as f64 * LONGEST).max(if *count > 0 { 2.0 } else { 0.0 });
        let (text, behind) = (y + 15.0, LEFT + length + 6.0);
        let _written = write!(
            svg,
            "<text class=\"name\" x=\"{}\" y=\"{text}\">{words}</text><rect class=\"bar\" x=\"{LEFT}\" y=\"{}\" width=\"{length:.1}\" \
             height=\"{}\"/><text x=\"{behind:.1}\" y=\"{text}\">{count}</text>",
            LEFT - 8.0,
            y + 3.0,
            ROW - 6.0
        );
    }
    svg.push_str("</svg>");
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_observation_is_in_one_bar() {
        let svg = spread(&[0.0, 0.25, 0.25, 1.9, 24.0, 1_000.0]).expect("six");
        let told = ["under 5 min: 1", "5 to 15 min: 0", "15 to 30 min: 2", "1 to 2 h: 1", "a day or more: 2"];
        assert!(told.iter().all(|words| svg.contains(words)), "{svg}");
        assert_eq!(spread(&[1.0]), None);
    }
}
