//! The built-in catalogue against a list that others keep, and what `[catalogue]` makes of it.

use std::{collections::BTreeSet, time::Instant};

use downwire::{
    catalogue::{Catalogue, alias::AliasTable},
    config::{self, Environment, Settings},
    model::SourceSpec,
};

use crate::support::data;

/// Names of that list that are none: `Dns` is its word for DNS Made Easy, and a word in every second report.
const NO_NAMES: [&str; 1] = ["Dns"];

#[test]
fn the_services_of_a_list_that_others_keep_are_known() {
    let Some(path) = data::path("catalogue/services.csv") else { return };
    let list = std::fs::read_to_string(path).expect("a list");
    // No name in it is quoted.
    let names: BTreeSet<&str> = list.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(names.len() > 400, "{}", names.len());
    let catalogue = Catalogue::built_in();
    let unknown: Vec<&&str> = names.iter().filter(|name| catalogue.find(name).is_none()).collect();
    println!("{} of {} names are unknown: {unknown:?}", unknown.len(), names.len());
    assert!(unknown.iter().all(|name| NO_NAMES.contains(name)), "{unknown:?}");
}

fn parse(text: &str) -> Result<Settings, String> {
    config::parse(text, "feeds.toml", &Environment::default()).map_err(|problems| problems.to_string())
}

fn pages(watch: &str) -> Vec<SourceSpec> {
    let settings = parse(&format!("[catalogue]\nwatch = {watch}\n")).expect("is right");
    settings.sources.into_iter().filter(|source| source.kind.is_page()).collect()
}

fn services<C: FromIterator<String>>(watch: &str) -> C {
    pages(watch).into_iter().map(|page| page.service.expect("a page has one")).collect()
}

#[test]
fn groups_owners_and_names_are_watched_and_a_shared_page_goes_by_its_owner() {
    let named: Vec<String> = services("[\"ChatGPT\", \"Sora\"]");
    assert_eq!(named, ["OpenAI"]);
    let cloud: BTreeSet<String> = services("[\"Cloud\"]");
    assert!(cloud.contains("AWS") && cloud.contains("Cloudflare") && !cloud.contains("GitHub"), "{cloud:?}");
    let both: BTreeSet<String> = services("[\"cloud\", \"GitHub\"]");
    assert_eq!(both.len(), cloud.len() + 1);
    let all = pages("\"all\"");
    let urls: BTreeSet<String> = all.iter().map(|page| page.url.to_lowercase()).collect();
    let names: BTreeSet<&str> = all.iter().map(|page| page.name.as_str()).collect();
    println!("{} status pages are watched", all.len());
    assert!(all.len() >= 400 && urls.len() == all.len() && names.len() == all.len(), "{}", all.len());
}

#[test]
fn a_group_that_does_not_exist_is_named_with_those_that_do() {
    let text = "[catalogue]\nwatch = [\"clowd\"]\n";
    let error = parse(text).expect_err("no such group");
    assert!(error.contains("did you mean \"cloud\"") && error.contains("ai, cloud, developer"), "{error}");
}

#[test]
fn a_service_of_ones_own_may_be_in_a_group() {
    let text = "[catalogue]\nwatch = [\"mine\"]\n[[service]]\nname = \"Example\"\ngroup = \"Mine\"\nstatus = \"https://status.example.org\"\n";
    let settings = parse(text).expect("is right");
    let watched: Vec<_> = settings.sources.iter().filter_map(|source| source.service.as_deref()).collect();
    assert_eq!(watched, ["Example"]);
}

#[test]
fn reading_the_list_and_building_the_table_of_names_takes_little_time() {
    let start = Instant::now();
    let catalogue = Catalogue::built_in();
    let read_ms = start.elapsed().as_millis();
    let table = AliasTable::new(&catalogue);
    let built_ms = start.elapsed().as_millis() - read_ms;
    println!("{} services read in {read_ms} ms, table built in {built_ms} ms", catalogue.services().len());
    assert_eq!(table.mentions("is chatgpt down?").count(), 1);
    // Without optimisation and on a busy machine.
    assert!(read_ms + built_ms < 5_000, "{read_ms} ms + {built_ms} ms");
}
