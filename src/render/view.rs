//! What pages are made of. Plain values; templates escape them.

pub mod reliability;
pub mod state;

pub use super::underline::{Listed, Read};
pub use crate::text::diff::Stretch;
use crate::{model::Timestamp, text::Snippet};
pub use reliability::Reliability;

/// What every page carries.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The page's title.
    pub title: String,
    /// The feeds of what it shows; `None` where there are none.
    pub feed: Option<FeedLinks>,
    /// The present, for relative times.
    pub now: Timestamp,
}

/// Where the feeds of a page are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLinks {
    /// What stands before `/feed.rss`.
    pub path: String,
    /// The query part (`?q=…`), or nothing.
    pub query: String,
}

impl FeedLinks {
    /// The feed as RSS.
    pub fn rss(&self) -> String {
        format!("{}/feed.rss{}", self.path, self.query)
    }

    /// The feed as Atom.
    pub fn atom(&self) -> String {
        format!("{}/feed.atom{}", self.path, self.query)
    }

    /// The feed as JSON Feed.
    pub fn json(&self) -> String {
        format!("{}/feed.json{}", self.path, self.query)
    }
}

/// An instant on a page: machine form, words, and how long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// RFC 3339.
    pub iso: String,
    /// In words.
    pub words: String,
    /// Relative to now.
    pub ago: String,
}

impl When {
    /// `at` as seen at `now`.
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { iso: at.to_string(), words: super::duration::stamp(at), ago: super::duration::ago(at, now) }
    }
}

/// A piece of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether the query hit them.
    pub marked: bool,
}

/// A snippet as pieces. Marks that do not fit the text are left out.
pub fn pieces(snippet: &Snippet) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut last = 0;
    let mut push = |text: Option<&str>, marked| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            pieces.push(Piece { text: text.to_owned(), marked });
        }
    };
    for (from, to) in &snippet.marks {
        push(snippet.text.get(last..*from), false);
        push(snippet.text.get(*from..*to), true);
        last = *to;
    }
    push(snippet.text.get(last..), false);
    pieces
}

/// A service with the search for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLink {
    /// Its name, with its role where that is not "affected".
    pub label: String,
    /// The search.
    pub href: String,
}

/// One hit.
#[derive(Debug, Clone)]
pub struct Found {
    /// Our page of it.
    pub href: String,
    /// Its title; the beginning of its text where it has none.
    pub title: Vec<Piece>,
    /// Its kind in words.
    pub kind: String,
    /// Where it came from.
    pub source: String,
    /// When.
    pub at: When,
    /// Whether it is about an outage.
    pub outage: bool,
    /// A word on an incident's state: `resolved`.
    pub state: Option<String>,
    /// Whom it is about.
    pub services: Vec<ServiceLink>,
    /// Why it was found.
    pub snippet: Vec<Piece>,
    /// The original.
    pub original: Option<String>,
    /// Its language, where known.
    pub language: Option<String>,
    /// Sources that bring the same, each with our page of it.
    pub also_in: Vec<(String, String)>,
}

/// A query that could not be understood: what stands before the fault, and from there on.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What was expected.
    pub message: String,
    /// The query up to the fault.
    pub before: String,
    /// The query from the fault.
    pub from: String,
}

/// What a search can be narrowed by.
#[derive(Debug, Clone)]
pub struct Facet {
    /// Its name.
    pub name: String,
    /// Its values, most frequent first.
    pub values: Vec<FacetValue>,
}

/// One value of a facet.
#[derive(Debug, Clone)]
pub struct FacetValue {
    /// In words.
    pub label: String,
    /// Documents that have it.
    pub count: u64,
    /// The search with it, or without it where it is chosen.
    pub href: String,
    /// Whether the search asks for it.
    pub chosen: bool,
}

/// A drawn histogram and what stands below it.
#[derive(Debug, Clone)]
pub struct HistogramView {
    /// The SVG that `chart` wrote.
    pub svg: String,
    /// What a bar stands for.
    pub each: String,
    /// Its left end.
    pub first: When,
    /// Its right end.
    pub last: When,
}

