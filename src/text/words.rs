//! Text into the words by which it is found. One tokenizer for index, query and highlighting, so that what matches is
//! what is marked.
//!
//! Letters and digits make words: folded (case, accents, `ß`, `ø`), apostrophes dropped, simple English plurals cut.
//! Runs of Han, Kana and Hangul make overlapping pairs, as Lucene's CJK analyzer does: no dictionary, one rule for
//! three languages.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::letters::is_alphanumeric;

/// Longest word that is kept, in bytes of its folded form; what is longer is no word but data.
const LONGEST: usize = 64;

/// Walks over the words of a text, reusing one buffer.
pub struct Words<'a> {
    text: &'a str,
    at: usize,
    in_cjk_run: bool,
    word: String,
}

impl<'a> Words<'a> {
    /// Starts before the first word.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, in_cjk_run: false, word: String::with_capacity(LONGEST) }
    }

    /// Moves to the next word; gives its byte range in the text, `None` at the end.
    pub fn advance(&mut self) -> Option<(usize, usize)> {
        while let Some(letter) = self.text[self.at..].chars().next() {
            let start = self.at;
            if is_cjk(letter) {
                if let Some(end) = self.cjk(letter) {
                    return Some((start, end));
                }
            } else if is_word(letter) {
                self.in_cjk_run = false;
                self.at = word_end(self.text, start);
                fold(&self.text[start..self.at], &mut self.word);
                if !self.word.is_empty() && self.word.len() <= LONGEST {
                    return Some((start, self.at));
                }
            } else {
                self.in_cjk_run = false;
                self.at += letter.len_utf8();
            }
        }
        None
    }

    /// The folded form of the word last moved to.
    pub fn word(&self) -> &str {
        &self.word
    }

    /// A pair of neighbours, or a single character that has none; `None` behind the last pair of a run.
    fn cjk(&mut self, letter: char) -> Option<usize> {
        let second = self.at + letter.len_utf8();
        let next = self.text[second..].chars().next().filter(|next| is_cjk(*next));
        let was_in_run = std::mem::replace(&mut self.in_cjk_run, next.is_some());
        let start = std::mem::replace(&mut self.at, second);
        if next.is_none() && was_in_run {
            return None;
        }
        let end = second + next.map_or(0, char::len_utf8);
        self.word.clear();
        self.word.push_str(&self.text[start..end]);
        Some(end)
    }
}

/// The words of a text, folded.
pub fn words(text: &str) -> Vec<String> {
    let mut walk = Words::new(text);
    let mut words = Vec::new();
    while walk.advance().is_some() {
        words.push(walk.word().to_owned());
    }
    words
}

/// Han, Kana and Hangul: scripts that are written without blanks, or whose words are best found by pairs.
fn is_cjk(letter: char) -> bool {
    matches!(letter,
        '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}

fn is_word(letter: char) -> bool {
    is_alphanumeric(letter) || is_combining_mark(letter)
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | 'ʼ')
}

/// Where the word that starts at `start` ends: an apostrophe between letters belongs to it.
fn word_end(text: &str, start: usize) -> usize {
    let mut letters = text[start..].char_indices().peekable();
    let mut end = start;
    while let Some((at, letter)) = letters.next() {
        let inside = is_word(letter) && !is_cjk(letter);
        let joins = is_apostrophe(letter) && letters.peek().is_some_and(|(_, next)| is_word(*next) && !is_cjk(*next));
        if !inside && !joins {
            break;
        }
        end = start + at + letter.len_utf8();
    }
    end
}

/// Folds one word into `into`: lower case, no accents, no apostrophes, no simple plural.
fn fold(word: &str, into: &mut String) {
    into.clear();
    if word.is_ascii() {
        into.extend(word.bytes().filter(|byte| *byte != b'\'').map(|byte| byte.to_ascii_lowercase() as char));
    } else {
        for letter in word.nfkd().filter(|letter| !is_accent(*letter) && !is_apostrophe(*letter)) {
            fold_letter(letter, into);
        }
    }
    cut_plural(into);
}

/// The accents of Latin, Greek and Cyrillic. Marks of other scripts are letters to their readers and stay.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}')
}

/// Letters that Unicode does not decompose, though readers type them without their stroke.
fn fold_letter(letter: char, into: &mut String) {
    match letter {
        'ß' | 'ẞ' => into.push_str("ss"),
        'æ' | 'Æ' => into.push_str("ae"),
        'œ' | 'Œ' => into.push_str("oe"),
        'ø' | 'Ø' => into.push('o'),
        'ł' | 'Ł' => into.push('l'),
        'đ' | 'Đ' | 'ð' | 'Ð' => into.push('d'),
        'ı' => into.push('i'),
        _ => into.extend(letter.to_lowercase().filter(|lower| !is_accent(*lower))),
    }
}

/// Harman's S-stemmer ("How effective is suffixing?", JASIS 1991): `outages` and `outage` are one word; `status` and
/// `aws` stay what they are.
fn cut_plural(word: &mut String) {
    let plain = word.len() > 3 && word.ends_with('s') && word.is_ascii();
    if !plain || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return;
    }
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| word.ends_with(suffix));
    if ends(&["ies"]) && !ends(&["eies", "aies"]) {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if !ends(&["us", "ss"]) {
        word.pop();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_accents_apostrophes_and_plurals_do_not_matter() {
        for (text, expected) in [
            ("ChatGPT is DOWN!", "chatgpt is down"),
            ("Störungen bei der Straßenbahn", "storungen bei der strassenbahn"),
            ("Störung, outages, queries, status, AWS, access", "storung outage query status aws access"),
            ("OpenAI’s API can't connect", "openai api cant connect"),
            ("status.openai.com/history?x=1", "status openai com history x 1"),
            ("Łódź smørrebrød İstanbul", "lodz smorrebrod istanbul"),
            ("सेवा बंद", "सेवा बंद"),
            ("", ""),
            ("… — !", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn cjk_runs_make_pairs() {
        assert_eq!(words("障害が発生 slack 停"), ["障害", "害が", "が発", "発生", "slack", "停"]);
        assert_eq!(words("서비스 장애"), ["서비", "비스", "장애"]);
    }

    proptest! {
        #[test]
        fn any_text_gives_ranges_in_order_on_character_borders(text in "\\PC{0,80}") {
            let mut walk = Words::new(&text);
            let mut last = 0;
            while let Some((from, to)) = walk.advance() {
                prop_assert!(from >= last && from < to);
                prop_assert!(text.get(from..to).is_some());
                last = from;
            }
        }

        #[test]
        fn upper_case_finds_what_lower_case_does(text in "[a-zA-Z ']{0,40}") {
            prop_assert_eq!(words(&text), words(&text.to_uppercase()));
        }
    }
}
