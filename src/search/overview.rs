//! Everything that a query finds, counted. The columns are read in blocks, one counter for each ordinal, and the words
//! behind the ordinals looked up once at the end.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use tantivy::{
    DocId, Searcher, SegmentReader,
    columnar::{Column, StrColumn},
    query::Weight,
};

use super::SearchError;
use crate::model::{FacetCount, Histogram, Overview};

/// Documents counted at once.
const BLOCK: usize = 4_096;

/// Length of a day and of an hour, in seconds.
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// All within this many days is counted by hours.
const BY_HOURS: usize = 3;

/// Most buckets of a histogram: a thousand years of days, forty of hours.
const LONGEST: i64 = 365_250;

/// The facets, in the order of [`Overview`].
const FACETS: [&str; 4] = ["service", "source", "kind", "language"];

/// Counts what `weight` finds; `most` values of each facet. `everything` says that it finds every document, which is
/// counted without asking it.
pub fn overview(
    searcher: &Searcher,
    weight: &dyn Weight,
    everything: bool,
    most: usize,
) -> Result<Overview, SearchError> {
    let mut facets: [HashMap<String, u64>; 4] = Default::default();
    let mut days = BTreeMap::new();
    for segment in searcher.segment_readers() {
        let mut count = SegmentCount::new(segment, DAY)?;
        count.run(segment, weight, everything)?;
        count.harvest(&mut facets, &mut days)?;
    }
    let mut histogram = Histogram::of(&days, DAY);
    if !histogram.counts.is_empty() && histogram.counts.len() <= BY_HOURS {
        histogram = by_hours(searcher, weight, everything)?;
    }
    let [services, sources, kinds, languages] = facets.map(|facet| top(facet, most));
    Ok(Overview { services, sources, kinds, languages, histogram })
}

fn by_hours(searcher: &Searcher, weight: &dyn Weight, everything: bool) -> Result<Histogram, SearchError> {
    let mut hours = BTreeMap::new();
    for segment in searcher.segment_readers() {
        let mut count = SegmentCount { facets: Vec::new(), ..SegmentCount::new(segment, HOUR)? };
        count.run(segment, weight, everything)?;
        count.harvest(&mut [], &mut hours)?;
    }
    Ok(Histogram::of(&hours, HOUR))
}

/// The most frequent first; those of one count by name.
fn top(facet: HashMap<String, u64>, most: usize) -> Vec<FacetCount> {
    let mut counts: Vec<_> = facet.into_iter().map(|(value, count)| FacetCount { value, count }).collect();
    counts.sort_unstable_by(|a, b| (Reverse(a.count), &a.value).cmp(&(Reverse(b.count), &b.value)));
    counts.truncate(most);
    counts
}

impl Histogram {
    /// From buckets that have something, by number since 1970.
    fn of(buckets: &BTreeMap<i64, u64>, width: i64) -> Self {
        let (Some((first, _)), Some((last, _))) = (buckets.first_key_value(), buckets.last_key_value()) else {
            return Self::default();
        };
        let counts = (*first..=*last).map(|bucket| buckets.get(&bucket).copied().unwrap_or(0)).collect();
        Self { from: first * width, width, counts }
    }
}

/// The counters of one segment.
struct SegmentCount {
    facets: Vec<FacetCounters>,
    at: Column<i64>,
    width: i64,
    /// Number of the first bucket.
    first: i64,
    buckets: Vec<u64>,
    seconds: Vec<i64>,
}

/// A counter for each word of a facet.
struct FacetCounters {
    /// Which of [`FACETS`].
    number: usize,
    column: StrColumn,
    counts: Vec<u64>,
}

impl SegmentCount {
    fn new(segment: &SegmentReader, width: i64) -> Result<Self, SearchError> {
        let columns = segment.fast_fields();
        let at = columns.i64("at")?;
        // What claims to be from before 1970 is not drawn; nor is what claims to be from a later millennium.
        let first = at.min_value().div_euclid(width).max(0);
        let last = at.max_value().div_euclid(width).min(first + LONGEST);
        // An empty segment has no least and no greatest.
        let length = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
        let mut facets = Vec::with_capacity(FACETS.len());
        for (number, name) in FACETS.into_iter().enumerate() {
            if let Some(column) = columns.str(name)? {
                facets.push(FacetCounters { number, counts: vec![0; column.num_terms()], column });
            }
        }
        Ok(Self { facets, at, width, first, buckets: vec![0; length], seconds: Vec::new() })
    }

