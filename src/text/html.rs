//! Markup to plain text, and excerpts of it.
//!
//! One pass over the tags, with no tree: a tree builder takes quadratic time (and memory) on a hundred thousand unclosed
//! tags, and all that is wanted of the structure is where lines end. Text out of here is plain, not safe to print into a
//! page: `render` escapes it.

mod entities;
mod scan;

pub use entities::{decode, named as entity};
pub use scan::tag_length;
use scan::{Piece, Scanner};

/// Elements whose content nobody reads. Their text goes with them.
const DROPPED: [&str; 9] = ["script", "style", "template", "title", "noscript", "iframe", "svg", "math", "object"];
/// Elements that stand in a paragraph of their own.
const PARAGRAPHS: [&str; 17] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "blockquote",
    "pre",
    "table",
    "hr",
    "section",
    "article",
    "figure",
];
/// Elements that stand in a line of their own.
const LINES: [&str; 16] = [
    "div",
    "li",
    "tr",
    "dt",
    "dd",
    "header",
    "footer",
    "main",
    "nav",
    "aside",
    "form",
    "address",
    "figcaption",
    "caption",
    "details",
    "summary",
];
/// The other elements by which markup is told from plain text that happens to hold a `<`.
const INLINE: [&str; 62] = [
    "a", "abbr", "acronym", "applet", "area", "audio", "b", "base", "bdi", "bdo", "big", "body", "br", "button",
    "canvas", "center", "cite", "code", "col", "del", "dfn", "em", "embed", "font", "frame", "frameset", "head",
    "html", "i", "img", "input", "ins", "kbd", "label", "link", "map", "mark", "meta", "nobr", "option", "param",
    "picture", "q", "s", "samp", "select", "small", "source", "span", "strike", "strong", "sub", "sup", "td",
    "textarea", "th", "time", "tt", "u", "var", "video", "wbr",
];

/// Plain text of markup: blocks and `<br>` become line feeds (at most two in a row), list items open with `- `, scripts
/// and styles are dropped, entities are decoded once, white space is folded. Text without tags keeps its line feeds and
/// its `<`. Linear in the length of the input.
pub fn to_text(markup: &str) -> String {
    if !has_tags(markup) {
        return plain(&entities::decode(markup));
    }
    let mut out = Writer::default();
    let mut pre = 0_usize;
    for piece in Scanner::new(markup) {
        match piece {
            Piece::Text(text) => {
                let text = entities::decode(text);
                if pre > 0 { out.lines(&text) } else { out.folded(&text) }
            }
            Piece::Literal(text) => out.folded(text),
            Piece::Tag { name, closing } => {
                match (name.as_str(), closing) {
                    ("pre", false) => pre += 1,
                    ("pre", true) => pre = pre.saturating_sub(1),
                    _ => {}
                }
                out.tag(&name, closing);
            }
        }
    }
    out.finish()
}

/// Text that is known to hold no markup: control characters and superfluous white space go, line feeds stay (at most two
/// in a row).
pub fn plain(text: &str) -> String {
    let mut out = Writer::default();
    out.lines(text);
    out.finish()
}

/// The text in one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text in one line, at most `max_chars` characters long; cut at a word, with `…`, when it goes on.
pub fn excerpt(text: &str, max_chars: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= max_chars {
        return line;
    }
    let kept: String = line.chars().take(max_chars.saturating_sub(1)).collect();
    let goes_on_with_a_word = line[kept.len()..].chars().next().is_some_and(|next| !next.is_whitespace());
    let cut = if goes_on_with_a_word { kept.rfind(' ').unwrap_or(kept.len()) } else { kept.len() };
    let kept = kept[..cut].trim_end_matches(|end: char| end.is_whitespace() || ",;:-–—".contains(end));
    if max_chars == 0 { String::new() } else { format!("{kept}…") }
}

/// At most `max_bytes` of `text`, cut at a character; whether anything was cut.
pub fn cut(text: &mut String, max_bytes: usize) -> bool {
    let too_long = text.len() > max_bytes;
    if too_long {
        let mut border = max_bytes;
        while !text.is_char_boundary(border) {
            border -= 1;
        }
        text.truncate(border);
    }
    too_long
}

/// Whether there is a tag that HTML knows, or a comment.
fn has_tags(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    let is_markup = |piece| match piece {
        Piece::Tag { name, .. } => is_known(&name),
        Piece::Literal(_) => true,
        Piece::Text(_) => false,
    };
    scanner.any(is_markup) || scanner.has_dropped || text.contains("<!--")
}

fn is_known(name: &str) -> bool {
    [&DROPPED[..], &PARAGRAPHS, &LINES, &INLINE].iter().any(|names| names.contains(&name))
}

