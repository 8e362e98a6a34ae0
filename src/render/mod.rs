//! Values to bytes: pages, feeds, the little chart. Pure. Everything from outside is escaped here (invariant 7), by
//! askama in pages and by quick-xml in feeds.
//!
//! `view` holds what a page is made of; `serve` fills it. Templates lie in `templates/`, the stylesheet and the picture
//! in `assets/`.

pub mod assets;
pub mod atom;
pub mod chart;
pub mod duration;
pub mod export;
pub mod ical;
pub mod incident_groups;
pub mod json_feed;
pub mod opml;
pub mod pages;
pub mod rss;
pub mod underline;
pub mod view;

/// A page that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the page could not be written: {0}")]
pub struct RenderError(#[from] askama::Error);
