//! The platform found out from the address alone: every platform's documents under their real paths on a loopback server.

use std::{fs, sync::Arc, time::Duration};

use downwire::{
    fetch::{self, Fetcher},
    jobs::detect::{Undetected, detect},
    model::SourceKind,
};

use super::fixtures;
use crate::support::{
    backend::Folder,
    clock::FixedClock,
    data, program,
    web::{Reply, Web},
};

/// Where the first document of a platform lies below the root of a page, and which of the data's documents it is.
const PAGES: [(SourceKind, &str, &str); 22] = [
    (SourceKind::IncidentIo, "/api/v2/summary.json", "incidentio/openai-compat-summary-active.json"),
    (SourceKind::Statuspage, "/api/v2/summary.json", "statuspage/claude-summary.json"),
    (SourceKind::Instatus, "/summary.json", "instatus/instatus-demo-summary-hasissues.json"),
    (SourceKind::BetterStack, "/index.json", "betterstack/betterstack-index.json"),
    (SourceKind::StatusIo, "/", ""),
    (SourceKind::Cachet, "/api/v1/incidents?per_page=100&sort=id&order=desc&page=1", "cachet/demo-incidents-v2.json"),
    (SourceKind::Google, "/incidents.json", "gcp/gcp-incidents-202607.json"),
    (SourceKind::Aws, "/public/currentevents", "aws/aws-currentevents-live.utf16be.json"),
    (SourceKind::Azure, "/feed/", "azure/azure-feed-incident.rss"),
    (SourceKind::Microsoft365, "/api/posts/mac", "microsoft/m365-posts-mac.json"),
    (SourceKind::Slack, "/api/v2.0.0/current", "slack/slack-current-202607.json"),
    (SourceKind::Heroku, "/api/v4/current-status", "heroku/heroku-current-status.json"),
    (
        SourceKind::Salesforce,
        "/v1/incidents?limit=100&sort=startTime&order=desc",
        "salesforce/salesforce-incidents.json",
    ),
    (SourceKind::Apple, "/data/system_status_en_US.js", "apple/apple-developer-system-status.js"),
    (SourceKind::FireHydrant, "/data/payload.json", "firehydrant/redis-payload.json"),
    (SourceKind::Datadog, "/config.json", "datadog/openrouter-config.json"),
    (SourceKind::UptimeCom, "/history", "uptimecom/uptimecom-history.json"),
    (SourceKind::UptimeKuma, "/api/status-page/default", "uptimekuma/demo-status-page-v1.json"),
    (SourceKind::Gatus, "/api/v1/endpoints/statuses?page=1&pageSize=100", "gatus/gatus-endpoint-statuses.json"),
    (SourceKind::Upptime, "/history/summary.json", "upptime/upptime-history-summary.json"),
    (SourceKind::Cstate, "/issues/index.json", "cstate/cstate-issues-index.json"),
    (SourceKind::Hund, "/state_feed/feed", "hund/hund-state-feed.atom"),
];

const HOME: &str = "<!doctype html><html><head><title>Status</title></head><body>All about us.</body></html>";

async fn found(web: &Web) -> Result<(SourceKind, Option<String>), Undetected> {
    let clock = FixedClock::at("2026-11-26T12:00:00Z");
    let settings = fetch::Settings {
        allow: vec!["127.0.0.0/8".parse().expect("a network")],
        gap: Duration::ZERO,
        ..fetch::Settings::default()
    };
    let fetcher = Fetcher::new(settings, Arc::new(clock.clone())).expect("can be made");
    let found = detect(&fetcher, &web.url(""), &clock).await?;
    Ok((found.kind, found.address))
}

/// A page for people at the root, and the document under its path.
fn serve(path: &str, body: Vec<u8>) -> Web {
    let web = Web::start();
    web.serve("/", Reply::ok("text/html", HOME));
    let kind = if body.starts_with(b"<") { "text/xml" } else { "application/json" };
    web.serve(path, Reply::ok(if path == "/" { "text/html" } else { kind }, body));
    web
}

/// The page of Status.io, which names its id.
const STATUS_IO: &str = "<!doctype html><html><script>var statuspageId='5b36dc6502d06804c0834a07';</script></html>";

