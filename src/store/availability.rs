//! What pages say of their components: stretches and days. Pages repeat their whole calendar with every poll, so only what
//! differs is written; the newer reading wins.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::{
    Store, StoreError,
    changes::wrong,
    commit::{plain, to_json},
    incidents, schema,
};
use crate::model::{
    Batch, ComponentDay, ComponentImpact, ComponentState, ExportLine, Exported, PageIdentity, Timestamp, time,
};

/// Rows of one insert: 9 columns each, below SQLite's 32,766 variables.
const ROWS: usize = 1_000;

/// Where a stretch stands in the order of all: page, component, start, state.
pub type ImpactKey = (String, String, i64, String);

/// Where a day stands in the order of all: page, component, day.
pub type DayKey = (String, String, String);

/// Whose components are spoken of.
struct Speaker<'a> {
    page: &'a PageIdentity,
    /// What another archive calls the page.
    known_as: Option<&'a str>,
    source: &'a str,
    service: Option<&'a str>,
}

/// Joins what a batch says of components into the archive.
pub(super) async fn write(transaction: &DatabaseTransaction, batch: &Batch, now: Timestamp) -> Result<(), StoreError> {
    for record in &batch.pages {
        if record.impacts.is_empty() && record.days.is_empty() {
            continue;
        }
        let service = record.service.as_deref();
        let speaker = Speaker { page: &record.page, known_as: None, source: &record.source, service };
        let page = speak(transaction, &speaker).await?;
        let at = time::micros(record.at);
        let impacts = record.impacts.iter().map(|impact| impact_row(&page, impact, at)).collect();
        write_impacts(transaction, impacts).await?;
        write_days(transaction, record.days.iter().map(|day| day_row(&page, day, at)).collect()).await?;
    }
    write_exported(transaction, &batch.exported, now).await
}

/// Joins the lines of another archive.
async fn write_exported(
    transaction: &DatabaseTransaction,
    lines: &[ExportLine],
    now: Timestamp,
) -> Result<(), StoreError> {
    let (mut pages, mut impacts, mut days) = (HashMap::new(), Vec::new(), Vec::new());
    for line in lines {
        match line {
            ExportLine::Impact(line) => {
                let page = page_of(transaction, line, &mut pages).await?;
                impacts.push(impact_row(&page, &line.value, time::micros(line.read_at.unwrap_or(now))));
            }
            ExportLine::Day(line) => {
                let page = page_of(transaction, line, &mut pages).await?;
                days.push(day_row(&page, &line.value, time::micros(line.read_at.unwrap_or(now))));
            }
            ExportLine::Header { .. } | ExportLine::Incident(_) | ExportLine::Item(_) => {}
        }
    }
    write_impacts(transaction, impacts).await?;
    write_days(transaction, days).await
}

/// The key of a line's page; looked up once in a batch.
async fn page_of<T>(
    transaction: &DatabaseTransaction,
    line: &Exported<T>,
    pages: &mut HashMap<(Option<String>, Option<String>), String>,
) -> Result<String, StoreError> {
    let identity = (line.page.id.clone(), line.page.host.clone());
    if let Some(page) = pages.get(&identity) {
        return Ok(page.clone());
    }
    let (known_as, service) = (line.page_key.as_deref(), line.service.as_deref());
    let page = speak(transaction, &Speaker { page: &line.page, known_as, source: &line.source, service }).await?;
    pages.insert(identity, page.clone());
    Ok(page)
}

/// Notes who speaks, and gives the key of the page. A document that says less of itself takes nothing away.
async fn speak(transaction: &DatabaseTransaction, speaker: &Speaker<'_>) -> Result<String, StoreError> {
    let page = incidents::page_key(transaction, speaker.page, speaker.known_as).await?;
    let known = schema::component_pages::Entity::find_by_id(page.clone()).one(transaction).await?;
    let before = known.as_ref().map(identity).transpose()?.unwrap_or_default();
    let now = PageIdentity {
        id: speaker.page.id.clone().or(before.id),
        host: speaker.page.host.clone().or(before.host),
        name: speaker.page.name.clone().or(before.name),
    };
    let service = speaker.service.map(str::to_owned).or_else(|| known.as_ref()?.service.clone());
    let row = schema::component_pages::Model {
        page: page.clone(),
        source: speaker.source.to_owned(),
        service,
        identity: to_json(&now),
    };
    if known.as_ref() != Some(&row) {
        use schema::component_pages::{ActiveModel, Column, Entity};
        let upsert = OnConflict::column(Column::Page)
            .update_columns([Column::Source, Column::Service, Column::Identity])
            .to_owned();
        Entity::insert(ActiveModel::from(row)).on_conflict(upsert).exec_without_returning(transaction).await?;
    }
    Ok(page)
}

