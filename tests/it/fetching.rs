//! Fetching against a server that breaks every rule. Each misbehaviour is an error of its own, and a good path beside it
//! is never late.

use std::{
    io::{self, Write as _},
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use downwire::{
    fetch::{FetchError, Fetcher, Names, Settings},
    model::{Answer, Ask, Outcome},
};

use crate::support::{
    clock::FixedClock,
    web::{Reply, Web},
};

const LIMIT: u64 = 300_000;

fn settings() -> Settings {
    Settings {
        allow: vec!["127.0.0.0/8".parse().expect("a network")],
        gap: Duration::ZERO,
        timeout: Duration::from_millis(700),
        connect_timeout: Duration::from_millis(500),
        body_limit: LIMIT,
        ..Settings::default()
    }
}

fn clock() -> FixedClock {
    FixedClock::at("2024-12-26T19:00:00Z")
}

fn fetcher() -> Fetcher {
    Fetcher::new(settings(), Arc::new(clock())).expect("is made")
}

fn ask(url: &str) -> Ask {
    Ask { url: url.to_owned(), accept: "*/*", ..Ask::default() }
}

async fn get(web: &Web, reply: Reply) -> Result<Answer, FetchError> {
    web.serve("/x", reply);
    fetcher().get(&ask(&web.url("/x"))).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::process::{Command, Stdio};
    let mut child = Command::new("gzip")
        .args(["-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip runs");
    let mut input = child.stdin.take().expect("piped");
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes).expect("writes"));
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("wrote");
    output.stdout
}

fn packed(encoding: &str, body: Vec<u8>) -> Reply {
    Reply::Whole(200, vec![("Content-Encoding".to_owned(), encoding.to_owned())], body)
}

#[tokio::test]
async fn a_request_is_conditional_byte_for_byte() {
    let web = Web::start();
    web.serve("/feed", Reply::Tagged("W/\"a b;c/é\"".to_owned(), b"<rss/>".to_vec()));
    let fetcher = fetcher();
    let first = fetcher.get(&ask(&web.url("/feed"))).await.expect("answers");
    assert_eq!((first.outcome, first.body.as_slice()), (Outcome::Fresh, &b"<rss/>"[..]));
    let again = Ask { validators: first.validators.clone(), ..ask(&web.url("/feed")) };
    let second = fetcher.get(&again).await.expect("answers");
    assert_eq!((second.outcome, second.validators == first.validators), (Outcome::Unchanged, true));
    let head = web.requests("/feed")[1].head.clone();
    let sent = "if-none-match: W/\"a b;c/é\"\r\n".as_bytes();
    assert!(head.windows(sent.len()).any(|window| window == sent), "{}", String::from_utf8_lossy(&head));
    assert!(String::from_utf8_lossy(&head).contains("if-modified-since: Thu, 26 Dec 2024 18:30:00 GMT\r\n"));
    assert!(String::from_utf8_lossy(&head).contains("user-agent: downwire/"));
}

#[tokio::test]
async fn the_same_body_again_is_as_good_as_a_304() {
    let web = Web::start();
    let first = get(&web, Reply::ok("text/xml", "<rss/>")).await.expect("answers");
    let again = Ask { validators: first.validators, ..ask(&web.url("/x")) };
    assert_eq!(fetcher().get(&again).await.expect("answers").outcome, Outcome::Unchanged);
    web.serve("/x", Reply::ok("text/xml", "<rss2/>"));
    assert_eq!(fetcher().get(&again).await.expect("answers").outcome, Outcome::Fresh);
}

#[tokio::test]
async fn every_misbehaviour_is_an_error_of_its_own() {
    let web = Web::start();
    let timeout = FetchError::Timeout(settings().timeout);
    assert_eq!(get(&web, Reply::Slow(Duration::from_millis(50))).await, Err(timeout.clone()));
    assert_eq!(get(&web, Reply::Silent).await, Err(timeout));
    assert_eq!(get(&web, Reply::Endless).await, Err(FetchError::TooLarge(LIMIT)));
    assert_eq!(get(&web, Reply::Huge).await, Err(FetchError::TooLarge(LIMIT)));
    assert!(matches!(get(&web, Reply::Half(vec![b'x'; 1000])).await, Err(FetchError::Truncated(_))));
    assert!(matches!(get(&web, Reply::HalfChunk).await, Err(FetchError::Truncated(_))));
    assert!(matches!(get(&web, Reply::Closed).await, Err(FetchError::Truncated(_) | FetchError::Connect(_))));
    assert!(matches!(get(&web, Reply::Garbage).await, Err(FetchError::Protocol(_))));
    for (status, expected) in [
        (410, FetchError::Gone(410)),
        (451, FetchError::Gone(451)),
        (404, FetchError::Status(404)),
        (500, FetchError::Status(500)),
        (403, FetchError::Forbidden(403)),
    ] {
        assert_eq!(get(&web, Reply::status(status, "X", "y")).await, Err(expected));
    }
    assert_eq!(get(&web, Reply::status(403, "cf-mitigated", "challenge")).await, Err(FetchError::Challenge));
    let nobody = fetcher().get(&ask("http://127.0.0.1:1/x")).await;
    assert!(matches!(nobody, Err(FetchError::Connect(_))), "{nobody:?}");
    let no_name = fetcher().get(&ask("http://nowhere.invalid/x")).await;
    assert!(matches!(no_name, Err(FetchError::Name { .. })), "{no_name:?}");
}

