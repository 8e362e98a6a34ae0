//! An export of another downwire into the archive: line by line, however large it is, many lines in one transaction.

use std::io::{self, BufRead, Read as _};

use super::import::Imported;
use crate::{
    classify::Classifier,
    model::{Batch, ExportLine},
    source::export,
    store::{Store, StoreError},
};

/// Longest line that is read, in bytes: the body limit of DESIGN section 5.
const LONGEST: u64 = 15_000_000;

/// Lines of one transaction, and bytes after which it is committed with fewer.
const LINES: usize = 500;
/// See [`LINES`].
const BYTES: usize = 8_000_000;

/// Lines that could not be read and are named, each with its reason; the others are only counted.
const NAMED: usize = 10;

/// Reads an export and commits what is in it.
///
/// # Errors
/// The store cannot be written. A file that cannot be read is no error of this function: `error` says why.
pub async fn import_export(
    store: &Store,
    classifier: &Classifier,
    mut lines: impl BufRead,
    service: Option<&str>,
) -> Result<Imported, StoreError> {
    let mut imported = Imported { is_export: true, service: service.map(str::to_owned), ..Imported::default() };
    let (mut number, mut unread, mut bytes) = (0, 0, 0);
    let mut batch = Batch::default();
    loop {
        number += 1;
        let read = match next(&mut lines) {
            Ok(None) => break,
            Ok(Some(text)) if text.trim().is_empty() => continue,
            Ok(Some(text)) => {
                bytes += text.len();
                export::line(&text)
            }
            Err(error) => {
                imported.error = Some(format!("line {number}: {error}"));
                break;
            }
        };
        match read {
            Ok(line) => imported.take(line, classifier, service, &mut batch),
            Err(why) if unread < NAMED => {
                imported.skipped.push(format!("line {number}: {why}"));
                unread += 1;
            }
            Err(_) => unread += 1,
        }
        if batch.exported.len() >= LINES || bytes >= BYTES {
            bytes = 0;
            imported.commit(store, &mut batch).await?;
        }
    }
    if unread > NAMED {
        imported.skipped.push(format!("{} more lines", unread - NAMED));
    }
    imported.commit(store, &mut batch).await?;
    Ok(imported)
}

impl Imported {
    /// Counts a line, judges it where nobody has, and puts it into a batch.
    fn take(&mut self, line: ExportLine, classifier: &Classifier, service: Option<&str>, batch: &mut Batch) {
        batch.exported.push(match line {
            ExportLine::Header { .. } => return,
            ExportLine::Incident(mut line) => {
                self.incidents += 1;
                self.updates += line.incident.updates.len();
                line.incident.service = line.incident.service.take().or_else(|| service.map(str::to_owned));
                // What somebody has judged already stays as it is, to the byte.
                if line.verdict.is_none() {
                    let host = line.incident.page.host.as_deref().unwrap_or_default();
                    let by_host = || classifier.service_of_page(host);
                    line.incident.service = line.incident.service.take().or_else(by_host);
                    line.verdict = Some(classifier.judge_incident(&line.incident));
                }
                self.service = self.service.take().or_else(|| line.incident.service.clone());
                ExportLine::Incident(line)
            }
            ExportLine::Item(line) => {
                self.items += 1;
                ExportLine::Item(line)
            }
            ExportLine::Impact(mut line) => {
                self.impacts += 1;
                line.service = line.service.take().or_else(|| service.map(str::to_owned));
                ExportLine::Impact(line)
            }
            ExportLine::Day(mut line) => {
                self.days += 1;
                line.service = line.service.take().or_else(|| service.map(str::to_owned));
                ExportLine::Day(line)
            }
        });
    }

    async fn commit(&mut self, store: &Store, batch: &mut Batch) -> Result<(), StoreError> {
        let committed = store.commit(&[std::mem::take(batch)]).await?;
        self.new += committed.iter().map(crate::store::Committed::new_in_all).sum::<usize>();
        Ok(())
    }
}

/// The next line without its end; `None` behind the last. What is not UTF-8 is replaced.
fn next(lines: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = lines.take(LONGEST).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    if bytes.len() as u64 >= LONGEST && bytes.last() != Some(&b'\n') {
        return Err(io::Error::other(format!("longer than the limit of {LONGEST} bytes")));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}
