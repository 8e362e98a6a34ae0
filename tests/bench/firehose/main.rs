//! The firehose: a server that speaks Jetstream's wire, and a real `downwire run` that listens to it. Prints what it cost,
//! how far behind it was, and whether anything that mattered was lost or counted
//! wrongly; asserts nothing but that.
//!
//! `cargo bench --bench firehose [-- SECONDS]`: so long at ten times the real rate; the other runs take 20 s each.

mod generator;
#[path = "../../it/support/program.rs"]
#[expect(dead_code, reason = "the benchmark needs less of it than the tests")]
mod program;
mod truth;
mod watch;
mod words;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use generator::{Plan, Sent};
use watch::{Archive, Process, Seen};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let Some(plan) = arguments.first().and_then(|plan| serde_json::from_str(plan).ok()) {
        return generator::run(plan);
    }
    let seconds = arguments.first().and_then(|seconds| seconds.parse().ok()).unwrap_or(300);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut runs = vec![
        ("ten times the real rate", Plan { rate: 800, seconds, everything: false }),
        ("the same, from a server that sends everything", Plan { rate: 800, seconds: 20, everything: true }),
        ("20,000 a second", Plan { rate: 20_000, seconds: 20, everything: false }),
        ("as fast as it is listened to", Plan { rate: 0, seconds: 20, everything: false }),
    ];
    if let Some(only) = arguments.get(1) {
        runs.retain(|(what, _)| what.contains(only.as_str()));
    }
    for (what, plan) in runs {
        runtime.block_on(measure(what, plan));
    }
}

/// A generator in a process of its own.
fn generate(plan: Plan) -> (Child, BufReader<std::process::ChildStdout>, String) {
    let plan = serde_json::to_string(&plan).expect("JSON");
    let program = std::env::current_exe().expect("a path");
    let mut child = Command::new(program)
        .arg(plan)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the generator starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    let mut address = String::new();
    lines.read_line(&mut address).expect("says where it is");
    (child, lines, address.trim().to_owned())
}

async fn measure(what: &str, plan: Plan) {
    let folder: PathBuf = std::env::temp_dir().join(format!("downwire-firehose-{}", std::process::id()));
    let _left_over = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("makes a folder");
    let (mut generator, lines, address) = generate(plan);
    let config = format!(
        "[archive]\npath = \"index\"\n[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\n\
         [catalogue]\nwatch = \"none\"\n[[posts]]\nkind = \"jetstream\"\nserver = \"ws://{address}\"\n"
    );
    fs::write(folder.join("feeds.toml"), config).expect("writes");
    let running = program::start(program::command(&folder, &["run"]));
    let (process, began) = (Process::of(running.id()), Instant::now());
    let cpu = process.cpu();
    let mut archive = Archive::open(&folder.join("index/downwire.db")).await;
    let told = std::thread::spawn(move || {
        let mut lines = lines;
        let mut line = String::new();
        lines.read_line(&mut line).expect("says what it sent");
        serde_json::from_str::<Sent>(&line).expect("JSON")
    });
    let mut seen = Seen::default();
    let mut busy = None;
    while busy.is_none() || !archive.is_quiet(Duration::from_secs(2)) {
        archive.look(&mut seen).await;
        seen.gauge(&running.get("/metrics").body);
        if told.is_finished() && busy.is_none() {
            busy = Some((process.cpu() - cpu, began.elapsed()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (used, took) = busy.expect("it was waited for");
    let sent = told.join().expect("says what it sent");
    let peak = process.peak();
    running.terminate();
    archive.look(&mut seen).await;
    let counted = archive.counted().await;
    drop(generator.stdin.take());
    let _ended = generator.wait();
    println!(
        "{what}: {} posts in {:.1} s, {:.0} posts ({:.0} frames, {:.1} MB) a second",
        sent.posts,
        sent.took,
        sent.posts as f64 / sent.took,
        sent.frames as f64 / sent.took,
        sent.bytes as f64 / sent.took / 1e6
    );
    println!("  {:.1} % of one core, {peak:.0} MB at most", used.as_secs_f64() / took.as_secs_f64() * 100.0);
    seen.print_lags();
    report(&sent, &seen, &counted, &truth::of(plan, sent.posts));
    let _gone = fs::remove_dir_all(&folder);
}

/// What was kept and counted beside what had to be.
fn report(sent: &Sent, seen: &Seen, counted: &BTreeMap<String, i64>, truth: &truth::Outcome) {
    let lost = truth.kept.difference(&seen.kept).count();
    let besides = seen.kept.difference(&truth.kept).count();
    println!("  judged relevant: {}; lost {lost}, kept besides {besides}", truth.kept.len());
    println!(
        "  written as reports: {}, kept {}; kept of {} mentions {}, of the chatter {}",
        sent.reports,
        seen.count('r'),
        sent.mentions,
        seen.count('m'),
        seen.count('c')
    );
    let sum = |counts: &BTreeMap<String, i64>| counts.values().sum::<i64>();
    println!(
        "  counted: {}, had to be {}; equal by service: {}",
        sum(counted),
        sum(&truth.counts),
        *counted == truth.counts
    );
    assert_eq!((lost, besides), (0, 0), "what is kept differs from what is relevant");
    assert_eq!(*counted, truth.counts);
}
