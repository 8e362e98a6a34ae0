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

/// A network: where it is when the file does not say, and what its accounts are called.
struct Kind {
    kind: SourceKind,
    server: Option<&'static str>,
    /// `true`: hashtags are asked for; `false`: searches are.
    by_tags: bool,
    /// Asked only when the file says `enabled = true`, and why.
    off: Option<&'static str>,
}

const fn kind(kind: SourceKind, server: Option<&'static str>, by_tags: bool) -> Kind {
    Kind { kind, server, by_tags, off: None }
}

/// Every network.
const KINDS: &[Kind] = &[
    kind(SourceKind::Mastodon, None, true),
    kind(SourceKind::MastodonStream, None, true),
    kind(SourceKind::HackerNews, Some("https://hn.algolia.com"), false),
    kind(SourceKind::Bluesky, Some(BLUESKY), false),
    kind(SourceKind::Jetstream, Some("wss://jetstream2.us-east.bsky.network"), false),
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
            let schedule = posts.schedule.as_ref().map_or(SCHEDULE, |line| line.get_ref());
            if let (Err(message), Some(line)) = (Schedule::parse(schedule), &posts.schedule) {
                self.problem(line.span().start, &format!("posts[{at}].schedule"), message);
            }
            if !enabled {
                continue;
            }
            sources.push(SourceSpec {
                name,
                kind: kind.kind,
                url: server,
                schedule: schedule.to_owned(),
                service: None,
                language: posts.language.clone(),
                display: Display::Excerpt,
                posts: PostsQuery {
                    tags: tags(posts, kind, catalogue),
                    queries: queries(posts, kind),
                    accounts: accounts(posts),
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
                let message = format!("{} has many servers: say which, as server = \"https://…\"", kind.kind.as_str());
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
        if posts.token.is_some() && posts.account.is_some() {
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
        } else if accounts(posts).is_empty() {
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
    if !kind.by_tags {
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

/// The accounts that are read, each once.
fn accounts(posts: &raw::Posts) -> Vec<String> {
    let mut accounts: Vec<String> = Vec::new();
    for account in posts.accounts.iter().flatten().map(|account| account.trim().trim_start_matches('@')) {
        if !account.is_empty() && !accounts.iter().any(|known| known == account) {
            accounts.push(account.to_owned());
        }
    }
    accounts
}

/// The searches that are made.
fn queries(posts: &raw::Posts, kind: &Kind) -> Vec<String> {
    let is_closed = kind.kind == SourceKind::Bluesky && (posts.token.is_none() || posts.account.is_none());
    if kind.by_tags || is_closed {
        return Vec::new();
    }
    posts.query.clone().unwrap_or_else(|| QUERIES.iter().map(|query| (*query).to_owned()).collect())
}
