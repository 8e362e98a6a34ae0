//! Judging: is it about an outage, of which service, and why? Pure.
//!
//! This is the first judge, `lexicon-1`: weighted phrases and the catalogue's names. It is a baseline behind the seam
//! that a trained one will use: whoever judges takes a [`Text`] and gives a [`Verdict`] with its reasons.

mod attribution;
mod lexicon;

use crate::{
    catalogue::{Catalogue, alias::AliasTable},
    model::{Incident, IncidentKind, Item, ItemKind, Role, Scope, Verdict, verdict::Attribution},
    text::words::words,
};

use attribution::attribute;
use lexicon::Lexicon;

/// What judged: stored with every verdict.
pub const VERSION: &str = "lexicon-1";

/// How much of a text is judged, in bytes: what an article is about it says at its beginning.
const JUDGED: usize = 16 * 1024;

/// Weight at which a text that names a service speaks of an outage, and one that names none: the best F1 on a set of
/// labelled texts kept apart from those that `tests/it/judging.rs` measures on.
const WITH_SERVICE: f32 = 0.5;
const WITHOUT_SERVICE: f32 = 0.8;

/// Weight of words that is a second cue for an ambiguous name: more than a bare ‘down’.
const SECOND_CUE: f32 = 0.8;

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Its kind.
    pub kind: ItemKind,
    /// Its title; may be empty.
    pub title: &'a str,
    /// Its text; may be empty.
    pub text: &'a str,
}

/// The judge. Building it takes a while; it is built once and shared.
#[derive(Debug, Clone)]
pub struct Classifier {
    catalogue: Catalogue,
    aliases: AliasTable,
    lexicon: Lexicon,
}

impl Classifier {
    /// A judge that knows these services.
    pub fn new(catalogue: &Catalogue) -> Self {
        Self { catalogue: catalogue.clone(), aliases: AliasTable::new(catalogue), lexicon: Lexicon::shipped() }
    }

    /// Judges a text.
    pub fn judge(&self, subject: Text<'_>) -> Verdict {
        let whole = whole(subject);
        let words = words(&whole);
        let mut findings = self.lexicon.find(&words);
        // An article mentions much; what is not in its title counts half.
        if !subject.title.is_empty() && subject.kind != ItemKind::Post {
            let in_title = self.lexicon.find(&crate::text::words::words(subject.title));
            findings.halve_but(&in_title);
        }
        let (services, mut why) = attribute(&whole, &self.catalogue, &self.aliases, findings.weight >= SECOND_CUE);
        let threshold = if services.is_empty() { WITHOUT_SERVICE } else { WITH_SERVICE };
        let outage = findings.weight >= threshold;
        let mut reasons = findings.reasons;
        reasons.append(&mut why);
        Verdict {
            outage,
            // A weight, not a probability: half at the threshold.
            score: (findings.weight / threshold / 2.0).clamp(0.0, 1.0),
            scope: Scope::Unclear,
            services,
            phase: None,
            symptoms: Vec::new(),
            cause: None,
            why: reasons,
            version: VERSION.to_owned(),
        }
    }

    /// Whether a text of a stream may be about an outage at all: it names a service, or holds a phrase of one. What does
    /// not pass is dropped unjudged.
    pub fn gate(&self, text: &str) -> bool {
        self.aliases.mentions(text).next().is_some() || !self.lexicon.find(&words(text)).reasons.is_empty()
    }

    /// Judges an item.
    pub fn judge_item(&self, item: &Item) -> Verdict {
        self.judge(Text { kind: item.kind, title: &item.title, text: &item.text })
    }

