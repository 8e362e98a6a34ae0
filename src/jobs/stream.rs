//! Streams: sources that are always due. A line is opened where the last one ended, what comes over it is filtered in
//! memory, and what is kept is committed with the cursor, a few times a second at most.
//!
//! Exactly once, for posts and for counts: events at or before the cursor that this process began with are past; what
//! comes again after a reconnect (which begins a little before the cursor, because servers reorder) is known by its key.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use jiff::SignedDuration;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};

use super::{Stages, Stop, commit::Commits, health::Failure, ingest, threads};
use crate::{
    classify::{Reading, Sifted, Text},
    fetch::{FetchError, Line},
    model::{Batch, Frame, Health, Id, Item, MinuteCount, SourceKind, SourceSpec, SourceState, Timestamp, time},
    source::{
        self,
        posts::heard::{CURSOR, Event, Heard},
    },
};

/// How often what was heard is committed: a reader waits no longer than this and one commit of the index.
const FLUSH: Duration = Duration::from_millis(500);

/// Events that wait at most; then they are committed at once.
const WAITING: usize = 2_000;

/// The cursor of a line on which nothing is kept is written this often.
const KEEP: Duration = Duration::from_secs(5);

/// Where a line begins before the cursor: on the same server, and on another one, whose clock is its own.
const REWIND: SignedDuration = SignedDuration::from_secs(3);
/// See [`REWIND`].
const REWIND_ELSEWHERE: SignedDuration = SignedDuration::from_secs(30);

/// Events that said something whose keys are remembered: of a firehose of 20,000 posts a second, of which one in ten passes
/// the gate, 50 s.
const REMEMBERED: usize = 100_000;

/// The first pause after a line broke; it doubles up to [`LONGEST_PAUSE`], and a line that held for [`HELD_WELL`] forgives.
const PAUSE: Duration = Duration::from_secs(1);
/// See [`PAUSE`].
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// See [`PAUSE`].
const HELD_WELL: Duration = Duration::from_secs(60);

