//! Ask and answer: what a source wants fetched, and what came. Asking and reading are pure; `fetch` stands between.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// What makes a request conditional. Kept byte for byte, quotes and `W/` included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The `ETag` of the last answer that was read.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
    /// [`digest`](super::id::digest) of its decoded body: the same body again is treated as a 304.
    pub body: Option<String>,
}

/// One request that a source wants made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Absolute, http or https.
    pub url: String,
    /// The `Accept` header.
    pub accept: &'static str,
    /// From the last answer to the same address.
    pub validators: Validators,
    /// What it brings is welcome, and its failure is none of the poll: history, or what only some pages have.
    pub is_extra: bool,
    /// Which of a source's chains of requests it belongs to, such as one hashtag of several; empty where there is one.
    pub chain: String,
    /// With whose rights it is asked.
    pub credentials: Option<Credentials>,
    /// It is a page for people, and no feed or API: what robots.txt says of it holds.
    pub is_page: bool,
}

/// A line that is opened and listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// Absolute: `ws` and `wss` for a WebSocket, `http` and `https` for server-sent events.
    pub url: String,
    /// With whose rights.
    pub credentials: Option<Credentials>,
    /// What is said first on a WebSocket, each as a text of its own.
    pub greetings: Vec<String>,
}

/// What comes over such a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The name of a server-sent event; empty on a WebSocket.
    pub event: String,
    /// The text.
    pub data: String,
}

/// With whose rights something is asked. Sent to the host that it is meant for, never behind a redirect to another.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A token that the operator was given.
    Bearer(String),
    /// An account of the AT protocol: a session is opened with it, kept, and renewed.
    AtProtocol {
        /// The server that the account lives on.
        server: String,
        /// Handle or mail address.
        account: String,
        /// An app password.
        password: String,
    },
}

impl fmt::Debug for Credentials {
    /// Never the secret: what is debugged ends in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer(_) => f.write_str("Bearer(…)"),
            Self::AtProtocol { server, account, .. } => write!(f, "AtProtocol({account} at {server})"),
        }
    }
}

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A body to read.
    Fresh,
    /// 304, or the same body as last time: nothing to read.
    Unchanged,
}

/// What came back, after redirects, decoding and limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Fresh or unchanged.
    pub outcome: Outcome,
    /// The address that answered.
    pub url: String,
    /// Where the first run of permanent redirects (301, 308) led, if the first redirect was permanent.
    pub moved_to: Option<String>,
    /// `Content-Type` as sent, charset and all.
    pub content_type: Option<String>,
    /// Decoded (gzip, br, zstd, deflate) body; empty when unchanged.
    pub body: Vec<u8>,
    /// For the next request, to be stored only once the body was read.
    pub validators: Validators,
    /// Remaining freshness: `max-age` less `Age`, else `Expires` less `Date`.
    pub fresh_for: Option<Duration>,
    /// `Retry-After` on an answer that was no error.
    pub retry_after: Option<Duration>,
    /// `X-Robots-Tag` forbids indexing or archiving.
    pub noindex: bool,
    /// The `Link` header, by which lists are paged.
    pub link: Option<String>,
}