    /// Judges an official incident: what the page calls one is one, unless it is maintenance.
    pub fn judge_incident(&self, incident: &Incident) -> Verdict {
        let text = incident.text();
        let mut verdict = self.judge(Text { kind: ItemKind::StatusUpdate, title: &incident.title, text: &text });
        verdict.outage = incident.kind == IncidentKind::Outage;
        verdict.score = if verdict.outage { 1.0 } else { 0.0 };
        verdict.phase = Some(incident.phase.as_str().to_owned());
        if let Some(name) = &incident.service {
            verdict.services.retain(|service| service.name != *name);
            verdict.services.insert(0, Attribution { name: name.clone(), role: Role::Affected });
            verdict.why.insert(0, format!("stands on the status page of {name}"));
        }
        let official = if verdict.outage { "an official incident" } else { "announces maintenance on a status page" };
        verdict.why.insert(0, official.to_owned());
        verdict
    }

    /// The service whose status page is on this host.
    pub fn service_of_page(&self, host: &str) -> Option<String> {
        self.catalogue.by_status_host(host).map(|service| service.name.clone())
    }
}

/// Title and text joined by a line feed (DESIGN section 7), without trailing addresses, which say nothing.
fn whole(subject: Text<'_>) -> String {
    let joined = match (subject.title.is_empty(), subject.text.is_empty()) {
        (false, false) => format!("{}\n{}", subject.title, subject.text),
        (false, true) => subject.title.to_owned(),
        _ => subject.text.to_owned(),
    };
    let mut kept = joined.trim_end();
    while let Some(last) =
        kept.split_whitespace().next_back().filter(|last| last.starts_with("http://") || last.starts_with("https://"))
    {
        kept = kept[..kept.len() - last.len()].trim_end();
    }
    let end = (0..=kept.len().min(JUDGED)).rev().find(|at| kept.is_char_boundary(*at)).unwrap_or(0);
    kept[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judge(text: &str) -> Verdict {
        Classifier::new(&Catalogue::built_in()).judge(Text { kind: ItemKind::Post, title: "", text })
    }

    #[test]
    fn complaints_are_outages_and_what_sounds_like_them_is_not() {
        for text in [
            "ChatGPT is down",
            "is chatgpt down for anyone else?",
            "Getting internal server error from the OpenAI API",
            "Cloudflare outage takes half the web offline",
            "Störung bei Azure: Dienste nicht erreichbar",
            "ChatGPT en panne",
            "ChatGPTが落ちた、障害？",
            "#chatgptdown not working",
        ] {
            let verdict = judge(text);
            assert!(verdict.outage, "{text}: {verdict:?}");
            assert!(!verdict.why.is_empty() && !verdict.services.is_empty(), "{text}: {verdict:?}");
        }
        for text in [
            "Dropbox shares fell, stock price is down",
            "Power outage in the city after the storm",
            "ChatGPT has a new voice",
            "GitHub scheduled maintenance: the site may be unavailable",
            "How to sit down with Claude",
            "put it down in a box",
        ] {
            assert!(!judge(text).outage, "{text}: {:?}", judge(text));
        }
    }

    #[test]
    fn an_upstream_service_has_its_role() {
        let verdict = judge("ChatGPT is down, caused by a power failure at Microsoft Azure");
        let roles: Vec<_> = verdict.services.iter().map(|service| (service.name.as_str(), service.role)).collect();
        assert_eq!(roles, [("ChatGPT", Role::Affected), ("Microsoft Azure", Role::Upstream)]);
    }

    #[test]
    fn an_ambiguous_name_needs_a_second_cue() {
        assert!(judge("a box of chocolates and a strong signal").services.is_empty());
        assert_eq!(judge("Box is down, cannot access any file").services[0].name, "Box");
    }

    proptest! {
        #[test]
        fn case_blanks_and_trailing_addresses_do_not_change_a_verdict(
            words in proptest::collection::vec("chatgpt|azure|is|down|outage|not working|price|the|again|box", 1..8)
        ) {
            let plain = judge(&words.join(" "));
            let loud = judge(&format!("  {}  https://example.org/x", words.join("   ").to_uppercase()));
            prop_assert_eq!((plain.outage, plain.score, plain.services), (loud.outage, loud.score, loud.services));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let verdict = judge(&text);
            prop_assert!((0.0..=1.0).contains(&verdict.score));
        }
    }
}
