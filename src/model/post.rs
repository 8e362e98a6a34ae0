//! What is particular to public posts: who speaks (only as a hash), what a post answers or repeats, what was deleted,
//! how much was said in a minute, and reports that come as numbers.

use serde::{Deserialize, Serialize};

use super::{Id, Timestamp};

/// What is known of a post besides its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostDetails {
    /// Who wrote it. From a source: the network's own id of the account. In the archive: its keyed hash, so that distinct
    /// people can be counted and nobody is named. `None` where the source names nobody.
    pub author: Option<String>,
    /// The post that it repeats as a whole: no new voice.
    pub repost_of: Option<Id>,
    /// The post that it quotes.
    pub quote_of: Option<Id>,
    /// The post that it answers.
    pub reply_to: Option<Id>,
    /// What the server that gave it calls it, where that is not the network's own name of it: by this it is asked for
    /// again.
    pub local_id: Option<String>,
}

/// A post that is held, as much of it as asking its server about it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPost {
    /// Its id.
    pub id: Id,
    /// What the network calls it.
    pub native_id: String,
    /// What the server calls it; see [`PostDetails::local_id`].
    pub local_id: Option<String>,
    /// Its own time.
    pub at: Timestamp,
}

/// A public network: the namespace of its posts, so that two servers or two queries give one item (invariant 3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Network {
    /// Everything that speaks ActivityPub, by ActivityPub id: Mastodon, Lemmy and their relatives.
    Fediverse,
    /// Bluesky, by `at://` address.
    Bluesky,
    /// Hacker News, by number.
    HackerNews,
    /// Reddit, by full name (`t3_…`).
    Reddit,
    /// One forum or site by host, by its own ids: Discourse, Stack Exchange, GitHub, Telegram.
    Site(String),
}

impl Network {
    /// The id of a post.
    pub fn id(&self, native_id: &str) -> Id {
        let name = match self {
            Self::Fediverse => "fediverse",
            Self::Bluesky => "bluesky",
            Self::HackerNews => "hackernews",
            Self::Reddit => "reddit",
            Self::Site(host) => return Id::derive(&format!("posts:{host}"), native_id),
        };
        Id::derive(name, native_id)
    }
}

/// How many posts spoke of a service in one minute, of those that a stream dropped after counting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MinuteCount {
    /// The catalogue's name of the service.
    pub service: String,
    /// Minutes since 1970 UTC, of the post's own time.
    pub minute: i64,
    /// Posts.
    pub posts: u32,
}

/// Reports of trouble with a service as a number: evidence of the class *measurement*.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The catalogue's name of the service, else the series' own.
    pub service: String,
    /// The beginning of the interval.
    pub at: Timestamp,
    /// Reports in it.
    pub reports: f64,
    /// What is usual at this time of day, where the source says it.
    pub baseline: Option<f64>,
}
