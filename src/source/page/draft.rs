//! From what an adapter found to an incident: the rules that hold for every platform stand here once.

use super::{MOST, origin};
use crate::{
    model::{Component, Impact, Incident, IncidentKind, PageIdentity, Phase, Timestamp, Update},
    source::{Context, Reading},
    text::urls,
};

/// An incident as an adapter finds it. What is left out is computed: the phase from the posts, the first and last times
/// from them too, the end from the post that says so.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The page's id of it; must not be empty.
    pub native_id: String,
    /// Plain text.
    pub title: String,
    /// Its address, absolute or relative to the page.
    pub url: Option<String>,
    /// Planned work.
    pub is_maintenance: bool,
    /// How bad the page says it is.
    pub impact: Option<Impact>,
    /// The page's own word for where it stands; otherwise the newest post that announces a phase says it.
    pub phase: Option<Phase>,
    /// When the page says that the impact began.
    pub started_at: Option<Timestamp>,
    /// When the page first spoke, where it says so apart from its posts.
    pub first_post_at: Option<Timestamp>,
    /// When the page says that it ended. Believed only where the phase says that it is over.
    pub resolved_at: Option<Timestamp>,
    /// When the page last changed it, where no post says so.
    pub last_update_at: Option<Timestamp>,
    /// Maintenance only: the planned start …
    pub scheduled_for: Option<Timestamp>,
    /// … and the planned end.
    pub scheduled_until: Option<Timestamp>,
    /// What it lists.
    pub components: Vec<Component>,
    /// In any order.
    pub updates: Vec<Post>,
}

/// One post as an adapter finds it.
#[derive(Debug, Clone, Default)]
pub(super) struct Post {
    /// The platform's id of it; `None` where it has none, then it is made of minute and order.
    pub native_id: Option<String>,
    /// `None` for a word that is in no list, or where the platform gives no phases.
    pub phase: Option<Phase>,
    /// Plain text.
    pub text: String,
    /// The time that readers see. A post without one cannot be placed and is skipped.
    pub shown_at: Option<Timestamp>,
    /// When it was really posted, where that differs.
    pub posted_at: Option<Timestamp>,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// What it says of components.
    pub components: Vec<Component>,
}

impl Draft {
    /// The incident, and a line for each of its posts that cannot be placed.
    ///
    /// # Errors
    /// It has no id, or no time at all.
    pub fn finish(self, page: &PageIdentity, context: Context<'_>) -> Result<(Incident, Vec<String>), String> {
        let Self { native_id, title, .. } = self;
        if native_id.is_empty() {
            return Err(format!("“{title}” has no id"));
        }
        let (updates, skipped) = place(self.updates, &native_id);
        let phase = self.phase.unwrap_or_else(|| newest_phase(&updates));
        let last_update_at = updates.last().map(|update| update.shown_at).or(self.last_update_at);
        let last_update_at = last_update_at.or(self.first_post_at).or(self.started_at).or(self.scheduled_for);
        let first_post_at = self.first_post_at.or_else(|| updates.iter().map(|update| update.posted_at).min());
        let started_at = self.started_at.or(self.scheduled_for).or(first_post_at);
        if started_at.is_none() && last_update_at.is_none() {
            return Err(format!("“{title}” ({native_id}) has no readable time"));
        }
        let planned = matches!(phase, Phase::Scheduled | Phase::InProgress | Phase::Verifying | Phase::Completed);
        let is_maintenance = self.is_maintenance || planned;
        let resolved_at = self.resolved_at.or_else(|| end_of(&updates)).filter(|_| phase.is_over());
        let unsaid = if is_maintenance { Impact::Maintenance } else { Impact::Unknown };
        // What was read from a file lies where its page is.
        let root = page.host.as_ref().map(|host| format!("https://{host}/"));
        let incident = Incident {
            page: page.clone(),
            source: context.source.to_owned(),
            service: context.service.map(str::to_owned),
            kind: if is_maintenance { IncidentKind::Maintenance } else { IncidentKind::Outage },
            title,
            url: self.url.and_then(|url| urls::absolute(&url, context.base.or(root.as_deref()))),
            phase,
            impact: self.impact.unwrap_or(unsaid),
            started_at,
            first_post_at,
            last_update_at,
            resolved_at,
            scheduled_for: self.scheduled_for,
            scheduled_until: self.scheduled_until,
            components: self.components,
            updates,
            origin: origin(last_update_at, context),
            native_id,
        };
        Ok((incident, skipped))
    }
}

/// Finishes what an adapter found of a list, one by one: a bad incident is a line in `skipped` and costs only itself.
/// `what` names the list in such a line.
pub(super) fn finish_all(
    reading: &mut Reading,
    what: &str,
    drafts: impl IntoIterator<Item = Result<Draft, String>>,
    page: &PageIdentity,
    context: Context<'_>,
) {
    let mut extra = 0_usize;
    for (at, draft) in (1_usize..).zip(drafts) {
        if at > MOST {
            extra += 1;
            continue;
        }
        match draft.and_then(|draft| draft.finish(page, context)) {
            Ok((incident, skipped)) => {
                reading.skipped.extend(skipped);
                reading.incidents.push(incident);
            }
            Err(reason) => reading.skipped.push(format!("{what} {at}: {reason}")),
        }
    }
    if extra > 0 {
        reading.skipped.push(format!("{extra} more of {what}: at most {MOST} are read"));
    }
}

