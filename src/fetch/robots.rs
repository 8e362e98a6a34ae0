//! What robots.txt says (RFC 9309), asked before a page for people is read. Feeds and APIs are made for programs and are
//! not asked about.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::SignedDuration;
use robotstxt::DefaultMatcher;
use url::Url;

use super::{FetchError, Fetcher};
use crate::model::{Ask, Timestamp};

/// How long it holds. RFC 9309, 2.4: at most 24 hours.
const HOLDS: SignedDuration = SignedDuration::from_hours(24);

/// Bytes of it that are read. RFC 9309, 2.5: at least 500 KiB.
const LARGEST: usize = 500 * 1024;

/// Hosts that are remembered.
const REMEMBERED: usize = 1_000;

/// When a host was asked, and what it said.
type Said = (Timestamp, Arc<str>);

/// What each host said.
#[derive(Debug, Clone, Default)]
pub(super) struct Robots(Arc<Mutex<HashMap<String, Said>>>);

/// Nothing may be read: what stands for a robots.txt that cannot be had because the server is in trouble.
const NOTHING: &str = "User-agent: *\nDisallow: /\n";

impl Fetcher {
    /// Whether a page may be read.
    ///
    /// # Errors
    /// robots.txt forbids it, or the server asks us to wait.
    pub(super) async fn obey_robots(&self, url: &Url) -> Result<(), FetchError> {
        let root = url.origin().ascii_serialization();
        let rules = match self.robots.known(&root, self.clock.now()) {
            Some(rules) => rules,
            None => {
                let rules: Arc<str> = self.ask_robots(&root).await?.into();
                self.robots.remember(root, self.clock.now(), rules.clone());
                rules
            }
        };
        if allows(&rules, url) { Ok(()) } else { Err(FetchError::Robots(url.path().to_owned())) }
    }

    /// A server without one forbids nothing; one that is in trouble (5xx, no answer) is left alone.
    async fn ask_robots(&self, root: &str) -> Result<String, FetchError> {
        let ask = Ask { url: format!("{root}/robots.txt"), accept: "text/plain", ..Ask::default() };
        match Box::pin(self.get(&ask)).await {
            Ok(answer) => {
                let cut = answer.body.get(..LARGEST).unwrap_or(&answer.body);
                Ok(String::from_utf8_lossy(cut).into_owned())
            }
            Err(error) if error.is_limit() => Err(error),
            Err(FetchError::Gone(_) | FetchError::Forbidden(_) | FetchError::Redirects(_)) => Ok(String::new()),
            Err(FetchError::Status(status)) if status < 500 => Ok(String::new()),
            Err(_) => Ok(NOTHING.to_owned()),
        }
    }
}

impl Robots {
    fn known(&self, root: &str, now: Timestamp) -> Option<Arc<str>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, rules) = known.get(root)?;
        (now.duration_since(*at) < HOLDS).then(|| rules.clone())
    }

    fn remember(&self, root: String, now: Timestamp, rules: Arc<str>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(root, (now, rules));
    }
}

/// Whether the rules let us read an address. What the parser cannot take forbids: it was meant to say something.
fn allows(rules: &str, url: &Url) -> bool {
    let asked = || DefaultMatcher::default().one_agent_allowed_by_robots(rules, "downwire", url.as_str());
    catch_unwind(AssertUnwindSafe(asked)).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_holds_and_our_own_group_goes_before_that_of_all() {
        let url = |path: &str| Url::parse(&format!("https://t.example{path}")).expect("an address");
        let rules = "User-agent: *\nDisallow: /s/\nAllow: /s/open\n\nUser-agent: other\nDisallow: /\n";
        assert!(!allows(rules, &url("/s/channel")) && allows(rules, &url("/s/open")) && allows(rules, &url("/")));
        assert!(!allows("User-agent: downwire\nDisallow: /\n\nUser-agent: *\nAllow: /\n", &url("/s/a")));
        assert!(allows("", &url("/s/a")) && !allows(NOTHING, &url("/s/a")));
        assert!(allows("\u{feff}<html>ü\u{0}\n:::\n", &url("/s/ü%ff")));
    }
}
