//! How long it has lasted: amounts of time in a text (`for 3 weeks`, `48h`, `since Friday`, `depuis deux mois`). What
//! has been so for hours is an outage that just began; what one household has had for weeks is its own line. What is
//! to be (`within 24 hours`), a time of the day (`à 20h`) and years of a life are amounts too, and tell something
//! else. The words are in `data/lasting.txt`.

use super::{cues::Cue, normal::Normal};

/// A word that amounts of time are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeWord {
    /// A unit, in minutes; zero for one of a minute or less.
    Unit(u32),
    /// A number, or about so many.
    Number(u32),
    /// What stands between a number and its unit and says nothing (`two whole days`), or before a number in the place
    /// of a word that would say something (`il y a` for `à`).
    Filler,
    /// Between two numbers of one range.
    To,
    /// `since`.
    Since,
    /// A day of the week, in a phrase with `since`.
    Weekday,
    /// A month, in a phrase with `since`.
    Month,
    /// `every`: then it is no span but a rhythm.
    Every,
    /// `at`: then it is a time of the day.
    Clock,
    /// `within`: then it is yet to come.
    Within,
    /// The same behind the unit (`3 gün içinde`).
    Hence,
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

/// An amount of time in a line.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// What it tells; nothing where it is when something is open (`8h à 20h`), or counts nothing.
    pub cue: Option<Cue>,
    /// Where it starts in the line, the blank before it included …
    pub from: usize,
    /// … and ends.
    pub to: usize,
}

impl Amount {
    /// Whether a cue at a place is hidden by it: one that says in fewer words (`days`) what the amount says better, or
    /// does not say. What is not about time stays, and so does a second meaning of the very same words.
    pub fn hides(&self, cue: Cue, from: usize, to: usize) -> bool {
        let is_span = matches!(cue, Cue::Hours | Cue::Days | Cue::Weeks);
        if (from, to) == (self.from, self.to) {
            return is_span && self.cue.is_none();
        }
        let is_of_time = is_span || matches!(cue, Cue::Now | Cue::Past | Cue::Chronic);
        let is_number = cue == Cue::Many && from == self.from;
        (is_of_time || is_number) && self.from <= from && to <= self.to
    }
}

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const YEAR: u32 = 365 * DAY;

/// The longest that still counts as hours, and as days.
const HOURS: u32 = DAY + DAY / 2;
const DAYS: u32 = 8 * DAY;

/// Higher numbers are years, telephone numbers and the like.
const HIGHEST: u32 = 400;

/// Bytes of the longest phrase that is looked for before something, with its blanks.
pub const REACH: usize = 40;

/// How the hours of a day are written.
const OF_THE_DAY: [&str; 3] = ["h", "0h", "0h0"];

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
            "year" => Self::Unit(YEAR),
            "one" => Self::Number(1),
            "two" => Self::Number(2),
            "few" => Self::Number(4),
            "many" => Self::Number(10),
            "filler" => Self::Filler,
            "to" => Self::To,
            "since" => Self::Since,
            "weekday" => Self::Weekday,
            "monthname" => Self::Month,
            "every" => Self::Every,
            "clock" => Self::Clock,
            "within" => Self::Within,
            "hence" => Self::Hence,
            _ => return None,
        })
    }

    /// Whether amounts are counted in it.
    pub fn is_unit(self) -> bool {
        matches!(self, Self::Unit(_))
    }
}

/// The amounts of time that the words of a line make, each with its place.
pub fn amounts<'a>(normal: &'a Normal, words: &'a mut [Timed]) -> impl Iterator<Item = Amount> + 'a {
    words.sort_unstable_by_key(|timed| (timed.from, timed.to, timed.word));
    let words: &'a [Timed] = words;
    words.iter().filter_map(move |timed| {
        let around = Around { normal, words, languages: timed.languages };
        match timed.word {
            TimeWord::Unit(minutes) => around.counted(timed, minutes),
            TimeWord::Since => around.since(timed),
            _ => None,
        }
    })
}

/// What a word of time stands among: only words of its own languages say something with it.
struct Around<'a> {
    normal: &'a Normal,
    words: &'a [Timed],
    languages: u16,
}

