//! Drawings, as SVG written on the server: numbers and words of our own only. Each stands beside words that say the same.

mod bars;
mod reports;
mod spread;
mod strip;
mod timeline;
mod year;

pub use bars::{Bar, Bars, bars, fold};
pub use reports::{Point, reports};
pub use spread::spread;
pub use strip::{Strip, strip};
pub use timeline::{Seen, states};
pub use year::{Square, year};
