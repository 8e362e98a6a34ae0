//! As much of JSON Schema as the one of the export format uses.

use serde_json::Value;

/// A schema with its definitions.
pub struct Schema(Value);

impl Schema {
    /// Reads a schema.
    pub fn new(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("JSON"))
    }

    /// What is wrong with a value, by the definition of that name.
    pub fn check_named(&self, name: &str, value: &Value) -> Result<(), String> {
        self.check(self.definition(name), value)
    }

    /// The properties that a definition names.
    pub fn properties(&self, name: &str) -> Vec<String> {
        let properties = self.definition(name)["properties"].as_object().expect("properties");
        properties.keys().cloned().collect()
    }

    fn definition(&self, name: &str) -> &Value {
        self.0["$defs"].get(name).unwrap_or_else(|| panic!("no definition {name}"))
    }

    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        for (key, rule) in schema.as_object().expect("a schema") {
            let fault = || Err(format!("{value} breaks {key} {rule}"));
            let holds = match key.as_str() {
                "$ref" => {
                    let name = rule.as_str().expect("a name").trim_start_matches("#/$defs/");
                    self.check_named(name, value)?;
                    true
                }
                "anyOf" => rule.as_array().expect("a list").iter().any(|one| self.check(one, value).is_ok()),
                "const" => value == rule,
                "enum" => rule.as_array().expect("a list").contains(value),
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|one| is(one, value)),
                    one => is(one, value),
                },
                "required" => rule
                    .as_array()
                    .expect("a list")
                    .iter()
                    .all(|name| value.get(name.as_str().expect("a name")).is_some()),
                "properties" => {
                    for (name, rule) in rule.as_object().expect("an object") {
                        value
                            .get(name)
                            .map_or(Ok(()), |value| self.check(rule, value))
                            .map_err(|why| format!("{name}: {why}"))?;
                    }
                    true
                }
                "items" => {
                    for item in value.as_array().into_iter().flatten() {
                        self.check(rule, item)?;
                    }
                    true
                }
                "format" => match (rule.as_str(), value.as_str()) {
                    (Some("date-time"), Some(text)) => text.parse::<downwire::model::Timestamp>().is_ok(),
                    (Some("date"), Some(text)) => text.parse::<jiff::civil::Date>().is_ok(),
                    _ => false,
                },
                "pattern" => value.as_str().is_some_and(|text| text.parse::<downwire::model::Id>().is_ok()),
                "description" => true,
                other => panic!("this checker does not know {other}"),
            };
            if !holds {
                return fault();
            }
        }
        Ok(())
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("no type {other}"),
    }
}
