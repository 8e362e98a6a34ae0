//! XML mended before it is parsed. What was mended is said; what is well-formed comes out as it went in.
//!
//! Mended here: text before the declaration, DOCTYPEs, control characters, stray `&` and entities that XML does not know,
//! and RSS without a version. Tags that do not match are not.

use std::borrow::Cow;

use crate::text::html;

use super::super::ReadError;

/// Largest internal subset of a DOCTYPE that is dropped in silence of its content, in bytes; a larger one is an attack.
const LARGEST_SUBSET: usize = 4_096;

/// A document ready for the parser.
#[derive(Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The document, without DOCTYPE and with references that HTML knows.
    pub text: String,
    /// One line for each sort of repair.
    pub notes: Vec<String>,
}

/// Mends a document.
///
/// # Errors
/// A DOCTYPE whose internal subset is larger than 4 KiB.
pub fn xml(text: &str) -> Result<Repaired, ReadError> {
    let mut notes = Vec::new();
    let text = without_prefix(text, &mut notes);
    let mut counts = Counts::default();
    let (prolog, body) = split_prolog(text, &mut notes, &mut counts)?;
    let root = prolog.len();
    let mut out = prolog;
    // First of all, because they may hide where a CDATA section ends.
    let body = without_controls(body, &mut counts);
    references(&body, &mut out, &mut counts);
    counts.say(&mut notes);
    rss_version(&mut out, root, &mut notes);
    Ok(Repaired { text: out, notes })
}

/// The text without the characters that XML forbids.
fn without_controls<'a>(text: &'a str, counts: &mut Counts) -> Cow<'a, str> {
    counts.controls = text.matches(is_forbidden).count();
    if counts.controls == 0 { Cow::Borrowed(text) } else { Cow::Owned(text.replace(is_forbidden, "")) }
}

/// Cuts what stands before the document: blanks, or the warnings of a broken program.
fn without_prefix<'a>(text: &'a str, notes: &mut Vec<String>) -> &'a str {
    let start = text.find("<?xml").or_else(|| text.find('<')).unwrap_or(0);
    let (prefix, document) = text.split_at(start);
    if !prefix.is_empty() {
        let what = if prefix.trim().is_empty() { "blanks" } else { "text" };
        notes.push(format!("{what} before the document were cut ({} bytes)", prefix.len()));
    }
    document
}

/// The prolog without its DOCTYPE, and the rest from the root element on.
fn split_prolog<'a>(
    text: &'a str,
    notes: &mut Vec<String>,
    counts: &mut Counts,
) -> Result<(String, &'a str), ReadError> {
    let mut prolog = String::new();
    let mut rest = text;
    loop {
        let blank = rest.len() - rest.trim_start().len();
        prolog.push_str(&rest[..blank]);
        rest = &rest[blank..];
        let length = if rest.starts_with("<?") {
            rest.find("?>").map(|end| end + 2)
        } else if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) {
            let (length, subset) = doctype(rest);
            if subset > LARGEST_SUBSET {
                return Err(ReadError::Hostile(format!("a DOCTYPE that declares {subset} bytes of entities")));
            }
            counts.declared.extend(declared(&rest[..length]));
            if subset > 0 {
                notes.push("a DOCTYPE with declarations was dropped".to_owned());
            }
            rest = &rest[length..];
            continue;
        } else {
            None
        };
        let Some(length) = length else { return Ok((prolog, rest)) };
        prolog.push_str(&rest[..length]);
        rest = &rest[length..];
    }
}

/// The length of a DOCTYPE and of its internal subset. An unclosed one reaches to the end.
fn doctype(text: &str) -> (usize, usize) {
    let end = text.find('>').map_or(text.len(), |end| end + 1);
    match text[..end].find('[') {
        None => (end, 0),
        Some(open) => {
            let close = text[open..].find("]>").or_else(|| text[open..].rfind(']')).map_or(text.len(), |at| open + at);
            let end = text[close..].find('>').map_or(text.len(), |at| close + at + 1);
            (end, close - open)
        }
    }
}

/// The entities that a DOCTYPE declares as plain text. One that holds others, or markup, or names a file, is not taken.
fn declared(doctype: &str) -> Vec<(String, String)> {
    let declarations = doctype.split("<!ENTITY").skip(1).filter_map(|declaration| {
        let (name, value) = declaration.trim_start().split_once(char::is_whitespace)?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, _) = value[1..].split_once(quote)?;
        let is_plain = !name.is_empty() && !value.contains(['&', '<', '%']);
        is_plain.then(|| (name.to_owned(), value.to_owned()))
    });
    declarations.collect()
}

/// How often what was mended, and what the document declares.
#[derive(Default)]
struct Counts {
    declared: Vec<(String, String)>,
    controls: usize,
    ampersands: usize,
    entities: usize,
    numbers: usize,
}

impl Counts {
    fn say(&self, notes: &mut Vec<String>) {
        for (count, what) in [
            (self.controls, "control characters were removed"),
            (self.ampersands, "stray & were escaped"),
            (self.entities, "entities that XML does not know were resolved"),
            (self.numbers, "references to no character were removed"),
        ] {
            if count > 0 {
                notes.push(format!("{what} ({count})"));
            }
        }
    }
}

