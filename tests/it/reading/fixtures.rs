//! Our own fixtures against goldens, errors by name, and garbage.

use std::fmt::Write as _;

use downwire::{
    model::{Incident, Item, SourceKind, Timestamp},
    source::{ReadError, Reading, read_file},
};
use proptest::prelude::*;

use super::{hint, now, read};
use crate::support::golden;

#[test]
fn the_fixtures_read_as_their_goldens_say() {
    for name in ["news.rss", "news.atom", "news.json", "summary.json", "incidents.json", "history.atom", "history.rss"]
    {
        let path = format!("{}/tests/fixtures/reading/{name}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).expect("a fixture");
        let reading = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        golden::check(&format!("reading/{name}.golden"), &told(&reading));
    }
}

/// A reading in words.
pub fn told(reading: &Reading) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "title {:?}, lifetime {:?}", reading.about.title, reading.lifetime);
    if let Some(page) = &reading.page {
        let _ = writeln!(out, "page {:?} {:?} {:?}", page.id, page.host, page.name);
    }
    for line in &reading.repaired {
        let _ = writeln!(out, "repaired: {line}");
    }
    for line in &reading.skipped {
        let _ = writeln!(out, "skipped: {line}");
    }
    if let Some(report) = &reading.report {
        let _ = writeln!(out, "now {}", report.overall.as_str());
        for part in &report.components {
            let _ = writeln!(out, "  component {} {:?} {:?}", part.state.as_str(), part.native_id, part.name);
        }
    }
    for impact in &reading.impacts {
        let until = impact.until.map_or("-".to_owned(), |at| at.to_string());
        let (name, state) = (&impact.component, impact.state.as_str());
        let _ = writeln!(out, "{name:?} {state} from {} until {until} in {:?}", impact.from, impact.incident);
    }
    for day in &reading.days {
        let (partial, major, planned) = (day.partial_s, day.major_s, day.maintenance_s);
        let _ = writeln!(
            out,
            "{:?} on {}: {partial} s partial, {major} s major, {planned} s planned",
            day.component, day.day
        );
    }
    reading.items.iter().for_each(|item| tell_item(&mut out, item));
    reading.incidents.iter().for_each(|incident| tell_incident(&mut out, incident));
    out
}

fn tell_item(out: &mut String, item: &Item) {
    let estimated = if item.published_estimated { " (estimated)" } else { "" };
    let _ = writeln!(
        out,
        "\n{} {} {}\n  title {:?}\n  text {:?}",
        item.kind.as_str(),
        item.id,
        item.native_id,
        item.title,
        item.text
    );
    let _ = writeln!(out, "  url {:?} author {:?} language {:?}", item.url, item.author, item.language);
    let _ = writeln!(
        out,
        "  published {}{estimated} updated {:?}",
        item.published_at,
        item.updated_at.map(|at| at.to_string())
    );
}

