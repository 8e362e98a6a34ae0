//! Many sources that fail at once for one reason: a hosting platform of status pages has trouble, or this machine has no
//! connection. That is one trouble, not many outages, and it is said once.

use jiff::SignedDuration;

use super::{Health, SourceKind, SourceSpec, SourceState, Timestamp};

/// So many sources must fail together …
const AT_LEAST: usize = 10;
/// … and so many of a hundred of those that were read before.
const OF_A_HUNDRED: usize = 60;
/// What was read for the last time within this long failed at once: three sweeps of the default schedule.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(15);

/// Hosts of pages that are many companies': the end of a host's name, and what it is called.
const HOSTINGS: [(&str, &str); 15] = [
    ("statuspage.io", "Statuspage"),
    ("incident.io", "incident.io"),
    ("instatus.com", "Instatus"),
    ("hostedstatus.com", "Status.io"),
    ("status.io", "Status.io"),
    ("betteruptime.com", "Better Stack"),
    ("betterstack.com", "Better Stack"),
    ("hund.io", "Hund"),
    ("statuspal.io", "Statuspal"),
    ("freshstatus.io", "Freshstatus"),
    ("sorryapp.com", "Sorry"),
    ("statuscast.com", "StatusCast"),
    ("firehydrant.io", "FireHydrant"),
    ("uptimerobot.com", "UptimeRobot"),
    ("statuspage.datadoghq.com", "Datadog"),
];

/// The hosting whose own name a host stands under; such a host says nothing of who speaks there.
pub fn hosting(host: &str) -> Option<&'static str> {
    let name = host.split(':').next().unwrap_or(host).to_lowercase();
    let under = |end: &str| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    HOSTINGS.iter().find(|(end, _)| under(end)).map(|(_, hosting)| *hosting)
}

/// One trouble of many sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The platform; `None` when it is all platforms at once, which is this machine's trouble.
    pub platform: Option<&'static str>,
    /// Sources that fail for it.
    pub failing: usize,
    /// Sources that were read until it began.
    pub of: usize,
    /// When the last of them was still read.
    pub since: Timestamp,
    /// What the last of them to be asked said.
    pub error: String,
}

impl Trouble {
    /// In words.
    pub fn words(&self) -> String {
        let Self { failing, of, error, .. } = self;
        let since = self.since.strftime("%Y-%m-%d %H:%M UTC");
        match self.platform {
            Some(platform) => format!(
                "{failing} of {of} pages on {platform} fail together since {since}: the platform has trouble, which says \
                 nothing of the services ({error})"
            ),
            None => format!(
                "{failing} of {of} sources on several platforms fail together since {since}: most likely this machine has \
                 no connection ({error})"
            ),
        }
    }
}

/// What is wrong with many sources at once. A trouble of everything hides those of single platforms.
pub fn troubles(sources: &[(&SourceSpec, Option<&SourceState>)]) -> Vec<Trouble> {
    let polled: Vec<(&'static str, &SourceState)> =
        sources.iter().filter_map(|(spec, state)| Some((group(spec, (*state)?), (*state)?))).collect();
    let mut platforms: Vec<&'static str> = polled.iter().map(|(platform, _)| *platform).collect();
    platforms.sort_unstable();
    platforms.dedup();
    if platforms.len() > 1 {
        let everything: Vec<&SourceState> = polled.iter().map(|(_, state)| *state).collect();
        let fails = |platform: &&&'static str| polled.iter().any(|(own, state)| own == *platform && is_failing(state));
        let is_all = platforms.iter().filter(fails).count() > 1;
        if let Some(trouble) = trouble(None, &everything).filter(|_| is_all) {
            return vec![trouble];
        }
    }
    let of = |platform: &'static str| -> Vec<&SourceState> {
        polled.iter().filter(|(own, _)| *own == platform).map(|(_, state)| *state).collect()
    };
    let pages = platforms.into_iter().filter(|platform| *platform != SourceKind::Feed.as_str());
    pages.filter_map(|platform| trouble(Some(platform), &of(platform))).collect()
}

/// What a source stands or falls with: its hosting, else its platform.
fn group(spec: &SourceSpec, state: &SourceState) -> &'static str {
    let host =
        state.address().split("//").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    hosting(host).unwrap_or_else(|| {
        let kind = state.platform.filter(|_| spec.kind == SourceKind::Page).unwrap_or(spec.kind);
        let is_named = |name: &&str| name.to_lowercase().replace(' ', "") == kind.as_str();
        HOSTINGS.iter().map(|(_, name)| *name).find(is_named).unwrap_or(kind.as_str())
    })
}

fn is_failing(state: &SourceState) -> bool {
    state.failures > 0 && matches!(state.health, Health::Failing | Health::Limited)
}

/// The last time that a source was well, or was asked when it never was.
fn last_well(state: &SourceState) -> Option<Timestamp> {
    state.last_success.or(state.last_attempt)
}

/// The densest quarter of an hour in which failing sources were read for the last time, where it is dense enough.
fn trouble(platform: Option<&'static str>, states: &[&SourceState]) -> Option<Trouble> {
    let mut failing: Vec<(Timestamp, &SourceState)> =
        states.iter().filter(|state| is_failing(state)).filter_map(|state| Some((last_well(state)?, *state))).collect();
    failing.sort_by_key(|(at, _)| *at);
    let mut best = 0..0;
    let mut from = 0;
    for until in 0..failing.len() {
        while failing[until].0.duration_since(failing[from].0) > AT_ONCE {
            from += 1;
        }
        if until + 1 - from > best.len() {
            best = from..until + 1;
        }
    }
    let together = failing.get(best)?;
    let began = together.first()?.0;
    // Who had failed long before stands for neither side.
    let of = states.iter().filter(|state| last_well(state).is_some_and(|at| at >= began)).count();
    if together.len() < AT_LEAST || together.len() * 100 < of * OF_A_HUNDRED {
        return None;
    }
    let newest = together.iter().max_by_key(|(_, state)| state.last_error_at)?;
    Some(Trouble {
        platform,
        failing: together.len(),
        of,
        since: together.last()?.0,
        error: newest.1.last_error.clone().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;
