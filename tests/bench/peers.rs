//! What downwire is measured beside: SQLite's FTS5, and tantivy without downwire.

use std::{path::Path, time::Instant};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, Value};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexSortByField, Order, TantivyDocument,
    aggregation::{AggContextParams, AggregationCollector, agg_req::Aggregations},
    collector::{Count, TopDocs},
    query::{AllQuery, QueryParser},
    schema::{FAST, INDEXED, STRING, Schema, TEXT},
};

use super::{Asked, corpus::Corpus, table};

/// SQLite's full-text search over a table of the same documents, numbered by time so that the newest come first.
pub struct Fts5(DatabaseConnection);

impl Fts5 {
    /// Opens it, and fills it the first time.
    pub async fn open(path: &Path, posts: usize) -> Self {
        let is_new = !path.exists();
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
        options.max_connections(1).sqlx_logging(false);
        let database = Self(Database::connect(options).await.expect("opens"));
        if is_new {
            let began = Instant::now();
            database.fill(posts).await;
            let size = std::fs::metadata(path).map_or(0, |data| data.len()) as f64 / 1e6;
            println!("FTS5: filled in {:.0} s, {size:.0} MB with its table", began.elapsed().as_secs_f64());
        }
        database
    }

    async fn execute(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    async fn fill(&self, posts: usize) {
        for sql in [
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, at INTEGER, service TEXT, source TEXT, kind TEXT, lang TEXT, text TEXT)",
            "CREATE VIRTUAL TABLE words USING fts5(text, content='posts', content_rowid='id')",
        ] {
            self.execute(sql).await;
        }
        let mut items: Vec<_> = Corpus::new(posts, 1).map(|item| (item.value.published_at.as_second(), item)).collect();
        items.sort_by_key(|(at, _)| *at);
        for (chunk, first) in items.chunks(2_000).zip((0..).step_by(2_000)) {
            let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 7);
            let rows: Vec<&str> = chunk.iter().map(|_| "(?,?,?,?,?,?,?)").collect();
            for ((at, item), number) in chunk.iter().zip(first..) {
                let value = &item.value;
                values.extend::<[Value; 7]>([
                    (number as i64).into(),
                    (*at).into(),
                    item.verdict.services[0].name.clone().into(),
                    value.source.clone().into(),
                    value.kind.as_str().into(),
                    value.language.clone().into(),
                    value.text.clone().into(),
                ]);
            }
            let sql = format!("INSERT INTO posts VALUES {}", rows.join(","));
            self.0.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await.expect("inserts");
        }
        for sql in [
            "INSERT INTO words(words) VALUES ('rebuild')",
            "CREATE INDEX posts_at ON posts (at)",
            "CREATE INDEX posts_service ON posts (service, id)",
            "CREATE INDEX posts_source ON posts (source)",
            "ANALYZE",
        ] {
            self.execute(sql).await;
        }
    }

    async fn rows(&self, sql: &str) -> Vec<sea_orm::QueryResult> {
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        self.0.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The newest twenty with their texts and snippets, and how many there are.
    pub async fn search(&self, asked: &Asked) -> usize {
        let matches = asked.matches.replace('\'', "''");
        let (page, count) = if asked.matches.is_empty() {
            let holds = asked.holds.trim_start_matches(" AND ");
            let holds = if holds.is_empty() { String::new() } else { format!("WHERE {holds}") };
            (
                format!("SELECT p.* FROM posts p {holds} ORDER BY p.id DESC LIMIT 20"),
                format!("SELECT count(*) FROM posts p {holds}"),
            )
        } else if asked.holds.is_empty() {
            (
                format!(
                    "SELECT p.*, snippet(words, 0, '[', ']', '…', 40) FROM words JOIN posts p ON p.id = words.rowid WHERE words MATCH '{matches}' ORDER BY words.rowid DESC LIMIT 20"
                ),
                format!("SELECT count(*) FROM words WHERE words MATCH '{matches}'"),
            )
        } else {
            let from =
                format!("FROM words JOIN posts p ON p.id = words.rowid WHERE words MATCH '{matches}'{}", asked.holds);
            (
                format!("SELECT p.*, snippet(words, 0, '[', ']', '…', 40) {from} ORDER BY words.rowid DESC LIMIT 20"),
                format!("SELECT count(*) {from}"),
            )
        };
        for row in self.rows(&page).await {
            std::hint::black_box(row.try_get::<String>("", "text").expect("a text"));
        }
        let count: i64 = self.rows(&count).await[0].try_get_by_index(0).expect("a count");
        count as usize
    }

    /// Four facets and the days.
    pub async fn overview(&self) {
        for by in ["service", "source", "kind", "lang", "at / 86400"] {
            std::hint::black_box(
                self.rows(&format!("SELECT {by} AS one, count(*) AS n FROM posts GROUP BY 1 ORDER BY 2 DESC"))
                    .await
                    .len(),
            );
        }
    }
}

