//! The list holds what it promises, and what looks things up in it.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::text::data::lines;

/// Every name of a service that a text may use, hashtags with their sign.
fn names(service: &Service) -> impl Iterator<Item = String> {
    let domain = service.domain.iter().filter(|domain| !service.name.eq_ignore_ascii_case(domain));
    let names = [&service.name].into_iter().chain(&service.aliases).chain(domain).map(|name| name.to_lowercase());
    names.chain(service.hashtags.iter().map(|tag| format!("#{tag}")))
}

#[test]
fn every_line_is_a_service_and_there_are_many() {
    let catalogue = Catalogue::built_in();
    let lines: usize = built_in::GROUPS.iter().map(|(_, text)| lines(text).count()).sum();
    assert_eq!(catalogue.services().len(), lines, "a line is no service, or two have one name");
    assert!(lines >= 450, "{lines}");
    let groups: Vec<&str> = built_in::GROUPS.iter().map(|(group, _)| *group).collect();
    assert_eq!(catalogue.groups(), groups);
}

#[test]
fn the_documented_case_is_complete() {
    let catalogue = Catalogue::built_in();
    for (asked, name) in
        [("chatgpt", "ChatGPT"), ("Sora", "Sora"), ("OpenAI API", "OpenAI API"), ("azure", "Microsoft Azure")]
    {
        assert_eq!(catalogue.find(asked).map(|service| service.name.as_str()), Some(name));
    }
    assert_eq!(catalogue.by_status_host("status.openai.com").map(|service| service.name.as_str()), Some("OpenAI"));
    let chatgpt = catalogue.find("ChatGPT").expect("there");
    assert!(chatgpt.upstream.contains(&"Microsoft Azure".to_owned()));
    assert_eq!(chatgpt.status.as_deref(), Some("https://status.openai.com"));
    assert_eq!(chatgpt.platform, Some(SourceKind::IncidentIo));
    assert_eq!(catalogue.page_of(chatgpt).name, "OpenAI");
}

