//! The archive page by page, in the order of ids, for who reads all of it: figures and export.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{IncidentRow, ItemRow, Store, StoreError, changes::wrong, read::item_row, schema};
use crate::model::{Former, Id, time};

/// Ids of one look-up.
const ROWS: usize = 500;

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
}
