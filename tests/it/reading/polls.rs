//! What a poll asks, and in which order.

use downwire::{
    model::{Answer, Ask, Display, Origin, Outcome, PostsQuery, SourceKind, SourceSpec, SourceState, Validators},
    source::{ReadError, Reading, first_ask},
};

use super::now;

fn spec(kind: SourceKind, url: &str) -> SourceSpec {
    SourceSpec {
        name: "example".to_owned(),
        kind,
        url: url.to_owned(),
        schedule: "*/5 * * * *".to_owned(),
        service: Some("Example Cloud".to_owned()),
        language: Some("EN-gb".to_owned()),
        display: Display::Excerpt,
        posts: PostsQuery::default(),
    }
}

fn state(url: &str) -> SourceState {
    SourceState::new("example", url, now())
}

fn answer(outcome: Outcome, url: &str, body: &str) -> Answer {
    Answer {
        outcome,
        url: url.to_owned(),
        moved_to: None,
        content_type: Some("text/plain; charset=us-ascii".to_owned()),
        body: body.as_bytes().to_vec(),
        validators: Validators::default(),
        fresh_for: None,
        retry_after: None,
        noindex: false,
        link: None,
    }
}

fn read(spec: &SourceSpec, state: &SourceState, ask: &Ask, answer: &Answer) -> Result<Reading, ReadError> {
    downwire::source::read(spec, state, ask, answer, now())
}

const ROOT: &str = "https://status.example.org";
const SUMMARY: &str = "https://status.example.org/api/v2/summary.json";
const INCIDENTS: &str = "https://status.example.org/api/v2/incidents.json";
const EMPTY: &str = r#"{"page":{"id":"p1","name":"Example"},"status":{"indicator":"none"},"incidents":null}"#;

#[test]
fn a_status_page_is_asked_for_its_summary_and_after_a_change_for_its_incidents() {
    let spec = spec(SourceKind::Statuspage, ROOT);
    let mut state = state(ROOT);
    let ask = first_ask(&spec, &state);
    assert_eq!((ask.url.as_str(), ask.validators.clone()), (SUMMARY, Validators::default()));
    let next = read(&spec, &state, &ask, &answer(Outcome::Fresh, SUMMARY, EMPTY)).expect("a summary").next;
    let next = next.expect("the incidents are wanted");
    assert_eq!(next.url, INCIDENTS);
    let next = read(&spec, &state, &next, &answer(Outcome::Fresh, INCIDENTS, EMPTY)).expect("a list").next;
    assert_eq!(next.map(|next| next.url).as_deref(), Some("https://status.example.org/history.json?page=1"));

    state.cursor.insert("archive".to_owned(), "done".to_owned());
    let unchanged = answer(Outcome::Unchanged, SUMMARY, "");
    assert!(read(&spec, &state, &ask, &unchanged).expect("nothing new").next.is_some(), "the list was never read");
    let known = Validators { etag: Some("\"x\"".to_owned()), ..Validators::default() };
    state.validators.insert(INCIDENTS.to_owned(), known.clone());
    assert_eq!(read(&spec, &state, &ask, &unchanged).expect("nothing new").next, None);
    let next = read(&spec, &state, &ask, &answer(Outcome::Fresh, SUMMARY, EMPTY)).expect("a summary").next;
    assert_eq!(next.expect("the incidents are wanted").validators, known);
}

const COMPONENTS: &str = "https://status.example.org/api/v2/components.json";

