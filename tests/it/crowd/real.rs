//! Real answers of the networks whose lists give the newest first, of those that measure, and of those that only have a feed:
//! every one is read into what is really in it, counted here in another way.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use downwire::{
    model::{ItemKind, SourceKind},
    source::{Hint, Reading, read_file},
};
use serde_json::Value;

use super::documents::{now, read};
use crate::support::data;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("reads")).expect("JSON")
}

/// How many objects anywhere in a document hold all of these keys.
fn count(value: &Value, keys: &[&str]) -> usize {
    let own = usize::from(keys.iter().all(|key| value.get(key).is_some()));
    let inner: usize = match value {
        Value::Array(all) => all.iter().map(|one| count(one, keys)).sum(),
        Value::Object(all) => all.values().map(|one| count(one, keys)).sum(),
        _ => 0,
    };
    own + inner
}

/// Every item has an id of its own, a time that is not the present one, and words.
fn are_sound(file: &str, reading: &Reading) {
    let ids: BTreeSet<_> = reading.items.iter().map(|item| item.id).collect();
    assert_eq!(ids.len(), reading.items.len(), "{file}: two items of one id");
    for item in &reading.items {
        assert!(!item.title.is_empty() || !item.text.is_empty(), "{file}: {item:?}");
        assert!(!item.published_estimated && item.published_at < now(), "{file}: {item:?}");
        assert!(!item.text.contains("<p>") && !item.text.contains("&lt;"), "{file}: markup in {:?}", item.id);
    }
}

#[test]
fn every_answer_of_a_forum_is_read_into_the_posts_that_are_in_it() {
    let Some(data) = data::path("posts") else { return };
    let posts_of = |keys: &[&str], file: &str| count(&json(&data.join(file)), keys);
    let cases: Vec<(SourceKind, &str, usize)> = vec![
        (SourceKind::Lemmy, "lemmy/api_v3_post_view_minimal.json", 1),
        (SourceKind::Lemmy, "lemmy/ap_announce_create_page.json", 1),
        (SourceKind::Lemmy, "lemmy/ap_comment.json", 1),
        (SourceKind::Lemmy, "lemmy/ap_page.json", 1),
        (SourceKind::Lemmy, "lemmy/ap_group_outbox.json", posts_of(&["attributedTo"], "lemmy/ap_group_outbox.json")),
        (SourceKind::Discourse, "discourse/ap_page.json", 1),
        (SourceKind::Discourse, "discourse/post.json", 1),
        (SourceKind::Discourse, "discourse/posts.json", posts_of(&["cooked", "post_number"], "discourse/posts.json")),
        (
            SourceKind::Discourse,
            "discourse/topic_t_1149.json",
            posts_of(&["cooked", "post_number"], "discourse/topic_t_1149.json"),
        ),
        (
            SourceKind::Discourse,
            "discourse/latest.json",
            posts_of(&["bumped_at", "fancy_title"], "discourse/latest.json"),
        ),
        (SourceKind::GitHub, "github/issue_comments.json", 1),
        (SourceKind::Reddit, "reddit/listing_new.json", 10),
        (SourceKind::Reddit, "reddit/listing_r_all_new.json", 10),
        (SourceKind::Reddit, "reddit/search_r_all.json", 6),
        (SourceKind::Reddit, "reddit/listing_comments_with_ratelimit.json", 5),
        (SourceKind::Reddit, "reddit/atom_feedrs_example.xml", 0),
        (SourceKind::Reddit, "reddit/atom_mediarss_1.xml", 0),
        (SourceKind::Reddit, "reddit/rss2_old.xml", 0),
        (SourceKind::Telegram, "telegram/t.me_s_two_messages_trimmed.html", 1),
        (SourceKind::YouTube, "youtube/atom_channel_videos.xml", 1),
        (
            SourceKind::Radar,
            "cloudflare_radar/annotations_outages.json",
            posts_of(&["eventType", "startDate"], "cloudflare_radar/annotations_outages.json"),
        ),
        (
            SourceKind::Ioda,
            "ioda/outages_events_codf.json",
            posts_of(&["location", "datasource"], "ioda/outages_events_codf.json"),
        ),
    ];
    for (kind, file, wanted) in cases {
        let body = fs::read(data.join(file)).expect("reads");
        let text = String::from_utf8_lossy(&body).into_owned();
        // Feeds are counted by their tags.
        let wanted =
            if wanted == 0 { text.matches("<entry>").count() + text.matches("<item>").count() } else { wanted };
        let reading = read(kind, &body);
        let got = (reading.items.len() + reading.deleted.len(), reading.skipped.len());
        println!("{file}: {} items, {} taken back, {} skipped", reading.items.len(), reading.deleted.len(), got.1);
        assert_eq!(got, (wanted, 0), "{file}: {:?}", reading.skipped);
        are_sound(file, &reading);
        let is_measured = matches!(kind, SourceKind::Radar | SourceKind::Ioda);
        assert!(reading.items.iter().all(|item| (item.kind == ItemKind::Article) == is_measured), "{file}");
    }
}

#[test]
fn what_is_pinned_is_no_news_of_a_forum() {
    let Some(data) = data::path("posts") else { return };
    let file = data.join("discourse/latest_pinned.json");
    let topics = json(&file);
    let list = topics.pointer("/topic_list/topics").and_then(Value::as_array).expect("topics");
    let pinned = list.iter().filter(|topic| topic["pinned"] == true || topic["pinned_globally"] == true).count();
    let reading = read(SourceKind::Discourse, &fs::read(file).expect("reads"));
    assert!(pinned > 0);
    assert_eq!(reading.items.len(), list.len() - pinned);
}

