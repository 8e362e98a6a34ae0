//! Places that texts name, with the zone that each implies.

use std::{
    collections::{BTreeMap, HashMap},
    hash::BuildHasherDefault,
    sync::LazyLock,
};

use super::{pattern::WordHasher, view::View};

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its IANA zone; `None` where it has several.
    pub zone: Option<&'static str>,
    /// A word of belonging ("South Korean"): it says a zone, and names no place.
    pub belonging: bool,
}

/// The words of a name after the first, and the place.
type Rest = (Vec<&'static str>, Place);

static PLACES: LazyLock<HashMap<&'static str, Vec<Rest>, BuildHasherDefault<WordHasher>>> = LazyLock::new(|| {
    let mut places: HashMap<_, Vec<Rest>, _> = HashMap::default();
    for line in include_str!("data/places.txt").lines().filter(|line| !line.starts_with("//")) {
        let Some((name, zone)) = line.split_once('|') else { continue };
        let belonging = name.starts_with('~');
        let mut words = name.trim_start_matches('~').split_whitespace();
        let Some(first) = words.next() else { continue };
        let zone = Some(zone.trim()).filter(|zone| !zone.is_empty());
        places.entry(first).or_default().push((words.collect(), Place { zone, belonging }));
    }
    for names in places.values_mut() {
        names.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    places
});

/// The place whose name begins at a token, and the token behind it. Names begin with a capital.
pub(super) fn at(view: &View<'_>, at: usize, end: usize) -> Option<(Place, usize)> {
    if !view.tokens.get(at)?.capital {
        return None;
    }
    for (words, place) in PLACES.get(view.low(at))? {
        let mut to = at + 1;
        let fits = words.iter().all(|word| {
            // `U.S.`, `São-Paulo`
            while to < end && matches!(view.kind(to), super::view::Kind::Mark('.' | '-')) && view.is_tight(to) {
                to += 1;
            }
            let same = to < end && view.low(to) == *word;
            to += usize::from(same);
            same
        });
        // "us" is a word: only in capitals.
        let is_word = view.low(at) == "us" && view.written(at, at + 1) != "US";
        if fits && !is_word {
            return Some((*place, to));
        }
    }
    None
}

/// The zone that most of the places of a text are in; of equals the first one named. `None` where no place says one.
pub(super) fn zone_of(places: &[(Place, usize)]) -> Option<&'static str> {
    let mut counts: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    for (order, zone) in places.iter().filter_map(|(place, _)| place.zone).enumerate() {
        let count = counts.entry(zone).or_insert((0, order));
        count.0 += 1;
    }
    counts.into_iter().max_by_key(|(_, (count, order))| (*count, std::cmp::Reverse(*order))).map(|(zone, _)| zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_with_their_zone() {
        for (text, zone) in [
            ("San Francisco users", Some("America/Los_Angeles")),
            ("U.S. users", None),
            ("São Paulo", Some("America/Sao_Paulo")),
            ("Deutschland", Some("Europe/Berlin")),
        ] {
            let view = View::new(text);
            let (place, _) = at(&view, 0, view.tokens.len()).expect(text);
            assert_eq!(place.zone, zone, "{text}");
        }
        let view = View::new("us too");
        assert_eq!(at(&view, 0, 2), None);
    }

    #[test]
    fn every_zone_of_the_list_exists() {
        for place in PLACES.values().flatten().filter_map(|(_, place)| place.zone) {
            assert!(jiff::tz::TimeZone::get(place).is_ok(), "{place}");
        }
    }
}
