//! Mastodon's timelines.

use std::sync::{Arc, Mutex};

use downwire::model::{Health, PostsQuery, SourceKind};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use super::{NOW, Poller};
use crate::support::{
    backend::Folder,
    clock::FixedClock,
    web::{Reply, Web},
};

/// A server of one hashtag, with the API's own ways: newest first, `min_id` gives the page just behind it.
#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<Vec<(u64, Value)>>>);

impl Server {
    /// Publishes a status with this number.
    pub fn publish(&self, id: u64, change: impl FnOnce(&mut Value)) {
        let mut status = json!({
            "id": id.to_string(), "uri": format!("https://social.example/users/a/statuses/{id}"),
            "url": format!("https://social.example/@a/{id}"), "created_at": "2024-12-26T18:55:00.000Z",
            "edited_at": null, "language": "en", "visibility": "public", "reblog": null, "spoiler_text": "",
            "content": format!("<p>ChatGPT is down, number {id:04}</p>"), "tags": [{ "name": "outage" }],
            "account": { "uri": format!("https://social.example/users/{}", id % 3), "acct": "a", "noindex": false },
        });
        change(&mut status);
        let mut statuses = self.0.lock().expect("not poisoned");
        statuses.retain(|(known, _)| *known != id);
        statuses.push((id, status));
        statuses.sort_by_key(|(id, _)| *id);
    }

    /// Takes one back.
    pub fn delete(&self, id: u64) {
        self.0.lock().expect("not poisoned").retain(|(known, _)| *known != id);
    }

    /// Serves it.
    pub fn start(&self) -> Web {
        let (web, server) = (Web::start(), self.clone());
        web.answer_by(move |path| server.answer(path));
        web
    }

    fn answer(&self, path: &str) -> Reply {
        let statuses = self.0.lock().expect("not poisoned");
        if let Some(id) = path.strip_prefix("/api/v1/statuses/") {
            let found = statuses.iter().find(|(known, _)| known.to_string() == id);
            return found.map_or_else(
                || Reply::Whole(404, Vec::new(), br#"{"error":"Record not found"}"#.to_vec()),
                |(_, status)| Reply::ok("application/json", status.to_string()),
            );
        }
        if !path.starts_with("/api/v1/timelines/tag/outage?") {
            return Reply::Whole(404, Vec::new(), Vec::new());
        }
        let value = |key: &str| {
            let pairs = path.split_once('?').map_or("", |(_, query)| query).split('&');
            pairs.filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key).map(|(_, value)| value)
        };
        let limit: usize = value("limit").and_then(|limit| limit.parse().ok()).unwrap_or(20);
        let page: Vec<&Value> = match value("min_id").and_then(|id| id.parse::<u64>().ok()) {
            Some(after) => {
                statuses.iter().filter(|(id, _)| *id > after).take(limit).map(|(_, status)| status).collect()
            }
            None => statuses.iter().rev().take(limit).rev().map(|(_, status)| status).collect(),
        };
        let newest_first: Vec<&Value> = page.into_iter().rev().collect();
        Reply::ok("application/json; charset=utf-8", json!(newest_first).to_string())
    }
}

/// A poller of that hashtag.
pub async fn poller(folder: &Folder, web: &Web) -> Poller {
    let posts = PostsQuery { tags: vec!["outage".to_owned()], ..PostsQuery::default() };
    Poller::new(folder, FixedClock::at(NOW), SourceKind::Mastodon, &web.url(""), posts).await
}

