//! `/about/privacy`: what is kept of public posts, for how long, and how to ask for removal.

use std::time::Duration;

use axum::{extract::State, http::StatusCode, response::Response};

use super::{Context, pages};

/// The page.
pub async fn page(State(context): State<Context>) -> Response {
    pages::plain(StatusCode::OK, "What is kept of people's posts", paragraphs(&context), context.clock.now())
}

fn paragraphs(context: &Context) -> Vec<String> {
    let contact = match &context.contact {
        Some(contact) => format!("write to {contact} with the address of the post or of its page here"),
        None => "write to whoever runs this site, with the address of the post or of its page here".to_owned(),
    };
    vec![
        "downwire reads public posts to find out when a service fails: posts that everybody may read without an account, where \
         the network and its server allow it. Of a stream it keeps only what speaks of an outage; of what merely names a \
         service it keeps a number per minute and no word; everything else is dropped in memory and never written."
            .to_owned(),
        "Of a post it keeps the text, its link, its times, its language, what it answers or repeats, and what the judge said of \
         it. Readers see at most 300 characters with a link to the original; exports give no text of posts at all."
            .to_owned(),
        "It does not keep who wrote it. The account becomes a hash with a secret key that belongs to this archive alone, so \
         that ten people can be told from one person posting ten times; no list of names leads back from it. A handle that \
         stands in the text itself stays in the text."
            .to_owned(),
        "What its author deletes is deleted here: a stream says so at once, other networks are asked again about what was \
         held in the last day. The text goes from the archive, its older versions, the index, every page and feed; that \
         there was a post, when, and about which service stays as a count. When an account is closed all of its posts go. \
         Edits are followed. Digests and exports that have left this machine cannot be called back."
            .to_owned(),
        "Posts that are not for everybody (followers only, unlisted, with a request not to be indexed or not to be shown to \
         readers without an account) are not kept, or kept out of every public page and feed. robots.txt is obeyed wherever a \
         page for people is read, and every server's limits are."
            .to_owned(),
        format!(
            "Posts about an outage are kept for {}, so that “has it happened before?” has an answer; posts that turned out to \
             be about something else for {}. Then they go as if their authors had deleted them. Once a day what was deleted is \
             also overwritten in the files.",
            days(context.privacy.keep_posts),
            days(context.privacy.keep_other_posts)
        ),
        format!("To have something removed that you cannot delete yourself, {contact}."),
    ]
}

/// Whole days in words.
fn days(kept: Duration) -> String {
    match kept.as_secs() / 86_400 {
        0 => "less than a day".to_owned(),
        1 => "one day".to_owned(),
        days => format!("{days} days"),
    }
}