/// The posts, oldest first by the time shown, with ids, and a line for each that cannot be placed.
fn place(posts: Vec<Post>, incident: &str) -> (Vec<Update>, Vec<String>) {
    let mut skipped = Vec::new();
    let extra = posts.len().saturating_sub(MOST);
    if extra > 0 {
        skipped.push(format!("{extra} updates of incident {incident}: at most {MOST} are read"));
    }
    let mut placed: Vec<(Option<String>, Update)> = Vec::new();
    for (at, post) in (1..).zip(posts.into_iter().take(MOST)) {
        match post.shown_at.or(post.posted_at) {
            Some(shown_at) => placed.push(post.placed(shown_at)),
            None => skipped.push(format!("update {at} of incident {incident}: no readable time")),
        }
    }
    placed.sort_by_key(|(_, update)| (update.shown_at, update.posted_at));
    let mut updates: Vec<Update> = Vec::with_capacity(placed.len());
    for (id, update) in placed {
        let precise = id.is_some();
        let native_id = id.unwrap_or_else(|| minute_id(update.shown_at, &updates));
        updates.push(Update { native_id, precise, ..update });
    }
    (updates, skipped)
}

impl Post {
    fn placed(self, shown_at: Timestamp) -> (Option<String>, Update) {
        let posted_at = self.posted_at.unwrap_or(shown_at);
        let update = Update {
            native_id: String::new(),
            precise: false,
            phase: self.phase.unwrap_or(Phase::Unknown),
            text: self.text,
            shown_at,
            posted_at,
            edited_at: self.edited_at.filter(|edited_at| *edited_at > posted_at),
            components: self.components,
        };
        (self.native_id, update)
    }
}

/// The phase of the newest post that announces one.
pub(super) fn newest_phase(updates: &[Update]) -> Phase {
    let announces = |update: &&Update| !matches!(update.phase, Phase::Update | Phase::Unknown);
    updates.iter().rfind(announces).map_or(Phase::Unknown, |update| update.phase)
}

/// The newest post that says it is over.
pub(super) fn end_of(updates: &[Update]) -> Option<Timestamp> {
    let ends = |update: &&Update| matches!(update.phase, Phase::Resolved | Phase::Completed);
    updates.iter().rfind(ends).map(|update| update.shown_at)
}

/// The id of a post that has none: its minute, and its number among the posts of that minute, oldest first.
pub(super) fn minute_id(shown_at: Timestamp, earlier: &[Update]) -> String {
    let minute = shown_at.as_second().div_euclid(60);
    let number = 1 + earlier.iter().filter(|other| other.shown_at.as_second().div_euclid(60) == minute).count();
    let minute = Timestamp::from_second(minute * 60).unwrap_or(shown_at);
    format!("{minute}#{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn context() -> Context<'static> {
        let now = at("2024-12-27T00:00:00Z");
        Context {
            source: "a",
            service: None,
            language: None,
            base: None,
            now,
            hidden: false,
            watched: true,
            cursor: &super::super::super::NEVER_READ,
        }
    }

    fn post(shown_at: &str, phase: Phase) -> Post {
        Post { shown_at: Some(at(shown_at)), phase: Some(phase), ..Post::default() }
    }

    #[test]
    fn what_a_page_leaves_out_is_computed_from_its_posts() {
        let updates = vec![
            post("2024-12-26T21:00:00Z", Phase::Resolved),
            post("2024-12-26T19:00:00Z", Phase::Investigating),
            Post::default(),
        ];
        let draft = Draft { native_id: "x".to_owned(), updates, ..Draft::default() };
        let (incident, skipped) = draft.finish(&PageIdentity::default(), context()).expect("an incident");
        assert_eq!(skipped, ["update 3 of incident x: no readable time"]);
        assert_eq!((incident.phase, incident.impact), (Phase::Resolved, Impact::Unknown));
        assert_eq!(incident.started_at, Some(at("2024-12-26T19:00:00Z")));
        assert_eq!(incident.first_post_at, incident.started_at);
        assert_eq!(incident.resolved_at, Some(at("2024-12-26T21:00:00Z")));
        assert_eq!(incident.origin, crate::model::Origin::Observed);
    }

    #[test]
    fn an_end_is_believed_only_where_the_phase_says_that_it_is_over() {
        let updates = vec![post("2024-12-26T19:00:00Z", Phase::Monitoring)];
        let resolved_at = Some(at("2024-12-26T20:00:00Z"));
        let draft = Draft { native_id: "x".to_owned(), updates, resolved_at, ..Draft::default() };
        let (incident, _) = draft.finish(&PageIdentity::default(), context()).expect("an incident");
        assert_eq!(incident.resolved_at, None);
    }

    #[test]
    fn without_id_or_time_it_costs_only_itself() {
        let mut reading = Reading::default();
        let timed = || vec![post("2024-12-26T19:00:00Z", Phase::Resolved)];
        let drafts = [
            Ok(Draft { updates: timed(), ..Draft::default() }),
            Ok(Draft { native_id: "y".to_owned(), ..Draft::default() }),
            Err("no object".to_owned()),
            Ok(Draft { native_id: "z".to_owned(), updates: timed(), ..Draft::default() }),
        ];
        finish_all(&mut reading, "incident", drafts, &PageIdentity::default(), context());
        assert_eq!(reading.incidents.iter().map(|incident| incident.native_id.as_str()).collect::<Vec<_>>(), ["z"]);
        assert_eq!(reading.skipped.len(), 3, "{:?}", reading.skipped);
    }
}
