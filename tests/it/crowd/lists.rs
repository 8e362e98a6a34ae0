//! Networks whose lists give the newest first: Lemmy, Discourse, Stack Exchange, GitHub, Reddit, Telegram. One pretend
//! forum speaks all of their languages, in the shapes of the real ones, and holds the same posts.

use std::sync::{Arc, Mutex};

use downwire::model::{Credentials, Health, PostsQuery, SourceKind, Timestamp};
use proptest::{prelude::*, test_runner::TestRunner};
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

/// The posts of the forum by number, which grows with time: each with its second.
#[derive(Clone)]
struct Forum {
    posts: Arc<Mutex<Vec<(u64, i64)>>>,
    language: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Lemmy3,
    Lemmy4,
    Discourse,
    StackExchange,
    GitHub,
    RedditApi,
    RedditFeed,
    Telegram,
}

impl Language {
    const ALL: [Self; 8] = [
        Self::Lemmy3,
        Self::Lemmy4,
        Self::Discourse,
        Self::StackExchange,
        Self::GitHub,
        Self::RedditApi,
        Self::RedditFeed,
        Self::Telegram,
    ];

    fn kind(self) -> SourceKind {
        match self {
            Self::Lemmy3 | Self::Lemmy4 => SourceKind::Lemmy,
            Self::Discourse => SourceKind::Discourse,
            Self::StackExchange => SourceKind::StackExchange,
            Self::GitHub => SourceKind::GitHub,
            Self::RedditApi | Self::RedditFeed => SourceKind::Reddit,
            Self::Telegram => SourceKind::Telegram,
        }
    }

    fn query(self) -> PostsQuery {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut query = PostsQuery::default();
        match self {
            Self::Lemmy3 | Self::Lemmy4 => query.accounts = words(&["outages@lemmy.example"]),
            // Everything: what speaks of no outage and no service is dropped.
            Self::Discourse => {}
            Self::StackExchange => (query.accounts, query.queries) = (words(&["serverfault"]), words(&["is down"])),
            Self::GitHub => query.accounts = words(&["fabrikam/cloud"]),
            Self::RedditApi => {
                query.accounts = words(&["sysadmin", "chatgpt"]);
                query.credentials = Some(Credentials::Bearer("a-token".to_owned()));
            }
            Self::RedditFeed => query.accounts = words(&["sysadmin", "chatgpt"]),
            Self::Telegram => query.accounts = words(&["outages"]),
        }
        query
    }

    /// The most that may come between two polls without anything being missed.
    fn most(self) -> u64 {
        match self {
            // A feed shows so many and has no page behind it.
            Self::RedditFeed => 100,
            _ => 260,
        }
    }

    /// How far back what is taken back is found out, in posts.
    fn rechecked(self) -> u64 {
        match self {
            Self::GitHub => 5,
            Self::Lemmy3 | Self::Lemmy4 | Self::Discourse => 20,
            Self::Telegram => 15,
            _ => 60,
        }
    }
}

fn title(id: u64) -> String {
    format!("ChatGPT is down for everyone, number {id:04}")
}

fn stamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("an instant")
}

impl Forum {
    fn new(language: Language) -> Self {
        Self { posts: Arc::default(), language }
    }

    fn publish(&self, id: u64, second: i64) {
        self.posts.lock().expect("not poisoned").push((id, second));
    }

    fn delete(&self, id: u64) {
        self.posts.lock().expect("not poisoned").retain(|(known, _)| *known != id);
    }

    fn start(&self) -> Web {
        let (web, forum) = (Web::start(), self.clone());
        web.answer_by(move |path| forum.answer(path));
        web
    }

