//! Bytes to UTF-8: which charset a document is in, whatever it says of itself.
//!
//! The order is: byte order mark, the shape of UTF-16, valid UTF-8, the HTTP header, the XML declaration or `<meta>`,
//! what the bytes look like, windows-1252. Valid UTF-8 goes before every label because labels lie and other charsets
//! are practically never valid UTF-8 by accident. Markup is not mended here: that is `source/repair.rs`.

use encoding_rs::{
    Encoding, GB18030, GBK, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED,
};

/// How far into a document a declaration is looked for, in bytes. Source: WHATWG HTML, "prescan a byte stream".
const PRESCAN: usize = 1_024;

/// A document as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark; an XML declaration in it says UTF-8.
    pub text: String,
    /// The charset that the bytes were read in, by its WHATWG name.
    pub charset: &'static str,
    /// What had to be guessed or replaced, in words for an operator; empty when all was well.
    pub notes: Vec<String>,
}

/// Reads `bytes`, which came with this `Content-Type` (as sent, parameters included; `None` for a file).
pub fn decode(bytes: &[u8], http_content_type: Option<&str>) -> Decoded {
    let mut notes = Vec::new();
    if let Some(text) = utf32(bytes) {
        return finished(text, "UTF-32", notes);
    }
    let (encoding, skip) = choose(bytes, http_content_type, &mut notes);
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes.get(skip..).unwrap_or_default());
    if had_errors {
        notes.push(format!("some bytes are not {}: replaced by \u{fffd}", encoding.name()));
    }
    finished(text.into_owned(), encoding.name(), notes)
}

/// The text without its mark, declared as what it is now.
fn finished(mut text: String, charset: &'static str, mut notes: Vec<String>) -> Decoded {
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    if text.contains(is_c1) {
        notes.push("control characters were read as the letters that windows-1252 has in their place".to_owned());
        text = text.chars().map(|letter| if is_c1(letter) { windows_1252(letter) } else { letter }).collect();
    }
    say_utf8(&mut text);
    Decoded { text, charset, notes }
}

/// The upper control characters, which nobody means: programs that take windows-1252 for Latin-1 write them.
fn is_c1(letter: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&letter)
}

fn windows_1252(letter: char) -> char {
    let byte = [u8::try_from(u32::from(letter)).unwrap_or(b' ')];
    WINDOWS_1252.decode_without_bom_handling(&byte).0.chars().next().unwrap_or(letter)
}

