//! From the page of a site to its feeds: what the page names, else where feeds usually are.

use super::xml::tokens::{Token, Tokens};
use crate::text::{html, urls};

/// Most feeds that are taken from one page.
const MOST: usize = 20;

/// Media types by which a page names its feeds.
const TYPES: [&str; 6] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "text/xml",
    "application/xml",
];

/// Where feeds are that no page names, best first. Source: the lists of feed readers (protocols B5).
const USUAL: [&str; 12] = [
    "feed/",
    "rss",
    "rss.xml",
    "atom.xml",
    "feed.xml",
    "index.xml",
    "feed.json",
    "feed.atom",
    "history.atom",
    "history.rss",
    "blog/feed/",
    "rss/feed.xml",
];

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub url: String,
    /// What the page calls it.
    pub title: Option<String>,
}

/// The feeds that the page at `address` names, in its order.
pub fn named(page: &str, address: &str) -> Vec<Found> {
    let mut base = address.to_owned();
    let mut found: Vec<Found> = Vec::new();
    for token in Tokens::new(page) {
        let Token::Start(tag) = token else { continue };
        let attribute = |name: &str| {
            let mut attributes = tag.attributes();
            attributes.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        if tag.name.eq_ignore_ascii_case("base") {
            base = attribute("href").and_then(|href| urls::absolute(&href, Some(address))).unwrap_or(base);
        }
        if !tag.name.eq_ignore_ascii_case("link") || found.len() >= MOST {
            continue;
        }
        let is_alternate = attribute("rel")
            .is_some_and(|rel| rel.split_whitespace().any(|word| word.eq_ignore_ascii_case("alternate")));
        let kind = attribute("type").unwrap_or_default().to_lowercase();
        let href = attribute("href").unwrap_or_default();
        // WordPress names its programming interface as JSON.
        let is_feed = TYPES.contains(&kind.as_str()) || (kind == "application/json" && !href.contains("/wp-json/"));
        let Some(url) = urls::absolute(&href, Some(&base)).filter(|_| is_alternate && is_feed) else { continue };
        if found.iter().all(|other| other.url != url) {
            let title = attribute("title").map(|title| html::excerpt(&title, 200)).filter(|title| !title.is_empty());
            found.push(Found { url, title });
        }
    }
    // The feed of a page's comments is nobody's news.
    found.sort_by_key(|feed| {
        let words = format!("{} {}", feed.url, feed.title.as_deref().unwrap_or_default()).to_lowercase();
        words.contains("comment")
    });
    found
}

/// Where a site's feeds usually are.
pub fn usual(address: &str) -> Vec<String> {
    USUAL.iter().filter_map(|path| urls::absolute(&format!("/{path}"), Some(address))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_feeds() {
        let page = "<html><head><BASE href='https://e.org/blog/'>\
            <link rel=alternate type='application/rss+xml' title='Comments' href='comments.rss'>\
            <LINK REL='alternate nofollow' TYPE='application/atom+xml' TITLE='News &amp; more' HREF='news.atom'>\
            <link rel='alternate' type='application/json' href='/wp-json/wp/v2/posts'>\
            <link rel='stylesheet' type='text/xml' href='x'><link rel='alternate' type='text/html' href='y'>\
            <link rel='alternate' type='application/feed+json' href='javascript:x'>";
        let urls: Vec<String> = named(page, "https://e.org/").into_iter().map(|feed| feed.url).collect();
        assert_eq!(urls, ["https://e.org/blog/news.atom", "https://e.org/blog/comments.rss"]);
        assert_eq!(named(page, "https://e.org/")[0].title.as_deref(), Some("News & more"));
        assert_eq!(usual("https://e.org/a/b")[0], "https://e.org/feed/");
    }
}
