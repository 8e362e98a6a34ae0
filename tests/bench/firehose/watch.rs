//! What is seen of a running downwire from outside: its process in `/proc`, its archive, its gauge.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// Ticks of a second in `/proc/PID/stat` on Linux.
const TICKS: f64 = 100.0;

/// A process.
pub struct Process(u32);

impl Process {
    /// The one of this number.
    pub fn of(id: u32) -> Self {
        Self(id)
    }

    /// Processor time so far.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).expect("it runs");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: f64 = [11, 12].iter().map(|at| fields[*at].parse::<f64>().expect("a number")).sum();
        Duration::from_secs_f64(ticks / TICKS)
    }

    /// The most memory that it ever held, in megabytes.
    pub fn peak(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says so");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1_024.0 / 1e6
    }
}

/// An archive, read as it grows.
pub struct Archive {
    database: DatabaseConnection,
    /// The newest row that was seen.
    last: i64,
    grew: Instant,
}

impl Archive {
    /// Opens it.
    pub async fn open(path: &Path) -> Self {
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=ro", path.display()));
        options.max_connections(1).sqlx_logging(false);
        let database = Database::connect(options).await.expect("opens");
        Self { database, last: 0, grew: Instant::now() }
    }

    /// Whether nothing was added for so long.
    pub fn is_quiet(&self, long: Duration) -> bool {
        self.grew.elapsed() > long
    }

    /// Takes in what was committed since the last look.
    #[expect(clippy::disallowed_methods, reason = "the generator stamps with the world's clock")]
    pub async fn look(&mut self, seen: &mut Seen) {
        let sql = format!("SELECT rowid AS n, native_id FROM items WHERE rowid > {} ORDER BY rowid", self.last);
        let rows = self.database.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("reads");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros() as f64;
        for row in rows {
            let id: String = row.try_get("", "native_id").expect("a text");
            self.last = row.try_get("", "n").expect("a number");
            self.grew = Instant::now();
            let key = id.rsplit('/').next().unwrap_or_default();
            let (key, sent) = key.split_once('-').expect("a time");
            seen.lags.push((now - sent.parse::<f64>().expect("a time")) / 1e6);
            seen.kept.insert(key.to_owned());
        }
    }

    /// Posts that were counted and dropped, by service.
    pub async fn counted(&self) -> BTreeMap<String, i64> {
        let sql = "SELECT service, sum(posts) AS n FROM post_counts GROUP BY service";
        let rows = self.database.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("reads");
        let one = |row: sea_orm::QueryResult| {
            (row.try_get("", "service").expect("a text"), row.try_get("", "n").expect("a number"))
        };
        rows.into_iter().map(one).collect()
    }
}

/// What was seen so far.
#[derive(Default)]
pub struct Seen {
    /// Posts that were kept, by the beginning of their record keys.
    pub kept: BTreeSet<String>,
    /// Seconds from sending to being seen in the archive, by posts.
    lags: Vec<f64>,
    /// What the gauge said, by looks.
    gauges: Vec<f64>,
}

impl Seen {
    /// How many were kept whose keys begin so.
    pub fn count(&self, letter: char) -> usize {
        self.kept.iter().filter(|key| key.starts_with(letter)).count()
    }

    /// Notes what the gauge says.
    pub fn gauge(&mut self, metrics: &str) {
        let line = metrics.lines().find(|line| line.starts_with("downwire_stream_lag_seconds{"));
        self.gauges.extend(line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()));
    }

    /// Prints how far behind it was.
    pub fn print_lags(&mut self) {
        let of = |list: &mut Vec<f64>| {
            list.sort_by(f64::total_cmp);
            let at = |share: f64| ((list.len() as f64 * share) as usize).min(list.len().saturating_sub(1));
            let [middle, most, last] = [0.5, 0.99, 1.0].map(|share| list.get(at(share)).copied().unwrap_or(f64::NAN));
            format!("p50 {middle:.2} s, p99 {most:.2} s, max {last:.2} s")
        };
        println!("  from sending to commit (looked for every 100 ms): {}", of(&mut self.lags));
        println!("  downwire_stream_lag_seconds: {}", of(&mut self.gauges));
    }
}
