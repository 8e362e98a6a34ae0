//! The table of the paper, cell by cell: `stats` for what it knows, and `export` for what only the paper needs (its drop
//! rules, both kinds of mean over all rows, the paths through the stages, days on which two services were down).

use std::collections::{BTreeMap, BTreeSet};

use downwire::model::{ExportLine, Incident, Phase, Timestamp};
use serde_json::Value;

use super::{export, icpe, import};
use crate::support::{backend::Folder, data, program};

/// The published cells of one service, as they are written: incidents; investigate, repair, check (h), learn (d), MTTR (h),
/// MTBF (d), median time to repair (h) and between failures (d); outage days, days; availability (%).
type Cells = (&'static str, [&'static str; 12]);

#[rustfmt::skip]
const TABLE: [Cells; 8] = [
    ("API-OpenAI",    ["227", "0.72", "1.63", "1.46", "4.10", "2.56", "5.64", "1.23", "1.99", "95", "1298", "99.82"]),
    ("ChatGPT",       ["141", "0.65", "1.64", "1.73", "4.79", "3.64", "4.01", "1.32", "2.04", "63", "565", "99.66"]),
    ("DALL-E",        ["31", "1.01", "0.96", "1.81", "1.86", "3.03", "18.24", "1.02", "4.63", "23", "558", "99.78"]),
    ("Playground",    ["32", "0.37", "1.56", "2.22", "4.30", "2.95", "39.93", "1.09", "16.80", "24", "1250", "99.94"]),
    ("API-Anthropic", ["76", "1.04", "1.11", "1.37", "-", "2.81", "5.22", "0.77", "2.09", "25", "418", "99.92"]),
    ("Claude",        ["86", "1.35", "1.72", "2.05", "0.21", "3.16", "4.79", "0.93", "1.74", "29", "418", "99.84"]),
    ("Console",       ["72", "0.94", "0.34", "0.58", "-", "2.05", "5.73", "0.93", "1.90", "27", "418", "99.89"]),
    ("Character.AI",  ["35", "0.40", "0.50", "1.73", "3.61", "3.95", "8.74", "1.00", "3.94", "29", "318", "99.59"]),
];

const STAGES: [Phase; 5] =
    [Phase::Investigating, Phase::Identified, Phase::Monitoring, Phase::Resolved, Phase::Postmortem];

/// The earliest time of each stage.
fn stages(incident: &Incident) -> [Option<Timestamp>; 5] {
    STAGES
        .map(|stage| incident.updates.iter().filter(|update| update.phase == stage).map(|update| update.shown_at).min())
}

/// The paper leaves out incidents with a stage before the one that leads to it.
fn is_dropped(incident: &Incident) -> bool {
    stages(incident).windows(2).any(|pair| matches!(pair, [Some(a), Some(b)] if b < a))
}

/// The incidents and days of the paper, as the program keeps and exports them.
fn kept() -> Option<(Folder, Vec<ExportLine>)> {
    let path = data::path("incidents/llm-icpe2025")?;
    let all = Folder::new();
    let lines = [icpe::incidents(&path), icpe::days(&path)].concat();
    let said = import(all.path(), "icpe.jsonl", &lines);
    assert_eq!(
        (&said["incidents"], &said["days"], &said["service"]),
        (&542.into(), &5_243.into(), &"Anthropic".into())
    );
    let lines = export(all.path());
    assert_eq!(lines.len(), 1 + 542 + 5_243);
    Some((all, lines))
}

#[test]
fn stats_says_what_the_published_table_says_cell_by_cell() {
    let Some((all, lines)) = kept() else { return };
    let dropped = |line: &&ExportLine| icpe::of(line).is_some_and(|line| is_dropped(&line.incident));
    assert_eq!(lines.iter().filter(dropped).count(), 5);
    let lines: Vec<_> = lines.iter().skip(1).filter(|line| !dropped(line)).cloned().collect();
    let folder = Folder::new();
    import(folder.path(), "kept.jsonl", &lines);

    let said = program::json_lines(folder.path(), &["stats", "--components", "--json"]);
    let everything = program::json_lines(all.path(), &["stats", "--components", "--json"]);
    for (label, cells) in TABLE {
        let found = cells_of(&said, label);
        println!(
            "{label:<14} {}   (with the five that the paper drops: {})",
            found.join(" "),
            cells_of(&everything, label).join(" ")
        );
        assert_eq!(found, cells, "{label}");
    }
    let chatgpt = line_of(&said, "ChatGPT");
    let bands = &chatgpt["availability_bands"];
    let band = |name: &str| two(&bands[name]);
    assert_eq!([band("100"), band("99.9"), band("99"), band("90")], ["88.85", "89.20", "93.10", "99.12"]);
    assert_eq!(two(&chatgpt["least_availability"]), "77.15");
    by_impact(&everything);
    assert_eq!(chatgpt["figures"]["ttr_h"]["n"], 138, "resolved alone has no time to repair");
    for interval in ["mean_ci95", "median_ci95"] {
        let ends = &chatgpt["figures"]["ttr_h"][interval];
        assert!(ends[0].as_f64() < ends[1].as_f64(), "{ends}");
    }
    assert_eq!(chatgpt["lead_time"]["median_min"], Value::Null);

    // A component that is a service of its own in the catalogue has a line of its own.
    let own = program::json_lines(folder.path(), &["stats", "--service", "chatgpt", "--json"]);
    assert_eq!((own.len(), &own[0]["service"], &own[0]["mttr_h"]), (1, &"ChatGPT".into(), &chatgpt["mttr_h"]));
    let table = String::from_utf8(program::call(folder.path(), &["stats", "--components"]).stdout).expect("UTF-8");
    assert!(table.contains("63 of 565") && table.contains("3.64 h"), "{table}");
}

