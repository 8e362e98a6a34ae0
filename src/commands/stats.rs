//! `downwire stats`: how reliable services were, as a table for people or a line for each with `--json`.

use std::collections::BTreeMap;

use anyhow::bail;
use serde_json::{Value, json};

use super::{Archive, Output};
use crate::{
    cli::StatsArgs,
    config::Settings,
    serve::collect,
    stats::{Interval, Observed, Record, Sample, Subject, Summary},
};

/// Prints the figures of services, those with most incidents first.
///
/// # Errors
/// The archive cannot be read, or it knows nothing of the service that was asked for.
pub async fn stats(
    archive: &Archive,
    settings: &Settings,
    arguments: &StatsArgs,
    output: Output,
) -> anyhow::Result<()> {
    let collected = collect(&archive.store, &settings.catalogue).await?;
    let is_wanted = |subject: &Subject| arguments.components || subject.component.is_none();
    let summaries = collected.summaries(is_wanted, |_| Observed::always(), archive.clock.now());
    let wanted = arguments
        .service
        .as_deref()
        .map(|name| settings.catalogue.find(name).map_or_else(|| name.to_owned(), |service| service.name.clone()));
    let shown = shown(&summaries, wanted.as_deref());
    if let Some(name) = wanted.filter(|_| shown.is_empty()) {
        bail!("the archive holds no official incident of {name}");
    }
    if !output.json {
        println!("{}", head());
    }
    for (subject, summary) in shown {
        output.line(|| line(subject, summary), || words(subject, summary));
    }
    if !output.json {
        println!(
            "\nttr: time to repair, from the first post to the resolution; tbf: time between the starts of failures; n: how \
             many each figure rests on.\n{} incidents that repeat another and {} maintenances are left out.",
            collected.copies, collected.maintenance
        );
    }
    Ok(())
}

/// What is asked for, services with most incidents first, each before its components.
fn shown<'a>(summaries: &'a BTreeMap<Subject, Summary>, service: Option<&str>) -> Vec<(&'a Subject, &'a Summary)> {
    let whole = |name: &str| summaries.get(&Subject { service: name.to_owned(), component: None });
    let of_whole = |subject: &Subject| whole(&subject.service).map_or(0, |summary| summary.incidents);
    let mut shown: Vec<_> = summaries
        .iter()
        .filter(|(subject, _)| service.is_none_or(|name| subject.service.eq_ignore_ascii_case(name)))
        .collect();
    shown.sort_by_key(|(subject, summary)| {
        let order = std::cmp::Reverse(of_whole(subject));
        (order, subject.service.clone(), subject.component.is_some(), std::cmp::Reverse(summary.incidents))
    });
    shown
}

/// The line of DESIGN section 7, with more fields.
fn line(subject: &Subject, summary: &Summary) -> Value {
    let availability = &summary.availability;
    let bands = availability.bands().map(|bands| {
        json!({ "100": rounded(bands.full), "99.9": rounded(bands.three_nines), "99": rounded(bands.two_nines),
                "90": rounded(bands.one_nine) })
    });
    let by_severity: serde_json::Map<String, Value> = summary
        .by_severity
        .iter()
        .map(|(impact, of)| {
            (impact.as_str().to_owned(), json!({ "incidents": of.incidents, "ttr_h": figure(&of.ttr_h) }))
        })
        .collect();
    json!({
        "service": subject.service,
        "component": subject.component,
        "incidents": summary.incidents,
        "mttr_h": summary.ttr_h.mean().map(rounded),
        "mtbf_d": summary.tbf_d.mean().map(rounded),
        "median_ttr_h": summary.ttr_h.median().map(rounded),
        "median_tbf_d": summary.tbf_d.median().map(rounded),
        "investigate_h": summary.investigate_h.mean().map(rounded),
        "repair_h": summary.repair_h.mean().map(rounded),
        "check_h": summary.check_h.mean().map(rounded),
        "learn_d": summary.learn_d.mean().map(rounded),
        "availability": availability.mean_pct().map(rounded),
        // Lead times belong to events, which tie posts to incidents; official records alone have none.
        "lead_time": { "n": 0, "median_min": null, "q1_min": null, "q3_min": null, "never_acknowledged": null },
        "availability_from": availability.mean_pct().map(|_| match availability.record {
            Record::Days => "days",
            Record::Stretches => "stretches",
        }),
        "days": availability.days.len(),
        "outage_days": availability.outage_days(),
        "least_availability": availability.least_pct().map(rounded),
        "availability_bands": bands,
        "by_severity": by_severity,
        "open": summary.open,
        "retroactive": summary.retroactive,
        "contradictory": summary.contradictory,
        "this_month": summary.this_month,
        "within_week": summary.within_week,
        "first_start": summary.starts.first().map(ToString::to_string),
        "last_start": summary.starts.last().map(ToString::to_string),
        "acknowledge_min": figure(&summary.acknowledged_min),
        "figures": {
            "ttr_h": figure(&summary.ttr_h), "tbf_d": figure(&summary.tbf_d),
            "investigate_h": figure(&summary.investigate_h), "repair_h": figure(&summary.repair_h),
            "check_h": figure(&summary.check_h), "learn_d": figure(&summary.learn_d),
        },
    })
}

/// A figure with everything that says how sure it is.
fn figure(sample: &Sample) -> Value {
    let interval = |interval: Option<Interval>| interval.map(|of| [rounded(of.low), rounded(of.high)]);
    json!({
        "n": sample.n(),
        "mean": sample.mean().map(rounded),
        "mean_ci95": interval(sample.mean_interval()),
        "median": sample.median().map(rounded),
        "median_ci95": interval(sample.median_interval()),
        "q1": sample.quantile(0.25).map(rounded),
        "q3": sample.quantile(0.75).map(rounded),
    })
}

/// Six decimals: a microhour is below what a page says.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The head of the table.
fn head() -> String {
    row(
        "service",
        ["incidents", "ttr mean", "median", "n", "tbf mean", "median", "n", "available", "outage days"]
            .map(str::to_owned),
    )
}

fn words(subject: &Subject, summary: &Summary) -> String {
    let number =
        |value: Option<f64>, unit: &str| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2} {unit}"));
    let availability = &summary.availability;
    let outage_days = match availability.days.len() {
        0 => "-".to_owned(),
        days => format!("{} of {days}", availability.outage_days()),
    };
    let name = match &subject.component {
        Some(component) => format!("  {component}"),
        None => subject.service.clone(),
    };
    row(
        &name,
        [
            summary.incidents.to_string(),
            number(summary.ttr_h.mean(), "h"),
            number(summary.ttr_h.median(), "h"),
            summary.ttr_h.n().to_string(),
            number(summary.tbf_d.mean(), "d"),
            number(summary.tbf_d.median(), "d"),
            summary.tbf_d.n().to_string(),
            number(availability.mean_pct(), "%"),
            outage_days,
        ],
    )
}

fn row(name: &str, cells: [String; 9]) -> String {
    let widths = [9, 9, 9, 5, 9, 9, 5, 9, 12];
    let cells = cells.iter().zip(widths).map(|(cell, width)| format!(" {cell:>width$}"));
    format!("{:<28}{}", crate::text::html::excerpt(name, 28), cells.collect::<String>())
}