impl<'a> Around<'a> {
    /// A unit with the number before it or joined to it.
    fn counted(&self, unit: &Timed, minutes: u32) -> Option<Amount> {
        let at = self.token_at(unit.from)?;
        let (number, second, between) =
            if self.normal.token(at).starts_with('0') { (self.digits(at)?, at, None) } else { self.number_of(at)? };
        let first = self.range_from(second);
        let from = self.normal.tokens[first].0 as usize - 1;
        let before = self.before(first);
        let hence = self.behind(unit.to).find(|timed| timed.word == TimeWord::Hence);
        let future = before.filter(|timed| timed.word == TimeWord::Within);
        let is_future = future.is_some() || between == Some(TimeWord::Within) || hence.is_some();
        let cue = match before.map(|timed| timed.word) {
            Some(TimeWord::Every) => Some(Cue::Chronic),
            _ if is_future => Some(Cue::Soon),
            _ if self.is_of_the_day(second, at, unit) => None,
            // A time of the day is of this one; `jam 3 hari ini`, at three today, counts no days.
            Some(TimeWord::Clock) if self.digits(second).is_some() => (minutes <= HOUR).then_some(Cue::Now),
            _ if minutes >= YEAR => Some(Cue::Past),
            _ => Some(span(number * minutes)),
        };
        // With its preposition: `in 0` alone may be said of a year that is past.
        Some(Amount { cue, from: future.map_or(from, |timed| timed.from), to: hence.map_or(unit.to, |timed| timed.to) })
    }

    /// `since` and the day or month behind it. What is said between them, and is not about time, stays.
    fn since(&self, since: &Timed) -> Option<Amount> {
        let at = self.token_at(since.from)?;
        let last = self.normal.tokens.get(at + SINCE_REACHES).or(self.normal.tokens.last())?.1 as usize + 1;
        let first = self.words.partition_point(|other| other.from + 1 < since.to);
        let behind = self.words[first..].iter().take_while(|other| other.from < last);
        let behind = behind.filter(|other| other.to <= last && self.shares(other));
        let of = |sought: TimeWord| behind.clone().find(|other| other.word == sought);
        let (cue, day) = match (of(TimeWord::Month), of(TimeWord::Weekday)) {
            (Some(month), _) => (Cue::Weeks, month),
            (None, day) => (Cue::Days, day?),
        };
        Some(Amount { cue: Some(cue), from: since.from, to: day.to })
    }

    /// The number that counts a unit at a token, where it begins, and what stands between them.
    fn number_of(&self, at: usize) -> Option<(u32, usize, Option<TimeWord>)> {
        let between = self.ending(at).filter(|timed| matches!(timed.word, TimeWord::Filler | TimeWord::Within));
        let counted = between.min_by_key(|timed| timed.from).and_then(|timed| {
            let (number, first) = self.number_before(self.token_at(timed.from)?)?;
            Some((number, first, Some(timed.word)))
        });
        counted.or_else(|| self.number_before(at).map(|(number, first)| (number, first, None)))
    }

    /// The number directly before a token, in digits or spelt, and where it begins.
    fn number_before(&self, at: usize) -> Option<(u32, usize)> {
        let before = at.checked_sub(1)?;
        if self.normal.token(before) == "0" {
            return Some((self.digits(before)?, before));
        }
        let spelt = self.ending(at).filter_map(|timed| match timed.word {
            // Of `3rd` and its like the digits say how many.
            TimeWord::Number(number) => Some((self.digits(before).unwrap_or(number), self.token_at(timed.from)?)),
            _ => None,
        });
        spelt.min_by_key(|(_, first)| *first)
    }

    /// The number in digits that a token begins with, where it may count something.
    fn digits(&self, at: usize) -> Option<u32> {
        let is_written = self.normal.token(at).starts_with('0');
        Some(*self.normal.numbers.get(at)?).filter(|number| is_written && (1..=HIGHEST).contains(number))
    }

    /// Where a range begins whose second number is at a token (`2 or 3 days`, `24-48 h`); the token itself if it is
    /// none.
    fn range_from(&self, at: usize) -> usize {
        if let Some(to) = self.ending(at).find(|timed| timed.word == TimeWord::To) {
            let first = self.token_at(to.from).and_then(|to| self.number_before(to));
            return first.map_or(at, |(_, first)| first);
        }
        // Digits only: what is `a` in one language is `at` in another.
        at.checked_sub(1).filter(|before| self.normal.token(*before) == "0").unwrap_or(at)
    }

