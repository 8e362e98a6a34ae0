//! Every payload of Bluesky, against an independent count.

use std::{collections::BTreeMap, fs};

use downwire::{
    model::{Answer, Ask, Display, Frame, Network, PostsQuery, SourceKind, SourceSpec, SourceState, Timestamp},
    source::{self, ReadError, Reading},
};
use serde_json::Value;

use super::documents::answer;
use crate::support::data;

fn now() -> Timestamp {
    "2026-11-24T00:00:00Z".parse().expect("an instant")
}

fn spec(kind: SourceKind) -> SourceSpec {
    SourceSpec {
        name: "bluesky".to_owned(),
        kind,
        url: "https://appview.example".to_owned(),
        schedule: "* * * * *".to_owned(),
        service: None,
        language: None,
        display: Display::Excerpt,
        posts: PostsQuery::default(),
    }
}

/// Reads a document as the answer to a question about posts that are held, whatever their age.
fn read(body: &str) -> Result<Reading, ReadError> {
    let spec = spec(SourceKind::Bluesky);
    let state = SourceState::new(&spec.name, &spec.url, now());
    let url = format!("{}/xrpc/app.bsky.feed.getPosts", spec.url);
    let ask = Ask { url: url.clone(), chain: "held:posts".to_owned(), ..Ask::default() };
    let answer = Answer { content_type: Some("application/json".to_owned()), ..answer(&url, body.as_bytes()) };
    source::read(&spec, &state, &ask, &answer, now())
}

/// Addresses of the posts with words, by a walk of our own: of a document itself and of its thread.
fn posts(value: &Value, found: &mut Vec<String>) {
    let record = if value["record"].is_object() { &value["record"] } else { &value["value"] };
    let has_words = record["text"].as_str().is_some_and(|text| !text.trim().is_empty());
    if has_words && record["$type"] == "app.bsky.feed.post" {
        found.push(value["uri"].as_str().expect("an address").to_owned());
    }
    ["thread", "post", "parent"].iter().for_each(|key| {
        if value[key].is_object() {
            posts(&value[key], found);
        }
    });
    ["replies", "feed", "posts"]
        .iter()
        .flat_map(|key| value[key].as_array().into_iter().flatten())
        .for_each(|one| posts(one, found));
}

#[test]
fn every_document_gives_the_posts_that_are_in_it() {
    let Some(folder) = data::path("posts/bluesky") else { return };
    let mut said = BTreeMap::new();
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("reads");
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let mut expected = Vec::new();
        posts(&value, &mut expected);
        match read(&text) {
            Ok(reading) => {
                let mut found: Vec<_> = reading.items.iter().map(|item| item.native_id.clone()).collect();
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{name}");
                assert_eq!(reading.skipped, Vec::<String>::new(), "{name}");
                said.insert(name, format!("{} posts", found.len()));
            }
            Err(error) => {
                assert!(expected.is_empty(), "{name}: {error}");
                said.insert(name, error.to_string());
            }
        }
    }
    println!("{said:#?}");
    assert!(said.len() >= 8);
    assert_eq!(said["post_record.json"], "1 posts");
}

#[test]
fn a_real_thread_says_what_its_post_quotes() {
    let Some(path) = data::path("posts/bluesky/thread_view_post_with_embed_media.json") else { return };
    let mut value: Value = serde_json::from_str(&fs::read_to_string(path).expect("reads")).expect("JSON");
    // The real post has pictures and a quote, and no words: with some, it is kept.
    assert!(read(&value.to_string()).expect("reads").items.is_empty());
    value["thread"]["post"]["record"]["text"] = "is it down?".into();
    let items = read(&value.to_string()).expect("reads").items;
    let view = &value["thread"]["post"];
    let quoted = view["record"]["embed"]["record"]["record"]["uri"].as_str().expect("an address");
    let details = items[0].post.clone().expect("a post");
    assert_eq!(details.quote_of, Some(Network::Bluesky.id(quoted)));
    assert_eq!(details.author.as_deref(), view["author"]["did"].as_str());
    assert_eq!(items[0].published_at, view["indexedAt"].as_str().expect("a time").parse().expect("an instant"));
    assert_eq!(items[0].language.as_deref(), Some("en"));
}

#[test]
fn the_maintainers_own_events_of_every_kind_are_heard_as_what_they_are() {
    let Some(path) = data::path("posts/bluesky/jetstream_golden_v1.jsonl") else { return };
    let spec = spec(SourceKind::Jetstream);
    let mut heard = BTreeMap::new();
    for line in fs::read_to_string(path).expect("reads").lines().filter(|line| !line.trim().is_empty()) {
        let value: Value = serde_json::from_str(line).expect("JSON");
        let frame = Frame { event: String::new(), data: line.to_owned() };
        let event =
            source::hear(&spec, &frame, &|_: &str| true, now()).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(event.time_us, value["time_us"].as_i64());
        let word = format!("{:?}", event.heard).split(['(', ' ']).next().unwrap_or_default().to_owned();
        let is_post = value["commit"]["collection"] == "app.bsky.feed.post";
        let is_gone = value["kind"] == "account" && value["account"]["active"] == false;
        assert_eq!(word != "Nothing", is_post || is_gone, "{line}");
        *heard.entry(word).or_insert(0) += 1;
    }
    println!("{heard:?}");
    assert_eq!(heard["Post"], 1);
    assert_eq!(heard.values().sum::<i32>(), 10);
}
