//! Times in prose: [`grammar`] finds them and says what is written, [`tell`] puts the times of a sentence together, and
//! [`resolve`] says which instants that can be and takes one, with the reason where it had a choice.

pub(super) mod clock;
mod date;
pub(super) mod grammar;
pub(super) mod resolve;
pub(super) mod tell;
#[cfg(test)]
mod tests;
pub(super) mod words;
pub(super) mod zones;
