//! Reading the index.

use std::{
    path::Path,
    sync::{Arc, RwLock},
};

use tantivy::{
    DocAddress, DocId, Index, IndexReader, ReloadPolicy, Searcher, SegmentReader,
    collector::{Count, TopDocs},
    query::{EnableScoring, Query as TantivyQuery, Weight},
};

use super::{
    SearchError,
    generation::{Folder, Payload},
    kept::Kept,
    newest::{Placed, newest},
    overview::overview,
    query::compile,
    schema::{Fields, joined},
};
use crate::model::{Cursor, Hit, Hits, Id, Overview, Position, Query};

/// In which order hits come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Most relevant first.
    Best,
}

/// Which hits are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The place behind which they begin; `None` for the top. One of another order is not looked at.
    pub after: Option<Cursor>,
    /// How many at most; at least 1.
    pub limit: usize,
    /// Their order.
    pub order: Order,
}

/// The index as readers see it. Clones share it; a rebuild that finishes in this process is seen at once.
#[derive(Clone)]
pub struct Search {
    folder: Folder,
    fields: Arc<Fields>,
    /// `None` before the first generation.
    open: Arc<RwLock<Option<Open>>>,
    kept: Arc<Kept>,
}

#[derive(Clone)]
struct Open {
    name: String,
    index: Index,
    reader: IndexReader,
}

impl Search {
    /// Opens what answers below the archive's folder; without an index it answers nothing until one is there.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn open(archive: &Path) -> Result<Self, SearchError> {
        let search = Self {
            folder: Folder::new(archive)?,
            fields: Arc::new(Fields::new()),
            open: Arc::default(),
            kept: Arc::default(),
        };
        search.reopen()?;
        Ok(search)
    }

    /// Opens the generation that `CURRENT` names now.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn reopen(&self) -> Result<(), SearchError> {
        let Some((name, index)) = self.folder.open_current() else { return Ok(()) };
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        *self.open.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Open { name, index, reader });
        Ok(())
    }

    /// Sees the newest commit.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn reload(&self) -> Result<(), SearchError> {
        match self.opened() {
            Some(open) => Ok(open.reader.reload()?),
            None => self.reopen(),
        }
    }

    /// The last change that the index which answers has seen; `None` without an index.
    pub fn position(&self) -> Option<Position> {
        Some(Payload::of(&self.opened()?.index)?.position)
    }

    /// How many documents it holds.
    pub fn documents(&self) -> u64 {
        self.opened().map_or(0, |open| open.reader.searcher().num_docs())
    }

    /// The hits of a query within `window`, and how many there are in all.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn search(&self, query: &Query, window: Window) -> Result<Hits, SearchError> {
        let Some(open) = self.opened() else { return Ok(Hits::default()) };
        let searcher = open.reader.searcher();
        let compiled = compile(query, &self.fields);
        let has_words = !query.words().is_empty();
        match window.order {
            Order::Newest => newest_page(&searcher, &*compiled, has_words, window),
            Order::Best => best_page(&searcher, &*compiled, has_words, window),
        }
    }

    /// Everything that a query finds, counted: at most `most` values of each facet. What was counted is kept until the
    /// next commit.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn overview(&self, query: &Query, most: usize) -> Result<Arc<Overview>, SearchError> {
        let Some(open) = self.opened() else { return Ok(Arc::default()) };
        let searcher = open.reader.searcher();
        let asked = (format!("{query:?}"), most);
        let generation = searcher.generation().generation_id();
        if let Some(kept) = self.kept.get(&open.name, generation, &asked) {
            return Ok(kept);
        }
        let compiled = compile(query, &self.fields);
        let weight = compiled.weight(EnableScoring::disabled_from_searcher(&searcher))?;
        let everything = *query == Query::Everything;
        let counted = Arc::new(overview(&searcher, &*weight, everything, most)?);
        self.kept.put(&open.name, generation, asked, Arc::clone(&counted));
        Ok(counted)
    }

    fn opened(&self) -> Option<Open> {
        self.open.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

fn newest_page(
    searcher: &Searcher,
    query: &dyn TantivyQuery,
    has_words: bool,
    window: Window,
) -> Result<Hits, SearchError> {
    let limit = window.limit.max(1);
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let after = window.after.and_then(|cursor| match cursor {
        Cursor::Newest { second, id } => Some((second, id)),
        Cursor::Best(_) => None,
    });
    let mut found = newest(searcher, &*weight, after, limit + 1)?;
    let goes_on = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| goes_on);
    let next = last.map(|last| Cursor::Newest { second: last.second, id: last.id });
    let ranks = if has_words {
        relevance(searcher, &*query.weight(EnableScoring::enabled_from_searcher(searcher))?, &found)?
    } else {
        vec![0.0; found.len()]
    };
    let hits = found.iter().zip(ranks).map(|(hit, rank)| Hit { id: hit.id, rank }).collect();
    Ok(Hits { hits, total: count(searcher, &*weight)?, next })
}

fn best_page(
    searcher: &Searcher,
    query: &dyn TantivyQuery,
    has_words: bool,
    window: Window,
) -> Result<Hits, SearchError> {
    let offset = if let Some(Cursor::Best(count)) = window.after { count } else { 0 };
    let top = TopDocs::with_limit(window.limit.max(1)).and_offset(offset).order_by_score();
    let (found, total) = searcher.search(query, &(top, Count))?;
    let end = offset + found.len();
    let hit = |(rank, address): (f32, DocAddress)| -> Result<Hit, SearchError> {
        let id = id_of(searcher.segment_reader(address.segment_ord), address.doc_id)?;
        Ok(Hit { id, rank: if has_words { rank } else { 0.0 } })
    };
    let hits = found.into_iter().map(hit).collect::<Result<_, _>>()?;
    Ok(Hits { hits, total, next: (end < total).then_some(Cursor::Best(end)) })
}

/// The relevance of each hit. It is computed for the few that are shown, not for all that match. (tantivy's `explain`
/// would do the same, but looks back in its lists, which its own contract forbids.)
fn relevance(searcher: &Searcher, weight: &dyn Weight, found: &[Placed]) -> Result<Vec<f32>, SearchError> {
    let mut ranks = vec![0.0; found.len()];
    let mut order: Vec<(DocAddress, usize)> = found.iter().zip(0..).map(|(hit, place)| (hit.address, place)).collect();
    order.sort_unstable();
    for hits in order.chunk_by(|one, next| one.0.segment_ord == next.0.segment_ord) {
        let Some((first, _)) = hits.first() else { continue };
        let mut scorer = weight.scorer(searcher.segment_reader(first.segment_ord), 1.0)?;
        for (address, place) in hits {
            if scorer.doc() < address.doc_id {
                scorer.seek(address.doc_id);
            }
            if scorer.doc() == address.doc_id {
                ranks[*place] = scorer.score();
            }
        }
    }
    Ok(ranks)
}

/// How many documents match. Where nothing was deleted, tantivy knows it of a word without looking.
fn count(searcher: &Searcher, weight: &dyn Weight) -> Result<usize, SearchError> {
    searcher.segment_readers().iter().try_fold(0, |sum, segment| Ok(sum + weight.count(segment)? as usize))
}

/// The id of a document.
pub fn id_of(segment: &SegmentReader, doc: DocId) -> Result<Id, SearchError> {
    let columns = segment.fast_fields();
    let half = |name| -> Result<u64, SearchError> { Ok(columns.u64(name)?.first(doc).unwrap_or(0)) };
    Ok(joined(half("id_high")?, half("id_low")?))
}
