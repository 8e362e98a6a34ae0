//! The overview of a search as links: each value narrows the search by it, each that is asked for can be taken away.

use super::{Context, search::Listing};
use crate::{
    model::{
        FacetCount, Histogram, Overview, Query,
        query::{Condition, Field, Value},
    },
    render::{
        chart,
        view::{Facet, FacetValue, HistogramView, When},
    },
};

/// Values of a facet that are shown.
pub const MOST: usize = 8;

/// From a value of the index to words for people; `None`: as it is.
type Label<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What is shown of a facet: its heading, its field in the query language, its counts and their labels.
type Shown<'a> = (&'static str, &'static str, &'a [FacetCount], Label<'a>);

/// The facets of a search; one in which nothing can be chosen is left out.
pub fn facets(context: &Context, listing: &Listing<'_>, overview: &Overview) -> Vec<Facet> {
    let service = |value: &str| context.catalogue.find(value).map(|service| service.name.clone());
    let source = |value: &str| {
        let spec = context.sources.iter().find(|spec| spec.name.to_lowercase() == value);
        spec.map(|spec| spec.name.clone())
    };
    let kind = |value: &str| Some(super::search::kind_words(value));
    let language = |value: &str| language_name(value).map(str::to_owned);
    let shown: [Shown<'_>; 4] = [
        ("Service", "service", &overview.services, &service),
        ("Kind", "kind", &overview.kinds, &kind),
        ("Source", "source", &overview.sources, &source),
        ("Language", "lang", &overview.languages, &language),
    ];
    let facet = |(name, field, counts, label): Shown<'_>| {
        let values = values(listing, Field::find(field)?, counts, label);
        let can_choose = values.len() > 1 || values.iter().any(|value| value.chosen);
        can_choose.then(|| Facet { name: name.to_owned(), values })
    };
    shown.into_iter().filter_map(facet).collect()
}

fn values(listing: &Listing<'_>, field: &'static Field, counts: &[FacetCount], label: Label<'_>) -> Vec<FacetValue> {
    let chosen = listing.query.values_of(field.name);
    let is_chosen =
        |name: &str| chosen.iter().any(|value| matches!(value, Value::Word(word) if word.to_lowercase() == name));
    let value = |count: &FacetCount| {
        let name = label(&count.value).unwrap_or_else(|| count.value.clone());
        let is = is_chosen(&count.value);
        let query = if is {
            listing.query.without(|other, value| {
                other.name == field.name && matches!(value, Value::Word(word) if word.to_lowercase() == count.value)
            })
        } else {
            let word = if field.name == "kind" || field.name == "lang" { count.value.clone() } else { name.clone() };
            listing.query.and(Condition::Field(field, Value::Word(word)))
        };
        FacetValue { label: name, count: count.count, href: listing.href(&query), chosen: is }
    };
    counts.iter().map(value).collect()
}

/// The histogram of a search: each bar narrows it to its time.
pub fn histogram(listing: &Listing<'_>, histogram: &Histogram, now: crate::model::Timestamp) -> Option<HistogramView> {
    let (after, before) = (Field::find("after")?, Field::find("before")?);
    let of = |bar: &chart::Bar| {
        let fixed = |at| Value::Instant { at, ago: None };
        let timeless: Query = listing.query.without(|field, _| field.index == "at");
        let query = timeless.and(Condition::Field(after, fixed(bar.from)));
        listing.href(&query.and(Condition::Field(before, fixed(bar.to))))
    };
    let drawn = chart::bars(histogram, of)?;
    let end = |at| When::new(at, now);
    Some(HistogramView { svg: drawn.svg, each: drawn.each, first: end(drawn.first), last: end(drawn.last) })
}

/// The languages that are told apart, in their own names.
fn language_name(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "ar" => "العربية",
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fr" => "Français",
        "hi" => "हिन्दी",
        "id" => "Bahasa Indonesia",
        "it" => "Italiano",
        "ja" => "日本語",
        "ko" => "한국어",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "ru" => "Русский",
        "sv" => "Svenska",
        "tr" => "Türkçe",
        "vi" => "Tiếng Việt",
        "zh" => "中文",
        _ => return None,
    })
}
