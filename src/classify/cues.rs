//! Cues: phrases of twelve languages that mean the same to a judge (`it is down`, `anyone else?`, `scheduled
//! maintenance`). What is learned of a cue in one language holds in all. The data is `data/cues.txt`.

use std::collections::BTreeMap;

use super::{
    lasting::{self, Amount, TimeWord, Timed},
    normal::Normal,
    places::Places,
};
use crate::text::{data::lines, letters::is_unspaced, phrases::Phrases};

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $says:literal;)*) => {
        /// What a phrase tells.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cue { $($(#[$doc])* $name,)* }
        impl Cue {
            /// Every cue, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// Its word in the data.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            /// What it is in a reason.
            pub fn says(self) -> &'static str { match self { $(Self::$name => $says,)* } }
        }
    };
}

cues! {
    /// A service does not answer: `is down`, `outage`.
    Down = "down", "says it is down";
    /// An access line is dead: `no signal`.
    Loss = "loss", "says there is no connection";
    /// Something of it fails: `error`, `not working`.
    Fail = "fail", "says it fails";
    /// It is slow or worse than usual.
    Slow = "slow", "says it is slow";
    /// Are others hit too?
    Else = "else", "asks whether others are hit";
    /// Many are hit: an area, users, the world.
    Many = "many", "says many are hit";
    /// It is now, or recent.
    Now = "now", "says it is now";
    /// It is over.
    Fixed = "fixed", "says it is over";
    /// An operator is looking.
    Investigating = "investigating", "an operator is looking";
    /// The cause is known, a fix is under way.
    Identified = "identified", "the cause is known";
    /// A fix is being watched.
    Monitoring = "monitoring", "a fix is being watched";
    /// Planned work.
    Maintenance = "maintenance", "announces maintenance";
    /// Electricity, water, transport, weather.
    Utility = "utility", "speaks of power, water, transport or weather";
    /// What is out is an online or network service.
    Thing = "thing", "speaks of an online service";
    /// One household's line or one person's account.
    Own = "own", "speaks of an own line, device or account";
    /// Weak or slow for long.
    Chronic = "chronic", "complains of lasting quality";
    /// For minutes or hours, a day and a half at most.
    Hours = "hours", "says it has been so for hours";
    /// For days, eight at most.
    Days = "days", "says it has been so for days";
    /// For weeks, months or years.
    Weeks = "weeks", "says it has been so for weeks";
    /// What if, in case.
    Hypothetical = "hypothetical", "is a hypothesis";
    /// Long ago.
    Past = "past", "speaks of the past";
    /// Closing for good.
    Closing = "closing", "speaks of closing for good";
    /// Breach, vulnerability, malware.
    Security = "security", "speaks of security";
    /// Attack that may take something down.
    Attack = "attack", "speaks of an attack";
    /// Prices, shares, sales.
    Money = "money", "speaks of prices or money";
    /// Moods, sport, idioms with the same words.
    Idiom = "idiom", "uses the word in another sense";
    /// A fault of an app or a device.
    Bug = "bug", "speaks of a bug or a device";
    /// Nobody answers the telephone.
    Support = "support", "speaks of customer service";
    /// What happened, told afterwards.
    Postmortem = "postmortem", "tells afterwards what happened";
    /// Names a cause.
    Cause = "cause", "names a cause";
    /// It works.
    Works = "works", "says it works";
    /// There is no outage.
    Denied = "denied", "says there is none";
    /// A place, with what makes it one.
    Place = "place", "says where";
    /// What is out goes over the air.
    Mobile = "mobile", "speaks of a mobile network";
    /// What is out is a line into a house.
    Line = "fixed-line", "speaks of a fixed line";
    /// When it will be: `within 24 hours`.
    Soon = "soon", "says when it will be";
    /// Selling, launching, releasing.
    Launch = "launch", "speaks of an offer or a launch";
    /// What to do, how to tell, best practice.
    Advice = "advice", "is advice";
    /// Only if or when something is so.
    Condition = "condition", "says only if or when";
    /// Whether it is so, when it will be.
    Asks = "asks", "asks whether or when";
}

/// The languages of the data, English first: it is understood everywhere, every other one only where it is spoken.
pub const LANGUAGES: [&str; 12] = ["en", "de", "fr", "es", "pt", "it", "pl", "tr", "id", "ja", "hi", "ar"];

