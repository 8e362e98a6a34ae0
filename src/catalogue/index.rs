//! Services by what they are looked up by. A name may be claimed by many; the first in the list's order has it.

use std::collections::HashMap;

use super::{Service, slug};

/// A word and the places of those that claim it, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Claims(HashMap<String, Vec<usize>>);

impl Claims {
    fn first(&self, word: &str) -> Option<usize> {
        self.0.get(word)?.first().copied()
    }

    fn all(&self, word: &str) -> &[usize] {
        self.0.get(word).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, word: String, at: usize) {
        let claims = self.0.entry(word).or_default();
        if let Err(place) = claims.binary_search(&at) {
            claims.insert(place, at);
        }
    }

    fn remove(&mut self, word: &str, at: usize) {
        if let Some(claims) = self.0.get_mut(word) {
            claims.retain(|other| *other != at);
            if claims.is_empty() {
                self.0.remove(word);
            }
        }
    }
}

/// Places in the catalogue's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    names: Claims,
    /// Aliases and domains.
    aliases: Claims,
    slugs: Claims,
    /// Hosts of status pages, by the services whose own page it is …
    own_hosts: Claims,
    /// … and by those that stand on another's.
    hosts: Claims,
}

impl Index {
    /// Takes a service in that stands at this place.
    pub fn add(&mut self, service: &Service, at: usize) {
        self.each(service, |claims, word| claims.add(word, at));
    }

    /// Forgets it.
    pub fn remove(&mut self, service: &Service, at: usize) {
        self.each(service, |claims, word| claims.remove(&word, at));
    }

    /// Who has this name; case does not matter.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.names.first(&name.to_lowercase())
    }

    /// Who has this name, alias or domain; a name goes before an alias.
    pub fn find(&self, name: &str) -> Option<usize> {
        let name = name.trim().to_lowercase();
        self.names.first(&name).or_else(|| self.aliases.first(&name))
    }

    /// Whose name has this slug.
    pub fn by_slug(&self, slug: &str) -> Option<usize> {
        self.slugs.first(slug)
    }

    /// Whose status page is on this host: whose own it is, then those that share it.
    pub fn on_host(&self, host: &str) -> Vec<usize> {
        let host = host.to_lowercase();
        self.own_hosts.all(&host).iter().chain(self.hosts.all(&host)).copied().collect()
    }

    fn each(&mut self, service: &Service, mut act: impl FnMut(&mut Claims, String)) {
        act(&mut self.names, service.name.to_lowercase());
        act(&mut self.slugs, slug(&service.name));
        for alias in service.aliases.iter().chain(&service.domain) {
            act(&mut self.aliases, alias.to_lowercase());
        }
        if let Some(host) = service.host() {
            let hosts = if service.page_of.is_none() { &mut self.own_hosts } else { &mut self.hosts };
            act(hosts, host);
        }
    }
}
