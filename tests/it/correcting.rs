//! People correct the judge, and another version judges again: marks are kept for training, old verdicts stay.

use std::sync::Arc;

use downwire::{
    catalogue::Catalogue,
    classify::{Classifier, Text},
    jobs::{Stop, Trouble, rejudge},
    model::{Batch, ExportLine, ExportedItem, ExportedMark, Id, Incident, Item, ItemKind, Judged, SourceKind, Verdict},
    source,
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
        post: None,
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

/// A line of another archive's export, judged by another version there.
fn line_of(value: &Item, verdict: Verdict) -> ExportLine {
    let is_post = value.kind == ItemKind::Post;
    ExportLine::Item(Box::new(ExportedItem {
        id: value.id,
        source: value.source.clone(),
        native_id: value.native_id.clone(),
        kind: value.kind,
        url: None,
        title: (!is_post).then(|| value.title.clone()),
        text: (!is_post).then(|| value.text.clone()),
        language: None,
        published_at: value.published_at,
        published_estimated: false,
        updated_at: None,
        received_at: value.received_at,
        edited_at: None,
        version: 1,
        hidden: false,
        verdict,
        mark: None,
    }))
}

fn exported(lines: Vec<ExportLine>) -> Batch {
    Batch { exported: lines, ..Batch::default() }
}

async fn what_is_imported_later_is_judged_again_and_only_once(backend: Backend) {
    let (folder, judge) = (Folder::new(), Arc::new(Classifier::new(&Catalogue::built_in())));
    let Some((store, _)) = filled(backend, &folder, &judge).await else { return };
    let (_handle, stop) = Stop::new();
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 450);
    let late = item("late", "ChatGPT is down, and so is Sora");
    store.commit(&[exported(vec![line_of(&late, earlier(&judge, &late))])]).await.expect("commits");
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 1);
    let row = store.item(late.id).await.expect("reads").expect("there");
    assert!(row.verdict.outage && row.verdict.version == judge.version(), "{:?}", row.verdict);
    assert_eq!(store.earlier_verdicts(late.id).await.expect("reads").len(), 1);
    assert!(store.items_of_others(judge.version(), 1).await.expect("reads").is_empty());
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 0, "once is enough");
}

/// An export gives posts without their words: what was said of the words stays.
async fn a_post_without_its_words_keeps_what_was_said_of_them(backend: Backend) {
    let (folder, judge) = (Folder::new(), Arc::new(Classifier::new(&Catalogue::built_in())));
    let Some((store, _)) = filled(backend, &folder, &judge).await else { return };
    let (_handle, stop) = Stop::new();
    let post = Item { kind: ItemKind::Post, ..item("post", "ChatGPT is down") };
    let said = Verdict { outage: true, ..earlier(&judge, &post) };
    store.commit(&[exported(vec![line_of(&post, said.clone())])]).await.expect("commits");
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 450);
    assert_eq!(store.item(post.id).await.expect("reads").expect("there").verdict, said);
    assert!(store.earlier_verdicts(post.id).await.expect("reads").is_empty());
    assert!(store.items_of_others(judge.version(), 1).await.expect("reads").is_empty(), "nobody comes back to it");
}

fn incident() -> Incident {
    let feed = r#"<rss version="2.0"><channel><title>OpenAI status</title><link>https://status.openai.com/</link><item>
        <title>Elevated errors on ChatGPT</title><guid>https://status.openai.com/incidents/abc123</guid>
        <link>https://status.openai.com/incidents/abc123</link><pubDate>Thu, 26 Dec 2024 19:00:00 GMT</pubDate>
        <description>&lt;p&gt;&lt;small&gt;Dec 26, 11:00 PST&lt;/small&gt;&lt;br&gt;&lt;strong&gt;Investigating&lt;/strong&gt;
        - ChatGPT does not answer.&lt;/p&gt;</description></item></channel></rss>"#;
    let hint = source::Hint { platform: Some(SourceKind::StatusFeed), service: Some("ChatGPT"), name: "status.rss" };
    let now = "2024-12-26T19:05:00Z".parse().expect("an instant");
    let reading = source::read_file(feed.as_bytes(), hint, now).expect("reads");
    reading.incidents.into_iter().next().expect("an incident")
}

