//! Symptoms and causes of official reports, scored as their authors did: F1 over the categories of all reports, and the
//! category of the cause.

use std::{collections::BTreeSet, fs};

use downwire::{
    catalogue::Catalogue,
    classify::{Classifier, Text},
    model::{ItemKind, Role, Verdict},
    text::html,
};

use crate::{facts::reports::rows, support::data};

/// The texts of a report: markup of a page, or the updates in what a script printed of a list.
fn text(name: &str, description: &str) -> String {
    if name != "gcp" {
        return html::to_text(description);
    }
    let updates = description.split("'text': ").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
        let mut text = String::new();
        let mut letters = rest.chars().skip(1);
        while let Some(letter) = letters.next().filter(|letter| *letter != quote) {
            match letter {
                '\\' => match letters.next()? {
                    'n' => text.push('\n'),
                    'r' => {}
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        Some(text)
    });
    updates.collect::<Vec<_>>().join("\n")
}

/// The categories of a label; one provider's are misspelt now and then.
fn labelled(label: &str) -> BTreeSet<String> {
    let words = label.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "UNKNOWN");
    words.map(|word| if word == "UNVAIL" { "UNAVIL".to_owned() } else { word.to_owned() }).collect()
}

/// F1 of the symptoms, and the share of causes that are right with their number.
fn measured(name: &str) -> Option<(f64, f64, usize)> {
    let path = data::path(&format!("facts/{name}_label.csv"))?;
    let rows = rows(&fs::read_to_string(path).expect("reads"));
    let judge = Classifier::new(&Catalogue::built_in());
    let (mut right, mut said, mut wanted) = (0.0, 0.0, 0.0);
    let (mut causes, mut named) = (0, 0);
    for row in &rows {
        let text = text(name, &row["description"]);
        let verdict = judge.judge(Text { kind: ItemKind::StatusUpdate, title: "", text: &text, source: name });
        let got: BTreeSet<String> = verdict.symptoms.into_iter().collect();
        let label = labelled(&row["label_user_symptom_category"]);
        // That nothing is known is a category of its own.
        let count = |set: &BTreeSet<String>| set.len().max(1) as f64;
        right += if got.is_empty() && label.is_empty() { 1.0 } else { got.intersection(&label).count() as f64 };
        (said, wanted) = (said + count(&got), wanted + count(&label));
        let cause = row["label_root_cause_category"].trim();
        if !cause.is_empty() {
            named += 1;
            causes += usize::from(verdict.cause.as_deref() == Some(cause));
        }
    }
    let f1 = 2.0 * right / (said + wanted);
    let share = causes as f64 / named.max(1) as f64;
    println!("{name} ({}): symptom F1 {f1:.3}, cause {causes} of {named}", rows.len());
    Some((f1, share, named))
}

#[test]
fn symptoms_and_causes_of_reports_are_told_as_their_readers_told_them() {
    for (name, least_f1, least_cause) in [("aws", 0.90, 0.0), ("azure", 0.80, 0.70), ("gcp", 0.76, 0.70)] {
        let Some((f1, cause, named)) = measured(name) else { return };
        assert!(f1 >= least_f1, "{name}: {f1}");
        assert!(named == 0 || cause >= least_cause, "{name}: {cause}");
    }
}

#[test]
fn the_documented_case_is_about_what_failed_and_names_no_upstream_that_its_texts_do_not_name() {
    let (Some(article), Some(official)) =
        (data::path("seed-20241226/article.txt"), data::path("seed-20241226/official.json"))
    else {
        return;
    };
    let judge = Classifier::new(&Catalogue::built_in());
    let article = fs::read_to_string(article).expect("reads");
    let (title, text) = article.split_once('\n').expect("a title");
    let verdict = judge.judge(Text { kind: ItemKind::Article, title, text, source: "" });
    let affected = |verdict: &Verdict| {
        let names = verdict.services.iter().filter(|service| service.role == Role::Affected);
        names.map(|service| service.name.clone()).collect::<BTreeSet<_>>()
    };
    assert!(
        verdict.outage && affected(&verdict).is_superset(&["ChatGPT", "Sora"].map(str::to_owned).into()),
        "{verdict:?}"
    );
    assert_eq!(verdict.cause.as_deref(), Some("EXTERNAL"));
    let official: serde_json::Value = serde_json::from_slice(&fs::read(official).expect("reads")).expect("JSON");
    let incident = &official[1];
    for (part, cause) in [("investigating", None), ("identified", Some("EXTERNAL")), ("postmortem", Some("EXTERNAL"))] {
        let (title, text) = (incident["Incident_Title"].as_str(), incident[format!("{part}_description")].as_str());
        let (title, text) = (title.expect("a title"), text.expect("words"));
        let verdict = judge.judge(Text { kind: ItemKind::StatusUpdate, title, text, source: "OpenAI status" });
        assert!(
            verdict.outage && affected(&verdict).contains("ChatGPT") && affected(&verdict).contains("Sora"),
            "{part}: {verdict:?}"
        );
        assert!(verdict.services.iter().all(|service| service.role != Role::Upstream), "{part}: {verdict:?}");
        assert_eq!(verdict.cause.as_deref(), cause, "{part}");
    }
}
