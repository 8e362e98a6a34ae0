//! Entries whose ids do not tell which belong together: an outage and its end under two guids (`X went down`,
//! `X recovered`), or entries without any id that all lead to the page itself. They are chained by their titles, oldest
//! first.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::super::fold::Entry;
use crate::{
    model::{Phase, Timestamp, id::digest},
    text::words::words,
};

/// Entries of one title further apart are two incidents. Inside of an incident of AWS's feed, the largest log of updates
/// at hand, gaps were at most 6.8 hours, between two of them far more than a day (status-pages A8).
const GAP: SignedDuration = SignedDuration::from_hours(24);

/// What stands behind a name that stopped working, and behind one that works again.
const DOWN: [&str; 4] = [" went down", " is down", " has gone down", " is unreachable"];
const UP: [&str; 5] = [" recovered", " has recovered", " is back up", " is up again", " is up"];

/// The chain of a title that is open.
struct Open {
    key: String,
    title: String,
    at: Option<Timestamp>,
}

/// The entries with the keys that they share, in the order of the document.
pub(super) fn chained(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| (entries[*at].at, std::cmp::Reverse(*at)));
    let mut open: HashMap<String, Open> = HashMap::new();
    for at in order {
        let entry = &mut entries[at];
        let pair = pair(&entry.title);
        if pair.is_none() && !entry.key.is_empty() {
            continue;
        }
        let is_pair = pair.is_some();
        let over = matches!(entry.phase, Some(Phase::Resolved | Phase::Completed));
        let (name, ends) = pair.unwrap_or_else(|| (entry.title.clone(), over));
        let stem = words(&name).join(" ");
        if is_pair && ends {
            entry.phase = Some(Phase::Resolved);
        }
        match open.get_mut(&stem).filter(|open| is_pair || is_near(open.at, entry.at)) {
            Some(open) => {
                entry.key.clone_from(&open.key);
                entry.title.clone_from(&open.title);
                open.at = entry.at;
            }
            None => {
                if entry.key.is_empty() {
                    entry.key = made(&stem, entry.at);
                }
                let (key, title) = (entry.key.clone(), entry.title.clone());
                open.insert(stem.clone(), Open { key, title, at: entry.at });
            }
        }
        if ends {
            open.remove(&stem);
        }
    }
    entries
}

/// The name in `NAME went down` or `NAME recovered`, and whether that is the end.
fn pair(title: &str) -> Option<(String, bool)> {
    let title = title.trim_end_matches(['.', '!']);
    let cut = |endings: &[&str]| {
        endings.iter().find_map(|ending| title.strip_suffix(ending)).map(str::trim).filter(|name| !name.is_empty())
    };
    cut(&DOWN).map(|name| (name.to_owned(), false)).or_else(|| cut(&UP).map(|name| (name.to_owned(), true)))
}

/// What has no time is near to everything. (An outage and its end may be days apart: they are not asked.)
fn is_near(before: Option<Timestamp>, after: Option<Timestamp>) -> bool {
    before.zip(after).is_none_or(|(before, after)| after.duration_since(before) <= GAP)
}

fn made(stem: &str, at: Option<Timestamp>) -> String {
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    digest(&[stem.as_bytes(), at.as_bytes()]).get(..16).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, title: &str, hour: i64, phase: Option<Phase>) -> Entry {
        let at = Timestamp::from_second(1_735_171_200 + hour * 3_600).ok();
        Entry { key: key.to_owned(), title: title.to_owned(), at, phase, ..Entry::default() }
    }

    #[test]
    fn an_outage_and_its_end_under_two_ids_are_one_and_the_next_outage_is_another() {
        let found = chained(vec![
            entry("d", "API went down", 9, None),
            entry("c", "Mail went down", 2, None),
            entry("b", "API recovered", 1, None),
            entry("a", "API went down", 0, None),
        ]);
        let keys: Vec<_> = found.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["d", "c", "a", "a"]);
        assert_eq!((found[2].phase, found[2].title.as_str()), (Some(Phase::Resolved), "API went down"));
    }

    #[test]
    fn entries_without_any_id_are_chained_by_their_title_until_it_is_over() {
        let found = chained(vec![
            entry("", "Login fails", 200, None),
            entry("", "Login fails", 2, Some(Phase::Resolved)),
            entry("", "Login fails", 0, None),
            entry("7", "Login fails", 1, None),
        ]);
        assert_eq!(found[1].key, found[2].key);
        assert_ne!(found[0].key, found[1].key);
        assert_eq!(found[3].key, "7");
        assert!(found.iter().all(|entry| !entry.key.is_empty()));
    }
}
