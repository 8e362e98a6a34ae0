//! Lines of any length out of any bytes, with their numbers: what is wrong with one is told by its number, and costs only
//! itself.

use std::io::{self, BufRead as _, BufReader, Read};

/// Longest line, in bytes: what is longer is no text.
const LONGEST: u64 = 4 << 20;

/// Bytes of a file that are read at once.
const READ_AT_ONCE: usize = 256 * 1024;

/// What some programs put in front of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number in the file, from one; blank lines count.
    pub number: usize,
    /// What it says, without blanks around it: nothing where it is blank.
    pub bytes: &'a [u8],
    /// It is too long, and this is only its beginning.
    pub is_cut: bool,
}

/// The lines of a stream.
pub struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    number: usize,
}

impl<R: Read> Lines<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(READ_AT_ONCE, input), line: Vec::new(), number: 0 }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let read = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        let is_cut = read as u64 == LONGEST && !self.line.ends_with(b"\n");
        if is_cut {
            self.input.skip_until(b'\n')?;
        }
        self.number += 1;
        let bytes = match self.line.strip_prefix(BYTE_ORDER_MARK) {
            Some(behind) if self.number == 1 => behind,
            _ => &self.line,
        };
        Ok(Some(Line { number: self.number, bytes: bytes.trim_ascii(), is_cut }))
    }

    /// Whether another line has come already, so that it can be read without waiting.
    pub fn has_another(&self) -> bool {
        self.input.buffer().contains(&b'\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_as_an_editor_does_and_the_mark_in_front_is_no_text() {
        let mut lines = Lines::new(&b"\xef\xbb\xbfa\r\n\n\xef\xbb\xbfb"[..]);
        let mut read = Vec::new();
        while let Some(line) = lines.next_line().expect("reads") {
            read.push((line.number, line.bytes.to_vec()));
        }
        assert_eq!(read, [(1, b"a".to_vec()), (2, Vec::new()), (3, b"\xef\xbb\xbfb".to_vec())]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_one_is_whole() {
        let long = [vec![b'x'; LONGEST as usize + 5], b"\nnext".to_vec()].concat();
        let mut lines = Lines::new(&long[..]);
        assert!(lines.next_line().expect("reads").expect("a line").is_cut);
        let next = lines.next_line().expect("reads").expect("a line");
        assert_eq!(next, Line { number: 2, bytes: b"next", is_cut: false });
    }
}
