//! Annotations that stand apart from their texts: a second reading of labelled texts, and a first one of others. Texts
//! belong to those who wrote them, so only what was read in them is kept here, by the text's id.

use std::collections::HashMap;

use serde_json::Value;

/// What each text was found to be, by its id.
#[derive(Debug, Clone, Default)]
pub struct Annotations(HashMap<String, Annotation>);

#[derive(Debug, Clone)]
struct Annotation {
    /// `None` where no rule decides.
    outage: Option<bool>,
    phase: String,
    scope: String,
    is_ambiguous: bool,
}

impl Annotations {
    /// Reads lines of `id`, `outage` (`yes`, `no`, `undecidable`), `phase`, `scope` and note (`ambiguous`), separated by
    /// tabs; `#` begins a comment. The first line that is none of these is told by its number.
    ///
    /// # Errors
    /// A line has no id, or another word than these.
    pub fn read(text: &str) -> Result<Self, usize> {
        let lines = text.lines().enumerate();
        let said = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        said.map(|(at, line)| annotation(line).ok_or(at + 1)).collect::<Result<_, _>>().map(Self)
    }

    /// Takes in others; of one text the later counts.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Puts what was annotated into a line of a file of texts, in place of its own label.
    pub fn apply(&self, line: &mut Value) {
        let Some(found) = line["id"].as_str().and_then(|id| self.0.get(id)) else { return };
        let Some(fields) = line.as_object_mut() else { return };
        if fields.remove("weak").is_some_and(|label| label == "neg") {
            // What its rule found nothing in is easy to tell, whatever a reader says.
            fields.insert("stratum".to_owned(), "easy".into());
        }
        fields.insert("outage".to_owned(), found.outage.unwrap_or_default().into());
        fields.insert("undecidable".to_owned(), found.outage.is_none().into());
        if found.is_ambiguous {
            fields.insert("note".to_owned(), "ambiguous".into());
        }
        for (name, word) in [("phase", &found.phase), ("scope", &found.scope)] {
            if !word.is_empty() {
                fields.insert(name.to_owned(), word.as_str().into());
            }
        }
    }
}

fn annotation(line: &str) -> Option<(String, Annotation)> {
    let mut fields = line.split('\t').map(|field| field.trim().to_owned());
    let id = fields.next().filter(|id| !id.is_empty())?;
    let outage = match fields.next()?.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        "undecidable" => None,
        _ => return None,
    };
    let mut word = || fields.next().unwrap_or_default();
    let (phase, scope) = (word(), word());
    Some((id, Annotation { outage, phase, scope, is_ambiguous: word() == "ambiguous" }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_annotation_stands_in_place_of_the_label() {
        let read =
            Annotations::read("# id\na\tyes\treport\tsingle\tambiguous\nb\tno\nc\tundecidable\n").expect("lines");
        let mut line = json!({ "id": "a", "weak": "neg" });
        read.apply(&mut line);
        let expected = json!({ "id": "a", "outage": true, "undecidable": false, "phase": "report", "scope": "single",
                               "note": "ambiguous", "stratum": "easy" });
        assert_eq!(line, expected);
        let mut line = json!({ "id": "b", "outage": true, "phase": "report" });
        read.apply(&mut line);
        assert_eq!((line["outage"].as_bool(), line["phase"].as_str()), (Some(false), Some("report")));
        let mut line = json!({ "id": "c", "outage": true });
        read.apply(&mut line);
        assert_eq!(line["undecidable"], true);
        let mut line = json!({ "id": "d", "outage": true });
        read.apply(&mut line);
        assert_eq!(line, json!({ "id": "d", "outage": true }));
    }

    #[test]
    fn a_line_that_says_something_else_is_told_by_its_number() {
        assert_eq!(Annotations::read("a\tyes\n\nb\tperhaps\n").err(), Some(3));
    }
}
