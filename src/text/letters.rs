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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_what_the_standard_library_says() {
        let differs = |letter: &char| is_alphanumeric(*letter) != letter.is_alphanumeric();
        assert_eq!(('\0'..'\u{30000}').find(differs), None);
    }
}
