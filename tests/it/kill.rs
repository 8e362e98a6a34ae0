//! Killed at any instant, nothing is lost and nothing is there twice; and what else must survive.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use downwire::{
    model::Query,
    search::{Order, Search, Window},
    store::{Store, Target},
};

use crate::support::{
    backend::{Backend, Folder, target},
    clock::FixedClock,
    feeds::{Feeds, Plan},
    program::{self, Running},
};

/// 20,000 items in 40 feeds, ten at a time.
const PLAN: Plan = Plan { feeds: 40, batches: 50, items: 10, text: 200 };

/// Kills on SQLite.
const KILLS: usize = 50;

fn run(folder: &Path) -> Running {
    program::start(program::command(folder, &["run"]))
}

/// How many items search finds in all, by the page.
fn found(running: &Running) -> usize {
    let page = running.get("/search?q=service").body;
    let words = page.split_once(" found, newest first").map_or("", |(before, _)| before);
    words.rsplit('>').next().and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// Random enough, and the same every time: a linear congruential generator (Knuth's MMIX constants).
fn pauses() -> impl Iterator<Item = Duration> {
    let mut seed = 20_241_226_u64;
    std::iter::repeat_with(move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(20 + (seed >> 33) % 700)
    })
}

/// Every item is in the store once and in search once, and no cursor is ahead.
async fn all_is_there(target: &Target, folder: &Path) {
    let expected = PLAN.feeds * PLAN.batches * PLAN.items;
    let store = Store::open(target, std::sync::Arc::new(FixedClock::at("2026-01-01T00:00:00Z"))).await.expect("opens");
    let totals = store.totals().await.expect("counts");
    assert_eq!(totals.items as usize, expected, "items in the store");
    // Every item came once: a second coming would be an edit or a change more.
    assert_eq!(store.head().await.expect("reads").seq as usize, expected, "changes");
    let search = Search::open(&folder.join("index")).expect("opens");
    let window = Window { after: None, limit: expected * 2, order: Order::Newest };
    let hits = search.search(&Query::default(), window).expect("searches");
    let ids: HashSet<_> = hits.hits.iter().map(|hit| hit.id).collect();
    assert_eq!((hits.total, hits.hits.len(), ids.len()), (expected, expected, expected), "documents in search");
    let states = store.source_states().await.expect("reads");
    for (name, state) in &states {
        let tag = state.validators.values().next().and_then(|validators| validators.etag.clone());
        assert_eq!(tag, Some(format!("\"{}\"", PLAN.batches)), "the cursor of {name}");
        assert_eq!(state.items as usize, PLAN.batches * PLAN.items, "the count of {name}");
    }
    assert_eq!(states.len(), PLAN.feeds);
}

