//! What can be down: services with their names, owners and status pages. The built-in list is data in the crate;
//! `[[service]]` adds to it or overrides an entry. [`alias`] finds them in texts.

pub mod alias;

use crate::model::{
    Query, SourceKind,
    query::{Condition, Value},
};

/// The built-in list.
const BUILT_IN: &str = include_str!("data/services.txt");

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    /// Unique, as it is shown.
    pub name: String,
    /// Who runs it; its own name where nobody else does.
    pub owner: String,
    /// Its home domain.
    pub domain: Option<String>,
    /// The root of its status page, without a slash at the end.
    pub status: Option<String>,
    /// What that page runs on; [`SourceKind::Page`] where it is to be found out, `None` where there is no page that could
    /// be read.
    pub platform: Option<SourceKind>,
    /// Other names, domains among them.
    pub aliases: Vec<String>,
    /// Names (or aliases) that are words of their own, and count only with a second cue.
    pub ambiguous: Vec<String>,
    /// Hashtags without `#`, lower case.
    pub hashtags: Vec<String>,
    /// Services that it is publicly known to run on.
    pub upstream: Vec<String>,
}

impl Service {
    /// A service of which only the name is known.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), owner: name.to_owned(), ..Self::default() }
    }

    /// Whether its status page is on this host.
    pub fn is_on(&self, host: &str) -> bool {
        let own = self.status.as_deref().and_then(|status| status.split("//").nth(1)?.split('/').next());
        own.is_some_and(|own| own.eq_ignore_ascii_case(host))
    }

    /// Whether a name of it is a word of its own.
    pub fn is_ambiguous(&self, name: &str) -> bool {
        self.ambiguous.iter().any(|word| word.eq_ignore_ascii_case(name))
    }
}

/// Every service that downwire knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    services: Vec<Service>,
}

impl Catalogue {
    /// The built-in list.
    pub fn built_in() -> Self {
        let lines = BUILT_IN.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { services: lines.filter_map(service).collect() }
    }

    /// All of them, in the order of the list.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The service of that name or alias; case does not matter, and a name goes before an alias.
    pub fn find(&self, name: &str) -> Option<&Service> {
        let same = |other: &str| other.to_lowercase() == name.trim().to_lowercase();
        let by_name = self.services.iter().find(|service| same(&service.name));
        by_name.or_else(|| self.services.iter().find(|service| service.aliases.iter().any(|alias| same(alias))))
    }

    /// The service whose name has this slug.
    pub fn by_slug(&self, wanted: &str) -> Option<&Service> {
        self.services.iter().find(|service| slug(&service.name) == wanted)
    }

    /// Adds a service, in the place of the one that has its name.
    pub fn put(&mut self, service: Service) {
        match self.services.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&service.name)) {
            Some(known) => *known = service,
            None => self.services.push(service),
        }
    }

    /// The first service whose status page is on this host.
    pub fn by_status_host(&self, host: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.is_on(host))
    }

    /// The services whose status page is on this host and that one of the page's components names, alone or behind its
    /// group ("Group / Name").
    pub fn services_of_page(&self, host: &str, components: &[String]) -> Vec<&Service> {
        let of_page = self.services.iter().filter(|service| service.is_on(host));
        let parts =
            |whole: &str| [Some(whole.to_lowercase()), whole.rsplit_once(" / ").map(|(_, own)| own.to_lowercase())];
        let named: Vec<String> = components.iter().flat_map(|whole| parts(whole.trim())).flatten().collect();
        let is_named = |service: &Service| {
            service.aliases.iter().chain([&service.name]).any(|name| named.contains(&name.to_lowercase()))
        };
        of_page.filter(|service| is_named(service)).collect()
    }

    /// The same query with services by their own names: `service:gcp` asks for Google Cloud.
    pub fn canonical(&self, query: Query) -> Query {
        query.map(&|condition| match condition {
            Condition::Field(field, Value::Word(name)) if field.name == "service" => {
                let name = self.find(&name).map_or(name, |service| service.name.clone());
                Condition::Field(field, Value::Word(name))
            }
            other => other,
        })
    }
}

/// A name as a part of an address: letters and digits in lower case, anything else as one hyphen, `+` as `plus`.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars() {
        match letter {
            '+' => slug.push_str("-plus"),
            letter if letter.is_alphanumeric() => slug.extend(letter.to_lowercase()),
            _ if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_matches('-').to_owned()
}