#[tokio::test(flavor = "multi_thread")]
async fn every_platform_is_found_from_its_address_alone() {
    let Some(root) = data::path("statuspages") else { return };
    for (kind, path, file) in PAGES {
        let body = if file.is_empty() { STATUS_IO.into() } else { fs::read(root.join(file)).expect("reads") };
        let web = serve(path, body);
        assert_eq!(found(&web).await.map(|(kind, _)| kind), Ok(kind), "{file}");
        println!("{} found with {} requests", kind.as_str(), web.all_requests().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_documents_are_found_too() {
    let all = fixtures();
    for (kind, path, _) in
        PAGES.iter().filter(|(kind, ..)| ![SourceKind::Statuspage, SourceKind::IncidentIo].contains(kind))
    {
        // A platform may have several documents: one of them is the first.
        let own = all.iter().filter(|(_, platform, _)| platform == kind);
        let mut kinds = Vec::new();
        for (_, _, body) in own {
            kinds.push(found(&serve(path, body.clone())).await.map(|(kind, _)| kind));
        }
        assert!(kinds.contains(&Ok(*kind)), "{}: {kinds:?}", kind.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_status_page_is_unknown() {
    let site = Web::start();
    site.serve("/", Reply::ok("text/html", HOME));
    assert!(matches!(found(&site).await, Err(Undetected::Unknown(_))), "an ordinary site");
    let app = Web::start();
    app.answer_by(|_| Reply::ok("text/html", HOME));
    assert!(matches!(found(&app).await, Err(Undetected::Unknown(_))), "an app that answers 200 on any path");
    let (decoy, vendor) = (Web::start(), Web::start_at("127.0.0.2:0"));
    vendor.answer_by(|_| Reply::ok("text/html", "<html><title>Get your own status page</title></html>"));
    let to = vendor.url("/");
    decoy.answer_by(move |_| Reply::status(302, "Location", to.clone()));
    assert!(matches!(found(&decoy).await, Err(Undetected::Unknown(_))), "an address that nobody has claimed");
    let json = Web::start();
    json.answer_by(|_| Reply::ok("application/json", "{\"status\":\"ok\"}"));
    assert!(matches!(found(&json).await, Err(Undetected::Unknown(_))), "a health check of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_has_only_a_feed_is_read_by_it() {
    let web = Web::start();
    web.serve(
        "/",
        Reply::ok("text/html", "<html><link rel='alternate' type='application/rss+xml' href='/log.rss'></html>"),
    );
    let feed = fixtures().into_iter().find(|(name, ..)| name == "status-feed.rss").expect("a fixture").2;
    web.serve("/log.rss", Reply::ok("text/xml", feed));
    let (kind, address) = found(&web).await.expect("found");
    // "went down" and "recovered" are Better Stack's words.
    assert!([SourceKind::StatusFeed, SourceKind::BetterStack].contains(&kind), "{kind:?}");
    assert_eq!(address, Some(web.url("/log.rss")));
}

#[test]
fn a_status_page_is_added_watched_and_followed_to_another_platform() {
    let (folder, web) = (Folder::new(), Web::start());
    let config = "[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\n[catalogue]\nwatch = \"none\"\n";
    fs::write(folder.path().join("feeds.toml"), config).expect("writes");
    let fixture = |wanted: &str| fixtures().into_iter().find(|(name, ..)| name == wanted).expect("a fixture").2;
    web.serve("/status", Reply::ok("text/html", HOME));
    web.serve("/status/summary.json", Reply::ok("application/json", fixture("instatus.json")));
    let added = program::json_lines(
        folder.path(),
        &["sources", "add", &web.url("/status"), "--name", "Example", "--write", "--json"],
    );
    assert_eq!(
        (added[0]["platform"].as_str(), added[0]["items"].as_array().map(Vec::len)),
        (Some("instatus"), Some(2))
    );
    // Nobody says which platform it is any more: it is found out, and again when the page moves.
    let text = fs::read_to_string(folder.path().join("feeds.toml")).expect("reads");
    fs::write(folder.path().join("feeds.toml"), text.replace("platform = \"instatus\"\n", "")).expect("writes");
    let fetch = || program::json_lines(folder.path(), &["fetch", "--source", "Example status", "--json"]).remove(0);
    assert_eq!(fetch()["state"], "partial", "one of its incidents has no id");
    web.serve("/status/summary.json", Reply::ok("application/json", "{\"error\":\"gone\"}"));
    web.serve("/status/data/payload.json", Reply::ok("application/json", fixture("firehydrant.json")));
    for _ in 0..3 {
        assert_eq!(fetch()["state"], "failing");
    }
    assert_eq!(fetch()["state"], "partial");
    let sources = program::call(folder.path(), &["sources"]);
    let told = String::from_utf8_lossy(&sources.stdout).into_owned();
    assert!(told.contains("moved from instatus to firehydrant"), "{told}");
}
