//! A sweep of 10,000 unchanged sources: the program itself asks all of them, gets a 304 from each, and commits their health.
//!
//! The 200 hosts are loopback addresses of their own, 127.1.0.1 and on: to the program each is another host. `gap = "0s"`
//! and the loopback allowed are all that differs from a configuration of every day.

#[path = "../it/support/program.rs"]
#[expect(dead_code, reason = "the benchmark needs less of it than the tests")]
mod program;

use std::{
    fs,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

const SOURCES: usize = 10_000;
const HOSTS: usize = 200;

/// What the server has seen.
#[derive(Clone, Default)]
struct Seen {
    unchanged: Arc<AtomicUsize>,
    first: Arc<Mutex<Option<Instant>>>,
    last: Arc<Mutex<Option<Instant>>>,
}

fn main() {
    let seen = Seen::default();
    let port = serve(seen.clone());
    let folder = std::env::temp_dir().join(format!("downwire-sweep-{}", std::process::id()));
    let _left_over = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("makes a folder");
    let mut config = "[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\ngap = \"0s\"\nallow = [\"127.0.0.0/8\"]\n[catalogue]\nwatch = \"none\"\n".to_owned();
    for number in 0..SOURCES {
        let host = number % HOSTS + 1;
        config.push_str(&format!(
            "[[feed]]\nname = \"source {number}\"\nurl = \"http://127.1.0.{host}:{port}/{number}\"\nschedule = \"* * * * * *\"\n"
        ));
    }
    fs::write(folder.join("feeds.toml"), &config).expect("writes");
    let first = Instant::now();
    assert!(program::call(&folder, &["fetch", "--json"]).status.success());
    println!("the first sweep, 200 with a small feed each: {:.1} s in all", first.elapsed().as_secs_f64());
    let idle = idle(&folder);
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(2_500));
        sweep(&folder, &seen, idle);
    }
    let _gone = fs::remove_dir_all(&folder);
}

/// One sweep of `downwire fetch`: the time of the whole process, of the requests, and its memory.
fn sweep(folder: &std::path::Path, seen: &Seen, idle: u64) {
    seen.unchanged.store(0, Ordering::Relaxed);
    *seen.first.lock().expect("whole") = None;
    let began = Instant::now();
    let mut child =
        program::command(folder, &["fetch", "--json"]).stdout(std::process::Stdio::null()).spawn().expect("starts");
    let mut most = 0;
    while child.try_wait().expect("waits").is_none() {
        most = most.max(memory(child.id(), "VmHWM:"));
        std::thread::sleep(Duration::from_millis(5));
    }
    let whole = began.elapsed().as_secs_f64();
    let (first, last) = (*seen.first.lock().expect("whole"), *seen.last.lock().expect("whole"));
    let asked = first.zip(last).map_or(0.0, |(first, last)| last.duration_since(first).as_secs_f64());
    println!(
        "{} times 304: {asked:.2} s from first to last request, {whole:.2} s for the whole process with its start and commit; {:.0} MB at most, {:.0} MB above rest",
        seen.unchanged.load(Ordering::Relaxed),
        most as f64 / 1e3,
        (most as f64 - idle as f64) / 1e3
    );
}

/// The memory of the program at rest, in kilobytes: the same configuration and archive, but nothing is fetched.
fn idle(folder: &std::path::Path) -> u64 {
    let running = program::start(program::command(folder, &["run", "--only", "serve"]));
    std::thread::sleep(Duration::from_secs(2));
    let _health = running.get("/sources");
    let idle = memory(running.id(), "VmRSS:");
    println!("at rest with these sources, their health looked at once: {:.0} MB", idle as f64 / 1e3);
    idle
}

/// A line of the process's status, in kilobytes.
fn memory(process: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let value = status.lines().find_map(|text| text.strip_prefix(line)).unwrap_or_default();
    value.trim().split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The server of all hosts, on a thread of its own; its port.
fn serve(seen: Seen) -> u16 {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], 0))).await.expect("binds");
            sender.send(listener.local_addr().expect("an address").port()).expect("somebody waits");
            axum::serve(listener, Router::new().fallback(answer).with_state(seen)).await.expect("serves");
        });
    });
    receiver.recv().expect("starts")
}

async fn answer(State(seen): State<Seen>, headers: HeaderMap) -> Response {
    let now = Instant::now();
    seen.first.lock().expect("whole").get_or_insert(now);
    *seen.last.lock().expect("whole") = Some(now);
    let tag = [(header::ETAG, "\"one\""), (header::CONTENT_TYPE, "application/rss+xml")];
    if headers.contains_key(header::IF_NONE_MATCH) {
        seen.unchanged.fetch_add(1, Ordering::Relaxed);
        return (StatusCode::NOT_MODIFIED, tag).into_response();
    }
    (tag, "<rss version=\"2.0\"><channel><title>t</title><item><title>a title</title></item></channel></rss>")
        .into_response()
}
