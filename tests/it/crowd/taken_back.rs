//! What an author takes back is gone everywhere: database, index, pages, feeds, API, and after `prune` from every byte.

use std::{fs, path::Path};

use downwire::{
    config::Privacy,
    jobs::{
        follow::{self, Follower as _},
        follow_copies::CopiesFollower,
        follow_search::SearchFollower,
        prune,
    },
    model::{Clock as _, Query},
    search::{Order, Search, Window, Writer},
};

use super::mastodon::{Server, poller};
use crate::support::{backend::Folder, program};

/// A sentence that occurs once in the world, and its rarest word.
const SENTENCE: &str = "Quokkaphone is down for everyone and nobody at the harbour knows why";
const RARE: &str = "quokkaphone";

/// The files below a folder that hold these bytes.
fn files_with(folder: &Path, wanted: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if fs::read(&entry)
                .expect("reads")
                .windows(wanted.len())
                .any(|window| window.eq_ignore_ascii_case(wanted))
            {
                found.push(entry.display().to_string());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentence_that_was_taken_back_is_in_no_row_page_feed_or_byte() {
    let (folder, server) = (Folder::new(), Server::default());
    (1..=8).for_each(|id| server.publish(id, |_| {}));
    let publish = |content: &str| {
        let content = format!("<p>{content}</p>");
        server.publish(9, move |status| status["content"] = content.into());
    };
    publish(SENTENCE);
    let web = server.start();
    let poller = poller(&folder, &web).await;
    poller.poll().await;
    // It was edited, too: an older version holds it.
    publish(&format!("{SENTENCE} (edited)"));
    poller.poll().await;
    let search = Search::open(folder.path()).expect("opens");
    let writer = Writer::open(folder.path(), search.clone()).expect("opens").expect("nobody else writes");
    let mut follower = SearchFollower(writer);
    let catch_up = async |follower: &mut SearchFollower| {
        follow::catch_up(&mut CopiesFollower::new(), &poller.store).await.expect("follows");
        follow::catch_up(follower, &poller.store).await.expect("follows");
    };
    catch_up(&mut follower).await;
    let hits = |search: &Search| {
        let query = Query::parse(RARE, poller.clock.now()).expect("a query");
        search.search(&query, Window { after: None, limit: 10, order: Order::Newest }).expect("searches").hits.len()
    };
    assert_eq!(hits(&search), 1);
    assert!(!files_with(folder.path(), SENTENCE.as_bytes()).is_empty(), "it is there before");

    server.delete(9);
    assert_eq!(poller.poll().await.1.deleted_posts, 1, "one poll is enough");
    catch_up(&mut follower).await;
    assert_eq!(hits(&search), 0);
    assert_eq!(poller.held().await.len(), 8);

    prune::prune(&poller.store, Privacy::default(), poller.clock.now()).await.expect("prunes");
    follower.purge_if_wanted(&poller.store).await.expect("purges");
    assert!(follower.position(&poller.store).is_some(), "the index still belongs to the archive");
    drop(follower);
    poller.store.clone().close().await.expect("closes");
    for wanted in [SENTENCE, RARE] {
        assert_eq!(files_with(folder.path(), wanted.as_bytes()), Vec::<String>::new(), "{wanted}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_is_kept_goes_as_if_it_had_been_taken_back() {
    let (folder, server) = (Folder::new(), Server::default());
    server.publish(1, |_| {});
    server.publish(2, |status| status["created_at"] = "2023-01-01T00:00:00Z".into());
    server.publish(3, |status| {
        status["created_at"] = "2024-12-01T00:00:00Z".into();
        status["content"] = "<p>a lovely morning at the harbour</p>".into();
    });
    let web = server.start();
    let poller = poller(&folder, &web).await;
    assert_eq!(poller.poll().await.1.new_items, 3);
    let pruned = prune::prune(&poller.store, Privacy::default(), poller.clock.now()).await.expect("prunes");
    assert_eq!((pruned.posts, pruned.others), (1, 1));
    assert_eq!(poller.held().await.len(), 1);
}

#[test]
fn the_program_prunes_what_it_is_told_to() {
    let folder = Folder::new();
    let text = "[privacy]\nkeep_posts = \"30d\"\nkeep_other_posts = \"1d\"\n[catalogue]\nwatch = \"none\"\n";
    fs::write(folder.path().join("feeds.toml"), text).expect("writes");
    let lines = program::json_lines(folder.path(), &["prune", "--json"]);
    assert_eq!((lines[0]["posts"].as_u64(), lines[0]["others"].as_u64()), (Some(0), Some(0)));
}
