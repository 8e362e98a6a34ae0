//! Configuration: every problem at once, each with its place; and what the shipped one watches.

use std::time::Duration;

use downwire::{
    config::{self, Environment, Settings},
    model::SourceKind,
};
use proptest::prelude::*;

use crate::support::{backend::Folder, program};

fn parse(text: &str) -> Result<Settings, String> {
    config::parse(text, "feeds.toml", &Environment::default()).map_err(|problems| problems.to_string())
}

#[test]
fn the_shipped_configuration_is_right_and_watches_what_it_promises() {
    let settings = parse(config::SHIPPED).expect("is right");
    let count = |kind| settings.sources.iter().filter(|source| source.kind == kind).count();
    assert!(count(SourceKind::Feed) >= 60, "{} feeds", count(SourceKind::Feed));
    let pages = settings.sources.iter().filter(|source| source.kind.is_page()).count();
    assert!(pages >= 40, "{pages} status pages");
    assert!(settings.catalogue.services().len() >= 40);
    let openai: Vec<_> = settings.sources.iter().filter(|source| source.url.contains("status.openai.com")).collect();
    assert_eq!(openai.len(), 1, "a page that several services share is one source");
    assert_eq!(settings.fetch.gap, Duration::from_secs(1));
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let wrong = "[server]\nlisten = \"here\"\npublic_url = \"ftp://x\"\n[fetch]\ngap = \"fast\"\nconcurrency = 0\nallow = [\"10.0.0.1\"]\n\
                 [catalogue]\nwatch = [\"ChatGTP\"]\n[[service]]\nname = \"X\"\nstatus = \"nowhere\"\nplatform = \"geocities\"\n\
                 [[feed]]\nname = \"A\"\nurl = \"https://example.org/a\"\nschedule = \"* * *\"\ndisplay = \"all\"\n\
                 [[feed]]\nname = \"a\"\nurl = \"example.org\"\n";
    let problems = parse(wrong).expect_err("is wrong");
    for expected in [
        "feeds.toml:2:10: server.listen: \"here\" is no address",
        "feeds.toml:3:14: server.public_url:",
        "feeds.toml:5:7: fetch.gap: \"fast\" is no duration",
        "feeds.toml:6:15: fetch.concurrency: 0 is out of range",
        "feeds.toml:7:10: fetch.allow: \"10.0.0.1\" is no network",
        "did you mean \"ChatGPT\"?",
        "service[0].status: \"nowhere\" is no web address",
        "service[0].platform: \"geocities\"",
        "feed[0].schedule: \"* * *\" has 3 fields; expected a crontab line such as \"*/15 * * * *\"",
        "feed[0].display: \"all\" is neither",
        "feed[1].name: there are two feeds named \"a\"",
        "feed[1].url: \"example.org\" is no web address",
    ] {
        assert!(problems.contains(expected), "{expected} is not in\n{problems}");
    }
    assert!(problems.lines().count() >= 12);
}

#[test]
fn a_misspelt_key_is_named_with_the_nearest_known_one() {
    let problems = parse("[fetch]\ngapp = \"1s\"\n").expect_err("is wrong");
    assert!(problems.contains("feeds.toml:2:1:") && problems.contains("did you mean `gap`?"), "{problems}");
    let broken = parse("[fetch\n").expect_err("is wrong");
    assert!(broken.starts_with("feeds.toml:1:"), "{broken}");
}

#[test]
fn an_archive_alone_is_a_whole_configuration() {
    let settings = parse("[archive]\npath = \"elsewhere\"\n").expect("is right");
    assert_eq!(settings.archive.path.to_str(), Some("elsewhere"));
    assert_eq!(settings.server.public_url.as_str(), "http://127.0.0.1:8080/");
    assert!(parse("").is_ok());
}

#[test]
fn what_a_later_version_does_is_accepted_and_said() {
    let text = "[digest]\ntime = \"07:00\"\n";
    assert_eq!(parse(text).expect("is right").notes.len(), 1);
}

#[test]
fn a_source_of_posts_needs_no_more_than_its_kind_and_its_server() {
    let problem = parse("[[posts]]\nkind = \"mastodon\"\n").expect_err("which server?");
    assert!(problem.contains("posts[0].server") && problem.contains("say which"), "{problem}");
    let text =
        "[[posts]]\nkind = \"mastodon\"\nserver = \"https://social.example\"\n[[posts]]\nkind = \"hackernews\"\n";
    let settings = parse(text).expect("is right");
    let crowd = settings.sources.iter().filter(|spec| !spec.posts.tags.is_empty() || !spec.posts.queries.is_empty());
    assert_eq!(crowd.count(), 2, "the catalogue says what to ask for");
    let problem = parse("[[posts]]\nkind = \"myspace\"\n").expect_err("is none");
    assert!(problem.contains("expected one of mastodon"), "{problem}");
}

