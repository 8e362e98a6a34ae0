//! Markup cut into text and tags, as HTML tokenizers do it, in one pass that never goes back far.

/// A piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text with its entities.
    Text(&'a str),
    /// Text of a CDATA section: no entities in it.
    Literal(&'a str),
    /// A tag; the name in lower case.
    Tag { name: String, closing: bool },
}

/// Cuts a document; the content of [`DROPPED`](super::DROPPED) elements, comments and declarations are left out.
pub(super) struct Scanner<'a> {
    rest: &'a str,
    /// Set once no `>` is left: without it every further `<` would search to the end again.
    no_more_ends: bool,
    /// Dropped elements of which no end is left.
    endless: Vec<String>,
    /// Whether an element was left out.
    pub(super) has_dropped: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, no_more_ends: false, endless: Vec::new(), has_dropped: false }
    }

    /// Takes `length` bytes off the front.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// The length of the text up to the next `<` that opens something.
    fn text_length(&self) -> usize {
        self.rest.match_indices('<').map(|(at, _)| at).find(|at| self.opens(*at)).unwrap_or(self.rest.len())
    }

    fn opens(&self, at: usize) -> bool {
        if self.no_more_ends {
            return false;
        }
        match self.rest.as_bytes().get(at + 1..).unwrap_or_default() {
            [b'/', letter, ..] => letter.is_ascii_alphabetic(),
            [letter, ..] => letter.is_ascii_alphabetic() || matches!(letter, b'!' | b'?'),
            [] => false,
        }
    }

    /// What stands at a `<` that opens something; `None` for what is left out.
    fn markup(&mut self) -> Option<Piece<'a>> {
        if let Some(comment) = self.rest.strip_prefix("<!--") {
            self.rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            return None;
        }
        if let Some(section) = self.rest.strip_prefix("<![CDATA[") {
            let (text, rest) = section.split_once("]]>").unwrap_or((section, ""));
            self.rest = rest;
            return Some(Piece::Literal(text));
        }
        let Some(length) = tag_length(self.rest) else {
            self.no_more_ends = true;
            return Some(Piece::Text(self.take(1)));
        };
        let tag = self.take(length);
        let closing = tag.starts_with("</");
        let name = tag.trim_start_matches(['<', '/']);
        let end = name.find(|letter: char| letter.is_whitespace() || "/>".contains(letter)).unwrap_or(name.len());
        let name = name[..end].to_ascii_lowercase();
        if name.starts_with(['!', '?']) {
            return None;
        }
        if !closing && !tag.ends_with("/>") && super::DROPPED.contains(&name.as_str()) {
            self.skip_content(&name);
            return None;
        }
        Some(Piece::Tag { name, closing })
    }

    /// Leaves out everything to the end tag of `name`. Without one, scripts and styles go on to the end of the document;
    /// of the others only the tag is left out.
    fn skip_content(&mut self, name: &str) {
        self.has_dropped = true;
        let is_code = matches!(name, "script" | "style");
        if self.endless.iter().any(|other| other == name) {
            return;
        }
        let ends = self.rest.match_indices("</").find(|(at, _)| {
            self.rest.as_bytes()[at + 2..]
                .get(..name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        });
        match ends {
            Some((at, _)) => self.rest = &self.rest[at..],
            None if is_code => self.rest = "",
            None => self.endless.push(name.to_owned()),
        }
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        while !self.rest.is_empty() {
            let length = self.text_length();
            if length > 0 {
                return Some(Piece::Text(self.take(length)));
            }
            if let Some(piece) = self.markup() {
                return Some(piece);
            }
        }
        None
    }
}

/// The length of the tag at the start of `text`, `>` included; a `>` in quotes does not end it. A quote that is never
/// closed is none: only the last one of each sort can be so, hence this stays linear over a whole document.
pub fn tag_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            // A quote opens only where a value may stand: an apostrophe in a broken tag does not swallow the text.
            (None, b'"' | b'\'') if bytes[..at].trim_ascii_end().ends_with(b"=") => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    bytes.iter().position(|byte| *byte == b'>').map(|at| at + 1)
}