#[tokio::test]
async fn bodies_are_unpacked_under_our_own_count() {
    let web = Web::start();
    let text = "ChatGPT is down. ".repeat(1000);
    let answer = get(&web, packed("gzip", gzip(text.as_bytes()))).await.expect("answers");
    assert_eq!(answer.body, text.as_bytes());
    let large = Fetcher::new(Settings { body_limit: 15_000_000, ..settings() }, Arc::new(clock())).expect("is made");
    web.serve("/bomb", packed("gzip", gzip(&vec![0; 50_000_000])));
    let before = web.written.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(large.get(&ask(&web.url("/bomb"))).await, Err(FetchError::Bomb(100)));
    assert!(web.written.load(std::sync::atomic::Ordering::Relaxed) - before < 100_000, "the bomb is small on the wire");
    assert!(matches!(get(&web, packed("gzip", b"no gzip at all".to_vec())).await, Err(FetchError::Encoding(_))));
    let packed_well = gzip(text.as_bytes());
    assert!(matches!(
        get(&web, packed("gzip", packed_well[..packed_well.len() / 2].to_vec())).await,
        Err(FetchError::Truncated(_) | FetchError::Encoding(_))
    ));
    assert!(matches!(get(&web, packed("gzip, gzip", packed_well)).await, Err(FetchError::Encoding(_))));
    assert!(matches!(get(&web, packed("compress", vec![1])).await, Err(FetchError::Encoding(_))));
}

#[tokio::test]
async fn only_the_limit_of_a_huge_body_is_read() {
    let web = Web::start();
    web.serve("/endless", Reply::Endless);
    let before = web.written.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(fetcher().get(&ask(&web.url("/endless"))).await, Err(FetchError::TooLarge(LIMIT)));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let read = web.written.load(std::sync::atomic::Ordering::Relaxed) - before;
    // What is in the sockets' buffers when we hang up was sent too.
    assert!(read < LIMIT + 12_000_000, "{read}");
}

#[tokio::test]
async fn redirects_are_followed_with_care() {
    let web = Web::start();
    web.serve("/good", Reply::ok("text/xml", "<rss/>"));
    let to = |status, place: String| Reply::status(status, "Location", place);
    web.serve("/a", to(301, "/b".to_owned()));
    web.serve("/b", to(308, web.url("/good")));
    let answer = fetcher().get(&ask(&web.url("/a"))).await.expect("answers");
    assert_eq!((answer.moved_to, answer.url), (Some(web.url("/good")), web.url("/good")));
    web.serve("/a", to(302, "/good".to_owned()));
    assert_eq!(fetcher().get(&ask(&web.url("/a"))).await.expect("answers").moved_to, None);
    web.serve("/a", to(301, "/b".to_owned()));
    web.serve("/b", to(302, "/good".to_owned()));
    assert_eq!(fetcher().get(&ask(&web.url("/a"))).await.expect("answers").moved_to, None, "not all of it is for good");
    web.serve("/loop", to(301, "/loop".to_owned()));
    assert_eq!(fetcher().get(&ask(&web.url("/loop"))).await, Err(FetchError::Redirects(5)));
    for place in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://2130706433.invalid/../",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://user:word@127.0.0.1/",
        "http://0xa.1/",
    ] {
        web.serve("/a", to(302, place.to_owned()));
        let refused = fetcher().get(&ask(&web.url("/a"))).await;
        assert!(
            matches!(refused, Err(FetchError::ForbiddenAddress(_) | FetchError::Address(_) | FetchError::Name { .. })),
            "{place}: {refused:?}"
        );
    }
}

/// A resolver that a test decides.
struct Told(&'static str, IpAddr);

impl Names for Told {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
    ) -> std::pin::Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        let found = if host == self.0 { Ok(vec![self.1]) } else { Err(io::Error::other("no such name")) };
        Box::pin(async move { found })
    }
}

