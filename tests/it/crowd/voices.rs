//! Who counts as a voice: what is passed on, word for word or nearly, is linked to its original and is no new one.

use downwire::{
    jobs::{follow, follow_copies::CopiesFollower, follow_search::SearchFollower},
    model::{Clock as _, Query},
    search::{Order, Search, Window, Writer},
};
use serde_json::json;

use super::mastodon::{Server, poller};
use crate::support::backend::Folder;

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
