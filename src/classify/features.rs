//! Features of a text: hashes of words, pairs of words, parts of words and cues. What is added up when a text is judged
//! is walked over again, with its words, when the verdict must say why.

use super::{
    cues::{Cue, Cues, Found},
    normal::Normal,
    statements::{self, Statement},
};
use crate::{catalogue::alias::AliasTable, model::ItemKind, text::letters::is_unspaced};

/// Tokens that are looked at: what a text is about it says at its beginning.
const LOOKED_AT: usize = 160;

/// Tokens of a beginning: a headline, or the title of an article.
const HEAD: usize = 14;

/// Parts of words, in letters.
const SHORTEST: usize = 3;
const LONGEST: usize = 5;

/// Events closer than this, in bytes of the line, belong together.
const NEAR: usize = 24;

/// What stands at the end of a line for every announcement of maintenance. One form for all, in one place, so that
/// nobody can make a text more of an outage by adding the words.
const ANNOUNCEMENT: [&str; 2] = ["scheduled", "maintenance"];

// Cues are bits of one number, and digits to the base of 64 in hashes.
const _: () = assert!(Cue::ALL.len() <= 64);

/// How often announcements are taken out of one text.
const ROUNDS: usize = 8;

/// The families of features. Each is weighed by the root of how many there are, so that long texts do not shout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Words and pairs of words.
    Word,
    /// Parts of words.
    Part,
    /// Words of the beginning.
    Head,
    /// Cues, alone and with each other. Each counts once, and in full.
    Cue,
}

/// How many families there are.
pub const FAMILIES: usize = 4;

/// What takes features.
pub trait Sink {
    /// A feature: its family, its hash, and where it stands in the line.
    fn add(&mut self, family: Family, hash: u32, place: (usize, usize));

    /// The parts of a word of ASCII letters, which share its place: a text has hundreds, so a sink may take them together.
    fn add_parts(&mut self, word: &[u8], place: (usize, usize)) {
        parts_of(word, |hash| self.add(Family::Part, hash, place));
    }

    /// A statement begins. Words are walked over before parts of words, each time from the first statement to the last.
    fn begins(&mut self, _statement: usize) {}

    /// It ends. What stands between its end and the beginning of the next belongs to both.
    fn ends(&mut self, _statement: usize) {}
}

impl<F: FnMut(Family, u32, (usize, usize))> Sink for F {
    fn add(&mut self, family: Family, hash: u32, place: (usize, usize)) {
        self(family, hash, place);
    }
}

/// Tells a sink where statements begin and end.
struct Edges<'a> {
    statements: &'a [Statement],
    at: usize,
}

impl<'a> Edges<'a> {
    fn begin(statements: &'a [Statement], to: &mut impl Sink) -> Self {
        if !statements.is_empty() {
            to.begins(0);
        }
        Self { statements, at: 0 }
    }

    /// The statement, but the first, that begins with this token.
    fn next_at(&mut self, place: usize) -> Option<usize> {
        self.statements.get(self.at + 1).filter(|next| next.first == place)?;
        self.at += 1;
        Some(self.at)
    }

    fn end(self, to: &mut impl Sink) {
        if !self.statements.is_empty() {
            to.ends(self.at);
        }
    }
}

/// A text that is ready to be judged. One is kept and read into again and again.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Its judged form.
    pub normal: Normal,
    /// The cues in it.
    pub found: Vec<Found>,
    /// Its statements, where it has more than one.
    pub statements: Vec<Statement>,
    /// The language of most cues, a place in the list of [`languages`](super::languages).
    pub language: usize,
    /// It announces maintenance: the line then ends in one form for all of them, whatever its own words for it.
    pub announces: bool,
    /// What kind of text it is.
    pub kind: usize,
    /// What came before it in its thread or its source names a service.
    has_context: bool,
}

