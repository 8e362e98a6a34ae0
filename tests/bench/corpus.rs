//! A made-up corpus, the same every time: posts of about 400 bytes out of a vocabulary with the frequencies of a language
//! (Zipf), 5,000 services, sixty sources, six languages, two years.

use downwire::model::{Id, Item, ItemKind, Judged, Role, Timestamp, Verdict, verdict::Attribution};

/// Words of the vocabulary.
pub const VOCABULARY: usize = 200_000;
/// Services.
pub const SERVICES: usize = 5_000;
/// Bytes of a post, nearly.
const POST: usize = 400;
/// The last second of the two years.
pub const LAST: i64 = 1_766_000_000;
const SECONDS: i64 = 2 * 365 * 86_400;

/// A small generator of numbers: splitmix64.
#[derive(Clone)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next one.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// One below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Words with their frequencies.
pub struct Words {
    words: Vec<String>,
    sums: Vec<f64>,
}

impl Words {
    /// The vocabulary, most frequent first.
    pub fn new(count: usize, start: &str) -> Self {
        let words = (0..count).map(|number| format!("{start}{}", word(number))).collect();
        let mut sum = 0.0;
        let sums = (1..=count)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { words, sums }
    }

    /// A word as often as it is used.
    pub fn draw(&self, numbers: &mut Numbers) -> &str {
        let all = self.sums.last().copied().unwrap_or(1.0);
        let at = (numbers.next() >> 11) as f64 / (1_u64 << 53) as f64 * all;
        &self.words[self.sums.partition_point(|sum| *sum < at).min(self.words.len() - 1)]
    }

    /// The word of a rank, from 0.
    pub fn rank(&self, rank: usize) -> &str {
        &self.words[rank]
    }
}

/// Syllables, so that words look like words: short ones first.
fn word(mut number: usize) -> String {
    const SYLLABLES: [&str; 40] = [
        "ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa", "ze", "bri",
        "clo", "dru", "fla", "gre", "kni", "plo", "stu", "tra", "ven", "sol", "mar", "tin", "kor", "lum", "pex", "rud",
        "sax", "tol", "vim", "wex", "yor", "zan",
    ];
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[number % 40]);
        number /= 40;
        if number == 0 {
            return word;
        }
        number -= 1;
    }
}

/// The corpus.
pub struct Corpus {
    /// The vocabulary.
    pub words: Words,
    /// The services.
    pub services: Words,
    numbers: Numbers,
    count: usize,
    number: usize,
}

impl Corpus {
    /// `count` posts from this seed.
    pub fn new(count: usize, seed: u64) -> Self {
        let (words, services) = (Words::new(VOCABULARY, ""), Words::new(SERVICES, "S-"));
        Self { words, services, numbers: Numbers(seed), count, number: 0 }
    }

    fn text(&mut self, length: usize) -> String {
        let length = length / 2 + self.numbers.below(length);
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            text.push_str(self.words.draw(&mut self.numbers));
            text.push(' ');
        }
        text
    }
}

impl Iterator for Corpus {
    type Item = Judged<Item>;

    fn next(&mut self) -> Option<Judged<Item>> {
        if self.number >= self.count {
            return None;
        }
        let service = self.services.draw(&mut self.numbers).to_owned();
        let text = format!("{service} {}", self.text(POST));
        // From old to new, as a feed brings them, a little out of order.
        let second = LAST - SECONDS + SECONDS * self.number as i64 / self.count as i64 + self.numbers.below(600) as i64;
        let at = Timestamp::from_second(second).expect("an instant");
        let native_id = self.number.to_string();
        self.number += 1;
        let source = self.numbers.below(60);
        let outage = self.numbers.below(5) == 0;
        let value = Item {
            id: Id::derive("bench", &native_id),
            source: format!("source {source}"),
            native_id,
            kind: ItemKind::Post,
            url: Some(format!("https://example.org/{}", self.number)),
            title: String::new(),
            text,
            author: None,
            language: Some(["en", "de", "fr", "es", "ja", "pt"][self.numbers.below(6)].to_owned()),
            published_at: at,
            published_estimated: false,
            updated_at: None,
            received_at: at,
            hidden: false,
            post: None,
        };
        let verdict = Verdict {
            outage,
            score: if outage { 0.8 } else { 0.2 },
            scope: downwire::model::Scope::Unclear,
            services: vec![Attribution { name: service, role: Role::Affected, unlisted: false }],
            phase: None,
            symptoms: Vec::new(),
            cause: None,
            sub_cause: None,
            why: vec!["‘down’".to_owned()],
            version: "bench".to_owned(),
        };
        Some(Judged { value, verdict, facts: Vec::new() })
    }
}
