//! What Mastodon's servers and Hacker News' two services really answered, over the wire and with their own headers: read
//! into what is in it, counted here in another way.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc, time::Duration};

use downwire::{
    fetch::{self, Fetcher},
    model::{Ask, Display, Frame, Health, Listen, Network, PostsQuery, SourceKind, SourceSpec, SourceState, Timestamp},
    source::{
        self, Reading,
        posts::{HELD, heard::Heard},
    },
};
use serde_json::Value;

use super::{Poller, documents::answer};
use crate::support::{
    backend::Folder,
    clock::FixedClock,
    data, golden,
    web::{Reply, Web},
};

fn now() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().expect("an instant")
}

fn spec(kind: SourceKind) -> SourceSpec {
    SourceSpec {
        name: "payloads".to_owned(),
        kind,
        url: "https://social.example".to_owned(),
        schedule: "* * * * *".to_owned(),
        service: None,
        language: None,
        display: Display::Excerpt,
        posts: PostsQuery { tags: vec!["t".to_owned()], queries: vec!["q".to_owned()], ..PostsQuery::default() },
    }
}

/// Reads a document as the answer to a request; to the first one of its source where `chain` is `None`.
fn read(kind: SourceKind, body: &[u8], chain: Option<&str>) -> Result<Reading, String> {
    let spec = spec(kind);
    let state = SourceState::new(&spec.name, &spec.url, now());
    let mut ask: Ask = source::begin(&spec, &state, now()).expect("asks for something");
    ask.chain = chain.map_or(ask.chain, str::to_owned);
    let answer = answer(&ask.url, body);
    source::read(&spec, &state, &ask, &answer, now()).map_err(|error| error.to_string())
}

fn file(name: &str) -> Option<PathBuf> {
    data::path(&format!("posts/{name}"))
}

fn text(name: &str) -> Option<String> {
    Some(fs::read_to_string(file(name)?).expect("reads"))
}

fn json(name: &str) -> Option<Value> {
    Some(serde_json::from_str(&text(name)?).expect("JSON"))
}

/// The headers of a recorded answer that hold for its body as it lies here: not packed, and whole.
fn headers(name: &str) -> Option<BTreeMap<String, String>> {
    let recorded = json(name)?;
    let all = recorded["headers"].as_object().expect("headers");
    let ours = ["content-encoding", "transfer-encoding", "content-length", "connection"];
    let kept = all.iter().filter(|(name, _)| !ours.contains(&name.as_str()));
    Some(kept.map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned())).collect())
}

/// The `min_id` of the newer page in a `Link` header, found with nothing but the eyes of a reader.
fn min_id(link: &str) -> &str {
    let (_, rest) = link.split_once("min_id=").expect("a newer page");
    rest.split(['&', '>']).next().expect("an id")
}

/// A server that answers as the recorded one did, with these of its headers changed.
fn replay(name: &str, changes: &[(&str, &str)]) -> Option<(Web, Value, String)> {
    let body = json(&format!("mastodon/{name}.json"))?;
    let mut headers = headers(&format!("mastodon/{name}.headers.json"))?;
    let link = headers.get("link").cloned().expect("a timeline has pages");
    for (name, value) in changes {
        headers.insert((*name).to_owned(), (*value).to_owned());
    }
    let (web, statuses, headers) = (Web::start(), body.clone(), headers.into_iter().collect::<Vec<_>>());
    web.answer_by(move |path| {
        let single = path.strip_prefix("/api/v1/statuses/");
        let found = single.map(|id| {
            let all = statuses.as_array().expect("a timeline");
            all.iter().find(|status| status["id"] == id).expect("one of them").clone()
        });
        let body =
            found.unwrap_or_else(|| if path.contains("min_id=") { Value::Array(vec![]) } else { statuses.clone() });
        Reply::Whole(200, headers.clone(), body.to_string().into_bytes())
    });
    Some((web, body, link))
}

