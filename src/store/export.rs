//! The archive page by page, in the order of ids, for who reads all of it: figures and export.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{IncidentRow, ItemRow, Store, StoreError, availability::identity, changes::wrong, read::item_row, schema};
use crate::model::{ComponentDay, ComponentImpact, ComponentState, Exported, Former, Id, PageIdentity, time};

/// Ids of one look-up.
const ROWS: usize = 500;

/// Where a stretch stands in the order of all: page, component, start, state.
pub type ImpactKey = (String, String, i64, String);

/// Where a day stands in the order of all: page, component, day.
pub type DayKey = (String, String, String);

impl Store {
    /// A page of incidents with their posts, by id: those behind `after`, at most `limit`.
    ///
    /// # Errors
    /// What the database says, or a row that this build cannot read.
    pub async fn incidents_page(&self, after: Option<Id>, limit: u64) -> Result<Vec<IncidentRow>, StoreError> {
        let ids: Vec<String> = schema::incidents::Entity::find()
            .select_only()
            .column(schema::incidents::Column::Id)
            .filter(schema::incidents::Column::Id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
            .order_by_asc(schema::incidents::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut rows = self.incident_rows(&ids).await?;
        rows.sort_by_key(|row| row.id);
        Ok(rows)
    }

    /// A page of items, by id: those behind `after`, at most `limit`.
    ///
    /// # Errors
    /// As [`Store::incidents_page`].
    pub async fn items_page(&self, after: Option<Id>, limit: u64) -> Result<Vec<ItemRow>, StoreError> {
        let rows = schema::items::Entity::find()
            .filter(schema::items::Column::Id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
            .order_by_asc(schema::items::Column::Id)
            .limit(limit)
            .all(&self.reader)
            .await?;
        rows.into_iter().map(item_row).collect()
    }

    /// What these incidents and their posts said before each edit, in the order of part and number.
    ///
    /// # Errors
    /// As [`Store::incidents_page`].
    pub async fn former(&self, ids: &[Id]) -> Result<HashMap<Id, Vec<Former>>, StoreError> {
        let mut former: HashMap<Id, Vec<Former>> = HashMap::new();
        let words: Vec<String> = ids.iter().map(Id::to_string).collect();
        for chunk in words.chunks(ROWS) {
            let rows = schema::versions::Entity::find()
                .filter(schema::versions::Column::Id.is_in(chunk))
                .order_by_asc(schema::versions::Column::Part)
                .order_by_asc(schema::versions::Column::Version)
                .all(&self.reader)
                .await?;
            for row in rows {
                let id = row.id.parse().map_err(|error| wrong("versions", error))?;
                former.entry(id).or_default().push(Former {
                    part: row.part,
                    version: u32::try_from(row.version).unwrap_or(0),
                    replaced_at: time::from_micros(row.replaced_at),
                    record: serde_json::from_str(&row.record).map_err(|error| wrong("versions", error))?,
                });
            }
        }
        Ok(former)
    }

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
