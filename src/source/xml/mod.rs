//! XML as it is found on the web: mended where it can be, read as far as it goes, never quadratic.
//!
//! `repair` makes the references right, [`tokens`] cuts the document into tags and text whatever stands there, and
//! `names` says what an element is called beyond its prefix. What the elements mean is `feed/parse.rs`'s business.

pub(super) mod names;
pub(super) mod repair;
pub(super) mod tokens;
