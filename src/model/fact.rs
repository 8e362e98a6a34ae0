//! A fact: a value read out of a text, with the words it was read from and who states it. Nothing here is ever guessed:
//! what a text does not say is no fact.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every one, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its word, as lines and the store write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The one of that word; `None` for any other word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }
    };
}

words! {
    /// What a fact is about.
    FactKind {
        /// When the outage (or a new wave of it) began.
        Start = "start",
        /// When service was restored, or a fix finished.
        End = "end",
        /// The first reports by users or monitors.
        FirstReport = "first_report",
        /// When reports or impact were highest.
        Peak = "peak",
        /// The first dated word of the operator.
        Acknowledged = "acknowledged",
        /// How long it lasted.
        Duration = "duration",
        /// How many reports.
        ReportCount = "report_count",
        /// Why: a word of [`Cause`].
        Cause = "cause",
        /// How it showed: a word of [`Symptom`].
        Symptom = "symptom",
        /// What was affected, as the text names it.
        Product = "product",
        /// The provider whose failure hit others; `unnamed` where it is not named.
        Upstream = "upstream",
        /// Where the users or the failed part are.
        Place = "place",
        /// How it stands: a word of [`Status`].
        Status = "status",
        /// `2:month`: the second of the month.
        Ordinal = "ordinal",
    }
}

words! {
    /// Why something fails (Chu et al., "Automated incident report analysis", ICPE 2026, and UNKNOWN).
    Cause {
        /// A wrong configuration.
        Config = "CONFIG",
        /// Load, traffic, capacity.
        Overload = "OVERLOAD",
        /// A release, an upgrade, a go-live.
        Deploy = "DEPLOY",
        /// Something outside of the operator: an attack, another provider, the power grid.
        External = "EXTERNAL",
        /// Planned work.
        Maintain = "MAINTAIN",
        /// Inside of the operator, and none of these.
        Others = "OTHERS",
        /// The text says that it is not known.
        Unknown = "UNKNOWN",
    }
}

words! {
    /// How a failure shows to its users (the same source).
    Symptom {
        /// Error messages, failed requests.
        Error = "ERROR",
        /// It cannot be reached or used.
        Unavail = "UNAVIL",
        /// Late delivery, latency, waiting.
        Delay = "DELAY",
        /// Slow, degraded, freezing.
        Deperf = "DEPERF",
        /// Wrong data, a missing function, on and off.
        Others = "OTHERS",
    }
}

words! {
    /// How an outage stands when a text is written.
    Status {
        /// It goes on.
        Ongoing = "ongoing",
        /// It is over.
        Resolved = "resolved",
        /// Some of it is over.
        Partly = "partly",
    }
}

words! {
    /// How exactly a time is stated.
    Precision {
        /// With seconds.
        Second = "second",
        /// With minutes.
        Minute = "minute",
        /// A whole hour.
        Hour = "hour",
        /// "Morning": the value is the start of six hours.
        PartOfDay = "part-of-day",
        /// A day: the value is its civil date at midnight, never shifted by a zone.
        Day = "day",
        /// A month: the value is its first day.
        Month = "month",
    }
}

words! {
    /// Who states a fact, by falling authority.
    StatedBy {
        /// The operator, its staff, its status page.
        Official = "official",
        /// A monitor, a researcher, a vendor, an attacker, another company.
        ThirdParty = "third-party",
        /// The outlet in its own voice.
        Press = "press",
        /// Users.
        Users = "users",
    }
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about.
    pub kind: FactKind,
    /// The value, in the form of its kind: an instant in RFC 3339 UTC, an ISO 8601 duration, a number or word, a word
    /// of [`Cause`], [`Symptom`] or [`Status`], a name, `2:month`. A time of day on no known day is the instant's time
    /// alone (`18:30:00Z`).
    pub value: String,
    /// The sort of cause within its category (`attack`, `dns`); `None` where there is none.
    pub sub: Option<String>,
    /// The zone as it is written (`ET`, `EDT/GMT`, `local time`).
    pub zone: Option<String>,
    /// The IANA zone that a place implies, where none is written.
    pub zone_inferred: Option<String>,
    /// Of a time.
    pub precision: Option<Precision>,
    /// The words it was read from: code points from the start of the text, half open.
    pub span: (u32, u32),
    /// Those words.
    pub text: String,
    /// Who states it.
    pub stated_by: StatedBy,
    /// Stated with a hedge ("may have been", "reportedly").
    #[serde(default)]
    pub hedged: bool,
    /// How an ambiguous reading was decided, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The facts of a text and what read them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The one that would be shown comes first of its kind.
    pub facts: Vec<Fact>,
    /// What read them (invariant 8); empty where nothing has read yet.
    pub version: String,
}

