//! storing