/// UTF-32, which encoding_rs does not know, as the Web does not: by its mark, or by the shape of a document's first
/// letter.
fn utf32(bytes: &[u8]) -> Option<String> {
    let read: fn([u8; 4]) -> u32 = match bytes {
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<' | b'{' | b'[', 0, 0, 0, ..] => u32::from_be_bytes,
        [0xff, 0xfe, 0, 0, ..] | [b'<' | b'{' | b'[', 0, 0, 0, _, 0, 0, 0, ..] => u32::from_le_bytes,
        _ => return None,
    };
    let letters = bytes.chunks_exact(4).filter_map(|four| <[u8; 4]>::try_from(four).ok());
    Some(letters.map(|four| char::from_u32(read(four)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// The charset, and how many bytes its byte order mark takes.
fn choose(bytes: &[u8], content_type: Option<&str>, notes: &mut Vec<String>) -> (&'static Encoding, usize) {
    if let Some(found) = Encoding::for_bom(bytes) {
        return found;
    }
    if let Some(encoding) = shape_of_utf16(bytes) {
        return (encoding, 0);
    }
    let header = content_type.and_then(parameter_charset).and_then(label);
    let declared = declared_charset(bytes).and_then(|name| label(&name));
    let labels = [header, declared];
    if std::str::from_utf8(bytes).is_ok() {
        // Seven-bit text is valid UTF-8 too; only its escape sequences give ISO-2022-JP away.
        let escapes = bytes.contains(&0x1b) && labels.contains(&Some(ISO_2022_JP));
        return (if escapes { ISO_2022_JP } else { UTF_8 }, 0);
    }
    let honest = labels.into_iter().flatten().find(|encoding| *encoding != UTF_8 && !is_utf16(encoding));
    if let Some(encoding) = honest.filter(|encoding| !encoding.decode_without_bom_handling(bytes).1) {
        return (encoding, 0);
    }
    let guess = sniff(bytes).or(honest).unwrap_or(WINDOWS_1252);
    let said = header.or(declared).map_or_else(|| "says no charset".to_owned(), |name| format!("says {}", name.name()));
    notes.push(format!("the document {said}, but its bytes are not so: read as {}", guess.name()));
    (guess, 0)
}

fn is_utf16(encoding: &Encoding) -> bool {
    encoding == UTF_16BE || encoding == UTF_16LE
}

/// UTF-16 without a mark: the document opens with `<`, `{` or `[` and every other byte of its start is zero.
fn shape_of_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<' | b'{' | b'[', 0, second, ..] if *second != 0 => Some(UTF_16BE),
        [b'<' | b'{' | b'[', 0, second, 0, ..] if *second != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// The charset of a label. `iso-8859-1` and `us-ascii` mean windows-1252, as browsers read them (encoding_rs does so),
/// `gb2312` means its superset gb18030.
fn label(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(name.trim().as_bytes())?;
    match encoding {
        found if found == GBK => Some(GB18030),
        found if found == REPLACEMENT || found == X_USER_DEFINED => None,
        found => Some(found),
    }
}

/// `charset=` of a header or of `<meta … content="…">`.
fn parameter_charset(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let after = &text[lower.find("charset")? + "charset".len()..];
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    Some(value.split(['"', '\'', ';', ' ', ',', '>', '/']).next().unwrap_or_default()).filter(|name| !name.is_empty())
}

/// What the document's first kilobyte says: `<?xml … encoding="…"?>`, else `<meta charset>`.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    let start = bytes.get(..bytes.len().min(PRESCAN)).unwrap_or_default();
    let start = WINDOWS_1252.decode_without_bom_handling(start).0;
    if let Some((from, to)) = encoding_span(&start) {
        return start.get(from..to).map(str::to_owned);
    }
    let lower = start.to_ascii_lowercase();
    lower.match_indices("<meta").find_map(|(at, _)| {
        let tag = lower[at..].split('>').next().unwrap_or_default();
        parameter_charset(tag).map(str::to_owned)
    })
}

/// Where the value of `encoding` stands in an XML declaration at the start of the text.
fn encoding_span(text: &str) -> Option<(usize, usize)> {
    let mut border = text.len().min(PRESCAN);
    while !text.is_char_boundary(border) {
        border -= 1;
    }
    let open = text[..border].find("<?xml")?;
    let close = open + text[open..].find("?>")?;
    let name = open + text[open..close].find("encoding")?;
    let quote = name + text[name..close].find(['"', '\''])?;
    let end = quote + 1 + text[quote + 1..close].find(['"', '\''])?;
    Some((quote + 1, end))
}

/// Rewrites the XML declaration to the truth: the text is UTF-8 now.
fn say_utf8(text: &mut String) {
    if let Some((from, to)) = encoding_span(text) {
        text.replace_range(from..to, "UTF-8");
    }
}

/// UTF-8 with a few broken bytes (cut in the middle of a character, or mixed by a careless program) is still UTF-8 when
/// most of its multi-byte sequences are whole. `None` when the bytes do not look like it.
fn sniff(bytes: &[u8]) -> Option<&'static Encoding> {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    (whole > broken).then_some(UTF_8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16be(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn utf_16be_with_a_declaration_is_read_with_and_without_a_mark() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss>störung</rss>";
        let bare = utf16be(text);
        let marked = [&[0xfe, 0xff], bare.as_slice()].concat();
        for bytes in [bare, marked] {
            let decoded = decode(&bytes, Some("application/json;charset=utf-16"));
            assert_eq!(decoded.text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss>störung</rss>");
            assert_eq!((decoded.charset, decoded.notes), ("UTF-16BE", vec![]));
        }
    }

    #[test]
    fn utf_32_is_read_with_and_without_a_mark_and_upper_controls_are_letters() {
        for be in [true, false] {
            let text = "\u{feff}<a>größer</a>";
            for text in [text, &text[3..]] {
                let bytes: Vec<u8> = text
                    .chars()
                    .flat_map(
                        |letter| if be { u32::from(letter).to_be_bytes() } else { u32::from(letter).to_le_bytes() },
                    )
                    .collect();
                let decoded = decode(&bytes, None);
                assert_eq!((decoded.text.as_str(), decoded.charset), ("<a>größer</a>", "UTF-32"));
            }
        }
        let decoded = decode("<a>don\u{92}t</a>".as_bytes(), None);
        assert_eq!((decoded.text.as_str(), decoded.notes.len()), ("<a>don’t</a>", 1));
    }

    #[test]
    fn valid_utf_8_wins_over_every_label() {
        let decoded =
            decode("<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>".as_bytes(), Some("text/xml; charset=latin1"));
        assert_eq!(decoded.text, "<?xml version='1.0' encoding='UTF-8'?><a>é</a>");
        assert_eq!(decoded.charset, "UTF-8");
    }

    #[test]
    fn labels_are_read_as_browsers_read_them() {
        for (bytes, content_type, charset, text) in [
            (&b"caf\xe9 \x80"[..], Some("text/xml; charset=ISO-8859-1"), "windows-1252", "café €"),
            (b"\xc4\xe3", Some("text/html;charset=\"gb2312\""), "gb18030", "你"),
            (b"<meta charset=koi8-r>\xf0", None, "KOI8-R", "<meta charset=koi8-r>П"),
            (b"caf\xe9", None, "windows-1252", "café"),
        ] {
            let decoded = decode(bytes, content_type);
            assert_eq!((decoded.charset, decoded.text.as_str()), (charset, text));
        }
    }

    #[test]
    fn a_lie_is_read_and_noted() {
        let latin = decode(b"<?xml version='1.0' encoding='utf-8'?><a>caf\xe9</a>", None);
        assert!(latin.text.contains("café"), "{latin:?}");
        assert!(latin.notes[0].contains("says UTF-8"), "{latin:?}");
        let cut = decode(b"gr\xc3\xb6\xc3\x9fer \xff", None);
        assert_eq!(cut.text, "größer \u{fffd}");
        assert_eq!(cut.notes.len(), 2, "{cut:?}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded(bytes: Vec<u8>, content_type: Option<String>) {
            decode(&bytes, content_type.as_deref());
        }

        #[test]
        fn text_in_utf_8_comes_back(text in "[^\u{feff}\u{0}\u{1b}\u{80}-\u{9f}]{0,40}") {
            prop_assume!(!text.contains("<?xml"));
            prop_assert_eq!(decode(text.as_bytes(), None).text, text);
        }
    }
}