    /// Counts what the weight finds in the segment.
    fn run(&mut self, segment: &SegmentReader, weight: &dyn Weight, everything: bool) -> Result<(), SearchError> {
        let alive = segment.alive_bitset();
        if everything && alive.is_none() {
            self.whole();
            return Ok(());
        }
        let (mut block, mut rows, mut docs_of_rows, mut ordinals) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut flush = |block: &mut Vec<DocId>| {
            for facet in &mut self.facets {
                rows.clear();
                docs_of_rows.clear();
                facet.column.ords().row_ids_for_docs(block, &mut docs_of_rows, &mut rows);
                ordinals.resize(rows.len(), 0);
                facet.column.ords().values.get_vals(&rows, &mut ordinals);
                count(&mut facet.counts, &ordinals);
            }
            // Every document has its time.
            self.seconds.resize(block.len(), 0);
            self.at.values.get_vals(block, &mut self.seconds);
            bucket(&mut self.buckets, &self.seconds, self.first, self.width);
            block.clear();
        };
        weight.for_each_no_score(segment, &mut |docs| {
            match alive {
                None => block.extend_from_slice(docs),
                Some(alive) => block.extend(docs.iter().filter(|doc| alive.is_alive(**doc))),
            }
            if block.len() >= BLOCK {
                flush(&mut block);
            }
        })?;
        flush(&mut block);
        Ok(())
    }

    /// Counts every document: whole columns, in their own order.
    fn whole(&mut self) {
        let mut ordinals = vec![0; BLOCK];
        for facet in &mut self.facets {
            let values = &facet.column.ords().values;
            in_blocks(values.num_vals(), |start, length| {
                values.get_range(start, &mut ordinals[..length]);
                count(&mut facet.counts, &ordinals[..length]);
            });
        }
        let mut seconds = vec![0; BLOCK];
        let values = &self.at.values;
        in_blocks(values.num_vals(), |start, length| {
            values.get_range(start, &mut seconds[..length]);
            bucket(&mut self.buckets, &seconds[..length], self.first, self.width);
        });
    }

    /// Adds the counts to those of other segments.
    fn harvest(self, facets: &mut [HashMap<String, u64>], buckets: &mut BTreeMap<i64, u64>) -> Result<(), SearchError> {
        for facet in self.facets {
            let Some(all) = facets.get_mut(facet.number) else { continue };
            let met: Vec<u64> = (0..).zip(&facet.counts).filter(|(_, count)| **count > 0).map(|(ord, _)| ord).collect();
            let mut counts = facet.counts.iter().copied().filter(|count| *count > 0);
            facet.column.dictionary().sorted_ords_to_term_cb(&met, |word| {
                let word = String::from_utf8_lossy(word);
                let count = counts.next().unwrap_or(0);
                match all.get_mut(&*word) {
                    Some(sum) => *sum += count,
                    None => drop(all.insert(word.into_owned(), count)),
                }
            })?;
        }
        for (bucket, count) in (self.first..).zip(self.buckets).filter(|(_, count)| *count > 0) {
            *buckets.entry(bucket).or_default() += count;
        }
        Ok(())
    }
}

fn in_blocks(length: u32, mut each: impl FnMut(u64, usize)) {
    let length = length as usize;
    for start in (0..length).step_by(BLOCK) {
        each(start as u64, BLOCK.min(length - start));
    }
}

fn count(counts: &mut [u64], ordinals: &[u64]) {
    for ordinal in ordinals {
        if let Some(count) = counts.get_mut(*ordinal as usize) {
            *count += 1;
        }
    }
}

/// Counts times. Neighbours mostly share a bucket (segments are sorted by time), so only a change of it is divided.
fn bucket(buckets: &mut [u64], seconds: &[i64], first: i64, width: i64) {
    let mut current = 0..0;
    let mut slot = 0;
    for second in seconds {
        if !current.contains(second) {
            let number = second.div_euclid(width);
            current = number * width..(number + 1) * width;
            slot = usize::try_from(number - first).unwrap_or(usize::MAX);
        }
        if let Some(count) = buckets.get_mut(slot) {
            *count += 1;
        }
    }
}
