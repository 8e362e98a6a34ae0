//! Which element of a feed means what: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, and the modules that carry words.

use super::super::xml::{names::Namespace, tokens::Tag};

/// What an element is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Holds the feed's head and its entries.
    Wrapper,
    /// An entry.
    Entry,
    /// Holds fields of what it stands in.
    Transparent,
    /// A field, and how good a source of it: the lowest number wins.
    Field(Field, u8),
    /// Nothing that is kept, with all that is in it.
    Ignored,
    /// Markup inside of a field.
    Inside,
}

/// A field of a head or entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Title,
    Link,
    Enclosure,
    Content,
    Summary,
    Published,
    Updated,
    Author,
    Language,
    Ttl,
}

/// How the text of a field is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Markup, escaped or not.
    Markup,
    /// Escaped markup, also where unescaped markup stands around it.
    Escaped,
    /// Text in which a `<` is a `<`.
    Plain,
    /// Base64 of markup.
    Base64,
    /// Base64 of plain text.
    Base64Plain,
}

use Namespace::{Atom, Content, Core, Dublin, Media, OldAtom, Podcast, Xhtml};

/// What an element of this name is for where fields may stand.
pub(super) fn what(namespace: Namespace, local: &str) -> What {
    let is_core = matches!(namespace, Core | Atom | OldAtom);
    match local {
        "rss" | "feed" | "channel" if is_core => return What::Wrapper,
        "rdf" => return What::Wrapper,
        "item" | "entry" if is_core => return What::Entry,
        "group" | "content" if namespace == Media => return What::Transparent,
        _ => {}
    }
    field(namespace, local, is_core).map_or(What::Ignored, |(field, rank)| What::Field(field, rank))
}

fn field(namespace: Namespace, local: &str, is_core: bool) -> Option<(Field, u8)> {
    Some(match (namespace, local) {
        (_, "title") if is_core => (Field::Title, 0),
        (Dublin, "title") => (Field::Title, 1),
        (Media, "title") => (Field::Title, 2),
        (_, "link") if is_core => (Field::Link, 0),
        (_, "enclosure") if is_core => (Field::Enclosure, 0),
        (_, "guid" | "id") if is_core => (Field::Id, 0),
        (Content, "encoded") => (Field::Content, 0),
        (_, "content") if is_core => (Field::Content, 1),
        (_, "fullitem") if is_core => (Field::Content, 2),
        (Xhtml, "body" | "div") | (Core, "body") => (Field::Content, 3),
        (_, "description" | "summary" | "subtitle" | "tagline") if is_core => (Field::Summary, 0),
        (_, "info" | "abstract") if is_core => (Field::Summary, 1),
        (Dublin, "description" | "abstract") => (Field::Summary, 2),
        (Podcast, "summary") => (Field::Summary, 3),
        (Podcast, "subtitle") => (Field::Summary, 4),
        (Media, "description") => (Field::Summary, 5),
        (_, "pubdate" | "published" | "issued") if is_core => (Field::Published, 0),
        (Dublin, "issued") => (Field::Published, 1),
        (_, "created") if is_core || namespace == Dublin => (Field::Published, 2),
        (_, "updated" | "modified" | "lastbuilddate") if is_core => (Field::Updated, 0),
        (Dublin, "modified") => (Field::Updated, 0),
        // In RSS 1.0 the only date there is.
        (Dublin, "date") => (Field::Updated, 1),
        (Core, "date") => (Field::Updated, 2),
        (_, "author") if is_core => (Field::Author, 0),
        (Dublin, "creator") => (Field::Author, 1),
        (Podcast, "author") => (Field::Author, 2),
        (_, "language") if is_core || namespace == Dublin => (Field::Language, 0),
        (Core, "ttl") => (Field::Ttl, 0),
        _ => return None,
    })
}

impl Field {
    /// Whether an element of this name inside an open field of this sort says that the field's end was forgotten.
    pub(super) fn is_ended_by(self, namespace: Namespace, local: &str) -> bool {
        let next = what(namespace, local);
        if !matches!(namespace, Core | Atom | OldAtom) {
            return false;
        }
        match (self, next) {
            (_, What::Entry) => true,
            // Texts hold markup, and markup has titles, links and summaries of its own.
            (Self::Content | Self::Summary, What::Field(Self::Id, _)) => local == "guid",
            (Self::Content | Self::Summary, What::Field(Self::Summary, _)) => local == "description",
            (Self::Content | Self::Summary, What::Field(field, _)) => matches!(field, Self::Published | Self::Updated),
            (Self::Author, What::Field(field, _)) => field != Self::Id,
            (_, What::Field(..)) => true,
            _ => false,
        }
    }
}

/// How the text of a field is coded: RSS means markup, Atom says what it means.
pub(super) fn coding(namespace: Namespace, tag: &Tag<'_>) -> Coding {
    if !matches!(namespace, Atom | OldAtom) {
        return Coding::Markup;
    }
    let declared = tag.attribute("type").map(|kind| kind.trim().to_lowercase()).unwrap_or_default();
    let is_plain = matches!(declared.as_str(), "" | "text" | "text/plain");
    let mode = tag.attribute("mode").map(|mode| mode.to_lowercase());
    match mode.as_deref() {
        Some("base64") if is_plain && !declared.is_empty() => return Coding::Base64Plain,
        Some("base64") => return Coding::Base64,
        // Who escapes without saying what it is mostly means markup.
        Some("escaped") if declared.is_empty() => return Coding::Markup,
        _ => {}
    }
    match declared.as_str() {
        _ if is_plain => Coding::Plain,
        "html" | "text/html" => Coding::Escaped,
        kind if kind.contains("html") || kind.ends_with("xml") => Coding::Markup,
        kind if kind.starts_with("text/") => Coding::Plain,
        kind if kind.contains('/') => Coding::Base64,
        _ => Coding::Markup,
    }
}
