//! Whether whole networks and countries are dark: Cloudflare Radar's outages and IODA's events. Context, and no voice of
//! the crowd: each is an article in our words, with what it was measured by.
//!
//! Source: Radar's API documentation (`/radar/annotations/outages`; its data is CC BY-NC 4.0) and IODA's API, version 2.

use jiff::SignedDuration;
use serde_json::Value;

use super::{Adapter, Asked, Polled, draft::Draft, read_all};
use crate::{
    model::{Ask, Item, ItemKind, Network, SourceKind, Timestamp},
    source::{
        Context, ReadError, Reading,
        page::{
            Document, shape,
            value::{integer, line, list, time, word},
        },
    },
};

/// How far back is asked: what lasts is told again until it is over.
const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Events of one answer.
const PAGE: usize = 500;

/// Cloudflare Radar.
pub(super) const RADAR: Adapter =
    Adapter { kind: SourceKind::Radar, plan: plan_radar, read: read_radar, recheck: None, elsewhere: None };

/// IODA.
pub(super) const IODA: Adapter =
    Adapter { kind: SourceKind::Ioda, plan: plan_ioda, read: read_ioda, recheck: None, elsewhere: None };

fn plan_radar(polled: &Polled<'_>) -> Vec<Ask> {
    let url = format!("{}/client/v4/radar/annotations/outages?dateRange=7d&limit={PAGE}&format=json", polled.root());
    vec![polled.ask("outages".to_owned(), url)]
}

/// One chain per place (`country/IT`, `asn/41678`), one of everything where none is named.
fn plan_ioda(polled: &Polled<'_>) -> Vec<Ask> {
    let places = &polled.spec.posts.accounts;
    let paths =
        if places.is_empty() { vec![String::new()] } else { places.iter().map(|place| format!("/{place}")).collect() };
    let (from, until) = ((polled.now - BACK).as_second(), polled.now.as_second());
    let asks = paths.into_iter().map(|path| {
        let query = format!("from={from}&until={until}&format=codf&limit={PAGE}");
        polled.ask(format!("events{path}"), format!("{}/v2/outages/events{path}?{query}", polled.root()))
    });
    asks.collect()
}

fn read_radar(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    let Some(annotations) = value.pointer("/result/annotations").and_then(Value::as_array) else {
        let message = value.pointer("/errors/0/message").and_then(Value::as_str).map(str::to_owned);
        return Err(ReadError::OtherPage("Cloudflare Radar", message.unwrap_or_else(|| shape(value))));
    };
    let mut reading = Reading::default();
    let read = |value: &Value| annotation(value, asked.context);
    read_all(&mut reading, "annotation", annotations, read, |reading, item| reading.items.push(item));
    Ok(reading)
}

fn annotation(value: &Value, context: Context<'_>) -> Result<Item, String> {
    let Some(start) = time(value, "startDate") else { return Err("an annotation without startDate".to_owned()) };
    let names = |key: &str, name: &str| list(value, key).iter().filter_map(|one| word(one, name)).collect::<Vec<_>>();
    let codes = |key: &str| list(value, key).iter().filter_map(super::super::page::value::as_word).collect::<Vec<_>>();
    let or = |named: Vec<String>, plain: Vec<String>| if named.is_empty() { plain } else { named };
    let mut places = or(names("originsDetails", "name"), codes("origins"));
    places.extend(or(names("locationsDetails", "name"), codes("locations")));
    let networks = or(names("asnsDetails", "name"), codes("asns").into_iter().map(|asn| format!("AS{asn}")).collect());
    let where_ = [places, networks].concat().join(", ");
    let outage = value.get("outage").unwrap_or(&Value::Null);
    let spoken = |key: &str| word(outage, key).map(|word| word.to_lowercase().replace('_', " "));
    let scope = line(value, "scope");
    let mut sentences =
        vec![format!("Internet outage{}.", if where_.is_empty() { String::new() } else { format!(" in {where_}") })];
    sentences.extend((!scope.is_empty()).then(|| format!("Scope: {scope}.")));
    sentences.extend(spoken("outageType").map(|kind| format!("Extent: {kind}.")));
    sentences.extend(spoken("outageCause").map(|cause| format!("Cause: {cause}.")));
    sentences.push(lasted(start, time(value, "endDate")));
    let description = line(value, "description");
    sentences.extend((!description.is_empty()).then_some(description));
    let named = [&where_, &scope].into_iter().find(|name| !name.is_empty());
    let id = word(value, "id")
        .unwrap_or_else(|| format!("{}|{start}", codes("locations").join(",") + &codes("asns").join(",") + &scope));
    Draft {
        kind: ItemKind::Article,
        url: word(value, "linkedUrl").or_else(|| Some("https://radar.cloudflare.com/outage-center".to_owned())),
        title: format!(
            "Cloudflare Radar: internet outage{}",
            named.map(|name| format!(", {name}")).unwrap_or_default()
        ),
        text: sentences.join("\n"),
        created_at: Some(start),
        language: Some("en".to_owned()),
        ..Draft::new(Network::Site("radar.cloudflare.com".to_owned()), id)
    }
    .finish(context)
}

fn lasted(start: Timestamp, end: Option<Timestamp>) -> String {
    let clock = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC");
    match end {
        Some(end) => format!("From {} to {}.", clock(start), clock(end)),
        None => format!("Since {}; no end is told.", clock(start)),
    }
}

fn read_ioda(document: &Document<'_>, asked: &Asked<'_>) -> Result<Reading, ReadError> {
    let value = document.json()?;
    if let Some(error) = word(value, "error") {
        return Err(ReadError::OtherPage("IODA", error));
    }
    let Some(events) = value.get("data").and_then(Value::as_array) else {
        return Err(ReadError::OtherPage("IODA", shape(value)));
    };
    let mut reading = Reading::default();
    let read = |value: &Value| event(value, asked.context);
    read_all(&mut reading, "event", events, read, |reading, item| reading.items.push(item));
    Ok(reading)
}

fn event(value: &Value, context: Context<'_>) -> Result<Item, String> {
    let (Some(place), Some(start)) = (word(value, "location"), time(value, "start")) else {
        return Err("an event without location or start".to_owned());
    };
    let measured_by = word(value, "datasource").unwrap_or_else(|| "an unnamed measurement".to_owned());
    let name = line(value, "location_name");
    let name = if name.is_empty() { place.clone() } else { name };
    // An event that reaches the end of what was asked for is not known to be over: its length is that of the question.
    let is_open = value.get("overlaps_window").and_then(Value::as_bool) == Some(true);
    let end = integer(value, "duration")
        .filter(|_| !is_open)
        .and_then(|seconds| start.checked_add(SignedDuration::from_secs(seconds)).ok());
    Draft {
        kind: ItemKind::Article,
        url: Some(format!("https://ioda.inetintel.cc.gatech.edu/{place}")),
        title: format!("IODA: internet outage, {name}"),
        text: format!(
            "Internet connectivity of {name} ({place}) dropped, measured by {measured_by}.\n{}",
            lasted(start, end)
        ),
        created_at: Some(start),
        language: Some("en".to_owned()),
        ..Draft::new(Network::Site("ioda".to_owned()), format!("{place}|{}|{measured_by}", start.as_second()))
    }
    .finish(context)
}
