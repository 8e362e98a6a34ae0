//! From what an adapter found to an item: the rules that hold for every network stand here once.

use crate::{
    model::{Id, Item, ItemKind, Network, PostDetails, Timestamp},
    source::Context,
    text::{html, urls},
};

/// Longest text of a post that is kept, in bytes: networks allow from 300 to some ten thousand characters.
const LONGEST: usize = 32 * 1024;

/// A post as an adapter finds it.
pub(super) struct Draft {
    /// A post; what measures and does not speak is an article.
    pub kind: ItemKind,
    /// Where its id is one.
    pub network: Network,
    /// What the network calls it; must not be empty.
    pub native_id: String,
    /// What the server calls it, where that is another name.
    pub local_id: Option<String>,
    /// Where it is read.
    pub url: Option<String>,
    /// Plain text; empty where the network has no titles.
    pub title: String,
    /// Plain text.
    pub text: String,
    /// The network's own id of the account.
    pub author: Option<String>,
    /// When its author says that it was written.
    pub created_at: Option<Timestamp>,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// As its author declares it.
    pub language: Option<String>,
    /// Its author does not want to be found.
    pub is_hidden: bool,
    /// What it repeats as a whole, quotes, answers.
    pub repost_of: Option<Id>,
    /// See `repost_of`.
    pub quote_of: Option<Id>,
    /// See `repost_of`.
    pub reply_to: Option<Id>,
}

impl Draft {
    /// An empty post.
    pub fn new(network: Network, native_id: String) -> Self {
        Self {
            kind: ItemKind::Post,
            network,
            native_id,
            local_id: None,
            url: None,
            title: String::new(),
            text: String::new(),
            author: None,
            created_at: None,
            edited_at: None,
            language: None,
            is_hidden: false,
            repost_of: None,
            quote_of: None,
            reply_to: None,
        }
    }

    /// The item.
    ///
    /// # Errors
    /// It has no id, or says nothing.
    pub fn finish(self, context: Context<'_>) -> Result<Item, String> {
        if self.native_id.is_empty() {
            return Err("a post without an id".to_owned());
        }
        let (title, mut text) = (html::excerpt(&self.title, 1_000), self.text);
        if title.is_empty() && text.trim().is_empty() && self.repost_of.is_none() {
            return Err(format!("post {} says nothing", html::excerpt(&self.native_id, 60)));
        }
        html::cut(&mut text, LONGEST);
        let details = PostDetails {
            author: self.author,
            repost_of: self.repost_of,
            quote_of: self.quote_of,
            reply_to: self.reply_to,
            local_id: self.local_id.filter(|local| *local != self.native_id),
        };
        Ok(Item {
            id: self.network.id(&self.native_id),
            source: context.source.to_owned(),
            native_id: self.native_id,
            kind: self.kind,
            url: self.url.and_then(|url| urls::absolute(&url, context.base)),
            title,
            text,
            author: None,
            language: language(self.language).or_else(|| context.language.map(str::to_owned)),
            // A post counts at its own time, clamped to when it was received (invariant 9).
            published_at: self.created_at.unwrap_or(context.now).min(context.now),
            published_estimated: self.created_at.is_none(),
            updated_at: self.edited_at,
            received_at: context.now,
            hidden: self.is_hidden || context.hidden,
            post: (self.kind == ItemKind::Post).then_some(details),
        })
    }
}

/// The primary language of what an author declared.
fn language(declared: Option<String>) -> Option<String> {
    let declared = declared?;
    let primary = declared.split(['-', '_']).next()?.to_lowercase();
    ((2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(primary)
}
