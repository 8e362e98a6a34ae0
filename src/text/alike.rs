//! Near-duplicates: the same story in two feeds.
//!
//! Words of short texts, three-word shingles of long ones; MinHash signatures in bands find candidates (methods 6b, stage
//! 0 proposes SimHash for long texts; MinHash does both with one table), and the sets themselves decide. Numbers of a
//! short text must be the same: “3 services down” and “4 services down” are two stories. The hashes are part of the
//! archive: they must never change.

use std::collections::BTreeSet;

use super::words::words;

/// Fewer words say too little: `ChatGPT is down` is written by everybody, every time.
const FEWEST: usize = 8;

/// Up to this many words a text is compared by its words …
const SHORT: usize = 60;

/// … and from this many on by its shingles: two texts of nearly one length always have one of the two in common.
const LONG: usize = 40;

/// How alike the words of two short texts, and the shingles of two long ones, must be (Jaccard).
const SHORT_ALIKE: f64 = 0.8;
const LONG_ALIKE: f64 = 0.6;

/// How much of the numbers of two long texts must be the same: what fills a form differs in nothing else.
const NUMBERS_ALIKE: f64 = 0.7;

/// How alike the titles of two texts under one address must be.
const SAME_ADDRESS: f64 = 0.5;

/// How much of a text is compared, in bytes.
const COMPARED: usize = 16 * 1_024;

/// Bands of a signature, of two hashes each: texts that are alike by 0.6 share one of four with 83 %, by 0.8 with 98 %; by
/// 0.8 one of three with 95 %.
const SHORT_BANDS: u64 = 3;
const LONG_BANDS: u64 = 4;

/// What a text is compared by.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    title: BTreeSet<u64>,
    numbers: BTreeSet<u64>,
    /// Of a short text.
    words: Option<BTreeSet<u64>>,
    /// Of a long one.
    shingles: Option<BTreeSet<u64>>,
    /// Of the address, without what says only where the reader came from.
    address: Option<u64>,
}

impl Likeness {
    /// Of a title, a text and the address where it is read; `None` for what says too little to be told from others.
    pub fn of(title: &str, text: &str, url: Option<&str>) -> Option<Self> {
        let mut text = text.to_owned();
        super::html::cut(&mut text, COMPARED);
        let title_words = words(title);
        let mut all = title_words.clone();
        all.extend(words(&text));
        let address = url.and_then(address);
        if all.len() < FEWEST && address.is_none() {
            return None;
        }
        let numbers = all.iter().filter(|word| word.contains(|letter: char| letter.is_ascii_digit()));
        let shingles = || all.windows(3).map(|three| hash(three.join(" ").bytes())).collect();
        Some(Self {
            title: title_words.iter().map(|word| hash(word.bytes())).collect(),
            numbers: numbers.map(|word| hash(word.bytes())).collect(),
            words: (FEWEST..=SHORT).contains(&all.len()).then(|| all.iter().map(|word| hash(word.bytes())).collect()),
            shingles: (all.len() >= LONG).then(shingles),
            address,
        })
    }