fn tell_incident(out: &mut String, incident: &Incident) {
    let when = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| at.to_string());
    let _ = writeln!(
        out,
        "\n{} {} {:?}\n  {:?} of {:?}, {} {} {}",
        incident.kind.as_str(),
        incident.native_id,
        incident.title,
        incident.url,
        incident.service,
        incident.phase.as_str(),
        incident.impact.as_str(),
        incident.origin.as_str(),
    );
    let [started, first, last, resolved] =
        [incident.started_at, incident.first_post_at, incident.last_update_at, incident.resolved_at].map(when);
    let _ = writeln!(out, "  started {started} first {first} last {last} resolved {resolved}");
    if incident.scheduled_for.is_some() {
        let _ = writeln!(out, "  scheduled {} until {}", when(incident.scheduled_for), when(incident.scheduled_until));
    }
    for part in &incident.components {
        let _ = writeln!(out, "  component {} {:?} {:?}", part.state.as_str(), part.native_id, part.name);
    }
    for update in &incident.updates {
        let _ = writeln!(
            out,
            "  {} {} shown {} posted {} edited {} precise {}\n    {:?} {:?}",
            update.native_id,
            update.phase.as_str(),
            update.shown_at,
            update.posted_at,
            when(update.edited_at),
            update.precise,
            update.text,
            update.components.iter().map(|part| (&part.name, part.before, part.state)).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn what_is_no_feed_is_named() {
    let bomb = format!("<!DOCTYPE x [{}]><rss version='2.0'/>", "<!ENTITY a 'b'>".repeat(400));
    let deep = format!("<feed>{}", "<x>".repeat(100_000));
    for (text, words) in [
        ("", "empty"),
        (" \n ", "empty"),
        ("<!doctype html><html><title>Just a moment...</title>", "an HTML page (“Just a moment...”), not a feed"),
        ("<CHANNEL HREF='x'></CHANNEL>", "CDF, a dead format"),
        ("<opml version='2.0'></opml>", "<opml>"),
        ("<rss version='2.0'><channel><item><title>x</ti", "truncated XML: the document ends inside <title>"),
        ("<rss version='2.0'><channel><item>", "truncated XML: the document ends inside <item>"),
        ("{\"a\":1,\"b\":2}", "JSON, but neither a JSON Feed nor of a status page that is known (an object of a, b)"),
        ("[{\"id\":\"x\"}]", "(an array of 1)"),
        (
            "{\"incidents\":[{\"id\":\"x\",\"name\":\"y\",\"status\":\"resolved\",\"updates\":[]}]}",
            "neither a JSON Feed nor",
        ),
        ("{\"incidents\":[", "broken JSON"),
        ("404 page not found", "neither XML nor JSON"),
        (&bomb, "refused: a DOCTYPE"),
        (&deep, "refused: more than 256 levels"),
    ] {
        let error = read(text.as_bytes()).expect_err(&text.chars().take(60).collect::<String>()).to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn a_status_page_that_answers_with_a_page_or_another_feed_is_an_error() {
    let statuspage = |text: &str| read_file(text.as_bytes(), hint(Some(SourceKind::Statuspage)), now());
    assert!(matches!(statuspage("<html></html>"), Err(ReadError::Html(_, wanted)) if wanted.contains("JSON")));
    let feed = "<rss version='2.0'><channel><item><title>x</title><link>https://e.org/x</link></item></channel></rss>";
    assert_eq!(statuspage(feed), Err(ReadError::NotAHistory));
}

#[test]
fn utf_16be_with_a_declaration_is_read() {
    let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><rss version=\"2.0\"><channel><title>Störung</title>\
                <item><title>größer</title><link>https://e.org/1</link></item></channel></rss>";
    let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [bare.clone(), [&[0xfe, 0xff][..], &bare].concat()] {
        let reading = read(&bytes).expect("a feed");
        assert_eq!((reading.about.title.as_deref(), reading.items[0].title.as_str()), (Some("Störung"), "größer"));
    }
}

/// What a reader mends, and what it says of it.
#[test]
fn broken_markup_is_mended_and_said() {
    let told = |text: &str| {
        let reading = read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let words = |item: &Item| format!("{}|{}|{}", item.title, item.text, item.url.as_deref().unwrap_or("-"));
        let items: Vec<String> = reading.items.iter().map(words).collect();
        let said = [reading.repaired, reading.skipped].concat().join("; ");
        (items.join(" / "), said)
    };
    for (text, items, said) in [
        ("<rss><channel><item><title>a</item><item><title>b</title></item></rss>", "a||- / b||-", "closed (2)"),
        (
            "<rss><channel><item><title>a<link>https://e.org/1</link></item></channel></rss>",
            "a||https://e.org/1",
            "closed (1)",
        ),
        ("<rss><item><title>a</b></title></item></channel></rss>", "a||-", "left out (2)"),
        ("<rss><channel><item><title>a<item><title>b</channel></rss>", "a||- / b||-", "closed (4)"),
        ("<rss><channel><item><title>a<item><title>b", "a||- / b||-", "closed"),
        ("<rss><channel><item><title>a</title></item><item><title>b", "a||-", "entry 2: the document ends inside"),
        (
            "<rss><channel><item><title>a</title><description><p>x<br>y<b>z</description></item></channel></rss>",
            "a|x\nyz|-",
            "closed",
        ),
        ("<rss><channel><item><description>5 < 6 & 7</description></item></channel></rss>", "|5 < 6 & 7|-", "escaped"),
        (
            "<feed xmlns='http://purl.org/atom/ns#'><entry><title mode='base64' type='text/plain'>YSA8IGI=</title></entry></feed>",
            "a < b||-",
            "",
        ),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://e.org/x/'><entry><title>a</title><link href='../y'/></entry></feed>",
            "a||https://e.org/y",
            "",
        ),
        (
            "<rss><channel><item><dc:title>a</dc:title><content:encoded><![CDATA[<p>b</p>]]></content:encoded></item></channel></rss>",
            "a|b|-",
            "without a version",
        ),
        (
            "<rss><channel><item><title>a</title><enclosure url='https://e.org/a.mp3'/><media:group><media:description>b</media:description></media:group></item></channel></rss>",
            "a|b|https://e.org/a.mp3",
            "",
        ),
        (
            "<RDF:rdf xmlns='http://purl.org/rss/1.0/'><channel><title>t</title></channel><item rdf:about='https://e.org/1'><title>a</title></item></RDF:rdf>",
            "a||https://e.org/1",
            "",
        ),
    ] {
        let (found, words) = told(text);
        assert_eq!(found, items, "{text}: {words}");
        assert!(words.contains(said), "{text}: {words}");
    }
}

fn rss(items: &str) -> String {
    format!("<rss version='2.0'><channel><title>t</title>{items}</channel></rss>")
}

#[test]
fn two_feeds_with_guid_1_give_two_items() {
    let text = rss("<item><title>x</title><guid>1</guid></item>");
    let id =
        |name| read_file(text.as_bytes(), downwire::source::Hint { name, ..hint(None) }, now()).map(|r| r.items[0].id);
    assert_ne!(id("one"), id("two"));
    assert_eq!(id("one"), id("one"));
}

#[test]
fn entries_that_look_alike_stay_apart_and_keep_their_ids() {
    let natives = |items: &str| -> Vec<String> {
        read(rss(items).as_bytes()).expect("a feed").items.into_iter().map(|item| item.native_id).collect()
    };
    let (first, second) = ("<item><description>a</description></item>", "<item><description>b</description></item>");
    let both = natives(&[first, second].concat());
    assert_eq!(both, [natives(first), natives(second)].concat());
    // A log of updates under one guid: the next one does not rename the one before it.
    let post = |text: &str, hour: u8| {
        format!(
            "<item><guid>g</guid><link>https://e.org/g</link><description>{text}</description><pubDate>26 Dec 2024 {hour}:00 GMT</pubDate></item>"
        )
    };
    let (early, late) = (post("down", 18), post("up", 22));
    let log = natives(&[late.as_str(), early.as_str()].concat());
    assert_eq!((log.len(), log[1].as_str()), (2, "g"));
    assert_eq!(natives(&early), ["g"]);
    assert_eq!(natives(&[late.as_str(), late.as_str()].concat()).len(), 1);
}

#[test]
fn limits_hold_and_are_said() {
    let long =
        format!("<item><title>{}</title><description>{}</description></item>", "ö".repeat(2_000), "ü".repeat(300_000));
    let text = rss(&(long + &"<item><title>x</title></item>".repeat(1_200)));
    let reading = read(text.as_bytes()).expect("a feed");
    assert_eq!((reading.items[0].title.len(), reading.items[0].text.len()), (1_024, 256 * 1_024));
    assert!(reading.repaired.iter().any(|line| line.contains("1 KiB (1)")), "{:?}", reading.repaired);
    assert!(reading.skipped.iter().any(|line| line.contains("201 more entries")), "{:?}", reading.skipped);
}

#[test]
fn an_incident_of_a_hundred_thousand_posts_is_cut_to_its_newest() {
    let post = r#"{"id":1,"status":"update","created_at":"2024-12-26T18:00:00Z"},"#;
    let newest = r#"{"id":2,"status":"resolved","created_at":"2024-12-26T19:00:00Z"},"#;
    let posts = format!("{newest}{}", post.repeat(100_000));
    let text =
        format!(r#"{{"id":"x","name":"n","status":"resolved","incident_updates":[{}]}}"#, posts.trim_end_matches(','));
    let reading = read(text.as_bytes()).expect("an incident");
    let updates = &reading.incidents[0].updates;
    assert_eq!((updates.len(), updates.last().map(|update| update.native_id.as_str())), (1_000, Some("2")));
    assert!(reading.skipped[0].contains("99001 oldest"), "{:?}", reading.skipped);
}

#[test]
fn nonsense_dates_are_the_time_of_receipt() {
    for (date, expected, estimated) in [
        ("Mon, 01 Jan 0001 00:00:00 GMT", "2025-01-02T12:00:00Z", true),
        ("1 Jan 1970 00:00 GMT", "2025-01-02T12:00:00Z", true),
        ("soon", "2025-01-02T12:00:00Z", true),
        ("02 Jan 2025 12:40:00 GMT", "2025-01-02T12:00:00Z", false),
        ("02 Jan 2025 13:40:00 GMT", "2025-01-02T12:00:00Z", true),
        ("02 Jan 2025 11:40:00 GMT", "2025-01-02T11:40:00Z", false),
    ] {
        let reading =
            read(rss(&format!("<item><title>x</title><pubDate>{date}</pubDate></item>")).as_bytes()).expect(date);
        let item = &reading.items[0];
        assert_eq!((item.published_at.to_string().as_str(), item.published_estimated), (expected, estimated), "{date}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, text: String) {
        for platform in [None, Some(SourceKind::Feed), Some(SourceKind::Statuspage)] {
            let _ = read_file(&bytes, hint(platform), now());
            let _ = read_file(text.as_bytes(), hint(platform), now());
        }
    }

    #[test]
    fn no_damage_to_a_fixture_makes_the_reader_panic(which in 0..7_usize, at in 0..4_000_usize, length in 0..40_usize, put: Vec<u8>) {
        let name = ["news.rss", "news.atom", "news.json", "summary.json", "incidents.json", "history.atom", "history.rss"][which];
        let mut bytes = std::fs::read(format!("{}/tests/fixtures/reading/{name}", env!("CARGO_MANIFEST_DIR"))).expect("it is right");
        let from = at.min(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, put);
        let _ = read(&bytes);
    }
}
