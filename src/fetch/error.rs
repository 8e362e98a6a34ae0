//! Everything that can go wrong between a question and its answer, in words for an operator.

use std::{error::Error as _, time::Duration};

use super::names::Unresolved;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The fetcher itself cannot be made.
    #[error("cannot set up fetching: {0}")]
    SetUp(String),
    /// No usable address.
    #[error("the address is not one that can be asked: {0}")]
    Address(String),
    /// A private, reserved or otherwise forbidden address.
    #[error("{0}; if it is yours, name its network under [fetch] allow")]
    ForbiddenAddress(String),
    /// No such name.
    #[error("the name {host} cannot be resolved: {reason}")]
    Name {
        /// The host.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// Nobody answers there.
    #[error("no connection: {0}")]
    Connect(String),
    /// TLS failed.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// It took too long.
    #[error("the server took longer than {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// The connection ended in the middle of the answer.
    #[error("the answer broke off after {0} bytes")]
    Truncated(u64),
    /// More than the limit.
    #[error("the body is larger than the limit of {0} bytes")]
    TooLarge(u64),
    /// A decompression bomb.
    #[error("the body unpacks to more than {0} times its size, as no honest document does")]
    Bomb(u64),
    /// An encoding that is not what it says, or that we do not read.
    #[error("the body cannot be unpacked: {0}")]
    Encoding(String),
    /// Redirects without end.
    #[error("more than {0} redirects")]
    Redirects(usize),
    /// https to http.
    #[error("it redirects from https to {0}, which is not secure")]
    Downgrade(String),
    /// 410 or 451.
    #[error("the server says that it is gone for good ({0})")]
    Gone(u16),
    /// 429 or 503.
    #[error("the server asks us to wait {} s ({status})", wait.as_secs())]
    Limited {
        /// The status.
        status: u16,
        /// For how long.
        wait: Duration,
    },
    /// The server (or its siblings) asked us to wait, and the time is not over: no request was made.
    #[error("{host} asked us to wait; {} s are left", left.as_secs())]
    AskedToWait {
        /// Who asked.
        host: String,
        /// What is left.
        left: Duration,
    },
    /// A page that wants to see a browser.
    #[error("the server wants proof of a browser (a bot challenge)")]
    Challenge,
    /// A line that was closed by the other side.
    #[error("the line was closed")]
    Closed,
    /// A line on which nothing comes any more.
    #[error("nothing came for {} s", .0.as_secs())]
    Silent(Duration),
    /// A login that the server refuses.
    #[error("the server does not let this account in ({0}): check the account and its app password")]
    Login(u16),
    /// robots.txt says no.
    #[error("robots.txt does not let {0} be read")]
    Robots(String),
    /// 401 or 403.
    #[error("the server refuses ({0}): it may want a login, or not want us")]
    Forbidden(u16),
    /// Any other status that is no success.
    #[error("the server answers with status {0}")]
    Status(u16),
    /// What is no HTTP.
    #[error("the answer is not HTTP: {0}")]
    Protocol(String),
}

impl FetchError {
    /// Whether the same request may work later, without anybody changing anything here.
    pub fn is_transient(&self) -> bool {
        !matches!(self, Self::SetUp(_) | Self::Address(_) | Self::ForbiddenAddress(_) | Self::Gone(_))
    }

    /// Whether we were asked to wait.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::Limited { .. } | Self::AskedToWait { .. })
    }

    /// Whether it is gone for good.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Gone(_))
    }

    /// How long to stay away, where the server said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Limited { wait, .. } => Some(*wait),
            Self::AskedToWait { left, .. } => Some(*left),
            // Who refuses us is not to be asked every few minutes.
            Self::Forbidden(_) | Self::Login(_) | Self::Challenge | Self::Robots(_) => {
                Some(Duration::from_secs(60 * 60))
            }
            _ => None,
        }
    }

    /// A word for metrics: few, and never an address.
    pub fn label(&self) -> &'static str {
        match self {
            Self::SetUp(_) | Self::Address(_) | Self::ForbiddenAddress(_) | Self::Downgrade(_) => "forbidden",
            Self::Name { .. } => "name",
            Self::Connect(_) | Self::Tls(_) => "connect",
            Self::Timeout(_) | Self::Silent(_) => "timeout",
            Self::Closed => "closed",
            Self::Truncated(_) | Self::Protocol(_) | Self::Encoding(_) => "broken",
            Self::TooLarge(_) | Self::Bomb(_) => "too_large",
            Self::Redirects(_) => "redirects",
            Self::Gone(_) => "gone",
            Self::Limited { .. } | Self::AskedToWait { .. } => "limited",
            Self::Challenge | Self::Forbidden(_) | Self::Login(_) | Self::Status(_) | Self::Robots(_) => "status",
        }
    }
}

/// What an error of the client means. The cause is found by walking down to what names, TLS or the system said.
pub fn from_reqwest(error: &reqwest::Error) -> FetchError {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(refused) = cause.downcast_ref::<FetchError>() {
            return refused.clone();
        }
        if let Some(unresolved) = cause.downcast_ref::<Unresolved>() {
            return FetchError::Name { host: unresolved.host.clone(), reason: unresolved.reason.clone() };
        }
        // rustls' own errors come inside the connector's io::Error.
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return FetchError::Tls(tls.to_string());
        }
        causes.push(cause.to_string());
        next = cause.source();
    }
    let deepest = causes.pop().unwrap_or_else(|| error.to_string());
    if error.is_timeout() {
        FetchError::Connect("it took too long to connect".to_owned())
    } else if error.is_connect() {
        FetchError::Connect(deepest)
    } else if deepest.contains("connection closed") || deepest.contains("reset") {
        FetchError::Truncated(0)
    } else {
        FetchError::Protocol(deepest)
    }
}
