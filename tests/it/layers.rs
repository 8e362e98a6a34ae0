//! The house keeps its order: imports point one way, pure stages do no IO and never ask the time, one file reads the
//! clock and one folder the environment. `layers/house.rs` looks after the project's other files.

mod house;
mod references;
mod tokens;

use std::{fs, path::Path};

use references::{Reference, references};

const VALUES: &str = "model text";
const CATALOGUE: &str = "model text catalogue";
const BELOW_JOBS: &str = "model text catalogue source classify facts stats render config fetch store search";
const BELOW_COMMANDS: &str =
    "model text catalogue source classify facts stats render config fetch store search jobs serve demo cli";
const BELOW_APP: &str =
    "model text catalogue source classify facts stats render config fetch store search jobs serve demo cli commands";
const EVERYTHING: &str = "model text catalogue source classify facts stats render config fetch store search jobs serve demo cli commands app";

/// Every folder (or file) directly under `src`, and what it may import besides itself.
const LAYERS: [(&str, &str); 19] = [
    ("model", ""),
    ("text", ""),
    ("catalogue", VALUES),
    ("source", CATALOGUE),
    ("classify", CATALOGUE),
    ("facts", CATALOGUE),
    ("stats", CATALOGUE),
    ("render", VALUES),
    ("config", CATALOGUE),
    ("fetch", "model"),
    ("store", "model"),
    ("search", VALUES),
    ("jobs", BELOW_JOBS),
    ("serve", BELOW_JOBS),
    ("demo", BELOW_JOBS),
    // What a user may write: declarations, of which every command reads its part.
    ("cli", VALUES),
    ("commands", BELOW_COMMANDS),
    ("app", BELOW_APP),
    ("main", EVERYTHING),
];

/// What `folder` may import; nothing where it has no row.
fn allowed(folder: &str) -> Vec<&'static str> {
    let row = LAYERS.iter().find(|(name, _)| *name == folder);
    row.map(|(_, allowed)| allowed.split(' ').filter(|name| !name.is_empty()).collect()).unwrap_or_default()
}

/// The folders that do no IO and never ask the time.
const PURE: [&str; 8] = ["model", "text", "catalogue", "source", "classify", "facts", "stats", "render"];

/// What a pure folder must not refer to: a path that begins so. Printing is IO too.
const IMPURE: [&str; 21] = [
    "std::*",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "tokio",
    "reqwest",
    "sea_orm",
    "axum",
    "tower_http",
    "tantivy",
    "print::!",
    "println::!",
    "eprint::!",
    "eprintln::!",
    "dbg::!",
];

/// Addresses are values; asking for them is not.
const PURE_ALL_THE_SAME: [&str; 5] = [
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::net::SocketAddr",
    "std::net::AddrParseError",
];

/// Every way to ask the time, by its last two words: the first may have been re-exported by anybody.
const CLOCKS: [&str; 7] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "ZonedDateTime::now",
    "Utc::now",
    "Local::now",
    "OffsetDateTime::now",
];

/// The wall clocks among them: outside the pure folders a stopwatch (`Instant`) is no question for the time.
const STOPWATCH: &str = "Instant::now";

/// Every way to read the environment.
const ENVIRONMENT: [&str; 4] = ["std::env::var", "std::env::var_os", "std::env::vars", "std::env::vars_os"];

/// What is wrong with `reference` in the file `path` (relative to `src`), if anything.
fn fault(path: &str, reference: &Reference) -> Option<String> {
    let folder = path.split(['/', '.']).next().unwrap_or_default();
    let written = reference.path.join("::");
    uphill(folder, reference)
        .or_else(|| impurity(folder, &written))
        .or_else(|| time_or_environment(path, folder, &written))
        .map(|what| format!("src/{path}:{}: {written}: {what}", reference.line))
}