fn identity(row: &schema::component_pages::Model) -> Result<PageIdentity, StoreError> {
    serde_json::from_str(&row.identity).map_err(|error| wrong(format!("component_pages {}", row.page), error))
}

fn impact_row(page: &str, impact: &ComponentImpact, read_at: i64) -> schema::component_impacts::Model {
    schema::component_impacts::Model {
        page: page.to_owned(),
        component: plain(impact.native_id.as_ref().unwrap_or(&impact.component)),
        from_at: time::micros(impact.from),
        state: impact.state.as_str().to_owned(),
        native_id: impact.native_id.as_deref().map(plain),
        name: plain(&impact.component),
        until_at: impact.until.map(time::micros),
        incident: impact.incident.as_deref().map(plain),
        read_at,
    }
}

fn day_row(page: &str, day: &ComponentDay, read_at: i64) -> schema::component_days::Model {
    schema::component_days::Model {
        page: page.to_owned(),
        component: plain(day.native_id.as_ref().unwrap_or(&day.component)),
        day: day.day.to_string(),
        native_id: day.native_id.as_deref().map(plain),
        name: plain(&day.component),
        partial_s: day.partial_s.into(),
        major_s: day.major_s.into(),
        maintenance_s: day.maintenance_s.into(),
        read_at,
    }
}

