//! End to end, the whole process: from feeds on the loopback to searchable. `tests/bench/run` pins the program to one
//! core. Prints rates; asserts nothing but completeness.

#[path = "../it/support/feeds.rs"]
mod feeds;
#[path = "../it/support/program.rs"]
#[expect(dead_code, reason = "the benchmark needs less of it than the tests")]
mod program;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use feeds::{Feeds, Plan};

fn main() {
    measure("posts of 200 bytes", Plan { feeds: 200, batches: 1, items: 500, text: 200 });
    measure("articles of 4 KB", Plan { feeds: 100, batches: 1, items: 100, text: 4_000 });
}

fn measure(what: &str, plan: Plan) {
    let folder: PathBuf = std::env::temp_dir().join(format!("downwire-bench-{}", std::process::id()));
    let _left_over = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("makes a folder");
    let feeds = Feeds::start(plan);
    fs::write(folder.join("feeds.toml"), feeds.config("127.0.0.1:0", "")).expect("writes");
    let all = plan.feeds * plan.batches * plan.items;
    let began = Instant::now();
    let running = program::start(program::command(&folder, &["run"]));
    let up = began.elapsed();
    let words = format!(">{all} found, newest first");
    running.wait_for("everything", Duration::from_secs(300), |running| {
        running.get("/search?q=service").body.contains(&words)
    });
    let took = began.elapsed() - up;
    println!(
        "{what}: {all} searchable {:.1} s after the start, {:.0} a second (up after {up:?})",
        took.as_secs_f64(),
        all as f64 / took.as_secs_f64()
    );
    drop(running);
    let size = |name: &str| walk(&folder.join("index").join(name)) as f64 / 1e6;
    println!("  search index {:.1} MB, everything {:.1} MB", size("search"), size(""));
    let _gone = fs::remove_dir_all(&folder);
}

fn walk(path: &std::path::Path) -> u64 {
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(
            |entry| {
                if entry.path().is_dir() { walk(&entry.path()) } else { entry.metadata().map_or(0, |data| data.len()) }
            },
        )
        .sum()
}
