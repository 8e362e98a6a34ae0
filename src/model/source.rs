//! A source: one thing that is fetched, what is asked of it and how it fares.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Credentials, Doubt, PageIdentity, Timestamp, Validators};

/// The kinds of sources, each with its word.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// How a source is read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum SourceKind { $($(#[$doc])* #[serde(rename = $word)] $variant,)* }

        impl SourceKind {
            /// Every kind, in the order in which help texts list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word of the command line, the configuration, the catalogue and the store.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

kinds! {
    /// RSS, Atom or JSON Feed: each entry is an item.
    Feed = "feed",
    /// A status page whose platform is found out at first sight and remembered.
    Page = "status-page",
    /// Atlassian Statuspage: `summary.json`, `incidents.json`, history feeds.
    Statuspage = "statuspage",
    /// incident.io, natively or through its imitation of Statuspage.
    IncidentIo = "incident.io",
    /// Instatus.
    Instatus = "instatus",
    /// Status.io.
    StatusIo = "status.io",
    /// Better Stack.
    BetterStack = "betterstack",
    /// Cachet 2 and 3.
    Cachet = "cachet",
    /// Google's dashboards: Cloud, Workspace and their relatives.
    Google = "google",
    /// AWS Health's public events.
    Aws = "aws",
    /// Azure's feed and history page.
    Azure = "azure",
    /// Microsoft 365's public posts.
    Microsoft365 = "microsoft365",
    /// Slack's own API.
    Slack = "slack",
    /// Heroku's own API.
    Heroku = "heroku",
    /// Salesforce Trust.
    Salesforce = "salesforce",
    /// Apple's system status.
    Apple = "apple",
    /// FireHydrant.
    FireHydrant = "firehydrant",
    /// Datadog's status pages.
    Datadog = "datadog",
    /// Uptime.com.
    UptimeCom = "uptime.com",
    /// Uptime Kuma.
    UptimeKuma = "uptime-kuma",
    /// Gatus.
    Gatus = "gatus",
    /// Upptime.
    Upptime = "upptime",
    /// cState.
    Cstate = "cstate",
    /// Hund.
    Hund = "hund",
    /// Zendesk's own API.
    Zendesk = "zendesk",
    /// Vigil.
    Vigil = "vigil",
    /// JSON of a vendor's own: a list of incidents in the usual words, and a few that are known.
    StatusJson = "status-json",
    /// A status page that has only RSS or Atom: its entries are folded into incidents.
    StatusFeed = "status-feed",
    /// Hashtags and public timelines of a server that speaks Mastodon's API.
    Mastodon = "mastodon",
    /// The same, pushed.
    MastodonStream = "mastodon-stream",
    /// Bluesky's firehose, as Jetstream gives it.
    Jetstream = "jetstream",
    /// Hacker News: its search.
    HackerNews = "hackernews",
    /// Bluesky by its AppView: searches and accounts.
    Bluesky = "bluesky",
    /// Lemmy: posts of communities.
    Lemmy = "lemmy",
    /// Forums that run on Discourse.
    Discourse = "discourse",
    /// Questions of Stack Exchange's sites.
    StackExchange = "stackexchange",
    /// Issues on GitHub.
    GitHub = "github",
    /// Subreddits.
    Reddit = "reddit",
    /// Public channels of Telegram.
    Telegram = "telegram",
    /// Channels of YouTube.
    YouTube = "youtube",
    /// Cloudflare Radar: outages of networks and countries.
    Radar = "radar",
    /// IODA: the same, measured elsewhere.
    Ioda = "ioda",
    /// Reports of trouble as numbers.
    Reports = "reports",
}

impl SourceKind {
    /// The kind of that word, in any case; `statuspage.io` is Statuspage too. `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        let word = if word == "statuspage.io" { "statuspage" } else { word.as_str() };
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// Whether it is a status page: official, and read as incidents.
    pub fn is_page(self) -> bool {
        self != Self::Feed && !self.is_posts()
    }

    /// Whether it brings the crowd (public posts, or reports as numbers) or what is measured beside it: sources that are asked
    /// in chains.
    pub fn is_posts(self) -> bool {
        // Every kind from the first network on: they stand behind the pages.
        self >= Self::Mastodon
    }

    /// Whether it is pushed to us over a line that stays open.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::MastodonStream | Self::Jetstream)
    }
}