#[test]
fn no_name_belongs_to_two_services_unless_both_mark_it_ambiguous() {
    let catalogue = Catalogue::built_in();
    let mut owners: HashMap<String, &Service> = HashMap::new();
    for service in catalogue.services() {
        for name in names(service) {
            let Some(other) = owners.insert(name.clone(), service) else { continue };
            let both = other.is_ambiguous(&name) && service.is_ambiguous(&name);
            let same = other.name == service.name;
            assert!(!same, "{name} stands twice at {}", service.name);
            assert!(both, "{name} is a name of {} and of {}", other.name, service.name);
        }
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
fn upstreams_pages_of_others_and_components_name_services_of_the_list() {
    let catalogue = Catalogue::built_in();
    let named: HashMap<&str, &Service> =
        catalogue.services().iter().map(|service| (service.name.as_str(), service)).collect();
    for service in catalogue.services() {
        for upstream in &service.upstream {
            assert!(named.contains_key(upstream.as_str()), "{} runs on {upstream}, which is unknown", service.name);
            assert_ne!(upstream, &service.name);
        }
        if let Some(owner) = &service.page_of {
            let owner = named.get(owner.as_str()).unwrap_or_else(|| panic!("{} stands on {owner}", service.name));
            assert!(owner.page_of.is_none() && owner.status.is_some(), "{} stands on {}", service.name, owner.name);
        }
    }
    for (name, components) in built_in::components() {
        assert!(named.contains_key(name) && !components.is_empty(), "components of {name}");
    }
}

#[test]
fn every_page_is_an_https_address_that_somebody_owns() {
    let catalogue = Catalogue::built_in();
    let mut own_pages = HashSet::new();
    for service in catalogue.services() {
        assert_eq!(service.status.is_some(), service.platform.is_some(), "{}", service.name);
        let Some(status) = &service.status else { continue };
        let url = url::Url::parse(status).unwrap_or_else(|error| panic!("{status}: {error}"));
        assert!(url.scheme() == "https" && url.host_str().is_some_and(|host| host.contains('.')), "{status}");
        assert!(!status.ends_with('/'), "{status}");
        assert!(service.page_of.is_some() || own_pages.insert(status), "two services call {status} their own");
    }
    assert!(own_pages.len() >= 400, "{} pages", own_pages.len());
}

#[test]
fn the_files_are_sorted_and_written_one_way() {
    for (group, text) in built_in::GROUPS {
        let names: Vec<String> =
            lines(text).map(|line| line.split('|').next().unwrap_or_default().trim().to_lowercase()).collect();
        assert!(names.is_sorted(), "{group}: {:?}", names.windows(2).find(|pair| pair[0] > pair[1]));
    }
    for service in Catalogue::built_in().services() {
        for tag in &service.hashtags {
            let is_tag = tag.chars().all(|letter| letter.is_alphanumeric() && !letter.is_uppercase());
            assert!(is_tag && !tag.is_empty(), "#{tag} of {}", service.name);
        }
        let is_domain = |domain: &String| domain.contains('.') && !domain.contains(['/', ' ']);
        assert!(service.domain.as_ref().is_none_or(is_domain), "{:?}", service.domain);
        for word in &service.ambiguous {
            let is_name = names(service).any(|name| name == word.to_lowercase());
            assert!(is_name, "{word} is ambiguous, but no name of {}", service.name);
        }
        for name in names(service) {
            let is_short = name.is_ascii() && name.len() <= 2 || name.chars().count() < 2;
            assert!(!is_short || service.is_ambiguous(&name), "{name} of {} is too short to be sure", service.name);
        }
    }
}

#[test]
fn words_of_everyday_language_are_marked_ambiguous() {
    let common: HashSet<&str> = include_str!("data/common-words.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    assert!(common.len() > 1000, "{}", common.len());
    let catalogue = Catalogue::built_in();
    let mut unmarked = Vec::new();
    for service in catalogue.services() {
        for name in names(service).filter(|name| common.contains(name.as_str())) {
            if !service.is_ambiguous(&name) {
                unmarked.push(format!("{name} ({})", service.name));
            }
        }
    }
    assert!(unmarked.is_empty(), "words, but not marked: {}", unmarked.join(", "));
    for word in ["box", "signal", "x", "teams", "three", "free", "orange", "target", "monday", "chase", "indeed"] {
        let named = catalogue.find(word);
        assert!(named.is_none_or(|service| service.is_ambiguous(word)), "{word}");
    }
}

#[test]
fn a_service_that_takes_anothers_place_takes_its_names_away() {
    let mut catalogue = Catalogue::default();
    let service = |name: &str, alias: &str, status: Option<&str>| Service {
        aliases: vec![alias.to_owned()],
        status: status.map(str::to_owned),
        ..Service::named(name)
    };
    catalogue.put(service("Acme", "Acme Inc", Some("https://status.acme.example")));
    catalogue.put(service("Relay", "Acme Inc", None));
    let found = |catalogue: &Catalogue, name: &str| catalogue.find(name).map(|service| service.name.clone());
    assert_eq!(found(&catalogue, "ACME INC").as_deref(), Some("Acme"));
    catalogue.put(service("acme", "Acme Ltd", None));
    assert_eq!(catalogue.services().len(), 2);
    assert_eq!(found(&catalogue, "Acme Inc").as_deref(), Some("Relay"));
    assert_eq!(found(&catalogue, "acme ltd").as_deref(), Some("acme"));
    assert_eq!(catalogue.by_status_host("status.acme.example"), None);
}

#[test]
fn products_move_with_the_page_that_they_stand_on() {
    let mut catalogue = Catalogue::built_in();
    let openai = catalogue.find("OpenAI").expect("there").clone();
    let page = "https://status.example.org".to_owned();
    catalogue.put(Service { status: Some(page.clone()), platform: Some(SourceKind::Page), ..openai });
    let chatgpt = catalogue.find("ChatGPT").expect("there");
    assert_eq!((chatgpt.status.as_ref(), chatgpt.platform), (Some(&page), Some(SourceKind::Page)));
    assert_eq!(catalogue.page_of(chatgpt).name, "OpenAI");
    assert_eq!(catalogue.by_status_host("status.openai.com"), None);
    assert_eq!(catalogue.services_of_page("status.example.org", ["Sora"])[0].name, "Sora");
}

#[test]
fn an_incident_is_about_the_products_that_its_components_name() {
    let catalogue = Catalogue::built_in();
    for (host, components, expected) in [
        ("status.openai.com", vec!["ChatGPT"], vec!["ChatGPT"]),
        ("status.openai.com", vec!["API", "Sora"], vec!["OpenAI API", "Sora"]),
        ("status.openai.com", vec!["Chat Completions", "Embeddings"], vec!["OpenAI API"]),
        ("status.openai.com", vec!["ChatGPT / Login"], vec!["ChatGPT"]),
        ("status.openai.com", vec!["Login", "Labs"], vec!["DALL-E"]),
        ("status.openai.com", vec![], vec![]),
        ("status.openai.com", vec![" "], vec![]),
        ("STATUS.openai.com", vec!["nothing of the kind"], vec![]),
        ("status.claude.com", vec!["claude.ai", "Claude API (api.anthropic.com)"], vec!["Claude", "Claude API"]),
        ("status.claude.com", vec!["Claude Code", "Claude Cowork"], vec!["Claude Code", "Claude"]),
        ("www.githubstatus.com", vec!["Actions", "Copilot"], vec!["GitHub Copilot"]),
        ("www.google.com", vec!["Gmail", "Google Meet"], vec!["Gmail", "Google Meet"]),
        ("status.example.org", vec!["ChatGPT"], vec![]),
    ] {
        let found: Vec<&str> =
            catalogue.services_of_page(host, components.clone()).iter().map(|service| service.name.as_str()).collect();
        assert_eq!(found, expected, "{host} {components:?}");
    }
}

#[test]
fn a_component_is_another_service_only_of_the_same_page_or_owner() {
    let mut catalogue = Catalogue::default();
    let service = |name: &str, owner: &str| Service { owner: owner.to_owned(), ..Service::named(name) };
    catalogue.put(Service { status: Some("https://status.acme.example".to_owned()), ..service("Acme", "Acme") });
    catalogue.put(service("Acme Mail", "Acme"));
    catalogue.put(service("Relay", "Other"));
    let found = |component| {
        let found = catalogue.services_of_page("status.acme.example", [component]);
        found.iter().map(|service| service.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((found("acme mail"), found("Acme Mail / Inbox")), (vec!["Acme Mail"], vec!["Acme Mail"]));
    assert_eq!((found("Relay"), found("The Acme Mail queue")), (Vec::new(), Vec::new()));
}
