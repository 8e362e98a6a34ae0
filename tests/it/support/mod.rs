//! What the tests share.

pub mod backend;
pub mod clock;
pub mod data;
pub mod feeds;
pub mod golden;
pub mod program;
pub mod web;
