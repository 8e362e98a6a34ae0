//! HTTP out: polite, bounded and guarded. One request of a source at a time, conditional, decoded under our own count;
//! what may be asked for and what may be answered is decided here, what it means is decided elsewhere.
//!
//! Reading order: [`Fetcher::get`] (the flow), `guard` (which addresses), `gate` (whose turn), `body` (decoding under
//! limits), `freshness` (Retry-After, Cache-Control), `error`.

mod body;
mod error;
mod freshness;
mod gate;
mod guard;
mod names;
mod robots;
mod session;
mod stream;

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, Response, StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use tokio::time::{Instant, timeout};
use url::Url;

pub use error::FetchError;
pub use guard::{Network, NotANetwork};
pub use names::{Names, SystemNames};
pub use stream::Line;

use crate::model::{Answer, Ask, Clock, Credentials, Outcome, Validators, id::digest};

/// Redirects followed at most.
const HOPS: usize = 5;

/// What the fetcher may do.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who we say we are.
    pub user_agent: String,
    /// Networks that may be asked though they are not public.
    pub allow: Vec<Network>,
    /// Between the end of one request to a host and the start of the next.
    pub gap: Duration,
    /// Requests under way at once, over all hosts.
    pub concurrency: usize,
    /// Until a connection (with TLS) stands.
    pub connect_timeout: Duration,
    /// The whole exchange of one hop.
    pub timeout: Duration,
    /// Bytes of a body after decompression.
    pub body_limit: u64,
    /// Ports that may be asked; hosts inside `allow` may use any.
    pub ports: Vec<u16>,
    /// A proxy for everything, from the configuration only.
    pub proxy: Option<String>,
}

impl Default for Settings {
    /// The limits of DESIGN section 5.
    fn default() -> Self {
        Self {
            user_agent: format!("downwire/{}", crate::VERSION),
            allow: Vec::new(),
            gap: Duration::from_secs(1),
            concurrency: 32,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            body_limit: 15_000_000,
            ports: vec![80, 443, 8080, 8443],
            proxy: None,
        }
    }
}

/// Makes requests. Clones share connections, turns and waits.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    guard: Arc<guard::Guard>,
    gate: Arc<gate::Gate>,
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    sessions: session::Sessions,
    robots: robots::Robots,
}

