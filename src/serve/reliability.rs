//! The pages that show how reliable services were.

use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    Context,
    figures::{Figures, Trouble, figures},
    pages, service,
};
use crate::{
    model::{Impact, IncidentKind, Timestamp},
    render::{
        self,
        chart::{self, Square},
        duration::{ago, span, stamp},
        view::{
            Frame, ServiceLink,
            reliability::{Figure, Reliability, Row, Spread, Stats, Year},
        },
    },
    stats::{Interval, Record, Sample, Spans, Subjects, Summary, calendar::ordinal_in_month},
    store::IncidentRow,
};

/// What the page of a service shows; `None` where no official incident of it is known.
pub async fn of(context: &Context, service: &str) -> Result<Option<Reliability>, Trouble> {
    let figures = figures(context).await?;
    let now = context.clock.now();
    Ok(figures.services.get(service).filter(|summary| summary.incidents > 0).map(|summary| block(summary, now)))
}

/// Which one of its month an incident is, in words; `None` for maintenance, copies and where that is not known.
pub async fn which(context: &Context, row: &IncidentRow) -> Result<Option<String>, Trouble> {
    if row.copy_of.is_some() || row.incident.kind == IncidentKind::Maintenance {
        return Ok(None);
    }
    let figures = figures(context).await?;
    let incident = &row.incident;
    let subjects = Subjects(&context.catalogue).of(&incident.page, incident.service.as_deref(), []);
    let of_page = subjects.first().map(|subject| subject.service.as_str());
    let known = of_page.and_then(|name| Some((name, figures.services.get(name)?)));
    let (Some((name, summary)), Some(start)) = (known, Spans::of(incident).start) else { return Ok(None) };
    let number = ordinal_in_month(&summary.starts, start);
    // One that the figures do not count yet cannot be placed.
    Ok(summary
        .starts
        .binary_search(&start)
        .is_ok()
        .then(|| format!("The {} incident of {name} in {}.", ordinal(number), start.strftime("%B %Y"))))
}

/// `/stats`.
pub async fn page(State(context): State<Context>) -> Response {
    match figures(&context).await {
        Ok(figures) => pages::rendered(StatusCode::OK, render::pages::stats(&stats(&figures, context.clock.now()))),
        Err(error) => pages::unavailable(&error),
    }
}

fn stats(figures: &Figures, now: Timestamp) -> Stats {
    let mut services: Vec<_> = figures.services.iter().filter(|(_, summary)| summary.incidents > 0).collect();
    services.sort_by_key(|(name, summary)| (std::cmp::Reverse(summary.incidents), name.to_lowercase()));
    Stats {
        frame: Frame { title: "Reliability · downwire".to_owned(), feed: None, now },
        summary: format!(
            "{} services by {} official incidents; {} that repeat another and {} maintenances are left out. Medians, with \
             means in brackets.",
            services.len(),
            figures.incidents,
            figures.copies,
            figures.maintenance
        ),
        rows: services.into_iter().map(|(name, summary)| row(name, summary, now)).collect(),
    }
}

fn row(name: &str, summary: &Summary, now: Timestamp) -> Row {
    let both = |sample: &Sample, words: fn(f64) -> String| match (sample.median(), sample.mean()) {
        (Some(median), Some(mean)) => format!("{} ({}), of {}", words(median), words(mean), sample.n()),
        _ => "not told".to_owned(),
    };
    let days = summary.availability.days.len();
    Row {
        service: ServiceLink { label: name.to_owned(), href: service::href(name) },
        incidents: summary.incidents,
        this_month: summary.this_month,
        repair: both(&summary.ttr_h, hours),
        between: both(&summary.tbf_d, days_words),
        available: summary
            .availability
            .mean_pct()
            .map_or_else(|| "not told".to_owned(), |share| format!("{share:.2} % of {days} days")),
        last: summary.starts.last().map_or_else(|| "not told".to_owned(), |start| ago(*start, now)),
    }
}