/// tantivy by itself, sorted by time as downwire's is.
pub struct Tantivy {
    reader: IndexReader,
    parser: QueryParser,
}

impl Tantivy {
    /// Opens it, and fills it the first time.
    pub fn open(path: &Path, posts: usize) -> Self {
        let mut schema = Schema::builder();
        let text = schema.add_text_field("text", TEXT);
        let names = ["service", "source", "kind", "lang"].map(|name| schema.add_text_field(name, STRING | FAST));
        let at = schema.add_i64_field("at", INDEXED | FAST);
        let settings = IndexSettings {
            sort_by_field: Some(IndexSortByField { field: "at".to_owned(), order: Order::Desc }),
            ..IndexSettings::default()
        };
        let is_new = !path.exists();
        std::fs::create_dir_all(path).expect("makes a folder");
        let index = if is_new {
            let began = Instant::now();
            let index = Index::builder().schema(schema.build()).settings(settings).create_in_dir(path).expect("makes");
            let mut writer = index.writer_with_num_threads(1, 256 << 20).expect("writes");
            for item in Corpus::new(posts, 1) {
                let mut row = TantivyDocument::default();
                row.add_text(text, &item.value.text);
                row.add_text(names[0], item.verdict.services[0].name.to_lowercase());
                row.add_text(names[1], &item.value.source);
                row.add_text(names[2], item.value.kind.as_str());
                row.add_text(names[3], item.value.language.as_deref().unwrap_or_default());
                row.add_i64(at, item.value.published_at.as_second());
                writer.add_document(row).expect("adds");
            }
            writer.commit().expect("commits");
            writer.wait_merging_threads().expect("merges");
            println!(
                "bare tantivy: filled in {:.0} s, {:.0} MB",
                began.elapsed().as_secs_f64(),
                table::size(path) as f64 / 1e6
            );
            index
        } else {
            Index::open_in_dir(path).expect("opens")
        };
        Self { reader: index.reader().expect("reads"), parser: QueryParser::for_index(&index, vec![text]) }
    }

    /// The newest twenty, and how many there are.
    pub fn search(&self, asked: &Asked) -> usize {
        let query = self.parser.parse_query(&asked.bare).unwrap_or_else(|error| panic!("{}: {error}", asked.bare));
        let newest = TopDocs::with_limit(20).order_by_fast_field::<i64>("at", Order::Desc);
        let (found, count) = self.reader.searcher().search(&*query, &(newest, Count)).expect("searches");
        std::hint::black_box(found.len());
        count
    }

    /// Four facets and the days.
    pub fn overview(&self) {
        let terms = |field: &str| serde_json::json!({ "terms": { "field": field, "size": 8 } });
        let request: Aggregations = serde_json::from_value(serde_json::json!({
            "service": terms("service"), "source": terms("source"), "kind": terms("kind"), "lang": terms("lang"),
            "days": { "histogram": { "field": "at", "interval": 86_400 } },
        }))
        .expect("a request");
        let collector = AggregationCollector::from_aggs(request, AggContextParams::default());
        std::hint::black_box(self.reader.searcher().search(&AllQuery, &collector).expect("counts"));
    }
}