impl Reading {
    /// Reads a text.
    pub fn read(&mut self, text: &str, kind: ItemKind, has_context: bool, aliases: &AliasTable, cues: &Cues) {
        self.normal.read(text, aliases);
        self.language = cues.find(&self.normal, &mut self.found);
        self.kind = kind as usize;
        self.has_context = has_context;
        self.announces = false;
        // What is left may be an announcement again (`planned` … `outage`); a few rounds are as many as anybody writes.
        for _ in 0..ROUNDS {
            let spans = self.found.iter().filter(|found| found.cue == Cue::Maintenance);
            let spans: Vec<(usize, usize)> = spans.map(|found| (found.from, found.to)).collect();
            if spans.is_empty() {
                break;
            }
            self.announces = true;
            self.normal.without(&spans);
            self.language = cues.find(&self.normal, &mut self.found);
        }
        if self.announces {
            self.normal.append(&ANNOUNCEMENT);
            self.language = cues.find(&self.normal, &mut self.found);
        }
        statements::divide(&self.normal, LOOKED_AT, &mut self.statements);
    }

    /// The same text without its announcement of maintenance.
    pub fn without_announcement(&self, cues: &Cues) -> Self {
        let mut other = self.clone();
        other.normal.drop_last(ANNOUNCEMENT.len());
        other.language = cues.find(&other.normal, &mut other.found);
        other.announces = false;
        statements::divide(&other.normal, LOOKED_AT, &mut other.statements);
        other
    }

    /// Gives every feature of the whole text; parts of words only when asked.
    pub fn features(&self, with_parts: bool, to: &mut impl Sink) {
        self.words(to);
        if with_parts {
            self.parts(to);
        }
        self.cues(&Statement::of(&self.normal, 0, self.normal.tokens.len()), to);
    }

    fn words(&self, to_sink: &mut impl Sink) {
        let is_titled = self.kind != ItemKind::Post as usize;
        let (mut before, mut start) = (0_u32, 0);
        let mut edges = Edges::begin(&self.statements, to_sink);
        for (place, (from, to)) in self.normal.tokens.iter().take(LOOKED_AT).enumerate() {
            let (from, to) = (*from as usize, *to as usize);
            let hash = hash_of(&self.normal.line.as_bytes()[from..to]);
            let next = edges.next_at(place);
            if let Some(next) = next {
                to_sink.ends(next - 1);
            }
            if place > 0 {
                // A pair across the end of a statement belongs to the whole alone.
                to_sink.add(Family::Word, mix(hash ^ before.rotate_left(11), 2), (start, to));
            }
            if let Some(next) = next {
                to_sink.begins(next);
            }
            to_sink.add(Family::Word, mix(hash, 1), (from, to));
            if is_titled && place < HEAD {
                to_sink.add(Family::Head, mix(hash, 3 + self.kind as u32), (from, to));
            }
            (before, start) = (hash, from);
        }
        edges.end(to_sink);
    }

    fn parts(&self, to_sink: &mut impl Sink) {
        let line = self.normal.line.as_bytes();
        let mut edges = Edges::begin(&self.statements, to_sink);
        for (place, (from, to)) in self.normal.tokens.iter().take(LOOKED_AT).enumerate() {
            let (from, to) = (*from as usize, *to as usize);
            if let Some(next) = edges.next_at(place) {
                to_sink.ends(next - 1);
                to_sink.begins(next);
            }
            if to - from == 1 {
                continue;
            }
            // The blanks around a word belong to it: a part knows whether it begins or ends one.
            let word = &line[from - 1..=to];
            if word.is_ascii() {
                to_sink.add_parts(word, (from, to));
            } else {
                self.letters(from, to, to_sink);
            }
        }
        edges.end(to_sink);
    }

