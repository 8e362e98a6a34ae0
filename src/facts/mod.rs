//! Facts: since when, until when, why, how many, who says so. A pure stage: text to facts with the words they were read
//! from. It reads out what a text states and never invents; what a text does not say is no fact, and two statements that
//! contradict each other are two facts.
//!
//! The path of a text: `view` takes it apart, `sentence` finds cues (`data/cues.txt`) and places in it, `time`
//! finds times, and readers, one a file, put these together sentence by sentence; `draft` orders what they found.

mod causes;
mod cue;
mod draft;
mod figures;
mod gate;
mod names;
mod official;
mod pattern;
mod places;
mod roles;
mod sentence;
mod states;
mod time;
mod view;

use crate::{
    model::{Fact, Facts},
    text::language,
};
use draft::Draft;
use sentence::Sentence;
pub use time::resolve::Published;
use time::{
    grammar,
    resolve::Frame,
    tell::{Carry, tell},
};
use view::View;

/// The name and version of this reader, as every stored reading bears it.
pub const VERSION: &str = "facts-2";

/// Facts of one text at most: more is no text but an attempt.
const MOST: usize = 400;

/// Times of one sentence at most.
const MOST_TIMES: usize = 12;

/// A text to be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Document<'a> {
    /// Its title; read only where there is no text, else a help in reading it.
    pub title: &'a str,
    /// Its text.
    pub text: &'a str,
    /// When it was published.
    pub published: Option<Published>,
    /// The operator writes it: an update of a status page, a postmortem.
    pub official: bool,
}

/// Reads a text. Spans count code points of the title, a line feed and the text (of the one alone where the other is
/// empty).
pub fn read(document: &Document<'_>) -> Facts {
    let version = VERSION.to_owned();
    if document.title.is_empty() || document.text.is_empty() {
        let text = if document.text.is_empty() { document.title } else { document.text };
        return Facts { facts: read_joined(text, 0, document), version };
    }
    let joined = format!("{}\n{}", document.title, document.text);
    Facts { facts: read_joined(&joined, document.title.len() + 1, document), version }
}

/// Reads the part of a text behind byte `from`; what stands before it is its title.
fn read_joined(text: &str, from: usize, document: &Document<'_>) -> Vec<Fact> {
    let view = View::new(text);
    let first = view.tokens.partition_point(|token| (token.from as usize) < from);
    let mut sentences: Vec<Sentence> = view.sentences.iter().map(|range| Sentence::new(&view, *range)).collect();
    let title_ends = sentences.partition_point(|sentence| sentence.from < first);
    let official = document.official || official::is_written(&view, &sentences[title_ends..]);
    tell_times(&view, &mut sentences, document, official);
    let (title, body) = sentences.split_at(title_ends);
    let mut drafts = Vec::new();
    let story = gate::Story::of(&view, title, body, official);
    if !story.is_one {
        return Vec::new();
    }
    let manner = roles::Manner { official, published: document.published };
    let stamps = if official { official::stamps(&view, body) } else { Vec::new() };
    for sentence in body {
        roles::read(&view, sentence, manner, &stamps, &mut drafts);
        if official {
            official::fields(&view, sentence, &mut drafts);
        }
        if drafts.len() > MOST {
            break;
        }
    }
    if official {
        official::newest_first(&view, body, &stamps, &mut drafts);
        official::of_stamps(&view, body, &stamps, &mut drafts);
    }
    figures::read(&view, body, official, &mut drafts);
    causes::read(&view, body, official, &mut drafts);
    states::read(&view, body, official, &mut drafts);
    names::read(&view, title, body, official, &mut drafts);
    drafts.truncate(MOST * 2);
    causes::only_the_telling(&mut drafts);
    roles_together(&mut drafts);
    draft::finish(&view, drafts)
}

