//! Statements: the sentences of a text. One that says it plainly (`your systems are down`) is easily drowned by what stands
//! around it (a call to customer service, a contract, a curse), so each is judged by itself too.

use super::normal::Normal;

/// Tokens of the shortest: what has fewer (`Hi!`, `Not cool.`) belongs to what stands beside it.
const SHORTEST: usize = 4;

/// Statements of a text at most; the last goes on to the end.
pub const MOST: usize = 12;

/// How much the strongest statement counts beside the whole. Chosen on sources that were not learned from: anything from a
/// fifth to a half ranks better than none.
const COUNTS: f32 = 0.4;

/// A statement, or a whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// The token it begins with …
    pub first: usize,
    /// … and the one behind its last.
    pub end: usize,
    /// Where in the line the blank before it stands …
    pub from: usize,
    /// … and where the one behind it ends.
    pub to: usize,
}

impl Statement {
    /// These tokens of a line.
    pub fn of(normal: &Normal, first: usize, end: usize) -> Self {
        let from = normal.tokens.get(first).map_or(0, |(from, _)| *from as usize - 1);
        let to = end.checked_sub(1).and_then(|last| normal.tokens.get(last)).map_or(from, |(_, to)| *to as usize + 1);
        Self { first, end, from, to }
    }

    /// Whether this stretch of the line lies in it.
    pub fn holds(&self, from: usize, to: usize) -> bool {
        self.from <= from && to <= self.to
    }
}

/// Divides the first tokens of a text; nothing where it is but one statement.
pub fn divide(normal: &Normal, looked_at: usize, into: &mut Vec<Statement>) {
    into.clear();
    let count = normal.tokens.len().min(looked_at);
    let mut first = 0;
    for end in normal.ends.iter().map(|end| *end as usize) {
        let is_long = |first: usize, end: usize| end >= first + SHORTEST;
        if into.len() + 1 < MOST && is_long(first, end) && is_long(end, count) {
            into.push(Statement::of(normal, first, end));
            first = end;
        }
    }
    if !into.is_empty() {
        into.push(Statement::of(normal, first, count));
    }
}

/// The score of a text by that of the whole and those of its statements.
pub fn blended(whole: f32, statements: impl Iterator<Item = f32>) -> f32 {
    let strongest = statements.reduce(f32::max).unwrap_or(whole);
    whole + COUNTS * (strongest - whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(text: &str) -> Vec<String> {
        let normal = Normal::of(text);
        let mut found = Vec::new();
        divide(&normal, 160, &mut found);
        let words = |one: &Statement| normal.line[one.from..one.to].trim().to_owned();
        found.iter().map(words).collect()
    }

    #[test]
    fn sentences_are_statements_and_short_ones_belong_to_their_neighbours() {
        assert_eq!(
            divided("Hi! Your systems are down again. Not cool. I wanted to pay a bill? Thanks."),
            ["hi ! your systems are down again", "not cool i wanted to pay a bill ? thanks"]
        );
        assert_eq!(
            divided("昨日から電話が。つながらない。"),
            Vec::<String>::new(),
            "runs of letters are few tokens, and not divided"
        );
        assert_eq!(divided("version 3.5 of example.com is out today"), Vec::<String>::new());
    }

    #[test]
    fn a_text_has_no_more_statements_than_are_judged_and_the_last_goes_on_to_the_end() {
        let found = divided(&"one two three four five. ".repeat(40));
        assert_eq!(found.len(), MOST);
        assert_eq!(found.iter().map(|one| one.split(' ').count()).sum::<usize>(), 160);
    }

    #[test]
    fn the_strongest_statement_counts_beside_the_whole() {
        assert!((blended(-1.0, std::iter::empty()) - -1.0).abs() < 1e-6);
        assert!((blended(-1.0, [-3.0, 2.0].into_iter()) - 0.2).abs() < 1e-6);
    }
}