/// How much of a source's text is shown, fed and exported (invariant 12). Official text is always whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Display {
    /// At most 300 characters and a link.
    #[default]
    Excerpt,
    /// The whole text: its owner allows it.
    Full,
}

/// What the configuration says of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSpec {
    /// Unique. Also the namespace of a feed's items, so the address may move (invariant 3).
    pub name: String,
    /// How it is read.
    pub kind: SourceKind,
    /// Where: the feed itself, or the status page's root.
    pub url: String,
    /// A crontab line in UTC, checked by `config`: the earliest time of a poll.
    pub schedule: String,
    /// A status page's service, by the catalogue's name.
    pub service: Option<String>,
    /// Declared language, when the source does not say it itself.
    pub language: Option<String>,
    /// How much of its text is shown.
    pub display: Display,
    /// What is asked of a source of posts.
    pub posts: PostsQuery,
}

/// What is asked of a source of posts. Empty for other sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostsQuery {
    /// Hashtags without `#`, lower case.
    pub tags: Vec<String>,
    /// Words to search for, each a search of its own.
    pub queries: Vec<String>,
    /// Accounts, channels, communities or repositories, as the network names them.
    pub accounts: Vec<String>,
    /// Only what was written on the server itself.
    pub is_local: bool,
    /// Other servers that give the same, for when the first one fails.
    pub servers: Vec<String>,
    /// With whose rights.
    pub credentials: Option<Credentials>,
}

impl PostsQuery {
    /// Whether nothing in particular is asked for: all that a server has, of which most is none of our business.
    pub fn is_everything(&self) -> bool {
        self.tags.is_empty() && self.queries.is_empty() && self.accounts.is_empty()
    }
}

/// How a source fares, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Never polled.
    #[default]
    New,
    /// The last poll worked.
    Ok,
    /// The last poll worked, with items that could not be read.
    Partial,
    /// The last poll worked, but what came cannot be believed: one of [`SourceState::doubts`] blinds.
    Doubtful,
    /// The last poll failed: what is there now is unknown (invariant 5).
    Failing,
    /// The server asked us to wait.
    Limited,
    /// Gone for good (410): not polled any more.
    Stopped,
}

impl Health {
    /// The word of the store and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Doubtful => "doubtful",
            Self::Failing => "failing",
            Self::Limited => "limited",
            Self::Stopped => "stopped",
        }
    }

    /// The value of that word; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        const ALL: [Health; 7] = [
            Health::New,
            Health::Ok,
            Health::Partial,
            Health::Doubtful,
            Health::Failing,
            Health::Limited,
            Health::Stopped,
        ];
        ALL.into_iter().find(|health| health.as_str() == word)
    }
}

/// So many intervals after a poll was due, nobody has looked.
const OVERDUE_AFTER: i32 = 2;

