//! The list in the crate: a file for each group under `data/services/`, a line for each service.
//!
//! `name | owner | home domain | status page | platform | aliases | ambiguous | hashtags | upstreams`
//!
//! Lists are divided by `;`, `-` is an empty field. A status page `@Name` is the one of that service: products that share
//! their owner's page name it so, and leave the platform empty. The platform is a word of [`super::platform`]: `other` is
//! found out at first sight, `none` goes with `-`. Ambiguous are names or aliases that are words of their own. Upstreams are
//! services that it is publicly known to run on.

use super::{Service, platform};
use crate::text::data::lines;

/// The groups and their files. The order is that of the catalogue.
pub const GROUPS: [(&str, &str); 14] = [
    ("ai", include_str!("data/services/ai.txt")),
    ("cloud", include_str!("data/services/cloud.txt")),
    ("developer", include_str!("data/services/developer.txt")),
    ("security", include_str!("data/services/security.txt")),
    ("business", include_str!("data/services/business.txt")),
    ("social", include_str!("data/services/social.txt")),
    ("streaming", include_str!("data/services/streaming.txt")),
    ("games", include_str!("data/services/games.txt")),
    ("finance", include_str!("data/services/finance.txt")),
    ("telecom", include_str!("data/services/telecom.txt")),
    ("travel", include_str!("data/services/travel.txt")),
    ("shopping", include_str!("data/services/shopping.txt")),
    ("public", include_str!("data/services/public.txt")),
    ("home", include_str!("data/services/home.txt")),
];

/// What the owners of shared pages call their products there, where it is not the product's name.
const COMPONENTS: &str = include_str!("data/components.txt");

/// Every service of the list, with shared pages filled in.
pub fn services() -> Vec<Service> {
    let of_group = |(group, text): &(&str, &'static str)| {
        let group = (*group).to_owned();
        lines(text).filter_map(move |line| Some(Service { group: group.clone(), ..service(line)? })).collect::<Vec<_>>()
    };
    let mut services: Vec<Service> = GROUPS.iter().flat_map(of_group).collect();
    fill_in_pages(&mut services);
    for (name, components) in components() {
        if let Some(service) = services.iter_mut().find(|service| service.name == name) {
            service.components = components;
        }
    }
    services
}

/// Services and the names of their components, as `data/components.txt` has them.
pub fn components() -> impl Iterator<Item = (&'static str, Vec<String>)> {
    lines(COMPONENTS).filter_map(|line| line.split_once('|')).map(|(name, words)| (name.trim(), list(words)))
}

/// Gives a service that stands on another's page the address and the platform of it.
fn fill_in_pages(services: &mut [Service]) {
    let pages: std::collections::HashMap<String, (Option<String>, _)> = services
        .iter()
        .filter(|service| service.page_of.is_none())
        .map(|service| (service.name.clone(), (service.status.clone(), service.platform)))
        .collect();
    for service in services {
        if let Some((status, platform)) = service.page_of.as_ref().and_then(|owner| pages.get(owner)) {
            (service.status, service.platform) = (status.clone(), *platform);
        }
    }
}

/// One line of the list; `None` for a line that is none, which a test forbids.
fn service(line: &str) -> Option<Service> {
    let fields: Vec<&str> = line.split('|').map(str::trim).map(|field| if field == "-" { "" } else { field }).collect();
    let [name, owner, domain, status, kind, aliases, ambiguous, hashtags, upstream] = fields.as_slice() else {
        return None;
    };
    let one = |field: &str| Some(field.to_owned()).filter(|field| !field.is_empty());
    let page_of = status.strip_prefix('@').map(str::to_owned);
    Some(Service {
        name: one(name)?,
        owner: one(owner)?,
        domain: one(domain),
        status: one(status).filter(|_| page_of.is_none()),
        platform: if page_of.is_some() { None } else { platform(kind)? },
        page_of,
        aliases: list(aliases),
        ambiguous: list(ambiguous),
        hashtags: list(hashtags),
        upstream: list(upstream),
        ..Service::default()
    })
}

fn list(field: &str) -> Vec<String> {
    field.split(';').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
