//! From what was written to what is used, with every problem at once.

use std::{collections::HashSet, net::SocketAddr, path::PathBuf, time::Duration};

use toml::Spanned;
use url::Url;

use super::{
    Archive, Environment, Fetch, Origin, Privacy, Problem, Problems, Schedule, Server, Settings, Weights,
    raw::{self, At, Watch},
};
use crate::{
    catalogue::{self, Catalogue, Service},
    model::{Display, PostsQuery, SourceKind, SourceSpec},
};

/// How often a feed and a status page are polled, unless the file says otherwise (DESIGN section 5).
const FEED_SCHEDULE: &str = "*/15 * * * *";
const PAGE_SCHEDULE: &str = "*/5 * * * *";

/// Checks a text. `origin` is where it comes from.
pub fn settings(text: &str, file: &str, origin: Origin, environment: &Environment) -> Result<Settings, Problems> {
    let mut checker = Checker { text, file, problems: Problems::default(), notes: Vec::new() };
    let raw: raw::File = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => return Err(checker.syntax(&error)),
    };
    let archive = checker.archive(raw.archive.unwrap_or_default(), environment);
    let server = checker.server(raw.server.unwrap_or_default(), environment);
    let fetch = checker.fetch(raw.fetch.unwrap_or_default());
    let catalogue = checker.catalogue(&raw.service);
    let weights = checker.weights(raw.judge.unwrap_or_default());
    let chosen = raw.catalogue.unwrap_or_default();
    let schedule = checker.page_schedule(chosen.schedule.as_ref());
    let mut watched = checker.watched(&catalogue, chosen.watch.as_ref());
    // Who writes down a status page wants it watched, whatever else is.
    let own = raw.service.iter().map(Spanned::get_ref).filter(|service| service.status.is_some());
    watched.extend(own.filter_map(|service| Some(catalogue.find(service.name.get_ref())?.name.clone())));
    let mut sources = checker.feeds(&raw.feed);
    checker.pages(&catalogue, &watched, &schedule, &mut sources);
    checker.posts(&raw.posts, &catalogue, environment, &mut sources);
    let privacy = checker.privacy(raw.privacy);
    let later = [(raw.digest.is_some(), "[digest]", "the digest by mail")];
    let notes = later.iter().filter(|(there, ..)| *there);
    let mut notes: Vec<String> = notes
        .map(|(_, key, what)| format!("{key} is kept for a later version: this one does not do {what} yet"))
        .collect();
    notes.append(&mut checker.notes);
    checker.problems.sort();
    if !checker.problems.is_empty() {
        return Err(checker.problems);
    }
    let Environment { token, log, .. } = environment.clone();
    Ok(Settings { archive, server, fetch, catalogue, weights, privacy, sources, origin, token, log, notes })
}

/// Collects problems while it reads.
pub(super) struct Checker<'a> {
    text: &'a str,
    file: &'a str,
    problems: Problems,
    notes: Vec<String>,
}

