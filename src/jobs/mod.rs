//! What runs by the clock: [`ingest`] reads like the left half of the map in `lib.rs`, [`follow`] like the right half.
//! They are the only places that know the order. What they need (store, stages, clock, stop signal) is handed in.

pub mod commit;
pub mod detect;
pub mod follow;
pub mod follow_copies;
pub mod follow_search;
pub mod health;
pub mod import;
pub mod import_export;
pub mod ingest;
pub mod lease;
pub mod prune;
pub mod queue;
pub mod rejudge;
pub mod reread;
pub mod stages;
pub mod stop;
pub mod stream;
pub mod threads;
pub mod trust;

pub use stages::Stages;
pub use stop::Stop;

use std::sync::{Arc, Mutex, PoisonError};

/// What is wrong with a job right now, in words for an operator; clones share it. Jobs write it, `/readyz` reads it.
#[derive(Debug, Clone, Default)]
pub struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    /// The job cannot work. Logged once, when it begins.
    pub fn begins(&self, job: &'static str, what: &dyn std::fmt::Display) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            tracing::error!(job, "{job} cannot go on and tries again: {what}");
        }
        *held = Some(what.to_string());
    }

    /// The job works again.
    pub fn ends(&self, job: &'static str) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            tracing::info!(job, "{job} works again");
        }
    }

    /// What is wrong; `None` when nothing is.
    pub fn now(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
