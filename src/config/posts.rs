//! `[[posts]]`: from what was written to sources of public posts. A source needs only `kind` and, where the network has
//! many servers, `server`: what is asked for is then the catalogue's hashtags and names.

use toml::Spanned;
use url::Url;

use super::{
    Environment, Schedule,
    check::{Checker, is_web},
    raw,
};
use crate::{
    catalogue::Catalogue,
    model::{Credentials, Display, PostsQuery, SourceKind, SourceSpec},
};

/// How often posts are polled unless the file says otherwise: servers cache a timeline for 15 s and allow a page of one
/// tag every 3 s (protocols A1); a minute is polite and early enough.
const SCHEDULE: &str = "* * * * *";

/// What people write when something is down, as hashtags that need no service.
const TAGS: [&str; 3] = ["outage", "outages", "down"];

/// The same as searches.
const QUERIES: [&str; 3] = ["outage", "\"is down\"", "\"status page\""];

/// Most hashtags of the catalogue that one polled source asks for: each is a request at every poll.
const MOST_TAGS: usize = 20;

/// The public Jetstream servers beside the first. Source: the README of bluesky-social/jetstream.
const JETSTREAMS: [&str; 3] = [
    "wss://jetstream1.us-east.bsky.network",
    "wss://jetstream1.us-west.bsky.network",
    "wss://jetstream2.us-west.bsky.network",
];

/// Where Bluesky shows what needs no login, and where a login is made unless the file says otherwise.
const BLUESKY: &str = "https://public.api.bsky.app";
/// See [`BLUESKY`].
const BLUESKY_LOGIN: &str = "https://bsky.social";

/// What a source is asked for when the file says nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// The catalogue's hashtags.
    Tags,
    /// The usual searches.
    Queries,
    /// All that is there: what names no service and speaks of no outage is dropped.
    Everything,
    /// Nothing: the file must name accounts (channels, subreddits, repositories) or searches.
    Nothing,
}

/// A network: where it is when the file does not say, what it is asked for and how often.
struct Kind {
    kind: SourceKind,
    server: Option<&'static str>,
    asks: Asks,
    schedule: &'static str,
    /// Asked only when the file says `enabled = true`, and why.
    off: Option<&'static str>,
    /// What `accounts` are there.
    accounts: &'static str,
}

const fn kind(kind: SourceKind, server: Option<&'static str>, asks: Asks) -> Kind {
    Kind { kind, server, asks, schedule: SCHEDULE, off: None, accounts: "accounts" }
}

/// Every network.
const KINDS: &[Kind] = &[
    kind(SourceKind::Mastodon, None, Asks::Tags),
    kind(SourceKind::MastodonStream, None, Asks::Tags),
    kind(SourceKind::HackerNews, Some("https://hn.algolia.com"), Asks::Queries),
    kind(SourceKind::Bluesky, Some(BLUESKY), Asks::Queries),
    kind(SourceKind::Jetstream, Some("wss://jetstream2.us-east.bsky.network"), Asks::Everything),
    Kind { accounts: "communities (name@host)", ..kind(SourceKind::Lemmy, None, Asks::Everything) },
    Kind { accounts: "categories (slug/number)", ..kind(SourceKind::Discourse, None, Asks::Everything) },
    // 300 requests a day: three sites, three searches, once an hour.
    Kind {
        accounts: "sites",
        schedule: "0 * * * *",
        ..kind(SourceKind::StackExchange, Some("https://api.stackexchange.com"), Asks::Queries)
    },
    Kind {
        accounts: "repositories (owner/name)",
        schedule: "*/5 * * * *",
        ..kind(SourceKind::GitHub, Some("https://api.github.com"), Asks::Nothing)
    },
    // One request a minute for an address, whatever is asked.
    Kind {
        accounts: "subreddits",
        schedule: "*/5 * * * *",
        off: Some("its feeds answer about once a minute and its terms want deletions carried out"),
        ..kind(SourceKind::Reddit, Some("https://www.reddit.com"), Asks::Nothing)
    },
    Kind {
        accounts: "channels",
        schedule: "*/2 * * * *",
        off: Some("its previews are pages for people and no API"),
        ..kind(SourceKind::Telegram, Some("https://t.me"), Asks::Nothing)
    },
    Kind {
        accounts: "channel ids (UC…)",
        schedule: "*/15 * * * *",
        ..kind(SourceKind::YouTube, Some("https://www.youtube.com"), Asks::Nothing)
    },
    Kind { schedule: "*/5 * * * *", ..kind(SourceKind::Radar, Some("https://api.cloudflare.com"), Asks::Everything) },
    Kind {
        accounts: "places (country/IT)",
        schedule: "*/5 * * * *",
        ..kind(SourceKind::Ioda, Some("https://api.ioda.inetintel.cc.gatech.edu"), Asks::Everything)
    },
    Kind { schedule: "*/5 * * * *", ..kind(SourceKind::Reports, None, Asks::Everything) },
];

