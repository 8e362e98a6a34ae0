//! The words of time in English, German, French, Spanish, Portuguese and Italian, folded (lower case, no accents).

use std::{collections::HashSet, hash::BuildHasherDefault, sync::LazyLock};

use crate::facts::pattern::{WordHasher, listed};

/// Words that an atom of a time (or a length of time) can begin with: nine words of ten are none of them, and are looked
/// at no further.
static STARTS: LazyLock<HashSet<&'static str, BuildHasherDefault<WordHasher>>> =
    LazyLock::new(|| listed(include_str!("../data/time_starts.txt")).collect());

/// Whether a time or a length of time can begin with a word.
pub(in crate::facts) fn may_begin(word: &str) -> bool {
    STARTS.contains(word)
}

/// A part of the day: the hour at which its six hours begin (`news` convention: night 0, morning 6, afternoon 12,
/// evening 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::facts) enum Part {
    /// From midnight.
    Night,
    /// From 6.
    Morning,
    /// From 12.
    Afternoon,
    /// From 18.
    Evening,
}

impl Part {
    /// The hour at which it begins.
    pub(in crate::facts) fn hour(self) -> i8 {
        match self {
            Self::Night => 0,
            Self::Morning => 6,
            Self::Afternoon => 12,
            Self::Evening => 18,
        }
    }
}

/// The names of months, January first. Short forms are those that are written before or after a day.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "janner", "janvier", "janv", "enero", "ene", "janeiro", "gennaio", "genn"],
    &["february", "feb", "februar", "fevrier", "fevr", "fev", "febrero", "fevereiro", "febbraio", "febb"],
    &["march", "mar", "marz", "maerz", "mars", "marzo", "marco"],
    &["april", "apr", "avril", "avr", "abril", "abr", "aprile"],
    &["may", "mai", "mayo", "maio", "maggio", "magg"],
    &["june", "jun", "juni", "juin", "junio", "junho", "giugno"],
    &["july", "jul", "juli", "juillet", "juil", "julio", "julho", "luglio"],
    &["august", "aug", "aout", "agosto", "ago"],
    &["september", "sept", "sep", "septembre", "septiembre", "setiembre", "setembro", "settembre", "set", "sett"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre", "outubro", "ottobre", "ott"],
    &["november", "nov", "novembre", "noviembre", "novembro"],
    &["december", "dec", "dezember", "dez", "decembre", "diciembre", "dic", "dezembro", "dicembre"],
];

/// The names of weekdays, Monday first.
const WEEKDAYS: [&[&str]; 7] = [
    &[
        "monday",
        "mon",
        "montag",
        "lundi",
        "lunes",
        "segunda",
        "lunedi",
        "montagmorgen",
        "montagabend",
        "montagnachmittag",
        "montagvormittag",
    ],
    &[
        "tuesday",
        "tue",
        "tues",
        "dienstag",
        "mardi",
        "martes",
        "terca",
        "martedi",
        "dienstagmorgen",
        "dienstagabend",
        "dienstagnachmittag",
        "dienstagvormittag",
    ],
    &[
        "wednesday",
        "wed",
        "mittwoch",
        "mercredi",
        "miercoles",
        "quarta",
        "mercoledi",
        "mittwochmorgen",
        "mittwochabend",
        "mittwochnachmittag",
        "mittwochvormittag",
    ],
    &[
        "thursday",
        "thu",
        "thur",
        "thurs",
        "donnerstag",
        "jeudi",
        "jueves",
        "quinta",
        "giovedi",
        "donnerstagmorgen",
        "donnerstagabend",
        "donnerstagnachmittag",
        "donnerstagvormittag",
    ],
    &[
        "friday",
        "fri",
        "freitag",
        "vendredi",
        "viernes",
        "sexta",
        "venerdi",
        "freitagmorgen",
        "freitagabend",
        "freitagnachmittag",
        "freitagvormittag",
    ],
    &[
        "saturday",
        "sat",
        "samstag",
        "sonnabend",
        "samedi",
        "sabado",
        "sabato",
        "samstagmorgen",
        "samstagabend",
        "samstagnachmittag",
        "samstagvormittag",
    ],
    &[
        "sunday",
        "sun",
        "sonntag",
        "dimanche",
        "domingo",
        "domenica",
        "sonntagmorgen",
        "sonntagabend",
        "sonntagnachmittag",
        "sonntagvormittag",
    ],
];