impl Fetcher {
    /// A fetcher that resolves names as the system does.
    ///
    /// # Errors
    /// TLS cannot be set up, or the proxy is no URL.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, FetchError> {
        Self::with_names(settings, clock, Arc::new(SystemNames))
    }

    /// A fetcher that resolves names by `names`.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    pub fn with_names(settings: Settings, clock: Arc<dyn Clock>, names: Arc<dyn Names>) -> Result<Self, FetchError> {
        // Installing it twice is refused and does no harm.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let guard = Arc::new(guard::Guard::new(settings.allow.clone(), settings.ports.clone(), names));
        let client = client(&settings, &guard)?;
        let gate = Arc::new(gate::Gate::new(settings.gap, settings.concurrency));
        Ok(Self {
            client,
            guard,
            gate,
            settings: Arc::new(settings),
            clock,
            sessions: session::Sessions::default(),
            robots: robots::Robots::default(),
        })
    }

    /// Makes one request, follows its redirects, and gives the decoded body.
    ///
    /// # Errors
    /// Every misbehaviour has its own variant, in words for an operator.
    pub async fn get(&self, ask: &Ask) -> Result<Answer, FetchError> {
        let began = Instant::now();
        let mut result = self.hops(ask).await;
        // A session runs out: once a new one is worth a try.
        let is_refused = matches!(result, Err(FetchError::Forbidden(_)));
        if let Some(credentials) = ask.credentials.as_ref().filter(|_| is_refused)
            && self.forget_session(credentials).await
        {
            result = self.hops(ask).await;
        }
        let outcome = match &result {
            Ok(answer) if answer.outcome == Outcome::Unchanged => "unchanged",
            Ok(_) => "fresh",
            Err(error) => error.label(),
        };
        metrics::counter!("downwire_fetch_total", "outcome" => outcome).increment(1);
        metrics::histogram!("downwire_fetch_duration_seconds").record(began.elapsed().as_secs_f64());
        result
    }

    /// Follows redirects: every hop is checked, and waits for its host's turn.
    async fn hops(&self, ask: &Ask) -> Result<Answer, FetchError> {
        let mut url = Url::parse(&ask.url).map_err(|error| FetchError::Address(format!("{}: {error}", ask.url)))?;
        let mut permanent = None;
        let rights = match &ask.credentials {
            Some(credentials) => Some((url.origin(), self.authorization(credentials).await?)),
            None => None,
        };
        for hop in 0..=HOPS {
            self.guard.check(&url).await?;
            if ask.is_page {
                self.obey_robots(&url).await?;
            }
            let host = gate::Host::of(&url, &self.guard);
            self.gate.may_ask(&host, self.clock.now())?;
            let turn = self.gate.turn(&host).await;
            // Never behind a redirect to somebody else.
            let own = rights.as_ref().filter(|(origin, _)| *origin == url.origin()).map(|(_, value)| value.clone());
            let arrived = timeout(self.settings.timeout, self.exchange(&url, ask, own)).await;
            drop(turn);
            match arrived.map_err(|_| FetchError::Timeout(self.settings.timeout))?? {
                Arrived::Answer(mut answer) => {
                    answer.moved_to = permanent;
                    return Ok(*answer);
                }
                Arrived::Redirect { to, status } => {
                    let next = redirect_target(&url, &to)?;
                    // Only an unbroken run of permanent redirects from the start tells where the source lives now.
                    let lasting = matches!(status.as_u16(), 301 | 308) && (hop == 0 || permanent.is_some());
                    permanent = lasting.then(|| next.to_string());
                    url = next;
                }
                Arrived::Limit(error) => {
                    self.gate.wait(&host, self.clock.now(), error.retry_after().unwrap_or_default());
                    return Err(error);
                }
            }
        }
        Err(FetchError::Redirects(HOPS))
    }

    /// One request and its answer.
    async fn exchange(&self, url: &Url, ask: &Ask, rights: Option<HeaderValue>) -> Result<Arrived, FetchError> {
        let mut headers = request_headers(ask);
        if let Some(rights) = rights {
            headers.insert(header::AUTHORIZATION, rights);
        }
        let request = self.client.get(url.clone()).headers(headers);
        let response = request.send().await.map_err(|error| error::from_reqwest(&error))?;
        let status = response.status();
        let headers = response.headers();
        if let Some(to) = headers.get(header::LOCATION).filter(|_| matches!(status.as_u16(), 301..=303 | 307 | 308)) {
            return Ok(Arrived::Redirect { to: text(to), status });
        }
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Arrived::Answer(Box::new(self.answer(&response, ask, None))));
        }
        if status == StatusCode::BAD_REQUEST && matches!(ask.credentials, Some(Credentials::AtProtocol { .. })) {
            let is_over = session::is_over(response).await;
            let refused = FetchError::Forbidden(status.as_u16());
            return Err(if is_over { refused } else { FetchError::Status(status.as_u16()) });
        }
        if !status.is_success() {
            return self.refused(&response);
        }
        let mut answer = self.answer(&response, ask, Some(()));
        answer.body = body::read(response, self.settings.body_limit).await?;
        answer.validators.body = Some(digest(&[&answer.body]));
        // Many servers know no conditions: the same body again is as good as a 304.
        if answer.validators.body == ask.validators.body {
            answer.outcome = Outcome::Unchanged;
            answer.body = Vec::new();
        }
        Ok(Arrived::Answer(Box::new(answer)))
    }

    /// What the headers say; the body comes later.
    fn answer(&self, response: &Response, ask: &Ask, fresh: Option<()>) -> Answer {
        let headers = response.headers();
        let one = |name: HeaderName| headers.get(name).map(text);
        let mut validators =
            Validators { etag: one(header::ETAG), last_modified: one(header::LAST_MODIFIED), body: None };
        if fresh.is_none() {
            // A 304 repeats only what it wants to change.
            validators.etag = validators.etag.or_else(|| ask.validators.etag.clone());
            validators.last_modified = validators.last_modified.or_else(|| ask.validators.last_modified.clone());
            validators.body.clone_from(&ask.validators.body);
        }
        Answer {
            outcome: if fresh.is_some() { Outcome::Fresh } else { Outcome::Unchanged },
            url: response.url().to_string(),
            moved_to: None,
            content_type: one(header::CONTENT_TYPE),
            body: Vec::new(),
            validators,
            fresh_for: freshness::fresh_for(headers),
            retry_after: freshness::retry_after(headers, self.clock.now())
                .or_else(|| freshness::limit_over(headers, self.clock.now(), false)),
            noindex: forbids_indexing(headers),
            link: one(header::LINK),
        }
    }

    /// Who we say we are, as a header.
    fn user_agent(&self) -> Result<HeaderValue, FetchError> {
        HeaderValue::from_str(&self.settings.user_agent).map_err(|error| FetchError::SetUp(error.to_string()))
    }

    /// What a status that is no success means.
    fn refused(&self, response: &Response) -> Result<Arrived, FetchError> {
        let status = response.status().as_u16();
        let now = self.clock.now();
        let said = freshness::retry_after(response.headers(), now);
        let retry_after = said.or_else(|| freshness::limit_over(response.headers(), now, matches!(status, 403 | 429)));
        let challenged = response.headers().get("cf-mitigated").is_some_and(|value| value == "challenge");
        Err(match status {
            410 | 451 => FetchError::Gone(status),
            429 | 503 => {
                let wait = retry_after.unwrap_or(freshness::UNSAID);
                return Ok(Arrived::Limit(FetchError::Limited { status, wait }));
            }
            // A second way to say 429: nothing is left, or come back later.
            403 if retry_after.is_some() && !challenged => {
                let wait = retry_after.unwrap_or(freshness::UNSAID);
                return Ok(Arrived::Limit(FetchError::Limited { status, wait }));
            }
            403 if challenged => FetchError::Challenge,
            401 | 403 => FetchError::Forbidden(status),
            _ => FetchError::Status(status),
        })
    }
}

