//! Public posts in the store: taken back, counted, measured, let go.

use downwire::model::{Batch, Item, ItemKind, Judged, Measurement, MinuteCount, Network, Position, PostDetails};

use downwire::store::{Committed, Store};

use super::{Place, at, item};

fn post(native: &str, author: &str, text: &str) -> Judged<Item> {
    let mut judged = item("bluesky", native, text);
    judged.value.id = Network::Bluesky.id(native);
    judged.value.kind = ItemKind::Post;
    judged.value.title = String::new();
    judged.value.post = Some(PostDetails {
        author: Some(author.to_owned()),
        local_id: Some(format!("local-{native}")),
        ..PostDetails::default()
    });
    judged
}

async fn commit(store: &Store, batch: Batch) -> Committed {
    store.commit(&[batch]).await.expect("commits").remove(0)
}

fn posts(posts: Vec<Judged<Item>>) -> Batch {
    Batch { items: posts, ..Batch::default() }
}

/// What is deleted goes with its versions and its earlier verdicts, leaves copies and marks behind as if it had never been, is
/// a change that followers see, and never comes back.
pub async fn what_is_taken_back_goes_with_everything_and_never_comes_back(place: Place) {
    let store = &place.store;
    commit(store, posts(vec![post("a", "one", "it is down"), post("b", "two", "down here too")])).await;
    commit(store, posts(vec![post("a", "one", "it is down, edited")])).await;
    let id = Network::Bluesky.id("a");
    assert_eq!(store.versions(id).await.expect("reads").len(), 1);
    let held = store.item(id).await.expect("reads").expect("there");
    let mut other = held.verdict.clone();
    other.version = "test-2".to_owned();
    assert_eq!(store.rejudge("test-2", &[(held, other)]).await.expect("judges"), 1);
    assert_eq!(store.earlier_verdicts(id).await.expect("reads").len(), 1);
    let before = store.head().await.expect("reads").seq;
    let gone = Batch { deleted: vec![id, Network::Bluesky.id("never seen")], ..Batch::default() };
    let committed = commit(store, gone).await;
    assert_eq!(committed.deleted_posts, 1, "a firehose tells of every deletion in the world");
    assert!(store.item(id).await.expect("reads").is_none());
    assert!(store.versions(id).await.expect("reads").is_empty());
    assert!(store.earlier_verdicts(id).await.expect("reads").is_empty());
    let changes = store.changes_after(before, 10).await.expect("reads");
    assert_eq!(changes.iter().map(|change| change.id).collect::<Vec<_>>(), [id]);
    // The stream rewinds, the server repeats itself.
    let again = commit(store, posts(vec![post("a", "one", "it is down")])).await;
    assert_eq!((again.new_items, store.item(id).await.expect("reads").is_some()), (0, false));
    // In one batch, in whichever order: who takes back what they have just written has not written it.
    let both = Batch { deleted: vec![Network::Bluesky.id("c")], ..posts(vec![post("c", "three", "down")]) };
    commit(store, both).await;
    assert!(store.item(Network::Bluesky.id("c")).await.expect("reads").is_none());
    assert_eq!(
        store.head().await.expect("reads").seq,
        store.changes_after(0, 100).await.expect("reads").len() as i64,
        "no gap"
    );
}

/// Everything of an account goes with it.
pub async fn an_account_that_is_closed_takes_its_posts_along(place: Place) {
    let store = &place.store;
    let batch = posts(vec![post("a", "one", "down"), post("b", "one", "still down"), post("c", "two", "down as well")]);
    commit(store, batch).await;
    let closed = Batch { deleted_authors: vec!["one".to_owned(), "nobody".to_owned()], ..Batch::default() };
    assert_eq!(commit(store, closed).await.deleted_posts, 2);
    let held = store.held_posts("bluesky", at("2024-01-01T00:00:00Z"), 10).await.expect("reads");
    assert_eq!(held.iter().map(|post| post.native_id.as_str()).collect::<Vec<_>>(), ["c"]);
    let local = store.post_by_local_id("bluesky", "local-c").await.expect("reads");
    assert_eq!(local, [Network::Bluesky.id("c")]);
}

/// Counts of one minute add up; what a series says again of a time replaces what it said.
pub async fn counts_add_up_and_measurements_are_replaced(place: Place) {
    let store = &place.store;
    let count = |minute: i64, posts: u32| MinuteCount { service: "ChatGPT".to_owned(), minute, posts };
    let measured =
        |time: &str, reports: f64| Measurement { service: "ChatGPT".to_owned(), at: at(time), reports, baseline: None };
    let batch = |counts: Vec<MinuteCount>, measurements: Vec<Measurement>| Batch {
        counts,
        measurements,
        source: Some(downwire::model::SourceState::new(
            "reports",
            "https://reports.example/",
            at("2024-12-26T19:00:00Z"),
        )),
        ..Batch::default()
    };
    let minute = at("2024-12-26T18:30:00Z").as_second() / 60;
    commit(
        store,
        batch(
            vec![count(minute, 2), count(minute, 3), count(minute + 1, 1)],
            vec![measured("2024-12-26T18:30:00Z", 5.0)],
        ),
    )
    .await;
    commit(
        store,
        batch(
            vec![count(minute, 4)],
            vec![measured("2024-12-26T18:30:00Z", 480.0), measured("2024-12-26T18:45:00Z", 900.0)],
        ),
    )
    .await;
    let since = at("2024-12-26T18:00:00Z");
    assert_eq!(store.post_counts("ChatGPT", since).await.expect("reads"), [count(minute, 9), count(minute + 1, 1)]);
    let all = store.measurements("ChatGPT", since).await.expect("reads");
    let reports: Vec<_> = all.iter().map(|(source, one)| (source.as_str(), one.reports)).collect();
    assert_eq!(reports, [("reports", 480.0), ("reports", 900.0)]);
    assert_eq!(store.newest_measurement("ChatGPT").await.expect("reads"), Some(at("2024-12-26T18:45:00Z")));
    assert_eq!(store.newest_measurement("Slack").await.expect("reads"), None);
}

/// What is older than is kept goes; what is not about an outage sooner; what is no post stays.
pub async fn old_posts_are_let_go_of_and_nothing_else(place: Place) {
    let store = &place.store;
    let mut other = post("b", "two", "a lovely morning");
    other.verdict.outage = false;
    let batch = posts(vec![post("a", "one", "down"), other, item("feed", "1", "an article")]);
    commit(store, batch).await;
    let (before, after) = (at("2024-12-26T18:00:00Z"), at("2024-12-27T00:00:00Z"));
    let pruned = store.prune_posts(before, after).await.expect("prunes");
    assert_eq!((pruned.posts, pruned.others), (0, 1));
    let pruned = store.prune_posts(after, after).await.expect("prunes");
    assert_eq!((pruned.posts, pruned.others), (1, 0));
    let totals = store.totals().await.expect("reads");
    assert_eq!(totals.items, 1);
    store.want_purge().await.expect("asks");
    let head = store.head().await.expect("reads");
    assert!(store.wants_purge(head).await.expect("reads"));
    assert!(
        !store.wants_purge(Position { seq: head.seq - 1, ..head }).await.expect("reads"),
        "not before it has seen it all"
    );
    store.purged().await.expect("says so");
    assert!(!store.wants_purge(head).await.expect("reads"));
    store.scrub().await.expect("scrubs");
}
