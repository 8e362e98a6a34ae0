//! Text into the form that is judged: folded (case, accents, apostrophes), with addresses, handles, numbers and the
//! names of services masked, so that what is learned of one service holds for every other.
//!
//! The form is a line of tokens, each between single blanks: words as they are, runs of Han, Kana and Hangul whole, and
//! the marks below. Case, white space and trailing addresses leave no trace in it.

use unicode_normalization::char::is_combining_mark;

use crate::{
    catalogue::alias::{AliasTable, Mention},
    text::{
        fold::fold,
        letters::{is_alphanumeric, is_unspaced},
    },
};

/// A service that the catalogue knows.
pub const SERVICE: u8 = b'\x01';
/// A web address.
pub const ADDRESS: u8 = b'\x02';
/// A handle (`@name`).
pub const HANDLE: u8 = b'\x03';
/// A status code of a failed request.
pub const CODE: u8 = b'\x04';

/// What the data files call the marks.
const MARKS: [(&str, &str); 4] = [("<s>", "\u{1}"), ("<url>", "\u{2}"), ("<at>", "\u{3}"), ("<code>", "\u{4}")];

/// HTTP's words for failure that people quote, and Cloudflare's.
const CODES: [&str; 15] =
    ["400", "401", "403", "404", "429", "500", "501", "502", "503", "504", "520", "521", "522", "523", "524"];

/// Longest word that is kept, in bytes: what is longer is no word but data.
const LONGEST: usize = 48;

fn is_word(letter: char) -> bool {
    // No letter below this one combines with another.
    is_alphanumeric(letter) || matches!(letter, '\u{1}'..='\u{4}') || letter >= '\u{300}' && is_combining_mark(letter)
}

/// A text in its judged form. The buffers are reused from text to text.
#[derive(Debug, Clone, Default)]
pub struct Normal {
    /// The folded text, which names are looked for in.
    pub folded: String,
    /// Where services are named in it.
    pub mentions: Vec<Mention>,
    /// The tokens between blanks, with a blank at either end.
    pub line: String,
    /// Where each token starts and ends in `line`.
    pub tokens: Vec<(u32, u32)>,
    /// The first number in each token, which its masked form no longer tells; 0 where there is none.
    pub numbers: Vec<u32>,
    /// The tokens that stand for a service, each with where it is named in `folded`.
    pub named: Vec<(u32, (u32, u32))>,
    /// Where sentences end: how many tokens stand before each end.
    pub ends: Vec<u32>,
}

impl Normal {
    /// Brings a text into its judged form.
    pub fn read(&mut self, text: &str, aliases: &AliasTable) {
        self.read_names(text, aliases);
        self.tokenise();
    }

    /// Looks for the names in a text, the first half of [`read`](Self::read); [`tokenise`](Self::tokenise) is the other.
    pub fn read_names(&mut self, text: &str, aliases: &AliasTable) {
        fold(without_trailing_addresses(text), &mut self.folded);
        self.mentions.clear();
        self.mentions.extend(aliases.mentions(&self.folded));
    }

    /// Brings a phrase of the data into the same form; `<s>` and its like are the marks.
    pub fn phrase(text: &str) -> String {
        let mut normal = Self::default();
        let mut text = text.to_owned();
        for (word, mark) in MARKS {
            text = text.replace(word, &format!(" {mark} "));
        }
        // Control characters fold to blanks, so the marks are put in around the folding.
        let parts: Vec<String> = text
            .split_inclusive(|letter| matches!(letter, '\u{1}'..='\u{4}'))
            .map(|part| {
                let mark = part.chars().next_back().filter(|letter| matches!(letter, '\u{1}'..='\u{4}'));
                fold(part, &mut normal.folded);
                mark.map_or_else(|| normal.folded.clone(), |mark| format!("{} {mark} ", normal.folded))
            })
            .collect();
        normal.folded = parts.concat();
        normal.tokenise();
        normal.line
    }

    /// A text in which no service is known.
    #[cfg(test)]
    pub fn of(text: &str) -> Self {
        let mut normal = Self::default();
        fold(text, &mut normal.folded);
        normal.tokenise();
        normal
    }

