//! Search at a million posts, beside SQLite's FTS5 and bare tantivy on the same documents, every query asked of all three
//! in turn. For downwire and FTS5 a search is what a reader gets: ids, count, rows and snippets; for bare tantivy, which is
//! the limit, ids and count.
//!
//! `DOWNWIRE_BENCH_POSTS` (1,000,000) says how many, `DOWNWIRE_BENCH_DIR` keeps what was built for the next run.

mod corpus;
mod peers;
mod table;

use std::{path::PathBuf, sync::Arc, time::Instant};

use corpus::{Corpus, Numbers};
use downwire::{
    jobs::{
        follow::{self, Follower as _},
        follow_search::SearchFollower,
    },
    model::{Batch, Query, Timestamp},
    search::{Order, Search, Window, Writer},
    store::{Row, Store, Target},
    text::snippet::snippet,
};
use peers::{Fts5, Tantivy};
use table::Table;

/// Queries of a class.
const QUERIES: usize = 200;

/// Of the classes that walk over everything.
const FEW: usize = 12;

/// The clock of a benchmark: the end of the corpus.
struct Clock;

impl downwire::model::Clock for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(corpus::LAST + 3_600).expect("an instant")
    }
}

/// One query, as each of the three takes it.
pub struct Asked {
    /// For downwire.
    pub query: String,
    /// For FTS5: what must match, and what else must hold.
    pub matches: String,
    /// SQL behind the match.
    pub holds: String,
    /// For bare tantivy's own parser.
    pub bare: String,
}

#[expect(clippy::disallowed_methods, reason = "a benchmark has no configuration")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[tokio::main]
async fn main() {
    let posts = variable("DOWNWIRE_BENCH_POSTS").and_then(|posts| posts.parse().ok()).unwrap_or(1_000_000);
    let kept = variable("DOWNWIRE_BENCH_DIR").map(PathBuf::from);
    let folder =
        kept.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("downwire-search-{}", std::process::id())));
    std::fs::create_dir_all(&folder).expect("makes a folder");
    let (store, search) = archive(&folder, posts).await;
    let fts5 = Fts5::open(&folder.join("fts5.db"), posts).await;
    let bare = Tantivy::open(&folder.join("tantivy"), posts);
    println!("\n{posts} posts; milliseconds\n");
    let mut table = Table::new(&["downwire", "FTS5", "bare tantivy"]);
    for (class, asked) in classes(posts) {
        for one in &asked {
            let began = Instant::now();
            let found = read(&store, &search, &one.query).await;
            table.took(class, 0, began);
            let began = Instant::now();
            let other = fts5.search(one).await;
            table.took(class, 1, began);
            let began = Instant::now();
            let limit = bare.search(one);
            table.took(class, 2, began);
            assert!(found == limit && found == other, "{}: {found}, FTS5 {other}, tantivy {limit}", one.query);
        }
    }
    for number in 0..FEW {
        let began = Instant::now();
        // Another number of values each time: what is kept from the last time is not counted again.
        search.overview(&Query::Everything, 8 + number).expect("counts");
        table.took("facets and days", 0, began);
        if number < 3 {
            let began = Instant::now();
            fts5.overview().await;
            table.took("facets and days", 1, began);
        }
        let began = Instant::now();
        bare.overview();
        table.took("facets and days", 2, began);
    }
    table.print();
    if kept.is_none() {
        let _gone = std::fs::remove_dir_all(&folder);
    }
}

/// The archive, filled through downwire's own store and follower.
async fn archive(folder: &std::path::Path, posts: usize) -> (Store, Search) {
    let folder = folder.join("index");
    let store = Store::open(&Target::new(&folder, None), Arc::new(Clock)).await.expect("opens");
    let search = Search::open(&folder).expect("opens");
    let (mut bytes, began) = (0, Instant::now());
    if store.totals().await.expect("counts").items == 0 {
        let mut corpus = Corpus::new(posts, 1);
        loop {
            let items: Vec<_> = corpus.by_ref().take(1_000).collect();
            if items.is_empty() {
                break;
            }
            bytes += items.iter().map(|item| item.value.text.len()).sum::<usize>();
            store.commit(&[Batch { items, ..Batch::default() }]).await.expect("commits");
        }
        println!("stored in {:.0} s", began.elapsed().as_secs_f64());
    } else {
        bytes = Corpus::new(posts, 1).map(|item| item.value.text.len()).sum();
    }
    let began = Instant::now();
    let mut follower = SearchFollower(Writer::open(&folder, search.clone()).expect("opens").expect("free"));
    if follower.position(&store).is_none() {
        follower.start_over(&store).await.expect("fills");
    }
    follow::catch_up(&mut follower, &store).await.expect("follows");
    let size = table::size(&folder.join("search")) as f64 / bytes as f64;
    println!(
        "indexed in {:.0} s; the index is {:.2} of {:.0} MB of raw text",
        began.elapsed().as_secs_f64(),
        size,
        bytes as f64 / 1e6
    );
    (store, search)
}

