//! Rules for the project's files that no compiler knows: reasons beside dependencies, a word at the top of every file,
//! nothing at the top level that the design does not name, nothing of the machine that it was written on.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use super::tokens::{Token, tokens};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files under version control, relative to the root, with `/`.
fn listed() -> Vec<String> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let output = output.expect("git is installed: it says which files are the project's");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).expect("file names are UTF-8");
    let names: Vec<_> = names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    assert!(names.iter().any(|name| name == "Cargo.toml"), "this is not the project: {names:?}");
    names
}

/// What the design names; dotfiles are free.
const TOP_LEVEL: [&str; 9] =
    ["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "feeds.toml", "index", "src", "tests"];

#[test]
fn the_top_level_is_what_the_design_names() {
    let found: BTreeSet<_> = listed().iter().filter_map(|name| name.split('/').next().map(str::to_owned)).collect();
    let visible: Vec<_> = found.iter().filter(|name| !name.starts_with('.')).collect();
    assert_eq!(visible, TOP_LEVEL.iter().collect::<Vec<_>>());
    assert!(found.contains(".ci"), "the folder .ci is missing");
}

#[test]
fn only_a_readme_of_the_data_directory_is_kept() {
    let kept: Vec<_> = listed().into_iter().filter(|name| name.starts_with("index/")).collect();
    assert_eq!(kept, ["index/README.md"]);
}

/// The dependencies of a `Cargo.toml` that no comment on their line explains.
fn unexplained(manifest: &str) -> Vec<String> {
    let mut in_dependencies = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.trim_end_matches(']').ends_with("dependencies");
        } else if let Some((name, rest)) =
            line.split_once('=').filter(|(name, _)| in_dependencies && !name.starts_with('#'))
        {
            let reason = rest.rsplit_once('#').map_or("", |(_, reason)| reason.trim());
            if reason.len() < 8 {
                found.push(name.trim().to_owned());
            }
        }
    }
    found
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    assert_eq!(unexplained(&manifest), Vec::<String>::new(), "say why, as a comment on the same line");
    let table: toml::Table = manifest.parse().expect("a manifest");
    let folded = table.keys().any(|key| key == "target") || manifest.contains("dependencies.");
    assert!(!folded, "dependencies stand one to a line in [dependencies] and [dev-dependencies]");
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\n# a = 1\na = \"1\" # reads what b writes\nb = \"1\"\n\
                    c = { version = \"1\" } #\n[dev-dependencies]\nd = \"1\"\n[lib]\nname = \"e\"\n";
    assert_eq!(unexplained(manifest), ["b", "c", "d"]);
}

#[test]
fn every_source_file_opens_with_what_it_is_for() {
    let silent: Vec<_> = listed()
        .into_iter()
        .filter(|name| name.ends_with(".rs") && (name.starts_with("src/") || name.starts_with("tests/")))
        .filter(|name| fs::read_to_string(root().join(name)).is_ok_and(|source| !opens_with_words(&source)))
        .collect();
    assert_eq!(silent, Vec::<String>::new(), "the first line of each says in a `//!` what the file is for");
}

fn opens_with_words(source: &str) -> bool {
    source.lines().next().and_then(|line| line.strip_prefix("//! ")).is_some_and(|words| !words.trim().is_empty())
}

#[test]
fn an_empty_opening_is_no_opening() {
    assert!(opens_with_words("//! Dates.\n\nuse x;"));
    for source in ["", "use x;\n//! Late.", "// Dates.", "/// Dates.", "//!", "//! \n"] {
        assert!(!opens_with_words(source), "{source:?}");
    }
}

/// What must not stand in any file, put together here so that it does not stand in this one.
fn forbidden() -> [String; 3] {
    [["/wo", "rk/"], ["/tm", "p/w"], ["poly", "glot"]].map(|halves| halves.concat())
}

/// The first forbidden word in `content`, with its line.
fn forbidden_in(content: &[u8]) -> Option<(usize, String)> {
    let content = String::from_utf8_lossy(content).to_lowercase();
    content.lines().zip(1..).find_map(|(line, number)| {
        forbidden().into_iter().find(|word| line.contains(word.as_str())).map(|word| (number, word))
    })
}

#[test]
fn no_file_speaks_of_the_machine_it_was_written_on() {
    let mut found = Vec::new();
    for name in listed() {
        // A file that was deleted but not yet committed so is still listed.
        let Ok(content) = fs::read(root().join(&name)) else { continue };
        if let Some((line, word)) = forbidden_in(&content) {
            found.push(format!("{name}:{line}: {word}"));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_forbidden_word_is_found_with_its_line() {
    for word in forbidden() {
        let content = format!("fine\nnot fine: {}", word.to_uppercase());
        assert_eq!(forbidden_in(content.as_bytes()), Some((2, word)));
    }
    assert_eq!(forbidden_in(b"networks, a workshop, tmp\xff"), None);
}

/// Lines with an attribute that silences a lint for good or a test: `#[expect(…, reason)]` says why and ends by itself.
fn silenced(source: &str) -> Vec<usize> {
    let tokens = tokens(source);
    let mut lines = Vec::new();
    for at in 0..tokens.len() {
        let is = |ahead: usize, text: &str| tokens.get(at + ahead).is_some_and(|token| token.text == text);
        if is(0, "#") && (is(1, "[") || is(1, "!") && is(2, "[")) {
            let attribute: Vec<&Token> = tokens[at..].iter().take_while(|token| token.text != "]").collect();
            let silences = |token: &&&Token| ["allow", "ignore"].contains(&token.text.as_str());
            lines.extend(attribute.iter().find(silences).map(|token| token.line));
        }
    }
    lines
}

#[test]
fn nothing_is_ignored_and_nothing_allowed() {
    let mut found = Vec::new();
    for name in listed().into_iter().filter(|name| name.ends_with(".rs")) {
        let source = fs::read_to_string(root().join(&name)).unwrap_or_default();
        found.extend(silenced(&source).into_iter().map(|line| format!("{name}:{line}")));
    }
    assert_eq!(found, Vec::<String>::new(), "use #[expect(lint, reason = \"…\")], and mend or delete the test");
}

#[test]
fn a_silencing_attribute_is_found() {
    let source = "#![allow(dead_code)]\n#[ignore = \"slow\"]\n#[cfg_attr(test, allow(x))]\n#[expect(x, reason = \"y\")]\n\
                  #[arg(allow_hyphen_values = true)]\n// #[allow(x)]\nlet s = \"#[ignore]\"; ignore(allow[0]);\n#[ignore]";
    assert_eq!(silenced(source), [1, 2, 3, 8]);
}
