//! The health of every source, in words.

use axum::{extract::State, http::StatusCode, response::Response};

use super::{Candidate, Context, Sought, candidates, pages, search};
use crate::{
    model::{Health, SourceKind, SourceSpec, SourceState, Timestamp, quorum},
    render::{
        self,
        duration::{ago, stamp},
        view::{self, Frame},
    },
    source::posts::heard::CURSOR,
};

/// Names that the catalogue lacks are looked for in so many days, and so many are shown.
const CANDIDATE_DAYS: u16 = 7;
/// See [`CANDIDATE_DAYS`].
const CANDIDATES: usize = 20;

/// A name with the search for it and who said so.
fn candidate(one: Candidate) -> (String, String, String) {
    let href = search::href(&format!("kind:post outage:yes service:\"{}\"", one.name.replace('"', " ")));
    let words = format!("{} people in {} posts, last {}", one.authors, one.posts, stamp(one.last));
    (one.name, href, words)
}

/// `/sources`.
pub async fn page(State(context): State<Context>) -> Response {
    let states = match context.store.source_states().await {
        Ok(states) => states,
        Err(error) => return pages::unavailable(&error),
    };
    let now = context.clock.now();
    let mut known: Vec<(&SourceSpec, Option<&SourceState>)> = context
        .sources
        .iter()
        .map(|spec| (spec, states.get(&spec.name).filter(|state| state.url == spec.url)))
        .collect();
    known.sort_by_key(|(spec, state)| (rank(health(*state)), spec.name.to_lowercase()));
    let shared = quorum::troubles(&known);
    let summary = summary(&known, &shared);
    let shared = shared.iter().map(|trouble| trouble.words()).collect();
    let sources = known.into_iter().map(|(spec, state)| source(spec, state, now)).collect();
    let candidates = match candidates(&Sought::of(&context), CANDIDATE_DAYS).await {
        Ok(found) => found.into_iter().take(CANDIDATES).map(candidate).collect(),
        Err(error) => return pages::unavailable(&error),
    };
    let frame = Frame { title: "Sources · downwire".to_owned(), feed: None, now };
    pages::rendered(
        StatusCode::OK,
        render::pages::sources(&view::Sources { candidates, frame, summary, shared, sources }),
    )
}

/// How many are well. Many pages that failed at once for one reason are one trouble.
fn summary(known: &[(&SourceSpec, Option<&SourceState>)], shared: &[quorum::Trouble]) -> String {
    let count = |of: &dyn Fn(Health) -> bool| known.iter().filter(|(_, state)| of(health(*state))).count();
    let well = count(&|health| matches!(health, Health::Ok | Health::Partial));
    let doubted = count(&|health| health == Health::Doubtful);
    let unread = count(&|health| health == Health::New);
    let together: usize = shared.iter().map(|trouble| trouble.failing).sum();
    let troubled = (known.len() - well - doubted - unread).saturating_sub(together) + shared.len();
    let doubted = if doubted == 0 { String::new() } else { format!("{doubted} are in doubt; ") };
    format!(
        "{well} of {} sources were read at their last poll; {troubled} have trouble; {doubted}{unread} were not read yet.",
        known.len()
    )
}

fn health(state: Option<&SourceState>) -> Health {
    state.map_or(Health::New, |state| state.health)
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

fn source(spec: &SourceSpec, state: Option<&SourceState>, now: Timestamp) -> view::Source {
    let health = health(state);
    let (word, class) = match health {
        Health::New => ("unknown", ""),
        Health::Ok => ("read", "calm"),
        Health::Partial => ("read in part", "amber"),
        Health::Doubtful => ("in doubt", "amber"),
        Health::Limited => ("asked to wait", "amber"),
        Health::Failing => ("unknown: failing", "alarm"),
        Health::Stopped => ("stopped", "alarm"),
    };
    view::Source {
        name: spec.name.clone(),
        kind: match spec.kind {
            kind if kind.is_page() => "status page".to_owned(),
            SourceKind::Feed => "feed".to_owned(),
            SourceKind::Reports => "reports as numbers".to_owned(),
            SourceKind::Radar | SourceKind::Ioda => "measurements of the Internet".to_owned(),
            kind if kind.is_stream() => format!("posts, pushed ({})", kind.as_str()),
            kind => format!("posts ({})", kind.as_str()),
        },
        url: spec.url.clone(),
        health: word.to_owned(),
        class,
        words: state.map_or_else(|| "never asked yet".to_owned(), |state| words(state, spec.kind.is_stream(), now)),
        notes: state.map(|state| notes(spec, state, now)).unwrap_or_default(),
        items: state.map_or(0, |state| state.items),
    }
}

fn words(state: &SourceState, is_stream: bool, now: Timestamp) -> String {
    let next = format!("next try {}", ago(state.next_poll, now));
    let error = state.last_error.as_deref().unwrap_or("no reason known");
    let read = state.last_success.map_or_else(|| "never read".to_owned(), |at| format!("last read {}", ago(at, now)));
    match state.health {
        Health::New => format!("never asked yet; {next}"),
        Health::Ok | Health::Partial if is_stream => format!("listening; {} items so far", state.items),
        Health::Ok | Health::Partial | Health::Doubtful => {
            format!("{read}, {} items so far; next poll {}", state.items, ago(state.next_poll, now))
        }
        Health::Limited => format!("{error}; {read}; {next}"),
        Health::Failing => {
            let since = state
                .last_error_at
                .filter(|_| state.failures > 1)
                .map(|at| format!(", last {}", stamp(at)))
                .unwrap_or_default();
            let times = if state.failures == 1 {
                "failed once".to_owned()
            } else {
                format!("failed {} times in a row{since}", state.failures)
            };
            format!("{times}: {error}; {read}; {next}")
        }
        Health::Stopped => format!("{error}; not asked any more"),
    }
}

/// How far a stream has been heard, and how far behind the present that is.
fn heard_up_to(spec: &SourceSpec, state: &SourceState, now: Timestamp) -> Option<String> {
    let micros: i64 = state.cursor.get(CURSOR).filter(|_| spec.kind.is_stream())?.parse().ok()?;
    let at = Timestamp::from_microsecond(micros).ok()?;
    let behind = now.duration_since(at).as_secs().max(0);
    Some(format!("heard up to {}, {} s behind", stamp(at), behind))
}

fn notes(spec: &SourceSpec, state: &SourceState, now: Timestamp) -> Vec<String> {
    let mut notes: Vec<String> = state.doubts.iter().map(ToString::to_string).collect();
    notes.extend(heard_up_to(spec, state, now));
    notes.extend(state.skipped.iter().map(|what| format!("left out: {what}")));
    notes.extend(state.repaired.iter().map(|what| format!("mended: {what}")));
    notes.extend(state.moved_to.iter().map(|to| format!("moved for good to {to}: change it in feeds.toml")));
    if let Some((to, since, seen)) = &state.moving_to {
        notes.push(format!("seems to move to {to} (said {seen} times since {})", stamp(*since)));
    }
    notes
}
