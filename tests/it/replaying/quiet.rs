//! A page that has not changed.

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};

use super::{Poller, atom, dashboard};
use crate::support::{
    backend::{self, Backend, Folder},
    web::{Reply, Web},
};
use downwire::{
    model::{SourceKind, SourceState},
    store::Committed,
};

/// Polls a page that answers 304 and looks at every table.
pub(super) async fn unchanged(backend: Backend) {
    let (Some(dashboard), Some(atom)) = (dashboard::snapshots(), atom::snapshots()) else { return };
    for (kind, path, mut snapshots) in
        [(SourceKind::Aws, "/data.json", dashboard), (SourceKind::Statuspage, "/history.atom", atom)]
    {
        let (folder, web) = (Folder::new(), Web::start());
        let snapshot = snapshots.swap_remove(9);
        let Reply::Whole(_, _, body) = snapshot.document else { panic!("a document") };
        web.serve(path, Reply::Tagged("\"one\"".to_owned(), body));
        let Some(poller) = Poller::new(backend, &folder, snapshot.at, kind, web.url(path)).await else { return };
        let (before, first) = poller.poll_at(snapshot.at).await;
        assert_eq!(first.new_incidents, snapshot.told.len());
        let held = tables(backend, &folder).await;
        assert!(held.iter().any(|(name, rows)| name == "incidents" && rows.len() == snapshot.told.len()), "{held:?}");

        let later = snapshot.at + Duration::from_secs(60);
        let (after, committed) = poller.poll_at(later).await;
        let asked = web.requests(path);
        assert_eq!(asked.len(), 2);
        assert!(String::from_utf8_lossy(&asked[1].head).to_lowercase().contains("if-none-match: \"one\""));
        assert_eq!(committed, Committed::default());
        for ((name, before), (_, after)) in held.iter().zip(tables(backend, &folder).await) {
            assert_eq!(after, *before, "{name}: nothing is written but the source's own row");
        }
        assert_eq!((after.last_attempt, after.last_success), (Some(later), Some(later)));
        assert!(after.next_poll > before.next_poll);
        let (last_attempt, last_success, next_poll) = (after.last_attempt, after.last_success, after.next_poll);
        assert_eq!(after, SourceState { last_attempt, last_success, next_poll, ..before });
    }
}

/// Every row of every table, as the database writes it, but for the states of the sources.
async fn tables(backend: Backend, folder: &Folder) -> Vec<(String, Vec<String>)> {
    let address = backend::address(backend, folder).expect("was opened");
    let connection = Database::connect(address).await.expect("the database answers");
    let names = match backend {
        Backend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        Backend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    };
    let mut tables = Vec::new();
    for name in column(&connection, names).await.into_iter().filter(|name| name != "sources") {
        let rows = match backend {
            Backend::Postgres => format!("SELECT t::text FROM \"{name}\" t ORDER BY 1"),
            Backend::Sqlite => {
                let columns = format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{name}')");
                let columns = column(&connection, &columns).await.join(" || ',' || ");
                format!("SELECT {columns} FROM \"{name}\" ORDER BY 1")
            }
        };
        let rows = column(&connection, &rows).await;
        tables.push((name, rows));
    }
    connection.close().await.expect("closes");
    tables
}

/// The only column of a query.
async fn column(connection: &DatabaseConnection, query: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(statement).await.expect("reads");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}