impl Checker<'_> {
    /// Something that is right and may surprise.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(super) fn problem(&mut self, at: usize, key: &str, message: impl Into<String>) {
        let problem = self.place(at, key, message.into());
        self.problems.push(problem);
    }

    /// A problem at a place of the text.
    fn place(&self, at: usize, key: &str, message: String) -> Problem {
        let before = self.text.get(..at).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
        Problem { file: self.file.to_owned(), line, column, key: key.to_owned(), message }
    }

    /// What the TOML reader says, in its own words, with the nearest known key.
    fn syntax(mut self, error: &toml::de::Error) -> Problems {
        let message = error.message().replace('\n', " ");
        let at = error.span().map_or(0, |span| span.start);
        let hint = unknown_field(&message)
            .and_then(|(unknown, known)| nearest(&unknown, known.iter().map(String::as_str)).map(str::to_owned));
        let message = hint.map_or_else(|| message.clone(), |near| format!("{message}; did you mean `{near}`?"));
        self.problem(at, "", message);
        self.problems
    }

    fn archive(&mut self, raw: raw::Archive, environment: &Environment) -> Archive {
        let path = raw.path.map_or_else(|| PathBuf::from("index"), |path| PathBuf::from(path.into_inner()));
        Archive { path, database: environment.database.clone().or(raw.database.map(Spanned::into_inner)) }
    }

    fn server(&mut self, raw: raw::Server, environment: &Environment) -> Server {
        let default: SocketAddr = ([127, 0, 0, 1], 8080).into();
        let listen = given(raw.listen, environment.listen.as_ref());
        let listen = listen.map_or(default, |(text, at)| {
            text.parse().unwrap_or_else(|_| {
                self.problem(
                    at,
                    "server.listen",
                    format!("{text:?} is no address; expected one such as \"127.0.0.1:8080\""),
                );
                default
            })
        });
        let public = given(raw.public_url, environment.public_url.as_ref());
        let public = public.and_then(|(text, at)| {
            let url = Url::parse(&format!("{}/", text.trim_end_matches('/'))).ok().filter(is_web);
            if url.is_none() {
                self.problem(
                    at,
                    "server.public_url",
                    format!("{text:?} is no web address; expected one such as \"https://downwire.example.org\""),
                );
            }
            url
        });
        Server { listen, public_url: public.unwrap_or_else(|| own_url(listen)) }
    }

    fn weights(&mut self, raw: raw::Judge) -> Option<Weights> {
        const KEY: &str = "judge.weights";
        let raw = raw.weights?;
        if raw.get_ref().trim().is_empty() {
            self.problem(raw.span().start, KEY, "expected the name of a file that `downwire train --out` wrote");
            return None;
        }
        let place = self.place(raw.span().start, KEY, String::new());
        Some(Weights { path: PathBuf::from(raw.into_inner()), place })
    }

    fn fetch(&mut self, raw: raw::Fetch) -> Fetch {
        for net in &raw.allow {
            if !is_network(net.get_ref()) {
                let message =
                    format!("{:?} is no network; expected one such as \"127.0.0.0/8\" or \"::1/128\"", net.get_ref());
                self.problem(net.span().start, "fetch.allow", message);
            }
        }
        if let Some(proxy) = &raw.proxy
            && Url::parse(proxy.get_ref()).is_err()
        {
            self.problem(proxy.span().start, "fetch.proxy", format!("{:?} is no address", proxy.get_ref()));
        }
        Fetch {
            gap: self.duration(raw.gap, "fetch.gap", Duration::from_secs(1)),
            timeout: self.duration(raw.timeout, "fetch.timeout", Duration::from_secs(30)),
            connect_timeout: self.duration(raw.connect_timeout, "fetch.connect_timeout", Duration::from_secs(10)),
            concurrency: self.number(raw.concurrency, "fetch.concurrency", 1..=10_000, 32) as usize,
            body_limit: self.number(raw.body_limit, "fetch.body_limit", 1_000..=1_000_000_000, 15_000_000),
            allow: raw.allow.into_iter().map(Spanned::into_inner).collect(),
            ports: raw.ports.map_or_else(|| vec![80, 443, 8080, 8443], Spanned::into_inner),
            proxy: raw.proxy.map(Spanned::into_inner),
            contact: raw.contact.map(Spanned::into_inner),
        }
    }

    fn privacy(&mut self, raw: Option<raw::Privacy>) -> Privacy {
        let default = Privacy::default();
        let Some(raw) = raw else { return default };
        Privacy {
            keep_posts: self.duration(raw.keep_posts, "privacy.keep_posts", default.keep_posts),
            keep_other_posts: self.duration(raw.keep_other_posts, "privacy.keep_other_posts", default.keep_other_posts),
        }
    }

    fn duration(&mut self, raw: At<String>, key: &str, default: Duration) -> Duration {
        let Some(raw) = raw else { return default };
        duration(raw.get_ref()).unwrap_or_else(|| {
            let message = format!(
                "{:?} is no duration; expected one with units, such as \"90s\", \"5m\" or \"1h30m\"",
                raw.get_ref()
            );
            self.problem(raw.span().start, key, message);
            default
        })
    }

    fn number(&mut self, raw: At<i64>, key: &str, range: std::ops::RangeInclusive<u64>, default: u64) -> u64 {
        let Some(raw) = raw else { return default };
        u64::try_from(*raw.get_ref()).ok().filter(|number| range.contains(number)).unwrap_or_else(|| {
            let message = format!("{} is out of range; expected {} to {}", raw.get_ref(), range.start(), range.end());
            self.problem(raw.span().start, key, message);
            default
        })
    }

    /// The built-in catalogue with the file's services in it.
    fn catalogue(&mut self, raw: &[Spanned<raw::Service>]) -> Catalogue {
        let mut catalogue = Catalogue::built_in();
        let mut names = HashSet::new();
        for (at, spanned) in raw.iter().enumerate() {
            let service = spanned.get_ref();
            let key = |field: &str| format!("service[{at}].{field}");
            let name = service.name.get_ref().trim();
            if name.is_empty() || !names.insert(name.to_lowercase()) {
                let message = if name.is_empty() {
                    "a service needs a name".to_owned()
                } else {
                    format!("there are two services named {name:?}")
                };
                self.problem(service.name.span().start, &key("name"), message);
                continue;
            }
            let mut known = catalogue.find(name).cloned().unwrap_or_else(|| Service::named(name));
            if let Some(group) = &service.group {
                known.group = group.trim().to_lowercase();
            }
            let take = |into: &mut Vec<String>, from: &Option<Vec<String>>| {
                if let Some(from) = from {
                    into.clone_from(from);
                }
            };
            take(&mut known.aliases, &service.aliases);
            take(&mut known.hashtags, &service.hashtags);
            take(&mut known.ambiguous, &service.ambiguous);
            take(&mut known.upstream, &service.upstream);
            known.owner = service.owner.clone().unwrap_or(known.owner);
            if let Some(status) = &service.status {
                if !Url::parse(status.get_ref()).is_ok_and(|url| is_web(&url)) {
                    self.problem(
                        status.span().start,
                        &key("status"),
                        format!("{:?} is no web address", status.get_ref()),
                    );
                }
                known.status = Some(status.get_ref().trim_end_matches('/').to_owned());
                // Another page may be on another platform, which is found out.
                known.platform = Some(SourceKind::Page);
                known.page_of = None;
            }
            if let Some(platform) = &service.platform {
                match catalogue::platform(platform.get_ref()) {
                    Some(platform) => known.platform = platform,
                    None => {
                        let pages = SourceKind::ALL.iter().filter(|kind| kind.is_page()).map(|kind| kind.as_str());
                        let names: Vec<_> = pages.chain(["none"]).collect();
                        let message = format!(
                            "{:?} is no known platform; expected one of {}",
                            platform.get_ref(),
                            names.join(", ")
                        );
                        self.problem(platform.span().start, &key("platform"), message);
                    }
                }
            }
            catalogue.put(known);
        }
        catalogue
    }

    /// The names of the services whose pages are watched.
    fn watched<'c>(&mut self, catalogue: &'c Catalogue, raw: Option<&Spanned<Watch>>) -> HashSet<String> {
        let all = || catalogue.services().iter().map(|service| service.name.clone()).collect();
        let Some(raw) = raw else { return all() };
        let names = match raw.get_ref() {
            Watch::One(word) if word == "all" => return all(),
            Watch::One(word) if word == "none" => return HashSet::new(),
            Watch::One(word) => std::slice::from_ref(word),
            Watch::Many(names) => names.as_slice(),
        };
        let mut watched = HashSet::new();
        for name in names {
            let of_many = |service: &&Service| {
                [&service.owner, &service.group].iter().any(|many| many.eq_ignore_ascii_case(name))
            };
            let many = catalogue.services().iter().filter(of_many);
            let found: Vec<String> =
                catalogue.find(name).into_iter().chain(many).map(|service| service.name.clone()).collect();
            if found.is_empty() {
                let words = |service: &'c Service| [&service.name, &service.owner, &service.group].map(String::as_str);
                let near = nearest(name, catalogue.services().iter().flat_map(words));
                let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
                let message = format!(
                    "{name:?} is no service, no owner of services and no group of them ({}){near}",
                    catalogue.groups().join(", ")
                );
                self.problem(raw.span().start, "catalogue.watch", message);
            }
            watched.extend(found);
        }
        watched
    }

    fn feeds(&mut self, raw: &[Spanned<raw::Feed>]) -> Vec<SourceSpec> {
        let mut names = HashSet::new();
        let mut sources = Vec::new();
        for (at, spanned) in raw.iter().enumerate() {
            let feed = spanned.get_ref();
            let key = |field: &str| format!("feed[{at}].{field}");
            let name = feed.name.get_ref().trim().to_owned();
            if name.is_empty() {
                self.problem(feed.name.span().start, &key("name"), "a feed needs a name: its items belong to it");
            } else if !names.insert(name.to_lowercase()) {
                let message = format!("there are two feeds named {name:?}: their items could not be told apart");
                self.problem(feed.name.span().start, &key("name"), message);
            }
            let url = feed.url.get_ref().trim().to_owned();
            if !Url::parse(&url).is_ok_and(|url| is_web(&url)) {
                self.problem(
                    feed.url.span().start,
                    &key("url"),
                    format!("{url:?} is no web address; expected http:// or https://"),
                );
            }
            let schedule = feed.schedule.as_ref().map_or(FEED_SCHEDULE, |line| line.get_ref());
            if let (Err(message), Some(line)) = (Schedule::parse(schedule), &feed.schedule) {
                self.problem(line.span().start, &key("schedule"), message);
            }
            let display = self.display(feed.display.as_ref(), &key("display"));
            if feed.enabled != Some(false) {
                let (schedule, language) = (schedule.to_owned(), feed.language.clone());
                sources.push(SourceSpec {
                    name,
                    kind: SourceKind::Feed,
                    url,
                    schedule,
                    service: None,
                    language,
                    display,
                    posts: PostsQuery::default(),
                });
            }
        }
        sources
    }

    fn display(&mut self, raw: Option<&Spanned<String>>, key: &str) -> Display {
        match raw.map(|raw| raw.get_ref().as_str()) {
            None | Some("excerpt") => Display::Excerpt,
            Some("full") => Display::Full,
            Some(other) => {
                let at = raw.map_or(0, |raw| raw.span().start);
                self.problem(at, key, format!("{other:?} is neither \"excerpt\" nor \"full\""));
                Display::Excerpt
            }
        }
    }

    /// When status pages are polled.
    fn page_schedule(&mut self, raw: Option<&Spanned<String>>) -> String {
        let Some(raw) = raw else { return PAGE_SCHEDULE.to_owned() };
        if let Err(message) = Schedule::parse(raw.get_ref()) {
            self.problem(raw.span().start, "catalogue.schedule", message);
        }
        raw.get_ref().clone()
    }

    /// The status pages of watched services; a page that several share is one source, named after the one whose it is.
    fn pages(
        &mut self,
        catalogue: &Catalogue,
        watched: &HashSet<String>,
        schedule: &str,
        sources: &mut Vec<SourceSpec>,
    ) {
        let mut pages = HashSet::new();
        for service in catalogue.services().iter().filter(|service| watched.contains(&service.name)) {
            let Some(kind) = service.platform else { continue };
            let Some(url) = service.status.clone().filter(|url| pages.insert(url.to_lowercase())) else { continue };
            let service = catalogue.page_of(service);
            sources.push(SourceSpec {
                name: format!("{} status", service.name),
                kind,
                url,
                schedule: schedule.to_owned(),
                service: Some(service.name.clone()),
                language: None,
                display: Display::Full,
                posts: PostsQuery::default(),
            });
        }
    }
}