async fn kill_again_and_again(backend: Backend, kills: usize) {
    let folder = Folder::new();
    let Some(target) = target(backend, &folder).await else { return };
    let database = match &target {
        Target::Sqlite(_) => String::new(),
        Target::Postgres(url) => format!("database = \"{url}\""),
    };
    let feeds = Feeds::start(PLAN);
    fs::write(folder.path().join("feeds.toml"), feeds.config("127.0.0.1:0", &database)).expect("writes");
    let mut in_the_middle = 0;
    for pause in pauses().take(kills) {
        let running = run(folder.path());
        thread::sleep(pause);
        in_the_middle += usize::from(found(&running) < PLAN.feeds * PLAN.batches * PLAN.items);
        running.kill();
    }
    let running = run(folder.path());
    let expected = PLAN.feeds * PLAN.batches * PLAN.items;
    running.wait_for("everything", Duration::from_secs(120), |running| found(running) == expected);
    assert_eq!(running.terminate(), Some(0));
    println!("{backend:?}: {kills} kills, {in_the_middle} of them before everything was there");
    assert!(in_the_middle * 2 > kills, "too few kills hit the middle: {in_the_middle}");
    let target = match target {
        Target::Sqlite(_) => Target::Sqlite(folder.path().join("index/downwire.db")),
        postgres @ Target::Postgres(_) => postgres,
    };
    all_is_there(&target, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_on_sqlite_lose_nothing_and_double_nothing() {
    kill_again_and_again(Backend::Sqlite, KILLS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_on_postgres_lose_nothing_and_double_nothing() {
    kill_again_and_again(Backend::Postgres, 5).await;
}

/// A small archive that is read completely.
fn small() -> (Folder, Feeds, usize) {
    let plan = Plan { feeds: 3, batches: 4, items: 5, text: 100 };
    let (folder, feeds) = (Folder::new(), Feeds::start(plan));
    fs::write(folder.path().join("feeds.toml"), feeds.config("127.0.0.1:0", "")).expect("writes");
    (folder, feeds, plan.feeds * plan.batches * plan.items)
}

#[test]
fn a_restored_backup_makes_search_right_again_without_a_command() {
    let (folder, _feeds, all) = small();
    let index = folder.path().join("index");
    let running = run(folder.path());
    running.wait_for("the first items", Duration::from_secs(20), |running| found(running) >= 15);
    let copy = folder.path().join("copy.db");
    let copied = program::call(folder.path(), &["backup", &copy.to_string_lossy()]);
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    running.wait_for("everything", Duration::from_secs(30), |running| found(running) == all);
    assert_eq!(running.terminate(), Some(0));
    for log in ["downwire.db-wal", "downwire.db-shm"] {
        let _none = fs::remove_file(index.join(log));
    }
    fs::copy(&copy, index.join("downwire.db")).expect("copies");
    // The feeds go on from the restored cursor, so everything comes back; in between search must not show what is gone.
    let before = program::json_lines(folder.path(), &["search", "--json", "--limit", "1000", "service"]);
    let held = program::json_lines(folder.path(), &["reindex", "--json"])[0]["documents"].as_u64().expect("a number");
    assert_eq!(before.len() as u64, held, "search shows what the restored archive holds");
    assert!((15..all as u64).contains(&held), "{held}");
    let running = run(folder.path());
    running.wait_for("everything again", Duration::from_secs(30), |running| found(running) == all);
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn an_import_beside_a_run_is_searchable_within_two_seconds() {
    let (folder, _feeds, all) = small();
    let running = run(folder.path());
    running.wait_for("everything", Duration::from_secs(30), |running| found(running) == all);
    let file = folder.path().join("more.json");
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "more", "items": [
        { "id": "1", "content_text": "a quokka is down", "date_published": "2024-12-26T18:30:00Z" } ] });
    fs::write(&file, feed.to_string()).expect("writes");
    let lines = program::json_lines(folder.path(), &["import", "--json", &file.to_string_lossy()]);
    let imported = Instant::now();
    assert_eq!(lines[1]["summary"]["new"], 1, "{lines:?}");
    let took = running.wait_for("the import", Duration::from_secs(2), |running| {
        running.get("/search?q=quokka").body.contains("1 found")
    });
    println!("searchable {:?} after the import ended", took.min(imported.elapsed()));
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn a_full_disk_turns_readiness_red_and_recovers_by_itself() {
    let is_root =
        fs::metadata("/proc/self").map(|data| std::os::unix::fs::MetadataExt::uid(&data)).is_ok_and(|id| id == 0);
    if !is_root {
        println!("skipped: only root can mount a small disk to fill");
        return;
    }
    let plan = Plan { feeds: 4, batches: 200, items: 20, text: 2_000 };
    let (folder, feeds) = (Folder::new(), Feeds::start(plan));
    let disk = folder.path().join("index");
    fs::create_dir_all(&disk).expect("makes the folder");
    let mount = |arguments: &[&str]| {
        std::process::Command::new(arguments[0]).args(&arguments[1..]).status().expect("runs").success()
    };
    let path = disk.to_string_lossy().into_owned();
    assert!(mount(&["mount", "-t", "tmpfs", "-o", "size=12m", "none", &path]), "can mount a small disk");
    // Ballast leaves a little room; taking it away is what an operator does.
    fs::write(disk.join("ballast"), vec![0; 6_000_000]).expect("writes");
    fs::write(folder.path().join("feeds.toml"), feeds.config("127.0.0.1:0", "")).expect("writes");
    let running = run(folder.path());
    let red = running.wait_for("red", Duration::from_secs(60), |running| running.get("/readyz").status == 503);
    let said = running.get("/readyz").body;
    assert!(said.contains("full") || said.contains("No space left"), "{said}");
    assert_eq!(running.get("/healthz").status, 200);
    let before = found(&running);
    fs::remove_file(disk.join("ballast")).expect("removes");
    let green = running.wait_for("green", Duration::from_secs(30), |running| running.get("/readyz").status == 200);
    running.wait_for("more items", Duration::from_secs(30), |running| found(running) > before);
    println!("red after {red:?}, green {green:?} after there was room");
    drop(running);
    thread::sleep(Duration::from_millis(200));
    assert!(mount(&["umount", "-l", &path]), "can unmount");
}
