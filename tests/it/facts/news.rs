//! News, measured by the scorer that stands with the data.

use std::{fs, process::Command};

use downwire::{
    facts::{Document, Published, read},
    model::Precision,
};
use serde_json::{Value, json};

use crate::support::{backend::Folder, data};

/// What the annotation calls a day is a bare date.
fn published(text: &str) -> Published {
    match text.parse() {
        Ok(day) if text.len() == 10 => Published::On(day),
        _ => Published::At(text.parse().expect("an instant")),
    }
}

/// An article's facts in the form of the scorer.
fn predicted(article: &Value) -> Value {
    let text = |name: &str| article[name].as_str().expect("a text");
    let document = Document {
        title: text("title"),
        text: text("text"),
        published: Some(published(text("published_at"))),
        official: false,
    };
    let facts = read(&document).facts.into_iter().map(|fact| {
        json!({
            "kind": fact.kind.as_str(),
            "value": fact.value,
            "sub": fact.sub.unwrap_or_default(),
            "precision": fact.precision.map(Precision::as_str),
            "quote": fact.text,
            "stated_by": fact.stated_by.as_str(),
        })
    });
    json!({ "id": article["id"], "facts": facts.collect::<Vec<_>>() })
}

/// The scorer's table on some articles; `None` where there is no Python.
fn scored(folder: &Folder, scorer: &std::path::Path, articles: &[&Value]) -> Option<String> {
    let lines = |values: Vec<String>| values.join("\n") + "\n";
    let (gold, given) = (folder.path().join("gold.jsonl"), folder.path().join("given.jsonl"));
    fs::write(&gold, lines(articles.iter().map(|article| article.to_string()).collect())).expect("is written");
    fs::write(&given, lines(articles.iter().map(|article| predicted(article).to_string()).collect()))
        .expect("is written");
    let output = Command::new("python3").arg(scorer).arg(&gold).arg(&given).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The last number of the line that begins so.
fn figure(table: &str, line: &str) -> f64 {
    let line = table.lines().find(|known| known.starts_with(line)).expect("the line");
    line.split_whitespace().filter_map(|word| word.parse().ok()).next_back().expect("a figure")
}

#[test]
fn news_are_read_well_by_the_scorer_of_the_data() {
    let (Some(path), Some(scorer)) = (data::path("news-facts/dev.jsonl"), data::path("news-facts/score.py")) else {
        return;
    };
    let text = fs::read_to_string(path).expect("reads");
    let articles: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let folder = Folder::new();
    let all: Vec<&Value> = articles.iter().collect();
    let Some(table) = scored(&folder, &scorer, &all) else {
        println!("skipped: there is no python3 to score with");
        return;
    };
    println!("{table}");
    for half in 0..2 {
        let part: Vec<&Value> = articles.iter().skip(half).step_by(2).collect();
        let table = scored(&folder, &scorer, &part).expect("as before");
        println!("every second article, from {half}: {}", table.lines().rev().nth(1).unwrap_or_default());
    }
    assert!(figure(&table, "start ") >= 0.85 && figure(&table, "cause ") >= 0.85);
    let macro_f1: f64 = table
        .lines()
        .find_map(|line| line.strip_prefix("macro F1")?.split_whitespace().next()?.parse().ok())
        .expect("the headline");
    assert!(macro_f1 >= 0.85, "{macro_f1}");
    assert!(table.contains("quote grounding 1.000"), "a quote is not in its text");
    let negatives = articles.iter().filter(|article| article["reports_outage"] == false);
    let wrong = negatives.filter(|article| predicted(article)["facts"] != json!([])).count();
    assert!(wrong <= 1, "{wrong} articles that tell of no outage have facts");
    let told = articles.iter().filter(|article| article["reports_outage"] == true);
    let by_whom = stated_by(told);
    println!("who states it: {} of {} quotes that are the same", by_whom.0, by_whom.1);
}

/// How often the speaker is right, over facts whose kind, value and quote overlap the annotation.
fn stated_by<'a>(articles: impl Iterator<Item = &'a Value>) -> (usize, usize) {
    let (mut right, mut all) = (0, 0);
    for article in articles {
        let given = predicted(article);
        for fact in given["facts"].as_array().expect("a list") {
            let quote = fact["quote"].as_str().unwrap_or_default();
            let same = article["facts"].as_array().expect("a list").iter().find(|gold| {
                let other = gold["quote"].as_str().unwrap_or_default();
                gold["kind"] == fact["kind"]
                    && gold["value"] == fact["value"]
                    && (other.contains(quote) || quote.contains(other))
            });
            if let Some(gold) = same {
                all += 1;
                right += usize::from(gold["stated_by"] == fact["stated_by"]);
            }
        }
    }
    (right, all)
}
