//! How status pages and their components are, and how they were: one row for each stretch in which one said the same.
//! A report that repeats what is known writes nothing.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set, sea_query::Expr,
};

use super::{
    Store, StoreError,
    changes::wrong,
    commit::plain,
    incidents::page_key,
    schema::{component_states, page_states},
};
use crate::model::{Component, ComponentState, PageRecord, PageReport, SourceState, Stretch, Timestamp, time};

/// Rows of one insert, and ids of one look-up.
const ROWS: usize = 500;

/// A component as its page says that it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentNow {
    /// The page's id of it, where it has one.
    pub native_id: Option<String>,
    /// Its name, with its group in front where the group is known.
    pub name: String,
    /// Its state; [`ComponentState::Unknown`] when nobody can know it now.
    pub state: ComponentState,
    /// Since when the page was seen to say so.
    pub since: Timestamp,
}

/// A status page as it says that it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageNow {
    /// The store's key of the page.
    pub page: String,
    /// The source that reads it.
    pub source: String,
    /// The catalogue's name of the service whose page it is; `None` when the page is in no catalogue.
    pub service: Option<String>,
    /// What it calls itself.
    pub name: Option<String>,
    /// Everything together; [`ComponentState::Unknown`] when nobody can know it now (invariant 5).
    pub state: ComponentState,
    /// Why nobody can know it now, in words; `None` when its word stands.
    pub unknown: Option<String>,
    /// What the page said last, which may be over by now, and since when.
    pub last_word: (ComponentState, Timestamp),
    /// Its components, by name.
    pub components: Vec<ComponentNow>,
}

/// A stretch in which a page or one of its components was seen in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateStretch {
    /// The page's id of the component, where it has one; `None` for the page as a whole too.
    pub native_id: Option<String>,
    /// The component's name; `None` for the page as a whole.
    pub component: Option<String>,
    /// The state.
    pub state: ComponentState,
    /// When.
    pub time: Stretch,
}

/// Takes what the documents of one poll report, document by document, each page's together.
pub(super) async fn write(transaction: &DatabaseTransaction, records: &[PageRecord]) -> Result<(), StoreError> {
    let mut joined: Vec<(&PageRecord, PageReport)> = Vec::new();
    for record in records {
        let Some(report) = &record.report else { continue };
        let same = |(known, _): &&mut (&PageRecord, PageReport)| {
            known.source == record.source && (known.page.id == record.page.id || known.page.host == record.page.host)
        };
        match joined.iter_mut().find(same) {
            Some((known, all)) => {
                all.join(report);
                *known = record;
            }
            None => joined.push((record, report.clone())),
        }
    }
    for (record, report) in joined {
        let page = page_key(transaction, &record.page, None).await?;
        write_page(transaction, &page, record, report.overall).await?;
        // A document that names no component says nothing of them.
        if !report.components.is_empty() {
            write_components(transaction, &page, &report.components, record.at).await?;
        }
    }
    Ok(())
}

