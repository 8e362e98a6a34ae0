//! Who counts as a voice: what is passed on, word for word or nearly, is linked to its original and is no new one.

use downwire::{
    catalogue::Catalogue,
    classify::Classifier,
    jobs::{Stop, follow, follow_copies::CopiesFollower, follow_search::SearchFollower, rejudge, threads},
    model::{Batch, Clock as _, Item, ItemKind, Judged, Network, PostDetails, Query},
    search::{Order, Search, Window, Writer},
};
use serde_json::json;

use super::mastodon::{Server, poller};
use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_passed_on_is_linked_to_its_original_and_is_no_new_voice() {
    let (folder, server) = (Folder::new(), Server::default());
    let publish = |id: u64, text: &str| {
        let content = format!("<p>{text}</p>");
        server.publish(id, move |status| status["content"] = content.into());
    };
    // What everybody writes in the same three words is everybody's own.
    publish(1, "ChatGPT is down");
    publish(2, "ChatGPT is down!");
    publish(3, "chatgpt is down");
    let long = "ChatGPT is down for everyone in our office, every prompt ends in an internal server error since noon";
    publish(4, long);
    publish(5, long);
    publish(6, &format!("{long} !!"));
    publish(
        7,
        "ChatGPT is down for everyone at our school, every prompt has ended in silence and nothing else since breakfast today",
    );
    server.publish(8, |status| status["reblog"] = json!({ "uri": "https://social.example/users/a/statuses/4" }));
    let web = server.start();
    let poller = poller(&folder, &web).await;
    poller.poll().await;
    let search = Search::open(folder.path()).expect("opens");
    let writer = Writer::open(folder.path(), search.clone()).expect("opens").expect("nobody else writes");
    follow::catch_up(&mut CopiesFollower::new(), &poller.store).await.expect("follows");
    follow::catch_up(&mut SearchFollower(writer), &poller.store).await.expect("follows");
    let count = |text: &str| {
        let query = Query::parse(text, poller.clock.now()).expect("a query");
        search.search(&query, Window { after: None, limit: 20, order: Order::Newest }).expect("searches").total
    };
    assert_eq!((count("kind:post"), count("kind:post copy:no")), (8, 5));
    let since = "2000-01-01T00:00:00Z".parse().expect("an instant");
    let held = poller.store.held_posts(&poller.spec.name, since, 20).await.expect("reads");
    let original = held.iter().find(|post| post.local_id.as_deref() == Some("4")).expect("held").id;
    let copies = poller.store.copies_of(&[original]).await.expect("reads").remove(&original).unwrap_or_default();
    assert_eq!(copies.len(), 2, "both lead back to the first");
}

/// A post of Hacker News that answers another, judged by itself.
fn answer(judge: &Classifier, id: &str, to: Option<&str>, text: &str) -> Judged<Item> {
    let at = super::NOW.parse().expect("an instant");
    let value = Item {
        id: Network::HackerNews.id(id),
        source: "hackernews".to_owned(),
        native_id: id.to_owned(),
        kind: ItemKind::Post,
        url: None,
        title: String::new(),
        text: text.to_owned(),
        author: None,
        language: Some("en".to_owned()),
        published_at: at,
        published_estimated: false,
        updated_at: None,
        received_at: at,
        hidden: false,
        post: Some(PostDetails { reply_to: to.map(|to| Network::HackerNews.id(to)), ..PostDetails::default() }),
    };
    Judged { verdict: judge.judge_item(&value), facts: Vec::new(), value }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_names_nobody_is_about_what_it_answers() {
    let folder = Folder::new();
    let store = store(Backend::Sqlite, &folder, FixedClock::at(super::NOW)).await.expect("SQLite is there");
    let judge = Classifier::new(&Catalogue::built_in());
    let first = answer(&judge, "1", None, "ChatGPT is down for everyone, internal server error since noon");
    assert_eq!(first.verdict.service_names(), ["ChatGPT"]);
    store.commit(&[Batch { items: vec![first], ..Batch::default() }]).await.expect("commits");
    let lost = "down here too, it is not working for anyone in the office, total outage";
    // One answers what is held, one answers that answer, one answers nobody, and one names another service.
    let mut posts = vec![
        answer(&judge, "3", Some("2"), lost),
        answer(&judge, "2", Some("1"), lost),
        answer(&judge, "4", None, lost),
        answer(&judge, "5", Some("1"), "Slack is down as well, nobody can connect"),
    ];
    assert!(posts[..3].iter().all(|post| post.verdict.outage && post.verdict.services.is_empty()), "{posts:?}");
    threads::inherit(&store, &mut posts).await.expect("reads");
    let names =
        |posts: &[Judged<Item>]| posts.iter().map(|post| post.verdict.service_names().join("+")).collect::<Vec<_>>();
    assert_eq!(names(&posts), ["ChatGPT", "ChatGPT", "", "Slack"]);
    assert!(posts[0].verdict.why.iter().any(|why| why == "answers a post about ChatGPT"));
    // Judged again, they keep it.
    posts.iter_mut().for_each(|post| post.verdict.version = "earlier".to_owned());
    let ids: Vec<_> = posts.iter().map(|post| post.value.id).collect();
    store.commit(&[Batch { items: posts, ..Batch::default() }]).await.expect("commits");
    let (_give, stop) = Stop::new();
    assert_eq!(rejudge::all(&store, &judge.into(), &stop).await.expect("judges"), 4);
    let held = store.item(ids[1]).await.expect("reads").expect("there");
    assert_eq!(held.verdict.service_names(), ["ChatGPT"]);
}
