//! Jetstream: a loopback server with the real one's ways, and its misfortunes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use downwire::{
    catalogue::Catalogue,
    classify::{Classifier, Text},
    fetch::{self, Fetcher},
    jobs::{Stages, Stop, Trouble, commit, queue::state_of, stream},
    model::{Clock as _, Display, ItemKind, Network, PostsQuery, SourceKind, SourceSpec},
    store::Store,
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

use super::NOW;
use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
    data,
};

/// The microsecond of [`NOW`], less ten minutes.
const BEGAN: i64 = 1_735_239_000_000_000;

/// How a server misbehaves.
#[derive(Debug, Clone, Copy, Default)]
struct Ways {
    /// Frames after which the line is cut, each time.
    cut_after: Option<usize>,
    /// Every frame is sent twice.
    repeats: bool,
    /// Neighbours change places.
    reorders: bool,
    /// The line holds longer each time.
    holds_longer: bool,
    /// Before every frame there is a pause.
    lags: Option<Duration>,
}

/// A server: its events by time, and how many lines were opened.
#[derive(Clone, Default)]
struct Server {
    events: Arc<Mutex<Vec<(i64, String)>>>,
    opened: Arc<AtomicUsize>,
}

impl Server {
    fn say(&self, event: &Value) {
        self.say_line(&event.to_string());
    }

    /// Says a frame to the byte.
    fn say_line(&self, frame: &str) {
        let event: Value = serde_json::from_str(frame).expect("JSON");
        let at = event["time_us"].as_i64().expect("a time");
        self.events.lock().expect("not poisoned").push((at, frame.to_owned()));
    }

    /// Serves on a port of its own; gives its address.
    async fn start(&self, ways: Ways) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("has an address");
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.opened.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(server.clone().line(stream, ways));
            }
        });
        format!("ws://{address}")
    }

    /// One line: everything from the cursor on (it is inclusive), then what comes.
    async fn line(self, stream: TcpStream, ways: Ways) {
        let mut cursor = None;
        #[expect(clippy::result_large_err, reason = "the library's own signature")]
        let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            let query = request.uri().query().unwrap_or_default().to_owned();
            assert!(query.contains("wantedCollections=app.bsky.feed.post"), "{query}");
            cursor = query.split('&').find_map(|pair| pair.strip_prefix("cursor=")?.parse::<i64>().ok());
            Ok(response)
        };
        let Ok(mut socket) = accept_hdr_async(stream, look).await else { return };
        let (mut next, mut sent) = (0, 0);
        let lines = if ways.holds_longer { self.opened.load(Ordering::SeqCst) } else { 1 };
        let most = ways.cut_after.map(|frames| frames * lines);
        loop {
            let mut page: Vec<(i64, String)> = self.events.lock().expect("not poisoned")[next..].to_vec();
            next += page.len();
            page.retain(|(at, _)| cursor.is_none_or(|cursor| *at >= cursor));
            if ways.reorders {
                page.chunks_mut(2).for_each(|pair| pair.reverse());
            }
            for (_, frame) in page {
                tokio::time::sleep(ways.lags.unwrap_or_default()).await;
                for _ in 0..if ways.repeats { 2 } else { 1 } {
                    if most == Some(sent) || socket.send(Message::text(frame.clone())).await.is_err() {
                        return;
                    }
                    sent += 1;
                }
            }
            if !answers(&mut socket).await {
                return;
            }
        }
    }
}

/// Answers pings for a moment; `false` when the line is closed.
async fn answers(socket: &mut WebSocketStream<TcpStream>) -> bool {
    match tokio::time::timeout(Duration::from_millis(20), socket.next()).await {
        Ok(Some(Ok(message))) => !message.is_close(),
        Ok(_) => false,
        Err(_) => true,
    }
}

