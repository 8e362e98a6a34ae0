//! Drawings, as SVG written on the server: numbers and words of our own only. Each stands beside words that say the same.

mod bars;
mod strip;

pub use bars::{Bar, Bars, bars, fold};
pub use strip::{Strip, strip};
