//! The data to measure with. It is not part of the project; `DOWNWIRE_TEST_DATA` says where it lies.

use std::path::PathBuf;

/// The path of `name` in the data; `None` (and a line that says so) where there is no data.
///
/// # Panics
/// When the data is there but `name` is not: a test must not skip silently.
pub fn path(name: &str) -> Option<PathBuf> {
    let root = std::env::vars_os().find(|(key, _)| key == "DOWNWIRE_TEST_DATA").map(|(_, value)| PathBuf::from(value));
    let Some(root) = root else {
        println!("skipped: DOWNWIRE_TEST_DATA is not set, so {name} was not read");
        return None;
    };
    let path = root.join(name);
    assert!(path.exists(), "{} is missing from the data", path.display());
    Some(path)
}