/// The bit of English in a set of languages.
const ENGLISH: u16 = 1;

/// A cue found in a line: which, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub cue: Cue,
    /// The languages in which the phrase means so, as bits in the order of [`LANGUAGES`].
    languages: u16,
    /// It is an amount of time, which hides nothing but what is about time.
    is_amount: bool,
    /// Where it starts in the line …
    pub from: usize,
    /// … and ends.
    pub to: usize,
}

/// The table of all phrases.
#[derive(Debug, Clone)]
pub struct Cues {
    /// Every one begins with the blank before it, or with a letter of a script without blanks.
    phrases: Phrases<Said>,
    places: Places,
}

/// What a phrase says, and in which languages.
type Said = (Meaning, u16);

/// What a phrase is to a judge: a cue, or a word that amounts of time are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Cue(Cue),
    Time(TimeWord),
}

impl Cues {
    /// The one in the crate.
    pub fn shipped() -> Self {
        let mut phrases: BTreeMap<(String, Meaning), u16> = BTreeMap::new();
        for (phrase, cue, language) in entries(include_str!("data/cues.txt"), cue) {
            *phrases.entry((phrase, Meaning::Cue(cue))).or_default() |= language;
        }
        for (phrase, word, language) in entries(include_str!("data/lasting.txt"), TimeWord::named) {
            if word.is_unit() && !phrase.trim_start().starts_with(|letter| letter == '0' || is_unspaced(letter)) {
                let joined = format!(" 0{}", phrase.trim_start());
                *phrases.entry((joined, Meaning::Time(word))).or_default() |= language;
            }
            *phrases.entry((phrase, Meaning::Time(word))).or_default() |= language;
        }
        let phrases = phrases.into_iter().map(|((phrase, meaning), languages)| (phrase, (meaning, languages)));
        Self { phrases: Phrases::new(phrases).expect("no phrase of the data is empty"), places: Places::shipped() }
    }

    /// Every cue of a line, in order, and the language (a place in [`LANGUAGES`]) that most of them are in. One inside
    /// a longer one is hidden: a `power outage` is no `outage`.
    pub fn find(&self, normal: &Normal, into: &mut Vec<Found>) -> usize {
        into.clear();
        let mut times = Vec::new();
        for (from, to) in normal.tokens.iter().map(|(from, to)| (*from as usize, *to as usize)) {
            self.beginning_at(&normal.line, from - 1, into, &mut times);
            if normal.line[from..to].starts_with(is_unspaced) {
                let letters = normal.line[from..to].char_indices();
                letters.for_each(|(at, _)| self.beginning_at(&normal.line, from + at, into, &mut times));
            }
        }
        let language = spoken(into);
        let understood = ENGLISH | 1 << language;
        into.retain(|found| found.languages & understood != 0);
        times.retain(|timed| timed.languages & understood != 0);
        let told = |cue, is_amount, from, to| Found { cue, languages: understood, is_amount, from, to };
        let mut amounts: Vec<Amount> = lasting::amounts(normal, &mut times).collect();
        if !amounts.is_empty() {
            hide_times(into, &mut amounts);
            into.extend(amounts.iter().filter_map(|amount| Some(told(amount.cue?, true, amount.from, amount.to))));
        }
        into.extend(self.places.find(normal, language).map(|(from, to)| told(Cue::Place, false, from, to)));
        hide_shorter(into);
        language
    }

    /// The cues and words of time that begin at a place of a line.
    fn beginning_at(&self, line: &str, from: usize, cues: &mut Vec<Found>, times: &mut Vec<Timed>) {
        for (said, length) in self.phrases.beginning(&line[from..]) {
            let to = from + length;
            for (meaning, languages) in said.iter().copied() {
                match meaning {
                    Meaning::Cue(cue) => cues.push(Found { cue, languages, is_amount: false, from, to }),
                    Meaning::Time(word) => times.push(Timed { word, languages, from, to }),
                }
            }
        }
    }
}

