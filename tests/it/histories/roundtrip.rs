//! Export, import into an empty archive, export: the same bytes; and every line is what the schema says.

use std::{fs, path::Path};

use downwire::{
    model::{ComponentDay, ComponentImpact, ComponentState, ExportLine, Exported, Incident, PageIdentity},
    render::export::COLUMNS,
};
use serde_json::Value;

use super::{csv, export, icpe, import, normalised, schema::Schema};
use crate::support::{backend::Folder, data, program};

/// What `downwire export` prints, byte for byte.
fn exported(folder: &Path, arguments: &[&str]) -> String {
    let output = program::call(folder, &[&["export"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Imports into an empty archive and exports again; the two must be the same to the byte.
fn comes_back(text: &str) -> Folder {
    let folder = Folder::new();
    fs::write(folder.path().join("export.jsonl"), text).expect("can write");
    let said = program::json_lines(folder.path(), &["import", "export.jsonl", "--json"]);
    assert_eq!(said[0]["skipped"], Value::Array(Vec::new()));
    let again = exported(folder.path(), &[]);
    if again != text {
        let differing = text.lines().zip(again.lines()).find(|(before, after)| before != after);
        panic!("{} lines became {}: {differing:?}", text.lines().count(), again.lines().count());
    }
    folder
}

/// A document of the demo, as its server would send it.
fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/data").join(name);
    String::from_utf8_lossy(&fs::read(path).expect("is there")).replace("{{base}}", "https://demo.example")
}

/// An archive of everything that an export can hold: incidents with edits, from JSON and from a feed of the same page; a
/// copy; stretches and days; headlines, articles.
pub fn everything() -> Folder {
    let folder = Folder::new();
    let status = document("status/incidents.json");
    let edited =
        status.replace("API failing", "all interfaces failing").replace("had lost power", "had lost its power");
    assert!(edited.len() > status.len() + 10, "both edits hit");
    for (name, text) in [
        ("incidents.json", status),
        ("history.atom", document("status/history.atom")),
        ("gazette.rss", document("gazette.rss")),
        ("quill.atom", document("quill.atom")),
        ("commons.json", document("commons.json")),
    ] {
        fs::write(folder.path().join(name), text).expect("can write");
        assert_eq!(program::json_lines(folder.path(), &["import", name, "--json"])[0]["error"], Value::Null, "{name}");
    }
    fs::write(folder.path().join("incidents.json"), edited).expect("can write");
    program::json_lines(folder.path(), &["import", "incidents.json", "--json"]);
    add_components_and_a_copy(folder.path());
    folder
}

fn add_components_and_a_copy(folder: &Path) {
    let lines = export(folder);
    let incident = lines.iter().find_map(icpe::of).expect("an incident");
    let mut copy = incident.clone();
    copy.incident.native_id.push_str("~2");
    copy.copy_of = incident.id;
    (copy.received_at, copy.edited_at) = (None, None);
    let page = incident.incident.page.clone();
    let of_page = |page: &PageIdentity| (Some("key of another archive".to_owned()), page.clone());
    let (page_key, page) = of_page(&page);
    let day = |partial_s| ComponentDay {
        native_id: Some("c1".to_owned()),
        component: "Chat / \"API\"".to_owned(),
        day: "2024-12-26".parse().expect("a day"),
        partial_s,
        major_s: 120,
        maintenance_s: 0,
    };
    let impact = ComponentImpact {
        native_id: None,
        component: "API".to_owned(),
        state: ComponentState::MajorOutage,
        from: "2024-12-26T18:40:00.123456Z".parse().expect("an instant"),
        until: None,
        incident: Some(incident.incident.native_id.clone()),
    };
    fn line<T>(page_key: &Option<String>, page: &PageIdentity, value: T) -> Box<Exported<T>> {
        let (source, service) = ("demo".to_owned(), Some("OpenAI".to_owned()));
        Box::new(Exported { page_key: page_key.clone(), page: page.clone(), source, service, read_at: None, value })
    }
    let post = r#"{"type":"item","id":"00000000000000000000000001","source":"posts","native_id":"at://x/1","kind":"post","url":"https://example.org/1","published_at":"2024-12-26T18:31:00Z","received_at":"2024-12-26T18:31:05Z","verdict":{"outage":true,"score":0.9,"scope":"many","services":[{"name":"ChatGPT","role":"affected"}],"phase":null,"symptoms":[],"cause":null,"why":["says ‘down’"],"version":"lexicon-1"}}"#;
    let said = import(
        folder,
        "more.jsonl",
        &[
            ExportLine::Incident(Box::new(copy)),
            ExportLine::Impact(line(&page_key, &page, impact)),
            ExportLine::Day(line(&page_key, &page, day(60))),
            ExportLine::Day(line(&page_key, &page, day(90))),
            serde_json::from_str(post).expect("a post without text"),
        ],
    );
    assert_eq!(
        (&said["incidents"], &said["impacts"], &said["days"], &said["items"]),
        (&1.into(), &1.into(), &2.into(), &1.into())
    );
}

#[test]
fn an_export_read_into_an_empty_archive_comes_out_the_same_to_the_byte() {
    let folder = everything();
    let text = exported(folder.path(), &[]);
    let lines = export(folder.path());
    let incidents: Vec<_> = lines.iter().filter_map(icpe::of).collect();
    assert!(incidents.iter().any(|incident| incident.version > 1 && incident.versions.len() > 1), "edits are told");
    let copies: Vec<_> = incidents.iter().filter(|incident| incident.copy_of.is_some()).collect();
    let page_of = |id| incidents.iter().find(|incident| incident.id == id).expect("the original").page_key.clone();
    assert_eq!((copies.len(), &copies[0].page_key), (1, &page_of(copies[0].copy_of)), "one page is one key");
    let days: Vec<_> =
        lines.iter().filter_map(|line| if let ExportLine::Day(day) = line { Some(day) } else { None }).collect();
    assert_eq!((days.len(), days[0].value.partial_s), (1, 90), "the later word on a day stands");
    let again = comes_back(&text);
    // Into an archive that knows it all already, nothing is new.
    let said = program::json_lines(again.path(), &["import", "export.jsonl", "--json"]);
    assert_eq!((&said[0]["new"], exported(again.path(), &[]) == text), (&0.into(), true));
}

#[test]
fn histories_of_six_providers_come_out_the_same_to_the_byte() {
    let (Some(file), Some(paper)) =
        (data::path("incidents/cloud-llm-incidents-normalised.jsonl"), data::path("incidents/llm-icpe2025"))
    else {
        return;
    };
    let folder = Folder::new();
    let lines = [normalised::incidents(&file), icpe::incidents(&paper), icpe::days(&paper)].concat();
    import(folder.path(), "all.jsonl", &lines);
    let text = exported(folder.path(), &[]);
    println!("{} lines, {} bytes", text.lines().count(), text.len());
    comes_back(&text);
}

#[test]
fn every_line_is_what_the_schema_says() {
    let folder = everything();
    let schema = Schema::new(&exported(folder.path(), &["--schema"]));
    let mut types = std::collections::BTreeSet::new();
    for line in exported(folder.path(), &[]).lines() {
        let value: Value = serde_json::from_str(line).expect("JSON");
        let kind = value["type"].as_str().expect("a type").to_owned();
        let definition = if kind == "downwire-export" { "header" } else { &kind };
        schema.check_named(definition, &value).unwrap_or_else(|fault| panic!("{kind}: {fault}\n{line}"));
        let told: Vec<_> = schema.properties(definition);
        let unknown: Vec<_> = value.as_object().expect("an object").keys().filter(|key| !told.contains(key)).collect();
        assert_eq!(unknown, Vec::<&String>::new(), "{kind}: every field is in the schema");
        types.insert(kind);
    }
    assert_eq!(types.len(), 5, "{types:?}");
    let mut wrong = serde_json::json!({"type": "downwire-export", "version": 2});
    assert!(schema.check_named("header", &wrong).is_err());
    wrong["version"] = 1.into();
    assert_eq!(schema.check_named("header", &wrong), Ok(()));
}

#[test]
fn an_export_gives_away_no_posts_text_and_no_more_of_news_than_an_excerpt() {
    let folder = everything();
    let long = "A long story of how it went down. ".repeat(20);
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>Own</title><item><guid>1</guid><title>Down</title>\
         <link>https://example.org/1</link><description>{long}</description></item></channel></rss>"
    );
    fs::write(folder.path().join("own.rss"), feed).expect("can write");
    program::json_lines(folder.path(), &["import", "own.rss", "--json"]);
    comes_back(&exported(folder.path(), &[]));
    let lines = export(folder.path());
    let items: Vec<_> =
        lines.iter().filter_map(|line| if let ExportLine::Item(item) = line { Some(item) } else { None }).collect();
    let (posts, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.kind.as_str() == "post");
    assert!(!posts.is_empty() && others.len() > 5);
    assert!(posts.iter().all(|post| post.text.is_none() && post.title.is_none() && post.url.is_some()));
    assert!(others.iter().all(|item| item.text.as_ref().is_none_or(|text| text.chars().count() <= 300)));
    assert!(others.iter().any(|item| item.text.as_ref().is_some_and(|text| text.ends_with('…'))), "one was cut");
}

#[test]
fn what_cannot_be_read_of_an_export_costs_only_itself() {
    let folder = Folder::new();
    let good = r#"{"type":"day","page":{"id":null,"host":"status.example.org","name":null},"source":"x","component":"API","day":"2024-12-26","partial_s":1,"major_s":2,"maintenance_s":3}"#;
    let text =
        format!("{{\"type\":\"downwire-export\",\"version\":1}}\n{{\"type\":\"event\"}}\n\nnonsense\n{good}\n{good}");
    fs::write(folder.path().join("x.jsonl"), text).expect("can write");
    let said = program::json_lines(folder.path(), &["import", "x.jsonl", "--json"]);
    assert_eq!((&said[0]["days"], &said[0]["error"]), (&2.into(), &Value::Null));
    let skipped = said[0]["skipped"].as_array().expect("a list");
    assert!(skipped[0].as_str().expect("words").starts_with("line 2:") && skipped.len() == 2, "{skipped:?}");
    assert_eq!(export(folder.path()).len(), 2);
    // A part of an export has no first line: then somebody must say what it is.
    fs::write(folder.path().join("part.jsonl"), good.replace("12-26", "12-27")).expect("can write");
    let said = program::json_lines(folder.path(), &["import", "part.jsonl", "--as", "downwire", "--json"]);
    assert_eq!((&said[0]["days"], export(folder.path()).len()), (&1.into(), 3));
}

#[test]
fn incidents_are_given_as_a_table_too() {
    let folder = everything();
    let text = exported(folder.path(), &["--csv"]);
    let rows = csv::rows(&text);
    let incidents: Vec<Incident> =
        export(folder.path()).iter().filter_map(icpe::of).map(|line| line.incident.clone()).collect();
    assert_eq!(rows.len(), incidents.len());
    for (row, incident) in rows.iter().zip(&incidents) {
        assert_eq!((row.get("native_id"), row.get("title")), (incident.native_id.as_str(), incident.title.as_str()));
        assert_eq!(row.get("updates"), incident.updates.len().to_string());
        assert!(COLUMNS.iter().all(|column| !row.get(column).contains('\0')));
    }
}
