//! A loopback server of many feeds that give their items in batches. A batch is given to whoever says (by
//! `If-None-Match`) that it has the one before, and only to them: a cursor that runs ahead of what was stored loses
//! items here, and one that lags behind gets them again.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Feeds.
    pub feeds: usize,
    /// Batches of a feed.
    pub batches: usize,
    /// Items of a batch.
    pub items: usize,
    /// Bytes of an item's text.
    pub text: usize,
}

/// The running server.
pub struct Feeds {
    /// Where it is.
    pub address: SocketAddr,
    /// What it has.
    pub plan: Plan,
}

impl Feeds {
    /// Starts it on a thread of its own, so that it answers while a test blocks.
    pub fn start(plan: Plan) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
                sender.send(listener.local_addr().expect("has an address")).expect("somebody waits");
                let app = Router::new().route("/{feed}", get(answer)).with_state(plan);
                axum::serve(listener, app).await.expect("serves");
            });
        });
        Self { address: receiver.recv().expect("starts"), plan }
    }

    /// A `feeds.toml` that watches all of them every second.
    pub fn config(&self, listen: &str, more: &str) -> String {
        let mut text = format!(
            "[archive]\npath = \"index\"\n{more}\n[server]\nlisten = \"{listen}\"\n[fetch]\nallow = [\"127.0.0.0/8\"]\n\
             gap = \"0s\"\n[catalogue]\nwatch = \"none\"\n"
        );
        for feed in 0..self.plan.feeds {
            let address = self.address;
            text.push_str(&format!(
                "[[feed]]\nname = \"feed {feed}\"\nurl = \"http://{address}/{feed}\"\nschedule = \"* * * * * *\"\n"
            ));
        }
        text
    }
}

async fn answer(Path(feed): Path<usize>, State(plan): State<Plan>, headers: HeaderMap) -> Response {
    let has = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()?.trim_matches('"').parse().ok());
    let batch: usize = has.map_or(1, |has: usize| has + 1);
    if batch > plan.batches {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, format!("\"{}\"", plan.batches))]).into_response();
    }
    let tag = [(header::ETAG, format!("\"{batch}\"")), (header::CONTENT_TYPE, "application/rss+xml".to_owned())];
    (tag, document(plan, feed, batch)).into_response()
}

fn document(plan: Plan, feed: usize, batch: usize) -> String {
    let mut xml = format!("<rss version=\"2.0\"><channel><title>feed {feed}</title><link>http://127.0.0.1/</link>");
    for item in 0..plan.items {
        let number = (batch - 1) * plan.items + item;
        let words = format!("word{} service is down number {number} ", number % 97).repeat(plan.text / 32 + 1);
        // Ids are the same in every feed: only the namespace tells them apart.
        xml.push_str(&format!(
            "<item><guid isPermaLink=\"false\">{number}</guid><title>feed{feed} item {number}</title>\
             <pubDate>Thu, 26 Dec 2024 {:02}:{:02}:{:02} GMT</pubDate><description>{words}</description></item>",
            number / 3600 % 24,
            number / 60 % 60,
            number % 60,
        ));
    }
    xml + "</channel></rss>"
}
