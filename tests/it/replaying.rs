//! Recorded pages, replayed poll by poll under a fixed clock through the real fetch and commit: what the archive holds
//! afterwards is one history, with every change at its time. What must be held is worked out here from the recordings
//! alone; nothing of downwire's reading is used for it.

mod atom;
mod dashboard;
mod quiet;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use downwire::{
    catalogue::Catalogue,
    classify::Classifier,
    fetch::{self, Fetcher},
    jobs::{Stages, Stop, Trouble, commit, ingest::poll_and_commit, queue::state_of},
    model::{Clock as _, Display, Doubt, Health, Id, Origin, Phase, SourceKind, SourceSpec, SourceState, Timestamp},
    store::{Committed, IncidentRow, Row, Store, Version},
};
use jiff::SignedDuration;

use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
    web::{Reply, Web},
};

/// Runs one scenario on every backend.
macro_rules! on_both {
    ($($scenario:path as $name:ident,)*) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { $scenario(super::Backend::Sqlite).await; })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { $scenario(super::Backend::Postgres).await; })* }
    };
}

on_both! {
    super::dashboard::replay as an_outage_that_grew_over_a_dashboard_is_one_history_with_every_change_at_its_time,
    super::atom::replay as dated_versions_of_a_history_feed_are_one_history_with_every_change_at_its_time,
    super::quiet::unchanged as a_poll_of_an_unchanged_page_writes_nothing_but_health,
}

/// What is new on a watched page was seen as it happened when it is younger.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// One incident as one snapshot tells it.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    /// The page's id of it.
    native_id: String,
    title: String,
    /// When it ended, once the page says that it did.
    over: Option<Timestamp>,
    /// Each post's time and words, oldest first.
    posts: Vec<(Timestamp, String)>,
    /// What else the page says of it.
    rest: String,
}

/// One recorded state of a page.
struct Snapshot {
    at: Timestamp,
    document: Reply,
    told: Vec<Told>,
}

/// What must be held of one incident.
#[derive(Debug)]
struct Known {
    told: Told,
    since: Timestamp,
    origin: Origin,
    /// Posts at first sight, and whether it was open then.
    first: (usize, bool),
    /// Every post that was ever told, with its last words.
    posts: Vec<(Timestamp, String)>,
    /// What must have been kept: when it was replaced, and the former title and whether it was over, or the former words.
    former: Vec<(Timestamp, Former)>,
}

#[derive(Debug)]
enum Former {
    Record(String, bool),
    Words(String),
}

/// What must be held after some snapshots.
#[derive(Default)]
struct Expected(BTreeMap<String, Known>);

impl Expected {
    /// Takes the next snapshot; gives the incidents that are new or changed by it.
    fn take(&mut self, snapshot: &Snapshot, is_first: bool) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        for told in &snapshot.told {
            match self.0.get_mut(&told.native_id) {
                None => {
                    let newest = told.posts.last().expect("has a post").0;
                    let is_seen = !is_first && snapshot.at.duration_since(newest) < FRESH;
                    let origin = if is_seen { Origin::Observed } else { Origin::Imported };
                    let (since, posts) = (snapshot.at, told.posts.clone());
                    let first = (posts.len(), told.over.is_none());
                    let known = Known { told: told.clone(), since, origin, first, posts, former: Vec::new() };
                    self.0.insert(told.native_id.clone(), known);
                }
                Some(known) if known.told == *told => continue,
                Some(known) => known.take(told, snapshot.at),
            }
            changed.insert(told.native_id.clone());
        }
        changed
    }

    fn posts(&self) -> usize {
        self.0.values().map(|known| known.posts.len()).sum()
    }
}

impl Known {
    fn take(&mut self, told: &Told, now: Timestamp) {
        if (&self.told.title, self.told.over.is_some()) != (&told.title, told.over.is_some()) {
            self.former.push((now, Former::Record(self.told.title.clone(), self.told.over.is_some())));
        }
        let mut left = self.posts.clone();
        let mut unknown = told.posts.clone();
        unknown.retain(|post| match left.iter().position(|known| known == post) {
            Some(place) => {
                left.remove(place);
                false
            }
            None => true,
        });
        for post in unknown {
            // Other words under the same stamp are an edit; everything else is new, and what was is not taken away.
            if let Some(place) = left.iter().position(|known| known.0 == post.0) {
                let before = left.remove(place);
                self.former.push((now, Former::Words(before.1.clone())));
                let own = self.posts.iter_mut().find(|own| **own == before).expect("is held");
                *own = post;
            } else {
                self.posts.push(post);
            }
        }
        self.posts.sort();
        self.told = told.clone();
    }
}

