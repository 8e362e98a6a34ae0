//! Files beside the pages.

use std::sync::LazyLock;

use crate::model::id::digest;

/// The stylesheet.
pub const STYLE: &str = include_str!("assets/style.css");

/// The mark of downwire: a wire that breaks.
pub const FAVICON: &str = include_str!("assets/favicon.svg");

/// The name of the stylesheet, made of its content: a browser may keep it for ever.
pub static STYLE_NAME: LazyLock<String> = LazyLock::new(|| format!("style-{}.css", &digest(&[STYLE.as_bytes()])[..12]));

/// What robots may read: items and feeds, not every search (protocols C4).
pub const ROBOTS: &str = "User-agent: *\nDisallow: /search\nDisallow: /metrics\nAllow: /\n";
