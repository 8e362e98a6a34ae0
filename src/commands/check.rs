//! `downwire check`: the configuration with every problem at once. Needs no archive and makes none.

use std::{path::Path, process::ExitCode};

use serde_json::json;

use super::Output;
use crate::config::{self, Origin, Problems, Settings};

/// The settings, where the weights that they name can be read.
fn readable(settings: Settings) -> Result<Settings, Problems> {
    if settings.weights.is_some() {
        super::judge(&settings)?;
    }
    Ok(settings)
}

/// Checks the configuration: exit code 0 when it is right, 2 when it is not.
pub fn check(path: Option<&Path>, output: Output) -> ExitCode {
    match config::load(path).and_then(readable) {
        Ok(settings) => {
            let name = match &settings.origin {
                Origin::File(path) => path.display().to_string(),
                Origin::Embedded => "the shipped feeds.toml".to_owned(),
            };
            let (sources, services) = (settings.sources.len(), settings.catalogue.services().len());
            output.line(
                || json!({ "file": name, "ok": true, "sources": sources, "services": services, "notes": settings.notes }),
                || format!("{name} is right: {sources} sources, {services} services known"),
            );
            if !output.json {
                settings.notes.iter().for_each(|note| println!("note: {note}"));
            }
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems.iter() {
                output.line(
                    || {
                        json!({ "file": problem.file, "line": problem.line, "column": problem.column, "key": problem.key,
                                "error": problem.message })
                    },
                    || problem.to_string(),
                );
            }
            ExitCode::from(2)
        }
    }
}
