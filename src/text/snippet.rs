//! The part of a text that shows why it was found.

/// A piece of text with the places that a query hit. Plain text: `render` escapes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// At most the length asked for; `…` stands where the text goes on.
    pub text: String,
    /// Byte ranges into `text`, in order, not overlapping, on character borders.
    pub marks: Vec<(usize, usize)>,
}
