//! Writing the index: by the one process that holds the lock.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use tantivy::{Index, IndexWriter, TantivyDocument};

use super::{
    Search, SearchError,
    generation::{Folder, Payload},
    schema::{self, Fields},
};
use crate::model::{Document, Id, Position};

/// Memory for documents not yet written, in bytes: above tantivy's floor of 15 MB, and enough for a second of a
/// firehose.
const HEAP: usize = 64 * 1024 * 1024;

/// The writer. Dropping it gives the lock back; the system does so for a killed process.
pub struct Writer {
    folder: Folder,
    fields: Fields,
    search: Search,
    open: Option<Current>,
    _lock: File,
}

/// The generation that is written.
struct Current {
    name: String,
    index: Index,
    writer: IndexWriter,
}

impl Writer {
    /// Takes the lock below the archive's folder; `None` when another process has it. `search` is told of every commit.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn open(archive: &Path, search: Search) -> Result<Option<Self>, SearchError> {
        let folder = Folder::new(archive)?;
        let path = folder.lock();
        let lock = File::options().create(true).append(true).open(&path).map_err(SearchError::folder(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(SearchError::folder(&path)(error)),
        }
        let mut writer = Self { folder, fields: Fields::new(), search, open: None, _lock: lock };
        // What cannot be opened is rebuilt, not mourned.
        if let Some((name, index)) = writer.folder.open_current()
            && let Ok(handle) = index.writer_with_num_threads(1, HEAP)
        {
            writer.open = Some(Current { name, index, writer: handle });
        }
        let keep = writer.open.as_ref().map(|open| open.name.clone());
        writer.folder.sweep(keep.as_deref())?;
        Ok(Some(writer))
    }

    /// How far the index has come; `None` when there is none for this archive in this schema, so that a rebuild is due.
    pub fn position(&self, archive: &str) -> Option<Position> {
        let payload = Payload::of(&self.open.as_ref()?.index)?;
        payload.fits(archive).then_some(payload.position)
    }

    /// Takes documents in (each replaces what had its id), takes `gone` out, and commits with `position`.
    ///
    /// # Errors
    /// The index cannot be written; it stays at its last commit, and the same call may be made again.
    pub fn apply(
        &mut self,
        documents: &[Document],
        gone: &[Id],
        archive: &str,
        position: Position,
    ) -> Result<(), SearchError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let written = write(&mut open.writer, &self.fields, documents, gone)
            .and_then(|()| commit(&mut open.writer, archive, position));
        if written.is_err() {
            self.reopen();
        }
        written?;
        self.search.reload()
    }

    /// Merges away what was deleted: afterwards neither its words nor its place in any list is in a file (invariant 10).
    ///
    /// # Errors
    /// The index cannot be written; what was there before goes on answering.
    pub fn purge(&mut self) -> Result<(), SearchError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let segments = open.index.searchable_segment_ids()?;
        if !segments.is_empty() {
            open.writer.merge(&segments).wait()?;
        }
        // Readers let go of the old files first.
        self.search.reload()?;
        open.writer.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Starts another generation, to be filled while this one answers.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn rebuild(&self) -> Result<Rebuild, SearchError> {
        let keep = self.open.as_ref().map(|open| open.name.as_str());
        self.folder.sweep(keep)?;
        let (name, index) = self.folder.create()?;
        let writer = index.writer_with_num_threads(1, HEAP)?;
        Ok(Rebuild { fields: self.fields.clone(), current: Current { name, index, writer } })
    }

    /// Commits a rebuild and lets it answer from now on.
    ///
    /// # Errors
    /// The folder cannot be written; then the old generation goes on answering.
    pub fn finish(&mut self, rebuild: Rebuild, archive: &str, position: Position) -> Result<(), SearchError> {
        let mut current = rebuild.current;
        commit(&mut current.writer, archive, position)?;
        self.folder.point_to(&current.name)?;
        let name = current.name.clone();
        self.open = Some(current);
        self.search.reopen()?;
        self.folder.sweep(Some(&name))
    }

    /// A writer that failed is of no further use; another one starts from the last commit.
    fn reopen(&mut self) {
        let Some(Current { name, index, writer }) = self.open.take() else { return };
        drop(writer);
        if let Ok(writer) = index.writer_with_num_threads(1, HEAP) {
            self.open = Some(Current { name, index, writer });
        }
    }
}

/// A generation that is being filled.
pub struct Rebuild {
    fields: Fields,
    current: Current,
}

impl Rebuild {
    /// Takes documents in.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn add(&mut self, documents: &[Document]) -> Result<(), SearchError> {
        for document in documents.iter().filter(|document| !document.hidden) {
            self.current.writer.add_document(self.fields.document(document))?;
        }
        Ok(())
    }
}

fn write(writer: &mut IndexWriter, fields: &Fields, documents: &[Document], gone: &[Id]) -> Result<(), SearchError> {
    for id in gone.iter().copied().chain(documents.iter().map(|document| document.id)) {
        writer.delete_term(fields.id_term(id));
    }
    for document in documents.iter().filter(|document| !document.hidden) {
        let row: TantivyDocument = fields.document(document);
        writer.add_document(row)?;
    }
    Ok(())
}

fn commit(writer: &mut IndexWriter, archive: &str, position: Position) -> Result<(), SearchError> {
    let payload = Payload { archive: archive.to_owned(), schema: schema::VERSION, position };
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&serde_json::to_string(&payload).unwrap_or_default());
    prepared.commit()?;
    Ok(())
}
