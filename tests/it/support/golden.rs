//! Goldens: what a function gave when somebody looked at it and found it right. `UPDATE_GOLDENS=1` rewrites them.

use std::{fs, path::PathBuf};

/// Compares `actual` with `tests/fixtures/<name>`; the two must be the same to the byte.
pub fn check(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    if std::env::vars_os().any(|(key, _)| key == "UPDATE_GOLDENS") {
        fs::create_dir_all(path.parent().expect("a folder")).expect("can make the folder");
        fs::write(&path, actual).expect("can write the golden");
        return;
    }
    let expected = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("no golden {}: {error}; run with UPDATE_GOLDENS=1", path.display()));
    if expected != actual {
        let at = expected.lines().zip(actual.lines()).position(|(a, b)| a != b);
        panic!(
            "{name} differs, first at line {:?}; run with UPDATE_GOLDENS=1 and look at the diff\n{actual}",
            at.map(|at| at + 1)
        );
    }
}
