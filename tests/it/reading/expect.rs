//! The reader against the expectations that a test suite of another reader writes into its documents. Nothing in `src/`
//! knows its conventions: they are read here, and both sides are reduced to what downwire keeps, which is visible text
//! with white space folded, absolute addresses and instants.

use std::{collections::BTreeMap, fs, path::Path};

use downwire::{
    model::{Answer, Display, Outcome, PostsQuery, SourceKind, SourceSpec, SourceState, Timestamp, Validators},
    source::{self, ReadError, Reading},
    text::{charset, dates, html, urls},
};

use super::measured::{files, name};

/// One thing that must hold of the document.
#[derive(Debug)]
struct Claim {
    /// `feed` or `entries[0]`.
    of: String,
    /// `title`, `summary` …
    key: String,
    /// What it must be.
    value: Literal,
}

/// A value of the expectations' language.
#[derive(Debug, PartialEq)]
enum Literal {
    Text(String),
    /// Year, month, day, hour, minute, second.
    Instant(Timestamp),
}

/// The claims of a document about what downwire keeps; the others are left out.
fn claims(document: &str) -> Vec<Claim> {
    let Some(expect) = document.split("Expect:").nth(1) else { return Vec::new() };
    let expect = expect.split("-->").next().unwrap_or_default().trim();
    split_and(expect).into_iter().filter_map(|part| claim(part.trim())).collect()
}

