//! JSON that other programs write a little wrong: what holds no character is mended, and of what stays broken at least the
//! id is told.

use serde_json::Value;

/// Stands for what is no character.
const REPLACEMENT: char = '\u{fffd}';

/// Reads a line. Bytes that are no UTF-8 and halves of surrogate pairs become U+FFFD, where it cannot be read without; the
/// second value says whether that was so.
///
/// # Errors
/// It is no JSON.
pub fn read(line: &[u8]) -> serde_json::Result<(Value, bool)> {
    match serde_json::from_slice(line) {
        Ok(value) => Ok((value, false)),
        Err(_) => Ok((serde_json::from_str(&whole_characters(&String::from_utf8_lossy(line)))?, true)),
    }
}

/// What is wrong with a line, without a number of its own: it is one of many.
pub fn trouble(error: &serde_json::Error) -> String {
    error.to_string().replace("at line 1 column", "at column")
}

/// Replaces escapes of half a surrogate pair: they are no characters, so JSON with them is refused.
fn whole_characters(json: &str) -> String {
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let (length, is_half) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, false),
            (Some(0xd800..=0xdfff), _) => (6, true),
            (Some(_), _) => (6, false),
            (None, _) => (escape.chars().take(2).map(char::len_utf8).sum(), false),
        };
        let (escape, behind) = escape.split_at(length);
        if is_half {
            whole.push(REPLACEMENT);
        } else {
            whole.push_str(escape);
        }
        rest = behind;
    }
    whole + rest
}

/// The UTF-16 unit that an escape at the beginning stands for.
fn unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// The id of a line that is no JSON, where it can be found: a word or a number, of the outermost object.
pub fn id(line: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(line);
    let (mut rest, mut depth) = (&*text, 0_i32);
    loop {
        let (_, after) = rest.split_at(rest.find(['{', '}', '[', ']', '"'])?);
        let (mark, behind) = after.split_at(1);
        rest = match mark {
            "{" | "[" => {
                depth += 1;
                behind
            }
            "\"" => {
                let (word, behind) = behind.split_at(closing_quote(behind)?);
                let behind = &behind[1..];
                match behind.trim_start().strip_prefix(':') {
                    Some(value) if depth == 1 && word == "id" => return word_or_number(value),
                    _ => behind,
                }
            }
            _ => {
                depth -= 1;
                behind
            }
        };
    }
}

/// Where a string ends that began before.
fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })
}

fn word_or_number(json: &str) -> Option<Value> {
    let first = serde_json::Deserializer::from_str(json).into_iter::<Value>().next()?;
    first.ok().filter(|value| value.is_string() || value.is_number())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_a_whole_one_stays() {
        let line = br#"{"a":"\ud800 \udc00 \ud83d\ude00 \\ud800 \n","b":"\ud83d\u0041"}"#;
        let (value, is_mended) = read(line).expect("mended");
        assert_eq!(value, json!({ "a": "\u{fffd} \u{fffd} \u{1f600} \\ud800 \n", "b": "\u{fffd}A" }));
        assert!(is_mended);
    }

    #[test]
    fn what_can_be_read_is_not_touched() {
        let (value, is_mended) = read(br#"{"a":"\ud83d\ude00"}"#).expect("JSON");
        assert_eq!((value, is_mended), (json!({ "a": "\u{1f600}" }), false));
    }

    #[test]
    fn bytes_that_are_no_characters_are_replaced() {
        assert_eq!(read(b"\"caf\xe9\"").expect("mended"), (json!("caf\u{fffd}"), true));
    }

    #[test]
    fn the_id_of_a_broken_line_is_its_own_and_nobody_elses() {
        let of = |line: &str| id(line.as_bytes());
        assert_eq!(of(r#"{"id":4,"text":"a",}"#), Some(json!(4)));
        assert_eq!(of(r#"{"text":"\"id\": 1 \q","by":{"id":2},"id" : "x"#), None, "it does not end");
        assert_eq!(of(r#"{"text":"\"id\": 1 \q é","by":[{"id":2}],"id" : "x" é"#), Some(json!("x")));
        assert_eq!(of(r#"{"id":[1],"text""#), None);
        assert_eq!(of("not JSON"), None);
        assert_eq!(of("\"\\"), None);
    }
}
