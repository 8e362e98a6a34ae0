//! The whole archive to reliability figures, read through once, page by page: for the command, and kept for the pages.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::SignedDuration;
use tokio::sync::Mutex;

use super::Context;
use crate::{
    catalogue::Catalogue,
    model::{Position, Timestamp},
    stats::{Collected, Observed, Subject, Subjects, Summary},
    store::{Store, StoreError},
};

/// Rows that are read at once.
const ROWS: u64 = 500;

/// Collects every incident, every component day and every stretch.
///
/// # Errors
/// The store cannot be read.
pub async fn collect(store: &Store, catalogue: &Catalogue) -> Result<Collected, StoreError> {
    let subjects = Subjects(catalogue);
    let mut collected = Collected::default();
    let mut after = None;
    loop {
        let rows = store.incidents_page(after, ROWS).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for row in &rows {
            collected.incident(&row.incident, row.copy_of.is_some(), subjects);
        }
    }
    let mut after = None;
    loop {
        let page = store.days_page(after, ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        page.into_iter().for_each(|(_, day)| collected.day(day, subjects));
    }
    let mut after = None;
    loop {
        let page = store.impacts_page(after, ROWS).await?;
        let Some((last, _)) = page.last() else { return Ok(collected) };
        after = Some(last.clone());
        page.into_iter().for_each(|(_, impact)| collected.stretch(impact, subjects));
    }
}

/// How long figures are shown before they are made anew because something changed. Making them reads the whole archive.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// How long they count as fresh where nothing seems to have changed: component days are no changes.
const QUIET: SignedDuration = SignedDuration::from_mins(10);

/// Older ones are not shown any more.
const OLD: SignedDuration = SignedDuration::from_hours(1);

/// The figures of every service at one moment.
pub struct Figures {
    /// By name.
    pub services: BTreeMap<String, Summary>,
    /// Incidents that count, each once.
    pub incidents: usize,
    /// Incidents that repeat another.
    pub copies: usize,
    /// Maintenance, which does not count.
    pub maintenance: usize,
    head: Position,
    at: Timestamp,
}

/// The figures, kept. Clones share them.
#[derive(Clone, Default)]
pub struct Kept(Arc<Shelf>);

#[derive(Default)]
struct Shelf {
    figures: RwLock<Option<Arc<Figures>>>,
    /// Held by who makes them anew: once at a time.
    making: Mutex<()>,
}

impl Kept {
    fn figures(&self) -> Option<Arc<Figures>> {
        self.0.figures.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why figures or pages could not be made.
pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// The figures as they are now, or were a while ago: who comes when they are no longer fresh sees them once more, while
/// they are made anew behind the page. Only who finds none, or old ones, waits.
pub(super) async fn figures(context: &Context) -> Result<Arc<Figures>, Trouble> {
    let (head, now) = (context.store.head().await?, context.clock.now());
    if let Some(figures) = context.figures.figures() {
        let age = now.duration_since(figures.at);
        if age < FRESH || head == figures.head && age < QUIET {
            return Ok(figures);
        }
        if age < OLD {
            let context = context.clone();
            tokio::spawn(async move {
                let Ok(_alone) = context.figures.0.making.try_lock() else { return };
                if let Err(error) = make(&context, head, now).await {
                    tracing::error!("reliability figures could not be made anew: {error}");
                }
            });
            return Ok(figures);
        }
    }
    let _alone = context.figures.0.making.lock().await;
    // Who waited for another finds what that one made.
    match context.figures.figures().filter(|figures| figures.head == head && now.duration_since(figures.at) < QUIET) {
        Some(figures) => Ok(figures),
        None => make(context, head, now).await,
    }
}

/// Makes the figures and puts them where the next one finds them.
async fn make(context: &Context, head: Position, now: Timestamp) -> Result<Arc<Figures>, Trouble> {
    let collected = collect(&context.store, &context.catalogue).await?;
    let made = tokio::task::spawn_blocking(move || {
        let whole = |subject: &Subject| subject.component.is_none();
        let services = collected.summaries(whole, |_| Observed::always(), now);
        let services = services.into_iter().map(|(subject, summary)| (subject.service, summary)).collect();
        let (incidents, copies, maintenance) = (collected.incidents, collected.copies, collected.maintenance);
        Figures { services, incidents, copies, maintenance, head, at: now }
    });
    let figures = Arc::new(made.await?);
    *context.figures.0.figures.write().unwrap_or_else(PoisonError::into_inner) = Some(figures.clone());
    Ok(figures)
}
