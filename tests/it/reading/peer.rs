//! The reader beside another one, `feed-rs`, on the good fixtures of that one: titles, links, ids and dates.

use std::fs;

use downwire::text::{html, urls};

use super::{
    measured::{files, name},
    read,
};

#[test]
fn what_another_reader_reads_is_read_alike() {
    let (mut compared, mut agreed, mut documents) = (0, 0, 0);
    for path in files("feeds/feed-rs", &[".xml", ".json"]) {
        if name(&path).ends_with(".serde.json") {
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        let Ok(Ok(theirs)) = std::panic::catch_unwind(|| feed_rs::parser::parse(bytes.as_slice())) else { continue };
        let ours = read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", name(&path)));
        documents += 1;
        let mut check = |what: &str, theirs: String, ours: String| {
            compared += 1;
            agreed += usize::from(theirs == ours);
            if theirs != ours {
                println!("{} {what}: {theirs:.99?}, ours {ours:.99?}", name(&path));
            }
        };
        let line = |text: &str| html::one_line(&html::to_text(text));
        let title = theirs.title.map(|title| line(&title.content)).unwrap_or_default();
        check("title of the feed", title, ours.about.title.unwrap_or_default());
        for (entry, item) in theirs.entries.iter().zip(&ours.items) {
            let title = entry.title.as_ref().map(|title| line(&title.content)).unwrap_or_default();
            check("title", title, html::one_line(&html::to_text(&item.title)));
            let link = entry.links.iter().find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
            if let Some(link) = link.and_then(|link| urls::absolute(&link.href, None)) {
                check("link", link, item.url.clone().unwrap_or_default());
            }
            if let Some(at) = entry.published.or(entry.updated).filter(|at| at.timestamp() > 700_000_000) {
                check("date", at.timestamp().to_string(), item.published_at.as_second().to_string());
            }
        }
    }
    println!("{documents} documents, {agreed} of {compared} values alike");
    assert!(agreed as f64 >= 0.97 * f64::from(compared), "{agreed} of {compared}");
}