impl Checker<'_> {
    /// The sources of posts.
    pub(super) fn posts(
        &mut self,
        raw: &[Spanned<raw::Posts>],
        catalogue: &Catalogue,
        environment: &Environment,
        sources: &mut Vec<SourceSpec>,
    ) {
        for (at, spanned) in raw.iter().enumerate() {
            let posts = spanned.get_ref();
            let Some(kind) = self.kind(at, &posts.kind) else { continue };
            let mut server = self.server_of(at, kind, posts, spanned.span().start);
            let credentials = self.credentials(at, posts, environment);
            let enabled = posts.enabled.unwrap_or(kind.off.is_none());
            let name = self.name_of(posts, kind, &server, sources);
            if kind.kind == SourceKind::Bluesky {
                self.bluesky(at, posts, &mut server, spanned.span().start);
            }
            let schedule = posts.schedule.as_ref().map_or(kind.schedule, |line| line.get_ref());
            if let (Err(message), Some(line)) = (Schedule::parse(schedule), &posts.schedule) {
                self.problem(line.span().start, &format!("posts[{at}].schedule"), message);
            }
            let service = self.service_of(at, kind, posts, catalogue, spanned.span().start);
            if let Some(why) = kind.off.filter(|_| !enabled && posts.enabled.is_none()) {
                self.note(format!("posts[{at}]: {} is off unless you say enabled = true: {why}", kind.kind.as_str()));
            }
            if !enabled {
                continue;
            }
            let (queries, accounts) = (queries(posts, kind), accounts(posts, kind));
            if kind.asks == Asks::Nothing && queries.is_empty() && accounts.is_empty() {
                let message =
                    format!("say what {} is asked for: accounts = [\"…\"] names {}", kind.kind.as_str(), kind.accounts);
                self.problem(spanned.span().start, &format!("posts[{at}].accounts"), message);
            }
            sources.push(SourceSpec {
                name,
                kind: kind.kind,
                url: server,
                schedule: schedule.to_owned(),
                service,
                language: posts.language.clone(),
                display: Display::Excerpt,
                posts: PostsQuery {
                    tags: tags(posts, kind, catalogue),
                    queries,
                    accounts,
                    servers: servers(posts, kind),
                    is_local: posts.local.unwrap_or(false),
                    credentials,
                },
            });
        }
    }

    fn kind(&mut self, at: usize, word: &Spanned<String>) -> Option<&'static Kind> {
        let found = SourceKind::parse(word.get_ref()).and_then(|kind| KINDS.iter().find(|known| known.kind == kind));
        if found.is_none() {
            let names: Vec<_> = KINDS.iter().map(|kind| kind.kind.as_str()).collect();
            let message =
                format!("{:?} is no network that is read; expected one of {}", word.get_ref(), names.join(", "));
            self.problem(word.span().start, &format!("posts[{at}].kind"), message);
        }
        found
    }

    /// The service that a series of reports is about; other sources speak of many.
    fn service_of(
        &mut self,
        at: usize,
        kind: &Kind,
        posts: &raw::Posts,
        catalogue: &Catalogue,
        place: usize,
    ) -> Option<String> {
        let key = format!("posts[{at}].service");
        match (&posts.service, kind.kind == SourceKind::Reports) {
            (Some(name), true) => {
                let found = catalogue.find(name.get_ref()).map(|service| service.name.clone());
                if found.is_none() {
                    let message = format!("the catalogue knows no {:?}: add it as [[service]]", name.get_ref());
                    self.problem(name.span().start, &key, message);
                }
                found
            }
            (None, true) => {
                let message = "say which service the reports are about, as service = \"ChatGPT\"";
                self.problem(place, &key, message);
                None
            }
            (Some(name), false) => {
                let message = format!("{} speaks of many services: leave it out", kind.kind.as_str());
                self.problem(name.span().start, &key, message);
                None
            }
            (None, false) => None,
        }
    }

    fn server_of(&mut self, at: usize, kind: &Kind, posts: &raw::Posts, place: usize) -> String {
        let key = format!("posts[{at}].server");
        match (&posts.server, kind.server) {
            (Some(server), _) => {
                let starts = |scheme: &&str| server.get_ref().starts_with(*scheme);
                let is_socket = kind.kind.is_stream() && ["ws://", "wss://"].iter().any(starts);
                if !is_socket && !Url::parse(server.get_ref()).is_ok_and(|url| is_web(&url)) {
                    let message = format!("{:?} is no web address; expected http:// or https://", server.get_ref());
                    self.problem(server.span().start, &key, message);
                }
                server.get_ref().trim_end_matches('/').to_owned()
            }
            (None, Some(server)) => server.to_owned(),
            (None, None) => {
                let message =
                    format!("{} has no server of its own: say which, as server = \"https://…\"", kind.kind.as_str());
                self.problem(place, &key, message);
                String::new()
            }
        }
    }

    /// Secrets come from the environment: the file only names the variable.
    fn credentials(&mut self, at: usize, posts: &raw::Posts, environment: &Environment) -> Option<Credentials> {
        let variable = posts.token.as_ref()?;
        let name = variable.get_ref();
        let key = format!("posts[{at}].token");
        if !name.starts_with("DOWNWIRE_") {
            let message =
                "it names a variable of the environment, beginning with DOWNWIRE_; the secret itself never stands here";
            self.problem(variable.span().start, &key, message);
            return None;
        }
        let Some(secret) = environment.secrets.get(name).cloned() else {
            self.problem(variable.span().start, &key, format!("the environment has no {name} (nor {name}_FILE)"));
            return None;
        };
        Some(match &posts.account {
            Some(account) => {
                Credentials::AtProtocol { server: login(posts), account: account.clone(), password: secret }
            }
            None => Credentials::Bearer(secret),
        })
    }

    /// A search needs a login and goes through its server, because a session is good nowhere else; without one there are
    /// only accounts.
    fn bluesky(&mut self, at: usize, posts: &raw::Posts, server: &mut String, place: usize) {
        if has_login(posts) {
            if posts.server.is_none() {
                *server = login(posts);
            }
            return;
        }
        const HOW: &str = "make an app password in Bluesky's settings, put it into a variable of the environment, and \
                           say token = \"DOWNWIRE_…\" and account = \"you.bsky.social\"";
        let key = format!("posts[{at}]");
        if posts.query.as_ref().is_some_and(|queries| !queries.is_empty()) {
            self.problem(place, &format!("{key}.query"), format!("Bluesky searches only for who is logged in: {HOW}"));
        } else if posts.accounts.iter().flatten().next().is_none() {
            let message =
                format!("nothing to ask for: name accounts = [\"…\"] whose posts are read, or, to search, {HOW}");
            self.problem(place, &format!("{key}.accounts"), message);
        }
    }

    /// Its name, or one made of the network and the server.
    fn name_of(&mut self, posts: &raw::Posts, kind: &Kind, server: &str, sources: &[SourceSpec]) -> String {
        let host = Url::parse(server).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let own = kind.server.is_some_and(|usual| usual == server);
        let made = if own { kind.kind.as_str().to_owned() } else { format!("{} {host}", kind.kind.as_str()) };
        let wanted = posts.name.as_ref().map_or(made, |name| name.get_ref().trim().to_owned());
        let is_taken = |name: &str| sources.iter().any(|source| source.name.eq_ignore_ascii_case(name));
        if let Some(name) = posts.name.as_ref().filter(|_| is_taken(&wanted)) {
            self.problem(name.span().start, "posts.name", format!("there are two sources named {wanted:?}"));
        }
        let numbered = (2..).map(|number| format!("{wanted} {number}"));
        std::iter::once(wanted.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(wanted)
    }
}