/// The client, with nothing on that we do not do ourselves.
fn client(settings: &Settings, guard: &Arc<guard::Guard>) -> Result<Client, FetchError> {
    let mut builder = Client::builder()
        .user_agent(&settings.user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(Duration::from_secs(20))
        .dns_resolver(Arc::new(names::Vetted(guard.clone())));
    if let Some(proxy) = &settings.proxy {
        let wrong = |error: reqwest::Error| FetchError::SetUp(format!("the proxy {proxy} cannot be used: {error}"));
        builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(wrong)?);
    }
    builder.build().map_err(|error| FetchError::SetUp(error.to_string()))
}

/// What came of one hop.
enum Arrived {
    Answer(Box<Answer>),
    Redirect { to: String, status: StatusCode },
    Limit(FetchError),
}

/// Where a redirect leads: never from https to http.
fn redirect_target(from: &Url, to: &str) -> Result<Url, FetchError> {
    let target = from.join(to).map_err(|error| FetchError::Address(format!("it redirects to {to:?}: {error}")))?;
    if from.scheme() == "https" && target.scheme() == "http" {
        return Err(FetchError::Downgrade(target.to_string()));
    }
    Ok(target)
}

fn request_headers(ask: &Ask) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(ask.accept));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd, deflate"));
    let conditions =
        [(header::IF_NONE_MATCH, &ask.validators.etag), (header::IF_MODIFIED_SINCE, &ask.validators.last_modified)];
    for (name, value) in conditions {
        // Byte for byte: a tag with letters beyond ASCII goes back as it came.
        if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_bytes(&latin1(value)).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// A header value as text: each byte one character, so that no byte is lost on the way back.
fn text(value: &HeaderValue) -> String {
    value.as_bytes().iter().map(|byte| char::from(*byte)).collect()
}

/// The bytes of [`text`].
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}

fn forbids_indexing(headers: &HeaderMap) -> bool {
    headers.get_all("x-robots-tag").iter().map(text).any(|value| {
        let words = value.to_ascii_lowercase();
        words.split([',', ':', ' ']).any(|word| matches!(word, "noindex" | "noarchive" | "none"))
    })
}
