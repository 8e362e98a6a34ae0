//! What joining must hold, on incidents made up by proptest: one truth, seen through JSON and through a history feed.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::model::{ComponentState, Origin, PageIdentity};

/// One post as it really was.
#[derive(Debug, Clone)]
struct Post {
    /// Seconds after the post before it.
    gap: i64,
    phase: Phase,
    /// The feed calls it "Update", as it does with every phase that is repeated.
    repeated: bool,
    text: String,
}

fn post() -> impl Strategy<Value = Post> {
    let phase = prop_oneof![Just(Phase::Investigating), Just(Phase::Identified), Just(Phase::Monitoring)];
    // Few texts, and gaps around a minute: repetitions and posts of one minute are the hard cases.
    (0..150_i64, phase, any::<bool>(), "(we look|a fix|still|)").prop_map(|(gap, phase, repeated, text)| Post {
        gap,
        phase,
        repeated,
        text,
    })
}

fn posts() -> impl Strategy<Value = Vec<Post>> {
    proptest::collection::vec(post(), 1..8)
}

fn from_json(posts: &[Post]) -> Incident {
    let mut at: Timestamp = "2024-12-26T18:30:20Z".parse().expect("it is right");
    let mut updates = Vec::new();
    for (number, post) in posts.iter().enumerate() {
        at = at.checked_add(SignedDuration::from_secs(post.gap)).expect("it is right");
        updates.push(update(&format!("u{number}"), true, post.phase, &post.text, at));
    }
    incident(updates)
}

fn from_feed(posts: &[Post]) -> Incident {
    let mut updates: Vec<Update> = Vec::new();
    for (exact, post) in from_json(posts).updates.into_iter().zip(posts) {
        let at = minute(exact.shown_at);
        let number = 1 + updates.iter().filter(|other| other.shown_at == at).count();
        let phase = if post.repeated { Phase::Update } else { post.phase };
        updates.push(update(&format!("{at}#{number}"), false, phase, &post.text, at));
    }
    incident(updates)
}

fn update(native_id: &str, precise: bool, phase: Phase, text: &str, at: Timestamp) -> Update {
    Update {
        native_id: native_id.to_owned(),
        precise,
        phase,
        text: text.to_owned(),
        shown_at: at,
        posted_at: at,
        edited_at: None,
        components: vec![],
    }
}

fn incident(updates: Vec<Update>) -> Incident {
    let first = updates.first().map(|update| update.shown_at);
    Incident {
        native_id: "abc".to_owned(),
        page: PageIdentity::default(),
        source: "page".to_owned(),
        service: None,
        kind: IncidentKind::Outage,
        title: "Errors".to_owned(),
        url: Some("https://status.example.org/incidents/abc".to_owned()),
        phase: updates
            .iter()
            .rfind(|update| update.phase != Phase::Update)
            .map_or(Phase::Unknown, |update| update.phase),
        impact: Impact::Unknown,
        started_at: first,
        first_post_at: first,
        last_update_at: updates.last().map(|update| update.shown_at),
        resolved_at: None,
        scheduled_for: None,
        scheduled_until: None,
        components: vec![],
        updates,
        origin: Origin::Imported,
    }
}

fn ids(incident: &Incident) -> Vec<&str> {
    let mut ids: Vec<_> = incident.updates.iter().map(|update| update.native_id.as_str()).collect();
    ids.sort_unstable();
    ids
}

fn texts(incident: &Incident) -> Vec<&str> {
    let mut texts: Vec<_> = incident.updates.iter().map(|update| update.text.as_str()).collect();
    texts.sort_unstable();
    texts
}

fn is_in_order(incident: &Incident) -> bool {
    incident.updates.is_sorted_by_key(|update| update.shown_at)
}