/// The hashtags that are asked for: those that the file names, else the usual ones and the catalogue's.
fn tags(posts: &raw::Posts, kind: &Kind, catalogue: &Catalogue) -> Vec<String> {
    if kind.asks != Asks::Tags {
        return Vec::new();
    }
    let own =
        posts.tags.as_ref().map(|tags| tags.iter().map(|tag| tag.trim_start_matches('#').to_lowercase()).collect());
    own.unwrap_or_else(|| {
        // Hashtags that say that a service is down, not those that only name it.
        let down = catalogue
            .services()
            .iter()
            .flat_map(|service| &service.hashtags)
            .filter(|tag| tag.ends_with("down") || tag.ends_with("outage"));
        TAGS.iter().map(|tag| (*tag).to_owned()).chain(down.take(MOST_TAGS - TAGS.len()).cloned()).collect()
    })
}

/// The other servers that give the same: those that the file names, else those of the network's own.
fn servers(posts: &raw::Posts, kind: &Kind) -> Vec<String> {
    let of_the_network = || {
        let own = kind.kind == SourceKind::Jetstream && posts.server.is_none();
        let others: &[&str] = if own { &JETSTREAMS } else { &[] };
        others.iter().map(|server| (*server).to_owned()).collect()
    };
    posts.servers.clone().unwrap_or_else(of_the_network)
}

