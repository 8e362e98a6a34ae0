//! The index: what a query finds, who writes, and when it is rebuilt.

use std::{collections::BTreeSet, path::Path};

use downwire::{
    catalogue::Catalogue,
    jobs::{
        follow::{self, Follower as _},
        follow_search::SearchFollower,
    },
    model::{Batch, Document, Id, Item, ItemKind, Judged, Position, Query, Timestamp, Verdict, query::Condition},
    search::{Order, Search, Window, Writer},
    store::Store,
    text::words::words,
};
use proptest::prelude::*;

use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
};

const ALL: Window = Window { offset: 0, limit: 10_000, order: Order::Newest };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_735_236_000 + second).expect("an instant")
}

fn document(number: usize, title: &str, text: &str, services: &[&str], outage: bool) -> Document {
    Document {
        id: Id::derive("test", &number.to_string()),
        kind: if number.is_multiple_of(3) { "post" } else { "article" }.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        source: format!("Source {}", number % 2),
        services: services.iter().map(|name| (*name).to_owned()).collect(),
        outage,
        score: (number % 11) as f32 / 10.0,
        phase: [None, Some("resolved".to_owned()), Some("investigating".to_owned())][number % 3].clone(),
        language: [None, Some("de".to_owned())][number % 2].clone(),
        hidden: false,
        at: at(number as i64 * 60),
    }
}

/// An index of these documents.
fn index(folder: &Path, documents: &[Document]) -> Search {
    let search = Search::open(folder).expect("opens");
    let mut writer = Writer::open(folder, search.clone()).expect("opens").expect("nobody else writes");
    let mut rebuild = writer.rebuild().expect("starts");
    rebuild.add(documents).expect("adds");
    writer.finish(rebuild, "archive", Position::default()).expect("finishes");
    search
}

fn found(search: &Search, query: &str) -> Vec<Id> {
    let query = Catalogue::built_in().canonical(Query::parse(query, at(0)).expect(query));
    search.search(&query, ALL).expect("searches").hits.iter().map(|hit| hit.id).collect()
}

/// What a query means, without an index: every document is asked the whole tree. `None` is a part that asks nothing.
fn holds(document: &Document, query: &Query) -> Option<bool> {
    let all = |parts: &[Query]| {
        let asked: Vec<bool> = parts.iter().filter_map(|part| holds(document, part)).collect();
        (!asked.is_empty()).then(|| asked.iter().all(|holds| *holds))
    };
    match query {
        Query::Everything => None,
        Query::Not(part) => holds(document, part).map(|holds| !holds),
        Query::All(parts) => all(parts),
        Query::Any(parts) => {
            let asked: Option<Vec<bool>> = parts.iter().map(|part| holds(document, part)).collect();
            asked.map(|asked| asked.contains(&true))
        }
        Query::Is(condition) => is(document, condition),
    }
}

fn is(document: &Document, condition: &Condition) -> Option<bool> {
    Some(match condition {
        Condition::Text(text) => {
            let wanted = words(text);
            if wanted.is_empty() {
                return None;
            }
            let has = |part: &str| words(part).windows(wanted.len()).any(|window| window == wanted);
            has(&document.title) || has(&document.text)
        }
        Condition::Service(name) => document.services.iter().any(|own| own.to_lowercase() == name.to_lowercase()),
        Condition::Source(name) => document.source.to_lowercase() == name.to_lowercase(),
        Condition::Kind(kind) => document.kind == *kind,
        Condition::Phase(phase) => document.phase.as_ref() == Some(phase),
        Condition::Language(language) => document.language.as_ref() == Some(language),
        Condition::Outage(outage) => document.outage == *outage,
        Condition::Score(hundredths) => document.score * 100.0 >= f32::from(*hundredths),
        Condition::After(from) => document.at >= *from,
        Condition::Before(to) => document.at < *to,
    })
}

fn naive(documents: &[Document], query: &Query) -> BTreeSet<Id> {
    documents.iter().filter(|document| holds(document, query).unwrap_or(true)).map(|document| document.id).collect()
}

fn corpus() -> Vec<Document> {
    let titles = ["ChatGPT is down", "Outages at Slack", "Störung bei Azure", "All is well", "障害が発生しました", ""];
    let texts = [
        "internal server error again",
        "nothing to see here",
        "the API returns an error, internal only",
        "status.openai.com says so",
        "",
    ];
    (0..60)
        .map(|number| {
            let services: &[&str] = [&["ChatGPT"][..], &["Slack", "AWS"], &[]][number % 3];
            document(
                number,
                titles[number % titles.len()],
                texts[number % texts.len()],
                services,
                number.is_multiple_of(4),
            )
        })
        .collect()
}

