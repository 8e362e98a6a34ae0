//! The command line: what a user may write. What it does is in `commands/` and `app/`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::SourceKind;

/// downwire, a wire service for downtime.
#[derive(Debug, Parser)]
#[command(
    name = "downwire",
    version,
    about = "A wire service for downtime: status pages, news and public posts in one searchable archive.",
    long_about = "downwire watches status pages and news, says which of it speaks of an outage, keeps it in a searchable \
                  archive and gives it out as web pages and feeds.\n\nWithout a command it runs everything, as `downwire \
                  run` does. Without a feeds.toml in this folder it uses the one it was shipped with; `downwire init` \
                  writes that file for you to edit. `downwire demo` shows it all without a network.",
    after_help = "The password of the mail server, the operator's token and other secrets come from the environment only \
                  (DOWNWIRE_TOKEN …). DOWNWIRE_LOG=debug shows more."
)]
pub struct Cli {
    /// The configuration file [default: feeds.toml here, else the shipped one]
    #[arg(long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Print JSON Lines for programs instead of text for people
    #[arg(long, global = true)]
    pub json: bool,

    /// What to do [default: run]
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// A part of what `run` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Poll the sources
    Fetch,
    /// Answer the browser
    Serve,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fetch, index and serve, until told to stop
    Run(RunArgs),
    /// Show downwire with no network: a small pretend internet is read into a temporary archive
    Demo(DemoArgs),
    /// Poll what is due (or one source) once, and say what came
    Fetch(FetchArgs),
    /// Read files or folders into the archive: feeds, status-page payloads, downwire's own export
    Import(ImportArgs),
    /// Search the archive
    Search(SearchArgs),
    /// Read facts out of texts: JSON Lines in, JSON Lines out (since when, until when, why, how many, who says so)
    Facts(FactsArgs),
    /// Show how reliable services were: time to repair, time between failures, availability
    Stats(StatsArgs),
    /// Print the archive as JSON Lines, which import reads back, or its incidents as CSV
    Export(ExportArgs),
    /// Show the health of every source; find, take in and give out feeds
    Sources(SourcesArgs),
    /// Check the configuration and say every problem at once
    Check,
    /// Write the shipped configuration to feeds.toml
    Init,
    /// Judge texts: JSON Lines in, verdicts with their reasons out
    Classify(ClassifyArgs),
    /// Measure the judge on labelled texts, beside a baseline and other judges
    Eval(EvalArgs),
    /// Fit the judge's weights to labelled texts
    Train(TrainArgs),
    /// Say whether the judge was right about an item, for the next training
    Feedback(FeedbackArgs),
    /// List names that people say are down and that the catalogue lacks
    Candidates(CandidatesArgs),
    /// Let go of posts that are older than is kept, and of every trace of what was deleted
    Prune,
    /// Build the search index anew from the archive
    Reindex,
    /// Copy the database to a file while everything goes on
    Backup(BackupArgs),
    /// Ask a running downwire whether it is well (for containers): exit code 0 if so
    Healthcheck,
}

/// Arguments of `run`.
#[derive(Debug, Args, Default)]
pub struct RunArgs {
    /// Only these parts, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    pub only: Vec<Part>,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where to answer the browser; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub listen: std::net::SocketAddr,
}

/// Arguments of `fetch`.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Only this source, whether due or not
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Files, or folders that are read through and through
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What the files are [default: found out from their content]
    #[arg(long = "as", value_name = "PLATFORM", value_parser = kinds())]
    pub platform: Option<String>,
    /// The service whose status page they are from
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Words, "phrases", -not, OR, (), service: source: kind: phase: lang: outage: score: after: before:  (put -- in
    /// front of a query that starts
    /// with -)
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// How many hits at most
    #[arg(long, short = 'n', default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// Go on behind the last hit of an earlier answer, which named this place.
    #[arg(long, value_name = "PLACE")]
    pub from: Option<String>,
    /// Most relevant first instead of newest first
    #[arg(long)]
    pub best: bool,
}

/// Arguments of `facts`.
#[derive(Debug, Args, Default)]
pub struct FactsArgs {
    /// Files of JSON Lines [default: standard input, which is also -]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Only this service, by any of its names
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Also each component of its page
    #[arg(long)]
    pub components: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The incidents as a table for spreadsheets; posts and history are left out
    #[arg(long)]
    pub csv: bool,
    /// Print the JSON Schema of a line instead
    #[arg(long, conflicts_with = "csv")]
    pub schema: bool,
}

