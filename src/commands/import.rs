//! `downwire import PATH…`: files or folders into the archive. A file that cannot be read says so in its own line and
//! costs only itself.

use std::{
    fs,
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{Archive, Output};
use crate::{
    cli::{EXPORT, ImportArgs},
    config::Settings,
    jobs::{
        import::{Imported, import_file},
        import_export::import_export,
    },
    model::SourceKind,
    source,
};

/// Largest file that is read, in bytes: the body limit of DESIGN section 5.
const LARGEST: u64 = 15_000_000;

/// Reads every file and prints a line for each and a summary.
///
/// # Errors
/// A path does not exist, or the archive cannot be written.
pub async fn import(
    archive: Archive,
    settings: &Settings,
    arguments: &ImportArgs,
    output: Output,
) -> anyhow::Result<()> {
    let files = files(&arguments.paths)?;
    let classifier = super::judge(settings)?;
    let platform = arguments.platform.as_deref().and_then(SourceKind::parse);
    let as_export = arguments.platform.as_deref() == Some(EXPORT);
    let service =
        arguments.service.as_deref().map(|name| settings.catalogue.find(name).map_or(name, |service| &service.name));
    let bar = output.progress(files.len(), "reading");
    let mut sum = Imported::default();
    let mut errors = 0;
    for (file, name) in &files {
        let read = match read(file, as_export) {
            Ok(Content::Export(lines)) => import_export(&archive.store, &classifier, lines, service).await?,
            Ok(Content::Document(bytes)) => {
                import_file(&archive.store, &classifier, &bytes, name, platform, service, archive.clock.now()).await?
            }
            Err(error) => Imported::failed(error.to_string()),
        };
        errors += usize::from(read.error.is_some());
        bar.suspend(|| output.line(|| line(file, &read), || words(file, &read)));
        bar.inc(1);
        sum.add(&read);
    }
    bar.finish_and_clear();
    archive.settle().await?;
    output.line(
        || {
            json!({ "summary": { "files": files.len(), "items": sum.items, "incidents": sum.incidents,
                    "updates": sum.updates, "new": sum.new, "errors": errors } })
        },
        || {
            format!(
                "{} files: {} items, {} incidents with {} updates; {} new; {errors} files could not be read",
                files.len(),
                sum.items,
                sum.incidents,
                sum.updates,
                sum.new
            )
        },
    );
    Ok(())
}

/// Every file below the paths, in the order of their names, each with the name that its items belong to: its own, below a
/// folder with the way to it from there. Two files of one name in two folders are two feeds.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for path in paths {
        let data = fs::metadata(path).map_err(|error| anyhow::anyhow!("cannot read {}: {error}", path.display()))?;
        let mut below = Vec::new();
        if data.is_dir() {
            walk(path, &mut below)?
        } else {
            below.push(path.clone())
        }
        let root = if data.is_dir() { Some(path.as_path()) } else { path.parent() };
        files.extend(below.into_iter().map(|file| {
            let way = root.and_then(|root| file.strip_prefix(root).ok()).unwrap_or(&file);
            let name = way.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            (file, name)
        }));
    }
    Ok(files)
}

/// Collects the files of a folder, depth first; links are not followed, so there are no loops.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = fs::read_dir(&folder)?.filter_map(Result::ok).collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(())
}

/// What a file holds.
enum Content {
    /// An export of ours, which may be of any size and is read line by line.
    Export(BufReader<fs::File>),
    /// Anything else, whole.
    Document(Vec<u8>),
}

fn read(file: &Path, as_export: bool) -> io::Result<Content> {
    let size = fs::metadata(file)?.len();
    let mut lines = BufReader::new(fs::File::open(file)?);
    if as_export || source::export::is_export(lines.fill_buf()?) {
        return Ok(Content::Export(lines));
    }
    if size > LARGEST {
        return Err(io::Error::other(format!("{size} bytes are more than the limit of {LARGEST}")));
    }
    fs::read(file).map(Content::Document)
}

/// The line of DESIGN section 7.
fn line(file: &Path, read: &Imported) -> serde_json::Value {
    json!({
        "file": file.display().to_string(), "as": word(read), "service": read.service,
        "items": read.items, "incidents": read.incidents, "updates": read.updates, "new": read.new,
        "impacts": read.impacts, "days": read.days, "repaired": read.repaired, "skipped": read.skipped, "error": read.error,
    })
}

/// As what a file was read.
fn word(read: &Imported) -> Option<&'static str> {
    if read.is_export { Some(EXPORT) } else { read.platform.map(SourceKind::as_str) }
}

fn words(file: &Path, read: &Imported) -> String {
    let file = file.display();
    match &read.error {
        Some(error) => format!("{file}: {error}"),
        None if read.incidents > 0 => {
            format!("{file}: {} incidents with {} updates, {} new", read.incidents, read.updates, read.new)
        }
        None if read.days + read.impacts > 0 => {
            format!("{file}: {} component days, {} component impacts", read.days, read.impacts)
        }
        None => format!("{file}: {} items, {} new", read.items, read.new),
    }
}