async fn the_verdicts_on_incidents_follow(backend: Backend) {
    let (folder, judge) = (Folder::new(), Arc::new(Classifier::new(&Catalogue::built_in())));
    let Some((store, _)) = filled(backend, &folder, &judge).await else { return };
    let (_handle, stop) = Stop::new();
    let value = incident();
    let mut verdict = judge.judge_incident(&value);
    (verdict.version, verdict.services) = ("earlier-1".to_owned(), Vec::new());
    let batch = Batch { incidents: vec![Judged { value, verdict, facts: Vec::new() }], ..Batch::default() };
    store.commit(&[batch]).await.expect("commits");
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 451);
    let row = store.incidents_page(None, 9).await.expect("reads").pop().expect("an incident");
    assert_eq!((row.verdict.version.as_str(), row.verdict.services[0].name.as_str()), (judge.version(), "ChatGPT"));
    assert_eq!(store.earlier_verdicts(row.id).await.expect("reads").len(), 1);
    assert_eq!(rejudge::all(&store, &judge, &stop).await.expect("judges"), 0, "once is enough");
}

/// Two processes of two versions would judge each other's verdicts for ever: only who holds the lease does.
#[tokio::test]
async fn who_does_not_poll_judges_nothing_again() {
    let (folder, judge) = (Folder::new(), Arc::new(Classifier::new(&Catalogue::built_in())));
    let (store, items) = filled(Backend::Sqlite, &folder, &judge).await.expect("SQLite is there");
    let (lease, held) = tokio::sync::watch::channel(false);
    let (handle, stop) = Stop::new();
    let job = tokio::spawn(rejudge::run(store.clone(), judge.clone(), held, Trouble::default(), stop));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let version = || async { store.item(items[0].id).await.expect("reads").expect("there").verdict.version };
    assert_eq!(version().await, "earlier-1");
    lease.send(true).expect("heard");
    while version().await != judge.version() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    handle.send(true).expect("heard");
    job.await.expect("ends");
}

#[tokio::test]
async fn what_is_imported_later_is_judged_again_and_only_once_on_sqlite() {
    what_is_imported_later_is_judged_again_and_only_once(Backend::Sqlite).await;
}

#[tokio::test]
async fn what_is_imported_later_is_judged_again_and_only_once_on_postgresql() {
    what_is_imported_later_is_judged_again_and_only_once(Backend::Postgres).await;
}

#[tokio::test]
async fn a_post_without_its_words_keeps_what_was_said_of_them_on_sqlite() {
    a_post_without_its_words_keeps_what_was_said_of_them(Backend::Sqlite).await;
}

#[tokio::test]
async fn a_post_without_its_words_keeps_what_was_said_of_them_on_postgresql() {
    a_post_without_its_words_keeps_what_was_said_of_them(Backend::Postgres).await;
}

#[tokio::test]
async fn the_verdicts_on_incidents_follow_on_sqlite() {
    the_verdicts_on_incidents_follow(Backend::Sqlite).await;
}

