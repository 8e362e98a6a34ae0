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
fn a_peer_that_answers_only_some_texts_is_told_and_in_no_table() {
    let (answered, all) = (&answers()[..2], answers().join("\n"));
    let some = [answered, &["garbage".to_owned(), "{\"id\":\"b\",\"score\":9,\"outage\":true}".to_owned()]].concat();
    let folder = folder(&[
        ("labels.jsonl", labels().as_bytes()),
        ("some.jsonl", some.join("\n").as_bytes()),
        ("all.jsonl.gz", &packed(all.as_bytes())),
        ("others.jsonl", b"{\"id\":\"other\",\"score\":0.5,\"outage\":true}\n"),
    ]);
    let output = program::call(folder.path(), &["--json", "eval", "labels.jsonl", "--peer", "some=some.jsonl"]);
    assert_eq!(whole(&output, "some")["texts"], 2, "the number 7 is the text 7");
    let said = errors(&output);
    assert!(said.contains("some answered 2 of the 12 texts"), "{said}");
    assert!(said.contains("some.jsonl: 2 lines are no answer") && said.contains("line 3, 4"), "{said}");

    let table = ["--table", "table.txt"];
    let said = refused(&folder, 1, &[&["eval", "labels.jsonl", "--peer", "some=some.jsonl"][..], &table].concat());
    assert!(said.contains("some answered 2 of 12") && !folder.path().join("table.txt").exists(), "{said}");
    let said = refused(&folder, 1, &["eval", "labels.jsonl", "--peer", "o=others.jsonl"]);
    assert!(said.contains("none of the 12 texts") && said.contains("\"a\""), "{said}");

    let packed = ["--json", "eval", "labels.jsonl", "--peer", "all=all.jsonl.gz"];
    let output = program::call(folder.path(), &[&packed[..], &table].concat());
    assert_eq!((whole(&output, "all")["texts"].as_u64(), errors(&output).as_str()), (Some(12), ""));
    let written = fs::read_to_string(folder.path().join("table.txt")).expect("reads");
    assert!(written.contains("all | without undecidable | 12 |"), "{written}");
}

#[test]
fn a_peer_without_a_file_is_wrong_usage() {
    let folder = folder(&[("labels.jsonl", labels().as_bytes())]);
    for peer in ["nofile", "=a", "a="] {
        assert!(refused(&folder, 2, &["eval", "labels.jsonl", "--peer", peer]).contains("NAME=FILE"));
    }
}

#[test]
fn eval_of_nothing_is_an_error() {
    let folder = folder(&[("empty.jsonl", b""), ("broken.jsonl", b"{\n"), ("unlabelled.jsonl", b"{\"text\":\"x\"}\n")]);
    for file in ["empty.jsonl", "broken.jsonl", "unlabelled.jsonl"] {
        let said = refused(&folder, 1, &["eval", file]);
        assert!(said.contains("nothing to measure") && said.contains(file), "{said}");
    }
}

#[test]
fn texts_that_are_none_are_measured_by_their_false_alarms() {
    let quiet: String = labels().lines().skip(2).map(|line| format!("{line}\n")).collect();
    let folder = folder(&[("quiet.jsonl", quiet.as_bytes())]);
    let measured = whole(&program::call(folder.path(), &["--json", "eval", "quiet.jsonl"]), "keyword");
    assert_eq!(
        (&measured["outages"], &measured["false_alarms"], &measured["f1"]),
        (&json!(0), &json!(1), &json!(null))
    );
    let output = program::call(folder.path(), &["eval", "quiet.jsonl"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("alarm") && !text.lines().any(|line| line.contains(" all ") && line.contains("0.000  0.000"))
    );
}

#[test]
fn a_text_that_comes_twice_is_measured_once() {
    let folder = folder(&[("labels.jsonl", labels().as_bytes())]);
    let output = program::call(folder.path(), &["--json", "eval", "labels.jsonl", "labels.jsonl"]);
    assert_eq!(whole(&output, "linear-")["texts"], 12);
    assert!(errors(&output).contains("12 texts have the id of an earlier one"), "{}", errors(&output));
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

/// A shell lets no file grow, as a full disk does.
#[cfg(unix)]
#[test]
fn a_table_that_cannot_be_written_leaves_the_old_one() {
    let folder = folder(&[("labels.jsonl", labels().as_bytes()), ("table.txt", b"measured with care\n")]);
    let shell = "trap '' XFSZ; ulimit -f 0; exec \"$0\" eval labels.jsonl --table table.txt";
    let shell = Command::new("sh").args(["-c", shell, program::PROGRAM]).current_dir(folder.path()).output();
    let output = shell.expect("a shell");
    assert!(!output.status.success(), "there was no room");
    assert!(errors(&output).contains("cannot write table.txt"), "{}", errors(&output));
    assert_eq!(fs::read(folder.path().join("table.txt")).expect("reads"), b"measured with care\n");
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 2, "nothing is left beside it");
}

#[test]
fn a_table_is_not_written_over_the_texts() {
    let folder = folder(&[("labels.jsonl", labels().as_bytes())]);
    let said = refused(&folder, 1, &["eval", "labels.jsonl", "--table", "labels.jsonl"]);
    assert!(said.contains("same file"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("labels.jsonl")).expect("reads"), labels());
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

#[test]
fn feedback_without_an_archive_says_where_one_may_be() {
    let folder = Folder::new();
    for arguments in [&["feedback"][..], &["feedback", "whatever", "right"]] {
        let said = refused(&folder, 1, arguments);
        assert!(said.contains("no items") && said.contains("--config"), "{said}");
    }
}

#[test]
fn feedback_takes_the_address_of_an_item_and_takes_a_mark_back() {
    let feed = "<rss version=\"2.0\"><channel><title>a</title><item><guid>1</guid><title>ChatGPT is down</title>\
                <pubDate>Thu, 26 Dec 2024 18:30:00 GMT</pubDate></item></channel></rss>";
    let folder = folder(&[("feed.xml", feed.as_bytes())]);
    program::json_lines(folder.path(), &["--json", "import", "feed.xml"]);
    let found = program::json_lines(folder.path(), &["--json", "search", "chatgpt"]);
    let id = found.iter().find_map(|hit| hit["id"].as_str()).expect("an item");
    let address = format!("http://127.0.0.1:8080/item/{id}");
    let said = program::json_lines(folder.path(), &["--json", "feedback", &address, "wrong"]);
    assert_eq!((&said[0]["id"], &said[0]["outage"]), (&json!(id), &json!(false)), "{said:?}");
    assert_eq!(program::json_lines(folder.path(), &["--json", "feedback"]).len(), 1);
    let said = program::json_lines(folder.path(), &["--json", "feedback", id, "unmarked"]);
    assert_eq!((&said[0]["id"], &said[0]["outage"]), (&json!(id), &json!(null)), "{said:?}");
    assert!(program::json_lines(folder.path(), &["--json", "feedback"]).is_empty());
}
