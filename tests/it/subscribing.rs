//! Feeds found, taken in, given out, and followed into their past: the program itself against a loopback server.

use std::{fs, path::Path, time::Duration};

use crate::support::{
    backend::Folder,
    data, program,
    web::{Reply, Web},
};

fn config(folder: &Path) {
    let text = "[server]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\n[catalogue]\nwatch = \"none\"\n# mine\n";
    fs::write(folder.join("feeds.toml"), text).expect("writes");
}

fn rss(title: &str, numbers: std::ops::Range<usize>) -> Vec<u8> {
    let item = |number| {
        format!(
            "<item><guid isPermaLink='false'>{number}</guid><title>Story {number} is down</title><pubDate>Thu, 26 Dec 2024 18:{number:02}:00 GMT</pubDate></item>"
        )
    };
    let items: String = numbers.map(item).collect();
    format!("<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>").into_bytes()
}

#[test]
fn the_feed_of_a_site_is_found_shown_and_written() {
    let (folder, web) = (Folder::new(), Web::start());
    config(folder.path());
    let page = "<html><head><link rel='alternate' type='application/rss+xml' href='/broken.rss'>\
                <link rel='alternate' type='application/rss+xml' href='/news.rss'></head>";
    web.serve("/", Reply::ok("text/html", page));
    web.serve("/broken.rss", Reply::ok("text/html", "<html>sorry</html>"));
    web.serve("/news.rss", Reply::ok("text/xml", rss("Wire \"of\" things", 0..5)));
    let shown = program::json_lines(folder.path(), &["sources", "add", &web.url("/"), "--json"]);
    assert_eq!(shown[0]["url"], web.url("/news.rss"), "{shown:?}");
    assert_eq!(shown[0]["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(shown[0]["written"], serde_json::Value::Null);
    let before = fs::read_to_string(folder.path().join("feeds.toml")).expect("reads");
    assert!(!before.contains("news.rss"), "without --write nothing is written");

    program::json_lines(folder.path(), &["sources", "add", &web.url("/"), "--write", "--json"]);
    let after = fs::read_to_string(folder.path().join("feeds.toml")).expect("reads");
    assert!(after.starts_with(before.trim_end()) && after.contains(r#"name = "Wire \"of\" things""#), "{after}");
    assert!(program::call(folder.path(), &["check"]).status.success());
    let fetched = program::json_lines(folder.path(), &["fetch", "--json"]);
    assert_eq!(fetched.len(), 1, "{fetched:?}");
    let again = program::call(folder.path(), &["sources", "add", &web.url("/news.rss")]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("watched already"));
}

#[test]
fn a_site_that_names_no_feed_is_searched_and_one_without_is_said_to_have_none() {
    let (folder, web) = (Folder::new(), Web::start());
    config(folder.path());
    web.serve("/", Reply::ok("text/html", "<html><body>hello</body></html>"));
    let none = program::call(folder.path(), &["sources", "add", &web.url("/")]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("no feed at"), "{none:?}");
    web.serve(
        "/atom.xml",
        Reply::ok(
            "text/xml",
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><entry><title>x</title></entry></feed>",
        ),
    );
    let found = program::json_lines(folder.path(), &["sources", "add", &web.url("/"), "--json"]);
    assert_eq!(found[0]["url"], web.url("/atom.xml"));
}

#[test]
fn subscriptions_go_out_as_opml_and_come_back() {
    let (one, two) = (Folder::new(), Folder::new());
    config(one.path());
    let text = fs::read_to_string(one.path().join("feeds.toml")).expect("reads")
        + "[[feed]]\nname = \"A & B\"\nurl = \"https://e.org/a?b&c\"\n[[feed]]\nname = \"Größer\"\nurl = \"https://e.org/g\"\n";
    fs::write(one.path().join("feeds.toml"), text).expect("writes");
    let out = program::call(one.path(), &["sources", "export"]);
    config(two.path());
    fs::write(two.path().join("in.opml"), &out.stdout).expect("writes");
    let taken = program::json_lines(two.path(), &["sources", "import", "in.opml", "--write", "--json"]);
    let told: Vec<(&str, &str)> =
        taken.iter().filter_map(|line| Some((line["name"].as_str()?, line["url"].as_str()?))).collect();
    assert_eq!(told, [("A & B", "https://e.org/a?b&c"), ("Größer", "https://e.org/g")]);
    assert_eq!(program::call(two.path(), &["sources", "export"]).stdout.len(), out.stdout.len());
    assert_eq!(program::json_lines(two.path(), &["sources", "import", "in.opml", "--json"]).len(), 0, "nothing is new");
}

#[test]
fn at_first_sight_a_feed_is_followed_into_its_past_and_never_again() {
    let (folder, web) = (Folder::new(), Web::start());
    config(folder.path());
    let page = |number: usize, older: &str| {
        let link = format!("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='prev-archive' href='{older}'/>");
        let text = String::from_utf8(rss("t", number * 3..number * 3 + 3)).expect("text");
        Reply::ok("text/xml", text.replace("</title><item>", &format!("</title>{link}<item>")))
    };
    web.serve("/feed", page(2, "/1"));
    web.serve("/1", page(1, "0"));
    // The oldest one points at itself, and at what is not there.
    web.serve("/0", page(0, "/nothing"));
    let mut text = fs::read_to_string(folder.path().join("feeds.toml")).expect("reads");
    text.push_str(&format!("[[feed]]\nname = \"t\"\nurl = \"{}\"\nschedule = \"* * * * * *\"\n", web.url("/feed")));
    fs::write(folder.path().join("feeds.toml"), text).expect("writes");
    let running = program::start(program::command(folder.path(), &["run"]));
    running.wait_for("all nine", Duration::from_secs(20), |running| {
        running.get("/search?q=story").body.contains(">9 found")
    });
    running.wait_for("more polls", Duration::from_secs(20), |_| web.requests("/feed").len() >= 3);
    assert_eq!((web.requests("/1").len(), web.requests("/0").len()), (1, 1));
    let sources = program::json_lines(folder.path(), &["sources", "--json"]);
    assert_eq!(sources[0]["state"], "ok", "{sources:?}");
}

#[test]
fn two_files_of_one_name_are_two_feeds_and_the_same_import_twice_adds_nothing() {
    let (folder, archive) = (Folder::new(), Folder::new());
    for (way, title) in [("a/feed.xml", "One"), ("b/feed.xml", "Another")] {
        let file = folder.path().join(way);
        fs::create_dir_all(file.parent().expect("a folder")).expect("can be made");
        fs::write(file, rss(title, 1..3)).expect("can be written");
    }
    let import = || {
        let lines = program::json_lines(archive.path(), &["import", "--json", &folder.path().to_string_lossy()]);
        let summary = &lines.last().expect("a summary")["summary"];
        (summary["items"].as_u64(), summary["new"].as_u64(), summary["errors"].as_u64())
    };
    assert_eq!(import(), (Some(4), Some(4), Some(0)), "their items have the same ids, and are others");
    assert_eq!(import(), (Some(4), Some(0), Some(0)));
}

#[test]
fn every_collected_feed_goes_into_an_archive_once() {
    let Some(feeds) = data::path("feeds") else { return };
    let archive = Folder::new();
    let import = || program::json_lines(archive.path(), &["import", "--json", &feeds.to_string_lossy()]);
    let lines = import();
    let (summary, files) = lines.split_last().expect("lines");
    let summary = &summary["summary"];
    println!("{summary}");
    assert_eq!(summary["items"], summary["new"], "nothing takes another's place");
    assert_eq!(summary["files"].as_u64(), Some(files.len() as u64), "every file has its line");
    let second = import();
    let again = &second.last().expect("a summary")["summary"];
    assert_eq!((&again["items"], again["new"].as_u64()), (&summary["items"], Some(0)));
}
