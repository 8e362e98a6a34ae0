//! Which source is due next.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    model::{Clock, Health, SourceSpec, SourceState, Timestamp},
    store::Committed,
};

/// Polls under way at most; the fetcher's own limits are tighter, this one bounds memory.
pub const UNDER_WAY: usize = 512;

/// The clock is looked at this often while nothing is due: it may jump.
const GLANCE: Duration = Duration::from_secs(1);

/// The sources of this process, ordered by when they are due.
pub struct Queue {
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    sources: Vec<Arc<SourceSpec>>,
    /// By place in `sources`; `None` while it is being polled.
    states: Vec<Option<SourceState>>,
    places: HashMap<String, usize>,
    /// Whether this process may poll.
    held: watch::Receiver<bool>,
}

impl Queue {
    /// The queue of these sources. A restart does not reset timers: a source comes back when its stored state says; one
    /// that was never polled, or whose address was changed in the configuration, is due now.
    pub fn new(
        sources: Vec<SourceSpec>,
        mut stored: HashMap<String, SourceState>,
        held: watch::Receiver<bool>,
        now: Timestamp,
    ) -> Self {
        let mut queue =
            Self { due: BinaryHeap::new(), sources: Vec::new(), states: Vec::new(), places: HashMap::new(), held };
        for spec in sources {
            let state = state_of(&spec, stored.remove(&spec.name), now);
            let place = queue.sources.len();
            if state.health != Health::Stopped {
                queue.due.push(Reverse((state.next_poll, place)));
            }
            queue.places.insert(spec.name.clone(), place);
            queue.sources.push(Arc::new(spec));
            queue.states.push(Some(state));
        }
        queue
    }

    /// Waits until a source is due and there is room for another poll. Safe to drop at any await: nothing is taken
    /// before the last line.
    pub async fn next_due(&mut self, clock: &Arc<dyn Clock>, under_way: usize) -> (Arc<SourceSpec>, SourceState) {
        loop {
            while under_way >= UNDER_WAY || !*self.held.borrow() {
                if self.held.changed().await.is_err() || under_way >= UNDER_WAY {
                    std::future::pending::<()>().await;
                }
            }
            let Some(Reverse((at, place))) = self.due.peek().copied() else { std::future::pending().await };
            let wait = Duration::try_from(at.duration_since(clock.now())).unwrap_or_default();
            if wait.is_zero() {
                self.due.pop();
                if let Some(state) = self.states[place].take() {
                    return (self.sources[place].clone(), state);
                }
            } else {
                tokio::time::sleep(wait.min(GLANCE)).await;
            }
        }
    }

    /// Takes back a source that was polled.
    pub fn put_back(&mut self, polled: Option<(Arc<SourceSpec>, SourceState, Committed)>) {
        let Some((spec, state, _)) = polled else { return };
        let Some(place) = self.places.get(&spec.name).copied() else { return };
        if state.health == Health::Stopped {
            tracing::warn!(source = spec.name, "“{}” is gone for good and is not polled any more", spec.name);
        } else {
            self.due.push(Reverse((state.next_poll, place)));
        }
        self.states[place] = Some(state);
    }
}

/// The stored state of a source, or a fresh one when there is none for its present address.
pub fn state_of(spec: &SourceSpec, stored: Option<SourceState>, now: Timestamp) -> SourceState {
    stored.filter(|state| state.url == spec.url).unwrap_or_else(|| SourceState::new(&spec.name, &spec.url, now))
}
