//! Helpers on text. Pure: no IO, no clock, nothing of ours but itself.

pub mod alike;
pub mod charset;
pub mod data;
pub mod dates;
pub mod diff;
pub mod fold;
pub mod html;
pub mod language;
pub mod letters;
pub mod phrases;
pub mod snippet;
pub mod urls;
pub mod words;

pub use snippet::Snippet;