/// The server that an account of the AT protocol lives on.
fn login(posts: &raw::Posts) -> String {
    posts.login.clone().unwrap_or_else(|| BLUESKY_LOGIN.to_owned()).trim_end_matches('/').to_owned()
}

/// Whether somebody is to be logged in.
fn has_login(posts: &raw::Posts) -> bool {
    posts.token.is_some() && posts.account.is_some()
}

/// The accounts that are read, each once. Bluesky's are written with an `@` as often as not.
fn accounts(posts: &raw::Posts, kind: &Kind) -> Vec<String> {
    let mut accounts = posts.accounts.clone().unwrap_or_default();
    if kind.kind == SourceKind::Bluesky {
        accounts.iter_mut().for_each(|account| *account = account.trim().trim_start_matches('@').to_owned());
        let mut known = std::collections::HashSet::new();
        accounts.retain(|account| !account.is_empty() && known.insert(account.clone()));
    }
    accounts
}

/// The searches that are made.
fn queries(posts: &raw::Posts, kind: &Kind) -> Vec<String> {
    match (&posts.query, kind.asks) {
        (_, Asks::Tags) => Vec::new(),
        (None, _) if kind.kind == SourceKind::Bluesky && !has_login(posts) => Vec::new(),
        (Some(own), _) => own.clone(),
        (None, Asks::Queries) => QUERIES.iter().map(|query| (*query).to_owned()).collect(),
        (None, _) => Vec::new(),
    }
}