    /// A part of a folded text, in which no names are looked for.
    pub fn of_folded(text: &str) -> Self {
        let mut normal = Self { folded: text.to_owned(), ..Self::default() };
        normal.tokenise();
        normal
    }

    /// The text of a token.
    pub fn token(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |(from, to)| &self.line[*from as usize..*to as usize])
    }

    /// What a token that stands for a service says in the text.
    pub fn name(&self, token: usize) -> Option<&str> {
        let at = self.named.binary_search_by_key(&token, |(token, _)| *token as usize).ok()?;
        let (from, to) = self.named[at].1;
        self.folded.get(from as usize..to as usize)
    }

    /// Leaves out the tokens that lie in these spans of the line.
    pub fn without(&mut self, spans: &[(usize, usize)]) {
        let inside = |from: usize, to: usize| spans.iter().any(|(start, end)| from < *end && to > *start);
        let kept: Vec<usize> = (0..self.tokens.len())
            .filter(|at| {
                let (from, to) = self.tokens[*at];
                !inside(from as usize, to as usize)
            })
            .collect();
        let mut line = String::with_capacity(self.line.len());
        let mut tokens = Vec::with_capacity(kept.len());
        line.push(' ');
        for at in &kept {
            let start = line.len();
            line.push_str(self.token(*at));
            push_token(&mut line, &mut tokens, start);
        }
        self.numbers = kept.iter().map(|at| self.numbers[*at]).collect();
        self.named.retain_mut(|(token, _)| {
            let place = kept.binary_search(&(*token as usize));
            place.map(|at| *token = at as u32).is_ok()
        });
        self.ends.iter_mut().for_each(|end| *end = kept.partition_point(|at| *at < *end as usize) as u32);
        (self.line, self.tokens) = (line, tokens);
    }

    /// Adds tokens at the end.
    pub fn append(&mut self, words: &[&str]) {
        for word in words {
            let start = self.line.len();
            self.line.push_str(word);
            push_token(&mut self.line, &mut self.tokens, start);
            self.numbers.push(0);
        }
    }

    /// Drops tokens from the end.
    pub fn drop_last(&mut self, count: usize) {
        self.tokens.truncate(self.tokens.len().saturating_sub(count));
        self.numbers.truncate(self.tokens.len());
        self.named.retain(|(token, _)| (*token as usize) < self.tokens.len());
        self.line.truncate(self.tokens.last().map_or(1, |(_, to)| *to as usize + 1));
    }

    /// Divides the folded text into tokens.
    pub fn tokenise(&mut self) {
        let Self { folded, mentions, line, tokens, numbers, named, ends } = self;
        line.clear();
        line.push(' ');
        tokens.clear();
        numbers.clear();
        named.clear();
        ends.clear();
        let mut next_mention = mentions.iter().peekable();
        let mut at = 0;
        while let Some(letter) = folded[at..].chars().next() {
            if letter == ' ' {
                at += 1;
                continue;
            }
            while next_mention.peek().is_some_and(|mention| mention.from < at) {
                next_mention.next();
            }
            let start = line.len();
            let mut is_end = false;
            numbers.resize(tokens.len(), 0);
            if let Some(mention) = next_mention.peek().filter(|mention| mention.from == at) {
                line.push(SERVICE as char);
                let tail = trouble_of_tag(&folded[mention.from..mention.to]);
                let end = mention.to - tail.map_or(0, str::len);
                named.push((tokens.len() as u32, (mention.from as u32, end as u32)));
                at = mention.to;
                if let Some(word) = tail {
                    push_token(line, tokens, start);
                    let start = line.len();
                    line.push_str(word);
                    push_token(line, tokens, start);
                    continue;
                }
            } else if letter == '@' && folded[at + 1..].starts_with(is_word) {
                line.push(HANDLE as char);
                at = end_of(folded, at + 1, |letter| is_word(letter) || letter == '_');
            } else if letter == 'h' && is_address(&folded[at..]) {
                line.push(ADDRESS as char);
                at = end_of(folded, at, |letter| letter != ' ');
            } else if is_unspaced(letter) {
                let end = end_of(folded, at, is_unspaced);
                line.push_str(&folded[at..end]);
                at = end;
            } else if is_word(letter) {
                let (end, has_digits) = word_at(folded, at);
                if !has_digits {
                    line.push_str(if end - at > LONGEST { "" } else { &folded[at..end] });
                } else if let Some(digits) = word(&folded[at..end], line) {
                    numbers.push(beginning(&folded[at + digits..end]));
                }
                at = end;
            } else {
                if matches!(letter, '?' | '!' | ':' | '%' | '$') {
                    line.push(letter);
                }
                at += letter.len_utf8();
                is_end = matches!(letter, '.' | '!' | '?' | '।' | '۔') && is_apart(&folded[at..]);
            }
            if line.len() > start {
                push_token(line, tokens, start);
            }
            if is_end {
                ends.push(tokens.len() as u32);
            }
        }
        numbers.resize(tokens.len(), 0);
    }
}

