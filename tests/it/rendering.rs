//! What we render, another reads back as it went in: `feed-rs` for all three forms, Python's feedparser for RSS and Atom.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use downwire::{
    model::Timestamp,
    render::{
        atom, json_feed,
        rss::{self, Channel, Entry},
    },
    text::html,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};

/// Text as it gets into a feed: cleaned, with what markup would trip over.
fn text(longest: usize) -> impl Strategy<Value = String> {
    let piece = "(<b>|&amp;|]]>|<!\\[CDATA\\[|&|\"|'|<|>|é|日本|🦘|\u{1}| |[a-z]{1,6}){1,12}";
    piece
        .prop_map(move |text| html::excerpt(&html::plain(&text), longest))
        .prop_filter("words", |text| !text.is_empty())
}

/// Nobody agrees what half a tag in an RSS title is; the unit tests have them, where the reader is known.
fn title() -> impl Strategy<Value = String> {
    text(60)
        .prop_map(|text| text.replace('<', "").replace("![CDATA[", "").replace("]]>", ""))
        .prop_filter("words", |text| !text.trim().is_empty())
}

fn entry() -> impl Strategy<Value = Entry> {
    (title(), text(300), "[a-z0-9]{6}", 0..2_000_000_000_i64, proptest::collection::vec("[A-Z][a-z&<]{1,8}", 0..3))
        .prop_map(|(title, text, id, second, categories)| Entry {
            title,
            link: format!("https://example.org/{id}?a=1&b=2"),
            id: format!("downwire:item:{id}"),
            text,
            at: Timestamp::from_second(second).expect("an instant"),
            updated: Timestamp::from_second(second + 60).expect("an instant"),
            categories,
            source: "A & B".to_owned(),
        })
}

fn channel() -> impl Strategy<Value = Channel> {
    (title(), proptest::collection::vec(entry(), 1..5)).prop_map(|(title, entries)| Channel {
        title,
        description: "What downwire found: “a & b”.".to_owned(),
        link: "https://example.org/search?q=a&sort=best".to_owned(),
        own: "https://example.org/feed.rss?q=a%26b&x=1".to_owned(),
        entries,
    })
}

/// What is compared of an entry: title, link, text, second.
type Told = (String, String, String, i64);

fn ours(channel: &Channel) -> Vec<Told> {
    let tell = |entry: &Entry| {
        (html::one_line(&entry.title), entry.link.clone(), html::one_line(&entry.text), entry.at.as_second())
    };
    channel.entries.iter().map(tell).collect()
}

/// What `feed-rs` reads. In RSS and in HTML text is markup: what it says is what is left of it.
fn read(document: &str, is_markup: bool) -> Vec<Told> {
    let feed = feed_rs::parser::parse(document.as_bytes()).unwrap_or_else(|error| panic!("{error}: {document}"));
    let visible = |text: &str| html::one_line(&if is_markup { html::to_text(text) } else { html::plain(text) });
    let tell = |entry: &feed_rs::model::Entry| {
        let title = entry.title.as_ref().map(|title| title.content.clone()).unwrap_or_default();
        let body = entry.content.as_ref().and_then(|content| content.body.clone());
        let text = entry.summary.as_ref().map(|summary| summary.content.clone()).or(body).unwrap_or_default();
        // Of an RSS title nobody knows whether it is markup: it is compared as text.
        (
            html::one_line(&title),
            entry.links[0].href.clone(),
            visible(&text),
            entry.published.map_or(0, |at| at.timestamp()),
        )
    };
    feed.entries.iter().map(tell).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_feed_reads_back_as_it_was_written(channel in channel()) {
        prop_assert_eq!(read(&rss::write(&channel).expect("writes"), true), ours(&channel));
        prop_assert_eq!(read(&atom::write(&channel).expect("writes"), false), ours(&channel));
        prop_assert_eq!(read(&json_feed::write(&channel), false), ours(&channel));
    }
}

/// Reads feeds from standard input, one a line as JSON, and says what feedparser makes of each.
const READER: &str = r#"
import sys, json, calendar, feedparser
for line in sys.stdin:
    feed = feedparser.parse(json.loads(line).encode("utf-8"), sanitize_html=False)
    print(json.dumps([bool(feed.bozo), [[e.title, e.link, e.summary, calendar.timegm(e.published_parsed)] for e in feed.entries]]))
"#;

#[test]
fn pythons_feedparser_reads_what_we_write_and_finds_no_fault() {
    let has = |program: &str| {
        Command::new(program)
            .args(["-c", "import feedparser"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    // Debian's package belongs to Debian's Python.
    let Some(python) = ["/usr/bin/python3", "python3"].into_iter().find(|program| has(program)) else {
        println!("skipped: Python's feedparser is not installed (tests/run installs it)");
        return;
    };
    let mut runner = TestRunner::deterministic();
    let channels: Vec<Channel> = (0..40).map(|_| channel().new_tree(&mut runner).expect("makes").current()).collect();
    let documents: Vec<String> = channels
        .iter()
        .flat_map(|channel| [rss::write(channel).expect("writes"), atom::write(channel).expect("writes")])
        .collect();
    let mut child =
        Command::new(python).args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    let mut input = child.stdin.take().expect("piped");
    for document in &documents {
        writeln!(input, "{}", json!(document)).expect("writes");
    }
    drop(input);
    let output = child.wait_with_output().expect("ends");
    let lines: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), documents.len());
    for ((line, document), number) in lines.iter().zip(&documents).zip(0..) {
        assert_eq!(line[0], false, "{document}");
        let told: Vec<Told> = line[1]
            .as_array()
            .expect("entries")
            .iter()
            .map(|entry| {
                let text = |at: usize| html::one_line(&html::to_text(entry[at].as_str().unwrap_or_default()));
                (
                    text(0),
                    entry[1].as_str().unwrap_or_default().to_owned(),
                    text(2),
                    entry[3].as_i64().unwrap_or_default(),
                )
            })
            .collect();
        // feedparser gives markup whatever the feed says, so the other side is reduced alike.
        let expected: Vec<Told> = ours(&channels[number / 2])
            .into_iter()
            .map(|(title, link, text, at)| {
                let visible = |text: &str| html::one_line(&html::to_text(text));
                if number % 2 == 0 {
                    (visible(&title), link, text, at)
                } else {
                    (visible(&title), link, visible(&text), at)
                }
            })
            .collect();
        assert_eq!(told, expected, "{document}");
    }
}
