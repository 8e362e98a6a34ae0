//! The query language: one grammar for page, feed and command line, read by us into a tree.
//!
//! Words are joined by AND. `"a phrase"`, `-not`, and the fields of [`FIELDS`]. Every error points at its place.

use std::fmt;

use super::Timestamp;

/// A query as it was understood: every clause must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// In the order written; empty matches everything.
    pub clauses: Vec<Clause>,
}

/// One condition, perhaps turned round.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Preceded by `-`.
    pub negated: bool,
    /// What must (not) hold.
    pub condition: Condition,
}

/// What a document is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Title or text contains this text's words: one word, or a phrase in order.
    Text(String),
    /// It speaks of this service; case does not matter.
    Service(String),
    /// It came from this source; case does not matter.
    Source(String),
    /// It is of this kind.
    Kind(String),
    /// It is (not) about an outage.
    Outage(bool),
    /// Its time is at or after this instant.
    After(Timestamp),
    /// Its time is before this instant.
    Before(Timestamp),
}

/// A field of the language: its name, and help with an example.
pub struct Field {
    /// What is written before the colon.
    pub name: &'static str,
    /// One line for people.
    pub help: &'static str,
    /// From the words behind the colon to a condition; the error says what was expected.
    read: fn(&str) -> Result<Condition, String>,
}

/// All fields. A new one is one line here, one variant of [`Condition`] and one arm in `search`.
pub const FIELDS: &[Field] = &[
    Field {
        name: "service",
        help: "service:chatgpt, service:\"OpenAI API\"",
        read: |value| Ok(Condition::Service(value.to_owned())),
    },
    Field { name: "source", help: "source:\"The Register\"", read: |value| Ok(Condition::Source(value.to_owned())) },
    Field {
        name: "kind",
        help: "kind:incident (post headline article status-update incident maintenance)",
        read: read_kind,
    },
    Field { name: "outage", help: "outage:yes or outage:no", read: read_outage },
    Field {
        name: "after",
        help: "after:2024-12-26, the day included",
        read: |value| read_instant(value).map(Condition::After),
    },
    Field {
        name: "before",
        help: "before:2024-12-27, the day not included",
        read: |value| read_instant(value).map(Condition::Before),
    },
];

/// The kinds that search knows.
pub const KINDS: [&str; 6] = ["post", "headline", "article", "status-update", "incident", "maintenance"];

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

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// An unknown field, a value that the field does not take, a quote that is not closed, or a query over [`LONGEST`].
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > LONGEST {
            return Err(QueryError { at: 0, message: format!("the query is longer than {LONGEST} bytes") });
        }
        let mut reader = Reader { chars: text.chars().collect(), at: 0 };
        let mut clauses = Vec::new();
        while reader.skip_blanks() {
            clauses.extend(reader.clause()?);
        }
        Ok(Self { clauses })
    }

    /// The words and phrases to be highlighted.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.clauses.iter().filter(|clause| !clause.negated).filter_map(|clause| match &clause.condition {
            Condition::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// Walks over the characters of a query.
struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    /// Moves to the next character that is not white space; false at the end.
    fn skip_blanks(&mut self) -> bool {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.peek().is_some()
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// One clause; `None` for a `-` or `""` that stands alone.
    fn clause(&mut self) -> Result<Option<Clause>, QueryError> {
        let negated = self.peek() == Some('-');
        if negated {
            self.at += 1;
        }
        let start = self.at;
        let condition =
            if self.peek() == Some('"') { Some(Condition::Text(self.quoted()?)) } else { self.word_or_field(start)? };
        Ok(condition
            .filter(|condition| !matches!(condition, Condition::Text(text) if text.trim().is_empty()))
            .map(|condition| Clause { negated, condition }))
    }

    /// A bare word, or a field with its value.
    fn word_or_field(&mut self, start: usize) -> Result<Option<Condition>, QueryError> {
        let mut word = String::new();
        while let Some(next) = self.peek().filter(|next| !next.is_whitespace() && *next != '"') {
            self.at += 1;
            // `https://…` is a word, not a field.
            if next == ':' && is_field_name(&word) && self.peek() != Some('/') {
                return self.field(start, &word).map(Some);
            }
            word.push(next);
        }
        Ok((!word.is_empty()).then_some(Condition::Text(word)))
    }

    /// The value of field `name` and what it means.
    fn field(&mut self, start: usize, name: &str) -> Result<Condition, QueryError> {
        let Some(field) = FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name)) else {
            let known: Vec<_> = FIELDS.iter().map(|field| format!("{}:", field.name)).collect();
            return Err(QueryError {
                at: start,
                message: format!("there is no field “{name}:”; the fields are {}", known.join(" ")),
            });
        };
        let value_at = self.at;
        let value = if self.peek() == Some('"') { self.quoted()? } else { self.bare() };
        if value.trim().is_empty() {
            return Err(QueryError {
                at: value_at, message: format!("“{name}:” needs a value, as in {}", field.help)
            });
        }
        (field.read)(value.trim()).map_err(|message| QueryError { at: value_at, message })
    }

    fn bare(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|next| !next.is_whitespace()) {
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
}

/// A name before a colon that somebody meant as a field; `12:30` and `::` are words.
fn is_field_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_')
}

fn read_kind(value: &str) -> Result<Condition, String> {
    let kind = value.to_ascii_lowercase();
    if KINDS.contains(&kind.as_str()) {
        Ok(Condition::Kind(kind))
    } else {
        Err(format!("kind: takes one of {}", KINDS.join(" ")))
    }
}

fn read_outage(value: &str) -> Result<Condition, String> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(Condition::Outage(true)),
        "no" | "false" | "0" => Ok(Condition::Outage(false)),
        _ => Err("outage: takes yes or no".to_owned()),
    }
}

/// A day (its first instant in UTC), or an RFC 3339 instant.
fn read_instant(value: &str) -> Result<Timestamp, String> {
    let day = value.parse::<jiff::civil::Date>().ok().filter(|_| value.len() <= 10);
    day.and_then(|day| day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
        .or_else(|| value.parse().ok())
        .ok_or_else(|| "expected a day as 2024-12-26 or an instant as 2024-12-26T18:30:00Z".to_owned())
}

impl fmt::Display for Query {
    /// How the query was understood, in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clauses.is_empty() {
            return f.write_str("everything");
        }
        for (at, clause) in self.clauses.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { ", and " })?;
            f.write_str(if clause.negated { "not " } else { "" })?;
            match &clause.condition {
                Condition::Text(text) => write!(f, "“{text}”"),
                Condition::Service(name) => write!(f, "speaking of {name}"),
                Condition::Source(name) => write!(f, "from {name}"),
                Condition::Kind(kind) => write!(f, "of kind {kind}"),
                Condition::Outage(true) => f.write_str("about an outage"),
                Condition::Outage(false) => f.write_str("not about an outage"),
                Condition::After(at) => write!(f, "at or after {at}"),
                Condition::Before(at) => write!(f, "before {at}"),
            }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str) -> String {
        Query::parse(text).map_or_else(|error| error.to_string(), |query| query.to_string())
    }

    #[test]
    fn a_query_says_how_it_was_understood() {
        for (text, expected) in [
            ("", "everything"),
            ("chatgpt down", "“chatgpt”, and “down”"),
            ("\"internal server error\" -weather", "“internal server error”, and not “weather”"),
            ("service:\"OpenAI API\" outage:yes", "speaking of OpenAI API, and about an outage"),
            ("-service:Slack", "not speaking of Slack"),
            (
                "after:2024-12-26 before:2024-12-27T12:00:00Z",
                "at or after 2024-12-26T00:00:00Z, and before 2024-12-27T12:00:00Z",
            ),
            ("https://example.org/a?b=c 12:30", "“https://example.org/a?b=c”, and “12:30”"),
            ("- \"\" ::", "“::”"),
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
        ] {
            let error = Query::parse(text).expect_err(text);
            assert_eq!(error.at, at, "{text}: {error}");
            assert!(error.message.contains(word), "{text}: {error}");
        }
    }
}