    fn answer(&self, path: &str) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let value = |key: &str| query.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        let mut posts = self.posts.lock().expect("not poisoned").clone();
        posts.sort_by_key(|(id, at)| std::cmp::Reverse((*at, *id)));
        let json = |value: Value| Reply::ok("application/json", value.to_string());
        let none = || Reply::Whole(404, Vec::new(), Vec::new());
        let found = |id: Option<u64>| posts.iter().find(|(known, _)| Some(*known) == id).copied();
        match self.language {
            Language::Lemmy3 => lemmy(path.strip_prefix("/api/v3"), "published", &posts, value).map_or_else(none, json),
            Language::Lemmy4 => {
                lemmy(path.strip_prefix("/api/v4"), "published_at", &posts, value).map_or_else(none, json)
            }
            Language::Discourse => {
                if let Some(id) = path.strip_prefix("/posts/").and_then(|rest| rest.strip_suffix(".json")) {
                    return found(id.parse().ok()).map_or_else(none, |post| json(discourse(post)));
                }
                let before: u64 = value("before").and_then(|id| id.parse().ok()).unwrap_or(u64::MAX);
                let page: Vec<_> = posts.into_iter().filter(|(id, _)| *id < before).take(50).map(discourse).collect();
                json(json!({ "latest_posts": page }))
            }
            Language::StackExchange => {
                if let Some(ids) = path.strip_prefix("/2.3/questions/") {
                    let wanted: Vec<u64> = ids.split(';').filter_map(|id| id.parse().ok()).collect();
                    let items: Vec<_> =
                        posts.iter().filter(|(id, _)| wanted.contains(id)).copied().map(question).collect();
                    return json(json!({ "items": items, "has_more": false, "quota_remaining": 200 }));
                }
                let bound = |key: &str| value(key).and_then(|second| second.parse::<i64>().ok());
                let (from, until) = (bound("fromdate").unwrap_or(0), bound("todate").unwrap_or(i64::MAX));
                let all: Vec<_> = posts.iter().filter(|(_, at)| (from..=until).contains(at)).copied().collect();
                let items: Vec<_> = all.iter().take(100).copied().map(question).collect();
                json(json!({ "items": items, "has_more": all.len() > 100, "quota_remaining": 200 }))
            }
            Language::GitHub => {
                if let Some(id) = path.strip_prefix("/repos/fabrikam/cloud/issues/") {
                    return found(id.parse().ok()).map_or_else(none, |post| json(issue(post)));
                }
                let asked = value("q").expect("a search");
                assert!(asked.starts_with("repo:fabrikam/cloud is:issue "), "{asked}");
                let (from, until) =
                    asked.rsplit_once("created:").and_then(|(_, range)| range.split_once("..")).expect("a range");
                let from: Timestamp = from.parse().expect("an instant");
                let until: Timestamp = until.parse().unwrap_or(Timestamp::MAX);
                let all = posts.into_iter().filter(|(_, at)| (from..=until).contains(&stamp(*at)));
                json(json!({ "items": all.take(100).map(issue).collect::<Vec<_>>() }))
            }
            Language::RedditApi => {
                if path == "/api/info" {
                    let wanted = value("id").expect("names");
                    let wanted: Vec<&str> = wanted.split(',').collect();
                    let known = posts.iter().filter(|(id, _)| wanted.contains(&name(*id).as_str()));
                    return json(listing(&known.copied().collect::<Vec<_>>(), None));
                }
                assert_eq!(path, "/r/sysadmin+chatgpt/new");
                // A name that is no longer there is no place in the list: the real one then begins at the top.
                let start = value("after").and_then(|after| posts.iter().position(|(id, _)| name(*id) == after));
                let rest = &posts[start.map_or(0, |at| at + 1)..];
                let page = &rest[..rest.len().min(100)];
                let after = (rest.len() > 100).then(|| name(page[99].0));
                json(listing(page, after))
            }
            Language::RedditFeed => {
                assert_eq!(path, "/r/sysadmin+chatgpt/new/.rss");
                let entries: String = posts.iter().take(100).map(|post| entry(*post)).collect();
                let feed =
                    format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>r</title><id>r</id>{entries}</feed>");
                Reply::ok("application/atom+xml", feed)
            }
            Language::Telegram => {
                if path == "/robots.txt" {
                    return none();
                }
                assert_eq!(path, "/s/outages");
                let before: u64 = value("before").and_then(|id| id.parse().ok()).unwrap_or(u64::MAX);
                let page: Vec<_> = posts.into_iter().filter(|(id, _)| *id < before).take(20).collect();
                let messages: String = page.iter().rev().map(|post| message(*post)).collect();
                Reply::ok(
                    "text/html; charset=utf-8",
                    format!("<html><body><section class=\"tgme_channel_history\">{messages}</section></body></html>"),
                )
            }
        }
    }
}