/// A downwire that polls one source; the archive is all that it knows from poll to poll.
struct Poller {
    store: Store,
    spec: Arc<SourceSpec>,
    stages: Arc<Stages>,
    clock: FixedClock,
}

impl Poller {
    /// `None` where there is no such backend.
    async fn new(backend: Backend, folder: &Folder, start: Timestamp, kind: SourceKind, url: String) -> Option<Self> {
        let clock = FixedClock::at(&start.to_string());
        let store = store(backend, folder, clock.clone()).await?;
        let settings = fetch::Settings {
            allow: vec!["127.0.0.0/8".parse().expect("a network")],
            gap: Duration::ZERO,
            ..fetch::Settings::default()
        };
        let shared = Arc::new(clock.clone());
        let stages = Stages {
            fetcher: Fetcher::new(settings, shared.clone()).expect("can be made"),
            classifier: Classifier::new(&Catalogue::built_in()).into(),
            clock: shared,
        };
        let spec = SourceSpec {
            name: format!("{} test", kind.as_str()),
            kind,
            url,
            schedule: "* * * * *".to_owned(),
            service: None,
            language: None,
            display: Display::Full,
        };
        Some(Self { store, spec: Arc::new(spec), stages: Arc::new(stages), clock })
    }

    /// One poll at this time.
    async fn poll_at(&self, at: Timestamp) -> (SourceState, Committed) {
        let wait = Duration::try_from(at.duration_since(self.clock.now())).expect("time goes forward");
        self.clock.advance(wait);
        let states = self.store.source_states().await.expect("reads");
        let state = state_of(&self.spec, states.get(&self.spec.name).cloned(), at);
        let (_give, stop) = Stop::new();
        let (commits, committer) = commit::committer(self.store.clone(), Trouble::default(), stop);
        let committer = tokio::spawn(committer);
        let polled = poll_and_commit(self.stages.clone(), self.spec.clone(), state, commits).await.expect("committed");
        committer.await.expect("ends");
        let stored = self.store.source_states().await.expect("reads");
        assert_eq!(stored.get(&self.spec.name), Some(&polled.1), "the next poll goes on from what is stored");
        (polled.1, polled.2)
    }

    /// The incidents that changed behind `seq`, each with its id; the archive's own record of when is `at`.
    async fn changed_after(&self, seq: i64, at: Timestamp) -> Vec<IncidentRow> {
        let changes = self.store.changes_after(seq, 10_000).await.expect("reads");
        assert!(changes.iter().all(|change| change.at == at), "every change has its time: {changes:?}");
        let ids: Vec<Id> = changes.iter().map(|change| change.id).collect();
        let rows = self.rows(&ids).await;
        assert_eq!(rows.len(), changes.len(), "one change of each");
        rows
    }

    async fn rows(&self, ids: &[Id]) -> Vec<IncidentRow> {
        let rows = self.store.rows(ids).await.expect("reads").into_values();
        rows.map(|row| match row {
            Row::Incident(row) => *row,
            Row::Item(row) => panic!("a page has no items: {row:?}"),
        })
        .collect()
    }
}

/// What a replay came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    polls: usize,
    incidents: usize,
    /// Seen as they happened.
    observed: usize,
    posts: usize,
    /// Posts that came after the incident's first sight.
    later: usize,
    /// Posts whose words were changed.
    edited: usize,
    /// Open at first sight, and over at the end.
    seen_to_end: usize,
    /// Not over at the end.
    open: usize,
    /// Incidents that the last snapshot does not show any more.
    evicted: usize,
}