/// Arguments of `sources`.
#[derive(Debug, Args, Default)]
pub struct SourcesArgs {
    /// What to do; without it the health of every source is shown
    #[command(subcommand)]
    pub action: Option<SourcesAction>,
}

/// What `sources` can do.
#[derive(Debug, Subcommand)]
pub enum SourcesAction {
    /// Find the feed of a site, show what is in it and how it is written into feeds.toml
    Add(AddArgs),
    /// Read the subscriptions of another reader (OPML)
    Import(OpmlArgs),
    /// Print the feeds as OPML, for another reader
    Export,
}

/// Arguments of `sources add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The address of a feed, or of a site that has one
    #[arg(value_name = "URL")]
    pub url: String,
    /// What to call it; otherwise as it calls itself
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Put it into the configuration
    #[arg(long)]
    pub write: bool,
}

/// Arguments of `sources import`.
#[derive(Debug, Args)]
pub struct OpmlArgs {
    /// The OPML file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Put what is new into the configuration
    #[arg(long)]
    pub write: bool,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Arguments of `classify`.
#[derive(Debug, Args)]
pub struct ClassifyArgs {
    /// Files of JSON Lines (plain or .gz) with "text" or "title", and "id", "kind", "source" where known [default: standard
    /// input, also `-`]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Weights that `train` wrote [default: those of the configuration, else the ones in the program]
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
}

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Labelled texts as JSON Lines (plain or .gz)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Another judge's answers to the same texts, as JSON Lines (plain or .gz) with "id", "score" (a probability) and
    /// "outage" (true or false)
    #[arg(long = "peer", value_name = "NAME=FILE", value_parser = peer)]
    pub peers: Vec<Peer>,
    /// Weights that `train` wrote [default: those of the configuration, else the ones in the program]
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Write the main figures as a table, for the page /about/method
    #[arg(long, value_name = "FILE")]
    pub table: Option<PathBuf>,
}

/// Another judge, and the file of what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// What it is called.
    pub name: String,
    /// Its answers.
    pub file: PathBuf,
}

fn peer(word: &str) -> Result<Peer, String> {
    match word.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok(Peer { name: name.to_owned(), file: PathBuf::from(file) })
        }
        _ => Err("write NAME=FILE: what to call the judge, and the file of its answers".to_owned()),
    }
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Labelled texts as JSON Lines (plain or .gz)
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What was annotated apart from the texts: lines of id, yes, no or undecidable, phase, scope, separated by tabs
    #[arg(long, value_name = "FILE")]
    pub annotations: Vec<PathBuf>,
    /// Texts in more languages, which only move thresholds
    #[arg(long, value_name = "FILE")]
    pub thresholds: Vec<PathBuf>,
    /// Leave out what this source says, to see how the judge does on a source that it does not know
    #[arg(long, value_name = "SOURCE")]
    pub without: Vec<String>,
    /// Learn from the archive's marks too
    #[arg(long)]
    pub marks: bool,
    /// Also write down what is learned from, as JSON Lines: so that other judges can learn from the same
    #[arg(long, value_name = "FILE")]
    pub dump: Option<PathBuf>,
    /// Where the weights go; what they are is written beside them, with the ending .txt
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `feedback`.
#[derive(Debug, Args)]
pub struct FeedbackArgs {
    /// The item's id, or the address of its page; without one, every mark is listed
    #[arg(value_name = "ID", requires = "word")]
    pub id: Option<String>,
    /// Whether its verdict is right, or what would be; `unmarked` takes back what was said
    #[arg(value_name = "WORD", value_parser = ["right", "wrong", "outage", "none", "unmarked"])]
    pub word: Option<String>,
}

/// Arguments of `candidates`.
#[derive(Debug, Args)]
pub struct CandidatesArgs {
    /// How many days back
    #[arg(long, default_value_t = 7, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    pub days: u16,
}

/// The word of `import --as` for an export of downwire's own.
pub const EXPORT: &str = "downwire";

/// The words that `import --as` takes.
fn kinds() -> clap::builder::PossibleValuesParser {
    SourceKind::ALL
        .iter()
        .filter(|kind| **kind != SourceKind::Page && !kind.is_posts())
        .map(|kind| kind.as_str())
        .chain([EXPORT])
        .collect::<Vec<_>>()
        .into()
}
