//! What the pretend internet serves: that it can be read, that its times are the documented ones, that its words are
//! its own, and that it answers as servers should. That downwire makes an archive of it is tested in `flow.rs`.

mod stories;

use std::{collections::BTreeSet, fs, path::Path};

use downwire::demo::PretendInternet;
use jiff::Timestamp;
use serde_json::Value;
use stories::{ask, documents, shingles, stories, updates};

use crate::support::data;

/// The documented instants of both outages in December 2024 (UTC), the rounded and the contradicting ones included.
const DOCUMENTED: [&str; 28] = [
    "2024-12-11T23:16:00Z", // impact begins
    "2024-12-11T23:17:00Z", // first official post
    "2024-12-11T23:53:00Z", // identified
    "2024-12-12T01:40:00Z", // API recovery begins
    "2024-12-12T02:50:00Z", // ChatGPT and Sora recovery begins
    "2024-12-12T03:01:00Z", // ChatGPT recovered
    "2024-12-12T03:38:00Z", // everything recovered
    "2024-12-12T03:53:00Z", // monitoring
    "2024-12-12T06:23:00Z", // resolved
    "2024-12-13T01:19:00Z", // postmortem
    "2024-12-26T18:30:00Z", // reports spike
    "2024-12-26T18:40:00Z", // impact begins: OpenAI, Azure's final review
    "2024-12-26T18:44:00Z", // impact begins: Azure live and first review
    "2024-12-26T18:58:12Z", // a forum asks
    "2024-12-26T19:00:00Z", // official acknowledgement
    "2024-12-26T19:18:00Z", // upstream provider
    "2024-12-26T20:06:00Z", // a repair is being worked on
    "2024-12-26T22:00:00Z", // power restored
    "2024-12-26T22:58:00Z", // Sora recovery begins
    "2024-12-26T23:05:00Z", // API recovery begins
    "2024-12-26T23:11:00Z", // all but ChatGPT recovered
    "2024-12-26T23:15:00Z", // Sora fully operational, by the press
    "2024-12-27T02:20:00Z", // ChatGPT recovered, by the postmortem
    "2024-12-27T04:00:00Z", // ChatGPT recovered, by the press
    "2024-12-27T04:16:00Z", // ChatGPT recovered, by the resolved update
    "2024-12-27T04:38:00Z", // resolved
    "2024-12-27T19:30:00Z", // Azure's end
    "2025-01-02T23:31:00Z", // postmortem
];

fn documented() -> Vec<Timestamp> {
    DOCUMENTED.iter().map(|at| at.parse().expect("an instant")).collect()
}

#[tokio::test]
async fn every_item_can_be_read_and_has_an_id_a_link_and_a_time() {
    let stories = stories().await;
    assert!((30..=60).contains(&stories.len()), "{} stories", stories.len());
    let ids: BTreeSet<_> = stories.iter().map(|story| (story.document, story.id.as_str())).collect();
    assert_eq!(ids.len(), stories.len(), "an id is used twice");
    for story in &stories {
        assert!(story.text.chars().count() > 20, "{}: {:?}", story.id, story.text);
        assert!(!story.text.contains('\u{fffd}') && !story.text.contains("Ã"), "{}: wrong charset", story.id);
        assert!(!story.id.contains("127.0.0.1"), "{}: the id changes with the port", story.id);
    }
}

#[tokio::test]
async fn whatever_time_is_told_is_documented_and_had_passed_by_then() {
    for story in stories().await {
        for clock in story.clocks() {
            let meant: Vec<_> = documented().into_iter().filter(|at| clock.shows(*at)).collect();
            assert!(!meant.is_empty(), "{} tells {clock:?}, which nobody documented", story.id);
            assert!(meant.iter().any(|at| *at <= story.published), "{} tells {clock:?} before it came", story.id);
        }
    }
}

#[tokio::test]
async fn every_documented_time_is_told() {
    let stories = stories().await;
    for at in documented() {
        let told = stories.iter().any(|story| story.published == at || story.clocks().iter().any(|c| c.shows(at)));
        assert!(told, "nobody tells of {at}");
    }
}

#[tokio::test]
async fn the_end_is_told_in_contradicting_ways() {
    let stories = stories().await;
    for (end, witnesses) in [("2024-12-27T02:20:00Z", 5), ("2024-12-27T04:16:00Z", 6), ("2024-12-27T04:00:00Z", 1)] {
        let at: Timestamp = end.parse().expect("an instant");
        let found = stories.iter().filter(|story| story.clocks().iter().any(|clock| clock.shows(at))).count();
        assert_eq!(found, witnesses, "{end}");
    }
}

