//! Each way in which a page ceases to be what it was.

use downwire::model::ComponentState;
use serde_json::{Value, json};

use super::{config, days_ago, incident, now, pages_now, poll, statuspage};
use crate::support::{
    backend::Folder,
    program,
    web::{Reply, Web},
};

/// One page under watch.
struct Watched {
    web: Web,
    folder: Folder,
}

impl Watched {
    /// A healthy page of Acme Cloud with one incident, polled once.
    fn start() -> Self {
        let watched = Self { web: Web::start(), folder: Folder::new() };
        statuspage(&watched.web, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
        config(watched.folder.path(), &[("Acme Cloud", watched.web.url(""), "statuspage.io")], "");
        let line = watched.polled();
        assert_eq!((line["state"].as_str(), &line["doubts"]), (Some("ok"), &json!([])), "{line}");
        watched
    }

    fn polled(&self) -> Value {
        poll(self.folder.path()).remove(0)
    }

    /// The one doubt after another poll, and what may be said of the page's state.
    async fn doubt(&self) -> (String, ComponentState) {
        let line = self.polled();
        let doubts = line["doubts"].as_array().expect("a list").clone();
        assert_eq!(doubts.len(), 1, "{line}");
        let state = pages_now(self.folder.path()).await[0].state;
        assert_eq!(line["state"] == "doubtful", state == ComponentState::Unknown, "{line}");
        (doubts[0].as_str().expect("words").to_owned(), state)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn html_instead_of_json_is_named_and_the_state_is_unknown() {
    let watched = Watched::start();
    assert_eq!(pages_now(watched.folder.path()).await[0].state, ComponentState::Operational);
    let page =
        "<!doctype html><html><head><title>Acme Status</title></head><body>All systems operational</body></html>";
    watched.web.serve("/api/v2/summary.json", Reply::ok("text/html", page));
    let line = watched.polled();
    assert_eq!(line["state"], "failing");
    assert!(line["last_error"].as_str().is_some_and(|why| why.starts_with("an HTML page")), "{line}");
    let page = pages_now(watched.folder.path()).await.remove(0);
    assert_eq!((page.state, page.last_word.0), (ComponentState::Unknown, ComponentState::Operational));
    assert!(page.unknown.is_some_and(|why| why.contains("HTML")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_history_is_named() {
    let watched = Watched::start();
    statuspage(&watched.web, "p1", "Acme Cloud", now(), &[]);
    let (doubt, state) = watched.doubt().await;
    assert_eq!(doubt, "empty, though 1 entries were taken from it before");
    assert_eq!(state, ComponentState::Unknown);
    statuspage(&watched.web, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
    assert_eq!(watched.polled()["state"], "ok", "it is back");
    assert_eq!(pages_now(watched.folder.path()).await[0].state, ComponentState::Operational);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_page_is_named_though_it_is_green() {
    let (web, folder) = (Web::start(), Folder::new());
    let left: jiff::Timestamp = "2019-02-08T10:00:00Z".parse().expect("a time");
    statuspage(&web, "p1", "Acme Cloud", left, &[incident("one", left)]);
    config(folder.path(), &[("Acme Cloud", web.url(""), "statuspage.io")], "");
    for round in ["fresh", "unchanged"] {
        let line = poll(folder.path()).remove(0);
        assert_eq!(line["doubts"], json!(["frozen: nothing on it has changed since 2019-02-08"]), "{round}");
        assert_eq!(pages_now(folder.path()).await[0].state, ComponentState::Unknown, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_that_was_forgotten_is_named_and_does_not_pin_the_page_red() {
    let watched = Watched::start();
    let mut open = incident("two", days_ago(90));
    open["status"] = json!("monitoring");
    open["impact"] = json!("critical");
    open["incident_updates"][0]["status"] = json!("monitoring");
    let page = json!({ "id": "p1", "name": "Acme Cloud", "updated_at": now() });
    let summary = json!({ "page": page, "status": { "indicator": "none" }, "incidents": [open] });
    watched.web.serve("/api/v2/summary.json", Reply::ok("application/json", summary.to_string()));
    let (doubt, state) = watched.doubt().await;
    assert!(doubt.starts_with("stuck: “Trouble two” is open without a word since"), "{doubt}");
    assert_eq!(state, ComponentState::Operational);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_incident_makes_a_green_page_as_bad_as_itself() {
    let watched = Watched::start();
    let mut open = incident("two", now());
    open["status"] = json!("investigating");
    open["impact"] = json!("major");
    open["incident_updates"][0]["status"] = json!("investigating");
    let page = json!({ "id": "p1", "name": "Acme Cloud", "updated_at": now() });
    let summary = json!({ "page": page, "status": { "indicator": "none" }, "incidents": [open] });
    watched.web.serve("/api/v2/summary.json", Reply::ok("application/json", summary.to_string()));
    assert_eq!(watched.polled()["state"], "ok");
    assert_eq!(pages_now(watched.folder.path()).await[0].state, ComponentState::PartialOutage);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_page_in_its_place_is_named_and_speaks_for_nobody() {
    let watched = Watched::start();
    statuspage(&watched.web, "p2", "Bakery Jones", now(), &[incident("bread", now())]);
    for round in 0..2 {
        let (doubt, state) = watched.doubt().await;
        assert_eq!(
            doubt, "another page: it called itself “Acme Cloud” and now “Bakery Jones”, under another id",
            "{round}"
        );
        assert_eq!(state, ComponentState::Unknown);
    }
    let incidents = program::json_lines(watched.folder.path(), &["search", "kind:incident bread", "--json"]);
    assert_eq!(incidents.len(), 1, "its incident is kept as a stranger's");
    statuspage(&watched.web, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
    assert_eq!(watched.polled()["state"], "ok", "the page itself is back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_moved_is_named_and_a_stranger_at_the_new_place_too() {
    let watched = Watched::start();
    let other = Web::start_at("127.0.0.7:0");
    statuspage(&other, "p1", "Acme Cloud", now(), &[incident("one", days_ago(20))]);
    for path in ["/api/v2/summary.json", "/api/v2/incidents.json"] {
        watched.web.serve(path, Reply::status(302, "Location", other.url(path)));
    }
    let (doubt, state) = watched.doubt().await;
    assert_eq!((doubt.as_str(), state), ("moved: 127.0.0.7 answers in its place", ComponentState::Operational));
    statuspage(&other, "p9", "Domains For Sale", now(), &[]);
    let line = watched.polled();
    assert!(line["doubts"].to_string().contains("another page: it called itself"), "{line}");
    assert_eq!(pages_now(watched.folder.path()).await[0].state, ComponentState::Unknown);
}

#[test]
fn what_ticks_is_no_change() {
    let watched = Watched::start();
    let name = poll(watched.folder.path()).remove(0)["name"].as_str().expect("a name").to_owned();
    let parts = [("c1", "API"), ("c2", "Web"), ("c3", "Mail")];
    let at = days_ago(20);
    for round in 0..4_usize {
        let components: Vec<Value> = (0..parts.len())
            .map(|at| parts[(at + round) % parts.len()])
            .map(|(id, name)| json!({ "id": id, "name": name, "status": "operational", "position": round }))
            .collect();
        let mut known = incident("one", at);
        known["components"] = json!(components);
        let page = json!({ "id": "p1", "name": "Acme Cloud", "updated_at": now() });
        let list = json!({ "page": page, "incidents": [known] });
        let summary =
            json!({ "page": page, "status": { "indicator": "none" }, "incidents": [], "components": components });
        watched.web.serve("/api/v2/summary.json", Reply::ok("application/json", summary.to_string()));
        watched.web.serve("/api/v2/incidents.json", Reply::ok("application/json", list.to_string()));
        let line = program::json_lines(watched.folder.path(), &["fetch", "--json", "--source", &name]).remove(0);
        let news = (line["new"].as_u64(), line["edited"].as_u64());
        assert_eq!(news, (Some(0), Some(u64::from(round == 0))), "only the first tells anything: {line}");
    }
}

#[test]
fn many_pages_of_one_platform_that_fail_at_once_are_shown_once() {
    let (web, folder) = (Web::start(), Folder::new());
    let pages: Vec<(String, String)> =
        (0..12).map(|number| (format!("Service {number}"), web.url(&format!("/{number}")))).collect();
    let serve = |reply: &dyn Fn() -> Reply| {
        for number in 0..12 {
            web.serve(&format!("/{number}/status/report"), reply());
        }
    };
    let report = r#"{"health":"healthy","page":{"name":"x"},"probes":[]}"#;
    serve(&|| Reply::ok("application/json", report));
    let watched: Vec<_> = pages.iter().map(|(name, url)| (name.as_str(), url.clone(), "vigil")).collect();
    config(folder.path(), &watched, "");
    assert!(poll(folder.path()).iter().all(|line| line["state"] == "ok"));
    serve(&|| Reply::Whole(502, Vec::new(), Vec::new()));
    assert!(poll(folder.path()).iter().all(|line| line["state"] == "failing"));
    let running = program::start(program::command(folder.path(), &["run", "--only", "serve"]));
    let page = running.get("/sources").body;
    assert!(page.contains("0 of 12 sources were read at their last poll; 1 have trouble"), "{page}");
    assert!(page.contains("12 of 12 pages on vigil fail together since"), "{page}");
}
