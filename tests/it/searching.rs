//! The index: what a query finds, who writes, and when it is rebuilt.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    rc::Rc,
};

use downwire::{
    catalogue::Catalogue,
    jobs::{
        follow::{self, Follower as _},
        follow_search::SearchFollower,
    },
    model::{
        Batch, Cursor, Document, FacetCount, Id, Item, ItemKind, Judged, Position, Query, Timestamp, Verdict,
        query::{Condition, Value},
    },
    search::{Order, Search, Window, Writer},
    store::Store,
    text::words::words,
};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
};

const ALL: Window = Window { after: None, limit: 10_000, order: Order::Newest };

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
        copy: number % 7 == 3,
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

/// The words of a text, cut once: the naive reading asks for them again and again.
fn words_of(text: &str) -> Rc<Vec<String>> {
    thread_local! {
        static CUT: RefCell<HashMap<String, Rc<Vec<String>>>> = RefCell::default();
    }
    CUT.with_borrow_mut(|cut| match cut.get(text) {
        Some(words) => Rc::clone(words),
        None => Rc::clone(cut.entry(text.to_owned()).or_insert_with(|| Rc::new(words(text)))),
    })
}

fn is(document: &Document, condition: &Condition) -> Option<bool> {
    Some(match condition {
        Condition::Text(text) => {
            let wanted = words(text);
            if wanted.is_empty() {
                return None;
            }
            let has = |part: &str| words_of(part).windows(wanted.len()).any(|window| window == wanted);
            has(&document.title) || has(&document.text)
        }
        Condition::Field(field, value) => match (field.name, value) {
            ("service", Value::Word(name)) => {
                document.services.iter().any(|own| own.to_lowercase() == name.to_lowercase())
            }
            ("source", Value::Word(name)) => document.source.to_lowercase() == name.to_lowercase(),
            ("kind", Value::Word(kind)) => document.kind == *kind,
            ("phase", Value::Word(phase)) => document.phase.as_ref() == Some(phase),
            ("lang", Value::Word(language)) => document.language.as_ref() == Some(language),
            ("outage", Value::Flag(outage)) => document.outage == *outage,
            ("copy", Value::Flag(copy)) => document.copy == *copy,
            ("score", Value::Hundredths(hundredths)) => document.score * 100.0 >= f32::from(*hundredths),
            ("after", Value::Instant { at: from, .. }) => document.at >= *from,
            ("before", Value::Instant { at: to, .. }) => document.at < *to,
            (name, value) => panic!("the naive reading does not know {name}: {value:?}"),
        },
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
    let best = search.search(&query, Window { after: None, limit: 3, order: Order::Best }).expect("searches");
    assert!(best.hits.is_sorted_by(|a, b| a.rank >= b.rank) && best.hits[0].rank > 0.0);
}

/// All pages of a query, one behind the other.
fn paged(search: &Search, query: &Query, limit: usize, order: Order) -> Vec<Id> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = search.search(query, Window { after, limit, order }).expect("searches");
        ids.extend(page.hits.iter().map(|hit| hit.id));
        // What goes on the page goes through its word.
        after = page.next.map(|next| next.to_string().parse::<Cursor>().expect("its own word"));
        if after.is_none() {
            assert!(page.total >= ids.len());
            return ids;
        }
    }
}

#[test]
fn paging_neither_repeats_nor_hides_also_when_documents_arrive_between_the_pages() {
    let folder = Folder::new();
    // Many share a second, so that ties are broken somehow, and always in the same way.
    let documents: Vec<Document> = corpus()
        .into_iter()
        .enumerate()
        .map(|(number, document)| Document { at: at(number as i64 / 9), ..document })
        .collect();
    let search = index(folder.path(), &documents);
    for text in ["", "error", "down OR well", "-error"] {
        let query = Query::parse(text, at(0)).expect("parses");
        for order in [Order::Newest, Order::Best] {
            let whole = paged(&search, &query, 1_000, order);
            for limit in [1, 7, 20] {
                assert_eq!(paged(&search, &query, limit, order), whole, "{text:?} by {limit}, {order:?}");
            }
        }
    }
    let before = found(&search, "");
    let first =
        search.search(&Query::Everything, Window { after: None, limit: 25, order: Order::Newest }).expect("searches");
    let mut writer = Writer::open(folder.path(), search.clone()).expect("opens").expect("free");
    let newer: Vec<Document> = (100..140).map(|number| document(number, "new", "new", &[], false)).collect();
    writer.apply(&newer, &[before[3]], "archive", Position { seq: 9, at_micros: 1 }).expect("applies");
    let second = Window { after: first.next, limit: 1_000, order: Order::Newest };
    let rest: Vec<Id> =
        search.search(&Query::Everything, second).expect("searches").hits.iter().map(|hit| hit.id).collect();
    assert_eq!(rest, before[25..]);
}

