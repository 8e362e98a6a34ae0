//! The query language: one grammar for page, feed and command line, read by us into a tree.
//!
//! ```text
//! any     = all { "OR" all }
//! all     = { part }
//! part    = "-" part | "(" any ")" | "\"" phrase "\"" | field ":" value | word
//! ```
//!
//! Words that stand side by side must all be there. Fields are the rows of [`FIELDS`]. Every error points at its place.

mod fields;

use std::fmt;

use super::Timestamp;

pub use fields::{FIELDS, Field, FieldKind, KINDS, Value};

/// A query as it was understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Query {
    /// Everything.
    #[default]
    Everything,
    /// What this condition holds for.
    Is(Condition),
    /// What it does not hold for.
    Not(Box<Query>),
    /// What all of these hold for; two or more.
    All(Vec<Query>),
    /// What any of these holds for; two or more.
    Any(Vec<Query>),
}

/// What a document is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Title or text contains this text's words: one word, or a phrase in order.
    Text(String),
    /// A field has this value, or one on the right side of it.
    Field(&'static Field, Value),
}

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", at + 1)]
pub struct QueryError {
    /// Offset in characters from the start of the query.
    pub at: usize,
    /// What was expected.
    pub message: String,
}

/// Longest query that is read, in bytes: more than anybody types, less than hurts.
pub const LONGEST: usize = 2_000;

/// Deepest nesting of brackets and minus signs: the reader and whoever walks the tree go as deep.
const DEEPEST: usize = 40;

