//! A store for a test: SQLite in a folder of its own, or a database of its own on the real PostgreSQL that `tests/run`
//! starts and names in `DOWNWIRE_TEST_POSTGRES`.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use downwire::{
    model::Clock,
    store::{Store, Target},
};
use sea_orm::{ConnectionTrait, Database};

/// Which database a contract is run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The value of a variable that `tests/run` sets.
pub fn variable(name: &str) -> Option<String> {
    std::env::vars().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A folder of its own, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("downwire-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("can make a folder for the test");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// The name of a folder's database on the server.
fn name(folder: &Folder) -> String {
    folder.path().file_name().and_then(|name| name.to_str()).expect("a plain name").replace('-', "_")
}

/// Where the database of a folder is reached beside its store; `None` where there is no such server.
pub fn address(backend: Backend, folder: &Folder) -> Option<String> {
    if backend == Backend::Sqlite {
        return Some(format!("sqlite:{}", folder.path().join("downwire.db").display()));
    }
    let server = variable("DOWNWIRE_TEST_POSTGRES")?;
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    Some(format!("{base}/{}", name(folder)))
}

/// A target that no other test uses; `None` (with a line that says so) where there is no PostgreSQL. In CI that is a
/// failure, not a skip.
pub async fn target(backend: Backend, folder: &Folder) -> Option<Target> {
    if backend == Backend::Sqlite {
        return Some(Target::Sqlite(folder.path().join("downwire.db")));
    }
    let Some(server) = variable("DOWNWIRE_TEST_POSTGRES") else {
        assert!(variable("CI").is_none(), "CI has no PostgreSQL: DOWNWIRE_TEST_POSTGRES is not set");
        println!("skipped: DOWNWIRE_TEST_POSTGRES is not set, so nothing was tried on PostgreSQL");
        return None;
    };
    let name = name(folder);
    let admin = Database::connect(&server).await.expect("PostgreSQL answers");
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.expect("can drop a database");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("can make a database");
    address(backend, folder).map(Target::Postgres)
}

/// An empty store.
pub async fn store(backend: Backend, folder: &Folder, clock: impl Clock) -> Option<Store> {
    let target = target(backend, folder).await?;
    Some(Store::open(&target, Arc::new(clock)).await.expect("the store opens"))
}
