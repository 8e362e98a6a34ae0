//! The reader against the data, counted independently.

use std::{collections::BTreeMap, fs, path::PathBuf};

use downwire::model::{Incident, Phase, Timestamp};
use serde_json::Value;

use super::read;
use crate::support::data;

/// The files of a folder whose name ends so, by name.
pub fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let Some(folder) = data::path(folder) else { return Vec::new() };
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The name of a file.
pub fn name(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn instant(value: &Value, key: &str) -> Option<Timestamp> {
    value[key].as_str().map(|text| text.parse().expect("an RFC 3339 instant"))
}

#[test]
fn every_incident_and_update_of_the_json_files_is_read_with_its_four_times() {
    for path in files("statuspages/statuspage", &[".json"]) {
        let text = fs::read_to_string(&path).expect("a file");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        if document["months"].is_array() {
            check_archive_page(&path, &document);
            continue;
        }
        let lists =
            ["incidents", "scheduled_maintenances"].map(|key| document[key].as_array().cloned().unwrap_or_default());
        let expected: Vec<Value> = lists.concat();
        let reading = read(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(reading.skipped, Vec::<String>::new(), "{}", path.display());
        assert_eq!(reading.incidents.len(), expected.len(), "{}", path.display());
        let mut updates = 0;
        for (incident, value) in reading.incidents.iter().zip(&expected) {
            updates += incident.updates.len();
            check_incident(incident, value);
        }
        println!("{}: {} incidents, {updates} updates", name(&path), expected.len());
    }
}

/// An archive page has each incident's last words and the span of its times to the minute.
fn check_archive_page(path: &std::path::Path, document: &Value) {
    let reading = read(document.to_string().as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(reading.skipped, Vec::<String>::new(), "{}", path.display());
    let months = document["months"].as_array().expect("months");
    let expected: Vec<(&Value, &Value)> = months
        .iter()
        .flat_map(|month| month["incidents"].as_array().into_iter().flatten().map(move |value| (month, value)))
        .collect();
    assert_eq!(reading.incidents.len(), expected.len());
    for (incident, (month, value)) in reading.incidents.iter().zip(&expected) {
        assert_eq!((&incident.native_id[..], &incident.title[..]), (text(value, "code"), text(value, "name")));
        let [began, ended] = [incident.started_at, incident.resolved_at].map(|time| time.expect("a time"));
        assert!(began <= ended, "{}", incident.native_id);
        let year = month["year"].as_i64().expect("a year").to_string();
        assert!(began.to_string().starts_with(&year), "{}: {began}", incident.native_id);
        assert_eq!(incident.updates.len(), 1);
    }
    println!("{}: {} incidents, the last words of each", name(path), expected.len());
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn check_incident(incident: &Incident, value: &Value) {
    assert_eq!(incident.native_id, value["id"]);
    let given = value["incident_updates"].as_array().cloned().unwrap_or_default();
    assert_eq!(incident.updates.len(), given.len(), "{}", incident.native_id);
    assert!(incident.updates.is_sorted_by_key(|update| update.shown_at), "{}", incident.native_id);
    let shown: Vec<_> =
        given.iter().filter_map(|update| instant(update, "display_at").or(instant(update, "created_at"))).collect();
    let posted =
        given.iter().filter_map(|update| instant(update, "created_at").or(instant(update, "display_at"))).min();
    let started = instant(value, "started_at").or(instant(value, "created_at"));
    assert_eq!(incident.started_at, started, "{}", incident.native_id);
    assert_eq!(incident.first_post_at, posted.or(instant(value, "created_at")), "{}", incident.native_id);
    assert_eq!(incident.last_update_at, shown.iter().max().copied().or(instant(value, "updated_at")));
    assert_eq!(incident.resolved_at, instant(value, "resolved_at"), "{}", incident.native_id);
    assert_eq!(Some(incident.phase.as_str()), value["status"].as_str());
    for update in &given {
        let Some(id) = update["id"].as_str() else { continue };
        assert!(incident.updates.iter().any(|read| read.native_id == id && read.precise), "{id}");
    }
}

#[test]
fn every_entry_and_stamp_of_the_history_feeds_is_read() {
    for path in files("statuspages/statuspage", &[".atom", ".rss"]) {
        let text = fs::read_to_string(&path).expect("a file");
        let reading = read(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let entries = text.matches("<entry>").count() + text.matches("<item>").count();
        let stamps = text.matches("&lt;/small&gt;").count();
        let updates: usize = reading.incidents.iter().map(|incident| incident.updates.len()).sum();
        assert_eq!((reading.incidents.len(), updates), (entries, stamps), "{}", path.display());
        assert_eq!((&reading.skipped, &reading.repaired), (&vec![], &vec![]), "{}", path.display());
        for incident in &reading.incidents {
            let Some(first) = incident.updates.first() else { panic!("{} has no posts", incident.native_id) };
            assert!(incident.updates.is_sorted_by_key(|update| update.shown_at));
            assert!(incident.updates.iter().all(|update| update.phase != Phase::Unknown && !update.precise));
            assert_eq!(incident.first_post_at, Some(first.shown_at));
            assert_eq!(incident.resolved_at.is_some(), incident.phase.is_over(), "{}", incident.native_id);
            assert_eq!(incident.page.host.as_deref(), Some("www.githubstatus.com"));
        }
        println!("{}: {entries} incidents, {updates} updates", name(&path));
    }
}

/// Incidents as the store would hold them.
#[derive(Default)]
struct Archive(BTreeMap<String, Incident>);

impl Archive {
    /// How many incidents, posts and versions a document added.
    fn take(&mut self, incidents: Vec<Incident>) -> (usize, usize, usize) {
        let mut counts = (0, 0, 0);
        for incident in incidents {
            match self.0.get_mut(&incident.native_id) {
                None => {
                    counts.0 += 1;
                    counts.1 += incident.updates.len();
                    self.0.insert(incident.native_id.clone(), incident);
                }
                Some(known) => {
                    let absorbed = known.absorb(incident);
                    counts.1 += absorbed.added.len();
                    counts.2 += absorbed.edited.len() + usize::from(absorbed.record_changed);
                }
            }
        }
        counts
    }
}

#[test]
fn the_dated_documents_of_one_page_make_versions_and_no_doubles() {
    let all = files("statuspages/statuspage", &[".atom", ".rss", ".json"]);
    let github: Vec<_> = all.into_iter().filter(|path| name(path).starts_with("github-")).collect();
    let read_all = |paths: &[PathBuf]| {
        let mut archive = Archive::default();
        for path in paths {
            let incidents = read(&fs::read(path).expect("a file")).expect("a document").incidents;
            let (new, posts, versions) = archive.take(incidents.clone());
            println!("{}: {new} new incidents, {posts} new posts, {versions} versions", name(path));
            assert_eq!(archive.take(incidents), (0, 0, 0), "{} again", path.display());
        }
        archive
    };
    let (forwards, backwards) = (read_all(&github), read_all(&github.iter().rev().cloned().collect::<Vec<_>>()));
    for (native_id, incident) in &forwards.0 {
        let other = &backwards.0[native_id];
        let posts = |incident: &Incident| -> Vec<(String, Timestamp)> {
            let mut posts: Vec<_> =
                incident.updates.iter().map(|update| (update.native_id.clone(), update.shown_at)).collect();
            posts.sort();
            posts
        };
        assert_eq!(posts(incident), posts(other), "{native_id}");
        assert_eq!((incident.phase, incident.resolved_at), (other.phase, other.resolved_at), "{native_id}");
    }
    // An incident known from JSON has exactly the JSON's posts, whatever feeds said of it.
    for path in github.iter().filter(|path| name(path).ends_with("reassembled-20260822.json")) {
        for json in read(&fs::read(path).expect("a file")).expect("a document").incidents {
            assert_eq!(forwards.0[&json.native_id].updates.len(), json.updates.len(), "{}", json.native_id);
        }
    }
}

#[test]
fn the_good_feeds_are_read_and_no_feed_makes_the_reader_panic() {
    let mut good = 0;
    let feed_rs = files("feeds/feed-rs", &[".xml", ".json"]);
    for path in feed_rs.iter().filter(|path| !name(path).ends_with(".serde.json")) {
        match read(&fs::read(path).expect("a file")) {
            Ok(reading) if !reading.items.is_empty() => good += 1,
            Ok(reading) => println!("{}: no items; skipped {:?}", name(path), reading.skipped),
            Err(error) => println!("{}: {error}", name(path)),
        }
    }
    println!("feed-rs: {good} read with items");
    let (mut whole, mut failed) = (0, BTreeMap::<String, usize>::new());
    let all = files("feeds", &[".xml", ".json", ".html"]);
    for path in &all {
        match read(&fs::read(path).expect("a file")) {
            Ok(_) => whole += 1,
            Err(error) => {
                *failed.entry(format!("{error:?}").split(['(', ' ']).next().unwrap_or("").to_owned()).or_default() += 1
            }
        }
    }
    println!("all feeds: {whole} of {} read, failed: {failed:?}", all.len());
    assert!(all.is_empty() || good >= 60 && whole >= 1_000, "{good} good, {whole} of all");
}
