//! Names in text: one pass over all names, aliases, domains and hashtags of the catalogue. Names are kept folded
//! ([`text::fold`](crate::text::fold)), and so must be the text that is searched.

use super::{Catalogue, Service};
use crate::text::{
    fold::fold,
    letters::{is_edge, starts},
    phrases::Phrases,
};

/// How a service was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By a name that can mean nothing else.
    Name,
    /// By a name that is also a word.
    Ambiguous,
    /// By its domain.
    Domain,
    /// By a hashtag.
    Hashtag,
}

/// A place where a service is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// Its place in [`Catalogue::services`].
    pub service: usize,
    /// Byte offset of the start …
    pub from: usize,
    /// … and of the end.
    pub to: usize,
    /// How.
    pub how: How,
}

/// The table. Building it takes a while; it is built once. A catalogue without services has none.
#[derive(Debug, Clone)]
pub struct AliasTable(Option<Phrases<Named>>);

/// What a name stands for: the place of a service in [`Catalogue::services`], and how it names it.
type Named = (usize, How);

/// Letters of a name from which on an `s` behind it is read as a possessive: its apostrophe folds to nothing.
const SHORTEST_OWNED: usize = 3;

impl AliasTable {
    /// The table of a catalogue, without names of a single letter.
    pub fn new(catalogue: &Catalogue) -> Self {
        Self::of_names(catalogue, 2)
    }

    /// The same with them: `X is down`. Every such letter is then a name that may be a word.
    pub fn with_letters(catalogue: &Catalogue) -> Self {
        Self::of_names(catalogue, 1)
    }

    fn of_names(catalogue: &Catalogue, shortest: usize) -> Self {
        let mut names: Vec<(String, Named)> = Vec::new();
        // What is the name of one is not the alias of another: `Amazon S3` of a cloud.
        for (at, service) in catalogue.services().iter().enumerate() {
            names.push(folded(&service.name, service, at));
        }
        for (at, service) in catalogue.services().iter().enumerate() {
            let known = service.aliases.iter().chain(&service.domain);
            names.extend(known.map(|name| folded(name, service, at)));
            for tag in &service.hashtags {
                let mut folded = String::new();
                fold(tag, &mut folded);
                names.push((format!("#{folded}"), (at, How::Hashtag)));
            }
        }
        names.retain(|(name, _)| name.chars().count() >= shortest);
        // No name holds a NUL: it folds to a blank.
        Self(Phrases::new(names))
    }

    /// Every place where a service is named, as a word of its own, in order; where several names begin together, the longest.
    /// The text is folded, or at least lower case.
    pub fn mentions<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Mention> + 'a {
        let mut free = 0;
        // `box.com` names Box, `mailbox.com` does not.
        starts(text).filter_map(move |at| {
            let mention = if at < free { None } else { self.beginning_at(text, at) }?;
            free = mention.to;
            Some(mention)
        })
    }

    /// The longest name that begins at a place and ends where a word does.
    fn beginning_at(&self, text: &str, from: usize) -> Option<Mention> {
        // `claude.ai` is no sentence that ends in Claude.
        let is_end = |to: usize| is_edge(text, to);
        let found = self.0.as_ref()?.beginning(&text[from..]).filter_map(|(named, length)| {
            let ((service, how), to) = (*named.first()?, from + length);
            // `githubs` was `GitHub's`; a word that is also a name would have its plural there.
            let is_owned =
                || how == How::Name && length >= SHORTEST_OWNED && text[to..].starts_with('s') && is_end(to + 1);
            let to = if is_end(to) { to } else { is_owned().then_some(to + 1)? };
            Some(Mention { service, from, to, how })
        });
        found.last()
    }
}

/// A name of a service as it is looked for.
fn folded(name: &str, service: &Service, at: usize) -> (String, Named) {
    let how = match name {
        _ if service.is_ambiguous(name) || name.chars().count() == 1 => How::Ambiguous,
        _ if is_domain(name) => How::Domain,
        _ => How::Name,
    };
    let mut folded = String::new();
    fold(name, &mut folded);
    (folded, (at, how))
}

fn is_domain(name: &str) -> bool {
    name.contains('.')
        && !name.contains(' ')
        && name.rsplit('.').next().is_some_and(|end| end.len() >= 2 && end.chars().all(|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(String, How)> {
        let catalogue = Catalogue::built_in();
        let table = AliasTable::new(&catalogue);
        let mut folded = String::new();
        fold(text, &mut folded);
        let mentions = table.mentions(&folded);
        mentions.map(|mention| (catalogue.services()[mention.service].name.clone(), mention.how)).collect()
    }

    #[test]
    fn services_are_found_as_words_of_their_own() {
        for (text, expected) in [
            ("Is ChatGPT down?", vec![("ChatGPT", How::Name)]),
            ("chat gpt and AZURE", vec![("ChatGPT", How::Name), ("Microsoft Azure", How::Name)]),
            ("my mailbox is full", vec![]),
            ("put it in a box", vec![("Box", How::Ambiguous)]),
            ("#chatgptdown again", vec![("ChatGPT", How::Hashtag)]),
            ("see https://platform.openai.com/status", vec![("OpenAI API", How::Domain)]),
            ("ChatGPTが落ちた", vec![("ChatGPT", How::Name)]),
            ("ChatGPT's answers, GitHubs runners", vec![("ChatGPT", How::Name), ("GitHub", How::Name)]),
            ("boxes, githubber", vec![]),
            ("the OpenAI API and OpenAI", vec![("OpenAI API", How::Name), ("OpenAI", How::Name)]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(name, how)| (name.to_owned(), how)).collect();
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_behind_the_letters_of_another_is_found() {
        for text in ["a bad vodafonegithub GitHub", "openai apis: OpenAI", "xbox GitHub"] {
            let found = named(text);
            assert!(found.iter().any(|(name, _)| name == "GitHub" || name == "OpenAI"), "{text}: {found:?}");
        }
        assert_eq!(AliasTable::new(&Catalogue::default()).mentions("GitHub").count(), 0);
    }

    #[test]
    fn a_name_is_not_swallowed_by_a_longer_one_that_is_no_word_there() {
        let mut catalogue = Catalogue::default();
        ["Go Live", "Live", "Cloud One", "Cloud"].into_iter().for_each(|name| catalogue.put(Service::named(name)));
        let table = AliasTable::new(&catalogue);
        let named = |text: &'static str| table.mentions(text).map(|one| &text[one.from..one.to]).collect::<Vec<_>>();
        assert_eq!(named("cargo live, cloud onerous"), ["live", "cloud"]);
        assert_eq!(named("go live, cloud one"), ["go live", "cloud one"]);
    }

    #[test]
    fn names_of_both_kinds_are_found_in_order_and_the_longest_wins() {
        let catalogue = Catalogue::built_in();
        let table = AliasTable::new(&catalogue);
        let mut folded = String::new();
        fold("Slack も LINE障害 もChatGPTも落ちてる #LINEdown", &mut folded);
        let mentions: Vec<Mention> = table.mentions(&folded).collect();
        assert!(mentions.windows(2).all(|pair| pair[0].to <= pair[1].from), "{mentions:?}");
        let names: Vec<_> = mentions.iter().map(|one| catalogue.services()[one.service].name.as_str()).collect();
        assert!(["Slack", "ChatGPT", "LINE"].iter().all(|name| names.contains(name)), "{names:?}");
    }
}