#[tokio::test]
async fn nothing_private_is_reached_by_literal_or_by_name() {
    for url in [
        "http://192.168.1.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://127.0.0.1:9999/",
    ] {
        let closed = Fetcher::new(Settings { allow: Vec::new(), ..settings() }, Arc::new(clock())).expect("is made");
        let refused = closed.get(&ask(url)).await;
        assert!(matches!(refused, Err(FetchError::ForbiddenAddress(_))), "{url}: {refused:?}");
    }
    let names = Arc::new(Told("inside.example.org", "10.1.2.3".parse().expect("an address")));
    let fetcher = Fetcher::with_names(settings(), Arc::new(clock()), names).expect("is made");
    let refused = fetcher.get(&ask("http://inside.example.org/x")).await;
    assert!(matches!(&refused, Err(FetchError::ForbiddenAddress(words)) if words.contains("10.1.2.3")), "{refused:?}");
    let odd = fetcher.get(&ask("http://8.8.8.8:25/x")).await;
    assert!(matches!(&odd, Err(FetchError::ForbiddenAddress(words)) if words.contains("port 25")), "{odd:?}");
}

#[tokio::test]
async fn a_name_that_leads_to_an_allowed_network_may_use_any_port() {
    let web = Web::start();
    web.serve("/x", Reply::ok("text/xml", "<rss/>"));
    let names = Arc::new(Told("ours.example.org", "127.0.0.1".parse().expect("an address")));
    let fetcher = Fetcher::with_names(settings(), Arc::new(clock()), names).expect("is made");
    let url = format!("http://ours.example.org:{}/x", web.address.port());
    assert_eq!(fetcher.get(&ask(&url)).await.expect("answers").body, b"<rss/>");
}

#[tokio::test]
async fn who_asks_us_to_wait_is_not_asked_again_before() {
    for (value, seconds) in [("120", 120), ("Thu, 26 Dec 2024 19:01:00 GMT", 60)] {
        let (web, clock) = (Web::start(), clock());
        web.serve("/limited", Reply::status(429, "Retry-After", value));
        web.serve("/other", Reply::ok("text/xml", "<rss/>"));
        let fetcher = Fetcher::new(settings(), Arc::new(clock.clone())).expect("is made");
        let wait = Duration::from_secs(seconds);
        assert_eq!(fetcher.get(&ask(&web.url("/limited"))).await, Err(FetchError::Limited { status: 429, wait }));
        clock.advance(Duration::from_secs(seconds - 1));
        let held = fetcher.get(&ask(&web.url("/other"))).await;
        assert!(
            matches!(held, Err(FetchError::AskedToWait { left, .. }) if left == Duration::from_secs(1)),
            "{held:?}"
        );
        assert_eq!(web.all_requests().len(), 1, "no request was made");
        clock.advance(Duration::from_secs(1));
        assert!(fetcher.get(&ask(&web.url("/other"))).await.is_ok());
    }
}

#[tokio::test]
async fn a_host_is_asked_one_thing_at_a_time_with_a_gap_and_others_do_not_wait() {
    let (web, other) = (Web::start(), Web::start_at("127.0.0.2:0"));
    let gap = Duration::from_millis(120);
    let fetcher = Fetcher::new(Settings { gap, concurrency: 4, ..settings() }, Arc::new(clock())).expect("is made");
    web.serve("/x", Reply::Slow(Duration::from_secs(60)));
    other.serve("/x", Reply::ok("text/xml", "<rss/>"));
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for url in [web.url("/x"), web.url("/x"), web.url("/x")] {
        let fetcher = fetcher.clone();
        tasks.spawn(async move { fetcher.get(&ask(&url)).await.is_ok() });
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(fetcher.get(&ask(&other.url("/x"))).await.is_ok());
    assert!(began.elapsed() < settings().timeout, "the good host waited {:?}", began.elapsed());
    while tasks.join_next().await.is_some() {}
    let requests = web.requests("/x");
    assert_eq!(requests.len(), 3);
    for pair in requests.windows(2) {
        let between = pair[1].at - pair[0].at;
        // The server sees a request a little after its clock has started.
        let least = settings().timeout + gap - Duration::from_millis(100);
        assert!(between >= least, "two at once, or without a gap: {between:?}");
    }
}

#[tokio::test]
async fn freshness_and_robots_headers_are_passed_on() {
    let web = Web::start();
    let headers = [("Cache-Control", "max-age=600"), ("Age", "100"), ("X-Robots-Tag", "downwire: noarchive")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let answer = get(&web, Reply::Whole(200, headers, b"x".to_vec())).await.expect("answers");
    assert_eq!((answer.fresh_for, answer.noindex), (Some(Duration::from_secs(500)), true));
}
