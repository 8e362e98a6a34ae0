//! What can be down: services with their names, owners and status pages. The built-in list is data in the crate;
//! `[[service]]` adds to it or overrides an entry. [`alias`] finds them in texts.

pub mod alias;
mod built_in;
mod index;
mod page;
#[cfg(test)]
mod tests;

use crate::{
    model::{
        Query, SourceKind,
        query::{Condition, Value},
    },
    text::urls,
};

use index::Index;

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    /// Unique, as it is shown.
    pub name: String,
    /// Who runs it; its own name where nobody else does.
    pub owner: String,
    /// What kind of service it is, in one word: `ai`, `cloud`, `telecom` …; empty for none.
    pub group: String,
    /// Its home domain.
    pub domain: Option<String>,
    /// The root of its status page, without a slash at the end; a page that has only a feed is that feed.
    pub status: Option<String>,
    /// The service whose status page that is, where it is another's: products share the page of their owner.
    pub page_of: Option<String>,
    /// Names of that page's components that mean this service, where they are not its names.
    pub components: Vec<String>,
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

    /// Whether a name of it is a word of its own.
    pub fn is_ambiguous(&self, name: &str) -> bool {
        self.ambiguous.iter().any(|word| word.eq_ignore_ascii_case(name))
    }

    /// The host of its status page.
    pub fn host(&self) -> Option<String> {
        urls::host(self.status.as_deref()?)
    }
}

/// Every service that downwire knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    services: Vec<Service>,
    index: Index,
}

impl Catalogue {
    /// The built-in list.
    pub fn built_in() -> Self {
        let mut catalogue = Self::default();
        for service in built_in::services() {
            catalogue.put(service);
        }
        catalogue
    }

    /// All of them, in the order of the list.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The groups that services are in, each once, in the order of the list.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for group in self.services.iter().map(|service| service.group.as_str()).filter(|group| !group.is_empty()) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }

    /// The service of that name, alias or home domain; case does not matter, and a name goes before the others.
    pub fn find(&self, name: &str) -> Option<&Service> {
        self.services.get(self.index.find(name)?)
    }

    /// The service whose name has this slug.
    pub fn by_slug(&self, wanted: &str) -> Option<&Service> {
        self.services.get(self.index.by_slug(wanted)?)
    }

    /// Adds a service, in the place of the one that has its name. Products on its status page move with the page.
    pub fn put(&mut self, service: Service) {
        let Some(at) = self.index.named(&service.name) else {
            self.index.add(&service, self.services.len());
            self.services.push(service);
            return;
        };
        let moves = self.services.get(at).is_some_and(|known| known.status != service.status);
        let (name, page) = (service.name.clone(), (service.status.clone(), service.platform));
        self.replace(at, service);
        let is_product =
            |other: &Service| other.page_of.as_deref().is_some_and(|owner| owner.eq_ignore_ascii_case(&name));
        let products = self.services.iter().enumerate().filter(|(_, other)| moves && is_product(other));
        let moved =
            products.map(|(at, other)| (at, Service { status: page.0.clone(), platform: page.1, ..other.clone() }));
        for (at, product) in moved.collect::<Vec<_>>() {
            self.replace(at, product);
        }
    }

    fn replace(&mut self, at: usize, service: Service) {
        let Some(known) = self.services.get_mut(at) else { return };
        self.index.remove(known, at);
        self.index.add(&service, at);
        *known = service;
    }

    /// The service whose status page is on this host: whose own it is, before those that share it.
    pub fn by_status_host(&self, host: &str) -> Option<&Service> {
        self.services.get(*self.index.on_host(host).first()?)
    }

    /// The service whose name a status page goes by: its owner's where several share it.
    pub fn page_of<'a>(&'a self, service: &'a Service) -> &'a Service {
        let owner = service.page_of.as_deref().and_then(|name| self.find(name));
        owner.filter(|owner| owner.status == service.status).unwrap_or(service)
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

/// The platform of a word of the list or of `feeds.toml`: a kind of page, `other` for one that is found out, `none` where
/// there is no page that could be read (`Some(None)`). `None` for any other word.
pub fn platform(word: &str) -> Option<Option<SourceKind>> {
    match word.trim().to_lowercase().as_str() {
        "none" => Some(None),
        "other" => Some(Some(SourceKind::Page)),
        word => SourceKind::parse(word).filter(|kind| kind.is_page()).map(Some),
    }
}
