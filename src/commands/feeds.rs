//! `downwire sources add`, `import` and `export`: the feeds of the configuration, found, taken in and given out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde_json::json;
use url::Url;

use super::Output;
use crate::{
    cli::{AddArgs, OpmlArgs, SourcesAction},
    config::{self, Environment, Settings},
    fetch::Fetcher,
    jobs::detect,
    model::{Answer, Clock, SourceKind, SourceSpec},
    render::opml,
    source::{self, ReadError, Reading, discover},
    text::charset,
};

/// Feeds that a page names and that are looked at.
const LOOKED_AT: usize = 5;

/// Items that are shown of a feed.
const SHOWN: usize = 3;

/// The configuration file that new feeds go into.
pub struct File {
    path: PathBuf,
    /// Its text; the shipped configuration where there is no file yet.
    text: String,
}

impl File {
    /// The file that `--config` names, else `feeds.toml` here.
    pub fn of(path: Option<&Path>) -> Self {
        let path = path.unwrap_or(Path::new("feeds.toml")).to_owned();
        let text = fs::read_to_string(&path).unwrap_or_else(|_| config::SHIPPED.to_owned());
        Self { path, text }
    }

    /// Puts blocks behind everything else. The file is checked first and replaced as a whole.
    fn append(&self, blocks: &str) -> anyhow::Result<()> {
        let text = format!("{}\n{blocks}", self.text.trim_end().to_owned() + "\n");
        if let Err(problems) = config::parse(&text, &self.path.display().to_string(), &Environment::default()) {
            bail!("{problems}\nnothing was written");
        }
        let beside = self.path.with_extension("toml.new");
        fs::write(&beside, text).with_context(|| format!("cannot write {}", beside.display()))?;
        fs::rename(&beside, &self.path).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Does what was asked.
///
/// # Errors
/// No feed was found, or a file cannot be read or written.
pub async fn run(
    fetcher: &Fetcher,
    settings: &Settings,
    file: &File,
    action: &SourcesAction,
    clock: &dyn Clock,
    output: Output,
) -> anyhow::Result<()> {
    match action {
        SourcesAction::Add(arguments) => add(fetcher, settings, file, arguments, clock, output).await,
        SourcesAction::Import(arguments) => import(settings, file, arguments, output),
        SourcesAction::Export => {
            print!("{}", opml::write(&settings.sources, clock.now())?);
            Ok(())
        }
    }
}

/// A feed or a status page that answers.
struct Found {
    url: String,
    reading: Reading,
    /// The platform of a status page; `None` for a feed.
    platform: Option<SourceKind>,
}

async fn add(
    fetcher: &Fetcher,
    settings: &Settings,
    file: &File,
    arguments: &AddArgs,
    clock: &dyn Clock,
    output: Output,
) -> anyhow::Result<()> {
    let address = with_scheme(&arguments.url)?;
    let found = find(fetcher, &address, clock, output).await?;
    if let Some(known) = settings.sources.iter().find(|spec| spec.url == found.url) {
        bail!("{} is watched already, as “{}”", found.url, known.name);
    }
    let about = &found.reading.about;
    let wanted = arguments.name.clone().or_else(|| about.title.clone());
    let host = Url::parse(&found.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let name = free_name(&wanted.or(host).unwrap_or_else(|| found.url.clone()), settings, &[]);
    let block = match found.platform {
        Some(platform) => page_block(&name, &found.url, platform),
        None => block(&name, &found.url),
    };
    if arguments.write {
        file.append(&block)?;
    }
    let written = arguments.write.then(|| file.path.display().to_string());
    output.line(
        || {
            let item = |(title, url, at): Shown| json!({ "title": title, "url": url, "published_at": at });
            json!({
                "url": found.url, "platform": found.platform.map(SourceKind::as_str), "title": about.title, "home": about.home, "items": shown(&found.reading).map(item).collect::<Vec<_>>(),
                "repaired": found.reading.repaired, "skipped": found.reading.skipped, "toml": block, "written": written,
            })
        },
        || told(&found, &block, written.as_deref()),
    );
    Ok(())
}

/// An item as it is shown: what it says, where it is, when it was.
type Shown = (String, Option<String>, Option<String>);

/// The first items, or incidents where the feed is a status page's.
fn shown(reading: &Reading) -> impl Iterator<Item = Shown> {
    let items = reading.items.iter().map(|item| {
        let title = if item.title.is_empty() { &item.text } else { &item.title };
        (crate::text::html::excerpt(title, 100), item.url.clone(), Some(item.published_at.to_string()))
    });
    let incidents = reading
        .incidents
        .iter()
        .map(|incident| (incident.title.clone(), incident.url.clone(), incident.started_at.map(|at| at.to_string())));
    items.chain(incidents).take(SHOWN)
}

fn told(found: &Found, block: &str, written: Option<&str>) -> String {
    let reading = &found.reading;
    let mut out = format!("{}\n  {}\n", found.url, reading.about.title.as_deref().unwrap_or("(without a title)"));
    if let Some(platform) = found.platform {
        out.push_str(&format!("  a status page on the platform {}\n", platform.as_str()));
    } else if !reading.incidents.is_empty() {
        out.push_str("  the history of a status page: its entries are read as incidents\n");
    }
    for (title, _, at) in shown(reading) {
        out.push_str(&format!("  · {} {title}\n", at.unwrap_or_default()));
    }
    for line in reading.repaired.iter().chain(&reading.skipped) {
        out.push_str(&format!("  note: {line}\n"));
    }
    match written {
        Some(file) => out.push_str(&format!("\nwritten into {file}:\n\n{block}")),
        None => out.push_str(&format!("\nput this into feeds.toml, or say --write:\n\n{block}")),
    }
    out
}

/// `example.org` means `https://example.org`.
fn with_scheme(address: &str) -> anyhow::Result<String> {
    let address = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let url = Url::parse(&address).with_context(|| format!("“{address}” is no web address"))?;
    Ok(String::from(url))
}

/// The feed at an address: what is there, what the page there names, or what is where feeds usually are.
async fn find(fetcher: &Fetcher, address: &str, clock: &dyn Clock, output: Output) -> anyhow::Result<Found> {
    if is_pages(address) {
        let bar = output.progress(1, "looking for a status page");
        let page = detect::detect(fetcher, address, clock).await;
        bar.finish_and_clear();
        if let Ok(page) = page {
            let url = page.address.unwrap_or_else(|| address.trim_end_matches('/').to_owned());
            return Ok(Found { url, platform: Some(page.kind), reading: page.reading });
        }
    }
    let answer = fetcher.get(&source::look_at(address)).await.with_context(|| format!("cannot read {address}"))?;
    match source::look(&answer, clock.now()) {
        Ok(reading) => return Ok(Found { url: answer.moved_to.unwrap_or(answer.url), reading, platform: None }),
        Err(ReadError::Html(..)) => {}
        Err(error) => bail!("{address}: {error}"),
    }
    let page = charset::decode(&answer.body, answer.content_type.as_deref()).text;
    let named: Vec<String> =
        discover::named(&page, &answer.url).into_iter().map(|feed| feed.url).take(LOOKED_AT).collect();
    let candidates = if named.is_empty() { discover::usual(&answer.url) } else { named };
    let bar = output.progress(candidates.len(), "looking for a feed");
    for url in candidates {
        bar.inc(1);
        if let Some(reading) = feed_at(fetcher, &url, clock).await {
            bar.finish_and_clear();
            return Ok(Found { url, reading, platform: None });
        }
    }
    bar.finish_and_clear();
    bail!("no feed at {address}: the page names none that can be read, and none is where feeds usually are")
}

/// Whether an address is likely that of a status page: then what platforms have is asked for, which is twenty requests.
fn is_pages(address: &str) -> bool {
    let words = address.to_lowercase();
    ["status", "health", "trust.", "uptime"].iter().any(|word| words.contains(word))
}

/// The feed at an address, where there is one with something in it.
async fn feed_at(fetcher: &Fetcher, url: &str, clock: &dyn Clock) -> Option<Reading> {
    let answer: Answer = fetcher.get(&source::look_at(url)).await.ok()?;
    // A redirect to the front page is a polite 404.
    let reading = source::look(&answer, clock.now()).ok()?;
    (!reading.items.is_empty() || !reading.incidents.is_empty()).then_some(reading)
}

fn import(settings: &Settings, file: &File, arguments: &OpmlArgs, output: Output) -> anyhow::Result<()> {
    let path = &arguments.file;
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let subscriptions = source::opml::read(&bytes).with_context(|| format!("failed to read {}", path.display()))?;
    let (mut blocks, mut names) = (String::new(), Vec::new());
    let mut known = 0;
    for one in &subscriptions {
        if settings.sources.iter().any(|spec: &SourceSpec| spec.url == one.url) {
            known += 1;
            continue;
        }
        let name = free_name(&one.name, settings, &names);
        let block = block(&name, &one.url);
        output
            .line(|| json!({ "name": name, "url": one.url, "folders": one.folders, "toml": block }), || block.clone());
        blocks.push_str(&block);
        blocks.push('\n');
        names.push(name);
    }
    if arguments.write && !names.is_empty() {
        file.append(&blocks)?;
    }
    if !output.json {
        let done = if arguments.write {
            format!("were put into {}", file.path.display())
        } else {
            "would be new (--write)".to_owned()
        };
        println!("{} subscriptions: {} {done}, {known} are watched already", subscriptions.len(), names.len());
    }
    Ok(())
}

/// The name, with a number behind it where another source has it.
fn free_name(wanted: &str, settings: &Settings, taken: &[String]) -> String {
    let is_taken = |name: &str| {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        settings.sources.iter().any(|spec| same(&spec.name)) || taken.iter().any(|other| same(other))
    };
    let mut name = wanted.to_owned();
    for number in 2.. {
        if !is_taken(&name) {
            break;
        }
        name = format!("{wanted} {number}");
    }
    name
}

/// A service with its status page, as it stands in `feeds.toml`.
fn page_block(name: &str, url: &str, platform: SourceKind) -> String {
    let text = |value: &str| json!(value).to_string();
    let (name, url, platform) = (text(name), text(url), text(platform.as_str()));
    format!("[[service]]\nname = {name}\nstatus = {url}\nplatform = {platform}\n")
}

/// A feed as it stands in `feeds.toml`.
fn block(name: &str, url: &str) -> String {
    // A JSON string is a TOML string too.
    let text = |value: &str| json!(value).to_string();
    format!("[[feed]]\nname = {}\nurl = {}\n", text(name), text(url))
}
