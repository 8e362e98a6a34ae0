//! The pretend internet of `downwire demo`: a loopback server with a handful of feeds and a status page, written from
//! the documented facts of 26 December 2024. The very same fetchers read it; nothing leaves the machine.
//!
//! The outlets are invented and every sentence is our own; services, times and who contradicts whom are real.

use std::{io, net::SocketAddr, path::Path, sync::Arc};

use axum::{
    Router,
    extract::{Path as Segment, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::model::id::digest;

/// A document: its path, its type, its bytes with `{{base}}` for the server's address.
struct Document {
    path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const RSS: &str = "application/rss+xml";
const JSON: &str = "application/json; charset=utf-8";

/// Everything that is there.
const DOCUMENTS: [Document; 8] = [
    Document { path: "/gazette.rss", kind: RSS, bytes: include_bytes!("data/gazette.rss") },
    Document { path: "/ledger.atom", kind: "application/atom+xml", bytes: include_bytes!("data/ledger.atom") },
    Document { path: "/forum.json", kind: "application/feed+json", bytes: include_bytes!("data/forum.json") },
    Document { path: "/draht.rss", kind: RSS, bytes: include_bytes!("data/draht.rss") },
    Document { path: "/denshin.rss", kind: RSS, bytes: include_bytes!("data/denshin.rss") },
    Document { path: "/daily.rss", kind: RSS, bytes: include_bytes!("data/daily.rss") },
    Document { path: "/status/api/v2/summary.json", kind: JSON, bytes: include_bytes!("data/summary.json") },
    Document { path: "/status/api/v2/incidents.json", kind: JSON, bytes: include_bytes!("data/incidents.json") },
];

/// The feeds as the demo's configuration names them.
const FEEDS: [(&str, &str); 6] = [
    ("The Wire Gazette", "/gazette.rss"),
    ("Cloud Ledger", "/ledger.atom"),
    ("Operators’ Forum", "/forum.json"),
    ("Drahtbote", "/draht.rss"),
    ("電信日報", "/denshin.rss"),
    ("Everyday Post", "/daily.rss"),
];

/// A running pretend internet.
pub struct PretendInternet {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl PretendInternet {
    /// Starts it on a free port of the loopback.
    ///
    /// # Errors
    /// The loopback cannot be used.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let app = router(&format!("http://{address}"));
        let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
            let _dropped = stopped.await;
        });
        Ok(Self { address, stop, server: tokio::spawn(serving.into_future()) })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The `feeds.toml` of the demo: an archive in `folder`, pages on `listen`, sources here.
    pub fn config(&self, folder: &Path, listen: SocketAddr) -> String {
        let base = format!("http://{}", self.address);
        // A JSON string is a TOML string too.
        let folder = serde_json::Value::String(folder.display().to_string());
        let mut text = format!(
            "[archive]\npath = {folder}\n[server]\nlisten = \"{listen}\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\n\
             [catalogue]\nwatch = [\"ChatGPT\"]\n[[service]]\nname = \"ChatGPT\"\nstatus = \"{base}/status\"\n\
             platform = \"statuspage\"\n"
        );
        for (name, path) in FEEDS {
            text.push_str(&format!("[[feed]]\nname = \"{name}\"\nurl = \"{base}{path}\"\n"));
        }
        text
    }

    /// Stops it.
    pub async fn stop(self) {
        let _ended_before = self.stop.send(());
        let _result = self.server.await;
    }
}

/// A document as it is served.
struct Served {
    kind: &'static str,
    tag: String,
    body: Vec<u8>,
}

fn router(base: &str) -> Router {
    let mut router = Router::new();
    for document in DOCUMENTS {
        let body = with_base(document.bytes, base);
        let served = Served { kind: document.kind, tag: format!("\"{}\"", digest(&[&body])), body };
        router = router.route(document.path, get(answer).with_state(Arc::new(served)));
    }
    router.route("/{outlet}/{page}", get(story)).route("/status/incidents/{page}", get(story))
}

/// Puts the server's address in, byte by byte: not every document is UTF-8.
fn with_base(bytes: &[u8], base: &str) -> Vec<u8> {
    const MARK: &[u8] = b"{{base}}";
    let mut body = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        body.extend_from_slice(&rest[..at]);
        body.extend_from_slice(base.as_bytes());
        rest = &rest[at + MARK.len()..];
    }
    body.extend_from_slice(rest);
    body
}

async fn answer(State(served): State<Arc<Served>>, headers: HeaderMap) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|asked| asked.as_bytes() == served.tag.as_bytes());
    let tag = [(header::ETAG, served.tag.clone())];
    if known {
        return (StatusCode::NOT_MODIFIED, tag).into_response();
    }
    (tag, [(header::CONTENT_TYPE, served.kind)], served.body.clone()).into_response()
}

/// What a link leads to.
async fn story(Segment(_any): Segment<Vec<(String, String)>>) -> Html<&'static str> {
    Html(
        "<!doctype html><title>Demo</title><p>This page is part of downwire’s demo. The outlet is invented; the times are real.</p>",
    )
}
