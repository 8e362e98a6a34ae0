//! Feeds that are logs: several entries are updates of one incident, or one entry is the newest update. They are folded by
//! their key, oldest first; the newest update's own label says where the incident stands.

use super::{
    draft::{Draft, Post},
    value::plain,
};
use crate::{
    model::{Phase, Timestamp},
    source::feed::{Document, Record},
    text::{html, urls},
};

/// One entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// What entries of one incident share.
    pub key: String,
    /// Its title, in one line.
    pub title: String,
    /// Where it leads.
    pub url: Option<String>,
    /// What its own label says.
    pub phase: Option<Phase>,
    /// Plain text.
    pub text: String,
    /// Its time: when it was last written.
    pub at: Option<Timestamp>,
    /// When it was first published, where that is earlier.
    pub since: Option<Timestamp>,
    /// Planned work.
    pub is_maintenance: bool,
}

impl Entry {
    /// The entry as the feed gives it, keyed by its id, else its link, else title and time.
    pub fn of(record: &Record, base: Option<&str>) -> Self {
        let title = record.title.as_ref().map(|title| html::one_line(&title.text())).unwrap_or_default();
        let link = record.links.iter().find_map(|link| urls::absolute(&link.href, base));
        let at = record.published.max(record.updated);
        let id = Some(record.id.trim()).filter(|id| !id.is_empty()).map(str::to_owned);
        let made = || format!("{title} {}", at.map(|at| at.to_string()).unwrap_or_default());
        Self {
            key: id.or_else(|| link.clone()).unwrap_or_else(made),
            title,
            url: link,
            text: text(record),
            at,
            since: record.published.filter(|published| Some(*published) < at),
            ..Self::default()
        }
    }
}

/// The markup of an entry.
pub(super) fn markup(record: &Record) -> &str {
    record.content.as_ref().or(record.summary.as_ref()).map_or("", |words| words.value.as_str())
}

fn text(record: &Record) -> String {
    let words = record.content.as_ref().or(record.summary.as_ref());
    words.map(|words| if words.is_plain { html::plain(&words.value) } else { plain(&words.value) }).unwrap_or_default()
}

/// The entries of a feed, in the order of the document, each made by `of`; what it makes nothing of is left out.
pub(super) fn entries(document: &Document, of: impl Fn(&Record) -> Option<Entry>) -> Vec<Entry> {
    document.entries.iter().filter_map(|(_, record)| of(record)).collect()
}

/// Entries of one key as one incident, in the order in which they are first met; the title, the address and the kind are
/// those of the newest.
pub(super) fn fold(entries: Vec<Entry>) -> Vec<Draft> {
    let mut drafts: Vec<(String, Vec<Entry>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for entry in entries {
        let place = *places.entry(entry.key.clone()).or_insert_with(|| {
            drafts.push((entry.key.clone(), Vec::new()));
            drafts.len() - 1
        });
        drafts[place].1.push(entry);
    }
    drafts.into_iter().map(|(key, entries)| draft(key, entries)).collect()
}

fn draft(native_id: String, mut entries: Vec<Entry>) -> Draft {
    entries.sort_by_key(|entry| entry.at);
    let newest = entries.last().cloned().unwrap_or_default();
    // An entry that was rewritten shows its newest words only; that it spoke before is known all the same.
    let first_post_at = entries.iter().filter_map(|entry| entry.since).min();
    let updates = entries.into_iter().map(|entry| Post {
        phase: entry.phase,
        text: entry.text,
        shown_at: entry.at,
        ..Post::default()
    });
    Draft {
        native_id,
        title: newest.title,
        url: newest.url,
        is_maintenance: newest.is_maintenance,
        first_post_at: first_post_at.filter(|since| newest.at.is_some_and(|at| *since < at)),
        updates: updates.collect(),
        ..Draft::default()
    }
}

/// The phase that a label names, in any case, with blanks or underscores: the canonical words and what else pages write.
pub(super) fn phase(label: &str) -> Option<Phase> {
    let word = label.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace([' ', '-'], "_");
    Some(match word.as_str() {
        "watching" | "monitoring_a_fix" | "fix_in_place" => Phase::Monitoring,
        "fixed" | "closed" | "restored" | "recovered" | "mitigated" | "ended" => Phase::Resolved,
        "maintenance_scheduled" | "planned" | "upcoming" | "notstartedyet" => Phase::Scheduled,
        "maintenance_in_progress" | "inprogress" | "underway" => Phase::InProgress,
        "maintenance_complete" | "maintenance_completed" | "complete" => Phase::Completed,
        "open" | "new" | "ongoing" | "active" => Phase::Investigating,
        word => Phase::parse(word).or_else(|| foreign(word))?,
    })
}

/// The phase that a label names in another language than English.
fn foreign(word: &str) -> Option<Phase> {
    Some(match word {
        "untersuchung" | "in_untersuchung" | "wird_untersucht" | "analyse" | "investigation" | "investigando"
        | "en_investigación" | "indagine" | "in_indagine" | "onderzoek" | "調査中" | "调查中" | "正在调查" => {
            Phase::Investigating
        }
        "identifiziert" | "ursache_gefunden" | "identifié" | "identifiée" | "identificado" | "identificato"
        | "geïdentificeerd" | "原因特定" | "已确认" => Phase::Identified,
        "überwachung" | "wird_überwacht" | "beobachtung" | "surveillance" | "en_surveillance" | "monitoreo"
        | "monitorando" | "monitoraggio" | "監視中" | "监控中" => Phase::Monitoring,
        "behoben" | "gelöst" | "erledigt" | "beendet" | "résolu" | "résolue" | "resuelto" | "resuelta"
        | "resolvido" | "resolvida" | "risolto" | "risolta" | "opgelost" | "解決" | "解決済み" | "復旧"
        | "復旧済み" | "已解决" | "已恢复" => Phase::Resolved,
        "geplant" | "planifié" | "planifiée" | "programado" | "programmato" | "agendado" | "gepland" | "予定"
        | "已计划" => Phase::Scheduled,
        "abgeschlossen" | "terminé" | "terminée" | "completado" | "completato" | "concluído" | "afgerond" | "完了"
        | "已完成" => Phase::Completed,
        _ => return None,
    })
}