/// How much a kind of document counts when two disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// Users.
    Users,
    /// Press, and others who look on.
    Press,
    /// An official update.
    Update,
    /// An official postmortem.
    Postmortem,
}

impl Authority {
    /// The authority of a fact that stands in a document; `postmortem` tells whether that is one.
    pub fn of(fact: &Fact, postmortem: bool) -> Self {
        match fact.stated_by {
            StatedBy::Official if postmortem => Self::Postmortem,
            StatedBy::Official => Self::Update,
            StatedBy::Press | StatedBy::ThirdParty => Self::Press,
            StatedBy::Users => Self::Users,
        }
    }
}

/// The fact of `kind` that is displayed, of many with their authority: the highest authority wins, then what is not
/// hedged, then the more precise, then the first given. The others stay beside it: a conflict is shown, not decided.
pub fn displayed<'a>(
    kind: FactKind,
    facts: impl IntoIterator<Item = (Authority, &'a Fact)>,
) -> Option<(Authority, &'a Fact)> {
    let rank = |(authority, fact): &(Authority, &Fact)| {
        let vague = fact.precision.map_or(0, |precision| precision as u8);
        (std::cmp::Reverse(*authority), fact.hedged, vague)
    };
    // `min_by_key` keeps the first of equals.
    facts.into_iter().filter(|(_, fact)| fact.kind == kind).min_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(value: &str, stated_by: StatedBy, precision: Precision) -> Fact {
        Fact {
            kind: FactKind::Start,
            value: value.to_owned(),
            sub: None,
            zone: None,
            zone_inferred: None,
            precision: Some(precision),
            span: (0, 0),
            text: String::new(),
            stated_by,
            hedged: false,
            why: None,
        }
    }

    #[test]
    fn words_come_back() {
        for kind in FactKind::ALL {
            assert_eq!(FactKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Cause::parse("EXTERNAL"), Some(Cause::External));
        assert_eq!(Symptom::parse("UNAVIL"), Some(Symptom::Unavail));
        assert_eq!(Status::parse("over"), None);
    }

    #[test]
    fn the_postmortem_beats_the_update_beats_the_press_beats_the_users() {
        let facts = [
            (Authority::Users, start("a", StatedBy::Users, Precision::Minute)),
            (Authority::Press, start("b", StatedBy::Press, Precision::Minute)),
            (Authority::Update, start("c", StatedBy::Official, Precision::Day)),
            (Authority::Postmortem, start("d", StatedBy::Official, Precision::Day)),
        ];
        for end in 1..=facts.len() {
            let shown = displayed(FactKind::Start, facts[..end].iter().map(|(authority, fact)| (*authority, fact)));
            assert_eq!(shown.map(|(_, fact)| fact.value.as_str()), Some(facts[end - 1].1.value.as_str()));
        }
        assert_eq!(displayed(FactKind::End, facts.iter().map(|(authority, fact)| (*authority, fact))), None);
    }

    #[test]
    fn among_equals_the_more_precise_is_displayed_then_the_first() {
        let facts = [
            start("day", StatedBy::Press, Precision::Day),
            start("minute", StatedBy::Press, Precision::Minute),
            start("later minute", StatedBy::Press, Precision::Minute),
        ];
        let shown = displayed(FactKind::Start, facts.iter().map(|fact| (Authority::Press, fact)));
        assert_eq!(shown.map(|(_, fact)| fact.value.as_str()), Some("minute"));
    }
}
