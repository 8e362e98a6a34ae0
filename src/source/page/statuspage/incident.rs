//! One incident of a Statuspage document.

use serde_json::Value;

use super::{
    super::{
        MOST,
        draft::{end_of, minute_id, newest_phase},
        origin,
        value::{line, text, time, word},
    },
    Page, is_group,
};
use crate::{
    model::{Component, ComponentState, Impact, Incident, IncidentKind, PageIdentity, Phase, Timestamp, Update},
    source::Context,
    text::urls,
};

/// The incident, and a line for each of its updates that cannot be read.
///
/// # Errors
/// Why the incident as a whole cannot be read.
pub(super) fn read(
    value: &Value,
    kind: IncidentKind,
    page: &Page,
    context: Context<'_>,
) -> Result<(Incident, Vec<String>), String> {
    let title = line(value, "name");
    let Some(native_id) = word(value, "id") else { return Err(format!("“{title}” has no id")) };
    let (updates, skipped) = updates(value, &native_id);
    let created_at = time(value, "created_at");
    let phase = phase(value, &updates);
    let kind = kind_of(value, kind, phase);
    let last_update_at =
        updates.last().map(|update| update.shown_at).or_else(|| time(value, "updated_at")).or(created_at);
    let first_post_at = updates.iter().map(|update| update.posted_at).min().or(created_at);
    let planned_at = time(value, "scheduled_for");
    let started_at = time(value, "started_at").or(planned_at).or(created_at).or(first_post_at);
    if started_at.is_none() && last_update_at.is_none() {
        return Err(format!("“{title}” ({native_id}) has no readable time"));
    }
    let link = word(value, "shortlink").and_then(|link| urls::absolute(&link, context.base));
    let identity = identity(value, page, link.as_deref());
    let root = page.url.clone().or_else(|| identity.host.as_ref().map(|host| format!("https://{host}")));
    let own =
        root.and_then(|root| urls::absolute(&format!("{}/incidents/{native_id}", root.trim_end_matches('/')), None));
    let incident = Incident {
        page: identity,
        source: context.source.to_owned(),
        service: context.service.map(str::to_owned),
        kind,
        title,
        // The short link leads through a redirect on another host, and history feeds do not know it.
        url: own.or(link),
        phase,
        impact: word(value, "impact")
            .and_then(|impact| Impact::parse(&impact.to_lowercase()))
            .unwrap_or(Impact::Unknown),
        started_at,
        first_post_at,
        last_update_at,
        resolved_at: resolved_at(value, phase, &updates),
        scheduled_for: planned_at,
        scheduled_until: time(value, "scheduled_until"),
        components: components(value, page),
        updates,
        origin: origin(last_update_at, context),
        native_id,
    };
    Ok((incident, skipped))
}

fn phase_word(value: &Value) -> Option<Phase> {
    Phase::parse(&word(value, "status")?.to_lowercase().replace([' ', '-'], "_"))
}

/// The incident's own status where it is given, else that of the newest post which is more than an update.
fn phase(value: &Value, updates: &[Update]) -> Phase {
    phase_word(value).unwrap_or_else(|| newest_phase(updates))
}

fn kind_of(value: &Value, listed: IncidentKind, phase: Phase) -> IncidentKind {
    let planned = matches!(phase, Phase::Scheduled | Phase::InProgress | Phase::Verifying | Phase::Completed)
        || word(value, "impact").as_deref() == Some("maintenance")
        || time(value, "scheduled_for").is_some();
    if planned { IncidentKind::Maintenance } else { listed }
}

/// When it ended, by the state first: flags and end times are left standing on incidents that were opened again.
fn resolved_at(value: &Value, phase: Phase, updates: &[Update]) -> Option<Timestamp> {
    if !phase.is_over() {
        return None;
    }
    time(value, "resolved_at").or_else(|| end_of(updates))
}

/// The page by its own object, else by what the incident says of it. A short link's host is nobody's page.
fn identity(value: &Value, page: &Page, link: Option<&str>) -> PageIdentity {
    let link_host = link.and_then(urls::host).filter(|host| host != "stspg.io");
    PageIdentity {
        id: page.identity.id.clone().or_else(|| word(value, "page_id")),
        host: page.identity.host.clone().or(link_host),
        name: page.identity.name.clone(),
    }
}

/// The posts, oldest first by the time shown, and a line for each that cannot be read.
fn updates(value: &Value, incident: &str) -> (Vec<Update>, Vec<String>) {
    let list = value.get("incident_updates").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut skipped = Vec::new();
    let mut updates: Vec<(Option<String>, Update)> = Vec::new();
    // The page lists the newest first; reversed, posts of one instant stand in the order in which they were written.
    if list.len() > MOST {
        skipped.push(format!("{} oldest updates of incident {incident}: at most {MOST} are read", list.len() - MOST));
    }
    for (at, value) in list.iter().take(MOST).enumerate().rev() {
        match update(value) {
            Some(update) => updates.push((word(value, "id"), update)),
            None => skipped.push(format!("update {} of incident {incident}: no readable time", at + 1)),
        }
    }
    updates.sort_by_key(|(_, update)| (update.shown_at, update.posted_at));
    let mut named: Vec<Update> = Vec::with_capacity(updates.len());
    for (id, update) in updates {
        let precise = id.is_some();
        let native_id = id.unwrap_or_else(|| minute_id(update.shown_at, &named));
        named.push(Update { native_id, precise, ..update });
    }
    (named, skipped)
}

fn update(value: &Value) -> Option<Update> {
    let created_at = time(value, "created_at");
    // Readers saw `display_at`; it is null on every postmortem.
    let shown_at = time(value, "display_at").or(created_at)?;
    let posted_at = created_at.unwrap_or(shown_at);
    Some(Update {
        native_id: String::new(),
        precise: false,
        phase: phase_word(value).unwrap_or(Phase::Unknown),
        text: text(value, "body"),
        shown_at,
        posted_at,
        edited_at: time(value, "updated_at").filter(|edited_at| *edited_at > posted_at),
        components: affected(value),
    })
}

fn state(value: &Value, key: &str) -> Option<ComponentState> {
    let word = word(value, key)?.to_lowercase();
    // incident.io, which imitates this format, has its own word for the worst.
    ComponentState::parse(if word == "full_outage" { "major_outage" } else { &word })
}

/// The components of an incident or of a whole page, groups left out and put before the names of their members.
pub(super) fn components(value: &Value, page: &Page) -> Vec<Component> {
    let list = value.get("components").and_then(Value::as_array).into_iter().flatten();
    list.filter(|component| !is_group(component))
        .filter_map(|component| {
            Some(Component {
                name: page.name_of(component)?,
                native_id: word(component, "id"),
                before: None,
                state: state(component, "status").unwrap_or(ComponentState::Unknown),
            })
        })
        .collect()
}

/// What one post says of components.
fn affected(value: &Value) -> Vec<Component> {
    let list = value.get("affected_components").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|component| {
        Some(Component {
            native_id: word(component, "code"),
            name: word(component, "name")?,
            before: state(component, "old_status"),
            state: state(component, "new_status").unwrap_or(ComponentState::Unknown),
        })
    })
    .collect()
}
