//! Folding: the form in which two spellings of one text are the same. Case, accents, apostrophes and white space leave no
//! trace; unlike `words`, nothing else is lost.

use std::sync::LazyLock;

use unicode_normalization::{UnicodeNormalization, char::compose};

use super::letters::{EAST_ASIAN, is_unspaced};

/// What an apostrophe joins to the word before it: `can't`, `what's`. Elsewhere it parts a word from what is before it
/// (`dell'app`) or behind it (`Ankara'da`).
const JOINED: [&str; 7] = ["s", "t", "re", "ve", "ll", "m", "d"];

/// Folds a text: lower case, no accents, no apostrophes, one blank for any white space. `into` is emptied first.
pub fn fold(text: &str, into: &mut String) {
    into.clear();
    let (mut after_blank, mut at) = (true, 0);
    while let Some(letter) = text[at..].chars().next() {
        let run = plain_run(&text[at..], after_blank);
        if run > 0 {
            let start = into.len();
            into.push_str(&text[at..at + run]);
            into[start..].make_ascii_lowercase();
            (after_blank, at) = (into.ends_with(' '), at + run);
            continue;
        }
        at += letter.len_utf8();
        let is_blank = letter.is_whitespace() || letter.is_ascii_control();
        if is_blank || matches!(letter, '\'' | '’') && parts(&text[at..]) {
            if !after_blank {
                into.push(' ');
            }
            after_blank = true;
        } else if letter != '\'' {
            let before = into.len();
            match FOLDED.get(letter as usize) {
                Some(folded) => into.push_str(folded),
                None => fold_letter(letter, into),
            }
            after_blank &= into.len() == before;
        }
    }
    into.truncate(into.trim_end().len());
}

/// How many letters at the beginning only fold to lower case: printable ASCII but apostrophes, with single blanks between,
/// which most of most texts is.
fn plain_run(text: &str, after_blank: bool) -> usize {
    let mut after_blank = after_blank;
    let is_plain = |byte: &u8| {
        let (is_blank, was_blank) = (*byte == b' ', after_blank);
        after_blank = is_blank;
        (b' '..=b'~').contains(byte) && *byte != b'\'' && !(is_blank && was_blank)
    };
    text.as_bytes().iter().copied().take_while(is_plain).count()
}

/// Whether an apostrophe before these letters ends a word.
fn parts(behind: &str) -> bool {
    // No more letters than tell a joined ending from a word.
    let letters = behind.chars().take(3).take_while(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase);
    letters.clone().next().is_some() && !JOINED.iter().any(|joined| joined.chars().eq(letters.clone()))
}

/// What letters fold to, looked up and not worked out again every time: of those before the scripts of East Asia, most of
/// which fold to themselves.
static FOLDED: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    let folded = |code: u32| {
        let mut into = String::new();
        char::from_u32(code).into_iter().for_each(|letter| fold_letter(letter, &mut into));
        into.into_boxed_str()
    };
    (0..EAST_ASIAN).map(folded).collect()
});

/// Folds a letter beyond ASCII. Upper case comes first, so that a text in capitals folds to the same even where a letter
/// has two small forms (`ı`, `ς`).
fn fold_letter(letter: char, into: &mut String) {
    match letter {
        // Soft hyphens only say where a word may be broken.
        '’' | 'ʼ' | '‘' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{640}' => {}
        '“' | '”' | '„' | '«' | '»' => into.push('"'),
        // The voicing marks of Kana, where they are written apart from their letters.
        '\u{3099}' | '\u{309A}' => voiced(letter, into),
        '。' => into.push('.'),
        '、' | '،' => into.push(','),
        '؟' => into.push('?'),
        _ if is_unspaced(letter) => into.push(letter),
        _ => {
            for part in letter.nfkd().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
                for plain in part.nfkd().filter(|plain| !is_accent(*plain)) {
                    push_plain(plain, into);
                }
            }
        }
    }
}

/// Joins a voicing mark to the letter before it: some systems write `か` and `゙` for `が`.
fn voiced(mark: char, into: &mut String) {
    if let Some(letter) = into.chars().next_back().and_then(|before| compose(before, mark)) {
        into.pop();
        into.push(letter);
    }
}

/// The accents of Latin, Greek and Cyrillic, and the vowel marks of Arabic, which most writers leave out. Other scripts'
/// marks are letters to their readers.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

/// Letters that Unicode does not decompose, though readers type them without their stroke; and what folds to a blank.
fn push_plain(letter: char, into: &mut String) {
    match letter {
        'ß' => into.push_str("ss"),
        'æ' => into.push_str("ae"),
        'œ' => into.push_str("oe"),
        'ø' => into.push('o'),
        'ł' => into.push('l'),
        'đ' | 'ð' => into.push('d'),
        'ı' => into.push('i'),
        'ς' => into.push('σ'),
        '\'' | '’' | '‘' | 'ʼ' | '\u{640}' | '\u{200B}'..='\u{200F}' => {}
        // Alif and yāʾ are written in several ways by the same people.
        'أ' | 'إ' | 'آ' => into.push('ا'),
        'ى' => into.push('ي'),
        'ة' => into.push('ه'),
        _ if letter.is_whitespace() || letter.is_control() => into.push(' '),
        _ => into.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        let mut into = String::new();
        fold(text, &mut into);
        into
    }

    #[test]
    fn case_accents_and_blanks_leave_no_trace() {
        for (text, expected) in [
            ("  Störung\n bei  der STRASSE ", "storung bei der strasse"),
            ("Straße", "strasse"),
            ("can’t", "cant"),
            ("Isn't Domino's 'down'", "isnt dominos down"),
            ("l'app dell’ateneo ANKARA'DA", "l app dell ateneo ankara da"),
            ("\u{130}stanbul ILIK ılık", "istanbul ilik ilik"),
            ("أبشر متوقّفة", "ابشر متوقفه"),
            ("सेवा बंद", "सेवा बंद"),
            ("障害。", "障害."),
            ("カ\u{3099}か\u{3099}", "ガが"),
            ("er\u{AD}reich\u{AD}bar", "erreichbar"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn upper_case_folds_to_the_same(text in "[a-zA-ZäöüßçğışİıéèñãõłąęńóćźżŁŚñÑéΣσς ]{0,60}") {
            prop_assert_eq!(folded(&text), folded(&text.to_uppercase()));
        }

        #[test]
        fn any_text_folds_to_something_without_capitals(text in "\\PC{0,200}") {
            prop_assert!(!folded(&text).chars().any(|letter| letter.is_ascii_uppercase()));
        }
    }
}
