//! Reliability: incidents and component days to figures. Pure; `now` and what was observed are arguments.
//!
//! # Definitions
//!
//! They follow the characterisation of outages of LLM services (ICPE 2025), so that figures can be compared:
//!
//! * **Stages** are investigating, identified, monitoring, resolved and postmortem; a mere "update" is none. A stage that is
//!   announced twice counts from its earliest time, as the page shows it.
//! * **Start** is the earliest of the first four stages. A page that posts while it lasts and announces none of the first
//!   three has no stages: there, the start that it states, else its first post.
//! * **Time to repair** is resolved less the earliest of investigating, identified, monitoring. An incident of which only
//!   the resolution was posted has none: nobody said when it began. On a page without stages: the end less the start
//!   that it states.
//! * **Time between failures** is the time between the starts of consecutive incidents of one service (or component),
//!   less what was not observed; the first has none.
//! * **Phases**: investigate = identified less investigating, repair = monitoring less identified, check = resolved less
//!   monitoring (hours), learn = postmortem less resolved (days). Each only over incidents that have both ends.
//! * A span that comes out negative contradicts itself and is no observation; every figure says how many it rests on.
//! * **Availability** of a component's day is 1 less its scaled outage over 24 hours, where scaled = major + 0.3 partial
//!   (Atlassian's weights); of a service's day the mean over its components; altogether the mean over days. Days are the
//!   page's own daily record. Where it keeps none, they are made of the stretches that it gives of its components, from the
//!   first thing known of it on, over the components that it ever said anything of; the figure says which of the two it is.
//! * An **outage day** is one with any partial or major outage of any component.
//! * Heavy tails make means and medians differ by two to three times: both are given, with 95 % intervals by bootstrap.
//! * An incident that repeats another (a copy) and maintenance are left out.
//!
//! Reading order: [`observed`], [`span`], [`sample`], [`days`], [`stretches`], [`calendar`], [`mod@summary`], [`subject`], [`collect`];
//! [`usual`] is what reports as numbers are seen against.

pub mod calendar;
pub mod collect;
pub mod days;
pub mod observed;
pub mod sample;
pub mod span;
pub mod stretches;
pub mod subject;
pub mod summary;
pub mod usual;

pub use calendar::{Calendar, CalendarDay};
pub use collect::Collected;
pub use days::{Availability, Bands, Day, Record};
pub use observed::{Observed, Stretch};
pub use sample::{Interval, Sample};
pub use span::Spans;
pub use stretches::ComponentStretch;
pub use subject::{Subject, Subjects};
pub use summary::{Evidence, Occurrence, Severity, Summary, summary};