#[tokio::test]
async fn the_verdicts_on_incidents_follow_on_postgresql() {
    the_verdicts_on_incidents_follow(Backend::Postgres).await;
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
    let answer = answer(address, path, form, headers).await;
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

/// Posts a form and gives the whole answer.
async fn answer(address: &str, path: &str, form: &str, headers: &[(&str, &str)]) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("connects");
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let host = if more.contains("Host: ") { String::new() } else { format!("Host: {address}\r\n") };
    let request = format!(
        "POST {path} HTTP/1.1\r\n{host}Connection: close\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.expect("writes");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("reads");
    answer
}

#[tokio::test]
async fn who_guesses_the_token_is_slowed_down_and_seen() {
    let value = item("1", "ChatGPT is down");
    let (folder, store) = archive_of(std::slice::from_ref(&value), "").await;
    let running = serving(&folder);
    let path = format!("/item/{}/feedback", value.id);
    for _ in 0..5 {
        let said = answer(&running.address, &path, "outage=none&token=guess", &[]).await;
        assert!(said.starts_with("HTTP/1.1 403") && said.contains("DOWNWIRE_TOKEN"), "{said}");
    }
    // Also the right one: who may go on trying finds out which it is.
    let said = answer(&running.address, &path, "outage=none&token=secret", &[]).await;
    assert!(said.starts_with("HTTP/1.1 429") && said.to_lowercase().contains("retry-after: "), "{said}");
    assert!(store.marks().await.expect("reads").is_empty());
    assert!(running.log().contains("a wrong operator's token was given: 5 from one address"), "{}", running.log());
    assert!(running.get("/metrics").body.contains("downwire_wrong_tokens_total 5"));
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
        ("outage=none&token=secret", &[("Origin", "http://evil.example"), ("Host", "evil.example")], 403),
        ("outage=maybe&token=secret", &[], 400),
        ("token=secret", &[], 400),
        ("outage=none&token=secret", &[("Sec-Fetch-Site", "same-origin")], 303),
        ("outage=outage", &[("Authorization", "Bearer secret")], 303),
        ("outage=outage", &[("Authorization", "bearer secret")], 303),
    ] {
        assert_eq!(post(&running.address, &path, form, headers).await, status, "{form} {headers:?}");
    }
    let marks = store.marks().await.expect("reads");
    assert_eq!((marks.len(), marks[0].0.outage), (1, true));
}

/// The same item with other words: an edit.
fn edited(value: &Item, judge: &Classifier, title: &str) -> Batch {
    let value = Item { title: title.to_owned(), ..value.clone() };
    Batch { items: vec![Judged { verdict: judge.judge_item(&value), facts: Vec::new(), value }], ..Batch::default() }
}

async fn a_mark_is_of_the_words_that_were_marked(backend: Backend) {
    let (folder, judge) = (Folder::new(), Classifier::new(&Catalogue::built_in()));
    let Some((store, items)) = filled(backend, &folder, &judge).await else { return };
    assert!(store.mark(items[3].id, true).await.expect("marks"));
    let is_current = || async { store.marks().await.expect("reads")[0].0.is_current };
    assert!(is_current().await);
    store.commit(&[edited(&items[3], &judge, "A recipe for pancakes")]).await.expect("commits");
    assert!(!is_current().await, "nobody marked the recipe");
    store.commit(&[edited(&items[3], &judge, &items[3].title)]).await.expect("commits");
    assert!(is_current().await, "an edit that was taken back");
    assert!(store.unmark(items[3].id).await.expect("takes back"));
    assert!(store.marks().await.expect("reads").is_empty());
    assert!(!store.unmark(Id::derive("feed:a", "nobody")).await.expect("asks"), "there is no such item");
}

