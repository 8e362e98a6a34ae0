//! The pages about reliability, as the running program serves them.

use std::fs;

use super::{icpe, import, roundtrip::everything};
use crate::support::{backend::Folder, data, program};

/// Serves the archive of a folder.
fn serve(folder: &Folder) -> program::Running {
    let text = "[archive]\npath = \"index\"\n[server]\nlisten = \"127.0.0.1:0\"\n";
    fs::write(folder.path().join("feeds.toml"), text).expect("can write");
    program::start(program::command(folder.path(), &["run", "--only", "serve"]))
}

#[test]
fn the_reliability_pages_say_how_many_incidents_every_figure_rests_on() {
    let folder = everything();
    let running = serve(&folder);
    let stats = running.get("/stats");
    assert_eq!(stats.status, 200);
    assert!(stats.body.contains("1 that repeat another"), "{}", stats.body);
    // The demo's page is in no catalogue: it stands under its own name.
    assert!(stats.body.contains("OpenAI (demo)"), "{}", stats.body);
    let front = running.get("/");
    assert!(front.body.contains("href=\"/stats\""), "the page is linked");
    for answer in [&stats, &front] {
        assert!(!answer.body.contains("<script"), "no JavaScript");
    }
    let copy = super::export(folder.path()).iter().filter_map(icpe::of).find(|line| line.copy_of.is_some()).cloned();
    let copy = copy.expect("a copy");
    let page = running.get(&format!("/incident/{}", copy.id.expect("an id")));
    assert!(!page.body.contains("incident of OpenAI"), "a copy is not counted");
    assert!(page.body.contains(&format!("href=\"/incident/{}\"", copy.copy_of.expect("an original"))), "{}", page.body);
}

#[test]
fn availability_says_whether_it_rests_on_the_pages_days_or_on_stretches() {
    let folder = everything();
    let said = program::json_lines(folder.path(), &["stats", "--components", "--json"]);
    let of = |component: &str| {
        said.iter().find(|line| line["service"] == "OpenAI" && line["component"] == component).expect("a line")
    };
    let day = of("Chat / \"API\"");
    assert_eq!((&day["availability_from"], &day["days"], &day["outage_days"]), (&"days".into(), &1.into(), &1.into()));
    // A major outage that began on 26 December 2024 and lasted when it was read, just now.
    let stretch = of("API");
    assert_eq!(stretch["availability_from"], "stretches");
    assert_eq!(stretch["days"], stretch["outage_days"]);
    assert!(stretch["availability"].as_f64().is_some_and(|share| share < 50.0), "{stretch}");
    let quiet = said.iter().find(|line| line["availability"].is_null()).expect("one of which nothing is told");
    assert_eq!((&quiet["availability_from"], &quiet["days"]), (&serde_json::Value::Null, &0.into()));
}

#[test]
fn a_services_page_shows_its_calendar_and_its_repairs() {
    let Some(path) = data::path("incidents/llm-icpe2025") else { return };
    let folder = Folder::new();
    import(folder.path(), "icpe.jsonl", &[icpe::incidents(&path), icpe::days(&path)].concat());
    let running = serve(&folder);
    let page = running.get("/service/chatgpt").body;
    for words in [
        "143 official incidents since 14 Feb 2023",
        "63 of 565 days had an outage",
        "class=\"days\"",
        "Aug 2024: 1",
        "<td data-label=\"rests on\">140</td>",
        "aria-label=\"under 5 min: ",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(
        page.matches("<rect class=\"none\"").count()
            + page.matches("<rect class=\"one\"").count()
            + page.matches("<rect class=\"few\"").count()
            + page.matches("<rect class=\"many\"").count(),
        365
    );
    let lines = super::export(folder.path());
    let last =
        lines.iter().filter_map(icpe::of).find(|line| line.incident.native_id == "8kb29fwgbp25").expect("the newest");
    let page = running.get(&format!("/incident/{}", last.id.expect("an id"))).body;
    assert!(page.contains("incident of OpenAI in August 2024."), "{page}");
    let quiet = running.get("/service/slack").body;
    assert!(!quiet.contains("class=\"reliability\""), "nothing is claimed of whom nothing is known");
}
