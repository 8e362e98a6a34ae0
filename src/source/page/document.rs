//! A document as adapters look at it: its text, and its JSON where it is any, parsed once.

use std::cell::OnceCell;

use serde_json::Value;

use crate::{
    source::{
        ReadError,
        sniff::{self, Format},
    },
    text::html,
};

/// What a document of a status page should have been, for an error.
const WANTED: &str = "JSON of a status page";

/// A decoded document.
pub(in crate::source) struct Document<'a> {
    /// Its text.
    pub text: &'a str,
    format: Result<Format, ReadError>,
    json: OnceCell<Result<Value, ReadError>>,
}

impl<'a> Document<'a> {
    /// A document of that text.
    pub fn of(text: &'a str) -> Self {
        Self { text, format: sniff::format(text, WANTED), json: OnceCell::new() }
    }

    /// Its JSON.
    ///
    /// # Errors
    /// It is something else, or broken.
    pub fn json(&self) -> Result<&Value, ReadError> {
        let parse = || match &self.format {
            Ok(Format::Json) => {
                serde_json::from_str(self.text).map_err(|error| ReadError::BrokenJson(error.to_string()))
            }
            Ok(Format::Xml) => Err(ReadError::OtherPage("a platform that speaks JSON", "XML".to_owned())),
            // `null` is an answer, too.
            Err(error) => serde_json::from_str(self.text).map_err(|_| error.clone()),
        };
        self.json.get_or_init(parse).as_ref().map_err(Clone::clone)
    }

    /// Its JSON, where it is any.
    pub fn value(&self) -> Option<&Value> {
        self.json().ok()
    }

    /// Whether it is XML, such as a feed.
    pub fn is_xml(&self) -> bool {
        self.format == Ok(Format::Xml)
    }

    /// Whether it is a page for people.
    pub fn is_html(&self) -> bool {
        matches!(self.format, Err(ReadError::Html(..)))
    }
}

/// A document's first keys, for somebody who wonders what came.
pub(in crate::source) fn shape(document: &Value) -> String {
    match document {
        Value::Object(object) if object.is_empty() => "an empty object".to_owned(),
        Value::Object(object) => {
            let keys: Vec<_> = object.keys().take(5).map(|key| html::excerpt(key, 30)).collect();
            format!("an object of {}", keys.join(", "))
        }
        Value::Array(array) => format!("an array of {}", array.len()),
        _ => "a bare value".to_owned(),
    }
}
