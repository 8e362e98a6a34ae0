//! People correct the judge, and another version judges again: marks are kept for training, old verdicts stay.

use std::sync::Arc;

use downwire::{
    catalogue::Catalogue,
    classify::Classifier,
    jobs::{Stop, rejudge},
    model::{Batch, Id, Item, ItemKind, Judged, Verdict},
    store::Store,
};

use crate::support::{
    backend::{Backend, Folder, store},
    clock::FixedClock,
    program,
};

fn item(native: &str, title: &str) -> Item {
    let at = "2024-12-26T18:30:00Z".parse().expect("an instant");
    Item {
        id: Id::derive("feed:a", native),
        source: "a".to_owned(),
        native_id: native.to_owned(),
        kind: ItemKind::Headline,
        url: None,
        title: title.to_owned(),
        text: String::new(),
        author: None,
        language: None,
        published_at: at,
        published_estimated: false,
        updated_at: None,
        received_at: at,
        hidden: false,
    }
}

/// What an earlier judge said: nothing is an outage.
fn earlier(judge: &Classifier, item: &Item) -> Verdict {
    let mut verdict = judge.judge_item(item);
    verdict.outage = false;
    verdict.version = "earlier-1".to_owned();
    verdict
}

async fn filled(backend: Backend, folder: &Folder, judge: &Classifier) -> Option<(Store, Vec<Item>)> {
    let store = store(backend, folder, FixedClock::at("2024-12-26T19:00:00Z")).await?;
    let items: Vec<Item> =
        (0..450).map(|number| item(&number.to_string(), &format!("ChatGPT is down, number {number}"))).collect();
    let judged = |value: &Item| Judged { verdict: earlier(judge, value), facts: Vec::new(), value: value.clone() };
    let batch = Batch { items: items.iter().map(judged).collect(), ..Batch::default() };
    store.commit(&[batch]).await.expect("commits");
    Some((store, items))
}

async fn another_version_judges_again(backend: Backend) {
    let (folder, judge) = (Folder::new(), Arc::new(Classifier::new(&Catalogue::built_in())));
    let Some((store, items)) = filled(backend, &folder, &judge).await else { return };
    let (_handle, stop) = Stop::new();
    let head = store.head().await.expect("reads").seq;
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 450);
    for item in [&items[0], &items[449]] {
        let row = store.item(item.id).await.expect("reads").expect("there");
        assert!(row.verdict.outage && row.verdict.version == judge.version(), "{:?}", row.verdict);
        let earlier = store.earlier_verdicts(item.id).await.expect("reads");
        assert_eq!(earlier.len(), 1);
        assert!(!earlier[0].verdict.outage && earlier[0].verdict.version == "earlier-1");
    }
    assert_eq!(store.head().await.expect("reads").seq, head + 450, "who follows hears of each");
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 0, "once is enough");
}

async fn the_last_mark_counts(backend: Backend) {
    let (folder, judge) = (Folder::new(), Classifier::new(&Catalogue::built_in()));
    let Some((store, items)) = filled(backend, &folder, &judge).await else { return };
    assert!(store.mark(items[3].id, false).await.expect("marks"));
    assert!(store.mark(items[3].id, true).await.expect("marks"));
    assert!(!store.mark(Id::derive("feed:a", "nobody"), true).await.expect("marks"), "there is no such item");
    let marks = store.marks().await.expect("reads");
    assert_eq!(marks.len(), 1);
    assert_eq!((marks[0].0.item, marks[0].0.outage, marks[0].0.judged_by.as_str()), (items[3].id, true, "earlier-1"));
}

#[tokio::test]
async fn another_version_judges_again_on_sqlite() {
    another_version_judges_again(Backend::Sqlite).await;
}

#[tokio::test]
async fn another_version_judges_again_on_postgresql() {
    another_version_judges_again(Backend::Postgres).await;
}

#[tokio::test]
async fn the_last_mark_counts_on_sqlite() {
    the_last_mark_counts(Backend::Sqlite).await;
}

#[tokio::test]
async fn the_last_mark_counts_on_postgresql() {
    the_last_mark_counts(Backend::Postgres).await;
}

/// Posts a form and gives the status.
async fn post(address: &str, path: &str, form: &str, headers: &[(&str, &str)]) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("connects");
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.expect("writes");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("reads");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

#[tokio::test]
async fn only_who_has_the_token_marks_and_no_other_site_does() {
    let folder = Folder::new();
    std::fs::write(
        folder.path().join("feeds.toml"),
        "[archive]\npath = \"index\"\n[server]\nlisten = \"127.0.0.1:0\"\n[catalogue]\nwatch = \"none\"\n",
    )
    .expect("writes");
    let judge = Classifier::new(&Catalogue::built_in());
    let target = downwire::store::Target::new(&folder.path().join("index"), None);
    let clock = Arc::new(FixedClock::at("2024-12-26T19:00:00Z"));
    let store = Store::open(&target, clock).await.expect("opens");
    let value = item("1", "ChatGPT is down");
    let id = value.id;
    let batch = Batch {
        items: vec![Judged { verdict: judge.judge_item(&value), facts: Vec::new(), value }],
        ..Batch::default()
    };
    store.commit(&[batch]).await.expect("commits");
    let mut command = program::command(folder.path(), &["run", "--only", "serve"]);
    command.env("DOWNWIRE_TOKEN", "secret");
    let running = program::start(command);
    let path = format!("/item/{id}/feedback");
    let site = [("Sec-Fetch-Site", "cross-site")];
    for (form, headers, status) in [
        ("outage=none&token=wrong", &[][..], 403),
        ("outage=none", &[], 403),
        ("outage=none&token=secret", &site[..], 403),
        ("outage=none&token=secret", &[("Origin", "https://evil.example")], 403),
        ("outage=maybe&token=secret", &[], 400),
        ("outage=none&token=secret", &[("Sec-Fetch-Site", "same-origin")], 303),
        ("outage=outage", &[("Authorization", "Bearer secret")], 303),
    ] {
        assert_eq!(post(&running.address, &path, form, headers).await, status, "{form} {headers:?}");
    }
    let marks = store.marks().await.expect("reads");
    assert_eq!((marks.len(), marks[0].0.outage), (1, true));
}
