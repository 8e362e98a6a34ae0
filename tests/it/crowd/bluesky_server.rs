//! A loopback AppView of Bluesky with the real one's ways, and what a real one cannot be made to do.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::NOW;
use crate::support::web::{Reply, Web};

/// How a server pages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Paging {
    /// By how many posts were given: it skips one when another is deleted. It knows `since` and `until`.
    Count,
    /// By the last post given. It knows no times, as the reference implementation for developers.
    Last,
}

/// A server, and everything that happens on it.
pub struct Network {
    pub paging: Paging,
    /// By time, and within a millisecond by number: what is found by the search.
    pub posts: BTreeMap<(i64, u64), Value>,
    /// The feed of the account, by time.
    pub feed: BTreeMap<i64, Value>,
    /// Requests until something happens.
    pub countdown: Option<usize>,
    /// What happens.
    pub then: Option<Deed>,
    /// A session holds for so many requests; `None` for ever. Without one a search is refused where this is `Some`.
    pub session: Option<usize>,
    pub logins: usize,
    pub used: usize,
    /// Addresses that are not known for one request.
    pub absent: Vec<String>,
}

/// Something that happens once, and what is answered instead.
pub type Deed = Box<dyn FnOnce(&mut Network) -> Option<Reply> + Send>;

#[derive(Clone)]
pub struct Server(pub Arc<Mutex<Network>>);

pub fn at(back: SignedDuration) -> i64 {
    let now: Timestamp = NOW.parse().expect("an instant");
    (now - back).as_millisecond()
}

pub fn uri(number: u64) -> String {
    format!("at://did:plc:{}/app.bsky.feed.post/k{number}", number % 7)
}

pub fn text(number: u64) -> String {
    format!("ChatGPT is down, number {number:04}")
}

/// A post as the AppView shows it.
pub fn view(number: u64, millisecond: i64, text: &str) -> Value {
    let at = Timestamp::from_millisecond(millisecond).expect("an instant").to_string();
    json!({
        "uri": uri(number), "cid": format!("c{number}"), "indexedAt": at, "labels": [],
        "author": { "did": format!("did:plc:{}", number % 7), "handle": "a.example", "labels": [] },
        "record": { "$type": "app.bsky.feed.post", "text": text, "langs": ["en-GB"], "createdAt": at },
    })
}

impl Server {
    pub fn new(paging: Paging) -> Self {
        Self(Arc::new(Mutex::new(Network {
            paging,
            posts: BTreeMap::new(),
            feed: BTreeMap::new(),
            countdown: None,
            then: None,
            session: None,
            logins: 0,
            used: 0,
            absent: Vec::new(),
        })))
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut Network) -> T) -> T {
        change(&mut self.0.lock().expect("not poisoned"))
    }

    pub fn publish(&self, number: u64, back: SignedDuration) {
        self.with(|network| network.publish(number, at(back), &text(number)));
    }

    /// After so many more requests this happens, before the answer (or instead of it).
    pub fn later(&self, requests: usize, then: impl FnOnce(&mut Network) -> Option<Reply> + Send + 'static) {
        self.with(|network| {
            network.countdown = Some(requests);
            network.then = Some(Box::new(then));
        });
    }

    pub fn start(&self) -> Web {
        let (web, server) = (Web::start(), self.clone());
        web.answer_by_head(move |path, head| server.with(|network| network.answer(path, head)));
        web
    }
}

impl Network {
    pub fn publish(&mut self, number: u64, at: i64, text: &str) {
        self.posts.insert((at, number), view(number, at, text));
    }

    pub fn delete(&mut self, number: u64) {
        self.posts.retain(|(_, known), _| *known != number);
    }

