//! Maintenance as iCalendar (RFC 5545), so that it stands in people's own calendars.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

/// Longest line, in bytes, before it is folded (RFC 5545, 3.1).
const LINE: usize = 75;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Unique for ever.
    pub uid: String,
    /// The planned start …
    pub starts_at: Timestamp,
    /// … and end; an hour after the start where the page says none.
    pub ends_at: Option<Timestamp>,
    /// In one line.
    pub summary: String,
    /// Plain text.
    pub description: String,
    /// Where it is told.
    pub url: Option<String>,
    /// When it last changed: also what tells calendars which copy is newer.
    pub changed_at: Timestamp,
    /// It was called off.
    pub is_cancelled: bool,
}

/// A calendar of that name.
pub fn write(name: &str, entries: &[Entry]) -> String {
    let mut out = String::new();
    let mut line = |text: &str| fold(&mut out, text);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line(&format!("PRODID:-//downwire//{}//EN", crate::VERSION));
    line("CALSCALE:GREGORIAN");
    line("METHOD:PUBLISH");
    line(&format!("X-WR-CALNAME:{}", escape(name)));
    line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for entry in entries {
        let ends_at = entry.ends_at.unwrap_or_else(|| entry.starts_at + jiff::SignedDuration::from_hours(1));
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", escape(&entry.uid)));
        line(&format!("DTSTAMP:{}", stamp(entry.changed_at)));
        line(&format!("LAST-MODIFIED:{}", stamp(entry.changed_at)));
        line(&format!("DTSTART:{}", stamp(entry.starts_at)));
        line(&format!("DTEND:{}", stamp(ends_at.max(entry.starts_at))));
        line(&format!("SUMMARY:{}", escape(&entry.summary)));
        if !entry.description.is_empty() {
            line(&format!("DESCRIPTION:{}", escape(&entry.description)));
        }
        if let Some(url) = &entry.url {
            line(&format!("URL:{}", url.replace(['\r', '\n'], "")));
        }
        line(if entry.is_cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

/// `20241226T183000Z`.
fn stamp(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value (RFC 5545, 3.3.11); other control characters are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Writes a line, folded where it is too long: the next one begins with a blank. Never inside of a character.
fn fold(out: &mut String, line: &str) {
    let mut room = LINE;
    for letter in line.chars() {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE - 1;
        }
        room -= letter.len_utf8();
        let _written = out.write_char(letter);
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_has_short_lines_and_escaped_words() {
        let entry = Entry {
            uid: "abc@downwire".to_owned(),
            starts_at: "2025-01-05T04:00:00Z".parse().expect("an instant"),
            ends_at: None,
            summary: "Example; moved, \\ twice".to_owned(),
            description: format!("Zwei Zeilen\n{}", "ü".repeat(200)),
            url: Some("https://status.example.org/incidents/1".to_owned()),
            changed_at: "2024-12-20T10:00:00Z".parse().expect("an instant"),
            is_cancelled: false,
        };
        let text = write("Maintenance", &[entry]);
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
        assert!(text.split("\r\n").all(|line| !line.contains('\n')), "every line ends in both");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("SUMMARY:Example\\; moved\\, \\\\ twice\r\n"), "{unfolded}");
        assert!(unfolded.contains(&format!("DESCRIPTION:Zwei Zeilen\\n{}\r\n", "ü".repeat(200))));
        assert!(unfolded.contains("DTSTART:20250105T040000Z\r\nDTEND:20250105T050000Z\r\n"));
        assert!(unfolded.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && unfolded.ends_with("END:VCALENDAR\r\n"));
    }
}