/// One line of the list; `None` for a line that is none, which a test forbids.
fn service(line: &str) -> Option<Service> {
    let fields: Vec<&str> = line.split('|').map(str::trim).map(|field| if field == "-" { "" } else { field }).collect();
    let [name, owner, domain, status, platform, aliases, ambiguous, hashtags, upstream] = fields.as_slice() else {
        return None;
    };
    let list =
        |field: &str| field.split(';').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let one = |field: &str| Some(field.to_owned()).filter(|field| !field.is_empty());
    Some(Service {
        name: one(name)?,
        owner: one(owner)?,
        domain: one(domain),
        status: one(status),
        platform: self::platform(platform)?,
        aliases: list(aliases),
        ambiguous: list(ambiguous),
        hashtags: list(hashtags),
        upstream: list(upstream),
    })
}

/// The platform of a word of the list or of `feeds.toml`: a kind of page, `other` for one that is found out, `none` where
/// there is no page that could be read (`Some(None)`). `None` for any other word.
pub fn platform(word: &str) -> Option<Option<SourceKind>> {
    match word.trim().to_lowercase().as_str() {
        "none" => Some(None),
        "other" => Some(Some(SourceKind::Page)),
        word => SourceKind::parse(word).filter(|kind| kind.is_page()).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_line_of_the_built_in_list_is_a_service_and_the_documented_case_is_complete() {
        let lines = BUILT_IN.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
        let catalogue = Catalogue::built_in();
        assert_eq!(catalogue.services().len(), lines);
        assert!(lines >= 400, "{lines}");
        for name in ["ChatGPT", "Sora", "OpenAI API", "Microsoft Azure"] {
            assert!(catalogue.find(name).is_some(), "{name}");
        }
        assert_eq!(catalogue.find("azure").map(|service| service.name.as_str()), Some("Microsoft Azure"));
        assert_eq!(catalogue.by_status_host("status.openai.com").map(|service| service.name.as_str()), Some("OpenAI"));
        assert!(catalogue.find("ChatGPT").expect("there").upstream.contains(&"Microsoft Azure".to_owned()));
    }

    #[test]
    fn no_alias_belongs_to_two_services_unless_both_mark_it_ambiguous() {
        let catalogue = Catalogue::built_in();
        let mut owners: HashMap<String, &Service> = HashMap::new();
        for service in catalogue.services() {
            for name in service.aliases.iter().chain([&service.name]).chain(&service.hashtags) {
                let Some(other) = owners.insert(name.to_lowercase(), service) else { continue };
                let both = other.name == service.name || (other.is_ambiguous(name) && service.is_ambiguous(name));
                assert!(both, "{name} is a name of {} and of {}", other.name, service.name);
            }
        }
    }

    #[test]
    fn components_tell_which_services_of_a_page_are_meant() {
        let catalogue = Catalogue::built_in();
        for (host, components, expected) in [
            ("status.openai.com", vec!["chatgpt", "APIs / Sora"], vec!["ChatGPT", "Sora"]),
            ("STATUS.openai.com", vec!["Login", "Sora"], vec!["Sora"]),
            ("status.openai.com", vec!["My ChatGPT"], vec![]),
            ("www.githubstatus.com", vec![], vec![]),
            ("nowhere.example", vec!["ChatGPT"], vec![]),
        ] {
            let components: Vec<String> = components.into_iter().map(str::to_owned).collect();
            let found: Vec<_> = catalogue.services_of_page(host, &components);
            assert_eq!(found.iter().map(|service| service.name.as_str()).collect::<Vec<_>>(), expected, "{host}");
        }
    }

    #[test]
    fn every_service_has_an_address_of_its_own() {
        let catalogue = Catalogue::built_in();
        for service in catalogue.services() {
            assert_eq!(catalogue.by_slug(&slug(&service.name)), Some(service), "{}", service.name);
        }
        assert_eq!((slug("Disney+"), slug("Bunny.net")), ("disney-plus".to_owned(), "bunny-net".to_owned()));
    }

    #[test]
    fn every_upstream_is_in_the_list_and_every_page_is_a_web_address() {
        let catalogue = Catalogue::built_in();
        for service in catalogue.services() {
            for upstream in &service.upstream {
                assert!(catalogue.find(upstream).is_some(), "{} runs on {upstream}, which is unknown", service.name);
            }
            let page = service.status.as_deref().map(url::Url::parse);
            assert!(page.is_none_or(|page| page.is_ok_and(|url| url.scheme() == "https")), "{}", service.name);
            assert!(service.status.is_some() || service.platform.is_none(), "{}", service.name);
        }
    }
}