/// Takes out the cues that an amount of time hides.
fn hide_times(found: &mut Vec<Found>, amounts: &mut [Amount]) {
    found.sort_unstable_by_key(|found| found.from);
    amounts.sort_unstable_by_key(|amount| amount.from);
    let mut next = amounts.iter().peekable();
    let mut covering: Option<&Amount> = None;
    found.retain(|found| {
        while let Some(amount) = next.next_if(|amount| amount.from <= found.from) {
            covering = covering.filter(|known| known.to >= amount.to).or(Some(amount));
        }
        !covering.is_some_and(|amount| amount.hides(found.cue, found.from, found.to))
    });
}

/// Puts cues in order and takes out those inside a longer one. The very same words may be two cues.
fn hide_shorter(found: &mut Vec<Found>) {
    let order = |found: &Found| (found.from, usize::MAX - found.to, found.cue);
    found.sort_unstable_by_key(order);
    found.dedup_by_key(|found| order(found));
    let (mut end, mut longest) = (0, 0);
    found.retain(|found| {
        let kept = found.to > end || (found.to == end && found.from == longest);
        if found.to > end && !found.is_amount {
            (end, longest) = (found.to, found.from);
        }
        kept
    });
}

/// Whether a phrase says which language a text is in. Announcements of maintenance must not change how the rest is
/// read; of networks and places only words of one language tell it (`zasięg`), not those of many (`4g`, `sms`,
/// `wifi`).
fn tells_language(found: &Found) -> bool {
    match found.cue {
        Cue::Maintenance => false,
        Cue::Mobile | Cue::Line | Cue::Place => found.languages.is_power_of_two(),
        _ => true,
    }
}

/// The language with the most words among the phrases; English where nothing speaks for another.
fn spoken(found: &[Found]) -> usize {
    let mut bytes = [0_usize; LANGUAGES.len()];
    for found in found.iter().filter(|found| tells_language(found)) {
        let mut languages = found.languages;
        while languages != 0 {
            if let Some(bytes) = bytes.get_mut(languages.trailing_zeros() as usize) {
                *bytes += found.to - found.from;
            }
            languages &= languages - 1;
        }
    }
    let most = bytes.iter().max().copied().unwrap_or_default();
    bytes.iter().position(|bytes| *bytes == most).unwrap_or_default()
}

/// The data: `cue language: phrase; phrase; stem*`. A star lets the last word go on.
fn entries<T: Copy>(data: &str, named: impl Fn(&str) -> Option<T>) -> impl Iterator<Item = (String, T, u16)> {
    lines(data).filter_map(move |text| line(text, &named)).flat_map(|(meaning, language, phrases)| {
        let phrases = phrases.split(';').map(str::trim).filter(|phrase| !phrase.is_empty());
        phrases.map(move |phrase| (pattern(phrase), meaning, 1 << language))
    })
}

fn line<T>(line: &str, named: impl Fn(&str) -> Option<T>) -> Option<(T, usize, &str)> {
    let (head, phrases) = line.split_once(':')?;
    let (meaning, language) = head.split_once(' ')?;
    let language = LANGUAGES.iter().position(|known| *known == language)?;
    Some((named(meaning)?, language, phrases))
}

fn cue(word: &str) -> Option<Cue> {
    Cue::ALL.iter().copied().find(|known| known.as_str() == word)
}