fn lemmy(
    path: Option<&str>,
    published: &str,
    posts: &[(u64, i64)],
    value: impl Fn(&str) -> Option<String>,
) -> Option<Value> {
    let view = |(id, at): (u64, i64)| {
        json!({ "post": { "id": id, "name": title(id), "ap_id": format!("https://lemmy.example/post/{id}"), published: stamp(at).to_string(),
                "removed": false, "deleted": false },
                "creator": { "name": "a", "actor_id": format!("https://lemmy.example/u/{}", id % 7) }, "community": { "name": "outages" } })
    };
    match path? {
        "/post" => {
            let id: u64 = value("id")?.parse().ok()?;
            let post = posts.iter().find(|(known, _)| *known == id)?;
            Some(json!({ "post_view": view(*post) }))
        }
        "/post/list" => {
            // The cursor names the last post of the page before, whether that is still there or not.
            let after: Option<(i64, u64)> = value("page_cursor").map(|place| {
                let (second, id) = place.trim_start_matches('P').split_once('.').expect("our own cursor");
                (second.parse().expect("a second"), id.parse().expect("an id"))
            });
            let rest: Vec<_> =
                posts.iter().filter(|(id, at)| after.is_none_or(|after| (*at, *id) < after)).copied().collect();
            let page: Vec<_> = rest.iter().take(50).copied().collect();
            let next = (rest.len() > 50).then(|| page.last().map(|(id, at)| format!("P{at}.{id}"))).flatten();
            Some(json!({ "posts": page.into_iter().map(view).collect::<Vec<_>>(), "next_page": next }))
        }
        _ => None,
    }
}

fn discourse((id, at): (u64, i64)) -> Value {
    json!({ "id": id, "username": format!("person{}", id % 7), "created_at": stamp(at).to_string(), "topic_id": 5, "topic_slug": "down",
            "post_number": 2, "post_type": 1, "cooked": format!("<p>{}</p>", title(id)), "version": 1 })
}

fn question((id, at): (u64, i64)) -> Value {
    json!({ "question_id": id, "title": title(id), "creation_date": at, "link": format!("https://serverfault.example/q/{id}"),
            "owner": { "user_id": id % 7, "link": format!("https://serverfault.example/users/{}", id % 7) } })
}

fn issue((id, at): (u64, i64)) -> Value {
    json!({ "number": id, "title": title(id), "html_url": format!("https://github.com/fabrikam/cloud/issues/{id}"),
            "url": format!("https://api.github.com/repos/fabrikam/cloud/issues/{id}"), "created_at": stamp(at).to_string(),
            "user": { "id": id % 7, "login": "a" } })
}

fn name(id: u64) -> String {
    // Numbers in base 36 grow in length; here all are of one length.
    format!("t3_{id:06}")
}

fn listing(posts: &[(u64, i64)], after: Option<String>) -> Value {
    let children: Vec<_> = posts
        .iter()
        .map(|(id, at)| {
            json!({ "kind": "t3", "data": { "name": name(*id), "title": title(*id), "author": format!("person{}", id % 7), "selftext": "",
                    "permalink": format!("/r/sysadmin/comments/{id:06}/x/"), "created_utc": *at as f64, "edited": false } })
        })
        .collect();
    json!({ "kind": "Listing", "data": { "after": after, "before": null, "children": children } })
}

fn entry((id, at): (u64, i64)) -> String {
    format!(
        "<entry><id>{}</id><title>{}</title><author><name>/u/person{}</name></author><updated>{at}</updated><published>{at}</published>\
         <link href=\"https://www.reddit.example/r/sysadmin/comments/{id:06}/x/\"/>\
         <content type=\"html\">&lt;div&gt;&amp;#32; submitted by /u/person&lt;/div&gt;</content></entry>",
        name(id),
        title(id),
        id % 7,
        at = stamp(at)
    )
}

fn message((id, at): (u64, i64)) -> String {
    format!(
        "<div class=\"tgme_widget_message_wrap\"><div class=\"tgme_widget_message js-widget_message\" data-post=\"outages/{id}\">\
         <div class=\"tgme_widget_message_text js-message_text\">{}</div>\
         <a class=\"tgme_widget_message_date\" href=\"#\"><time datetime=\"{}\">x</time></a></div></div>",
        title(id),
        stamp(at)
    )
}

async fn poller(folder: &Folder, web: &Web, language: Language) -> Poller {
    Poller::new(folder, FixedClock::at(NOW), language.kind(), &web.url(""), language.query()).await
}

