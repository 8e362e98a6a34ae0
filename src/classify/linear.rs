//! Linear models over hashed features: several outputs that share one table, fitted by logistic regression with AdaGrad
//! and L2, in an order that a seed decides. The same data, seed and build give the same bytes.

use super::{
    features::{FAMILIES, Family, Reading, Sink},
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
    is_cue: bool,
}

/// One example's features.
pub type Features = Vec<Feature>;

/// What a word or a part of one counts by how rare it is, in units of this (Spärck Jones, 1972): few examples hold most
/// words of a language, and what is learned from them should reach as far as what is learned from many.
const USUAL: f32 = 4.0;

/// What it counts besides: so much as it is, and so much for each unit of the log of how many times likelier it is in
/// outages than in the rest, or the other way round (Wang and Manning, ACL 2012), with so many of each added.
const PLAIN: f32 = 0.6;
const TELLING: f32 = 0.3;
const SMOOTHED: f32 = 0.3;

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

/// A feature: its place in the line, its weight, and its family. Twelve bytes: a text has hundreds.
type Weight = (u32, u32, i16, Family);

/// Features of a text for each letter of its line, about: room is made for so many.
const PARTS_OF_A_LETTER: usize = 4;

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
        let adds = |family: Family, weight: i16| f32::from(weight) * self.scales[family as usize];
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
    edges: usize,
}

impl<E: FnMut((usize, usize), i16, Family)> Sink for Adder<'_, E> {
    fn add(&mut self, family: Family, hash: u32, place: (usize, usize)) {
        // A table of another shape tells nothing; it is never made.
        let Some(weight) = self.table.weights.get((hash >> (32 - self.table.bits)) as usize) else { return };
        self.added.sums[family as usize] += i32::from(*weight);
        self.added.counts[family as usize] += 1;
        (self.each)(place, *weight, family);
    }

    fn edge(&mut self) {
        let (statement, is_end) = (self.edges / 2 % (self.parts.count - 1), self.edges % 2 == 1);
        self.edges += 1;
        let Added { sums, counts } = &mut self.parts.added[1 + statement];
        for family in 0..FAMILIES {
            let (sum, count) = (self.added.sums[family], self.added.counts[family]);
            sums[family] = if is_end { sums[family] + sum } else { sums[family] - sum };
            counts[family] =
                if is_end { counts[family].wrapping_add(count) } else { counts[family].wrapping_sub(count) };
        }
    }
}

/// How a table is fitted.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Places, as a power of two.
    pub bits: u32,
    /// Whether parts of words are looked at.
    pub parts: bool,
    /// Passes over the examples.
    pub passes: usize,
    /// Length of a step.
    pub rate: f32,
    /// Pull towards zero, per example.
    pub decay: f32,
    /// Where the order comes from.
    pub seed: u64,
    /// How many orders are tried; the mean of what comes out is kept.
    pub orders: u64,
    /// Whether words count more that are rare and that tell; for a table of one output.
    pub by_worth: bool,
    /// Parts into which the sources are divided: each order leaves the sources of one out, and each source is left out of
    /// as many orders as any other. One for leaving none out.
    pub parts_of_sources: u64,
}

