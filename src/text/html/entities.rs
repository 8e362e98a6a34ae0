//! Character references, decoded once.

use std::{borrow::Cow, collections::HashMap};

use scraper::Html;

/// The ones that make up nearly all of what is met; the other two thousand are asked of the HTML parser.
const COMMON: [(&str, &str); 18] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("rsquo", "’"),
    ("lsquo", "‘"),
    ("rdquo", "”"),
    ("ldquo", "“"),
    ("bull", "•"),
    ("middot", "·"),
    ("copy", "©"),
    ("trade", "™"),
    ("reg", "®"),
];

/// Longest name in HTML's table, `CounterClockwiseContourIntegral`, in bytes.
const LONGEST: usize = 31;

/// HTML's table has 2,125 names that end with `;`: whoever asks for more different ones than this makes them up.
const MOST_NAMES: usize = 2_500;

/// Every reference that ends with `;` decoded, once; what is no reference stays.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut asked = HashMap::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let window = rest.as_bytes();
        let end = window
            .iter()
            .take(LONGEST + 1)
            .position(|byte| *byte == b';' || !(byte.is_ascii_alphanumeric() || *byte == b'#'));
        let name = end.filter(|end| window[*end] == b';').and_then(|end| rest.get(..end));
        match name.and_then(|name| Some((name, lookup(name, &mut asked)?))) {
            Some((name, decoded)) => {
                out.push_str(&decoded);
                rest = &rest[name.len() + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What `&name;` stands for in HTML; `None` when HTML does not know it.
pub fn named(name: &str) -> Option<String> {
    if let Some((_, text)) = COMMON.iter().find(|(known, _)| *known == name) {
        return Some((*text).to_owned());
    }
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let text: String = Html::parse_fragment(&format!("&{name};")).root_element().text().collect();
    (!text.contains(';')).then_some(text)
}

fn lookup<'a>(name: &'a str, asked: &mut HashMap<&'a str, Option<String>>) -> Option<String> {
    match name.strip_prefix('#') {
        Some(number) => numbered(number),
        None if asked.len() > MOST_NAMES && !asked.contains_key(name) => None,
        None => asked.entry(name).or_insert_with(|| named(name)).clone(),
    }
}

/// A numeric reference. What is no character becomes U+FFFD, and 128 to 159 mean windows-1252, as HTML says.
fn numbered(number: &str) -> Option<String> {
    let hex = number.strip_prefix(['x', 'X']);
    let digits = hex.unwrap_or(number);
    if digits.is_empty()
        || !digits.bytes().all(|byte| if hex.is_some() { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() })
    {
        return None;
    }
    let code = u32::from_str_radix(digits, if hex.is_some() { 16 } else { 10 }).unwrap_or(u32::MAX);
    let letter = match u8::try_from(code) {
        Ok(byte @ 0x80..=0x9f) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next(),
        Ok(0) => None,
        _ => char::from_u32(code),
    };
    Some(letter.unwrap_or(char::REPLACEMENT_CHARACTER).to_string())
}
