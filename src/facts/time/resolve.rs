//! Which instant a stated time is. Where there is a choice (an ambiguous zone, a missing day) the reading is taken that
//! agrees with everything else that the text says, and the reason is kept.

use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

use super::{
    grammar::{Day, Other, Relative, Stated},
    zones::{self, Reading, Written},
};
use crate::model::Precision;

/// When a text was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// To the second.
    At(Timestamp),
    /// Only the day is known, in the zone of whoever published.
    On(Date),
}

/// What is known of the text around a time.
#[derive(Debug, Clone, Default)]
pub(in crate::facts) struct Frame {
    /// When the text was published.
    pub published: Option<Published>,
    /// The zone that all times of the text are in ("All times US/Pacific").
    pub zone: Option<Reading>,
    /// The zone of the places that the text names.
    pub place: Option<&'static str>,
    /// Whether those places say which zone a time without one is in; else they only choose among the meanings of what is
    /// written.
    pub infers: bool,
}

/// What the words near a time say about it.
#[derive(Debug, Clone, Default)]
pub(in crate::facts) struct Hints {
    /// The day that was named last.
    pub day: Option<Date>,
    /// The zone that stands with a neighbour, and its words.
    pub zone: Option<(Written, String)>,
    /// The zone that the text wrote last, and its words.
    pub text_zone: Option<(Written, String)>,
    /// The instant told before, for "half an hour later".
    pub before: Option<Timestamp>,
    /// The stamp of the update that the time stands in: nothing in it is later.
    pub stamp: Option<Timestamp>,
}

/// A time that is understood.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::facts) struct Told {
    /// The instant; for a day or month its civil midnight in UTC.
    pub at: Timestamp,
    /// False when no day is known: only the time of day of `at` means anything.
    pub dated: bool,
    /// The civil date in its own zone.
    pub date: Date,
    /// The hour of the day in its own zone; 0 for a day.
    pub hour: i8,
    /// How exact.
    pub precision: Precision,
    /// The zone as written.
    pub zone: Option<String>,
    /// The IANA zone that a place implies.
    pub inferred: Option<String>,
    /// How a choice was made.
    pub why: Option<String>,
}

impl Told {
    /// The value of a fact.
    pub(in crate::facts) fn value(&self) -> String {
        let text = self.at.to_string();
        match text.split_once('T') {
            Some((_, time)) if !self.dated => time.to_owned(),
            _ => text,
        }
    }
}

/// A day for a time on no known day: in winter, so that abbreviations without rules of their own mean what they say.
const NO_DAY: Date = Date::constant(2001, 1, 15);

/// How far after its publication a text may speak of as past: clocks differ, and articles are updated.
const SLACK: SignedDuration = SignedDuration::from_mins(15);

/// The instant of a stated time; `None` where the text does not say enough.
pub(in crate::facts) fn resolve(
    stated: &Stated,
    hints: &Hints,
    frame: &Frame,
    words: &dyn Fn(&Written) -> String,
) -> Option<Told> {
    let mut told = understood(stated, hints, frame, words)?;
    if let Some(clock) = stated.clock {
        told.hour = clock.hour_of_day() % 24;
    }
    Some(told)
}

