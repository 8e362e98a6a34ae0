//! The part of a text that shows why it was found.

use std::collections::HashSet;

use super::words::{Words, words};

/// How much of a text is looked at, in bytes: a match behind that is found by the index but not shown.
const LOOKED_AT: usize = 64 * 1024;

/// A piece of text with the places that a query hit. Plain text: `render` escapes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// At most the length asked for; `…` stands where the text goes on.
    pub text: String,
    /// Byte ranges into `text`, in order, not overlapping, on character borders.
    pub marks: Vec<(usize, usize)>,
}

/// Cuts the stretch of `text` of at most `longest` characters in which most of the query's words meet, and marks them.
/// Without a match it is the beginning.
pub fn snippet<'a>(text: &str, query: impl Iterator<Item = &'a str>, longest: usize) -> Snippet {
    let text = &text[..floor_char_boundary(text, LOOKED_AT)];
    let wanted: HashSet<String> = query.flat_map(words).collect();
    let hits = hits(text, &wanted);
    let start = best_start(text, &hits, longest);
    let (from, to) = stretch(text, start, longest);
    assemble(text, from, to, &hits)
}

/// A word of the query in the text.
struct Found {
    from: usize,
    to: usize,
    word: String,
}

fn hits(text: &str, wanted: &HashSet<String>) -> Vec<Found> {
    let mut walk = Words::new(text);
    let mut hits = Vec::new();
    if wanted.is_empty() {
        return hits;
    }
    while let Some((from, to)) = walk.advance() {
        if wanted.contains(walk.word()) {
            hits.push(Found { from, to, word: walk.word().to_owned() });
        }
    }
    hits
}

/// The first hit of the stretch with most different words; the start of the text without hits.
fn best_start(text: &str, hits: &[Found], longest: usize) -> usize {
    let mut best = (0, 0);
    // Hits come in their thousands in a long text; the first few hundred tell enough.
    for (at, hit) in hits.iter().enumerate().take(200) {
        let near = hits[at..].iter().take(50).take_while(|other| other.to <= hit.from + longest * 3 / 4);
        let different = near.map(|other| other.word.as_str()).collect::<HashSet<_>>().len();
        if different > best.0 {
            best = (different, hit.from);
        }
    }
    // A little of what stands before the first hit, from the start of a word.
    let lead = text[..best.1].char_indices().rev().take(longest / 5).last().map_or(best.1, |(at, _)| at);
    if lead == 0 {
        return 0;
    }
    // A blank may be longer than a byte.
    let blank = text[lead..best.1].char_indices().find(|(_, letter)| letter.is_whitespace());
    blank.map_or(lead, |(at, letter)| lead + at + letter.len_utf8())
}

/// The byte range of at most `longest` characters from `start`, ending at the end of a word.
fn stretch(text: &str, start: usize, longest: usize) -> (usize, usize) {
    let room = longest.saturating_sub(2).max(1);
    let Some((end, _)) = text[start..].char_indices().nth(room) else { return (start, text.len()) };
    let cut = text[start..start + end].rfind(char::is_whitespace).filter(|cut| *cut > end / 2).unwrap_or(end);
    (start, start + cut)
}

fn assemble(text: &str, from: usize, to: usize, hits: &[Found]) -> Snippet {
    let mut snippet = Snippet { text: if from > 0 { "…".to_owned() } else { String::new() }, marks: Vec::new() };
    let shift = snippet.text.len();
    snippet.text.extend(text[from..to].chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }));
    for hit in hits.iter().filter(|hit| hit.from >= from && hit.to <= to) {
        // Every blank above is one byte long, so ranges only hold where none before it was longer.
        let squeezed: usize =
            text[from..hit.from].chars().filter(|c| c.is_whitespace()).map(|c| c.len_utf8() - 1).sum();
        let (start, end) = (hit.from - from - squeezed + shift, hit.to - from - squeezed + shift);
        match snippet.marks.last_mut() {
            // Pairs of CJK characters overlap: one mark for the run.
            Some(last) if start <= last.1 => last.1 = end.max(last.1),
            _ => snippet.marks.push((start, end)),
        }
    }
    if to < text.len() {
        snippet.text.push('…');
    }
    snippet
}

/// The nearest character border at or below `at`.
fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str, query: &[&str], longest: usize) -> String {
        let snippet = snippet(text, query.iter().copied(), longest);
        let mut out = String::new();
        let mut last = 0;
        for (from, to) in &snippet.marks {
            out.push_str(&snippet.text[last..*from]);
            out.push_str(&format!("[{}]", &snippet.text[*from..*to]));
            last = *to;
        }
        out + &snippet.text[last..]
    }

    #[test]
    fn the_words_of_the_query_are_marked_in_the_stretch_where_they_meet() {
        let text = "Nothing here yet, and it goes on for a while before anything is said at all. Then Outages: ChatGPT is down for many.";
        assert_eq!(marked(text, &["outage", "chatgpt"], 60), "…all. Then [Outages]: [ChatGPT] is down for many.");
        assert_eq!(marked(text, &[], 30), "Nothing here yet, and it…");
        let no_break = format!("{}\u{a0}ChatGPT is down", "a".repeat(40));
        assert_eq!(marked(&no_break, &["chatgpt"], 60), "…[ChatGPT] is down");
        assert_eq!(marked("障害が発生しました", &["障害が"], 60), "[障害が]発生しました");
    }

    proptest! {
        #[test]
        fn any_text_gives_a_snippet_within_its_length_and_marks_on_borders(text in "(\\PC|\u{a0}|\u{3000}| |a){0,300}", query in "\\PC{0,20}", longest in 3_usize..120) {
            let snippet = snippet(&text, std::iter::once(query.as_str()), longest);
            prop_assert!(snippet.text.chars().count() <= longest + 1);
            let mut last = 0;
            for (from, to) in snippet.marks {
                prop_assert!(from >= last && from < to && snippet.text.get(from..to).is_some());
                last = to;
            }
        }
    }
}
