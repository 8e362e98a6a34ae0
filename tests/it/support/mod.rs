//! What the tests share.

pub mod clock;
pub mod data;
pub mod golden;
pub mod web;
