//! What elements are called beyond their prefixes.

use super::tokens::Tag;

/// The vocabularies of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// RSS of any version (which mostly has none), and whatever the root element is in.
    Core,
    /// Atom 1.0.
    Atom,
    /// Atom 0.3.
    OldAtom,
    /// Dublin Core, elements and terms.
    Dublin,
    /// RSS 1.0's content module.
    Content,
    /// Media RSS.
    Media,
    /// Podcasts.
    Podcast,
    /// XHTML.
    Xhtml,
    /// RDF.
    Rdf,
    /// Paged and archived feeds, RFC 5005.
    History,
    /// Anything else.
    Other,
}

/// Beginnings of namespaces. Feeds write them with and without a slash, with `www.` and without: case and ends do not
/// matter.
const KNOWN: [(&str, Namespace); 24] = [
    ("http://www.w3.org/2005/atom", Namespace::Atom),
    ("http://purl.org/atom/ns#", Namespace::OldAtom),
    ("http://example.com/newformat#", Namespace::OldAtom),
    ("http://example.com/necho", Namespace::OldAtom),
    ("http://purl.org/echo/", Namespace::OldAtom),
    ("uri/of/echo/namespace#", Namespace::OldAtom),
    ("http://purl.org/pie/", Namespace::OldAtom),
    ("http://purl.org/rss/1.0/modules/content", Namespace::Content),
    ("http://purl.org/rss/1.0/modules/", Namespace::Other),
    ("http://purl.org/rss/1.0", Namespace::Core),
    ("http://my.netscape.com/rdf/simple/0.9", Namespace::Core),
    ("http://channel.netscape.com/rdf/simple/0.9", Namespace::Core),
    ("http://my.netscape.com/publish/formats/rss", Namespace::Core),
    ("http://backend.userland.com/rss", Namespace::Core),
    ("http://blogs.law.harvard.edu/tech/rss", Namespace::Core),
    ("http://purl.org/net/rss1.1", Namespace::Core),
    ("http://purl.org/dc/", Namespace::Dublin),
    ("http://search.yahoo.com/mrss", Namespace::Media),
    ("http://api.maps.yahoo.com/maps", Namespace::Other),
    ("http://www.itunes.com/", Namespace::Podcast),
    ("http://example.com/dtds/podcast", Namespace::Podcast),
    ("http://www.w3.org/1999/xhtml", Namespace::Xhtml),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns", Namespace::Rdf),
    ("http://purl.org/syndication/history", Namespace::History),
];

/// The prefixes that everybody uses for them, for documents that forget to say so.
const USUAL: [(&str, Namespace); 10] = [
    ("atom", Namespace::Atom),
    ("a10", Namespace::Atom),
    ("dc", Namespace::Dublin),
    ("dcterms", Namespace::Dublin),
    ("content", Namespace::Content),
    ("media", Namespace::Media),
    ("itunes", Namespace::Podcast),
    ("xhtml", Namespace::Xhtml),
    ("rdf", Namespace::Rdf),
    ("fh", Namespace::History),
];

/// Most declarations in scope: every element looks its prefix up among them.
const MOST: usize = 512;

/// What prefixes mean at a place of the document.
#[derive(Debug, Default)]
pub struct Scope {
    /// Prefix, meaning, and how deep the element that says so stands.
    declared: Vec<(String, Namespace, usize)>,
    /// The namespace of the root element, where it is not one of the known.
    root: Option<String>,
}

impl Scope {
    /// Takes in what a start tag at this depth declares; false when there is too much of it.
    pub fn enter(&mut self, tag: &Tag<'_>, depth: usize) -> bool {
        for (name, value) in tag.attributes().filter(|(name, _)| name.starts_with("xmlns")) {
            let prefix = name.strip_prefix("xmlns:").unwrap_or_default();
            let own_prefix = tag.name.split_once(':').map_or("", |(prefix, _)| prefix);
            if depth == 0 && prefix == own_prefix && known(&value).is_none() {
                self.root = Some(value.to_lowercase());
            }
            let is_root = self.root.as_deref() == Some(&value.to_lowercase());
            let meaning = if is_root { Some(Namespace::Core) } else { known(&value) };
            self.declared.push((prefix.to_owned(), meaning.unwrap_or(Namespace::Other), depth));
        }
        self.declared.len() <= MOST
    }

    /// Forgets what elements at this depth or below have declared.
    pub fn leave(&mut self, depth: usize) {
        while self.declared.last().is_some_and(|(_, _, declared)| *declared >= depth) {
            self.declared.pop();
        }
    }

    /// The namespace and the local name, in lower case, of an element.
    pub fn name(&self, written: &str) -> (Namespace, String) {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        let declared = self.declared.iter().rev().find(|(own, _, _)| own == prefix);
        let namespace = match declared {
            Some((_, namespace, _)) => *namespace,
            None if prefix.is_empty() => Namespace::Core,
            None => USUAL
                .iter()
                .find(|(usual, _)| usual.eq_ignore_ascii_case(prefix))
                .map_or(Namespace::Other, |(_, namespace)| *namespace),
        };
        (namespace, local.to_lowercase())
    }
}

fn known(uri: &str) -> Option<Namespace> {
    let uri = uri.trim().to_lowercase();
    KNOWN.iter().find(|(start, _)| uri.starts_with(start)).map(|(_, namespace)| *namespace)
}