fn understood(stated: &Stated, hints: &Hints, frame: &Frame, words: &dyn Fn(&Written) -> String) -> Option<Told> {
    if let Some(relative) = stated.relative {
        return by_distance(relative, hints, frame);
    }
    let Some(clock) = stated.clock else { return without_clock(stated, hints, frame) };
    let hour = clock.hour_of_day();
    let (hour, next_day) = if hour == 24 { (0, true) } else { (hour, false) };
    let time = Time::new(hour, clock.minute, clock.second.unwrap_or(0), 0).ok()?;
    let precision = if clock.second.is_some_and(|second| second != 0) {
        Precision::Second
    } else if clock.exact || stated.others.iter().any(|other| other.clock.exact) {
        Precision::Minute
    } else {
        Precision::Hour
    };
    let zoned = Zoned::of(stated, hints, frame, words);
    let mut best: Option<(Timestamp, Date, Option<String>)> = None;
    for reading in &zoned.readings {
        let (date, dated) =
            date_of(stated, hints, frame, &reading.zone, time).map_or((NO_DAY, false), |date| (date, true));
        let date = if next_day { date.tomorrow().ok()? } else { date };
        if let Some(found) = agreeing(stated, reading, date, time, frame) {
            let (at, date, why) = found;
            return Some(zoned.told(at, date, dated, precision, Some(why)));
        }
        if best.is_none() {
            best = reading.instant(date.to_datetime(time)).map(|at| (at, date, None));
            if !dated && let Some(at) = reading.literal_instant(date.to_datetime(time)) {
                best = Some((at, date, None));
            }
        }
    }
    if zoned.readings.is_empty() || zoned.local {
        let date = date_of(stated, hints, frame, &TimeZone::UTC, time).unwrap_or(NO_DAY);
        if let Some(at) = local_beside(stated, date, time, frame) {
            return Some(zoned.told(
                at,
                date,
                date != NO_DAY,
                precision,
                Some("local time, by the clock beside it".to_owned()),
            ));
        }
    }
    if let Some((at, date, why)) = best {
        let dated = date != NO_DAY && Some(date) != NO_DAY.tomorrow().ok();
        let why = why.or_else(|| zoned.choice());
        return Some(zoned.told(at, date, dated, precision, why));
    }
    let date = date_of(stated, hints, frame, &TimeZone::UTC, time);
    let dated = date.is_some();
    let date = date.unwrap_or(NO_DAY);
    let date = if next_day { date.tomorrow().ok()? } else { date };
    let at = zones::utc().instant(date.to_datetime(time))?;
    Some(zoned.told(at, date, dated, precision, None))
}

/// The zone of a time: what is written, and what it can mean, the likeliest first.
struct Zoned {
    readings: Vec<Reading>,
    written: Option<String>,
    inferred: Option<String>,
    local: bool,
    many: bool,
    by_place: bool,
}

impl Zoned {
    fn of(stated: &Stated, hints: &Hints, frame: &Frame, words: &dyn Fn(&Written) -> String) -> Self {
        let written = stated.zone.as_ref().map(|zone| (zone.clone(), all_words(stated, zone, words)));
        let alone = stated.others.is_empty();
        let written = written.or_else(|| hints.zone.clone().filter(|_| alone));
        let written = written.or_else(|| hints.text_zone.clone().filter(|_| alone && frame.zone.is_none()));
        let mut zoned =
            Self { readings: Vec::new(), written: None, inferred: None, local: false, many: false, by_place: false };
        if let Some((zone, words)) = written {
            zoned.readings = zone.readings().to_vec();
            zoned.local = zoned.readings.is_empty();
            zoned.written = Some(words);
        } else if let Some(zone) = frame.zone.as_ref().filter(|_| alone) {
            zoned.readings = vec![zone.clone()];
            zoned.written = Some(zone.name.clone());
            return zoned;
        }
        zoned.many = zoned.readings.len() > 1;
        if let Some(place) = frame.place {
            if zoned.readings.is_empty() && frame.infers {
                zoned.readings = zones::named(place).into_iter().collect();
                zoned.inferred = Some(place.to_owned());
            } else if let Some(at) = zoned.readings.iter().position(|reading| reading.name == place) {
                // An ambiguous abbreviation means the zone of the places that are spoken of.
                zoned.by_place = at > 0;
                let reading = zoned.readings.remove(at);
                zoned.readings.insert(0, reading);
            }
        }
        if zoned.written.is_none()
            && let Some(other) = stated.others.iter().find_map(|other| other.zone.as_ref())
        {
            zoned.written = Some(words(other));
        }
        zoned
    }

    fn choice(&self) -> Option<String> {
        let (name, first) = (self.written.as_ref()?, self.readings.first()?);
        if self.by_place {
            return Some(format!("{name} read as {}: the places named are there", first.name));
        }
        self.many.then(|| format!("{name} read as {}: its commonest meaning", first.name))
    }

    fn told(&self, at: Timestamp, date: Date, dated: bool, precision: Precision, why: Option<String>) -> Told {
        let hour = 0;
        Told { at, dated, date, hour, precision, zone: self.written.clone(), inferred: self.inferred.clone(), why }
    }
}