/// A phrase as it stands in a line: between blanks, but for stems and for scripts without blanks.
fn pattern(phrase: &str) -> String {
    let stem = phrase.strip_suffix('*');
    let line = Normal::phrase(stem.unwrap_or(phrase));
    let line = if stem.is_some() { line.trim_end() } else { line.as_str() };
    let first = line.trim_start().chars().next();
    let last = line.trim_end().chars().next_back();
    let line = if first.is_some_and(is_unspaced) { line.trim_start() } else { line };
    if last.is_some_and(is_unspaced) { line.trim_end().to_owned() } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_read() {
        let phrases = include_str!("data/cues.txt");
        for text in lines(phrases) {
            assert!(line(text, cue).is_some(), "{text}");
        }
        for text in lines(include_str!("data/lasting.txt")) {
            assert!(line(text, TimeWord::named).is_some(), "{text}");
        }
        for (phrase, word, _) in entries(include_str!("data/lasting.txt"), TimeWord::named) {
            assert!(word.is_unit() || phrase.len() <= lasting::REACH, "{phrase:?} is longer than is looked back");
        }
        let is_letter =
            |phrase: &str| phrase.trim().chars().count() < 2 && phrase.trim() != "%" && phrase.trim() >= " ";
        for (phrase, cue, _) in entries(phrases, cue).filter(|(phrase, _, _)| phrase.trim().is_ascii()) {
            assert!(!is_letter(&phrase), "{phrase:?} of {cue:?}");
        }
    }

    #[test]
    fn a_longer_cue_hides_the_one_inside_it() {
        let cues = Cues::shipped();
        let mut found = Vec::new();
        cues.find(&Normal::of("Power outage in town, is the site down?"), &mut found);
        let cues: Vec<Cue> = found.iter().map(|found| found.cue).collect();
        assert!(cues.contains(&Cue::Utility) && !cues.iter().take(1).any(|cue| *cue == Cue::Down), "{cues:?}");
    }

    #[test]
    fn an_amount_of_time_hides_only_what_is_about_time() {
        let in_words = |cue, is_amount, from, to| Found { cue, languages: ENGLISH, is_amount, from, to };
        let mut found = vec![in_words(Cue::Days, false, 4, 9), in_words(Cue::Fail, false, 4, 9)];
        let mut amounts = [Amount { cue: Some(Cue::Days), from: 2, to: 12 }];
        hide_times(&mut found, &mut amounts);
        found.push(in_words(Cue::Days, true, 2, 12));
        hide_shorter(&mut found);
        let cues: Vec<(Cue, usize)> = found.iter().map(|found| (found.cue, found.from)).collect();
        assert_eq!(cues, [(Cue::Days, 2), (Cue::Fail, 4)]);
    }

    #[test]
    fn everyday_words_are_no_words_of_networks() {
        let cues = Cues::shipped();
        let mut found = Vec::new();
        for text in [
            "she texts, an exchange in the hub, a cabinet",
            "erreur d'accès aux data, à l'étape 2, player en prise",
            "Störung im Anschluss, unter der Leitung von Handy und Fernsehen",
            "error en la base de datos, sueldo fijo, la tele",
            "fora do ar, sim, ao cabo do mundo fixo",
            "non funziona il campo dati, linea fisso",
            "nie działa, dane i rozmowy, gniazdko, komputer stacjonarny",
            "çöktü, arama hat port altyapı",
            "gangguan los kartu kuota telepon",
            "障害 観光 固定 スマホ",
            "العطل خط احمر رسائل البيانات",
        ] {
            cues.find(&Normal::of(text), &mut found);
            let networks = found.iter().filter(|found| matches!(found.cue, Cue::Mobile | Cue::Line));
            assert_eq!(networks.count(), 0, "{text}: {found:?}");
        }
    }

    #[test]
    fn words_of_networks_and_places_tell_no_language_that_they_share() {
        let polish = 1 << LANGUAGES.iter().position(|language| *language == "pl").unwrap_or_default();
        let german = 1 << LANGUAGES.iter().position(|language| *language == "de").unwrap_or_default();
        let found = |cue, languages| Found { cue, languages, is_amount: false, from: 0, to: 9 };
        for cue in [Cue::Mobile, Cue::Line, Cue::Place] {
            assert_eq!(LANGUAGES[spoken(&[found(cue, polish | german)])], "en", "{cue:?}");
            assert_eq!(LANGUAGES[spoken(&[found(cue, polish)])], "pl", "{cue:?}");
        }
        assert_eq!(LANGUAGES[spoken(&[found(Cue::Maintenance, polish)])], "en");
    }

    #[test]
    fn words_of_a_customer_say_nothing_of_others_of_an_end_or_of_an_operator() {
        let cues = Cues::shipped();
        let misread = [
            ("vos services clients ne fonctionnent pas", Cue::Many),
            ("plusieurs fois tous les jours une panne", Cue::Many),
            ("je suis client chez vous, est-ce normal ?", Cue::Else),
            ("plus d'internet depuis 48h", Cue::Now),
            ("toujours pas de retour de votre part", Cue::Fixed),
            ("j'ai signalé la panne", Cue::Investigating),
            ("la coupe du monde ce soir", Cue::Loss),
        ];
        for (text, cue) in misread {
            let mut found = Vec::new();
            cues.find(&Normal::of(text), &mut found);
            let says = found.iter().filter(|found| found.cue == cue).count();
            // `depuis` itself says that it is now; the amount behind it does not.
            assert_eq!(says, usize::from(cue == Cue::Now), "{text}: {found:?}");
        }
    }
}
