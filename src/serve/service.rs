//! The page of a service, and the list of all.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    Context, facets,
    figures::Trouble,
    lines, official, pages, reliability, reports,
    search::{self, Listing, find, for_readers, hits_of},
};
use crate::{
    catalogue::{Service, slug},
    model::{
        Query,
        query::{Condition, Field, Value},
    },
    render::{
        self,
        view::{self, Fact, FeedLinks, Frame, ServiceLink},
    },
    search::{Order, Window},
    store::Row,
};

/// Hits of each list on the page.
const SHOWN: usize = 10;

/// Official records that are looked at for the list of incidents: several may be one line.
const GROUPED: usize = 60;

/// Services of the list's head.
const MOST_SPOKEN_OF: usize = 24;

/// Where the page of a service is; one that the catalogue does not know is searched for.
pub fn href(name: &str) -> String {
    let slug = slug(name);
    if slug.is_empty() {
        return search::href(&format!("service:\"{name}\""));
    }
    format!("/service/{slug}")
}

/// The service of a slug.
pub fn named<'a>(context: &'a Context, slug: &str) -> Option<&'a Service> {
    context.catalogue.by_slug(slug)
}

/// What speaks of a service.
pub fn query(service: &Service) -> Query {
    of_field("service", &service.name)
}

fn of_field(field: &str, value: &str) -> Query {
    let field = Field::find(field);
    field.map_or_else(Query::default, |field| Query::Is(Condition::Field(field, Value::Word(value.to_owned()))))
}

/// `/service/{slug}`.
pub async fn page(State(context): State<Context>, Path(slug): Path<String>) -> Response {
    let Some(service) = named(&context, &slug) else { return pages::not_found().await };
    match view(&context, service).await {
        Ok(page) => pages::rendered(StatusCode::OK, render::pages::service(&page)),
        Err(error) => pages::unavailable(&error),
    }
}

async fn view(context: &Context, service: &Service) -> Result<view::Service, Trouble> {
    let now = context.clock.now();
    let all = query(service);
    let incidents = Query::All(vec![all.clone(), of_field("kind", "incident")]);
    let said = Query::All(vec![all.clone(), Query::Not(Box::new(of_field("kind", "incident")))]);
    let (total, records) = newest(context, &incidents, GROUPED).await?;
    let (others, rest) = newest(context, &said, SHOWN).await?;
    let rest = hits_of(context, &rest, &said, now).await?;
    let mut incident_lines = lines::lines(&records, now);
    incident_lines.truncate(SHOWN);
    let (search, asked) = (context.search.clone(), all.clone());
    let overview = tokio::task::spawn_blocking(move || search.overview(&asked, 0)).await??;
    let text = all.written();
    let listing = Listing { text: &text, query: &all, order: Order::Newest };
    let path = href(&service.name);
    Ok(view::Service {
        frame: Frame {
            title: format!("{} · downwire", service.name),
            feed: Some(FeedLinks { path: path.clone(), query: String::new() }),
            now,
        },
        name: service.name.clone(),
        facts: facts(service, total),
        status: service.status.clone(),
        upstream: service.upstream.iter().map(|name| link(name)).collect(),
        downstream: downstream(context, service),
        reliability: reliability::of(context, &service.name).await?,
        histogram: facets::histogram(&listing, &overview.histogram, now),
        official: official::of(context, service).await?,
        reports: reports::of(context, &service.name).await?,
        incidents: incident_lines,
        calendar: official::calendar(service),
        found: rest,
        total: format!("All {} about {}", total + others, service.name),
        search: search::href(&text),
        search_incidents: search::href(&incidents.written()),
        path,
    })
}

async fn newest(context: &Context, query: &Query, limit: usize) -> Result<(usize, Vec<Row>), Trouble> {
    let window = Window { after: None, limit, order: Order::Newest };
    let (hits, rows) = find(context, &for_readers(query.clone()), window).await?;
    Ok((hits.total, rows))
}

fn facts(service: &Service, incidents: usize) -> Vec<Fact> {
    let fact = |name: &str, value: String| Fact { name: name.to_owned(), value, iso: None };
    let mut facts = Vec::new();
    if !service.owner.is_empty() && service.owner != service.name {
        facts.push(fact("Run by", service.owner.clone()));
    }
    if !service.aliases.is_empty() {
        facts.push(fact("Also called", service.aliases.join(", ")));
    }
    facts.push(fact("Official incidents here", incidents.to_string()));
    facts
}

/// A service with the address of its page.
pub fn link(name: &str) -> ServiceLink {
    ServiceLink { label: name.to_owned(), href: href(name) }
}

/// What is publicly known to run on a service.
fn downstream(context: &Context, service: &Service) -> Vec<ServiceLink> {
    let runs_on_it = |other: &&Service| other.upstream.contains(&service.name);
    context.catalogue.services().iter().filter(runs_on_it).map(|other| link(&other.name)).collect()
}

/// `/services`.
pub async fn list(State(context): State<Context>) -> Response {
    let search = context.search.clone();
    let counted = tokio::task::spawn_blocking(move || search.overview(&Query::Everything, MOST_SPOKEN_OF)).await;
    let overview = match counted {
        Ok(Ok(overview)) => overview,
        Ok(Err(error)) => return pages::unavailable(&error),
        Err(error) => return pages::unavailable(&error),
    };
    let spoken_of = overview.services.iter().map(|count| {
        let name = context.catalogue.find(&count.value).map_or(count.value.as_str(), |service| service.name.as_str());
        (link(name), count.count)
    });
    let mut names: Vec<&str> = context.catalogue.services().iter().map(|service| service.name.as_str()).collect();
    names.sort_by_key(|name| name.to_lowercase());
    let (troubled, well) = match official::all(&context).await {
        Ok(official) => official,
        Err(error) => return pages::unavailable(&error),
    };
    let page = view::Services {
        frame: Frame { title: "Services · downwire".to_owned(), feed: None, now: context.clock.now() },
        summary: format!("The catalogue knows {} services by their names, aliases and hashtags.", names.len()),
        official: (!troubled.is_empty() || !well.is_empty())
            .then(|| format!("{} operational; {} in trouble or not known.", well.len(), troubled.len())),
        troubled,
        well,
        spoken_of: spoken_of.collect(),
        all: names.into_iter().map(link).collect(),
    };
    pages::rendered(StatusCode::OK, render::pages::services(&page))
}
