//! The documents of the pretend internet as a test reads them: over its own socket, through feed-rs and serde_json, so
//! that nothing of downwire's readers is needed to judge what is served.

use std::{collections::BTreeSet, net::SocketAddr};

use downwire::demo::PretendInternet;
use feed_rs::model::Entry;
use jiff::{Timestamp, tz};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An answer to one request.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// The value of the header `name` (lower case); empty where there is none.
    pub fn header(&self, name: &str) -> String {
        let value = |line: &str| {
            line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())
        };
        self.head.lines().find_map(value).unwrap_or_default()
    }
}

/// One request on a connection of its own; `headers` are whole lines.
pub async fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.expect("writes");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("reads");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an end of the head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    Reply { status, head, body: answer[end + 4..].to_vec() }
}

/// A document as it was served.
pub struct Document {
    pub path: &'static str,
    pub content_type: String,
    pub modified: String,
    pub body: Vec<u8>,
}

const PATHS: [(&str, &str); 11] = [
    ("/gazette/feed.rss", "application/rss+xml; charset=utf-8"),
    ("/quill/feed.atom", "application/atom+xml"),
    ("/commons/feed.json", "application/feed+json"),
    ("/funkbote/feed.rss", "application/rss+xml"),
    ("/minato/feed.rss", "text/xml; charset=utf-8"),
    ("/harbour/feed.rss", "application/rss+xml; charset=utf-8"),
    ("/azure/feed.rss", "text/xml; charset=utf-8"),
    ("/status/api/v2/summary.json", "application/json; charset=utf-8"),
    ("/status/api/v2/incidents.json", "application/json; charset=utf-8"),
    ("/status/history.atom", "application/atom+xml; charset=utf-8"),
    ("/status/history.rss", "application/rss+xml; charset=utf-8"),
];

/// Every document, fetched.
pub async fn documents() -> Vec<Document> {
    let net = PretendInternet::start().await.expect("loopback");
    let mut documents = Vec::new();
    for (path, content_type) in PATHS {
        let reply = ask(net.address(), "GET", path, "").await;
        assert_eq!(reply.header("content-type"), content_type, "{path}");
        let modified = reply.header("last-modified");
        documents.push(Document { path, content_type: reply.header("content-type"), modified, body: reply.body });
    }
    net.stop().await;
    documents
}

impl Document {
    /// Whether it is a feed (and not a payload of the status page's API).
    pub fn is_feed(&self) -> bool {
        !self.content_type.starts_with("application/json")
    }

    /// As text. The German feed is ISO-8859-1 and says so in its declaration alone.
    pub fn text(&self) -> String {
        let declared = self.body.starts_with(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>");
        assert_eq!(declared, String::from_utf8(self.body.clone()).is_err(), "{}: a lying charset", self.path);
        if !declared {
            return String::from_utf8_lossy(&self.body).into_owned();
        }
        let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&self.body).0.into_owned();
        text.replacen("ISO-8859-1", "UTF-8", 1)
    }

    /// The feed's entries. The zone `Z` of Azure's form is no RFC 822, so it is mended first.
    pub fn entries(&self) -> Vec<Entry> {
        let text = self.text().replace(" Z</", " +0000</");
        feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", self.path)).entries
    }
}

/// The HTML (or text) of an entry.
pub fn html(entry: &Entry) -> String {
    let content = entry.content.as_ref().and_then(|content| content.body.clone());
    content.or_else(|| entry.summary.as_ref().map(|text| text.content.clone())).unwrap_or_default()
}

/// One item of a feed, or one update of an incident.
pub struct Story {
    pub document: &'static str,
    pub id: String,
    pub published: Timestamp,
    /// Title and text.
    pub text: String,
}

/// Every item of the seven feeds and every update of the status page.
pub async fn stories() -> Vec<Story> {
    let mut stories = Vec::new();
    for document in documents().await.iter().filter(|document| document.is_feed()) {
        if document.path.starts_with("/status/") {
            continue;
        }
        for entry in document.entries() {
            let published = entry.updated.or(entry.published).unwrap_or_else(|| panic!("{} has no time", entry.id));
            let title = entry.title.as_ref().map(|title| title.content.clone()).unwrap_or_default();
            assert!(!entry.links.is_empty(), "{} has no link", entry.id);
            stories.push(Story {
                document: document.path,
                published: Timestamp::from_second(published.timestamp()).expect("in range"),
                text: format!("{title}\n{}", html(&entry).replace("<p>", " ").replace("</p>", " ")),
                id: entry.id,
            });
        }
    }
    let posts = updates().await.into_iter();
    stories.extend(posts.map(|post| Story {
        document: "/status",
        id: post.id,
        published: post.published,
        text: post.body.replace("<br />", " "),
    }));
    stories
}

