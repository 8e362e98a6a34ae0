//! What a poll means for its source: health in words, the cursor, and when to come back. Pure.
//!
//! The schedule is the earliest time; Retry-After, ttl, Cache-Control and back-off only ever postpone (DESIGN section
//! 5).

use std::{collections::BTreeMap, time::Duration};

use super::trust::Evidence;
use crate::{
    config::Schedule,
    fetch::FetchError,
    model::{Answer, Doubt, Health, Outcome, SourceKind, SourceSpec, SourceState, Timestamp, Validators, id::digest},
    source::{ReadError, Reading},
};

/// No source is left alone for longer than this, whatever it asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A permanent redirect is believed after this many equal ones in a row …
const MOVES_SEEN: u32 = 3;
/// … over at least this long (protocols B2): a hotel's login page is permanent for an evening.
const MOVES_SINCE: Duration = Duration::from_secs(24 * 60 * 60);

/// A source is watched without a break while no more than so many intervals lie between two polls that worked.
const UNBROKEN: u32 = 3;

/// What is polled more often than every minute is watched without a break all the same when a poll or two are slow.
const SHORTEST_BREAK: Duration = Duration::from_secs(3 * 60);

/// How many skipped documents are named.
const NAMED: usize = 10;

/// What happened in one poll.
#[derive(Debug, Default)]
pub struct Report {
    validators: Vec<(String, Validators)>,
    moved_to: Option<String>,
    evidence: Evidence,
    cursor: BTreeMap<String, String>,
    skipped: Vec<String>,
    repaired: Vec<String>,
    read: bool,
    wait: Duration,
    failure: Option<Failure>,
    /// A chain of requests that the server cannot answer; what was read by others stands.
    lost: Option<Failure>,
}

/// Why a poll failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In words for an operator.
    pub words: String,
    /// Which health it means: failing, limited or stopped.
    pub health: Health,
    /// How long the server asked us to wait.
    pub retry_after: Option<Duration>,
    /// The server answers, and what was asked for is not there (404, 410).
    pub is_absence: bool,
    /// The server answers, with something else than what was asked for: another request may fare better at once.
    pub is_refusal: bool,
    /// The server cannot make sense of this one request (400): what it names is not there any more.
    pub is_wrong: bool,
}

impl Failure {
    /// A failure of which nothing more is known.
    fn failing(words: String) -> Self {
        Self {
            words,
            health: Health::Failing,
            retry_after: None,
            is_absence: false,
            is_refusal: false,
            is_wrong: false,
        }
    }

    /// A stage of ours failed in a way that it should not.
    pub fn bug() -> Self {
        let words = "downwire failed on what it sent (a bug worth reporting; the log has its place)".to_owned();
        Self::failing(words)
    }

    /// The archive refused what came.
    pub fn refused(words: String) -> Self {
        Self::failing(words)
    }

    /// What an answer means that `kind` of source gave. Reddit answers 403 where it means 429 (reported of its feeds since
    /// June 2026), and YouTube 404 and 500 for days about channels that are still there.
    pub fn of(kind: SourceKind, error: FetchError) -> Self {
        let mut failure = Self::from(error.clone());
        match (kind, error) {
            (SourceKind::Reddit, FetchError::Forbidden(status)) => {
                failure.words = format!("the server asks us to wait ({status}, which means a limit here)");
                failure.health = Health::Limited;
            }
            (SourceKind::YouTube, FetchError::Gone(_)) => failure.health = Health::Failing,
            _ => {}
        }
        failure
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let health = match &error {
            error if error.is_gone() => Health::Stopped,
            error if error.is_limit() => Health::Limited,
            _ => Health::Failing,
        };
        let is_absence = error.is_gone() || error == FetchError::Status(404);
        let is_wrong = error == FetchError::Status(400);
        let is_refusal = is_absence || matches!(error, FetchError::Status(_));
        Self { words: error.to_string(), health, retry_after: error.retry_after(), is_absence, is_refusal, is_wrong }
    }
}

