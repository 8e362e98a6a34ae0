//! A fact before its place in the text is counted in code points, with what the ranking goes by.

use super::{time::resolve::Told, view::View};
use crate::model::{Fact, FactKind, Precision, StatedBy};

/// A fact in the making.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The fact; its span counts bytes.
    pub fact: Fact,
    /// The higher, the sooner it is shown.
    pub strength: i32,
    /// What a time means, for comparing times.
    pub told: Option<Told>,
}

impl Draft {
    /// A fact of a range of tokens.
    pub(super) fn new(view: &View<'_>, kind: FactKind, value: impl Into<String>, (from, to): (usize, usize)) -> Self {
        let text = view.written(from, to);
        let start = view.tokens.get(from).map_or(0, |token| token.from);
        let end = to.checked_sub(1).and_then(|last| view.tokens.get(last)).map_or(start, |token| token.to);
        let fact = Fact {
            kind,
            value: value.into(),
            sub: None,
            zone: None,
            zone_inferred: None,
            precision: None,
            span: (start, end),
            text: text.to_owned(),
            stated_by: StatedBy::Press,
            hedged: false,
            why: None,
        };
        Self { fact, strength: 0, told: None }
    }

    /// A time.
    pub(super) fn time(view: &View<'_>, kind: FactKind, told: &Told, range: (usize, usize)) -> Self {
        let mut draft = Self::new(view, kind, told.value(), range);
        draft.fact.zone.clone_from(&told.zone);
        draft.fact.zone_inferred.clone_from(&told.inferred);
        draft.fact.precision = Some(told.precision);
        draft.fact.why.clone_from(&told.why);
        draft.told = Some(told.clone());
        draft
    }

    /// With who states it.
    pub(super) fn by(mut self, who: StatedBy) -> Self {
        self.fact.stated_by = who;
        self
    }

    /// With its strength.
    pub(super) fn strong(mut self, strength: i32) -> Self {
        self.strength = strength;
        self
    }

    /// With its hedge.
    pub(super) fn hedged(mut self, hedged: bool) -> Self {
        self.fact.hedged = hedged;
        self
    }

    /// With the sort of its cause.
    pub(super) fn sub(mut self, sub: &str) -> Self {
        self.fact.sub = (!sub.is_empty()).then(|| sub.to_owned());
        self
    }
}

/// Puts drafts into order: the strongest first of its kind, each value once, nothing coarse beside what says the same
/// more exactly. `joined` is how many bytes of the text the spans skip (none) and `view` the text they count in.
pub(super) fn finish(view: &View<'_>, mut drafts: Vec<Draft>) -> Vec<Fact> {
    drafts.sort_by_key(|draft| (draft.fact.kind, std::cmp::Reverse(draft.strength), draft.fact.span.0));
    let mut kept: Vec<Draft> = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        let repeats = kept.iter().any(|other| other.fact.kind == draft.fact.kind && same(other, draft));
        if !repeats && !drafts.iter().any(|other| is_finer(other, draft)) {
            kept.push(draft.clone());
        }
    }
    let mut points = CodePoints { text: view.text, byte: 0, point: 0 };
    let mut places: Vec<u32> = kept.iter().flat_map(|draft| [draft.fact.span.0, draft.fact.span.1]).collect();
    places.sort_unstable();
    places.dedup();
    let counted: Vec<(u32, u32)> = places.into_iter().map(|byte| (byte, points.at(byte))).collect();
    let point = |byte: u32| counted.binary_search_by_key(&byte, |(byte, _)| *byte).map_or(0, |at| counted[at].1);
    let facts = kept.into_iter().map(|draft| {
        let span = (point(draft.fact.span.0), point(draft.fact.span.1));
        Fact { span, ..draft.fact }
    });
    facts.collect()
}

/// The same statement once more: an instant within two minutes, a value that is told again by nobody else.
fn same(one: &Draft, other: &Draft) -> bool {
    one.fact.value == other.fact.value && (one.fact.sub == other.fact.sub || one.fact.kind != FactKind::Cause)
}

/// Whether `one` says what `other` says, more exactly. "In the early morning" beside "at 1:30 p.m." is a contradiction,
/// and both stay.
fn is_finer(one: &Draft, other: &Draft) -> bool {
    let (Some(first), Some(second)) = (&one.told, &other.told) else { return false };
    let rank = |precision| match precision {
        Precision::Second | Precision::Minute => 0,
        Precision::Hour => 1,
        Precision::PartOfDay => 2,
        Precision::Day => 3,
        Precision::Month => 4,
    };
    one.fact.kind == other.fact.kind
        && rank(first.precision) < rank(second.precision)
        && rank(second.precision) >= 2
        && (second.precision != Precision::PartOfDay || (second.hour..second.hour + 6).contains(&first.hour))
        && (first.date == second.date
            || second.precision == Precision::Month && first.date.month() == second.date.month())
}

/// Counts code points up to places that only grow.
struct CodePoints<'a> {
    text: &'a str,
    byte: usize,
    point: u32,
}

impl CodePoints<'_> {
    fn at(&mut self, byte: u32) -> u32 {
        let byte = (byte as usize).min(self.text.len());
        let passed = self.text.get(self.byte..byte).map_or(0, |passed| passed.chars().count());
        self.point += u32::try_from(passed).unwrap_or(u32::MAX);
        self.byte = byte;
        self.point
    }
}
