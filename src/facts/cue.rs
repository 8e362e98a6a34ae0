//! What the cues of `data/cues.txt` are cues of.

use std::sync::LazyLock;

use super::pattern::Patterns;
use crate::model::{Cause, StatedBy, Status, Symptom};

/// What a time near a cue is the time of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It began.
    Start,
    /// It ended.
    End,
    /// It was reported.
    Report,
    /// It was at its worst.
    Peak,
    /// The operator spoke.
    Said,
    /// Something is still to come: an update, an estimate.
    Next,
    /// Something else, before.
    Past,
}

/// What a cue says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// The role of a time.
    Role(Role),
    /// Planned work, which is no outage.
    Planned,
    /// A word for an outage.
    Outage,
    /// A word that hardly means anything but an outage.
    Strong,
    /// A cause, with its sort.
    Cause(Cause, &'static str),
    /// What follows is the cause.
    Because,
    /// What follows close by may be the cause.
    BecauseWeak,
    /// What precedes is the cause.
    Causes,
    /// It is being worked on, which says that it is not over where nothing else does.
    Worked,
    /// The cause is said not to be known.
    CauseUnknown,
    /// What follows is said not to be so.
    Denied,
    /// It is said with reserve.
    Hedge,
    /// How it shows.
    Symptom(Symptom),
    /// How it stands.
    Status(Status),
    /// Who speaks.
    Speaker(StatedBy),
    /// "According to".
    Quoted,
    /// An older story.
    Background,
    /// Where: `worldwide`, `nationwide`, `islandwide`.
    Wide(&'static str),
    /// A provider of the one who is down.
    Upstream,
    /// What is counted.
    Counted,
    /// The text speaks of what could be, of research, of the law.
    Negative,
}

impl Cue {
    fn of(heading: &'static str) -> Option<Self> {
        let (class, detail) = heading.split_once(' ').unwrap_or((heading, ""));
        Some(match class {
            "role" => Self::Role(match detail {
                "start" => Role::Start,
                "end" => Role::End,
                "report" => Role::Report,
                "peak" => Role::Peak,
                "ack" => Role::Said,
                "next" => Role::Next,
                "past" => Role::Past,
                _ => return None,
            }),
            "planned" => Self::Planned,
            "outage" if detail == "strong" => Self::Strong,
            "outage" => Self::Outage,
            "cause" if detail == "unknown" => Self::CauseUnknown,
            "cause" => {
                let (category, sub) = detail.split_once(' ').unwrap_or((detail, ""));
                Self::Cause(Cause::parse(category)?, sub)
            }
            "because" if detail == "weak" => Self::BecauseWeak,
            "because" => Self::Because,
            "causes" => Self::Causes,
            "status" if detail == "weak" => Self::Worked,
            "denied" => Self::Denied,
            "hedge" => Self::Hedge,
            "symptom" => Self::Symptom(Symptom::parse(detail)?),
            "status" => Self::Status(Status::parse(detail)?),
            "speaker" => Self::Speaker(match detail {
                "official" => StatedBy::Official,
                "users" => StatedBy::Users,
                "third" => StatedBy::ThirdParty,
                _ => return None,
            }),
            "quoted" => Self::Quoted,
            "background" => Self::Background,
            "place" => Self::Wide(detail),
            "upstream" => Self::Upstream,
            "count" => Self::Counted,
            "negative" => Self::Negative,
            _ => return None,
        })
    }
}

/// Every cue.
pub(super) static CUES: LazyLock<Patterns<Cue>> = LazyLock::new(|| {
    Patterns::read(include_str!("data/cues.txt"), |heading| match heading {
        "quoted speaker" => Some(Cue::Quoted),
        heading => Cue::of(heading),
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_a_pattern() {
        LazyLock::force(&CUES);
    }
}
