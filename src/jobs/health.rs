//! What a poll means for its source: health in words, the cursor, and when to come back. Pure.
//!
//! The schedule is the earliest time; Retry-After, ttl, Cache-Control and back-off only ever postpone (DESIGN section
//! 5).

use std::time::Duration;

use crate::{
    config::Schedule,
    model::{Answer, Health, Outcome, PageIdentity, SourceSpec, SourceState, Timestamp, Validators, id::digest},
};

/// No source is left alone for longer than this, whatever it asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A permanent redirect is believed after this many equal ones in a row …
const MOVES_SEEN: u32 = 3;
/// … over at least this long (protocols B2): a hotel's login page is permanent for an evening.
const MOVES_SINCE: Duration = Duration::from_secs(24 * 60 * 60);

/// How many skipped documents are named.
const NAMED: usize = 10;

/// What happened in one poll.
#[derive(Debug, Default)]
pub struct Report {
    validators: Vec<(String, Validators)>,
    moved_to: Option<String>,
    page: Option<PageIdentity>,
    skipped: Vec<String>,
    repaired: Vec<String>,
    read: bool,
    wait: Duration,
    failure: Option<Failure>,
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
}

impl Report {
    /// A poll that failed before anything was known.
    pub fn of(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// The answer to `asked` came and was understood (or was unchanged).
    pub fn answered(&mut self, asked: &str, answer: &Answer) {
        self.validators.push((asked.to_owned(), answer.validators.clone()));
        self.read |= answer.outcome == Outcome::Fresh;
        // Only the first request tells where the source lives.
        if self.validators.len() == 1 {
            self.moved_to.clone_from(&answer.moved_to);
        }
        self.postpone(answer.fresh_for);
        self.postpone(answer.retry_after);
    }

    /// What the document says of itself.
    pub fn document(
        &mut self,
        page: Option<PageIdentity>,
        lifetime: Option<Duration>,
        skipped: Vec<String>,
        repaired: Vec<String>,
    ) {
        self.page = page.or(self.page.take());
        self.postpone(lifetime);
        self.skipped.extend(skipped);
        self.repaired.extend(repaired);
    }

    /// The poll ended here.
    pub fn failed(&mut self, failure: Failure) {
        self.failure = Some(failure);
    }

    fn postpone(&mut self, by: Option<Duration>) {
        self.wait = self.wait.max(by.unwrap_or_default());
    }
}

/// The state of a source after a poll.
pub fn after(spec: &SourceSpec, mut state: SourceState, report: Report, now: Timestamp) -> SourceState {
    state.last_attempt = Some(now);
    state.page = report.page.clone().or(state.page);
    match report.failure.clone() {
        None => succeed(&mut state, report, now),
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
    state.health = if state.skipped.is_empty() { Health::Ok } else { Health::Partial };
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
