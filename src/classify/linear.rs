//! Linear models over hashed features: several outputs that share one table. How they are fitted is in
//! [`fit`](super::fit).

use super::{
    features::{FAMILIES, Family, Reading, Sink, parts_of},
    statements,
};

/// One feature of an example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// Its place in the table.
    pub place: u32,
    /// Its value.
    pub value: f32,
    /// Whether a cue stands there. Cues are few and known, however often they are found.
    pub(super) is_cue: bool,
}

/// One example's features.
pub type Features = Vec<Feature>;

/// What a family's features count, by the root of their number. Cues count in full.
const SCALE: [f32; FAMILIES] = [2.0, 2.0, 1.0, 0.5];

/// A table of weights: `1 << bits` places with a weight for each output, and a bias for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Places, as a power of two.
    pub bits: u32,
    /// Whether parts of words are looked at.
    pub parts: bool,
    /// The biases, one for each output.
    pub bias: Vec<f32>,
    /// The weights, place by place, in units of `unit`.
    pub weights: Vec<i16>,
    /// What a weight of one counts.
    pub unit: f32,
}

/// A feature, or the parts of a word: its place in the line, its weight, and its family.
type Weight = (u32, u32, i32, Family);

/// Features of a text for each of its tokens, about: room is made for so many.
const FEATURES_OF_A_TOKEN: usize = 8;

/// What the features of a text weigh.
pub struct Weighed {
    /// The score of the text.
    pub score: f32,
    features: Vec<Weight>,
    scales: [f32; FAMILIES],
}

impl Weighed {
    /// What each feature adds to the sum, with its place in the line.
    pub fn contributions(&self) -> impl Iterator<Item = (Family, (usize, usize), f32)> + '_ {
        let adds = |family: Family, weight: i32| weight as f32 * self.scales[family as usize];
        self.features
            .iter()
            .map(move |(from, to, weight, family)| (*family, (*from as usize, *to as usize), adds(*family, *weight)))
    }
}

/// What features add up to by family, and how many they are.
#[derive(Debug, Clone, Copy, Default)]
struct Added {
    sums: [i32; FAMILIES],
    counts: [u32; FAMILIES],
}

impl Added {
    fn add(&mut self, family: Family, weight: i32, count: u32) {
        self.sums[family as usize] += weight;
        self.counts[family as usize] += count;
    }

    /// Adds what came together of these, or takes it away.
    fn merge(&mut self, other: &Self, is_added: bool) {
        for family in 0..FAMILIES {
            let (sum, count) = (other.sums[family], other.counts[family]);
            let (sums, counts) = (&mut self.sums[family], &mut self.counts[family]);
            *sums = if is_added { *sums + sum } else { *sums - sum };
            *counts = if is_added { counts.wrapping_add(count) } else { counts.wrapping_sub(count) };
        }
    }

    fn total(&self, table: &Table) -> f32 {
        let families = self.sums.iter().zip(self.counts).enumerate();
        let sum: f32 = families.map(|(family, (sum, count))| *sum as f32 * scale(family, count)).sum();
        table.bias[0] + sum * table.unit
    }
}

/// The same of a text, first, and of each of its statements.
#[derive(Debug, Default)]
struct Parts {
    count: usize,
    added: [Added; 1 + statements::MOST],
}

impl Parts {
    fn score(&self, table: &Table) -> f32 {
        let total = |added: &Added| added.total(table);
        statements::blended(total(&self.added[0]), self.added[1..self.count].iter().map(total))
    }
}

/// Adds up features of the whole. What a statement adds is what has come together between its beginning and its end.
struct Adder<'a, E> {
    table: &'a Table,
    each: E,
    added: Added,
    parts: Parts,
}

impl<E: FnMut((usize, usize), i32, Family)> Sink for Adder<'_, E> {
    fn add(&mut self, family: Family, hash: u32, place: (usize, usize)) {
        let Some(weight) = self.table.weight(hash) else { return };
        self.added.add(family, weight, 1);
        (self.each)(place, weight, family);
    }

    fn add_parts(&mut self, word: &[u8], place: (usize, usize)) {
        let (mut sum, mut count) = (0, 0);
        parts_of(word, |hash| {
            sum += self.table.weight(hash).unwrap_or_default();
            count += 1;
        });
        self.added.add(Family::Part, sum, count);
        (self.each)(place, sum, Family::Part);
    }

    fn begins(&mut self, statement: usize) {
        self.parts.added[1 + statement].merge(&self.added, false);
    }

    fn ends(&mut self, statement: usize) {
        self.parts.added[1 + statement].merge(&self.added, true);
    }
}

