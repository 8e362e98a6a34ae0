//! Times by class and engine.

use std::{path::Path, time::Instant};

/// Times in milliseconds.
pub struct Table {
    engines: Vec<&'static str>,
    classes: Vec<(&'static str, Vec<Vec<f64>>)>,
}

impl Table {
    /// An empty table of these engines.
    pub fn new(engines: &[&'static str]) -> Self {
        Self { engines: engines.to_vec(), classes: Vec::new() }
    }

    /// Notes a time.
    pub fn took(&mut self, class: &'static str, engine: usize, began: Instant) {
        let took = began.elapsed().as_secs_f64() * 1e3;
        let at = self.classes.iter().position(|(name, _)| *name == class).unwrap_or_else(|| {
            self.classes.push((class, vec![Vec::new(); self.engines.len()]));
            self.classes.len() - 1
        });
        self.classes[at].1[engine].push(took);
    }

    /// Prints medians and 99th percentiles.
    pub fn print(&mut self) {
        print!("{:22}", "p50 / p99");
        self.engines.iter().for_each(|engine| print!("{engine:>22}"));
        println!();
        for (class, engines) in &mut self.classes {
            print!("{class:22}");
            for times in engines {
                times.sort_by(f64::total_cmp);
                let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len() - 1)).copied();
                print!("{:>22}", format!("{:.2} / {:.2}", at(0.5).unwrap_or(0.0), at(0.99).unwrap_or(0.0)));
            }
            println!();
        }
    }
}

/// Bytes below a folder.
pub fn size(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    let of = |entry: std::fs::DirEntry| {
        if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().map_or(0, |data| data.len()) }
    };
    entries.filter_map(Result::ok).map(of).sum()
}
