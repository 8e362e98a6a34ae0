//! Whose turn it is: one request at a time per host with a gap between, a limit over all, and the waits that servers
//! asked for.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as TurnMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};
use url::{Host as UrlHost, Url};

use super::{FetchError, guard::Guard};
use crate::model::Timestamp;

/// Hosts remembered before those at rest are forgotten.
const REMEMBERED: usize = 1024;

/// A host as politeness sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Whose turns: host and port.
    turns: String,
    /// Whose waits: on the public Internet the registrable domain (big hosters count over sub-domains), on our own
    /// networks the one server (a broken route of a shared proxy must not silence the others).
    waits: String,
}

impl Host {
    /// The host of an address that the guard has let through.
    pub fn of(url: &Url, guard: &Guard) -> Self {
        let port = url.port_or_known_default().unwrap_or_default();
        let turns = format!("{}:{port}", url.host_str().unwrap_or_default());
        let waits = match url.host() {
            Some(UrlHost::Domain(name)) => psl::domain_str(name).map_or_else(|| turns.clone(), str::to_owned),
            Some(UrlHost::Ipv4(ip)) if guard.is_allowed(IpAddr::V4(ip)) => turns.clone(),
            Some(UrlHost::Ipv6(ip)) if guard.is_allowed(IpAddr::V6(ip)) => turns.clone(),
            _ => url.host_str().unwrap_or_default().to_owned(),
        };
        Self { turns, waits }
    }
}

/// When the last request of a host ended; locked while one is under way.
type Turns = Arc<TurnMutex<Option<Instant>>>;

/// The right to make one request; dropping it starts the gap.
pub struct Turn {
    last: OwnedMutexGuard<Option<Instant>>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.last = Some(Instant::now());
    }
}

/// Keeps order among requests.
pub struct Gate {
    gap: Duration,
    places: Arc<Semaphore>,
    turns: Mutex<HashMap<String, Turns>>,
    waits: Mutex<HashMap<String, Timestamp>>,
}

impl Gate {
    /// A gate with this gap per host and this many requests at once.
    pub fn new(gap: Duration, concurrency: usize) -> Self {
        Self {
            gap,
            places: Arc::new(Semaphore::new(concurrency.max(1))),
            turns: Mutex::default(),
            waits: Mutex::default(),
        }
    }

    /// Waits for the host's turn, and only then for a place among all: a slow host holds no place of others.
    pub async fn turn(&self, host: &Host) -> Turn {
        let last = self.host(&host.turns).lock_owned().await;
        if let Some(ended) = *last {
            sleep_until(ended + self.gap).await;
        }
        loop {
            // The semaphore is never closed; were it, going on is better than ending.
            if let Ok(place) = self.places.clone().acquire_owned().await {
                return Turn { last, _place: place };
            }
        }
    }

    fn host(&self, name: &str) -> Turns {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= REMEMBERED && !turns.contains_key(name) {
            let gap = self.gap;
            // At rest: nobody holds or waits for it, and its gap is over.
            turns.retain(|_, turn| {
                Arc::strong_count(turn) > 1
                    || turn.try_lock().is_ok_and(|last| last.is_some_and(|ended| ended.elapsed() < gap))
            });
        }
        turns.entry(name.to_owned()).or_default().clone()
    }

    /// Remembers that a host asked us to wait.
    pub fn wait(&self, host: &Host, now: Timestamp, wait: Duration) {
        let until =
            now.saturating_add(jiff::SignedDuration::try_from(wait).unwrap_or_default()).unwrap_or(Timestamp::MAX);
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.retain(|_, until| *until > now);
        waits.insert(host.waits.clone(), until);
    }

    /// Refuses while a host's wait is not over.
    pub fn may_ask(&self, host: &Host, now: Timestamp) -> Result<(), FetchError> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        match waits.get(&host.waits).map(|until| Duration::try_from(until.duration_since(now)).unwrap_or_default()) {
            Some(left) if !left.is_zero() => Err(FetchError::AskedToWait { host: host.waits.clone(), left }),
            _ => Ok(()),
        }
    }
}