/// How the times of a text are written. Its language is asked for only where something in it depends on the answer.
fn manner(view: &View<'_>) -> grammar::Manner {
    let depends = (0..view.tokens.len()).any(|at| match view.kind(at) {
        view::Kind::Word => matches!(view.low(at), "hier" | "morgen"),
        // `26.12.2024`, `3/4/2024`, `26.12.`
        view::Kind::Number => {
            let mark = view.kind(at + 1);
            matches!(mark, view::Kind::Mark('/' | '.'))
                && view.kind(at + 2) == view::Kind::Number
                && view.kind(at + 3) == mark
        }
        _ => false,
    });
    if !depends {
        return grammar::Manner { french: false, german: false, month_first: true };
    }
    let start: String = view.text.chars().take(600).collect();
    let language = language::detect(&start).unwrap_or("en");
    grammar::Manner { french: language == "fr", german: language == "de", month_first: language == "en" }
}

/// Understands the times of every sentence, in the frame of the whole text.
fn tell_times(view: &View<'_>, sentences: &mut [Sentence], document: &Document<'_>, official: bool) {
    let manner = manner(view);
    let mut stated: Vec<Vec<grammar::Stated>> = Vec::with_capacity(sentences.len());
    for sentence in sentences.iter() {
        let mut found = Vec::new();
        grammar::times(view, (sentence.from, sentence.to), manner, MOST_TIMES, &mut found);
        stated.push(found);
    }
    let places: Vec<_> =
        sentences.iter().flat_map(|sentence| sentence.places.iter().map(|(place, at, _)| (*place, *at))).collect();
    let zone = official::zone(view).map(|(_, zone)| zone);
    let place = places::zone_of(&places);
    let frame = Frame { published: document.published, zone, place, infers: !official };
    let mut carry = Carry { stamped: official, ..Carry::default() };
    // A zone that is written anywhere holds for clocks without one before it too.
    carry.zone = stated.iter().flatten().find_map(|time| {
        let zone = time.zone.as_ref().filter(|zone| zone.is_named(view))?;
        Some((zone.clone(), view.written(zone.from, zone.to).to_owned()))
    });
    let mut since_day = 0;
    for (sentence, stated) in sentences.iter_mut().zip(stated) {
        let names_day = stated.iter().any(|time| time.day.is_some());
        since_day = if names_day { 0 } else { since_day + 1 };
        // A day that was named holds for the next sentences of a press text, and for all of a report.
        if since_day > 5 && !official {
            carry.day = None;
        }
        sentence.times = tell(view, sentence.from, stated, &frame, &mut carry);
    }
}

/// What times say about each other: only the earliest word of the operator acknowledges; a beginning that only repeats
/// when users reported stands only where no other is told.
fn roles_together(drafts: &mut Vec<Draft>) {
    use crate::model::{FactKind, Precision};
    let exact = |draft: &Draft| draft.fact.precision.is_some_and(|precision| precision <= Precision::Hour);
    let has_start = drafts.iter().any(|draft| {
        draft.fact.kind == FactKind::Start
            && exact(draft)
            && !drafts
                .iter()
                .any(|other| other.fact.kind == FactKind::FirstReport && other.fact.span == draft.fact.span)
    });
    let reported: Vec<(u32, u32)> =
        drafts.iter().filter(|draft| draft.fact.kind == FactKind::FirstReport).map(|draft| draft.fact.span).collect();
    let first_word = drafts
        .iter()
        .filter(|draft| draft.fact.kind == FactKind::Acknowledged)
        .filter_map(|draft| draft.told.clone())
        .min_by_key(|told| told.at);
    // The first word, or the same one told more exactly.
    let is_first = |draft: &Draft| match (&first_word, &draft.told) {
        (Some(first), Some(told)) => first.at == told.at || first.date == told.date && told.precision < first.precision,
        _ => false,
    };
    drafts.retain(|draft| match draft.fact.kind {
        FactKind::Acknowledged => is_first(draft),
        FactKind::Start if has_start => !reported.contains(&draft.fact.span),
        _ => true,
    });
}
