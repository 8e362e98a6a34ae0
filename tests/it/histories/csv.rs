//! CSV as RFC 4180 has it: quoted cells with commas, line feeds and doubled quotes inside.

/// The rows of a table, each as its cells by the name of their column.
pub fn rows(text: &str) -> Vec<Row> {
    let mut records = records(text.trim_start_matches('\u{feff}')).into_iter();
    let Some(head) = records.next() else { return Vec::new() };
    records.map(|cells| Row(head.iter().cloned().zip(cells).collect())).collect()
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Vec<(String, String)>);

impl Row {
    /// The cell of a column.
    pub fn get(&self, column: &str) -> &str {
        let cell = self.0.iter().find(|(name, _)| name == column);
        cell.map_or_else(|| panic!("no column {column} in {self:?}"), |(_, cell)| cell)
    }
}

fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut cells, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                cells.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut cells));
            }
            letter => cell.push(letter),
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        records.push(cells);
    }
    records
}

#[test]
fn a_table_with_everything_in_its_cells_is_read() {
    let rows = rows("a,b\n\"x, \"\"y\"\"\nz\",\r\n1,2");
    assert_eq!((rows[0].get("a"), rows[0].get("b"), rows[1].get("b")), ("x, \"y\"\nz", "", "2"));
}
