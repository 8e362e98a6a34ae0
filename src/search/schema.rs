//! The fields of the index.

use tantivy::{
    IndexSettings, IndexSortByField, Order, TantivyDocument, Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

use super::tokenizer;
use crate::{
    model::{Document, Id, Timestamp},
    text::language,
};

/// Raised whenever fields, the tokenizer or what is put into them change: an index of another version is rebuilt.
pub const VERSION: u32 = 4;

/// Handles of the fields.
#[derive(Debug, Clone)]
pub struct Fields {
    /// The schema they belong to.
    pub schema: Schema,
    /// The upper half of the id, for reading hits: plain columns merge faster than a dictionary of unique values.
    pub id_high: Field,
    /// The lower half, which also finds what is to be deleted: 64 bits of a hash tell millions of documents apart (two
    /// of ten million are alike with a chance of one in 400,000), and take half the room of all 128.
    pub id_low: Field,
    /// Title and text, with positions.
    pub words: Field,
    /// Service names, lower case, several.
    pub service: Field,
    /// Source name, lower case.
    pub source: Field,
    /// Kind.
    pub kind: Field,
    /// Phase, where it has one.
    pub phase: Field,
    /// Primary language tag, where known.
    pub language: Field,
    /// 1 when it is about an outage, else 0.
    pub outage: Field,
    /// 1 when it repeats an item of another source, else 0.
    pub copy: Field,
    /// The verdict's score, in hundredths.
    pub score: Field,
    /// Seconds since 1970 UTC. An i64: typed dates outside 1677-2262 are an error, and feeds say year 1.
    pub at: Field,
}

impl Fields {
    /// The fields of this version.
    pub fn new() -> Self {
        let mut builder = Schema::builder();
        let text = TextFieldIndexing::default()
            .set_tokenizer(tokenizer::NAME)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        // Found whole and counted, never ranked: no lengths are kept.
        let whole = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        let name = TextOptions::default().set_indexing_options(whole).set_fast("raw");
        let id_high = builder.add_u64_field("id_high", FAST);
        let id_low = builder.add_u64_field("id_low", INDEXED | FAST);
        let words = builder.add_text_field("words", TextOptions::default().set_indexing_options(text));
        let service = builder.add_text_field("service", name.clone());
        let source = builder.add_text_field("source", name.clone());
        let kind = builder.add_text_field("kind", name.clone());
        let phase = builder.add_text_field("phase", name.clone());
        let language = builder.add_text_field("language", name.clone());
        let outage = builder.add_u64_field("outage", INDEXED | FAST);
        let copy = builder.add_u64_field("copy", INDEXED | FAST);
        let score = builder.add_u64_field("score", INDEXED | FAST);
        let at = builder.add_i64_field("at", INDEXED | FAST);
        Self {
            schema: builder.build(),
            id_high,
            id_low,
            words,
            service,
            source,
            kind,
            phase,
            language,
            outage,
            copy,
            score,
            at,
        }
    }

    /// Newest first on disk: what the archive's pages ask for costs least.
    pub fn settings() -> IndexSettings {
        IndexSettings {
            sort_by_field: Some(IndexSortByField { field: "at".to_owned(), order: Order::Desc }),
            ..IndexSettings::default()
        }
    }

    /// What the index keeps of a document.
    pub fn document(&self, document: &Document) -> TantivyDocument {
        let mut row = TantivyDocument::default();
        let (high, low) = halves(document.id);
        row.add_u64(self.id_high, high);
        row.add_u64(self.id_low, low);
        row.add_text(self.words, &document.title);
        row.add_text(self.words, &document.text);
        for service in &document.services {
            row.add_text(self.service, folded(service));
        }
        row.add_text(self.source, folded(&document.source));
        row.add_text(self.kind, &document.kind);
        if let Some(phase) = &document.phase {
            row.add_text(self.phase, phase);
        }
        if let Some(language) = language(document) {
            row.add_text(self.language, language);
        }
        row.add_u64(self.outage, u64::from(document.outage));
        row.add_u64(self.copy, u64::from(document.copy));
        // From 0 to 100: what is not a number counts as none.
        row.add_u64(self.score, (document.score.clamp(0.0, 1.0) * 100.0).round() as u64);
        row.add_i64(self.at, document.at.as_second());
        row
    }

    /// The term by which a document is deleted.
    pub fn id_term(&self, id: Id) -> Term {
        Term::from_field_u64(self.id_low, halves(id).1)
    }
}

/// The language of a document; of an official record, which declares none, the one it is written in.
fn language(document: &Document) -> Option<&str> {
    let is_official = || matches!(document.kind.as_str(), "incident" | "maintenance");
    let text = if document.text.len() > document.title.len() { &document.text } else { &document.title };
    document.language.as_deref().or_else(|| is_official().then(|| language::detect(text)).flatten())
}

/// Names are matched whole, whatever their case.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The two halves of an id.
pub fn halves(id: Id) -> (u64, u64) {
    let value = u128::from_be_bytes(id.bytes());
    ((value >> 64) as u64, value as u64)
}

/// The id of two halves.
pub fn joined(high: u64, low: u64) -> Id {
    Id::from_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
}

/// The first whole second at or after an instant: documents are kept to the second below.
pub fn second_at_or_after(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}
