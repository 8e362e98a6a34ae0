//! The stop signal, handed to everything that runs.

use std::time::Duration;

use tokio::sync::watch;

/// Tells jobs to end. Clones hear the same signal.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A signal and the handle that gives it: send `true`.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether it was given.
    pub fn is_given(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is given (or its handle is gone).
    pub async fn given(&self) {
        let mut receiver = self.0.clone();
        let _gone = receiver.wait_for(|given| *given).await;
    }

    /// Sleeps, but no longer than until it is given; true when it was.
    pub async fn within(&self, time: Duration) -> bool {
        tokio::time::timeout(time, self.given()).await.is_ok()
    }
}
