//! Histories of incidents: converted by scripts of ours into downwire's export format, read by the real program, and
//! counted by `stats` as a published table counts them. What only the paper needs is computed here, from `export`.

mod csv;
mod icpe;
mod normalised;
mod pages;
mod paper;
mod roundtrip;
mod schema;

use std::{fs, path::Path};

use downwire::{
    model::{Component, ComponentState, ExportLine, ExportedIncident, Incident},
    render::export::{HEADER, json},
};
use serde_json::Value;

use crate::support::{backend::Folder, data, program};

/// A component of which only the name is known.
fn component(name: &str) -> Component {
    Component { native_id: None, name: name.to_owned(), before: None, state: ComponentState::Unknown }
}

/// An incident of which nothing but the record is known.
fn exported(incident: Incident) -> ExportedIncident {
    ExportedIncident {
        id: None,
        page_key: None,
        incident,
        verdict: None,
        received_at: None,
        edited_at: None,
        version: 1,
        versions: Vec::new(),
        copy_of: None,
    }
}

/// Writes an export, reads it with the program in `folder`, and gives what the program says of it.
fn import(folder: &Path, name: &str, lines: &[ExportLine]) -> Value {
    let text: String = std::iter::once(&HEADER).chain(lines).map(|line| json(line) + "\n").collect();
    fs::write(folder.join(name), text).expect("can write");
    let said = program::json_lines(folder, &["import", name, "--json"]);
    let file = said[0].clone();
    assert_eq!(
        (&file["as"], &file["error"], &file["skipped"]),
        (&"downwire".into(), &Value::Null, &Value::Array(vec![]))
    );
    file
}

/// What the program exports, as lines.
fn export(folder: &Path) -> Vec<ExportLine> {
    let output = program::call(folder, &["export"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

#[test]
fn six_providers_histories_are_read_and_what_repeats_is_marked() {
    let Some(file) = data::path("incidents/cloud-llm-incidents-normalised.jsonl") else { return };
    let folder = Folder::new();
    let lines = normalised::incidents(&file);
    let said = import(folder.path(), "normalised.jsonl", &lines);
    assert_eq!((lines.len(), &said["incidents"]), (3_629, &3_629.into()));
    let again = import(folder.path(), "normalised.jsonl", &lines);
    assert_eq!(again["new"], 0, "nothing is doubled");

    let kept = export(folder.path());
    let kept: Vec<_> = kept.iter().filter_map(icpe::of).collect();
    let copies = kept.iter().filter(|incident| incident.copy_of.is_some()).count();
    let both_ends = |incident: &&&ExportedIncident| {
        incident.incident.started_at.is_some() && incident.incident.resolved_at.is_some()
    };
    println!(
        "{} incidents with {} posts, {copies} of them copies ({} by the data's own mark), {} with both ends",
        kept.len(),
        said["updates"],
        867,
        kept.iter().filter(both_ends).count()
    );
    assert_eq!((kept.len(), kept.iter().filter(both_ends).count()), (3_629, 1_972));
    assert!(copies >= 867);
    for incident in kept.iter().filter(|incident| incident.copy_of.is_some()) {
        let original = kept.iter().find(|other| other.id == incident.copy_of).expect("the original is there");
        assert_eq!(original.copy_of, None, "{}", incident.incident.native_id);
    }
    let counted: u64 = program::json_lines(folder.path(), &["stats", "--json"])
        .iter()
        .filter(|line| {
            ["Google Cloud", "AWS", "Microsoft Azure", "OpenAI", "Anthropic", "Character.AI"]
                .contains(&line["service"].as_str().expect("a name"))
        })
        .map(|line| line["incidents"].as_u64().expect("a number"))
        .sum();
    assert_eq!(counted as usize, 3_629 - copies, "copies are in no figure");

    // The same page's incidents, from the paper's files: found again, not doubled.
    if let Some(path) = data::path("incidents/llm-icpe2025") {
        let said = import(folder.path(), "icpe.jsonl", &icpe::incidents(&path));
        let total = export(folder.path()).iter().filter_map(icpe::of).count();
        println!("the paper's 542 incidents on top: {} new posts and records, {total} incidents in all", said["new"]);
        assert_eq!(total, 3_629);
    }
}
