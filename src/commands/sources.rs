//! `downwire sources`: the health of every source.

use serde_json::json;

use super::{Archive, Output};
use crate::{
    config::Settings,
    jobs::queue::state_of,
    model::{Health, SourceSpec, SourceState},
};

/// Prints every configured source, those with trouble first.
///
/// # Errors
/// The archive cannot be read.
pub async fn sources(archive: &Archive, settings: &Settings, output: Output) -> anyhow::Result<()> {
    let mut stored = archive.store.source_states().await?;
    let now = archive.clock.now();
    let mut sources: Vec<(&SourceSpec, SourceState)> =
        settings.sources.iter().map(|spec| (spec, state_of(spec, stored.remove(&spec.name), now))).collect();
    sources.sort_by_key(|(spec, state)| (rank(state.health), spec.name.to_lowercase()));
    for (spec, state) in &sources {
        output.line(|| row(spec, state), || words(spec, state));
    }
    Ok(())
}

/// Problems first.
fn rank(health: Health) -> u8 {
    match health {
        Health::Stopped => 0,
        Health::Failing => 1,
        Health::Limited => 2,
        Health::Doubtful => 3,
        Health::Partial => 4,
        Health::New => 5,
        Health::Ok => 6,
    }
}

/// The line of DESIGN section 7.
pub(super) fn row(spec: &SourceSpec, state: &SourceState) -> serde_json::Value {
    // An error that is over is history: the line tells of it only while it lasts.
    let failing = state.failures > 0;
    json!({
        "name": spec.name,
        "kind": spec.kind.as_str(),
        "url": spec.url,
        "state": state.health.as_str(),
        "last_success": state.last_success,
        "last_error": state.last_error.as_ref().filter(|_| failing),
        "next_poll": (state.health != Health::Stopped).then_some(state.next_poll),
        "items": state.items,
        "skipped": state.skipped,
        "repaired": state.repaired,
        "moved_to": state.moved_to,
        "platform": state.platform.map(crate::model::SourceKind::as_str),
        "doubts": state.doubts.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn words(spec: &SourceSpec, state: &SourceState) -> String {
    let detail = match state.health {
        Health::New => "not read yet: what is there is unknown".to_owned(),
        Health::Ok => format!("{} items", state.items),
        Health::Partial => format!("{} items; left out: {}", state.items, state.skipped.join("; ")),
        Health::Doubtful => state.doubts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        Health::Failing | Health::Limited | Health::Stopped => state.last_error.clone().unwrap_or_default(),
    };
    let platform = state.platform.map(|platform| format!(" ({})", platform.as_str())).unwrap_or_default();
    let mended: String = state.repaired.iter().map(|note| format!("; note: {note}")).collect();
    format!("{:8} {:32} {detail}{platform}{mended}", state.health.as_str(), spec.name)
}
