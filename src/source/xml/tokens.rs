//! A document cut into tags and text. There is no document that cannot be cut: what is no tag is text.

use std::borrow::Cow;

use crate::text::html;

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text, references and all.
    Text(&'a str),
    /// The content of a CDATA section: no references in it.
    Literal(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag, by name.
    End(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Its name, prefix and all, as written.
    pub name: &'a str,
    /// What stands behind the name.
    attributes: &'a str,
    /// `<x/>`.
    pub empty: bool,
}

/// Cuts a document. Comments, instructions and declarations are left out.
pub struct Tokens<'a> {
    rest: &'a str,
    /// Whether the document ended inside a tag, a comment or a CDATA section.
    pub is_cut: bool,
}

impl<'a> Tokens<'a> {
    /// All of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { rest: text, is_cut: false }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Takes everything up to `close`, and that too; all that is left where it does not come.
    fn take_until(&mut self, close: &str) -> &'a str {
        match self.rest.split_once(close) {
            Some((inside, rest)) => {
                self.rest = rest;
                inside
            }
            None => {
                self.is_cut = true;
                std::mem::take(&mut self.rest)
            }
        }
    }

    /// What stands at a `<` that opens something; `None` for what is left out.
    fn markup(&mut self) -> Option<Token<'a>> {
        for (open, close) in [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")] {
            if let Some(inside) = self.rest.strip_prefix(open) {
                self.rest = inside;
                let inside = self.take_until(close);
                return open.ends_with('[').then_some(Token::Literal(inside));
            }
        }
        let Some(length) = html::tag_length(self.rest) else {
            self.is_cut = true;
            self.rest = "";
            return None;
        };
        let tag = self.take(length).trim_start_matches('<').trim_end_matches('>');
        if tag.starts_with('!') {
            return None;
        }
        if let Some(name) = tag.strip_prefix('/') {
            return Some(Token::End(name.split(char::is_whitespace).next().unwrap_or_default()));
        }
        let empty = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let end = tag.find(|letter: char| letter.is_whitespace() || letter == '/').unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(end);
        Some(Token::Start(Tag { name, attributes, empty }))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            let opens = |at: &usize| {
                self.rest.as_bytes().get(at + 1).is_some_and(|next| {
                    next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?' | b'_' | b':' | 0x80..)
                })
            };
            let length = self.rest.match_indices('<').map(|(at, _)| at).find(opens).unwrap_or(self.rest.len());
            if length > 0 {
                return Some(Token::Text(self.take(length)));
            }
            if let Some(token) = self.markup() {
                return Some(token);
            }
        }
        None
    }
}

impl<'a> Tag<'a> {
    /// The tag as it was written, between its angle brackets.
    pub fn written(&self) -> (&'a str, &'a str) {
        (self.name, self.attributes)
    }

    /// How many attributes it may have at most.
    pub fn equal_signs(&self) -> usize {
        self.attributes.matches('=').count()
    }

    /// Its attributes, values decoded. One without a value is left out.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.attributes }
    }

    /// The value of an attribute of exactly this name.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes().find(|(own, _)| *own == name).map(|(_, value)| value)
    }
}

/// Walks over attributes, quoted or not.
pub struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.rest.trim_start_matches(|letter: char| letter.is_whitespace() || "/'\"=".contains(letter));
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|letter: char| letter.is_whitespace() || letter == '=').unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
                self.rest = after;
                continue;
            };
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            let (value, rest) = match quote {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            self.rest = rest;
            return Some((name, html::decode(value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        let tell = |token| match token {
            Token::Text(text) => format!("text {text}"),
            Token::Literal(text) => format!("literal {text}"),
            Token::Start(tag) => {
                let attributes: Vec<String> =
                    tag.attributes().map(|(name, value)| format!(" {name}={value}")).collect();
                format!("{} {}{}", if tag.empty { "empty" } else { "start" }, tag.name, attributes.concat())
            }
            Token::End(name) => format!("end {name}"),
        };
        Tokens::new(text).map(tell).collect()
    }

    #[test]
    fn any_document_is_cut_into_tags_and_text() {
        for (text, tokens) in [
            ("<a b='1 > 0' c=\"&amp;\" d=e f>x</a >", &["start a b=1 > 0 c=& d=e", "text x", "end a"][..]),
            ("<a/><b x='y'/>", &["empty a", "empty b x=y"]),
            ("5 < 6 <b>", &["text 5 < 6 ", "start b"]),
            ("<?xml version='1.0'?><!-- <a> --><!DOCTYPE a><x:y>", &["start x:y"]),
            ("<![CDATA[<a> & b]]>", &["literal <a> & b"]),
            ("<a href='b><c>d", &["start a href=b", "start c", "text d"]),
            ("a<b", &["text a"]),
        ] {
            assert_eq!(told(text), tokens, "{text}");
        }
    }

    #[test]
    fn the_end_inside_of_something_is_noticed() {
        for (text, is_cut) in [("<a>", false), ("<a", true), ("<!-- a", true), ("<![CDATA[a", true), ("a < b", false)] {
            let mut tokens = Tokens::new(text);
            assert!(tokens.by_ref().count() < 3);
            assert_eq!(tokens.is_cut, is_cut, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(<|>|/|!|\\?|\\[CDATA\\[|\\]\\]>|--|'|\"|=|a|é| ){0,40}") {
            let _told = told(&text);
        }
    }
}
