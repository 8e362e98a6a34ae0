//! `downwire search QUERY`: the same grammar as the page.

use anyhow::bail;
use serde_json::json;

use super::{Archive, Output};
use crate::{
    cli::SearchArgs,
    config::Settings,
    model::{Hit, Query, Timestamp},
    render::duration,
    search::{Order, Window},
    store::Row,
    text::{Snippet, snippet::snippet},
};

/// Longest snippet, in characters: what invariant 12 allows of other people's text.
const SNIPPET: usize = 300;

/// Prints the hits of a query.
///
/// # Errors
/// The query cannot be understood, or the archive cannot be read.
pub async fn search(
    archive: Archive,
    settings: &Settings,
    arguments: &SearchArgs,
    output: Output,
) -> anyhow::Result<()> {
    let text = arguments.query.join(" ");
    let query = match Query::parse(&text, archive.clock.now()) {
        Ok(query) => settings.catalogue.canonical(query),
        Err(error) => bail!("{error}\n  {text}\n  {:>1$}", "^", error.at + 1),
    };
    archive.settle().await?;
    let order = if arguments.best { Order::Best } else { Order::Newest };
    let window = Window { offset: 0, limit: usize::from(arguments.limit), order };
    let found = archive.search.search(&query, window)?;
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
    let mut rows = archive.store.rows(&ids).await?;
    let now = archive.clock.now();
    for hit in &found.hits {
        // A hit whose row is gone is not shown.
        let Some(row) = rows.remove(&hit.id) else { continue };
        let line = Line::of(hit, &row, &query);
        output.line(|| line.json(), || line.words(now));
    }
    if !output.json {
        match found.total {
            0 => println!("nothing found ({query})"),
            total => println!("{} of {total} ({query})", found.hits.len()),
        }
    }
    Ok(())
}

/// One hit.
struct Line {
    hit: Hit,
    kind: &'static str,
    title: String,
    url: Option<String>,
    at: Timestamp,
    source: String,
    services: Vec<String>,
    outage: bool,
    snippet: Snippet,
}

impl Line {
    fn of(hit: &Hit, row: &Row, query: &Query) -> Self {
        match row {
            Row::Item(row) => Self {
                hit: *hit,
                kind: row.item.kind.as_str(),
                title: row.item.title.clone(),
                url: row.item.url.clone(),
                at: row.item.published_at,
                source: row.item.source.clone(),
                services: row.verdict.service_names(),
                outage: row.verdict.outage,
                snippet: snippet(&row.item.text, query.words().into_iter(), SNIPPET),
            },
            Row::Incident(row) => Self {
                hit: *hit,
                kind: row.incident.kind.as_str(),
                title: row.incident.title.clone(),
                url: row.incident.url.clone(),
                at: row.at,
                source: row.incident.source.clone(),
                services: row.verdict.service_names(),
                outage: row.verdict.outage,
                snippet: snippet(&row.incident.text(), query.words().into_iter(), SNIPPET),
            },
        }
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "id": self.hit.id, "kind": self.kind, "title": self.title, "url": self.url, "published_at": self.at,
            "source": self.source, "services": self.services, "outage": self.outage, "rank": self.hit.rank,
            "snippet": self.snippet.text,
        })
    }

    fn words(&self, now: Timestamp) -> String {
        let title = if self.title.is_empty() { &self.snippet.text } else { &self.title };
        let outage = if self.outage { "outage  " } else { "" };
        let services =
            if self.services.is_empty() { String::new() } else { format!("  [{}]", self.services.join(", ")) };
        let place = self.url.as_deref().unwrap_or("");
        let ago = duration::ago(self.at, now);
        format!("{outage}{title}\n  {} · {} · {} ({ago}){services}\n  {place}\n", self.kind, self.source, self.at)
    }
}
