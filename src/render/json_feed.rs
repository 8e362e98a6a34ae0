//! JSON Feed 1.1 (jsonfeed.org) of the same channel that `rss` writes.

use serde_json::{Value, json};

use super::rss::{Channel, Entry};

/// Writes the feed.
pub fn write(channel: &Channel) -> String {
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.link,
        "feed_url": channel.own,
        "description": channel.description,
        "items": channel.entries.iter().map(item).collect::<Vec<Value>>(),
    })
    .to_string()
}

fn item(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": entry.at,
        "date_modified": entry.updated,
        "authors": [{ "name": entry.source }],
        "tags": entry.categories,
    })
}