/// Replays the snapshots and compares the archive after every poll with what was told up to there.
async fn replay(backend: Backend, kind: SourceKind, path: &str, snapshots: &[Snapshot]) -> Option<Figures> {
    let (folder, web) = (Folder::new(), Web::start());
    let start = snapshots.first().expect("a recording").at;
    let poller = Poller::new(backend, &folder, start, kind, web.url(path)).await?;
    let (mut expected, mut ids) = (Expected::default(), BTreeMap::new());
    let mut figures = Figures { polls: snapshots.len(), ..Figures::default() };
    for (number, snapshot) in snapshots.iter().enumerate() {
        let (incidents, posts) = (expected.0.len(), expected.posts());
        let changed = expected.take(snapshot, number == 0);
        let head = poller.store.head().await.expect("reads").seq;
        web.serve(path, snapshot.document.clone());
        let (state, committed) = poller.poll_at(snapshot.at).await;
        assert!(state.skipped.is_empty() && state.repaired.is_empty(), "{}: {state:?}", snapshot.at);
        // A page that never says that an incident is over is doubted, and read all the same.
        let is_believed = state.doubts.iter().all(|doubt| matches!(doubt, Doubt::Stuck { .. }));
        assert!([Health::Ok, Health::Doubtful].contains(&state.health) && is_believed, "{}: {state:?}", snapshot.at);
        let totals = poller.store.totals().await.expect("reads");
        let held = (totals.items, totals.incidents as usize, totals.updates as usize);
        assert_eq!(held, (0, expected.0.len(), expected.posts()), "{}", snapshot.at);
        let new = (committed.new_incidents, committed.new_updates);
        assert_eq!(new, (expected.0.len() - incidents, expected.posts() - posts), "{}", snapshot.at);
        let rows = poller.changed_after(head, snapshot.at).await;
        let names: BTreeSet<String> = rows.iter().map(|row| row.incident.native_id.clone()).collect();
        assert_eq!(names, changed, "what changed at {}, and nothing else", snapshot.at);
        for row in rows {
            let id = *ids.entry(row.incident.native_id.clone()).or_insert(row.id);
            assert_eq!(id, row.id, "an incident is one incident");
            let known = &expected.0[&row.incident.native_id];
            compare(&row, known);
        }
    }
    // What is not on the page any more is as it was.
    let rows = poller.rows(&ids.into_values().collect::<Vec<_>>()).await;
    assert_eq!(rows.len(), expected.0.len());
    let last: BTreeSet<&String> =
        snapshots.last().expect("a recording").told.iter().map(|told| &told.native_id).collect();
    for row in &rows {
        let known = &expected.0[&row.incident.native_id];
        compare(row, known);
        let versions = poller.store.versions(row.id).await.expect("reads");
        figures.edited += compare_versions(row, known, &versions);
        figures.observed += usize::from(row.incident.origin == Origin::Observed);
        figures.open += usize::from(!row.incident.phase.is_over());
        figures.evicted += usize::from(!last.contains(&row.incident.native_id));
        figures.seen_to_end += usize::from(row.incident.phase.is_over() && known.first.1);
        figures.posts += row.incident.updates.len();
        figures.later += row.incident.updates.len() - known.first.0;
    }
    figures.incidents = rows.len();
    Some(figures)
}

/// The words of a text, without what lies between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect()
}

/// An incident is held as it was told.
fn compare(row: &IncidentRow, known: &Known) {
    let (incident, told) = (&row.incident, &known.told);
    let name = &incident.native_id;
    assert_eq!(incident.title, told.title, "{name}");
    assert_eq!((incident.phase.is_over(), incident.resolved_at), (told.over.is_some(), told.over), "{name}");
    assert_eq!((incident.origin, row.received_at), (known.origin, known.since), "{name}");
    let mut held: Vec<_> = incident.updates.iter().map(|update| (update.shown_at, words(&update.text))).collect();
    assert!(held.is_sorted_by_key(|(at, _)| *at), "{name}: oldest first");
    held.sort();
    assert_eq!(held, known.posts, "{name}");
    assert_eq!(incident.first_post_at.map(minute), held.first().map(|(at, _)| minute(*at)), "{name}");
    assert_eq!(incident.last_update_at, told.posts.last().map(|(at, _)| *at), "{name}");
    let ids: BTreeSet<_> = incident.updates.iter().map(|update| &update.native_id).collect();
    assert_eq!(ids.len(), incident.updates.len(), "{name}");
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// What was replaced is kept, with the time at which it was; gives how many posts were edited.
fn compare_versions(row: &IncidentRow, known: &Known, versions: &[Version]) -> usize {
    let name = &row.incident.native_id;
    let (records, posts): (Vec<_>, Vec<_>) = versions.iter().partition(|version| version.part.is_empty());
    assert_eq!(records.len() as u32, row.version - 1, "{name}");
    for (at, former) in &known.former {
        let is_kept = match former {
            Former::Record(title, over) => records.iter().any(|version| {
                let phase = version.record["phase"].as_str().and_then(Phase::parse).expect("a phase");
                version.replaced_at == *at && version.record["title"] == **title && phase.is_over() == *over
            }),
            Former::Words(text) => posts.iter().any(|version| {
                version.replaced_at == *at && version.record["text"].as_str().map(words).as_ref() == Some(text)
            }),
        };
        assert!(is_kept, "{name}: {former:?} until {at} is not among {versions:?}");
    }
    let edits = known.former.iter().filter(|(_, former)| matches!(former, Former::Words(_))).count();
    assert_eq!(posts.len(), edits, "{name}: {posts:?}");
    edits
}
