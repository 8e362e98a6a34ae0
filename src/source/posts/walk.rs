//! Lists that give their newest first and have no "what is behind this?": they are walked back to where the last poll had
//! come, over several polls where that takes long.
//!
//! Only when a walk has arrived does the cursor move, so one that breaks off loses nothing. A list learns of some posts
//! late, and a post that is deleted between two pages moves another one over the edge; so the next walk ends [`LAG`]
//! before the newest post of the last one, and what is read twice is one item by its id.

use jiff::SignedDuration;

use super::{Asked, Polled};
use crate::{model::Timestamp, source::Reading};

/// How much later than its own time a list may tell of a post.
pub(super) const LAG: SignedDuration = SignedDuration::from_mins(15);

/// How far back the first walk goes.
pub(super) const FIRST: SignedDuration = SignedDuration::from_hours(24);

/// One walk: a chain of a poll.
pub(super) struct Walk<'a> {
    /// What is polled.
    pub polled: &'a Polled<'a>,
    /// The name of the chain.
    pub chain: &'a str,
}

impl<'a> Walk<'a> {
    /// The walk that an answer belongs to.
    pub fn of(asked: &'a Asked<'_>) -> Walk<'a> {
        Walk { polled: &asked.polled, chain: &asked.ask.chain }
    }

    /// Where it ends.
    pub fn since(&self) -> Timestamp {
        let cursor = self.polled.cursor(self.chain).and_then(|cursor| cursor.parse().ok());
        let cursor = cursor.and_then(|second| Timestamp::from_second(second).ok());
        cursor.map_or(self.polled.now - FIRST, |cursor| cursor - LAG)
    }

    /// Where the last poll broke off, in the adapter's own words.
    pub fn place(&self) -> Option<&'a str> {
        self.polled.cursor(&self.key("until")).filter(|place| !place.is_empty())
    }

    /// After a page with posts of these `times` and the place behind it (`None`: it is the last): gives back the place where
    /// there is more to read, and keeps in the cursor how far it has come.
    pub fn go_on(
        &self,
        reading: &mut Reading,
        times: impl Iterator<Item = Timestamp> + Clone,
        behind: Option<String>,
    ) -> Option<String> {
        let second = |at: Timestamp| at.as_second();
        // The newest post of a walk is in its first answer; a walk that broke off remembers it.
        let known: Option<i64> = self.polled.cursor(&self.key("newest")).and_then(|newest| newest.parse().ok());
        let newest = times.clone().map(second).max().into_iter().chain(known).max();
        let is_there = times.min().is_none_or(|oldest| oldest < self.since());
        if let Some(place) = behind.filter(|_| !is_there) {
            reading.cursor.insert(self.key("until"), place.clone());
            reading.cursor.extend(newest.map(|newest| (self.key("newest"), newest.to_string())));
            return Some(place);
        }
        // Arrived: from here on the next poll begins. Empty words stand for "no more".
        let before: Option<i64> = self.polled.cursor(self.chain).and_then(|cursor| cursor.parse().ok());
        if let Some(newest) = newest.into_iter().chain(before).max() {
            // A list whose clock runs ahead must not make us miss what comes until then.
            reading.cursor.insert(self.chain.to_owned(), newest.min(self.polled.now.as_second()).to_string());
        }
        reading.cursor.insert(self.key("until"), String::new());
        reading.cursor.insert(self.key("newest"), String::new());
        None
    }

    /// The posts that the last newest page showed and this one lacks between others that it shows: they were taken back. In a
    /// list that nobody can be asked about post by post that is how it is told. Remembers what this page shows.
    pub fn gone_since<T: Ord>(
        &self,
        reading: &mut Reading,
        here: &[String],
        order: impl Fn(&str) -> Option<T>,
    ) -> Vec<String> {
        let seen = self.polled.cursor(&self.key("seen")).unwrap_or_default().split(',');
        let places = || here.iter().filter_map(|name| order(name));
        let (Some(oldest), Some(newest)) = (places().min(), places().max()) else { return Vec::new() };
        let is_between = |name: &str| order(name).is_some_and(|place| oldest < place && place < newest);
        let gone = seen.filter(|name| is_between(name) && !here.iter().any(|other| other == name));
        let gone = gone.map(str::to_owned).collect();
        let kept: Vec<&str> = here.iter().map(String::as_str).filter(|name| !name.contains(',')).collect();
        reading.cursor.insert(self.key("seen"), kept.join(","));
        gone
    }

    fn key(&self, what: &str) -> String {
        format!("{}:{what}", self.chain)
    }
}
