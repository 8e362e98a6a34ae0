//! Bytes to UTF-8: by byte order mark, by being valid UTF-8, by the HTTP header, by the document's own declaration, by
//! guess. A valid UTF-8 text is believed over any label: labels lie more often than bytes do.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far a declaration is looked for, in bytes.
const DECLARED_WITHIN: usize = 1024;

/// A decoded document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without byte order mark; an XML declaration in it now says UTF-8.
    pub text: String,
    /// The name of the charset it was read in.
    pub charset: &'static str,
    /// What was wrong with its labels, in words for the source's health.
    pub notes: Vec<String>,
}

/// Decodes `bytes`; `content_type` is the HTTP header, where there is one.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    let mut notes = Vec::new();
    let (encoding, offset) = choose(bytes, content_type, &mut notes);
    let body = bytes.get(offset..).unwrap_or_default();
    let (text, broken) = encoding.decode_without_bom_handling(body);
    if broken {
        notes.push(format!("it is not clean {}: what cannot be read was replaced", encoding.name()));
    }
    Decoded { text: restate(&text), charset: encoding.name(), notes }
}

/// The encoding, and the length of the byte order mark.
fn choose(bytes: &[u8], content_type: Option<&str>, notes: &mut Vec<String>) -> (&'static Encoding, usize) {
    if let Some(found) = Encoding::for_bom(bytes) {
        return found;
    }
    if let Some(wide) = wide_without_mark(bytes) {
        return (wide, 0);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return (UTF_8, 0);
    }
    let header = content_type.and_then(charset_of_header);
    let document = charset_of_document(bytes);
    for label in header.iter().chain(&document) {
        match Encoding::for_label(label.as_bytes()).map(wider) {
            // It says UTF-8 and is not: what it means is most often the Western charset.
            Some(encoding) if encoding == UTF_8 => notes.push("it says UTF-8 and is not".to_owned()),
            Some(encoding) => return (encoding, 0),
            None => notes.push(format!("it names a charset that nobody knows: {label:?}")),
        }
    }
    // Mostly UTF-8 with a few broken letters is still UTF-8; else the web's default.
    (if mostly_utf8(bytes) { UTF_8 } else { WINDOWS_1252 }, 0)
}

/// gb2312 documents use the letters of its superset.
fn wider(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == encoding_rs::GBK { GB18030 } else { encoding }
}

/// UTF-16 without a mark: markup begins with `<` or white space, so every other byte is zero.
fn wide_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [0, first, 0, second] if *first != 0 && *second != 0 => Some(UTF_16BE),
        [first, 0, second, 0] if *first != 0 && *second != 0 => Some(UTF_16LE),
        _ => None,
    }
}

fn mostly_utf8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|letter| *letter == char::REPLACEMENT_CHARACTER).count();
    let foreign = text.chars().filter(|letter| !letter.is_ascii()).count();
    broken * 10 < foreign
}

/// `charset=` of a Content-Type.
fn charset_of_header(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let value = content_type.get(at..)?.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(['"', '\'', ';', ' ', ',']).unwrap_or(value.len());
    Some(value.get(..end)?.to_owned()).filter(|label| !label.is_empty())
}

/// `encoding=` of an XML declaration, or `charset=` of a meta element, near the start.
fn charset_of_document(bytes: &[u8]) -> Option<String> {
    let start: String = bytes.iter().take(DECLARED_WITHIN).map(|byte| char::from(*byte)).collect();
    let declaration = start.find("<?xml").and_then(|at| start[at..].find("?>").map(|end| (at, at + end)));
    if let Some(label) = declaration.and_then(|(from, to)| quoted_after(&start[from..to], "encoding")) {
        return Some(label);
    }
    let meta = start.to_ascii_lowercase();
    let at = meta.find("<meta").and_then(|at| meta[at..].find("charset=").map(|more| at + more + "charset=".len()))?;
    let value = start.get(at..)?.trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', '>', '/', ' ', ';'])?;
    Some(value[..end].to_owned()).filter(|label| !label.is_empty())
}

/// The quoted value behind `name =`.
fn quoted_after(text: &str, name: &str) -> Option<String> {
    let rest = text[text.find(name)? + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = &rest[1..];
    Some(value[..value.find(quote)?].trim().to_owned())
}

/// Makes an XML declaration say UTF-8, because that is what the text is now.
fn restate(text: &str) -> String {
    let blank = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    let Some(rest) = text[blank..].strip_prefix("<?xml") else { return text.to_owned() };
    let Some(end) = rest.find("?>") else { return text.to_owned() };
    if !rest[..end].contains("encoding") {
        return text.to_owned();
    }
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"{}", &rest[end..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wide(text: &str, mark: bool) -> Vec<u8> {
        let mark = if mark { vec![0xfe, 0xff] } else { Vec::new() };
        mark.into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
    }

    #[test]
    fn every_way_of_saying_the_charset_is_heard() {
        let declared = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>ü</a>";
        for (bytes, header, charset, text) in [
            ("<a>ü</a>".as_bytes().to_vec(), None, "UTF-8", "<a>ü</a>"),
            ("\u{feff}<a/>".as_bytes().to_vec(), None, "UTF-8", "<a/>"),
            (wide("<a>ü</a>", true), None, "UTF-16BE", "<a>ü</a>"),
            (
                wide(declared, true),
                Some("text/xml; charset=utf-8"),
                "UTF-16BE",
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><a>ü</a>",
            ),
            (wide(declared, false), None, "UTF-16BE", "<?xml version=\"1.0\" encoding=\"utf-8\"?><a>ü</a>"),
            (b"<a>\xfc</a>".to_vec(), Some("text/xml; charset=\"ISO-8859-1\""), "windows-1252", "<a>ü</a>"),
            (
                b"<?xml version='1.0' encoding='koi8-r'?><a>\xc1</a>".to_vec(),
                None,
                "KOI8-R",
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><a>а</a>",
            ),
            (
                b"<html><meta charset=shift_jis><p>\x83\x41</p>".to_vec(),
                None,
                "Shift_JIS",
                "<html><meta charset=shift_jis><p>ア</p>",
            ),
            (b"<a>\xfc</a>".to_vec(), None, "windows-1252", "<a>ü</a>"),
            (Vec::new(), None, "UTF-8", ""),
        ] {
            let decoded = decode(&bytes, header);
            assert_eq!((decoded.charset, decoded.text.as_str()), (charset, text));
        }
    }

    #[test]
    fn a_lie_is_noted_and_the_text_is_read_all_the_same() {
        let lie = decode(b"<?xml version='1.0' encoding='utf-8'?><a>Caf\xe9</a>", None);
        assert!(lie.text.contains("Café"), "{lie:?}");
        assert_eq!(lie.notes, ["it says UTF-8 and is not"]);
        let unknown = decode(b"<?xml version='1.0' encoding='utf-8000'?><a>\xe9</a>", None);
        assert_eq!(unknown.notes.len(), 1, "{unknown:?}");
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_text(bytes in proptest::collection::vec(any::<u8>(), 0..200), header in proptest::option::of("\\PC{0,30}")) {
            decode(&bytes, header.as_deref());
        }

        #[test]
        fn utf8_without_a_declaration_is_kept_as_it_is(text in "[a-zA-Zäöü<>\\n 障害]{0,60}") {
            prop_assert_eq!(decode(text.as_bytes(), None).text, text);
        }
    }
}
