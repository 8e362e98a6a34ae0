//! `downwire candidates`: names that people say are down and that the catalogue lacks.

use serde_json::json;

use super::{Archive, Output};
use crate::{
    cli::CandidatesArgs,
    config::Settings,
    render::duration,
    serve::{Sought, candidates as find},
};

/// Prints them, those that most people spoke of first.
///
/// # Errors
/// The archive or its index cannot be read.
pub async fn candidates(
    archive: Archive,
    settings: &Settings,
    arguments: &CandidatesArgs,
    output: Output,
) -> anyhow::Result<()> {
    let now = archive.clock.now();
    let sought = Sought { search: &archive.search, store: &archive.store, catalogue: &settings.catalogue, now };
    let found = find(&sought, arguments.days).await.map_err(|error| anyhow::anyhow!("{error}"))?;
    if found.is_empty() && !output.json {
        println!("In {} days no two people said of a name that the catalogue lacks that it is down.", arguments.days);
    }
    for one in found {
        output.line(
            || json!({ "name": one.name, "authors": one.authors, "posts": one.posts, "last": one.last }),
            || {
                format!(
                    "{}  {} people in {} posts, last {}",
                    one.name,
                    one.authors,
                    one.posts,
                    duration::stamp(one.last)
                )
            },
        );
    }
    Ok(())
}
