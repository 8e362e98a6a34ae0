//! What `classify`, `eval`, `train` and `feedback` say of files that are not as they should be, and that they never spoil one.

use std::{
    fs,
    io::Write as _,
    process::{Command, Output},
};

use serde_json::{Value, json};

use crate::support::{backend::Folder, program};

/// Labelled texts: two outages and ten that are none, one of which sounds like one.
fn labels() -> String {
    let label = |id: Value, text: &str, outage: bool| {
        json!({ "id": id, "text": text, "kind": "post", "source": "x", "outage": outage }).to_string()
    };
    let mut lines =
        vec![label(json!("a"), "ChatGPT is down", true), label(json!(7), "Is Slack down for anyone?", true)];
    lines.push(label(json!("b"), "GitHub is down, nothing loads", false));
    lines.extend((0..9).map(|number| label(json!(format!("n{number}")), "lovely weather today", false)));
    lines.join("\n") + "\n"
}

/// Answers to all of them.
fn answers() -> Vec<String> {
    let ids = ["a", "7", "b"].into_iter().map(str::to_owned).chain((0..9).map(|number| format!("n{number}")));
    ids.map(|id| json!({ "id": id, "score": 0.1, "outage": false }).to_string()).collect()
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> Folder {
    let folder = Folder::new();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("writes");
    }
    folder
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packs");
    packer.finish().expect("packs")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command that must fail with this exit code, and gives what it says.
fn refused(folder: &Folder, code: i32, arguments: &[&str]) -> String {
    let output = program::call(folder.path(), arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", errors(&output));
    errors(&output)
}

/// What is measured over the whole, of the judge whose name begins so.
fn whole(output: &Output, judge: &str) -> Value {
    assert!(output.status.success(), "{}", errors(output));
    let lines = String::from_utf8_lossy(&output.stdout);
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let of = |line: &Value| line["cut"] == "all" && line["judge"].as_str().is_some_and(|name| name.starts_with(judge));
    lines.into_iter().find(of).unwrap_or_default()
}

#[test]
fn train_refuses_at_once_to_write_over_what_it_reads_or_writes() {
    let folder = folder(&[("labels.jsonl", labels().as_bytes()), ("notes.tsv", b"a\tyes\n")]);
    for arguments in [
        &["--out", "weights.txt"][..],
        &["--out", "labels.jsonl"],
        &["--out", "./labels.jsonl"],
        &["--out", "w.bin", "--dump", "labels.jsonl"],
        &["--out", "w.bin", "--dump", "w.bin"],
        &["--out", "w.bin", "--dump", "w.txt"],
        &["--out", "notes.tsv", "--annotations", "notes.tsv"],
        &["--out", "notes.tsv", "--thresholds", "notes.tsv"],
        &["--out", "none/w.bin"],
        &["--out", "w.bin", "--dump", "none/d.jsonl"],
        &["--out", "."],
    ] {
        let said = refused(&folder, 1, &[&["train", "labels.jsonl"][..], arguments].concat());
        assert!(said.contains(arguments[1]) || said.contains("same file") || said.contains("cannot"), "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("labels.jsonl")).expect("reads"), labels());
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 2, "nothing was written");
}

#[test]
fn train_leaves_out_no_source_that_it_does_not_know() {
    let folder = folder(&[("labels.jsonl", labels().as_bytes())]);
    let said = refused(&folder, 1, &["train", "labels.jsonl", "--without", "nosuch", "--out", "w.bin"]);
    assert!(said.contains("nosuch") && said.contains("sources are: x"), "{said}");
}

#[test]
fn lines_that_are_not_learned_from_are_told_by_file_and_number() {
    let lines = "{\"text\":\"x\",\"outage\":\"yes\"}\n\n{\"text\":\"y\"\n{\"text\":\"z\"}\n";
    let folder = folder(&[("labels.jsonl", lines.as_bytes())]);
    let said = refused(&folder, 1, &["train", "labels.jsonl", "--out", "w.bin"]);
    assert!(said.contains("labels.jsonl: 3 lines") && said.contains("line 1, 3, 4"), "{said}");
}

#[test]
fn a_byte_that_is_no_character_costs_neither_its_line_nor_the_rest() {
    let lines = [labels().as_bytes(), b"{\"id\":\"l\",\"text\":\"caf\xe9 is down\",\"outage\":true}\n"].concat();
    let folder = folder(&[("labels.jsonl", &lines)]);
    let output = program::call(folder.path(), &["--json", "eval", "labels.jsonl"]);
    assert_eq!(whole(&output, "linear-")["texts"], 13);
    assert!(errors(&output).contains("labels.jsonl: 1 lines hold what is no character"), "{}", errors(&output));
    assert!(errors(&output).contains("line 13"), "{}", errors(&output));
}

#[test]
fn classify_judges_what_other_programs_write_a_little_wrong_and_says_so() {
    let lines = "\u{feff}{\"id\":1,\"text\":\"Is ChatGPT down?\"}\n\
                 {\"id\":2,\"text\":\"Is ChatGPT \\ud800 down?\"}\n\
                 {\"id\":3,\"text\":\"Is ChatGPT down?\",\"kind\":\"tweet\"}\n\
                 {\"id\":4,\"text\":\"Is ChatGPT down?\",\"kind\":\"comment\"}\n";
    let folder = folder(&[("in.jsonl", lines.as_bytes()), ("in.jsonl.gz", &packed(lines.as_bytes()))]);
    let answers = program::json_lines(folder.path(), &["classify", "in.jsonl"]);
    let said: Vec<_> = answers.iter().map(|line| (line["id"].as_i64(), line["outage"].as_bool())).collect();
    assert_eq!(said, [1, 2, 3, 4].map(|id| (Some(id), Some(true))), "{answers:?}");
    let noted = |at: usize, words: &str| answers[at]["note"].as_str().is_some_and(|note| note.contains(words));
    assert!(noted(1, "no character") && noted(2, "tweet is no kind"), "{answers:?}");
    assert!(answers[0].get("note").is_none() && answers[3].get("note").is_none(), "{answers:?}");
    assert_eq!(program::json_lines(folder.path(), &["classify", "in.jsonl.gz"]), answers);
}

#[test]
fn classify_says_whose_line_it_cannot_read_and_where() {
    let folder = folder(&[("in.jsonl", b"\n{\"id\":\"a\",\"text\":\"x\",}\n{\"id\":5}\n")]);
    let answers = program::json_lines(folder.path(), &["classify", "in.jsonl"]);
    let place = |at: usize| (&answers[at]["id"], &answers[at]["file"], &answers[at]["line"]);
    assert_eq!(place(0), (&json!("a"), &json!("in.jsonl"), &json!(2)), "{answers:?}");
    assert_eq!(place(1), (&json!(5), &json!("in.jsonl"), &json!(3)), "{answers:?}");
    assert_eq!(answers[0]["error"], "trailing comma at column 22", "{answers:?}");
}