/// What a reader gets: hits, how many there are, their rows, and where the words stand.
async fn read(store: &Store, search: &Search, text: &str) -> usize {
    let query = Query::parse(text, downwire::model::Clock::now(&Clock)).expect("parses");
    let hits = search.search(&query, Window { after: None, limit: 20, order: Order::Newest }).expect("searches");
    let ids: Vec<_> = hits.hits.iter().map(|hit| hit.id).collect();
    let rows = store.rows(&ids).await.expect("reads");
    for row in rows.values() {
        if let Row::Item(row) = row {
            std::hint::black_box(snippet(&row.item.text, query.words().into_iter(), 280));
        }
    }
    hits.total
}

/// Queries of every class, the same every time.
fn classes(posts: usize) -> Vec<(&'static str, Vec<Asked>)> {
    let corpus = Corpus::new(posts, 1);
    let numbers = std::cell::RefCell::new(Numbers(99));
    let word = |from: usize, to: usize| corpus.words.rank(from + numbers.borrow_mut().below(to - from)).to_owned();
    let frequent = || word(10, 200);
    let service = || corpus.services.rank(numbers.borrow_mut().below(500)).to_owned();
    let same = |query: String| Asked { matches: query.clone(), bare: query.clone(), query, holds: String::new() };
    let class = |name, make: &dyn Fn() -> Asked| (name, (0..QUERIES).map(|_| make()).collect::<Vec<_>>());
    let phrases: Vec<String> = Corpus::new(2_000, 1)
        .map(|item| item.value.text.split(' ').skip(4).take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let phrase = || phrases[numbers.borrow_mut().below(phrases.len())].clone();
    vec![
        class("a frequent word", &|| same(frequent())),
        class("a rare word", &|| same(word(20_000, 100_000))),
        class("two words", &|| {
            let (one, two) = (frequent(), word(10, 2_000));
            Asked {
                query: format!("{one} {two}"),
                matches: format!("{one} AND {two}"),
                bare: format!("+{one} +{two}"),
                holds: String::new(),
            }
        }),
        class("(a OR b) c -d", &|| {
            let (a, b, c, d) = (frequent(), word(10, 2_000), frequent(), frequent());
            Asked {
                query: format!("({a} OR {b}) {c} -{d}"),
                matches: format!("(({a} OR {b}) AND {c}) NOT {d}"),
                bare: format!("+({a} {b}) +{c} -{d}"),
                holds: String::new(),
            }
        }),
        class("a phrase", &|| {
            let phrase = format!("\"{}\"", phrase());
            same(phrase)
        }),
        class("service and word", &|| {
            let (service, word) = (service(), frequent());
            Asked {
                query: format!("service:{service} {word}"),
                matches: word.clone(),
                bare: format!("+service:\"{}\" +{word}", service.to_lowercase()),
                holds: format!(" AND p.service = '{service}'"),
            }
        }),
        class("a month and word", &|| {
            let from = corpus::LAST - 86_400 * (31 + numbers.borrow_mut().below(600) as i64);
            let (to, word) = (from + 30 * 86_400, frequent());
            let instant = |second| Timestamp::from_second(second).expect("an instant");
            Asked {
                query: format!("{word} after:{} before:{}", instant(from), instant(to)),
                matches: word.clone(),
                bare: format!("+{word} +at:[{from} TO {to}}}"),
                holds: format!(" AND p.at >= {from} AND p.at < {to}"),
            }
        }),
        class("newest of a service", &|| {
            let service = service();
            Asked {
                query: format!("service:{service}"),
                matches: String::new(),
                bare: format!("service:\"{}\"", service.to_lowercase()),
                holds: format!(" AND p.service = '{service}'"),
            }
        }),
        class("newest of all", &|| Asked {
            query: String::new(),
            matches: String::new(),
            bare: "*".to_owned(),
            holds: String::new(),
        }),
    ]
}
