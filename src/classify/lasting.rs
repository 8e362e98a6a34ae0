//! How long it has lasted: amounts of time in a text (`for 3 weeks`, `48h`, `since Friday`, `depuis deux mois`). What has
//! been so for hours is an outage that just began; what one household has had for weeks is its own line. The words are in
//! `data/lasting.txt`.

use super::{cues::Cue, normal::Normal};

/// A word that amounts of time are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeWord {
    /// A unit, in minutes; zero for one of a minute or less.
    Unit(u32),
    /// A number, or about so many.
    Number(u32),
    /// `since`.
    Since,
    /// A day of the week, in a phrase with `since`.
    Weekday,
    /// A month, in a phrase with `since`.
    Month,
    /// `every`: then it is no span but a rhythm.
    Every,
}

/// A word of time found in a line.
#[derive(Debug, Clone, Copy)]
pub struct Timed {
    /// Which.
    pub word: TimeWord,
    /// The languages in which it means so, as bits.
    pub languages: u16,
    /// Where it starts in the line, the blank before it included …
    pub from: usize,
    /// … and ends.
    pub to: usize,
}

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// The longest that still counts as hours, and as days.
const HOURS: u32 = DAY + DAY / 2;
const DAYS: u32 = 8 * DAY;

/// Higher numbers are years, telephone numbers and the like.
const HIGHEST: u32 = 400;

/// Bytes of the longest phrase for `every`, with its blanks.
const EVERY: usize = 24;

/// How many tokens before its unit a number may begin (`two whole days`).
const BETWEEN: usize = 2;

/// Tokens behind `since` in which its day or month stands.
const SINCE_REACHES: usize = 4;

impl TimeWord {
    /// By its name in the data.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "minute" => Self::Unit(0),
            "hour" => Self::Unit(HOUR),
            "day" => Self::Unit(DAY),
            "week" => Self::Unit(7 * DAY),
            "month" => Self::Unit(30 * DAY),
            "year" => Self::Unit(365 * DAY),
            "one" => Self::Number(1),
            "two" => Self::Number(2),
            "few" => Self::Number(4),
            "many" => Self::Number(10),
            "since" => Self::Since,
            "weekday" => Self::Weekday,
            "monthname" => Self::Month,
            "every" => Self::Every,
            _ => return None,
        })
    }

    /// Whether amounts are counted in it.
    pub fn is_unit(self) -> bool {
        matches!(self, Self::Unit(_))
    }
}

/// The amounts of time that the words of a line make, as cues, each with its place.
pub fn amounts<'a>(normal: &'a Normal, words: &'a mut [Timed]) -> impl Iterator<Item = (Cue, usize, usize)> + 'a {
    words.sort_unstable_by_key(|timed| (timed.from, timed.to, timed.word));
    let words: &'a [Timed] = words;
    words.iter().filter_map(move |timed| match timed.word {
        TimeWord::Unit(minutes) => counted(normal, words, timed, minutes),
        TimeWord::Since => since(normal, words, timed),
        _ => None,
    })
}

/// A unit with the number before it, or joined to it.
fn counted(normal: &Normal, words: &[Timed], unit: &Timed, minutes: u32) -> Option<(Cue, usize, usize)> {
    let at = token_at(normal, unit.from)?;
    let first = at.saturating_sub(BETWEEN);
    let (number, start) = (first..=at).rev().find_map(|at| Some((number_at(normal, words, at)?, at)))?;
    let from = normal.tokens[start].0 as usize - 1;
    // What ends at the number begins shortly before it: a long text of amounts is walked over once.
    let first = words.partition_point(|timed| timed.from + EVERY < from);
    let mut before = words[first..].iter().take_while(|timed| timed.from < from);
    if before.any(|timed| timed.word == TimeWord::Every && timed.to == from + 1) {
        return Some((Cue::Chronic, from, unit.to));
    }
    let cue = match number * minutes {
        lasted if lasted <= HOURS => Cue::Hours,
        lasted if lasted <= DAYS => Cue::Days,
        _ => Cue::Weeks,
    };
    Some((cue, from, unit.to))
}