/// What is known of a source after its last poll: cursor and health, committed with what the poll brought (invariant 2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceState {
    /// The source.
    pub name: String,
    /// The configured address that this state belongs to; another address starts afresh.
    pub url: String,
    /// Where a 301 or 308 has moved it for good.
    pub moved_to: Option<String>,
    /// Where the documents of the platform that was found are, when that is not below the configured address.
    #[serde(default)]
    pub found_at: Option<String>,
    /// A permanent redirect that is being watched: its target, since when, how often seen in a row.
    pub moving_to: Option<(String, Timestamp, u32)>,
    /// What makes the next request conditional, by the address asked.
    pub validators: BTreeMap<String, Validators>,
    /// How it fares.
    pub health: Health,
    /// Last poll, whatever came of it.
    pub last_attempt: Option<Timestamp>,
    /// Last poll that worked.
    pub last_success: Option<Timestamp>,
    /// Last poll that brought something new.
    pub last_news: Option<Timestamp>,
    /// Why the last failed poll failed, in words for an operator. Kept after recovery, with its time.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_at: Option<Timestamp>,
    /// Failed polls in a row.
    pub failures: u32,
    /// How long the server or the document asked us to stay away, as of the last poll.
    pub asked_wait: Duration,
    /// Not before this.
    pub next_poll: Timestamp,
    /// Items and incidents ever taken from it.
    pub items: u64,
    /// Documents of the last poll that could not be read, each with its reason; at most ten are kept.
    pub skipped: Vec<String>,
    /// What the last poll had to mend to read it at all.
    pub repaired: Vec<String>,
    /// The page behind it, once it said who it is.
    pub page: Option<PageIdentity>,
    /// The platform that was found out, where the configuration does not name one.
    #[serde(default)]
    pub platform: Option<SourceKind>,
    /// How far its documents were read, where a validator does not tell: by a name that the adapter chose. Committed
    /// with what was read up to there.
    #[serde(default)]
    pub cursor: BTreeMap<String, String>,
    /// Since when it has been read without a longer break; `None` before the first poll that worked.
    #[serde(default)]
    pub watched_since: Option<Timestamp>,
    /// The newest change that a status page ever told of.
    #[serde(default)]
    pub newest: Option<Timestamp>,
    /// Why what it says is not simply believed.
    #[serde(default)]
    pub doubts: Vec<Doubt>,
}

impl SourceState {
    /// The state of a source that was never polled, due at `next_poll`.
    pub fn new(name: &str, url: &str, next_poll: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            moved_to: None,
            found_at: None,
            moving_to: None,
            validators: BTreeMap::new(),
            health: Health::New,
            last_attempt: None,
            last_success: None,
            last_news: None,
            last_error: None,
            last_error_at: None,
            failures: 0,
            asked_wait: Duration::ZERO,
            next_poll,
            items: 0,
            skipped: Vec::new(),
            repaired: Vec::new(),
            page: None,
            platform: None,
            cursor: BTreeMap::new(),
            watched_since: None,
            newest: None,
            doubts: Vec::new(),
        }
    }

    /// Why nobody can know now what the source would say, in words: it was never read, its last poll failed, it is
    /// overdue (downwire was not running), or what it says is not believed. `None` when its last word still stands.
    pub fn blind(&self, now: Timestamp) -> Option<String> {
        if self.last_success.is_none() {
            return Some(self.last_error.clone().unwrap_or_else(|| "it was never read".to_owned()));
        }
        if self.failures > 0 || self.health == Health::Stopped {
            return Some(self.last_error.clone().unwrap_or_else(|| "its last poll failed".to_owned()));
        }
        // Three intervals after a poll, two have been missed.
        let interval = self.last_attempt.map_or(jiff::SignedDuration::ZERO, |at| self.next_poll.duration_since(at));
        if now.duration_since(self.next_poll) > interval * OVERDUE_AFTER {
            return Some("it was not asked for long".to_owned());
        }
        self.doubts.iter().find(|doubt| doubt.blinds()).map(Doubt::to_string)
    }

    /// The same state after `new` more items and incidents were stored; `news` is when, where anything was new or changed.
    pub fn with_news(mut self, new: usize, news: Option<Timestamp>) -> Self {
        self.items += new as u64;
        self.last_news = news.or(self.last_news);
        self
    }

    /// The address to ask: the moved one where there is one, or where its platform's documents were found.
    pub fn address(&self) -> &str {
        self.moved_to.as_deref().or(self.found_at.as_deref()).unwrap_or(&self.url)
    }
}
