//! Where it is out: a town or a region behind a preposition (`in Leeds`, `dans la Drôme`; in Turkish before an
//! ending), or a postcode (`BS3`, `M4 1AB`, `30129`, `dans le 78`). Whoever says where means more than one line.
//! The names are in `data/places.txt`; scripts that are written without our prepositions have theirs among the cues.

use std::collections::HashSet;

use super::normal::Normal;
use crate::text::data::lines;

/// What stands before a place, in the languages of [`LANGUAGES`](super::languages) that have it so.
const BEFORE: [&[&str]; 9] = [
    &["in", "at", "near", "around", "across", "from", "throughout"],
    &["in", "im", "am", "bei", "um", "aus", "raum", "rund", "region", "umgebung"],
    &["a", "au", "aux", "sur", "dans", "en", "vers", "pres", "cote", "secteur", "region", "ville", "autour"],
    &["en", "desde", "por", "zona", "cerca", "ciudad"],
    &["em", "no", "na", "nos", "nas", "regiao", "zona", "cidade"],
    &["a", "in", "ad", "su", "nel", "nella", "nello", "nell", "nei", "nelle", "al", "sul", "sulla", "zona", "citta"],
    &["w", "we", "na"],
    &[],
    &["di", "wilayah", "daerah", "area"],
];

/// What may stand between the two (`in the Midlands`, `nella zona di Milano`).
const BETWEEN: [&[&str]; 9] = [
    &["the"],
    &["der", "dem", "den", "die", "das", "von"],
    &["la", "le", "les", "l", "de", "d"],
    &["el", "la", "los", "las", "de"],
    &["o", "a", "os", "as", "de", "do", "da"],
    &["il", "lo", "la", "l", "i", "gli", "le", "di"],
    &[],
    &[],
    &["kota", "kabupaten", "provinsi", "wilayah", "daerah"],
];

/// What stands behind a place in Turkish, joined by an apostrophe that folding parts.
const BEHIND: [&str; 8] = ["da", "de", "ta", "te", "dan", "den", "daki", "deki"];

/// Tokens of the longest name.
const LONGEST: usize = 4;

/// The postcode areas of the United Kingdom.
const AREAS: &str = "ab al ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy ec eh en ex \
                     fk fy gl gu ha hd hg hp hr hs hu hx ig ip iv ka kt kw ky la ld le ll ln ls lu me mk ml ne ng nn np nr \
                     nw ol ox pa pe ph pl po pr rg rh rm sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw \
                     ub wa wc wd wf wn wr ws wv yo ze b e g l m n s w";

/// Those with which the names of other things begin (`EC2`, `CO2`, `IP6`, `SE2`, `MK4`), as with every one of a single
/// letter (`S3`, `M1`): they need the second half.
const TAKEN: [&str; 12] = ["al", "bt", "co", "ec", "ex", "hp", "ip", "me", "mk", "pr", "se", "ts"];
const DISTRICTS: std::ops::RangeInclusive<u32> = 1..=99;

/// Languages as places in the list of languages.
const ENGLISH: usize = 0;
const FRENCH: usize = 2;
const TURKISH: usize = 7;

const DEPARTMENTS: std::ops::RangeInclusive<u32> = 1..=95;
const FRENCH_CODES: std::ops::Range<u32> = 10_000..99_000;

/// The names that are known.
#[derive(Debug, Clone)]
pub struct Places {
    names: HashSet<&'static str>,
    /// By language and first letter, how long words are that lead to a place, as bits: most words are told apart by that.
    leading: [[u16; LETTERS]; BEFORE.len()],
}

/// Letters of the alphabet.
const LETTERS: usize = 26;

impl Places {
    /// The ones in the crate.
    pub fn shipped() -> Self {
        let names = lines(include_str!("data/places.txt")).flat_map(|line| line.split(';'));
        let mut leading = [[0; LETTERS]; BEFORE.len()];
        for (lengths, words) in leading.iter_mut().zip(BEFORE.iter().zip(BETWEEN).map(|(a, b)| [*a, b].concat())) {
            for word in words {
                if let Some(of_letter) = letter(word).and_then(|letter| lengths.get_mut(letter)) {
                    *of_letter |= 1 << word.len();
                }
            }
        }
        Self { names: names.map(str::trim).filter(|name| !name.is_empty()).collect(), leading }
    }