proptest! {
    #[test]
    fn the_same_document_twice_changes_nothing(posts in posts(), feed: bool) {
        let known = if feed { from_feed(&posts) } else { from_json(&posts) };
        let mut joined = known.clone();
        prop_assert!(!joined.absorb(known.clone()).is_change());
        prop_assert_eq!(joined, known);
    }

    #[test]
    fn feed_and_json_give_the_same_posts_in_either_order(posts in posts()) {
        let (json, feed) = (from_json(&posts), from_feed(&posts));
        let mut feed_first = feed.clone();
        let absorbed = feed_first.absorb(json.clone());
        prop_assert!(absorbed.added.is_empty() && absorbed.edited.is_empty(), "{absorbed:?}");
        let mut json_first = json.clone();
        prop_assert!(!json_first.absorb(feed).is_change());
        prop_assert_eq!(&feed_first.updates, &json.updates);
        prop_assert_eq!(&json_first.updates, &json.updates);
        prop_assert_eq!(feed_first.first_post_at, json.first_post_at);
    }

    #[test]
    fn a_growing_incident_is_known_whole_and_once(posts in posts(), views in proptest::collection::vec(any::<bool>(), 8)) {
        let view = |length: usize| if views[length - 1] { from_feed(&posts[..length]) } else { from_json(&posts[..length]) };
        let mut known = view(1);
        for length in 2..=posts.len() {
            let absorbed = known.absorb(view(length));
            prop_assert_eq!(absorbed.added.len(), 1, "post {}", length);
            prop_assert_eq!(absorbed.edited.len(), 0);
            prop_assert!(is_in_order(&known));
        }
        known.absorb(from_json(&posts));
        let truth = from_json(&posts);
        prop_assert_eq!(ids(&known), ids(&truth));
    }

    #[test]
    fn older_documents_fill_in_and_take_nothing_back(posts in posts(), views in proptest::collection::vec(any::<bool>(), 8)) {
        let mut known = from_json(&posts);
        let phase = known.phase;
        for length in 1..=posts.len() {
            known.absorb(if views[length - 1] { from_feed(&posts[..length]) } else { from_json(&posts[..length]) });
        }
        prop_assert_eq!(&known.updates, &from_json(&posts).updates);
        prop_assert_eq!(known.phase, phase);
    }

    #[test]
    fn what_a_document_no_longer_holds_stays(posts in posts(), gone in 0..8_usize, feed: bool) {
        let whole = if feed { from_feed(&posts) } else { from_json(&posts) };
        let mut part = whole.clone();
        part.updates.remove(gone % posts.len());
        let mut known = whole.clone();
        known.absorb(part);
        prop_assert_eq!(known.updates.len(), posts.len());
        prop_assert!(is_in_order(&known));
        let mut unique = ids(&known);
        unique.dedup();
        prop_assert_eq!(unique.len(), posts.len());
    }

    #[test]
    fn an_edited_text_is_an_edit_with_what_stood_before(posts in posts(), which in 0..8_usize, feed: bool) {
        let which = which % posts.len();
        let mut edited = posts.clone();
        edited[which].text = "the cause was a configuration change".to_owned();
        let (mut known, newer) =
            if feed { (from_feed(&posts), from_feed(&edited)) } else { (from_json(&posts), from_json(&edited)) };
        let absorbed = known.absorb(newer.clone());
        prop_assert!(absorbed.added.is_empty());
        prop_assert_eq!(absorbed.edited.len(), 1);
        prop_assert_eq!(&absorbed.edited[0].1.text, &posts[which].text);
        prop_assert_eq!(&known.updates[absorbed.edited[0].0].text, &edited[which].text);
        // Which of two equal posts of one minute was edited, a feed does not tell.
        prop_assert_eq!(texts(&known), texts(&newer));
    }

    #[test]
    fn anything_joined_with_anything_loses_nothing(one in posts(), two in posts(), feeds in any::<[bool; 2]>()) {
        let view = |posts: &[Post], feed: bool| if feed { from_feed(posts) } else { from_json(posts) };
        let (first, second) = (view(&one, feeds[0]), view(&two, feeds[1]));
        let mut known = first.clone();
        known.absorb(second.clone());
        prop_assert!(known.updates.len() >= first.updates.len().max(second.updates.len()));
        let mut unique = ids(&known);
        unique.dedup();
        prop_assert_eq!(unique.len(), known.updates.len());
        prop_assert!(is_in_order(&known));
        let again = known.clone();
        prop_assert!(!known.absorb(again).is_change());
    }
}

fn two_posts() -> Vec<Post> {
    let post = |phase, text: &str| Post { gap: 600, phase, repeated: false, text: text.to_owned() };
    vec![post(Phase::Investigating, "we look"), post(Phase::Resolved, "over")]
}

