//! What was observed: the stretches of time of which the archive can speak. The rest is unknown, not quiet.

use jiff::SignedDuration;

use crate::model::Timestamp;

/// A stretch of time, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant behind it.
    pub until: Timestamp,
}

/// The stretches of time that were observed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// In order, apart from each other; `None` when everything was (a page's whole history was read).
    stretches: Option<Vec<Stretch>>,
}

impl Observed {
    /// All time: the page's whole history is in the archive.
    pub fn always() -> Self {
        Self::default()
    }

    /// All time but these stretches, in any order: nobody looked while they lasted.
    pub fn except(gaps: Vec<Stretch>) -> Self {
        let gaps = Self::of(gaps).stretches.unwrap_or_default();
        let mut stretches = Vec::with_capacity(gaps.len() + 1);
        let mut from = Timestamp::MIN;
        for gap in gaps {
            stretches.push(Stretch { from, until: gap.from });
            from = gap.until;
        }
        stretches.push(Stretch { from, until: Timestamp::MAX });
        Self::of(stretches)
    }

    /// These stretches, in any order; what overlaps is joined, what is empty is left out.
    pub fn of(mut stretches: Vec<Stretch>) -> Self {
        stretches.retain(|stretch| stretch.from < stretch.until);
        stretches.sort();
        let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            match joined.last_mut().filter(|last| stretch.from <= last.until) {
                Some(last) => last.until = last.until.max(stretch.until),
                None => joined.push(stretch),
            }
        }
        Self { stretches: Some(joined) }
    }

    /// How much of `from..until` was observed.
    pub fn within(&self, from: Timestamp, until: Timestamp) -> SignedDuration {
        let Some(stretches) = &self.stretches else { return until.duration_since(from).max(SignedDuration::ZERO) };
        let first = stretches.partition_point(|stretch| stretch.until <= from);
        let seen = stretches[first..].iter().take_while(|stretch| stretch.from < until);
        seen.map(|stretch| stretch.until.min(until).duration_since(stretch.from.max(from)))
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// Whether any of `from..until` was observed.
    pub fn touches(&self, from: Timestamp, until: Timestamp) -> bool {
        self.within(from, until) > SignedDuration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3_600).expect("an instant")
    }

    #[test]
    fn only_what_was_observed_counts() {
        let of = |from, until| Stretch { from: at(from), until: at(until) };
        let observed = Observed::of(vec![of(10, 12), of(0, 4), of(3, 6), of(8, 8)]);
        for (from, until, hours) in [(0, 6, 6), (5, 11, 2), (6, 10, 0), (-5, 50, 8), (11, 11, 0), (12, 3, 0)] {
            assert_eq!(observed.within(at(from), at(until)).as_hours(), hours, "{from}..{until}");
        }
        assert!(observed.touches(at(5), at(9)) && !observed.touches(at(6), at(10)));
        let seen = Observed::except(vec![of(10, 12), of(0, 4), of(3, 6)]);
        for (from, until, hours) in [(0, 6, 0), (5, 11, 4), (12, 13, 1), (-5, 50, 47)] {
            assert_eq!(seen.within(at(from), at(until)).as_hours(), hours, "{from}..{until}");
        }
        assert_eq!(Observed::except(Vec::new()).within(at(1), at(3)).as_hours(), 2);
        assert_eq!(Observed::always().within(at(1), at(3)).as_hours(), 2);
        assert_eq!(Observed::of(Vec::new()).within(at(1), at(3)).as_hours(), 0);
    }
}
