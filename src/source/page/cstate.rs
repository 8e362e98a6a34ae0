//! cState: the list of issues. Its template writes titles as they are, so a quote in one makes invalid JSON; that is mended.
//!
//! Dates are Go's (`2026-08-12 04:07:00 +0000 UTC`); an open issue is resolved at `<no value>`. Source: status-pages A14.

use serde_json::Value;

use super::{
    ACCEPT_JSON, Adapter, Document,
    common::{self, below, finish, no_more, page},
    document::shape,
    draft::{Draft, finish_all},
    value::{as_word, line, list, time, word},
};
use crate::{
    model::{Component, ComponentState, Impact, PageReport, Phase, SourceKind, SourceState},
    source::{Context, ReadError, Reading},
};

/// The platform.
pub(super) const ADAPTER: Adapter = Adapter {
    kind: SourceKind::Cstate,
    recognises: |document| {
        let head: String = document.text.chars().take(200).collect();
        common::json(document, is_issues)
            || document.value().is_none() && head.contains("\"is\"") && head.contains("\"issues\"")
    },
    first: |state: &SourceState| below(state, "/issues/index.json", ACCEPT_JSON, &[".json"]),
    next: no_more,
    read,
};

fn is_issues(value: &Value) -> bool {
    word(value, "is").as_deref() == Some("issues") && value.get("pages").is_some()
}

fn read(document: &Document<'_>, context: Context<'_>) -> Result<Reading, ReadError> {
    let mended;
    let mut repaired = None;
    let value = match document.json() {
        Ok(value) => value,
        Err(error) => {
            mended = serde_json::from_str(&mend(document.text)).map_err(|_| error)?;
            repaired = Some("a quote in a title made invalid JSON; it was mended".to_owned());
            &mended
        }
    };
    if !is_issues(value) {
        return Err(ReadError::OtherPage(common::name(&ADAPTER), shape(value)));
    }
    let page = page(None, word(value, "baseURL").as_deref(), word(value, "title"), context);
    let mut reading = Reading { repaired: repaired.into_iter().collect(), ..Reading::default() };
    let issues = list(value, "pages");
    finish_all(&mut reading, "issue", issues.iter().map(draft), &page, context);
    let open = issues.iter().filter(|issue| !is_over(issue) && !is_information(issue)).flat_map(components);
    let open: Vec<Component> = open.collect();
    let report =
        ComponentState::worst(open.iter().map(|one| one.state)).map(|overall| PageReport { overall, components: open });
    finish(&mut reading, page, report);
    Ok(reading)
}

/// Escapes quotes inside of values: each stands on a line of its own, as `"key": "value",`.
fn mend(text: &str) -> String {
    let line = |line: &str| {
        let (key, rest) = line.split_once(": \"")?;
        let (value, end) = rest.rsplit_once('"')?;
        let is_end = matches!(end.trim(), "" | ",");
        is_end.then(|| format!("{key}: \"{}\"{end}", value.replace("\\\"", "\"").replace('"', "\\\"")))
    };
    text.lines().map(|one| line(one).unwrap_or_else(|| one.to_owned())).collect::<Vec<_>>().join("\n")
}

fn is_over(issue: &Value) -> bool {
    issue.get("resolved").and_then(Value::as_bool).unwrap_or(false)
}

fn is_information(issue: &Value) -> bool {
    issue.get("informational").and_then(Value::as_bool).unwrap_or(false)
}

fn state(issue: &Value) -> ComponentState {
    match word(issue, "severity").as_deref() {
        _ if is_over(issue) => ComponentState::Operational,
        Some("down") => ComponentState::MajorOutage,
        Some("disrupted") => ComponentState::PartialOutage,
        Some("notice") => ComponentState::DegradedPerformance,
        _ => ComponentState::Unknown,
    }
}

fn components(issue: &Value) -> impl Iterator<Item = Component> + '_ {
    let names = list(issue, "affected").iter().filter_map(as_word);
    names.map(|name| Component { native_id: None, name, before: None, state: state(issue) })
}

fn draft(issue: &Value) -> Result<Draft, String> {
    let link = word(issue, "permalink");
    let id = word(issue, "filename").map(|name| name.trim_end_matches(".md").to_owned());
    let impact = match word(issue, "severity").as_deref() {
        Some("down") => Some(Impact::Critical),
        Some("disrupted") => Some(Impact::Major),
        Some("notice") => Some(Impact::Minor),
        _ => None,
    };
    let created = time(issue, "createdAt");
    Ok(Draft {
        native_id: id.or_else(|| link.as_deref().and_then(crate::text::urls::last_segment)).unwrap_or_default(),
        title: line(issue, "title"),
        url: link,
        is_maintenance: is_information(issue),
        impact: if is_information(issue) { None } else { impact },
        phase: Some(match (is_over(issue), is_information(issue)) {
            (true, true) => Phase::Completed,
            (true, false) => Phase::Resolved,
            (false, _) => Phase::Investigating,
        }),
        started_at: created,
        first_post_at: created,
        resolved_at: time(issue, "resolvedAt"),
        last_update_at: time(issue, "lastMod"),
        components: components(issue).collect(),
        ..Draft::default()
    })
}
