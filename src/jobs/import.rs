//! One file into the archive: the same stages as a poll, without the fetch.

use super::stages::judge;
use crate::{
    classify::Classifier,
    model::{Batch, SourceKind, Timestamp},
    source::{self, Hint},
    store::{Store, StoreError},
};

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What it was read as.
    pub platform: Option<SourceKind>,
    /// It is an export of downwire's own.
    pub is_export: bool,
    /// The service whose page it is, where known.
    pub service: Option<String>,
    /// Items in it.
    pub items: usize,
    /// Incidents in it.
    pub incidents: usize,
    /// Posts on them.
    pub updates: usize,
    /// Stretches in which components were not well.
    pub impacts: usize,
    /// Days of components.
    pub days: usize,
    /// Items, incidents and updates that the archive did not have.
    pub new: usize,
    /// What had to be mended.
    pub repaired: Vec<String>,
    /// What could not be read, with the reason.
    pub skipped: Vec<String>,
    /// Why nothing of it could be read.
    pub error: Option<String>,
}

impl Imported {
    /// A file of which nothing could be read.
    pub fn failed(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// Adds the counts of another file.
    pub fn add(&mut self, other: &Self) {
        self.items += other.items;
        self.incidents += other.incidents;
        self.updates += other.updates;
        self.new += other.new;
    }
}

/// Reads one file and commits what is in it, in one transaction.
///
/// # Errors
/// The store cannot be written. A file that cannot be read is no error of this function: `error` says why.
pub async fn import_file(
    store: &Store,
    classifier: &Classifier,
    bytes: &[u8],
    name: &str,
    platform: Option<SourceKind>,
    service: Option<&str>,
    now: Timestamp,
) -> Result<Imported, StoreError> {
    let mut reading = match source::read_file(bytes, Hint { platform, service, name }, now) {
        Ok(reading) => reading,
        Err(error) => return Ok(Imported::failed(error.to_string())),
    };
    let mut imported = Imported {
        platform: Some(reading.platform.unwrap_or(SourceKind::Feed)),
        items: reading.items.len(),
        incidents: reading.incidents.len(),
        updates: reading.incidents.iter().map(|incident| incident.updates.len()).sum(),
        impacts: reading.impacts.len(),
        days: reading.days.len(),
        repaired: std::mem::take(&mut reading.repaired),
        skipped: std::mem::take(&mut reading.skipped),
        ..Imported::default()
    };
    let host = reading.page.as_ref().and_then(|page| page.host.as_deref()).unwrap_or_default();
    let of_page = service.map(str::to_owned).or_else(|| classifier.service_of_page(host));
    let page = reading.take_page_record(name, of_page.as_deref(), now);
    let mut incidents = reading.incidents;
    for incident in &mut incidents {
        let host = incident.page.host.as_deref().unwrap_or_default();
        incident.service = incident.service.take().or_else(|| classifier.service_of_page(host));
        imported.service = imported.service.or_else(|| incident.service.clone());
    }
    let mut batch = Batch { pages: page.into_iter().collect(), ..Batch::default() };
    judge(classifier, reading.items, incidents, &mut batch);
    imported.service = imported.service.or_else(|| service.map(str::to_owned));
    let committed = store.commit(&[batch]).await?;
    imported.new = committed.iter().map(crate::store::Committed::new_in_all).sum();
    Ok(imported)
}