    /// Parts of a word beyond ASCII, by letters; of a script without blanks, pairs and threes and fours.
    fn letters(&self, from: usize, to: usize, to_sink: &mut impl Sink) {
        let line = &self.normal.line;
        let is_run = line[from..to].chars().next().is_some_and(is_unspaced);
        let (from_blank, to_blank) = if is_run { (from, to) } else { (from - 1, to + 1) };
        let (shortest, longest) = if is_run { (1, 4) } else { (SHORTEST, LONGEST) };
        let word = &line[from_blank..to_blank];
        for (start, _) in word.char_indices() {
            let mut hash = BASIS;
            for (length, (at, letter)) in word[start..].char_indices().take(longest).enumerate() {
                for byte in &word.as_bytes()[start + at..start + at + letter.len_utf8()] {
                    hash = step(hash, *byte);
                }
                if length + 1 >= shortest {
                    let place = from_blank + start;
                    to_sink.add(Family::Part, mix(hash, 12), (place, place + at + letter.len_utf8()));
                }
            }
        }
    }

    /// The cues within a statement, or in the whole text.
    pub fn cues(&self, within: &Statement, to: &mut impl Sink) {
        let kind = self.kind as u32;
        let line = (0, 0);
        to.add(Family::Cue, mix(kind, 20), line);
        let named = u32::from(!self.normal.mentions.is_empty());
        to.add(Family::Cue, mix(kind * 8 + named * 4 + u32::from(self.has_context), 21), line);
        let size = (within.end - within.first).ilog2_or_zero();
        to.add(Family::Cue, mix(kind * 32 + size, 22), line);
        // A question mark is a token of its own, and in no other.
        let asks = self.normal.line.as_bytes()[within.from..within.to].contains(&b'?');
        if asks {
            to.add(Family::Cue, mix(1, 23), line);
        }
        let head_ends = self.normal.tokens.get(HEAD).map_or(usize::MAX, |(from, _)| *from as usize);
        let (mut seen, mut twice, mut in_head) = (0_u64, 0_u64, 0_u64);
        // Where each is found first.
        let mut firsts = [0_u16; Cue::ALL.len()];
        for (at, found) in self.found.iter().enumerate().filter(|(_, found)| within.holds(found.from, found.to)) {
            let bit = 1_u64 << found.cue as u32;
            twice |= seen & bit;
            if seen & bit == 0 {
                // What is judged of a text has no more letters than that.
                firsts[found.cue as usize] = at as u16;
            }
            seen |= bit;
            if found.from < head_ends {
                in_head |= bit;
            }
        }
        let place_of = |cue: u32| {
            let found = &self.found[firsts[cue as usize] as usize];
            (found.from, found.to)
        };
        for cue in bits(seen) {
            let (bit, place) = (1_u64 << cue, place_of(cue));
            to.add(Family::Cue, mix(cue, 24), place);
            to.add(Family::Cue, mix(cue * 8 + kind, 25), place);
            if twice & bit != 0 {
                to.add(Family::Cue, mix(cue, 26), place);
            }
            if in_head & bit != 0 {
                to.add(Family::Cue, mix(cue * 8 + kind, 27), place);
            }
            if asks {
                to.add(Family::Cue, mix(cue, 31), place);
            }
            if named == 1 {
                to.add(Family::Cue, mix(cue, 32), place);
            }
            for other in bits(seen & !(bit | (bit - 1))) {
                to.add(Family::Cue, mix(cue * 64 + other, 28), place);
            }
        }
        together(seen, place_of, to);
        self.neighbours(within, to);
    }

    /// Cues that follow each other closely, services and handles among them.
    fn neighbours(&self, within: &Statement, sink: &mut impl Sink) {
        let mut before: Option<(u32, usize, usize)> = None;
        let tokens = self.normal.tokens[within.first..within.end.min(within.first + LOOKED_AT)].iter();
        let mut marks = tokens.filter_map(|(from, to)| {
            let byte = *self.normal.line.as_bytes().get(*from as usize)?;
            let is_mark = *to - *from == 1 && (byte < b' ' || byte == b'?');
            is_mark.then_some((64 + u32::from(byte), *from as usize, *to as usize))
        });
        let found = self.found.iter().filter(|found| within.holds(found.from, found.to));
        let mut cues = found.map(|found| (found.cue as u32, found.from, found.to)).peekable();
        let mut mark = marks.next();
        while let Some(event) = match (cues.peek(), mark) {
            (Some(cue), Some(sign)) if cue.1 > sign.1 => std::mem::replace(&mut mark, marks.next()),
            (Some(_), _) => cues.next(),
            (None, _) => std::mem::replace(&mut mark, marks.next()),
        } {
            // Two cues in the same words do not follow each other.
            let apart = |(_, start, end): &(u32, usize, usize)| (*start, *end) != (event.1, event.2);
            if let Some((first, start, end)) = before.filter(|(_, _, end)| event.1 < end + NEAR).filter(apart) {
                sink.add(Family::Cue, mix(first * 256 + event.0, 29), (start, event.2));
                if event.1 <= end + 1 {
                    sink.add(Family::Cue, mix(first * 256 + event.0, 30), (start, event.2));
                }
            }
            before = Some(event);
        }
    }
}

