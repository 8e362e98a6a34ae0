//! Reading what `downwire export` wrote, line by line ([`model::export`](crate::model::export) describes the format). A line
//! that cannot be read costs only itself.

use std::{borrow::Cow, collections::HashSet};

use crate::model::{ExportLine, ExportedIncident, export::VERSION};

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
    let mut line: ExportLine = serde_json::from_str(&without_nul(text)).map_err(|error| error.to_string())?;
    match &mut line {
        ExportLine::Header { version } if *version > VERSION => {
            return Err(format!("version {version} of the export format, this downwire reads up to {VERSION}"));
        }
        ExportLine::Incident(incident) => {
            check(incident)?;
            keep_address(&mut incident.incident.url);
        }
        ExportLine::Item(item) => keep_address(&mut item.url),
        ExportLine::Header { .. } | ExportLine::Impact(_) | ExportLine::Day(_) => {}
    }
    Ok(line)
}

/// The line without escaped NULs: no text needs one, and PostgreSQL takes none.
fn without_nul(text: &str) -> Cow<'_, str> {
    const NUL: &str = "\\u0000";
    if !text.contains(NUL) {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(escape) = rest.find('\\') {
        // An escape is a backslash and what follows it: of two backslashes the second begins none.
        let (before, from) = rest.split_at(escape);
        kept.push_str(before);
        let length = 1 + from.chars().nth(1).map_or(0, char::len_utf8);
        rest = match from.strip_prefix(NUL) {
            Some(behind) => behind,
            None => {
                kept.push_str(&from[..length]);
                &from[length..]
            }
        };
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// What a database would refuse, and with it everything else of the transaction.
fn check(line: &ExportedIncident) -> Result<(), String> {
    let incident = &line.incident;
    if incident.native_id.trim().is_empty() {
        return Err("an incident without native_id".to_owned());
    }
    if incident.updates.len() > MOST_POSTS {
        return Err(format!("an incident of {} posts, at most {MOST_POSTS} are read", incident.updates.len()));
    }
    let mut posts = HashSet::new();
    if let Some(twice) = incident.updates.iter().find(|update| !posts.insert(&update.native_id)) {
        return Err(format!("two posts with the native_id {:?}", twice.native_id));
    }
    let mut versions = HashSet::new();
    if let Some(twice) = line.versions.iter().find(|former| !versions.insert((&former.part, former.version))) {
        return Err(format!("two versions {} of the part {:?}", twice.version, twice.part));
    }
    Ok(())
}

/// Pages link to it: only what a browser opens as a page.
fn keep_address(url: &mut Option<String>) {
    let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    *url = url.take().filter(is_web);
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
        let post = r#"{"native_id":"1","precise":true,"phase":"update","text":"","shown_at":"2024-12-26T18:00:00Z","posted_at":"2024-12-26T18:00:00Z","edited_at":null,"components":[]}"#;
        let incident = |id: &str, posts: &str| {
            format!(
                r#"{{"type":"incident","native_id":"{id}","page":{{"id":null,"host":"x.example","name":null}},"source":"x","kind":"incident","title":"t","url":"javascript:alert(1)","phase":"resolved","impact":"none","components":[],"updates":[{posts}],"origin":"imported"}}"#
            )
        };
        assert!(line(&incident("a", &format!("{post},{post}"))).expect_err("twice").contains("two posts"));
        let Ok(ExportLine::Incident(read)) = line(&incident(r"\u0000a\\u0000\\\u0000b\n", post)) else {
            panic!("NULs")
        };
        assert_eq!(read.incident.native_id, "a\\u0000\\b\n", "a NUL goes, a backslash with letters stays");
        assert!(line(&incident(" ", post)).expect_err("blank").contains("native_id"));
        let Ok(ExportLine::Incident(read)) = line(&incident("a", post)) else { panic!("an incident") };
        assert_eq!((read.incident.updates.len(), read.incident.url, read.version), (1, None, 1));
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
