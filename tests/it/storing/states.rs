//! How pages are and were, and when nobody looked.

use std::time::Duration;

use downwire::model::{
    Batch, Component, ComponentState, Doubt, Health, PageIdentity, PageRecord, PageReport, SourceState, Stretch,
    Timestamp,
};

use super::{Place, at};

use ComponentState::{DegradedPerformance, MajorOutage, Operational, Unknown};

fn part(name: &str, state: ComponentState) -> Component {
    Component { native_id: Some(format!("id of {name}")), name: name.to_owned(), before: None, state }
}

fn record(when: &str, overall: ComponentState, components: Vec<Component>) -> PageRecord {
    PageRecord {
        page: PageIdentity {
            id: Some("p1".to_owned()),
            host: Some("status.example.org".to_owned()),
            name: Some("Example".to_owned()),
        },
        source: "Example status".to_owned(),
        service: Some("Example Cloud".to_owned()),
        at: at(when),
        report: Some(PageReport { overall, components }),
        impacts: Vec::new(),
        days: Vec::new(),
    }
}

/// The source after a poll at `when` that worked.
fn polled(when: &str, watched_since: &str) -> SourceState {
    let mut state = SourceState::new("Example status", "https://status.example.org", at(when));
    state.health = Health::Ok;
    state.last_attempt = Some(at(when));
    state.last_success = Some(at(when));
    state.watched_since = Some(at(watched_since));
    state.next_poll = at(when).saturating_add(jiff::SignedDuration::from_mins(5)).expect("a time");
    state
}

fn batch(pages: Vec<PageRecord>, source: SourceState) -> Batch {
    Batch { pages, source: Some(source), ..Batch::default() }
}

type Said = (Option<String>, ComponentState, String, Option<String>);

async fn history(place: &Place) -> Vec<Said> {
    let (from, until) = (at("2024-01-01T00:00:00Z"), at("2025-01-01T00:00:00Z"));
    let history = place.store.page_history("p1", from, until).await.expect("reads");
    let minute = |at: Timestamp| at.strftime("%H:%M").to_string();
    history
        .into_iter()
        .map(|one| (one.component, one.state, minute(one.time.from), one.time.until.map(minute)))
        .collect()
}

fn said(component: Option<&str>, state: ComponentState, from: &str, until: Option<&str>) -> Said {
    (component.map(str::to_owned), state, from.to_owned(), until.map(str::to_owned))
}

pub(super) async fn the_states_of_a_page_and_its_components_are_kept_as_stretches(place: Place) {
    let first = "2024-12-26T19:00:00Z";
    let steps = [
        (first, Operational, vec![part("API", Operational), part("Web", Operational)]),
        ("2024-12-26T19:05:00Z", Operational, vec![part("Web", Operational), part("API", Operational)]),
        ("2024-12-26T19:10:00Z", MajorOutage, vec![part("API", MajorOutage), part("Web", Operational)]),
        // A document that names no component says nothing of them; one that names some has lost the others.
        ("2024-12-26T19:15:00Z", MajorOutage, vec![]),
        ("2024-12-26T19:20:00Z", Operational, vec![part("API", Operational)]),
    ];
    for (when, overall, components) in steps {
        place.clock.advance(Duration::from_secs(300));
        let batch = batch(vec![record(when, overall, components)], polled(when, first));
        for _ in 0..2 {
            place.store.commit(std::slice::from_ref(&batch)).await.expect("commits, twice the same");
        }
    }
    let expected = [
        said(None, Operational, "19:00", Some("19:10")),
        said(None, MajorOutage, "19:10", Some("19:20")),
        said(None, Operational, "19:20", None),
        said(Some("API"), Operational, "19:00", Some("19:10")),
        said(Some("Web"), Operational, "19:00", Some("19:20")),
        said(Some("API"), MajorOutage, "19:10", Some("19:20")),
        said(Some("API"), Operational, "19:20", None),
    ];
    assert_eq!(history(&place).await, expected);
    let late = batch(vec![record(first, DegradedPerformance, vec![part("API", MajorOutage)])], polled(first, first));
    place.store.commit(&[late]).await.expect("commits");
    assert_eq!(history(&place).await, expected, "an older document changes nothing");
    let only_noon = (at("2024-12-26T12:00:00Z"), at("2024-12-26T13:00:00Z"));
    assert_eq!(place.store.page_history("p1", only_noon.0, only_noon.1).await.expect("reads"), []);
}

