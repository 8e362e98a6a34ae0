//! `downwire feedback`: an operator says whether a verdict is right. Marks are labels for `train --marks`.

use anyhow::{Context as _, bail};
use serde_json::json;

use super::{Archive, Output};
use crate::{cli::FeedbackArgs, model::Id};

/// Marks an item, or lists every mark.
///
/// # Errors
/// There is no such item, nothing at all is in the archive, or it cannot be read or written.
pub async fn feedback(archive: Archive, arguments: &FeedbackArgs, output: Output) -> anyhow::Result<()> {
    holds_something(&archive).await?;
    let (Some(id), Some(word)) = (&arguments.id, &arguments.word) else { return list(&archive, output).await };
    let item: Id =
        id_in(id).parse().with_context(|| format!("{id} is no id: it stands at the end of the item's address"))?;
    let Some(row) = archive.store.item(item).await? else { bail!("the archive has no item {item}") };
    if word == "unmarked" {
        archive.store.unmark(item).await?;
        output.line(
            || json!({ "id": item.to_string(), "outage": null, "verdict": row.verdict.outage }),
            || format!("{item} has no mark now"),
        );
        return Ok(());
    }
    let outage = match word.as_str() {
        "right" => row.verdict.outage,
        "wrong" => !row.verdict.outage,
        other => other == "outage",
    };
    archive.store.mark(item, outage).await?;
    let said = if outage { "about an outage" } else { "not about an outage" };
    output.line(
        || json!({ "id": item.to_string(), "outage": outage, "verdict": row.verdict.outage }),
        || format!("{item} is marked: {said}; `downwire train --marks` learns from it"),
    );
    Ok(())
}

/// There is nothing to mark in an empty archive: most likely it is another folder's that was meant.
async fn holds_something(archive: &Archive) -> anyhow::Result<()> {
    if archive.store.totals().await?.items > 0 {
        return Ok(());
    }
    bail!(
        "the archive in {} holds no items: start in the folder where downwire runs, or name its configuration with \
         --config FILE; a new archive is filled by `downwire fetch`",
        archive.folder.display()
    )
}

/// The id in what was given: itself, or what stands in the address of an item's page.
fn id_in(given: &str) -> &str {
    let given = given.trim();
    let behind = given.rsplit_once("/item/").map_or(given, |(_, behind)| behind);
    behind.split(['/', '?', '#']).next().unwrap_or_default()
}

async fn list(archive: &Archive, output: Output) -> anyhow::Result<()> {
    let marks = archive.store.marks().await?;
    for (mark, row) in &marks {
        let (right, said) = (row.verdict.outage == mark.outage, if mark.outage { "outage" } else { "none" });
        output.line(
            || {
                json!({ "id": mark.item.to_string(), "outage": mark.outage, "verdict": row.verdict.outage,
                        "judged_by": mark.judged_by, "marked_at": mark.marked_at.to_string(), "current": mark.is_current })
            },
            || {
                let agrees = if right { "the verdict agrees" } else { "the verdict differs" };
                let before = if mark.is_current { "" } else { "; marked before the text changed: not learned from" };
                format!("{} {said} ({agrees}{before})", mark.item)
            },
        );
    }
    if !output.json {
        println!("{} marks", marks.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_an_item_is_as_good_as_its_id() {
        for given in
            ["4k", " 4k\n", "/item/4k", "http://127.0.0.1:8080/item/4k", "https://a.example/x/item/4k/?q=1#top"]
        {
            assert_eq!(id_in(given), "4k", "{given}");
        }
    }
}
