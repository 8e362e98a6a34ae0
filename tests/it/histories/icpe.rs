//! The incident histories and daily uptime records behind "An Empirical Characterization of Outages and Incidents in
//! Public Services for LLMs" (ICPE 2025), converted into downwire's own export format.

use std::{collections::BTreeSet, fs, path::Path};

use downwire::model::{
    Component, ComponentDay, ComponentState, ExportLine, Exported, ExportedIncident, Impact, Incident, IncidentKind,
    Origin, PageIdentity, Phase, Timestamp, Update,
};
use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::Value;

use super::{csv, exported};

/// A provider: its name in the files, the catalogue's, and the host of its page.
const PROVIDERS: [(&str, &str, &str); 3] = [
    ("openai", "OpenAI", "status.openai.com"),
    ("anthropic", "Anthropic", "status.anthropic.com"),
    ("characterai", "Character.AI", "status.character.ai"),
];

/// The eight services of the paper: its name, the provider's, the component's on the page, and the one of the uptime files.
pub const SERVICES: [(&str, &str, &str, &str); 8] = [
    ("API-OpenAI", "OpenAI", "API", "api"),
    ("ChatGPT", "OpenAI", "ChatGPT", "chatgpt"),
    ("DALL-E", "OpenAI", "Labs", "labs"),
    ("Playground", "OpenAI", "Playground", "playground"),
    ("API-Anthropic", "Anthropic", "api.anthropic.com", "api.anthropic.com"),
    ("Claude", "Anthropic", "claude.ai", "claude.ai"),
    ("Console", "Anthropic", "console.anthropic.com", "console.anthropic.com"),
    ("Character.AI", "Character.AI", "Character.AI", "character.ai"),
];

/// Every file of the folder whose name begins so, in order.
fn files(folder: &Path, beginning: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
    let paths: BTreeSet<_> = entries.filter(|path| name(path).starts_with(beginning)).collect();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).expect("UTF-8"))).collect()
}

/// The incidents; rows with identical raw fields are one.
pub fn incidents(folder: &Path) -> Vec<ExportLine> {
    let (mut lines, mut seen) = (Vec::new(), BTreeSet::new());
    for (name, text) in files(folder, "raw__incident__") {
        let provider = PROVIDERS.iter().find(|(file, ..)| name.contains(&format!("__{file}__"))).expect("a provider");
        for row in csv::rows(&text) {
            if seen.insert(format!("{provider:?} {row:?}")) {
                lines.push(ExportLine::Incident(Box::new(exported(incident(&row, provider)))));
            }
        }
    }
    lines
}

fn page(host: &str) -> PageIdentity {
    PageIdentity { host: Some(host.to_owned()), ..PageIdentity::default() }
}

fn incident(row: &csv::Row, (_, service, host): &(&str, &str, &str)) -> Incident {
    let url = row.get("Incident_Link");
    let posts: Value = serde_json::from_str(row.get("Updates")).expect("JSON");
    // Newest first on the page.
    let updates: Vec<Update> =
        posts.as_array().expect("a list").iter().rev().enumerate().map(|(number, post)| update(number, post)).collect();
    let last_of = |phase| updates.iter().filter(|update| update.phase == phase).map(|update| update.shown_at).max();
    Incident {
        native_id: url.rsplit('/').next().expect("a path").to_owned(),
        page: page(host),
        source: "icpe2025".to_owned(),
        service: Some((*service).to_owned()),
        kind: IncidentKind::Outage,
        title: row.get("Incident_Title").to_owned(),
        url: Some(url.to_owned()),
        phase: updates.iter().rev().map(|update| update.phase).find(|phase| *phase != Phase::Update).expect("a phase"),
        impact: Impact::parse(row.get("Incident_Impact").trim_start_matches("impact-")).expect("an impact"),
        started_at: updates.iter().map(|update| update.shown_at).min(),
        first_post_at: updates.iter().map(|update| update.shown_at).min(),
        last_update_at: updates.iter().map(|update| update.shown_at).max(),
        resolved_at: last_of(Phase::Resolved),
        scheduled_for: None,
        scheduled_until: None,
        components: affected(row.get("Service")),
        updates,
        origin: Origin::Imported,
    }
}

/// "This incident affected: A, B and C."
fn affected(words: &str) -> Vec<Component> {
    let list = words.trim().trim_start_matches("This incident affected:").trim_end_matches('.').replace(" and ", ", ");
    let component =
        |name: &str| Component { native_id: None, name: name.to_owned(), before: None, state: ComponentState::Unknown };
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(component).collect()
}

fn update(number: usize, post: &Value) -> Update {
    let word = |key: &str| post[key].as_str().expect("a text");
    let at = time(word("Update_Timestamp"));
    Update {
        native_id: format!("{at}#{number}"),
        precise: false,
        phase: Phase::parse(&word("Update_Title").to_lowercase()).expect("a phase"),
        text: word("Update_Body").to_owned(),
        shown_at: at,
        posted_at: at,
        edited_at: None,
        components: Vec::new(),
    }
}

/// "Posted 3 days ago. Aug 28, 2024 - 13:36 PDT": both PST and PDT are the time of Los Angeles.
fn time(words: &str) -> Timestamp {
    let (_, stamp) = words.rsplit_once("ago. ").expect("a time");
    let (stamp, zone) = stamp.trim().rsplit_once(' ').expect("a zone");
    assert!(["PST", "PDT"].contains(&zone), "{words}");
    let local = DateTime::strptime("%b %d, %Y - %H:%M", stamp).expect("a time");
    TimeZone::get("America/Los_Angeles").expect("a zone").to_timestamp(local).expect("an instant")
}

/// The daily uptime records.
pub fn days(folder: &Path) -> Vec<ExportLine> {
    let mut lines = Vec::new();
    for (name, text) in files(folder, "raw__uptime__") {
        let (_, service, component, _) = SERVICES
            .iter()
            .find(|service| name == format!("raw__uptime__{}__uptime_history.csv", service.3))
            .expect(&name);
        let (_, _, host) = PROVIDERS.iter().find(|(_, name, _)| name == service).expect("a provider");
        lines.extend(csv::rows(&text).iter().map(|row| {
            ExportLine::Day(Box::new(Exported {
                page_key: None,
                page: page(host),
                source: "icpe2025".to_owned(),
                service: Some((*service).to_owned()),
                read_at: Some("2024-09-01T00:00:00Z".parse().expect("an instant")),
                value: day(row, component),
            }))
        }));
    }
    lines
}

fn day(row: &csv::Row, component: &str) -> ComponentDay {
    let outages: Value = serde_json::from_str(row.get("Outages")).expect("JSON");
    let seconds = |kind: &str| {
        let of_kind = outages.as_array().expect("a list").iter().filter(|outage| outage["Outage_Type"] == kind);
        let minutes: u64 = of_kind.map(|outage| outage["Downtime (min)"].as_u64().expect("minutes")).sum();
        u32::try_from(minutes * 60).expect("a day")
    };
    ComponentDay {
        native_id: None,
        component: component.to_owned(),
        day: jiff::civil::Date::strptime("%d %b %Y", row.get("Date")).expect("a day"),
        partial_s: seconds("Partial outage"),
        major_s: seconds("Major outage"),
        maintenance_s: 0,
    }
}

/// The incident of a line.
pub fn of(line: &ExportLine) -> Option<&ExportedIncident> {
    match line {
        ExportLine::Incident(line) => Some(line),
        _ => None,
    }
}
