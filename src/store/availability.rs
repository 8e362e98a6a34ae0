//! What pages say of their components: stretches and days. Pages repeat their whole calendar with every poll, so only what
//! differs (or still lasts) is written; the newer reading wins.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::{
    DayKey, ImpactKey, StoreError,
    changes::wrong,
    commit::{plain, to_json},
    incidents, schema,
};
use crate::model::{Batch, ComponentDay, ComponentImpact, ExportLine, Exported, PageIdentity, Timestamp, time};

/// Rows of one insert: 9 columns each, below SQLite's 32,766 variables.
const ROWS: usize = 1_000;

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

pub(super) fn identity(row: &schema::component_pages::Model) -> Result<PageIdentity, StoreError> {
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
            // What lasts is known to last until it was read again.
            let same = |new: &Model| new.until_at.is_some() && Model { read_at: new.read_at, ..held.clone() } == *new;
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
