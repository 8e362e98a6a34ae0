//! The walk through a Statuspage's archive: every month once, over several polls, with nothing doubled.

use serde_json::{Value, json};

use super::{archive, config, days_ago, incident, now, poll, statuspage};
use crate::support::{
    backend::Folder,
    program,
    web::{Reply, Web},
};

/// A page of the archive: three months ending `page - 1` quarters before July 2024, `each` incidents in a month.
fn months(page: i64, each: i64) -> Value {
    let months: Vec<Value> = (0..3)
        .map(|back| {
            let number = 2024 * 12 + 6 - (page - 1) * 3 - back;
            let (year, month) = (number.div_euclid(12), number.rem_euclid(12) as usize);
            const NAMES: [&str; 12] = [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December",
            ];
            let name = NAMES[month];
            let incidents: Vec<Value> = (1..=each)
                .map(|day| {
                    json!({
                        "code": format!("{year}{month:02}{day:02}"), "name": format!("Trouble of {name} {day}"),
                        "message": "It is over.", "impact": "minor",
                        "timestamp": format!("{} <var data-var='date'>{day}</var>, <var data-var='time'>10:00</var> - <var data-var='time'>11:30</var> UTC", &name[..3]),
                    })
                })
                .collect();
            json!({ "name": name, "year": year, "starts_on": 1, "days": 31, "incidents": incidents })
        })
        .collect();
    json!({ "page_status": { "page": { "name": "Acme Cloud", "time_zone": "UTC" } }, "months": months })
}

fn serve_page(web: &Web, page: i64, each: i64) {
    web.serve(&format!("/history.json?page={page}"), Reply::ok("application/json", months(page, each).to_string()));
}

fn asked(web: &Web) -> Vec<i64> {
    let pages = web.all_requests().into_iter();
    pages.filter_map(|request| request.path.strip_prefix("/history.json?page=")?.parse().ok()).collect()
}

async fn totals(folder: &Folder) -> (u64, u64) {
    let store = archive(folder.path()).await;
    let totals = store.totals().await.expect("counts");
    store.close().await.expect("closes");
    (totals.incidents, totals.updates)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_is_walked_once_over_several_polls_and_meets_the_list() {
    let (web, folder) = (Web::start(), Folder::new());
    // The newest incident stands in the list and in the archive, whose last words were edited since and end elsewhere.
    let at = |text: &str| text.parse().expect("an instant");
    let mut newest = incident("20240602", at("2024-07-02T11:12:13.345Z"));
    newest["started_at"] = json!("2024-07-02T10:00:07Z");
    newest["incident_updates"][0]["body"] = json!("It is over. Later we wrote why.");
    statuspage(&web, "p1", "Acme Cloud", now(), &[newest]);
    for page in 1..=40 {
        // 24 quarters with incidents, one silent one among them, and then nothing more.
        serve_page(&web, page, if page == 9 || page > 24 { 0 } else { 2 });
    }
    config(folder.path(), &[("Acme Cloud", web.url(""), "statuspage.io")], "");
    let mut walked = Vec::new();
    for round in 1..=5 {
        let line = poll(folder.path()).remove(0);
        assert_eq!((line["state"].as_str(), &line["doubts"]), (Some("ok"), &json!([])), "{line}");
        walked = asked(&web);
        println!("poll {round}: {} pages of the archive", walked.len());
    }
    assert_eq!(walked, (1..=28).collect::<Vec<_>>(), "every page once, in order, to a year of nothing");
    assert_eq!(totals(&folder).await, (23 * 3 * 2, 23 * 3 * 2), "each incident and its last words once");
    let hits = program::json_lines(folder.path(), &["search", "\"Later we wrote why\"", "--json"]);
    assert_eq!(hits.len(), 1, "the exact record was not overwritten by the archive's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_of_the_walk_loses_nothing() {
    let (web, folder) = (Web::start(), Folder::new());
    statuspage(&web, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
    (1..=28).for_each(|page| serve_page(&web, page, if page > 24 { 0 } else { 2 }));
    config(folder.path(), &[("Acme Cloud", web.url(""), "statuspage.io")], "schedule = \"* * * * * *\"");
    for more in [3, 9, 12] {
        let before = asked(&web).len();
        let running = program::start(program::command(folder.path(), &["run"]));
        running.wait_for("some pages", super::PATIENCE, |_| asked(&web).len() >= before + more);
        running.kill();
    }
    let running = program::start(program::command(folder.path(), &["run"]));
    running.wait_for("the end of the walk", super::PATIENCE, |_| asked(&web).contains(&28));
    assert_eq!(running.terminate(), Some(0));
    assert_eq!(totals(&folder).await, (24 * 3 * 2 + 1, 24 * 3 * 2 + 1));
    println!("{} requests for 28 pages, with three kills", asked(&web).len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_fails_half_way_fails_no_poll_and_goes_on_later_where_it_stood() {
    let (web, folder) = (Web::start(), Folder::new());
    statuspage(&web, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
    (1..=3).for_each(|page| serve_page(&web, page, 1));
    config(folder.path(), &[("Acme Cloud", web.url(""), "statuspage.io")], "");
    for words in ["read in part: the server answers with status 404", "[]", "[]"] {
        let line = poll(folder.path()).remove(0);
        assert_eq!(line["state"], "ok", "{line}");
        assert!(line["repaired"].to_string().contains(words), "{line}");
        statuspage(&web, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
    }
    assert_eq!(asked(&web), [1, 2, 3, 4], "what is not there is not asked for at every poll");
    assert_eq!(totals(&folder).await, (10, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_drops_out_of_the_list_stays_and_a_gap_is_filled_from_the_archive() {
    let (web, folder) = (Web::start(), Folder::new());
    statuspage(
        &web,
        "p1",
        "Acme Cloud",
        now(),
        &[incident("20240601", "2024-07-01T11:30:00Z".parse().expect("an instant"))],
    );
    (1..=5).for_each(|page| serve_page(&web, page, 0));
    config(folder.path(), &[("Acme Cloud", web.url(""), "statuspage.io")], "");
    poll(folder.path());
    assert_eq!((asked(&web).len(), totals(&folder).await.0), (5, 1));
    // Downwire was away while more happened than the list holds.
    let listed: Vec<Value> = (0..50).map(|number| incident(&format!("new{number}"), days_ago(number + 20))).collect();
    statuspage(&web, "p1", "Acme Cloud", now(), &listed);
    serve_page(&web, 1, 3);
    poll(folder.path());
    assert_eq!(asked(&web).len(), 10, "the archive is walked again");
    assert_eq!(totals(&folder).await.0, 50 + 9, "nothing was deleted, and the gap is filled");
}