/// What an example is, for training.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Which outputs are true, as bits.
    pub outputs: u32,
    /// How much it counts.
    pub weight: f32,
    /// How likely it is the other after all: whoever read it was not sure.
    pub doubt: f32,
    /// The number of its source, where it is of one that may be left out.
    pub source: Option<usize>,
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
        let mut features = Vec::with_capacity(reading.normal.line.len() * PARTS_OF_A_LETTER);
        let parts = self.added_up(reading, |(from, to), weight, family| {
            // A text is judged up to a bound far below 4 GiB.
            features.push((from as u32, to as u32, weight, family));
        });
        let scales = std::array::from_fn(|family| scale(family, parts.added[0].counts[family]));
        Weighed { score: parts.score(self), features, scales: scales.map(|scale| scale * self.unit) }
    }

    /// Adds up the weights of the whole and of each statement; `each` is told those of the whole.
    fn added_up(&self, reading: &Reading, each: impl FnMut((usize, usize), i16, Family)) -> Parts {
        let mut adder = Adder { table: self, each, added: Added::default(), parts: Parts::default(), edges: 0 };
        adder.parts.count = 1 + reading.statements.len();
        reading.features(self.parts, &mut adder);
        let Adder { added, mut parts, .. } = adder;
        parts.added[0] = added;
        for (statement, part) in reading.statements.iter().zip(&mut parts.added[1..]) {
            reading.cues(statement, &mut |family: Family, hash: u32, _: (usize, usize)| {
                let Some(weight) = self.weights.get((hash >> (32 - self.bits)) as usize) else { return };
                part.sums[family as usize] += i32::from(*weight);
                part.counts[family as usize] += 1;
            });
        }
        parts
    }

    /// Fits a table to examples and what they are. It is the mean of several, each in an order of its own: a mean of linear
    /// models is one, and steadier than each. Each is also fitted without some of the sources (bagging, Breiman 1996, but
    /// of whole sources): what holds in one source only then counts for less than what holds in all.
    pub fn fit(fit: Fit, outputs: usize, examples: &[Features], wanted: &[Wanted]) -> Self {
        let worth = if fit.by_worth { worth(fit.bits, examples, wanted) } else { vec![1.0; 1 << fit.bits] };
        let mut weights = vec![0_f32; outputs << fit.bits];
        let mut bias = vec![0_f32; outputs];
        let share = 1.0 / fit.orders.max(1) as f32;
        for order in 0..fit.orders {
            let seen = seen(fit, order, wanted);
            let (one, one_bias) = fit_once(fit, (fit.seed + order, seen), outputs, (examples, &worth), wanted);
            weights.iter_mut().zip(one).for_each(|(sum, weight)| *sum += weight * share);
            bias.iter_mut().zip(one_bias).for_each(|(sum, weight)| *sum += weight * share);
        }
        // Learned of words by what they are worth, told by words as they are.
        weights
            .chunks_mut(outputs)
            .zip(worth)
            .for_each(|(place, worth)| place.iter_mut().for_each(|weight| *weight *= worth));
        Self::packed(fit, bias, &weights)
    }

    /// Weights as whole numbers, so that the table is small and its sums do not depend on their order.
    fn packed(fit: Fit, bias: Vec<f32>, weights: &[f32]) -> Self {
        let most = weights.iter().fold(0_f32, |most, weight| most.max(weight.abs()));
        let unit = (most / f32::from(i16::MAX)).max(f32::MIN_POSITIVE);
        let weights = weights.iter().map(|weight| (weight / unit).round() as i16).collect();
        Self { bits: fit.bits, parts: fit.parts, bias, weights, unit }
    }
}

/// How much each place of a table counts: the less, the more examples hold it, and the more, the better it tells outages
/// from the rest. Cues count as they are.
fn worth(bits: u32, examples: &[Features], wanted: &[Wanted]) -> Vec<f32> {
    let mut held = vec![0_u32; 1 << bits];
    let mut is_cue = vec![false; 1 << bits];
    // What outages hold, and what the rest does, with all that they hold behind.
    let mut among = [vec![0_f32; 1 << bits], vec![0_f32; 1 << bits]];
    let mut all = [0_f32; 2];
    for (features, wanted) in examples.iter().zip(wanted) {
        let side = usize::from(wanted.outputs == 0);
        all[side] += wanted.weight;
        for one in features {
            let place = one.place as usize;
            held[place] += 1;
            is_cue[place] |= one.is_cue;
            among[side][place] += wanted.weight;
        }
    }
    let count = examples.len() as f32;
    let rare = |at: usize| (((1.0 + count) / (1.0 + held[at] as f32)).ln() + 1.0) / USUAL;
    let share = |side: usize, at: usize| (among[side][at] + SMOOTHED) / (all[side] + 2.0 * SMOOTHED);
    let tells = |at: usize| PLAIN + TELLING * (share(0, at) / share(1, at)).ln().abs();
    (0..held.len()).map(|at| if is_cue[at] { 1.0 } else { rare(at) * tells(at) }).collect()
}