#[tokio::test]
async fn the_times_are_those_of_the_record() {
    let (Some(timeline), Some(official)) =
        (data::path("seed-20241226/timeline.json"), data::path("seed-20241226/official.json"))
    else {
        return;
    };
    let timeline = json(&timeline);
    let points = timeline["points"].as_array().expect("points").iter().chain([&timeline["previous"]]);
    for point in points {
        let at: Timestamp = point["utc"].as_str().expect("utc").parse().expect("an instant");
        assert!(documented().contains(&at), "{point} is missing from the table above");
    }
    let told: BTreeSet<_> = updates().await.iter().map(|update| (update.phase.clone(), update.published)).collect();
    for incident in json(&official).as_array().expect("incidents") {
        for phase in ["investigating", "identified", "monitoring", "resolved", "postmortem"] {
            let at = incident[format!("{phase}_timestamp")].as_str().expect("a time");
            if !at.is_empty() {
                let at: Timestamp = at.parse().expect("an instant");
                assert!(told.contains(&(phase.to_owned(), at)), "{phase} {at} is not told");
            }
        }
    }
}

#[tokio::test]
async fn no_seven_words_in_a_row_are_from_the_record_or_the_press() {
    let (Some(article), Some(official)) =
        (data::path("seed-20241226/article.txt"), data::path("seed-20241226/official.json"))
    else {
        return;
    };
    let theirs: String = [article, official].iter().map(|path| fs::read_to_string(path).expect("text")).collect();
    let theirs = shingles(&theirs.replace("\\n", " "));
    assert!(theirs.len() > 1000, "only {} runs of words to compare with", theirs.len());
    for story in stories().await {
        let shared: Vec<_> = shingles(&story.text).intersection(&theirs).cloned().collect();
        assert!(shared.is_empty(), "{}: {shared:?}", story.id);
    }
}

#[tokio::test]
async fn no_real_outlet_is_named() {
    const REAL: [&str; 26] = [
        "the verge",
        "techcrunch",
        "reuters",
        "bbc",
        "cnn",
        "cnbc",
        "bloomberg",
        "the register",
        "guardian",
        "forbes",
        "new york times",
        "washington post",
        "wired",
        "ars technica",
        "business today",
        "downdetector",
        "hacker news",
        "reddit",
        "associated press",
        "spiegel",
        "heise",
        "golem",
        "tagesschau",
        "nhk",
        "日経",
        "朝日",
    ];
    for document in documents().await {
        let text = document.text().to_lowercase();
        for name in REAL {
            assert!(!text.contains(name), "{} names {name}", document.path);
        }
    }
}

#[tokio::test]
async fn the_status_page_has_the_shape_of_its_platform() {
    let documents = documents().await;
    let read = |path: &str| -> Value {
        let document = documents.iter().find(|document| document.path == path).expect(path);
        serde_json::from_slice(&document.body).expect("JSON")
    };
    let (summary, list) = (read("/status/api/v2/summary.json"), read("/status/api/v2/incidents.json"));
    assert_eq!(summary["page"], list["page"]);
    assert_eq!(summary["status"]["indicator"], "none");
    let incidents = list["incidents"].as_array().expect("a list");
    assert_eq!(incidents.len(), 2);
    for incident in incidents {
        let is_id = |id: &Value| id.as_str().is_some_and(|id| id.len() == 12 && id.chars().all(char::is_alphanumeric));
        assert!(is_id(&incident["id"]) && incident["page_id"] == list["page"]["id"]);
        let posts = incident["incident_updates"].as_array().expect("updates");
        assert!(posts.iter().all(|post| is_id(&post["id"]) && post["incident_id"] == incident["id"]));
        let times: Vec<_> = posts.iter().map(|post| post["created_at"].as_str().expect("a time")).collect();
        assert!(times.is_sorted_by(|a, b| a > b), "updates stand newest first: {times:?}");
        assert!(times.iter().all(|time| time.ends_with(".000-08:00")), "times are in the page's zone: {times:?}");
        assert!(posts.iter().all(|post| post["display_at"].is_null() == (post["status"] == "postmortem")));
        assert_eq!(incident["created_at"].as_str(), times.last().copied());
        assert_eq!(incident["updated_at"].as_str(), times.first().copied());
    }
}

