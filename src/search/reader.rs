//! Reading the index.

use std::{
    path::Path,
    sync::{Arc, RwLock},
};

use tantivy::{
    DocAddress, Index, IndexReader, Order as Direction, ReloadPolicy, Searcher,
    collector::{Count, TopDocs},
    query::{EnableScoring, Query as _, Weight},
};

use super::{
    SearchError,
    generation::{Folder, Payload},
    query::compile,
    schema::{Fields, joined},
};
use crate::model::{Hit, Hits, Id, Position, Query};

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
    /// How many to leave out from the top.
    pub offset: usize,
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
}

#[derive(Clone)]
struct Open {
    index: Index,
    reader: IndexReader,
}

impl Search {
    /// Opens what answers below the archive's folder; without an index it answers nothing until one is there.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn open(archive: &Path) -> Result<Self, SearchError> {
        let search = Self { folder: Folder::new(archive)?, fields: Arc::new(Fields::new()), open: Arc::default() };
        search.reopen()?;
        Ok(search)
    }

    /// Opens the generation that `CURRENT` names now.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn reopen(&self) -> Result<(), SearchError> {
        let Some((_, index)) = self.folder.open_current() else { return Ok(()) };
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        *self.open.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Open { index, reader });
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
        let top = TopDocs::with_limit(window.limit.max(1)).and_offset(window.offset);
        let (found, total): (Vec<(Option<f32>, DocAddress)>, usize) = match window.order {
            Order::Newest => {
                let newest = top.order_by_fast_field::<i64>("at", Direction::Desc);
                let (found, total) = searcher.search(&*compiled, &(newest, Count))?;
                (found.into_iter().map(|(_, address)| (None, address)).collect(), total)
            }
            Order::Best => {
                let (found, total) = searcher.search(&*compiled, &(top.order_by_score(), Count))?;
                (found.into_iter().map(|(rank, address)| (Some(rank), address)).collect(), total)
            }
        };
        let weight = compiled.weight(EnableScoring::enabled_from_searcher(&searcher))?;
        let has_words = !query.words().is_empty();
        let mut hits = Vec::with_capacity(found.len());
        for (rank, address) in found {
            let rank = match rank {
                _ if !has_words => 0.0,
                Some(rank) => rank,
                None => relevance(&searcher, &*weight, address)?,
            };
            hits.push(Hit { id: id_of(&searcher, address)?, rank });
        }
        Ok(Hits { hits, total })
    }

    fn opened(&self) -> Option<Open> {
        self.open.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// The relevance of one hit. It is computed for the few that are shown, not for all that match. (tantivy's `explain`
/// would do the same, but looks back in its lists, which its own contract forbids.)
fn relevance(searcher: &Searcher, weight: &dyn Weight, address: DocAddress) -> Result<f32, SearchError> {
    let mut scorer = weight.scorer(searcher.segment_reader(address.segment_ord), 1.0)?;
    if scorer.doc() < address.doc_id {
        scorer.seek(address.doc_id);
    }
    Ok(if scorer.doc() == address.doc_id { scorer.score() } else { 0.0 })
}

fn id_of(searcher: &Searcher, address: DocAddress) -> Result<Id, SearchError> {
    let columns = searcher.segment_reader(address.segment_ord).fast_fields();
    let half = |name| -> Result<u64, SearchError> { Ok(columns.u64(name)?.first(address.doc_id).unwrap_or(0)) };
    Ok(joined(half("id_high")?, half("id_low")?))
}
