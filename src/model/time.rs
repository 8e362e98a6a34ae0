//! Time: UTC instants, and the clock that is handed in.

pub use jiff::Timestamp;

/// Where `now` comes from. Only `app/clock.rs` makes the real one; tests hand in a fixed one.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Microseconds since 1970 UTC: the form in which the store keeps an instant.
pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The instant of so many microseconds; what no instant has is clamped to the nearest one.
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
