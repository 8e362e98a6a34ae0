//! Reading what `downwire export` wrote, line by line ([`model::export`](crate::model::export) describes the format). A line
//! that cannot be read costs only itself.

use crate::model::{ExportLine, export::VERSION};

/// Most posts of one incident that are read: joining two records takes quadratic time in their posts.
const MOST_POSTS: usize = 1_000;

/// How a document of ours begins; blanks between the tokens are allowed.
const MARK: &str = "\"type\":\"downwire-export\"";

/// Whether a document with this beginning is an export.
pub fn is_export(beginning: &[u8]) -> bool {
    let first = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let tokens: Vec<u8> = first.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    tokens.starts_with(b"{") && tokens.windows(MARK.len()).any(|window| window == MARK.as_bytes())
}

/// Reads one line.
///
/// # Errors
/// Why the line cannot be read, in words.
pub fn line(text: &str) -> Result<ExportLine, String> {
    let line: ExportLine = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match &line {
        ExportLine::Header { version } if *version > VERSION => {
            Err(format!("version {version} of the export format, this downwire reads up to {VERSION}"))
        }
        ExportLine::Incident(incident) if incident.incident.updates.len() > MOST_POSTS => {
            Err(format!("an incident of {} posts, at most {MOST_POSTS} are read", incident.incident.updates.len()))
        }
        ExportLine::Incident(incident) if incident.incident.native_id.trim().is_empty() => {
            Err("an incident without native_id".to_owned())
        }
        _ => Ok(line),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_export_is_known_by_its_first_line() {
        assert!(is_export(b"{ \"type\": \"downwire-export\", \"version\": 1 }\n{}"));
        assert!(is_export(b"{\"version\":1,\"type\":\"downwire-export\"}"));
        for other in ["", "{}", "[\"type\":\"downwire-export\"]", "{\"a\":1}\n{\"type\":\"downwire-export\"}"] {
            assert!(!is_export(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, words) in [
            ("{\"type\":\"downwire-export\",\"version\":2}", "version 2"),
            ("{\"type\":\"event\"}", "unknown variant"),
            ("{\"type\":\"day\"}", "missing field"),
            ("nothing", "expected"),
        ] {
            let error = line(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
        assert_eq!(line("{\"type\":\"downwire-export\",\"version\":1}"), Ok(ExportLine::Header { version: 1 }));
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(text in "\\PC{0,80}|\\{\"type\":\"(incident|day|item)\",\\PC{0,60}\\}") {
            let _read = line(&text);
            let _known = is_export(text.as_bytes());
        }
    }
}