#[test]
fn a_page_says_how_it_is_with_groups_before_the_names_of_their_members() {
    let bytes = std::fs::read("tests/fixtures/reading/summary.json").expect("the fixture");
    let report = super::read(&bytes).expect("a summary").report.expect("it says how it is");
    let parts: Vec<_> = report.components.iter().map(|part| (part.name.as_str(), part.state.as_str())).collect();
    assert_eq!(parts, [("API / Login", "major_outage"), ("Website", "operational")]);
    // The page says “minor”; an incident of major impact is open.
    assert_eq!(report.overall.as_str(), "partial_outage");
    for (status, state) in [
        (r#"{"indicator":"none"}"#, "operational"),
        (r#"{"indicator":"critical"}"#, "major_outage"),
        (r#"{"indicator":"fine"}"#, "unknown"),
        (r#"{"description":"All Systems Operational"}"#, "unknown"),
    ] {
        let text = format!(r#"{{"page":{{"id":"p"}},"status":{status},"incidents":[]}}"#);
        let report = super::read(text.as_bytes()).expect("a summary").report.expect("it has a status");
        assert_eq!(report.overall.as_str(), state, "{status}");
    }
    let list = r#"{"page":{"id":"p"},"incidents":[]}"#;
    assert_eq!(super::read(list.as_bytes()).expect("a list").report, None, "no word is no good word");
}

#[test]
fn a_summary_that_does_not_name_every_component_leads_to_their_list() {
    let spec = spec(SourceKind::Statuspage, ROOT);
    let mut state = state(ROOT);
    let groups = |members: &str| {
        format!(
            r#"{{"page":{{"id":"p"}},"status":{{"indicator":"none"}},"components":[
            {{"id":"g","name":"EU","status":"operational","group":true,"components":[{members}]}},
            {{"id":"c1","name":"API","status":"operational","group":false,"group_id":"g"}}]}}"#
        )
    };
    for (members, wanted) in [(r#""c1","c2""#, true), (r#""c1""#, false)] {
        let reading =
            read(&spec, &state, &first_ask(&spec, &state), &answer(Outcome::Fresh, SUMMARY, &groups(members)));
        let reading = reading.expect("a summary");
        assert_eq!(reading.report.expect("a report").components.is_empty(), wanted, "what is cut is not a list");
        state.cursor.extend(reading.cursor);
        let next = read(&spec, &state, &reading.next.expect("a list"), &answer(Outcome::Fresh, INCIDENTS, EMPTY));
        let next = next.expect("a list").next.expect("more").url;
        assert_eq!(next == COMPONENTS, wanted, "{next}");
    }
    let list = answer(Outcome::Fresh, COMPONENTS, &groups(r#""c1""#).replace(r#""status":{"indicator":"none"},"#, ""));
    let ask = downwire::model::Ask { url: COMPONENTS.to_owned(), ..Default::default() };
    let report = read(&spec, &state, &ask, &list).expect("a list").report.expect("a report");
    let parts: Vec<_> = report.components.iter().map(|part| part.name.as_str()).collect();
    assert_eq!((parts, report.overall.as_str()), (vec!["EU / API"], "unknown"));
}

#[test]
fn the_root_is_found_whatever_was_configured_or_redirected_to() {
    for url in [ROOT, "https://status.example.org/", SUMMARY, INCIDENTS] {
        assert_eq!(first_ask(&spec(SourceKind::Statuspage, url), &state(url)).url, SUMMARY, "{url}");
    }
    let mut moved = state(ROOT);
    moved.moved_to = Some("https://status.new.example/api/v2/summary.json".to_owned());
    assert_eq!(
        first_ask(&spec(SourceKind::Statuspage, ROOT), &moved).url,
        "https://status.new.example/api/v2/summary.json"
    );
    let feed = "https://status.example.org/history.atom";
    assert_eq!(first_ask(&spec(SourceKind::Statuspage, feed), &state(feed)).url, feed);
}

#[test]
fn a_summary_that_cannot_be_read_is_an_error() {
    let spec = spec(SourceKind::Statuspage, ROOT);
    let ask = first_ask(&spec, &state(ROOT));
    let page = answer(Outcome::Fresh, SUMMARY, "<html><title>Status</title></html>");
    assert!(matches!(read(&spec, &state(ROOT), &ask, &page), Err(ReadError::Html(..))));
}

#[test]
fn only_what_happens_while_the_page_is_watched_is_observed() {
    let spec = spec(SourceKind::Statuspage, ROOT);
    let incident = |id: &str, at: &str| {
        format!(r#"{{"id":"{id}","name":"n","status":"investigating","impact":"none","created_at":"{at}"}}"#)
    };
    let body = format!(
        r#"{{"incidents":[{},{}]}}"#,
        incident("new", "2025-01-02T11:00:00Z"),
        incident("old", "2024-12-01T11:00:00Z")
    );
    let origins = |state: &SourceState| -> Vec<Origin> {
        let reading = read(&spec, state, &first_ask(&spec, state), &answer(Outcome::Fresh, SUMMARY, &body));
        reading.expect("a list").incidents.into_iter().map(|incident| incident.origin).collect()
    };
    let mut watched = state(ROOT);
    assert_eq!(origins(&watched), [Origin::Imported, Origin::Imported]);
    watched.last_success = Some(now());
    assert_eq!(origins(&watched), [Origin::Observed, Origin::Imported]);
}

#[test]
fn a_feed_takes_address_language_and_noindex_from_around_it() {
    let url = "https://example.org/feeds/all.xml";
    let spec = spec(SourceKind::Feed, url);
    let state = state(url);
    let ask = first_ask(&spec, &state);
    assert_eq!(ask.url, url);
    let body = "<rss version='2.0'><channel><item><title>x</title><link>../a</link></item></channel></rss>";
    let mut fresh = answer(Outcome::Fresh, url, body);
    fresh.noindex = true;
    let reading = read(&spec, &state, &ask, &fresh).expect("a feed");
    let item = &reading.items[0];
    assert_eq!(item.url.as_deref(), Some("https://example.org/a"));
    assert_eq!((item.language.as_deref(), item.hidden), (Some("en"), true));
    assert_eq!(read(&spec, &state, &ask, &answer(Outcome::Unchanged, url, "")), Ok(Reading::default()));
}
