//! `run` and `demo`: everything at once, started and stopped in order.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};

use super::{holder, open, stages};
use crate::{
    classify::Classifier,
    cli::Part,
    commands::{self, Archive},
    config::{Origin, Settings},
    demo::PretendInternet,
    jobs::{
        Stop, Trouble, commit, follow,
        follow_search::SearchFollower,
        ingest, lease, prune,
        queue::{Queue, state_of},
        rejudge, reread, stream,
    },
    model::SourceKind,
    search::Writer,
    serve::{self, Check},
};

/// How long each part may take to end before it is cut off.
const DRAIN: Duration = Duration::from_secs(10);

/// How often a process without the index lock asks for it.
const LOCK_RETRY: Duration = Duration::from_secs(2);

/// Runs the given parts (all without any) until SIGTERM or Ctrl-C.
pub async fn run(settings: Settings, only: &[Part]) -> anyhow::Result<()> {
    let wants = |part| only.is_empty() || only.contains(&part);
    // First of all, because it is what most often goes wrong.
    let listener = if wants(Part::Serve) { Some(bind(settings.server.listen).await?) } else { None };
    let settings = with_port(settings, listener.as_ref());
    let judge = Arc::new(commands::judge(&settings)?);
    let archive = open(&settings).await?;
    let running = start(archive, settings, judge, listener, wants(Part::Fetch)).await?;
    stop_requested().await;
    running.stop().await
}

/// The settings with the port that the system chose, where any was asked for: feeds must name their real address.
fn with_port(mut settings: Settings, listener: Option<&TcpListener>) -> Settings {
    let chosen = listener.and_then(|listener| listener.local_addr().ok()).map(|address| address.port());
    if settings.server.public_url.port() == Some(0) {
        // An http URL takes any port.
        let _always = settings.server.public_url.set_port(chosen);
    }
    settings
}

/// The demo: the same `run`, on a pretend internet and in a folder that is removed at the end.
pub async fn demo(listen: SocketAddr) -> anyhow::Result<()> {
    let internet = PretendInternet::start().await.context("the pretend internet cannot start on the loopback")?;
    let folder = TemporaryFolder::new()?;
    let listener = bind(listen).await?;
    let text = internet.config(&folder.0, &listener.local_addr()?.to_string());
    let settings = crate::config::parse(&text, "demo", &crate::config::Environment::default())
        .map_err(|problems| anyhow::anyhow!("{problems}"))?;
    println!(
        "The demo shows 26 December 2024, from a pretend internet inside this program. Nothing leaves this machine."
    );
    let judge = Arc::new(commands::judge(&settings)?);
    let archive = open(&settings).await?;
    let running = start(archive, settings, judge, Some(listener), true).await?;
    stop_requested().await;
    running.stop().await?;
    internet.stop().await;
    Ok(())
}

/// What runs, and how to stop it.
struct Running {
    archive: Archive,
    stop_ingest: tokio::sync::watch::Sender<bool>,
    ingest: Vec<JoinHandle<()>>,
    stop_follow: tokio::sync::watch::Sender<bool>,
    follow: JoinHandle<()>,
    stop_serve: tokio::sync::watch::Sender<bool>,
    serve: Option<JoinHandle<()>>,
}

/// Starts everything and says where it is.
async fn start(
    archive: Archive,
    settings: Settings,
    judge: Arc<Classifier>,
    listener: Option<TcpListener>,
    fetches: bool,
) -> anyhow::Result<Running> {
    let (stop_ingest, ingest_stop) = Stop::new();
    let (stop_follow, follow_stop) = Stop::new();
    let (stop_serve, serve_stop) = Stop::new();
    let troubles = Troubles::default();
    say_where(&settings, listener.as_ref());
    // Before anything counts: what is counted before there is a recorder is lost.
    let metrics = serve::metrics();

    let follow = tokio::spawn(follow_when_free(archive.clone(), troubles.search.clone(), follow_stop));
    let ingest = if fetches {
        start_ingest(&archive, &settings, judge.clone(), &troubles, ingest_stop.clone()).await?
    } else {
        Vec::new()
    };
    let serve = listener.map(|listener| {
        let context = serve::Context {
            store: archive.store.clone(),
            search: archive.search.clone(),
            judge,
            catalogue: Arc::new(settings.catalogue.clone()),
            sources: Arc::new(settings.sources.clone()),
            figures: serve::KeptFigures::default(),
            clock: archive.clock.clone(),
            public_url: settings.server.public_url.clone(),
            ready: troubles.ready(ingest_stop),
            metrics,
            token: settings.token.as_deref().map(Into::into),
            guesses: serve::Guesses::default(),
            privacy: settings.privacy,
            contact: settings.fetch.contact.as_deref().map(Into::into),
        };
        let app = serve::router(context);
        tokio::spawn(async move {
            let ended = serve::serve(listener, app, async move { serve_stop.given().await }).await;
            if let Err(error) = ended {
                tracing::error!("the web server ended: {error}");
            }
        })
    });
    Ok(Running { archive, stop_ingest, ingest, stop_follow, follow, stop_serve, serve })
}

