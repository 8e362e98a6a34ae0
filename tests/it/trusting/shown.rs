//! What pages show of the official state: the program polls pages on loopback and serves what it knows.

use serde_json::json;

use super::{config, days_ago, incident, now, poll, statuspage};
use crate::support::{
    backend::Folder,
    program::{self, Running},
    web::{Reply, Web},
};

/// The text of a page that must be there.
fn page(running: &Running, path: &str) -> String {
    let answer = running.get(path);
    assert_eq!(answer.status, 200, "{path}");
    answer.body
}

/// A page with a broken component, and planned work in five days that has no end.
fn broken(web: &Web) {
    statuspage(web, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
    let page = json!({ "id": "p1", "name": "Acme Cloud", "url": "https://status.example.org", "updated_at": now() });
    let planned = json!({
        "id": "plan", "name": "New disks, in every rack", "status": "scheduled", "impact": "maintenance",
        "created_at": days_ago(1), "started_at": days_ago(-5), "updated_at": days_ago(1),
        "scheduled_for": days_ago(-5), "scheduled_until": null,
        "incident_updates": [{ "id": "u-plan", "status": "scheduled", "body": "One; by one.", "created_at": days_ago(1) }],
    });
    let summary = json!({
        "page": page, "status": { "indicator": "critical" }, "incidents": [], "scheduled_maintenances": [planned],
        "components": [
            { "id": "c1", "name": "Mail <b>", "status": "operational", "group": false },
            { "id": "c2", "name": "Disks", "status": "major_outage", "group": false },
        ],
    });
    web.serve("/api/v2/summary.json", Reply::ok("application/json", summary.to_string()));
}

#[test]
fn services_stand_with_their_official_state_problems_first_and_unknown_before_well() {
    let (well, bad, mute, folder) = (Web::start(), Web::start(), Web::start(), Folder::new());
    statuspage(&well, "p0", "Zeta Mail", now(), &[incident("z", days_ago(20))]);
    broken(&bad);
    statuspage(&mute, "p2", "Mute Bank", now(), &[incident("m", days_ago(20))]);
    let pages = [
        ("Zeta Mail", well.url(""), "statuspage.io"),
        ("Acme Cloud", bad.url(""), "statuspage.io"),
        ("Mute Bank", mute.url(""), "statuspage.io"),
    ];
    config(folder.path(), &pages, "");
    poll(folder.path());
    mute.serve("/api/v2/summary.json", Reply::ok("text/html", "<!doctype html><title>Parked</title>"));
    poll(folder.path());

    let running = program::start(program::command(folder.path(), &["run", "--only", "serve"]));
    let services = page(&running, "/services");
    let place = |words: &str| services.find(words).unwrap_or_else(|| panic!("{words} in {services}"));
    assert!(services.contains("1 operational; 2 in trouble or not known."), "{services}");
    assert!(place("Acme Cloud") < place("Mute Bank") && place("Mute Bank") < place("Zeta Mail"));
    assert!(services.contains("its last word was “operational”"), "{services}");

    let service = page(&running, "/service/acme-cloud");
    assert!(service.contains("class=\"tag alarm\">major outage"), "{service}");
    assert!(service.contains("Mail &#60;b&#62;") && !service.contains("Mail <b>"), "{service}");
    assert!(service.find("Disks").expect("there") < service.find("Mail &#60;").expect("there"), "the worst first");
    assert!(service.contains("<rect class=\"major-outage\""), "drawn where it was watched: {service}");
    assert!(service.contains("Trouble one"), "{service}");

    let planned = page(&running, "/maintenance");
    assert!(planned.contains("0 under way, 1 announced") && planned.contains("New disks, in every rack"), "{planned}");
    let calendar = running.get("/service/acme-cloud/maintenance.ics");
    assert_eq!(calendar.header("content-type"), Some("text/calendar; charset=utf-8"));
    let unfolded = calendar.body.replace("\r\n ", "");
    assert!(unfolded.contains("SUMMARY:Acme Cloud: New disks\\, in every rack\r\n"), "{unfolded}");
    assert!(unfolded.contains("DESCRIPTION:One\\; by one."), "{unfolded}");
    assert_eq!(unfolded.matches("BEGIN:VEVENT").count(), 1);
    assert_eq!(page(&running, "/service/zeta-mail/maintenance.ics").matches("BEGIN:VEVENT").count(), 0);
    assert_eq!(page(&running, "/maintenance.ics"), calendar.body.replace("Planned work: Acme Cloud", "Planned work"));
}
