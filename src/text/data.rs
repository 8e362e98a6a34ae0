//! Files of data as people write them: a line says something, is empty, or is a comment.

/// The lines that say something, without the blanks around them. `#` begins a comment, at the beginning of a line only.
pub fn lines(data: &str) -> impl Iterator<Item = &str> + Clone {
    data.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_say_nothing() {
        let data = "# what it is\n\n  one # two \r\n\t# more\nthree";
        assert_eq!(lines(data).collect::<Vec<_>>(), ["one # two", "three"]);
    }
}
