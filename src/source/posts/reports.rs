//! Reports of trouble as numbers: a series of counts over time, from an address that gives it as CSV or JSON.
//!
//! Read are the answers of Downdetector's Enterprise API (`point_in_time` and `total`; `reports` and `baseline` as lists of
//! `date` and `value`), and plain series: lines of `time,count[,baseline]`, arrays of `[time, count]`, objects with a time
//! and a number under the usual names. A series is about the one service that the configuration names.

use serde_json::Value;

use super::{Adapter, Asked, Polled};
use crate::{
    model::{Ask, Measurement, SourceKind, Timestamp},
    source::{
        ReadError, Reading,
        page::{Document, shape, value::as_time},
    },
    text::{data, dates},
};

/// The names under which a time stands.
const TIMES: [&str; 7] = ["point_in_time", "time", "date", "timestamp", "at", "t", "start"];

/// The names under which a count stands.
const COUNTS: [&str; 6] = ["total", "count", "value", "reports", "n", "y"];

/// The names under which what is usual stands.
const BASELINES: [&str; 2] = ["baseline", "expected"];

/// Points of one answer that are read: ten weeks of minutes.
const MOST: usize = 100_000;

/// The network.
pub(super) const ADAPTER: Adapter = Adapter { kind: SourceKind::Reports, plan, read, recheck: None, elsewhere: None };

/// The address itself.
fn plan(polled: &Polled<'_>) -> Vec<Ask> {
    let url = polled.state.address().to_owned();
    let validators = polled.state.validators.get(&url).cloned().unwrap_or_default();
    vec![Ask {
        accept: "application/json, text/csv;q=0.9, text/plain;q=0.5",
        validators,
        ..polled.ask("reports".to_owned(), url)
    }]
}

fn read(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let Some(service) = asked.context.service else {
        return Err(ReadError::OtherPage("a series of reports", "no service is named in the configuration".to_owned()));
    };
    let mut reading = Reading::default();
    let points = match document.json() {
        Ok(value) => from_json(value, &mut reading)?,
        Err(ReadError::BrokenJson(why)) => return Err(ReadError::BrokenJson(why)),
        Err(_) if document.is_html() || document.is_xml() => {
            return Err(ReadError::OtherPage("a series of reports", "markup".to_owned()));
        }
        Err(_) => from_csv(document.text, &mut reading)?,
    };
    let now = asked.polled.now;
    // What lies ahead was not reported yet: a bucket without reports, or a clock that is wrong.
    let known = points.into_iter().filter(|point| point.at <= now);
    reading.measurements = known
        .map(|point| Measurement {
            service: service.to_owned(),
            at: point.at,
            reports: point.reports,
            baseline: point.baseline,
        })
        .collect();
    Ok(reading)
}

struct Point {
    at: Timestamp,
    reports: f64,
    baseline: Option<f64>,
}

/// A count: finite, and not negative.
fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

fn from_json(value: &Value, reading: &mut Reading) -> Result<Vec<Point>, ReadError> {
    let inner = ["/reports", "/data/reports", "/data", "/series", "/points"];
    let list = value.as_array().or_else(|| inner.iter().find_map(|path| value.pointer(path)?.as_array()));
    let Some(list) = list else { return Err(ReadError::OtherPage("a series of reports", shape(value))) };
    // Several services in one answer: each has its own list, and only one can be meant.
    let list = match list.as_slice() {
        [Value::Object(one)] => one.get("reports").and_then(Value::as_array).unwrap_or(list),
        _ => list,
    };
    let usual = value.get("baseline").and_then(Value::as_array);
    let mut points = Vec::new();
    for (at, entry) in list.iter().take(MOST).enumerate() {
        match point(entry) {
            Some(mut point) => {
                // The baseline of a page is a list beside the reports, of the same length.
                let beside = usual.filter(|usual| usual.len() == list.len()).and_then(|usual| usual.get(at));
                let beside = beside.and_then(|one| number(one).or_else(|| count(one, &COUNTS)));
                point.baseline = point.baseline.or(beside);
                points.push(point);
            }
            None => reading.skipped.push(format!("entry {}: no time with a count", at + 1)),
        }
    }
    too_many(list.len(), reading);
    Ok(points)
}

fn count(value: &Value, names: &[&str]) -> Option<f64> {
    names.iter().find_map(|name| number(value.get(name)?))
}

fn point(entry: &Value) -> Option<Point> {
    if let Some([at, reports, rest @ ..]) = entry.as_array().map(Vec::as_slice) {
        return Some(Point { at: as_time(at)?, reports: number(reports)?, baseline: rest.first().and_then(number) });
    }
    let at = TIMES.iter().find_map(|name| as_time(entry.get(name)?))?;
    Some(Point { at, reports: count(entry, &COUNTS)?, baseline: count(entry, &BASELINES) })
}

fn from_csv(text: &str, reading: &mut Reading) -> Result<Vec<Point>, ReadError> {
    let lines = data::lines(text);
    let mut points = Vec::new();
    let mut bad = Vec::new();
    let total = lines.clone().count();
    for (at, line) in lines.take(MOST).enumerate() {
        let mut cells = line.split([',', ';', '\t']).map(|cell| cell.trim().trim_matches('"'));
        let mut next = || cells.next().filter(|cell| !cell.is_empty());
        let read = || {
            let written = next()?;
            let number =
                |cell: &str| Some(cell.parse::<f64>().ok()?).filter(|number| number.is_finite() && *number >= 0.0);
            let at = dates::instant(written).or_else(|| as_time(&Value::String(written.to_owned())));
            // A series keeps one clock: where it names no zone it is UTC.
            let at = at.or_else(|| dates::read(written).map(|written| written.at))?;
            Some(Point { at, reports: number(next()?)?, baseline: next().and_then(number) })
        };
        match { read }() {
            Some(point) => points.push(point),
            // The first line says what stands below it.
            None if at == 0 => {}
            None => bad.push(format!("line {}: no time with a count", at + 1)),
        }
    }
    if points.is_empty() && total > 0 {
        return Err(ReadError::OtherPage("a series of reports", "no line of time,count".to_owned()));
    }
    reading.skipped.append(&mut bad);
    too_many(total, reading);
    Ok(points)
}

fn too_many(total: usize, reading: &mut Reading) {
    if total > MOST {
        reading.skipped.push(format!("{} more points: at most {MOST} of one answer are read", total - MOST));
    }
}
