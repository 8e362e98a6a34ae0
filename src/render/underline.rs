//! What was read out of a text, underlined in it: the words with their reading on hover, and a list that says the same
//! without one.

use super::duration;
use crate::model::{Fact, FactKind, Precision, StatedBy, Timestamp};

/// A stretch of a shown text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The words.
    pub text: String,
    /// What was read out of them; `None` for the words in between.
    pub reading: Option<String>,
}

/// A fact as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What it is about, in words.
    pub kind: &'static str,
    /// The value, in words.
    pub value: String,
    /// The instant, for machines.
    pub iso: Option<String>,
    /// The words it was read from; `None` where they may not be shown.
    pub words: Option<String>,
    /// Who states it, with hedge and reason.
    pub by: String,
}

/// Cuts `shown` (all or the beginning of `text`, perhaps with other white space) where facts were read. Of facts that
/// overlap the first one in the text is underlined; facts of the same words share one reading. `skipped` is how many code
/// points of the spans stand before `text` (a title and its line end).
pub fn underline(text: &str, shown: &str, facts: &[Fact], skipped: u32) -> Vec<Read> {
    let mut spans: Vec<(usize, usize, String)> = Vec::new();
    let mut sorted: Vec<&Fact> = facts.iter().filter(|fact| fact.span.0 >= skipped).collect();
    sorted.sort_by_key(|fact| (fact.span, fact.kind));
    let places = Places::new(text, shown);
    for fact in sorted {
        let Some((from, to)) = places.of(fact.span.0 - skipped, fact.span.1 - skipped) else { continue };
        match spans.last_mut() {
            Some((known_from, known_to, reading)) if (*known_from, *known_to) == (from, to) => {
                *reading += &format!("; {}", reading_of(fact));
            }
            Some((_, known_to, _)) if from < *known_to => {}
            _ => spans.push((from, to, reading_of(fact))),
        }
    }
    let mut parts = Vec::new();
    let mut at = 0;
    let mut push = |from: usize, to: usize, reading: Option<String>| {
        if let Some(text) = shown.get(from..to).filter(|text| !text.is_empty()) {
            parts.push(Read { text: text.to_owned(), reading });
        }
    };
    for (from, to, reading) in spans {
        push(at, from, None);
        push(from, to, Some(reading));
        at = to;
    }
    push(at, shown.len(), None);
    parts
}

/// The facts as a list, the one that is displayed first of its kind. Words are quoted only where they are shown.
pub fn listed(text: &str, shown: &str, facts: &[Fact], skipped: u32) -> Vec<Listed> {
    let places = Places::new(text, shown);
    let is_shown =
        |fact: &Fact| fact.span.0 >= skipped && places.of(fact.span.0 - skipped, fact.span.1 - skipped).is_some();
    facts
        .iter()
        .map(|fact| Listed {
            kind: kind_words(fact.kind),
            value: value_words(fact),
            iso: fact.precision.and_then(|_| fact.value.parse::<Timestamp>().ok()).map(|at| at.to_string()),
            words: (fact.span.0 < skipped || is_shown(fact)).then(|| fact.text.clone()),
            by: by_words(fact),
        })
        .collect()
}

/// Where code points of a text stand in what is shown of it: both are the same but for white space.
struct Places {
    /// By code point of the text: how many letters that are no white space stand before it.
    before: Vec<u32>,
    /// By that count: where the letter stands in what is shown, and where it ends.
    at: Vec<(usize, usize)>,
}

impl Places {
    fn new(text: &str, shown: &str) -> Self {
        let mut count = 0;
        let mut before: Vec<u32> = text
            .chars()
            .map(|letter| {
                let here = count;
                count += u32::from(!letter.is_whitespace());
                here
            })
            .collect();
        before.push(count);
        let solid = |text: &str| -> Vec<(usize, char)> {
            text.char_indices().filter(|(_, letter)| !letter.is_whitespace()).collect()
        };
        // The mark of an excerpt's end differs from the text, and what is behind it is not shown.
        let at = solid(shown)
            .into_iter()
            .zip(solid(text))
            .take_while(|((_, one), (_, other))| one == other)
            .map(|((at, letter), _)| (at, at + letter.len_utf8()))
            .collect();
        Self { before, at }
    }

    /// Bytes of what is shown, for code points of the text; `None` where not all of them are shown.
    fn of(&self, from: u32, to: u32) -> Option<(usize, usize)> {
        let first = *self.before.get(from as usize)?;
        let last = self.before.get(to as usize)?.checked_sub(1)?;
        let (start, end) = (self.at.get(first as usize)?.0, self.at.get(last as usize)?.1);
        (start < end).then_some((start, end))
    }
}

/// The reading of words, for hovering over them.
fn reading_of(fact: &Fact) -> String {
    format!("{}: {} ({})", kind_words(fact.kind), value_words(fact), by_words(fact))
}

