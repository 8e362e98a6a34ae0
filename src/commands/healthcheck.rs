//! `downwire healthcheck`: asks a running downwire whether it is well, for containers without a shell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::Context as _;

use crate::{config::Settings, fetch::Fetcher, model::Ask};

/// Asks `/readyz` of the configured address.
///
/// # Errors
/// Nobody answers, or the answer is that it is not ready, with what it says.
pub async fn healthcheck(fetcher: &Fetcher, settings: &Settings) -> anyhow::Result<()> {
    let url = format!("http://{}:{}/readyz", bracketed(address(settings)), settings.server.listen.port());
    let ask = Ask { url: url.clone(), accept: "*/*", ..Ask::default() };
    fetcher.get(&ask).await.with_context(|| format!("{url} does not say that it is ready"))?;
    Ok(())
}

/// The network of one address that the configuration listens on.
pub fn network(settings: &Settings) -> String {
    match address(settings) {
        IpAddr::V4(ip) => format!("{ip}/32"),
        IpAddr::V6(ip) => format!("{ip}/128"),
    }
}

/// Where to ask: an address that means "all of them" is asked on the loopback.
fn address(settings: &Settings) -> IpAddr {
    match settings.server.listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn bracketed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
