//! The newest hits of a query. Segments are sorted by time, newest first, so the first that match are the newest: the
//! rest is only counted, and what tantivy can count without looking is not looked at.

use std::cmp::Reverse;

use tantivy::{DocAddress, Searcher, SegmentReader, TERMINATED, query::Weight};

use super::{SearchError, reader::id_of, within::first_before};
use crate::model::Id;

/// A hit and its place in the order: later seconds first, then by id.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    pub second: i64,
    pub id: Id,
    pub address: DocAddress,
}

impl Placed {
    fn place(&self) -> (Reverse<i64>, Id) {
        (Reverse(self.second), self.id)
    }
}

/// The `limit` newest hits behind `after`, newest first.
pub fn newest(
    searcher: &Searcher,
    weight: &dyn Weight,
    after: Option<(i64, Id)>,
    limit: usize,
) -> Result<Vec<Placed>, SearchError> {
    let mut found = Vec::new();
    for (ord, segment) in (0..).zip(searcher.segment_readers()) {
        found.extend(of_segment(segment, ord, weight, after, limit)?);
    }
    found.sort_unstable_by_key(Placed::place);
    found.truncate(limit);
    Ok(found)
}

/// The newest of one segment; more than `limit` where the last ones share a second.
fn of_segment(
    segment: &SegmentReader,
    ord: u32,
    weight: &dyn Weight,
    after: Option<(i64, Id)>,
    limit: usize,
) -> Result<Vec<Placed>, SearchError> {
    let at = segment.fast_fields().i64("at")?;
    let mut found: Vec<Placed> = Vec::new();
    let mut scorer = weight.scorer(segment, 1.0)?;
    if let Some((second, _)) = after {
        let start = first_before(&at, segment.max_doc(), second.saturating_add(1));
        if start >= segment.max_doc() {
            return Ok(found);
        }
        if scorer.doc() < start {
            scorer.seek(start);
        }
    }
    let mut doc = scorer.doc();
    while doc != TERMINATED {
        let second = at.first(doc).unwrap_or(0);
        if found.len() >= limit && found.last().is_some_and(|last| second < last.second) {
            break;
        }
        if segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
            let address = DocAddress::new(ord, doc);
            let placed = Placed { second, id: id_of(segment, doc)?, address };
            if after.is_none_or(|(second, id)| placed.place() > (Reverse(second), id)) {
                found.push(placed);
            }
        }
        doc = scorer.advance();
    }
    Ok(found)
}
