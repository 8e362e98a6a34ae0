//! Identity: derived, never random (invariant 3), so that whatever runs twice finds what it wrote before.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::Error as _};
use sha2::{Digest, Sha256};

/// 128 bits of SHA-256 over a namespace and a native id; written as 26 characters of lower-case Crockford base32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 16]);

/// Crockford's alphabet, lower case: no `i l o u`, so that an id can be read aloud. Source: crockford.com/base32.html.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Id {
    /// The id of what `namespace` calls `native`. The namespace's length is hashed too, so `("ab", "c")` and
    /// `("a", "bc")` differ.
    pub fn derive(namespace: &str, native: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update((namespace.len() as u64).to_le_bytes());
        hash.update(namespace.as_bytes());
        hash.update(native.as_bytes());
        let digest = hash.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }

    /// The 16 raw bytes, as the search index keeps them.
    pub fn bytes(&self) -> [u8; 16] {
        self.0
    }

    /// The id with these raw bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = u128::from_be_bytes(self.0);
        // 26 characters carry 130 bits; the first one holds the top 3.
        for at in (0..26).rev() {
            let five = (value >> (at * 5)) as usize & 31;
            f.write_str(std::str::from_utf8(&ALPHABET[five..=five]).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What was given is not an id: 26 characters of Crockford base32.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: {0:?}")]
pub struct NotAnId(pub String);

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = || NotAnId(text.chars().take(40).collect());
        if text.len() != 26 {
            return Err(wrong());
        }
        let mut value: u128 = 0;
        for (at, byte) in text.bytes().enumerate() {
            let five = ALPHABET.iter().position(|a| *a == byte.to_ascii_lowercase()).ok_or_else(wrong)?;
            if at == 0 && five > 7 {
                return Err(wrong());
            }
            value = value << 5 | five as u128;
        }
        Ok(Self(value.to_be_bytes()))
    }
}

impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// SHA-256 of `parts`, each preceded by its length, as lower-case hexadecimal: the digest by which versions and
/// unchanged bodies are told apart.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_and_read() {
        for native in ["", "1", "https://example.org/a", "ü"] {
            let id = Id::derive("feed", native);
            assert_eq!(id.to_string().len(), 26);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn the_border_between_namespace_and_native_id_counts() {
        assert_ne!(Id::derive("ab", "c"), Id::derive("a", "bc"));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in
            ["", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "0123", "../../etc/passwd/0000000000", "ilou000000000000000000000i"]
        {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }
}
