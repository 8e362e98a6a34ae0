//! Which services a status page speaks of: several products often share one page, and an incident says by its components
//! which of them it is about.

use super::{Catalogue, Service};

impl Catalogue {
    /// The products that the components of an incident on this host name: each once, in the order of the components. Empty
    /// where no component tells products apart: then the incident is about the page's own service.
    pub fn services_of_page<'c>(&self, host: &str, components: impl IntoIterator<Item = &'c str>) -> Vec<&Service> {
        let Some(page) = self.by_status_host(host) else { return Vec::new() };
        let mut services: Vec<&Service> = Vec::new();
        for service in components.into_iter().filter_map(|component| self.service_of_component(page, component)) {
            if !services.iter().any(|known| known.name == service.name) {
                services.push(service);
            }
        }
        services
    }

    /// The service that a component of a service's status page is; `None` where it is only a part of that service.
    ///
    /// A component may stand in a group (`ChatGPT / Login`): its own name goes before the group's. Services on the same
    /// page are known by any name of theirs, also beside other words (`Claude API (api.anthropic.com)`), and the longest
    /// name wins. Other services of the same owner must be named exactly.
    pub fn service_of_component(&self, page: &Service, component: &str) -> Option<&Service> {
        let parts = component.rsplit(" / ").chain([component]).map(str::trim).filter(|part| !part.is_empty());
        let mut found = parts.filter_map(|part| {
            let (on_page, is_exact) = self.on_page(page, part).unzip();
            on_page.filter(|_| is_exact == Some(true)).or_else(|| self.of_owner(page, part)).or(on_page)
        });
        found.next().filter(|service| service.name != page.name)
    }

    /// The service of the page with the longest name that stands in the component's, and whether it is all of it.
    fn on_page(&self, page: &Service, component: &str) -> Option<(&Service, bool)> {
        let (host, component) = (page.host()?, folded(component));
        let named = self.sharing(&host).flat_map(|service| names(service).map(move |name| (service, folded(name))));
        let worth = |(service, name): &(&Service, String)| (name.len(), service.name == page.name);
        let longest = named.filter(|(_, name)| stands_in(name, &component)).max_by_key(worth)?;
        Some((longest.0, longest.1 == component))
    }

    fn of_owner(&self, page: &Service, component: &str) -> Option<&Service> {
        self.find(component).filter(|service| service.owner == page.owner)
    }

    /// The services whose status page is on this host.
    fn sharing(&self, host: &str) -> impl Iterator<Item = &Service> {
        self.index.on_host(host).into_iter().filter_map(|at| self.services().get(at))
    }
}

/// Everything that a page may call a service.
fn names(service: &Service) -> impl Iterator<Item = &str> {
    let names = [service.name.as_str()].into_iter().chain(service.domain.as_deref());
    names.chain(service.aliases.iter().chain(&service.components).map(String::as_str))
}

/// Lower case, with one blank for anything but letters and digits.
fn folded(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Whether `words` contain `name` as words of their own.
fn stands_in(name: &str, words: &str) -> bool {
    !name.is_empty() && format!(" {words} ").contains(&format!(" {name} "))
}