/// Splits at ` and ` outside of quotes.
fn split_and(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quote) = (Vec::new(), 0, None);
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some(_), '\\') => drop(letters.next()),
            (Some(open), letter) if open == letter => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, ' ') if text[at..].starts_with(" and ") => {
                parts.push(&text[from..at]);
                from = at + 5;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// `entries[0]['title_detail']['value'] == u'…'`, as far as it is about one of the five things.
fn claim(text: &str) -> Option<Claim> {
    let (left, right) = text.split_once("==")?;
    let path = left.trim().replace(['"'], "'").replace(".", "']['");
    let (of, rest) = if let Some(rest) = path.strip_prefix("feed") {
        ("feed", rest)
    } else {
        ("entries[0]", path.strip_prefix("entries[0]")?)
    };
    let keys: Vec<&str> = rest.split(['[', ']', '\'']).filter(|part| !part.is_empty()).collect();
    let key = match keys.as_slice() {
        [key] => *key,
        ["content", "0", "value"] => "content",
        [key, "value"] => key.strip_suffix("_detail")?,
        _ => return None,
    };
    let key = match key {
        "title" | "link" | "id" | "content" => key,
        "guid" => "id",
        "summary" | "description" | "subtitle" | "tagline" | "info" => "summary",
        "published" | "published_parsed" | "created" | "created_parsed" => "published",
        "issued" | "issued_parsed" => "published",
        "updated" | "updated_parsed" | "modified" | "modified_parsed" | "date" | "date_parsed" => "updated",
        _ => return None,
    };
    Some(Claim { of: of.to_owned(), key: key.to_owned(), value: literal(right.trim())? })
}

fn literal(text: &str) -> Option<Literal> {
    if let Some(numbers) = text.strip_prefix('(').or_else(|| text.strip_prefix("time.struct_time((")) {
        let numbers: Vec<i64> = numbers.split([',', ')']).map_while(|number| number.trim().parse().ok()).collect();
        let [year, month, day, hour, minute, second, ..] = numbers.as_slice() else { return None };
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        return text.parse().ok().map(Literal::Instant);
    }
    let text = text.trim_start_matches(['u', 'b', 'r']);
    if let Some(text) = text.strip_prefix("\"\"\"").and_then(|text| text.strip_suffix("\"\"\"")) {
        return Some(Literal::Text(unescaped(text)));
    }
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    Some(Literal::Text(unescaped(text.strip_prefix(quote)?.strip_suffix(quote)?)))
}

fn unescaped(text: &str) -> String {
    let (mut out, mut letters) = (String::new(), text.chars());
    while let Some(letter) = letters.next() {
        let escape = if letter == '\\' { letters.next() } else { None };
        let digits = match escape {
            None => {
                out.push(letter);
                continue;
            }
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(other) => {
                out.push(match other {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
                continue;
            }
        };
        let hex: String = letters.by_ref().take(digits).collect();
        out.push(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'));
    }
    out
}

/// A header that the document says it came with.
fn header<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    let lines = document.lines().take(12).filter_map(|line| line.trim().strip_prefix("Header:"));
    lines
        .filter_map(|line| line.split_once(':'))
        .find(|(own, _)| own.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// Reads a document as a poll would, with the headers it names.
fn poll(bytes: &[u8]) -> Result<Reading, ReadError> {
    let document = charset::decode(bytes, None).text;
    let base = header(&document, "Content-Location").and_then(|base| urls::absolute(base, Some(SERVED)));
    let url = base.unwrap_or_else(|| SERVED.to_owned());
    let spec = SourceSpec {
        name: "example".to_owned(),
        kind: SourceKind::Feed,
        url: url.clone(),
        schedule: "*/15 * * * *".to_owned(),
        service: None,
        language: None,
        display: Display::Full,
        posts: PostsQuery::default(),
    };
    let state = SourceState::new("example", &url, super::now());
    let answer = Answer {
        outcome: Outcome::Fresh,
        url,
        moved_to: None,
        content_type: header(&document, "Content-type").map(str::to_owned),
        body: bytes.to_vec(),
        validators: Validators::default(),
        fresh_for: None,
        retry_after: None,
        noindex: false,
        link: None,
    };
    source::read(&spec, &state, &source::first_ask(&spec, &state), &answer, super::now())
}

/// The reading of a document. An entry without any words is not kept, so one that has only the date or id that is
/// claimed is given a title first.
fn poll_with_words(bytes: &[u8]) -> Result<Reading, ReadError> {
    let reading = poll(bytes)?;
    let text = charset::decode(bytes, None).text;
    let (Some(end), true) = (text.rfind("</entry>").or(text.rfind("</item>")), reading.items.is_empty()) else {
        return Ok(reading);
    };
    poll(format!("{}<title>words</title>{}", &text[..end], &text[end..]).as_bytes())
}

/// Both sides of a claim, reduced to what downwire keeps; `None` where it keeps nothing of the kind.
fn compare(claim: &Claim, reading: &Reading) -> Option<(String, String)> {
    let item = reading.items.first().filter(|_| claim.of != "feed");
    let about = &reading.about;
    let ours = match (claim.key.as_str(), item) {
        ("title", Some(item)) => item.title.clone(),
        ("title", None) => about.title.clone().unwrap_or_default(),
        ("link", Some(item)) => item.url.clone().unwrap_or_default(),
        ("link", None) => about.home.clone().unwrap_or_default(),
        ("id", Some(item)) => item.native_id.clone(),
        ("id", None) => about.id.clone().unwrap_or_default(),
        ("summary" | "content", Some(item)) => item.text.clone(),
        ("summary", None) => about.summary.clone().unwrap_or_default(),
        ("published" | "updated", item) => {
            let at = match item {
                Some(item) if claim.key == "updated" => item.updated_at.or(Some(item.published_at)),
                Some(item) => Some(item.published_at),
                None => about.updated,
            };
            return Some((instant(&claim.value)?.to_string(), at.map_or_else(String::new, |at| at.to_string())));
        }
        _ => return None,
    };
    let Literal::Text(theirs) = &claim.value else { return None };
    let theirs = match claim.key.as_str() {
        "title" | "summary" | "content" => visible(theirs),
        // What is no address of the web is no link.
        "link" => urls::absolute(theirs, Some(SERVED)).unwrap_or_default(),
        _ => theirs.trim().to_owned(),
    };
    Some((theirs, html::one_line(&ours)))
}

fn visible(text: &str) -> String {
    html::one_line(&html::to_text(text))
}

fn instant(value: &Literal) -> Option<Timestamp> {
    match value {
        Literal::Instant(at) => Some(*at),
        Literal::Text(text) => dates::instant(text),
    }
}

/// Where the documents pretend to be.
const SERVED: &str = "http://127.0.0.1:8097/tests/example.xml";

/// Documents and claims of a folder.
#[derive(Default)]
struct Tally {
    documents: usize,
    read: usize,
    claims: usize,
    agreed: usize,
}

#[test]
fn titles_links_ids_texts_and_dates_are_as_the_documents_say() {
    let mut tallies = BTreeMap::<String, Tally>::new();
    for path in files("feeds/feedparser", &[".xml"]) {
        let bytes = fs::read(&path).expect("a file");
        let folder = folder(&path);
        let outcome = poll_with_words(&bytes);
        // A dead format, recognised by name.
        if matches!(outcome, Err(ReadError::Cdf)) {
            continue;
        }
        let tally = tallies.entry(folder.clone()).or_default();
        tally.documents += 1;
        let reading = match outcome {
            Ok(reading) => reading,
            Err(error) => {
                println!("{folder}/{}: {error}", name(&path));
                continue;
            }
        };
        tally.read += 1;
        if folder.ends_with("sanitize") {
            continue;
        }
        for claim in claims(&charset::decode(&bytes, None).text) {
            let Some((theirs, ours)) = compare(&claim, &reading) else { continue };
            tally.claims += 1;
            tally.agreed += usize::from(theirs == ours);
            if theirs != ours {
                let reason = reason(&name(&path));
                println!(
                    "{folder}/{} {}.{}: {theirs:.99?}, ours {ours:.99?}: {reason}",
                    name(&path),
                    claim.of,
                    claim.key
                );
            }
        }
    }
    for (folder, tally) in &tallies {
        println!(
            "{folder}: {} of {} read, {} of {} comparable claims agree",
            tally.read, tally.documents, tally.agreed, tally.claims
        );
    }
    let sum = |of: &dyn Fn(&Tally) -> usize, start: &[&str]| -> usize {
        let wanted = |folder: &str| start.iter().any(|start| folder.starts_with(start));
        tallies.iter().filter(|(folder, _)| wanted(folder)).map(|(_, tally)| of(tally)).sum()
    };
    let share = |start: &[&str]| {
        let (read, all) = (sum(&|tally| tally.read, start), sum(&|tally| tally.documents, start));
        println!("{start:?}: {read} of {all} read");
        read as f64 / all.max(1) as f64
    };
    let (agreed, claims) = (sum(&|tally| tally.agreed, &[""]), sum(&|tally| tally.claims, &[""]));
    println!(
        "in all: {agreed} of {claims} comparable claims agree ({:.1} %)",
        100.0 * agreed as f64 / claims.max(1) as f64
    );
    let (well, ill) = (share(&["wellformed"]), share(&["illformed", "entities", "encoding"]));
    assert!(claims == 0 || well >= 0.99 && ill >= 0.90 && agreed as f64 >= 0.95 * claims as f64);
}

/// Why a document is read otherwise, and is meant to be.
fn reason(name: &str) -> &'static str {
    match name {
        "lang.xml" | "rang.xml" => "HTML has meant the mathematical brackets by these names since 2011",
        name if name.contains("_id_base") => {
            "an id is kept as it is written: resolved, it would change with the feed's address"
        }
        "feedburner_browserfriendly.xml" => "a notice about feed readers says nothing about the feed",
        "entry_updated_multiple_values.xml" | "item_description_and_summary.xml" => {
            "of two that say the same thing the first is kept"
        }
        "item_description_not_a_doctype.xml" => "plain text to one, a broken comment to the other",
        _ => "not known",
    }
}

#[test]
fn nothing_executable_survives_of_what_is_hostile() {
    for path in files("feeds/feedparser/wellformed/sanitize", &[".xml"]) {
        let Ok(reading) = poll(&fs::read(&path).expect("a file")) else { continue };
        for item in &reading.items {
            let page = format!("{} {}", item.title, item.text);
            assert!(item.url.as_deref().is_none_or(|url| url.starts_with("http")), "{}", name(&path));
            // Text is printed escaped; that no tag is left of what the browser would run is the second wall.
            let tags = ["<script", "<iframe", "<object", "<embed", "<applet", "<svg", "<style", "<meta", "<link"];
            let lower = page.to_lowercase();
            assert!(tags.iter().all(|tag| !lower.contains(tag)), "{}: {page}", name(&path));
        }
    }
}

fn folder(path: &Path) -> String {
    let parts: Vec<String> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let from = parts.iter().position(|part| part == "feedparser").map_or(0, |at| at + 1);
    parts[from..parts.len() - 1].join("/")
}
