//! The fields of the query language: one table.

use super::super::{Phase, Timestamp};

/// A field of the language.
#[derive(Debug)]
pub struct Field {
    /// What is written before the colon.
    pub name: &'static str,
    /// What its value may be.
    pub kind: FieldKind,
    /// The field of the search index that is asked.
    pub index: &'static str,
    /// One line for people.
    pub help: &'static str,
    /// How it was understood; `{}` stands for the value.
    pub told: &'static str,
}

/// All fields. A new one is one line here, once the index has it.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    Field { name: "service", kind: FieldKind::Name, index: "service", told: "speaking of {}", help: "service:chatgpt, service:\"OpenAI API\"" },
    Field { name: "source", kind: FieldKind::Name, index: "source", told: "from {}", help: "source:\"The Register\"" },
    Field { name: "kind", kind: FieldKind::OneOf(|| KINDS.to_vec()), index: "kind", told: "of kind {}", help: "kind:incident (post headline article status-update incident maintenance)" },
    Field { name: "phase", kind: FieldKind::OneOf(phases), index: "phase", told: "in phase {}", help: "phase:resolved (an official incident's)" },
    Field { name: "lang", kind: FieldKind::Language, index: "language", told: "in language {}", help: "lang:de" },
    Field { name: "outage", kind: FieldKind::YesNo { no: "not about an outage" }, index: "outage", told: "about an outage", help: "outage:yes or outage:no" },
    Field { name: "copy", kind: FieldKind::YesNo { no: "not repeating another source" }, index: "copy", told: "repeating another source", help: "copy:yes, what repeats another source (left out unless you ask for it or for a source)" },
    Field { name: "score", kind: FieldKind::AtLeast, index: "score", told: "scored {} or more", help: "score:0.7, that much or more" },
    Field { name: "after", kind: FieldKind::From, index: "at", told: "at or after {}", help: "after:2024-12-26 (the day included), after:-24h" },
    Field { name: "before", kind: FieldKind::Until, index: "at", told: "before {}", help: "before:2024-12-27 (the day not included), before:-7d" },
];

/// The kinds that search knows.
pub const KINDS: [&str; 6] = ["post", "headline", "article", "status-update", "incident", "maintenance"];

fn phases() -> Vec<&'static str> {
    Phase::ALL.iter().map(|phase| phase.as_str()).collect()
}

