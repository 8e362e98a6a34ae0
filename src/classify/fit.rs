//! Fitting a table: logistic regression with AdaGrad and L2, in an order that a seed decides. The same data, seed and
//! build give the same bytes.

use super::linear::{Features, Table, logistic};

/// What a word or a part of one counts by how rare it is, in units of this (Spärck Jones, 1972): few examples hold most
/// words of a language, and what is learned from them should reach as far as what is learned from many.
const USUAL: f32 = 4.0;

/// What it counts besides: so much as it is, and so much for each unit of the log of how many times likelier it is in
/// outages than in the rest, or the other way round (Wang and Manning, ACL 2012), with so many of each added.
const PLAIN: f32 = 0.6;
const TELLING: f32 = 0.3;
const SMOOTHED: f32 = 0.3;

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
