//! Documents of a span of time. Segments are sorted by time, so a span is a run of neighbours: two binary searches find
//! it, and to ask whether a document lies in it costs nothing. (tantivy's own range walks over the column.)

use tantivy::{
    DocId, DocSet, Score, SegmentReader, TERMINATED,
    columnar::Column,
    query::{EnableScoring, Explanation, Query, Scorer, Weight},
};

/// From one second on, and before another.
#[derive(Debug, Clone, Copy)]
pub struct Within {
    pub from: Option<i64>,
    pub before: Option<i64>,
}

impl Query for Within {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(*self))
    }
}

impl Weight for Within {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let at = reader.fast_fields().i64("at")?;
        let first = self.before.map_or(0, |before| first_before(&at, reader.max_doc(), before));
        let end = self.from.map_or(reader.max_doc(), |from| first_before(&at, reader.max_doc(), from));
        let doc = if first < end { first } else { TERMINATED };
        Ok(Box::new(Run { doc, end, score: boost }))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("within", 1.0))
    }
}

/// The first document older than `second`, in a segment sorted newest first.
pub fn first_before(at: &Column<i64>, documents: u32, second: i64) -> u32 {
    let (mut low, mut high) = (0, documents);
    while low < high {
        let middle = low + (high - low) / 2;
        if at.first(middle).unwrap_or(0) >= second { low = middle + 1 } else { high = middle }
    }
    low
}

/// Neighbours, one after the other.
struct Run {
    doc: DocId,
    end: DocId,
    score: Score,
}

impl DocSet for Run {
    fn advance(&mut self) -> DocId {
        self.seek(self.doc.saturating_add(1))
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc != TERMINATED && target > self.doc {
            self.doc = if target < self.end { target } else { TERMINATED };
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        if self.doc == TERMINATED { 0 } else { self.end - self.doc }
    }
}

impl Scorer for Run {
    fn score(&mut self) -> Score {
        self.score
    }
}
