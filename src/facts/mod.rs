//! Facts: since when, until when, why, how many, who says so. A pure stage: text to facts with the words they were read
//! from. It reads out what a text states and never invents; what a text does not say is no fact, and two statements that
//! contradict each other are two facts.
//!
//! The path of a text: [`view`] takes it apart, [`time`] finds times in it, [`pattern`] finds cues (`data/*.txt`), and
//! readers, one a file, put both together sentence by sentence.

mod pattern;
mod places;
mod time;
mod view;

pub use time::resolve::Published;