/// Starts polling: the lease, the committer and the loop.
async fn start_ingest(
    archive: &Archive,
    settings: &Settings,
    judge: Arc<Classifier>,
    troubles: &Troubles,
    stop: Stop,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let stages = Arc::new(stages(settings, judge, archive.store.clone())?);
    let states = archive.store.source_states().await?;
    let holder = holder::this_process();
    let (held, keep) = lease::keep(archive.store.clone(), "ingest", holder, troubles.lease.clone(), stop.clone());
    let rereading = reread::run(archive.store.clone(), stop.clone());
    let (commits, committer) = commit::committer(archive.store.clone(), troubles.archive.clone(), stop.clone());
    let again =
        rejudge::run(archive.store.clone(), stages.classifier.clone(), held.clone(), Trouble::default(), stop.clone());
    let (streams, polled): (Vec<_>, Vec<_>) = settings.sources.iter().cloned().partition(|spec| spec.kind.is_stream());
    let listeners = streams.into_iter().map(|spec| {
        let state = state_of(&spec, states.get(&spec.name).cloned(), archive.clock.now());
        let (stages, commits) = (stages.clone(), commits.clone());
        tokio::spawn(stream::run(stages, Arc::new(spec), state, commits, held.clone(), stop.clone()))
    });
    let listeners: Vec<JoinHandle<()>> = listeners.collect();
    let queue = Queue::new(polled, states, held, archive.clock.now());
    let prune = prune::run(
        archive.store.clone(),
        settings.privacy,
        archive.clock.clone(),
        troubles.pruning.clone(),
        stop.clone(),
    );
    let mut tasks = vec![tokio::spawn(ingest::run(stages, queue, commits, stop))];
    tasks.extend(listeners);
    tasks.extend([tokio::spawn(committer), tokio::spawn(keep), tokio::spawn(prune)]);
    tasks.extend([tokio::spawn(again), tokio::spawn(rereading)]);
    Ok(tasks)
}

/// Follows as soon as no other process does.
async fn follow_when_free(archive: Archive, trouble: Trouble, stop: Stop) {
    loop {
        match Writer::open(&archive.folder, archive.search.clone()) {
            Ok(Some(writer)) => {
                trouble.ends("search");
                return follow::follow(SearchFollower(writer), archive.store, trouble, stop).await;
            }
            // Another process writes the index: read what it commits.
            Ok(None) => {
                if let Err(error) = archive.search.reopen() {
                    trouble.begins("search", &error);
                }
            }
            Err(error) => trouble.begins("search", &error),
        }
        if stop.within(LOCK_RETRY).await {
            return;
        }
    }
}

impl Running {
    /// Stops in the order of the flow, so that what is under way arrives: polls, commits, index, pages.
    async fn stop(self) -> anyhow::Result<()> {
        tracing::info!("stopping: finishing what is under way");
        let _all_gone = self.stop_ingest.send(true);
        for task in self.ingest {
            cut_off("fetching", task).await;
        }
        let _all_gone = self.stop_follow.send(true);
        cut_off("search", self.follow).await;
        let _all_gone = self.stop_serve.send(true);
        if let Some(serve) = self.serve {
            cut_off("serving", serve).await;
        }
        self.archive.store.close().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Waits for a part to end, but not for ever: nothing is lost when it is cut off, only done again.
async fn cut_off(part: &'static str, task: JoinHandle<()>) {
    let abort = task.abort_handle();
    if timeout(DRAIN, task).await.is_err() {
        tracing::warn!("{part} did not end within {} s and is cut off", DRAIN.as_secs());
        abort.abort();
    }
}

/// What is wrong with each part.
#[derive(Default)]
struct Troubles {
    archive: Trouble,
    lease: Trouble,
    search: Trouble,
    pruning: Trouble,
}

impl Troubles {
    /// The checks of `/readyz`.
    fn ready(&self, stop: Stop) -> serve::Ready {
        let (archive, lease, search) = (self.archive.clone(), self.lease.clone(), self.search.clone());
        Arc::new(move || {
            let draining = stop.is_given().then(|| "downwire is stopping".to_owned());
            vec![
                Check { name: "archive", trouble: archive.now().or_else(|| lease.now()) },
                Check { name: "search", trouble: search.now() },
                Check { name: "running", trouble: draining },
            ]
        })
    }
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{address} is taken, perhaps by another downwire: stop that one, or set another port as listen = \
             \"{}:{}\" under [server] in feeds.toml (or in DOWNWIRE_LISTEN)",
            address.ip(),
            address.port().saturating_add(1)
        ),
        std::io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!("{address} needs rights that this user does not have: use a port above 1023")
        }
        _ => anyhow::anyhow!("cannot listen on {address}: {error}"),
    })
}

/// The one line of the start: what is watched, where the data is, and the address to open.
fn say_where(settings: &Settings, listener: Option<&TcpListener>) {
    let count = |is: &dyn Fn(SourceKind) -> bool| settings.sources.iter().filter(|source| is(source.kind)).count();
    let (pages, posts) = (count(&SourceKind::is_page), count(&SourceKind::is_posts));
    let feeds = settings.sources.len() - pages - posts;
    let by = match &settings.origin {
        Origin::File(path) => format!("as {} says", path.display()),
        Origin::Embedded => "as shipped (no feeds.toml here; `downwire init` writes one)".to_owned(),
    };
    let data = settings.archive.path.display();
    let address = listener.and_then(|listener| listener.local_addr().ok());
    let open = address.map_or_else(String::new, |address| format!(" Open http://{address}/"));
    println!(
        "downwire watches {pages} status pages, {feeds} feeds and {posts} sources of posts, {by}; data in {data}.{open}"
    );
    for note in &settings.notes {
        tracing::info!("{note}");
    }
}

/// Waits for SIGTERM or Ctrl-C.
async fn stop_requested() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _interrupted = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// A folder for the demo, removed when dropped.
struct TemporaryFolder(std::path::PathBuf);

impl TemporaryFolder {
    fn new() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("downwire-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all::<&Path>(&self.0);
    }
}
