//! Whose reliability an incident counts for: the service whose page it stands on, services of the same owner that its
//! components are, and each component by itself.

use crate::{catalogue::Catalogue, model::PageIdentity};

/// A service, or one component of its page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The catalogue's name of the service; what the page calls itself (or its host) where it is in no catalogue.
    pub service: String,
    /// The component's name as the page writes it; `None` for the service as a whole.
    pub component: Option<String>,
}

/// Tells whose reliability something counts for.
#[derive(Debug, Clone, Copy)]
pub struct Subjects<'a>(pub &'a Catalogue);

impl Subjects<'_> {
    /// The subjects of what stands on a page and speaks of these components, each once. Only what the page itself lists
    /// counts: a service that is merely named in a text may be innocent.
    pub fn of<'c>(
        self,
        page: &PageIdentity,
        service: Option<&str>,
        components: impl IntoIterator<Item = &'c str>,
    ) -> Vec<Subject> {
        let whole = self.page(page, service);
        let mut subjects = vec![Subject { service: whole.clone(), component: None }];
        for component in components.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
            let own = self.service_of(&whole, component).map(|service| Subject { service, component: None });
            let part = Subject { service: whole.clone(), component: Some(component.to_owned()) };
            subjects.extend(own.into_iter().chain([part]));
        }
        subjects.sort();
        subjects.dedup();
        subjects
    }

    /// The service of a page.
    fn page(self, page: &PageIdentity, service: Option<&str>) -> String {
        let by_host = || Some(self.0.by_status_host(page.host.as_deref()?)?.name.clone());
        let known = service.map(str::to_owned).or_else(by_host);
        // A page that calls itself by the name of a service whose page it is not counts under its host.
        let own_name = page.name.clone().filter(|name| self.0.find(name).is_none());
        let named = || own_name.or_else(|| page.host.clone()).or_else(|| page.id.clone());
        known.or_else(named).unwrap_or_else(|| "unnamed".to_owned())
    }

    /// The service that a component of a page is, where the catalogue knows one.
    fn service_of(self, page: &str, component: &str) -> Option<String> {
        self.0.service_of_component(self.0.find(page)?, component).map(|service| service.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Service;

    #[test]
    fn a_component_that_is_a_service_of_the_same_owner_counts_for_it_too() {
        let mut catalogue = Catalogue::default();
        for (name, owner) in [("Acme", "Acme"), ("Acme Mail", "Acme"), ("Relay", "Other")] {
            catalogue.put(Service { owner: owner.to_owned(), ..Service::named(name) });
        }
        let page = PageIdentity { host: Some("status.acme.example".to_owned()), ..PageIdentity::default() };
        let told = |service| {
            let subjects = Subjects(&catalogue).of(&page, service, ["Acme Mail / Inbox", "Relay", " ", "Relay"]);
            let words = subjects.into_iter().map(|subject| (subject.service, subject.component.unwrap_or_default()));
            words.map(|(service, component)| format!("{service}|{component}")).collect::<Vec<_>>()
        };
        assert_eq!(told(Some("Acme")), ["Acme|", "Acme|Acme Mail / Inbox", "Acme|Relay", "Acme Mail|"]);
        assert_eq!(told(None)[0], "status.acme.example|");
        let claims = |name: &str| {
            let page = PageIdentity { name: Some(name.to_owned()), ..page.clone() };
            Subjects(&catalogue).of(&page, None, []).remove(0).service
        };
        assert_eq!((claims("Acme"), claims("Acorn")), ("status.acme.example".to_owned(), "Acorn".to_owned()));
    }
}
