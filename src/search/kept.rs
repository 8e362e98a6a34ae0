//! Overviews that were counted since the last commit: front page and popular searches ask for the same ones again and
//! again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::model::Overview;

/// Most that are kept; all are dropped when there are more.
const MOST: usize = 128;

/// What is asked: the query in words, and how many values of each facet.
type Asked = (String, usize);

/// The memory of one index.
#[derive(Default)]
pub struct Kept(Mutex<Generation>);

#[derive(Default)]
struct Generation {
    /// Folder and number of the commit that the overviews are of.
    of: (String, u64),
    overviews: HashMap<Asked, Arc<Overview>>,
}

impl Kept {
    /// What was counted in this generation.
    pub fn get(&self, folder: &str, generation: u64, asked: &Asked) -> Option<Arc<Overview>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.of != (folder.to_owned(), generation) {
            return None;
        }
        kept.overviews.get(asked).cloned()
    }

    /// Keeps what was counted.
    pub fn put(&self, folder: &str, generation: u64, asked: Asked, counted: Arc<Overview>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = (folder.to_owned(), generation);
        if kept.of != of || kept.overviews.len() >= MOST {
            *kept = Generation { of, overviews: HashMap::new() };
        }
        kept.overviews.insert(asked, counted);
    }
}