/// A post of number `n`; every third one is about an outage.
fn post(n: i64) -> Value {
    let text = match n % 3 {
        0 => format!("ChatGPT is down again, number {n:04}"),
        1 => format!("ChatGPT wrote me a poem, number {n:04}"),
        _ => format!("a lovely morning, number {n:04}"),
    };
    json!({
        "did": format!("did:plc:{}", n % 7), "time_us": BEGAN + n * 1_000, "kind": "commit",
        "commit": {
            "rev": format!("r{n}"), "operation": "create", "collection": "app.bsky.feed.post", "rkey": format!("k{n}"),
            "record": { "$type": "app.bsky.feed.post", "createdAt": "2024-12-26T18:50:00.000Z", "langs": ["en"], "text": text },
            "cid": "c",
        },
    })
}

fn delete(n: i64, at: i64) -> Value {
    json!({ "did": format!("did:plc:{}", n % 7), "time_us": BEGAN + at * 1_000, "kind": "commit",
            "commit": { "rev": format!("d{n}"), "operation": "delete", "collection": "app.bsky.feed.post", "rkey": format!("k{n}") } })
}

/// A downwire that listens, and what it needs.
struct Ear {
    store: Store,
    spec: Arc<SourceSpec>,
    clock: FixedClock,
}

impl Ear {
    async fn new(folder: &Folder, servers: &[String]) -> Self {
        Self::at(NOW, folder, servers).await
    }

    async fn at(now: &str, folder: &Folder, servers: &[String]) -> Self {
        let clock = FixedClock::at(now);
        let store = store(Backend::Sqlite, folder, clock.clone()).await.expect("SQLite is there");
        let spec = SourceSpec {
            name: "jetstream".to_owned(),
            kind: SourceKind::Jetstream,
            url: servers[0].clone(),
            schedule: "* * * * *".to_owned(),
            service: None,
            language: None,
            display: Display::Excerpt,
            posts: PostsQuery { servers: servers[1..].to_vec(), ..PostsQuery::default() },
        };
        Self { store, spec: Arc::new(spec), clock }
    }

    /// Listens, as a process that has just started, until `done` or for at most 30 s; then it is stopped.
    async fn listen(&self, mut done: impl AsyncFnMut(&Store) -> bool) {
        let settings = fetch::Settings {
            allow: vec!["127.0.0.0/8".parse().expect("a network")],
            gap: Duration::ZERO,
            ..fetch::Settings::default()
        };
        let clock = Arc::new(self.clock.clone());
        let stages = Arc::new(Stages {
            fetcher: Fetcher::new(settings, clock.clone()).expect("can be made"),
            classifier: Classifier::new(&Catalogue::built_in()).into(),
            clock,
            store: self.store.clone(),
        });
        let stored = self.store.source_states().await.expect("reads").remove(&self.spec.name);
        let state = state_of(&self.spec, stored, self.clock.now());
        let (give, stop) = Stop::new();
        let (_held, held) = tokio::sync::watch::channel(true);
        let (commits, committer) = commit::committer(self.store.clone(), Trouble::default(), stop.clone());
        let committer = tokio::spawn(committer);
        let listening = tokio::spawn(stream::run(stages, self.spec.clone(), state, commits, held, stop));
        for _ in 0..600 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if done(&self.store).await {
                break;
            }
        }
        give.send(true).expect("somebody listens");
        listening.await.expect("ends");
        committer.await.expect("ends");
    }

    /// Numbers of the posts that are held, and how many posts were counted.
    async fn kept(&self) -> (BTreeSet<i64>, u32) {
        kept(&self.store).await
    }
}

async fn kept(store: &Store) -> (BTreeSet<i64>, u32) {
    let since = "2000-01-01T00:00:00Z".parse().expect("an instant");
    let held = store.held_posts("jetstream", since, 100_000).await.expect("reads");
    let numbers = held.iter().filter_map(|post| post.native_id.rsplit("/k").next()?.parse().ok()).collect();
    let counts = store.post_counts("ChatGPT", since).await.expect("reads");
    (numbers, counts.iter().map(|one| one.posts).sum())
}

fn outages(upto: i64) -> BTreeSet<i64> {
    (0..upto).filter(|n| n % 3 == 0).collect()
}

