//! With whose rights a request goes out: a token as it is, or a session of the AT protocol that is opened once, kept in
//! memory and opened again when it has run out. Secrets stay here: they go to the host they are meant for and nowhere
//! else.

use std::{collections::HashMap, sync::Arc};

use reqwest::{Response, StatusCode, header::HeaderValue};
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::timeout};
use url::Url;

use super::{FetchError, Fetcher, body, error, freshness, gate};
use crate::model::Credentials;

/// Where a session is opened. Source: the lexicon `com.atproto.server.createSession`.
const OPEN: &str = "/xrpc/com.atproto.server.createSession";

/// Bytes of an answer to a login that are read.
const LARGEST: u64 = 100_000;

/// Tokens of the sessions that are open, by server, account and password: a wrong password must not profit from a right one.
#[derive(Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<HashMap<Account, String>>>);

/// Server, account and password.
type Account = (String, String, String);

impl Fetcher {
    /// The `Authorization` header for these credentials; opens a session where there is none.
    ///
    /// # Errors
    /// The server does not let the account in, or cannot be reached.
    pub(super) async fn authorization(&self, credentials: &Credentials) -> Result<HeaderValue, FetchError> {
        let token = match credentials {
            Credentials::Bearer(token) => token.clone(),
            Credentials::AtProtocol { server, account, password } => {
                // Held while it is opened: two polls at once must not log in twice.
                let mut open = self.sessions.0.lock().await;
                let key = (server.clone(), account.clone(), password.clone());
                match open.get(&key) {
                    Some(token) => token.clone(),
                    None => {
                        let token = self.open(server, account, password).await?;
                        open.insert(key, token.clone());
                        token
                    }
                }
            }
        };
        let wrong = |_| FetchError::SetUp("the token holds what no header can: give it anew".to_owned());
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(wrong)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Forgets a session that was refused. `false` where there is nothing to open anew.
    pub(super) async fn forget_session(&self, credentials: &Credentials) -> bool {
        let Credentials::AtProtocol { server, account, password } = credentials else { return false };
        self.sessions.0.lock().await.remove(&(server.clone(), account.clone(), password.clone())).is_some()
    }

    async fn open(&self, server: &str, account: &str, password: &str) -> Result<String, FetchError> {
        let address = format!("{}{OPEN}", server.trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|error| FetchError::Address(format!("{address}: {error}")))?;
        self.guard.check(&url).await?;
        let host = gate::Host::of(&url, &self.guard);
        self.gate.may_ask(&host, self.clock.now())?;
        let _turn = self.gate.turn(&host).await;
        let words = json!({ "identifier": account, "password": password }).to_string();
        let request = self.client.post(url).header("content-type", "application/json").body(words);
        let exchange = async {
            let response = request.send().await.map_err(|error| error::from_reqwest(&error))?;
            let (status, headers) = (response.status(), response.headers());
            if status == StatusCode::TOO_MANY_REQUESTS {
                let now = self.clock.now();
                let said = freshness::retry_after(headers, now).or_else(|| freshness::limit_over(headers, now, true));
                let wait = said.unwrap_or(freshness::UNSAID);
                self.gate.wait(&host, now, wait);
                return Err(FetchError::Limited { status: status.as_u16(), wait });
            }
            if !status.is_success() {
                return Err(FetchError::Login(status.as_u16()));
            }
            let answer: Value = serde_json::from_slice(&body::read(response, LARGEST).await?)
                .map_err(|error| FetchError::Protocol(error.to_string()))?;
            let token = answer.get("accessJwt").and_then(Value::as_str).map(str::to_owned);
            token.ok_or_else(|| FetchError::Protocol("a login without accessJwt".to_owned()))
        };
        timeout(self.settings.timeout, exchange).await.map_err(|_| FetchError::Timeout(self.settings.timeout))?
    }
}

/// Whether a 400 says that the session has run out, and not that what was asked for is wrong: a server that has no such
/// account must not make us log in at every poll. Source: the reference implementation of the AT protocol's PDS.
pub(super) async fn is_over(response: Response) -> bool {
    let body = body::read(response, LARGEST).await.unwrap_or_default();
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    matches!(answer.get("error").and_then(Value::as_str), Some("ExpiredToken" | "InvalidToken"))
}
