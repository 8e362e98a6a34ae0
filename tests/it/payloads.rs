//! What is read out of real documents, against an independent count; and that nothing makes the readers panic.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use downwire::{
    model::{Incident, IncidentKind, Timestamp},
    source::{Hint, Reading, read_file},
    text::html::to_text,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::data;

fn now() -> Timestamp {
    "2026-11-24T00:00:00Z".parse().expect("an instant")
}

fn read(path: &Path) -> Reading {
    let bytes = fs::read(path).expect("can be read");
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    read_file(&bytes, Hint { platform: None, service: None, name: &name }, now())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn files(folder: &Path, ending: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

fn at(value: &Value, key: &str) -> Option<Timestamp> {
    value[key].as_str().map(|text| text.parse().unwrap_or_else(|error| panic!("{key} {text}: {error}")))
}

/// The four times and the posts of an incident as plain JSON says them, counted without our reader.
fn agrees(incident: &Incident, value: &Value) {
    let id = value["id"].as_str().expect("an id");
    assert_eq!(incident.native_id, id);
    assert_eq!(
        incident.title,
        value["name"].as_str().expect("a name").split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let posts = value["incident_updates"].as_array().cloned().unwrap_or_default();
    assert_eq!(incident.updates.len(), posts.len(), "{id}");
    let mut shown: Vec<Timestamp> = posts
        .iter()
        .filter_map(|post| at(post, "display_at").or(at(post, "created_at")).or(at(post, "updated_at")))
        .collect();
    shown.sort();
    assert_eq!(
        incident.updates.iter().map(|update| update.shown_at).collect::<Vec<_>>(),
        shown,
        "{id}: order and times"
    );
    assert_eq!(incident.started_at, at(value, "started_at").or(at(value, "created_at")), "{id}: start");
    let first = posts.iter().filter_map(|post| at(post, "created_at").or(at(post, "display_at"))).min();
    assert_eq!(incident.first_post_at, first.or(at(value, "created_at")), "{id}: first post");
    if let Some(newest) = shown.last() {
        assert_eq!(incident.last_update_at, Some(*newest), "{id}: newest");
    }
    if value["resolved_at"].is_string() && value["status"] != "investigating" {
        assert_eq!(incident.resolved_at, at(value, "resolved_at"), "{id}: resolved");
    }
    if matches!(value["status"].as_str(), Some("investigating" | "identified" | "monitoring")) {
        assert_eq!(incident.resolved_at, None, "{id}: open");
    }
    if let Some(impact) = value["impact"].as_str() {
        assert_eq!(incident.impact.as_str(), impact, "{id}");
    }
    let parts = value["components"].as_array().map_or(0, Vec::len);
    assert_eq!(incident.components.len(), parts, "{id}: components");
}

#[test]
fn every_statuspage_json_gives_the_incidents_that_are_in_it() {
    let Some(folder) = data::path("statuspages/statuspage") else { return };
    let (mut incidents, mut updates) = (0, 0);
    for path in files(&folder, ".json") {
        let document: Value = serde_json::from_slice(&fs::read(&path).expect("reads")).expect("JSON");
        let reading = read(&path);
        assert_eq!(reading.skipped, Vec::<String>::new(), "{}", path.display());
        if let Some(months) = document["months"].as_array() {
            let listed: usize = months.iter().map(|month| month["incidents"].as_array().map_or(0, Vec::len)).sum();
            assert_eq!(reading.incidents.len(), listed, "{}", path.display());
            continue;
        }
        let listed = ["incidents", "scheduled_maintenances"]
            .iter()
            .flat_map(|list| document[list].as_array().into_iter().flatten());
        let listed: Vec<&Value> = listed.collect();
        assert_eq!(reading.incidents.len(), listed.len(), "{}", path.display());
        reading.incidents.iter().zip(listed).for_each(|(incident, value)| agrees(incident, value));
        incidents += reading.incidents.len();
        updates += reading.incidents.iter().map(|incident| incident.updates.len()).sum::<usize>();
    }
    println!("{incidents} incidents with {updates} updates agree with an independent reading");
    assert!(incidents > 200 && updates > 1_000);
}

#[test]
fn every_history_feed_gives_its_entries_with_every_stamp() {
    let Some(folder) = data::path("statuspages/statuspage") else { return };
    for path in files(&folder, ".atom").into_iter().chain(files(&folder, ".rss")) {
        let text = fs::read_to_string(&path).expect("reads");
        let entries = text.matches("<entry>").count() + text.matches("<item>").count();
        // Every post carries its stamp in a <small>, whatever it is escaped with.
        let stamps = text.matches("&lt;small&gt;").count() + text.matches("<small>").count();
        let reading = read(&path);
        let updates: usize = reading.incidents.iter().map(|incident| incident.updates.len()).sum();
        assert_eq!((reading.incidents.len(), updates), (entries, stamps), "{}", path.display());
        assert_eq!(reading.skipped, Vec::<String>::new());
        for incident in &reading.incidents {
            assert!(incident.updates.is_sorted_by_key(|update| update.shown_at), "{}", incident.native_id);
            let planned = incident.kind == IncidentKind::Maintenance;
            assert!(planned || incident.first_post_at == incident.updates.first().map(|update| update.shown_at));
        }
    }
}

/// Absorbs a newer reading into what is known, and checks that every post of it is held once.
fn absorb(known: &mut BTreeMap<String, Incident>, incident: Incident) -> (usize, usize) {
    let Some(held) = known.get_mut(&incident.native_id) else {
        known.insert(incident.native_id.clone(), incident);
        return (0, 0);
    };
    let expected = incident.clone();
    let absorbed = held.absorb(incident);
    for update in &expected.updates {
        let same = held.updates.iter().filter(|own| own.native_id == update.native_id);
        assert_eq!(same.count(), 1, "{}: {}", held.native_id, update.native_id);
    }
    assert_eq!(held.title, expected.title);
    assert!(!held.clone().absorb(expected).is_change(), "the same document again changes nothing");
    (absorbed.added.len(), absorbed.edited.len())
}

#[test]
fn dated_history_feeds_in_sequence_make_no_doubles() {
    let Some(folder) = data::path("statuspages/statuspage") else { return };
    let mut known = BTreeMap::new();
    let mut entries = 0;
    for path in files(&folder, ".atom").into_iter().chain(files(&folder, ".rss")) {
        for incident in read(&path).incidents {
            entries += 1;
            absorb(&mut known, incident);
        }
    }
    println!("{entries} entries of five dated feeds are {} incidents", known.len());
    assert!(known.len() < entries, "the files overlap");
}

#[test]
fn dated_versions_of_entries_make_versions_and_no_doubles() {
    let Some(path) = data::path("incidents/github-atom-entry-versions.jsonl") else { return };
    let mut known = BTreeMap::new();
    let (mut entries, mut later, mut edited) = (0, 0, 0);
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    for text in fs::read_to_string(path).expect("reads").lines() {
        let entry: Value = serde_json::from_str(text).expect("JSON");
        let field = |name: &str| escape(entry[name].as_str().unwrap_or_default());
        let feed = format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>x</title><id>x</id><updated>{u}</updated><entry><id>{}</id>\
             <published>{}</published><updated>{u}</updated><link rel=\"alternate\" href=\"{}\"/><title>{}</title>\
             <content type=\"html\">{}</content></entry></feed>",
            field("id"),
            field("published"),
            field("link"),
            field("title"),
            field("content"),
            u = field("updated"),
        );
        let reading =
            read_file(feed.as_bytes(), Hint { platform: None, service: None, name: "x" }, now()).expect("is read");
        assert_eq!((reading.incidents.len(), reading.skipped.len()), (1, 0), "{feed}");
        entries += 1;
        for incident in reading.incidents {
            let (added, changed) = absorb(&mut known, incident);
            later += added;
            edited += changed;
        }
    }
    println!("{entries} versions of {} incidents: {later} posts came later, {edited} were edited", known.len());
    assert!(later > 0, "incidents grow");
}

#[test]
fn feed_rs_fixtures_are_read_and_nothing_makes_the_reader_panic() {
    let Some(folder) = data::path("feeds") else { return };
    let mut folders = vec![folder];
    let mut per_suite: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("reads");
            let read = read_file(&bytes, Hint { platform: None, service: None, name: "x" }, now());
            let suite = per_suite
                .entry(folder.to_string_lossy().rsplit("/feeds/").next().unwrap_or("").to_owned())
                .or_default();
            suite.0 += usize::from(read.is_ok());
            suite.1 += 1;
        }
    }
    for (suite, (read, all)) in &per_suite {
        println!("{suite}: {read} of {all} documents read");
    }
    assert!(per_suite.values().map(|(_, all)| all).sum::<usize>() > 1_000);
}

#[test]
fn a_megabyte_of_hostile_markup_takes_no_time() {
    for piece in ["<div>", "<b>", "<", "&", "<p><a href=x>", "<!--", "<![CDATA["] {
        let markup = piece.repeat(1_000_000 / piece.len());
        let began = Instant::now();
        let _text = to_text(&markup);
        assert!(began.elapsed() < Duration::from_secs(4), "{piece}: {:?} in a debug build", began.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _read = read_file(&bytes, Hint { platform: None, service: None, name: "x" }, now());
    }

    #[test]
    fn no_almost_document_makes_a_reader_panic(
        start in "(<rss version='2.0'><channel>|<feed xmlns='http://www.w3.org/2005/Atom'>|\\{\"page\":\\{\\},\"incidents\":\\[|\\{\"months\":\\[)",
        middle in "(<item>|<entry>|<title>|&|]]>|<!\\[CDATA\\[|/incidents/|data-var='date'|\"id\":|\\{|\\}|null|,|[a-z0-9 :-]{0,8}){0,30}",
    ) {
        let _read = read_file(format!("{start}{middle}").as_bytes(), Hint { platform: None, service: None, name: "x" }, now());
    }
}
