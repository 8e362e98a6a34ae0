//! The dashboard of AWS on 7 December 2021: 20 snapshots of one page, from one service to nine.

use std::fs;

use serde_json::{Value, json};

use super::{Figures, Snapshot, Told, words};
use crate::support::{backend::Backend, data, web::Reply};
use downwire::model::{SourceKind, Timestamp};

/// The recording; `None` where there is no data.
pub(super) fn snapshots() -> Option<Vec<Snapshot>> {
    let path = data::path("statuspages/aws/aws-shd-replay-20211207.jsonl")?;
    let text = fs::read_to_string(path).expect("reads");
    Some(text.lines().map(|line| snapshot(&serde_json::from_str(line).expect("JSON"))).collect())
}

fn snapshot(recorded: &Value) -> Snapshot {
    let current = recorded["current"].as_array().expect("a list");
    let page = json!({ "archive": [], "current": current });
    Snapshot {
        at: recorded["snapshot"].as_str().and_then(|at| at.parse().ok()).expect("an instant"),
        document: Reply::ok("application/json", page.to_string()),
        told: current.iter().map(told).collect(),
    }
}

fn told(event: &Value) -> Told {
    let field = |name: &str| event[name].as_str().expect("a string");
    let mut posts: Vec<(Timestamp, String)> = field("description").split("<div>").skip(1).map(post).collect();
    assert!(posts.is_sorted_by_key(|(at, _)| *at));
    // One post of one service stood on the page twice, until somebody saw it.
    posts.dedup();
    let is_over = field("summary").starts_with("[RESOLVED]");
    Told {
        native_id: format!("{}_{}", field("service"), field("date")),
        title: format!("{}: {}", field("service_name"), field("summary").trim_start_matches("[RESOLVED] ")),
        over: posts.last().map(|(at, _)| *at).filter(|_| is_over),
        posts,
        rest: field("status").to_owned(),
    }
}

/// `<span class="yellowfg"> 8:22 AM PST</span>&nbsp;words</div>`; only what was posted after midnight has a date.
fn post(markup: &str) -> (Timestamp, String) {
    let (stamp, text) = markup.split_once("</span>&nbsp;").expect("a stamp");
    let stamp = stamp.rsplit('>').next().unwrap_or_default().trim();
    let (day, clock) = stamp.strip_prefix("Dec 8,").map_or((7, stamp), |clock| (8, clock.trim()));
    let (clock, half) = clock.strip_suffix(" PST").and_then(|clock| clock.split_once(' ')).expect("a time of day");
    let (hour, minute) = clock.split_once(':').expect("a time of day");
    let hour = hour.parse::<u8>().expect("an hour") % 12 + if half == "PM" { 12 } else { 0 };
    let at = format!("2021-12-{day:02}T{hour:02}:{minute}:00-08:00").parse().expect("an instant");
    (at, words(text.strip_suffix("</div>").expect("ends")))
}

/// From one incident to nine, each open until the page says that it is over, and none lost with the page's lines.
pub(super) async fn replay(backend: Backend) {
    let Some(snapshots) = snapshots() else { return };
    let counts: Vec<usize> = snapshots.iter().map(|snapshot| snapshot.told.len()).collect();
    assert_eq!(counts, [1, 5, 5, 5, 5, 6, 7, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 1]);
    let Some(figures) = super::replay(backend, SourceKind::Aws, "/data.json", &snapshots).await else { return };
    println!("{backend:?}: {figures:?}");
    let expected = Figures {
        polls: 20,
        incidents: 9,
        observed: 8,
        posts: 36,
        later: 24,
        edited: 2,
        seen_to_end: 9,
        open: 0,
        evicted: 8,
    };
    assert_eq!(figures, expected);
}
