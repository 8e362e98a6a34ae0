//! What is usual at a time of day: the background that reports of trouble are seen against.

use jiff::SignedDuration;

use crate::model::{Measurement, Timestamp};

/// Days before that are looked at: four of every day of the week.
pub const DAYS: i64 = 28;

/// What counts as the same time of day.
const AROUND: SignedDuration = SignedDuration::from_mins(30);

/// Days that must have been measured before anything is called usual.
const FEWEST: usize = 5;

/// The median, over the days before, of what was reported at this time of day, with how many days it rests on; `None`
/// where too few days are known. A day counts once, by its own median, so that a day with trouble weighs no more than
/// another. `history` is sorted by time.
pub fn usual(history: &[Measurement], at: Timestamp) -> Option<(f64, usize)> {
    let day = SignedDuration::from_hours(24);
    let mut days: Vec<f64> =
        (1..=DAYS).filter_map(|back| around(history, at - day * i32::try_from(back).ok()?)).collect();
    let number = days.len();
    if number < FEWEST {
        return None;
    }
    median(&mut days).map(|median| (median, number))
}

/// The median of what was reported around an instant.
fn around(history: &[Measurement], at: Timestamp) -> Option<f64> {
    let start = history.partition_point(|one| one.at < at - AROUND);
    let end = history.partition_point(|one| one.at <= at + AROUND);
    let mut near: Vec<f64> = history.get(start..end)?.iter().map(|one| one.reports).collect();
    median(&mut near)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => Some((values.get(middle.checked_sub(1)?)? + values.get(middle)?) / 2.0),
        _ => values.get(middle).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(days: i64, reports: impl Fn(i64, i64) -> f64) -> Vec<Measurement> {
        let start: Timestamp = "2024-11-20T00:00:00Z".parse().expect("an instant");
        let quarter = |day: i64, number: i64| Measurement {
            service: "ChatGPT".to_owned(),
            at: start + SignedDuration::from_mins(day * 24 * 60 + number * 15),
            reports: reports(day, number),
            baseline: None,
        };
        (0..days)
            .flat_map(|day| (0..96).map(move |number| (day, number)))
            .map(|(day, number)| quarter(day, number))
            .collect()
    }

    #[test]
    fn nights_are_quieter_than_evenings_and_a_day_of_trouble_changes_neither() {
        let usual_at = |time: &str, history: &[Measurement]| usual(history, time.parse().expect("an instant"));
        let quiet = history(36, |_, number| if number < 32 { 2.0 } else { 20.0 });
        let troubled = history(36, |day, number| {
            if day == 30 {
                5_000.0
            } else if number < 32 {
                2.0
            } else {
                20.0
            }
        });
        for known in [&quiet, &troubled] {
            assert_eq!(usual_at("2024-12-26T04:00:00Z", known), Some((2.0, 28)));
            assert_eq!(usual_at("2024-12-26T18:30:00Z", known), Some((20.0, 28)));
        }
    }

    #[test]
    fn what_was_measured_on_few_days_is_no_rule() {
        let known = history(4, |_, _| 3.0);
        assert_eq!(usual(&known, "2024-11-24T12:00:00Z".parse().expect("an instant")), None);
        assert_eq!(usual(&[], Timestamp::UNIX_EPOCH), None);
    }
}