/// Whether what follows a full stop begins anew: `3.5` goes on.
fn is_apart(behind: &str) -> bool {
    behind.chars().next().is_none_or(|next| next == ' ' || is_unspaced(next))
}

fn push_token(line: &mut String, tokens: &mut Vec<(u32, u32)>, start: usize) {
    // A text is judged up to a bound far below 4 GiB.
    tokens.push((start as u32, line.len() as u32));
    line.push(' ');
}

/// Where the word at a place ends, and whether it may hold digits. Most letters of most texts are ASCII.
fn word_at(text: &str, from: usize) -> (usize, bool) {
    let mut has_digits = false;
    let is_plain = |byte: &&u8| {
        has_digits |= byte.is_ascii_digit();
        byte.is_ascii_alphanumeric()
    };
    let at = from + text.as_bytes()[from..].iter().take_while(is_plain).count();
    match text.as_bytes().get(at) {
        Some(next) if !next.is_ascii() || *next < b' ' => {
            (end_of(text, at, |letter| is_word(letter) && !is_unspaced(letter)), true)
        }
        _ => (at, has_digits),
    }
}

/// A word, with its digits masked; where the first of them stands.
fn word(word: &str, line: &mut String) -> Option<usize> {
    if word.len() > LONGEST {
        return None;
    }
    if CODES.contains(&word) {
        line.push(CODE as char);
        return Some(0);
    }
    let mut first = None;
    let mut after_digit = false;
    for (at, letter) in word.char_indices() {
        let is_digit = letter.is_numeric();
        if !is_digit {
            line.push(letter);
        } else if !after_digit {
            line.push('0');
            first = first.or(Some(at));
        }
        after_digit = is_digit;
    }
    first
}

/// The number that letters begin with, in the digits of Latin, Arabic and Devanagari.
fn beginning(word: &str) -> u32 {
    let digit = |letter: char| {
        let zeros = ['0', '\u{660}', '\u{6F0}', '\u{966}'];
        zeros.iter().find_map(|zero| (letter as u32).checked_sub(*zero as u32).filter(|digit| *digit < 10))
    };
    let digits = word.chars().map_while(digit);
    digits.fold(0, |number: u32, digit| number.saturating_mul(10).saturating_add(digit))
}

/// `down` of `#chatgptdown`.
fn trouble_of_tag(tag: &str) -> Option<&'static str> {
    let tag = tag.strip_prefix('#')?;
    ["down", "outage", "fail"].into_iter().find(|word| tag.len() > word.len() && tag.ends_with(word))
}

fn end_of(text: &str, from: usize, inside: impl Fn(char) -> bool) -> usize {
    text[from..].find(|letter| !inside(letter)).map_or(text.len(), |length| from + length)
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Whether a word is an address without its scheme, as networks shorten them: `pic.example.com/abc`.
pub fn is_bare_address(word: &str) -> bool {
    let Some((host, _)) = word.split_once('/') else { return false };
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let end = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && host.split('.').all(is_label)
        && end.len() > 1
        && end.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Addresses at the end say nothing.
fn without_trailing_addresses(text: &str) -> &str {
    let mut kept = text.trim_end();
    while let Some(last) = kept.split_whitespace().next_back() {
        let begins = |scheme: &str| last.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if !begins("http://") && !begins("https://") && !is_bare_address(last) {
            break;
        }
        kept = kept[..kept.len() - last.len()].trim_end();
    }
    kept
}
