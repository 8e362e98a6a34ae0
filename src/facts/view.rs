//! A text as its words: what every reader of facts looks at. One pass; markup and escapes are read over, so that spans
//! are those of the text as it was given.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, with apostrophes and nothing else inside.
    Word,
    /// Digits.
    Number,
    /// One other character.
    Mark(char),
    /// The end of a line or of a block of markup.
    Break,
}

/// A word, number, mark or break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Bytes from the start of the text.
    pub from: u32,
    /// Bytes, exclusive.
    pub to: u32,
    /// Where its folded form lies in the arena.
    low: (u32, u32),
    /// It begins with a capital letter.
    pub capital: bool,
    /// White space stands in front of it.
    pub spaced: bool,
    /// A time, or a length of time, may begin with it.
    pub times: bool,
}

/// Tokens of one sentence at most.
const LONGEST: usize = 200;

/// A text as tokens and sentences.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// The text itself.
    pub text: &'a str,
    /// Its tokens, in order.
    pub tokens: Vec<Token>,
    /// Ranges of tokens that are sentences; breaks belong to none.
    pub sentences: Vec<(usize, usize)>,
    arena: String,
}

impl<'a> View<'a> {
    /// Takes a text apart.
    pub(super) fn new(text: &'a str) -> Self {
        let mut view = Self {
            text,
            tokens: Vec::with_capacity(text.len() / 5),
            sentences: Vec::new(),
            arena: String::with_capacity(text.len()),
        };
        view.tokenize();
        view.split();
        view
    }

