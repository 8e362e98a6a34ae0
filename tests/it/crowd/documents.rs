//! Documents of the networks, read as the answer to a source's first request: our own fixtures against goldens, and damage.

use std::fs;

use downwire::{
    model::{Answer, Ask, Display, Outcome, PostsQuery, SourceKind, SourceSpec, SourceState, Timestamp, Validators},
    source::{self, ReadError, Reading},
};
use proptest::prelude::*;

use crate::{reading::fixtures::told, support::golden};

/// The present of these readings.
pub fn now() -> Timestamp {
    "2026-10-01T00:00:00Z".parse().expect("an instant")
}

/// A fresh answer from an address, with nothing else said.
pub fn answer(url: &str, body: &[u8]) -> Answer {
    Answer {
        outcome: Outcome::Fresh,
        url: url.to_owned(),
        moved_to: None,
        content_type: None,
        body: body.to_owned(),
        validators: Validators::default(),
        fresh_for: None,
        retry_after: None,
        noindex: false,
        link: None,
    }
}

/// Reads a document.
pub fn read(kind: SourceKind, body: &[u8]) -> Reading {
    try_read(kind, body).unwrap_or_else(|error| panic!("{kind:?}: {error}"))
}

/// The same, where it may be none of the network's.
pub fn try_read(kind: SourceKind, body: &[u8]) -> Result<Reading, ReadError> {
    let posts = PostsQuery { accounts: vec!["a".to_owned()], queries: vec!["b".to_owned()], ..PostsQuery::default() };
    let url = "https://forum.example".to_owned();
    let spec = SourceSpec {
        name: "real".to_owned(),
        kind,
        url: url.clone(),
        schedule: "* * * * *".to_owned(),
        service: Some("ChatGPT".to_owned()),
        language: None,
        display: Display::Excerpt,
        posts,
    };
    let state = SourceState::new("real", &url, now());
    let ask: Ask = source::begin(&spec, &state, now()).expect("asks for something");
    let answer = answer(&ask.url, body);
    source::read(&spec, &state, &ask, &answer, now())
}

/// Our own documents, in the shapes of the real ones with what goes wrong in them.
const FIXTURES: [(SourceKind, &str); 13] = [
    (SourceKind::Lemmy, "lemmy_v3.json"),
    (SourceKind::Lemmy, "lemmy_v4.json"),
    (SourceKind::Lemmy, "activity.json"),
    (SourceKind::Discourse, "discourse_posts.json"),
    (SourceKind::Discourse, "discourse_topics.json"),
    (SourceKind::StackExchange, "stackexchange.json"),
    (SourceKind::GitHub, "github.json"),
    (SourceKind::Reddit, "reddit.json"),
    (SourceKind::Reddit, "reddit.atom"),
    (SourceKind::Telegram, "telegram.html"),
    (SourceKind::Radar, "radar.json"),
    (SourceKind::Ioda, "ioda.json"),
    (SourceKind::YouTube, "reddit.atom"),
];

fn fixture(name: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/fixtures/posts/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a fixture")
}

#[test]
fn the_documents_of_every_network_read_as_their_goldens_say() {
    for (kind, name) in FIXTURES {
        let reading = read(kind, &fixture(name));
        let mut said = told(&reading);
        reading.deleted.iter().for_each(|id| said.push_str(&format!("taken back: {id}\n")));
        for item in reading.items.iter().filter_map(|item| item.post.as_ref()) {
            said.push_str(&format!(
                "by {:?}, {:?} here, answers {:?}, repeats {:?}\n",
                item.author, item.local_id, item.reply_to, item.repost_of
            ));
        }
        let next = reading.next.map(|ask| ask.url).unwrap_or_default();
        said.push_str(&format!("then {next:?}\ncursor {:?}\n", reading.cursor));
        golden::check(&format!("posts/{name}.{}.golden", kind.as_str()), &said);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_document_makes_a_network_panic(
        which in 0..FIXTURES.len(), cut in 0.0_f64..1.0, at in 0.0_f64..1.0, bytes in proptest::collection::vec(any::<u8>(), 0..12)
    ) {
        let (kind, name) = FIXTURES[which];
        let whole = fixture(name);
        let place = |share: f64| (share * whole.len() as f64) as usize;
        let mut damaged = whole[..place(cut).max(1)].to_vec();
        let at = place(at).min(damaged.len());
        damaged.splice(at..at, bytes);
        let _read = try_read(kind, &damaged);
        let mut whole = whole.clone();
        let end = (at + 3).min(whole.len());
        whole.drain(at..end);
        let _read = try_read(kind, &whole);
    }
}
