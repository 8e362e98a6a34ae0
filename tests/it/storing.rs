//! The contract of the store. Every test runs on SQLite and on PostgreSQL.

mod posts;
mod states;

use std::time::Duration;

use downwire::{
    facts,
    jobs::reread,
    model::{
        Batch, Component, ComponentDay, ComponentImpact, ComponentState, ExportLine, ExportedIncident, ExportedItem,
        FactKind, Facts, Former, Health, Id, Impact, Incident, IncidentKind, Item, ItemKind, Judged, Operation, Origin,
        PageIdentity, PageRecord, Phase, Position, Role, Scope, SourceState, Subject, Timestamp, Update, Verdict,
        verdict::Attribution,
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
    days_and_stretches_are_joined_and_the_newer_reading_wins,
    an_incident_of_another_archive_keeps_its_history_or_is_joined,
    an_exported_item_never_replaces_what_is_held,
    an_archive_keeps_its_name_and_refuses_a_newer_schema,
    the_states_of_a_page_and_its_components_are_kept_as_stretches,
    two_documents_of_one_poll_speak_together,
    a_page_that_nobody_can_read_or_believe_is_unknown,
    what_was_not_observed_is_known,
    facts_are_kept_with_the_version_they_were_read_from,
    what_an_older_reader_read_is_read_again,
    facts_read_from_a_text_that_was_edited_meanwhile_are_not_kept,
    what_is_taken_back_goes_with_everything_and_never_comes_back,
    an_account_that_is_closed_takes_its_posts_along,
    counts_add_up_and_measurements_are_replaced,
    old_posts_are_let_go_of_and_nothing_else,
}

use posts::{
    an_account_that_is_closed_takes_its_posts_along, counts_add_up_and_measurements_are_replaced,
    old_posts_are_let_go_of_and_nothing_else, what_is_taken_back_goes_with_everything_and_never_comes_back,
};

use states::{
    a_page_that_nobody_can_read_or_believe_is_unknown, the_states_of_a_page_and_its_components_are_kept_as_stretches,
    two_documents_of_one_poll_speak_together, what_was_not_observed_is_known,
};

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
        services: vec![Attribution { name: service.to_owned(), role: Role::Affected, unlisted: false }],
        phase: None,
        symptoms: Vec::new(),
        cause: None,
        sub_cause: None,
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
    Judged { value, verdict: verdict("ChatGPT"), facts: Vec::new() }
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
    Judged { value, verdict: verdict("ChatGPT"), facts: Vec::new() }
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

/// An item and an incident with an update, with facts of that reader on both.
fn read_by(reader: &str, text: &str) -> Batch {
    let read = facts::read(&facts::Document {
        text: "Example is down since 10:40 UTC on 26 December 2024.",
        official: true,
        ..facts::Document::default()
    });
    let facts = Facts { version: reader.to_owned(), ..read };
    let mut item = item("Wire", "1", text);
    let mut incident =
        incident(Some("page"), None, vec![post("u1", Phase::Investigating, "2024-12-26T19:00:00Z", text)]);
    item.facts = vec![facts.clone()];
    incident.facts = vec![facts];
    Batch { items: vec![item], incidents: vec![incident], ..Batch::default() }
}

/// The facts of the only item and of the only update that the archive holds.
async fn held(place: &Place) -> (Facts, Facts) {
    let changes = place.store.changes_after(0, 100).await.expect("reads");
    let ids: Vec<Id> = changes.iter().map(|change| change.id).collect();
    let rows = place.store.rows(&ids).await.expect("reads");
    let mut held = (Facts::default(), Facts::default());
    for row in rows.into_values() {
        match row {
            Row::Item(row) => held.0 = row.facts,
            Row::Incident(row) => held.1 = row.facts.into_iter().next().expect("of its update"),
        }
    }
    held
}

async fn facts_are_kept_with_the_version_they_were_read_from(place: Place) {
    place.store.commit(&[read_by(facts::VERSION, "Example is down.")]).await.expect("commits");
    let (item, update) = held(&place).await;
    assert!(item.facts.iter().any(|fact| fact.kind == FactKind::Start), "{item:?}");
    assert_eq!((&item, item.version.as_str()), (&update, facts::VERSION));
    assert_eq!(place.store.unread(facts::VERSION, 10).await.expect("reads"), []);
    // An edit brings its own facts, or none until it is read.
    let mut edited = read_by(facts::VERSION, "Example is up again.");
    edited.items[0].facts.clear();
    place.store.commit(&[edited]).await.expect("commits");
    let (item, _) = held(&place).await;
    assert_eq!(item, Facts::default());
}

async fn what_an_older_reader_read_is_read_again(place: Place) {
    let text = "Example Cloud was down on Monday because of a DDoS attack. Users were unable to log in.";
    place.store.commit(&[read_by("facts-0", text)]).await.expect("commits");
    let mut steps = 0;
    while reread::step(&place.store).await.expect("reads and writes") > 0 {
        steps += 1;
        assert!(steps < 10, "it comes to an end");
    }
    let (item, update) = held(&place).await;
    for facts in [item, update] {
        assert_eq!(facts.version, facts::VERSION);
        assert!(facts.facts.iter().any(|fact| fact.kind == FactKind::Cause && fact.value == "EXTERNAL"), "{facts:?}");
    }
}

async fn facts_read_from_a_text_that_was_edited_meanwhile_are_not_kept(place: Place) {
    place.store.commit(&[read_by("facts-0", "Example is down.")]).await.expect("commits");
    let unread = place.store.unread(facts::VERSION, 10).await.expect("reads");
    place.store.commit(&[read_by(facts::VERSION, "Example is up again.")]).await.expect("commits");
    let late: Vec<_> =
        unread.into_iter().map(|one| (one, Facts { version: "late".to_owned(), ..Facts::default() })).collect();
    assert!(!late.is_empty());
    place.store.keep_facts(&late).await.expect("writes");
    assert_eq!(held(&place).await.0.version, facts::VERSION);
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

fn page_record(at_: &str, days: Vec<ComponentDay>, impacts: Vec<ComponentImpact>) -> Batch {
    let host = Some("status.example.org".to_owned());
    let record = PageRecord {
        page: PageIdentity { host, ..PageIdentity::default() },
        source: "Example status".to_owned(),
        service: Some("ChatGPT".to_owned()),
        at: at(at_),
        report: None,
        impacts,
        days,
    };
    Batch { pages: vec![record], ..Batch::default() }
}

fn day(component: &str, day: &str, major_s: u32) -> ComponentDay {
    ComponentDay {
        native_id: None,
        component: component.to_owned(),
        day: day.parse().expect("a day"),
        partial_s: 0,
        major_s,
        maintenance_s: 0,
    }
}

fn stretch(from: &str, until: Option<&str>) -> ComponentImpact {
    ComponentImpact {
        native_id: Some("c1".to_owned()),
        component: "API".to_owned(),
        state: ComponentState::MajorOutage,
        from: at(from),
        until: until.map(at),
        incident: None,
    }
}

async fn days_and_stretches_are_joined_and_the_newer_reading_wins(place: Place) {
    let begun = stretch("2024-12-26T18:00:00Z", None);
    let ended = stretch("2024-12-26T18:00:00Z", Some("2024-12-26T18:50:00Z"));
    let first = vec![day("API", "2024-12-25", 0), day("API", "2024-12-26", 600), day("Web's \"0\"", "2024-12-26", 1)];
    let later = vec![day("API", "2024-12-26", 3_000), day("API", "2024-12-27", 0)];
    let polls = [
        page_record("2024-12-26T18:10:00Z", first.clone(), vec![begun.clone()]),
        page_record("2024-12-27T00:10:00Z", later.clone(), vec![ended.clone()]),
        // A reading that arrives late changes nothing, and neither does the same again.
        page_record("2024-12-26T18:20:00Z", vec![day("API", "2024-12-26", 1_200)], vec![begun]),
        page_record("2024-12-27T00:20:00Z", later, vec![ended.clone(), ended.clone()]),
    ];
    for poll in &polls {
        place.store.commit(std::slice::from_ref(poll)).await.expect("commits");
    }
    let mut days = Vec::new();
    let mut after = None;
    loop {
        let page = place.store.days_page(after, 1).await.expect("reads");
        let Some((key, day)) = page.into_iter().next() else { break };
        after = Some(key);
        days.push(day);
    }
    let told: Vec<_> = days.iter().map(|day| (day.value.day.to_string(), day.value.major_s)).collect();
    let expected = [("2024-12-25", 0), ("2024-12-26", 3_000), ("2024-12-27", 0), ("2024-12-26", 1)];
    assert_eq!(told, expected.map(|(day, major_s)| (day.to_owned(), major_s)));
    assert_eq!(days[1].read_at, Some(at("2024-12-27T00:10:00Z")), "what did not change is not written again");
    assert_eq!(
        (days[0].service.as_deref(), days[0].page_key.as_deref()),
        (Some("ChatGPT"), Some("host:status.example.org"))
    );
    let stretches = place.store.impacts_page(None, 10).await.expect("reads");
    assert_eq!(stretches.iter().map(|(_, line)| line.value.clone()).collect::<Vec<_>>(), [ended]);
}

async fn an_incident_of_another_archive_keeps_its_history_or_is_joined(place: Place) {
    let judged =
        incident(None, Some("status.example.org"), vec![post("u1", Phase::Resolved, "2024-12-26T19:00:00Z", "x")]);
    let other = Incident::id("other", "original");
    let line = ExportedIncident {
        id: None,
        page_key: Some("p4ge".to_owned()),
        incident: judged.value.clone(),
        verdict: Some(judged.verdict.clone()),
        received_at: Some(at("2024-01-01T00:00:00Z")),
        edited_at: Some(at("2024-01-02T00:00:00Z")),
        version: 3,
        versions: vec![Former {
            part: String::new(),
            version: 2,
            replaced_at: at("2024-01-02T00:00:00Z"),
            record: serde_json::json!({"title": "before"}),
        }],
        copy_of: Some(other),
    };
    let batch = Batch { exported: vec![ExportLine::Incident(Box::new(line))], ..Batch::default() };
    place.store.commit(std::slice::from_ref(&batch)).await.expect("commits");
    let id = Incident::id("p4ge", "abcdefghijkl");
    let row = place.store.incident(id).await.expect("reads").expect("is there");
    assert_eq!((row.received_at, row.edited_at), (at("2024-01-01T00:00:00Z"), Some(at("2024-01-02T00:00:00Z"))));
    assert_eq!((row.version, row.copy_of, row.incident), (3, Some(other), judged.value.clone()));
    let former = place.store.former(&[id]).await.expect("reads");
    assert_eq!(former[&id][0].record["title"], "before");
    let seq = place.store.head().await.expect("reads").seq;
    assert_eq!(place.store.commit(&[batch]).await.expect("commits")[0].new_in_all(), 0);
    assert_eq!(place.store.head().await.expect("reads").seq, seq, "the same line again is no change");
    // A poll of the same page meets it.
    let grown = vec![
        post("u1", Phase::Resolved, "2024-12-26T19:00:00Z", "x"),
        post("u2", Phase::Postmortem, "2024-12-27T19:00:00Z", "y"),
    ];
    let polled = incidents(vec![incident(Some("p4ge"), Some("status.example.org"), grown)]);
    let committed = place.store.commit(&[polled]).await.expect("commits");
    assert_eq!((committed[0].new_incidents, committed[0].new_updates), (0, 1));
    let row = place.store.incident(id).await.expect("reads").expect("is there");
    assert_eq!((row.version, row.copy_of), (4, Some(other)));
}

async fn an_exported_item_never_replaces_what_is_held(place: Place) {
    let whole = item("a", "1", "the whole text");
    place.store.commit(&[items(vec![whole.clone()])]).await.expect("commits");
    let line = |native: &str| {
        let item = item("a", native, "").value;
        ExportLine::Item(Box::new(ExportedItem {
            id: item.id,
            source: item.source,
            native_id: item.native_id,
            kind: item.kind,
            url: item.url,
            title: Some("cut".to_owned()),
            text: Some("the wh…".to_owned()),
            language: item.language,
            published_at: item.published_at,
            published_estimated: false,
            updated_at: None,
            received_at: item.received_at,
            edited_at: None,
            version: 2,
            hidden: false,
            verdict: verdict("ChatGPT"),
            mark: None,
        }))
    };
    let batch = Batch { exported: vec![line("1"), line("2"), line("2")], ..Batch::default() };
    let committed = place.store.commit(&[batch]).await.expect("commits");
    assert_eq!((committed[0].new_items, committed[0].edited_items), (1, 0));
    assert_eq!(place.store.item(whole.value.id).await.expect("reads").expect("is there").item, whole.value);
    let other = place.store.item(Id::derive("feed:a", "2")).await.expect("reads").expect("is there");
    assert_eq!((other.item.text.as_str(), other.version), ("the wh…", 2));
}