async fn of_two_archives_marks_the_later_one_counts(backend: Backend) {
    let (folder, judge) = (Folder::new(), Classifier::new(&Catalogue::built_in()));
    let Some((store, items)) = filled(backend, &folder, &judge).await else { return };
    let late = item("late", "ChatGPT is down");
    let line = |value: &Item, outage, marked_at: &str| {
        let mark = ExportedMark {
            outage,
            judged_by: "other-1".to_owned(),
            marked_at: marked_at.parse().expect("an instant"),
            text: Some(value.text_digest()),
        };
        let ExportLine::Item(line) = line_of(value, earlier(&judge, value)) else { unreachable!("an item's line") };
        ExportLine::Item(Box::new(ExportedItem { mark: Some(mark), ..*line }))
    };
    store.mark(items[0].id, true).await.expect("marks");
    store.mark(items[1].id, true).await.expect("marks");
    let lines = vec![
        line(&items[0], false, "2024-12-26T18:59:00Z"),
        line(&items[1], false, "2024-12-26T19:01:00Z"),
        line(&late, true, "2024-12-26T18:00:00Z"),
    ];
    store.commit(&[exported(lines)]).await.expect("commits");
    let mut said = Vec::new();
    for id in [items[0].id, items[1].id, late.id] {
        let row = store.item(id).await.expect("reads").expect("there");
        let mark = store.marks_on(&[row]).await.expect("reads").into_values().next().expect("a mark");
        said.push((mark.outage, mark.judged_by, mark.is_current));
    }
    let expected = [(true, "earlier-1"), (false, "other-1"), (true, "other-1")];
    assert_eq!(said, expected.map(|(outage, by)| (outage, by.to_owned(), true)));
}

#[tokio::test]
async fn a_mark_is_of_the_words_that_were_marked_on_sqlite() {
    a_mark_is_of_the_words_that_were_marked(Backend::Sqlite).await;
}

#[tokio::test]
async fn a_mark_is_of_the_words_that_were_marked_on_postgresql() {
    a_mark_is_of_the_words_that_were_marked(Backend::Postgres).await;
}

#[tokio::test]
async fn of_two_archives_marks_the_later_one_counts_on_sqlite() {
    of_two_archives_marks_the_later_one_counts(Backend::Sqlite).await;
}

#[tokio::test]
async fn of_two_archives_marks_the_later_one_counts_on_postgresql() {
    of_two_archives_marks_the_later_one_counts(Backend::Postgres).await;
}

/// A folder with a configuration and an archive of these items.
async fn archive_of(items: &[Item], more: &str) -> (Folder, Store) {
    let folder = Folder::new();
    let text = format!(
        "[archive]\npath = \"index\"\n[catalogue]\nwatch = \"none\"\n[server]\nlisten = \"127.0.0.1:0\"\n{more}"
    );
    std::fs::write(folder.path().join("feeds.toml"), text).expect("writes");
    let judge = Classifier::new(&Catalogue::built_in());
    let target = downwire::store::Target::new(&folder.path().join("index"), None);
    let store = Store::open(&target, Arc::new(FixedClock::at("2024-12-26T19:00:00Z"))).await.expect("opens");
    let judged =
        items.iter().map(|value| Judged { verdict: judge.judge_item(value), facts: Vec::new(), value: value.clone() });
    store.commit(&[Batch { items: judged.collect(), ..Batch::default() }]).await.expect("commits");
    (folder, store)
}

fn serving(folder: &Folder) -> program::Running {
    let mut command = program::command(folder.path(), &["run", "--only", "serve"]);
    command.env("DOWNWIRE_TOKEN", "secret");
    program::start(command)
}

#[tokio::test]
async fn the_page_of_an_item_shows_what_was_marked_and_takes_it_back() {
    let value = item("1", "ChatGPT is down");
    let (folder, store) = archive_of(std::slice::from_ref(&value), "").await;
    let running = serving(&folder);
    let (page, path) = (format!("/item/{}", value.id), format!("/item/{}/feedback", value.id));
    let (address, headers) = (running.address.clone(), [("Authorization", "Bearer secret")]);
    let said = |form: &'static str| post(&address, &path, form, &headers);
    assert!(!running.get(&page).body.contains("by the operator"));
    for (form, words, checked) in [
        ("outage=none", "Marked as no outage by the operator", "value=\"none\" checked"),
        ("outage=outage", "Marked as an outage by the operator", "value=\"outage\" required checked"),
    ] {
        assert_eq!(said(form).await, 303);
        let shown = running.get(&page).body;
        assert!(shown.contains(words) && shown.contains(checked) && shown.contains("2024-12-26"), "{form}: {shown}");
    }
    let judge = Classifier::new(&Catalogue::built_in());
    store.commit(&[edited(&value, &judge, "A recipe for pancakes")]).await.expect("commits");
    assert!(running.get(&page).body.contains("marked before the text changed"));
    assert_eq!(said("outage=unmarked").await, 303);
    assert!(!running.get(&page).body.contains("by the operator"));
}