/// Short names of weekdays that are words of their own: only beside a date or clock.
const SHORT: [&str; 11] = ["mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "sexta"];

fn position(table: &[&[&str]], word: &str) -> Option<i8> {
    table.iter().position(|names| names.contains(&word)).and_then(|at| i8::try_from(at).ok())
}

/// The number of a month, 1 to 12.
pub(in crate::facts) fn month(word: &str) -> Option<i8> {
    if !(3..=10).contains(&word.len()) {
        return None;
    }
    position(&MONTHS, word).map(|at| at + 1)
}

/// Whether the name of a month is also another word, or short: it needs a day beside it.
pub(in crate::facts) fn month_needs_day(word: &str) -> bool {
    word.len() <= 4 || matches!(word, "march" | "marco" | "august" | "agosto" | "april")
}

/// The number of a weekday, Monday 0, and whether the word needs a date or clock beside it.
pub(in crate::facts) fn weekday(word: &str) -> Option<(i8, bool)> {
    if !(3..=20).contains(&word.len()) {
        return None;
    }
    position(&WEEKDAYS, word)
        .map(|at| (at, SHORT.contains(&word) || matches!(word, "segunda" | "quarta" | "quinta" | "terca")))
}

/// The part of the day in a German compound: `montagabend`.
pub(in crate::facts) fn part_of_compound(word: &str) -> Option<Part> {
    [("morgen", Part::Morning), ("vormittag", Part::Morning), ("nachmittag", Part::Afternoon), ("abend", Part::Evening)]
        .into_iter()
        .find(|(ending, _)| word.len() > ending.len() && word.ends_with(ending) && weekday(word).is_some())
        .map(|(_, part)| part)
}

/// Days from the day of publication, and the part of the day that the word includes.
pub(in crate::facts) fn day_word(word: &str) -> Option<(i8, Option<Part>)> {
    Some(match word {
        "today" | "heute" | "aujourd'hui" | "hoy" | "hoje" | "oggi" => (0, None),
        "tonight" | "stasera" => (0, Some(Part::Evening)),
        "stamattina" | "stamani" | "stamane" => (0, Some(Part::Morning)),
        "stanotte" => (0, Some(Part::Night)),
        "yesterday" | "gestern" | "hier" | "ayer" | "ontem" | "ieri" => (-1, None),
        "anoche" | "iersera" => (-1, Some(Part::Evening)),
        "vorgestern" | "anteayer" | "anteontem" | "altroieri" => (-2, None),
        "tomorrow" | "demain" | "manana" | "amanha" | "domani" | "morgen" => (1, None),
        _ => return None,
    })
}

/// The part of the day of a word.
pub(in crate::facts) fn part(word: &str) -> Option<Part> {
    Some(match word {
        "night" | "overnight" | "nacht" | "nuit" | "noche" | "noite" | "notte" | "madrugada" => Part::Night,
        "morning" | "mornings" | "morgen" | "fruh" | "vormittag" | "morgens" | "vormittags" | "matin" | "matinee"
        | "manana" | "manha" | "mattina" | "mattino" | "mattinata" => Part::Morning,
        "afternoon" | "nachmittag" | "nachmittags" | "mittags" | "apres-midi" | "midi" | "tarde" | "pomeriggio" => {
            Part::Afternoon
        }
        "evening" | "abend" | "abends" | "soir" | "soiree" | "sera" | "serata" => Part::Evening,
        _ => return None,
    })
}

/// A small number in words.
pub(in crate::facts) fn number(word: &str) -> Option<i64> {
    Some(match word {
        "a" | "an" | "one" | "ein" | "eine" | "einer" | "einem" | "einen" | "un" | "une" | "una" | "um" | "uma"
        | "uno" => 1,
        "two" | "zwei" | "deux" | "dos" | "dois" | "duas" | "due" | "couple" => 2,
        "three" | "drei" | "trois" | "tres" | "tre" => 3,
        "four" | "vier" | "quatre" | "cuatro" | "quatro" | "quattro" => 4,
        "five" | "funf" | "cinq" | "cinco" | "cinque" => 5,
        "six" | "sechs" | "seis" | "sei" => 6,
        "seven" | "sieben" | "sept" | "siete" | "sete" | "sette" => 7,
        "eight" | "acht" | "huit" | "ocho" | "oito" | "otto" => 8,
        "nine" | "neun" | "neuf" | "nueve" | "nove" => 9,
        "ten" | "zehn" | "dix" | "diez" | "dez" | "dieci" => 10,
        "eleven" | "elf" | "onze" | "once" | "undici" => 11,
        "twelve" | "zwolf" | "douze" | "doce" | "doze" | "dodici" => 12,
        "fifteen" | "funfzehn" | "quinze" | "quince" | "quindici" => 15,
        "twenty" | "zwanzig" | "vingt" | "veinte" | "vinte" | "venti" => 20,
        "thirty" | "dreissig" | "trente" | "treinta" | "trinta" | "trenta" => 30,
        "forty" | "vierzig" | "quarante" | "cuarenta" | "quarenta" | "quaranta" => 40,
        "fifty" | "funfzig" | "cinquante" | "cincuenta" | "cinquenta" | "cinquanta" => 50,
        "sixty" => 60,
        "ninety" => 90,
        _ => return None,
    })
}

/// Minutes of a unit of time.
pub(in crate::facts) fn unit(word: &str) -> Option<i64> {
    Some(match word {
        "minute" | "minutes" | "min" | "mins" | "minuten" | "minuto" | "minutos" | "minuti" => 1,
        "hour" | "hours" | "hr" | "hrs" | "stunde" | "stunden" | "heure" | "heures" | "hora" | "horas" | "ora"
        | "ore" => 60,
        "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "dia" | "dias" | "giorno" | "giorni" => 1440,
        "week" | "weeks" | "woche" | "wochen" | "semaine" | "semaines" | "semana" | "semanas" | "settimana"
        | "settimane" => 10_080,
        _ => return None,
    })
}

/// Words that stand in front of a clock time.
pub(in crate::facts) fn before_clock(word: &str) -> bool {
    matches!(
        word,
        "at" | "around"
            | "about"
            | "approximately"
            | "by"
            | "until"
            | "till"
            | "since"
            | "from"
            | "before"
            | "after"
            | "between"
            | "um"
            | "gegen"
            | "seit"
            | "ab"
            | "bis"
            | "von"
            | "nach"
            | "vor"
            | "kurz"
            | "a"
            | "vers"
            | "depuis"
            | "des"
            | "environ"
            | "jusqu'a"
            | "entre"
            | "avant"
            | "apres"
            | "las"
            | "la"
            | "desde"
            | "hasta"
            | "sobre"
            | "as"
            | "das"
            | "ate"
            | "partir"
            | "volta"
            | "alle"
            | "ore"
            | "dalle"
            | "verso"
            | "fino"
            | "circa"
            | "dall'"
            | "all'"
    )
}