    /// Where places are named in a line that is in a language.
    pub fn find<'a>(&'a self, normal: &'a Normal, language: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        // No place begins inside another: `york` of `new york`.
        let mut free = 0;
        (0..normal.tokens.len()).filter_map(move |at| {
            let found = (at >= free).then(|| self.place(normal, language, at));
            let last = found.flatten()?;
            free = last + 1;
            Some((normal.tokens[at].0 as usize - 1, normal.tokens[last].1 as usize + 1))
        })
    }

    /// The last token of a place that begins with a token.
    fn place(&self, normal: &Normal, language: usize, at: usize) -> Option<usize> {
        let is_led_to = self.is_led_to(normal, language, at);
        // Most words are not led to, and only Turkish says behind a name that it is a place.
        let may_be_named = is_led_to || language == TURKISH;
        let named = || self.named(normal, at, |last| is_led_to || is_followed(normal, language, last));
        let british = || (language == ENGLISH).then(|| british_postcode(normal, at)).flatten();
        let french = || (language == FRENCH).then(|| self.french_postcode(normal, is_led_to, at)).flatten();
        may_be_named.then(named).flatten().or_else(british).or_else(french)
    }

    /// Whether a token stands behind a preposition of place, English or of the language; an article may stand between them.
    fn is_led_to(&self, normal: &Normal, language: usize, at: usize) -> bool {
        let before = |back: usize| at.checked_sub(back).map_or("", |before| normal.token(before));
        let near = before(1);
        let languages = [ENGLISH, language];
        let may_lead = |language: &usize| self.leading.get(*language).is_some_and(|lengths| may_lead(lengths, near));
        if !languages.iter().any(may_lead) {
            return false;
        }
        let far = before(2);
        languages.iter().filter_map(|language| BEFORE.get(*language).zip(BETWEEN.get(*language))).any(
            |(prepositions, articles)| {
                prepositions.contains(&near) || (articles.contains(&near) && prepositions.contains(&far))
            },
        )
    }

    /// The last token of the longest name that begins with a token, among those that may be the last.
    fn named(&self, normal: &Normal, at: usize, may_end: impl Fn(usize) -> bool) -> Option<usize> {
        let start = normal.tokens[at].0 as usize;
        let mut lasts = (at..(at + LONGEST).min(normal.tokens.len())).rev().filter(|last| may_end(*last));
        lasts.find(|last| self.names.contains(&normal.line[start..normal.tokens[*last].1 as usize]))
    }

    /// Of a French postcode, alone or before a known name (`30900 Nîmes`), or of the number of a department behind
    /// `dans le`.
    fn french_postcode(&self, normal: &Normal, is_led_to: bool, at: usize) -> Option<usize> {
        let number = normal.numbers[at];
        if normal.token(at) != "0" {
            return None;
        }
        if DEPARTMENTS.contains(&number) {
            let before = |back: usize| at.checked_sub(back).map_or("", |before| normal.token(before));
            return (before(1) == "le" && matches!(before(2), "dans" | "sur" | "partout")).then_some(at);
        }
        if !FRENCH_CODES.contains(&number) {
            return None;
        }
        let name = (at + 1 < normal.tokens.len()).then(|| self.named(normal, at + 1, |_| true)).flatten();
        // A round number counts people: `sur 15000 abonnés`, `12300 clients`. Others of five digits are rare in French but
        // for postcodes.
        let round = if is_led_to { 1000 } else { 100 };
        name.or((!number.is_multiple_of(round)).then_some(at))
    }
}

fn may_lead(lengths: &[u16; LETTERS], word: &str) -> bool {
    letter(word).is_some_and(|letter| word.len() < 16 && lengths[letter] & (1 << word.len()) != 0)
}

/// The place of the first letter of a word in the alphabet.
fn letter(word: &str) -> Option<usize> {
    word.bytes().next().filter(u8::is_ascii_lowercase).map(|byte| usize::from(byte - b'a'))
}

/// Whether a Turkish ending of place stands behind a token.
fn is_followed(normal: &Normal, language: usize, last: usize) -> bool {
    language == TURKISH && BEHIND.contains(&normal.token(last + 1))
}