#[tokio::test]
async fn both_history_feeds_say_what_the_list_says() {
    for path in ["/status/history.atom", "/status/history.rss"] {
        let documents = documents().await;
        let feed = documents.iter().find(|document| document.path == path).expect(path).entries();
        assert_eq!(feed.len(), 2);
        for update in updates().await {
            let entry = feed.iter().find(|entry| entry.links.iter().any(|link| link.href.ends_with(&update.incident)));
            let entry = entry.expect("an entry for every incident");
            let html = stories::html(entry);
            let zoned = update.published.to_zoned_datetime(jiff::tz::TimeZone::fixed(jiff::tz::offset(-8)));
            let stamp = zoned.strftime("%b <var data-var='date'>%e</var>, <var data-var='time'>%H:%M</var> PST");
            let post = html.split("<p><small>").find(|post| post.starts_with(&stamp.to_string()));
            let post = post.unwrap_or_else(|| panic!("{path}: nothing at {stamp}"));
            assert!(post.ends_with(&format!(" - {}</p>", update.body)), "{path}: {post}");
        }
    }
}

#[tokio::test]
async fn a_known_document_is_answered_with_304() {
    let net = PretendInternet::start().await.expect("loopback");
    for document in documents().await {
        let path = document.path;
        let first = ask(net.address(), "GET", path, "").await;
        let (etag, modified) = (first.header("etag"), first.header("last-modified"));
        assert_eq!(first.status, 200, "{path}");
        for condition in [format!("If-None-Match: {etag}\r\n"), format!("If-Modified-Since: {modified}\r\n")] {
            let again = ask(net.address(), "GET", path, &condition).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} {condition}");
            assert_eq!((again.header("etag"), again.header("last-modified")), (etag.clone(), modified.clone()));
        }
        let other = ask(net.address(), "GET", path, "If-None-Match: \"other\"\r\n").await;
        assert_eq!((other.status, other.body), (200, first.body), "{path}");
        assert_eq!(ask(net.address(), "HEAD", path, "").await.status, 200, "{path}");
    }
    net.stop().await;
}

#[tokio::test]
async fn last_modified_is_the_newest_time_of_the_document() {
    for document in documents().await.iter().filter(|document| document.is_feed()) {
        let newest = document.entries().iter().flat_map(|entry| [entry.published, entry.updated]).flatten().max();
        let newest = newest.expect("a dated entry").format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        assert_eq!(document.modified, newest, "{}", document.path);
    }
}

#[tokio::test]
async fn links_lead_to_a_page_and_unknown_paths_nowhere() {
    let net = PretendInternet::start().await.expect("loopback");
    for document in documents().await.iter().filter(|document| document.is_feed()) {
        for entry in document.entries() {
            let link = url::Url::parse(&entry.links.first().expect("a link").href).expect("an absolute link");
            let page = ask(net.address(), "GET", link.path(), "").await;
            assert_eq!(page.status, 200, "{link}");
            assert!(page.header("content-type").starts_with("text/html"), "{link}");
            assert!(String::from_utf8_lossy(&page.body).contains("pretend"), "{link}");
        }
    }
    for path in ["/", "/robots.txt", "/gazette/nothing", "/status/api/v2/components.json"] {
        assert_eq!(ask(net.address(), "GET", path, "").await.status, 404, "{path}");
    }
    assert_eq!(ask(net.address(), "POST", "/gazette/feed.rss", "Content-Length: 0\r\n").await.status, 405);
    net.stop().await;
}

#[tokio::test]
async fn the_configuration_points_at_what_is_served() {
    let net = PretendInternet::start().await.expect("loopback");
    let text = net.config(Path::new("/some \"where\"/archive"), "127.0.0.1:0");
    let config: toml::Table = text.parse().expect("TOML");
    assert_eq!(config["archive"]["path"].as_str(), Some("/some \"where\"/archive"));
    assert_eq!(config["server"]["listen"].as_str(), Some("127.0.0.1:0"));
    assert_eq!(config["catalogue"]["watch"].as_str(), Some("none"));
    let base = format!("http://{}", net.address());
    let feeds = config["feed"].as_array().expect("feeds").iter();
    let mut addresses: Vec<String> = feeds.map(|feed| feed["url"].as_str().expect("url").to_owned()).collect();
    let page = config["service"][0]["status"].as_str().expect("status").to_owned();
    addresses.extend(["api/v2/summary.json", "api/v2/incidents.json"].map(|path| format!("{page}/{path}")));
    assert_eq!(addresses.len(), 9);
    for address in addresses {
        let path = address.strip_prefix(&base).expect("an address of this server");
        assert_eq!(ask(net.address(), "GET", path, "").await.status, 200, "{address}");
    }
    net.stop().await;
}

#[tokio::test]
async fn a_stopped_server_answers_no_more() {
    let net = PretendInternet::start().await.expect("loopback");
    let address = net.address();
    assert_eq!(ask(address, "GET", "/gazette/feed.rss", "").await.status, 200);
    // An idle connection must not hold up the end.
    let idle = tokio::net::TcpStream::connect(address).await.expect("connects");
    net.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    drop(idle);
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON")
}