    /// Whether the hour at a token, whose number is at another, is one of two between which something is open, sold or
    /// mended (`8h à 20h`, `8h-20h`).
    fn is_of_the_day(&self, number: usize, at: usize, unit: &Timed) -> bool {
        let is_hour = |at: usize| OF_THE_DAY.contains(&self.normal.token(at));
        let is_hour_before = |at: usize| at.checked_sub(1).is_some_and(is_hour);
        let joins = |timed: &&Timed| matches!(timed.word, TimeWord::To | TimeWord::Clock);
        let token_at = |from: usize| self.token_at(from);
        let joined =
            || self.ending(number).find(joins).and_then(|word| token_at(word.from)).is_some_and(is_hour_before);
        let next = || self.behind(unit.to).find(joins).and_then(|word| token_at(word.to));
        let joins_next = || next().is_some_and(|next| self.normal.token(next).starts_with('0'));
        is_hour(at) && (is_hour(at + 1) || is_hour_before(number) || joined() || joins_next())
    }

    /// The word before a number that says what it is of: the longest, for a short one may be part of it.
    fn before(&self, at: usize) -> Option<&'a Timed> {
        let says = |word: TimeWord| {
            use TimeWord::{Clock, Every, Filler, Since, Within};
            matches!(word, Every | Clock | Within | Filler | Since)
        };
        self.ending(at).filter(|timed| says(timed.word)).min_by_key(|timed| timed.from)
    }

    /// The words that end directly before a token. They begin shortly before it: a long text of amounts is walked over
    /// once.
    fn ending(&self, at: usize) -> impl Iterator<Item = &'a Timed> {
        let start = self.normal.tokens.get(at).map_or(1, |(start, _)| *start as usize);
        let first = self.words.partition_point(|timed| timed.from + REACH < start);
        let before = self.words[first..].iter().take_while(move |timed| timed.from + 1 < start);
        before.filter(move |timed| (start - 1..=start).contains(&timed.to) && self.shares(timed))
    }

    /// The words that begin where another ends.
    fn behind(&self, end: usize) -> impl Iterator<Item = &'a Timed> {
        let first = self.words.partition_point(|timed| timed.from + 1 < end);
        self.words[first..].iter().take_while(move |timed| timed.from <= end).filter(|timed| self.shares(timed))
    }

    fn shares(&self, timed: &Timed) -> bool {
        timed.languages & self.languages != 0
    }

    /// The token at a place of the line, or behind the blank there.
    fn token_at(&self, from: usize) -> Option<usize> {
        let at = self.normal.tokens.partition_point(|(start, _)| (*start as usize) < from);
        self.normal.tokens.get(at).filter(|(start, _)| *start as usize <= from + 1).map(|_| at)
    }
}