    pub fn answer(&mut self, path: &str, head: &str) -> Reply {
        if let Some(reply) = self.happens() {
            return reply;
        }
        let (method, query) = path.split_once('?').unwrap_or((path, ""));
        let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let uris = query.iter().filter(|(name, _)| name == "uris").map(|(_, value)| value.as_str());
        let value = |key: &str| query.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
        match method.strip_prefix("/xrpc/").unwrap_or_default() {
            "com.atproto.server.createSession" => self.log_in(),
            method if !self.lets_in(head) => refuse(head, method),
            "app.bsky.feed.searchPosts" => self.search(value("since"), value("until"), value("cursor")),
            "app.bsky.feed.getAuthorFeed" => self.account(value("actor")),
            "app.bsky.feed.getPosts" => self.by_address(&uris.collect::<Vec<_>>()),
            method => error(501, "MethodNotImplemented", method),
        }
    }

    fn happens(&mut self) -> Option<Reply> {
        self.countdown = self.countdown?.checked_sub(1);
        if self.countdown.is_some() {
            return None;
        }
        self.then.take().and_then(|then| then(self))
    }

    fn log_in(&mut self) -> Reply {
        (self.logins, self.used) = (self.logins + 1, 0);
        ok(&json!({ "accessJwt": format!("token-{}", self.logins), "did": "did:plc:me" }))
    }

    fn lets_in(&mut self, head: &str) -> bool {
        let Some(holds) = self.session else { return true };
        self.used += 1;
        head.contains(&format!("authorization: bearer token-{}\r\n", self.logins)) && self.used <= holds
    }

    fn search(&self, since: &str, until: &str, cursor: &str) -> Reply {
        let time = |text: &str| text.parse::<Timestamp>().map(Timestamp::as_millisecond).ok();
        let knows_times = self.paging == Paging::Count;
        let (since, until) = (time(since).filter(|_| knows_times), time(until).filter(|_| knows_times));
        let in_window = |at: i64| since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until);
        let found: Vec<_> = self.posts.iter().rev().filter(|((at, _), _)| in_window(*at)).collect();
        let skipped = match self.paging {
            Paging::Count => cursor.parse().unwrap_or(0),
            Paging::Last => {
                let last: Option<(i64, u64)> = cursor
                    .split_once("__")
                    .map(|(at, number)| (at.parse().expect("a time"), number.parse().expect("a number")));
                found.iter().filter(|(key, _)| last.is_some_and(|last| **key >= last)).count()
            }
        };
        let page: Vec<_> = found.iter().skip(skipped).take(100).collect();
        let next =
            page.last().filter(|_| found.len() > skipped + page.len()).map(|((at, number), _)| match self.paging {
                Paging::Count => (skipped + page.len()).to_string(),
                Paging::Last => format!("{at}__{number}"),
            });
        let mut answer = json!({ "posts": page.iter().map(|(_, view)| view).collect::<Vec<_>>() });
        if let Some(next) = next {
            answer["cursor"] = json!(next);
        }
        ok(&answer)
    }

    fn account(&self, actor: &str) -> Reply {
        if actor != "a.example" && actor != "did:plc:a" {
            return error(400, "InvalidRequest", "Profile not found");
        }
        ok(&json!({ "feed": self.feed.values().rev().take(100).collect::<Vec<_>>() }))
    }

    fn by_address(&mut self, uris: &[&str]) -> Reply {
        assert!(uris.len() <= 25, "{} at once", uris.len());
        let absent = std::mem::take(&mut self.absent);
        let all = self.posts.values().chain(self.feed.values().map(|entry| &entry["post"]));
        let wanted = |view: &&Value| {
            let uri = view["uri"].as_str().unwrap_or_default();
            uris.contains(&uri) && !absent.iter().any(|one| one == uri)
        };
        ok(&json!({ "posts": all.filter(wanted).collect::<Vec<_>>() }))
    }
}

pub fn ok(value: &Value) -> Reply {
    Reply::ok("application/json", value.to_string())
}

pub fn error(status: u16, name: &str, message: &str) -> Reply {
    let body = json!({ "error": name, "message": message }).to_string();
    Reply::Whole(status, vec![("Content-Type".to_owned(), "application/json".to_owned())], body.into_bytes())
}

/// A session that has run out is a 400; who has none may only see accounts.
pub fn refuse(head: &str, method: &str) -> Reply {
    if head.contains("authorization: bearer") {
        return error(400, "ExpiredToken", "Token has expired");
    }
    error(403, "Forbidden", method)
}
