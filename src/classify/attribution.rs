//! Which services a text speaks of, and in which role.

use crate::{
    catalogue::{
        Catalogue,
        alias::{AliasTable, How},
    },
    model::{Role, verdict::Attribution},
};

/// Words after which a service is the cause, not the one affected.
const UPSTREAM: [&str; 12] = [
    "due to",
    "caused by",
    "because of",
    "upstream provider",
    "outage at",
    "failure at",
    "trouble at",
    "problem at",
    "issue at",
    "problems with its provider",
    "wegen",
    "à cause de",
];

/// How far before a name such words count, in bytes.
const BEFORE: usize = 60;

/// Services of a text at most: a text that names more is a list.
const MOST: usize = 12;

/// The services that `text` names, each once, and the reasons. An ambiguous name counts only beside a second cue: words
/// of an outage, its owner, or another name of the same service.
pub fn attribute(
    text: &str,
    catalogue: &Catalogue,
    aliases: &AliasTable,
    speaks_of_trouble: bool,
) -> (Vec<Attribution>, Vec<String>) {
    let services = catalogue.services();
    let mentions: Vec<_> = aliases.mentions(text).collect();
    let mut attributions: Vec<Attribution> = Vec::new();
    let mut reasons = Vec::new();
    for mention in &mentions {
        let Some(service) = services.get(mention.service) else { continue };
        let word = text.get(mention.from..mention.to).unwrap_or_default();
        let is_capital = word.chars().next().is_some_and(char::is_uppercase);
        let named_otherwise = mentions.iter().any(|other| {
            let same_owner = services.get(other.service).is_some_and(|known| known.owner == service.owner);
            same_owner && other.how != How::Ambiguous
        });
        let counts = mention.how != How::Ambiguous
            || named_otherwise
            || (speaks_of_trouble && (is_capital || all_one_case(text)));
        if !counts || attributions.iter().any(|known| known.name == service.name) || attributions.len() >= MOST {
            continue;
        }
        let role = role(text, mention.from);
        reasons.push(reason(&service.name, word, mention.how, role));
        attributions.push(Attribution { name: service.name.clone(), role });
    }
    (attributions, reasons)
}

/// Where everything (or nothing) is in capitals, a capital tells nothing.
fn all_one_case(text: &str) -> bool {
    !text.chars().any(char::is_uppercase) || !text.chars().any(char::is_lowercase)
}

fn role(text: &str, at: usize) -> Role {
    let start = (at.saturating_sub(BEFORE)..=at).find(|start| text.is_char_boundary(*start)).unwrap_or(at);
    let before = text.get(start..at).unwrap_or_default().to_lowercase();
    // A sentence that ended before the name says nothing of it.
    let before = before.rsplit(['.', '!', '?', '\n']).next().unwrap_or_default();
    if UPSTREAM.iter().any(|cue| before.contains(cue)) { Role::Upstream } else { Role::Affected }
}

fn reason(name: &str, word: &str, how: How, role: Role) -> String {
    let by = match how {
        How::Name | How::Ambiguous if word.eq_ignore_ascii_case(name) => String::new(),
        How::Name | How::Ambiguous => format!(" by alias ‘{word}’"),
        How::Domain => format!(" by domain ‘{word}’"),
        How::Hashtag => format!(" by hashtag ‘{word}’"),
    };
    let role = if role == Role::Upstream { ", as the cause" } else { "" };
    format!("names {name}{by}{role}")
}
