//! `downwire feedback`: an operator says whether a verdict is right. Marks are labels for `train --marks`.

use anyhow::{Context as _, bail};
use serde_json::json;

use super::{Archive, Output};
use crate::{cli::FeedbackArgs, model::Id};

/// Marks an item, or lists every mark.
///
/// # Errors
/// There is no such item, or the archive cannot be read or written.
pub async fn feedback(archive: Archive, arguments: &FeedbackArgs, output: Output) -> anyhow::Result<()> {
    let (Some(id), Some(word)) = (&arguments.id, &arguments.word) else { return list(&archive, output).await };
    let item: Id = id.parse().with_context(|| format!("{id} is no id: it stands at the end of the item's address"))?;
    let Some(row) = archive.store.item(item).await? else { bail!("the archive has no item {id}") };
    let outage = match word.as_str() {
        "right" => row.verdict.outage,
        "wrong" => !row.verdict.outage,
        other => other == "outage",
    };
    archive.store.mark(item, outage).await?;
    let said = if outage { "about an outage" } else { "not about an outage" };
    output.line(
        || json!({ "id": id, "outage": outage, "verdict": row.verdict.outage }),
        || format!("{id} is marked: {said}; `downwire train --marks` learns from it"),
    );
    Ok(())
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