/// What may happen between two polls.
#[derive(Debug, Clone)]
enum Happens {
    Published(u64),
    Deleted(u64),
    Nothing,
}

fn happens() -> impl Strategy<Value = (usize, Vec<Happens>)> {
    let one = prop_oneof![
        4 => (1_u64..260).prop_map(Happens::Published),
        2 => (0_u64..60).prop_map(Happens::Deleted),
        1 => Just(Happens::Nothing),
    ];
    (0..Language::ALL.len(), proptest::collection::vec(one, 1..6))
}

/// Plays a story; gives what is held and what should be.
async fn play(language: Language, story: &[Happens]) -> (Vec<String>, Vec<String>) {
    let (folder, forum) = (Folder::new(), Forum::new(language));
    let web = forum.start();
    let poller = poller(&folder, &web, language).await;
    let (mut newest, mut there) = (0, std::collections::BTreeSet::new());
    for happened in story {
        match happened {
            Happens::Published(count) => (0..count % language.most()).for_each(|_| {
                newest += 1;
                // One a second, and all of them in the day that the first poll looks back on.
                forum.publish(newest, SECOND - 80_000 + i64::try_from(newest).expect("small"));
                there.insert(newest);
            }),
            Happens::Deleted(back) => {
                // What is newest has no other behind it that would tell of a gap.
                let id = newest.saturating_sub(1 + back % (language.rechecked() - 1));
                forum.delete(id);
                there.remove(&id);
            }
            Happens::Nothing => {}
        }
        poller.poll().await;
    }
    poller.poll().await;
    let expected = there.into_iter().map(title).collect();
    (poller.held().await, expected)
}

/// What is held more or less often than it should be.
fn differences(held: &[String], expected: &[String]) -> Vec<String> {
    let count = |list: &[String], one: &String| list.iter().filter(|other| *other == one).count();
    let mut all: Vec<&String> = held.iter().chain(expected).collect();
    all.sort();
    all.dedup();
    let all = all.into_iter().map(|one| (one, count(held, one), count(expected, one)));
    all.filter(|(_, held, expected)| held != expected)
        .map(|(one, held, expected)| format!("{one}: {held} for {expected}"))
        .collect()
}

