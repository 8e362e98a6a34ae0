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
        facts: Option<String>,
        facts_by: Option<String>,
        author_key: Option<String>,
        repost_of: Option<String>,
        quote_of: Option<String>,
        reply_to: Option<String>,
        local_id: Option<String>,
        judged_by: String,
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
        copy_of: Option<String>,
        judged_by: String,
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
        facts: Option<String>,
        facts_by: Option<String>,
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
    /// Verdicts that another took the place of.
    verdicts, "verdicts", {
        #[sea_orm(primary_key, auto_increment = false)]
        item: String,
        #[sea_orm(primary_key, auto_increment = false)]
        number: i32,
        judged_by: String,
        replaced_at: i64,
        verdict: String,
    }
);

table!(
    /// Pages that said anything of their components.
    component_pages, "component_pages", {
        #[sea_orm(primary_key, auto_increment = false)]
        page: String,
        source: String,
        service: Option<String>,
        identity: String,
    }
);

table!(
    /// What people said of verdicts.
    marks, "marks", {
        #[sea_orm(primary_key, auto_increment = false)]
        item: String,
        outage: bool,
        judged_by: String,
        marked_at: i64,
        digest: Option<String>,
    }
);

table!(
    /// Stretches in which components were not well.
    component_impacts, "component_impacts", {
        #[sea_orm(primary_key, auto_increment = false)]
        page: String,
        #[sea_orm(primary_key, auto_increment = false)]
        component: String,
        #[sea_orm(primary_key, auto_increment = false)]
        from_at: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        state: String,
        native_id: Option<String>,
        name: String,
        until_at: Option<i64>,
        incident: Option<String>,
        read_at: i64,
    }
);

table!(
    /// Days of components.
    component_days, "component_days", {
        #[sea_orm(primary_key, auto_increment = false)]
        page: String,
        #[sea_orm(primary_key, auto_increment = false)]
        component: String,
        #[sea_orm(primary_key, auto_increment = false)]
        day: String,
        native_id: Option<String>,
        name: String,
        partial_s: i64,
        major_s: i64,
        maintenance_s: i64,
        read_at: i64,
    }
);

table!(
    /// Status pages over time.
    page_states, "page_states", {
        #[sea_orm(primary_key, auto_increment = false)]
        page: String,
        #[sea_orm(primary_key, auto_increment = false)]
        from_at: i64,
        until_at: Option<i64>,
        source: String,
        service: Option<String>,
        name: Option<String>,
        state: String,
    }
);

table!(
    /// Their components over time.
    component_states, "component_states", {
        #[sea_orm(primary_key, auto_increment = false)]
        page: String,
        #[sea_orm(primary_key, auto_increment = false)]
        component: String,
        #[sea_orm(primary_key, auto_increment = false)]
        from_at: i64,
        until_at: Option<i64>,
        has_id: bool,
        name: String,
        state: String,
    }
);

table!(
    /// When sources were read.
    observed, "observed", {
        #[sea_orm(primary_key, auto_increment = false)]
        source: String,
        #[sea_orm(primary_key, auto_increment = false)]
        from_at: i64,
        until_at: Option<i64>,
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
