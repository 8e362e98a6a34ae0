//! `/about/method`: how the judge works, how good it is, and its limits.

use axum::{extract::State, http::StatusCode, response::Response};

use super::{Context, pages};
use crate::{
    classify::{self, MeasuredTable},
    render::{
        self,
        view::{Frame, Method},
    },
};

/// The page.
pub async fn page(State(context): State<Context>) -> Response {
    let measured = classify::measured();
    let page = Method {
        frame: Frame { title: "How downwire judges".to_owned(), feed: None, now: context.clock.now() },
        paragraphs: paragraphs(),
        caution: caution(&measured, context.judge.version()),
        limits: limits(&measured),
        measured_on: measured_on(&measured),
        columns: measured.columns.clone(),
        rows: rows(measured),
    };
    pages::rendered(StatusCode::OK, render::pages::method(&page))
}

fn paragraphs() -> Vec<String> {
    let languages = classify::languages().join(", ");
    vec![
        "An item is about an outage when it reports, asks about, confirms or follows up a present or past disruption of an \
         online or network service that affects more than its author's own device, account or configuration. Planned \
         maintenance is none."
            .to_owned(),
        format!(
            "The text is folded (case, accents and white space do not matter) and the names of services, handles, addresses and \
             numbers are masked, so that what was learned of one service holds for the next. Some 10,000 phrases in twelve \
             languages ({languages}) are looked for and turned into what they mean: it is down, is it only me, scheduled \
             maintenance, a power cut, for three weeks, in Leeds. A linear model adds up the weights of those, of words and of \
             parts of words; a probability comes out, and a threshold for each kind of text decides."
        ),
        "A text is judged as a whole and sentence by sentence, and the strongest sentence counts beside the whole: one that says \
         it plainly is not drowned by what stands around it."
            .to_owned(),
        "Services are found by their names, aliases, domains, hashtags and handles; a name that is also a word (Box, Signal) \
         counts only with a second cue. Phase, symptoms, cause and whose trouble it is are told by smaller models and phrases. \
         Every verdict keeps the features that weighed most, and which version judged."
            .to_owned(),
        "An incident on a status page is taken at the page's word. When the version changes, what was judged before is judged \
         again in the background, and so is what an import brings with verdicts of another version; each old verdict stays \
         readable, whole and in its order, on the page of the item or incident. A post that came from another archive without \
         its words keeps the verdict that it came with."
            .to_owned(),
        "An operator can mark a verdict right or wrong, on the item's page or with `downwire feedback`; the page shows the mark. \
         Nothing changes by that alone: `downwire train --marks` learns from the marks on texts that are still what was marked, \
         and the weights that it writes judge here once `[judge] weights` in feeds.toml names them."
            .to_owned(),
    ]
}

/// On what the table was measured, and which version.
fn measured_on(measured: &MeasuredTable) -> String {
    measured
        .version()
        .map_or_else(|| measured.on.clone(), |version| format!("{} downwire is `{version}`.", measured.on))
}

/// The rows, in which the version measured is called by its name.
fn rows(measured: MeasuredTable) -> Vec<Vec<String>> {
    let version = measured.version().map(str::to_owned);
    let mut rows = measured.rows;
    for judge in rows.iter_mut().filter_map(|row| row.first_mut()) {
        if Some(&*judge) == version.as_ref() {
            "downwire".clone_into(judge);
        }
    }
    rows
}

/// Why the figures do not hold here: they are those of one version, and a version tells the weights and, behind the last
/// hyphen, the names.
fn caution(measured: &MeasuredTable, judge: &str) -> Option<String> {
    let of = measured.version()?;
    let (weights, names) = of.rsplit_once('-')?;
    let (own_weights, own_names) = judge.rsplit_once('-')?;
    let differs = match (weights == own_weights, names == own_names) {
        (true, true) => return None,
        (false, true) => "other weights judge",
        (true, false) => "a judge with other names of services judges",
        (false, false) => "other weights judge, with other names of services",
    };
    Some(format!(
        "These figures do not hold for this site: they were measured with {of}, and here {differs} ({judge}). `downwire eval` \
         measures that on texts of yours."
    ))
}

/// What it cannot do.
fn limits(measured: &MeasuredTable) -> Vec<String> {
    posts(measured).into_iter().chain(LIMITS.map(str::to_owned)).collect()
}

/// How it does on posts, beside headlines, by the table.
fn posts(measured: &MeasuredTable) -> Option<String> {
    let cell = |row: &Vec<String>, column: &str| {
        let at = measured.columns.iter().position(|name| name == column)?;
        row.get(at).cloned()
    };
    // The first row of a cut is the judge's own.
    let of = |cut: &str| measured.rows.iter().find(|row| cell(row, "texts").is_some_and(|words| words == cut));
    let (posts, headlines) = (of("kind post")?, of("kind headline")?);
    Some(format!(
        "Posts are its weak spot: F1 {} on {} of them, where headlines have {}.",
        cell(posts, "F1")?,
        cell(posts, "n")?,
        cell(headlines, "F1")?
    ))
}

const LIMITS: [&str; 8] = [
    "Irony, pictures, and texts that only make sense in their thread are often judged wrong.",
    "A text that denies an outage (“it is not down, it works here”, “no, there was no outage yesterday”) holds the words of one, \
     and is sometimes taken for one.",
    "One household's dead line and an outage of the provider look alike in a short post: what is hard for annotators is hard \
     here too.",
    "It does best in English. Each of the other eleven languages has fewer examples, and was measured on few texts: 24 labelled \
     ones and 60 that were written for it, so that its figures may be off by several points. Beyond the twelve it knows only \
     names and borrowed words.",
    "A service that is in no list is named as the text writes it, when the text is built so that the name can be told.",
    "It reads the beginning of a text (16 KiB), and no pages behind links.",
    "A cause is what a text says it is. Nothing is inferred, and most texts name none.",
    "A threshold of its own for each kind of text, moved for some languages, decides; it was chosen on few texts too. The page of \
     an item says which one held.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_another_judge_are_said_to_be_so() {
        let measured = classify::measured();
        let of = measured.rows[0][0].clone();
        let (weights, names) = of.rsplit_once('-').expect("weights and names");
        assert_eq!(caution(&measured, &of), None);
        for (judge, words) in [
            (format!("mine-1-{names}"), "here other weights judge (mine-1-"),
            (format!("{weights}-0000"), "here a judge with other names of services judges"),
            ("mine-1-0000".to_owned(), "here other weights judge, with other names of services (mine-1-0000)"),
        ] {
            let said = caution(&measured, &judge).expect("a caution");
            assert!(said.contains(words) && said.contains(&of), "{said}");
        }
    }

    #[test]
    fn the_limits_name_posts_denials_and_few_texts() {
        let limits = limits(&classify::measured()).join("\n");
        for words in ["Posts are its weak spot: F1 0.", "denies an outage", "24 labelled"] {
            assert!(limits.contains(words), "{words} is not in\n{limits}");
        }
    }
}