/// Incidents of each provider by the impact that its page gives: none, minor, major, critical, maintenance.
fn by_impact(said: &[Value]) {
    for (service, expected) in
        [("OpenAI", [52, 141, 125, 46, 1]), ("Anthropic", [44, 48, 43, 5, 1]), ("Character.AI", [2, 4, 11, 19, 0])]
    {
        let line = said.iter().find(|line| line["service"] == service && line["component"].is_null()).expect("a line");
        let count = |word: &str| line["by_severity"][word]["incidents"].as_u64().unwrap_or(0);
        assert_eq!(["none", "minor", "major", "critical", "maintenance"].map(count), expected, "{service}");
    }
}

fn line_of<'a>(said: &'a [Value], label: &str) -> &'a Value {
    let (_, service, component, _) = icpe::SERVICES.iter().find(|service| service.0 == label).expect("a service");
    said.iter().find(|line| line["service"] == *service && line["component"] == *component).expect("a line")
}

fn cells_of(said: &[Value], label: &str) -> Vec<String> {
    let line = line_of(said, label);
    let fields =
        ["investigate_h", "repair_h", "check_h", "learn_d", "mttr_h", "mtbf_d", "median_ttr_h", "median_tbf_d"];
    let counts = |name: &str| line[name].to_string();
    let figures = fields.iter().map(|name| two(&line[*name]));
    let head = std::iter::once(counts("incidents")).chain(figures);
    head.chain([counts("outage_days"), counts("days"), two(&line["availability"])]).collect()
}