#[tokio::test]
async fn marks_travel_with_an_export_and_know_which_words_they_are_of() {
    let items = ["ChatGPT is down", "A recipe for pancakes", "Sora is down"];
    let items: Vec<Item> = items.iter().map(|title| item(title, title)).collect();
    let (folder, store) = archive_of(&items, "").await;
    for value in &items {
        store.mark(value.id, value.title.ends_with("down")).await.expect("marks");
    }
    let judge = Classifier::new(&Catalogue::built_in());
    store.commit(&[edited(&items[2], &judge, "Sora is a word for sky")]).await.expect("commits");
    let listed = program::json_lines(folder.path(), &["--json", "feedback"]);
    assert_eq!(listed.iter().map(|line| line["current"].clone()).collect::<Vec<_>>(), [true, true, false]);
    let export = program::call(folder.path(), &["export"]).stdout;
    let (other, there) = archive_of(&[], "").await;
    std::fs::write(other.path().join("all.jsonl"), &export).expect("writes");
    program::json_lines(other.path(), &["--json", "import", "all.jsonl"]);
    let marks = |marks: Vec<(downwire::store::Mark, downwire::store::ItemRow)>| {
        let mut said: Vec<_> = marks.into_iter().map(|(mark, _)| (mark.item, mark.outage, mark.is_current)).collect();
        said.sort();
        said
    };
    let (here, there) = (store.marks().await.expect("reads"), there.marks().await.expect("reads"));
    assert_eq!(marks(here), marks(there));
    assert_eq!(program::call(other.path(), &["export"]).stdout, export);
}

#[tokio::test]
async fn the_page_of_an_item_says_what_its_probability_was_held_against() {
    let judge = Classifier::new(&Catalogue::built_in());
    let texts = ["ChatGPT is down for everyone", "A recipe for pancakes", "Caída de ChatGPT: no funciona para nadie"];
    let items: Vec<Item> = texts.iter().map(|title| item(title, title)).collect();
    let (folder, _store) = archive_of(&items, "").await;
    let running = serving(&folder);
    for (value, language) in items.iter().zip(["", "", " in Spanish"]) {
        let verdict = judge.judge_item(value);
        let (needed, _) = judge.needed(Text::of(value));
        assert_eq!(verdict.outage, verdict.score >= needed);
        let side = if verdict.outage { "at or above" } else { "below" };
        let words = format!(
            "(probability {:.0} %, {side} the {:.0} % that headlines{language} need)",
            verdict.score * 100.0,
            needed * 100.0
        );
        let shown = running.get(&format!("/item/{}", value.id)).body;
        assert!(shown.contains(&words), "{words} is not in {shown}");
    }
}

