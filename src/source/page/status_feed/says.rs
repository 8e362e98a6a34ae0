//! Words in a title that say where a trouble stands, as whole words: “unresolved”, “extended” and “unscheduled” hold the
//! letters of others and mean something else.

/// Words that end a trouble, in the languages that pages were seen in.
pub(super) const OVER: [&str; 22] = [
    "resolved",
    "recovered",
    "restored",
    "fixed",
    "ended",
    "operating normally",
    "back to normal",
    "back up",
    "behoben",
    "gelöst",
    "beendet",
    "résolu",
    "rétabli",
    "resuelto",
    "resuelta",
    "risolto",
    "risolta",
    "resolvido",
    "opgelost",
    "已恢复",
    "已解决",
    "復旧",
];

/// Words that plan work.
pub(super) const PLANNED: [&str; 11] = [
    "maintenance",
    "scheduled",
    "wartung",
    "geplant",
    "planned",
    "mantenimiento",
    "manutenzione",
    "manutenção",
    "onderhoud",
    "维护",
    "メンテナンス",
];

/// Labels of what only informs.
pub(super) const INFORMATION: [&str; 8] =
    ["information", "info", "announcement", "notice", "ankündigung", "información", "informazione", "hinweis"];

/// Words right before another that turn it around, or say that it is not yet so.
const NOT: [&str; 12] =
    ["not", "nicht", "non", "no", "pas", "partially", "partly", "teilweise", "being", "yet", "cannot", "never"];

/// How many letters an ending may add (`gelöste`, `résolues`); planned work makes longer words, in German.
const ENDING: usize = 2;

/// Whether a text in lower case holds one of the words, not turned around.
pub(super) fn says(lower: &str, words: &[&str]) -> bool {
    words.iter().any(|word| lower.match_indices(word).any(|(at, _)| stands(lower, at, word)))
}

fn stands(lower: &str, at: usize, word: &str) -> bool {
    // Scripts without blanks between words begin far behind Latin, Greek and Cyrillic.
    if word.starts_with(|letter: char| letter >= '\u{2e80}') {
        return true;
    }
    let (before, after) = (&lower[..at], &lower[at + word.len()..]);
    let more = after.chars().take_while(|letter| letter.is_alphanumeric()).count();
    let compounds = ["wartung", "geplant", "onderhoud"].contains(&word);
    let is_whole = !before.ends_with(char::is_alphanumeric) && (more <= ENDING || compounds);
    let is_turned = before.split_whitespace().rev().take(2).any(|word| NOT.contains(&word));
    is_whole && !is_turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_where_they_stand_whole_and_are_not_turned_around() {
        for over in
            ["api recovered", "[resolved] api", "störung dns behoben", "gelöste störung", "故障(已恢复)", "fixed"]
        {
            assert!(says(over, &OVER), "{over}");
        }
        for open in [
            "unresolved issue with dns",
            "extended outage",
            "suspended accounts",
            "not yet resolved",
            "störung noch nicht behoben",
            "partially restored",
            "prefixed numbers fail",
        ] {
            assert!(!says(open, &OVER), "{open}");
        }
        assert!(says("geplante wartungsarbeiten am 20. april", &PLANNED));
        assert!(!says("unscheduled outage", &PLANNED) && !says("unplanned downtime", &PLANNED));
    }
}