    /// The keys under which it is looked up: two texts that are alike share at least one, nearly always.
    pub fn keys(&self) -> Vec<i64> {
        // Short texts need the same numbers: so do their keys.
        let numbers = self.numbers.iter().fold(1, |all, number| mix(all ^ number));
        let mut keys: Vec<i64> = Vec::new();
        keys.extend(self.words.iter().flat_map(|words| bands(words, numbers, SHORT_BANDS)));
        keys.extend(self.shingles.iter().flat_map(|shingles| bands(shingles, 2, LONG_BANDS)));
        keys.extend(self.address.map(|address| mix(address) as i64));
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether the two tell the same story in the same words.
    pub fn is_like(&self, other: &Self) -> bool {
        let same_address = self.address.is_some() && self.address == other.address;
        if same_address && jaccard(&self.title, &other.title) >= SAME_ADDRESS {
            return true;
        }
        match (&self.words, &other.words, &self.shingles, &other.shingles) {
            (Some(one), Some(two), ..) => self.numbers == other.numbers && jaccard(one, two) >= SHORT_ALIKE,
            (.., Some(one), Some(two)) => {
                let numbers = self.numbers == other.numbers || jaccard(&self.numbers, &other.numbers) >= NUMBERS_ALIKE;
                numbers && jaccard(one, two) >= LONG_ALIKE
            }
            _ => false,
        }
    }
}

/// The bands of a signature, each a number of the database. `kind` keeps apart what is not to be compared.
fn bands(parts: &BTreeSet<u64>, kind: u64, count: u64) -> Vec<i64> {
    let least = |number: u64| parts.iter().map(|part| mix(part ^ mix(number))).min();
    let band = |number: u64| {
        let (one, two) = (least(number * 2 + 1)?, least(number * 2 + 2)?);
        Some(mix(one ^ mix(two ^ mix(kind) ^ number)) as i64)
    };
    (0..count).filter_map(band).collect()
}

/// Host and path, and of the query what does not merely say where the reader came from. Front pages have none.
fn address(url: &str) -> Option<u64> {
    let url = url::Url::parse(url).ok().filter(|url| url.path().len() > 1 || url.query().is_some())?;
    let host = url.host_str()?.trim_start_matches("www.");
    let is_telling = |(name, _): &(_, _)| {
        let name: &std::borrow::Cow<'_, str> = name;
        !name.starts_with("utm_") && !matches!(&**name, "ref" | "source" | "fbclid" | "gclid" | "cmp" | "at_medium")
    };
    let query: Vec<String> =
        url.query_pairs().filter(is_telling).map(|(name, value)| format!("{name}={value}")).collect();
    let path = url.path().trim_end_matches('/');
    Some(hash(format!("{host}{path}?{}", query.join("&")).bytes()))
}

/// What the two share, of all that they have.
fn jaccard(one: &BTreeSet<u64>, two: &BTreeSet<u64>) -> f64 {
    let shared = one.intersection(two).count();
    let all = one.len() + two.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// FNV-1a, 64 bits.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of splitmix64: every bit depends on every bit.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(title: &str, text: &str, url: Option<&str>) -> Likeness {
        Likeness::of(title, text, url).expect("says enough")
    }

    fn share_a_key(one: &Likeness, two: &Likeness) -> bool {
        one.keys().iter().any(|key| two.keys().contains(key))
    }

    #[test]
    fn the_same_story_is_found_again_and_another_is_not() {
        let text = "Engineers at the hosting company said the power came back in one of the two halls shortly before noon, \
                    but that the storage needed hours more to check its disks, and customers should expect errors until \
                    the evening. The company promised a report within a week, and a credit for everybody concerned.";
        let one = of("Power failure takes the host down", text, Some("https://a.example/x?utm_source=rss"));
        let copy =
            of("Power failure takes host down", &format!("{text} Reporting by wire."), Some("https://b.example/y"));
        assert!(one.is_like(&copy) && share_a_key(&one, &copy));
        let other = of(
            "Power failure takes the host down",
            &"Nothing of it is true, said the mayor of the town. ".repeat(8),
            None,
        );
        assert!(!one.is_like(&other));
        let address = of("Power failure takes the host down: live", "read on", Some("https://www.a.example/x/#top"));
        assert!(one.is_like(&address) && share_a_key(&one, &address));
    }

    #[test]
    fn short_texts_need_the_same_numbers() {
        let one = of("", "Error 503 on the login page of the bank since nine o'clock this morning", None);
        let two = of("", "Error 502 on the login page of the bank since nine o'clock this morning", None);
        let same = of("", "error 503 on the login page of the bank, since nine o'clock this morning!", None);
        assert!(!one.is_like(&two));
        assert!(one.is_like(&same) && share_a_key(&one, &same));
        assert_eq!(Likeness::of("ChatGPT is down", "", None), None);
    }

    #[test]
    fn keys_are_part_of_the_archive_and_never_change() {
        let keys = of("Power failure takes the big host down again today", "", Some("https://e.org/a")).keys();
        assert_eq!(keys.len(), 4);
        assert_eq!(keys[0], KNOWN);
    }

    /// The least key of the text above, as the first version computed it.
    const KNOWN: i64 = -2_819_149_956_038_196_186;
}