/// Listens to one source until told to stop; what was heard by then is committed.
pub async fn run(
    stages: Arc<Stages>,
    spec: Arc<SourceSpec>,
    state: SourceState,
    commits: Commits,
    mut held: watch::Receiver<bool>,
    stop: Stop,
) {
    let mut listener = Listener::new(stages, spec, state, commits);
    let (mut pause, mut server) = (PAUSE, 0);
    while !stop.is_given() {
        let ours = tokio::select! {
            biased;
            () = stop.given() => break,
            ours = held.wait_for(|held| *held) => ours.is_ok(),
        };
        if !ours {
            break;
        }
        let began = Instant::now();
        let Some(failure) = listener.session(server, &stop).await else { break };
        pause = if began.elapsed() >= HELD_WELL { PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
        server += 1;
        let pause = pause.max(failure.retry_after.unwrap_or_default());
        listener.failed(failure, pause).await;
        // Lines that broke together must not come back together.
        let jitter = 0.75 + 0.5 * listener.fraction();
        if stop.within(pause.mul_f64(jitter)).await {
            break;
        }
    }
}

/// What is heard, and how far it is committed.
struct Listener {
    stages: Arc<Stages>,
    spec: Arc<SourceSpec>,
    state: SourceState,
    commits: Commits,
    /// Events at or before this were committed before this process began.
    floor: i64,
    /// The newest event heard.
    newest: i64,
    /// What waits for the next commit.
    batch: Batch,
    counts: BTreeMap<(String, i64), u32>,
    waiting: usize,
    known: Keys,
    gone: Keys,
    kept_at: Instant,
    sessions: u32,
    skipped: VecDeque<String>,
    /// Room for what is judged, used again and again.
    reading: Reading,
}

impl Listener {
    fn new(stages: Arc<Stages>, spec: Arc<SourceSpec>, state: SourceState, commits: Commits) -> Self {
        let floor = state.cursor.get(CURSOR).and_then(|cursor| cursor.parse().ok()).unwrap_or(i64::MIN);
        Self {
            stages,
            spec,
            state,
            commits,
            floor,
            newest: floor,
            batch: Batch::default(),
            counts: BTreeMap::new(),
            waiting: 0,
            known: Keys::default(),
            gone: Keys::default(),
            kept_at: Instant::now(),
            sessions: 0,
            skipped: VecDeque::new(),
            reading: Reading::default(),
        }
    }

    /// Opens the lines of a source at one of its servers and listens until one of them breaks (`Some`), or until told to
    /// stop (`None`).
    async fn session(&mut self, server: usize, stop: &Stop) -> Option<Failure> {
        let servers = self.servers();
        let root = servers.get(server % servers.len()).cloned().unwrap_or_default();
        let rewind = if self.sessions == 0 || servers.len() == 1 { REWIND } else { REWIND_ELSEWHERE };
        self.sessions += 1;
        let listens = source::listen(&self.spec, &self.state, &root, rewind, self.stages.clock.now());
        let mut lines = Vec::new();
        for listen in &listens {
            match self.stages.fetcher.listen(listen).await {
                Ok(line) => lines.push(line),
                Err(error) => return Some(error.into()),
            }
        }
        // What was missed while no line was open comes by the ordinary way; from here on nothing is missed any more.
        if self.spec.kind == SourceKind::MastodonStream {
            self.poll().await;
        }
        tracing::info!(source = self.spec.name, "“{}” is listened to at {root}", self.spec.name);
        let broke = self.listen(lines, stop).await;
        self.flush(true).await;
        broke.map(Failure::from)
    }

    /// The servers of a source, in the order in which they are tried.
    fn servers(&self) -> Vec<String> {
        let own = std::iter::once(self.state.address().to_owned());
        own.chain(self.spec.posts.servers.iter().cloned()).collect()
    }

    /// Takes in frames until a line breaks or the stop is given.
    async fn listen(&mut self, lines: Vec<Line>, stop: &Stop) -> Option<FetchError> {
        let mut flush = interval(FLUSH);
        flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut frames: FuturesUnordered<_> = lines.into_iter().map(next).collect();
        loop {
            tokio::select! {
                biased;
                () = stop.given() => return None,
                _ = flush.tick() => self.flush(false).await,
                Some((line, frame)) = frames.next() => match frame {
                    Ok(frame) => {
                        self.take(&frame).await;
                        frames.push(next(line));
                    }
                    Err(error) => return Some(error),
                },
            }
        }
    }

    /// Takes in one frame.
    async fn take(&mut self, frame: &Frame) {
        let now = self.stages.clock.now();
        let classifier = self.stages.classifier.clone();
        let gate = |text: &str| classifier.gate(text);
        match source::hear(&self.spec, frame, &gate, now) {
            Ok(event) => {
                if self.is_news(&event, now) {
                    self.heard(event.heard).await;
                }
            }
            Err(reason) => {
                self.skipped.truncate(9);
                self.skipped.push_front(reason);
            }
        }
        if self.waiting >= WAITING {
            self.flush(true).await;
        }
    }

    /// Whether an event is none that was taken in before; moves the cursor to it.
    fn is_news(&mut self, event: &Event, now: Timestamp) -> bool {
        if let Some(at) = event.time_us {
            if at <= self.floor {
                return false;
            }
            // A server whose clock runs ahead must not make us miss what comes until then.
            self.newest = self.newest.max(at.min(time::micros(now)));
        }
        // What says nothing may be said again.
        event.heard != Heard::Nothing && event.key.is_none_or(|key| self.known.insert(key))
    }

    async fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Nothing => return,
            Heard::Post(item) => self.post(*item).await,
            Heard::Gone(id) => {
                self.gone.insert(id_key(id));
                self.batch.deleted.push(id);
            }
            Heard::GoneLocally(local_id) => {
                let waiting = self.batch.items.iter().map(|judged| &judged.value);
                let named = |item: &&Item| {
                    item.post.as_ref().and_then(|post| post.local_id.as_deref()).unwrap_or(&item.native_id) == local_id
                };
                let ids: Vec<Id> = waiting.filter(named).map(|item| item.id).collect();
                self.batch.deleted.extend(ids);
                let held = self.stages.store.post_by_local_id(&self.spec.name, &local_id).await;
                self.batch.deleted.extend(held.unwrap_or_default());
            }
            Heard::AccountGone(account) => {
                self.batch.deleted_authors.push(self.stages.store.people().key(&account));
            }
        }
        self.waiting += 1;
    }

    /// A post that speaks of an outage is kept; one that only names a service is counted; any other is dropped. An edit of a
    /// post that is held is carried out, whatever it says now.
    async fn post(&mut self, item: Item) {
        if self.gone.contains(id_key(item.id)) {
            return;
        }
        let is_held = item.updated_at.is_some() && self.holds(item.id).await;
        match self.stages.classifier.sift(Text::of(&item), &mut self.reading) {
            Sifted::Nothing if !is_held => {}
            Sifted::Names(services) if !is_held => {
                let minute = item.published_at.as_second().div_euclid(60);
                for service in services {
                    *self.counts.entry((service, minute)).or_default() += 1;
                }
            }
            _ => {
                let mut taken = Batch::default();
                self.stages.take_all(vec![item], Vec::new(), &mut taken);
                self.batch.items.append(&mut taken.items);
            }
        }
    }

    /// Whether a post is in the archive, or about to be.
    async fn holds(&self, id: Id) -> bool {
        let waits = self.batch.items.iter().any(|judged| judged.value.id == id);
        waits || self.stages.store.item(id).await.is_ok_and(|held| held.is_some())
    }

    /// Commits what waits with the cursor; without news only now and then, unless it `must`.
    async fn flush(&mut self, must: bool) {
        let has_news = self.waiting > 0 || !self.counts.is_empty();
        if !must && !has_news && self.kept_at.elapsed() < KEEP {
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        let counts = std::mem::take(&mut self.counts);
        batch.counts =
            counts.into_iter().map(|((service, minute), posts)| MinuteCount { service, minute, posts }).collect();
        self.waiting = 0;
        if let Err(error) = threads::inherit(&self.stages.store, &mut batch.items).await {
            tracing::warn!(source = self.spec.name, "what its posts answer cannot be looked up: {error}");
        }
        let now = self.stages.clock.now();
        if self.newest > i64::MIN {
            self.state.cursor.insert(CURSOR.to_owned(), self.newest.to_string());
            let lag = now.duration_since(time::from_micros(self.newest)).as_secs_f64().max(0.0);
            metrics::gauge!("downwire_stream_lag_seconds", "source" => self.spec.name.clone()).set(lag);
        }
        self.state.health = if self.skipped.is_empty() { Health::Ok } else { Health::Partial };
        self.state.skipped = self.skipped.iter().cloned().collect();
        self.state.failures = 0;
        self.state.last_attempt = Some(now);
        self.state.last_success = Some(now);
        self.commit(batch).await;
    }

    /// Commits a batch with the state of the source. Where the archive refuses it, its posts are tried one by one, so that
    /// a bad one costs only itself.
    async fn commit(&mut self, mut batch: Batch) {
        batch.source = Some(self.state.clone());
        let refused = match self.commits.commit(batch.clone()).await {
            Some(Ok(committed)) => {
                self.state = self
                    .state
                    .clone()
                    .with_news(committed.new_items, committed.is_news().then(|| self.stages.clock.now()));
                self.kept_at = Instant::now();
                return;
            }
            Some(Err(words)) => words,
            None => return,
        };
        tracing::error!(source = self.spec.name, "what was heard is kept post by post: {refused}");
        for item in std::mem::take(&mut batch.items) {
            let _refused_alone = self.commits.commit(Batch { items: vec![item], ..Batch::default() }).await;
        }
        let _said_anyway = self.commits.commit(batch).await;
    }

    /// The line broke; it is opened again after `pause`.
    async fn failed(&mut self, failure: Failure, pause: Duration) {
        let now = self.stages.clock.now();
        tracing::warn!(source = self.spec.name, "the line to “{}” broke: {}", self.spec.name, failure.words);
        self.state.health = failure.health;
        self.state.last_error = Some(failure.words);
        self.state.last_error_at = Some(now);
        self.state.failures = self.state.failures.saturating_add(1);
        self.state.last_attempt = Some(now);
        self.state.next_poll = now.checked_add(pause).unwrap_or(now);
        self.commit(Batch::default()).await;
    }

    /// What a polled source of the same server would bring now.
    async fn poll(&mut self) {
        let polled =
            ingest::poll_and_commit(self.stages.clone(), self.spec.clone(), self.state.clone(), self.commits.clone());
        // The future of a poll holds a future like this one only on paper: a stream never polls a stream.
        if let Some((_, state, _)) = polled.boxed().await {
            self.state = state;
        }
    }

    /// A number from 0 to 1 that differs from source to source and from time to time.
    fn fraction(&self) -> f64 {
        let nanos = self.kept_at.elapsed().subsec_nanos() ^ (self.spec.name.len() as u32).wrapping_mul(2_654_435_761);
        f64::from(nanos % 1_000) / 1_000.0
    }
}

/// The next frame of a line, with the line.
async fn next(mut line: Line) -> (Line, Result<Frame, FetchError>) {
    let frame = line.next().await;
    (line, frame)
}

/// An id as a key of [`Keys`].
fn id_key(id: Id) -> u64 {
    let bytes = id.bytes();
    u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}

/// The newest keys; older ones are forgotten.
#[derive(Default)]
struct Keys {
    set: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Keys {
    /// Takes a key in; `false` where it is there already.
    fn insert(&mut self, key: u64) -> bool {
        if !self.set.insert(key) {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        true
    }

    fn contains(&self, key: u64) -> bool {
        self.set.contains(&key)
    }
}
