//! Times and spans in words, as pages show them: absolute in UTC, and relative to a `now` that is handed in.

use crate::model::Timestamp;

/// `26 Dec 2024, 18:30 UTC`.
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M UTC").to_string()
}

/// A span in its two largest units: `4 h 26 min`, `3 days 2 h`, `12 s`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let with = |number: u64, unit: &str| if number == 0 { String::new() } else { format!(" {number} {unit}") };
    let day_word = if days == 1 { "day" } else { "days" };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h{}", with(minutes, "min")),
        (1..=30, _, _) => format!("{days} {day_word}{}", with(hours, "h")),
        (31..=364, _, _) => format!("{} months", (days + 15) / 30),
        _ => format!("{:.1} years", days as f64 / 365.25),
    }
}

/// `20 min ago`, `in 8 min`, `just now`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - at.as_second();
    match seconds {
        -5..=5 => "just now".to_owned(),
        6.. => format!("{} ago", span(seconds)),
        _ => format!("in {}", span(seconds)),
    }
}

/// The span between two instants, if both are known.
pub fn between(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<i64> {
    Some(to?.as_second() - from?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_two_largest_units() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_600, "1 h"),
            (15_960, "4 h 26 min"),
            (86_400, "1 day"),
            (266_400, "3 days 2 h"),
            (86_400 * 60, "2 months"),
            (86_400 * 730, "2.0 years"),
            (-1_200, "20 min"),
        ] {
            assert_eq!(span(seconds), words, "{seconds}");
        }
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let now = at("2024-12-26T19:00:00Z");
        assert_eq!(ago(at("2024-12-26T18:30:00Z"), now), "30 min ago");
        assert_eq!(ago(at("2024-12-26T19:08:00Z"), now), "in 8 min");
        assert_eq!(stamp(at("2024-12-06T08:05:59Z")), "6 Dec 2024, 08:05 UTC");
    }
}
