//! Objects of ActivityPub as servers give them out: a post, the activity that made or spread it, or an outbox of those.
//!
//! Source: the W3C recommendation "ActivityStreams 2.0", and Lemmy's FEP-1b12 for communities that announce.

use serde_json::Value;

use super::{draft::Draft, read_all};
use crate::{
    model::{Id, Item, Network},
    source::{
        Context, Reading,
        page::value::{list, plain, time, word},
    },
};

/// Everybody, as an addressee.
const PUBLIC: [&str; 3] = ["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];

/// Activities within activities that are looked into.
const DEEPEST: usize = 4;

/// Whether it is an object of ActivityPub and no answer of an API.
pub(super) fn is_one(value: &Value) -> bool {
    let kind = word(value, "type");
    kind.is_some_and(|kind| {
        [
            "OrderedCollection",
            "OrderedCollectionPage",
            "Announce",
            "Create",
            "Update",
            "Delete",
            "Page",
            "Note",
            "Article",
        ]
        .contains(&kind.as_str())
    }) && value.get("post_view").is_none()
}

/// Reads an object, or every one of a collection.
pub(super) fn read(value: &Value, context: Context<'_>) -> Reading {
    let mut reading = Reading::default();
    let items = list(value, "orderedItems");
    let items = if items.is_empty() { std::slice::from_ref(value) } else { items };
    read_all(
        &mut reading,
        "activity",
        items,
        |value| object(value, context, DEEPEST),
        |reading, found| match found {
            Found::Post(item) => reading.items.push(*item),
            Found::Gone(id) => reading.deleted.push(id),
            Found::Nothing => {}
        },
    );
    reading
}

enum Found {
    Post(Box<Item>),
    Gone(Id),
    /// A like, a follow, what is not for everybody.
    Nothing,
}

fn object(value: &Value, context: Context<'_>, depth: usize) -> Result<Found, String> {
    match word(value, "type").as_deref() {
        // What an activity brings stands in it; where only its address does, nothing was said.
        Some("Announce" | "Create" | "Update") => match value.get("object") {
            Some(inner) if inner.is_object() && depth > 0 => object(inner, context, depth - 1),
            _ => Ok(Found::Nothing),
        },
        Some("Delete") => {
            let target = value.get("object");
            let id = target.and_then(Value::as_str).map(str::to_owned).or_else(|| word(target?, "id"));
            Ok(id.map_or(Found::Nothing, |id| Found::Gone(Network::Fediverse.id(&id))))
        }
        Some("Tombstone") => Ok(word(value, "id").map_or(Found::Nothing, |id| Found::Gone(Network::Fediverse.id(&id)))),
        Some("Page" | "Note" | "Article") => post(value, context),
        _ => Ok(Found::Nothing),
    }
}

fn post(value: &Value, context: Context<'_>) -> Result<Found, String> {
    let Some(id) = word(value, "id") else { return Err("an object without id".to_owned()) };
    let addressees = || ["to", "cc"].iter().filter_map(|key| value.get(key));
    let names = |value: &Value| match value {
        Value::String(one) => PUBLIC.contains(&one.as_str()),
        Value::Array(all) => all.iter().any(|one| one.as_str().is_some_and(|one| PUBLIC.contains(&one))),
        _ => false,
    };
    // An object that names nobody is given out by an address that anybody may ask.
    if addressees().next().is_some() && !addressees().any(names) {
        return Ok(Found::Nothing);
    }
    let address =
        |key: &str| value.get(key).and_then(|one| one.as_str().map(str::to_owned).or_else(|| word(one, "id")));
    let item = Draft {
        url: address("url").or_else(|| Some(id.clone())),
        title: plain(&word(value, "name").unwrap_or_default()),
        text: plain(&word(value, "content").unwrap_or_default()),
        author: address("attributedTo"),
        created_at: time(value, "published"),
        edited_at: time(value, "updated").filter(|at| Some(*at) != time(value, "published")),
        language: value.get("language").and_then(|language| word(language, "identifier")),
        reply_to: address("inReplyTo").map(|id| Network::Fediverse.id(&id)),
        ..Draft::new(Network::Fediverse, id)
    }
    .finish(context)?;
    Ok(Found::Post(Box::new(item)))
}