/// An import against the order of the layers.
fn uphill(folder: &str, reference: &Reference) -> Option<String> {
    let [root, target, ..] = reference.path.as_slice() else {
        // `use crate as other` would let every later path escape this test.
        return (reference.path == ["crate"]).then(|| "the crate's root is not imported as a whole".to_owned());
    };
    if root != "crate" || target == folder {
        return None;
    }
    // The root holds constants besides the folders.
    if target != "*" && target.chars().all(|letter| letter == '_' || letter.is_ascii_uppercase()) {
        return None;
    }
    if !LAYERS.iter().any(|(name, _)| name == target) {
        return Some(format!("{target} has no layer: give it a row in tests/it/layers.rs"));
    }
    let allowed = allowed(folder);
    (!allowed.contains(&target.as_str())).then(|| {
        let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
        format!("{folder} may import {allowed}, but not {target}")
    })
}

/// IO or a clock in a pure folder.
fn impurity(folder: &str, written: &str) -> Option<String> {
    if !PURE.contains(&folder) || PURE_ALL_THE_SAME.iter().any(|pure| begins(written, pure)) {
        return None;
    }
    if IMPURE.iter().any(|impure| begins(written, impure)) {
        return Some(format!("{folder} is pure and does no IO"));
    }
    let asks = CLOCKS.iter().any(|clock| ends(written, clock));
    let imports = ["std::time::SystemTime", "std::time::Instant"].contains(&written);
    (asks || imports).then(|| format!("{folder} is pure: the time is an argument"))
}

/// The wall clock outside `app/clock.rs`, the environment outside `config`.
fn time_or_environment(path: &str, folder: &str, written: &str) -> Option<String> {
    let wall_clock = CLOCKS.iter().any(|clock| *clock != STOPWATCH && ends(written, clock));
    if wall_clock && path != "app/clock.rs" {
        return Some("only app/clock.rs reads the time".to_owned());
    }
    let environment = ENVIRONMENT.iter().any(|read| begins(written, read));
    (environment && folder != "config").then(|| "only config reads the environment".to_owned())
}

