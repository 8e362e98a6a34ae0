//! Holding a lease while a job runs, and taking over from a holder that died.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{Stop, Trouble};
use crate::store::{Lease, Store};

/// How long a lease lasts without being renewed.
const TERM: Duration = Duration::from_secs(30);

/// How often it is renewed, or asked for. The renewal is also the probe that tells whether the store can be written.
const RENEWAL: Duration = Duration::from_secs(5);

/// Who we are, and whether another holder still lives.
#[derive(Clone)]
pub struct Holder {
    /// Our own name: no two processes have the same one.
    pub name: String,
    /// False only when the named holder certainly lives no more.
    pub lives: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Keeps the lease `name` until told to stop, then gives it back. The receiver shows whether we have it.
pub fn keep(
    store: Store,
    name: &'static str,
    holder: Holder,
    trouble: Trouble,
    stop: Stop,
) -> (watch::Receiver<bool>, impl Future<Output = ()> + Send) {
    let (held, receiver) = watch::channel(false);
    let task = async move {
        while !stop.is_given() {
            match take(&store, name, &holder).await {
                Ok(ours) => {
                    trouble.ends("lease");
                    tell(&held, name, ours);
                }
                // Whether it is still ours is unknown; whatever runs twice does no harm, so work goes on.
                Err(error) => trouble.begins("lease", &error),
            }
            stop.within(RENEWAL).await;
        }
        let _best_effort = store.release(name, &holder.name).await;
    };
    (receiver, task)
}

fn tell(held: &watch::Sender<bool>, name: &str, ours: bool) {
    let changed = held.send_if_modified(|before| std::mem::replace(before, ours) != ours);
    if changed && ours {
        tracing::debug!(lease = name, "this process holds the lease “{name}”");
    } else if changed {
        tracing::warn!(lease = name, "another process holds the lease “{name}”: this one waits");
    }
}

/// Takes or renews the lease; takes it over from a holder that is dead.
async fn take(store: &Store, name: &str, holder: &Holder) -> Result<bool, crate::store::StoreError> {
    match store.lease(name, &holder.name, TERM).await? {
        Lease::Held => Ok(true),
        Lease::Taken { holder: other, .. } if !(holder.lives)(&other) => {
            store.release(name, &other).await?;
            Ok(store.lease(name, &holder.name, TERM).await? == Lease::Held)
        }
        Lease::Taken { .. } => Ok(false),
    }
}
