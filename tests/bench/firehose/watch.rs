//! What is seen of a running downwire from outside: its process in `/proc`, its archive, its gauge.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use super::generator::Sent;

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
    pub async fn look(&mut self, seen: &mut Seen) {
        let sql = format!("SELECT rowid AS n, native_id FROM items WHERE rowid > {} ORDER BY rowid", self.last);
        let rows = self.database.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("reads");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros() as f64;
        for row in rows {
            let id: String = row.try_get("", "native_id").expect("a text");
            self.last = row.try_get("", "n").expect("a number");
            self.grew = Instant::now();
            let key = id.rsplit('/').next().unwrap_or_default();
            *seen.kept.entry(key.chars().next().unwrap_or('?')).or_default() += 1;
            let sent: f64 = key.rsplit('-').next().and_then(|at| at.parse().ok()).expect("a time");
            seen.lags.push((now - sent) / 1e6);
        }
    }

    /// Posts that were counted and dropped.
    pub async fn counted(&self) -> i64 {
        let sql = "SELECT coalesce(sum(posts), 0) AS n FROM post_counts";
        let row = self.database.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("reads");
        row.expect("a row").try_get("", "n").expect("a number")
    }
}

/// What was seen so far.
#[derive(Default)]
pub struct Seen {
    kept: BTreeMap<char, u64>,
    /// Seconds from sending to being seen in the archive, by posts.
    lags: Vec<f64>,
    /// What the gauge said, by looks.
    gauges: Vec<f64>,
}

impl Seen {
    /// Posts that were kept, by the first letter of their keys.
    pub fn kept(&self, letter: char) -> u64 {
        self.kept.get(&letter).copied().unwrap_or(0)
    }

    /// Notes what the gauge says.
    pub fn gauge(&mut self, metrics: &str) {
        let line = metrics.lines().find(|line| line.starts_with("downwire_stream_lag_seconds{"));
        self.gauges.extend(line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()));
    }

    /// Prints lags and losses.
    pub fn print(&mut self, sent: &Sent) {
        let lost = sent.reports.saturating_sub(self.kept('r'));
        println!("  reports: {} sent, {} kept, {lost} lost", sent.reports, self.kept('r'));
        let of = |list: &mut Vec<f64>| {
            list.sort_by(f64::total_cmp);
            let at = |share: f64| {
                list.get(((list.len() as f64 * share) as usize).min(list.len().saturating_sub(1)))
                    .copied()
                    .unwrap_or(f64::NAN)
            };
            format!("p50 {:.2} s, p99 {:.2} s, max {:.2} s", at(0.5), at(0.99), at(1.0))
        };
        println!("  from sending to commit (looked for every 100 ms): {}", of(&mut self.lags));
        println!("  downwire_stream_lag_seconds while it was sent and after: {}", of(&mut self.gauges));
    }
}
