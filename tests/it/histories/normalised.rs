//! 3,629 incidents of six providers in one shape of their own, converted into downwire's export format. Google's were
//! crawled several times: what repeats another is marked as its copy.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

use downwire::{
    model::{ExportLine, Impact, Incident, IncidentKind, Origin, PageIdentity, Phase, Timestamp, Update},
    text::html,
};
use jiff::{SignedDuration, civil::Date, civil::Time, tz::Offset};
use serde_json::Value;

use super::{component, exported};

/// A provider: its word, the catalogue's name and the host of its page.
const PROVIDERS: [(&str, &str, &str); 6] = [
    ("gcp", "Google Cloud", "status.cloud.google.com"),
    ("aws", "AWS", "health.aws.amazon.com"),
    ("azure", "Microsoft Azure", "azure.status.microsoft"),
    ("openai", "OpenAI", "status.openai.com"),
    ("anthropic", "Anthropic", "status.anthropic.com"),
    ("character", "Character.AI", "status.character.ai"),
];

/// Every incident, originals first.
pub fn incidents(file: &Path) -> Vec<ExportLine> {
    let text = fs::read_to_string(file).expect("UTF-8");
    let mut rows: Vec<Value> =
        text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // What repeats another comes after it.
    rows.sort_by_key(|row| row["dup"] == true);
    let originals = originals(&rows);
    let mut taken = HashSet::new();
    rows.iter()
        .map(|row| {
            let mut incident = incident(row);
            // The second record of one id is an incident of its own that repeats the first.
            let own = incident.native_id.clone();
            let repeats = (2..).map(|number| format!("{own}~{number}"));
            let mut names = std::iter::once(own.clone()).chain(repeats);
            incident.native_id =
                names.find(|name| taken.insert((row["provider"].to_string(), name.clone()))).expect("a name");
            let original = if row["dup"] == true { originals.get(&key(row)).cloned() } else { Some(own) };
            let original = original.expect("what repeats has an original");
            let copy_of = (original != incident.native_id).then(|| {
                let host = incident.page.host.as_deref().expect("a host");
                Incident::id(&format!("host:{host}"), &original)
            });
            let mut line = exported(incident);
            line.copy_of = copy_of;
            ExportLine::Incident(Box::new(line))
        })
        .collect()
}

/// What a repeated record and its original share.
fn key(row: &Value) -> String {
    format!("{} {} {}", row["provider"], row["service"], row["start"])
}

/// The id of the first record that repeats none, by what it shares with those that do.
fn originals(rows: &[Value]) -> HashMap<String, String> {
    let mut originals = HashMap::new();
    for row in rows.iter().filter(|row| row["dup"] == false) {
        originals.entry(key(row)).or_insert_with(|| row["id"].as_str().expect("an id").to_owned());
    }
    originals
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str().map(|text| text.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn incident(row: &Value) -> Incident {
    let provider = PROVIDERS.iter().find(|(word, ..)| row["provider"] == *word).expect("a provider");
    let posted = time(&row["posted"]).or_else(|| time(&row["ack"]));
    let updates = updates(row, posted);
    let text = row["text"].as_str().unwrap_or_default();
    let title = row["title"].as_str().filter(|title| !title.is_empty());
    let resolved_at = time(&row["end"]);
    let is_over = resolved_at.is_some() || title.is_some_and(|title| title.contains("RESOLVED")) || !text.is_empty();
    Incident {
        native_id: row["id"].as_str().expect("an id").to_owned(),
        page: PageIdentity { host: Some(provider.2.to_owned()), ..PageIdentity::default() },
        source: "normalised".to_owned(),
        service: Some(provider.1.to_owned()),
        kind: IncidentKind::Outage,
        title: title.map_or_else(|| html::excerpt(text, 120), str::to_owned),
        url: None,
        phase: if is_over { Phase::Resolved } else { Phase::Unknown },
        impact: impact(&row["severity"]),
        started_at: time(&row["start"]).or(posted),
        first_post_at: posted.or_else(|| updates.iter().map(|update| update.shown_at).min()),
        last_update_at: updates.iter().map(|update| update.shown_at).max(),
        resolved_at,
        scheduled_for: None,
        scheduled_until: None,
        components: match &row["service"] {
            Value::Array(names) => names.iter().filter_map(Value::as_str).map(component).collect(),
            name => name.as_str().map(component).into_iter().collect(),
        },
        updates,
        origin: Origin::Imported,
    }
}

/// Severity is a word, a number, or a number in a text.
fn impact(severity: &Value) -> Impact {
    let word = severity.as_str().map_or_else(|| severity.to_string(), str::to_owned);
    match word.as_str() {
        "0" => Impact::None,
        "1" | "low" => Impact::Minor,
        "2" | "medium" => Impact::Major,
        "3" | "high" => Impact::Critical,
        "4" => Impact::Maintenance,
        _ => Impact::Unknown,
    }
}

/// The posts, oldest first.
fn updates(row: &Value, posted: Option<Timestamp>) -> Vec<Update> {
    let mut clock = posted;
    let mut updates: Vec<Update> = Vec::new();
    for (number, post) in row["updates"].as_array().into_iter().flatten().enumerate() {
        let at = time(&post["at"]).or_else(|| {
            clock =
                clock.map(|before| clock_time(post["at_text"].as_str().unwrap_or_default(), before).unwrap_or(before));
            clock
        });
        let Some(at) = at else { continue };
        updates.push(Update {
            native_id: format!("{at}#{number}"),
            precise: false,
            phase: phase(&post["status"]),
            text: post["text"].as_str().unwrap_or_default().to_owned(),
            shown_at: at,
            posted_at: at,
            edited_at: None,
            components: Vec::new(),
        });
    }
    updates.sort_by_key(|update| update.shown_at);
    updates
}

fn phase(status: &Value) -> Phase {
    match status.as_str() {
        None => Phase::Unknown,
        Some("AVAILABLE") => Phase::Resolved,
        Some(word) => Phase::parse(word).unwrap_or(Phase::Update),
    }
}

/// "1:42 PM PST" or "Feb 13, 2:49 PM PST", the next such time at or after an hour before `before`.
fn clock_time(words: &str, before: Timestamp) -> Option<Timestamp> {
    let (rest, zone) = words.trim().rsplit_once(' ')?;
    let offset = Offset::from_hours(match zone {
        "PST" => -8,
        "PDT" => -7,
        _ => return None,
    })
    .ok()?;
    let (day, clock) = rest.rsplit_once(',').map_or((None, rest), |(day, clock)| (Some(day.trim()), clock));
    let time = Time::strptime("%I:%M %p", clock.trim()).ok()?;
    let local = offset.to_datetime(before);
    if let Some(day) = day {
        let date = Date::strptime("%b %d %Y", format!("{day} {}", local.year())).ok()?;
        let date = if date < local.date().yesterday().ok()? {
            date.checked_add(jiff::Span::new().years(1)).ok()?
        } else {
            date
        };
        return offset.to_timestamp(date.to_datetime(time)).ok();
    }
    let at = offset.to_timestamp(local.date().to_datetime(time)).ok()?;
    let is_next_day = at < before.checked_sub(SignedDuration::from_hours(1)).ok()?;
    if is_next_day { at.checked_add(SignedDuration::from_hours(24)).ok() } else { Some(at) }
}