impl Query {
    /// Reads a query; `now` is what relative times count from.
    ///
    /// # Errors
    /// An unknown field, a value that the field does not take, a quote or bracket that is not closed, a query over
    /// [`LONGEST`] or nested too deep.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, QueryError> {
        if text.len() > LONGEST {
            return Err(QueryError { at: 0, message: format!("the query is longer than {LONGEST} bytes") });
        }
        let mut reader = Reader { chars: text.chars().collect(), at: 0, depth: 0, now };
        let query = reader.any()?;
        match reader.peek() {
            None => Ok(query.unwrap_or_default()),
            Some(_) => Err(reader.error("this bracket was never opened")),
        }
    }

    /// The words and phrases to be highlighted: those that must be there, not those that must not.
    pub fn words(&self) -> Vec<&str> {
        match self {
            Self::Is(Condition::Text(text)) => vec![text],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::words).collect(),
            Self::Everything | Self::Is(_) | Self::Not(_) => Vec::new(),
        }
    }

    /// The query in its own language: read again, it is the same.
    pub fn written(&self) -> String {
        let list = |parts: &[Self], between: &str| {
            let parts: Vec<String> = parts.iter().map(Self::written_inside).collect();
            parts.join(between)
        };
        match self {
            Self::Everything => String::new(),
            Self::Is(Condition::Text(text)) => fields::quoted(text),
            Self::Is(Condition::Field(field, value)) => field.write(value),
            Self::Not(part) => format!("-{}", part.written_inside()),
            Self::All(parts) => list(parts, " "),
            Self::Any(parts) => list(parts, " OR "),
        }
    }

    fn written_inside(&self) -> String {
        match self {
            Self::All(_) | Self::Any(_) => format!("({})", self.written()),
            _ => self.written(),
        }
    }

    /// What this query finds and for which this condition holds too.
    pub fn and(&self, condition: Condition) -> Self {
        let condition = Self::Is(condition);
        match self {
            Self::Everything => condition,
            Self::All(parts) => Self::All(parts.iter().cloned().chain([condition]).collect()),
            other => Self::All(vec![other.clone(), condition]),
        }
    }

    /// The query without the conditions on fields for which `is_gone` holds, where they stand for all of it.
    pub fn without(&self, is_gone: impl Fn(&'static Field, &Value) -> bool) -> Self {
        let stays = |part: &Self| !matches!(part, Self::Is(Condition::Field(field, value)) if is_gone(field, value));
        match self {
            Self::All(parts) => {
                joined(parts.iter().filter(|part| stays(part)).cloned().collect(), Self::All).unwrap_or_default()
            }
            other if stays(other) => other.clone(),
            _ => Self::Everything,
        }
    }

    /// Whether it asks this field anything, anywhere.
    pub fn asks(&self, name: &str) -> bool {
        match self {
            Self::Everything | Self::Is(Condition::Text(_)) => false,
            Self::Is(Condition::Field(field, _)) => field.name == name,
            Self::Not(part) => part.asks(name),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.asks(name)),
        }
    }

    /// The values that must hold of this field for all that is found.
    pub fn values_of(&self, name: &str) -> Vec<&Value> {
        match self {
            Self::Is(Condition::Field(field, value)) if field.name == name => vec![value],
            Self::All(parts) => {
                let is = |part: &Self| matches!(part, Self::Is(_));
                parts.iter().filter(|part| is(part)).flat_map(|part| part.values_of(name)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The same query with every condition passed through `change`.
    pub fn map(self, change: &impl Fn(Condition) -> Condition) -> Self {
        let each = |parts: Vec<Self>| parts.into_iter().map(|part| part.map(change)).collect();
        match self {
            Self::Everything => Self::Everything,
            Self::Is(condition) => Self::Is(change(condition)),
            Self::Not(part) => Self::Not(Box::new(part.map(change))),
            Self::All(parts) => Self::All(each(parts)),
            Self::Any(parts) => Self::Any(each(parts)),
        }
    }
}

/// Walks over the characters of a query. Parts that ask nothing (`""`, `()`) are `None` and left out.
struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    now: Timestamp,
}

type Part = Result<Option<Query>, QueryError>;

impl Reader {
    fn any(&mut self) -> Part {
        let mut parts: Vec<Query> = self.all()?.into_iter().collect();
        while self.word_ahead("OR") {
            let at = self.at;
            self.at += 2;
            match self.all()? {
                Some(part) if !parts.is_empty() => parts.push(part),
                _ => return Err(QueryError { at, message: "OR stands between two things".to_owned() }),
            }
        }
        Ok(joined(parts, Query::Any))
    }

    fn all(&mut self) -> Part {
        let mut parts = Vec::new();
        while self.skip_blanks() && self.peek() != Some(')') && !self.word_ahead("OR") {
            parts.extend(self.part()?);
        }
        Ok(joined(parts, Query::All))
    }

    fn part(&mut self) -> Part {
        if self.depth >= DEEPEST {
            return Err(self.error("this is nested too deep"));
        }
        self.depth += 1;
        let part = match self.peek() {
            Some('-') => {
                self.at += 1;
                // A minus that stands alone asks nothing.
                let stands_alone = self.peek().is_none_or(char::is_whitespace);
                if stands_alone { Ok(None) } else { Ok(self.part()?.map(|part| Query::Not(Box::new(part)))) }
            }
            Some('(') => self.group(),
            Some('"') => Ok(text_part(self.quoted()?)),
            _ => self.word_or_field(),
        };
        self.depth -= 1;
        part
    }

    fn group(&mut self) -> Part {
        let open = self.at;
        self.at += 1;
        let inside = self.any()?;
        if self.peek() != Some(')') {
            return Err(QueryError { at: open, message: "this bracket is not closed".to_owned() });
        }
        self.at += 1;
        Ok(inside)
    }

    /// A bare word, or a field with its value.
    fn word_or_field(&mut self) -> Part {
        let start = self.at;
        let mut word = String::new();
        while let Some(next) = self.peek().filter(|next| !next.is_whitespace() && !matches!(next, '"' | '(' | ')')) {
            self.at += 1;
            // `https://…` is a word, not a field.
            if next == ':' && is_field_name(&word) && self.peek() != Some('/') {
                return self.field(start, &word).map(|condition| Some(Query::Is(condition)));
            }
            word.push(next);
        }
        Ok(text_part(word))
    }

    /// The value of field `name` and what it means.
    fn field(&mut self, start: usize, name: &str) -> Result<Condition, QueryError> {
        let Some(field) = Field::find(name) else {
            let known: Vec<_> = FIELDS.iter().map(|field| format!("{}:", field.name)).collect();
            let message = format!("there is no field “{name}:”; the fields are {}", known.join(" "));
            return Err(QueryError { at: start, message });
        };
        let value_at = self.at;
        let value = if self.peek() == Some('"') { self.quoted()? } else { self.bare() };
        if value.trim().is_empty() {
            return Err(QueryError {
                at: value_at, message: format!("“{name}:” needs a value, as in {}", field.help)
            });
        }
        let read = field.read(value.trim(), self.now);
        read.map(|value| Condition::Field(field, value)).map_err(|message| QueryError { at: value_at, message })
    }

    fn bare(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|next| !next.is_whitespace() && next != ')') {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    fn quoted(&mut self) -> Result<String, QueryError> {
        let open = self.at;
        self.at += 1;
        let start = self.at;
        while let Some(next) = self.peek() {
            self.at += 1;
            if next == '"' {
                return Ok(self.chars[start..self.at - 1].iter().collect());
            }
        }
        Err(QueryError { at: open, message: "this quote is not closed".to_owned() })
    }

    /// Moves to the next character that is not white space; false at the end.
    fn skip_blanks(&mut self) -> bool {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.peek().is_some()
    }

    /// Whether this word (and nothing longer) comes next.
    fn word_ahead(&self, word: &str) -> bool {
        let end = self.at + word.len();
        let next = self.chars.get(self.at..end).is_some_and(|next| next.iter().copied().eq(word.chars()));
        next && self.chars.get(end).is_none_or(|after| after.is_whitespace() || matches!(after, '(' | ')' | '"'))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn error(&self, message: &str) -> QueryError {
        QueryError { at: self.at, message: message.to_owned() }
    }
}

/// No part is nothing, one part is itself, more are joined.
fn joined(mut parts: Vec<Query>, join: fn(Vec<Query>) -> Query) -> Option<Query> {
    if parts.len() < 2 { parts.pop() } else { Some(join(parts)) }
}

fn text_part(text: String) -> Option<Query> {
    (!text.trim().is_empty()).then_some(Query::Is(Condition::Text(text)))
}

/// A name before a colon that somebody meant as a field; `12:30` and `::` are words.
fn is_field_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_')
}

impl fmt::Display for Query {
    /// How the query was understood, in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], between: &str| {
            for (at, part) in parts.iter().enumerate() {
                f.write_str(if at == 0 { "" } else { between })?;
                match part {
                    Self::All(_) | Self::Any(_) => write!(f, "({part})"),
                    _ => write!(f, "{part}"),
                }?;
            }
            Ok(())
        };
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Is(condition) => write!(f, "{condition}"),
            Self::Not(part) if matches!(**part, Self::All(_) | Self::Any(_)) => write!(f, "not ({part})"),
            Self::Not(part) => write!(f, "not {part}"),
            Self::All(parts) => list(f, parts, ", and "),
            Self::Any(parts) => list(f, parts, ", or "),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "“{text}”"),
            Self::Field(field, value) => f.write_str(&field.tell(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2024-12-27T12:00:00Z".parse().expect("an instant")
    }

    fn understood(text: &str) -> String {
        Query::parse(text, now()).map_or_else(|error| error.to_string(), |query| query.to_string())
    }

    #[test]
    fn a_query_says_how_it_was_understood() {
        for (text, expected) in [
            ("", "everything"),
            ("chatgpt down", "“chatgpt”, and “down”"),
            ("\"internal server error\" -weather", "“internal server error”, and not “weather”"),
            ("service:\"OpenAI API\" outage:yes", "speaking of OpenAI API, and about an outage"),
            ("-service:Slack", "not speaking of Slack"),
            ("a OR b c", "“a”, or (“b”, and “c”)"),
            ("(a OR b) -(c OR \"d e\")", "(“a”, or “b”), and not (“c”, or “d e”)"),
            ("a or b", "“a”, and “or”, and “b”"),
            ("ORACLE", "“ORACLE”"),
            (
                "phase:in-progress lang:DE score:0.7",
                "in phase in_progress, and in language de, and scored 0.70 or more",
            ),
            ("after:-24h before:-30m", "at or after 2024-12-26T12:00:00Z, and before 2024-12-27T11:30:00Z"),
            (
                "after:2024-12-26 (before:2024-12-27)",
                "at or after 2024-12-26T00:00:00Z, and before 2024-12-27T00:00:00Z",
            ),
            ("https://example.org/a?b=c 12:30", "“https://example.org/a?b=c”, and “12:30”"),
            ("- \"\" () ::", "“::”"),
            ("--a", "not not “a”"),
        ] {
            assert_eq!(understood(text), expected, "{text}");
        }
    }

    #[test]
    fn an_error_says_where_and_what_was_expected() {
        for (text, at, word) in [
            ("x colour:red", 2, "service:"),
            ("down after:soon", 11, "2024-12-26"),
            ("a \"b", 2, "not closed"),
            ("outage:maybe", 7, "yes or no"),
            ("service:", 8, "needs a value"),
            ("a (b", 2, "not closed"),
            ("a) b", 1, "never opened"),
            ("a OR", 2, "between two things"),
            ("OR a", 0, "between two things"),
            ("score:2", 6, "0 to 1"),
            ("lang:english", 5, "such as en"),
            ("kind:tweet", 5, "headline"),
        ] {
            let error = Query::parse(text, now()).expect_err(text);
            assert_eq!(error.at, at, "{text}: {error}");
            assert!(error.message.contains(word), "{text}: {error}");
        }
        assert!(Query::parse(&"(".repeat(1_000), now()).is_err());
        assert!(Query::parse(&"-".repeat(1_000), now()).is_err());
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic_and_errors_point_into_it(text in "[()\"\\-: a-zOR0-9.]{0,60}|\\PC{0,60}") {
            match Query::parse(&text, now()) {
                Ok(query) => {
                    let _told = query.to_string();
                    let written = query.written();
                    prop_assert_eq!(Query::parse(&written, now()), Ok(query), "{}", written);
                }
                Err(error) => prop_assert!(error.at <= text.chars().count()),
            }
        }
    }
}
