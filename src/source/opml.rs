//! OPML in: the subscriptions of another reader.

use super::{
    ReadError,
    xml::{
        repair,
        tokens::{Token, Tokens},
    },
};
use crate::text::{charset, html, urls};

/// Largest file and most outlines that are read (protocols B5).
const LARGEST: usize = 5 * 1_024 * 1_024;
const MOST: usize = 5_000;

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What it is called.
    pub name: String,
    /// The feed's address.
    pub url: String,
    /// The folders it lies in, outermost first.
    pub folders: Vec<String>,
}

/// The subscriptions of a file, each address once.
///
/// # Errors
/// It is no OPML, or larger than 5 MiB.
pub fn read(bytes: &[u8]) -> Result<Vec<Subscription>, ReadError> {
    if bytes.len() > LARGEST {
        return Err(ReadError::Hostile("an OPML file larger than 5 MiB".to_owned()));
    }
    let document = repair::xml(&charset::decode(bytes, None).text)?.text;
    let mut found: Vec<Subscription> = Vec::new();
    let (mut folders, mut is_opml) = (Vec::new(), false);
    for token in Tokens::new(&document) {
        match token {
            Token::Start(tag) if tag.name.eq_ignore_ascii_case("opml") => is_opml = true,
            Token::Start(tag) if tag.name.eq_ignore_ascii_case("outline") => {
                let attribute = |name: &str| {
                    let mut attributes = tag.attributes();
                    attributes.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| html::one_line(&value))
                };
                let name = attribute("title").or_else(|| attribute("text")).filter(|name| !name.is_empty());
                if let Some(url) = attribute("xmlUrl").and_then(|url| urls::absolute(&url, None)) {
                    let name = name.clone().or_else(|| urls::host(&url)).unwrap_or_default();
                    let is_new = found.iter().all(|other| other.url != url);
                    if is_new && found.len() < MOST {
                        let folders = folders.iter().flatten().cloned().collect();
                        found.push(Subscription { name: html::excerpt(&name, 120), url, folders });
                    }
                }
                if !tag.empty {
                    folders.push(name);
                }
            }
            Token::End(name) if name.eq_ignore_ascii_case("outline") => drop(folders.pop()),
            _ => {}
        }
    }
    if is_opml { Ok(found) } else { Err(ReadError::OtherXml("something that is no OPML".to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscriptions_are_read_with_their_folders() {
        let text = b"<?xml version='1.0' encoding='iso-8859-1'?><opml version='1.0'><body>\
            <outline text='Ger\xe4te'><outline text='A & B' xmlURL='https://e.org/a'/>\
            <outline title='' xmlUrl='https://e.org/b' type='rss'></outline></outline>\
            <outline text='again' xmlUrl='https://e.org/a'/><outline text='bad' xmlUrl='file:///etc'/></body></opml>";
        let found = read(text).expect("OPML");
        let told: Vec<String> =
            found.iter().map(|one| format!("{} {} {}", one.folders.join("/"), one.name, one.url)).collect();
        assert_eq!(told, ["Geräte A & B https://e.org/a", "Geräte e.org https://e.org/b"]);
        assert!(read(b"<rss/>").is_err());
    }
}
