//! Every doubt, and what is none.

use super::*;
use crate::model::{Display, Validators};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn now() -> Timestamp {
    at("2024-12-26T20:00:00Z")
}

fn spec(kind: SourceKind, url: &str) -> SourceSpec {
    SourceSpec {
        name: "a".to_owned(),
        kind,
        url: url.to_owned(),
        schedule: "*/5 * * * *".to_owned(),
        service: Some("Acme Cloud".to_owned()),
        language: None,
        display: Display::Full,
    }
}

fn known(url: &str, page: Option<(&str, &str)>, items: u64) -> SourceState {
    let mut state = SourceState::new("a", url, now());
    state.items = items;
    state.page = page.map(|(id, name)| identity(id, name));
    state
}

fn identity(id: &str, name: &str) -> PageIdentity {
    PageIdentity { id: Some(id.to_owned()), host: None, name: Some(name.to_owned()) }
}

fn answer(outcome: Outcome, url: &str) -> Answer {
    Answer {
        outcome,
        url: url.to_owned(),
        moved_to: None,
        content_type: None,
        body: Vec::new(),
        validators: Validators::default(),
        fresh_for: None,
        retry_after: None,
        noindex: false,
    }
}

/// What one document of that page, answered from `url`, makes doubtful.
fn doubts(kind: SourceKind, before: &SourceState, url: &str, page: Option<(&str, &str)>) -> Vec<Doubt> {
    let mut evidence = Evidence::new(vec!["Acme Cloud".to_owned(), "Umbrella".to_owned(), "acme.example".to_owned()]);
    let page = page.map(|(id, name)| identity(id, name));
    evidence.take(&answer(Outcome::Fresh, url), &Reading { page, ..Reading::default() }, now());
    evidence.doubts(&spec(kind, &before.url), before, now())
}

const OWN: &str = "https://status.acme.example";
const HOSTED: &str = "https://acme.statuspage.io";

#[test]
fn a_strange_name_on_a_hosts_sub_domain_is_a_foreign_page() {
    let kind = SourceKind::Statuspage;
    let foreign = |name: &str| [Doubt::Foreign { name: name.to_owned() }];
    assert_eq!(doubts(kind, &known(HOSTED, None, 0), HOSTED, Some(("1", "Bakery Jones"))), foreign("Bakery Jones"));
    for name in ["Acme", "ACME Inc. Status", "umbrella corp", "AcmeCloud"] {
        assert_eq!(doubts(kind, &known(HOSTED, None, 0), HOSTED, Some(("1", name))), [], "{name}");
    }
    // On its own domain a service may call its page what it likes.
    assert_eq!(doubts(kind, &known(OWN, None, 0), OWN, Some(("1", "Bakery Jones"))), []);
    assert_eq!(doubts(kind, &known(HOSTED, None, 0), HOSTED, None), [], "a page without a name");
}

#[test]
fn a_page_that_answers_from_elsewhere_has_moved_and_is_foreign_under_a_strange_name() {
    let kind = SourceKind::Statuspage;
    let before = known(OWN, None, 0);
    let moved = |host: &str| Doubt::Elsewhere { host: host.to_owned() };
    assert_eq!(
        doubts(kind, &before, "https://www.acmestatus.net/x", Some(("1", "Acme"))),
        [moved("www.acmestatus.net")]
    );
    assert_eq!(doubts(kind, &before, "https://health.acme.example/x", Some(("1", "Acme"))), [], "the same owner");
    let parked = doubts(kind, &before, "https://parking.example.net/x", Some(("1", "Domains for Sale")));
    assert_eq!(parked, [Doubt::Foreign { name: "Domains for Sale".to_owned() }, moved("parking.example.net")]);
    assert!(!moved("x").blinds() && parked[0].blinds());
}

#[test]
fn another_id_under_another_name_is_another_page_until_the_first_comes_back() {
    let kind = SourceKind::Statuspage;
    let before = known(OWN, Some(("1", "Acme")), 3);
    let replaced = [Doubt::Replaced { before: "Acme".to_owned(), now: "Bakery".to_owned() }];
    let of = |page| {
        let mut doubts = doubts(kind, &before, OWN, Some(page));
        doubts.retain(|doubt| !matches!(doubt, Doubt::Emptied { .. }));
        doubts
    };
    assert_eq!(of(("2", "Bakery")), replaced);
    assert_eq!(of(("2", "Acme Status")), [], "the same owner on another platform");
    assert_eq!(of(("1", "Bakery")), [], "a new name");
    let mut evidence = Evidence::new(vec!["Acme".to_owned()]);
    let reading = Reading { page: Some(identity("2", "Bakery")), ..Reading::default() };
    evidence.take(&answer(Outcome::Fresh, OWN), &reading, now());
    assert_eq!(evidence.identity(&before), before.page, "the first page is remembered");
    assert!(evidence.is_foreign(&spec(kind, OWN), &before));
}