/// Counts of a facet as the index gives them, from the documents themselves.
fn counted<'a>(values: impl Iterator<Item = &'a str>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value.to_lowercase()).or_default() += 1;
    }
    counts
}

#[test]
fn an_overview_counts_what_is_found_by_facet_and_day() {
    let folder = Folder::new();
    let documents: Vec<Document> = corpus()
        .into_iter()
        .enumerate()
        .map(|(number, document)| Document { at: at(number as i64 * 20_000), ..document })
        .collect();
    let search = index(folder.path(), &documents);
    let mut writer = Writer::open(folder.path(), search.clone()).expect("opens").expect("free");
    for gone in [None, Some(documents[7].id)] {
        // The second time with a deleted document, which is another way through the counters.
        let gone: Vec<Id> = gone.into_iter().collect();
        writer.apply(&[], &gone, "archive", Position { seq: 3, at_micros: 1 }).expect("applies");
        for text in ["", "error", "service:slack", "-down", "nothingofthekind"] {
            let query = Query::parse(text, at(0)).expect("parses");
            let ids = naive(&documents, &query);
            let hit: Vec<&Document> =
                documents.iter().filter(|one| ids.contains(&one.id) && !gone.contains(&one.id)).collect();
            let overview = search.overview(&query, 100).expect("counts");
            let given = |counts: &[FacetCount]| {
                counts.iter().map(|one| (one.value.clone(), one.count)).collect::<BTreeMap<_, _>>()
            };
            assert_eq!(given(&overview.sources), counted(hit.iter().map(|one| &*one.source)), "{text}");
            assert_eq!(given(&overview.kinds), counted(hit.iter().map(|one| &*one.kind)), "{text}");
            assert_eq!(
                given(&overview.languages),
                counted(hit.iter().filter_map(|one| one.language.as_deref())),
                "{text}"
            );
            assert_eq!(
                given(&overview.services),
                counted(hit.iter().flat_map(|one| &one.services).map(String::as_str)),
                "{text}"
            );
            assert!(overview.services.is_sorted_by_key(|one| std::cmp::Reverse(one.count)));
            let histogram = &overview.histogram;
            assert_eq!(histogram.counts.iter().sum::<u64>(), hit.len() as u64, "{text}");
            for (bucket, count) in (0..).zip(&histogram.counts) {
                let from = histogram.from + bucket * histogram.width;
                let inside = hit.iter().filter(|one| (from..from + histogram.width).contains(&one.at.as_second()));
                assert_eq!(inside.count() as u64, *count, "{text}");
            }
        }
    }
    let short = search
        .overview(&Query::parse("after:2024-12-26 before:2024-12-28", at(0)).expect("parses"), 3)
        .expect("counts");
    assert_eq!(short.histogram.width, 3_600, "few days are counted by hours");
}

/// Two thousand documents of few words: every query hits some.
fn many() -> Vec<Document> {
    let words =
        ["chatgpt", "down", "error", "internal", "server", "azure", "störung", "障害", "outage", "well", "again"];
    let mut state = 7_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..2_000)
        .map(|number| {
            let mut sentence =
                |length: usize| (0..length).map(|_| words[draw(words.len())]).collect::<Vec<_>>().join(" ");
            let (title, text) = (sentence(3), sentence(12));
            let services: &[&str] = [&["ChatGPT"][..], &["Slack", "AWS"], &[], &["AWS"]][number % 4];
            document(number, &title, &text, services, number.is_multiple_of(5))
        })
        .collect()
}

#[test]
fn over_two_thousand_documents_four_hundred_queries_find_what_the_naive_reading_finds() {
    let folder = Folder::new();
    let documents = many();
    let search = index(folder.path(), &documents);
    let query = "(-|\\(|OR |\\) |)(down|error|\"internal server\"|\"down error\"|azure|service:chatgpt|service:aws|outage:yes|kind:post|障害|!|well|score:0.5|lang:de|phase:resolved|copy:no|copy:yes|source:\"source 1\"|after:2024-12-27|before:2024-12-27T08:00:00Z)";
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&proptest::collection::vec(query, 0..8), |parts| {
        let text = parts.join(" ");
        let Ok(query) = Query::parse(&text, at(0)) else { return Ok(()) };
        let query = Catalogue::built_in().canonical(query);
        let expected = naive(&documents, &query);
        let page = search.search(&query, ALL).expect("searches");
        let hits: BTreeSet<Id> = page.hits.iter().map(|hit| hit.id).collect();
        prop_assert_eq!(page.total, expected.len(), "{}", text);
        prop_assert_eq!(hits, expected, "{}", text);
        Ok(())
    });
    outcome.expect("the same sets");
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
    Judged { value, verdict, facts: Vec::new() }
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
