//! YouTube: the feeds of channels. They answer 404 now and then for days and come back: that is a failure and no end.
//!
//! Source: the feed itself; its fifteen newest entries are all there is.

use super::{Adapter, Asked, HELD, Polled, draft::Draft, walk::Walk};
use crate::{
    model::{Ask, Network, SourceKind},
    source::{ReadError, Reading, feed, page::Document},
};

/// The network.
pub(super) const ADAPTER: Adapter = Adapter { kind: SourceKind::YouTube, plan, read, recheck: None, elsewhere: None };

/// One chain per channel (`UC…`) or playlist (`PL…`, `UU…`).
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let chains = polled.spec.posts.accounts.iter().map(|account| {
        let key = if account.starts_with("UC") { "channel_id" } else { "playlist_id" };
        let url = format!("{}/feeds/videos.xml?{key}={account}", polled.root());
        Ask { accept: "application/atom+xml, text/xml;q=0.9", ..polled.ask(format!("channel:{account}"), url) }
    });
    chains.collect()
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    debug_assert!(!asked.ask.chain.starts_with(HELD), "nothing is asked for again");
    let mut reading = feed::read_xml(document.text, asked.context)?;
    for item in &mut reading.items {
        let draft = Draft {
            url: item.url.take(),
            title: std::mem::take(&mut item.title),
            text: std::mem::take(&mut item.text),
            author: item.author.take(),
            created_at: (!item.published_estimated).then_some(item.published_at),
            edited_at: item.updated_at,
            ..Draft::new(
                Network::Site("youtube.com".to_owned()),
                item.native_id.trim_start_matches("yt:video:").to_owned(),
            )
        };
        match draft.finish(asked.context) {
            Ok(post) => *item = post,
            Err(reason) => reading.skipped.push(reason),
        }
    }
    reading.items.retain(|item| item.post.is_some());
    reading.next = None;
    let times: Vec<_> = reading.items.iter().map(|item| item.published_at).collect();
    let _nothing_behind = Walk::of(asked).go_on(&mut reading, times.into_iter(), None);
    Ok(reading)
}