/// The examples that an order is fitted to. The sources are divided anew whenever each part was left out once.
fn seen(fit: Fit, order: u64, wanted: &[Wanted]) -> Vec<usize> {
    let (round, part) = (order / fit.parts_of_sources, order % fit.parts_of_sources);
    let sources = wanted.iter().filter_map(|wanted| wanted.source).max().map_or(0, |last| last + 1);
    let mut parts: Vec<u64> = (0..sources as u64).map(|source| source % fit.parts_of_sources).collect();
    Random(fit.seed + round).shuffle(&mut parts);
    let is_seen = |source: usize| fit.parts_of_sources == 1 || parts[source] != part;
    (0..wanted.len()).filter(|at| wanted[*at].source.is_none_or(is_seen)).collect()
}

/// Weights and biases after several passes over the examples.
fn fit_once(
    fit: Fit,
    (seed, mut order): (u64, Vec<usize>),
    outputs: usize,
    (examples, worth): (&[Features], &[f32]),
    wanted: &[Wanted],
) -> (Vec<f32>, Vec<f32>) {
    let mut weights = vec![0_f32; outputs << fit.bits];
    let mut squares = vec![1e-2_f32; outputs << fit.bits];
    let mut bias = vec![0_f32; outputs];
    let mut bias_squares = vec![1e-2_f32; outputs];
    let mut random = Random(seed);
    for _ in 0..fit.passes {
        random.shuffle(&mut order);
        for at in &order {
            let (features, Wanted { outputs: bits, weight, doubt, .. }) = (&examples[*at], wanted[*at]);
            for output in 0..outputs {
                let at = |place: u32| place as usize * outputs + output;
                let counted = features.iter().map(|one| (at(one.place), one.value * worth[one.place as usize]));
                let sum: f32 = counted.clone().map(|(place, value)| weights[place] * value).sum();
                let target = if bits & (1 << output) != 0 { 1.0 - doubt } else { doubt };
                let gradient = (logistic(sum + bias[output]) - target) * weight;
                bias_squares[output] += gradient * gradient;
                bias[output] -= fit.rate * gradient / bias_squares[output].sqrt();
                for (place, value) in counted {
                    let slope = gradient * value + fit.decay * weight * weights[place];
                    squares[place] += slope * slope;
                    weights[place] -= fit.rate * slope / squares[place].sqrt();
                }
            }
        }
    }
    (weights, bias)
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
    let mut divider = Divider { bits, found: vec![Vec::new(); reading.statements.len()], edges: 0 };
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
    edges: usize,
}

impl Sink for Divider {
    fn add(&mut self, family: Family, hash: u32, _: (usize, usize)) {
        // After an odd number of edges a statement has begun and not ended.
        if self.edges % 2 == 1 {
            let statement = self.edges / 2 % self.found.len();
            self.found[statement].push((family, hash >> (32 - self.bits)));
        }
    }

    fn edge(&mut self) {
        self.edges += 1;
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

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small, and the same everywhere.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// Shuffles (Fisher and Yates).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for at in (1..values.len()).rev() {
            let other = self.below(at + 1);
            values.swap(at, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_left_out_of_as_many_orders_and_what_is_of_none_of_no_order() {
        let fit = Fit {
            bits: 4,
            parts: false,
            passes: 1,
            rate: 0.1,
            decay: 0.0,
            seed: 7,
            orders: 6,
            by_worth: false,
            parts_of_sources: 3,
        };
        let wanted: Vec<Wanted> = [None, Some(0), Some(1), Some(2), Some(3), Some(4)]
            .map(|source| Wanted { outputs: 1, weight: 1.0, doubt: 0.0, source })
            .to_vec();
        let orders: Vec<Vec<usize>> = (0..fit.orders).map(|order| seen(fit, order, &wanted)).collect();
        let times = |at: usize| orders.iter().filter(|order| order.contains(&at)).count();
        assert_eq!((0..wanted.len()).map(times).collect::<Vec<_>>(), [6, 4, 4, 4, 4, 4]);
        assert_ne!(orders[..3], orders[3..], "the second round divides them anew");
        let whole = Fit { parts_of_sources: 1, ..fit };
        assert_eq!(seen(whole, 5, &wanted).len(), wanted.len());
    }
}
