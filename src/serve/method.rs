//! `/about/method`: how the judge works, how good it is, and its limits.

use axum::{extract::State, http::StatusCode, response::Response};

use super::{Context, pages};
use crate::{
    classify,
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
        measured_on: measured.on,
        columns: measured.columns,
        rows: measured.rows,
        limits: LIMITS.iter().map(|limit| (*limit).to_owned()).collect(),
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
         again in the background; the old verdict stays readable on the item's page. An operator can mark a verdict right or \
         wrong, and the next training learns from it."
            .to_owned(),
    ]
}

const LIMITS: [&str; 6] = [
    "Irony, pictures, and texts that only make sense in their thread are often judged wrong.",
    "One household's dead line and an outage of the provider look alike in a short post: what is hard for annotators is hard \
     here too.",
    "It does best in English; other languages have fewer examples, and in languages beyond the twelve it knows only names and \
     borrowed words.",
    "A service that is in no list is named as the text writes it, when the text is built so that the name can be told.",
    "It reads the beginning of a text (16 KiB), and no pages behind links.",
    "A cause is what a text says it is. Nothing is inferred, and most texts name none.",
];
