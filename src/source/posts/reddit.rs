//! Reddit: new posts of subreddits, by its feeds, or by its API for whoever holds a key.
//!
//! The feeds need no key and answer about one request a minute for an address, so all subreddits are one request and the
//! newest hundred posts are all there is; what was more is lost and said. With a token the API's listing is walked by
//! the name of its last post, and posts that are held are asked for again; in a feed, what was between others that are
//! still there and is gone itself was taken back.
//! Source: reddit.com/dev/api; the feeds are undocumented.

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{Adapter, Asked, HELD, Polled, draft::Draft, read_all, walk::Walk};
use crate::{
    model::{Ask, HeldPost, Id, Item, Network, SourceKind},
    source::{
        Context, ReadError, Reading, feed,
        page::{
            Document, shape,
            value::{list, plain, time, word},
        },
    },
};

/// Posts of one page: the most that is given.
const PAGE: usize = 100;

/// Where the API is for whoever holds a token.
const API: &str = "https://oauth.reddit.com";

/// The public pages, whose feeds need none.
const PUBLIC: &str = "https://www.reddit.com";

/// The network.
pub(super) const ADAPTER: Adapter =
    Adapter { kind: SourceKind::Reddit, plan, read, recheck: Some(recheck), elsewhere: None };

/// One chain for all subreddits, one per search.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let posts = &polled.spec.posts;
    let all = (!posts.accounts.is_empty()).then(|| format!("r:{}", posts.accounts.join("+")));
    let chains = all.into_iter().chain(posts.queries.iter().map(|query| format!("query:{query}")));
    chains.map(|chain| page(&Walk { polled, chain: &chain }, None)).collect()
}

fn page(walk: &Walk<'_>, place: Option<&str>) -> Ask {
    let polled = walk.polled;
    let has_key = polled.spec.posts.credentials.is_some();
    let root = if has_key && polled.root() == PUBLIC { API } else { polled.root() };
    let mut asked = Serializer::new(String::new());
    let path = match walk.chain.split_once(':') {
        Some(("query", query)) => {
            asked.append_pair("q", query).append_pair("sort", "new").append_pair("t", "day");
            "search".to_owned()
        }
        _ => format!("{}/new", walk.chain.replacen("r:", "r/", 1)),
    };
    asked.append_pair("limit", &PAGE.to_string());
    if has_key {
        asked.append_pair("raw_json", "1");
        if let Some(place) = place.or(walk.place()) {
            asked.append_pair("after", place);
        }
    }
    let ending = match (has_key, path.as_str()) {
        (true, _) => "",
        (false, "search") => ".rss",
        (false, _) => "/.rss",
    };
    let url = format!("{root}/{path}{ending}?{}", asked.finish());
    let accept = if has_key { super::ACCEPT_JSON } else { "application/atom+xml, application/rss+xml;q=0.9" };
    Ask { accept, ..polled.ask(walk.chain.to_owned(), url) }
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    if document.is_xml() {
        return read_feed(document.text, asked);
    }
    let value = document.json()?;
    let mut reading = Reading::default();
    // A thread is two listings: the post, and what was answered.
    let listings = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let children: Vec<Value> = listings
        .iter()
        .flat_map(|listing| listing.get("data").map_or(&[][..], |data| list(data, "children")))
        .cloned()
        .collect();
    if listings.iter().all(|listing| word(listing, "kind").as_deref() != Some("Listing")) {
        return Err(ReadError::OtherPage("Reddit", shape(value)));
    }
    read_all(
        &mut reading,
        "post",
        &children,
        |child| post(child, asked.context),
        |reading, found| match found {
            Found::Here(item) => reading.items.push(*item),
            Found::Gone(id) => reading.deleted.push(id),
            Found::Nothing => {}
        },
    );
    if let Some(held) = asked.ask.chain.strip_prefix(HELD) {
        let here = std::mem::take(&mut reading.items);
        reading.deleted.extend(
            held.split(',').map(|name| Network::Reddit.id(name)).filter(|id| here.iter().all(|item| item.id != *id)),
        );
        return Ok(reading);
    }
    let times = children.iter().filter_map(|child| time(child.get("data")?, "created_utc"));
    let behind = value.pointer("/data/after").and_then(Value::as_str).map(str::to_owned);
    let walk = Walk::of(asked);
    if let Some(place) = walk.go_on(&mut reading, times, behind) {
        reading.next = Some(page(&walk, Some(&place)));
    }
    Ok(reading)
}

enum Found {
    Here(Box<Item>),
    Gone(Id),
    /// "More", and what is no post.
    Nothing,
}

