//! How a Statuspage says that it is now: the indicator and the components of `summary.json`, `status.json` and
//! `components.json`.

use serde_json::Value;

use super::{
    super::{
        MOST,
        value::{list, word},
    },
    Page, incident, is_group, is_incident,
};
use crate::{
    model::{ComponentState, PageReport},
    source::Reading,
};

/// Name in the cursor: whether the last summary named fewer components than there are.
pub(super) const CUT: &str = "components-cut";

/// A summary of so many components was cut there (seen on pages of 62).
const CUT_AT: usize = 25;

/// Takes what a document says of the page as a whole and of every component, where it says any of it.
pub(super) fn read(reading: &mut Reading, document: &Value, page: &Page) {
    let components = list(document, "components");
    let has_status = document.get("status").is_some_and(Value::is_object);
    if is_incident(document) || !has_status && components.is_empty() {
        return;
    }
    let said = document.get("status").and_then(indicator).unwrap_or(ComponentState::Unknown);
    let mut report = PageReport { overall: said, components: Vec::new() };
    if has_status && is_cut(components) {
        // What is not named here is not gone: the list of components says it.
        reading.cursor.insert(CUT.to_owned(), "yes".to_owned());
    } else {
        report.components = incident::components(document, page);
        report.components.truncate(MOST);
    }
    if has_status && !is_cut(components) && document.get("components").is_some() {
        reading.cursor.insert(CUT.to_owned(), "no".to_owned());
    }
    reading.report = Some(report);
}

/// The page's word for the whole; any other word is none.
fn indicator(status: &Value) -> Option<ComponentState> {
    Some(match word(status, "indicator")?.to_lowercase().as_str() {
        "none" => ComponentState::Operational,
        "minor" => ComponentState::DegradedPerformance,
        "major" => ComponentState::PartialOutage,
        "critical" => ComponentState::MajorOutage,
        "maintenance" => ComponentState::UnderMaintenance,
        _ => return None,
    })
}

/// Whether a summary does not name every component: it is as long as those that were cut, or a group names a member that
/// is not listed.
fn is_cut(components: &[Value]) -> bool {
    let listed: std::collections::HashSet<String> = components.iter().filter_map(|one| word(one, "id")).collect();
    let members = components.iter().filter(|one| is_group(one)).flat_map(|group| list(group, "components"));
    components.len() == CUT_AT || members.filter_map(Value::as_str).any(|member| !listed.contains(member))
}
