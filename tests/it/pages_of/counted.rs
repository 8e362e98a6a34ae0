//! Real payloads, counted once more by plain JSON and string matches: what is in them is what is read.

use std::{collections::BTreeMap, fs, path::Path};

use downwire::{model::SourceKind, source::Reading};
use serde_json::Value;

use crate::support::data;

/// The folders of the data, and what their documents are.
const FOLDERS: [(&str, SourceKind); 23] = [
    ("apple", SourceKind::Apple),
    ("aws", SourceKind::Aws),
    ("azure", SourceKind::Azure),
    ("betterstack", SourceKind::BetterStack),
    ("cachet", SourceKind::Cachet),
    ("cstate", SourceKind::Cstate),
    ("custom", SourceKind::StatusJson),
    ("datadog", SourceKind::Datadog),
    ("firehydrant", SourceKind::FireHydrant),
    ("gatus", SourceKind::Gatus),
    ("gcp", SourceKind::Google),
    ("googleworkspace", SourceKind::Google),
    ("heroku", SourceKind::Heroku),
    ("hund", SourceKind::Hund),
    ("incidentio", SourceKind::IncidentIo),
    ("instatus", SourceKind::Instatus),
    ("microsoft", SourceKind::Microsoft365),
    ("salesforce", SourceKind::Salesforce),
    ("slack", SourceKind::Slack),
    ("statusio", SourceKind::StatusIo),
    ("upptime", SourceKind::Upptime),
    ("uptimecom", SourceKind::UptimeCom),
    ("uptimekuma", SourceKind::UptimeKuma),
];

/// What is in a document: incidents, their updates, stretches and days of components.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    incidents: usize,
    updates: usize,
    impacts: usize,
    days: usize,
}

fn of(reading: &Reading) -> Counts {
    Counts {
        incidents: reading.incidents.len(),
        updates: reading.incidents.iter().map(|incident| incident.updates.len()).sum(),
        impacts: reading.impacts.len(),
        days: reading.days.len(),
    }
}

fn array<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The document as JSON, whatever it is coded and wrapped in.
fn json(bytes: &[u8]) -> Option<Value> {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).expect("UTF-16")
        }
        bytes => String::from_utf8(bytes.to_vec()).expect("UTF-8"),
    };
    let inner =
        text.trim().strip_prefix("jsonCallback(").map_or(text.as_str(), |rest| rest.trim_end_matches([';', ')', '\n']));
    serde_json::from_str(inner).ok()
}

/// How many of each: incidents, and updates under each.
fn sum(incidents: &[Value], updates: &str) -> Counts {
    let updates = incidents.iter().map(|incident| array(incident, updates).len()).sum();
    Counts { incidents: incidents.len(), updates, ..Counts::default() }
}

fn plus(one: Counts, other: Counts) -> Counts {
    Counts {
        incidents: one.incidents + other.incidents,
        updates: one.updates + other.updates,
        impacts: one.impacts + other.impacts,
        days: one.days + other.days,
    }
}

