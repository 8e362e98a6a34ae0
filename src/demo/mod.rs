//! The pretend internet of `downwire demo`: a loopback server inside the program with a handful of feeds and one
//! Statuspage page about 26 December 2024, and the configuration that makes downwire read them.
//!
//! It only answers. Fetching, judging and showing what it serves is done by the very same code as with the real
//! internet; `commands` joins the two. What is served, and which of it is fact: `data/README.md`.

mod answer;
mod document;

use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use answer::Site;

/// How long a stop waits for answers under way. They are a few kilobytes from memory: a second is long.
const STOP_WAIT: Duration = Duration::from_secs(1);

/// The feeds by name and path, in the order of `data/README.md`. Each declares its language itself.
const FEEDS: [(&str, &str); 7] = [
    ("The Wire Gazette", "/gazette/feed.rss"),
    ("Packet & Quill", "/quill/feed.atom"),
    ("Uptime Commons", "/commons/feed.json"),
    ("Der Funkbote", "/funkbote/feed.rss"),
    ("Minato Densan", "/minato/feed.rss"),
    ("Harbour Lane Post", "/harbour/feed.rss"),
    ("Azure status", "/azure/feed.rss"),
];

/// The running server. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct PretendInternet {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl PretendInternet {
    /// Binds a free port of 127.0.0.1 and answers from there on. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the loopback interface has no free port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let site = Arc::new(Site::at(&format!("http://{address}")));
        let (stop, stopped) = oneshot::channel();
        let server = axum::serve(listener, answer::router(site)).with_graceful_shutdown(async {
            // An error here means that the handle was dropped: that is a stop as well.
            stopped.await.unwrap_or_default();
        });
        let task = tokio::spawn(server.into_future());
        Ok(Self { address, stop, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The text of a `feeds.toml` that watches everything here, with the archive in the folder `archive` (TOML can
    /// name no path that is not Unicode: what is not is replaced) and the pages on `listen`, an address with a port.
    pub fn config(&self, archive: &Path, listen: &str) -> String {
        let base = format!("http://{}", self.address);
        let mut toml = format!(
            "[archive]\npath = {}\n\n[server]\nlisten = {}\n\n[fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\n\n\
             [catalogue]\nwatch = \"none\"\n\n[[service]]\nname = \"ChatGPT\"\nstatus = {}\nplatform = \"statuspage.io\"\n",
            quoted(&archive.to_string_lossy()),
            quoted(listen),
            quoted(&format!("{base}/status")),
        );
        for (name, path) in FEEDS {
            let (name, url) = (quoted(name), quoted(&format!("{base}{path}")));
            toml.push_str(&format!("\n[[feed]]\nname = {name}\nurl = {url}\n"));
        }
        toml
    }

    /// Stops listening and waits for the answers under way, at most a second.
    pub async fn stop(self) {
        // The server may have ended by itself; then there is nobody to tell and nothing to wait for.
        if self.stop.send(()).is_ok() {
            let abort = self.task.abort_handle();
            if tokio::time::timeout(STOP_WAIT, self.task).await.is_err() {
                abort.abort();
            }
        }
    }
}

/// A TOML basic string. JSON's escapes are a subset of TOML's; only DEL, which JSON lets stand, has to be added.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_quotes_and_backslashes_survives_toml() {
        for path in ["/plain", r"C:\new\table", "/with \"quotes\"", "/tab\tand\u{7f}del", "/Büro/電算"] {
            let toml: toml::Table = format!("path = {}", quoted(path)).parse().expect(path);
            assert_eq!(toml["path"].as_str(), Some(path));
        }
    }

    #[test]
    fn every_feed_of_the_configuration_is_served() {
        let site = Site::at("http://127.0.0.1:1");
        for (name, path) in FEEDS {
            assert!(site.document(path).is_some(), "{name}: nothing at {path}");
        }
    }
}
