//! The tables as sea-orm sees them. `migrations/` makes them.

macro_rules! table {
    ($(#[$doc:meta])* $module:ident, $table:literal, { $($(#[$attribute:meta])* $column:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model { $($(#[$attribute])* pub $column: $kind,)* }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

table!(
    /// Items, newest version.
    items, "items", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        source: String,
        native_id: String,
        kind: String,
        url: Option<String>,
        title: String,
        text: String,
        author: Option<String>,
        language: Option<String>,
        published_at: i64,
        published_estimated: bool,
        updated_at: Option<i64>,
        received_at: i64,
        hidden: bool,
        digest: String,
        version: i32,
        edited_at: Option<i64>,
        outage: bool,
        score: f64,
        verdict: String,
        copy_of: Option<String>,
        author_key: Option<String>,
        repost_of: Option<String>,
        quote_of: Option<String>,
        reply_to: Option<String>,
        local_id: Option<String>,
    }
);

table!(
    /// Incidents, newest version, without their updates.
    incidents, "incidents", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        page: String,
        native_id: String,
        source: String,
        kind: String,
        sorted_at: i64,
        received_at: i64,
        edited_at: Option<i64>,
        version: i32,
        record: String,
        verdict: String,
    }
);

table!(
    /// The posts on an incident, newest version.
    incident_updates, "incident_updates", {
        #[sea_orm(primary_key, auto_increment = false)]
        incident: String,
        #[sea_orm(primary_key, auto_increment = false)]
        native_id: String,
        shown_at: i64,
        position: i32,
        record: String,
    }
);

table!(
    /// What was there before an edit.
    versions, "versions", {
        #[sea_orm(primary_key, auto_increment = false)]
        subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        part: String,
        #[sea_orm(primary_key, auto_increment = false)]
        version: i32,
        replaced_at: i64,
        record: String,
    }
);

table!(
    /// Names of status pages.
    pages, "pages", {
        #[sea_orm(primary_key, auto_increment = false)]
        alias: String,
        page: String,
    }
);

table!(
    /// Cursor and health of sources.
    sources, "sources", {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        health: String,
        next_poll: i64,
        record: String,
    }
);

table!(
    /// The change sequence.
    changes, "changes", {
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        at: i64,
        subject: String,
        id: String,
        operation: String,
    }
);

table!(
    /// Keys by which near-duplicates are found.
    likeness, "likeness", {
        #[sea_orm(primary_key, auto_increment = false)]
        key: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        item: String,
        at: i64,
    }
);

table!(
    /// How far followers have come that keep their effect here.
    followers, "followers", {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        seq: i64,
        at: i64,
    }
);

table!(
    /// What there was of items that are gone.
    deleted, "deleted", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        deleted_at: i64,
        published_at: i64,
        outage: bool,
        services: String,
    }
);

table!(
    /// Posts by service and minute that were counted and dropped.
    post_counts, "post_counts", {
        #[sea_orm(primary_key, auto_increment = false)]
        service: String,
        #[sea_orm(primary_key, auto_increment = false)]
        minute: i64,
        posts: i64,
    }
);

table!(
    /// Reports as numbers.
    measurements, "measurements", {
        #[sea_orm(primary_key, auto_increment = false)]
        service: String,
        #[sea_orm(primary_key, auto_increment = false)]
        source: String,
        #[sea_orm(primary_key, auto_increment = false)]
        at: i64,
        reports: f64,
        baseline: Option<f64>,
    }
);