/// Whether `path` is `start` or lies in it.
fn begins(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether the last words of `path` are `end`.
fn ends(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

/// All that is wrong in one file.
fn faults(path: &str, source: &str) -> Vec<String> {
    let module = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let module: Vec<_> = if ["main", "lib"].contains(&module) { vec![] } else { module.split('/').collect() };
    let mut faults: Vec<_> = references(&module, source).iter().filter_map(|found| fault(path, found)).collect();
    faults.dedup();
    faults
}

/// Every `.rs` file under `folder` with its path relative to `src`, sorted.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).expect("sources are UTF-8")));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    found.sort();
    assert!(found.len() > 20, "only {} files under src: the walk is broken", found.len());
    found
}

#[test]
fn imports_point_one_way_and_pure_folders_stay_pure() {
    let faults: Vec<_> = sources().iter().flat_map(|(path, source)| faults(path, source)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_folder_has_a_layer() {
    for (path, _) in sources() {
        let folder = path.split(['/', '.']).next().unwrap_or_default();
        let known = folder == "lib" || LAYERS.iter().any(|(name, _)| *name == folder);
        assert!(known, "src/{folder} has no layer: give it a row in tests/it/layers.rs");
    }
}

#[test]
fn no_layer_imports_one_that_imports_it() {
    for (name, _) in LAYERS {
        for target in allowed(name) {
            assert!(!allowed(target).contains(&name), "{name} and {target} may import each other");
        }
    }
}

#[test]
fn a_wrong_snippet_is_found_with_file_and_line() {
    for (path, source, expected) in [
        (
            "model/item.rs",
            "\nuse crate::text::urls;",
            "src/model/item.rs:2: crate::text::urls: model may import nothing",
        ),
        ("text/html.rs", "use crate::model::Item;", "text may import nothing, but not model"),
        ("source/feed.rs", "use crate::{model::Item, classify::judge};", "not classify"),
        ("classify/mod.rs", "fn f() { crate::source::read() }", "not source"),
        ("render/page.rs", "use crate::catalogue::Service;", "not catalogue"),
        ("render/page.rs", "use super::super::store::Store;", "crate::store::Store"),
        ("fetch/mod.rs", "use super::search;", "not search"),
        ("fetch/mod.rs", "use crate::config;", "not config"),
        ("store/mod.rs", "mod tests { use super::super::fetch::Client; }", "not fetch"),
        ("config/raw.rs", "use crate::source::Protocol;", "not source"),
        ("jobs/ingest.rs", "use crate::serve::pages;", "not serve"),
        ("serve/pages.rs", "use crate::jobs::ingest;", "not jobs"),
        ("demo/mod.rs", "use crate::commands::run;", "not commands"),
        ("commands/run.rs", "use crate::app::Running;", "not app"),
        ("jobs/import.rs", "use crate::cli::ImportArgs;", "not cli"),
        ("cli.rs", "use crate::commands::run;", "not commands"),
        ("cli.rs", "use crate::app::Running;", "not app"),
        ("lib.rs", "use crate::model::Item;", "not model"),
        ("fetch/mod.rs", "use crate::nowhere;", "has no layer"),
        ("fetch/mod.rs", "use crate::*;", "has no layer"),
        ("fetch/mod.rs", "use crate as everything;", "as a whole"),
        ("model/item.rs", "use std::{fmt, fs};", "std::fs: model is pure and does no IO"),
        ("text/html.rs", "use std::io; fn f() { io::stdin(); }", "does no IO"),
        ("text/html.rs", "use std::*; fn f() { fs::read(1); }", "does no IO"),
        ("source/feed.rs", "async fn f() { tokio::time::sleep(d).await }", "does no IO"),
        ("source/feed.rs", "use std::net::ToSocketAddrs;", "does no IO"),
        ("classify/mod.rs", "fn f() { println!(\"x\") }", "does no IO"),
        ("render/page.rs", "use jiff::Timestamp as T; fn f() { T::now() }", "the time is an argument"),
        ("render/page.rs", "use crate::model::Timestamp; fn f() { Timestamp::now() }", "the time is an argument"),
        ("model/time.rs", "use std::time::Instant;", "the time is an argument"),
        ("store/mod.rs", "fn f() { std::time::SystemTime::now() }", "only app/clock.rs"),
        ("app/mod.rs", "use jiff::Timestamp; fn f() { Timestamp::now() }", "only app/clock.rs"),
        ("commands/run.rs", "use std::env; fn f() { env::var(\"X\") }", "only config"),
    ] {
        let found = faults(path, source);
        let named = found.iter().any(|fault| fault.contains(expected) && fault.starts_with(&format!("src/{path}:")));
        assert!(named, "{path}: {source}\nfound {found:?}, expected {expected:?}");
    }
}

#[test]
fn a_right_snippet_is_let_through() {
    for (path, source) in [
        ("model/item.rs", "use super::{Id, id::digest}; use std::{fmt, collections::HashMap};"),
        ("text/urls.rs", "use std::net::{IpAddr, Ipv4Addr}; // crate::store, std::fs\n"),
        (
            "source/feed.rs",
            "use crate::{catalogue::Service, model::*, text::charset}; const S: &str = \"std::fs::read\";",
        ),
        ("render/page.rs", "use crate::{VERSION, model::Item}; fn f(now: Timestamp) { clock.now() }"),
        ("search/index.rs", "use crate::{model::Hit, text::words};"),
        ("fetch/mod.rs", "use std::{fs, time::Instant}; fn f() { Instant::now() }"),
        ("demo/mod.rs", "use crate::{config::Settings, model::id}; use tokio::net::TcpListener;"),
        ("commands/demo.rs", "use crate::{cli::DemoArgs, demo::PretendInternet, jobs::ingest, serve};"),
        ("app/clock.rs", "use jiff::Timestamp; fn f() { Timestamp::now() }"),
        ("config/read.rs", "fn f() { std::env::var(\"DOWNWIRE_TOKEN\") }"),
        ("main.rs", "use downwire::{app, commands}; fn main() { downwire::app::start() }"),
    ] {
        assert_eq!(faults(path, source), Vec::<String>::new(), "{path}: {source}");
    }
}
