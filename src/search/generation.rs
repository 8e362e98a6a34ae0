//! The folders of the index: generations, and the pointer to the one that answers.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tantivy::{Index, directory::MmapDirectory};

use super::{
    SearchError,
    schema::{self, Fields},
    tokenizer,
};
use crate::model::Position;

/// What every commit carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The archive that the index is derived from.
    pub archive: String,
    /// [`schema::VERSION`] that wrote it.
    pub schema: u32,
    /// The last change it has seen.
    pub position: Position,
}

impl Payload {
    /// What the last commit of an index carries; `None` when it has none that can be read.
    pub fn of(index: &Index) -> Option<Self> {
        serde_json::from_str(index.load_metas().ok()?.payload.as_deref()?).ok()
    }

    /// Whether it was written for this archive by this schema.
    pub fn fits(&self, archive: &str) -> bool {
        self.archive == archive && self.schema == schema::VERSION
    }
}

/// The folder `search/` of an archive.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The search folder below the archive's folder, made if missing.
    pub fn new(archive: &Path) -> Result<Self, SearchError> {
        let path = archive.join("search");
        fs::create_dir_all(&path).map_err(SearchError::folder(&path))?;
        Ok(Self(path))
    }

    /// The lock file of the writer.
    pub fn lock(&self) -> PathBuf {
        self.0.join("LOCK")
    }

    /// The name of the generation that answers; `None` before the first.
    pub fn current(&self) -> Option<String> {
        let name = fs::read_to_string(self.pointer()).ok()?;
        let name = name.trim();
        name.strip_prefix("gen-").filter(|number| number.parse::<u64>().is_ok())?;
        Some(name.to_owned())
    }

    /// Opens the generation that answers; `None` when there is none that can be opened.
    pub fn open_current(&self) -> Option<(String, Index)> {
        let name = self.current()?;
        let index = Index::open_in_dir(self.0.join(&name)).ok()?;
        // An index of other fields cannot answer: it is as good as none.
        if index.schema() != Fields::new().schema {
            return None;
        }
        tokenizer::register(&index);
        Some((name, index))
    }

    /// Makes an empty generation behind all others.
    pub fn create(&self) -> Result<(String, Index), SearchError> {
        let newest = self.generations()?.iter().filter_map(|name| name.strip_prefix("gen-")?.parse::<u64>().ok()).max();
        let name = format!("gen-{}", newest.map_or(1, |number| number.saturating_add(1)));
        let path = self.0.join(&name);
        fs::create_dir(&path).map_err(SearchError::folder(&path))?;
        let directory = MmapDirectory::open(&path).map_err(tantivy::TantivyError::from)?;
        let index =
            Index::builder().schema(Fields::new().schema).settings(Fields::settings()).open_or_create(directory)?;
        tokenizer::register(&index);
        Ok((name, index))
    }

    /// Points to `name`, in one step: a reader sees the old generation or the new one.
    pub fn point_to(&self, name: &str) -> Result<(), SearchError> {
        let fresh = self.0.join("CURRENT.new");
        let write = || -> io::Result<()> {
            fs::write(&fresh, name)?;
            fs::File::open(&fresh)?.sync_all()?;
            fs::rename(&fresh, self.pointer())
        };
        write().map_err(SearchError::folder(&fresh))
    }

    /// Removes every generation but `keep`: what an interrupted rebuild left, and what was replaced. Only the holder of
    /// the lock calls it. A reader that still has one open keeps its files until it lets go.
    pub fn sweep(&self, keep: Option<&str>) -> Result<(), SearchError> {
        for name in self.generations()?.iter().filter(|name| Some(name.as_str()) != keep) {
            let path = self.0.join(name);
            fs::remove_dir_all(&path).map_err(SearchError::folder(&path))?;
        }
        Ok(())
    }

    fn pointer(&self) -> PathBuf {
        self.0.join("CURRENT")
    }

    fn generations(&self) -> Result<Vec<String>, SearchError> {
        let entries = fs::read_dir(&self.0).map_err(SearchError::folder(&self.0))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter(|name| name.starts_with("gen-")).collect())
    }
}
