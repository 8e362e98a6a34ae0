//! What a post answers tells what it is about: "same here" names nobody, and under a post that says that ChatGPT is down it
//! is about ChatGPT.

use std::collections::{HashMap, HashSet};

use crate::{
    model::{Id, Item, Judged, Role, Verdict, verdict::Attribution},
    store::{Row, Store, StoreError},
};

/// Answers that are followed up: a whole thread may come in one poll.
const DEEPEST: usize = 8;

/// Gives posts about an outage that name no service those of what they answer, where that is held or comes along.
///
/// # Errors
/// What the database says; nothing was changed then.
pub async fn inherit(store: &Store, posts: &mut [Judged<Item>]) -> Result<(), StoreError> {
    let wanted = |judged: &Judged<Item>| answers(&judged.value).filter(|_| lacks_services(&judged.verdict));
    if !posts.iter().any(|judged| wanted(judged).is_some()) {
        return Ok(());
    }
    let mut known: HashMap<Id, Vec<Attribution>> = held(store, posts.iter().filter_map(wanted)).await?;
    // What came along is newer than what is held.
    known.extend(posts.iter().map(|judged| (judged.value.id, judged.verdict.services.clone())));
    for _ in 0..DEEPEST {
        let mut is_done = true;
        for judged in posts.iter_mut() {
            let Some(services) = wanted(judged).and_then(|answered| known.get(&answered)) else { continue };
            take(&mut judged.verdict, services);
            if !judged.verdict.services.is_empty() {
                known.insert(judged.value.id, judged.verdict.services.clone());
                is_done = false;
            }
        }
        if is_done {
            break;
        }
    }
    Ok(())
}

/// The same for items that are judged again.
///
/// # Errors
/// What the database says; nothing was changed then.
pub async fn inherit_again<'a>(
    store: &Store,
    judged: impl Iterator<Item = (&'a Item, &'a mut Verdict)>,
) -> Result<(), StoreError> {
    let all: Vec<_> = judged.filter(|(item, verdict)| answers(item).is_some() && lacks_services(verdict)).collect();
    let known = held(store, all.iter().filter_map(|(item, _)| answers(item))).await?;
    for (item, verdict) in all {
        if let Some(services) = answers(item).and_then(|answered| known.get(&answered)) {
            take(verdict, services);
        }
    }
    Ok(())
}

fn answers(item: &Item) -> Option<Id> {
    item.post.as_ref()?.reply_to
}

fn lacks_services(verdict: &Verdict) -> bool {
    verdict.outage && verdict.services.is_empty()
}

fn take(verdict: &mut Verdict, services: &[Attribution]) {
    // What was named as a cause up there is not what is down here, and words of another's text stay with it.
    let affected = services.iter().filter(|service| service.role == Role::Affected && !service.unlisted);
    verdict.services.extend(affected.cloned());
    if let Some(first) = verdict.services.first() {
        verdict.why.push(format!("answers a post about {}", first.name));
    }
}

/// The services of the posts with these ids, as far as they are held.
async fn held(store: &Store, ids: impl Iterator<Item = Id>) -> Result<HashMap<Id, Vec<Attribution>>, StoreError> {
    let ids: Vec<Id> = ids.collect::<HashSet<_>>().into_iter().collect();
    let rows = store.rows(&ids).await?;
    let services = rows.into_iter().filter_map(|(id, row)| match row {
        Row::Item(row) => Some((id, row.verdict.services)),
        Row::Incident(_) => None,
    });
    Ok(services.collect())
}