/// What stands between two pieces of text; the stronger one wins.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Paragraph,
}

/// Text being written, with the white space that is due before the next word.
#[derive(Default)]
struct Writer {
    text: String,
    gap: Gap,
}

impl Writer {
    fn tag(&mut self, name: &str, closing: bool) {
        match name {
            // XHTML that was parsed and written again says `<br></br>` for one.
            "br" if !closing => self.line_feed(),
            "li" if !closing => {
                self.widen(Gap::Line);
                self.folded("- ");
            }
            "td" | "th" => self.widen(Gap::Space),
            name if PARAGRAPHS.contains(&name) => self.widen(Gap::Paragraph),
            name if LINES.contains(&name) => self.widen(Gap::Line),
            _ => {}
        }
    }

    fn widen(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// A line feed that the author wrote: the second in a row makes a paragraph.
    fn line_feed(&mut self) {
        self.gap = if self.gap >= Gap::Line { Gap::Paragraph } else { Gap::Line };
    }

    /// Text in which line feeds are white space like any other.
    fn folded(&mut self, text: &str) {
        for letter in text.chars() {
            if letter.is_whitespace() { self.widen(Gap::Space) } else { self.letter(letter) }
        }
    }

    /// Text in which line feeds count.
    fn lines(&mut self, text: &str) {
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\r' if letters.peek() == Some(&'\n') => {}
                '\n' | '\r' | '\u{2028}' | '\u{2029}' => self.line_feed(),
                letter if letter.is_whitespace() => self.widen(Gap::Space),
                letter => self.letter(letter),
            }
        }
    }

    fn letter(&mut self, letter: char) {
        if letter.is_control() || letter == '\u{feff}' {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.gap = Gap::None;
        self.text.push(letter);
    }

    fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_becomes_text() {
        for (markup, text) in [
            ("5 < 6 & 7 > 2", "5 < 6 & 7 > 2"),
            ("a List<String> and a <5% drop", "a List<String> and a <5% drop"),
            ("one\ntwo\n\n\n\nthree", "one\ntwo\n\nthree"),
            ("<p>one\n two</p><p>three<br>four<br /><br/>five</p>", "one two\n\nthree\nfour\n\nfive"),
            ("<ul><li>a</li><li>b <b>c</b></li></ul>d", "- a\n- b c\n\nd"),
            ("a<script>alert('x')</script><STYLE>p{}</STYLE> b", "a b"),
            ("<b>&amp;lt;b&amp;gt; &#8364;&hellip;&nbsp;&eacute;&bogus;</b>", "&lt;b&gt; €… é&bogus;"),
            ("<p>fewer (<1%) <!-- hidden > --> errors", "fewer (<1%) errors"),
            ("<![CDATA[told <b>]]>&amp;", "told <b>&"),
            ("<a title=\"a > b\" href='x'>link</a>", "link"),
            ("<pre>a\n  b</pre>", "a\nb"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("a<object classid=x> b <script>c", "a b"),
            ("<p>open <b", "open <b"),
            ("&#0;&#xD800;&#99999999;x", "\u{fffd}\u{fffd}\u{fffd}x"),
        ] {
            assert_eq!(to_text(markup), text, "{markup}");
        }
    }

    #[test]
    fn a_hundred_thousand_unclosed_tags_are_no_trouble() {
        for unit in ["<div>", "<b x=\"", "<p><b>", "<!--", "<script>", "<object>", "<a '>", "<", "&", "<![CDATA["] {
            let _text = to_text(&unit.repeat(100_000));
        }
    }

    #[test]
    fn an_excerpt_is_cut_at_a_word() {
        for (text, max, expected) in [
            ("all systems\noperational", 50, "all systems operational"),
            ("all systems operational", 15, "all systems…"),
            ("all systems, operational", 13, "all systems…"),
            ("all systems operational", 12, "all systems…"),
            ("unbreakable", 6, "unbre…"),
            ("x", 0, ""),
            ("größte Störung", 8, "größte…"),
        ] {
            assert_eq!(excerpt(text, max), expected, "{text}");
        }
    }

    fn escape(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    proptest! {
        #[test]
        fn text_escaped_comes_back_as_it_was(markup in "(<p>|<b|</p>|<br>|&|&lt;|;|amp|<!--|-->|<script>|\\PC|\n| ){0,30}") {
            let text = to_text(&markup);
            prop_assert_eq!(to_text(&escape(&text)), text);
        }

        #[test]
        fn any_text_is_read_and_an_excerpt_is_never_too_long(text: String, max in 0..50_usize) {
            to_text(&text);
            prop_assert!(excerpt(&text, max).chars().count() <= max);
        }
    }
}
