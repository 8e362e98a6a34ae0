//! The whole archive to reliability figures: read through once, page by page. For the pages and for the command.

use crate::{
    catalogue::Catalogue,
    stats::{Collected, Subjects},
    store::{Store, StoreError},
};

/// Rows that are read at once.
const ROWS: u64 = 500;

/// Collects every incident and every component day.
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
        let Some((last, _)) = page.last() else { return Ok(collected) };
        after = Some(last.clone());
        for (_, day) in page {
            collected.day(day.value, &day.page, day.service.as_deref(), subjects);
        }
    }
}