#[test]
fn a_backdated_post_is_an_edit_in_json_and_in_the_feed() {
    for view in [from_json, from_feed] {
        let mut known = view(&two_posts());
        let mut backdated = two_posts();
        backdated[0].gap = 60;
        let absorbed = known.absorb(view(&backdated));
        assert_eq!((absorbed.added.len(), known.updates.len()), (0, 2), "{absorbed:?}");
        assert!(!absorbed.edited.is_empty());
    }
}

#[test]
fn a_feed_ahead_of_the_json_moves_the_phase_and_json_then_dates_the_end() {
    let mut known = from_json(&two_posts()[..1]);
    let mut feed = from_feed(&two_posts());
    feed.resolved_at = feed.last_update_at;
    let absorbed = known.absorb(feed.clone());
    assert_eq!((absorbed.added.as_slice(), absorbed.record_changed), (&[1][..], true));
    assert_eq!((known.phase, known.resolved_at), (Phase::Resolved, feed.resolved_at));
    let mut json = from_json(&two_posts());
    json.resolved_at = json.last_update_at;
    known.absorb(json.clone());
    assert_eq!((known.resolved_at, known.updates), (json.resolved_at, json.updates));
}

#[test]
fn a_reopened_incident_has_no_end() {
    let mut known = from_json(&two_posts());
    known.resolved_at = known.last_update_at;
    let mut reopened = two_posts();
    reopened.push(Post { gap: 60, phase: Phase::Investigating, repeated: false, text: "again".to_owned() });
    assert!(known.absorb(from_json(&reopened)).record_changed);
    assert_eq!((known.phase, known.resolved_at), (Phase::Investigating, None));
}

#[test]
fn a_group_once_known_stays_before_the_name_of_its_component() {
    let part = |name: &str| Component {
        native_id: Some("c1".to_owned()),
        name: name.to_owned(),
        before: None,
        state: ComponentState::MajorOutage,
    };
    let (mut summary, mut list) = (from_json(&two_posts()), from_json(&two_posts()));
    summary.components = vec![part("API / Login")];
    list.components = vec![part("Login")];
    assert!(!summary.absorb(list).is_change());
    assert_eq!(summary.components[0].name, "API / Login");
}

/// What an archive keeps of an incident: its last words, to the minute of its end.
fn from_archive(ended: &str, words: &str) -> Incident {
    let at: Timestamp = ended.parse().expect("it is right");
    let mut incident = incident(vec![update(&format!("{at}#1"), false, Phase::Resolved, words, at)]);
    incident.resolved_at = Some(at);
    incident
}

#[test]
fn an_archives_last_words_are_the_post_that_ended_the_incident_whichever_comes_first() {
    let at = |text: &str| text.parse().expect("it is right");
    let mut whole = incident(vec![
        update("a", true, Phase::Investigating, "We look.", at("2024-12-26T18:30:20Z")),
        update("b", true, Phase::Resolved, "It is over, and here is why.", at("2024-12-26T20:10:45Z")),
    ]);
    whole.resolved_at = Some(at("2024-12-26T20:10:45Z"));
    // Another minute, and words from before they were edited.
    let archived = from_archive("2024-12-26T20:08:00Z", "It is over.");
    for order in [[&whole, &archived], [&archived, &whole]] {
        let mut known = order[0].clone();
        known.absorb(order[1].clone());
        assert_eq!(known.updates, whole.updates);
        assert_eq!(known.resolved_at, whole.resolved_at);
        assert!(!known.absorb(archived.clone()).is_change(), "the archive again");
        assert!(!known.absorb(whole.clone()).is_change(), "the list again");
    }
}

#[test]
fn an_archive_ends_no_incident_that_the_list_holds_open() {
    let at = |text: &str| text.parse().expect("it is right");
    let open = incident(vec![update("a", true, Phase::Monitoring, "A fix is in.", at("2024-12-26T18:30:20Z"))]);
    let mut young = from_archive("2024-12-26T18:30:00Z", "");
    (young.phase, young.resolved_at, young.updates) = (Phase::Unknown, None, Vec::new());
    let mut known = open.clone();
    known.absorb(young);
    assert_eq!((known.phase, known.resolved_at, known.updates.len()), (Phase::Monitoring, None, 1));
}
