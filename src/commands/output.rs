//! Lines on standard output: text for people, JSON Lines for programs.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

/// How a command speaks.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// JSON Lines were asked for.
    pub json: bool,
}

impl Output {
    /// JSON Lines or text.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints one line: the JSON value where JSON was asked for, else the text. A reader that went away (`| head`) ends
    /// the program quietly.
    pub fn line(self, json: impl FnOnce() -> serde_json::Value, text: impl FnOnce() -> String) {
        let line = if self.json { json().to_string() } else { text() };
        if writeln!(std::io::stdout().lock(), "{line}").is_err() {
            std::process::exit(0);
        }
    }

    /// A progress bar of `length` steps on a terminal; hidden everywhere else.
    pub fn progress(self, length: usize, what: &'static str) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(length as u64).with_message(what);
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {elapsed}");
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }
}
