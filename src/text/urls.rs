//! Addresses as they are stored and shown: absolute, http or https, not endless.

use url::Url;

/// Longest address that is kept, in bytes (protocols B3).
const LONGEST: usize = 2_048;

/// The absolute form of `reference`, resolved against `base`; `None` for what is no web address or too long.
pub fn absolute(reference: &str, base: Option<&str>) -> Option<String> {
    let reference = reference.trim();
    if reference.is_empty() || reference.len() > LONGEST {
        return None;
    }
    let url = match Url::parse(reference) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => Url::parse(base?).ok()?.join(reference).ok()?,
        Err(_) => return None,
    };
    let keeps = matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.as_str().len() <= LONGEST;
    keeps.then(|| collapse(url))
}

/// Doubled slashes in a path are one: incident.io writes `https://status.example//incidents/…`.
fn collapse(mut url: Url) -> String {
    if url.path().contains("//") && url.path().contains("/incidents/") {
        let mut path = url.path().to_owned();
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        url.set_path(&path);
    }
    url.into()
}

/// The host of an address, lower case.
pub fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_ascii_lowercase)
}

/// The last segment of an address's path that is not empty.
pub fn last_segment(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    url.path_segments()?.rfind(|segment| !segment.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_survive() {
        for (reference, base, expected) in [
            ("https://example.org/a b", None, Some("https://example.org/a%20b")),
            ("/x?y=1", Some("https://example.org/feed/rss"), Some("https://example.org/x?y=1")),
            ("x", Some("https://example.org/feed/rss"), Some("https://example.org/feed/x")),
            ("//cdn.example.org/x", Some("https://example.org/"), Some("https://cdn.example.org/x")),
            ("https://status.example.org//incidents/01ABC", None, Some("https://status.example.org/incidents/01ABC")),
            ("javascript:alert(1)", Some("https://example.org/"), None),
            ("data:text/html,x", None, None),
            ("mailto:a@example.org", None, None),
            ("/x", None, None),
            ("", Some("https://example.org/"), None),
        ] {
            assert_eq!(absolute(reference, base).as_deref(), expected, "{reference}");
        }
        assert_eq!(absolute(&format!("https://example.org/{}", "a".repeat(3000)), None), None);
    }

    #[test]
    fn parts_of_an_address() {
        assert_eq!(host("https://Status.Example.org:8443/x"), Some("status.example.org".to_owned()));
        assert_eq!(last_segment("https://example.org/incidents/abc123/"), Some("abc123".to_owned()));
        assert_eq!(last_segment("https://example.org/"), None);
    }
}