/// Copies the document with its references mended; CDATA, comments and instructions as they are.
fn references(body: &str, out: &mut String, counts: &mut Counts) {
    let mut rest = body;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let verbatim =
            [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")].into_iter().find(|(open, _)| rest.starts_with(open));
        if let Some((_, close)) = verbatim {
            let end = rest.find(close).map_or(rest.len(), |end| end + close.len());
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(reference) = rest.strip_prefix('&') {
            rest = reference_at(reference, out, counts);
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
}

/// Writes the reference whose `&` stands before `text`; returns what follows it.
fn reference_at<'a>(text: &'a str, out: &mut String, counts: &mut Counts) -> &'a str {
    let end = text.bytes().take(40).position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'#'));
    let Some(end) = end.filter(|end| *end > 0 && text.as_bytes()[*end] == b';') else {
        counts.ampersands += 1;
        out.push_str("&amp;");
        return text;
    };
    let (name, after) = (&text[..end], &text[end + 1..]);
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        match code.and_then(char::from_u32).filter(|letter| !is_forbidden(*letter)) {
            Some(_) => out.extend(["&", name, ";"]),
            None => counts.numbers += 1,
        }
    } else if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") {
        out.extend(["&", name, ";"]);
    } else {
        counts.entities += 1;
        let declared = counts.declared.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        match declared.or_else(|| html::entity(name)) {
            Some(text) => out.extend(text.chars().map(|letter| format!("&#{};", u32::from(letter)))),
            None => out.extend(["&amp;", name, ";"]),
        }
    }
    after
}

/// What no XML document may hold. Source: XML 1.0, production 2.
fn is_forbidden(letter: char) -> bool {
    matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The parser wants `<rss version="2.0">` (or 0.91, 0.92): any other is read as 2.0, which all of them nearly are.
fn rss_version(text: &mut String, open: usize, notes: &mut Vec<String>) {
    if !text[open..].starts_with("<rss") || !text[open + 4..].starts_with([' ', '>', '/', '\t', '\n', '\r']) {
        return;
    }
    let Some(close) = text[open..].find('>').map(|at| open + at) else { return };
    let tag = &text[open..close];
    let version = tag.match_indices("version").find_map(|(at, word)| {
        let spaced = tag[..at].ends_with(char::is_whitespace);
        let value = tag[at + word.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| spaced && matches!(quote, '"' | '\''))?;
        let value = value[1..].split(quote).next()?;
        let from = open + (value.as_ptr() as usize - tag.as_ptr() as usize);
        Some((from, from + value.len()))
    });
    match version {
        Some((from, to)) if matches!(&text[from..to], "2.0" | "0.91" | "0.92" | "") => {}
        Some((from, to)) => {
            notes.push(format!("RSS of version “{}” was read as 2.0", html::excerpt(&text[from..to], 20)));
            text.replace_range(from..to, "2.0");
        }
        None => {
            notes.push("RSS without a version was read as 2.0".to_owned());
            text.insert_str(open + "<rss".len(), " version=\"2.0\"");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(text: &str) -> (String, usize) {
        xml(text).map(|repaired| (repaired.text, repaired.notes.len())).expect(text)
    }

    #[test]
    fn what_is_well_formed_stays_as_it_is() {
        let text = "<?xml version=\"1.0\"?>\n<!-- a & b --><rss version='2.0'><a b='c &amp; d'><![CDATA[x & y &nbsp;]]> &#8364;</a></rss>";
        assert_eq!(mended(text), (text.to_owned(), 0));
    }

    #[test]
    fn what_is_not_is_mended_and_said() {
        for (text, expected, notes) in [
            ("\n <?xml version='1.0'?><feed/>", "<?xml version='1.0'?><feed/>", 1),
            ("<br>Warning<?xml version='1.0'?><feed/>", "<?xml version='1.0'?><feed/>", 1),
            ("<feed>a & b &c= &nbsp;&foo;</feed>", "<feed>a &amp; b &amp;c= &#160;&amp;foo;</feed>", 2),
            ("<feed>\u{1}a\u{8}&#1;&#xFFFF;&#x41;</feed>", "<feed>a&#x41;</feed>", 2),
            ("<feed><![CDATA[a\u{0}b]]></feed>", "<feed><![CDATA[ab]]></feed>", 1),
            ("<rss a='1'><x/></rss>", "<rss version=\"2.0\" a='1'><x/></rss>", 1),
            ("<rss version=\"0.93\"/>", "<rss version=\"2.0\"/>", 1),
            ("<!DOCTYPE rss PUBLIC 'x' 'y'><rss version='0.91'/>", "<rss version='0.91'/>", 0),
            ("<!DOCTYPE a [<!ENTITY b \"c>\">]><feed>&b;</feed>", "<feed>&#99;&#62;</feed>", 2),
            ("<!DOCTYPE a [<!ENTITY b SYSTEM \"/etc/passwd\">]><feed>&b;</feed>", "<feed>&amp;b;</feed>", 2),
            ("<!DOCTYPE a [<!ENTITY b \"&b;\">]><feed>&b;</feed>", "<feed>&amp;b;</feed>", 2),
        ] {
            assert_eq!(mended(text), (expected.to_owned(), notes), "{text}");
        }
    }

    #[test]
    fn an_entity_bomb_is_refused() {
        let bomb = format!("<!DOCTYPE a [{}]><feed>&z;</feed>", "<!ENTITY z \"&y;&y;&y;&y;\">".repeat(200));
        assert!(matches!(xml(&bomb), Err(ReadError::Hostile(_))));
    }

    proptest! {
        #[test]
        fn what_is_mended_needs_no_more_mending(text in "(<!DOCTYPE|\\[|\\]|>|<rss|&|&amp;|&#1;|&nbsp|;|<!\\[CDATA\\[|\\]\\]>|\\PC|\u{1}){0,20}") {
            let _ = xml(&text);
            let (once, _) = mended(&format!("<feed>{text}"));
            let has_controls = once.contains(is_forbidden);
            prop_assert!(!has_controls);
            prop_assert_eq!(mended(&once), (once, 0));
        }
    }
}
