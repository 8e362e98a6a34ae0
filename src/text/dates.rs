//! Dates as bad as they come.