impl Table {
    /// The sums of every output for a text; `OUTPUTS` is how many the table has.
    pub fn sums<const OUTPUTS: usize>(&self, reading: &Reading) -> [f32; OUTPUTS] {
        let shift = 32 - self.bits;
        let mut sums = [[0_i32; OUTPUTS]; FAMILIES];
        let mut counts = [0_u32; FAMILIES];
        reading.features(self.parts, &mut |family: Family, hash: u32, _: (usize, usize)| {
            let place = (hash >> shift) as usize * OUTPUTS;
            // A table of another shape tells nothing; it is never made.
            let Some(weights) = self.weights.get(place..place + OUTPUTS) else { return };
            for (sum, weight) in sums[family as usize].iter_mut().zip(weights) {
                *sum += i32::from(*weight);
            }
            counts[family as usize] += 1;
        });
        std::array::from_fn(|output| {
            let families = sums.iter().zip(counts).enumerate();
            let sum: f32 = families.map(|(family, (sums, count))| sums[output] as f32 * scale(family, count)).sum();
            self.bias.get(output).copied().unwrap_or_default() + sum * self.unit
        })
    }

    /// The sum of the first output for features that were read before.
    pub fn score(&self, features: &Features) -> f32 {
        let sum: f32 = features.iter().map(|one| f32::from(self.weights[one.place as usize]) * one.value).sum();
        self.bias[0] + sum * self.unit
    }

    /// The score of a text by a table that has but one output: of the whole and of its strongest statement.
    pub fn judged(&self, reading: &Reading) -> f32 {
        self.added_up(reading, |_, _, _| {}).score(self)
    }

    /// The same, with what every feature weighs in the whole: for a verdict that says why, in one walk over the features.
    pub fn weigh(&self, reading: &Reading) -> Weighed {
        let mut features = Vec::with_capacity(reading.normal.tokens.len() * FEATURES_OF_A_TOKEN);
        let parts = self.added_up(reading, |(from, to), weight, family| {
            // A text is judged up to a bound far below 4 GiB.
            features.push((from as u32, to as u32, weight, family));
        });
        let scales = std::array::from_fn(|family| scale(family, parts.added[0].counts[family]));
        Weighed { score: parts.score(self), features, scales: scales.map(|scale| scale * self.unit) }
    }

    /// The weight of a feature, of a table that has but one output. A table of another shape tells nothing; it is never made.
    fn weight(&self, hash: u32) -> Option<i32> {
        self.weights.get((hash >> (32 - self.bits)) as usize).map(|weight| i32::from(*weight))
    }

    /// Adds up the weights of the whole and of each statement; `each` is told those of the whole.
    fn added_up(&self, reading: &Reading, each: impl FnMut((usize, usize), i32, Family)) -> Parts {
        let parts = Parts { count: 1 + reading.statements.len(), ..Parts::default() };
        let mut adder = Adder { table: self, each, added: Added::default(), parts };
        reading.features(self.parts, &mut adder);
        let Adder { added, mut parts, .. } = adder;
        parts.added[0] = added;
        for (statement, part) in reading.statements.iter().zip(&mut parts.added[1..]) {
            reading.cues(statement, &mut |family: Family, hash: u32, _: (usize, usize)| {
                if let Some(weight) = self.weight(hash) {
                    part.add(family, weight, 1);
                }
            });
        }
        parts
    }
}

/// The features of a text for a table of `1 << bits` places.
pub fn features(reading: &Reading, bits: u32, parts: bool) -> Features {
    let mut found = Vec::new();
    reading
        .features(parts, &mut |family: Family, hash: u32, _: (usize, usize)| found.push((family, hash >> (32 - bits))));
    valued(&found)
}

