//! What an edit changed, word by word, with a little around it.

use similar::{ChangeTag, TextDiff};

/// How much of a text is compared, in bytes: the time it takes grows with the square of the differences.
const COMPARED: usize = 16 * 1_024;

/// Characters that are shown around a change.
const AROUND: usize = 60;

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    /// In both; what is left out in the middle is `…`.
    Same(String),
    /// Only in the old one.
    Gone(String),
    /// Only in the new one.
    Added(String),
}

impl Stretch {
    /// Its words.
    pub fn text(&self) -> &str {
        match self {
            Self::Same(text) | Self::Gone(text) | Self::Added(text) => text,
        }
    }
}

/// From `old` to `new`, at most `longest` characters of it; nothing where both say the same.
pub fn diff(old: &str, new: &str, longest: usize) -> Vec<Stretch> {
    if old == new {
        return Vec::new();
    }
    let [mut old, mut new] = [old.to_owned(), new.to_owned()];
    super::html::cut(&mut old, COMPARED);
    super::html::cut(&mut new, COMPARED);
    let mut stretches: Vec<Stretch> = Vec::new();
    for change in TextDiff::from_words(old.as_str(), new.as_str()).iter_all_changes() {
        let text = change.value();
        match (stretches.last_mut(), change.tag()) {
            (Some(Stretch::Same(last)), ChangeTag::Equal)
            | (Some(Stretch::Gone(last)), ChangeTag::Delete)
            | (Some(Stretch::Added(last)), ChangeTag::Insert) => last.push_str(text),
            (_, ChangeTag::Equal) => stretches.push(Stretch::Same(text.to_owned())),
            (_, ChangeTag::Delete) => stretches.push(Stretch::Gone(text.to_owned())),
            (_, ChangeTag::Insert) => stretches.push(Stretch::Added(text.to_owned())),
        }
    }
    let last = stretches.len().saturating_sub(1);
    for (at, stretch) in stretches.iter_mut().enumerate() {
        if let Stretch::Same(text) = stretch {
            *text = shortened(text, at > 0, at < last);
        }
    }
    cut(stretches, longest)
}

/// Only the ends that touch a change.
fn shortened(text: &str, after_a_change: bool, before_a_change: bool) -> String {
    let length = text.chars().count();
    let head: String = text.chars().take(if after_a_change { AROUND } else { 0 }).collect();
    let tail: String = text.chars().skip(length.saturating_sub(if before_a_change { AROUND } else { 0 })).collect();
    if head.chars().count() + tail.chars().count() >= length { text.to_owned() } else { format!("{head} … {tail}") }
}

fn cut(stretches: Vec<Stretch>, longest: usize) -> Vec<Stretch> {
    let mut left = longest;
    let mut kept = Vec::new();
    for stretch in stretches {
        let length = stretch.text().chars().count();
        if length > left {
            kept.push(Stretch::Same("…".to_owned()));
            break;
        }
        left -= length;
        kept.push(stretch);
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_edit_is_shown_with_what_is_around_it() {
        let told = |old: &str, new: &str, longest| {
            let tell = |stretch: &Stretch| match stretch {
                Stretch::Same(text) => text.clone(),
                Stretch::Gone(text) => format!("[-{text}]"),
                Stretch::Added(text) => format!("[+{text}]"),
            };
            diff(old, new, longest).iter().map(tell).collect::<String>()
        };
        assert_eq!(told("a b c", "a b c", 100), "");
        assert_eq!(told("down since nine", "down since ten", 100), "down since [-nine][+ten]");
        let long = "word ".repeat(50);
        let edited = told(&format!("{long}old {long}"), &format!("{long}new {long}"), 300);
        assert!(edited.starts_with(" … ") && edited.contains("[-old][+new]") && edited.len() < 200, "{edited}");
        assert_eq!(told("x", &long, 20), "[-x]…");
    }

    proptest! {
        #[test]
        fn no_two_texts_make_it_panic_or_too_long(old in "\\PC{0,80}", new in "\\PC{0,80}") {
            let length: usize = diff(&old, &new, 50).iter().map(|stretch| stretch.text().chars().count()).sum();
            prop_assert!(length <= 51);
        }
    }
}