#[test]
fn queries_find_what_they_say_newest_first() {
    let folder = Folder::new();
    let documents = corpus();
    let search = index(folder.path(), &documents);
    for query in [
        "",
        "down",
        "DOWN chatgpt",
        "outage",
        "\"internal server error\"",
        "\"server internal\"",
        "error -server",
        "-error",
        "service:chatgpt",
        "service:aws outage:yes",
        "-service:slack",
        "storung",
        "障害",
        "発生しました",
        "status.openai.com",
        "kind:post",
        "source:\"source 1\" well",
        "nothingofthekind",
        "after:2024-12-26T18:10:00Z before:2024-12-26T18:20:00Z",
        "!!!",
        "chatgpt OR slack",
        "(chatgpt OR storung) -error",
        "-(down OR outage)",
        "-(\"internal server error\" OR well) kind:post",
        "phase:resolved",
        "lang:de score:0.5",
        "down OR -down",
        "error OR -\"internal server error\"",
        "--down",
        "(!!! OR down)",
        "-!!! down",
        "service:\"nobody\"",
        "outage:no kind:article",
    ] {
        let hits = found(&search, query);
        let parsed = Catalogue::built_in().canonical(Query::parse(query, at(0)).expect(query));
        assert_eq!(hits.iter().copied().collect::<BTreeSet<_>>(), naive(&documents, &parsed), "{query}");
        let times: Vec<_> =
            hits.iter().map(|id| documents.iter().find(|document| document.id == *id).expect("there").at).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "{query}: newest first");
    }
    let query = Query::parse("error", at(0)).expect("parses");
    let best = search.search(&query, Window { offset: 0, limit: 3, order: Order::Best }).expect("searches");
    assert!(best.hits.is_sorted_by(|a, b| a.rank >= b.rank) && best.hits[0].rank > 0.0);
    let second = search.search(&query, Window { offset: 3, limit: 3, order: Order::Newest }).expect("searches");
    assert_eq!(second.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), found(&search, "error")[3..6]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn any_query_finds_what_the_naive_reading_of_it_does(
        parts in proptest::collection::vec("(-|\\(|OR |\\) |)(down|error|\"internal server error\"|azure|service:chatgpt|service:slack|outage:yes|kind:post|障害|!|well|score:0.5|lang:de)", 0..7)
    ) {
        let text = parts.join(" ");
        let Ok(query) = Query::parse(&text, at(0)) else { return Ok(()) };
        let folder = Folder::new();
        let documents = corpus();
        let search = index(folder.path(), &documents);
        let query = Catalogue::built_in().canonical(query);
        prop_assert_eq!(found(&search, &text).into_iter().collect::<BTreeSet<_>>(), naive(&documents, &query), "{}", text);
    }
}

#[test]
fn one_process_writes_and_what_is_hidden_is_not_found() {
    let folder = Folder::new();
    let search = index(folder.path(), &corpus());
    let mut writer = Writer::open(folder.path(), search.clone()).expect("opens").expect("free");
    assert!(Writer::open(folder.path(), search.clone()).expect("opens").is_none(), "the lock is held");
    let mut hidden = document(0, "ChatGPT is down", "x", &[], true);
    assert!(found(&search, "").contains(&hidden.id));
    hidden.hidden = true;
    let gone = document(1, "", "", &[], false).id;
    writer.apply(&[hidden.clone()], &[gone], "archive", Position { seq: 7, at_micros: 1 }).expect("applies");
    let left = found(&search, "");
    assert!(!left.contains(&hidden.id) && !left.contains(&gone) && left.len() == 58);
    assert_eq!(writer.position("archive"), Some(Position { seq: 7, at_micros: 1 }));
    assert_eq!(writer.position("another archive"), None);
    drop(writer);
    assert!(Writer::open(folder.path(), search).expect("opens").is_some(), "the lock was given back");
}

fn judged(number: usize) -> Judged<Item> {
    let value = Item {
        id: Id::derive("feed:a", &number.to_string()),
        source: "a".to_owned(),
        native_id: number.to_string(),
        kind: ItemKind::Article,
        url: None,
        title: format!("item {number} is down"),
        text: String::new(),
        author: None,
        language: None,
        published_at: at(number as i64),
        published_estimated: false,
        updated_at: None,
        received_at: at(0),
        hidden: false,
    };
    let verdict: Verdict = serde_json::from_value(serde_json::json!({
        "outage": true, "score": 0.5, "scope": "unclear", "services": [], "phase": null, "symptoms": [], "cause": null, "why": [], "version": "t"
    })).expect("a verdict");
    Judged { value, verdict }
}

async fn put(store: &Store, numbers: std::ops::Range<usize>) {
    store.commit(&[Batch { items: numbers.map(judged).collect(), ..Batch::default() }]).await.expect("commits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_keeps_up_and_starts_over_when_the_store_is_another() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let folder = Folder::new();
        let clock = FixedClock::at("2024-12-26T19:00:00Z");
        let Some(store_one) = store(backend, &folder, clock.clone()).await else { continue };
        let search = Search::open(folder.path()).expect("opens");
        let mut follower = SearchFollower(Writer::open(folder.path(), search.clone()).expect("opens").expect("free"));
        put(&store_one, 0..30).await;
        follow::catch_up(&mut follower, &store_one).await.expect("follows");
        assert_eq!(found(&search, "down").len(), 30);
        put(&store_one, 20..50).await;
        assert_eq!(follow::catch_up(&mut follower, &store_one).await.expect("follows"), 20);
        assert_eq!(found(&search, "down").len(), 50);
        assert_eq!(follow::catch_up(&mut follower, &store_one).await.expect("follows"), 0);
        // Another archive below the same index: everything is taken in anew.
        let elsewhere = Folder::new();
        let Some(store_two) = store(backend, &elsewhere, clock.clone()).await else { continue };
        put(&store_two, 100..103).await;
        assert_eq!(follower.position(&store_two), None);
        follow::catch_up(&mut follower, &store_two).await.expect("follows");
        assert_eq!(found(&search, "down").len(), 3);
    }
}
