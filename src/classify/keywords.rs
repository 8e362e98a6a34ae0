//! The baseline: a text is an outage when it has one of these words. What a model is worth shows beside it.

/// The words.
const WORDS: &[&str] = &[
    "down",
    "outage",
    "outages",
    "offline",
    "not working",
    "isn't working",
    "unavailable",
    "can't log in",
    "cannot access",
    "can't access",
    "error",
    "errors",
    "disruption",
    "degraded",
    "no signal",
    "no internet",
    "no service",
    "crashed",
    "panne",
    "plus d'internet",
    "ne fonctionne",
    "hors service",
    "störung",
    "ausfall",
    "ausgefallen",
    "nicht erreichbar",
    "caído",
    "caída",
    "se cayó",
    "fora do ar",
    "caiu",
    "non funziona",
    "disservizio",
    "nie działa",
    "awaria",
    "çöktü",
    "gangguan",
    "障害",
    "ठप",
    "عطل",
];

/// Whether a text has one of them.
pub fn speaks_of_an_outage(text: &str) -> bool {
    let text = text.to_lowercase().replace('’', "'");
    WORDS.iter().any(|word| text.contains(word))
}
