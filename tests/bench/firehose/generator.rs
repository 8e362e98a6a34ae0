//! A server that speaks Jetstream's first wire, in a process of its own: at a given rate, or as fast as it is listened to.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

use super::words::{Dice, Truth};

/// What is sent.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Plan {
    /// Posts a second; 0 is as many as are taken.
    pub rate: u64,
    /// For how long, in seconds.
    pub seconds: u64,
    /// Whether likes, follows and the like come too, which the listener did not ask for.
    pub everything: bool,
}

/// What was sent.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sent {
    pub frames: u64,
    pub bytes: u64,
    pub posts: u64,
    pub reports: u64,
    pub mentions: u64,
    /// How long it took, in seconds.
    pub took: f64,
}

/// Every post that a run of so many makes, in order: the beginning of its record key, and its words.
pub fn again(plan: Plan, posts: u64, mut take: impl FnMut(String, &str)) {
    let (mut maker, mut frames) = (Maker::new(plan.everything), Vec::new());
    for number in 0..posts {
        let truth = maker.post(&mut frames);
        frames.clear();
        take(format!("{}{number}", truth.letter()), &maker.text);
    }
}

/// The process: the first line that it prints is its address, the second what it sent.
pub fn run(plan: Plan) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        say(&listener.local_addr().expect("has an address").to_string());
        let (stream, _) = listener.accept().await.expect("somebody comes");
        let mut socket = accept_async(stream).await.expect("a handshake");
        let sent = send(&mut socket, plan).await;
        say(&serde_json::to_string(&sent).expect("JSON"));
        // The line stays open, and is answered on, until the parent has seen enough.
        let answering = async { while socket.next().await.is_some_and(|message| message.is_ok()) {} };
        let told = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0; 1]));
        tokio::select! { () = answering => {}, _ = told => {} }
    });
    std::process::exit(0);
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").expect("prints");
    out.flush().expect("prints");
}

