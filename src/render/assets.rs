//! Files beside the pages.

use std::sync::LazyLock;

use crate::model::id::digest;

/// The stylesheet.
pub const STYLE: &str = include_str!("assets/style.css");

/// The mark of downwire: a wire that breaks.
pub const FAVICON: &str = include_str!("assets/favicon.svg");

/// The name of the stylesheet, made of its content: a browser may keep it for ever.
pub static STYLE_NAME: LazyLock<String> = LazyLock::new(|| format!("style-{}.css", &digest(&[STYLE.as_bytes()])[..12]));

/// What robots may read: items and feeds, not every search (protocols C4).
pub const ROBOTS: &str = "User-agent: *\nDisallow: /search\nDisallow: /metrics\nAllow: /\n";

/// The OpenSearch 1.1 description of the search below `base`, an address with a slash at the end.
pub fn opensearch(base: &str) -> String {
    let base = base.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\
         <ShortName>downwire</ShortName><Description>What is down, since when, and who says so</Description>\
         <InputEncoding>UTF-8</InputEncoding>\
         <Url type=\"text/html\" template=\"{base}search?q={{searchTerms}}\"/>\
         <Url type=\"application/rss+xml\" template=\"{base}feed.rss?q={{searchTerms}}\"/>\
         <Url type=\"application/atom+xml\" template=\"{base}feed.atom?q={{searchTerms}}\"/>\
         <Url type=\"application/opensearchdescription+xml\" rel=\"self\" template=\"{base}opensearch.xml\"/>\
         <Image type=\"image/svg+xml\">{base}favicon.svg</Image></OpenSearchDescription>"
    )
}