/// The search page.
#[derive(Debug, Clone)]
pub struct Search {
    /// Every page's.
    pub frame: Frame,
    /// The query as it was written.
    pub query: String,
    /// How it was understood; `None` for an empty query.
    pub understood: Option<String>,
    /// Why it was not.
    pub fault: Option<Fault>,
    /// Hits of this page.
    pub found: Vec<Found>,
    /// Hits in all.
    pub total: String,
    /// The first page, where this is a later one.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
    /// The other order in words, and its address.
    pub other_order: Option<(&'static str, String)>,
    /// What the search can be narrowed by.
    pub facets: Vec<Facet>,
    /// When.
    pub histogram: Option<HistogramView>,
    /// How much the archive holds and how many sources were read, in words.
    pub archive: String,
    /// Whether the archive is empty.
    pub is_empty: bool,
}

/// A name and a value.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// The instant, where it is one.
    pub iso: Option<String>,
}

/// The verdict on something.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// In words.
    pub words: String,
    /// Whether it is an outage.
    pub outage: bool,
    /// The reasons.
    pub why: Vec<String>,
    /// What judged.
    pub version: String,
    /// What was said before, newest first.
    pub earlier: Vec<EarlierJudgement>,
    /// What the operator said of it.
    pub mark: Option<Mark>,
    /// Where an operator says whether it is right; `None` where nobody may.
    pub feedback: Option<String>,
}

/// A verdict that another took the place of.
#[derive(Debug, Clone)]
pub struct EarlierJudgement {
    /// In words.
    pub words: String,
    /// The services that it named.
    pub services: Vec<String>,
    /// The reasons.
    pub why: Vec<String>,
    /// What judged.
    pub version: String,
    /// When the other took its place.
    pub until: When,
}

/// What the operator said of a verdict.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Whether it is about an outage.
    pub outage: bool,
    /// When it was said.
    pub at: When,
    /// Whether the text is still the one that it was said of.
    pub is_current: bool,
}

impl Judgement {
    /// Whether the operator said just this: a form shows what was said.
    pub fn is_marked(&self, outage: bool) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.outage == outage)
    }
}

/// How the judge works and how good it is.
#[derive(Debug, Clone)]
pub struct Method {
    /// Every page's.
    pub frame: Frame,
    /// How it works.
    pub paragraphs: Vec<String>,
    /// Why the table does not hold for what judges here; `None` where it does.
    pub caution: Option<String>,
    /// What the table was measured on.
    pub measured_on: String,
    /// The heads of the table.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// What it cannot do.
    pub limits: Vec<String>,
}

/// An edit: what became of the title and of the text.
#[derive(Debug, Clone)]
pub struct Edit {
    /// When it was seen.
    pub at: When,
    /// Each with what the diff shows; empty where nothing changed.
    pub title: Vec<Stretch>,
    /// See `title`.
    pub text: Vec<Stretch>,
    /// The address before, where that changed.
    pub url: Option<String>,
}

/// An item's page.
#[derive(Debug, Clone)]
pub struct Item {
    /// Every page's.
    pub frame: Frame,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// Its source.
    pub source: String,
    /// What may be shown of its text, cut where facts were read.
    pub text: Vec<Read>,
    /// What was read out of it.
    pub read_out: Vec<Listed>,
    /// What read it; empty where nothing has yet.
    pub read_by: String,
    /// Whether that is only the beginning.
    pub is_excerpt: bool,
    /// The original.
    pub original: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// Times and the like.
    pub facts: Vec<Fact>,
    /// Whom it is about.
    pub services: Vec<ServiceLink>,
    /// The verdict.
    pub judgement: Judgement,
    /// What was edited, newest first.
    pub edits: Vec<Edit>,
    /// The item of another source that it repeats: the source, and our page of it.
    pub copy_of: Option<(String, String)>,
    /// Of a post: what it answers, quotes or passes on, in words, each with its page where it is held.
    pub around: Vec<(String, Option<String>)>,
    /// Items of other sources that repeat it.
    pub copies: Vec<(String, String, When)>,
}

/// One post of an incident.
#[derive(Debug, Clone)]
pub struct Post {
    /// The phase in words.
    pub phase: String,
    /// `open` or `over`, for the dot.
    pub class: &'static str,
    /// When it is shown to have been posted.
    pub at: When,
    /// What it says, cut where facts were read.
    pub text: Vec<Read>,
    /// That it was backdated or edited.
    pub remarks: Vec<String>,
    /// What it says of components.
    pub components: Vec<String>,
}

