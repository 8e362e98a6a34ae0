//! What several platforms share: words for states and for how bad it is, the page's identity, simple requests.

use super::{Adapter, Document, Step, value::word};
use crate::{
    model::{Ask, Component, ComponentState, Impact, PageIdentity, PageReport, SourceState},
    source::{Context, Reading, ask},
    text::urls,
};

/// The state that a word names, in any case and with any hyphen.
pub(super) fn state(word: &str) -> ComponentState {
    match word.trim().to_lowercase().replace(['_', '-', ' '], "").as_str() {
        "operational" | "up" | "ok" | "available" | "green" | "good" | "resolved" | "normal" => {
            ComponentState::Operational
        }
        "degradedperformance" | "degraded" | "performanceissues" | "yellow" | "notice" | "warning" => {
            ComponentState::DegradedPerformance
        }
        "partialoutage" | "partial" | "disrupted" | "hasissues" => ComponentState::PartialOutage,
        "majoroutage" | "fulloutage" | "outage" | "down" | "downtime" | "offline" | "red" | "critical" => {
            ComponentState::MajorOutage
        }
        "undermaintenance" | "maintenance" | "plannedmaintenance" => ComponentState::UnderMaintenance,
        _ => ComponentState::Unknown,
    }
}

/// How bad an incident is whose components came to this.
pub(super) fn impact_of(state: ComponentState) -> Option<Impact> {
    match state {
        ComponentState::Operational => Some(Impact::None),
        ComponentState::DegradedPerformance => Some(Impact::Minor),
        ComponentState::PartialOutage => Some(Impact::Major),
        ComponentState::MajorOutage => Some(Impact::Critical),
        ComponentState::UnderMaintenance => Some(Impact::Maintenance),
        ComponentState::Unknown => None,
    }
}

/// How bad a page says an incident is: the canonical words, or those of its components.
pub(super) fn impact(value: &serde_json::Value, key: &str) -> Option<Impact> {
    let word = word(value, key)?;
    Impact::parse(&word.to_lowercase()).or_else(|| impact_of(state(&word)))
}

/// The page of a document: the host that it was fetched from, else that of `url`.
pub(super) fn page(id: Option<String>, url: Option<&str>, name: Option<String>, context: Context<'_>) -> PageIdentity {
    PageIdentity { id, host: context.base.or(url).and_then(urls::host_and_port), name }
}

/// Ends a reading: its page, its name, and how the page is.
pub(super) fn finish(reading: &mut Reading, page: PageIdentity, report: Option<PageReport>) {
    reading.about.title.clone_from(&page.name);
    reading.page = Some(page);
    reading.report = report;
}

/// How a page is whose components say it, and which says nothing of the whole.
pub(super) fn report(components: Vec<Component>) -> Option<PageReport> {
    let overall = ComponentState::worst(components.iter().map(|component| component.state))?;
    Some(PageReport { overall, components })
}

/// A request below the root of a page; an address that ends in one of `documents` is asked as it is.
pub(super) fn below(state: &SourceState, path: &str, accept: &'static str, documents: &[&str]) -> Ask {
    let address = state.address().trim_end_matches('/');
    let is_document = documents.iter().any(|ending| address.ends_with(ending));
    let url = if is_document { address.to_owned() } else { format!("{}{path}", root(address, path)) };
    ask(url, accept, state)
}

/// The root of a page whose address may already name its first document.
pub(super) fn root<'a>(address: &'a str, path: &str) -> &'a str {
    address.trim_end_matches('/').strip_suffix(path).unwrap_or(address.trim_end_matches('/'))
}

/// For platforms of one document.
pub(super) fn no_more(_: &Step<'_>) -> Option<Ask> {
    None
}

/// Whether a document's JSON passes a test.
pub(super) fn json(document: &Document<'_>, test: impl Fn(&serde_json::Value) -> bool) -> bool {
    document.value().is_some_and(test)
}

/// The name of a platform, for an error.
pub(super) fn name(adapter: &Adapter) -> &'static str {
    adapter.kind.as_str()
}
