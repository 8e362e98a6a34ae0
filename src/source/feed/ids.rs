//! Which id an entry gets, so that two entries stay two and one entry stays one over the polls.

use std::collections::HashMap;

use super::entry::Draft;
use crate::model::{Id, Item, id::digest};

/// Items out of drafts, in the order of the document; repetitions of one entry are folded.
///
/// The native id is the source's own, else the hash of the link, else of title, text and date. Where several entries of
/// one document claim the same one:
/// - with different links the generator gives everything one guid: each gets its link's hash behind it;
/// - with one link the feed is a log of updates, or a list of notes under one address: the oldest keeps the id, so
///   that it stays the same when the next one comes, and the others get the hash of their content behind it.
pub(super) fn assign(drafts: Vec<Draft>, source: &str) -> Vec<Item> {
    let mut natives: Vec<String> = drafts.iter().map(native).collect();
    for group in groups(&natives) {
        let links_differ = group.iter().any(|at| drafts[*at].url != drafts[group[0]].url);
        if links_differ {
            for at in group {
                let link = digest(&[drafts[at].url.as_deref().unwrap_or("").as_bytes()]);
                natives[at] = format!("{}#{link}", natives[at]);
            }
        }
    }
    for group in groups(&natives) {
        // The last in the document is the oldest where dates do not tell.
        let oldest = group.iter().copied().min_by_key(|at| (drafts[*at].dated, std::cmp::Reverse(*at)));
        let kept = oldest.map(|at| content(&drafts[at]));
        for at in group {
            let content = content(&drafts[at]);
            if kept.as_ref() != Some(&content) {
                natives[at] = format!("{}#{content}", natives[at]);
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    let numbered = drafts.into_iter().zip(natives).filter(|(_, native)| seen.insert(native.clone()));
    numbered.map(|(draft, native)| item(draft, native, source)).collect()
}

/// Places in the document of every id that is claimed more than once.
fn groups(natives: &[String]) -> Vec<Vec<usize>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, native) in natives.iter().enumerate() {
        places.entry(native).or_default().push(at);
    }
    places.into_values().filter(|group| group.len() > 1).collect()
}

fn native(draft: &Draft) -> String {
    match (&draft.guid, &draft.url) {
        // Longer than any address: nobody's id, but harmless as a hash.
        (guid, _) if guid.len() > 2_048 => format!("guid:{}", digest(&[guid.as_bytes()])),
        (guid, _) if !guid.is_empty() => guid.clone(),
        (_, Some(url)) => format!("link:{}", digest(&[url.as_bytes()])),
        (_, None) => format!("content:{}", content(draft)),
    }
}

fn content(draft: &Draft) -> String {
    let date = draft.dated.map(|at| at.to_string()).unwrap_or_default();
    digest(&[draft.title.as_bytes(), draft.text.as_bytes(), date.as_bytes()])
}

fn item(draft: Draft, native_id: String, source: &str) -> Item {
    Item {
        // The feed's name, not its address, which may move (invariant 3).
        id: Id::derive(&format!("feed:{source}"), &native_id),
        source: source.to_owned(),
        native_id,
        kind: draft.kind,
        url: draft.url,
        title: draft.title,
        text: draft.text,
        author: draft.author,
        language: draft.language,
        published_at: draft.dated.unwrap_or(draft.now).min(draft.now),
        published_estimated: draft.dated.is_none(),
        updated_at: draft.updated,
        received_at: draft.now,
        hidden: draft.hidden,
        post: None,
    }
}