/// `EDT/GMT`: every zone that is written.
fn all_words(stated: &Stated, zone: &Written, words: &dyn Fn(&Written) -> String) -> String {
    let others = stated.others.iter().filter_map(|other| other.zone.as_ref());
    std::iter::once(zone).chain(others).map(words).collect::<Vec<_>>().join("/")
}

/// The reading of a second clock that gives the same instant as the first one read as `reading`; the date of the first
/// may move where only the second names a day.
fn agreeing(
    stated: &Stated,
    reading: &Reading,
    date: Date,
    time: Time,
    frame: &Frame,
) -> Option<(Timestamp, Date, String)> {
    if stated.others.is_empty() {
        return None;
    }
    let shifts: &[i64] =
        if stated.day.is_none() && stated.others.iter().any(|other| other.day.is_some()) { &[0, -1, 1] } else { &[0] };
    for shift in shifts {
        let date = date.checked_add(shift.days()).ok()?;
        let civil = date.to_datetime(time);
        let instants = [reading.instant(civil), reading.literal_instant(civil)];
        for at in instants.into_iter().flatten() {
            if let Some(second) = stated.others.iter().find_map(|other| same_instant(other, at, date, frame)) {
                let why = format!("read as {} and {second}: both clocks give one instant", reading.name);
                return Some((at, date, why));
            }
        }
    }
    None
}

/// The name of the reading of `other` under which it is `at`, on the day it names or a neighbour of `date`.
fn same_instant(other: &Other, at: Timestamp, date: Date, frame: &Frame) -> Option<String> {
    let hour = other.clock.hour_of_day();
    let time = Time::new(if hour == 24 { 0 } else { hour }, other.clock.minute, 0, 0).ok()?;
    for reading in other.zone.as_ref()?.readings() {
        let days = match other.day {
            Some(day) => vec![day_of(day, frame, &reading.zone)?],
            None => [date.checked_sub(1.day()), Ok(date), date.checked_add(1.day())].into_iter().flatten().collect(),
        };
        for day in days {
            let civil: DateTime = day.to_datetime(time);
            if reading.instant(civil) == Some(at) || reading.literal_instant(civil) == Some(at) {
                return Some(reading.name.clone());
            }
        }
    }
    None
}

/// "2 p.m. local time (1200 GMT)": the second clock gives the instant, the first the day.
fn local_beside(stated: &Stated, date: Date, time: Time, frame: &Frame) -> Option<Timestamp> {
    let other = stated.others.iter().find(|other| other.zone.is_some())?;
    let reading = other.zone.as_ref()?.readings().first()?;
    let hour = other.clock.hour_of_day();
    let beside = Time::new(if hour == 24 { 0 } else { hour }, other.clock.minute, 0, 0).ok()?;
    let days = match other.day {
        Some(day) => vec![day_of(day, frame, &reading.zone)?],
        None => [Ok(date), date.checked_sub(1.day()), date.checked_add(1.day())].into_iter().flatten().collect(),
    };
    let civil = TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    let instants = days.into_iter().filter_map(|day| reading.instant(day.to_datetime(beside)));
    // No zone is further from UTC than 14 hours.
    instants
        .min_by_key(|at| at.duration_since(civil).abs())
        .filter(|at| other.day.is_some() || at.duration_since(civil).abs() <= SignedDuration::from_hours(14))
}

/// The civil day of a clock: its own, the one named last, or the last on which that clock was past at publication.
fn date_of(stated: &Stated, hints: &Hints, frame: &Frame, zone: &TimeZone, time: Time) -> Option<Date> {
    if let Some(day) = stated.day {
        return day_of(day, frame, zone).or(hints.day);
    }
    if let Some(day) = hints.day {
        return Some(day);
    }
    match hints.stamp.map(Published::At).or(frame.published)? {
        Published::On(day) => Some(day),
        Published::At(at) => {
            let today = at.to_zoned_datetime(zone.clone()).date();
            let is_past = zone
                .to_ambiguous_zoned_datetime(today.to_datetime(time))
                .compatible()
                .is_ok_and(|told| told.timestamp() <= at + SLACK);
            if is_past { Some(today) } else { today.yesterday().ok() }
        }
    }
}

/// The day of publication in a zone.
fn today(frame: &Frame, zone: &TimeZone) -> Option<Date> {
    Some(match frame.published? {
        Published::On(day) => day,
        Published::At(at) => at.to_zoned_datetime(zone.clone()).date(),
    })
}

