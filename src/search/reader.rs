//! Reading the index.

use std::{
    path::Path,
    sync::{Arc, RwLock},
};

use tantivy::{
    DocAddress, Index, IndexReader, Order as Direction, ReloadPolicy, Searcher,
    collector::{Count, TopDocs},
    query::Query as TantivyQuery,
};

use super::{
    SearchError,
    generation::{Folder, Payload},
    query::compile,
    schema::{Fields, joined},
};
use crate::model::{Hit, Hits, Position, Query};

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
        let (addresses, total) = match window.order {
            Order::Newest => {
                let newest = top.order_by_fast_field::<i64>("at", Direction::Desc);
                let (found, total) = searcher.search(&*compiled, &(newest, Count))?;
                (found.into_iter().map(|(_, address)| address).collect::<Vec<_>>(), total)
            }
            Order::Best => {
                let (found, total) = searcher.search(&*compiled, &(top.order_by_score(), Count))?;
                (found.into_iter().map(|(_, address)| address).collect(), total)
            }
        };
        let has_words = query.words().next().is_some();
        let hits = addresses.into_iter().map(|address| hit(&searcher, &*compiled, address, has_words));
        Ok(Hits { hits: hits.collect::<Result<_, _>>()?, total })
    }

    fn opened(&self) -> Option<Open> {
        self.open.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// The id and relevance of one hit. Relevance is computed for the few that are shown, not for all that match.
fn hit(
    searcher: &Searcher,
    query: &dyn TantivyQuery,
    address: DocAddress,
    has_words: bool,
) -> Result<Hit, SearchError> {
    let columns = searcher.segment_reader(address.segment_ord).fast_fields();
    let half = |name| -> Result<u64, SearchError> { Ok(columns.u64(name)?.first(address.doc_id).unwrap_or(0)) };
    let rank = if has_words { query.explain(searcher, address)?.value() } else { 0.0 };
    Ok(Hit { id: joined(half("id_high")?, half("id_low")?), rank })
}
