//! A sweep of 1,000 status pages over loopback, on 1,000 hosts (loopback addresses of their own): the first sight with the
//! lists and the archive, sweeps in which nothing has changed, and one in which a hundredth has.
//!
//! Half of the pages send entity tags, half send none: there the body is compared. `gap = "0s"` and the loopback allowed
//! are all that differs from a configuration of every day.

#[path = "../it/support/program.rs"]
#[expect(dead_code, reason = "the benchmark needs less of it than the tests")]
mod program;

use std::{
    collections::BTreeMap,
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
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

const PAGES: usize = 1_000;
/// Incidents of a page's list, with two posts each; pages of the archive until its end, with nine incidents each.
const LISTED: usize = 50;
const ARCHIVED: usize = 4;
/// Components of a page.
const COMPONENTS: usize = 20;

/// How often a document was asked for, how often it was answered with 304, and the bytes of its bodies.
type Count = (usize, usize, usize);

/// What the server has seen since it was last looked at, and what it serves.
#[derive(Clone, Default)]
struct Seen {
    /// Per kind of document.
    counts: Arc<Mutex<BTreeMap<&'static str, Count>>>,
    first: Arc<Mutex<Option<Instant>>>,
    last: Arc<Mutex<Option<Instant>>>,
    /// Raised when something changes, on every hundredth page.
    edition: Arc<AtomicUsize>,
}

fn main() {
    let seen = Seen::default();
    let port = serve(seen.clone());
    let folder = std::env::temp_dir().join(format!("downwire-pages-{}", std::process::id()));
    let _left_over = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("makes a folder");
    let mut config = "[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\ngap = \"0s\"\nallow = [\"127.0.0.0/8\"]\n[catalogue]\nwatch = \"none\"\nschedule = \"* * * * * *\"\n".to_owned();
    for page in 0..PAGES {
        let host = format!("127.2.{}.{}", page / 250, page % 250 + 1);
        config.push_str(&format!(
            "[[service]]\nname = \"Service {page}\"\nstatus = \"http://{host}:{port}\"\nplatform = \"statuspage.io\"\n"
        ));
    }
    fs::write(folder.join("feeds.toml"), &config).expect("writes");
    sweep(&folder, &seen, "first sight");
    for _ in 0..2 {
        sweep(&folder, &seen, "nothing changed");
    }
    seen.edition.fetch_add(1, Ordering::SeqCst);
    sweep(&folder, &seen, "every hundredth changed");
    let _gone = fs::remove_dir_all(&folder);
}

/// One sweep of `downwire fetch`, and what it cost.
fn sweep(folder: &std::path::Path, seen: &Seen, what: &str) {
    std::thread::sleep(Duration::from_millis(2_500));
    seen.counts.lock().expect("whole").clear();
    *seen.first.lock().expect("whole") = None;
    let began = Instant::now();
    let lines = program::json_lines(folder, &["fetch", "--json"]);
    let whole = began.elapsed().as_secs_f64();
    let (first, last) = (*seen.first.lock().expect("whole"), *seen.last.lock().expect("whole"));
    let asked = first.zip(last).map_or(0.0, |(first, last)| last.duration_since(first).as_secs_f64());
    let well = lines.iter().filter(|line| line["state"] == "ok").count();
    let sum = |key: &str| lines.iter().filter_map(|line| line[key].as_u64()).sum::<u64>();
    let counts = seen.counts.lock().expect("whole").clone();
    let all = counts.values().fold((0, 0, 0), |all, one| (all.0 + one.0, all.1 + one.1, all.2 + one.2));
    let pages = PAGES as f64;
    println!(
        "{what}: {} pages, {well} well, {} new, {} edited; {:.2} requests, {:.0} bytes and {:.2} ms a page; {asked:.2} s from first to last request, {whole:.2} s for the whole process",
        lines.len(),
        sum("new"),
        sum("edited"),
        all.0 as f64 / pages,
        all.2 as f64 / pages,
        whole * 1e3 / pages
    );
    for (document, (asked, unchanged, bytes)) in counts {
        println!("    {document}: {asked} asked, {unchanged} answered 304, {bytes} bytes");
    }
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

async fn answer(State(seen): State<Seen>, headers: HeaderMap, request: Request) -> Response {
    let now = Instant::now();
    seen.first.lock().expect("whole").get_or_insert(now);
    *seen.last.lock().expect("whole") = Some(now);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut parts = host.split([':', '.']).filter_map(|part| part.parse::<usize>().ok()).skip(2);
    let page = parts.next().unwrap_or(0) * 250 + parts.next().unwrap_or(1) - 1;
    let edition = if page % 100 == 0 { seen.edition.load(Ordering::SeqCst) } else { 0 };
    let query = request.uri().query().unwrap_or_default();
    let (document, body) = match request.uri().path() {
        "/api/v2/summary.json" => ("summary", summary(page, edition)),
        "/api/v2/incidents.json" => ("incidents", incidents(page, edition)),
        "/history.json" => {
            ("archive", archive(query.rsplit('=').next().and_then(|number| number.parse().ok()).unwrap_or(1)))
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let tag = format!("\"{document}-{edition}\"");
    let is_tagged = page.is_multiple_of(2);
    let has_it = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let (status, body) = if is_tagged && has_it {
        (StatusCode::NOT_MODIFIED, String::new())
    } else {
        (StatusCode::OK, body.to_string())
    };
    let mut counts = seen.counts.lock().expect("whole");
    let count = counts.entry(document).or_default();
    *count = (count.0 + 1, count.1 + usize::from(status == StatusCode::NOT_MODIFIED), count.2 + body.len());
    drop(counts);
    let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if is_tagged {
        answer.headers_mut().insert(header::ETAG, tag.parse().expect("a header"));
    }
    answer
}

fn identity(page: usize) -> Value {
    json!({ "id": format!("page{page:08}"), "name": format!("Service {page}"), "updated_at": "2026-01-02T03:04:05Z" })
}

fn summary(page: usize, edition: usize) -> Value {
    let state = if edition == 0 { "operational" } else { "major_outage" };
    let components: Vec<Value> = (0..COMPONENTS)
        .map(|at| json!({ "id": format!("c{at}"), "name": format!("Component {at}"), "status": if at == 0 { state } else { "operational" }, "group": false }))
        .collect();
    let indicator = if edition == 0 { "none" } else { "major" };
    json!({ "page": identity(page), "status": { "indicator": indicator }, "components": components, "incidents": [], "scheduled_maintenances": [] })
}

fn incidents(page: usize, edition: usize) -> Value {
    let list: Vec<Value> = (0..LISTED + edition)
        .rev()
        .take(LISTED)
        .map(|at| {
            let day = format!("2026-{:02}-{:02}", at / 25 + 1, at % 25 + 1);
            let post = |id: &str, status: &str, hour: u32, body: &str| {
                json!({ "id": format!("{at}-{id}"), "status": status, "body": body, "created_at": format!("{day}T{hour:02}:00:00.123Z"), "display_at": format!("{day}T{hour:02}:00:00.123Z") })
            };
            json!({
                "id": format!("incident{at:04}"), "name": "Elevated error rates", "status": "resolved", "impact": "minor",
                "created_at": format!("{day}T10:00:00.123Z"), "started_at": format!("{day}T10:00:00.113Z"),
                "resolved_at": format!("{day}T12:00:00.123Z"), "updated_at": format!("{day}T12:00:00.123Z"),
                "incident_updates": [
                    post("b", "resolved", 12, "This incident has been resolved."),
                    post("a", "investigating", 10, "We are investigating elevated error rates on our API and website."),
                ],
            })
        })
        .collect();
    json!({ "page": identity(page), "incidents": list })
}

fn archive(number: usize) -> Value {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let months: Vec<Value> = (0..3)
        .map(|back| {
            let month = 2026 * 12 - 3 * (number - 1) - back - 1;
            let (year, name) = (month / 12, NAMES[month % 12]);
            let listed = if number <= ARCHIVED { 3 } else { 0 };
            let incidents: Vec<Value> = (1..=listed)
                .map(|day| {
                    json!({
                        "code": format!("old{month}{day}"), "name": "An old incident", "message": "This incident has been resolved.",
                        "impact": "minor",
                        "timestamp": format!("{} <var data-var='date'>{day}</var>, <var data-var='time'>10:00</var> - <var data-var='time'>11:30</var> UTC", &name[..3]),
                    })
                })
                .collect();
            json!({ "name": name, "year": year, "starts_on": 1, "days": 30, "incidents": incidents })
        })
        .collect();
    json!({ "page_status": { "page": { "name": "Service", "time_zone": "UTC" } }, "months": months })
}
