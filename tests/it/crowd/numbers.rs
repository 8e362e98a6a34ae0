//! Reports of trouble as numbers: read in every form, kept once, drawn on the service's page; and what several people say is
//! down is shown to the operator; and what is kept of people is said.

use std::{fs, time::Duration};

use downwire::model::{Health, PostsQuery, SourceKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{NOW, Poller};
use crate::support::{
    backend::Folder,
    clock::FixedClock,
    program,
    web::{Reply, Web},
};

fn at(minutes_ago: i64) -> Timestamp {
    NOW.parse::<Timestamp>().expect("an instant") - SignedDuration::from_mins(minutes_ago)
}

async fn poller(folder: &Folder, web: &Web) -> Poller {
    Poller::new(folder, FixedClock::at(NOW), SourceKind::Reports, &web.url("/series"), PostsQuery::default())
        .await
        .about("ChatGPT")
}

/// The reports that are held, oldest first.
async fn held(poller: &Poller) -> Vec<(Timestamp, f64, Option<f64>)> {
    let all = poller.store.measurements("ChatGPT", at(60 * 24 * 60)).await.expect("reads");
    all.into_iter().map(|(_, one)| (one.at, one.reports, one.baseline)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_read_in_every_form_and_what_is_told_again_replaces_what_was_told() {
    let points = [(45, 12.0), (30, 480.0), (15, 1_250.0)];
    let quarter = |(ago, reports): (i64, f64)| (at(ago), reports);
    let enterprise: Vec<_> = points
        .map(quarter)
        .iter()
        .map(|(at, reports)| json!({ "point_in_time": at.to_string(), "total": reports, "indicators": [], "other": 0 }))
        .collect();
    let pairs: Vec<_> = points.map(quarter).iter().map(|(at, reports)| json!([at.as_second(), reports])).collect();
    let page: Vec<_> =
        points.map(quarter).iter().map(|(at, reports)| json!({ "date": at.to_string(), "value": reports })).collect();
    let usual: Vec<_> = points.iter().map(|_| json!({ "date": "x", "value": 10 })).collect();
    let lines: String = points.map(quarter).iter().map(|(at, reports)| format!("{at},{reports}\n")).collect();
    let bare: String = points
        .map(quarter)
        .iter()
        .map(|(at, reports)| format!("{},{reports},10\n", at.strftime("%Y-%m-%d %H:%M")))
        .collect();
    let forms: [(&str, String, Option<f64>); 6] = [
        ("application/json", json!(enterprise).to_string(), None),
        ("application/json", json!(pairs).to_string(), None),
        ("application/json", json!({ "reports": page, "baseline": usual }).to_string(), Some(10.0)),
        ("application/json", json!([{ "slug": "chatgpt", "reports": enterprise }]).to_string(), None),
        ("text/csv", format!("time,count\n{lines}"), None),
        ("text/csv", bare, Some(10.0)),
    ];
    for (kind, body, baseline) in forms {
        let (folder, web) = (Folder::new(), Web::start());
        web.serve("/series", Reply::ok(kind, body.clone()));
        let poller = poller(&folder, &web).await;
        let (state, _) = poller.poll().await;
        let wanted: Vec<_> = points.map(quarter).into_iter().map(|(at, reports)| (at, reports, baseline)).collect();
        assert_eq!((held(&poller).await, state.health), (wanted, Health::Ok), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_fills_up_is_one_bucket_and_bad_lines_cost_only_themselves() {
    let (folder, web) = (Folder::new(), Web::start());
    let poller = poller(&folder, &web).await;
    web.serve("/series", Reply::ok("text/csv", format!("{},5\n{},7\n", at(30), at(15))));
    poller.poll().await;
    web.serve(
        "/series",
        Reply::ok("text/csv", format!("{},5\n{},900\nnonsense,1\n{},-4\n{},3\n", at(30), at(15), at(5), at(-30))),
    );
    let (state, _) = poller.poll().await;
    assert_eq!(
        held(&poller).await,
        [(at(30), 5.0, None), (at(15), 900.0, None)],
        "what lies ahead was not reported yet"
    );
    assert_eq!((state.health, state.skipped.len()), (Health::Partial, 2), "{:?}", state.skipped);
    for nonsense in ["<html><title>Just a moment</title></html>", "{\"error\":\"no\"}", "hello\nworld\n", "[1,2"] {
        web.serve("/series", Reply::ok("text/plain", nonsense));
        let (state, _) = poller.poll().await;
        assert_eq!(state.health, Health::Failing, "{nonsense}");
        assert_eq!(held(&poller).await.len(), 2, "and what is held stays");
    }
}

#[test]
fn the_page_of_a_service_draws_what_was_reported_and_the_operator_sees_what_the_catalogue_lacks() {
    let (folder, web) = (Folder::new(), Web::start());
    let now = downwire::model::Clock::now(&downwire::app::SystemClock);
    let quarter = |back: i64| now - SignedDuration::from_mins(15 * back);
    // Eight quiet days, and a surge in the last hour.
    let lines = (0..96 * 8).rev().map(|back| format!("{},{}\n", quarter(back), if back < 4 { 700 } else { 6 }));
    web.serve("/series", Reply::ok("text/csv", lines.collect::<String>()));
    web.serve("/robots.txt", Reply::status(404, "X-Nothing", "here"));
    // Three people and one who says it twice; a name that one person alone speaks of.
    let said = |id: u32, who: u32, text: &str| json!({ "objectID": id.to_string(), "created_at_i": now.as_second() - 60 - i64::from(id), "title": text, "author": format!("person{who}") });
    let hits = [
        said(1, 1, "Quokkaphone is down for everyone"),
        said(2, 2, "Quokkaphone is down again, anyone else?"),
        said(3, 3, "Quokkaphone is down worldwide"),
        said(4, 3, "Quokkaphone is down, still"),
        said(5, 4, "Wombatcloud is down for me and everyone I know"),
    ];
    let found = json!({ "hits": hits, "nbHits": 5 }).to_string();
    web.answer_by(move |path| match path.starts_with("/api/v1/search_by_date") {
        true => Reply::ok("application/json", found.clone()),
        false => Reply::ok("application/json", r#"{"id":1,"type":"story"}"#),
    });
    let text = format!(
        "[archive]\npath = \"index\"\n[server]\nlisten = \"127.0.0.1:0\"\n[catalogue]\nwatch = \"none\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\ncontact = \"ops@example.org\"\n\
         [privacy]\nkeep_posts = \"30d\"\n\
         [[posts]]\nkind = \"reports\"\nserver = \"{}\"\nservice = \"ChatGPT\"\nschedule = \"* * * * * *\"\n\
         [[posts]]\nkind = \"hackernews\"\nserver = \"{}\"\nquery = [\"is down\"]\nschedule = \"* * * * * *\"\n",
        web.url("/series"),
        web.url("")
    );
    fs::write(folder.path().join("feeds.toml"), text).expect("writes");
    let running = program::start(program::command(folder.path(), &["run"]));
    running.wait_for("the drawing", Duration::from_secs(30), |running| {
        running.get("/service/chatgpt").body.contains("svg class=\"reports\"")
    });
    let page = running.get("/service/chatgpt").body;
    assert!(page.contains("700 reports at") && page.contains("6 is usual at this time of day"), "{page}");
    assert!(page.contains("bar high"), "the surge stands out");
    running
        .wait_for("the name", Duration::from_secs(30), |running| running.get("/sources").body.contains("Quokkaphone"));
    let sources = running.get("/sources").body;
    assert!(sources.contains("3 people in 4 posts") && !sources.contains("Wombatcloud"), "{sources}");
    let lines = program::json_lines(folder.path(), &["candidates", "--json"]);
    assert_eq!((lines.len(), lines[0]["authors"].as_u64()), (1, Some(3)), "{lines:?}");
    let privacy = running.get("/about/privacy");
    assert_eq!(privacy.status, 200);
    for words in ["kept for 30 days", "7 days", "ops@example.org", "secret key"] {
        assert!(privacy.body.contains(words), "{words}: {}", privacy.body);
    }
    assert_eq!(running.terminate(), Some(0));
}
