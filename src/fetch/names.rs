//! Names to addresses, vetted: the connector only ever sees addresses that the guard has let through, so nothing can
//! change between check and use.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{FetchError, guard::Guard};

/// The addresses of a name, some time later.
pub type Resolved<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Resolves host names.
pub trait Names: Send + Sync + 'static {
    /// Every address of `host`.
    fn resolve<'a>(&'a self, host: &'a str) -> Resolved<'a>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolved<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// A name that has no address, as an error that reqwest carries.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{host}: {reason}")]
pub struct Unresolved {
    /// The host.
    pub host: String,
    /// What the resolver says.
    pub reason: String,
}

/// The guard as reqwest's resolver.
pub struct Vetted(pub Arc<Guard>);

impl Resolve for Vetted {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            match guard.resolve(name.as_str()).await {
                Ok(found) => Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs),
                Err(FetchError::Name { host, reason }) => Err(Unresolved { host, reason }.into()),
                Err(refused) => Err(refused.into()),
            }
        })
    }
}