/// What the value of a field may be.
#[derive(Debug)]
pub enum FieldKind {
    /// A name; case does not matter.
    Name,
    /// One of a closed set of words.
    OneOf(fn() -> Vec<&'static str>),
    /// A primary language tag.
    Language,
    /// Yes or no; `no` is how the denial is told.
    YesNo {
        /// As `told`, for "no".
        no: &'static str,
    },
    /// A number from 0 to 1: that much or more.
    AtLeast,
    /// A time: then or later.
    From,
    /// A time: before it.
    Until,
}

/// The value asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A name or word.
    Word(String),
    /// Yes or no.
    Flag(bool),
    /// From 0 to 100, so nothing is lost.
    Hundredths(u8),
    /// An instant.
    Instant {
        /// When.
        at: Timestamp,
        /// How many minutes before now that was, where it was asked for so.
        ago: Option<i64>,
    },
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Field {
    /// The field of that name; case does not matter.
    pub fn find(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// Reads a value; relative times count from `now`. The error says what was expected.
    pub(super) fn read(&self, value: &str, now: Timestamp) -> Result<Value, String> {
        match self.kind {
            FieldKind::Name => Ok(Value::Word(value.to_owned())),
            FieldKind::OneOf(known) => word_of(value, &known()),
            FieldKind::Language => language(value),
            FieldKind::YesNo { .. } => yes_or_no(value).ok_or_else(|| format!("{}: takes yes or no", self.name)),
            FieldKind::AtLeast => hundredths(value).ok_or_else(|| "expected a number from 0 to 1".to_owned()),
            FieldKind::From | FieldKind::Until => instant(value, now),
        }
    }

    /// A condition on this field, as it was understood.
    pub(super) fn tell(&self, value: &Value) -> String {
        match (value, &self.kind) {
            (Value::Flag(false), FieldKind::YesNo { no }) => (*no).to_owned(),
            (Value::Word(word), _) => self.told.replace("{}", word),
            (Value::Flag(_), _) => self.told.to_owned(),
            (Value::Hundredths(much), _) => self.told.replace("{}", &format!("{:.2}", f32::from(*much) / 100.0)),
            (Value::Instant { at, .. }, _) => self.told.replace("{}", &at.to_string()),
        }
    }

    /// A condition on this field in the language itself; what is relative stays so.
    pub(super) fn write(&self, value: &Value) -> String {
        let value = match value {
            Value::Word(word) => quoted(word),
            Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Value::Hundredths(much) => format!("{:.2}", f32::from(*much) / 100.0),
            Value::Instant { ago: Some(minutes), .. } => format!("-{minutes}m"),
            Value::Instant { at, ago: None } => at.to_string(),
        };
        format!("{}:{value}", self.name)
    }
}

/// A word or phrase as it is written; quotes only where they are needed. What holds a quote holds no blank.
pub(super) fn quoted(text: &str) -> String {
    let is_word = text.chars().all(char::is_alphanumeric) && text != "OR" && !text.is_empty();
    if is_word || text.contains('"') { text.to_owned() } else { format!("\"{text}\"") }
}

/// One of a closed set of words, in their own spelling: `in-progress` is `in_progress`.
fn word_of(value: &str, known: &[&str]) -> Result<Value, String> {
    let plain = |word: &str| word.to_ascii_lowercase().replace('-', "_");
    let word = known.iter().find(|word| plain(word) == plain(value));
    word.map(|word| Value::Word((*word).to_owned())).ok_or_else(|| format!("expected one of {}", known.join(" ")))
}

fn language(value: &str) -> Result<Value, String> {
    let language = value.to_ascii_lowercase();
    let is_tag = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_tag { Ok(Value::Word(language)) } else { Err("expected a language tag such as en or ja".to_owned()) }
}

fn yes_or_no(value: &str) -> Option<Value> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Some(Value::Flag(true)),
        "no" | "false" | "0" => Some(Value::Flag(false)),
        _ => None,
    }
}

fn hundredths(value: &str) -> Option<Value> {
    let number = value.parse::<f32>().ok().filter(|number| (0.0..=1.0).contains(number))?;
    Some(Value::Hundredths((number * 100.0).round() as u8))
}

/// A day (its first instant in UTC), an RFC 3339 instant, or a span before now (`-24h`, `-7d`, `-30m`, `-2w`).
fn instant(value: &str, now: Timestamp) -> Result<Value, String> {
    let day = value.parse::<jiff::civil::Date>().ok().filter(|_| value.len() <= 10);
    let day = day.and_then(|day| day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp()));
    let fixed = day.or_else(|| value.parse().ok()).map(|at| Value::Instant { at, ago: None });
    fixed.or_else(|| before_now(value, now)).ok_or_else(|| {
        "expected a day as 2024-12-26, an instant as 2024-12-26T18:30:00Z, or a span before now as -24h or -7d"
            .to_owned()
    })
}

fn before_now(value: &str, now: Timestamp) -> Option<Value> {
    let span = value.strip_prefix('-')?;
    let (digits, unit) = span.split_at_checked(span.len().checked_sub(1)?)?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return None,
    };
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let minutes = digits.parse::<i64>().ok()?.checked_mul(minutes)?;
    let at = now.checked_sub(jiff::SignedDuration::from_secs(minutes.checked_mul(60)?)).ok()?;
    Some(Value::Instant { at, ago: Some(minutes) })
}
