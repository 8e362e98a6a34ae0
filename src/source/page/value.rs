//! Taking things out of other people's JSON: anything may be null, missing, or a string where a number is expected.

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::{
    model::Timestamp,
    source::feed::LONGEST_TEXT,
    text::{dates, html},
};

/// Numbers from here on are milliseconds since 1970, below they are seconds: 10^11 seconds are the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// A text or number under `key`, trimmed; `None` when it is missing, null or empty.
pub(in crate::source) fn word(value: &Value, key: &str) -> Option<String> {
    as_word(value.get(key)?)
}

/// A text or number, trimmed; `None` when it is something else or empty.
pub(in crate::source) fn as_word(value: &Value) -> Option<String> {
    let word = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(word).filter(|word| !word.is_empty())
}

/// A whole number under `key`, also one written as text.
pub(in crate::source) fn integer(value: &Value, key: &str) -> Option<i64> {
    match value.get(key)? {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|float| float as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The array under `key`; empty when it is missing, null or something else.
pub(in crate::source) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// An instant under `key`: a date that names its zone, or seconds or milliseconds since 1970 as number or text.
pub(in crate::source) fn time(value: &Value, key: &str) -> Option<Timestamp> {
    as_time(value.get(key)?)
}

/// See [`time`].
pub(in crate::source) fn as_time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => dates::instant(text).or_else(|| text.trim().parse().ok().and_then(epoch)),
        Value::Number(number) => number.as_f64().and_then(epoch),
        _ => None,
    }
}

/// An instant under `key` that is written without a zone, in the zone that the page is known to keep.
pub(in crate::source) fn time_in(value: &Value, key: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = value.get(key)?.as_str()?;
    let written = dates::read(text)?;
    if written.zone {
        return Some(written.at);
    }
    // Read as UTC for want of a zone: the same clock face in the page's zone.
    zone.to_timestamp(TimeZone::UTC.to_datetime(written.at)).ok()
}

/// Seconds or milliseconds since 1970, told apart by size; 0 stands for "never".
pub(in crate::source) fn epoch(number: f64) -> Option<Timestamp> {
    if number == 0.0 || !number.is_finite() {
        return None;
    }
    let milliseconds = if number.abs() >= MILLISECONDS_FROM { number } else { number * 1_000.0 };
    Timestamp::from_millisecond(milliseconds as i64).ok()
}

/// Markup or plain text under `key` as plain text with line feeds, at most [`LONGEST_TEXT`] bytes; empty when there is none.
pub(in crate::source) fn text(value: &Value, key: &str) -> String {
    word(value, key).map(|markup| plain(&markup)).unwrap_or_default()
}

/// See [`text`].
pub(in crate::source) fn plain(markup: &str) -> String {
    let mut text = html::to_text(markup);
    html::cut(&mut text, LONGEST_TEXT);
    text
}

/// Markup or plain text under `key` in one line; empty when there is none.
pub(in crate::source) fn line(value: &Value, key: &str) -> String {
    word(value, key).map(|markup| html::one_line(&html::to_text(&markup))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_taken_as_they_come() {
        let value = json!({ "a": 5, "b": " x ", "c": null, "d": "", "e": [1], "n": "60", "f": 1.0 });
        assert_eq!(
            ["a", "b", "c", "d", "e", "z"].map(|key| word(&value, key)),
            [Some("5".to_owned()), Some("x".to_owned()), None, None, None, None]
        );
        assert_eq!(["a", "n", "b", "f"].map(|key| integer(&value, key)), [Some(5), Some(60), None, Some(1)]);
        assert_eq!((list(&value, "e").len(), list(&value, "c").len(), list(&value, "z").len()), (1, 0, 0));
    }

    #[test]
    fn times_are_read_in_every_unit_and_never_in_a_zone_that_is_not_known() {
        let noon: Timestamp = "2024-12-26T12:00:00Z".parse().expect("an instant");
        for value in [
            json!("2024-12-26T12:00:00Z"),
            json!("2024-12-26T07:00:00.000-05:00"),
            json!(1_735_214_400),
            json!("1735214400"),
            json!(1_735_214_400_000_i64),
            json!("1735214400000"),
        ] {
            assert_eq!(as_time(&value), Some(noon), "{value}");
        }
        for value in [json!("2024-12-26 12:00:00"), json!(0), json!(""), json!("soon"), json!(true), json!(1e300)] {
            assert_eq!(as_time(&value), None, "{value}");
        }
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        assert_eq!(time_in(&json!({ "at": "2024-12-26 13:00:00" }), "at", &berlin), Some(noon));
        assert_eq!(time_in(&json!({ "at": "2024-12-26T12:00:00Z" }), "at", &berlin), Some(noon));
    }
}