/// The features of each statement of a text; none where it is but one.
pub fn features_of_statements(reading: &Reading, bits: u32, parts: bool) -> Vec<Features> {
    let mut divider = Divider { bits, found: vec![Vec::new(); reading.statements.len()], open: None };
    reading.features(parts, &mut divider);
    for (statement, found) in reading.statements.iter().zip(&mut divider.found) {
        reading.cues(statement, &mut |family: Family, hash: u32, _: (usize, usize)| {
            found.push((family, hash >> (32 - bits)));
        });
    }
    divider.found.iter().map(|found| valued(found)).collect()
}

/// Divides the words of a text among its statements.
struct Divider {
    bits: u32,
    found: Vec<Vec<(Family, u32)>>,
    /// The statement that has begun and not ended.
    open: Option<usize>,
}

impl Sink for Divider {
    fn add(&mut self, family: Family, hash: u32, _: (usize, usize)) {
        if let Some(statement) = self.open {
            self.found[statement].push((family, hash >> (32 - self.bits)));
        }
    }

    fn begins(&mut self, statement: usize) {
        self.open = Some(statement);
    }

    fn ends(&mut self, _: usize) {
        self.open = None;
    }
}

/// Features with their values, each place once.
fn valued(found: &[(Family, u32)]) -> Features {
    let mut counts = [0_u32; FAMILIES];
    found.iter().for_each(|(family, _)| counts[*family as usize] += 1);
    let value = |family: Family| scale(family as usize, counts[family as usize]);
    let one = |&(family, place): &(Family, u32)| Feature { place, value: value(family), is_cue: family == Family::Cue };
    let mut all: Features = found.iter().map(one).collect();
    // Values that fall on one place are added up in the order of the text, the same on every machine.
    all.sort_by_key(|one| one.place);
    all.dedup_by(|later, kept| {
        let same = later.place == kept.place;
        if same {
            kept.value += later.value;
            kept.is_cue |= later.is_cue;
        }
        same
    });
    all
}

fn scale(family: usize, count: u32) -> f32 {
    let scale = SCALE[family];
    if family == Family::Cue as usize { scale } else { scale / (count.max(1) as f32).sqrt() }
}

/// The logistic function.
pub fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::sync::LazyLock;

    use super::*;
    use crate::{
        catalogue::Catalogue,
        classify::{reader::Reader, weights::Weights},
        model::ItemKind,
    };

    static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(&Catalogue::built_in()));
    static TABLE: LazyLock<Table> = LazyLock::new(|| Weights::shipped().relevance);

    fn read(text: &str, kind: ItemKind) -> Reading {
        let mut reading = Reading::default();
        READER.read(text, kind, "", &mut reading);
        reading
    }

    /// What training crosses, which adds up features that were read before.
    fn as_trained(reading: &Reading) -> f32 {
        let whole = TABLE.score(&features(reading, TABLE.bits, TABLE.parts));
        let statements = features_of_statements(reading, TABLE.bits, TABLE.parts);
        statements::blended(whole, statements.iter().map(|statement| TABLE.score(statement)))
    }

    proptest! {
        #[test]
        fn a_text_is_judged_as_it_was_trained(
            words in proptest::collection::vec("(is|down|again\\.|your|systems|bill\\?|(no )?signal!|昨日から。|für|4g\\.)", 0..60),
            kind in 0..4_usize,
        ) {
            let reading = read(&words.join(" "), ItemKind::ALL[kind]);
            let (judged, trained) = (TABLE.judged(&reading), as_trained(&reading));
            prop_assert!((judged - trained).abs() < 1e-2, "{judged} {trained} {:?}", reading.statements);
            prop_assert!((TABLE.weigh(&reading).score - judged).abs() < 1e-4);
        }
    }

    #[test]
    fn what_is_said_plainly_is_not_drowned_by_what_stands_around_it() {
        let around = "An hour on hold to cancel my contract, and the agent wants a fee of £150 for the new sim.";
        let plainly = format!("{around} Now your website is down for everybody.");
        let reading = read(&plainly, ItemKind::Post);
        assert_eq!(reading.statements.len(), 2, "{:?}", reading.statements);
        let whole = TABLE.score(&features(&reading, TABLE.bits, TABLE.parts));
        assert!(TABLE.judged(&reading) > whole);
    }
}
