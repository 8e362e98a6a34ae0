//! Rust source to words and signs with their lines: enough to find paths and attributes. Comments, strings and
//! characters are left out, so that nothing said in them is taken for code.

/// One word (identifier, keyword, number) or one sign; `::` is one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As written, a raw identifier without its `r#`.
    pub text: String,
    /// From 1.
    pub line: usize,
}

impl Token {
    /// Whether it is an identifier or a keyword.
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|letter: char| letter == '_' || letter.is_alphabetic())
    }
}

/// The tokens of `source`.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { chars: source.chars().collect(), at: 0, line: 1 };
    std::iter::from_fn(|| reader.next_token()).collect()
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            if self.peek(0) == '\n' {
                self.line += 1;
            }
            self.at += 1;
        }
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.at < self.chars.len() && wanted(self.peek(0)) {
            self.skip(1);
        }
    }

    fn next_token(&mut self) -> Option<Token> {
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '/') => self.skip_while(|letter| letter != '\n'),
                ('/', '*') => self.skip_block_comment(),
                ('"', _) => self.skip_string(),
                ('\'', _) => self.skip_character_or_lifetime(),
                (':', ':') => return Some(self.take(2)),
                (letter, _) if letter.is_whitespace() => self.skip(1),
                (letter, _) if letter == '_' || letter.is_alphanumeric() => {
                    if let Some(word) = self.word() {
                        return Some(word);
                    }
                }
                _ => return Some(self.take(1)),
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Token {
        let token = Token { text: self.chars[self.at..self.at + count].iter().collect(), line: self.line };
        self.skip(count);
        token
    }

    /// A word; `None` when it was the prefix of a string (`r"`, `br#"`, `b'`), which is then skipped.
    fn word(&mut self) -> Option<Token> {
        let length = (0..).take_while(|ahead| self.peek(*ahead) == '_' || self.peek(*ahead).is_alphanumeric()).count();
        let word = self.take(length);
        let is_raw = ["r", "br", "cr"].contains(&word.text.as_str());
        match (word.text.as_str(), self.peek(0)) {
            ("r", '#') if self.peek(1) == '_' || self.peek(1).is_alphabetic() => {
                self.skip(1);
                self.word()
            }
            (_, '"' | '#') if is_raw => {
                self.skip_raw_string();
                None
            }
            ("b" | "c", '"') => {
                self.skip_string();
                None
            }
            ("b", '\'') => {
                self.skip_character_or_lifetime();
                None
            }
            _ => Some(word),
        }
    }

    /// Block comments nest in Rust.
    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => (depth, _) = (depth + 1, self.skip(2)),
                ('*', '/') => (depth, _) = (depth - 1, self.skip(2)),
                _ => self.skip(1),
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        self.skip(1);
        while self.at < self.chars.len() && self.peek(0) != '"' {
            self.skip(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.skip(1);
    }

    fn skip_raw_string(&mut self) {
        let hashes = (0..).take_while(|ahead| self.peek(*ahead) == '#').count();
        self.skip(hashes + 1);
        while self.at < self.chars.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            self.skip(1);
            if closes {
                return self.skip(hashes);
            }
        }
    }

    /// `'a'`, `'\''` and `'\u{e4}'` are characters, `'a` is a lifetime.
    fn skip_character_or_lifetime(&mut self) {
        if self.peek(1) == '\\' {
            self.skip(3);
            self.skip_while(|letter| letter != '\'');
            self.skip(1);
        } else if self.peek(2) == '\'' {
            self.skip(3);
        } else {
            self.skip(1);
            self.skip_while(|letter| letter == '_' || letter.is_alphanumeric());
        }
    }
}

#[test]
fn comments_and_strings_are_no_code() {
    let source = r####"
        // crate::one
        /* crate::two /* nested */ crate::three */ a /// doc
        "crate::four \" still" b r"\" c r##"crate::five "# in"## d
        br#"crate::six"# e b"x" f 'x' g '\'' h '\u{e4}' i 'static j r#type b'"' k
    "####;
    let words: Vec<_> = tokens(source).into_iter().map(|token| token.text).collect();
    assert_eq!(words.join(" "), "a b c d e f g h i j type k");
}

#[test]
fn lines_are_counted_through_comments_and_strings() {
    let lines: Vec<_> = tokens("a\n/*\n*/ b \"\n\n\" c\nr#\"\n\"# d").into_iter().map(|token| token.line).collect();
    assert_eq!(lines, [1, 3, 5, 7]);
}