#[test]
fn the_recorded_exchanges_with_github_are_read_request_by_request() {
    let Some(data) = data::path("posts") else { return };
    let (mut read_lists, mut issues) = (0, 0);
    for file in ["octokit_search-issues.json", "octokit_paginate-issues.json"] {
        let exchanges = json(&data.join("github").join(file));
        for exchange in exchanges.as_array().expect("a list") {
            let response = &exchange["response"];
            let list = response.as_array().or_else(|| response["items"].as_array());
            let is_list = exchange["method"] == "get" && list.is_some();
            let Some(list) = list.filter(|_| is_list) else { continue };
            let reading = read(SourceKind::GitHub, response.to_string().as_bytes());
            let own = list.iter().filter(|one| one.get("pull_request").is_none()).count();
            assert_eq!((reading.items.len(), reading.skipped.len()), (own, 0), "{file}: {:?}", reading.skipped);
            (read_lists, issues) = (read_lists + 1, issues + own);
        }
    }
    // Its one entry is a pull request, which proposes and does not report.
    let page = json(&data.join("github/issues_page_1.json"));
    assert!(page.as_array().expect("a list").iter().all(|one| one.get("pull_request").is_some()));
    assert_eq!(read(SourceKind::GitHub, page.to_string().as_bytes()).items.len(), 0);
    println!("{read_lists} answers with {issues} issues");
    assert!(read_lists >= 5 && issues >= 10);
}

#[test]
fn questions_are_read_and_so_is_how_long_to_wait() {
    let Some(data) = data::path("posts") else { return };
    for (file, pause) in
        [("questions_backoff.json", Some(200)), ("questions_page.json", None), ("question_single.json", None)]
    {
        let path = data.join("stackexchange").join(file);
        // The questions of these files were emptied of their words; the ones that are left have none and are said to.
        let questions = json(&path)["items"].as_array().expect("items").len();
        let reading = read(SourceKind::StackExchange, &fs::read(&path).expect("reads"));
        assert_eq!(reading.items.len() + reading.skipped.len(), questions, "{file}");
        assert!(reading.skipped.iter().all(|reason| reason.contains("says nothing")), "{file}: {:?}", reading.skipped);
        assert_eq!(reading.lifetime, pause.map(Duration::from_millis), "{file}");
        // With words they are whole.
        let with_words =
            fs::read_to_string(&path).expect("reads").replace("\"title\": \"\"", "\"title\": \"It is down &amp; out\"");
        let reading = read(SourceKind::StackExchange, with_words.as_bytes());
        assert_eq!((reading.items.len(), reading.skipped.len()), (questions, 0), "{file}: {:?}", reading.skipped);
        assert!(reading.items.iter().all(|item| item.title == "It is down & out"));
    }
}

#[test]
fn a_thread_of_reddit_is_read_with_what_was_taken_back() {
    let Some(data) = data::path("posts") else { return };
    let file = data.join("reddit/comments_tree.json");
    let reading = read(SourceKind::Reddit, &fs::read(&file).expect("reads"));
    let children: usize = json(&file)
        .as_array()
        .expect("listings")
        .iter()
        .map(|one| one["data"]["children"].as_array().map_or(0, Vec::len))
        .sum();
    let things = json(&file)
        .as_array()
        .expect("listings")
        .iter()
        .flat_map(|one| one["data"]["children"].as_array().cloned().unwrap_or_default())
        .filter(|one| one["kind"] == "t1" || one["kind"] == "t3")
        .count();
    println!("{children} children, {} read, {} taken back", reading.items.len(), reading.deleted.len());
    assert_eq!(reading.items.len() + reading.deleted.len(), things);
    are_sound("comments_tree.json", &reading);
}

#[test]
fn the_feeds_beside_the_posts_are_read_and_what_is_read_by_nobody_is_refused() {
    let Some(data) = data::path("posts") else { return };
    let read = |file: &str| {
        let hint = Hint { platform: None, service: None, name: file };
        read_file(&fs::read(data.join(file)).expect("reads"), hint, now())
    };
    for file in [
        "feeds_misc/rss2_bbc.xml",
        "feeds_misc/rss2_cloudflare_blog.xml",
        "feeds_misc/rss_wordpress_perceval.xml",
        "google_news/search_2026-09-25_trimmed.xml",
    ] {
        let text = fs::read_to_string(data.join(file)).expect("reads");
        let items = text.matches("<item>").count() + text.matches("<item ").count();
        let reading = read(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        println!("{file}: {} items", reading.items.len());
        assert!(items > 0);
        assert_eq!((reading.items.len(), reading.skipped.len()), (items, 0), "{file}: {:?}", reading.skipped);
    }
    let items = json(&data.join("feeds_misc/jsonfeed_1_1_elastic.json"))["items"].as_array().map_or(0, Vec::len);
    let reading = read("feeds_misc/jsonfeed_1_1_elastic.json").expect("a feed");
    assert!(items > 0 && reading.items.len() == items);
    // Posts of X cost money, and a bot of Telegram sees only the chats that it is in: neither is read, and neither is taken
    // for something else.
    for file in
        ["x/tweets_search_recent_v2.json", "x/tweets_search_v1_1_page_3.json", "telegram/bot_api_getUpdates.json"]
    {
        let refused = read(file).expect_err(file).to_string();
        assert!(!refused.is_empty(), "{file}");
    }
    // What a limit answers is no list of issues.
    for file in ["github/rate_limit.json", "github/secondary_rate_limit_error.json"] {
        let body = fs::read(data.join(file)).expect("reads");
        let refused = super::documents::try_read(SourceKind::GitHub, &body).expect_err(file).to_string();
        assert!(refused.contains("GitHub"), "{file}: {refused}");
    }
}