/// How long so many minutes are.
fn span(minutes: u32) -> Cue {
    match minutes {
        lasted if lasted <= HOURS => Cue::Hours,
        lasted if lasted <= DAYS => Cue::Days,
        _ => Cue::Weeks,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::{super::cues::Cues, *};

    static CUES: LazyLock<Cues> = LazyLock::new(Cues::shipped);

    fn cues(text: &str) -> Vec<Cue> {
        let mut found = Vec::new();
        CUES.find(&Normal::of(text), &mut found);
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

    fn spans(text: &str) -> Vec<Cue> {
        let found = cues(text).into_iter();
        found.filter(|cue| matches!(cue, Cue::Hours | Cue::Days | Cue::Weeks)).collect()
    }

    fn assert_no_span(texts: &[&str]) {
        for text in texts {
            assert_eq!(spans(text), [], "{text}");
        }
    }

    #[test]
    fn a_rhythm_is_no_span_and_a_year_is_no_number() {
        for text in [
            "it drops every 20 minutes",
            "des coupures toutes les 3 minutes",
            "it drops 3 times a day",
            "fällt alle 20 Minuten aus",
            "毎日3時間つながらない",
        ] {
            assert!(cues(text).contains(&Cue::Chronic), "{text}: {:?}", cues(text));
            assert_no_span(&[text]);
        }
        assert!(!cues("the 2024 days of code").contains(&Cue::Weeks));
    }

    #[test]
    fn prepositions_make_no_rhythm_of_a_span() {
        for text in ["sem internet por 3 horas", "na 3 dni bez netu", "sin internet por dos semanas"] {
            assert!(!cues(text).contains(&Cue::Chronic) && spans(text).len() == 1, "{text}: {:?}", cues(text));
        }
    }

    #[test]
    fn a_number_counts_only_what_stands_directly_behind_it() {
        assert_no_span(&[
            "second time this week",
            "out again at 10 last night",
            "no 4g this week",
            "a second time today",
            "3 calls a person this week",
            "les 3 j'ai pas compris",
            "have a good day",
        ]);
        assert_eq!(spans("third day without internet"), [Cue::Days]);
        assert_eq!(spans("3rd day without internet"), [Cue::Days]);
        assert_eq!(
            spans("two whole weeks without it, 3 more days, a couple of weeks"),
            [Cue::Weeks, Cue::Days, Cue::Weeks]
        );
        assert_eq!(spans("3 bonnes heures en panne, 3j sans fibre"), [Cue::Hours, Cue::Days]);
        assert_eq!(spans("seit drei ganzen Tagen offline"), [Cue::Days]);
        // A number of one language, and a unit of another.
        assert_no_span(&["kein Netz, nicht erreichbar, drei week"]);
    }

    #[test]
    fn a_time_of_the_day_is_no_span() {
        assert!(cues("plus de réseau à 20h").contains(&Cue::Now));
        assert_no_span(&[
            "plus de réseau à 20h",
            "panne le 12 à 20h",
            "kein Netz, um 18 h wieder",
            "it went down at 10h",
            "coupure vers 14h30",
            "se cayó a las 10 h",
            "caiu às 10h",
            "coupé jusqu'à 20h",
            "coupé de 8h à 20h",
            "coupé 8h-20h",
            "cortado de 8h a 20h",
            "guasto alle ore 10",
            "internet mati jam 3 hari ini",
        ]);
        assert_eq!(spans("plus de réseau depuis 8h, et là-bas depuis 48h"), [Cue::Hours, Cue::Days]);
        assert_eq!(spans("sin internet desde las 8h"), [Cue::Hours]);
        assert_eq!(spans("il y a 3 jours que c'est en panne"), [Cue::Days]);
        assert_eq!(spans("seit 2 bis 3 Stunden kein Netz"), [Cue::Hours]);
    }

    #[test]
    fn what_is_to_come_has_not_lasted() {
        assert_no_span(&[
            "fixed within 24 hours",
            "within 24-48 hours",
            "within a few days",
            "in the next 2 hours",
            "rétabli dans 5 jours",
            "rétabli sous 48h",
            "d'ici 3 jours",
            "dans les 3 prochains jours",
            "wieder da in 3 Tagen",
            "innerhalb von 24 Stunden",
            "dentro de 5 días",
            "sem internet, volta em até 24h",
            "guasto, torna entro 48 ore",
            "tra 3 giorni",
            "w ciągu 24 godzin",
            "za 3 dni",
            "3 gün içinde düzelir",
            "dalam 24 jam",
            "24時間以内に復旧",
            "24 घंटे में ठीक होगा",
            "خلال 24 ساعة",
        ]);
        assert!(cues("fixed within 24 hours").contains(&Cue::Soon));
        // What happened so often in so long.
        assert_eq!(spans("third outage in 3 days"), [Cue::Days]);
        assert_eq!(spans("troisième panne de fibre en 2 mois"), [Cue::Weeks]);
        assert_eq!(spans("in den letzten 3 Tagen kein Netz"), [Cue::Days]);
        assert_eq!(spans("down in the last 3 hours"), [Cue::Hours]);
    }

    #[test]
    fn years_are_of_a_life_and_not_of_an_outage() {
        assert!(cues("customer of yours, 5 years").contains(&Cue::Past));
        assert_no_span(&["customer of yours, 5 years", "j'ai 20 ans", "seit 3 Jahren Kunde", "cliente hace 5 años"]);
    }

    #[test]
    fn what_is_said_between_since_and_its_day_stays_unless_it_is_about_time() {
        assert_eq!(cues("since the outage on Friday no phone"), [Cue::Days, Cue::Down, Cue::Loss]);
        assert_eq!(cues("depuis vendredi plus de fibre"), [Cue::Days, Cue::Loss]);
    }
}