impl From<super::detect::Undetected> for Failure {
    fn from(error: super::detect::Undetected) -> Self {
        match error {
            super::detect::Undetected::Unreachable(error) => error.into(),
            unknown => Self::failing(unknown.to_string()),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self { is_refusal: true, ..Self::failing(error.to_string()) }
    }
}

impl Report {
    /// The report of a poll that begins, of a service with these names.
    pub fn new(known_as: Vec<String>) -> Self {
        Self { evidence: Evidence::new(known_as), ..Self::default() }
    }

    /// What was seen so far of who speaks there.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// A poll that failed before anything was known.
    pub fn of(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// The answer to `asked`, an address at or below the source's `root`, came and was understood (or was unchanged).
    fn answered(&mut self, root: &str, asked: &str, answer: &Answer) {
        self.validators.push((asked.to_owned(), answer.validators.clone()));
        self.read |= answer.outcome == Outcome::Fresh;
        // Only the first request tells where the source lives.
        if self.validators.len() == 1 {
            // What was asked below the root has moved with the root, or the move says nothing of it.
            let below = asked.strip_prefix(root.trim_end_matches('/')).unwrap_or_default();
            let moved = answer.moved_to.as_deref().and_then(|target| target.strip_suffix(below));
            self.moved_to = moved.map(str::to_owned);
        }
        self.postpone(answer.fresh_for);
        self.postpone(answer.retry_after);
    }

    /// What the document says of itself, and what came of reading it. An older page of a feed is read once: what would
    /// make the next request for it conditional is of no use.
    pub fn document(
        &mut self,
        root: &str,
        asked: &str,
        answer: &Answer,
        reading: &mut Reading,
        is_history: bool,
        now: Timestamp,
    ) {
        if !is_history {
            self.answered(root, asked, answer);
            self.evidence.take(answer, reading, now);
            self.postpone(reading.lifetime);
            self.repaired.append(&mut reading.repaired);
        }
        self.cursor.append(&mut reading.cursor);
        self.skipped.append(&mut reading.skipped);
        // What was cut off comes again only to who does not say that it has it.
        if reading.is_cut && !is_history {
            self.validators.pop();
        }
    }

    /// The page runs on another platform now.
    pub fn changed_platform(&mut self, before: SourceKind, now: SourceKind) {
        self.repaired.push(format!("the page has moved from {} to {}", before.as_str(), now.as_str()));
    }

    /// The poll ended at what more a source has, such as older pages, which is no reason to call it broken. `cursor` says when
    /// to try again.
    pub fn history_ended(&mut self, failure: &Failure, mut cursor: BTreeMap<String, String>) {
        self.repaired.push(format!("what more it has was read in part: {}", failure.words));
        self.cursor.append(&mut cursor);
    }

    /// One of the chains of requests is one that the server cannot answer; the poll goes on with the next. `cursor` says
    /// where it is to begin.
    pub fn chain_lost(&mut self, chain: &str, failure: Failure, mut cursor: BTreeMap<String, String>) {
        self.skipped.push(format!("{chain}: {}", failure.words));
        self.cursor.append(&mut cursor);
        self.lost = Some(failure);
    }

    /// The poll ended here, or one of its chains did; the first failure is the one that is told.
    pub fn failed(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    /// The poll came to its end, or to that of what one poll may ask; what was read before may know it better.
    pub fn stopped(&mut self, cursor: BTreeMap<String, String>) {
        for (key, value) in cursor {
            self.cursor.entry(key).or_insert(value);
        }
    }

    fn postpone(&mut self, by: Option<Duration>) {
        self.wait = self.wait.max(by.unwrap_or_default());
    }
}

/// The state of a source after a poll.
pub fn after(spec: &SourceSpec, mut state: SourceState, mut report: Report, now: Timestamp) -> SourceState {
    state.last_attempt = Some(now);
    let before = state.clone();
    state.page = report.evidence.identity(&before);
    // What was read is committed with this, whatever came of the requests behind it.
    state.cursor.append(&mut report.cursor);
    if spec.kind.is_posts() {
        // Every answer has an address of its own, which is never asked again.
        report.validators.clear();
    }
    // Where no chain was answered, nothing was.
    let lost = report.lost.take().filter(|_| !report.read);
    match report.failure.clone().or(lost) {
        None => {
            state.newest = report.evidence.newest(&before);
            state.doubts = report.evidence.doubts(spec, &before, now);
            state.watched_since = Some(watched_since(spec, &before, now));
            succeed(&mut state, report, now);
        }
        Some(failure) => fail(&mut state, &failure, now),
    }
    state.next_poll = next_poll(spec, &state, now);
    state
}

fn succeed(state: &mut SourceState, report: Report, now: Timestamp) {
    // Validators are stored with what they stand for, and only when all of it was read.
    state.validators.extend(report.validators);
    follow_move(state, report.moved_to, now);
    state.last_success = Some(now);
    state.failures = 0;
    state.asked_wait = report.wait.min(LONGEST_WAIT);
    if report.read {
        let left_out = report.skipped.len().saturating_sub(NAMED);
        state.skipped = report.skipped.into_iter().take(NAMED).collect();
        if left_out > 0 {
            state.skipped.push(format!("and {left_out} more"));
        }
        state.repaired = report.repaired;
    }
    let is_blind = state.doubts.iter().any(Doubt::blinds);
    state.health = match (is_blind, state.skipped.is_empty()) {
        (true, _) => Health::Doubtful,
        (false, false) => Health::Partial,
        (false, true) => Health::Ok,
    };
}

/// The beginning of the time in which the source was read without a longer break, this poll included.
fn watched_since(spec: &SourceSpec, before: &SourceState, now: Timestamp) -> Timestamp {
    let since = before.last_success.zip(before.watched_since);
    // Who asks for patience is still being watched; a source that was asked as planned was so too.
    let longest = (interval(spec, now).max(before.asked_wait) * UNBROKEN).max(SHORTEST_BREAK);
    let longest = jiff::SignedDuration::try_from(longest).unwrap_or(jiff::SignedDuration::MAX);
    match since {
        Some((last, since)) if now.duration_since(last) <= longest => since,
        _ => now,
    }
}

fn fail(state: &mut SourceState, failure: &Failure, now: Timestamp) {
    state.last_error = Some(failure.words.clone());
    state.last_error_at = Some(now);
    state.failures = state.failures.saturating_add(1);
    state.asked_wait = failure.retry_after.unwrap_or_default().min(LONGEST_WAIT);
    state.health = failure.health;
    // The place it has moved to is gone: back to the one that was configured.
    if failure.health == Health::Stopped && state.moved_to.take().is_some() {
        state.health = Health::Failing;
    }
}

/// Remembers a permanent redirect once it has been seen often and long enough.
fn follow_move(state: &mut SourceState, target: Option<String>, now: Timestamp) {
    let Some(target) = target.filter(|target| target != state.address()) else {
        state.moving_to = None;
        return;
    };
    let (since, seen) = match state.moving_to.take() {
        Some((before, since, seen)) if before == target => (since, seen.saturating_add(1)),
        _ => (now, 1),
    };
    let long_enough = now.duration_since(since) >= jiff::SignedDuration::try_from(MOVES_SINCE).unwrap_or_default();
    if seen >= MOVES_SEEN && long_enough {
        state.moved_to = Some(target);
    } else {
        state.moving_to = Some((target, since, seen));
    }
}

/// When to come back: the schedule's next time after what was asked for and after the back-off.
fn next_poll(spec: &SourceSpec, state: &SourceState, now: Timestamp) -> Timestamp {
    let interval = interval(spec, now);
    let offset = fraction(&spec.name).of(interval.min(Duration::from_secs(60 * 60)));
    let backed_off = if state.failures == 0 {
        Duration::ZERO
    } else {
        // 2^n intervals, at most a day, with a tenth of jitter that no two sources share.
        let doubled = interval.saturating_mul(2_u32.saturating_pow(state.failures.min(16) - 1)).min(LONGEST_WAIT);
        doubled.mul_f64(0.9 + 0.2 * fraction(&format!("{} {}", spec.name, state.failures)).0)
    };
    let earliest = later(now, backed_off.max(state.asked_wait).min(LONGEST_WAIT));
    // The source's own offset spreads what shares a schedule; it is fixed, so the gap between polls stays even.
    let scheduled =
        Schedule::parse(&spec.schedule).ok().and_then(|schedule| schedule.next_after(earlier(earliest, offset)));
    let scheduled = scheduled.map_or_else(|| later(now, LONGEST_WAIT), |at| later(at, offset));
    if state.asked_wait.is_zero() && state.failures == 0 { scheduled } else { scheduled.max(earliest) }
}

/// The time between two polls by the schedule.
pub fn interval(spec: &SourceSpec, now: Timestamp) -> Duration {
    let between = || {
        let schedule = Schedule::parse(&spec.schedule).ok()?;
        let first = schedule.next_after(now)?;
        Duration::try_from(schedule.next_after(first)?.duration_since(first)).ok()
    };
    between().unwrap_or(LONGEST_WAIT).clamp(Duration::from_secs(1), LONGEST_WAIT)
}

/// A number from 0 to 1 that is always the same for the same name.
struct Fraction(f64);

fn fraction(name: &str) -> Fraction {
    let hex = digest(&[name.as_bytes()]);
    let number = u32::from_str_radix(hex.get(..8).unwrap_or("0"), 16).unwrap_or(0);
    Fraction(f64::from(number) / f64::from(u32::MAX))
}

impl Fraction {
    fn of(&self, duration: Duration) -> Duration {
        duration.mul_f64(self.0)
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::try_from(by).unwrap_or_default()).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_sub(jiff::SignedDuration::try_from(by).unwrap_or_default()).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Display, PostsQuery};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn spec(name: &str) -> SourceSpec {
        SourceSpec {
            name: name.to_owned(),
            kind: SourceKind::Feed,
            url: "https://example.org/feed".to_owned(),
            schedule: "*/15 * * * *".to_owned(),
            service: None,
            language: None,
            display: Display::Excerpt,
            posts: PostsQuery::default(),
        }
    }

    fn answer(url: &str, moved_to: Option<&str>) -> Answer {
        Answer {
            outcome: Outcome::Fresh,
            url: url.to_owned(),
            moved_to: moved_to.map(str::to_owned),
            content_type: None,
            body: Vec::new(),
            validators: Validators { etag: Some("\"1\"".to_owned()), ..Validators::default() },
            fresh_for: None,
            retry_after: None,
            noindex: false,
            link: None,
        }
    }

    fn fresh(now: Timestamp) -> SourceState {
        SourceState::new("a", "https://example.org/feed", now)
    }

    fn failure(health: Health, retry_after: Option<Duration>) -> Report {
        Report::of(Failure {
            words: "it broke".to_owned(),
            health,
            retry_after,
            is_absence: false,
            is_refusal: false,
            is_wrong: false,
        })
    }

    #[test]
    fn the_schedule_is_the_earliest_time_and_everything_else_only_postpones() {
        let now = at("2024-12-26T18:30:00Z");
        let next = |fresh_for: Option<u64>| {
            let mut report = Report::default();
            let answer =
                Answer { fresh_for: fresh_for.map(Duration::from_secs), ..answer("https://example.org/feed", None) };
            report.answered("https://example.org/feed", "https://example.org/feed", &answer);
            after(&spec("a"), fresh(now), report, now).next_poll.duration_since(now).as_secs()
        };
        let usual = next(None);
        assert!((1..=900).contains(&usual), "{usual}");
        assert_eq!(next(Some(10)), usual, "a short life does not make it earlier");
        assert!((3_600..=4_500).contains(&next(Some(3_600))), "{}", next(Some(3_600)));
        assert!(next(Some(99 * 86_400)) <= 86_400 + 900, "no longer than a day");
    }

    #[test]
    fn failures_back_off_and_success_forgives() {
        let now = at("2024-12-26T18:30:00Z");
        let mut state = fresh(now);
        let mut waits = Vec::new();
        for _ in 0..12 {
            state = after(&spec("a"), state, failure(Health::Failing, None), now);
            waits.push(state.next_poll.duration_since(now).as_secs());
        }
        assert!(
            waits[..8].is_sorted() && waits[0] >= 800 && waits[3] > 4 * waits[0] && waits[11] <= 90_000,
            "{waits:?}"
        );
        assert_eq!(
            (state.failures, state.health, state.last_error.as_deref()),
            (12, Health::Failing, Some("it broke"))
        );
        let mut report = Report::default();
        report.answered(
            "https://example.org/feed",
            "https://example.org/feed",
            &answer("https://example.org/feed", None),
        );
        let well = after(&spec("a"), state, report, now);
        assert_eq!((well.failures, well.health), (0, Health::Ok));
        assert!(well.last_error.is_some(), "what was wrong is remembered");
    }

    #[test]
    fn a_failure_keeps_the_cursor_and_a_410_stops() {
        let now = at("2024-12-26T18:30:00Z");
        let mut state = fresh(now);
        state.validators.insert("x".to_owned(), Validators::default());
        let before = state.validators.clone();
        let mut report = Report::default();
        report.answered(
            "https://example.org/feed",
            "https://example.org/feed",
            &answer("https://example.org/feed", None),
        );
        report.failed(Failure {
            words: "half".to_owned(),
            health: Health::Failing,
            retry_after: None,
            is_absence: false,
            is_refusal: false,
            is_wrong: false,
        });
        assert_eq!(after(&spec("a"), state.clone(), report, now).validators, before, "only when all of it was read");
        assert_eq!(after(&spec("a"), state.clone(), failure(Health::Stopped, None), now).health, Health::Stopped);
        state.moved_to = Some("https://example.org/new".to_owned());
        let back = after(&spec("a"), state, failure(Health::Stopped, None), now);
        assert_eq!(
            (back.health, back.moved_to),
            (Health::Failing, None),
            "the place it moved to is gone, not the source"
        );
    }

    #[test]
    fn a_permanent_redirect_is_believed_after_three_over_a_day() {
        let mut state = fresh(at("2024-12-26T00:00:00Z"));
        for (when, moved) in [
            ("2024-12-26T00:00:00Z", None),
            ("2024-12-26T12:00:00Z", None),
            ("2024-12-26T23:00:00Z", None),
            ("2024-12-27T00:00:00Z", Some("https://example.org/new")),
        ] {
            let mut report = Report::default();
            let root = state.address().to_owned();
            report.answered(&root, &root, &answer("https://example.org/new", Some("https://example.org/new")));
            state = after(&spec("a"), state, report, at(when));
            assert_eq!(state.moved_to.as_deref(), moved, "{when}");
        }
        assert_eq!(state.address(), "https://example.org/new");
    }

    #[test]
    fn the_time_in_which_nobody_looked_is_a_break() {
        let mut state = fresh(at("2024-12-26T00:00:00Z"));
        for (when, since) in [
            ("2024-12-26T00:00:00Z", "2024-12-26T00:00:00Z"),
            ("2024-12-26T00:15:00Z", "2024-12-26T00:00:00Z"),
            // One poll in between failed: nothing is missing that the next would not have told.
            ("2024-12-26T00:45:00Z", "2024-12-26T00:00:00Z"),
            ("2024-12-26T01:30:01Z", "2024-12-26T01:30:01Z"),
            ("2024-12-26T01:45:00Z", "2024-12-26T01:30:01Z"),
        ] {
            state = after(&spec("a"), state, Report::default(), at(when));
            assert_eq!(state.watched_since, Some(at(since)), "{when}");
            state = after(&spec("a"), state, Report::of(Failure::bug()), at(when));
            assert_eq!(state.watched_since, Some(at(since)), "a failure changes nothing");
        }
    }

    #[test]
    fn a_status_page_moves_with_its_root() {
        let mut report = Report::default();
        let (root, asked) = ("https://old.example.org/", "https://old.example.org/api/v2/summary.json");
        report.answered(root, asked, &answer(asked, Some("https://new.example.org/api/v2/summary.json")));
        assert_eq!(report.moved_to.as_deref(), Some("https://new.example.org"));
        let mut report = Report::default();
        report.answered(root, asked, &answer(asked, Some("https://login.example.org/")));
        assert_eq!(report.moved_to, None, "what leads elsewhere is no move");
    }
}
