//! The contract of the store. Every test runs on SQLite and on PostgreSQL.

use std::time::Duration;

use downwire::{
    model::{
        Batch, Component, ComponentState, Health, Id, Impact, Incident, IncidentKind, Item, ItemKind, Judged,
        Operation, Origin, PageIdentity, Phase, Position, Role, Scope, SourceState, Subject, Timestamp, Update,
        Verdict, verdict::Attribution,
    },
    store::{Lease, Row, Store, StoreError, Target},
};

use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
};

/// Runs one scenario on every backend.
macro_rules! contract {
    ($($name:ident,)*) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::run(super::Backend::Sqlite, super::$name).await; })* }
        mod postgres { $(#[tokio::test] async fn $name() { super::run(super::Backend::Postgres, super::$name).await; })* }
    };
}

contract! {
    an_item_is_stored_once_however_often_it_comes,
    an_edited_item_gets_a_version_and_keeps_what_it_said,
    the_same_item_twice_in_one_batch_is_one_item,
    two_feeds_that_both_use_guid_1_have_two_items,
    an_incident_grows_and_is_never_doubled,
    a_feed_and_the_json_of_one_page_meet_in_one_incident,
    no_page_can_speak_for_another_by_claiming_its_id,
    an_incident_that_stands_in_two_lists_of_one_poll_is_one,
    changes_have_no_gaps_and_a_restored_sequence_is_recognised,
    cursor_and_items_are_committed_together,
    two_writers_at_once_neither_lose_nor_double,
    a_lease_is_held_by_one_until_it_ends,
    hostile_text_is_kept_as_it_is,
    documents_are_paged_through_completely,
    an_archive_keeps_its_name_and_refuses_a_newer_schema,
}

async fn run<F: Future<Output = ()>>(backend: Backend, scenario: impl FnOnce(Place) -> F) {
    let folder = Folder::new();
    let clock = FixedClock::at("2024-12-26T19:00:00Z");
    let Some(store) = store(backend, &folder, clock.clone()).await else { return };
    scenario(Place { backend, folder, clock, store }).await;
}