/// An independent count of a JSON document.
fn counted(kind: SourceKind, value: &Value) -> Counts {
    match kind {
        SourceKind::IncidentIo
            if value.get("status").is_some()
                || array(value, "/incidents").iter().any(|one| one.get("incident_updates").is_some()) =>
        {
            let incidents = array(value, "/incidents");
            // An update that was cut down to its id cannot be placed.
            let dated = |one: &&Value| one.get("created_at").is_some();
            let updates =
                incidents.iter().map(|one| array(one, "/incident_updates").iter().filter(dated).count()).sum();
            Counts { incidents: incidents.len(), updates, ..Counts::default() }
        }
        SourceKind::IncidentIo => {
            let root = value.get("summary").unwrap_or(value);
            let incidents = array(root, "/ongoing_incidents");
            let impacts = incidents.iter().map(|one| array(one, "/component_impacts").len()).sum();
            Counts { impacts, ..sum(incidents, "/updates") }
        }
        SourceKind::Aws if value.get("archive").is_some() => {
            let events: Vec<Value> = array(value, "/archive").iter().chain(array(value, "/current")).cloned().collect();
            let posts = |event: &Value| event["description"].as_str().unwrap_or_default().matches("<span").count();
            Counts { incidents: events.len(), updates: events.iter().map(posts).sum(), ..Counts::default() }
        }
        SourceKind::Aws => {
            let events = array(value, "");
            let changed = |event: &Value| {
                array(event, "/impacted_service_status_changes")
                    .iter()
                    .filter(|one| one["current_status"] != "0")
                    .count()
            };
            Counts { impacts: events.iter().map(changed).sum(), ..sum(events, "/event_log") }
        }
        SourceKind::Google => sum(array(value, ""), "/updates"),
        SourceKind::Slack => plus(sum(array(value, ""), "/notes"), sum(array(value, "/active_incidents"), "/notes")),
        SourceKind::Heroku => plus(
            sum(array(value, ""), "/updates"),
            plus(sum(array(value, "/incidents"), "/updates"), sum(array(value, "/scheduled"), "/updates")),
        ),
        SourceKind::Salesforce => {
            let incidents = array(value, "");
            let keys = |one: &Value| array(one, "/serviceKeys").len() * array(one, "/IncidentImpacts").len();
            Counts { impacts: incidents.iter().map(keys).sum(), ..sum(incidents, "/IncidentEvents") }
        }
        SourceKind::FireHydrant => {
            let incidents = array(value, "/incidents");
            let note = |one: &&Value| one.pointer("/details/note").is_some();
            let notes = incidents.iter().map(|one| array(one, "/timeline").iter().filter(note).count()).sum();
            Counts { updates: notes, ..sum(incidents, "/timeline") }
        }
        SourceKind::Datadog => sum(array(value, "/incidents"), "/timeline"),
        SourceKind::UptimeCom => plus(
            sum(array(value, "/data/past_incidents"), "/updates"),
            sum(array(value, "/data/active_incidents"), "/updates"),
        ),
        SourceKind::Cachet => {
            let data = array(value, "/data");
            // The incident's own words are its first post.
            Counts { updates: data.iter().map(|one| 1 + array(one, "/updates").len()).sum(), ..sum(data, "/updates") }
        }
        SourceKind::Cstate => sum(array(value, "/pages"), "/none"),
        SourceKind::Zendesk => sum(array(value, "/data"), "/none"),
        SourceKind::Instatus => {
            plus(sum(array(value, "/activeIncidents"), "/none"), sum(array(value, "/activeMaintenances"), "/none"))
        }
        SourceKind::StatusIo => {
            let all = ["/result/incidents", "/result/maintenance/active", "/result/maintenance/upcoming"];
            all.iter().map(|path| sum(array(value, path), "/messages")).fold(Counts::default(), plus)
        }
        SourceKind::BetterStack => {
            let of = |kind: &str| {
                array(value, "/included").iter().filter(move |one| one["type"] == kind).collect::<Vec<_>>()
            };
            let days =
                of("status_page_resource").iter().map(|one| array(one, "/attributes/status_history").len()).sum();
            Counts { incidents: of("status_report").len(), updates: of("status_update").len(), impacts: 0, days }
        }
        SourceKind::UptimeKuma => {
            let incidents = usize::from(value["incident"].is_object()) + array(value, "/maintenanceList").len();
            let beats = value["heartbeatList"].as_object().into_iter().flatten();
            let runs = |beats: &Value| {
                // Down is 0, maintenance 3.
                let codes: Vec<Option<i64>> = array(beats, "").iter().map(|beat| beat["status"].as_i64()).collect();
                let begins = |at: &usize| *at == 0 || codes[at - 1] != codes[*at];
                (0..codes.len()).filter(|at| matches!(codes[*at], Some(0 | 3)) && begins(at)).count()
            };
            Counts { incidents, updates: incidents, impacts: beats.map(|(_, beats)| runs(beats)).sum(), days: 0 }
        }
        SourceKind::Upptime => {
            let days = |one: &Value| one["dailyMinutesDown"].as_object().map_or(0, serde_json::Map::len);
            Counts { days: array(value, "").iter().map(days).sum(), ..Counts::default() }
        }
        SourceKind::Gatus => Counts::default(),
        SourceKind::Microsoft365 => Counts::default(),
        SourceKind::Apple => {
            let events = array(value, "/services").iter().flat_map(|one| array(one, "/events"));
            let ids: std::collections::BTreeSet<String> = events.map(|one| one["messageId"].to_string()).collect();
            Counts { incidents: ids.len(), updates: ids.len(), ..Counts::default() }
        }
        SourceKind::StatusJson => {
            let all = [array(value, ""), array(value, "/incidents")].concat();
            let events = array(value, "/data");
            plus(sum(&all, "/updates"), plus(sum(events, "/none"), sum(array(value, "/data/active_changes"), "/none")))
        }
        other => panic!("no count for {}", other.as_str()),
    }
}

