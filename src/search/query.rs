//! The query tree as tantivy's.

use std::ops::Bound;

use tantivy::{
    Term,
    query::{AllQuery, BooleanQuery, EmptyQuery, Occur, PhraseQuery, Query as TantivyQuery, RangeQuery, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    excluded::Excluded,
    schema::{Fields, folded, second_at_or_after},
    within::Within,
};
use crate::{
    model::{
        Query,
        query::{self as asked, Condition, FieldKind, Value},
    },
    text::words::words,
};

/// A query for the index.
pub fn compile(query: &Query, fields: &Fields) -> Box<dyn TantivyQuery> {
    part(query, fields).unwrap_or_else(|| Box::new(AllQuery))
}

/// A part of the tree; `None` when it asks nothing, as a word of punctuation alone does.
fn part(query: &Query, fields: &Fields) -> Option<Box<dyn TantivyQuery>> {
    match query {
        Query::Everything => None,
        Query::Is(asked) => condition(asked, fields),
        Query::Not(_) => Some(all(std::slice::from_ref(query), fields)?),
        Query::All(parts) => all(parts, fields),
        Query::Any(parts) => {
            // What asks nothing holds for everything, and so does any choice with it.
            let choices: Option<Vec<_>> =
                parts.iter().map(|choice| Some((Occur::Should, part(choice, fields)?))).collect();
            Some(Box::new(BooleanQuery::new(choices?)))
        }
    }
}

/// All of these: what is wanted, less what is not.
fn all(parts: &[Query], fields: &Fields) -> Option<Box<dyn TantivyQuery>> {
    let mut clauses: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::new();
    for wanted in parts {
        match wanted {
            Query::Not(unwanted) => {
                clauses
                    .extend(part(unwanted, fields).map(|query| -> (Occur, Box<dyn TantivyQuery>) {
                        (Occur::MustNot, Box::new(Excluded(query)))
                    }));
            }
            wanted => clauses.extend(part(wanted, fields).map(|query| (Occur::Must, query))),
        }
    }
    if clauses.is_empty() {
        return None;
    }
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    Some(match <[_; 1]>::try_from(clauses) {
        Ok([(_, only)]) => only,
        Err(clauses) => Box::new(BooleanQuery::new(clauses)),
    })
}

/// One condition; `None` when it asks nothing of the index, as a word of punctuation alone does.
fn condition(condition: &Condition, fields: &Fields) -> Option<Box<dyn TantivyQuery>> {
    match condition {
        Condition::Text(text) => text_query(text, fields),
        Condition::Field(field, value) => {
            // A field of the table that the index does not have finds nothing; a test asks for every one of them.
            let Ok(index) = fields.schema.get_field(field.index) else { return Some(Box::new(EmptyQuery)) };
            Some(field_query(field, value, index))
        }
    }
}

fn field_query(field: &asked::Field, value: &Value, index: Field) -> Box<dyn TantivyQuery> {
    match value {
        Value::Word(word) => exact(Term::from_field_text(index, &folded(word))),
        Value::Flag(flag) => exact(Term::from_field_u64(index, u64::from(*flag))),
        Value::Hundredths(hundredths) => {
            let least = Term::from_field_u64(index, u64::from(*hundredths));
            Box::new(RangeQuery::new(Bound::Included(least), Bound::Unbounded))
        }
        Value::Instant { at, .. } => {
            let second = Some(second_at_or_after(*at));
            Box::new(match field.kind {
                FieldKind::Until => Within { from: None, before: second },
                _ => Within { from: second, before: None },
            })
        }
    }
}

fn exact(term: Term) -> Box<dyn TantivyQuery> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// One word, or several in order: `status.openai.com` is a phrase too.
fn text_query(text: &str, fields: &Fields) -> Option<Box<dyn TantivyQuery>> {
    let mut terms: Vec<Term> = words(text).iter().map(|word| Term::from_field_text(fields.words, word)).collect();
    match terms.len() {
        // Punctuation alone asks nothing; data too long to be a word is found nowhere.
        0 if text.chars().any(char::is_alphanumeric) => Some(Box::new(EmptyQuery)),
        0 => None,
        1 => terms
            .pop()
            .map(|term| -> Box<dyn TantivyQuery> { Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) }),
        _ => Some(Box::new(PhraseQuery::new(terms))),
    }
}
