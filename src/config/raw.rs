//! What a user may write: every key of `feeds.toml`, each value with its place in the file, so that a problem can point
//! at it. All keys are known here, also those that a later version acts on.

use serde::Deserialize;
use toml::Spanned;

/// A value and its place.
pub type At<T> = Option<Spanned<T>>;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub archive: Option<Archive>,
    pub server: Option<Server>,
    pub fetch: Option<Fetch>,
    pub catalogue: Option<Catalogue>,
    pub judge: Option<Judge>,
    pub digest: At<toml::Table>,
    pub privacy: Option<Privacy>,
    #[serde(default)]
    pub service: Vec<Spanned<Service>>,
    #[serde(default)]
    pub feed: Vec<Spanned<Feed>>,
    #[serde(default)]
    pub posts: Vec<Spanned<Posts>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    pub path: At<String>,
    pub database: At<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: At<String>,
    pub public_url: At<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    pub gap: At<String>,
    pub concurrency: At<i64>,
    pub timeout: At<String>,
    pub connect_timeout: At<String>,
    pub body_limit: At<i64>,
    #[serde(default)]
    pub allow: Vec<Spanned<String>>,
    pub ports: At<Vec<u16>>,
    pub proxy: At<String>,
    pub contact: At<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    pub watch: At<Watch>,
    pub schedule: At<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    pub weights: At<String>,
}

/// `"all"`, `"none"`, or names.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Watch {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: Spanned<String>,
    pub owner: Option<String>,
    pub group: Option<String>,
    pub aliases: Option<Vec<String>>,
    pub hashtags: Option<Vec<String>>,
    pub ambiguous: Option<Vec<String>>,
    pub upstream: Option<Vec<String>>,
    pub status: At<String>,
    pub platform: At<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posts {
    pub kind: Spanned<String>,
    pub name: At<String>,
    pub server: At<String>,
    pub servers: Option<Vec<String>>,
    pub tags: Option<Vec<String>>,
    pub query: Option<Vec<String>>,
    pub accounts: Option<Vec<String>>,
    pub service: At<String>,
    pub local: Option<bool>,
    pub schedule: At<String>,
    pub language: Option<String>,
    pub token: At<String>,
    pub account: Option<String>,
    pub login: Option<String>,
    pub enabled: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    pub keep_posts: At<String>,
    pub keep_other_posts: At<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    pub name: Spanned<String>,
    pub url: Spanned<String>,
    pub schedule: At<String>,
    pub language: Option<String>,
    pub display: At<String>,
    pub enabled: Option<bool>,
}