struct Place {
    backend: Backend,
    folder: Folder,
    clock: FixedClock,
    store: Store,
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn verdict(service: &str) -> Verdict {
    Verdict {
        outage: true,
        score: 0.75,
        scope: Scope::Many,
        services: vec![Attribution { name: service.to_owned(), role: Role::Affected }],
        phase: None,
        symptoms: Vec::new(),
        cause: None,
        why: vec!["says ‘is down’".to_owned()],
        version: "test-1".to_owned(),
    }
}

fn item(source: &str, native: &str, text: &str) -> Judged<Item> {
    let value = Item {
        id: Id::derive(&format!("feed:{source}"), native),
        source: source.to_owned(),
        native_id: native.to_owned(),
        kind: ItemKind::Article,
        url: Some(format!("https://example.org/{native}")),
        title: "ChatGPT is down".to_owned(),
        text: text.to_owned(),
        author: None,
        language: Some("en".to_owned()),
        published_at: at("2024-12-26T18:30:00Z"),
        published_estimated: false,
        updated_at: None,
        received_at: at("2024-12-26T19:00:00Z"),
        hidden: false,
        post: None,
    };
    Judged { value, verdict: verdict("ChatGPT") }
}

fn items(items: Vec<Judged<Item>>) -> Batch {
    Batch { items, ..Batch::default() }
}

fn post(native: &str, phase: Phase, shown: &str, text: &str) -> Update {
    Update {
        native_id: native.to_owned(),
        precise: true,
        phase,
        text: text.to_owned(),
        shown_at: at(shown),
        posted_at: at(shown),
        edited_at: None,
        components: vec![Component {
            native_id: None,
            name: "API".to_owned(),
            before: None,
            state: ComponentState::MajorOutage,
        }],
    }
}

fn incident(id: Option<&str>, host: Option<&str>, updates: Vec<Update>) -> Judged<Incident> {
    let first = updates.first().map(|update| update.posted_at);
    let newest = updates.last().expect("an incident has a post");
    let value = Incident {
        native_id: "abcdefghijkl".to_owned(),
        page: PageIdentity {
            id: id.map(str::to_owned),
            host: host.map(str::to_owned),
            name: Some("Example".to_owned()),
        },
        source: "Example status".to_owned(),
        service: Some("ChatGPT".to_owned()),
        kind: IncidentKind::Outage,
        title: "Elevated errors".to_owned(),
        url: Some("https://status.example.org/incidents/abcdefghijkl".to_owned()),
        phase: newest.phase,
        impact: Impact::Major,
        started_at: first,
        first_post_at: first,
        last_update_at: Some(newest.shown_at),
        resolved_at: newest.phase.is_over().then_some(newest.shown_at),
        scheduled_for: None,
        scheduled_until: None,
        components: Vec::new(),
        updates,
        origin: Origin::Observed,
    };
    Judged { value, verdict: verdict("ChatGPT") }
}

fn incidents(incidents: Vec<Judged<Incident>>) -> Batch {
    Batch { incidents, ..Batch::default() }
}

async fn an_item_is_stored_once_however_often_it_comes(place: Place) {
    let batch = items(vec![item("a", "1", "one"), item("a", "2", "two")]);
    let first = place.store.commit(std::slice::from_ref(&batch)).await.expect("commits");
    assert_eq!(first[0].new_items, 2);
    let again = place.store.commit(&[batch.clone(), batch]).await.expect("commits");
    assert_eq!((again[0].new_in_all(), again[1].new_in_all()), (0, 0));
    assert_eq!(place.store.totals().await.expect("counts").items, 2);
    assert_eq!(place.store.head().await.expect("reads").seq, 2);
    let row = place.store.item(Id::derive("feed:a", "1")).await.expect("reads").expect("is there");
    assert_eq!(row.item, item("a", "1", "one").value);
    assert_eq!(row.verdict, verdict("ChatGPT"));
}

async fn an_edited_item_gets_a_version_and_keeps_what_it_said(place: Place) {
    place.store.commit(&[items(vec![item("a", "1", "first words")])]).await.expect("commits");
    place.clock.advance(Duration::from_secs(60));
    let edited = place.store.commit(&[items(vec![item("a", "1", "second words")])]).await.expect("commits");
    assert_eq!((edited[0].new_items, edited[0].edited_items), (0, 1));
    let id = Id::derive("feed:a", "1");
    let row = place.store.item(id).await.expect("reads").expect("is there");
    assert_eq!((row.version, row.item.text.as_str()), (2, "second words"));
    assert_eq!(row.edited_at, Some(at("2024-12-26T19:01:00Z")));
    assert_eq!(row.item.received_at, at("2024-12-26T19:00:00Z"));
    let versions = place.store.versions(id).await.expect("reads");
    assert_eq!(versions.len(), 1);
    assert_eq!((versions[0].version, versions[0].record["text"].as_str()), (1, Some("first words")));
}

async fn the_same_item_twice_in_one_batch_is_one_item(place: Place) {
    let batch = items(vec![item("a", "1", "one"), item("a", "1", "one"), item("a", "1", "told differently")]);
    let committed = place.store.commit(&[batch]).await.expect("commits");
    assert_eq!((committed[0].new_items, committed[0].edited_items), (1, 0));
    let row = place.store.item(Id::derive("feed:a", "1")).await.expect("reads").expect("is there");
    assert_eq!((row.version, row.item.text.as_str()), (1, "told differently"));
    assert_eq!(place.store.head().await.expect("reads").seq, 1);
}

async fn two_feeds_that_both_use_guid_1_have_two_items(place: Place) {
    place.store.commit(&[items(vec![item("a", "1", "x")]), items(vec![item("b", "1", "x")])]).await.expect("commits");
    assert_eq!(place.store.totals().await.expect("counts").items, 2);
}

async fn an_incident_grows_and_is_never_doubled(place: Place) {
    let investigating = post("u1", Phase::Investigating, "2024-12-26T19:00:00Z", "We look into it.");
    let identified = post("u2", Phase::Identified, "2024-12-26T19:18:00Z", "An upstream provider.");
    let mut edited = identified.clone();
    edited.text = "An upstream provider has trouble.".to_owned();
    let steps = [vec![investigating.clone()], vec![investigating.clone(), identified], vec![investigating, edited]];
    let page = (Some("kctbh9vrtdwd"), Some("status.example.org"));
    let mut outcomes = Vec::new();
    for updates in steps {
        let batch = incidents(vec![incident(page.0, page.1, updates)]);
        place.clock.advance(Duration::from_secs(300));
        outcomes.push(place.store.commit(std::slice::from_ref(&batch)).await.expect("commits")[0]);
        assert_eq!(place.store.commit(&[batch]).await.expect("commits")[0].new_in_all(), 0, "the same document again");
    }
    assert_eq!((outcomes[0].new_incidents, outcomes[0].new_updates), (1, 1));
    assert_eq!((outcomes[1].new_incidents, outcomes[1].new_updates, outcomes[1].edited_incidents), (0, 1, 1));
    assert_eq!((outcomes[2].new_updates, outcomes[2].edited_incidents), (0, 1));
    let id = Incident::id("kctbh9vrtdwd", "abcdefghijkl");
    let row = place.store.incident(id).await.expect("reads").expect("is there");
    assert_eq!(row.incident.updates.len(), 2);
    assert_eq!(row.incident.updates[1].text, "An upstream provider has trouble.");
    assert_eq!(row.incident.phase, Phase::Identified);
    let versions = place.store.versions(id).await.expect("reads");
    let kept = versions.iter().find(|version| version.part == "u2").expect("the old words are kept");
    assert_eq!(kept.record["text"], "An upstream provider.");
    assert_eq!(place.store.totals().await.expect("counts").updates, 2);
}

async fn a_feed_and_the_json_of_one_page_meet_in_one_incident(place: Place) {
    let exact = post("u1", Phase::Investigating, "2024-12-26T19:00:12.345Z", "We look into it.");
    let mut from_feed = post("2024-12-26T19:00Z#0", Phase::Investigating, "2024-12-26T19:00:00Z", "We look into it.");
    from_feed.precise = false;
    let feed = || incidents(vec![incident(None, Some("status.example.org"), vec![from_feed.clone()])]);
    let json = incidents(vec![incident(Some("kctbh9vrtdwd"), Some("status.example.org"), vec![exact.clone()])]);
    for batch in [feed(), json, feed()] {
        place.store.commit(&[batch]).await.expect("commits");
    }
    let totals = place.store.totals().await.expect("counts");
    assert_eq!((totals.incidents, totals.updates), (1, 1));
    let only_id = incidents(vec![incident(Some("kctbh9vrtdwd"), None, vec![exact])]);
    place.store.commit(&[only_id]).await.expect("commits");
    assert_eq!(place.store.totals().await.expect("counts").incidents, 1);
}

async fn no_page_can_speak_for_another_by_claiming_its_id(place: Place) {
    let honest = incident(
        Some("kctbh9vrtdwd"),
        Some("status.example.org"),
        vec![post("u1", Phase::Investigating, "2024-12-26T19:00:00Z", "True.")],
    );
    let liar = incident(
        Some("kctbh9vrtdwd"),
        Some("evil.example.net"),
        vec![post("u1", Phase::Resolved, "2024-12-26T19:05:00Z", "All is well.")],
    );
    place.store.commit(&[incidents(vec![honest]), incidents(vec![liar])]).await.expect("commits");
    let row =
        place.store.incident(Incident::id("kctbh9vrtdwd", "abcdefghijkl")).await.expect("reads").expect("is there");
    assert_eq!(row.incident.updates[0].text, "True.");
    assert_eq!(place.store.totals().await.expect("counts").incidents, 2);
}

async fn an_incident_that_stands_in_two_lists_of_one_poll_is_one(place: Place) {
    let page = || {
        incident(
            Some("kctbh9vrtdwd"),
            Some("status.example.org"),
            vec![post("u1", Phase::Investigating, "2024-12-26T19:00:00Z", "x")],
        )
    };
    for round in 0..2 {
        let batch = incidents(vec![page(), page(), page()]);
        let committed = place.store.commit(&[batch.clone(), batch]).await.expect("commits");
        assert_eq!(committed.iter().map(|one| one.new_in_all()).sum::<usize>(), if round == 0 { 2 } else { 0 });
    }
    assert_eq!(place.store.totals().await.expect("counts").incidents, 1);
}

async fn changes_have_no_gaps_and_a_restored_sequence_is_recognised(place: Place) {
    for native in ["1", "2", "3"] {
        place.clock.advance(Duration::from_secs(1));
        place.store.commit(&[items(vec![item("a", native, "x"), item("b", native, "x")])]).await.expect("commits");
    }
    let changes = place.store.changes_after(0, 100).await.expect("reads");
    assert_eq!(changes.iter().map(|change| change.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert!(changes.iter().all(|change| change.subject == Subject::Item && change.operation == Operation::Upsert));
    assert_eq!(place.store.changes_after(4, 1).await.expect("reads").len(), 1);
    let head = place.store.head().await.expect("reads");
    assert!(place.store.holds(head).await.expect("reads"));
    assert!(place.store.holds(Position::default()).await.expect("reads"));
    assert!(!place.store.holds(Position { seq: head.seq + 1, ..head }).await.expect("reads"), "a change of the future");
    assert!(
        !place.store.holds(Position { at_micros: head.at_micros - 1, ..head }).await.expect("reads"),
        "another change"
    );
}

async fn cursor_and_items_are_committed_together(place: Place) {
    let mut state = SourceState::new("a", "https://example.org/feed", at("2024-12-26T19:05:00Z"));
    state.health = Health::Ok;
    state.validators.insert(
        "https://example.org/feed".to_owned(),
        downwire::model::Validators { etag: Some("W/\"ü\"".to_owned()), ..Default::default() },
    );
    let batch = Batch { items: vec![item("a", "1", "x")], source: Some(state.clone()), ..Batch::default() };
    place.store.commit(&[batch]).await.expect("commits");
    let stored = place.store.source_states().await.expect("reads").remove("a").expect("is there");
    assert_eq!((stored.items, stored.last_news), (1, Some(at("2024-12-26T19:00:00Z"))));
    assert_eq!(SourceState { items: 0, last_news: None, ..stored }, state);
}

async fn two_writers_at_once_neither_lose_nor_double(place: Place) {
    let batch = |from: usize| items((from..from + 50).map(|n| item("a", &n.to_string(), "x")).collect());
    let (one, two) = (place.store.clone(), place.store.clone());
    let first = tokio::spawn(async move {
        for from in 0..10 {
            one.commit(&[batch(from * 25)]).await.expect("commits");
        }
    });
    let second = tokio::spawn(async move {
        for from in (0..10).rev() {
            two.commit(&[batch(from * 25)]).await.expect("commits");
        }
    });
    first.await.expect("runs");
    second.await.expect("runs");
    assert_eq!(place.store.totals().await.expect("counts").items, 275);
    assert_eq!(place.store.head().await.expect("reads").seq, 275);
}

async fn a_lease_is_held_by_one_until_it_ends(place: Place) {
    let term = Duration::from_secs(30);
    let ask = |holder: &'static str| place.store.lease("ingest", holder, term);
    assert_eq!(ask("one").await.expect("asks"), Lease::Held);
    assert_eq!(ask("two").await.expect("asks"), Lease::Taken { holder: "one".to_owned(), left: term });
    place.clock.advance(Duration::from_secs(20));
    assert_eq!(ask("one").await.expect("asks"), Lease::Held, "renewed");
    place.clock.advance(Duration::from_secs(20));
    assert!(matches!(ask("two").await.expect("asks"), Lease::Taken { .. }));
    place.clock.advance(Duration::from_secs(11));
    assert_eq!(ask("two").await.expect("asks"), Lease::Held, "the term is over");
    place.store.release("ingest", "one").await.expect("a late release of somebody else's lease does nothing");
    assert!(matches!(ask("one").await.expect("asks"), Lease::Taken { .. }));
    place.store.release("ingest", "two").await.expect("gives it back");
    assert_eq!(ask("one").await.expect("asks"), Lease::Held);
}

async fn hostile_text_is_kept_as_it_is(place: Place) {
    let text = "'; DROP TABLE items; -- \\u0000 \u{202e} 🧨 $1 ? \u{fffd}\\";
    let mut with_nul = item("a", "nul", "x");
    with_nul.value.title = "a\0b".to_owned();
    with_nul.verdict.why = vec!["says ‘\0’".to_owned()];
    place.store.commit(&[items(vec![item("a", text, text), with_nul])]).await.expect("commits");
    let row = place.store.item(Id::derive("feed:a", text)).await.expect("reads").expect("is there");
    assert_eq!((row.item.text.as_str(), row.item.native_id.as_str()), (text, text));
    assert_eq!(place.store.item(Id::derive("feed:a", "nul")).await.expect("reads").expect("is there").item.title, "ab");
}

async fn documents_are_paged_through_completely(place: Place) {
    place.store.commit(&[items((0..25).map(|n| item("a", &n.to_string(), "x")).collect())]).await.expect("commits");
    let mut last = None;
    let mut seen = Vec::new();
    loop {
        let page = place.store.documents_page(Subject::Item, last, 10).await.expect("reads");
        let Some(newest) = page.last() else { break };
        last = Some(newest.id);
        seen.extend(page.iter().map(|document| document.id));
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(
        place.store.documents(&place.store.changes_after(0, 100).await.expect("reads")).await.expect("reads").len(),
        25
    );
    let rows = place.store.rows(&seen).await.expect("reads");
    assert_eq!(rows.values().filter(|row| matches!(row, Row::Item(_))).count(), 25);
    assert!(place.store.documents_page(Subject::Incident, None, 10).await.expect("reads").is_empty());
}

async fn an_archive_keeps_its_name_and_refuses_a_newer_schema(place: Place) {
    let name = place.store.archive().to_owned();
    let where_it_is = match place.backend {
        Backend::Sqlite => Target::Sqlite(place.folder.path().join("downwire.db")),
        Backend::Postgres => {
            // `target` would make the database anew, so the address is put together from what it gave.
            let server = crate::support::backend::variable("DOWNWIRE_TEST_POSTGRES").expect("set");
            let base = server.rsplit_once('/').expect("a URL").0.to_owned();
            let file = place.folder.path().file_name().and_then(|name| name.to_str()).expect("plain").replace('-', "_");
            Target::Postgres(format!("{base}/{file}"))
        }
    };
    let clock: std::sync::Arc<dyn downwire::model::Clock> = std::sync::Arc::new(place.clock.clone());
    let again = Store::open(&where_it_is, clock.clone()).await.expect("opens again");
    assert_eq!(again.archive(), name);
    let url = match &where_it_is {
        Target::Sqlite(path) => format!("sqlite:{}", path.display()),
        Target::Postgres(url) => url.clone(),
    };
    use sea_orm::ConnectionTrait as _;
    let raw = sea_orm::Database::connect(url).await.expect("connects");
    raw.execute_unprepared("UPDATE schema_version SET version = 999").await.expect("writes");
    assert!(matches!(Store::open(&where_it_is, clock).await, Err(StoreError::Newer { found: 999, .. })));
}

#[tokio::test]
async fn a_backup_is_a_whole_archive_and_never_overwrites() {
    let folder = Folder::new();
    let clock = FixedClock::at("2024-12-26T19:00:00Z");
    let store = store(Backend::Sqlite, &folder, clock.clone()).await.expect("opens");
    store.commit(&[items(vec![item("a", "1", "x")])]).await.expect("commits");
    let copy = folder.path().join("copy.db");
    store.backup(&copy).await.expect("copies");
    assert!(matches!(store.backup(&copy).await, Err(StoreError::Unsupported(_))));
    let opened = Store::open(&Target::Sqlite(copy), std::sync::Arc::new(clock)).await.expect("opens");
    assert_eq!((opened.totals().await.expect("counts").items, opened.archive()), (1, store.archive()));
}