    /// The folded form of a token: lower case without accents; empty for marks, breaks and what is out of range.
    pub(super) fn low(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.arena[token.low.0 as usize..token.low.1 as usize])
    }

    /// The words as they are written; empty for what is out of range.
    pub(super) fn written(&self, from: usize, to: usize) -> &'a str {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.from < last.to => &self.text[first.from as usize..last.to as usize],
            _ => "",
        }
    }

    /// What a token is; a break for what is out of range.
    pub(super) fn kind(&self, at: usize) -> Kind {
        self.tokens.get(at).map_or(Kind::Break, |token| token.kind)
    }

    /// Whether a token is that mark.
    pub(super) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.kind(at) == Kind::Mark(mark)
    }

    /// The number of a token and how many digits it has.
    pub(super) fn number(&self, at: usize) -> Option<(i64, usize)> {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Number)?;
        let digits = &self.text[token.from as usize..token.to as usize];
        (digits.len() <= 14).then(|| digits.parse().ok()).flatten().map(|number| (number, digits.len()))
    }

    /// Whether nothing stands between a token and the one before it.
    pub(super) fn is_tight(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| !token.spaced)
    }

    fn push(&mut self, kind: Kind, from: usize, to: usize, capital: bool, spaced: bool) {
        let start = self.arena.len();
        match kind {
            Kind::Word => fold_into(&self.text[from..to], &mut self.arena),
            Kind::Number => self.arena.push_str(&self.text[from..to]),
            Kind::Mark(_) | Kind::Break => {}
        }
        // A text of 4 GiB or more cannot come this far: documents end at 15 MB.
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let low = (narrow(start), narrow(self.arena.len()));
        let times = match kind {
            Kind::Number => true,
            Kind::Word => super::time::words::may_begin(&self.arena[start..]),
            Kind::Mark(_) | Kind::Break => false,
        };
        self.tokens.push(Token { kind, from: narrow(from), to: narrow(to), low, capital, spaced, times });
    }

    fn tokenize(&mut self) {
        let text = self.text;
        let bytes = text.as_bytes();
        // In markup a line end is a blank: its blocks end lines.
        let is_html = text.contains("</p>") || text.contains("</div>");
        let mut at = 0;
        let mut spaced = true;
        // Where the next `>` lies: looked for once, so that many `<` cost no more than one.
        let mut close = Close { at: 0 };
        while at < bytes.len() {
            let (letter, length) = match bytes[at] {
                byte if byte < 0x80 => (char::from(byte), 1),
                _ => {
                    let Some(letter) = text[at..].chars().next() else { break };
                    (letter, letter.len_utf8())
                }
            };
            let end = match letter {
                '\n' | '\r' if is_html => at + 1,
                '\n' | '\r' => {
                    self.push(Kind::Break, at, at + 1, false, true);
                    at + 1
                }
                _ if letter.is_whitespace() || letter == '\u{200b}' || letter == '\u{feff}' => at + length,
                '0'..='9' => {
                    let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    self.push(Kind::Number, at, end, false, spaced);
                    spaced = false;
                    at = end;
                    continue;
                }
                '<' => match markup(text, at, &mut close) {
                    Some((end, true)) => {
                        self.push(Kind::Break, at, end, false, true);
                        end
                    }
                    Some((end, false)) => end,
                    None => {
                        self.push(Kind::Mark('<'), at, at + 1, false, spaced);
                        spaced = false;
                        at += 1;
                        continue;
                    }
                },
                // A line end that a dump has escaped.
                '\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r' | b't'))
                    && (bytes[at + 1] == b'n' || bytes.get(at + 2).is_none_or(|next| !next.is_ascii_lowercase())) =>
                {
                    self.push(Kind::Break, at, at + 2, false, true);
                    at + 2
                }
                '&' if text[at..].starts_with("&nbsp;") => at + 6,
                _ if letter.is_alphabetic() => {
                    let end = word_end(text, at);
                    self.push(Kind::Word, at, end, letter.is_uppercase(), spaced);
                    spaced = false;
                    at = end;
                    continue;
                }
                _ => {
                    self.push(Kind::Mark(plain(letter)), at, at + length, false, spaced);
                    spaced = false;
                    at += length;
                    continue;
                }
            };
            spaced = true;
            at = end;
        }
    }

    fn split(&mut self) {
        let mut from = 0;
        for at in 0..self.tokens.len() {
            let ends = match self.tokens[at].kind {
                Kind::Break => {
                    if from < at {
                        self.sentences.push((from, at));
                    }
                    from = at + 1;
                    continue;
                }
                Kind::Mark('。' | '！' | '？') => true,
                Kind::Mark('.' | '!' | '?') => self.ends_sentence(at),
                // What goes on and on is no sentence: the readers look at pairs of what stands in one.
                _ => at.saturating_sub(from) >= LONGEST,
            };
            if ends {
                let mut end = at + 1;
                while matches!(self.kind(end), Kind::Mark('"' | '\'' | ')' | ']')) && self.is_tight(end) {
                    end += 1;
                }
                if from < end {
                    self.sentences.push((from, end));
                }
                from = end;
            }
        }
        if from < self.tokens.len() {
            self.sentences.push((from, self.tokens.len()));
        }
    }

    /// Whether a word often begins sentences, and is written so.
    fn begins(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.capital)
            && matches!(
                self.low(at),
                "the"
                    | "a"
                    | "an"
                    | "in"
                    | "on"
                    | "it"
                    | "its"
                    | "users"
                    | "we"
                    | "but"
                    | "this"
                    | "that"
                    | "these"
                    | "they"
                    | "he"
                    | "she"
                    | "there"
                    | "some"
                    | "many"
                    | "customers"
                    | "according"
                    | "after"
                    | "by"
                    | "as"
                    | "while"
                    | "when"
                    | "and"
                    | "since"
                    | "all"
                    | "however"
                    | "i"
            )
    }

    /// Whether a full stop ends a sentence: not within a number, an address or an abbreviation.
    fn ends_sentence(&self, at: usize) -> bool {
        let mut next = at + 1;
        while matches!(self.kind(next), Kind::Mark('"' | '\'' | ')' | ']')) && self.is_tight(next) {
            next += 1;
        }
        let Some(following) = self.tokens.get(next) else { return true };
        if !following.spaced {
            return false;
        }
        let starts = following.capital || !matches!(following.kind, Kind::Word);
        if !self.is_mark(at, '.') {
            return starts;
        }
        let before = at.checked_sub(1).map_or("", |before| self.low(before));
        match before {
            "mr" | "mrs" | "ms" | "dr" | "st" | "inc" | "corp" | "co" | "ltd" | "vs" | "no" | "approx" | "gen"
            | "sen" | "gov" | "jan" | "feb" | "mar" | "apr" | "jun" | "jul" | "aug" | "sep" | "sept" | "oct"
            | "nov" | "dec" | "bzw" | "ca" | "usw" | "nr" | "evtl" => false,
            // `p.m.` may end one, unless a zone or day follows; initials only before a word that begins sentences.
            _ if before.len() == 1 && matches!(self.kind(at - 1), Kind::Word) => {
                let goes_on = super::time::zones::at(self, next, self.tokens.len()).is_some()
                    || super::time::words::weekday(self.low(next)).is_some()
                    || super::time::words::month(self.low(next)).is_some()
                    || self.kind(next) == Kind::Number;
                let is_clock = matches!(before, "m");
                is_clock && following.capital && !goes_on
                    || self.begins(next)
                    || matches!(following.kind, Kind::Mark('"'))
            }
            // `26. Dezember`
            _ if matches!(self.kind(at.wrapping_sub(1)), Kind::Number) && before.len() <= 2 => {
                starts && super::time::words::month(self.low(next)).is_none()
            }
            _ => starts,
        }
    }
}

