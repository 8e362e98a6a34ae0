//! JSON Feed 1.0 and 1.1 to records. An id may be a number, and one bad item costs only itself.

use serde_json::Value;

use super::{
    super::{ReadError, page::shape},
    parse::Document,
    record::{Link, Record, Words},
};
use crate::text::{dates, html};

/// Reads a JSON Feed.
///
/// # Errors
/// It is broken JSON, or no JSON Feed.
pub(in crate::source) fn json(text: &str) -> Result<Document, ReadError> {
    let value: Value = serde_json::from_str(text).map_err(|error| ReadError::BrokenJson(error.to_string()))?;
    let Some(items) = value.get("items").and_then(Value::as_array) else {
        return Err(ReadError::OtherJson(shape(&value)));
    };
    let mut document = Document {
        head: Record {
            title: title(&value),
            summary: plain(&value, "description"),
            links: link(&value, "home_page_url", None)
                .into_iter()
                .chain(link(&value, "next_url", Some("next")))
                .collect(),
            authors: authors(&value),
            language: line(&value, "language"),
            ..Record::default()
        },
        ..Document::default()
    };
    let mut zoneless = 0;
    for (at, item) in (1..).zip(items) {
        if item.is_object() {
            document.entries.push((at, record(item, &mut zoneless)));
        } else {
            document.skipped.push(format!("item {at}: no object"));
        }
    }
    if zoneless > 0 {
        document.repaired.push(format!("dates without a zone were read as UTC ({zoneless})"));
    }
    Ok(document)
}

fn record(item: &Value, zoneless: &mut usize) -> Record {
    let mut date = |key| {
        let written = dates::read(&line(item, key)?)?;
        *zoneless += usize::from(!written.zone);
        Some(written.at)
    };
    let html = line(item, "content_html").map(|value| Words { value, is_plain: false });
    Record {
        id: line(item, "id").unwrap_or_default(),
        title: title(item),
        links: link(item, "url", None).into_iter().chain(link(item, "external_url", None)).collect(),
        content: html.or_else(|| plain(item, "content_text")),
        summary: plain(item, "summary"),
        published: date("date_published"),
        updated: date("date_modified"),
        authors: authors(item),
        language: line(item, "language"),
        ttl: None,
    }
}

/// A string, or a number as it is written.
fn line(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn plain(value: &Value, key: &str) -> Option<Words> {
    line(value, key).map(|value| Words { value, is_plain: true })
}

/// Plain text by the letter; in practice with the entities of the page it was taken from.
fn title(value: &Value) -> Option<Words> {
    line(value, "title").map(|title| Words { value: html::decode(&title).into_owned(), is_plain: true })
}

fn link(value: &Value, key: &str, rel: Option<&str>) -> Option<Link> {
    line(value, key).map(|href| Link { href, rel: rel.map(str::to_owned), kind: None, base: None })
}

/// `authors` of version 1.1, `author` of 1.0.
fn authors(value: &Value) -> Vec<String> {
    let many = value.get("authors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    many.iter().chain(value.get("author")).filter_map(|author| line(author, "name")).collect()
}
