//! What a source file refers to: every path of its `use` trees and of its code, made absolute. It reads tokens, not
//! types: a path that starts with a name of the file's own stays as it is written.

use std::collections::HashMap;

use super::tokens::{Token, tokens};

/// One path in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// `["crate", "store", "Store"]`, `["std", "fs", "read"]`; `*` at the end of a glob, `!` after a macro.
    pub path: Vec<String>,
    /// From 1.
    pub line: usize,
}

/// Every reference of the file that holds the module `module` (`["fetch", "guard"]`; none for the crate's root).
pub fn references(module: &[&str], source: &str) -> Vec<Reference> {
    let mut walk = Walk {
        tokens: tokens(source),
        at: 0,
        modules: module.iter().map(|name| (*name).to_owned()).collect(),
        braces: Vec::new(),
        imported: HashMap::new(),
        found: Vec::new(),
    };
    walk.run();
    let Walk { imported, found, .. } = walk;
    found.into_iter().map(|reference| expanded(reference, &imported)).collect()
}

/// `fs::read` after `use std::fs` is `std::fs::read`. A `use` inside a function counts for the whole file.
fn expanded(mut reference: Reference, imported: &HashMap<String, Vec<String>>) -> Reference {
    let first = reference.path.first().and_then(|name| imported.get(name));
    if let Some(whole) = first.filter(|whole| !reference.path.starts_with(whole)) {
        reference.path.splice(..1, whole.iter().cloned());
    }
    reference
}

struct Walk {
    tokens: Vec<Token>,
    at: usize,
    /// The module that the walk is in, inline modules included.
    modules: Vec<String>,
    /// For every open brace, whether it opened an inline module.
    braces: Vec<bool>,
    imported: HashMap<String, Vec<String>>,
    found: Vec<Reference>,
}

impl Walk {
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text.as_str())
    }

    fn is_word(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(Token::is_word)
    }

    fn run(&mut self) {
        while self.at < self.tokens.len() {
            match self.text(0) {
                // `use<'a>` in a type is no import.
                "use" if self.text(1) != "<" => {
                    self.at += 1;
                    self.use_tree(&[]);
                }
                "mod" if self.is_word(1) && self.text(2) == "{" => {
                    self.modules.push(self.text(1).to_owned());
                    self.braces.push(true);
                    self.at += 3;
                }
                "{" => {
                    self.braces.push(false);
                    self.at += 1;
                }
                "}" => {
                    if self.braces.pop() == Some(true) {
                        self.modules.pop();
                    }
                    self.at += 1;
                }
                _ if self.is_word(0) || self.text(0) == "::" => self.inline_path(),
                _ => self.at += 1,
            }
        }
    }

    /// One branch of a `use` tree below `prefix`; leaves the walk on the `,`, `}` or `;` after it.
    fn use_tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            match self.text(0) {
                "::" => self.at += 1,
                "{" => {
                    self.at += 1;
                    while !matches!(self.text(0), "}" | "") {
                        self.use_tree(&path);
                        if self.text(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "as" => {
                    let alias = self.text(1).to_owned();
                    self.at += 2;
                    return self.import(path, alias, line);
                }
                "*" => {
                    path.push("*".to_owned());
                    self.at += 1;
                }
                _ if self.is_word(0) => {
                    path.push(self.text(0).to_owned());
                    self.at += 1;
                }
                _ => {
                    let name = path.iter().rev().find(|name| *name != "self").cloned().unwrap_or_default();
                    return self.import(path, name, line);
                }
            }
        }
    }

    /// Notes a leaf of a `use` tree, which the file calls `name`.
    fn import(&mut self, mut path: Vec<String>, name: String, line: usize) {
        if path.len() > 1 {
            path.pop_if(|last| last == "self");
        }
        let path = self.absolute(path);
        if !matches!(name.as_str(), "*" | "_" | "crate" | "super" | "self") {
            self.imported.insert(name, path.clone());
        }
        self.found.push(Reference { path, line });
    }

    /// A path in code: `a::b`, or one word that is a macro's name.
    fn inline_path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut path = Vec::new();
        loop {
            if self.text(0) == "::" {
                self.at += 1;
            }
            if !self.is_word(0) {
                break;
            }
            path.push(self.text(0).to_owned());
            self.at += 1;
            if self.text(0) != "::" {
                break;
            }
        }
        if self.text(0) == "!" && self.text(1) != "=" {
            path.push("!".to_owned());
        }
        if path.len() > 1 {
            let path = self.absolute(path);
            self.found.push(Reference { path, line });
        }
    }

    /// `crate::…` for whatever starts with `crate`, `downwire`, `self` or `super`; other paths as they are.
    fn absolute(&self, path: Vec<String>) -> Vec<String> {
        let mut here = self.modules.clone();
        let start = path.iter().take_while(|name| *name == "self" || *name == "super").count();
        let rest = match path.first().map(String::as_str) {
            Some("crate" | "downwire") => {
                here.clear();
                &path[1..]
            }
            Some("self" | "super") => {
                for _ in path[..start].iter().filter(|name| *name == "super") {
                    here.pop();
                }
                &path[start..]
            }
            _ => return path,
        };
        ["crate".to_owned()].into_iter().chain(here).chain(rest.iter().cloned()).collect()
    }
}

#[test]
fn every_form_of_path_is_made_absolute() {
    let source = "use crate::{model::{Item, id::{self, Id as Key}}, text::*};\n\
                  use super::guard::check;\nuse std::{fs, time::Instant as Moment};\n\
                  fn f() -> impl Fn() + use<> { crate::store::open(Key::new); fs::read(1); Moment::now(); guard() }\n\
                  mod tests { use super::*; use super::super::super::jobs; mod deep { fn g() { super::super::x::y(); } } }\n\
                  fn h() { self::own::z(); println!(\"crate::no\"); a != b; ::std::env::var(1); $crate::app::w() }";
    let found: Vec<_> =
        references(&["fetch", "http"], source).iter().map(|r| format!("{}:{}", r.line, r.path.join("::"))).collect();
    let expected = [
        "1:crate::model::Item",
        "1:crate::model::id",
        "1:crate::model::id::Id",
        "1:crate::text::*",
        "2:crate::fetch::guard::check",
        "3:std::fs",
        "3:std::time::Instant",
        "4:crate::store::open",
        "4:crate::model::id::Id::new",
        "4:std::fs::read",
        "4:std::time::Instant::now",
        "5:crate::fetch::http::*",
        "5:crate::jobs",
        "5:crate::fetch::http::x::y",
        "6:crate::fetch::http::own::z",
        "6:println::!",
        "6:std::env::var",
        "6:crate::app::w",
    ];
    assert_eq!(found, expected);
}