/// A service's page.
#[derive(Debug, Clone)]
pub struct Service {
    /// Every page's.
    pub frame: Frame,
    /// Its name.
    pub name: String,
    /// Who runs it, what it is also called, what it runs on.
    pub facts: Vec<Fact>,
    /// Its status page.
    pub status: Option<String>,
    /// What it is publicly known to run on, and what runs on it.
    pub upstream: Vec<ServiceLink>,
    /// See `upstream`.
    pub downstream: Vec<ServiceLink>,
    /// How reliable it was; `None` where no official incident of it is known.
    pub reliability: Option<Reliability>,
    /// When it was spoken of.
    pub histogram: Option<HistogramView>,
    /// What its status page says; nothing where none is watched.
    pub official: Vec<state::Official>,
    /// Reports of trouble with it as numbers, one for each series.
    pub reports: Vec<Reports>,
    /// Its newest official records, what belongs together in one line.
    pub incidents: Vec<state::Line>,
    /// Where its planned work is as a calendar.
    pub calendar: String,
    /// What else was said of it, newest first.
    pub found: Vec<Found>,
    /// How much was found in all.
    pub total: String,
    /// The search for it, and the one for its incidents.
    pub search: String,
    /// See `search`.
    pub search_incidents: String,
    /// Where its feeds are: `/service/name`.
    pub path: String,
}

/// A day of reports of trouble as numbers.
#[derive(Debug, Clone)]
pub struct Reports {
    /// Who gives them.
    pub source: String,
    /// The drawing.
    pub svg: String,
    /// The same in words.
    pub words: String,
}

/// The list of services.
#[derive(Debug, Clone)]
pub struct Services {
    /// Every page's.
    pub frame: Frame,
    /// Their number in words.
    pub summary: String,
    /// How many are watched and well, in words; `None` where no status page was read.
    pub official: Option<String>,
    /// What is not well, or not known: the worst first.
    pub troubled: Vec<state::Row>,
    /// What is well.
    pub well: Vec<ServiceLink>,
    /// Those that were spoken of most, with how often.
    pub spoken_of: Vec<(ServiceLink, u64)>,
    /// All, by name.
    pub all: Vec<ServiceLink>,
}

/// An incident's page.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Every page's.
    pub frame: Frame,
    /// Its title.
    pub title: String,
    /// What it is, where it stands.
    pub source: String,
    /// Its phase.
    pub phase: String,
    /// Whether it is over.
    pub is_over: bool,
    /// Impact in words.
    pub impact: String,
    /// Incident or maintenance.
    pub kind: String,
    /// The four times, and the plan of maintenance.
    pub facts: Vec<Fact>,
    /// The spans between them, in words.
    pub spans: Vec<String>,
    /// The strip as SVG that `chart` wrote, and what stands at its ends.
    pub strip: Option<(String, When, When)>,
    /// Posts, oldest first.
    pub posts: Vec<Post>,
    /// What was read out of them.
    pub read_out: Vec<Listed>,
    /// What read them; empty where nothing has yet.
    pub read_by: String,
    /// Components it lists.
    pub components: Vec<String>,
    /// Whom it is about.
    pub services: Vec<ServiceLink>,
    /// The verdict.
    pub judgement: Judgement,
    /// Its page.
    pub original: Option<String>,
    /// Our page of the record that it repeats.
    pub copy_of: Option<String>,
    /// Imported or observed, in words.
    pub origin: String,
    /// Earlier versions: when each was replaced, and what it was.
    pub versions: Vec<(When, String)>,
}

/// One source.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// Where.
    pub url: String,
    /// The word of its health.
    pub health: String,
    /// `calm`, `amber`, `alarm` or nothing.
    pub class: &'static str,
    /// In words.
    pub words: String,
    /// What is left out or was mended.
    pub notes: Vec<String>,
    /// Items it brought.
    pub items: u64,
}

/// The sources page.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Names that people say are down and that the catalogue lacks, with who said so, in words.
    pub candidates: Vec<(String, String, String)>,
    /// Every page's.
    pub frame: Frame,
    /// In words: how many are well.
    pub summary: String,
    /// Troubles of many sources at once, in words: a platform's, or this machine's own.
    pub shared: Vec<String>,
    /// Problems first.
    pub sources: Vec<Source>,
}

/// A page of plain words: about, errors.
#[derive(Debug, Clone)]
pub struct Plain {
    /// Every page's.
    pub frame: Frame,
    /// The heading.
    pub heading: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
}
