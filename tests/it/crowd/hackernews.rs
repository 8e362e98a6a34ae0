//! Hacker News: the search, and the official API that knows what was taken back.

use std::sync::{Arc, Mutex};

use downwire::model::{PostsQuery, SourceKind};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{NOW, Poller};
use crate::support::{
    backend::Folder,
    clock::FixedClock,
    web::{Reply, Web},
};

/// The second of [`NOW`].
const SECOND: i64 = 1_735_239_600;

/// A search that gives its newest hits first, and an item store beside it.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<Vec<Hit>>>);

/// Its id, its second, and what became of it.
type Hit = (u64, i64, &'static str);

impl Server {
    fn publish(&self, id: u64, second: i64) {
        self.0.lock().expect("not poisoned").push((id, second, ""));
    }

    fn take_back(&self, id: u64, how: &'static str) {
        let mut hits = self.0.lock().expect("not poisoned");
        hits.iter_mut().filter(|(known, ..)| *known == id).for_each(|hit| hit.2 = how);
    }

    fn answer(&self, path: &str) -> Reply {
        let hits = self.0.lock().expect("not poisoned");
        if let Some(id) = path.strip_prefix("/v0/item/").and_then(|rest| rest.strip_suffix(".json")) {
            let found = hits.iter().find(|(known, ..)| known.to_string() == id);
            let item = match found {
                Some((id, _, "")) => json!({ "id": id, "type": "story" }),
                Some((id, _, how)) => json!({ "id": id, "type": "story", (*how): true }),
                None => Value::Null,
            };
            return Reply::ok("application/json", item.to_string());
        }
        let query: Vec<(String, String)> =
            form_urlencoded::parse(path.split_once('?').map_or("", |(_, query)| query).as_bytes())
                .into_owned()
                .collect();
        let value = |key: &str| query.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
        let bound =
            |sign: &str| value("numericFilters").split(',').find_map(|one| one.strip_prefix(sign)?.parse().ok());
        let (from, until): (Option<i64>, Option<i64>) = (bound("created_at_i>="), bound("created_at_i<="));
        let mut found: Vec<_> = hits
            .iter()
            .filter(|(_, at, how)| {
                how.is_empty() && from.is_none_or(|from| *at >= from) && until.is_none_or(|until| *at <= until)
            })
            .collect();
        found.sort_by_key(|(id, at, _)| std::cmp::Reverse((*at, *id)));
        let size: usize = value("hitsPerPage").parse().expect("a size");
        let hit = |(id, at, _): &&(u64, i64, &str)| {
            json!({ "objectID": id.to_string(), "created_at_i": at, "title": format!("Slack is down, number {id:04}"),
                    "author": format!("person{}", id % 5), "_tags": ["story"] })
        };
        let page: Vec<Value> = found.iter().take(size).map(hit).collect();
        Reply::ok("application/json", json!({ "hits": page, "nbHits": found.len() }).to_string())
    }
}

async fn poller(folder: &Folder, web: &Web) -> Poller {
    let posts = PostsQuery { queries: vec!["is down".to_owned()], ..PostsQuery::default() };
    Poller::new(folder, FixedClock::at(NOW), SourceKind::HackerNews, &web.url(""), posts).await
}

fn start(server: &Server) -> Web {
    let (web, server) = (Web::start(), server.clone());
    web.answer_by(move |path| server.answer(path));
    web
}

#[tokio::test(flavor = "multi_thread")]
async fn more_hits_than_a_page_are_read_back_to_where_the_last_poll_had_come() {
    let (folder, server) = (Folder::new(), Server::default());
    (0..730).for_each(|id| server.publish(id, SECOND - 7_200 + i64::try_from(id).expect("small") * 9));
    let web = start(&server);
    let poller = poller(&folder, &web).await;
    assert_eq!(poller.poll().await.1.new_items, 730);
    assert_eq!(poller.poll().await.1.new_items, 0);
    // The index learns of a hit late.
    server.publish(9_000, SECOND - 1_200);
    server.publish(9_001, SECOND - 10);
    assert_eq!(poller.poll().await.1.new_items, 2);
    assert_eq!(poller.held().await.len(), 732);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_breaks_off_goes_on_where_it_was_and_skips_nothing() {
    let (folder, server) = (Folder::new(), Server::default());
    (0..3_000).for_each(|id| server.publish(id, SECOND - 80_000 + i64::try_from(id).expect("small") * 20));
    let web = start(&server);
    let poller = poller(&folder, &web).await;
    let first = poller.poll().await.1.new_items;
    assert!(first < 3_000, "a poll is bounded: {first}");
    // Meanwhile there is news.
    server.publish(9_000, SECOND - 5);
    for _ in 0..5 {
        poller.poll().await;
    }
    assert_eq!(poller.held().await.len(), 3_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_or_dead_is_gone_after_the_next_poll() {
    let (folder, server) = (Folder::new(), Server::default());
    (0..5).for_each(|id| server.publish(id, SECOND - 100));
    let web = start(&server);
    let poller = poller(&folder, &web).await;
    poller.poll().await;
    server.take_back(1, "deleted");
    server.take_back(3, "dead");
    assert_eq!(poller.poll().await.1.deleted_posts, 2);
    assert_eq!(poller.held().await.len(), 3);
    assert_eq!(poller.poll().await.1.new_items, 0, "and does not come back");
}
