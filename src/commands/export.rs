//! `downwire export`: the archive as JSON Lines, or its incidents as CSV; page by page, so memory stays small however
//! large it is.

use std::io::{BufWriter, Write as _};

use anyhow::Context as _;

use super::Archive;
use crate::{
    cli::ExportArgs,
    config::Settings,
    model::{Display, ExportLine, ExportedIncident, ExportedItem, ItemKind},
    render::export::{HEADER, SCHEMA, csv_head, csv_row, json},
    store::{IncidentRow, ItemRow},
    text::html::excerpt,
};

/// Rows that are read at once.
const ROWS: u64 = 500;

/// Longest excerpt of news, in characters (invariant 12).
const EXCERPT: usize = 300;

/// Prints the schema of a line.
pub fn schema() {
    print!("{SCHEMA}");
}

/// Prints the archive.
///
/// # Errors
/// The archive cannot be read, or standard output cannot be written.
pub async fn export(archive: &Archive, settings: &Settings, arguments: &ExportArgs) -> anyhow::Result<()> {
    let mut lines = Lines(BufWriter::new(std::io::stdout()));
    if arguments.csv {
        lines.write(&csv_head(), "\r\n")?;
        incidents(archive, &mut |line| lines.write(&csv_row(&line), "\r\n")).await?;
        return lines.end();
    }
    lines.line(&HEADER)?;
    incidents(archive, &mut |line| lines.line(&ExportLine::Incident(Box::new(line)))).await?;
    components(archive, &mut lines).await?;
    items(archive, settings, &mut lines).await?;
    lines.end()
}

/// Standard output, line by line.
struct Lines(BufWriter<std::io::Stdout>);

impl Lines {
    fn line(&mut self, line: &ExportLine) -> anyhow::Result<()> {
        self.write(&json(line), "\n")
    }

    fn write(&mut self, text: &str, end: &str) -> anyhow::Result<()> {
        let written = self.0.write_all(text.as_bytes()).and_then(|()| self.0.write_all(end.as_bytes()));
        went_away(written)
    }

    fn end(mut self) -> anyhow::Result<()> {
        went_away(self.0.flush())
    }
}

/// A reader that went away (`| head`) ends the program quietly; a full disk does not.
fn went_away(written: std::io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.context("cannot write the export"),
    }
}

/// Gives every incident to `take`, by id.
async fn incidents(
    archive: &Archive,
    take: &mut impl FnMut(ExportedIncident) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let rows = archive.store.incidents_page(after, ROWS).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        let edited: Vec<_> = rows.iter().filter(|row| row.edited_at.is_some()).map(|row| row.id).collect();
        let mut former = archive.store.former(&edited).await?;
        for row in rows {
            let versions = former.remove(&row.id).unwrap_or_default();
            take(exported_incident(row, versions))?;
        }
    }
}

fn exported_incident(row: IncidentRow, versions: Vec<crate::model::Former>) -> ExportedIncident {
    ExportedIncident {
        id: Some(row.id),
        page_key: Some(row.page_key),
        incident: row.incident,
        verdict: Some(row.verdict),
        received_at: Some(row.received_at),
        edited_at: row.edited_at,
        version: row.version,
        versions,
        copy_of: row.copy_of,
    }
}

/// Writes what pages say of their components.
async fn components(archive: &Archive, lines: &mut Lines) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = archive.store.impacts_page(after, ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        for (_, impact) in page {
            lines.line(&ExportLine::Impact(Box::new(impact)))?;
        }
    }
    let mut after = None;
    loop {
        let page = archive.store.days_page(after, ROWS).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        for (_, day) in page {
            lines.line(&ExportLine::Day(Box::new(day)))?;
        }
    }
}

/// Writes the items, as far as they may be given away.
async fn items(archive: &Archive, settings: &Settings, lines: &mut Lines) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let rows = archive.store.items_page(after, ROWS).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.item.id);
        let marks = archive.store.marks_on(&rows).await?;
        for row in rows {
            let source = settings.sources.iter().find(|source| source.name == row.item.source);
            let display = source.map_or(Display::Excerpt, |source| source.display);
            let mark = marks.get(&row.item.id).map(|mark| mark.exported(&row));
            lines.line(&ExportLine::Item(Box::new(ExportedItem { mark, ..exported_item(row, display) })))?;
        }
    }
}

/// An item without what may not be given away (invariant 12).
fn exported_item(row: ItemRow, display: Display) -> ExportedItem {
    let item = row.item;
    let (title, text) = match (item.kind, display) {
        (ItemKind::Post, _) => (None, None),
        (ItemKind::StatusUpdate, _) | (_, Display::Full) => (Some(item.title), Some(item.text)),
        (ItemKind::Headline | ItemKind::Article, Display::Excerpt) => {
            (Some(item.title), Some(excerpt(&item.text, EXCERPT)))
        }
    };
    ExportedItem {
        id: item.id,
        source: item.source,
        native_id: item.native_id,
        kind: item.kind,
        url: item.url,
        title,
        text,
        language: item.language,
        published_at: item.published_at,
        published_estimated: item.published_estimated,
        updated_at: item.updated_at,
        received_at: item.received_at,
        edited_at: row.edited_at,
        version: row.version,
        hidden: item.hidden,
        verdict: row.verdict,
        mark: None,
    }
}
