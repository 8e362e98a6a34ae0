//! `downwire init`: writes the shipped configuration, for the user to edit.

use std::{fs::File, io::Write as _, path::Path, process::ExitCode};

use serde_json::json;

use super::Output;
use crate::config;

/// Writes `feeds.toml` (or the file that `--config` names); never over an existing one.
pub fn init(path: Option<&Path>, output: Output) -> ExitCode {
    let path = path.unwrap_or(Path::new("feeds.toml"));
    let written = File::create_new(path).and_then(|mut file| file.write_all(config::SHIPPED.as_bytes()));
    match written {
        Ok(()) => {
            output.line(
                || json!({ "written": path.display().to_string() }),
                || format!("wrote {}: edit it, then try `downwire check`", path.display()),
            );
            ExitCode::SUCCESS
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            eprintln!("downwire: {} is already there and was left as it is", path.display());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("downwire: cannot write {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
