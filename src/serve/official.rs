//! What status pages say of their services: now, and over the last days.

use super::{
    Context,
    figures::Trouble,
    service::{self, link},
};
use crate::{
    catalogue::Service,
    model::{ComponentState, Timestamp},
    render::{
        chart::{self, Seen},
        duration::{ago, span},
        view::{
            ServiceLink, When,
            state::{Official, Part, Row, Word},
        },
    },
    store::{ComponentNow, PageNow, StateStretch, StoreError},
};

/// How far back components are drawn.
const BACK: jiff::SignedDuration = jiff::SignedDuration::from_hours(90 * 24);

/// Components that are drawn at once; those in trouble come first.
const DRAWN: usize = 12;

/// Most components that are drawn of one page: some list thousands.
const MOST: usize = 200;

/// A state in words, with its colour.
pub fn word(state: ComponentState) -> Word {
    let class = match state {
        ComponentState::MajorOutage | ComponentState::PartialOutage => "alarm",
        ComponentState::DegradedPerformance | ComponentState::UnderMaintenance => "amber",
        ComponentState::Operational => "calm",
        ComponentState::Unknown => "",
    };
    Word { words: state.as_str().replace('_', " "), class }
}

/// Every service as its page says that it is now: those that are not well or not known, the worst first, and the rest.
///
/// # Errors
/// The store cannot be read.
pub async fn all(context: &Context) -> Result<(Vec<Row>, Vec<ServiceLink>), StoreError> {
    let now = context.clock.now();
    let mut rows: Vec<(ComponentState, Row)> = Vec::new();
    for page in context.store.pages_now(None).await? {
        let name = page.service.as_deref().or(page.name.as_deref()).unwrap_or(&page.source);
        let row = Row { service: link(name), state: word(page.state), note: note(&page, now) };
        rows.push((page.state, row));
        for (service, part) in services_of(context, &page) {
            let words = if page.unknown.is_some() { note(&page, now) } else { since(part.since, now) };
            let row = Row { service: link(&service.name), state: word(part.state), note: words };
            rows.push((part.state, row));
        }
    }
    // What is known to be bad comes first, then what nobody can know.
    let place = |state: ComponentState| state.badness().map_or(1, |badness| if badness == 0 { 0 } else { badness + 1 });
    rows.sort_by_key(|(state, row)| (std::cmp::Reverse(place(*state)), row.service.label.to_lowercase()));
    rows.dedup_by(|a, b| a.1.service == b.1.service && a.0 == b.0);
    let (well, troubled): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(state, _)| *state == ComponentState::Operational);
    Ok((troubled.into_iter().map(|(_, row)| row).collect(), well.into_iter().map(|(_, row)| row.service).collect()))
}

/// Components of a page that are services of their own in the catalogue, on the same page.
fn services_of<'a>(context: &'a Context, page: &'a PageNow) -> Vec<(&'a Service, &'a ComponentNow)> {
    let owner = page.service.as_deref().and_then(|name| context.catalogue.find(name));
    let Some(owner) = owner else { return Vec::new() };
    let of_page = |part: &'a ComponentNow| Some((context.catalogue.service_of_component(owner, &part.name)?, part));
    page.components.iter().filter_map(of_page).collect()
}

/// Since when, or why nobody can know and what was said last.
fn note(page: &PageNow, now: Timestamp) -> String {
    match &page.unknown {
        Some(why) => {
            let (state, at) = page.last_word;
            format!("{why}; its last word was “{}”, {}", state.as_str().replace('_', " "), ago(at, now))
        }
        None => since(page.last_word.1, now),
    }
}

fn since(at: Timestamp, now: Timestamp) -> String {
    format!("seen so since {} ({})", crate::render::duration::stamp(at), ago(at, now))
}

/// The status pages of a service, for its own page: its own, or the one on which it is a component.
///
/// # Errors
/// The store cannot be read.
pub async fn of(context: &Context, service: &Service) -> Result<Vec<Official>, Trouble> {
    let own = context.store.pages_now(Some(&service.name)).await?;
    let mut pages: Vec<(PageNow, bool)> = own.into_iter().map(|page| (page, true)).collect();
    if pages.is_empty() && service.status.is_some() {
        let shares = |other: &&Service| other.name != service.name && other.status == service.status;
        for other in context.catalogue.services().iter().filter(shares) {
            let found = context.store.pages_now(Some(&other.name)).await?;
            pages.extend(found.into_iter().map(|page| (page, false)));
        }
    }
    let mut official = Vec::with_capacity(pages.len());
    for (page, is_own) in pages {
        official.push(one(context, service, page, is_own).await?);
    }
    Ok(official)
}

