//! Facts out of texts: the seed case, properties that hold for any text, speed. `facts/` measures them on labelled data.

mod news;
pub mod reports;

use std::{fs, io::Write as _, process::Stdio, time::Instant};

use downwire::{
    facts::{Document, Published, read},
    model::{Fact, FactKind, StatedBy},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{backend::Folder, data, program};

/// The facts of a text that was published on a day.
fn facts(title: &str, text: &str, day: &str) -> Vec<Fact> {
    let published = Some(Published::On(day.parse().expect("a day")));
    read(&Document { title, text, published, official: false }).facts
}

fn first(facts: &[Fact], kind: FactKind) -> Option<&Fact> {
    facts.iter().find(|fact| fact.kind == kind)
}

#[test]
fn the_seed_article_is_read_exactly() {
    let Some(path) = data::path("seed-20241226/article.txt") else { return };
    let article = fs::read_to_string(path).expect("reads");
    let (title, text) = article.split_once('\n').expect("a title");
    let facts = facts(title.trim(), text.trim(), "2024-12-26");
    let of = |kind| facts.iter().filter(move |fact| fact.kind == kind);
    let report = first(&facts, FactKind::FirstReport).expect("a first report");
    assert_eq!(report.value, "2024-12-26T18:30:00Z");
    assert_eq!((report.zone.as_deref(), report.stated_by), (Some("ET/IST"), StatedBy::Users));
    assert!(report.why.as_deref().is_some_and(|why| why.contains("Asia/Kolkata")), "{:?}", report.why);
    // The article contradicts itself about the hour, and both statements are kept.
    assert!(of(FactKind::Start).any(|fact| fact.value == "2024-12-26T18:30:00Z"));
    assert!(of(FactKind::Start).any(|fact| fact.text.contains("early hours")));
    assert_eq!(first(&facts, FactKind::Duration).map(|fact| fact.value.as_str()), Some("PT30M"));
    assert!(of(FactKind::Symptom).any(|fact| fact.value == "ERROR" && fact.text.contains("internal server error")));
    let cause = first(&facts, FactKind::Cause).expect("a cause");
    assert_eq!((cause.value.as_str(), cause.sub.as_deref()), ("EXTERNAL", Some("upstream")));
    assert_eq!(cause.stated_by, StatedBy::Official);
    assert_eq!(first(&facts, FactKind::Upstream).map(|fact| fact.value.as_str()), Some("unnamed"));
    let count = first(&facts, FactKind::ReportCount).expect("a count");
    assert_eq!((count.value.as_str(), count.stated_by), ("thousands", StatedBy::ThirdParty));
    assert_eq!(first(&facts, FactKind::Ordinal).map(|fact| fact.value.as_str()), Some("2:month"));
    assert!(of(FactKind::Product).any(|fact| fact.value == "ChatGPT"));
}

#[test]
fn a_german_noun_is_no_product() {
    let text = "Kontoso hat die Ursache der Störung genannt: Im Rechenzentrum fiel der Strom aus. Die Statusseite sprach von \
                einem Ausfall, Kunden konnten Kontoso nicht erreichen. Gegen 14 Uhr war Kontoso wieder erreichbar.";
    let facts = facts("Ursache der Störung bei Kontoso", text, "2024-12-26");
    let products: Vec<&str> =
        facts.iter().filter(|fact| fact.kind == FactKind::Product).map(|fact| fact.value.as_str()).collect();
    assert_eq!(products, ["Kontoso"]);
}

#[test]
fn what_a_text_denies_or_does_not_say_is_no_fact() {
    let text = "Example Mail was down on Monday. The company said it was not a cyberattack, and could not say what had caused \
                the outage.";
    let facts = facts("", text, "2024-12-26");
    let causes: Vec<&str> =
        facts.iter().filter(|fact| fact.kind == FactKind::Cause).map(|fact| fact.value.as_str()).collect();
    assert_eq!(causes, ["UNKNOWN"]);
    assert_eq!(first(&facts, FactKind::End), None);
    assert_eq!(first(&facts, FactKind::Duration), None);
}

#[test]
fn a_hedge_is_kept() {
    let text =
        "Example Bank customers were unable to log in on Monday. The outage may have been caused by a power failure.";
    let facts = facts("", text, "2024-12-26");
    let cause = first(&facts, FactKind::Cause).expect("a cause");
    assert_eq!((cause.value.as_str(), cause.sub.as_deref(), cause.hedged), ("EXTERNAL", Some("power"), true));
}

#[test]
fn two_statements_that_contradict_each_other_are_two_facts() {
    let text = "Example Telecom's network went down at 11:00 UTC on Thursday, the company said. Users reported that the \
                outage began at 10:20 UTC on Thursday.";
    let facts = facts("", text, "2024-12-26");
    let starts: Vec<&str> =
        facts.iter().filter(|fact| fact.kind == FactKind::Start).map(|fact| fact.value.as_str()).collect();
    assert!(starts.contains(&"2024-12-26T11:00:00Z") && starts.contains(&"2024-12-26T10:20:00Z"), "{starts:?}");
}

#[test]
fn causes_and_symptoms_are_read_in_six_languages() {
    for (text, cause, symptom) in [
        ("The outage on Monday was caused by a configuration error. The site was unreachable.", "CONFIG", "UNAVIL"),
        (
            "Der Ausfall am Montag wurde durch einen Hackerangriff verursacht. Der Dienst war nicht erreichbar.",
            "EXTERNAL",
            "UNAVIL",
        ),
        (
            "La panne de lundi a été causée par une coupure de courant. Le service était inaccessible.",
            "EXTERNAL",
            "UNAVIL",
        ),
        (
            "La caída del servicio del lunes fue causada por un ciberataque. Los clientes no podían acceder.",
            "EXTERNAL",
            "UNAVIL",
        ),
        (
            "A queda do sistema na segunda-feira foi causada por um ataque hacker. O site ficou fora do ar.",
            "EXTERNAL",
            "UNAVIL",
        ),
        (
            "Il disservizio di lunedì è stato causato da un errore di configurazione. Il sito era irraggiungibile.",
            "CONFIG",
            "UNAVIL",
        ),
    ] {
        let facts = facts("", text, "2024-12-26");
        let has = |kind, value: &str| facts.iter().any(|fact| fact.kind == kind && fact.value == value);
        assert!(has(FactKind::Cause, cause) && has(FactKind::Symptom, symptom), "{text}: {facts:?}");
    }
}

#[test]
fn the_command_answers_every_line_and_needs_nothing_but_lines() {
    let folder = Folder::new();
    let mut command = program::command(folder.path(), &["facts", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    let lines = concat!(
        "{\"id\":7,\"title\":\"Example is down\",\"text\":\"Users were unable to log in since 9 am UTC.\",",
        "\"published_at\":\"2024-12-26\",\"unknown\":[]}\n",
        "no JSON\n",
        "{\"id\":\"b\",\"text\":\"Example is down.\",\"published_at\":\"some day\"}\n",
        "{\"id\":\"c\",\"kind\":\"official\",\"text\":\"We are investigating errors.\"}"
    );
    child.stdin.take().expect("is piped").write_all(lines.as_bytes()).expect("is taken");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "single inputs that cannot be read are no failure of the command");
    let answers: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 4, "{answers:?}");
    let fact =
        answers[0]["facts"].as_array().expect("a list").iter().find(|fact| fact["kind"] == "start").expect("a start");
    assert_eq!(
        (&fact["value"], &fact["zone"], &fact["precision"], &fact["text"]),
        (&json!("2024-12-26T09:00:00Z"), &json!("UTC"), &json!("hour"), &json!("9 am UTC"))
    );
    let from = "Example is down\nUsers were unable to log in since ".chars().count();
    assert_eq!(fact["span"], json!([from, from + "9 am UTC".len()]));
    assert!(answers[1]["error"].is_string() && answers[2]["error"].is_string());
    assert_eq!((&answers[2]["id"], &answers[3]["id"]), (&json!("b"), &json!("c")));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("reads").collect();
    assert!(left.is_empty(), "it makes no archive: {left:?}");
}

#[test]
fn twenty_megabytes_a_second_are_read_on_one_core() {
    let sentence = "Example Cloud suffered an outage at 10:40 AM PST on December 26, and users were unable to log in. The \
                    company blamed an upstream provider and said that service was restored by 3 p.m. Nobody knows more.\n";
    let text = sentence.repeat(40);
    let begun = Instant::now();
    let mut bytes = 0;
    while begun.elapsed().as_millis() < 500 {
        assert!(!facts("Example Cloud is down", &text, "2024-12-27").is_empty());
        bytes += text.len();
    }
    let speed = bytes as f64 / begun.elapsed().as_secs_f64() / 1e6;
    println!("facts: {speed:.1} MB/s on texts of {} bytes in which every sentence tells something", text.len());
    assert!(cfg!(debug_assertions) || speed >= 20.0, "{speed:.1} MB/s");
}

#[test]
fn no_text_costs_more_than_its_length() {
    let most = if cfg!(debug_assertions) { 5_000 } else { 100 };
    for piece in [
        "10:40 ",
        "between 10:40 and ",
        "<",
        "<a ",
        "(",
        "\"",
        "not yet known what ",
        "the second outage ",
        "12/",
        "1,000,",
        "in the early hours of Monday at 9 a.m. ET (",
        "United ",
        "é",
        "\\n",
        "because of a DDoS attack ",
        "A B C ",
        "'",
        ".",
        "unable to log in, ",
        "users of Example, Other, Another and ",
        "since ",
        "\u{200b}",
        "Between 10:40 and 11:40 UTC ",
        "'created': '2024-12-26T10:40:00Z' ",
        "for two hours and ",
        "x",
    ] {
        let text = format!("Example is down since Monday.\n{}", piece.repeat(1_000_000 / piece.len()));
        // The best of three: other tests run beside this one.
        let took = (0..3)
            .map(|_| {
                let begun = Instant::now();
                facts("", &text, "2024-12-26");
                begun.elapsed().as_millis()
            })
            .min()
            .unwrap_or_default();
        assert!(took <= most, "{piece:?} a million bytes long took {took} ms");
    }
}

/// Texts out of the words that the readers look for.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "since",
        "10:40",
        "AM",
        "PST",
        "(12",
        "AM",
        "IST)",
        "between",
        "and",
        "until",
        "26",
        "December",
        "2024",
        "Monday",
        "night",
        "last",
        "outage",
        "was",
        "caused",
        "by",
        "DDoS",
        "not",
        "Example",
        "Berlin",
        "unable",
        "to",
        "log",
        "in",
        "half",
        "an",
        "hour",
        "later",
        "\n",
        ".",
        ",",
        "\"",
        "'",
        "<p>",
        "</p>",
        "&nbsp;",
        "resolved",
        "second",
        "this",
        "month",
        "thousands",
        "of",
        "reports",
        "日本",
        "Störung",
        "9.30",
        "Uhr",
        "24:00",
        "UTC+14",
        "31.02.2024",
        "-",
        "/",
        "2024-12-26T18:30:00Z",
        "9999",
        "0",
        "We",
        "are",
        "investigating",
        "a.m.",
        "’s",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn every_span_is_the_words_that_it_says(title in ".{0,40}", text in prop_oneof![words(), ".{0,300}"], official: bool) {
        let published = Some(Published::On("2024-12-26".parse().expect("a day")));
        let read = read(&Document { title: &title, text: &text, published, official });
        let joined =
            if title.is_empty() || text.is_empty() { format!("{title}{text}") } else { format!("{title}\n{text}") };
        let points: Vec<char> = joined.chars().collect();
        for fact in read.facts {
            let words: String = points[fact.span.0 as usize..fact.span.1 as usize].iter().collect();
            prop_assert_eq!(words, fact.text);
        }
    }
}