#[test]
fn bluesky_is_searched_with_a_login_and_reads_accounts_without_one() {
    let problem = parse("[[posts]]\nkind = \"bluesky\"\n").expect_err("what?");
    assert!(problem.contains("posts[0].accounts") && problem.contains("app password"), "{problem}");
    let problem = parse("[[posts]]\nkind = \"bluesky\"\nquery = [\"is down\"]\n").expect_err("who?");
    assert!(problem.contains("posts[0].query") && problem.contains("only for who is logged in"), "{problem}");
    let settings = parse("[[posts]]\nkind = \"bluesky\"\naccounts = [\"@a.example\", \"a.example\", \" \"]\n");
    let settings = settings.expect("is right");
    let spec = settings.sources.iter().find(|spec| spec.name == "bluesky").expect("there");
    assert_eq!((spec.url.as_str(), spec.posts.accounts.len()), ("https://public.api.bsky.app", 1));
    assert!(spec.posts.queries.is_empty(), "nobody is logged in");

    let environment = Environment {
        secrets: [("DOWNWIRE_BLUESKY".to_owned(), "secret".to_owned())].into(),
        ..Environment::default()
    };
    let text = "[[posts]]\nkind = \"bluesky\"\ntoken = \"DOWNWIRE_BLUESKY\"\naccount = \"a.example\"\n";
    let settings = config::parse(text, "f", &environment).expect("is right");
    let spec = settings.sources.iter().find(|spec| spec.name == "bluesky").expect("there");
    assert_eq!(spec.url, "https://bsky.social", "a session is good only where it was opened");
    assert!(!spec.posts.queries.is_empty());
    let text = format!("{text}login = \"https://pds.example/\"\n");
    let settings = config::parse(&text, "f", &environment).expect("is right");
    assert!(settings.sources.iter().any(|spec| spec.posts.accounts.is_empty() && spec.url == "https://pds.example"));
}

#[test]
fn the_environment_goes_before_the_file_and_an_entry_is_overridden_field_by_field() {
    let environment = Environment {
        listen: Some("[::1]:9".to_owned()),
        database: Some("postgres://x/y".to_owned()),
        ..Environment::default()
    };
    let text = "[server]\nlisten = \"127.0.0.1:1\"\n[catalogue]\nwatch = \"none\"\n[[service]]\nname = \"chatgpt\"\nstatus = \"https://status.example.org/\"\n";
    let settings = config::parse(text, "f", &environment).expect("is right");
    assert_eq!(
        (settings.server.listen.to_string(), settings.server.public_url.as_str()),
        ("[::1]:9".to_owned(), "http://[::1]:9/")
    );
    assert_eq!(settings.archive.database.as_deref(), Some("postgres://x/y"));
    let service = settings.catalogue.find("ChatGPT").expect("there");
    assert_eq!((service.owner.as_str(), service.status.as_deref()), ("OpenAI", Some("https://status.example.org")));
    assert_eq!(settings.sources.len(), 1, "who writes down a status page wants it watched");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\[\\[?(feed|service|fetch|server|x)\\]\\]?\n|(name|url|gap|listen|schedule) = (\"\\PC{0,12}\"|[0-9]{1,4}|\\[\\])\n){0,8}") {
        let _checked = parse(&text);
    }
}

/// A folder with weights of another name, and a configuration that names them.
fn with_weights(weights: &[u8]) -> Folder {
    let folder = Folder::new();
    std::fs::write(folder.path().join("my.bin"), weights).expect("writes");
    let text = "[catalogue]\nwatch = \"none\"\n[judge]\nweights = \"my.bin\"\n[server]\nlisten = \"127.0.0.1:0\"\n";
    std::fs::write(folder.path().join("feeds.toml"), text).expect("writes");
    std::fs::write(folder.path().join("texts.jsonl"), "{\"text\":\"ChatGPT is down for everyone\"}\n").expect("writes");
    let feed = "<rss version=\"2.0\"><channel><title>a</title><item><title>ChatGPT is down for everyone</title>\
                <guid>1</guid></item></channel></rss>";
    std::fs::write(folder.path().join("feed.xml"), feed).expect("writes");
    folder
}

#[test]
fn whatever_judges_uses_the_weights_that_the_configuration_names() {
    let shipped = include_bytes!("../../src/classify/data/weights.bin");
    let name = b"\"version\":\"linear-";
    let at = shipped.windows(name.len()).position(|window| window == name).expect("the weights say their version");
    let mine = [&shipped[..at], b"\"version\":\"mine-", &shipped[at + name.len()..]].concat();
    let folder = with_weights(&mine);
    let judged_by = |line: &serde_json::Value| line["version"].as_str().unwrap_or_default().starts_with("mine-");
    assert!(program::call(folder.path(), &["check"]).status.success());
    assert!(judged_by(&program::json_lines(folder.path(), &["classify", "texts.jsonl"])[0]));
    program::json_lines(folder.path(), &["--json", "import", "feed.xml"]);
    let export = program::json_lines(folder.path(), &["export"]);
    assert!(judged_by(&export.last().expect("an item")["verdict"]), "{export:?}");
    let method = |folder: &Folder| {
        program::start(program::command(folder.path(), &["run", "--only", "serve"])).get("/about/method").body
    };
    let shown = method(&folder);
    assert!(
        shown.contains("These figures do not hold for this site") && shown.contains("here other weights judge (mine-")
    );
    let plain = "[catalogue]\nwatch = \"none\"\n[server]\nlisten = \"127.0.0.1:0\"\n";
    std::fs::write(folder.path().join("feeds.toml"), plain).expect("writes");
    let shown = method(&folder);
    assert!(!shown.contains("do not hold") && shown.contains("train --marks"), "{shown}");
}

#[test]
fn a_file_that_holds_no_weights_is_a_problem_of_the_configuration() {
    let folder = with_weights(b"nothing of ours");
    for command in [&["check"][..], &["classify", "texts.jsonl"], &["import", "feed.xml"], &["fetch"], &["run"]] {
        let output = program::call(folder.path(), command);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
        assert!(said.contains("feeds.toml:4:11: judge.weights: my.bin has no weights"), "{command:?}: {said}");
    }
    std::fs::remove_file(folder.path().join("my.bin")).expect("removes");
    let output = program::call(folder.path(), &["check"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("judge.weights: my.bin: No such file"), "{said}");
    assert!(
        parse("[judge]\nweights = \"\"\n").expect_err("is wrong").contains("feeds.toml:2:11: judge.weights: expected")
    );
}