/// Upserts the stretches that differ from what is held and were not read before it.
async fn write_impacts(
    transaction: &DatabaseTransaction,
    rows: Vec<schema::component_impacts::Model>,
) -> Result<(), StoreError> {
    use schema::component_impacts::{ActiveModel, Column, Entity, Model};
    let key = |row: &Model| (row.page.clone(), row.component.clone(), row.from_at, row.state.clone());
    let mut coming: HashMap<ImpactKey, Model> = HashMap::new();
    for row in rows {
        coming.insert(key(&row), row);
    }
    for (page, from, until) in ranges(coming.values().map(|row| (&row.page, row.from_at))) {
        let held = Entity::find().filter(Column::Page.eq(page)).filter(Column::FromAt.between(from, until));
        for held in held.all(transaction).await? {
            let same = |new: &Model| Model { read_at: new.read_at, ..held.clone() } == *new;
            if coming.get(&key(&held)).is_some_and(|new| new.read_at < held.read_at || same(new)) {
                coming.remove(&key(&held));
            }
        }
    }
    let mut rows: Vec<Model> = coming.into_values().collect();
    rows.sort_by_key(key);
    let rows: Vec<ActiveModel> = rows.into_iter().map(ActiveModel::from).collect();
    let columns = [Column::NativeId, Column::Name, Column::UntilAt, Column::Incident, Column::ReadAt];
    for chunk in rows.chunks(ROWS) {
        let upsert = OnConflict::columns([Column::Page, Column::Component, Column::FromAt, Column::State])
            .update_columns(columns)
            .to_owned();
        Entity::insert_many(chunk.to_vec()).on_conflict(upsert).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Upserts the days that differ from what is held and were not read before it.
async fn write_days(
    transaction: &DatabaseTransaction,
    rows: Vec<schema::component_days::Model>,
) -> Result<(), StoreError> {
    use schema::component_days::{ActiveModel, Column, Entity, Model};
    let key = |row: &Model| (row.page.clone(), row.component.clone(), row.day.clone());
    let mut coming: HashMap<DayKey, Model> = HashMap::new();
    for row in rows {
        coming.insert(key(&row), row);
    }
    for (page, from, until) in ranges(coming.values().map(|row| (&row.page, row.day.clone()))) {
        let held = Entity::find().filter(Column::Page.eq(page)).filter(Column::Day.between(from, until));
        for held in held.all(transaction).await? {
            let same = |new: &Model| Model { read_at: new.read_at, ..held.clone() } == *new;
            if coming.get(&key(&held)).is_some_and(|new| new.read_at < held.read_at || same(new)) {
                coming.remove(&key(&held));
            }
        }
    }
    let mut rows: Vec<Model> = coming.into_values().collect();
    rows.sort_by_key(key);
    let rows: Vec<ActiveModel> = rows.into_iter().map(ActiveModel::from).collect();
    let columns =
        [Column::NativeId, Column::Name, Column::PartialS, Column::MajorS, Column::MaintenanceS, Column::ReadAt];
    for chunk in rows.chunks(ROWS) {
        let upsert =
            OnConflict::columns([Column::Page, Column::Component, Column::Day]).update_columns(columns).to_owned();
        Entity::insert_many(chunk.to_vec()).on_conflict(upsert).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// The first and last place of each page.
fn ranges<'a, T: Ord + Clone>(places: impl Iterator<Item = (&'a String, T)>) -> Vec<(String, T, T)> {
    let mut ranges: HashMap<&String, (T, T)> = HashMap::new();
    for (page, at) in places {
        let range = ranges.entry(page).or_insert_with(|| (at.clone(), at.clone()));
        *range = (range.0.clone().min(at.clone()), range.1.clone().max(at));
    }
    ranges.into_iter().map(|(page, (from, until))| (page.clone(), from, until)).collect()
}

/// A page that speaks of components, as the archive holds it.
struct Page {
    identity: PageIdentity,
    source: String,
    service: Option<String>,
}

impl Page {
    /// A value of this page, for export and figures.
    fn exported<T>(&self, key: &str, read_at: i64, value: T) -> Exported<T> {
        Exported {
            page_key: Some(key.to_owned()),
            page: self.identity.clone(),
            source: self.source.clone(),
            service: self.service.clone(),
            read_at: Some(time::from_micros(read_at)),
            value,
        }
    }
}

impl Store {
    /// A page of the stretches in which components were not well, in order, behind `after`, at most `limit`.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn impacts_page(
        &self,
        after: Option<ImpactKey>,
        limit: u64,
    ) -> Result<Vec<(ImpactKey, Exported<ComponentImpact>)>, StoreError> {
        use schema::component_impacts::{Column, Entity};
        let mut cursor = Entity::find().cursor_by((Column::Page, Column::Component, Column::FromAt, Column::State));
        if let Some(after) = after {
            cursor.after(after);
        }
        let rows = cursor.first(limit).all(&self.reader).await?;
        let pages = self.component_pages(rows.iter().map(|row| row.page.as_str())).await?;
        let one = |row: schema::component_impacts::Model| {
            let state = ComponentState::parse(&row.state).ok_or_else(|| wrong("component_impacts", "unknown state"))?;
            let value = ComponentImpact {
                native_id: row.native_id,
                component: row.name,
                state,
                from: time::from_micros(row.from_at),
                until: row.until_at.map(time::from_micros),
                incident: row.incident,
            };
            let page = pages.get(&row.page).ok_or_else(|| wrong("component_pages", "a page is missing"))?;
            let exported = page.exported(&row.page, row.read_at, value);
            Ok(((row.page, row.component, row.from_at, row.state), exported))
        };
        rows.into_iter().map(one).collect()
    }

    /// A page of the days of components, in order, behind `after`, at most `limit`.
    ///
    /// # Errors
    /// As [`Store::impacts_page`].
    pub async fn days_page(
        &self,
        after: Option<DayKey>,
        limit: u64,
    ) -> Result<Vec<(DayKey, Exported<ComponentDay>)>, StoreError> {
        use schema::component_days::{Column, Entity};
        let mut cursor = Entity::find().cursor_by((Column::Page, Column::Component, Column::Day));
        if let Some(after) = after {
            cursor.after(after);
        }
        let rows = cursor.first(limit).all(&self.reader).await?;
        let pages = self.component_pages(rows.iter().map(|row| row.page.as_str())).await?;
        let seconds = |value: i64| u32::try_from(value).unwrap_or(0);
        let one = |row: schema::component_days::Model| {
            let value = ComponentDay {
                native_id: row.native_id,
                component: row.name,
                day: row.day.parse().map_err(|error| wrong("component_days", error))?,
                partial_s: seconds(row.partial_s),
                major_s: seconds(row.major_s),
                maintenance_s: seconds(row.maintenance_s),
            };
            let page = pages.get(&row.page).ok_or_else(|| wrong("component_pages", "a page is missing"))?;
            let exported = page.exported(&row.page, row.read_at, value);
            Ok(((row.page, row.component, row.day), exported))
        };
        rows.into_iter().map(one).collect()
    }

    /// The pages with these keys.
    async fn component_pages(&self, keys: impl Iterator<Item = &str>) -> Result<HashMap<String, Page>, StoreError> {
        let mut keys: Vec<&str> = keys.collect();
        keys.dedup();
        let mut pages = HashMap::new();
        for chunk in keys.chunks(ROWS) {
            let rows = schema::component_pages::Entity::find()
                .filter(schema::component_pages::Column::Page.is_in(chunk.iter().copied()))
                .all(&self.reader)
                .await?;
            for row in rows {
                let identity = identity(&row)?;
                pages.insert(row.page, Page { identity, source: row.source, service: row.service });
            }
        }
        Ok(pages)
    }
}
