//! Markup to plain text, and excerpts. Nothing executable can survive, because no markup does: what is stored is text.

use scraper::{Html, Node};

/// Elements whose content no reader sees.
const UNSEEN: [&str; 9] = ["script", "style", "template", "noscript", "head", "title", "iframe", "svg", "object"];

/// Elements that begin and end a line.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];

/// Markup nested deeper than this is flattened before it is parsed: trees are dropped recursively, and no honest
/// document comes near.
const DEEPEST: usize = 400;

/// The readable text of `markup`: blocks and breaks as line feeds, entities decoded once, white space folded. Text
/// without markup passes through, folded.
pub fn to_text(markup: &str) -> String {
    if !looks_like_markup(markup) {
        return fold(markup);
    }
    let shallow;
    let markup = if open_tags(markup) > DEEPEST {
        shallow = without_tags(markup);
        shallow.as_str()
    } else {
        markup
    };
    let tree = Html::parse_fragment(markup);
    let mut text = String::with_capacity(markup.len());
    for edge in tree.tree.root().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) => match node.value() {
                Node::Text(words) if !is_unseen(node) => push(&mut text, words),
                Node::Element(element) if element.name() == "br" || BLOCKS.contains(&element.name()) => text.push('\n'),
                Node::Element(element) if element.name() == "tr" => text.push('\n'),
                Node::Element(element) if matches!(element.name(), "td" | "th") => text.push(' '),
                _ => {}
            },
            ego_tree::iter::Edge::Close(node) => {
                if node.value().as_element().is_some_and(|element| BLOCKS.contains(&element.name())) {
                    text.push('\n');
                }
            }
        }
    }
    fold(&text)
}

/// White space of the source is layout, not text; only our own line feeds are.
fn push(text: &mut String, words: &str) {
    text.extend(words.chars().map(|letter| if letter.is_whitespace() && letter != '\u{a0}' { ' ' } else { letter }));
}

fn is_unseen(node: ego_tree::NodeRef<'_, Node>) -> bool {
    node.parent()
        .is_some_and(|parent| parent.value().as_element().is_some_and(|element| UNSEEN.contains(&element.name())))
}

/// A tag or an entity: `5 < 6` and `AT&T` are neither.
fn looks_like_markup(text: &str) -> bool {
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let next = bytes.peek().copied().unwrap_or(b' ');
        if byte == b'<' && (next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')) {
            return true;
        }
        if byte == b'&' && (next == b'#' || next.is_ascii_alphabetic()) && entity_ends(bytes.clone()) {
            return true;
        }
    }
    false
}

/// Whether a `;` closes what the `&` opened, soon enough to be an entity.
fn entity_ends(rest: impl Iterator<Item = u8>) -> bool {
    rest.take(32).find(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'#')) == Some(b';')
}

/// How many tags are open at once at most, roughly: every `<x` less every `</`.
fn open_tags(markup: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for pair in markup.as_bytes().windows(2) {
        match pair {
            [b'<', b'/'] => open = open.saturating_sub(1),
            [b'<', next] if next.is_ascii_alphabetic() => {
                open += 1;
                deepest = deepest.max(open);
            }
            _ => {}
        }
    }
    deepest
}

/// Markup with every tag taken out: entities are left for the parser.
fn without_tags(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let tag = &rest[at + 1..];
        let is_tag = tag.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'));
        text.push_str(if is_tag { " " } else { "&lt;" });
        rest = match tag.find('>').filter(|_| is_tag) {
            Some(end) => &tag[end + 1..],
            None if is_tag => "",
            None => tag,
        };
    }
    text + rest
}

/// Folds white space: runs of blanks to one, no empty lines, no control characters.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let mut between = if folded.is_empty() { "" } else { "\n" };
        for word in
            line.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty())
        {
            folded.push_str(between);
            folded.push_str(word);
            between = " ";
        }
    }
    folded
}

/// At most `longest` characters, cut at the end of a word, with `…` where the text goes on.
pub fn excerpt(text: &str, longest: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(longest) else { return text.to_owned() };
    let room = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    let cut = text[..room].rfind(char::is_whitespace).filter(|cut| *cut > room / 2).unwrap_or(room);
    format!("{}…", text[..cut].trim_end())
}

/// The first `most` bytes, cut at a character border; whether anything was cut.
pub fn cut(text: &mut String, most: usize) -> bool {
    if text.len() <= most {
        return false;
    }
    let border = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.truncate(border);
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_becomes_what_a_reader_reads() {
        for (markup, text) in [
            ("ChatGPT is <b>down</b>", "ChatGPT is down"),
            ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("5 < 6 & AT&T", "5 < 6 & AT&T"),
            ("caf&eacute; &amp; &lt;b&gt;", "café & <b>"),
            ("x<script>alert(1)</script><style>p{}</style>y", "xy"),
            ("<img src=x onerror=alert(1)>z", "z"),
            ("  a \n b\t c ", "a\nb c"),
            ("(<1%) of <em>users</em>", "(<1%) of users"),
            ("<p>a\nb</p>", "a b"),
        ] {
            assert_eq!(to_text(markup), text, "{markup}");
        }
    }

    #[test]
    fn an_excerpt_ends_at_a_word_and_says_that_it_goes_on() {
        assert_eq!(excerpt("one two three", 9), "one two…");
        assert_eq!(excerpt("one", 3), "one");
        assert_eq!(excerpt("障害障害障害", 4), "障害障…");
    }

    #[test]
    fn a_hundred_thousand_unclosed_tags_take_no_stack() {
        assert_eq!(to_text(&("<div>".repeat(100_000) + "end")), "end");
        assert_eq!(to_text(&("<b>".repeat(100_000) + "end")), "end");
        assert_eq!(to_text(&("<".repeat(100_000))).len(), 100_000);
    }

    proptest! {
        #[test]
        fn any_markup_gives_text_without_controls(markup in "[<>/a-z=\"'&;#! \\n]{0,120}|\\PC{0,80}") {
            let text = to_text(&markup);
            prop_assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()));
            prop_assert_eq!(fold(&text), text.clone());
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            // Line feeds of a source are layout where there is markup.
            prop_assert_eq!(to_text(&escaped).replace('\n', " "), text.replace('\n', " "));
        }

        #[test]
        fn an_excerpt_is_no_longer_than_asked(text in "\\PC{0,80}", longest in 1_usize..40) {
            prop_assert!(excerpt(&text, longest).chars().count() <= longest);
        }
    }
}
