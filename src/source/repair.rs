//! Mending XML that is almost well-formed, before it is parsed. What was mended is said in the source's health. The
//! whole range of breakage comes later; what is here is what real feeds do every day.

use super::ReadError;

/// Entities that XML itself knows.
const XML: [&str; 5] = ["amp", "lt", "gt", "quot", "apos"];

/// HTML's entities that feeds use without declaring them.
const HTML: [(&str, char); 40] = [
    ("nbsp", '\u{a0}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("euro", '€'),
    ("pound", '£'),
    ("deg", '°'),
    ("sect", '§'),
    ("times", '×'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
    ("oacute", 'ó'),
    ("iacute", 'í'),
    ("uacute", 'ú'),
    ("aring", 'å'),
    ("oslash", 'ø'),
];

/// A DOCTYPE with declarations inside may be this large before it is refused (protocols B3).
const SUBSET: usize = 4_096;

/// Mends `xml`; what was done is added to `repaired`.
pub fn repair(xml: &str, repaired: &mut Vec<String>) -> Result<String, ReadError> {
    let mut text = leading(xml, repaired).to_owned();
    if let Some(shorter) = without_doctype(&text)? {
        text = shorter;
    }
    if text.chars().any(is_illegal) {
        text.retain(|letter| !is_illegal(letter));
        repaired.push("control characters were taken out".to_owned());
    }
    if let Some(mended) = ampersands(&text) {
        text = mended;
        repaired.push("stray ampersands and undeclared entities were mended".to_owned());
    }
    if let Some(at) = text.find("<rss").filter(|at| !start_tag(&text[*at..]).contains("version")) {
        text.insert_str(at + "<rss".len(), " version=\"2.0\"");
        repaired.push("<rss> says no version: read as 2.0".to_owned());
    }
    Ok(text)
}

/// What stands before the first `<` is no XML.
fn leading<'a>(xml: &'a str, repaired: &mut Vec<String>) -> &'a str {
    let Some(at) = xml.find('<') else { return xml };
    if at > 0 && !xml[..at].trim_matches('\u{feff}').is_empty() {
        repaired.push("something stood before the first element".to_owned());
    }
    &xml[at..]
}

/// Takes a DOCTYPE out: nothing in it is needed, and what it declares must not be expanded.
fn without_doctype(text: &str) -> Result<Option<String>, ReadError> {
    let head_end = text.char_indices().nth(2_048).map_or(text.len(), |(at, _)| at);
    let Some(at) = text[..head_end].to_ascii_uppercase().find("<!DOCTYPE") else { return Ok(None) };
    let declaration = &text[at..];
    let simple = declaration.find('>').unwrap_or(declaration.len());
    let end = match declaration[..simple].find('[') {
        None => simple,
        Some(open) => {
            let close = declaration[open..].find(']').map_or(declaration.len(), |close| open + close);
            if close - open > SUBSET {
                return Err(ReadError::Doctype(close - open));
            }
            declaration[close..].find('>').map_or(declaration.len(), |more| close + more)
        }
    };
    let rest = declaration.get(end + 1..).unwrap_or("");
    // Entities that were declared there would now be unknown: a bomb's reference stays a word.
    Ok(Some(format!("{}{rest}", &text[..at])))
}

/// XML 1.0 allows no C0 controls but tab, line feed and carriage return.
fn is_illegal(letter: char) -> bool {
    (letter < ' ' && !matches!(letter, '\t' | '\n' | '\r')) || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Escapes every `&` that begins no known reference, and resolves HTML's entities; `None` where nothing was to be done.
/// What stands in CDATA is left alone.
fn ampersands(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len() + 64);
    let mut changed = false;
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<']) {
        mended.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("<![CDATA[") {
            let end = rest.find("]]>").map_or(rest.len(), |end| end + 3);
            mended.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if rest.starts_with('<') {
            mended.push('<');
            rest = &rest[1..];
        } else {
            let (written, length, is_new) = reference(rest);
            mended.push_str(&written);
            changed |= is_new;
            rest = &rest[length..];
        }
    }
    mended.push_str(rest);
    changed.then_some(mended)
}

/// What the `&` at the start of `rest` becomes, how many bytes that was, and whether it is new.
fn reference(rest: &str) -> (String, usize, bool) {
    let end = rest.bytes().take(40).position(|byte| byte == b';');
    let name = end.and_then(|end| rest.get(1..end)).unwrap_or("");
    let whole = || (rest[..name.len() + 2].to_owned(), name.len() + 2, false);
    if XML.contains(&name) {
        return whole();
    }
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        let letter = code.and_then(char::from_u32).filter(|letter| !is_illegal(*letter) && *letter != '\0');
        // Not a letter that XML may hold: it stands for nothing.
        return if letter.is_some() { whole() } else { ("&amp;".to_owned(), 1, true) };
    }
    match HTML.iter().find(|(known, _)| *known == name) {
        Some((_, letter)) => (letter.to_string(), name.len() + 2, true),
        None => ("&amp;".to_owned(), 1, true),
    }
}

/// The text of the tag that begins here.
fn start_tag(text: &str) -> &str {
    &text[..text.find('>').unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(xml: &str) -> (String, usize) {
        let mut notes = Vec::new();
        (repair(xml, &mut notes).expect("is mended"), notes.len())
    }

    #[test]
    fn what_feeds_get_wrong_every_day_is_mended_and_said() {
        for (xml, expected, notes) in [
            ("<rss version='2.0'/>", "<rss version='2.0'/>", 0),
            ("x\n <rss version='2.0'/>", "<rss version='2.0'/>", 1),
            (
                "<rss><a>AT&T &nbsp;&eacute;&#233;&amp;&bogus;</a></rss>",
                "<rss version=\"2.0\"><a>AT&amp;T \u{a0}é&#233;&amp;&amp;bogus;</a></rss>",
                2,
            ),
            ("<a>x\u{0}\u{b}y</a>", "<a>xy</a>", 1),
            ("<a><![CDATA[AT&T <b>]]>&</a>", "<a><![CDATA[AT&T <b>]]>&amp;</a>", 1),
            ("<!DOCTYPE rss [<!ENTITY a \"b\">]><a>&a;</a>", "<a>&amp;a;</a>", 1),
            ("<!DOCTYPE html><a/>", "<a/>", 0),
            ("<a>&#0;&#xFFFF;</a>", "<a>&amp;#0;&amp;#xFFFF;</a>", 1),
        ] {
            assert_eq!(mended(xml), (expected.to_owned(), notes), "{xml}");
        }
    }

    #[test]
    fn an_entity_bomb_is_refused() {
        let bomb = format!("<!DOCTYPE a [{}]><a>&x;</a>", "<!ENTITY x \"&y;&y;&y;\">".repeat(300));
        assert!(matches!(repair(&bomb, &mut Vec::new()), Err(ReadError::Doctype(_))));
    }

    proptest! {
        #[test]
        fn any_text_is_mended_or_refused(text in "[<>&;#a-z!\\[\\]CDATDOCTYPE \\u{0}]{0,120}|\\PC{0,80}") {
            let _mended = repair(&text, &mut Vec::new());
        }
    }
}