#[tokio::test(flavor = "multi_thread")]
async fn real_timelines_are_polled_with_their_own_headers_and_walked_on_where_their_links_say() {
    for (name, tags) in [
        ("timeline_public_anonymous", vec![]),
        ("timeline_tag_anonymous", vec!["rstats".to_owned()]),
        ("timeline_tag_authenticated", vec!["rstats".to_owned()]),
    ] {
        let Some((web, body, link)) = replay(name, &[]) else { return };
        let (folder, clock) = (Folder::new(), FixedClock::at("2025-07-17T20:04:00Z"));
        // Every status of the public timeline, so nothing is dropped for what it is about.
        let chain = tags.first().map_or_else(|| "public".to_owned(), |tag| format!("tag:{tag}"));
        let posts = PostsQuery { tags, ..PostsQuery::default() };
        let everything = posts.is_everything();
        let poller = Poller::new(&folder, clock.clone(), SourceKind::Mastodon, &web.url(""), posts).await;
        let (state, committed) = poller.poll().await;
        let listed = body.as_array().expect("a timeline").len();
        if !everything {
            assert_eq!(committed.new_items, listed, "{name}");
        }
        assert_eq!((state.health, state.skipped.len()), (Health::Ok, 0), "{name}: {:?}", state.skipped);
        assert_eq!(state.cursor.get(&chain).map(String::as_str), Some(min_id(&link)), "{name}");
        // The next poll begins where the server's own link leads.
        clock.advance(Duration::from_secs(120));
        let before = web.all_requests().len();
        assert_eq!(poller.poll().await.1.new_items, 0, "{name}");
        let asked = web.all_requests()[before].path.clone();
        assert!(asked.contains(&format!("min_id={}", min_id(&link))), "{name}: {asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_answer_that_says_that_nothing_is_left_is_heeded_until_its_own_reset() {
    let spent = [("x-ratelimit-remaining", "0")];
    let Some((web, _, _)) = replay("timeline_tag_anonymous", &spent) else { return };
    let (folder, clock) = (Folder::new(), FixedClock::at("2025-07-17T20:04:00Z"));
    let posts = PostsQuery { tags: vec!["rstats".to_owned()], ..PostsQuery::default() };
    let poller = Poller::new(&folder, clock, SourceKind::Mastodon, &web.url(""), posts).await;
    let (state, committed) = poller.poll().await;
    let reset = headers("mastodon/timeline_tag_anonymous.headers.json").expect("there")["x-ratelimit-reset"].clone();
    assert_eq!(committed.new_items, 5, "what came with it is kept");
    assert!(state.next_poll >= reset.parse().expect("an instant"), "{} is before {reset}", state.next_poll);
}

#[test]
fn every_status_of_the_recorded_answers_is_read_and_what_holds_none_gives_none() {
    // In these files the keys of a status in a list of so many levels stand behind so many blanks.
    let count = |name: &str, depth: usize| {
        let begins = format!("{}\"uri\": ", " ".repeat(depth));
        Some(text(name)?.lines().filter(|line| line.starts_with(&begins)).count())
    };
    for name in ["timeline_public_anonymous", "timeline_tag_anonymous", "timeline_tag_authenticated"] {
        let Some(body) = text(&format!("mastodon/{name}.json")) else { return };
        let reading = read(SourceKind::Mastodon, body.as_bytes(), None).expect("reads");
        assert_eq!(Some(reading.items.len()), count(&format!("mastodon/{name}.json"), 2), "{name}");
        assert_eq!(reading.skipped, Vec::<String>::new());
        are_sound(name, &reading);
    }
    // A status alone is what is asked for when it is held already.
    let status = json("mastodon/status_anonymous.json").expect("there");
    let held = format!("{HELD}{}", Network::Fediverse.id(status["uri"].as_str().expect("an address")));
    let reading = read(SourceKind::Mastodon, status.to_string().as_bytes(), Some(&held)).expect("reads");
    assert_eq!((reading.items.len(), reading.deleted.len()), (1, 0));
    // Threads and searches hold lists of the same.
    let thread = json("mastodon/context_anonymous.json").expect("there");
    let reading = read(SourceKind::Mastodon, thread["descendants"].to_string().as_bytes(), None).expect("reads");
    assert_eq!(Some(reading.items.len()), count("mastodon/context_anonymous.json", 3), "{:?}", reading.skipped);
    assert!(reading.items.iter().all(|item| item.post.as_ref().is_some_and(|post| post.reply_to.is_none())));
    let found = json("mastodon/search.json").expect("there");
    let reading = read(SourceKind::Mastodon, found["statuses"].to_string().as_bytes(), None).expect("reads");
    assert_eq!(reading.items.len(), 0, "it found accounts");
    // What is no timeline is said to be none, or gives nothing.
    for name in ["instance_v1", "instance_v2", "trends", "search", "context_anonymous"] {
        let body = text(&format!("mastodon/{name}.json")).expect("there");
        let items = read(SourceKind::Mastodon, body.as_bytes(), None).map_or(0, |reading| reading.items.len());
        assert_eq!(items, 0, "{name}");
    }
    println!(
        "Mastodon: timelines, a status, a thread of {} and a search read",
        thread["descendants"].as_array().map_or(0, Vec::len)
    );
}

/// Every item has an id of its own, an address, a time of its own, and words without markup.
fn are_sound(name: &str, reading: &Reading) {
    let ids: std::collections::BTreeSet<_> = reading.items.iter().map(|item| item.id).collect();
    assert_eq!(ids.len(), reading.items.len(), "{name}: two of one id");
    for item in &reading.items {
        assert!(!item.title.is_empty() || !item.text.is_empty(), "{name}: {item:?}");
        assert!(!item.published_estimated && item.url.is_some(), "{name}: {item:?}");
        assert!(!item.text.contains("<p>") && !item.text.contains("&amp;"), "{name}: {}", item.text);
    }
}

/// What events said, by the word of it.
fn tally(frames: &[Frame]) -> BTreeMap<&'static str, usize> {
    let mut all = BTreeMap::new();
    for frame in frames {
        let word = match source::hear(&spec(SourceKind::MastodonStream), frame, &|_| true, now()) {
            Ok(event) => match event.heard {
                Heard::Post(_) => "post",
                Heard::GoneLocally(_) => "gone",
                Heard::Nothing => "nothing",
                other => panic!("{other:?}"),
            },
            Err(_) => "error",
        };
        *all.entry(word).or_default() += 1;
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_events_come_over_a_line_and_say_what_they_say() {
    for name in ["announcement", "delete", "filters_changed", "status.update", "update"] {
        let Some(body) = text(&format!("mastodon/streaming_{name}.sse")) else { return };
        let events = body.lines().filter(|line| line.starts_with("event: ")).count();
        let everybody = body.matches(r#""visibility":"public""#).count();
        let web = Web::start();
        web.serve("/api/v1/streaming/public", Reply::ok("text/event-stream", body));
        let settings =
            fetch::Settings { allow: vec!["127.0.0.0/8".parse().expect("a network")], ..fetch::Settings::default() };
        let clock = Arc::new(FixedClock::at("2026-11-01T00:00:00Z"));
        let fetcher = Fetcher::new(settings, clock).expect("can be made");
        let url = web.url("/api/v1/streaming/public");
        let mut line =
            fetcher.listen(&Listen { url, credentials: None, greetings: Vec::new() }).await.expect("is opened");
        let mut frames = Vec::new();
        while let Ok(frame) = line.next().await {
            frames.push(frame);
        }
        assert_eq!(frames.len(), events, "{name}");
        let said = tally(&frames);
        match name {
            "delete" => assert_eq!(said, BTreeMap::from([("gone", events)])),
            "update" | "status.update" => {
                assert_eq!(said.get("post").copied().unwrap_or(0), everybody, "{name}: {said:?}")
            }
            _ => assert_eq!(said, BTreeMap::from([("nothing", events)])),
        }
        assert!(!said.contains_key("error"), "{name}: {said:?}");
    }
}

#[test]
fn the_recorded_sockets_say_what_they_say() {
    for (name, expected) in [
        ("ws_hashtag_two_streams", BTreeMap::from([("post", 2)])),
        ("ws_public_only_media", BTreeMap::from([("post", 3)])),
        ("ws_subscription_error", BTreeMap::from([("error", 1)])),
    ] {
        let Some(recorded) = json(&format!("mastodon/{name}.json")) else { return };
        let connections = recorded["connections"].as_array().expect("connections").iter();
        let said = connections.flat_map(|one| one["interactions"].as_array().expect("a list"));
        let frames: Vec<Frame> = said
            .filter_map(|one| one.get("receive"))
            .map(|frame| Frame { event: String::new(), data: frame.to_string() })
            .collect();
        let answers = text(&format!("mastodon/{name}.json")).expect("there").matches("\"receive\":").count();
        assert_eq!(frames.len(), answers, "{name}");
        assert_eq!(tally(&frames), expected, "{name}");
    }
}

#[test]
fn every_answer_about_hacker_news_is_read_into_what_is_in_it() {
    let Some(body) = text("hackernews/algolia_search.json") else { return };
    let reading = read(SourceKind::HackerNews, body.as_bytes(), None).expect("reads");
    assert_eq!(reading.items.len(), body.matches("\"objectID\":").count());
    are_sound("algolia_search.json", &reading);
    assert!(reading.items.iter().all(|item| !item.text.contains("<em>") && !item.title.contains("<em>")));
    // Items of the official API only say whether something is still there.
    let id = Network::HackerNews.id("1");
    let held = format!("{HELD}{id}");
    for name in ["ask", "comment", "story"] {
        let mut item = json(&format!("hackernews/firebase_item_{name}.json")).expect("there");
        let gone = |item: &Value| {
            read(SourceKind::HackerNews, item.to_string().as_bytes(), Some(&held)).expect("reads").deleted
        };
        assert_eq!(gone(&item), Vec::new(), "{name} is there");
        item["deleted"] = true.into();
        assert_eq!(gone(&item), vec![id], "{name} was taken back");
        item["deleted"] = false.into();
        item["dead"] = true.into();
        assert_eq!(gone(&item), vec![id], "{name} was taken from readers");
    }
    assert_eq!(read(SourceKind::HackerNews, b"null", Some(&held)).expect("reads").deleted, vec![id]);
    // Lists of numbers are not asked for, and are told from a search.
    for name in ["maxitem", "topstories", "updates"] {
        let body = text(&format!("hackernews/firebase_{name}.json")).expect("there");
        assert!(read(SourceKind::HackerNews, body.as_bytes(), None).is_err(), "{name}");
    }
}

#[test]
fn our_own_answers_read_as_their_goldens_say() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/posts");
    for (name, kind) in
        [("mastodon_timeline.json", SourceKind::Mastodon), ("hackernews_search.json", SourceKind::HackerNews)]
    {
        let reading = read(kind, &fs::read(folder.join(name)).expect("reads"), None).expect("reads");
        let mut told = String::new();
        for item in &reading.items {
            told.push_str(&format!("{item:#?}\n"));
        }
        told.push_str(&format!("skipped {:#?}\ncursor {:#?}\n", reading.skipped, reading.cursor));
        golden::check(&format!("posts/{name}.golden"), &told);
    }
    let mut told = String::new();
    for line in fs::read_to_string(folder.join("jetstream.jsonl")).expect("reads").lines() {
        let frame = Frame { event: String::new(), data: line.to_owned() };
        let heard = source::hear(&spec(SourceKind::Jetstream), &frame, &|text| text.contains("down"), now());
        told.push_str(&match heard {
            Ok(event) => format!("{:?} {:#?}\n", event.time_us, event.heard),
            Err(reason) => format!("error: {reason}\n"),
        });
    }
    golden::check("posts/jetstream.jsonl.golden", &told);
}
