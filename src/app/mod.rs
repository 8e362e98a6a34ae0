//! The composition root: reads the command line and the configuration, opens what a command needs, starts and stops
//! everything in order. The real clock, the signals and the log are made here and handed down.

mod clock;
mod holder;
mod logging;
mod run;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Parser as _;

use crate::{
    classify::Classifier,
    cli::{Cli, Command, RunArgs, SourcesArgs},
    commands::{self, Archive, Output},
    config::{self, Problems, Settings},
    fetch::{self, Fetcher},
    jobs::Stages,
    model::Clock,
    search::Search,
    store::{Store, Target},
};

pub use clock::SystemClock;

/// Exit code of a command that was used or configured wrongly (DESIGN section 7).
const WRONG_USAGE: u8 = 2;

/// Runs the program; the exit code is 0 when the work was done, 1 when it could not be done, 2 for wrong usage or
/// configuration.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    // What needs no configuration comes first: it must work when the configuration does not.
    match &cli.command {
        Some(Command::Check) => return commands::check::check(cli.config.as_deref(), output),
        Some(Command::Facts(arguments)) => return commands::facts::facts(arguments),
        Some(Command::Export(arguments)) if arguments.schema => {
            commands::export::schema();
            return ExitCode::SUCCESS;
        }
        Some(Command::Init) => return commands::init::init(cli.config.as_deref(), output),
        _ => {}
    }
    let settings = match &cli.command {
        Some(Command::Demo(_)) => None,
        _ => match config::load(cli.config.as_deref()) {
            Ok(settings) => Some(settings),
            Err(problems) => {
                eprintln!("{problems}");
                return ExitCode::from(WRONG_USAGE);
            }
        },
    };
    logging::start(settings.as_ref().and_then(|settings| settings.log.as_deref()), &cli);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("downwire: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(dispatch(cli, settings, output));
    // A blocked thread (a resolver that hangs) must not keep the process alive.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // What is only seen in a file that the configuration names.
        Err(error) if error.is::<Problems>() => {
            eprintln!("{error}");
            ExitCode::from(WRONG_USAGE)
        }
        Err(error) => {
            eprintln!("downwire: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Gives a command what it needs.
async fn dispatch(cli: Cli, settings: Option<Settings>, output: Output) -> anyhow::Result<()> {
    let command = cli.command.unwrap_or_else(|| Command::Run(RunArgs::default()));
    if let Command::Demo(arguments) = &command {
        return run::demo(arguments.listen).await;
    }
    let Some(settings) = settings else { anyhow::bail!("there is no configuration") };
    match command {
        Command::Run(arguments) => run::run(settings, &arguments.only).await,
        Command::Healthcheck => commands::healthcheck::healthcheck(&fetcher(&settings, true)?, &settings).await,
        Command::Sources(SourcesArgs { action: None }) => {
            let archive = open(&settings).await?;
            commands::sources::sources(&archive, &settings, output).await
        }
        Command::Sources(SourcesArgs { action: Some(action) }) => {
            let file = commands::feeds::File::of(cli.config.as_deref());
            commands::feeds::run(&fetcher(&settings, false)?, &settings, &file, &action, &SystemClock, output).await
        }
        Command::Fetch(arguments) => {
            let archive = open(&settings).await?;
            let stages = Arc::new(stages(&settings, Arc::new(commands::judge(&settings)?), archive.store.clone())?);
            commands::fetch::fetch(archive, stages, &settings, arguments.source.as_deref(), output).await
        }
        Command::Import(arguments) => {
            let archive = open(&settings).await?;
            commands::import::import(archive, &settings, &arguments, output).await
        }
        Command::Search(arguments) => {
            let archive = open(&settings).await?;
            commands::search::search(archive, &settings, &arguments, output).await
        }
        Command::Classify(mut arguments) => {
            arguments.weights = weights(arguments.weights, &settings)?;
            commands::classify::classify(&settings.catalogue, &arguments)
        }
        Command::Eval(mut arguments) => {
            arguments.weights = weights(arguments.weights, &settings)?;
            commands::eval::eval(&settings.catalogue, &arguments, output)
        }
        Command::Train(arguments) => {
            let archive = if arguments.marks { Some(open(&settings).await?) } else { None };
            commands::train::train(&settings.catalogue, archive, &arguments, output).await
        }
        Command::Feedback(arguments) => commands::feedback::feedback(open(&settings).await?, &arguments, output).await,
        Command::Stats(arguments) => {
            commands::stats::stats(&open(&settings).await?, &settings, &arguments, output).await
        }
        Command::Export(arguments) => commands::export::export(&open(&settings).await?, &settings, &arguments).await,
        Command::Candidates(arguments) => {
            commands::candidates::candidates(open(&settings).await?, &settings, &arguments, output).await
        }
        Command::Prune => commands::prune::prune(open(&settings).await?, &settings, output).await,
        Command::Reindex => commands::reindex::reindex(open(&settings).await?, output).await,
        Command::Backup(arguments) => commands::backup::backup(open(&settings).await?, &arguments.file, output).await,
        Command::Demo(_) | Command::Check | Command::Init | Command::Facts(_) => Ok(()),
    }
}

/// Opens the archive that the configuration names.
async fn open(settings: &Settings) -> anyhow::Result<Archive> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let target = Target::new(&settings.archive.path, settings.archive.database.as_deref());
    let store = Store::open(&target, clock.clone()).await?;
    let search = Search::open(&settings.archive.path)?;
    Ok(Archive { store, search, folder: settings.archive.path.clone(), clock })
}

/// The weights that a command was given, else the configured ones, which are looked at here: what is wrong with them is a
/// problem of the configuration.
fn weights(given: Option<PathBuf>, settings: &Settings) -> anyhow::Result<Option<PathBuf>> {
    let Some(configured) = settings.weights.as_ref().filter(|_| given.is_none()) else { return Ok(given) };
    commands::judge(settings)?;
    Ok(Some(configured.path.clone()))
}

/// The stages between source and store.
fn stages(settings: &Settings, classifier: Arc<Classifier>, store: Store) -> anyhow::Result<Stages> {
    Ok(Stages { fetcher: fetcher(settings, false)?, classifier, clock: Arc::new(SystemClock), store })
}

/// The fetcher of this configuration; `to_ourselves` allows the loopback, for asking a running downwire.
fn fetcher(settings: &Settings, to_ourselves: bool) -> anyhow::Result<Fetcher> {
    let mut allow = settings.fetch.allow.clone();
    if to_ourselves {
        allow.extend(["127.0.0.0/8".to_owned(), "::1/128".to_owned(), commands::healthcheck::network(settings)]);
    }
    let contact = settings.fetch.contact.as_deref().map(|contact| format!("; {contact}")).unwrap_or_default();
    let limits = fetch::Settings {
        user_agent: format!("downwire/{} (+{}about{contact})", crate::VERSION, settings.server.public_url),
        allow: allow.iter().map(|network| network.parse()).collect::<Result<_, _>>()?,
        gap: settings.fetch.gap,
        concurrency: settings.fetch.concurrency,
        connect_timeout: settings.fetch.connect_timeout,
        timeout: settings.fetch.timeout,
        body_limit: settings.fetch.body_limit,
        ports: settings.fetch.ports.clone(),
        proxy: settings.fetch.proxy.clone(),
    };
    Ok(Fetcher::new(limits, Arc::new(SystemClock))?)
}
