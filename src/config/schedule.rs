//! Schedules as crontab writes them, in UTC. The `cron` crate wants seconds first and counts Sunday as 1: what people
//! write is translated here.

use std::str::FromStr as _;

use crate::model::Timestamp;

/// When a source may be polled.
#[derive(Debug, Clone)]
pub struct Schedule(cron::Schedule);

impl Schedule {
    /// Reads five fields (minute, hour, day, month, weekday) as crontab does, or six with seconds in front.
    ///
    /// # Errors
    /// What was expected, in words.
    pub fn parse(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (seconds, rest) = match fields.as_slice() {
            rest if rest.len() == 5 => ("0", rest),
            [seconds, rest @ ..] if rest.len() == 5 => (*seconds, rest),
            _ => {
                let count = fields.len();
                return Err(format!(
                    "{line:?} has {count} fields; expected a crontab line such as \"*/15 * * * *\" (minute, hour, day, month, \
                     weekday), or six with seconds in front"
                ));
            }
        };
        let [minute, hour, day, month, weekday] = rest else { return Err("expected five fields".to_owned()) };
        let weekday = weekdays(weekday)?;
        // crontab knows no `?`, and `cron` takes one for "any".
        let translated = format!("{seconds} {minute} {hour} {day} {month} {weekday}");
        cron::Schedule::from_str(&translated)
            .map(Self)
            .map_err(|error| format!("{line:?} is no crontab line: {}", error.to_string().lines().next().unwrap_or("")))
    }

    /// The first time after `at`; `None` when there is none (30 February).
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        let at = chrono::DateTime::from_timestamp_micros(at.as_microsecond())?;
        let next = self.0.after(&at).next()?;
        Timestamp::from_microsecond(next.timestamp_micros()).ok()
    }
}

/// Weekdays as `cron` counts them: 1 is Sunday. crontab's 0 and 7 are Sunday; names stay. A range may run over the end
/// of the week (`5-7`, `6-0`), so ranges become lists.
fn weekdays(field: &str) -> Result<String, String> {
    if field == "*" || field == "?" || field.chars().any(char::is_alphabetic) {
        return Ok(field.to_owned());
    }
    let mut days = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step: usize = step.parse().ok().filter(|step| *step > 0).ok_or_else(|| format!("/{step} is no step"))?;
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((from, to)) => (day(from)?, day(to)?),
            None if part.contains('/') => (day(range)?, 6),
            None => (day(range)?, day(range)?),
        };
        let to = if to < from { to + 7 } else { to };
        days.extend((from..=to).step_by(step).map(|day| day % 7 + 1));
    }
    days.sort_unstable();
    days.dedup();
    Ok(days.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

fn day(word: &str) -> Result<usize, String> {
    word.parse()
        .ok()
        .filter(|day| *day <= 7)
        .ok_or_else(|| format!("{word:?} is no weekday; expected 0 to 7 or sun to sat"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(line: &str, after: &str) -> String {
        let schedule = Schedule::parse(line).unwrap_or_else(|error| panic!("{error}"));
        schedule.next_after(after.parse().expect("an instant")).map_or_else(|| "never".to_owned(), |at| at.to_string())
    }

    #[test]
    fn crontab_lines_mean_what_crontab_means() {
        // 26 December 2024 was a Thursday.
        for (line, after, expected) in [
            ("*/15 * * * *", "2024-12-26T18:30:00Z", "2024-12-26T18:45:00Z"),
            ("30 2 * * *", "2024-12-26T18:30:00Z", "2024-12-27T02:30:00Z"),
            ("0 0 * * 0", "2024-12-26T18:30:00Z", "2024-12-29T00:00:00Z"),
            ("0 0 * * 7", "2024-12-26T18:30:00Z", "2024-12-29T00:00:00Z"),
            ("0 0 * * 1-5", "2024-12-27T18:30:00Z", "2024-12-30T00:00:00Z"),
            ("0 0 * * 6-0", "2024-12-26T18:30:00Z", "2024-12-28T00:00:00Z"),
            ("0 0 * * 1,3", "2024-12-26T18:30:00Z", "2024-12-30T00:00:00Z"),
            ("0 0 * * */3", "2024-12-26T18:30:00Z", "2024-12-28T00:00:00Z"),
            ("0 0 * * sun", "2024-12-26T18:30:00Z", "2024-12-29T00:00:00Z"),
            ("*/10 * * * * *", "2024-12-26T18:30:01Z", "2024-12-26T18:30:10Z"),
        ] {
            assert_eq!(next(line, after), expected, "{line}");
        }
    }

    #[test]
    fn what_is_no_crontab_line_says_what_was_expected() {
        for line in ["", "* * * *", "* * * * * * *", "61 * * * *", "0 0 * * 8", "a b c d e", "0 0 * * 1/0"] {
            let error = Schedule::parse(line).expect_err(line);
            assert!(!error.is_empty(), "{line}");
        }
        assert!(Schedule::parse("* * * *").expect_err("four").contains("*/15 * * * *"));
    }
}