pub(super) async fn two_documents_of_one_poll_speak_together(place: Place) {
    let when = "2024-12-26T19:00:00Z";
    let summary = record(when, DegradedPerformance, vec![]);
    let list = record(when, Unknown, vec![part("API", DegradedPerformance), part("API", Operational)]);
    place.store.commit(&[batch(vec![summary, list], polled(when, when))]).await.expect("commits");
    let now = place.store.pages_now(Some("Example Cloud")).await.expect("reads");
    assert_eq!(now.len(), 1);
    assert_eq!((now[0].state, now[0].name.as_deref()), (DegradedPerformance, Some("Example")));
    let parts: Vec<_> = now[0].components.iter().map(|one| (one.name.as_str(), one.state)).collect();
    assert_eq!(parts, [("API", Operational)], "the later word of one component counts");
    assert_eq!(place.store.pages_now(Some("Other")).await.expect("reads"), []);
}

pub(super) async fn a_page_that_nobody_can_read_or_believe_is_unknown(place: Place) {
    let when = "2024-12-26T19:00:00Z";
    let well = batch(vec![record(when, Operational, vec![part("API", Operational)])], polled(when, when));
    place.store.commit(std::slice::from_ref(&well)).await.expect("commits");
    let now = async || place.store.pages_now(None).await.expect("reads").remove(0);
    assert_eq!((now().await.state, now().await.unknown), (Operational, None));

    let mut failing = polled(when, when);
    (failing.health, failing.failures) = (Health::Failing, 1);
    failing.last_error = Some("an HTML page, not JSON of a status page".to_owned());
    let mut frozen = polled(when, when);
    frozen.doubts = vec![Doubt::Frozen { since: at("2019-02-08T00:00:00Z") }];
    for (source, words) in [(failing, "an HTML page"), (frozen, "since 2019-02-08")] {
        place.store.commit(&[batch(vec![], source)]).await.expect("commits");
        let page = now().await;
        assert_eq!((page.state, page.components[0].state), (Unknown, Unknown), "{words}");
        assert!(page.unknown.as_ref().is_some_and(|why| why.contains(words)), "{:?}", page.unknown);
        assert_eq!(page.last_word, (Operational, at(when)), "its last word is kept, as its last word");
    }
    let mut moved = polled(when, when);
    moved.doubts = vec![Doubt::Elsewhere { host: "new.example".to_owned() }];
    place.store.commit(&[batch(vec![], moved)]).await.expect("commits");
    assert_eq!(now().await.state, Operational, "a page that has moved is believed");
    place.clock.advance(Duration::from_secs(3 * 300 + 1));
    assert_eq!(now().await.unknown.as_deref(), Some("it was not asked for long"), "downwire was not running");
}

pub(super) async fn what_was_not_observed_is_known(place: Place) {
    let polls = [
        ("2024-12-26T19:00:00Z", "2024-12-26T19:00:00Z"),
        ("2024-12-26T19:05:00Z", "2024-12-26T19:00:00Z"),
        // Downwire slept.
        ("2024-12-26T22:00:00Z", "2024-12-26T22:00:00Z"),
        ("2024-12-26T22:05:00Z", "2024-12-26T22:00:00Z"),
    ];
    for (when, since) in polls {
        for _ in 0..2 {
            place.store.commit(&[batch(vec![], polled(when, since))]).await.expect("commits, twice the same");
        }
    }
    let stretch = |from: &str, until: &str| Stretch { from: at(from), until: Some(at(until)) };
    let expected = [
        stretch("2024-12-26T19:00:00Z", "2024-12-26T19:05:00Z"),
        stretch("2024-12-26T22:00:00Z", "2024-12-26T22:05:00Z"),
    ];
    assert_eq!(place.store.observed("Example status").await.expect("reads"), expected);
    assert_eq!(place.store.observed("nobody").await.expect("reads"), []);
}
