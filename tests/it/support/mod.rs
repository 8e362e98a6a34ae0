//! What the tests share.

pub mod backend;
pub mod clock;
pub mod data;
pub mod golden;
pub mod web;
