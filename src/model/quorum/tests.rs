//! What is one trouble, and what is many.

use super::*;
use crate::model::Display;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_735_200_000 + minute * 60).expect("a time")
}

fn source(kind: SourceKind, number: usize, health: Health, last_success: i64) -> (SourceSpec, SourceState) {
    let url = format!("https://status{number}.example.org");
    let spec = SourceSpec {
        name: format!("{} {number}", kind.as_str()),
        kind,
        url: url.clone(),
        schedule: "*/5 * * * *".to_owned(),
        service: None,
        language: None,
        display: Display::Excerpt,
        posts: crate::model::source::PostsQuery::default(),
    };
    let mut state = SourceState::new(&spec.name, &url, at(100));
    state.health = health;
    state.last_success = Some(at(last_success));
    state.last_attempt = Some(at(60));
    if health == Health::Failing {
        state.failures = 3;
        state.last_error = Some("the server answers with status 502".to_owned());
        state.last_error_at = Some(at(60));
    }
    (spec, state)
}

fn found(sources: &[(SourceSpec, SourceState)]) -> Vec<Trouble> {
    troubles(&sources.iter().map(|(spec, state)| (spec, Some(state))).collect::<Vec<_>>())
}

fn many(kind: SourceKind, health: Health, count: usize, last_success: i64) -> Vec<(SourceSpec, SourceState)> {
    (0..count).map(|number| source(kind, number, health, last_success + number as i64 % 5)).collect()
}

#[test]
fn many_pages_of_one_platform_that_fail_at_once_are_one_trouble() {
    let mut sources = many(SourceKind::Instatus, Health::Failing, 12, 30);
    sources.extend(many(SourceKind::Instatus, Health::Ok, 5, 55));
    sources.extend(many(SourceKind::Statuspage, Health::Ok, 40, 55));
    let found = found(&sources);
    let said: Vec<_> = found.iter().map(|trouble| (trouble.platform, trouble.failing, trouble.of)).collect();
    assert_eq!(said, [(Some("Instatus"), 12, 17)]);
    assert!(found[0].words().contains("12 of 17 pages on Instatus"), "{}", found[0].words());
    assert!(found[0].words().contains("502"), "{}", found[0].words());
}

#[test]
fn a_few_or_a_minority_or_those_that_failed_one_after_the_other_are_their_own_troubles() {
    assert_eq!(found(&many(SourceKind::Instatus, Health::Failing, 9, 30)), [], "fewer than ten");
    let mut sources = many(SourceKind::Instatus, Health::Failing, 12, 30);
    sources.extend(many(SourceKind::Instatus, Health::Ok, 20, 55));
    assert_eq!(found(&sources), [], "12 of 32");
    let one_by_one: Vec<_> =
        (0..12).map(|hour| source(SourceKind::Instatus, hour, Health::Failing, hour as i64 * -60)).collect();
    assert_eq!(found(&one_by_one), [], "an hour between them");
}

#[test]
fn what_failed_long_before_counts_on_neither_side() {
    let mut sources = many(SourceKind::Instatus, Health::Failing, 30, -10_000);
    sources.extend(many(SourceKind::Instatus, Health::Failing, 10, 30));
    sources.extend(many(SourceKind::Instatus, Health::Ok, 2, 55));
    // The densest are the 30 old ones: they are no trouble of now, as 12 were read after them.
    let found = found(&sources);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].failing, found[0].of), (30, 42));
}

#[test]
fn everything_at_once_is_this_machines_own_trouble() {
    let mut sources = many(SourceKind::Instatus, Health::Failing, 12, 30);
    sources.extend(many(SourceKind::Statuspage, Health::Failing, 12, 30));
    sources.extend(many(SourceKind::Feed, Health::Failing, 4, 30));
    let found = found(&sources);
    assert_eq!(found.iter().map(|trouble| trouble.platform).collect::<Vec<_>>(), [None]);
    assert_eq!(found[0].failing, 28);
}

#[test]
fn a_host_belongs_to_a_hosting_only_below_its_name() {
    assert_eq!(hosting("acme.statuspage.io"), Some("Statuspage"));
    assert_eq!(hosting("ACME.instatus.com:443"), Some("Instatus"));
    assert_eq!(hosting("acme.statuspage.datadoghq.com"), Some("Datadog"));
    for host in ["statuspage.io", "notstatuspage.io", "status.acme.com", ""] {
        assert_eq!(hosting(host), None, "{host}");
    }
}