/// One thing of a listing: a post (`t3`) or a comment (`t1`).
fn post(child: &Value, context: Context<'_>) -> Result<Found, String> {
    let kind = word(child, "kind").unwrap_or_default();
    let data = child.get("data").ok_or("a thing without data")?;
    if kind != "t3" && kind != "t1" {
        return Ok(Found::Nothing);
    }
    let name = word(data, "name").or_else(|| Some(format!("{kind}_{}", word(data, "id")?)));
    let Some(name) = name else { return Err("a post without name".to_owned()) };
    let text = word(data, "selftext").or_else(|| word(data, "body")).unwrap_or_default();
    let author = word(data, "author").filter(|author| author != "[deleted]");
    let is_removed = word(data, "removed_by_category").is_some() || ["[deleted]", "[removed]"].contains(&text.as_str());
    if is_removed || author.is_none() {
        return Ok(Found::Gone(Network::Reddit.id(&name)));
    }
    let item = Draft {
        url: word(data, "permalink").map(|path| format!("{PUBLIC}{path}")),
        title: plain(&word(data, "title").unwrap_or_default()),
        text,
        author,
        created_at: time(data, "created_utc"),
        edited_at: time(data, "edited"),
        reply_to: word(data, "parent_id").map(|parent| Network::Reddit.id(&parent)),
        ..Draft::new(Network::Reddit, name)
    }
    .finish(context)?;
    Ok(Found::Here(Box::new(item)))
}

/// A feed of new posts, newest first.
fn read_feed(text: &str, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let mut reading = feed::read_xml(text, asked.context)?;
    for item in &mut reading.items {
        // The text ends in links of the page around it.
        let own = item.text.split("submitted by").next().unwrap_or_default().trim().to_owned();
        let draft = Draft {
            url: item.url.take(),
            title: std::mem::take(&mut item.title),
            text: own,
            author: item.author.take().map(|author| author.trim_start_matches("/u/").to_owned()),
            created_at: (!item.published_estimated).then_some(item.published_at),
            ..Draft::new(Network::Reddit, name_of(&item.native_id, item.url.as_deref()))
        };
        match draft.finish(asked.context) {
            Ok(post) => *item = post,
            Err(reason) => reading.skipped.push(reason),
        }
    }
    reading.items.retain(|item| item.post.is_some());
    (reading.next, reading.lifetime) = (None, None);
    let walk = Walk::of(asked);
    let times: Vec<_> = reading.items.iter().map(|item| item.published_at).collect();
    let is_short = times.len() >= PAGE && times.iter().min().is_some_and(|oldest| *oldest > walk.since());
    if is_short && asked.polled.cursor(walk.chain).is_some() {
        reading.repaired.push(format!("more than {PAGE} posts since the last poll: the oldest of them were missed"));
    }
    let names: Vec<String> = reading.items.iter().map(|item| item.native_id.clone()).collect();
    // Names grow with time: by length, then by letter.
    let gone = walk.gone_since(&mut reading, &names, |name| Some((name.len(), name.to_owned())));
    reading.deleted.extend(gone.iter().map(|name| Network::Reddit.id(name)));
    let _nothing_behind = walk.go_on(&mut reading, times.into_iter(), None);
    Ok(reading)
}

/// The full name of a post: feeds give it as the id, older ones only the address.
fn name_of(native: &str, url: Option<&str>) -> String {
    if native.starts_with("t3_") || native.starts_with("t1_") {
        return native.to_owned();
    }
    let from = |address: &str| {
        let mut parts = address.split('/');
        parts.find(|part| *part == "comments")?;
        parts.next().filter(|id| !id.is_empty()).map(|id| format!("t3_{id}"))
    };
    from(native).or_else(|| from(url?)).unwrap_or_else(|| native.to_owned())
}

/// The posts that are held, asked for by name; that takes a key.
fn recheck(polled: &Polled<'_>, held: &[HeldPost]) -> Vec<Ask> {
    let names = held.iter().map(|post| post.native_id.as_str()).filter(|name| is_name(name)).take(PAGE);
    let names = names.collect::<Vec<_>>().join(",");
    if names.is_empty() || polled.spec.posts.credentials.is_none() {
        return Vec::new();
    }
    let root = if polled.root() == PUBLIC { API } else { polled.root() };
    vec![polled.ask(format!("{HELD}{names}"), format!("{root}/api/info?raw_json=1&id={names}"))]
}

fn is_name(name: &str) -> bool {
    name.starts_with("t3_") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