/// One post on an incident.
pub struct Post {
    pub incident: String,
    pub id: String,
    pub phase: String,
    pub published: Timestamp,
    pub body: String,
}

/// Every update of `incidents.json`.
pub async fn updates() -> Vec<Post> {
    let documents = documents().await;
    let list = documents.iter().find(|document| document.path.ends_with("incidents.json")).expect("a list");
    let list: Value = serde_json::from_slice(&list.body).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let incidents = list["incidents"].as_array().expect("incidents").iter();
    let posts = incidents.flat_map(|incident| incident["incident_updates"].as_array().expect("updates"));
    posts
        .map(|post| Post {
            incident: text(&post["incident_id"]),
            id: text(&post["id"]),
            phase: text(&post["status"]),
            published: text(&post["created_at"]).parse().expect("an instant"),
            body: text(&post["body"]),
        })
        .collect()
}

/// A time of day as a text tells it.
#[derive(Debug, PartialEq, Eq)]
pub struct Clock {
    hour: i8,
    minute: i8,
    /// Of its zone, in hours.
    offset: i8,
}

impl Clock {
    /// Whether a clock of that zone shows it at `at`.
    pub fn shows(&self, at: Timestamp) -> bool {
        let local = tz::offset(self.offset).to_datetime(at);
        (local.hour(), local.minute(), local.second()) == (self.hour, self.minute, 0)
    }
}

impl Story {
    /// Every time of day in the text: `1:30 PM ET`, `5 PM ET`, `18:44 UTC`, `3.20 Uhr MEZ`, `午前3時30分`.
    ///
    /// # Panics
    /// When something that looks like a time is in none of these forms: it would escape the tests.
    pub fn clocks(&self) -> Vec<Clock> {
        let words: Vec<_> =
            self.text.split_whitespace().map(|word| word.trim_matches(['.', ',', ':', ';', '?'])).collect();
        let mut clocks = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let next = |ahead: usize| words.get(at + ahead).copied().unwrap_or_default();
            let clock = western(word, next(1), next(2));
            let digits = word.split([':', '.']).filter(|part| part.parse::<u8>().is_ok()).count();
            assert!(clock.is_some() || digits < 2, "{}: {word} {} {} is no time", self.id, next(1), next(2));
            clocks.extend(clock);
        }
        clocks.extend(japanese(&self.text));
        clocks
    }
}

fn western(time: &str, second: &str, third: &str) -> Option<Clock> {
    let (hour, minute) = time.split_once([':', '.']).unwrap_or((time, "0"));
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    let (hour, zone) = match second {
        "AM" => (hour % 12, third),
        "PM" => (hour % 12 + 12, third),
        "Uhr" => (hour, third),
        zone => (hour, zone),
    };
    let offset = match zone {
        "PST" | "PT" => -8,
        "ET" => -5,
        "UTC" => 0,
        "MEZ" => 1,
        _ => return None,
    };
    Some(Clock { hour, minute, offset })
}

fn japanese(text: &str) -> Vec<Clock> {
    let halves = text.match_indices('午').filter_map(|(at, _)| {
        let mut half = text[at..].chars();
        let afternoon = half.nth(1)? == '後';
        let (hour, rest) = half.as_str().split_once('時')?;
        let (minute, _) = rest.split_once('分')?;
        let hour = hour.parse::<i8>().ok()? % 12 + if afternoon { 12 } else { 0 };
        Some(Clock { hour, minute: minute.parse().ok()?, offset: 9 })
    });
    let found: Vec<_> = halves.collect();
    assert_eq!(found.len(), text.matches('午').count(), "a time that was not understood in {text}");
    found
}

/// Every run of seven words, lower case, signs left out.
pub fn shingles(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let words: Vec<_> = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(7).map(|seven| seven.join(" ")).collect()
}

#[test]
fn clocks_are_found_in_every_form() {
    let text = "about 1:30 PM ET; (not 5) 12 AM ET, 18:44 UTC, um 3.20 Uhr MEZ. 27日午後1時16分ごろ 11 PM PT o3 500s";
    let story = Story { document: "", id: String::new(), published: Timestamp::UNIX_EPOCH, text: text.to_owned() };
    let found: Vec<_> = story.clocks().iter().map(|clock| (clock.hour, clock.minute, clock.offset)).collect();
    assert_eq!(found, [(13, 30, -5), (0, 0, -5), (18, 44, 0), (3, 20, 1), (23, 0, -8), (13, 16, 9)]);
}
