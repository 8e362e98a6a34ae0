//! The archive as lines: JSON Lines ([`model::export`](crate::model::export) describes them) and incidents as CSV.

use crate::model::{
    ExportLine, Incident,
    export::{ExportedIncident, VERSION},
};

/// The JSON Schema (draft 2020-12) of a line.
pub const SCHEMA: &str = include_str!("assets/export.schema.json");

/// The first line.
pub const HEADER: ExportLine = ExportLine::Header { version: VERSION };

/// Columns of the table of incidents.
pub const COLUMNS: [&str; 18] = [
    "id",
    "service",
    "page",
    "native_id",
    "kind",
    "title",
    "url",
    "impact",
    "phase",
    "started_at",
    "first_post_at",
    "last_update_at",
    "resolved_at",
    "components",
    "updates",
    "origin",
    "copy_of",
    "received_at",
];

/// A line of JSON, without its line feed.
pub fn json(line: &ExportLine) -> String {
    // Every value of ours can be written: keys are strings, numbers are finite or become `null`.
    serde_json::to_string(line).unwrap_or_default()
}

/// The head of the table, as RFC 4180 writes it, without its line end.
pub fn csv_head() -> String {
    COLUMNS.join(",")
}

/// An incident as a row of the table.
pub fn csv_row(exported: &ExportedIncident) -> String {
    let incident: &Incident = &exported.incident;
    let at = |at: Option<crate::model::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let page = incident.page.host.as_ref().or(incident.page.id.as_ref());
    let components: Vec<&str> = incident.components.iter().map(|component| component.name.as_str()).collect();
    let cells: [String; COLUMNS.len()] = [
        exported.id.map(|id| id.to_string()).unwrap_or_default(),
        incident.service.clone().unwrap_or_default(),
        page.cloned().unwrap_or_default(),
        incident.native_id.clone(),
        incident.kind.as_str().to_owned(),
        incident.title.clone(),
        incident.url.clone().unwrap_or_default(),
        incident.impact.as_str().to_owned(),
        incident.phase.as_str().to_owned(),
        at(incident.started_at),
        at(incident.first_post_at),
        at(incident.last_update_at),
        at(incident.resolved_at),
        components.join("; "),
        incident.updates.len().to_string(),
        incident.origin.as_str().to_owned(),
        exported.copy_of.map(|id| id.to_string()).unwrap_or_default(),
        at(exported.received_at),
    ];
    cells.map(|cell| csv_cell(&cell)).join(",")
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe in front: titles come from outside.
fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        for (text, cell) in [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("say \"x\"\nand", "\"say \"\"x\"\"\nand\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("", ""),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }
}
