//! Authors as keyed hashes: enough to count distinct people, not enough to name one.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Turns accounts into hashes, with a secret of the archive's own: the same account is the same hash here and another in
/// any other archive, and without the secret no list of accounts leads back to anybody.
pub struct People(Hmac<Sha256>);

impl People {
    /// With this secret.
    pub(super) fn of(secret: &str) -> Self {
        // A key of any length is one.
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        Self(Hmac::new_from_slice(secret.as_bytes()).expect("any length"))
    }

    /// The hash of an account, 128 bits in hexadecimal.
    pub fn key(&self, account: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(account.as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