fn text(id: u64) -> String {
    format!("ChatGPT is down, number {id:04}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_walked_forward_page_by_page_without_gaps() {
    let (folder, server) = (Folder::new(), Server::default());
    (1..=30).for_each(|id| server.publish(id, |_| {}));
    let web = server.start();
    let poller = poller(&folder, &web).await;
    assert_eq!(poller.poll().await.1.new_items, 30, "the newest page is the beginning");
    (31..=170).for_each(|id| server.publish(id, |_| {}));
    let (state, committed) = poller.poll().await;
    assert_eq!((committed.new_items, state.health), (140, Health::Ok), "four pages in one poll");
    assert_eq!(state.cursor.get("tag:outage").map(String::as_str), Some("170"));
    assert_eq!(poller.poll().await.1.new_items, 0);
    assert_eq!(poller.held().await, (1..=170).map(text).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_everybody_is_not_kept_and_who_wants_no_index_is_hidden() {
    let (folder, server) = (Folder::new(), Server::default());
    server.publish(1, |status| status["visibility"] = json!("private"));
    server.publish(2, |status| status["account"]["noindex"] = json!(true));
    server.publish(3, |status| status["account"]["indexable"] = json!(false));
    server.publish(4, |status| status["reblog"] = json!({ "uri": "https://social.example/users/b/statuses/9" }));
    server.publish(5, |status| status["created_at"] = json!("2031-01-01T00:00:00Z"));
    server.publish(6, |status| status["uri"] = Value::Null);
    server.publish(7, |status| status["url"] = Value::Null);
    let web = server.start();
    let poller = poller(&folder, &web).await;
    let (state, committed) = poller.poll().await;
    assert_eq!((committed.new_items, state.skipped.len()), (6, 0), "{state:?}");
    let since = "2000-01-01T00:00:00Z".parse().expect("an instant");
    let held = poller.store.held_posts(&poller.spec.name, since, 100).await.expect("reads");
    let mut rows = Vec::new();
    for post in held {
        rows.push(poller.store.item(post.id).await.expect("reads").expect("there").item);
    }
    let hidden = rows.iter().filter(|item| item.hidden).count();
    let reposts = rows.iter().filter(|item| item.post.as_ref().is_some_and(|post| post.repost_of.is_some())).count();
    assert_eq!((hidden, reposts), (2, 1));
    assert!(rows.iter().all(|item| item.published_at <= NOW.parse().expect("an instant")), "no post is of tomorrow");
    let authors: Vec<_> = rows.iter().filter_map(|item| item.post.as_ref()?.author.clone()).collect();
    assert!(authors.iter().all(|author| author.len() == 32 && !author.contains("social")), "{authors:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_us_to_wait_in_either_way_is_left_alone_until_then() {
    let wait = |status: u16, headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Reply::Whole(status, headers, br#"{"error":"Too many requests"}"#.to_vec())
    };
    for reply in [
        wait(429, &[("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "2024-12-26T19:05:00.123456Z")]),
        wait(429, &[("Retry-After", "300")]),
        wait(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1735239900")]),
    ] {
        let (folder, web) = (Folder::new(), Web::start());
        web.answer_by(move |_| reply.clone());
        let poller = poller(&folder, &web).await;
        let (state, _) = poller.poll().await;
        assert_eq!((state.health, state.asked_wait.as_secs()), (Health::Limited, 300));
        assert!(state.next_poll >= "2024-12-26T19:05:00Z".parse().expect("an instant"), "{}", state.next_poll);
    }
}

/// A first sight begins at the newest page, of so many posts; what was before it is not asked for.
const FIRST_PAGE: u64 = 41;

/// What may happen between two polls.
#[derive(Debug, Clone)]
enum Happens {
    Published(u64),
    Deleted(u64),
    Edited(u64),
    Nothing,
}

fn happens() -> impl Strategy<Value = Vec<Happens>> {
    let one = prop_oneof![
        5 => (1_u64..90).prop_map(Happens::Published),
        1 => (0_u64..60).prop_map(Happens::Deleted),
        1 => (0_u64..60).prop_map(Happens::Edited),
        1 => Just(Happens::Nothing),
    ];
    proptest::collection::vec(one, 1..7)
}

#[test]
fn whatever_happens_between_polls_every_post_is_held_once_and_what_was_taken_back_is_gone() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner = TestRunner::new(ProptestConfig::with_cases(6));
    let cases = runner.run(&happens(), |story| {
        runtime.block_on(async {
            let (folder, server) = (Folder::new(), Server::default());
            let web = server.start();
            let poller = poller(&folder, &web).await;
            let (mut newest, mut there) = (0, std::collections::BTreeMap::new());
            for happened in story {
                match happened {
                    Happens::Published(count) => (0..count % FIRST_PAGE).for_each(|_| {
                        newest += 1;
                        server.publish(newest, |_| {});
                        there.insert(newest, text(newest));
                    }),
                    // Only the newest are asked for again at every poll.
                    Happens::Deleted(back) => {
                        let id = newest.saturating_sub(back % 15);
                        server.delete(id);
                        there.remove(&id);
                    }
                    Happens::Edited(back) => {
                        let id = newest.saturating_sub(back % 15);
                        if there.contains_key(&id) {
                            server.publish(id, |status| {
                                status["content"] = json!(format!("<p>ChatGPT is up, number {id:04}</p>"));
                                status["edited_at"] = json!("2024-12-26T18:59:00Z");
                            });
                            there.insert(id, format!("ChatGPT is up, number {id:04}"));
                        }
                    }
                    Happens::Nothing => {}
                }
                poller.poll().await;
            }
            poller.poll().await;
            let mut expected: Vec<String> = there.into_values().collect();
            expected.sort();
            prop_assert_eq!(poller.held().await, expected);
            Ok(())
        })
    });
    cases.expect("holds");
}
