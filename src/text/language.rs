//! Which language a text is in, where its source does not say.
//!
//! `whichlang` tells sixteen languages apart, most of them better and all of them twelve times faster than `whatlang`,
//! which is asked about Polish and Indonesian alone. Measured in `tests/it/judging.rs`.

use std::sync::LazyLock;

use whatlang::Detector;
use whichlang::Lang;

/// How much of a text is looked at, in bytes.
const LOOKED_AT: usize = 1_024;

/// Fewer letters of an alphabet that many languages share tell nothing.
const FEWEST_LETTERS: usize = 12;

/// The language of `text` as a primary tag (`en`); `None` when it is too short to tell.
pub fn detect(text: &str) -> Option<&'static str> {
    let text = beginning(text);
    let letters = text.chars().filter(|letter| letter.is_alphabetic());
    // A letter beyond the Latin alphabet says much on its own.
    let evidence: usize = letters.map(|letter| if u32::from(letter) < 0x250 { 1 } else { 4 }).sum();
    if evidence < FEWEST_LETTERS {
        return None;
    }
    let found = whichlang::detect_language(text);
    // What it takes for English mostly is.
    let other = if is_latin(found) && found != Lang::Eng { unknown_to_the_other(text) } else { None };
    other.or(Some(tag(found)))
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Polish or Indonesian, which the other takes for a neighbour.
fn unknown_to_the_other(text: &str) -> Option<&'static str> {
    static LANGUAGES: LazyLock<Detector> = LazyLock::new(|| {
        use whatlang::Lang::{Deu, Eng, Fra, Ind, Ita, Nld, Pol, Por, Spa, Swe, Tur, Vie};
        Detector::with_allowlist(vec![Deu, Eng, Fra, Ind, Ita, Nld, Pol, Por, Spa, Swe, Tur, Vie])
    });
    match LANGUAGES.detect_lang(text) {
        Some(whatlang::Lang::Pol) => Some("pl"),
        Some(whatlang::Lang::Ind) => Some("id"),
        _ => None,
    }
}

fn is_latin(language: Lang) -> bool {
    !matches!(language, Lang::Ara | Lang::Cmn | Lang::Hin | Lang::Jpn | Lang::Kor | Lang::Rus)
}

fn tag(language: Lang) -> &'static str {
    match language {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn languages_are_told_and_what_is_too_short_is_not() {
        for (text, language) in [
            ("The service has been down since this morning", Some("en")),
            ("Der Dienst ist seit heute Morgen gestört", Some("de")),
            ("Le service est en panne depuis ce matin", Some("fr")),
            ("Strona nie działa od godziny, czy ktoś ma też problemy?", Some("pl")),
            ("Layanan ini tidak bisa diakses sejak pagi tadi", Some("id")),
            ("障害が発生しています", Some("ja")),
            ("الخدمة معطلة منذ الصباح", Some("ar")),
            ("down?", None),
            ("!!! 503 502", None),
            ("", None),
        ] {
            assert_eq!(detect(text), language, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at(text in "\\PC{0,2000}") {
            let _told = detect(&text);
        }
    }
}
