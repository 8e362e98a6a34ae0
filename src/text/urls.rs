//! Addresses out of documents: absolute, http or https, of a sane length. Whether an address may be asked is `fetch`'s
//! business.

use url::Url;

/// Longest address that is kept, in bytes.
pub const LONGEST: usize = 2_048;

/// `text` as an absolute http(s) address, resolved against `base`; without user and password, and with the doubled slash
/// of some status pages (`https://host//incidents/x`) made one. `None` for anything else.
pub fn absolute(text: &str, base: Option<&str>) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let url = match Url::parse(text) {
        Err(url::ParseError::RelativeUrlWithoutBase) => Url::parse(base?).ok()?.join(text).ok()?,
        parsed => parsed.ok()?,
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    let mut url = url;
    if !url.username().is_empty() || url.password().is_some() {
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
    }
    if url.path().starts_with("//incidents/") {
        let path = url.path().trim_start_matches('/').to_owned();
        url.set_path(&format!("/{path}"));
    }
    Some(String::from(url)).filter(|url| url.len() <= LONGEST)
}

/// The host of an address, lower case, without port; `None` when it has none.
pub fn host(url: &str) -> Option<String> {
    Url::parse(url.trim()).ok()?.host_str().map(str::to_ascii_lowercase).filter(|host| !host.is_empty())
}

/// The last part of an address's path that is not empty.
pub fn last_segment(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok()?;
    url.path_segments()?.rfind(|part| !part.is_empty()).map(str::to_owned)
}

/// The host of an address with its port, where that is not the usual one: two pages may share a host.
pub fn host_and_port(url: &str) -> Option<String> {
    let host = host(url)?;
    let port = Url::parse(url).ok()?.port();
    Some(port.map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_http_addresses_come_out() {
        let base = Some("https://example.org/feeds/main.xml");
        for (text, expected) in [
            (" https://Example.org/a b ", Some("https://example.org/a%20b")),
            ("/post/1", Some("https://example.org/post/1")),
            ("post?x=1#y", Some("https://example.org/feeds/post?x=1#y")),
            ("//cdn.example.org/x", Some("https://cdn.example.org/x")),
            ("https://status.example.org//incidents/01ABC", Some("https://status.example.org/incidents/01ABC")),
            ("https://good.example@evil.example/", Some("https://evil.example/")),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("mailto:a@example.org", None),
            ("", None),
        ] {
            assert_eq!(absolute(text, base).as_deref(), expected, "{text}");
        }
        assert_eq!(absolute("post/1", None), None);
        assert_eq!(absolute(&format!("https://example.org/{}", "x".repeat(LONGEST)), None), None);
    }

    #[test]
    fn host_and_last_segment_are_found() {
        assert_eq!(host("https://Status.Example.org:8443/x").as_deref(), Some("status.example.org"));
        assert_eq!(last_segment("https://e.org/incidents/abc/?x=/y").as_deref(), Some("abc"));
        assert_eq!(last_segment("https://e.org/"), None);
    }
}