/// Two decimals, as the table prints them; a dash for nothing.
fn two(value: &Value) -> String {
    value.as_f64().map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

/// One row of the paper's long table: an incident on one service, with its five spans and the time since the one before.
struct Row {
    spans: [Option<f64>; 6],
}

/// Investigate, repair, check (h), learn (d), MTTR (h), MTBF (d), as the table orders them.
fn rows(incidents: &[&Incident]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (_, service, component, _) in icpe::SERVICES {
        let affected = |incident: &&&Incident| {
            incident.service.as_deref() == Some(service)
                && incident.components.iter().any(|part| part.name == component)
        };
        let mut own: Vec<_> = incidents.iter().filter(affected).map(|incident| stages(incident)).collect();
        let start = |stages: &[Option<Timestamp>; 5]| stages[..4].iter().flatten().min().copied().expect("a stage");
        own.sort_by_key(start);
        let mut before = None;
        for stages in own {
            let [investigating, identified, monitoring, resolved, postmortem] = stages;
            let hours =
                |a: Option<Timestamp>, b: Option<Timestamp>| Some(b?.duration_since(a?).as_secs_f64() / 3_600.0);
            let days = |a, b| hours(a, b).map(|hours| hours / 24.0);
            let worked_on = stages[..3].iter().flatten().min().copied();
            rows.push(Row {
                spans: [
                    hours(investigating, identified),
                    hours(identified, monitoring),
                    hours(monitoring, resolved),
                    days(resolved, postmortem),
                    hours(worked_on, resolved),
                    days(before, Some(start(&stages))),
                ],
            });
            before = Some(start(&stages));
        }
    }
    rows
}

#[test]
fn what_only_the_paper_needs_comes_out_of_the_export() {
    let Some((_all, lines)) = kept() else { return };
    let incidents: Vec<&Incident> =
        lines.iter().filter_map(icpe::of).map(|line| &line.incident).filter(|incident| !is_dropped(incident)).collect();
    assert_eq!(incidents.len(), 537);
    let rows = rows(&incidents);
    assert_eq!(rows.len(), 700);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let column = |number: usize| rows.iter().filter_map(|row| row.spans[number]).collect::<Vec<_>>();
    let told =
        |of: &dyn Fn(usize) -> f64| (0..6).map(|number| format!("{:.2}", of(number))).collect::<Vec<_>>().join(" ");
    let arithmetic = told(&|number| mean(&column(number)));
    // The published row rests on the rows in which nothing is missing; the other one on all positive values of a column.
    let whole: Vec<_> = rows.iter().filter(|row| row.spans.iter().all(Option::is_some)).collect();
    let published =
        told(&|number| mean(&whole.iter().filter_map(|row| row.spans[number]).map(f64::ln).collect::<Vec<_>>()).exp());
    let positive = told(&|number| {
        mean(&column(number).into_iter().filter(|value| *value > 0.0).map(f64::ln).collect::<Vec<_>>()).exp()
    });
    println!(
        "arithmetic {arithmetic} | geometric as published (n {}) {published} | geometric per column {positive}",
        whole.len()
    );
    assert_eq!(arithmetic, "0.84 1.40 1.58 4.01 2.94 7.41");
    assert_eq!((whole.len(), published.as_str()), (16, "0.53 1.15 0.87 3.45 3.99 3.26"));
    assert_eq!(positive, "0.42 0.45 0.47 2.14 1.13 1.92");
    paths(&incidents);
    impact_range(&lines);
    co_occurrence(&lines);
}

/// The ways through the stages, with how many went each.
fn paths(incidents: &[&Incident]) {
    let mut paths: BTreeMap<String, usize> = BTreeMap::new();
    for incident in incidents {
        let gone = stages(incident).into_iter().enumerate().filter(|(_, at)| at.is_some());
        *paths.entry(gone.map(|(number, _)| format!("S{}", number + 1)).collect()).or_default() += 1;
    }
    let expected = [
        ("S1S3S4", 131),
        ("S1S4", 110),
        ("S1S2S3S4", 77),
        ("S4", 62),
        ("S2S3S4", 39),
        ("S1S2S4", 35),
        ("S2S4", 32),
        ("S3S4", 18),
        ("S1S2S3S4S5", 12),
        ("S1S3S4S5", 7),
        ("S1S4S5", 5),
        ("S4S5", 4),
        ("S2S3S4S5", 3),
        ("S2S4S5", 2),
    ];
    println!("{} paths: {paths:?}", incidents.len());
    assert_eq!(paths, expected.into_iter().map(|(path, count)| (path.to_owned(), count)).collect());
}

/// How many services an incident hit, counted once per service: of all incidents, also those that are dropped elsewhere.
fn impact_range(lines: &[ExportLine]) {
    for (provider, expected) in [("OpenAI", [253, 138, 12, 36]), ("Anthropic", [30, 36, 168, 0])] {
        let mut range = [0; 4];
        let incidents = lines.iter().filter_map(icpe::of).map(|line| &line.incident);
        for incident in incidents.filter(|incident| incident.service.as_deref() == Some(provider)) {
            let is_named = |name: &str| icpe::SERVICES.iter().any(|service| service.1 == provider && service.2 == name);
            let hit = incident.components.iter().filter(|component| is_named(&component.name)).count();
            if hit > 0 {
                range[hit - 1] += hit;
            }
        }
        assert_eq!(range, expected, "{provider}");
    }
}

/// Days on which two services were down at once.
fn co_occurrence(lines: &[ExportLine]) {
    let mut down: BTreeMap<&str, BTreeSet<jiff::civil::Date>> = BTreeMap::new();
    for line in lines {
        let ExportLine::Day(day) = line else { continue };
        let of = down.entry(&day.value.component).or_default();
        if day.value.partial_s + day.value.major_s > 0 {
            of.insert(day.value.day);
        }
    }
    let matrix = icpe::SERVICES
        .map(|(_, _, one, _)| icpe::SERVICES.map(|(_, _, other, _)| down[one].intersection(&down[other]).count()));
    assert_eq!(
        matrix,
        [
            [95, 31, 18, 21, 1, 3, 3, 2],
            [31, 63, 9, 9, 5, 7, 7, 1],
            [18, 9, 23, 8, 0, 0, 0, 0],
            [21, 9, 8, 24, 0, 0, 0, 1],
            [1, 5, 0, 0, 25, 24, 22, 0],
            [3, 7, 0, 0, 24, 29, 26, 0],
            [3, 7, 0, 0, 22, 26, 27, 0],
            [2, 1, 0, 1, 0, 0, 0, 29],
        ]
    );
}