fn kind_words(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Start => "Began",
        FactKind::End => "Over",
        FactKind::FirstReport => "First reports",
        FactKind::Peak => "Peak",
        FactKind::Acknowledged => "Acknowledged",
        FactKind::Duration => "Lasted",
        FactKind::ReportCount => "Reports",
        FactKind::Cause => "Cause",
        FactKind::Symptom => "Symptom",
        FactKind::Product => "Affected",
        FactKind::Upstream => "Provider",
        FactKind::Place => "Where",
        FactKind::Status => "State",
        FactKind::Ordinal => "How many so far",
    }
}

fn value_words(fact: &Fact) -> String {
    let Ok(at) = fact.value.parse::<Timestamp>() else { return plain_words(fact) };
    match fact.precision {
        Some(Precision::Day) => at.strftime("%-d %B %Y").to_string(),
        Some(Precision::Month) => at.strftime("%B %Y").to_string(),
        Some(Precision::PartOfDay) => format!("{} to six hours later", duration::stamp(at)),
        _ => duration::stamp(at),
    }
}

/// Values that are no instants.
fn plain_words(fact: &Fact) -> String {
    let cause = |category: &str| match category {
        "CONFIG" => "configuration",
        "OVERLOAD" => "load",
        "DEPLOY" => "a release or change",
        "EXTERNAL" => "outside of the operator",
        "MAINTAIN" => "maintenance",
        "OTHERS" => "inside of the operator",
        _ => "not known, the text says",
    };
    match fact.kind {
        FactKind::Cause => match &fact.sub {
            Some(sub) => format!("{} ({sub})", cause(&fact.value)),
            None => cause(&fact.value).to_owned(),
        },
        FactKind::Symptom => match fact.value.as_str() {
            "ERROR" => "errors",
            "UNAVIL" => "not reachable or usable",
            "DELAY" => "delays",
            "DEPERF" => "slow or degraded",
            _ => "something else",
        }
        .to_owned(),
        FactKind::Duration => {
            fact.value.parse::<jiff::Span>().map_or_else(|_| fact.value.clone(), |span| format!("{span:#}"))
        }
        FactKind::Ordinal => match fact.value.split_once(':') {
            Some((number, scope)) if scope.starts_with("since") || scope == "ever" => {
                format!("number {number}, {scope}")
            }
            Some((number, scope)) => format!("number {number} within a {scope}"),
            None => fact.value.clone(),
        },
        _ => fact.value.clone(),
    }
}

fn by_words(fact: &Fact) -> String {
    let who = match fact.stated_by {
        StatedBy::Official => "the operator says",
        StatedBy::ThirdParty => "others say",
        StatedBy::Press => "the press says",
        StatedBy::Users => "users say",
    };
    let mut words = who.to_owned();
    if fact.hedged {
        words += ", with reserve";
    }
    if let Some(zone) = &fact.zone {
        words += &format!(", in {zone}");
    }
    if let Some(why) = &fact.why {
        words += &format!("; {why}");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(kind: FactKind, value: &str, span: (u32, u32)) -> Fact {
        Fact {
            kind,
            value: value.to_owned(),
            sub: None,
            zone: None,
            zone_inferred: None,
            precision: None,
            span,
            text: "Straße".to_owned(),
            stated_by: StatedBy::Press,
            hedged: false,
            why: None,
        }
    }

    #[test]
    fn words_are_underlined_in_a_text_and_in_its_excerpt() {
        let text = "Die  Straße\nist gesperrt, sagt man.";
        let facts = [fact(FactKind::Product, "Straße", (8, 14)), fact(FactKind::Status, "ongoing", (19, 27))];
        // The title and its line end take three code points.
        let parts = underline(text, text, &facts, 3);
        let read: Vec<&str> =
            parts.iter().filter(|part| part.reading.is_some()).map(|part| part.text.as_str()).collect();
        assert_eq!(read, ["Straße", "gesperrt"]);
        assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<String>(), text);
        let parts = underline(text, "Die Straße ist…", &facts, 3);
        let read: Vec<&str> =
            parts.iter().filter(|part| part.reading.is_some()).map(|part| part.text.as_str()).collect();
        assert_eq!(read, ["Straße"]);
        assert_eq!(listed(text, "Die Straße ist…", &facts, 3)[1].words, None);
    }

    #[test]
    fn facts_of_the_same_words_share_a_reading_and_overlaps_are_left_out() {
        let text = "eins zwei drei";
        let facts = [
            fact(FactKind::Start, "x", (0, 4)),
            fact(FactKind::FirstReport, "x", (0, 4)),
            fact(FactKind::Place, "y", (2, 9)),
            fact(FactKind::Place, "beyond", (90, 99)),
        ];
        let parts = underline(text, text, &facts, 0);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].reading.as_deref().is_some_and(|reading| reading.contains("; First reports")));
    }
}
