//! The status pages of every platform: our own fixtures against goldens, and real payloads against an independent count.

mod counted;
mod detected;

use std::{fs, path::PathBuf};

use downwire::{
    model::{SourceKind, Timestamp},
    source::{Hint, ReadError, Reading, read_file},
};
use proptest::prelude::*;

use crate::{reading::fixtures::told, support::golden};

/// What the fixtures call now.
fn now() -> Timestamp {
    "2025-01-02T12:00:00Z".parse().expect("an instant")
}

fn read(bytes: &[u8], platform: Option<SourceKind>) -> Result<Reading, ReadError> {
    read_file(bytes, Hint { platform, service: Some("Example"), name: "example" }, now())
}

/// Our fixtures: the platform, and the document.
fn fixtures() -> Vec<(String, SourceKind, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".golden"))
        .collect();
    names.sort();
    let platform = |name: &str| {
        let kinds = SourceKind::ALL.iter().copied().filter(|kind| kind.is_page() && name.starts_with(kind.as_str()));
        kinds.max_by_key(|kind| kind.as_str().len()).unwrap_or_else(|| panic!("{name} names no platform"))
    };
    names
        .into_iter()
        .map(|name| (name.clone(), platform(&name), fs::read(folder.join(&name)).expect("reads")))
        .collect()
}

#[test]
fn a_document_of_every_platform_reads_as_its_golden_says() {
    for (name, platform, bytes) in fixtures() {
        let reading = read(&bytes, Some(platform)).unwrap_or_else(|error| panic!("{name}: {error}"));
        golden::check(&format!("pages/{name}.golden"), &told(&reading));
    }
}

#[test]
fn every_platform_that_can_be_configured_has_a_fixture_and_is_read() {
    let shown: Vec<SourceKind> = fixtures().into_iter().map(|(_, platform, _)| platform).collect();
    for kind in SourceKind::ALL
        .iter()
        .filter(|kind| kind.is_page() && ![SourceKind::Page, SourceKind::Statuspage].contains(kind))
    {
        assert!(shown.contains(kind), "{} has no fixture", kind.as_str());
    }
}

#[test]
fn a_document_of_which_nothing_is_known_is_recognised() {
    for (name, platform, bytes) in fixtures() {
        // A feed without its platform's marks is a feed.
        if platform == SourceKind::StatusFeed {
            continue;
        }
        let reading = read(&bytes, None).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(reading.platform, Some(platform), "{name}");
    }
}

#[test]
fn what_no_page_sends_is_no_word_of_health() {
    for kind in SourceKind::ALL.iter().copied().filter(|kind| kind.is_page()) {
        for document in [
            "<!doctype html><html><title>Welcome</title><body>App</body></html>",
            "{}",
            "[]",
            "{\"a\":1}",
            "null",
            "OK",
            "",
        ] {
            let reading = read(document.as_bytes(), Some(kind));
            let is_well = reading.is_ok_and(|reading| reading.report.is_some());
            assert!(!is_well, "{} takes {document:?} for health", kind.as_str());
        }
    }
    let empty = "<rss version='2.0'><channel><title>Azure Status</title></channel></rss>";
    assert_eq!(
        read(empty.as_bytes(), Some(SourceKind::Azure)).expect("a feed").report,
        None,
        "an empty feed says nothing"
    );
}

/// A document with a piece of it replaced.
fn mutated() -> impl Strategy<Value = (SourceKind, Vec<u8>)> {
    let all = fixtures();
    let pieces = [
        "null",
        "[]",
        "{}",
        "\"\"",
        "0",
        "-1",
        "1e300",
        "true",
        "\"9999-99-99T99:99:99Z\"",
        "<",
        "]]>",
        "\u{0}",
        "é",
        "\"",
        "&#0;",
    ];
    (0..all.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(pieces.to_vec()))
        .prop_map(move |(at, from, length, piece)| {
            let (_, kind, bytes) = &all[at];
            let from = from.index(bytes.len());
            let to = from + length.index((bytes.len() - from).clamp(1, 40));
            let mut out = bytes[..from].to_vec();
            out.extend_from_slice(piece.as_bytes());
            out.extend_from_slice(&bytes[to..]);
            (*kind, out)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn no_document_with_a_hole_in_it_makes_a_reader_panic((kind, bytes) in mutated()) {
        let _read = read(&bytes, Some(kind));
        let _read = read(&bytes, None);
    }

    #[test]
    fn no_document_of_another_platform_makes_a_reader_panic(at in any::<prop::sample::Index>(), kind in any::<prop::sample::Index>()) {
        let all = fixtures();
        let kinds: Vec<SourceKind> = SourceKind::ALL.iter().copied().filter(|kind| kind.is_page()).collect();
        let _read = read(&all[at.index(all.len())].2, Some(kinds[kind.index(kinds.len())]));
    }
}