/// An independent count of a document that is no JSON.
fn matched(kind: SourceKind, text: &str) -> Counts {
    // What a comment says is not there.
    let mut without = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        without.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    without.push_str(rest);
    let text = without.as_str();
    let guids = |open: &str| {
        let ids = text.split(open).skip(1).filter_map(|rest| rest.split('<').next());
        ids.collect::<std::collections::BTreeSet<_>>().len()
    };
    match kind {
        SourceKind::Aws => Counts { incidents: 5, updates: text.matches("<item>").count(), ..Counts::default() },
        SourceKind::Azure if text.contains("<rss") => {
            let items = text.matches("<item>").count();
            Counts { incidents: items, updates: items, ..Counts::default() }
        }
        SourceKind::Azure => {
            let reviews = text.matches("incident-history-title").count();
            Counts { incidents: reviews, updates: reviews, ..Counts::default() }
        }
        SourceKind::BetterStack => {
            Counts { incidents: guids("<guid>"), updates: text.matches("<item>").count(), ..Counts::default() }
        }
        SourceKind::Hund | SourceKind::IncidentIo => {
            let entries = text.matches("<entry>").count();
            Counts { incidents: entries, updates: entries, ..Counts::default() }
        }
        SourceKind::StatusIo => Counts {
            incidents: text.matches("id=\"statusio_incident_").count()
                - text.matches("id=\"statusio_incident_message").count(),
            updates: text.matches("incident_message_details").count(),
            ..Counts::default()
        },
        SourceKind::StatusFeed => {
            let items = text.matches("<item>").count();
            Counts { incidents: items, updates: items, ..Counts::default() }
        }
        other => panic!("no count for {}", other.as_str()),
    }
}

fn documents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = entries.filter(|path| path.is_file()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).expect("reads"))).collect()
}

#[test]
fn every_payload_gives_what_is_in_it_and_is_recognised() {
    let Some(root) = data::path("statuspages") else { return };
    let mut totals: BTreeMap<&str, Counts> = BTreeMap::new();
    let kinds = FOLDERS.iter().copied().chain([("zendesk", SourceKind::Zendesk)]);
    for (folder, kind) in kinds {
        for (name, bytes) in documents(&root.join(folder)) {
            // Lines of snapshots: `replay` reads them.
            if name.ends_with(".jsonl") {
                continue;
            }
            // A feed with nothing of its platform's in it must be named.
            let is_plain_feed = name == "metanet-rss.xml";
            let kind = if is_plain_feed { SourceKind::StatusFeed } else { kind };
            let reading =
                super::read(&bytes, is_plain_feed.then_some(kind)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(reading.platform, Some(kind), "{name}");
            let expected = json(&bytes)
                .map_or_else(|| matched(kind, &String::from_utf8_lossy(&bytes)), |value| counted(kind, &value));
            assert_eq!(of(&reading), expected, "{name}");
            for incident in &reading.incidents {
                assert!(
                    incident.started_at.is_some() && incident.last_update_at.is_some(),
                    "{name}: {}",
                    incident.native_id
                );
                assert!(incident.updates.is_sorted_by_key(|update| update.shown_at), "{name}: {}", incident.native_id);
                assert!(incident.resolved_at.is_none() || incident.phase.is_over(), "{name}: {}", incident.native_id);
            }
            let total = totals.entry(folder).or_default();
            *total = plus(*total, expected);
        }
    }
    for (folder, counts) in &totals {
        println!(
            "{folder}: {} incidents, {} updates, {} stretches and {} days of components",
            counts.incidents, counts.updates, counts.impacts, counts.days
        );
    }
}

#[test]
fn googles_four_times_are_those_of_the_document() {
    let Some(folder) = data::path("statuspages/gcp") else { return };
    let at = |value: &Value, key: &str| value[key].as_str().map(|text| text.parse().expect("an instant"));
    let mut late = 0;
    for (name, bytes) in documents(&folder) {
        let value = json(&bytes).expect("JSON");
        let reading = super::read(&bytes, None).expect("reads");
        for (incident, value) in reading.incidents.iter().zip(array(&value, "")) {
            assert_eq!(incident.native_id, value["id"].as_str().expect("an id"), "{name}");
            assert_eq!(
                (incident.started_at, incident.first_post_at, incident.resolved_at),
                (at(value, "begin"), at(value, "created"), at(value, "end"))
            );
            assert_eq!(incident.components.len(), array(value, "/affected_products").len());
            late += usize::from(incident.first_post_at > incident.resolved_at);
        }
    }
    println!("{late} were first written about after their end");
}
