//! Configuration: what the user wrote (`raw`) and what the program uses ([`Settings`]) are two types, and the way from
//! one to the other reports every problem at once, each with file, line, key and what was expected. The only folder that
//! reads the environment.

mod check;
mod posts;
mod problem;
mod raw;
mod schedule;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use url::Url;

pub use problem::{Problem, Problems};
pub use schedule::Schedule;

use crate::{catalogue::Catalogue, model::SourceSpec};

/// The configuration that downwire is shipped with: used where there is no `feeds.toml`, and what `init` writes.
pub const SHIPPED: &str = include_str!("../../feeds.toml");

/// The file that is looked for in the working directory.
const FILE: &str = "feeds.toml";

/// Checked settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the truth lives.
    pub archive: Archive,
    /// The web front end.
    pub server: Server,
    /// Limits and manners.
    pub fetch: Fetch,
    /// Every service that downwire knows.
    pub catalogue: Catalogue,
    /// The weights to judge by; `None` is the ones in the program.
    pub weights: Option<Weights>,
    /// How long posts are kept.
    pub privacy: Privacy,
    /// What is polled: feeds, the status pages of watched services, and public posts.
    pub sources: Vec<SourceSpec>,
    /// Where the settings come from.
    pub origin: Origin,
    /// The operator's token, from the environment only.
    pub token: Option<String>,
    /// The log level, from the environment only.
    pub log: Option<String>,
    /// What is accepted and does nothing yet.
    pub notes: Vec<String>,
}

/// Where the truth lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The data directory.
    pub path: PathBuf,
    /// A `postgres://` URL, or a SQLite file elsewhere.
    pub database: Option<String>,
}

/// A file of weights that `train` wrote. Whether it is one is seen by who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// The file.
    pub path: PathBuf,
    /// Where the configuration names it; without a message.
    place: Problem,
}

impl Weights {
    /// What is wrong with the file, as a problem of the configuration that names it.
    pub fn problem(&self, message: String) -> Problems {
        Problems::one(Problem { message, ..self.place.clone() })
    }
}

/// The web front end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The address to answer on.
    pub listen: SocketAddr,
    /// The address under which readers reach it, with a slash at the end.
    pub public_url: Url,
}

/// Limits and manners of fetching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Between two requests to one host.
    pub gap: Duration,
    /// Requests at once, over all hosts.
    pub concurrency: usize,
    /// A whole exchange.
    pub timeout: Duration,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Bytes of a body after decompression.
    pub body_limit: u64,
    /// Networks (CIDR) that may be asked though they are private.
    pub allow: Vec<String>,
    /// Ports that may be asked on public hosts.
    pub ports: Vec<u16>,
    /// A proxy for everything.
    pub proxy: Option<String>,
    /// How operators of sources reach us: goes into the User-Agent.
    pub contact: Option<String>,
}

/// How long public posts are kept; other texts are kept for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privacy {
    /// Posts about an outage.
    pub keep_posts: Duration,
    /// Posts that turned out to be about something else.
    pub keep_other_posts: Duration,
}

impl Default for Privacy {
    /// A year, so that "has it happened before?" has an answer; a week, so that a wrong verdict can be found.
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self { keep_posts: DAY * 365, keep_other_posts: DAY * 7 }
    }
}

/// Where settings come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// The shipped configuration.
    Embedded,
}

/// What the environment says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `DOWNWIRE_DATABASE`.
    pub database: Option<String>,
    /// `DOWNWIRE_LISTEN`.
    pub listen: Option<String>,
    /// `DOWNWIRE_PUBLIC_URL`.
    pub public_url: Option<String>,
    /// `DOWNWIRE_TOKEN`.
    pub token: Option<String>,
    /// `DOWNWIRE_LOG`.
    pub log: Option<String>,
    /// Every `DOWNWIRE_…` variable, for those that `feeds.toml` names.
    pub secrets: BTreeMap<String, String>,
}

impl Environment {
    /// Reads the process' environment. Each variable may also be given as a file, `DOWNWIRE_TOKEN_FILE` for instance.
    pub fn read() -> Self {
        Self {
            database: variable("DOWNWIRE_DATABASE"),
            listen: variable("DOWNWIRE_LISTEN"),
            public_url: variable("DOWNWIRE_PUBLIC_URL"),
            token: variable("DOWNWIRE_TOKEN"),
            log: variable("DOWNWIRE_LOG"),
            secrets: secrets(),
        }
    }
}

/// The names of the process' variables that are ours, each with its value, also where that is a file's.
fn secrets() -> BTreeMap<String, String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names
        .filter(|name| name.starts_with("DOWNWIRE_"))
        .map(|name| name.trim_end_matches("_FILE").to_owned())
        .filter_map(|name| Some((name.clone(), variable(&name)?)))
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
fn variable(name: &str) -> Option<String> {
    let direct = std::env::var(name).ok();
    let from_file = || std::fs::read_to_string(std::env::var(format!("{name}_FILE")).ok()?).ok();
    direct.or_else(from_file).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The settings of the file at `path`; without one of `./feeds.toml`; without that the shipped ones.
///
/// # Errors
/// Every problem of the file, at once.
pub fn load(path: Option<&Path>) -> Result<Settings, Problems> {
    let environment = Environment::read();
    let found = path.map(Path::to_owned).or_else(|| Some(PathBuf::from(FILE)).filter(|file| file.exists()));
    let Some(file) = found else { return check::settings(SHIPPED, FILE, Origin::Embedded, &environment) };
    let name = file.display().to_string();
    let text = std::fs::read_to_string(&file).map_err(|error| Problems::unreadable(&name, &error))?;
    check::settings(&text, &name, Origin::File(file), &environment)
}

/// The settings of a text; `file` is what its problems call it. Pure.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str, file: &str, environment: &Environment) -> Result<Settings, Problems> {
    check::settings(text, file, Origin::File(PathBuf::from(file)), environment)
}
