//! A hit in one line: for machines, and for a terminal.

use serde_json::json;

use crate::{
    model::{Hit, Query, Timestamp},
    render::duration,
    store::Row,
    text::{Snippet, snippet::snippet},
};

/// Longest snippet, in characters: what invariant 12 allows of other people's text.
const SNIPPET: usize = 300;

/// One hit, as command line and API give it.
pub struct HitLine {
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

impl HitLine {
    /// A hit with its row, as this query found it.
    pub fn of(hit: &Hit, row: &Row, query: &Query) -> Self {
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

    /// As a machine reads it (DESIGN section 7).
    pub fn json(&self) -> serde_json::Value {
        json!({
            "id": self.hit.id, "kind": self.kind, "title": self.title, "url": self.url, "published_at": self.at,
            "source": self.source, "services": self.services, "outage": self.outage, "rank": self.hit.rank,
            "snippet": self.snippet.text,
        })
    }

    /// As it is read on a terminal.
    pub fn words(&self, now: Timestamp) -> String {
        let title = if self.title.is_empty() { &self.snippet.text } else { &self.title };
        let outage = if self.outage { "outage  " } else { "" };
        let services =
            if self.services.is_empty() { String::new() } else { format!("  [{}]", self.services.join(", ")) };
        let place = self.url.as_deref().unwrap_or("");
        let ago = duration::ago(self.at, now);
        format!("{outage}{title}\n  {} · {} · {} ({ago}){services}\n  {place}\n", self.kind, self.source, self.at)
    }
}