#[test]
fn what_always_held_entries_and_holds_none_is_doubtful_where_it_keeps_a_history() {
    let empty = |kind, items, url| doubts(kind, &known(url, None, items), url, None);
    let had = |had| [Doubt::Emptied { had }];
    assert_eq!(empty(SourceKind::Statuspage, 50, OWN), had(50));
    assert_eq!(empty(SourceKind::StatusFeed, 3, OWN), had(3));
    assert_eq!(empty(SourceKind::Feed, 20, OWN), had(20));
    assert_eq!(empty(SourceKind::Statuspage, 0, OWN), [], "a young page");
    assert_eq!(empty(SourceKind::Feed, 20, "https://acme.example/search?q=outage"), [], "a search may find nothing");
    assert_eq!(empty(SourceKind::Azure, 20, OWN), [], "its good days look like that");
}

#[test]
fn a_list_that_is_unchanged_is_not_empty() {
    let mut evidence = Evidence::new(Vec::new());
    evidence.take(&answer(Outcome::Fresh, OWN), &Reading::default(), now());
    evidence.take(&answer(Outcome::Unchanged, OWN), &Reading::default(), now());
    assert_eq!(evidence.doubts(&spec(SourceKind::Statuspage, OWN), &known(OWN, None, 9), now()), []);
}

#[test]
fn a_page_on_which_nothing_changes_for_years_is_frozen_also_when_it_answers_unchanged() {
    let mut before = known(OWN, None, 5);
    before.newest = Some(at("2019-02-08T00:00:00Z"));
    let mut evidence = Evidence::new(Vec::new());
    evidence.take(&answer(Outcome::Unchanged, OWN), &Reading::default(), now());
    let frozen = [Doubt::Frozen { since: at("2019-02-08T00:00:00Z") }];
    assert_eq!(evidence.doubts(&spec(SourceKind::Statuspage, OWN), &before, now()), frozen);
    assert_eq!(evidence.doubts(&spec(SourceKind::Feed, OWN), &before, now()), [], "a feed may end");
    assert_eq!(evidence.doubts(&spec(SourceKind::Vigil, OWN), &before, now()), [], "it measures by itself");
    before.newest = Some(at("2023-02-08T00:00:00Z"));
    assert_eq!(evidence.doubts(&spec(SourceKind::Statuspage, OWN), &before, now()), []);
}

#[test]
fn what_was_doubtful_stays_so_while_nothing_is_said_anew() {
    let mut before = known(OWN, None, 5);
    before.doubts =
        vec![Doubt::Foreign { name: "Bakery".to_owned() }, Doubt::Frozen { since: at("2001-01-01T00:00:00Z") }];
    let mut evidence = Evidence::new(Vec::new());
    evidence.take(&answer(Outcome::Unchanged, OWN), &Reading::default(), now());
    let kept = evidence.doubts(&spec(SourceKind::Statuspage, OWN), &before, now());
    assert_eq!(kept, [Doubt::Foreign { name: "Bakery".to_owned() }]);
}

#[test]
fn names_agree_by_a_word_of_their_own() {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (text, known) in [
        ("Anthropic", &["Claude", "Anthropic"][..]),
        ("GitHub Status", &["GitHub"]),
        ("www.acmestatus.net", &["Acme"]),
        ("X", &["X", "Twitter"]),
        ("Hewlett", &["Hewlett Packard Enterprise"]),
    ] {
        assert_eq!(is_named(text, &names(known)), text != "X", "{text}");
    }
    for (text, known) in [
        ("Status Page", &["Acme Status"][..]),
        ("Cloud Services", &["Acme Cloud"]),
        ("Bakery", &["Acme"]),
        ("", &["Acme"]),
    ] {
        assert!(!is_named(text, &names(known)), "{text}");
    }
}
