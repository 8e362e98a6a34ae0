//! Text into words.
