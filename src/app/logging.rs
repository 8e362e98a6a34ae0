//! The log: to standard error, text on a terminal and JSON otherwise when asked. Each failure is logged once, where it
//! is handled; source health has its own page, so a failing source is no log line.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command};

/// Starts the log. `level` is `DOWNWIRE_LOG` as `config` read it.
pub fn start(level: Option<&str>, cli: &Cli) {
    let serving = matches!(cli.command, None | Some(Command::Run(_)));
    // tantivy tells of every commit and merge: only its warnings are wanted.
    let filter =
        level.map_or_else(|| EnvFilter::new(if serving { "warn,downwire=info" } else { "warn" }), EnvFilter::new);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    // A second start (in a test) changes nothing.
    let _started = if cli.json && serving { log.json().try_init() } else { log.with_target(false).try_init() };
}