async fn every_verdict_that_was_replaced_stays_in_its_order(backend: Backend) {
    let (folder, judge) = (Folder::new(), Classifier::new(&Catalogue::built_in()));
    let Some((store, items)) = filled(backend, &folder, &judge).await else { return };
    let id = items[0].id;
    let judged = async |by: &str| {
        let row = store.item(id).await.expect("reads").expect("there");
        let verdict = Verdict { version: by.to_owned(), ..row.verdict.clone() };
        assert_eq!(store.rejudge(by, &[(row, verdict)]).await.expect("judges"), 1);
    };
    let history = async || -> Vec<String> {
        let earlier = store.earlier_verdicts(id).await.expect("reads");
        earlier.into_iter().map(|one| one.verdict.version).collect()
    };
    for by in ["b", "a", "b", "a", "b"] {
        judged(by).await;
    }
    assert_eq!(history().await, ["a", "b", "a", "b", "earlier-1"], "newest first, each time");
    // What an edit brings is judged by whoever brings it: what another said before stays, and nobody twice in a row.
    store.commit(&[edited(&items[0], &judge, "ChatGPT is down again")]).await.expect("commits");
    assert_eq!(history().await, ["b", "a", "b", "a", "b", "earlier-1"]);
    let row = store.item(id).await.expect("reads").expect("there");
    let same = Verdict { score: 0.5, version: "b".to_owned(), ..row.verdict.clone() };
    let batch = |title: &str| Batch {
        items: vec![Judged {
            verdict: same.clone(),
            facts: Vec::new(),
            value: Item { title: title.to_owned(), ..items[0].clone() },
        }],
        ..Batch::default()
    };
    store.commit(&[batch("once more")]).await.expect("commits");
    store.commit(&[batch("and again")]).await.expect("commits");
    assert_eq!(history().await.iter().take(3).map(String::as_str).collect::<Vec<_>>(), [judge.version(), "b", "a"]);
}

#[tokio::test]
async fn every_verdict_that_was_replaced_stays_in_its_order_on_sqlite() {
    every_verdict_that_was_replaced_stays_in_its_order(Backend::Sqlite).await;
}

#[tokio::test]
async fn every_verdict_that_was_replaced_stays_in_its_order_on_postgresql() {
    every_verdict_that_was_replaced_stays_in_its_order(Backend::Postgres).await;
}

#[tokio::test]
async fn the_page_of_an_item_shows_earlier_verdicts_whole() {
    let value = item("1", "ChatGPT is down for everyone");
    let (folder, store) = archive_of(std::slice::from_ref(&value), "").await;
    let row = store.item(value.id).await.expect("reads").expect("there");
    let other = Verdict { version: "other-1".to_owned(), outage: false, score: 0.25, ..row.verdict.clone() };
    let first = row.verdict.clone();
    store.rejudge("other-1", &[(row, other)]).await.expect("judges");
    let shown = serving(&folder).get(&format!("/item/{}", value.id)).body;
    let before = shown.split_once("What was said before (1)").expect("the history").1;
    let words = format!("{} said: about an outage (probability {:.0} %)", first.version, first.score * 100.0);
    assert!(before.contains(&words) && before.contains("; services: ChatGPT."), "{words}: {before}");
    assert!(!first.why.is_empty() && before.contains("<li dir=\"auto\">"), "{before}");
}

/// What is learned from is written down before anything is fitted, which takes long: the test does not wait for that.
#[tokio::test]
async fn nobody_learns_from_a_mark_on_a_text_that_changed() {
    let items: Vec<Item> =
        ["ChatGPT is down, says one", "Sora is down, says another"].map(|title| item(title, title)).into();
    let (folder, store) = archive_of(&items, "").await;
    for value in &items {
        store.mark(value.id, true).await.expect("marks");
    }
    let judge = Classifier::new(&Catalogue::built_in());
    store.commit(&[edited(&items[1], &judge, "Sora is a word for sky")]).await.expect("commits");
    let arguments = ["train", "--marks", "--dump", "learned.jsonl", "--out", "my.bin"];
    let mut training = program::command(folder.path(), &arguments).spawn().expect("starts");
    let dump = folder.path().join("learned.jsonl");
    let learned = || std::fs::read_to_string(&dump).unwrap_or_default();
    while learned().len() < 8_000 && training.try_wait().expect("asks").is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    training.kill().expect("ends");
    training.wait().expect("ended");
    assert!(learned().contains("ChatGPT is down, says one"), "what is still the same is learned from");
    assert!(!learned().contains("Sora is a word for sky") && !learned().contains("Sora is down, says another"));
}
