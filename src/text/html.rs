//! Markup to plain text.