/// The figures of one service.
fn block(summary: &Summary, now: Timestamp) -> Reliability {
    let figure = |name, sample: &Sample, words: fn(f64) -> String| Figure {
        name,
        median: sample.median().map_or_else(|| "not told".to_owned(), words),
        median_sure: sample.median_interval().map(|interval| sure(interval, words)),
        mean: sample.mean().map_or_else(|| "not told".to_owned(), words),
        mean_sure: sample.mean_interval().map(|interval| sure(interval, words)),
        n: sample.n(),
    };
    let repair =
        |sample: &Sample| sample.median().map(|median| format!("median repair {}, of {}", hours(median), sample.n()));
    let figures = vec![
        figure("Time to repair", &summary.ttr_h, hours),
        figure("Time between failures", &summary.tbf_d, days_words),
        figure("Investigate", &summary.investigate_h, hours),
        figure("Repair", &summary.repair_h, hours),
        figure("Check", &summary.check_h, hours),
        figure("Learn, to the postmortem", &summary.learn_d, days_words),
        figure("Acknowledge, from the stated start", &summary.acknowledged_min, |minutes| hours(minutes / 60.0)),
    ];
    Reliability {
        summary: told(summary, now),
        availability: availability(summary),
        figures: figures.into_iter().filter(|figure| figure.n > 0).collect(),
        severities: summary
            .by_severity
            .iter()
            .map(|(impact, of)| (impact_word(*impact), of.incidents, repair(&of.ttr_h).unwrap_or_default()))
            .collect(),
        year: year(summary),
        spread: chart::spread(summary.ttr_h.values()).map(|svg| Spread { svg, n: summary.ttr_h.n() }),
    }
}

/// How many since when, and which one of its month the newest is.
fn told(summary: &Summary, now: Timestamp) -> String {
    let plural = if summary.incidents == 1 { "incident" } else { "incidents" };
    let since = summary.starts.first().map(|first| format!(" since {}", stamp(*first))).unwrap_or_default();
    let mut words = format!("{} official {plural}{since}.", summary.incidents);
    if let (Some(last), count @ 1..) = (summary.starts.last(), summary.this_month) {
        words += &format!(" The newest began {} and is the {} this month.", ago(*last, now), ordinal(count));
    } else if let Some(last) = summary.starts.last() {
        words += &format!(" The newest began {}.", ago(*last, now));
    }
    if summary.starts.len() > 1 {
        words += &format!(" {} of them came within a week after another.", summary.within_week);
    }
    words
}

/// `first`, `second`, `third`, `4th`.
fn ordinal(number: usize) -> String {
    match (number, number % 10, number % 100) {
        (1, ..) => "first".to_owned(),
        (2, ..) => "second".to_owned(),
        (3, ..) => "third".to_owned(),
        (_, 1, rest) if rest != 11 => format!("{number}st"),
        (_, 2, rest) if rest != 12 => format!("{number}nd"),
        (_, 3, rest) if rest != 13 => format!("{number}rd"),
        _ => format!("{number}th"),
    }
}

fn availability(summary: &Summary) -> Option<String> {
    let (known, bands) = (&summary.availability, summary.availability.bands()?);
    let by = match known.record {
        Record::Days => "By the page’s own days",
        Record::Stretches => "By the outages that the page gives of its components",
    };
    Some(format!(
        "{by} it was available for {:.2} %; {} of {} days had an outage, {:.1} % of days were 99.9 % or \
         better.",
        known.mean_pct()?,
        known.outage_days(),
        known.days.len(),
        bands.three_nines
    ))
}

fn year(summary: &Summary) -> Option<Year> {
    let calendar = &summary.calendar;
    let squares: Vec<Square> = calendar
        .days
        .iter()
        .map(|day| Square { day: day.day, incidents: day.is_observed.then_some(day.incidents) })
        .collect();
    let counts = || calendar.days.iter().map(|day| day.incidents);
    let (total, busy) = (counts().sum::<usize>(), counts().filter(|count| *count > 0).count());
    let (first, last) = (calendar.days.first()?.day, calendar.days.last()?.day);
    let month = |(day, count): (jiff::civil::Date, usize)| (day.strftime("%b %Y").to_string(), count);
    Some(Year {
        halves: chart::year(&squares)?,
        caption: format!(
            "{total} incidents on {busy} days from {} to {}; Monday is on top.",
            first.strftime("%-d %b %Y"),
            last.strftime("%-d %b %Y")
        ),
        months: calendar.months().into_iter().map(month).collect(),
    })
}

fn impact_word(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "no impact",
        Impact::Unknown => "not told",
        other => other.as_str(),
    }
}

fn sure(interval: Interval, words: fn(f64) -> String) -> String {
    format!("{} to {}", words(interval.low), words(interval.high))
}

/// Hours in words.
fn hours(hours: f64) -> String {
    span((hours * 3_600.0).round() as i64)
}

/// Days in words.
fn days_words(days: f64) -> String {
    if days < 1.0 { span((days * 86_400.0).round() as i64) } else { format!("{days:.1} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_words() {
        let told: Vec<_> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111].map(ordinal).to_vec();
        assert_eq!(told, ["first", "second", "third", "4th", "11th", "12th", "13th", "21st", "22nd", "103rd", "111th"]);
        assert_eq!(
            (hours(1.25), days_words(0.5), days_words(2.04)),
            ("1 h 15 min".into(), "12 h".into(), "2.0 days".into())
        );
    }
}
