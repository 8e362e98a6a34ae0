//! What runs once: one file per command, from arguments to a job or a query to lines. `app` opens what they need.

pub mod backup;
pub mod candidates;
pub mod check;
pub mod classify;
pub mod eval;
pub mod export;
pub mod facts;
pub mod feedback;
pub mod feeds;
pub mod fetch;
pub mod healthcheck;
pub mod import;
pub mod init;
mod labels;
mod output;
pub mod prune;
pub mod reindex;
pub mod search;
pub mod sources;
pub mod stats;
pub mod train;

pub use output::Output;

use std::{path::PathBuf, sync::Arc};

use crate::{
    classify::Classifier,
    config::{Problems, Settings},
    jobs::{follow, follow_copies::CopiesFollower, follow_search::SearchFollower},
    model::Clock,
    search::{Search, Writer},
    store::Store,
};

/// The judge that the configuration names: its weights, its services.
///
/// # Errors
/// The file of weights cannot be read or is none, which is a problem of the configuration.
pub fn judge(settings: &Settings) -> Result<Classifier, Problems> {
    let Some(weights) = &settings.weights else { return Ok(Classifier::new(&settings.catalogue)) };
    labels::judge(&settings.catalogue, Some(&weights.path)).map_err(|error| {
        weights.problem(format!("{error:#}; expected a file that `downwire train --out` of this version wrote"))
    })
}

/// An open archive. Clones share it.
#[derive(Clone)]
pub struct Archive {
    /// The truth.
    pub store: Store,
    /// The index.
    pub search: Search,
    /// Where both (or with PostgreSQL the index) lie.
    pub folder: PathBuf,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Archive {
    /// Leaves following to the process that holds the index lock; where there is none, follows to the end itself.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        match Writer::open(&self.folder, self.search.clone())? {
            Some(writer) => {
                follow::catch_up(&mut CopiesFollower::new(), &self.store).await?;
                let mut search = SearchFollower(writer);
                follow::catch_up(&mut search, &self.store).await?;
                search.purge_if_wanted(&self.store).await?;
            }
            None => self.search.reopen()?,
        }
        Ok(())
    }
}
