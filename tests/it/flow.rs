//! End to end, with the program itself: from a source to a hit, a page and a feed; and the commands as a user gives them.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::support::{
    backend::Folder,
    program::{self, Running},
    web::{Reply, Web},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A configuration over these feeds, polled every second.
fn config(folder: &Path, feeds: &[(&str, String)], fetch: &str) {
    let mut text = format!(
        "[archive]\npath = \"index\"\n[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\n{fetch}\n\
         [catalogue]\nwatch = \"none\"\n"
    );
    for (name, url) in feeds {
        text.push_str(&format!("[[feed]]\nname = \"{name}\"\nurl = \"{url}\"\nschedule = \"* * * * * *\"\n"));
    }
    fs::write(folder.join("feeds.toml"), text).expect("writes");
}

fn run(folder: &Path) -> Running {
    program::start(program::command(folder, &["run"]))
}

fn rss(items: &str) -> Reply {
    Reply::ok("application/rss+xml", format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>"))
}

fn item(guid: &str, title: &str, text: &str) -> String {
    let guid = if guid.is_empty() { String::new() } else { format!("<guid isPermaLink=\"false\">{guid}</guid>") };
    let title = if title.is_empty() { String::new() } else { format!("<title>{title}</title>") };
    format!(
        "<item>{guid}{title}<pubDate>Thu, 26 Dec 2024 18:30:00 GMT</pubDate><description>{text}</description></item>"
    )
}

#[test]
fn the_demo_is_an_open_and_filled_archive_within_ten_seconds() {
    let folder = Folder::new();
    let began = Instant::now();
    let demo = program::start(program::command(folder.path(), &["demo"]));
    let has = |demo: &Running, query: &str, words: &str| demo.get(&format!("/search?q={query}")).body.contains(words);
    demo.wait_for("the incident", PATIENCE, |demo| has(demo, "kind:incident+after:2024-12-26", "/incident/"));
    demo.wait_for("the posts", PATIENCE, |demo| has(demo, "%22internal+server+error%22+service:chatgpt", "<mark>"));
    demo.wait_for("every source", PATIENCE, |demo| demo.get("/sources").body.contains("0 were not read yet"));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    println!("the demo was open and filled after {:?}", began.elapsed());
    assert!(demo.get("/sources").body.contains("; 0 have trouble"), "{}", demo.get("/sources").body);

    let search = demo.get("/search?q=kind:incident+after:2024-12-26").body;
    let incident =
        search.split("href=\"").find(|part| part.starts_with("/incident/")).and_then(|part| part.split('"').next());
    let page = demo.get(incident.expect("a link to the incident")).body;
    for words in [
        "2024-12-26T19:00:00Z",
        "upstream provider",
        "Acknowledged 20 min after it began",
        "postmortem",
        "<svg",
        "What the text states",
        "<u class=\"read\"",
    ] {
        assert!(page.contains(words), "{words} is not on the incident's page: {page}");
    }
    let search = demo.get("/search?q=%22internal+server+error%22+-kind:incident").body;
    let item = search.split("href=\"").find(|part| part.starts_with("/item/")).and_then(|part| part.split('"').next());
    let page = demo.get(item.expect("a link to an item")).body;
    for words in ["names ChatGPT", "Judged by linear-2", "about an outage"] {
        assert!(page.contains(words), "{words} is not on the item's page: {page}");
    }
    assert!(search.contains("<link rel=\"alternate\" type=\"application/rss+xml\""), "autodiscovery");
    feed_is_valid(&demo);
    assert_eq!(demo.terminate(), Some(0));
}

/// The feed of a query parses, points at itself, and is not sent twice.
fn feed_is_valid(demo: &Running) {
    let path = "/feed.rss?q=chatgpt+outage%3Ayes";
    let answer = demo.get(path);
    assert_eq!(answer.header("content-type"), Some("application/rss+xml; charset=utf-8"));
    assert!(
        answer.body.contains(&format!("<atom:link href=\"http://{}{path}\" rel=\"self\"", demo.address)),
        "{}",
        answer.body
    );
    let feed = feed_rs::parser::parse(answer.body.as_bytes()).expect("parses");
    assert!(feed.entries.len() >= 5, "{}", feed.entries.len());
    assert!(feed.entries.windows(2).all(|pair| pair[0].id != pair[1].id));
    let tag = answer.header("etag").expect("a tag");
    let again = program::get(&demo.address, path, &[("If-None-Match", tag)]).expect("answers");
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    for (path, kind) in [
        ("/feed.atom?q=chatgpt+outage%3Ayes", "application/atom+xml"),
        ("/feed.json?q=chatgpt+outage%3Ayes", "application/feed+json"),
    ] {
        let other = demo.get(path);
        assert!(other.header("content-type").is_some_and(|own| own.starts_with(kind)), "{path}");
        assert!(other.body.contains(&format!("http://{}{path}", demo.address)), "{path} names itself");
        let same = feed_rs::parser::parse(other.body.as_bytes()).expect("parses");
        assert_eq!(same.entries.len(), feed.entries.len(), "{path}");
    }
}

#[test]
fn every_misbehaving_source_is_named_and_a_good_one_beside_it_is_never_late() {
    let folder = Folder::new();
    let good = Web::start();
    good.serve("/feed", rss(&item("1", "ChatGPT is down", "x")));
    let utf16: Vec<u8> = [0xfe, 0xff].into_iter().chain("<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss version=\"2.0\"><channel><title>w</title><item><guid>1</guid><title>Slack ist ausgefallen</title></item></channel></rss>".encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let bomb = "<!DOCTYPE a [".to_owned()
        + &"<!ENTITY x \"&y;&y;&y;&y;&y;&y;&y;&y;\">".repeat(200)
        + "]><rss version=\"2.0\"><channel><title>&x;</title></channel></rss>";
    let latin = b"<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>l</title><item><guid>1</guid><title>St\xf6rung bei ChatGPT</title></item></channel></rss>".to_vec();
    let location = |to: &str| Reply::status(302, "Location", to);
    // Name, what it does, and what its health must say; empty where it must be read all the same.
    let cases: Vec<(&str, Reply, &str)> = vec![
        ("slow", Reply::Slow(Duration::from_millis(100)), "took longer than 2 s"),
        ("endless", Reply::Endless, "larger than the limit"),
        ("two gigabytes", Reply::Huge, "larger than the limit"),
        ("redirect loop", location("/feed"), "redirects"),
        ("redirect to a private address", location("http://192.168.0.1/feed"), "not a public address"),
        ("redirect to metadata", location("http://169.254.169.254/"), "not a public address"),
        (
            "wrong type",
            Reply::ok("application/rss+xml", "<!doctype html><html><body>Log in</body></html>"),
            "an HTML page, not a feed",
        ),
        ("entity bomb", Reply::ok("text/xml", bomb), "DOCTYPE"),
        ("half a body", Reply::Half(vec![b'<'; 5000]), "broke off"),
        ("limited in seconds", Reply::status(429, "Retry-After", "120"), "asks us to wait 120 s"),
        ("limited until", Reply::status(503, "Retry-After", "Thu, 26 Dec 2999 18:30:00 GMT"), "asks us to wait 86"),
        ("gone", Reply::status(410, "X", "y"), "gone for good (410)"),
        ("closes", Reply::Closed, "broke off"),
        (
            "half a JSON",
            Reply::ok("application/feed+json", "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":["),
            "broken JSON",
        ),
        ("UTF-16BE with a declaration", Reply::ok("text/xml; charset=utf-8", utf16), ""),
        ("lying charset", Reply::ok("text/xml; charset=utf-8", latin), ""),
    ];
    let mut feeds = vec![("good", good.url("/feed"))];
    for (name, reply, _) in &cases {
        let web = Web::start();
        web.serve("/feed", reply.clone());
        feeds.push((name, web.url("/feed")));
    }
    feeds.push(("a name inside", "http://localhost:1/feed".to_owned()));
    config(folder.path(), &feeds, "timeout = \"2s\"\nbody_limit = 2000000");
    let running = run(folder.path());
    running
        .wait_for("every first poll", PATIENCE, |running| running.get("/sources").body.contains("0 were not read yet"));
    std::thread::sleep(Duration::from_secs(3));
    let polls = good.requests("/feed").len();
    assert!(polls >= 4, "the good source was polled {polls} times in more than four seconds");
    let lines = program::json_lines(folder.path(), &["sources", "--json"]);
    for (name, _, words) in &cases {
        let line = lines.iter().find(|line| line["name"] == *name).unwrap_or_else(|| panic!("{name} is not listed"));
        let error = line["last_error"].as_str().unwrap_or_default();
        assert!(error.contains(words) && error.is_empty() == words.is_empty(), "{name}: {line}");
        assert_ne!(line["state"], "new", "{name}");
    }
    let state = |name: &str| lines.iter().find(|line| line["name"] == name).expect("listed")["state"].clone();
    assert_eq!(
        (state("gone"), state("limited in seconds"), state("good")),
        ("stopped".into(), "limited".into(), "ok".into())
    );
    let lying = lines.iter().find(|line| line["name"] == "lying charset").expect("listed");
    assert_eq!(lying["repaired"][0], "the document says UTF-8, but its bytes are not so: read as windows-1252");
    assert!(running.get("/search?q=storung").body.contains("Störung"), "the lying charset was read");
    assert!(running.get("/search?q=ausgefallen").body.contains("Slack"), "UTF-16 was read");
    assert!(running.log().lines().count() < 10, "no spam: {}", running.log());
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn a_source_that_asked_for_patience_is_left_alone() {
    let folder = Folder::new();
    let web = Web::start();
    web.serve("/limited", Reply::status(429, "Retry-After", "3600"));
    let fresh = vec![("Cache-Control".to_owned(), "max-age=3600".to_owned())];
    let body = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>".as_bytes().to_vec();
    web.serve("/fresh", Reply::Whole(200, fresh, body));
    let other = Web::start();
    other.serve(
        "/ttl",
        Reply::ok("text/xml", "<rss version=\"2.0\"><channel><title>t</title><ttl>60</ttl></channel></rss>"),
    );
    config(folder.path(), &[("fresh", web.url("/fresh")), ("ttl", other.url("/ttl"))], "");
    let running = run(folder.path());
    running.wait_for("both", PATIENCE, |_| !web.requests("/fresh").is_empty() && !other.requests("/ttl").is_empty());
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(
        (web.requests("/fresh").len(), other.requests("/ttl").len()),
        (1, 1),
        "each was asked once, though due every second"
    );
}

#[test]
fn same_guids_untitled_items_and_a_moved_feed_lose_nothing_and_double_nothing() {
    let folder = Folder::new();
    let (one, two, home) = (Web::start(), Web::start(), Web::start());
    one.serve("/feed", rss(&item("1", "One is down", "first")));
    two.serve("/feed", rss(&item("1", "Two is down", "second")));
    let untitled = item("", "", "no title and no id, it is down") + &item("", "", "nor has this one, it is down");
    home.serve("/old", rss(&untitled));
    config(folder.path(), &[("one", one.url("/feed")), ("two", two.url("/feed")), ("moving", home.url("/old"))], "");
    let running = run(folder.path());
    let all = |running: &Running| running.get("/search?q=down").body.contains("4 found");
    running.wait_for("four items", PATIENCE, all);
    // It moves for good; the new place has one item more.
    home.serve("/new", rss(&(untitled + &item("", "", "a third one, it is down"))));
    home.serve("/old", Reply::status(301, "Location", "/new"));
    running.wait_for("five items", PATIENCE, |running| running.get("/search?q=down").body.contains("5 found"));
    running.wait_for("more polls", PATIENCE, |_| home.requests("/new").len() >= 3);
    assert!(running.get("/search?q=down").body.contains("5 found"), "nothing is doubled");
    assert_eq!(running.terminate(), Some(0));
    let sources = program::json_lines(folder.path(), &["sources", "--json"]);
    assert_eq!(sources.iter().map(|line| line["items"].as_u64().unwrap_or(0)).sum::<u64>(), 5);
}

#[test]
fn a_history_feed_is_read_as_incidents_however_it_is_configured() {
    let folder = Folder::new();
    let web = Web::start();
    let post = |clock: &str, label: &str, words: &str| {
        format!(
            "&lt;p&gt;&lt;small&gt;Dec &lt;var data-var='date'&gt;26&lt;/var&gt;, &lt;var data-var='time'&gt;{clock}&lt;/var&gt; UTC&lt;/small&gt;&lt;br&gt;&lt;strong&gt;{label}&lt;/strong&gt; - {words}&lt;/p&gt;"
        )
    };
    let feed = |posts: &str| {
        Reply::ok(
            "application/atom+xml",
            format!(
                "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>X Status - Incident History</title><id>x</id><updated>2024-12-26T20:00:00Z</updated>\
             <entry><id>tag:x,2005:Incident/7</id><published>2024-12-26T19:00:00Z</published><updated>2024-12-26T20:00:00Z</updated>\
             <link href=\"https://status.x.example/incidents/abcdefghijkl\"/><title>Quokkas fail</title><content type=\"html\">{posts}</content></entry></feed>"
            ),
        )
    };
    let first = post("19:00", "Investigating", "We look.");
    web.serve("/history.atom", feed(&first));
    let service = format!("\n[[service]]\nname = \"Quokka\"\nstatus = \"{}\"\n", web.url("/history.atom"));
    config(folder.path(), &[("history", web.url("/history.atom"))], "");
    let mut text = fs::read_to_string(folder.path().join("feeds.toml")).expect("reads");
    text.push_str(&service);
    fs::write(folder.path().join("feeds.toml"), text).expect("writes");
    let running = run(folder.path());
    running.wait_for("the incident", PATIENCE, |running| {
        running.get("/search?q=kind:incident+quokkas").body.contains("1 found")
    });
    running
        .wait_for("its service", PATIENCE, |running| running.get("/search?q=service:quokka").body.contains("1 found"));
    web.serve("/history.atom", feed(&(post("20:00", "Resolved", "It is over.") + &first)));
    running.wait_for("the end", PATIENCE, |running| {
        running.get("/search?q=%22it+is+over%22+quokkas").body.contains("1 found")
    });
    let page = running.get("/search?q=quokkas").body;
    let incident =
        page.split("href=\"").find(|part| part.starts_with("/incident/")).and_then(|part| part.split('"').next());
    let page = running.get(incident.expect("a link")).body;
    assert!(page.contains("Resolved 1 h after it began") && page.contains("2024-12-26T19:00:00Z"), "{page}");
}

#[test]
fn an_edited_item_shows_its_new_words_and_keeps_the_old() {
    let folder = Folder::new();
    let web = Web::start();
    web.serve("/feed", rss(&item("1", "Quokka is down", "first words")));
    config(folder.path(), &[("f", web.url("/feed"))], "");
    let running = run(folder.path());
    running.wait_for("the item", PATIENCE, |running| running.get("/search?q=quokka").body.contains("1 found"));
    web.serve("/feed", rss(&item("1", "Quokka is up again", "other words")));
    running
        .wait_for("the edit", PATIENCE, |running| running.get("/search?q=%22quokka+is+up%22").body.contains("1 found"));
    let page = running.get("/search?q=quokka").body;
    assert!(page.contains("1 found"), "one item, not two");
    let item = page.split("href=\"").find(|part| part.starts_with("/item/")).and_then(|part| part.split('"').next());
    let page = running.get(item.expect("a link")).body;
    assert!(
        page.contains("Quokka is up again") && page.contains("Quokka is <del>down</del><ins>up again</ins>"),
        "{page}"
    );
}

#[test]
fn pages_are_safe_cacheable_and_say_what_is_wrong() {
    let folder = Folder::new();
    let web = Web::start();
    web.serve(
        "/feed",
        rss(&item(
            "1",
            "&lt;script&gt;alert(1)&lt;/script&gt; is &lt;b&gt;down&lt;/b&gt;",
            "&lt;img src=x onerror=alert(1)&gt; words",
        )),
    );
    config(folder.path(), &[("f\\\"<i>", web.url("/feed"))], "");
    let running = run(folder.path());
    running.wait_for("the item", PATIENCE, |running| running.get("/search?q=words").body.contains("1 found"));
    let page = running.get("/search?q=%3Cscript%3Ealert(2)%3C%2Fscript%3E");
    for bad in ["<script", "<img src=x", "<i>", " style=", "onerror=alert(1)>"] {
        for path in [
            "/search?q=%3Cscript%3Ealert(2)%3C%2Fscript%3E",
            "/",
            "/sources",
            "/search?q=words",
            "/search?q=a%3A%3Cscript%3E",
        ] {
            assert!(!running.get(path).body.contains(bad), "{bad} on {path}: {}", running.get(path).body);
        }
    }
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for (path, status, words) in [
        ("/search?q=colour:red", 400, "there is no field “colour:”"),
        ("/search?q=after:soon", 400, "2024-12-26"),
        ("/feed.rss?q=colour:red", 400, "service:"),
        ("/item/none", 404, "nothing at this address"),
        ("/incident/00000000000000000000000000", 404, "nothing at this address"),
        ("/search?q=%FF%FE&page=999999999999999999999", 200, "found"),
        ("/search?page=2", 200, "found"),
        ("/healthz", 200, "ok"),
        ("/readyz", 200, "ready"),
        ("/metrics", 200, "downwire_fetch_total"),
        ("/robots.txt", 200, "Disallow: /search"),
        ("/opensearch.xml", 200, "/search?q={searchTerms}"),
        ("/favicon.svg", 200, "<svg"),
        ("/about", 200, "/about/method"),
        ("/about/method", 200, "How good it is"),
    ] {
        let answer = running.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(answer.body.contains(words), "{path}: {}", answer.body);
    }
    let post = running.get("/sources");
    let again = program::get(
        &running.address,
        "/about",
        &[("If-None-Match", running.get("/about").header("etag").expect("a tag"))],
    );
    assert_eq!((again.expect("answers").status, post.status), (304, 200));
}

#[test]
fn the_commands_do_what_they_say_in_an_empty_folder() {
    let folder = Folder::new();
    let path = folder.path();
    let text = |arguments: &[&str]| {
        let output = program::call(path, arguments);
        let all = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), all)
    };
    assert_eq!(text(&["check"]).0, Some(0));
    assert!(text(&["check"]).1.contains("the shipped feeds.toml is right"));
    assert_eq!(text(&["init"]).0, Some(0));
    assert_eq!(fs::read_to_string(path.join("feeds.toml")).expect("written"), downwire::config::SHIPPED);
    assert_eq!(text(&["init"]).0, Some(1), "never over an existing file");
    assert_eq!(text(&["check"]).0, Some(0));
    assert!(!path.join("index").exists(), "neither needs an archive");

    let web = Web::start();
    web.serve(
        "/feed",
        rss(&(item("1", "ChatGPT is down", "internal server error") + &item("2", "All is well", "sunshine"))),
    );
    config(path, &[("The Feed", web.url("/feed"))], "");
    let fetched = program::json_lines(path, &["fetch", "--json"]);
    assert_eq!(
        (fetched[0]["name"].as_str(), fetched[0]["new"].as_u64(), fetched[0]["state"].as_str()),
        (Some("The Feed"), Some(2), Some("ok"))
    );
    assert!(program::json_lines(path, &["fetch", "--source", "the feed", "--json"])[0]["new"] == 0);
    assert_eq!(text(&["fetch", "--source", "nobody"]).0, Some(1));
    let hits = program::json_lines(path, &["search", "--json", "outage:yes"]);
    assert_eq!(hits.len(), 1, "{hits:?}");
    for key in ["id", "kind", "title", "url", "published_at", "source", "services", "outage", "rank", "snippet"] {
        assert!(hits[0].get(key).is_some(), "{key}: {}", hits[0]);
    }
    assert_eq!(
        (hits[0]["services"][0].as_str(), hits[0]["published_at"].as_str()),
        (Some("ChatGPT"), Some("2024-12-26T18:30:00Z"))
    );
    let (code, wrong) = text(&["search", "x colour:red"]);
    assert!(code == Some(1) && wrong.contains("service:") && wrong.contains('^'), "{wrong}");
    assert_eq!(program::json_lines(path, &["reindex", "--json"])[0]["documents"], 2);
    assert_eq!(text(&["healthcheck"]).0, Some(1), "nobody answers");
    assert_eq!(text(&["nonsense"]).0, Some(2));
    fs::write(
        path.join("feeds.toml"),
        "[server]\nlisten = \"here\"\n[fetch]\ngap = \"fast\"\n[[feed]]\nname = \"\"\nurl = \"ftp://x\"\n",
    )
    .expect("writes");
    let (code, problems) = text(&["check"]);
    assert_eq!(code, Some(2));
    for words in [
        "feeds.toml:2:10: server.listen:",
        "feeds.toml:4:7: fetch.gap:",
        "feeds.toml:6:8: feed[0].name:",
        "feeds.toml:7:7: feed[0].url:",
    ] {
        assert!(problems.contains(words), "{words}: {problems}");
    }
    assert_eq!(text(&["run"]).0, Some(2), "nothing starts with a wrong configuration");
}

#[test]
fn a_taken_port_says_what_to_do_and_a_running_one_is_healthy() {
    let folder = Folder::new();
    config(folder.path(), &[], "");
    let running = run(folder.path());
    let text =
        fs::read_to_string(folder.path().join("feeds.toml")).expect("reads").replace("127.0.0.1:0", &running.address);
    let second = Folder::new();
    fs::write(second.path().join("feeds.toml"), text).expect("writes");
    let taken = program::call(second.path(), &["run"]);
    let words = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert!(taken.status.code() == Some(1) && words.contains("is taken") && words.contains("[server]"), "{words}");
    let health = program::call(second.path(), &["healthcheck"]);
    assert_eq!(health.status.code(), Some(0), "{}", String::from_utf8_lossy(&health.stderr));
    assert_eq!(running.terminate(), Some(0));
}
