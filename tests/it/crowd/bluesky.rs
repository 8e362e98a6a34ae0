//! Bluesky's AppView: what a real one cannot be made to do. What a real one does is in `bluesky_peer.rs`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use downwire::model::{Credentials, Health, Item, PostsQuery, SourceKind};
use jiff::SignedDuration;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use super::{
    NOW, Poller,
    bluesky_server::{Paging, Server, at, error, text, uri, view},
};
use crate::support::{
    backend::Folder,
    clock::FixedClock,
    web::{Reply, Web},
};

fn login(web: &Web) -> Option<Credentials> {
    Some(Credentials::AtProtocol { server: web.url(""), account: "me.example".to_owned(), password: "app".to_owned() })
}

async fn poller(folder: &Folder, web: &Web, posts: PostsQuery) -> Poller {
    Poller::new(folder, FixedClock::at(NOW), SourceKind::Bluesky, &web.url(""), posts).await
}

fn searching() -> PostsQuery {
    PostsQuery { queries: vec!["is down".to_owned()], ..PostsQuery::default() }
}

fn reading(accounts: &[&str]) -> PostsQuery {
    PostsQuery { accounts: accounts.iter().map(|account| (*account).to_owned()).collect(), ..PostsQuery::default() }
}

async fn items(poller: &Poller) -> Vec<Item> {
    let since = "2000-01-01T00:00:00Z".parse().expect("an instant");
    let mut items = Vec::new();
    for post in poller.store.held_posts(&poller.spec.name, since, 10_000).await.expect("reads") {
        items.push(poller.store.item(post.id).await.expect("reads").expect("there").item);
    }
    items
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn more_posts_than_a_page_are_read_back_to_where_the_last_poll_had_come() {
    for paging in [Paging::Count, Paging::Last] {
        let (folder, server) = (Folder::new(), Server::new(paging));
        (0..430).for_each(|number| server.publish(number, 400 * MINUTE - number as i32 * 10 * SECOND));
        // More within one millisecond than a page has.
        (500..630).for_each(|number| server.publish(number, 40 * MINUTE));
        server.publish(900, 30 * 60 * MINUTE);
        let web = server.start();
        let poller = poller(&folder, &web, searching()).await;
        let (state, committed) = poller.poll().await;
        assert_eq!((committed.new_items, state.health), (560, Health::Ok), "{paging:?}: {:?}", state.last_error);
        assert_eq!(poller.poll().await.1.new_items, 0, "{paging:?}");
        // The index learns of a post late.
        server.publish(1_000, 45 * MINUTE);
        server.publish(1_001, SECOND);
        assert_eq!(poller.poll().await.1.new_items, 2, "{paging:?}");
        let held = poller.held().await;
        assert_eq!(held.len(), 562, "{paging:?}: what is older than a day is no news");
        assert!(!held.contains(&text(900)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_breaks_off_goes_on_where_it_was_and_skips_nothing() {
    for paging in [Paging::Count, Paging::Last] {
        let (folder, server) = (Folder::new(), Server::new(paging));
        (0..2_000).for_each(|number| server.publish(number, 23 * 60 * MINUTE - number as i32 * 40 * SECOND));
        let web = server.start();
        let poller = poller(&folder, &web, searching()).await;
        let first = poller.poll().await.1.new_items;
        assert!(first < 2_000, "a poll is bounded: {first}");
        server.publish(9_000, SECOND);
        for _ in 0..3 {
            poller.poll().await;
        }
        assert_eq!(poller.held().await.len(), 2_001, "{paging:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_and_goes_while_a_chain_is_read_makes_it_skip_nothing() {
    for paging in [Paging::Count, Paging::Last] {
        let (folder, server) = (Folder::new(), Server::new(paging));
        (0..350).for_each(|number| server.publish(number, 600 * MINUTE - number as i32 * MINUTE));
        let web = server.start();
        let poller = poller(&folder, &web, searching()).await;
        // Behind the first answer: three of it go, among them its last one, where the next page begins; one comes.
        server.later(1, |network| {
            [349, 330, 250].into_iter().for_each(|number| network.delete(number));
            network.publish(5_000, at(SECOND), &text(5_000));
            None
        });
        let taken_in = poller.poll().await.1.new_items + poller.poll().await.1.new_items;
        assert_eq!(taken_in, 351, "{paging:?}");
        let expected = (0..350).chain([5_000]).filter(|number| ![349, 330, 250].contains(number)).map(text);
        assert_eq!(poller.held().await, expected.collect::<Vec<_>>(), "{paging:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_a_new_version_and_who_is_missing_twice_is_gone_for_ever() {
    let (folder, server) = (Folder::new(), Server::new(Paging::Count));
    (0..60).for_each(|number| server.publish(number, 100 * MINUTE - number as i32 * SECOND));
    let web = server.start();
    let poller = poller(&folder, &web, searching()).await;
    poller.poll().await;
    // An edit is taken in as a deletion and a new post: for a moment nobody knows the address.
    server.with(|network| {
        network.delete(7);
        network.publish(7, at(100 * MINUTE), "ChatGPT is up again");
        network.absent = vec![uri(7)];
        network.delete(8);
        network.delete(40);
    });
    let (_, committed) = poller.poll().await;
    assert_eq!((committed.deleted_posts, committed.edited_items), (2, 1));
    let held = poller.held().await;
    assert!(held.contains(&"ChatGPT is up again".to_owned()) && held.len() == 58, "{held:?}");
    // The index of the search is slower than the author.
    server.publish(8, 100 * MINUTE);
    assert_eq!(poller.poll().await.1.new_items, 0, "what was taken back does not come again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accounts_feed_gives_what_it_wrote_answered_quoted_and_passed_on() {
    let (folder, server) = (Folder::new(), Server::new(Paging::Last));
    let of = |number: u64, change: &dyn Fn(&mut Value)| {
        let mut view = view(number, at(10 * MINUTE), &text(number));
        change(&mut view);
        view
    };
    let strong = |number: u64| json!({ "uri": uri(number), "cid": "c" });
    let reason = |of: &str| {
        json!({ "$type": "app.bsky.feed.defs#reasonRepost", "by": { "did": "did:plc:a", "labels": [] },
                "uri": of, "cid": "r", "indexedAt": "2024-12-26T18:58:00Z" })
    };
    let repost = "at://did:plc:a/app.bsky.feed.repost/r1";
    server.with(|network| {
        let mut entry = |at: i64, value: Value| network.feed.insert(at, value);
        entry(1, json!({ "post": of(1, &|view| view["record"]["reply"] = json!({ "parent": strong(90), "root": strong(91) })) }));
        entry(2, json!({ "post": of(2, &|view| view["record"]["embed"] = json!({ "$type": "app.bsky.embed.record", "record": strong(92) })) }));
        entry(3, json!({ "post": of(3, &|view| view["record"]["embed"] = json!({ "$type": "app.bsky.embed.recordWithMedia", "record": { "record": strong(93) } })) }));
        entry(4, json!({ "post": of(4, &|_| {}), "reason": reason(repost) }));
        entry(5, json!({ "post": of(5, &|view| view["author"]["labels"] = json!([{ "val": "!no-unauthenticated" }])) }));
        entry(6, json!({ "post": of(6, &|view| view["record"]["text"] = json!("")) }));
        entry(7, json!({ "post": of(7, &|view| view["record"]["createdAt"] = json!("2031-01-01T00:00:00Z")) }));
        entry(8, json!({ "post": of(8, &|view| view["uri"] = Value::Null) }));
        entry(9, json!({ "post": view(9, at(26 * 60 * MINUTE), &text(9)) }));
    });
    let web = server.start();
    let poller = poller(&folder, &web, reading(&["nobody.example", "a.example"])).await;
    let (state, committed) = poller.poll().await;
    // Post 8 and the account that does not exist are named; nothing else is lost for them.
    assert_eq!((state.health, state.skipped.len(), committed.new_items), (Health::Partial, 2, 6), "{state:?}");
    assert!(state.skipped.iter().any(|line| line.starts_with("account:nobody.example: ")), "{:?}", state.skipped);
    let id = |number: u64| downwire::model::Network::Bluesky.id(&uri(number));
    let items = items(&poller).await;
    let item = |uri: &str| items.iter().find(|item| item.native_id == uri).expect("held");
    let details = |number: u64| item(&uri(number)).post.clone().expect("a post");
    assert_eq!((details(1).reply_to, details(1).quote_of), (Some(id(90)), None));
    assert_eq!((details(2).quote_of, details(3).quote_of), (Some(id(92)), Some(id(93))));
    assert_eq!((item(repost).text.as_str(), item(repost).post.clone().expect("a post").repost_of), ("", Some(id(4))));
    assert_eq!(items.iter().filter(|item| item.hidden).count(), 1);
    assert_eq!(item(&uri(5)).url.as_deref(), Some("https://bsky.app/profile/did:plc:5/post/k5"));
    assert_eq!(item(&uri(7)).published_at.as_millisecond(), at(10 * MINUTE), "no later than the server saw it");
    assert_eq!(item(&uri(1)).language.as_deref(), Some("en"));
    let authors = items.iter().filter_map(|item| item.post.as_ref()?.author.as_ref());
    assert!(
        authors.clone().count() == 6 && authors.clone().all(|author| author.len() == 32 && !author.contains("plc"))
    );
    // What was passed on is not shown alone: it is looked for where it was found.
    assert_eq!(poller.poll().await.1, Default::default());
    server.with(|network| network.feed.remove(&4));
    assert_eq!(poller.poll().await.1.deleted_posts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_us_to_wait_is_left_alone_until_then_and_one_that_wants_a_login_for_an_hour() {
    for (status, headers, health, words) in [
        (
            429,
            vec![("ratelimit-limit", "3000"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "1735243200")],
            Health::Limited,
            "asks us to wait 3600 s",
        ),
        (403, vec![], Health::Failing, "may want a login"),
    ] {
        let (folder, web) = (Folder::new(), Web::start());
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let reply = Reply::Whole(status, headers, br#"{"error":"X"}"#.to_vec());
        web.answer_by(move |_| reply.clone());
        let poller = poller(&folder, &web, searching()).await;
        let (state, _) = poller.poll().await;
        assert_eq!(state.health, health);
        assert!(state.last_error.as_deref().is_some_and(|error| error.contains(words)), "{:?}", state.last_error);
        assert!(state.next_poll >= "2024-12-26T20:00:00Z".parse().expect("an instant"), "{}", state.next_poll);
        assert_eq!(web.all_requests().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_runs_out_is_renewed_and_a_request_that_is_wrong_costs_none() {
    let (folder, server) = (Folder::new(), Server::new(Paging::Count));
    (0..350).for_each(|number| server.publish(number, 600 * MINUTE - number as i32 * MINUTE));
    server.with(|network| network.session = Some(3));
    let web = server.start();
    let poller = poller(&folder, &web, PostsQuery { credentials: login(&web), ..searching() }).await;
    let (state, committed) = poller.poll().await;
    assert_eq!((state.health, committed.new_items), (Health::Ok, 350), "{:?}", state.last_error);
    // Four pages of the search and eight requests for what is held, three to a session.
    assert!(server.with(|network| network.logins) >= 2);

    let (folder, server) = (Folder::new(), Server::new(Paging::Count));
    server.publish(1, MINUTE);
    server.with(|network| network.session = Some(100));
    let web = server.start();
    let posts = PostsQuery { credentials: login(&web), accounts: vec!["gone.example".to_owned()], ..searching() };
    let poller = self::poller(&folder, &web, posts).await;
    let (state, committed) = poller.poll().await;
    assert_eq!((state.health, committed.new_items), (Health::Partial, 1));
    assert_eq!(server.with(|network| network.logins), 1, "an account that is gone is no reason to log in again");
}

/// What may happen between two polls, or in the middle of one.
#[derive(Debug, Clone)]
enum Happens {
    Published(u64),
    Deleted(u64),
    Edited(u64),
    /// The server fails from that request on, for one request.
    Fails(usize),
    /// While a chain is read, after so many requests.
    DeletedMeanwhile(usize, u64),
}

fn happens() -> impl Strategy<Value = (bool, Vec<Happens>)> {
    let one = prop_oneof![
        5 => (1_u64..140).prop_map(Happens::Published),
        1 => (0_u64..60).prop_map(Happens::Deleted),
        1 => (0_u64..60).prop_map(Happens::Edited),
        2 => (0_usize..6).prop_map(Happens::Fails),
        2 => ((1_usize..4), (0_u64..60)).prop_map(|(after, back)| Happens::DeletedMeanwhile(after, back)),
    ];
    (any::<bool>(), proptest::collection::vec(one, 1..7))
}

#[test]
fn whatever_happens_and_wherever_a_poll_breaks_off_every_post_is_held_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner = TestRunner::new(ProptestConfig::with_cases(3));
    let cases = runner.run(&happens(), |(counts, story)| {
        runtime.block_on(async {
            let (folder, server) = (Folder::new(), Server::new(if counts { Paging::Count } else { Paging::Last }));
            let web = server.start();
            let poller = poller(&folder, &web, searching()).await;
            let (mut newest, mut there) = (0, BTreeMap::new());
            let gone = Arc::new(Mutex::new(Vec::new()));
            for happened in story {
                match happened {
                    Happens::Published(count) => (0..count).for_each(|_| {
                        newest += 1;
                        server.publish(newest, 120 * MINUTE - newest as i32 * SECOND);
                        there.insert(newest, text(newest));
                    }),
                    // Only the newest are asked for again at every poll.
                    Happens::Deleted(back) => {
                        let number = newest.saturating_sub(back);
                        server.with(|network| network.delete(number));
                        there.remove(&number);
                    }
                    Happens::Edited(back) => {
                        let number = newest.saturating_sub(back);
                        if there.contains_key(&number) {
                            let words = format!("ChatGPT is up, number {number:04}");
                            let at = at(120 * MINUTE - number as i32 * SECOND);
                            server.with(|network| network.publish(number, at, &words));
                            there.insert(number, words);
                        }
                    }
                    Happens::Fails(after) => server.later(after, |_| Some(error(500, "InternalServerError", ""))),
                    Happens::DeletedMeanwhile(after, back) => {
                        let (number, gone) = (newest.saturating_sub(back), gone.clone());
                        server.later(after, move |network| {
                            network.delete(number);
                            gone.lock().expect("not poisoned").push(number);
                            None
                        });
                    }
                }
                poller.poll().await;
                // What did not happen by now does not; what broke off is made good by the next poll.
                server.with(|network| network.countdown = None);
                poller.poll().await;
            }
            for number in gone.lock().expect("not poisoned").iter() {
                there.remove(number);
            }
            let mut expected: Vec<String> = there.into_values().collect();
            expected.sort();
            prop_assert_eq!(poller.held().await, expected);
            Ok(())
        })
    });
    cases.expect("holds");
}