/// What the cues say together: which trouble, how long, whether others have it, and whether it is told as one's own affair.
/// Pairs of cues cannot say that something is missing.
fn together(seen: u64, place_of: impl Fn(u32) -> (usize, usize), to: &mut impl Sink) {
    let has = |cues: &[Cue]| cues.iter().any(|cue| seen & (1 << *cue as u32) != 0);
    let spans = [&[Cue::Weeks, Cue::Chronic][..], &[Cue::Days], &[Cue::Hours, Cue::Now]];
    let span = spans.iter().position(|cues| has(cues)).unwrap_or(spans.len()) as u32;
    let others = u32::from(has(&[Cue::Many, Cue::Else, Cue::Place]));
    let affair = u32::from(has(&[Cue::Own])) + 2 * u32::from(has(&[Cue::Support, Cue::Money]));
    for trouble in [Cue::Down, Cue::Loss, Cue::Fail, Cue::Slow].into_iter().filter(|cue| has(&[*cue])) {
        let code = ((trouble as u32 * 8 + span) * 2 + others) * 4 + affair;
        to.add(Family::Cue, mix(code, 33), place_of(trouble as u32));
    }
}

/// Gives the hash of every part of a word of ASCII letters.
pub fn parts_of(word: &[u8], mut each: impl FnMut(u32)) {
    for (start, shortest) in word.windows(SHORTEST).enumerate() {
        let mut hash = shortest.iter().fold(BASIS, |hash, byte| step(hash, *byte));
        each(mix(hash, 12));
        for byte in word[start + SHORTEST..].iter().take(LONGEST - SHORTEST) {
            hash = step(hash, *byte);
            each(mix(hash, 12));
        }
    }
}

/// The places of the bits that are set, in order.
fn bits(mut set: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let place = (set != 0).then(|| set.trailing_zeros())?;
        set &= set - 1;
        Some(place)
    })
}

trait LogTwo {
    fn ilog2_or_zero(self) -> u32;
}

impl LogTwo for usize {
    fn ilog2_or_zero(self) -> u32 {
        self.checked_ilog2().unwrap_or_default()
    }
}

/// FNV-1a, 32 bits.
const BASIS: u32 = 0x811C_9DC5;

fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

fn hash_of(bytes: &[u8]) -> u32 {
    bytes.iter().fold(BASIS, |hash, byte| step(hash, *byte))
}

/// Spreads a hash over all its bits (the end of MurmurHash3), apart by family.
fn mix(hash: u32, family: u32) -> u32 {
    let mut hash = hash ^ family.wrapping_mul(0x9E37_79B9);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neighbours(text: &str) -> usize {
        let mut reading = Reading { normal: Normal::of(text), ..Reading::default() };
        Cues::shipped().find(&reading.normal, &mut reading.found);
        assert!(reading.found.len() > 1, "{text}: {:?}", reading.found);
        let mut count = 0;
        let whole = Statement::of(&reading.normal, 0, reading.normal.tokens.len());
        reading.neighbours(&whole, &mut |_, _, _: (usize, usize)| count += 1);
        count
    }

    #[test]
    fn two_cues_in_the_same_words_are_no_neighbours() {
        assert_eq!(neighbours("signal"), 0);
        assert!(neighbours("signal error") > 0);
    }
}