fn counted(upto: i64) -> u32 {
    u32::try_from((0..upto).filter(|n| n % 3 == 1).count()).expect("few")
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_befalls_the_line_every_post_is_kept_once_and_counted_once() {
    for ways in [
        Ways::default(),
        Ways { cut_after: Some(37), ..Ways::default() },
        Ways { repeats: true, ..Ways::default() },
        Ways { reorders: true, cut_after: Some(41), ..Ways::default() },
        Ways { repeats: true, reorders: true, cut_after: Some(53), ..Ways::default() },
    ] {
        let (folder, server) = (Folder::new(), Server::default());
        // Fewer than a cut lets through at a time would never arrive: what is sent again each time grows.
        (0..90).for_each(|n| server.say(&post(n)));
        let address = server.start(ways).await;
        let ear = Ear::new(&folder, &[address]).await;
        let all = (outages(90), counted(90));
        if ways.cut_after.is_some() {
            // A server that cuts after so many frames lets nothing through behind them, unless the cursor moves on.
            let half = ways.cut_after.unwrap_or(0);
            ear.listen(async |store| kept(store).await.0.len() * 3 * 2 >= half).await;
            assert!(server.opened.load(Ordering::SeqCst) >= 1);
            let (numbers, _) = ear.kept().await;
            assert!(numbers.is_subset(&all.0), "{ways:?}: {numbers:?}");
            continue;
        }
        ear.listen(async |store| kept(store).await == all).await;
        assert_eq!(ear.kept().await, all, "{ways:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_again_and_again_gets_on() {
    let (folder, server) = (Folder::new(), Server::default());
    // An event a second, so that three seconds of rewinding are three events.
    let slow = |n: i64| {
        let mut event = post(n);
        event["time_us"] = json!(BEGAN + n * 1_000_000);
        event
    };
    (0..60).for_each(|n| server.say(&slow(n)));
    let address = server.start(Ways { cut_after: Some(25), reorders: true, ..Ways::default() }).await;
    let ear = Ear::new(&folder, &[address]).await;
    let all = (outages(60), counted(60));
    ear.listen(async |store| kept(store).await == all).await;
    assert_eq!(ear.kept().await, all);
    assert!(server.opened.load(Ordering::SeqCst) >= 3, "{:?}", server.opened);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_at_any_instant_repeats_nothing_and_loses_nothing() {
    let (folder, server) = (Folder::new(), Server::default());
    let address = server.start(Ways::default()).await;
    let ear = Ear::new(&folder, &[address]).await;
    let mut said = 0;
    for stop_after in [0, 1, 3, 0, 7, 2] {
        for _ in 0..50 {
            server.say(&post(said));
            said += 1;
        }
        // Each time a new process begins, and ends whenever it may be.
        let mut looks = 0;
        ear.listen(async |_| {
            looks += 1;
            looks > stop_after
        })
        .await;
    }
    let all = (outages(said), counted(said));
    ear.listen(async |store| kept(store).await == all).await;
    assert_eq!(ear.kept().await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_or_edited_or_whose_account_is_gone_is_so_here_too() {
    let (folder, server) = (Folder::new(), Server::default());
    (0..21).for_each(|n| server.say(&post(n)));
    // Before it was told: the order of the world is not that of the wire.
    server.say(&delete(30, 22));
    server.say(&post(30));
    let address = server.start(Ways::default()).await;
    let ear = Ear::new(&folder, &[address]).await;
    ear.listen(async |store| kept(store).await.0 == outages(21)).await;
    assert_eq!(ear.kept().await.0, outages(21), "what was deleted before it came is not kept");
    server.say(&delete(3, 100));
    let mut edit = post(6);
    edit["time_us"] = json!(BEGAN + 101_000);
    edit["commit"]["operation"] = json!("update");
    edit["commit"]["rev"] = json!("r6b");
    edit["commit"]["record"]["text"] = json!("ChatGPT is down, and so is Sora, number 0006");
    server.say(&edit);
    // The account of 9 (and 2, and 16): nine is the only one of them that is kept.
    server.say(&json!({ "did": "did:plc:2", "time_us": BEGAN + 102_000, "kind": "account",
                        "account": { "active": false, "status": "deleted", "did": "did:plc:2", "seq": 1 } }));
    let expected: BTreeSet<i64> = outages(21).into_iter().filter(|n| ![3, 9].contains(n)).collect();
    ear.listen(async |store| kept(store).await.0 == expected).await;
    assert_eq!(ear.kept().await.0, expected);
    let id = Network::Bluesky.id("at://did:plc:6/app.bsky.feed.post/k6");
    let row = ear.store.item(id).await.expect("reads").expect("there");
    assert_eq!((row.version, row.item.text.contains("Sora")), (2, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lies_about_time_makes_us_miss_nothing() {
    let (folder, server) = (Folder::new(), Server::default());
    let mut liar = post(0);
    liar["time_us"] = json!(BEGAN + 400 * 86_400_000_000_i64);
    server.say(&liar);
    (3..30).for_each(|n| server.say(&post(n)));
    let address = server.start(Ways::default()).await;
    let ear = Ear::new(&folder, &[address]).await;
    ear.listen(async |store| kept(store).await.0 == outages(30)).await;
    assert_eq!(ear.kept().await.0, outages(30));
    let state = ear.store.source_states().await.expect("reads").remove("jetstream").expect("there");
    let cursor: i64 = state.cursor.values().next().expect("a cursor").parse().expect("a number");
    assert!(cursor <= 1_735_239_600_000_000, "never later than now: {cursor}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_server_is_gone_the_next_one_is_listened_to() {
    let (folder, server) = (Folder::new(), Server::default());
    (0..9).for_each(|n| server.say(&post(n)));
    let address = server.start(Ways::default()).await;
    let ear = Ear::new(&folder, &["ws://127.0.0.1:9".to_owned(), address]).await;
    ear.listen(async |store| kept(store).await.0 == outages(9)).await;
    assert_eq!(ear.kept().await.0, outages(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_window_is_read_frame_by_frame() {
    let Some(lines) = window() else { return };
    let spec = Ear::new(&Folder::new(), &["ws://127.0.0.1:9".to_owned()]).await.spec;
    let (mut kinds, mut posts): (BTreeMap<String, usize>, usize) = (BTreeMap::new(), 0);
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let value: Value = serde_json::from_str(line).expect("JSON");
        let frame = downwire::model::Frame { event: String::new(), data: line.to_owned() };
        let now = "2026-07-05T00:00:00Z".parse().expect("an instant");
        let event =
            downwire::source::hear(&spec, &frame, &|_| true, now).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(event.time_us, value["time_us"].as_i64());
        let is_post = value["commit"]["collection"] == "app.bsky.feed.post" && value["commit"]["operation"] == "create";
        let has_text = value["commit"]["record"]["text"].as_str().is_some_and(|text| !text.trim().is_empty());
        let word = format!("{:?}", event.heard).split(['(', ' ']).next().unwrap_or_default().to_owned();
        assert_eq!(word == "Post", is_post && has_text, "{line}");
        posts += usize::from(is_post);
        *kinds.entry(word).or_default() += 1;
    }
    println!("{} frames: {kinds:?}; {posts} of them create posts", lines.lines().count());
    assert!(posts >= 10);
}

/// Frames as they were recorded, of a third of a second.
fn window() -> Option<String> {
    let path = data::path("posts/bluesky/jetstream_v1_window_2026-07-04.jsonl")?;
    Some(fs::read_to_string(path).expect("reads"))
}

/// How many of the posts in frames are judged to speak of an outage.
fn relevant(lines: &str) -> usize {
    let classifier = Classifier::new(&Catalogue::built_in());
    let texts = lines.lines().filter_map(|line| {
        let told: Value = serde_json::from_str(line).ok()?;
        Some(told["commit"]["record"]["text"].as_str()?.to_owned())
    });
    let is_relevant = |text: &String| {
        let subject = Text { kind: ItemKind::Post, title: "", text, source: "jetstream" };
        classifier.gate(text) && classifier.judge(subject).outage
    };
    texts.filter(is_relevant).count()
}

/// Replays the recorded frames with ours among them, each at a time of its own, by a server of such ways; `lie` changes
/// the times of recorded ones. Every one must be kept or counted once. Gives how many lines were opened.
async fn replay(ways: Ways, lie: impl Fn(usize, i64) -> i64) -> usize {
    let Some(lines) = window() else { return 0 };
    let (folder, server) = (Folder::new(), Server::default());
    let (mut ours, mut deleted) = (0, BTreeSet::new());
    for (at, line) in lines.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        let told: Value = serde_json::from_str(line).expect("JSON");
        let time = told["time_us"].as_i64().expect("a time");
        server.say_line(&line.replacen(&time.to_string(), &lie(at, time).to_string(), 1));
        if at % 4 == 0 {
            let mut event = post(ours);
            event["time_us"] = json!(time + 1);
            server.say(&event);
            ours += 1;
        }
        // What was said a while ago is taken back.
        if at % 48 == 47 {
            let mut event = delete(ours / 3 * 3 - 3, 0);
            event["time_us"] = json!(time + 2);
            server.say(&event);
            deleted.insert(ours / 3 * 3 - 3);
        }
    }
    let address = server.start(ways).await;
    let ear = Ear::at("2026-07-04T14:40:00Z", &folder, &[address]).await;
    let kept_at_last: BTreeSet<i64> = outages(ours).difference(&deleted).copied().collect();
    let all = (kept_at_last, counted(ours));
    ear.listen(async |store| kept(store).await == all).await;
    assert_eq!(ear.kept().await, all, "{ways:?}");
    let held = ear.store.held_posts("jetstream", Default::default(), 1_000).await.expect("reads");
    assert_eq!(
        held.len(),
        all.0.len() + relevant(&lines),
        "of the recorded posts, those that are judged so one by one"
    );
    assert!(ours > 30 && deleted.len() >= 3);
    server.opened.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_frames_over_a_line_that_is_cut() {
    let ways = Ways { cut_after: Some(70), holds_longer: true, ..Ways::default() };
    let opened = replay(ways, |_, time| time).await;
    assert!(opened == 0 || opened >= 3, "{opened}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_frames_each_twice() {
    replay(Ways { repeats: true, ..Ways::default() }, |_, time| time).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_frames_out_of_order() {
    replay(Ways { reorders: true, ..Ways::default() }, |_, time| time).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_frames_one_by_one_and_late() {
    replay(Ways { lags: Some(Duration::from_millis(10)), ..Ways::default() }, |_, time| time).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_frames_with_times_of_other_years() {
    const YEAR: i64 = 365 * 86_400_000_000;
    let lie = |at, time| match at % 5 {
        0 => time + YEAR,
        1 => time - YEAR,
        _ => time,
    };
    replay(Ways { repeats: true, reorders: true, ..Ways::default() }, lie).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_takes_the_outage_back_replaces_what_was_kept() {
    let (folder, server) = (Folder::new(), Server::default());
    (0..6).for_each(|n| server.say(&post(n)));
    let edit = |n: i64, at: i64, text: &str| {
        let mut edit = post(n);
        edit["time_us"] = json!(BEGAN + at * 1_000);
        edit["commit"]["operation"] = json!("update");
        edit["commit"]["rev"] = json!(format!("e{n}"));
        edit["commit"]["record"]["text"] = json!(text);
        edit
    };
    let address = server.start(Ways::default()).await;
    let ear = Ear::new(&folder, &[address]).await;
    ear.listen(async |store| kept(store).await.0 == outages(6)).await;
    // One is held and now says something else, one is held and says nothing any more, one was never kept.
    server.say(&edit(0, 100, "a walk by the sea"));
    server.say(&edit(3, 101, " "));
    server.say(&edit(2, 102, "a walk in the hills"));
    let expected = BTreeSet::from([0]);
    let id = Network::Bluesky.id("at://did:plc:0/app.bsky.feed.post/k0");
    ear.listen(async |store| {
        let row = store.item(id).await.expect("reads").expect("held");
        row.item.text == "a walk by the sea" && kept(store).await.0 == expected
    })
    .await;
    let row = ear.store.item(id).await.expect("reads").expect("held");
    assert_eq!((row.item.text.as_str(), row.version, row.verdict.outage), ("a walk by the sea", 2, false));
    assert_eq!(ear.kept().await.0, expected);
}
