//! Goldens: what is read out of our own documents (the demo's), line by line, as somebody looked at it and found it
//! right.

use std::{fmt::Write as _, fs, path::PathBuf};

use downwire::{
    model::Timestamp,
    source::{Hint, read_file},
};

use crate::support::golden;

/// A document as one line an item, or an incident with a line a post.
fn told(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/demo/data").join(name);
    let bytes = fs::read(path).expect("is there");
    let text = bytes.windows(8).any(|window| window == b"{{base}}");
    assert!(text, "{name} names its server");
    let bytes = replace(&bytes, b"{{base}}", b"http://demo.example");
    let now: Timestamp = "2025-01-10T00:00:00Z".parse().expect("an instant");
    let reading = read_file(&bytes, Hint { platform: None, service: None, name }, now).expect("is read");
    let mut out = format!(
        "{} · repaired {:?} · skipped {:?}\n",
        reading.about.title.unwrap_or_default(),
        reading.repaired,
        reading.skipped
    );
    for item in reading.items {
        let _written = writeln!(
            out,
            "{} {} {:?} | {} | {} | {:?} | {}",
            item.published_at,
            item.kind.as_str(),
            item.language,
            item.native_id,
            item.title,
            item.url,
            item.text.replace('\n', " ⏎ ")
        );
    }
    for incident in reading.incidents {
        let _written = writeln!(
            out,
            "{} {} {} {} | {} | began {:?} first {:?} last {:?} resolved {:?} | {:?}",
            incident.native_id,
            incident.kind.as_str(),
            incident.phase.as_str(),
            incident.impact.as_str(),
            incident.title,
            incident.started_at,
            incident.first_post_at,
            incident.last_update_at,
            incident.resolved_at,
            incident.page,
        );
        for update in incident.updates {
            let parts: Vec<_> =
                update.components.iter().map(|part| format!("{}={}", part.name, part.state.as_str())).collect();
            let _written = writeln!(
                out,
                "  {} {} {:?} {}",
                update.shown_at,
                update.phase.as_str(),
                parts,
                update.text.replace('\n', " ⏎ ")
            );
        }
    }
    out
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[test]
fn our_own_documents_are_read_as_they_were_looked_at() {
    for name in [
        "gazette.rss",
        "quill.atom",
        "commons.json",
        "funkbote.rss",
        "minato.rss",
        "harbour.rss",
        "azure.rss",
        "status/incidents.json",
        "status/history.atom",
        "status/history.rss",
    ] {
        golden::check(&format!("demo-reading/{name}.txt"), &told(name));
    }
}