/// The last token of a British postcode: its first half (`BS3`), or with the second (`M4 1AB`).
fn british_postcode(normal: &Normal, at: usize) -> Option<usize> {
    if !DISTRICTS.contains(&normal.numbers[at]) {
        return None;
    }
    let token = normal.token(at);
    let area = token.split('0').next().filter(|area| !area.is_empty() && area.len() + 2 >= token.len())?;
    if !AREAS.split_ascii_whitespace().any(|known| known == area) {
        return None;
    }
    let second = normal.token(at + 1).strip_prefix('0');
    if second.is_some_and(|letters| letters.len() == 2 && letters.bytes().all(|letter| letter.is_ascii_lowercase())) {
        return Some(at + 1);
    }
    (area.len() == 2 && !TAKEN.contains(&area)).then_some(at)
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

    const NOTHING: [&str; 0] = [];

    #[test]
    fn towns_and_regions_are_places_behind_a_preposition() {
        assert_eq!(places("any outage in South Yorkshire or in New York?", 0), ["south yorkshire", "new york"]);
        assert_eq!(places("plus de fibre à Strasbourg", 2), ["strasbourg"]);
        assert_eq!(places("kein Netz in München", 1), ["munchen"]);
        assert_eq!(places("queda no Rio Grande do Sul e em São Paulo", 4), ["rio grande do sul", "sao paulo"]);
    }

    #[test]
    fn an_article_may_stand_between_preposition_and_place() {
        for (text, language, name) in [
            ("no signal in the Midlands", 0, "midlands"),
            ("panne dans la Drôme", 2, "drome"),
            ("panne dans le Nord", 2, "nord"),
            ("panne sur la Loire", 2, "loire"),
            ("guasto nella zona di Milano", 5, "milano"),
            ("guasto nel Lazio", 5, "lazio"),
            ("sem sinal na Bahia", 4, "bahia"),
            ("sem sinal no Rio", 4, "rio"),
            ("sin luz en el Bronx", 3, "bronx"),
            ("kein Netz im Saarland", 1, "saarland"),
            ("kein Netz in der Pfalz", 1, "pfalz"),
        ] {
            assert_eq!(places(text, language), [name], "{text}");
        }
    }

    #[test]
    fn a_turkish_ending_stands_behind_the_whole_name() {
        assert_eq!(places("Ankara'da internet yok", 7), ["ankara"]);
        assert_eq!(places("Afyon Karahisar'da internet yok", 7), ["afyon karahisar"]);
        assert_eq!(places("Ankara internet yok", 7), NOTHING);
    }

    #[test]
    fn a_british_postcode_that_could_be_something_else_needs_its_second_half() {
        assert_eq!(places("no signal, BS3", 0), ["bs0"]);
        assert_eq!(places("anyone out in BS3, near EC1A 1BB or M4 1AB?", 0), ["bs0", "ec0a 0bb", "m0 0ab"]);
        for text in ["flight from BA117", "SE2 PS5 M4 E5 4G TV2", "outage in S3 and in EC2", "in 4G"] {
            assert_eq!(places(text, 0), NOTHING, "{text}");
        }
        assert_eq!(places("kein Netz in BS3", 1), NOTHING);
    }

    #[test]
    fn a_french_postcode_is_no_round_number() {
        assert_eq!(places("coupure dans le 78, à 30129 et 30900 Nîmes", 2), ["0", "0", "0 nimes"]);
        assert_eq!(places("plus de fibre 30129", 2), ["0"]);
        assert_eq!(places("12300 erreurs sur 15000 clients", 2), NOTHING);
        for language in [0, 1, 3, 5] {
            assert_eq!(places("12345 errors in 12345", language), NOTHING);
        }
    }

    #[test]
    fn words_that_are_also_places_are_none() {
        assert_eq!(places("nice, reading on my PS5 with 4G for 78 minutes", 0), NOTHING);
        assert_eq!(places("a call from Charlotte, in bow and in reading, at Santander", 0), NOTHING);
        assert_eq!(places("a como, al pasto, in vista", 5), NOTHING);
        assert_eq!(places("no natal, na mesa, no plano", 4), NOTHING);
        assert_eq!(places("j'ai 30 ans, sur le marche, au salon", 2), NOTHING);
    }

    #[test]
    fn languages_stand_where_they_are_said_to() {
        let at = |language: usize| crate::classify::cues::LANGUAGES[language];
        assert_eq!([ENGLISH, FRENCH, TURKISH].map(at), ["en", "fr", "tr"]);
    }

    #[test]
    fn every_name_is_in_the_form_it_is_looked_for() {
        for name in Places::shipped().names {
            assert_eq!(Normal::of(name).line.trim(), name);
            assert!(name.split(' ').count() <= LONGEST, "{name}");
        }
    }
}