async fn write_page(
    transaction: &DatabaseTransaction,
    page: &str,
    record: &PageRecord,
    state: ComponentState,
) -> Result<(), StoreError> {
    let at = time::micros(record.at);
    let open = page_states::Entity::find()
        .filter(page_states::Column::Page.eq(page))
        .filter(page_states::Column::UntilAt.is_null())
        .one(transaction)
        .await?;
    if open.as_ref().is_some_and(|open| open.from_at > at || says_the_same(open, record, state)) {
        return Ok(());
    }
    // Twice in one instant: the later word stands.
    page_states::Entity::delete_many()
        .filter(page_states::Column::Page.eq(page))
        .filter(page_states::Column::FromAt.eq(at))
        .exec(transaction)
        .await?;
    page_states::Entity::update_many()
        .col_expr(page_states::Column::UntilAt, Expr::val(at))
        .filter(page_states::Column::Page.eq(page))
        .filter(page_states::Column::UntilAt.is_null())
        .exec(transaction)
        .await?;
    let row = page_states::ActiveModel {
        page: Set(page.to_owned()),
        from_at: Set(at),
        until_at: Set(None),
        source: Set(record.source.clone()),
        service: Set(record.service.clone()),
        name: Set(record.page.name.as_deref().map(plain)),
        state: Set(state.as_str().to_owned()),
    };
    page_states::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// Also who says it: a page whose source or service was renamed begins a stretch.
fn says_the_same(open: &page_states::Model, record: &PageRecord, state: ComponentState) -> bool {
    open.state == state.as_str() && open.source == record.source && open.service == record.service
}

async fn write_components(
    transaction: &DatabaseTransaction,
    page: &str,
    components: &[Component],
    at: Timestamp,
) -> Result<(), StoreError> {
    let open = component_states::Entity::find()
        .filter(component_states::Column::Page.eq(page))
        .filter(component_states::Column::UntilAt.is_null())
        .all(transaction)
        .await?;
    let at = time::micros(at);
    let open: HashMap<String, component_states::Model> =
        open.into_iter().map(|row| (row.component.clone(), row)).collect();
    if open.values().any(|row| row.from_at > at) {
        return Ok(());
    }
    let said = worst_of_each(components);
    let same = |row: &component_states::Model, component: &Component| {
        row.state == component.state.as_str() && row.name == plain(&component.name)
    };
    let begun: Vec<&(String, &Component)> =
        said.iter().filter(|(key, component)| !open.get(key).is_some_and(|row| same(row, component))).collect();
    let is_listed: HashMap<&str, ()> = said.iter().map(|(key, _)| (key.as_str(), ())).collect();
    let ended = begun.iter().map(|(key, _)| key).filter(|key| open.contains_key(*key)).cloned();
    let ended = ended.chain(open.keys().filter(|key| !is_listed.contains_key(key.as_str())).cloned()).collect();
    end(transaction, page, ended, at).await?;
    let rows = begun.into_iter().map(|(key, component)| component_states::ActiveModel {
        page: Set(page.to_owned()),
        component: Set(key.clone()),
        from_at: Set(at),
        until_at: Set(None),
        has_id: Set(component.native_id.is_some()),
        name: Set(plain(&component.name)),
        state: Set(component.state.as_str().to_owned()),
    });
    for chunk in rows.collect::<Vec<_>>().chunks(ROWS) {
        component_states::Entity::insert_many(chunk.to_vec()).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Every component once: of one that is listed twice the worse word counts.
fn worst_of_each(components: &[Component]) -> Vec<(String, &Component)> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(components.len());
    let mut each: Vec<(String, &Component)> = Vec::with_capacity(components.len());
    for component in components {
        let key = plain(component.key());
        match places.get(&key) {
            Some(place) if component.state.badness() > each[*place].1.state.badness() => each[*place].1 = component,
            Some(_) => {}
            None => {
                places.insert(key.clone(), each.len());
                each.push((key, component));
            }
        }
    }
    each
}

/// Ends the open stretches of these components; one that began in the same instant was nothing.
async fn end(
    transaction: &DatabaseTransaction,
    page: &str,
    components: Vec<String>,
    at: i64,
) -> Result<(), StoreError> {
    for chunk in components.chunks(ROWS) {
        component_states::Entity::delete_many()
            .filter(component_states::Column::Page.eq(page))
            .filter(component_states::Column::Component.is_in(chunk))
            .filter(component_states::Column::FromAt.eq(at))
            .exec(transaction)
            .await?;
        component_states::Entity::update_many()
            .col_expr(component_states::Column::UntilAt, Expr::val(at))
            .filter(component_states::Column::Page.eq(page))
            .filter(component_states::Column::Component.is_in(chunk))
            .filter(component_states::Column::UntilAt.is_null())
            .exec(transaction)
            .await?;
    }
    Ok(())
}

impl Store {
    /// Every status page that ever said how it is (of one service, where it is named), with what may be said of it now.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn pages_now(&self, service: Option<&str>) -> Result<Vec<PageNow>, StoreError> {
        let now = self.clock.now();
        let mut pages = page_states::Entity::find().filter(page_states::Column::UntilAt.is_null());
        if let Some(service) = service {
            pages = pages.filter(page_states::Column::Service.eq(service));
        }
        let pages = pages.order_by_asc(page_states::Column::Page).all(&self.reader).await?;
        let mut components = self.open_components(&pages).await?;
        let sources = self.source_states().await?;
        pages
            .into_iter()
            .map(|row| {
                let parts = components.remove(&row.page).unwrap_or_default();
                page_now(row, parts, &sources, now)
            })
            .collect()
    }

    async fn open_components(
        &self,
        pages: &[page_states::Model],
    ) -> Result<HashMap<String, Vec<component_states::Model>>, StoreError> {
        let mut components: HashMap<String, Vec<component_states::Model>> = HashMap::new();
        for chunk in pages.chunks(ROWS) {
            let rows = component_states::Entity::find()
                .filter(component_states::Column::Page.is_in(chunk.iter().map(|row| row.page.as_str())))
                .filter(component_states::Column::UntilAt.is_null())
                .order_by_asc(component_states::Column::Name)
                .all(&self.reader)
                .await?;
            for row in rows {
                components.entry(row.page.clone()).or_default().push(row);
            }
        }
        Ok(components)
    }

    /// The states of a page and of its components that reach into the time from `from` to `until`, oldest first. They
    /// hold only where the page was being read: see [`Store::observed`].
    ///
    /// # Errors
    /// As [`Store::pages_now`].
    pub async fn page_history(
        &self,
        page: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StateStretch>, StoreError> {
        let (from, until) = (time::micros(from), time::micros(until));
        let whole = page_states::Entity::find()
            .filter(page_states::Column::Page.eq(page))
            .filter(page_states::Column::FromAt.lt(until))
            .filter(
                Condition::any().add(page_states::Column::UntilAt.is_null()).add(page_states::Column::UntilAt.gt(from)),
            )
            .order_by_asc(page_states::Column::FromAt)
            .all(&self.reader)
            .await?;
        let parts = component_states::Entity::find()
            .filter(component_states::Column::Page.eq(page))
            .filter(component_states::Column::FromAt.lt(until))
            .filter(
                Condition::any()
                    .add(component_states::Column::UntilAt.is_null())
                    .add(component_states::Column::UntilAt.gt(from)),
            )
            .order_by_asc(component_states::Column::FromAt)
            .order_by_asc(component_states::Column::Name)
            .all(&self.reader)
            .await?;
        let whole = whole.into_iter().map(|row| {
            Ok(StateStretch {
                native_id: None,
                component: None,
                state: state(&row.state)?,
                time: stretch(row.from_at, row.until_at),
            })
        });
        let parts = parts.into_iter().map(|row| {
            Ok(StateStretch {
                state: state(&row.state)?,
                time: stretch(row.from_at, row.until_at),
                native_id: row.has_id.then_some(row.component),
                component: Some(row.name),
            })
        });
        whole.chain(parts).collect()
    }
}

fn stretch(from: i64, until: Option<i64>) -> Stretch {
    Stretch { from: time::from_micros(from), until: until.map(time::from_micros) }
}

fn state(word: &str) -> Result<ComponentState, StoreError> {
    ComponentState::parse(word).ok_or_else(|| wrong("component_states", format!("“{word}” is no state")))
}

fn page_now(
    row: page_states::Model,
    components: Vec<component_states::Model>,
    sources: &HashMap<String, SourceState>,
    now: Timestamp,
) -> Result<PageNow, StoreError> {
    let unknown = match sources.get(&row.source) {
        Some(source) => source.blind(now),
        None => Some("it is not watched".to_owned()),
    };
    let shown =
        |word: &str| Ok::<_, StoreError>(if unknown.is_some() { ComponentState::Unknown } else { state(word)? });
    let components = components
        .into_iter()
        .map(|part| {
            Ok::<_, StoreError>(ComponentNow {
                state: shown(&part.state)?,
                since: time::from_micros(part.from_at),
                native_id: part.has_id.then_some(part.component),
                name: part.name,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(PageNow {
        state: shown(&row.state)?,
        last_word: (state(&row.state)?, time::from_micros(row.from_at)),
        page: row.page,
        source: row.source,
        service: row.service,
        name: row.name,
        unknown,
        components,
    })
}