/// The place of the next `>`, remembered.
struct Close {
    at: usize,
}

/// Where the markup that begins at `at` ends, and whether it ends a block; `None` when it is none.
fn markup(text: &str, at: usize, close: &mut Close) -> Option<(usize, bool)> {
    let bytes = text.as_bytes();
    let name_at = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'/'));
    if !bytes.get(name_at).is_some_and(u8::is_ascii_alphabetic) && bytes.get(at + 1) != Some(&b'!') {
        return None;
    }
    if close.at <= at {
        close.at = bytes[at..].iter().position(|byte| *byte == b'>').map_or(usize::MAX, |found| at + found);
    }
    if close.at == usize::MAX || close.at - at > 4096 {
        return None;
    }
    let name_length = bytes[name_at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let inline = ["a", "b", "i", "u", "em", "strong", "span", "code", "sup", "sub", "small", "font"];
    let is_inline = inline.iter().any(|tag| tag.eq_ignore_ascii_case(&text[name_at..name_at + name_length]));
    Some((close.at + 1, !is_inline))
}

/// Where the word that begins at `at` ends; an apostrophe between letters belongs to it.
fn word_end(text: &str, at: usize) -> usize {
    let mut end = at;
    let mut letters = text[at..].char_indices().peekable();
    while let Some((offset, letter)) = letters.next() {
        let inside = matches!(letter, '\'' | '’') && letters.peek().is_some_and(|(_, next)| next.is_alphabetic());
        if !letter.is_alphabetic() && !inside && !('\u{300}'..'\u{370}').contains(&letter) {
            break;
        }
        end = at + offset + letter.len_utf8();
    }
    end
}

/// Quotation marks and dashes as the keyboard has them.
fn plain(letter: char) -> char {
    match letter {
        '“' | '”' | '„' | '«' | '»' | '‟' | '″' => '"',
        '’' | '‘' | '‚' | '`' | '´' => '\'',
        '–' | '—' | '‑' | '−' | '‒' => '-',
        '：' => ':',
        '（' => '(',
        '）' => ')',
        '、' | '，' => ',',
        other => other,
    }
}

/// Lower case, without accents, apostrophes straight.
fn fold_into(word: &str, out: &mut String) {
    if word.is_ascii() {
        out.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        return;
    }
    for letter in word.chars() {
        match letter {
            '’' => out.push('\''),
            'ß' => out.push_str("ss"),
            'à'..='å' | 'À'..='Å' => out.push('a'),
            'è'..='ë' | 'È'..='Ë' => out.push('e'),
            'ì'..='ï' | 'Ì'..='Ï' => out.push('i'),
            'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' => out.push('o'),
            'ù'..='ü' | 'Ù'..='Ü' => out.push('u'),
            'ç' | 'Ç' => out.push('c'),
            'ñ' | 'Ñ' => out.push('n'),
            'œ' => out.push_str("oe"),
            '\u{300}'..'\u{370}' => {}
            other => out.extend(other.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let view = View::new(text);
        (0..view.tokens.len()).map(|at| view.low(at).to_owned()).filter(|word| !word.is_empty()).collect()
    }

    #[test]
    fn words_are_folded_and_markup_is_read_over() {
        assert_eq!(words("<div><b>Störung</b>&nbsp;seit 14:30 Uhr"), ["storung", "seit", "14", "30", "uhr"]);
        assert_eq!(words("isn’t L'événement"), ["isn't", "l'evenement"]);
        assert_eq!(words("a < b and c > d"), ["a", "b", "and", "c", "d"]);
    }

    #[test]
    fn sentences_end_where_they_end() {
        for (text, expected) in [
            ("It began at 2 p.m. The fix came at 3.30 p.m. Tuesday. Done.", 3),
            ("U.S. users saw errors. See status.example.com for more.", 2),
            ("Am 26. Dezember fiel alles aus. Seit 9.30 Uhr geht es.", 2),
            ("One line\nanother line", 2),
            ("\"It is down.\" He left.", 2),
        ] {
            assert_eq!(View::new(text).sentences.len(), expected, "{text}");
        }
    }

    #[test]
    fn spans_are_those_of_the_text() {
        let text = "<p>Été à 10h</p>";
        let view = View::new(text);
        let first = view.tokens.iter().find(|token| token.kind == Kind::Word).expect("a word");
        assert_eq!(&text[first.from as usize..first.to as usize], "Été");
    }
}