#[test]
fn whatever_comes_and_goes_between_polls_every_post_is_held_once_on_every_network() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let story =
        [Happens::Published(97), Happens::Deleted(3), Happens::Published(99), Happens::Nothing, Happens::Deleted(1)];
    for language in Language::ALL {
        let (held, expected) = runtime.block_on(play(language, &story));
        assert_eq!(differences(&held, &expected), Vec::<String>::new(), "{language:?}");
    }
    // The walk over these takes two polls, and the second looks at the newest page all the same.
    let story = [Happens::Published(250), Happens::Deleted(4), Happens::Published(99)];
    let (held, expected) = runtime.block_on(play(Language::Telegram, &story));
    assert_eq!(differences(&held, &expected), Vec::<String>::new(), "taken back while a walk goes on");
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 5, failure_persistence: None, ..ProptestConfig::default() });
    let cases = runner.run(&happens(), |(language, story)| {
        let language = Language::ALL[language];
        let (held, expected) = runtime.block_on(play(language, &story));
        prop_assert_eq!(differences(&held, &expected), Vec::<String>::new(), "{:?}", language);
        Ok(())
    });
    cases.expect("holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_longer_than_a_poll_goes_on_in_the_next_while_posts_come_and_go() {
    for language in Language::ALL.into_iter().filter(|language| *language != Language::RedditFeed) {
        let (folder, forum) = (Folder::new(), Forum::new(language));
        let count = if language == Language::Telegram { 700 } else { 1_500 };
        (1..=count).for_each(|id| forum.publish(id, SECOND - 80_000 + i64::try_from(id).expect("small") * 20));
        let web = forum.start();
        let poller = poller(&folder, &web, language).await;
        let first = poller.poll().await.1.new_items;
        assert!(first < usize::try_from(count).expect("small"), "a poll is bounded: {first} ({language:?})");
        // Meanwhile there is news, and what was the place is gone.
        forum.publish(9_000, SECOND - 5);
        for back in 0..3 {
            let oldest = u64::try_from(usize::try_from(count).expect("small") - first + 1).expect("small") + back;
            forum.delete(oldest);
        }
        for _ in 0..7 {
            poller.poll().await;
        }
        let held = poller.held().await;
        for id in (1..=count - u64::try_from(first).expect("small") - 3).chain([9_000]) {
            assert!(held.contains(&title(id)), "{id} is missing of {} ({language:?})", held.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_patience_gets_it_in_its_own_way() {
    // Stack Exchange says it in the body, for the method.
    let (folder, web) = (Folder::new(), Web::start());
    web.answer_by(|_| {
        Reply::ok("application/json", r#"{"items":[],"has_more":false,"backoff":120,"quota_remaining":9}"#)
    });
    let query =
        PostsQuery { accounts: vec!["a".into(), "b".into()], queries: vec!["is down".into()], ..PostsQuery::default() };
    let poller = Poller::new(&folder, FixedClock::at(NOW), SourceKind::StackExchange, &web.url(""), query).await;
    let (state, _) = poller.poll().await;
    assert_eq!((state.asked_wait.as_secs(), web.all_requests().len()), (120, 1), "and asks nothing more in this poll");
    poller.poll().await;
    let asked = web.all_requests();
    assert!(asked[1].path.contains("site=b"), "the other site has its turn: {}", asked[1].path);
    // Nothing is left of the day.
    web.answer_by(|_| Reply::ok("application/json", r#"{"items":[],"has_more":false,"quota_remaining":0}"#));
    assert_eq!(poller.poll().await.0.asked_wait.as_secs(), 5 * 60 * 60, "until midnight");
    // Reddit means a limit by 403, and its 429 has no body.
    for reply in [
        Reply::Whole(403, Vec::new(), b"<html>blocked by network security</html>".to_vec()),
        Reply::status(429, "x-ratelimit-reset", "540"),
    ] {
        let (folder, web) = (Folder::new(), Web::start());
        web.answer_by(move |_| reply.clone());
        let poller = poller_of(&folder, &web, Language::RedditFeed).await;
        let (state, _) = poller.poll().await;
        assert_eq!(state.health, Health::Limited, "{state:?}");
        assert!(state.asked_wait.as_secs() >= 540, "{state:?}");
    }
    // GitHub's second kind of limit.
    let (folder, web) = (Folder::new(), Web::start());
    web.answer_by(|_| Reply::status(403, "retry-after", "77"));
    let state = poller_of(&folder, &web, Language::GitHub).await.poll().await.0;
    assert_eq!((state.health, state.asked_wait.as_secs()), (Health::Limited, 77), "{state:?}");
}

async fn poller_of(folder: &Folder, web: &Web, language: Language) -> Poller {
    poller(folder, web, language).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_that_robots_may_not_read_is_not_read() {
    let (folder, web) = (Folder::new(), Web::start());
    web.serve("/robots.txt", Reply::ok("text/plain", "User-agent: *\nDisallow: /s/\n"));
    web.answer_by(|_| Reply::ok("text/html", message((1, SECOND))));
    let (state, committed) = poller(&folder, &web, Language::Telegram).await.poll().await;
    assert_eq!((state.health, committed.new_items), (Health::Failing, 0));
    assert!(state.last_error.as_deref().is_some_and(|words| words.contains("robots.txt")), "{state:?}");
    assert!(web.all_requests().iter().all(|request| request.path == "/robots.txt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hashtag_has_its_turn_and_one_that_is_refused_hides_no_other() {
    let (folder, web) = (Folder::new(), Web::start());
    web.answer_by(|path| match path.contains("/tag/tag03") {
        true => Reply::Whole(422, Vec::new(), br#"{"error":"no"}"#.to_vec()),
        false => Reply::ok("application/json", "[]"),
    });
    let tags: Vec<String> = (0..30).map(|number| format!("tag{number:02}")).collect();
    let query = PostsQuery { tags: tags.clone(), ..PostsQuery::default() };
    let poller = Poller::new(&folder, FixedClock::at(NOW), SourceKind::Mastodon, &web.url(""), query).await;
    for _ in 0..3 {
        let (state, _) = poller.poll().await;
        assert!(state.last_error.as_deref().is_none_or(|words| words.contains("422")), "{state:?}");
    }
    let asked: Vec<String> = web.all_requests().iter().map(|request| request.path.clone()).collect();
    for tag in tags {
        assert!(asked.iter().any(|path| path.contains(&format!("/tag/{tag}?"))), "{tag} was never asked for");
    }
}