/// The address that we answer on, as a URL.
fn own_url(listen: SocketAddr) -> Url {
    let mut url = LOOPBACK.clone();
    // An http URL takes any IP host and any port, so neither call can fail.
    let _always = (url.set_ip_host(listen.ip()), url.set_port(Some(listen.port())));
    url
}

/// Any http URL to start from.
static LOOPBACK: std::sync::LazyLock<Url> =
    std::sync::LazyLock::new(|| Url::parse("http://127.0.0.1/").expect("a URL that is written here"));

/// The environment's word, else the file's, with its place.
fn given(raw: At<String>, environment: Option<&String>) -> Option<(String, usize)> {
    environment.map(|text| (text.clone(), 0)).or_else(|| raw.map(|raw| (raw.get_ref().clone(), raw.span().start)))
}

pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some()
}

fn is_network(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, prefix)| {
        let width = address.parse().map(|address: std::net::IpAddr| if address.is_ipv4() { 32 } else { 128 });
        width.is_ok_and(|width| prefix.parse().is_ok_and(|prefix: u8| prefix <= width))
    })
}

/// `90s`, `5m`, `1h30m`, `250ms`.
fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" | "min" => Duration::from_secs(60),
            "h" => Duration::from_secs(60 * 60),
            "d" => Duration::from_secs(24 * 60 * 60),
            _ => return None,
        };
        total += unit.checked_mul(u32::try_from(number).ok()?)?;
        rest = rest[letters..].trim_start();
    }
    (!text.trim().is_empty()).then_some(total)
}

/// The unknown key and the known ones of serde's "unknown field `x`, expected one of `a`, `b`".
fn unknown_field(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix("unknown field ")?;
    let mut quoted = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((quoted.next()?, quoted.collect()))
}

/// The known word that is nearest to what was written, if it is near at all.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], at + 1);
        for (across, other) in two.iter().enumerate() {
            let best = (corner + usize::from(letter != *other)).min(row[across] + 1).min(row[across + 1] + 1);
            corner = std::mem::replace(&mut row[across + 1], best);
        }
    }
    row.last().copied().unwrap_or(0)
}
