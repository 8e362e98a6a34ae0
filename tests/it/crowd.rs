//! Public posts: read from servers that behave as the real ones do, once each, and gone when their authors want it.

mod bluesky;
mod bluesky_payloads;
mod bluesky_peer;
mod bluesky_server;
mod documents;
mod hackernews;
mod jetstream;
mod lists;
mod mastodon;
mod numbers;
mod payloads;
mod real;
mod taken_back;
mod voices;

use std::{sync::Arc, time::Duration};

use downwire::{
    catalogue::Catalogue,
    classify::Classifier,
    fetch::{self, Fetcher},
    jobs::{Stages, Stop, Trouble, commit, ingest::poll_and_commit, queue::state_of},
    model::{Clock as _, Display, PostsQuery, SourceKind, SourceSpec, SourceState},
    store::{Committed, Store},
};

use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
};

/// When the first poll is made.
const NOW: &str = "2024-12-26T19:00:00Z";

/// A downwire that polls one source.
struct Poller {
    store: Store,
    spec: Arc<SourceSpec>,
    clock: FixedClock,
}

impl Poller {
    async fn new(folder: &Folder, clock: FixedClock, kind: SourceKind, url: &str, posts: PostsQuery) -> Self {
        let store = store(Backend::Sqlite, folder, clock.clone()).await.expect("SQLite is there");
        let spec = SourceSpec {
            name: format!("{} test", kind.as_str()),
            kind,
            url: url.to_owned(),
            schedule: "* * * * *".to_owned(),
            service: None,
            language: None,
            display: Display::Excerpt,
            posts,
        };
        Self { store, spec: Arc::new(spec), clock }
    }

    /// The same, about one service.
    fn about(mut self, service: &str) -> Self {
        Arc::make_mut(&mut self.spec).service = Some(service.to_owned());
        self
    }

    /// One poll by a downwire that has just started: whatever it needs to know is in the archive.
    async fn poll(&self) -> (SourceState, Committed) {
        let settings = fetch::Settings {
            allow: vec!["127.0.0.0/8".parse().expect("a network")],
            gap: Duration::ZERO,
            ..fetch::Settings::default()
        };
        let clock = Arc::new(self.clock.clone());
        let stages = Stages {
            fetcher: Fetcher::new(settings, clock.clone()).expect("can be made"),
            classifier: Classifier::new(&Catalogue::built_in()).into(),
            clock,
            store: self.store.clone(),
        };
        let states = self.store.source_states().await.expect("reads");
        let stored = states.get(&self.spec.name).cloned();
        let state = state_of(&self.spec, stored, self.clock.now());
        let (_give, stop) = Stop::new();
        let (commits, committer) = commit::committer(self.store.clone(), Trouble::default(), stop);
        let committer = tokio::spawn(committer);
        let polled = poll_and_commit(Arc::new(stages), self.spec.clone(), state, commits).await.expect("committed");
        committer.await.expect("ends");
        (polled.1, polled.2)
    }

    /// The texts that are held, sorted.
    async fn held(&self) -> Vec<String> {
        let since = "2000-01-01T00:00:00Z".parse().expect("an instant");
        let held = self.store.held_posts(&self.spec.name, since, 10_000).await.expect("reads");
        let mut texts = Vec::new();
        for post in held {
            let row = self.store.item(post.id).await.expect("reads").expect("there");
            texts.push(format!("{}{}", row.item.title, row.item.text));
        }
        texts.sort();
        texts
    }
}
