//! Whether a status page can be believed, end to end: the program itself polls pages on loopback that freeze, move, are
//! emptied, replaced, turned into HTML, or fail many at once; and what their histories come to.

mod backfill;
mod doubts;
mod peer;
mod shown;

use std::{fs, path::Path, sync::Arc, time::Duration};

use downwire::{
    app::SystemClock,
    model::{Clock as _, Timestamp},
    store::{PageNow, Store, Target},
};
use serde_json::{Value, json};

use crate::support::{
    program,
    web::{Reply, Web},
};

/// Writes a configuration that watches these pages, by service, address and platform.
fn config(folder: &Path, pages: &[(&str, String, &str)], catalogue: &str) {
    let mut text = format!(
        "[archive]\npath = \"index\"\n[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\n\
         [catalogue]\nwatch = \"none\"\n{catalogue}\n"
    );
    for (name, url, platform) in pages {
        text.push_str(&format!("[[service]]\nname = \"{name}\"\nstatus = \"{url}\"\nplatform = \"{platform}\"\n"));
    }
    fs::write(folder.join("feeds.toml"), text).expect("writes");
}

/// Polls every source once, due or not; the lines of `sources --json` afterwards.
fn poll(folder: &Path) -> Vec<Value> {
    for source in program::json_lines(folder, &["sources", "--json"]) {
        program::json_lines(folder, &["fetch", "--json", "--source", source["name"].as_str().expect("a name")]);
    }
    program::json_lines(folder, &["sources", "--json"])
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn days_ago(days: i64) -> Timestamp {
    now().saturating_sub(jiff::SignedDuration::from_hours(24 * days)).expect("a time")
}

/// The archive that the program wrote.
async fn archive(folder: &Path) -> Store {
    let target = Target::Sqlite(folder.join("index").join("downwire.db"));
    Store::open(&target, Arc::new(SystemClock)).await.expect("opens")
}

async fn pages_now(folder: &Path) -> Vec<PageNow> {
    let store = archive(folder).await;
    let pages = store.pages_now(None).await.expect("reads");
    store.close().await.expect("closes");
    pages
}

/// A Statuspage's incident that is over, with one post.
fn incident(id: &str, at: Timestamp) -> Value {
    json!({
        "id": id, "name": format!("Trouble {id}"), "status": "resolved", "impact": "minor",
        "created_at": at, "started_at": at, "resolved_at": at, "updated_at": at,
        "incident_updates": [{ "id": format!("u-{id}"), "status": "resolved", "body": "It is over.", "created_at": at }],
    })
}

/// Puts a Statuspage at the root: its summary and its list of incidents.
fn statuspage(web: &Web, id: &str, name: &str, changed: Timestamp, incidents: &[Value]) {
    let page = json!({ "id": id, "name": name, "url": "https://status.example.org", "updated_at": changed });
    let summary = json!({
        "page": page, "status": { "indicator": "none" }, "incidents": [], "scheduled_maintenances": [],
        "components": [{ "id": "c1", "name": "API", "status": "operational", "group": false }],
    });
    web.serve("/api/v2/summary.json", Reply::ok("application/json", summary.to_string()));
    let list = json!({ "page": page, "incidents": incidents });
    web.serve("/api/v2/incidents.json", Reply::ok("application/json", list.to_string()));
}

/// Long enough for anything that takes seconds.
const PATIENCE: Duration = Duration::from_secs(30);