/// Sends what is due every 10 ms.
async fn send(socket: &mut WebSocketStream<TcpStream>, plan: Plan) -> Sent {
    let (mut maker, mut frames) = (Maker::new(plan.everything), Vec::new());
    let began = Instant::now();
    loop {
        let passed = began.elapsed().as_secs_f64();
        if passed >= plan.seconds as f64 {
            break;
        }
        let due = if plan.rate == 0 { maker.sent.posts + 200 } else { (passed * plan.rate as f64) as u64 };
        while maker.sent.posts < due {
            maker.post(&mut frames);
            for frame in frames.drain(..) {
                maker.sent.frames += 1;
                maker.sent.bytes += frame.len() as u64;
                if socket.feed(Message::text(frame)).await.is_err() {
                    return maker.sent;
                }
            }
        }
        if socket.flush().await.is_err() {
            break;
        }
        if plan.rate > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    maker.sent.took = began.elapsed().as_secs_f64();
    maker.sent
}

/// Makes frames.
struct Maker {
    dice: Dice,
    everything: bool,
    text: String,
    last: u64,
    sent: Sent,
}

/// What came beside 17 posts in a window of the real stream: how often, and in which collection.
const BESIDE: [(usize, &str); 4] = [
    (105, "app.bsky.feed.like"),
    (15, "app.bsky.feed.repost"),
    (9, "app.bsky.graph.follow"),
    (1, "app.bsky.graph.block"),
];
const POSTS: usize = 17;

impl Maker {
    fn new(everything: bool) -> Self {
        Self { dice: Dice::new(7), everything, text: String::new(), last: 0, sent: Sent::default() }
    }

    /// Microseconds since 1970, each once.
    #[expect(clippy::disallowed_methods, reason = "a server has the world's clock")]
    fn now(&mut self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64);
        self.last = now.max(self.last + 1);
        self.last
    }

    /// A post, and what comes beside it.
    fn post(&mut self, frames: &mut Vec<String>) -> Truth {
        let truth = self.dice.sentence(&mut self.text);
        let (at, did) = (self.now(), self.dice.below(1_000_000));
        let instant = jiff::Timestamp::from_microsecond(at as i64).expect("a time");
        let (number, key) = (self.sent.posts, truth.letter());
        let mut frame = String::with_capacity(1_000);
        // As long as real ones are: a third answers, a third shows a picture, the rest are words.
        write!(
            frame,
            r#"{{"did":"did:plc:{did:024}","time_us":{at},"kind":"commit","commit":{{"rev":"3l{number:011}","operation":"create","collection":"app.bsky.feed.post","rkey":"{key}{number}-{at}","record":{{"$type":"app.bsky.feed.post","createdAt":"{instant:.3}","langs":["en"],"#
        )
        .expect("writes");
        match self.dice.below(3) {
            0 => write!(frame, r#""reply":{{"parent":{{"cid":"bafyreia{did:050}","uri":"at://did:plc:{at:024}/app.bsky.feed.post/3k{did:011}"}},"root":{{"cid":"bafyreib{did:050}","uri":"at://did:plc:{at:024}/app.bsky.feed.post/3j{did:011}"}}}},"#),
            1 => write!(frame, r#""embed":{{"$type":"app.bsky.embed.images","images":[{{"alt":"","aspectRatio":{{"height":1500,"width":2000}},"image":{{"$type":"blob","ref":{{"$link":"bafkreic{did:050}"}},"mimeType":"image/jpeg","size":{did}}}}}]}},"#),
            _ => Ok(()),
        }
        .expect("writes");
        let text = serde_json::to_string(&self.text).expect("JSON");
        write!(frame, r#""text":{text}}},"cid":"bafyreid{did:050}"}}}}"#).expect("writes");
        frames.push(frame);
        self.sent.posts += 1;
        match truth {
            Truth::Report => self.sent.reports += 1,
            Truth::Mention => self.sent.mentions += 1,
            Truth::Chatter => {}
        }
        self.beside(frames);
        truth
    }

    /// What comes whatever was asked for, and a deletion; likes and the like where nobody heeds what was asked for.
    fn beside(&mut self, frames: &mut Vec<String>) {
        let (at, did) = (self.now(), self.dice.below(1_000_000));
        let head = format!(r#"{{"did":"did:plc:{did:024}","time_us":{at},"#);
        match self.dice.below(POSTS) {
            0 => frames.push(format!(r#"{head}"kind":"commit","commit":{{"rev":"3m{at}","operation":"delete","collection":"app.bsky.feed.post","rkey":"gone{at}"}}}}"#)),
            1 => frames.push(format!(r#"{head}"kind":"identity","identity":{{"did":"did:plc:{did:024}","handle":"h{did}.example","seq":{at},"time":"2026-07-04T14:38:06.240Z"}}}}"#)),
            2 => frames.push(format!(r#"{head}"kind":"account","account":{{"active":true,"did":"did:plc:{did:024}","seq":{at},"time":"2026-07-04T14:38:06.240Z"}}}}"#)),
            _ => {}
        }
        if !self.everything {
            return;
        }
        for (count, collection) in BESIDE {
            let whole = count / POSTS + usize::from(self.dice.below(POSTS) < count % POSTS);
            for _ in 0..whole {
                let (at, did) = (self.now(), self.dice.below(1_000_000));
                frames.push(format!(r#"{{"did":"did:plc:{did:024}","time_us":{at},"kind":"commit","commit":{{"rev":"3n{at}","operation":"create","collection":"{collection}","rkey":"3n{at}","record":{{"$type":"{collection}","createdAt":"2026-07-04T14:38:06.240Z","subject":{{"cid":"bafyreie{did:050}","uri":"at://did:plc:{at:024}/app.bsky.feed.post/3k{did:011}"}}}},"cid":"bafyreif{did:050}"}}}}"#));
            }
        }
    }
}