/// The civil date of a day as it is written.
pub(in crate::facts) fn day_of(day: Day, frame: &Frame, zone: &TimeZone) -> Option<Date> {
    match day {
        Day::Date { year: Some(year), month, day } => Date::new(year, month, day).ok(),
        Day::Date { year: None, month, day } => {
            let latest = today(frame, zone)?.checked_add(2.days()).ok()?;
            // Eight years hold a 29th of February.
            (0..=8).filter_map(|back| Date::new(latest.year() - back, month, day).ok()).find(|date| *date <= latest)
        }
        Day::Month { year, month } => {
            let today = today(frame, zone);
            let year = year
                .or_else(|| today.map(|today| if month > today.month() { today.year() - 1 } else { today.year() }))?;
            Date::new(year, month, 1).ok()
        }
        Day::Weekday { number, strict } => {
            let weekday = Weekday::from_monday_zero_offset(number).ok()?;
            let today = today(frame, zone)?;
            if !strict && today.weekday() == weekday { Some(today) } else { today.nth_weekday(-1, weekday).ok() }
        }
        Day::Offset(days) => today(frame, zone)?.checked_add(i64::from(days).days()).ok(),
        Day::Weekend => {
            let today = today(frame, zone)?;
            if today.weekday() == Weekday::Saturday {
                Some(today)
            } else {
                today.nth_weekday(-1, Weekday::Saturday).ok()
            }
        }
    }
}

/// A day, a part of a day, a month.
fn without_clock(stated: &Stated, hints: &Hints, frame: &Frame) -> Option<Told> {
    let from_place = frame.place.filter(|_| frame.infers).and_then(zones::named);
    let written = hints.text_zone.as_ref().and_then(|(zone, words)| Some((zone.readings().first()?.clone(), words)));
    let zone = written.as_ref().map(|(reading, _)| reading).or(frame.zone.as_ref()).or(from_place.as_ref());
    let rules = zone.map_or(TimeZone::UTC, |zone| zone.zone.clone());
    let date = match stated.day {
        Some(day) => day_of(day, frame, &rules)?,
        None => hints.day.or_else(|| today(frame, &rules))?,
    };
    let midnight = |date: Date| zones::utc().instant(date.to_datetime(Time::midnight()));
    let precision = match (stated.part, stated.day) {
        (Some(part), _) => {
            let civil = date.to_datetime(Time::new(part.hour(), 0, 0, 0).ok()?);
            let at = zone.map_or_else(|| zones::utc().instant(civil), |zone| zone.instant(civil))?;
            let inferred = zone.map(|zone| zone.name.clone());
            return Some(Told {
                hour: part.hour(),
                at,
                dated: true,
                date,
                precision: Precision::PartOfDay,
                zone: None,
                inferred,
                why: None,
            });
        }
        (None, Some(Day::Month { .. })) => Precision::Month,
        (None, Some(_)) => Precision::Day,
        (None, None) => return None,
    };
    Some(Told { at: midnight(date)?, dated: true, date, hour: 0, precision, zone: None, inferred: None, why: None })
}

fn by_distance(relative: Relative, hints: &Hints, frame: &Frame) -> Option<Told> {
    let (from, minutes) = match relative {
        Relative::Later(minutes) => (hints.before?, minutes),
        Relative::Ago(minutes) => match frame.published? {
            Published::At(at) => (at, -minutes),
            Published::On(day) if minutes >= 1440 => {
                (zones::utc().instant(day.to_datetime(Time::midnight()))?, -minutes)
            }
            Published::On(_) => return None,
        },
    };
    let at = from.checked_add(SignedDuration::from_mins(minutes)).ok()?;
    let date = at.to_zoned_datetime(TimeZone::UTC).date();
    let is_days = minutes.abs() >= 1440;
    let at = if is_days { zones::utc().instant(date.to_datetime(Time::midnight()))? } else { at };
    let precision = if is_days { Precision::Day } else { Precision::Hour };
    let hour = at.to_zoned_datetime(TimeZone::UTC).hour();
    Some(Told { at, dated: true, date, hour, precision, zone: None, inferred: None, why: Some("reckoned".to_owned()) })
}
