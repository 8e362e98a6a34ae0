//! A real Bluesky network as a peer: directory, PDS and AppView of `@atproto/dev-env`. `tests/run` starts it and names the
//! door of `tests/peers/bluesky/network.js` in `DOWNWIRE_TEST_BLUESKY`.

use std::collections::BTreeSet;

use downwire::model::{Credentials, Health, Item, Network, PostsQuery, SourceKind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Poller;
use crate::support::{
    backend::{Folder, variable},
    clock::FixedClock,
    program,
};

/// Posts that are written in a row: more than a page.
const MANY: usize = 120;

/// The network, and its accounts.
struct Peer {
    door: String,
    pds: String,
    appview: String,
}

/// An account there.
struct Account {
    did: String,
    handle: String,
    password: String,
}

impl Peer {
    /// The running network; `None` (and a line that says so) where there is none.
    fn running() -> Option<Self> {
        let Some(door) = variable("DOWNWIRE_TEST_BLUESKY") else {
            println!("skipped: DOWNWIRE_TEST_BLUESKY is not set, so no real Bluesky network was read");
            return None;
        };
        let door = door.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let answer = program::get(&door, "/", &[]).expect("the door answers");
        let addresses: Value = serde_json::from_str(&answer.body).expect("JSON");
        let address = |key: &str| addresses[key].as_str().expect("an address").to_owned();
        Some(Self { door, pds: address("pds"), appview: address("appview") })
    }

    fn tell(&self, action: &str, words: &Value) -> Value {
        let answer = program::post(&self.door, &format!("/{action}"), &words.to_string()).expect("the door answers");
        assert_eq!(answer.status, 200, "{action}: {}", answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    fn account(&self, name: &str, labels: &[&str]) -> Account {
        // Names are the network's for as long as it runs, and a test may be run again.
        let name = format!("{name}{}", std::process::id());
        let made = self.tell("account", &json!({ "name": name, "labels": labels }));
        let word = |key: &str| made[key].as_str().expect("a word").to_owned();
        Account { did: word("did"), handle: word("handle"), password: word("password") }
    }

    /// Writes posts; gives what each is called, with its revision.
    fn post(&self, by: &Account, texts: &[String], extra: Value) -> Vec<Value> {
        let mut words = json!({ "did": by.did, "texts": texts });
        for (key, value) in extra.as_object().expect("an object") {
            words[key] = value.clone();
        }
        self.tell("post", &words)["posts"].as_array().expect("posts").clone()
    }

    async fn poller(&self, folder: &Folder, url: &str, posts: PostsQuery) -> Poller {
        // The network's clock is the real one; ours stands a little behind it, as other people's do.
        let now = program::get(&self.door, "/now", &[]).expect("the door answers").body;
        let now: Value = serde_json::from_str(&now).expect("JSON");
        Poller::new(folder, FixedClock::at(now["now"].as_str().expect("a time")), SourceKind::Bluesky, url, posts).await
    }
}

fn uri(post: &Value) -> String {
    post["uri"].as_str().expect("an address").to_owned()
}

async fn items(poller: &Poller) -> Vec<Item> {
    let since = Timestamp::UNIX_EPOCH;
    let mut items = Vec::new();
    for post in poller.store.held_posts(&poller.spec.name, since, 10_000).await.expect("reads") {
        items.push(poller.store.item(post.id).await.expect("reads").expect("there").item);
    }
    items
}

async fn texts(poller: &Poller) -> BTreeSet<String> {
    let items = items(poller).await;
    let texts: BTreeSet<String> = items.iter().map(|item| item.text.clone()).collect();
    assert_eq!(texts.len(), items.len(), "each once");
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_network_is_searched_with_a_login_and_everything_is_held_once() {
    let Some(peer) = Peer::running() else { return };
    let (writer, reader) = (peer.account("writer", &[]), peer.account("reader", &[]));
    // A word that nobody else there uses.
    let word = format!("zork{}", std::process::id());
    let text = |number: usize| format!("{word} is down, number {number:03}");
    let written = peer.post(&writer, &(0..MANY).map(text).collect::<Vec<_>>(), json!({}));
    let folder = Folder::new();
    let credentials = |password: &str| {
        Some(Credentials::AtProtocol {
            server: peer.pds.clone(),
            account: reader.handle.clone(),
            password: password.to_owned(),
        })
    };
    let searching = |credentials| PostsQuery { queries: vec![word.clone()], credentials, ..PostsQuery::default() };

    let poller = peer.poller(&folder, &peer.pds, searching(credentials(&reader.password))).await;
    let (state, committed) = poller.poll().await;
    assert_eq!((state.health, committed.new_items), (Health::Ok, MANY), "{:?}", state.last_error);
    assert_eq!(texts(&poller).await, (0..MANY).map(text).collect(), "two pages");
    assert_eq!(poller.poll().await.1.new_items, 0);

    peer.tell("delete", &json!({ "uri": uri(&written[3]) }));
    peer.tell("delete", &json!({ "uri": uri(&written[119]) }));
    let edited = peer.tell("edit", &json!({ "uri": uri(&written[50]), "text": format!("{word} is up again") }));
    assert_ne!(edited["cid"], written[50]["cid"]);
    peer.post(&writer, &[text(500)], json!({}));
    let (_, committed) = poller.poll().await;
    assert_eq!((committed.new_items, committed.edited_items, committed.deleted_posts), (1, 1, 2), "one poll is enough");
    let gone = [3, 50, 119];
    let mut expected: BTreeSet<String> =
        (0..MANY).chain([500]).filter(|number| !gone.contains(number)).map(text).collect();
    expected.insert(format!("{word} is up again"));
    assert_eq!(texts(&poller).await, expected);

    for (password, words) in [(Some("wrong"), "does not let this account in"), (None, "may want a login")] {
        let folder = Folder::new();
        let poller = peer.poller(&folder, &peer.pds, searching(password.and_then(credentials))).await;
        let (state, _) = poller.poll().await;
        assert_eq!(state.health, Health::Failing);
        assert!(state.last_error.as_deref().is_some_and(|error| error.contains(words)), "{:?}", state.last_error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_of_real_accounts_are_read_without_a_login() {
    let Some(peer) = Peer::running() else { return };
    let (alice, bob) = (peer.account("alice", &[]), peer.account("bob", &["!no-unauthenticated"]));
    let text = |number: usize| format!("Slack is down, number {number:03}");
    let written = peer.post(&alice, &(0..MANY).map(text).collect::<Vec<_>>(), json!({}));
    let first = &written[0];
    let reply = peer.post(&bob, &["Slack is down for me, too".to_owned()], json!({ "reply": first }));
    let quote = peer.post(&bob, &["look: Slack is down".to_owned()], json!({ "quote": first }));
    let repost =
        peer.tell("repost", &json!({ "did": bob.did, "subject": { "uri": first["uri"], "cid": first["cid"] } }));
    let folder = Folder::new();
    let accounts = vec!["nobody.test".to_owned(), alice.handle.clone(), bob.did.clone()];
    let poller = peer.poller(&folder, &peer.appview, PostsQuery { accounts, ..PostsQuery::default() }).await;
    let (state, committed) = poller.poll().await;
    assert_eq!((state.health, committed.new_items), (Health::Partial, MANY + 3), "{state:?}");
    assert!(matches!(&state.skipped[..], [line] if line.starts_with("account:nobody.test: ")), "{:?}", state.skipped);

    let found = items(&poller).await;
    let of = |post: &Value| found.iter().find(|item| item.native_id == uri(post)).expect("held");
    let details = |post: &Value| of(post).post.clone().expect("a post");
    let original = Some(Network::Bluesky.id(&uri(first)));
    assert_eq!(details(&reply[0]).reply_to, original);
    assert_eq!(details(&quote[0]).quote_of, original);
    assert_eq!((details(&repost).repost_of, of(&repost).text.as_str()), (original, ""));
    assert!(of(&reply[0]).hidden && of(&quote[0]).hidden, "bob asks not to be shown to everybody");
    assert!(!of(first).hidden);
    let people: BTreeSet<_> = found.iter().filter_map(|item| item.post.clone()?.author).collect();
    assert_eq!(people.len(), 2);

    for post in [&reply[0], &repost, first] {
        peer.tell("delete", &json!({ "uri": uri(post) }));
    }
    let (_, committed) = poller.poll().await;
    assert_eq!((committed.new_items, committed.deleted_posts), (0, 3), "one poll is enough");
    peer.tell("deactivate", &json!({ "did": alice.did }));
    // Of more than that only the newest are asked for at every poll.
    assert_eq!(poller.poll().await.1.deleted_posts, MANY - 1);
    assert_eq!(items(&poller).await.len(), 1, "bob's quote");
}
