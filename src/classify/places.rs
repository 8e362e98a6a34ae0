//! Where it is out: a town or a region behind a preposition (`in Leeds`, `sur Strasbourg`; in Turkish before an ending), or a
//! postcode (`BS3`, `30129`, `dans le 78`). Whoever says where means more than one line. The names are in
//! `data/places.txt`; scripts that are written without our prepositions have theirs among the cues.

use std::collections::HashSet;

use super::normal::Normal;

/// What stands before a place, in the languages of [`LANGUAGES`](super::languages) that have it so.
const BEFORE: [&[&str]; 9] = [
    &["in", "at", "near", "around", "across", "from", "throughout"],
    &["in", "bei", "um", "aus", "raum", "rund"],
    &["a", "au", "aux", "sur", "dans", "en", "vers", "pres", "cote", "secteur", "region", "ville"],
    &["en", "desde", "por", "zona"],
    &["em", "no", "na", "nos", "nas", "regiao"],
    &["a", "in", "ad", "su", "zona"],
    &["w", "we", "na"],
    &[],
    &["di", "wilayah", "daerah", "area"],
];

/// What stands behind a place in Turkish, joined by an apostrophe that folding parts.
const BEHIND: [&str; 6] = ["da", "de", "ta", "te", "dan", "den"];
const TURKISH: usize = 7;

/// Tokens of the longest name.
const LONGEST: usize = 3;

/// The postcode areas of the United Kingdom that have two letters, and those that have one.
const AREAS: &str = "ab al ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy ec eh en ex \
                     fk fy gl gu ha hd hg hp hr hs hu hx ig ip iv ka kt kw ky la ld le ll ln ls lu me mk ml ne ng nn np nr \
                     nw ol ox pa pe ph pl po pr rg rh rm sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw \
                     ub wa wc wd wf wn wr ws wv yo ze";
const SHORT_AREAS: &str = "beglmnsw";

/// Languages of countries whose postcodes are five digits, as places in the list of languages: German, French, Spanish,
/// Italian.
const FIVE_DIGITS: [usize; 4] = [1, 2, 3, 5];
const FRENCH: usize = 2;
const DEPARTMENTS: std::ops::RangeInclusive<u32> = 1..=95;

/// The names that are known.
#[derive(Debug, Clone)]
pub struct Places(HashSet<&'static str>);

impl Places {
    /// The ones in the crate.
    pub fn shipped() -> Self {
        let lines = include_str!("data/places.txt").lines().filter(|line| !line.starts_with('#'));
        Self(lines.flat_map(|line| line.split(';')).map(str::trim).filter(|name| !name.is_empty()).collect())
    }

    /// Where places are named in a line that is in a language.
    pub fn find<'a>(&'a self, normal: &'a Normal, language: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        (0..normal.tokens.len()).filter_map(move |at| {
            let last = self.named(normal, language, at).or_else(|| is_postcode(normal, language, at).then_some(at))?;
            Some((normal.tokens[at].0 as usize - 1, normal.tokens[last].1 as usize + 1))
        })
    }

    /// The last token of a name that begins with a token.
    fn named(&self, normal: &Normal, language: usize, at: usize) -> Option<usize> {
        let before = at.checked_sub(1).map_or("", |before| normal.token(before));
        let is_before = |language: usize| BEFORE.get(language).is_some_and(|words| words.contains(&before));
        let is_behind = language == TURKISH && BEHIND.contains(&normal.token(at + 1));
        if !is_behind && !is_before(0) && !is_before(language) {
            return None;
        }
        let start = normal.tokens[at].0 as usize;
        let mut lasts = (at..(at + LONGEST).min(normal.tokens.len())).rev();
        lasts.find(|last| self.0.contains(&normal.line[start..normal.tokens[*last].1 as usize]))
    }
}

/// Whether a token is a postcode, or the number of a French department behind `dans le`.
fn is_postcode(normal: &Normal, language: usize, at: usize) -> bool {
    let token = normal.token(at);
    let Some(letters) = token.split('0').next().filter(|letters| letters.len() < token.len()) else { return false };
    let number = normal.numbers[at];
    match letters.len() {
        0 if token != "0" => false,
        0 if language == FRENCH && DEPARTMENTS.contains(&number) => {
            let before = |back: usize| at.checked_sub(back).map_or("", |before| normal.token(before));
            before(1) == "le" && matches!(before(2), "dans" | "sur" | "partout")
        }
        0 => FIVE_DIGITS.contains(&language) && (10_000..100_000).contains(&number),
        1 => SHORT_AREAS.contains(letters) && normal.token(at + 1).starts_with('0'),
        2 => AREAS.split_ascii_whitespace().any(|area| area == letters) && token.len() <= 4,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, language: usize) -> Vec<String> {
        let normal = Normal::of(text);
        let known = Places::shipped();
        let found: Vec<_> =
            known.find(&normal, language).map(|(from, to)| normal.line[from..to].trim().to_owned()).collect();
        found
    }

    #[test]
    fn towns_regions_and_postcodes_are_places_behind_a_preposition() {
        assert_eq!(places("any outage in South Yorkshire or in BS3?", 0), ["south yorkshire", "bs0"]);
        assert_eq!(places("plus de fibre à Strasbourg, et dans le 78 ? 30129 aussi", 2), ["strasbourg", "0", "0"]);
        assert_eq!(places("Ankara'da internet yok", 7), ["ankara"]);
        assert_eq!(places("kein Netz in München", 1), ["munchen"]);
    }

    #[test]
    fn words_that_are_also_places_are_none_without_one() {
        let nothing: [&str; 0] = [];
        assert_eq!(places("nice, reading on my PS5 with 4G for 78 minutes", 0), nothing);
        assert_eq!(places("j'ai 30 ans", 2), nothing);
    }

    #[test]
    fn languages_stand_where_they_are_said_to() {
        let at = |language: usize| crate::classify::cues::LANGUAGES[language];
        assert_eq!((at(FRENCH), at(TURKISH), FIVE_DIGITS.map(at)), ("fr", "tr", ["de", "fr", "es", "it"]));
    }

    #[test]
    fn every_name_is_in_the_form_it_is_looked_for() {
        for name in Places::shipped().0 {
            assert_eq!(Normal::of(name).line.trim(), name);
        }
    }
}
