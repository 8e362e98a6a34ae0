//! Reading: bytes to items and incidents, on fixtures of our own, on made-up garbage, and on the data.

mod expect;
pub mod fixtures;
mod measured;
mod peer;
mod polls;

use downwire::{
    model::{SourceKind, Timestamp},
    source::{Hint, ReadError, Reading},
};

/// What the fixtures call now.
fn now() -> Timestamp {
    "2025-01-02T12:00:00Z".parse().expect("an instant")
}

fn hint(platform: Option<SourceKind>) -> Hint<'static> {
    Hint { platform, service: Some("Example Cloud"), name: "example" }
}

/// Reads a document whose format is found out.
fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    downwire::source::read_file(bytes, hint(None), now())
}
