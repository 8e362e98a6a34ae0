//! Properties of letters, looked up: the tables of the standard library are searched anew for every letter beyond ASCII.

use std::sync::LazyLock;

/// Where the scripts of East Asia begin: for what is before, an answer is kept, and most text is before.
pub const EAST_ASIAN: u32 = 0x2E80;

static ALPHANUMERIC: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let letter = |code: u32| char::from_u32(code).is_some_and(char::is_alphanumeric);
    (0..EAST_ASIAN).map(letter).collect()
});

/// [`char::is_alphanumeric`].
pub fn is_alphanumeric(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric();
    }
    ALPHANUMERIC.get(letter as usize).copied().unwrap_or_else(|| letter.is_alphanumeric())
}

/// Han, Kana, Hangul and Thai: scripts without blanks.
pub fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{E00}'..='\u{E7F}' | '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}')
}

/// Whether a letter is one inside of words, which joins its neighbours to one. Scripts without blanks join nothing.
pub fn is_inside(letter: char) -> bool {
    (is_alphanumeric(letter) || letter == '_') && !is_unspaced(letter)
}

/// The same of ASCII, looked up: most of most texts.
const INSIDE: [bool; 128] = {
    let mut letters = [false; 128];
    let mut at = 0;
    while at < letters.len() {
        letters[at] = (at as u8).is_ascii_alphanumeric() || at == b'_' as usize;
        at += 1;
    }
    letters
};

/// The places of a text where a word or a sign begins, and every letter of a script without blanks; not its blanks.
pub fn starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let (mut at, mut was_inside) = (0, false);
    std::iter::from_fn(move || {
        while let Some(first) = text.as_bytes().get(at) {
            let (is_inside, length) = match INSIDE.get(usize::from(*first)) {
                Some(is_inside) => (*is_inside, 1),
                None => text[at..].chars().next().map_or((false, 1), |letter| (is_inside(letter), letter.len_utf8())),
            };
            let (from, follows) = (at, was_inside && is_inside);
            (at, was_inside) = (from + length, is_inside);
            if !follows && *first != b' ' {
                return Some(from);
            }
        }
        None
    })
}

/// Whether a word may end at a place.
pub fn is_edge(text: &str, at: usize) -> bool {
    let joins = |letter: Option<char>| letter.is_some_and(is_inside);
    !(joins(text[..at].chars().next_back()) && joins(text[at..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_signs_and_letters_without_blanks_begin_where_a_reader_sees_them_begin() {
        let text = "@box_1 été, 落ちた";
        let firsts: Vec<char> = starts(text).filter_map(|at| text[at..].chars().next()).collect();
        assert_eq!(firsts, ['@', 'b', 'é', ',', '落', 'ち', 'た']);
        let edges: Vec<usize> = text.char_indices().map(|(at, _)| at).filter(|at| is_edge(text, *at)).collect();
        assert_eq!(edges, [0, 1, 6, 7, 12, 13, 14, 17, 20]);
    }

    #[test]
    fn every_letter_is_what_the_standard_library_says() {
        let differs = |letter: &char| is_alphanumeric(*letter) != letter.is_alphanumeric();
        assert_eq!(('\0'..'\u{30000}').find(differs), None);
    }
}
