//! `downwire search QUERY`: the same grammar as the page.

use anyhow::{Context as _, bail};

use super::{Archive, Output};
use crate::{
    cli::SearchArgs,
    config::Settings,
    model::{Cursor, Query},
    search::{Order, Window},
    serve::HitLine,
};

/// Prints the hits of a query.
///
/// # Errors
/// The query cannot be understood, or the archive cannot be read.
pub async fn search(
    archive: Archive,
    settings: &Settings,
    arguments: &SearchArgs,
    output: Output,
) -> anyhow::Result<()> {
    let text = arguments.query.join(" ");
    let query = match Query::parse(&text, archive.clock.now()) {
        Ok(query) => settings.catalogue.canonical(query),
        Err(error) => bail!("{error}\n  {text}\n  {:>1$}", "^", error.at + 1),
    };
    archive.settle().await?;
    let order = if arguments.best { Order::Best } else { Order::Newest };
    let after = arguments.from.as_deref().map(str::parse::<Cursor>).transpose().context("--from")?;
    let window = Window { after, limit: usize::from(arguments.limit), order };
    let found = archive.search.search(&query, window)?;
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
    let mut rows = archive.store.rows(&ids).await?;
    let now = archive.clock.now();
    for hit in &found.hits {
        // A hit whose row is gone is not shown.
        let Some(row) = rows.remove(&hit.id) else { continue };
        let line = HitLine::of(hit, &row, &query);
        output.line(|| line.json(), || line.words(now));
    }
    if !output.json {
        match found.total {
            0 => println!("nothing found ({query})"),
            total => println!("{} of {total} ({query})", found.hits.len()),
        }
        if let Some(next) = found.next {
            println!("go on with --from {next}");
        }
    }
    Ok(())
}
