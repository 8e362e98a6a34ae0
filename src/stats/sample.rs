//! Observations of one figure: how many, mean, quartiles, and how sure they are.

/// Draws of a bootstrap interval. 1,000 is usual (Efron, Tibshirani 1993, chapter 13).
const DRAWS: usize = 1_000;

/// Most observations that are drawn from: more make the interval no more useful, only slower.
const MOST: usize = 20_000;

/// Observations of one figure, in order of size.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample(Vec<f64>);

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Sample {
    /// Observations in any order; what is no number is left out.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// How many.
    pub fn n(&self) -> usize {
        self.0.len()
    }

    /// The observations, smallest first.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// The arithmetic mean; `None` without observations.
    pub fn mean(&self) -> Option<f64> {
        (!self.0.is_empty()).then(|| mean(&self.0))
    }

    /// The middle observation, or the mean of the two in the middle.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The quantile `part` (0 to 1), linear between observations (type 7 of Hyndman, Fan 1996).
    pub fn quantile(&self, part: f64) -> Option<f64> {
        let last = self.0.len().checked_sub(1)?;
        let place = part.clamp(0.0, 1.0) * last as f64;
        let below = (place.floor() as usize).min(last);
        let above = (below + 1).min(last);
        Some(self.0[below] + (self.0[above] - self.0[below]) * (place - below as f64))
    }

    /// The 95 % interval of the mean; `None` for fewer than two observations.
    pub fn mean_interval(&self) -> Option<Interval> {
        self.bootstrap(|drawn| mean(drawn))
    }

    /// The 95 % interval of the median; `None` for fewer than two observations.
    pub fn median_interval(&self) -> Option<Interval> {
        self.bootstrap(middle)
    }

    /// The percentile interval of a figure over draws with replacement. Seeded by the sample's size alone, so the same
    /// observations give the same interval.
    fn bootstrap(&self, figure: impl Fn(&mut [f64]) -> f64) -> Option<Interval> {
        let values = &self.0;
        if values.len() < 2 || values.len() > MOST {
            return None;
        }
        let mut random = SplitMix(values.len() as u64);
        let mut drawn = vec![0.0; values.len()];
        let figures = Self::of((0..DRAWS).map(|_| {
            drawn.fill_with(|| values[random.below(values.len())]);
            figure(&mut drawn)
        }));
        Some(Interval { low: figures.quantile(0.025)?, high: figures.quantile(0.975)? })
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The median of a draw, which is not in order.
fn middle(drawn: &mut [f64]) -> f64 {
    let is_even = drawn.len().is_multiple_of(2);
    let (below, upper, _) = drawn.select_nth_unstable_by(drawn.len() / 2, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| is_even);
    lower.map_or(*upper, |lower| f64::midpoint(lower, *upper))
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, good enough to draw rows by.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero and far below 2^32: the bias is below 2^-32.
    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_figure_says_how_many_it_rests_on() {
        let sample = Sample::of([3.0, f64::NAN, 1.0, 2.0, 10.0]);
        assert_eq!((sample.n(), sample.mean(), sample.median()), (4, Some(4.0), Some(2.5)));
        assert_eq!((sample.quantile(0.25), sample.quantile(0.75)), (Some(1.75), Some(4.75)));
        let none = Sample::default();
        assert_eq!((none.n(), none.mean(), none.median(), none.mean_interval()), (0, None, None, None));
        assert_eq!(Sample::of([5.0]).median_interval(), None);
    }

    #[test]
    fn an_interval_covers_the_truth_about_as_often_as_it_says() {
        // Means of 40 uniform numbers: the truth is 0.5.
        let mut random = SplitMix(7);
        let mut uniform = || random.next() as f64 / u64::MAX as f64;
        let covered = (0..300)
            .filter(|_| {
                let sample = Sample::of((0..40).map(|_| uniform()));
                sample.mean_interval().is_some_and(|interval| interval.low <= 0.5 && 0.5 <= interval.high)
            })
            .count();
        assert!((270..=297).contains(&covered), "{covered} of 300");
    }

    proptest! {
        #[test]
        fn intervals_lie_within_the_observations_and_are_the_same_again(
            values in proptest::collection::vec(0.0..1e6, 2..40)
        ) {
            let sample = Sample::of(values);
            let (first, last) = (sample.values()[0], sample.values()[sample.n() - 1]);
            for interval in [sample.mean_interval(), sample.median_interval()] {
                let Interval { low, high } = interval.expect("two or more");
                prop_assert!(first - 1e-6 <= low && low <= high && high <= last + 1e-6, "{low} {high}");
            }
            prop_assert_eq!(sample.median_interval(), sample.clone().median_interval());
            let (by_draw, by_order) = (middle(&mut sample.values().to_vec()), sample.median().expect("some"));
            prop_assert!((by_draw - by_order).abs() < 1e-6, "{by_draw} {by_order}");
        }
    }
}
