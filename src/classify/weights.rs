//! The weights: three tables, how a sum becomes a probability, and from which probability on it is an outage. One file
//! in the crate, `data/weights.bin`, that `downwire train` writes: a line of JSON that says what it is, then the numbers.

use serde::{Deserialize, Serialize};

use super::{cues::LANGUAGES, linear::Table};

/// What the file begins with.
const MAGIC: &[u8] = b"downwire-weights-2\n";

/// Kinds of text, in the order of [`ItemKind::ALL`](crate::model::ItemKind::ALL).
pub const KINDS: usize = 4;

/// The phases that are learned, in the order of their outputs.
pub const PHASES: [&str; 7] = [
    "report",
    "news",
    "official-investigating",
    "official-identified",
    "official-monitoring",
    "resolved",
    "postmortem",
];

/// Everything that was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// What it is and where it comes from.
    pub about: About,
    /// Outage or not: one output.
    pub relevance: Table,
    /// Which phase: [`PHASES`].
    pub phase: Table,
    /// Whose trouble: many, single, unclear.
    pub scope: Table,
}

/// What the file is and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The name that every verdict carries.
    pub version: String,
    /// The command that made it.
    pub command: String,
    /// SHA-256 of everything that was read, in order.
    pub data: String,
    /// How many examples.
    pub examples: usize,
    /// From a sum to log odds: factor and offset (Platt, 1999), for each kind.
    pub platt: [(f32, f32); KINDS],
    /// From which probability on it is an outage, for each kind …
    pub thresholds: [f32; KINDS],
    /// … and by how much less in each of [`LANGUAGES`].
    pub languages: [f32; LANGUAGES.len()],
}

/// The shape of a table.
#[derive(Serialize, Deserialize)]
struct Shape {
    bits: u32,
    parts: bool,
    bias: Vec<f32>,
    unit: f32,
}

#[derive(Serialize, Deserialize)]
struct Head {
    about: About,
    tables: Vec<Shape>,
}

impl Weights {
    /// The ones in the crate.
    pub fn shipped() -> Self {
        let read = Self::read(include_bytes!("data/weights.bin"));
        // A test reads the file; a build with another one does not pass.
        read.expect("the weights in the crate can be read")
    }

    /// The bytes of the file.
    pub fn write(&self) -> Vec<u8> {
        let tables = [&self.relevance, &self.phase, &self.scope];
        let shape =
            |table: &Table| Shape { bits: table.bits, parts: table.parts, bias: table.bias.clone(), unit: table.unit };
        let head = Head { about: self.about.clone(), tables: tables.map(shape).into() };
        let mut bytes = MAGIC.to_vec();
        bytes.extend(serde_json::to_vec(&head).unwrap_or_default());
        bytes.push(b'\n');
        for table in tables {
            bytes.extend(table.weights.iter().flat_map(|weight| weight.to_le_bytes()));
        }
        bytes
    }

    /// Reads the file; `None` when it is not one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(MAGIC)?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
        let mut rest = &bytes[end + 1..];
        let mut tables = Vec::new();
        for shape in head.tables {
            let size = 1_usize.checked_shl(shape.bits)?.checked_mul(shape.bias.len())?.checked_mul(2)?;
            let (numbers, after) = rest.split_at_checked(size)?;
            rest = after;
            let weights = numbers.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
            tables.push(Table { bits: shape.bits, parts: shape.parts, bias: shape.bias, weights, unit: shape.unit });
        }
        let [relevance, phase, scope] = <[Table; 3]>::try_from(tables).ok()?;
        Some(Self { about: head.about, relevance, phase, scope })
    }
}
