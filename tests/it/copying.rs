//! The same story in two feeds: linked, shown once, and found again after an edit; on both databases.

use downwire::{
    jobs::{follow, follow_copies::CopiesFollower},
    model::{Batch, Id, Item, ItemKind, Judged, Timestamp, Verdict},
    store::Store,
};

use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
    program,
    web::{Reply, Web},
};

const STORY: &str = "The hosting company lost power in one of its two halls this morning, and with it the login of the \
                     bank, two shops and the trams' ticket machines; by noon most of it was back.";

fn item(source: &str, number: u32, title: &str, text: &str, hour: i64) -> Judged<Item> {
    let at: Timestamp = "2024-12-26T10:00:00Z".parse().expect("an instant");
    let at = at + jiff::SignedDuration::from_hours(hour);
    let value = Item {
        id: Id::derive(&format!("feed:{source}"), &number.to_string()),
        source: source.to_owned(),
        native_id: number.to_string(),
        kind: ItemKind::Article,
        url: Some(format!("https://{source}.example/{number}")),
        title: title.to_owned(),
        text: text.to_owned(),
        author: None,
        language: None,
        published_at: at,
        published_estimated: false,
        updated_at: None,
        received_at: at,
        hidden: false,
    };
    let verdict: Verdict = serde_json::from_value(serde_json::json!({
        "outage": true, "score": 0.5, "scope": "unclear", "services": [], "phase": null, "symptoms": [], "cause": null, "why": [], "version": "t"
    })).expect("a verdict");
    Judged { value, verdict, facts: Vec::new() }
}

async fn put(store: &Store, items: Vec<Judged<Item>>) {
    store.commit(&[Batch { items, ..Batch::default() }]).await.expect("commits");
    follow::catch_up(&mut CopiesFollower::new(), store).await.expect("follows");
}

async fn original(store: &Store, id: Id) -> Option<Id> {
    store.item(id).await.expect("reads").expect("there").copy_of
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_told_again_elsewhere_is_a_copy_of_the_first() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let folder = Folder::new();
        let Some(store) = store(backend, &folder, FixedClock::at("2024-12-26T19:00:00Z")).await else { continue };
        let ids = |source: &str| Id::derive(&format!("feed:{source}"), "1");
        put(&store, vec![item("one", 1, "Power failure", STORY, 0), item("one", 2, "Power failure", STORY, 0)]).await;
        assert_eq!(original(&store, ids("one")).await, None);
        assert_eq!(original(&store, Id::derive("feed:one", "2")).await, None, "the same feed may repeat itself");
        put(
            &store,
            vec![item("two", 1, "Power failure at a host", STORY, 1), item("late", 1, "Power failure", STORY, 60)],
        )
        .await;
        put(&store, vec![item("three", 1, "Power failure at a big host", STORY, 2)]).await;
        assert_eq!(original(&store, ids("two")).await, Some(ids("one")));
        assert_eq!(original(&store, ids("three")).await, Some(ids("one")), "a copy of a copy is a copy of the first");
        assert_eq!(original(&store, ids("late")).await, None, "days later it is another story");
        let copies = store.copies_of(&[ids("one")]).await.expect("reads");
        let sources: Vec<&str> = copies[&ids("one")].iter().map(|row| &*row.item.source).collect();
        assert_eq!(sources, ["two", "three"]);
        // An edit that makes it a story of its own.
        let other = "Nothing of it is true, the mayor said on Friday; trams ran, shops sold, and the bank was closed anyway, as on every holiday.";
        put(&store, vec![item("two", 1, "No failure at all", other, 1)]).await;
        assert_eq!(original(&store, ids("two")).await, None);
        // Nothing new, nothing written.
        let head = store.head().await.expect("reads");
        follow::catch_up(&mut CopiesFollower::new(), &store).await.expect("follows");
        assert_eq!(store.head().await.expect("reads"), head);
    }
}

#[test]
fn a_copy_is_shown_once_with_where_else_it_was() {
    let (folder, web) = (Folder::new(), Web::start());
    let feed = |title: &str, words: &str| {
        Reply::ok(
            "text/xml",
            format!(
                "<rss version='2.0'><channel><title>{title}</title><item><title>{words}</title><guid isPermaLink='false'>1</guid><pubDate>Thu, 26 Dec 2024 18:30:00 GMT</pubDate><description>{STORY}</description></item></channel></rss>"
            ),
        )
    };
    web.serve("/a", feed("a", "Power failure at the host"));
    web.serve("/b", feed("b", "Power failure at a host"));
    let mut text = "[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\n[catalogue]\nwatch = \"none\"\n".to_owned();
    for name in ["a", "b"] {
        text.push_str(&format!(
            "[[feed]]\nname = \"{name}\"\nurl = \"{}\"\nschedule = \"* * * * * *\"\n",
            web.url(&format!("/{name}"))
        ));
    }
    std::fs::write(folder.path().join("feeds.toml"), text).expect("writes");
    let running = program::start(program::command(folder.path(), &["run"]));
    let page = |running: &program::Running, query: &str| running.get(&format!("/search?q={query}")).body;
    let patience = std::time::Duration::from_secs(20);
    running.wait_for("the link", patience, |running| page(running, "power").contains("also in"));
    assert!(page(&running, "power").contains(">1 found"), "{}", page(&running, "power"));
    running.wait_for("the index", patience, |running| page(running, "power+copy:yes").contains(">1 found"));
    assert!(
        page(&running, "power+source:a").contains(">1 found") && page(&running, "power+source:b").contains(">1 found")
    );
    assert_eq!(running.get("/feed.rss?q=power").body.matches("<item>").count(), 1);
    let copy = page(&running, "power+copy:yes");
    let copy = copy
        .split("href=\"")
        .find(|part| part.starts_with("/item/"))
        .and_then(|part| part.split('"').next())
        .expect("a link");
    assert!(running.get(copy).body.contains("This repeats what"), "{copy}");
    // The wording changes in one feed: the item page shows what.
    web.serve("/a", feed("a", "Power failure at the big host"));
    running.wait_for("the edit", patience, |running| {
        let found = page(running, "big+source:a");
        let item =
            found.split("href=\"").find(|part| part.starts_with("/item/")).and_then(|part| part.split('"').next());
        item.is_some_and(|item| running.get(item).body.contains("<ins>big </ins>"))
    });
}