/// `since`, and the day or month behind it.
fn since(normal: &Normal, words: &[Timed], timed: &Timed) -> Option<(Cue, usize, usize)> {
    let at = token_at(normal, timed.from)?;
    let last = normal.tokens.get(at + SINCE_REACHES).or(normal.tokens.last())?.1 as usize + 1;
    let first = words.partition_point(|other| other.from + 1 < timed.to);
    let behind = words[first..].iter().take_while(|other| other.from < last).filter(|other| other.to <= last);
    let of = |sought: TimeWord| behind.clone().find(|other| other.word == sought);
    let (cue, end) = match (of(TimeWord::Month), of(TimeWord::Weekday)) {
        (Some(month), _) => (Cue::Weeks, month.to),
        (None, day) => (Cue::Days, day?.to),
    };
    Some((cue, timed.from, end))
}

/// The number that a token is or begins with, in digits or spelt.
fn number_at(normal: &Normal, words: &[Timed], at: usize) -> Option<u32> {
    let written = Some(*normal.numbers.get(at)?).filter(|number| *number > 0);
    let from = normal.tokens[at].0 as usize;
    let first = words.partition_point(|timed| timed.from + 1 < from);
    let mut here = words[first..].iter().take_while(|timed| timed.from <= from);
    let spelt = || {
        here.find_map(|timed| match timed.word {
            TimeWord::Number(number) => Some(number),
            _ => None,
        })
    };
    written.or_else(spelt).filter(|number| *number <= HIGHEST)
}

/// The token at a place of the line, or behind the blank there.
fn token_at(normal: &Normal, from: usize) -> Option<usize> {
    let at = normal.tokens.partition_point(|(start, _)| (*start as usize) < from);
    normal.tokens.get(at).filter(|(start, _)| *start as usize <= from + 1).map(|_| at)
}

#[cfg(test)]
mod tests {
    use super::{super::cues::Cues, *};

    fn cues(text: &str) -> Vec<Cue> {
        let mut found = Vec::new();
        Cues::shipped().find(&Normal::of(text), &mut found);
        found.iter().map(|found| found.cue).collect()
    }

    #[test]
    fn how_long_is_told_from_amounts_in_twelve_languages() {
        let of_hours = [
            "no internet for 3 hours",
            "down 36h now",
            "plus de réseau depuis 20 minutes",
            "seit zwei Stunden kein Netz",
            "sin servicio hace 5 horas",
            "sem internet há 40 minutos",
            "rete assente da un'ora",
            "nie działa od 3 godzin",
            "3 saattir internet yok",
            "sudah 2 jam internet mati",
            "3時間つながらない",
            "2 घंटे से नेट बंद है",
            "منذ 3 ساعات لا يوجد انترنت",
        ];
        let of_days = [
            "no signal for three days",
            "48h sans internet",
            "depuis lundi plus de fibre",
            "since last Friday no phone",
            "seit 4 Tagen kein Internet",
            "llevo cinco días sin internet",
            "estou há 3 dias sem rede",
            "da due giorni senza linea",
            "od 3 dni nie działa",
            "4 gündür internet yok",
            "sudah 3 hari mati",
            "3日間つながらない",
            "तीन दिन से नेट बंद है",
            "من 3 ايام بدون انترنت",
            "a week without service",
        ];
        let of_weeks = [
            "no broadband for 3 weeks",
            "10jours sans internet",
            "depuis le 13 mars plus de fibre",
            "since January no phone",
            "seit zwei Wochen kein Internet",
            "hace dos meses sin internet",
            "três semanas sem rede",
            "da 2 mesi senza linea",
            "od dwóch tygodni nie działa",
            "2 haftadır internet yok",
            "sudah 2 minggu mati",
            "2週間つながらない",
            "दो महीने से नेट बंद है",
            "من 3 اسابيع بدون انترنت",
            "194 jours en panne",
        ];
        for (texts, cue) in [(&of_hours[..], Cue::Hours), (&of_days, Cue::Days), (&of_weeks, Cue::Weeks)] {
            for text in texts {
                let found = cues(text);
                let spans = [Cue::Hours, Cue::Days, Cue::Weeks].map(|span| found.contains(&span));
                let wanted = [Cue::Hours, Cue::Days, Cue::Weeks].map(|span| span == cue);
                assert_eq!(spans, wanted, "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn a_rhythm_is_no_span_and_a_year_is_no_number() {
        assert!(cues("it drops every 20 minutes").contains(&Cue::Chronic));
        assert!(!cues("it drops every 20 minutes").contains(&Cue::Hours));
        assert!(cues("des coupures toutes les 3 minutes").contains(&Cue::Chronic));
        assert!(!cues("the 2024 days of code").contains(&Cue::Weeks));
    }
}