async fn one(context: &Context, service: &Service, mut page: PageNow, is_own: bool) -> Result<Official, Trouble> {
    let now = context.clock.now();
    let from = now - BACK;
    let history = context.store.page_history(&page.page, from, now).await?;
    let observed = context.store.observed(&page.source).await?;
    let mut observed: Vec<_> = observed.iter().map(|it| (it.from, it.until.unwrap_or(now))).collect();
    // A poll that worked holds until the next one is overdue, which is what makes a page unknown.
    if let Some((_, until)) = observed.last_mut().filter(|_| page.unknown.is_none()) {
        *until = now;
    }
    if !is_own {
        let named: Vec<String> = services_of(context, &page)
            .into_iter()
            .filter(|(of, _)| of.name == service.name)
            .map(|(_, part)| part.name.clone())
            .collect();
        page.components.retain(|part| named.contains(&part.name));
    }
    let note = note(&page, now);
    // The worst first, then as the page sorts them: by name.
    page.components.sort_by_key(|part| std::cmp::Reverse(part.state.badness()));
    page.components.truncate(MOST);
    let drawing = Drawing { history: &history, observed: &observed, from, now };
    let whole = drawing.part("The page as a whole", page.state, |stretch| stretch.component.is_none());
    let parts = page.components.iter().map(|part| {
        drawing.part(&part.name, part.state, |stretch| match &part.native_id {
            Some(id) => stretch.native_id.as_ref() == Some(id),
            None => stretch.component.as_ref() == Some(&part.name),
        })
    });
    let mut parts: Vec<Part> = std::iter::once(whole).chain(parts).collect();
    let others = parts.split_off(parts.len().min(DRAWN));
    let name = page.name.clone().unwrap_or_else(|| page.source.clone());
    Ok(Official { name, state: word(page.state), note, parts, others, from: When::new(from, now) })
}

struct Drawing<'a> {
    history: &'a [StateStretch],
    observed: &'a [(Timestamp, Timestamp)],
    from: Timestamp,
    now: Timestamp,
}

impl Drawing<'_> {
    fn part(&self, name: &str, state: ComponentState, is_it: impl Fn(&StateStretch) -> bool) -> Part {
        let stretches: Vec<Seen> = self
            .history
            .iter()
            .filter(|stretch| is_it(stretch))
            .map(|stretch| (stretch.state, stretch.time.from, stretch.time.until))
            .collect();
        Part {
            name: name.to_owned(),
            state: word(state),
            words: self.words(&stretches),
            svg: chart::states(&stretches, self.observed, self.from, self.now),
        }
    }

    /// How long it was in trouble while somebody looked, and for how long somebody did.
    fn words(&self, stretches: &[Seen]) -> String {
        let seconds = |wanted: &dyn Fn(ComponentState) -> bool| -> i64 {
            let mut sum = 0;
            for (_, began, ended) in stretches.iter().filter(|(state, ..)| wanted(*state)) {
                for (seen_from, seen_until) in self.observed {
                    let from = (*began).max(*seen_from).max(self.from);
                    let until = ended.unwrap_or(self.now).min(*seen_until).min(self.now);
                    sum += (until.as_second() - from.as_second()).max(0);
                }
            }
            sum
        };
        let seen = seconds(&|state| state.badness().is_some());
        let troubled = seconds(&|state| state.badness().is_some_and(|badness| badness >= 2));
        match (seen, troubled) {
            (0, _) => "not observed yet for any length of time".to_owned(),
            (seen, 0) => format!("no trouble in {} of watching", span(seen)),
            (seen, troubled) => format!("{} in trouble, of {} of watching", span(troubled), span(seen)),
        }
    }
}

/// Where a service's planned work is as a calendar.
pub fn calendar(service: &Service) -> String {
    format!("{}/maintenance.ics", service::href(&service.name))
}
