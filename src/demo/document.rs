//! What the pretend internet holds: the embedded documents and how they are served. Who asks for them is `answer.rs`'s
//! business.

use crate::model::id;

/// Stands in the documents for the server's own address, `http://127.0.0.1:PORT`.
const BASE: &[u8] = b"{{base}}";

/// A document as it is embedded.
struct Source {
    /// Where it is served.
    path: &'static str,
    /// `Content-Type`, as servers of this kind of document send it.
    content_type: &'static str,
    /// `Last-Modified`: the newest time that the document itself carries.
    modified: &'static str,
    /// With [`BASE`] in it; not always UTF-8.
    bytes: &'static [u8],
}

/// Everything that is served, pages apart. The German feed sends no charset: there the XML declaration has to do.
const SOURCES: [Source; 11] = [
    Source {
        path: "/gazette/feed.rss",
        content_type: "application/rss+xml; charset=utf-8",
        modified: "Fri, 03 Jan 2025 14:00:00 GMT",
        bytes: include_bytes!("data/gazette.rss"),
    },
    Source {
        path: "/quill/feed.atom",
        content_type: "application/atom+xml",
        modified: "Fri, 03 Jan 2025 17:30:00 GMT",
        bytes: include_bytes!("data/quill.atom"),
    },
    Source {
        path: "/commons/feed.json",
        content_type: "application/feed+json",
        modified: "Fri, 27 Dec 2024 04:19:00 GMT",
        bytes: include_bytes!("data/commons.json"),
    },
    Source {
        path: "/funkbote/feed.rss",
        content_type: "application/rss+xml",
        modified: "Fri, 03 Jan 2025 08:10:00 GMT",
        bytes: include_bytes!("data/funkbote.rss"),
    },
    Source {
        path: "/minato/feed.rss",
        content_type: "text/xml; charset=utf-8",
        modified: "Fri, 03 Jan 2025 01:00:00 GMT",
        bytes: include_bytes!("data/minato.rss"),
    },
    Source {
        path: "/harbour/feed.rss",
        content_type: "application/rss+xml; charset=utf-8",
        modified: "Fri, 27 Dec 2024 21:30:00 GMT",
        bytes: include_bytes!("data/harbour.rss"),
    },
    Source {
        path: "/azure/feed.rss",
        content_type: "text/xml; charset=utf-8",
        modified: "Thu, 09 Jan 2025 18:00:00 GMT",
        bytes: include_bytes!("data/azure.rss"),
    },
    Source {
        path: "/status/api/v2/summary.json",
        content_type: "application/json; charset=utf-8",
        modified: "Thu, 02 Jan 2025 23:31:00 GMT",
        bytes: include_bytes!("data/status/summary.json"),
    },
    Source {
        path: "/status/api/v2/incidents.json",
        content_type: "application/json; charset=utf-8",
        modified: "Thu, 02 Jan 2025 23:31:00 GMT",
        bytes: include_bytes!("data/status/incidents.json"),
    },
    Source {
        path: "/status/history.atom",
        content_type: "application/atom+xml; charset=utf-8",
        modified: "Thu, 02 Jan 2025 23:31:00 GMT",
        bytes: include_bytes!("data/status/history.atom"),
    },
    Source {
        path: "/status/history.rss",
        content_type: "application/rss+xml; charset=utf-8",
        modified: "Thu, 02 Jan 2025 23:31:00 GMT",
        bytes: include_bytes!("data/status/history.rss"),
    },
];

/// A document as it is served.
pub(super) struct Document {
    /// Path of its address.
    pub(super) path: &'static str,
    /// `Content-Type`.
    pub(super) content_type: &'static str,
    /// `Last-Modified`, an HTTP date.
    pub(super) modified: &'static str,
    /// A strong `ETag`, quotes included.
    pub(super) etag: String,
    /// With the server's address filled in.
    pub(super) body: Vec<u8>,
}

/// Every document, as a server at `base` (scheme and authority, no slash at the end) serves it.
pub(super) fn all(base: &str) -> Vec<Document> {
    SOURCES
        .iter()
        .map(|source| {
            let body = filled(source.bytes, base.as_bytes());
            let etag = format!("\"{}\"", id::digest(&[&body]));
            Document { path: source.path, content_type: source.content_type, modified: source.modified, etag, body }
        })
        .collect()
}

/// The paths that the documents link to. Each of them is answered, so that no link of the demo leads nowhere.
pub(super) fn linked_paths() -> Vec<String> {
    let mut paths = Vec::new();
    for source in &SOURCES {
        let mut rest = source.bytes;
        while let Some(at) = find(rest, BASE) {
            rest = &rest[at + BASE.len()..];
            let end = rest.iter().position(|byte| b"\"<&' \n".contains(byte)).unwrap_or(rest.len());
            paths.push(String::from_utf8_lossy(&rest[..end]).into_owned());
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

/// `bytes` with `base` in the place of every [`BASE`]. Works on bytes, because one document is not UTF-8.
fn filled(bytes: &[u8], base: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = find(rest, BASE) {
        whole.extend_from_slice(&rest[..at]);
        whole.extend_from_slice(base);
        rest = &rest[at + BASE.len()..];
    }
    whole.extend_from_slice(rest);
    whole
}

/// Where `needle`, which is not empty, first stands in `hay`.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_filled_in_everywhere_and_nothing_else_is_touched() {
        assert_eq!(filled(b"a{{base}}/b{{base}}\xe4{{bas", b"X"), b"aX/bX\xe4{{bas");
        assert_eq!(filled(b"", b"X"), b"");
        for document in all("http://127.0.0.1:1") {
            assert_eq!(find(&document.body, b"{{"), None, "{}", document.path);
        }
    }

    #[test]
    fn links_end_where_their_quotes_and_tags_do() {
        let paths = linked_paths();
        for expected in ["/gazette/chatgpt-down", "/quill/all-down", "/commons/101", "/status/incidents/k3vd8w1mz6pt"] {
            assert!(paths.iter().any(|path| path == expected), "{expected} is not in {paths:?}");
        }
        assert!(paths.iter().all(|path| path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-.".contains(&b))));
    }
}
