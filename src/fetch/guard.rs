//! Which addresses may be asked. Sources come from people's configurations and from redirects of strangers: neither may
//! reach into the network that downwire runs in (server-side request forgery).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
    sync::Arc,
};

use url::{Host, Url};

use super::{FetchError, names::Names};

/// A network in CIDR notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// What was given is no network: expected `127.0.0.0/8` or `::1/128`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no network; expected one such as \"127.0.0.0/8\" or \"::1/128\"")]
pub struct NotANetwork(String);

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let prefix: u8 = prefix.trim().parse().map_err(|_| wrong())?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        if prefix > widest { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

impl Network {
    /// Whether an address lies in it.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                same_prefix(net.to_bits().into(), ip.to_bits().into(), self.prefix, 32)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_prefix(net.to_bits(), ip.to_bits(), self.prefix, 128),
            _ => false,
        }
    }
}

fn same_prefix(one: u128, two: u128, prefix: u8, width: u8) -> bool {
    prefix == 0 || (one ^ two) >> (width - prefix) == 0
}

/// IPv4 networks that are not public (IANA special-purpose registry; protocols B3).
const CLOSED_V4: [([u8; 4], u8); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

/// IPv6 networks that are not public. Mapped, translated and 6to4 addresses are judged by the IPv4 address inside.
const CLOSED_V6: [(u128, u8); 9] = [
    (0, 128),
    (1, 128),
    (0x0100 << 112, 64),
    (0x2001 << 112, 23),
    (0x2001_0db8 << 96, 32),
    (0x3fff << 112, 20),
    (0xfc00 << 112, 7),
    (0xfe80 << 112, 10),
    (0xff00 << 112, 8),
];

/// Whether an address is on the public Internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let closed = |(net, prefix): &([u8; 4], u8)| {
                same_prefix(Ipv4Addr::from(*net).to_bits().into(), ip.to_bits().into(), *prefix, 32)
            };
            !CLOSED_V4.iter().any(closed)
        }
        IpAddr::V6(ip) => match inner_v4(ip) {
            Some(inner) => is_public(inner.into()),
            None => !CLOSED_V6.iter().any(|(net, prefix)| same_prefix(*net, ip.to_bits(), *prefix, 128)),
        },
    }
}

/// The IPv4 address that an IPv6 address stands for: `::ffff:0:0/96` (mapped), `64:ff9b::/96` (NAT64), `2002::/16`
/// (6to4), `::/96` (compatible, long deprecated).
fn inner_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = ip.to_bits();
    let low = Ipv4Addr::from_bits(bits as u32);
    match bits >> 32 {
        0xffff | 0x0064_ff9b_0000_0000_0000_0000 => Some(low),
        0 if bits > 1 => Some(low),
        _ if bits >> 112 == 0x2002 => Some(Ipv4Addr::from_bits((bits >> 80) as u32)),
        _ => None,
    }
}

/// Decides what may be asked.
pub struct Guard {
    allow: Vec<Network>,
    ports: Vec<u16>,
    names: Arc<dyn Names>,
}

impl Guard {
    /// A guard that lets through the public Internet on these ports, and `allow` on any.
    pub fn new(allow: Vec<Network>, ports: Vec<u16>, names: Arc<dyn Names>) -> Self {
        Self { allow, ports, names }
    }

    /// Checks what an address says of itself: scheme, user-info, port, literal address. What a name resolves to is
    /// checked where it is resolved, so that nothing can change in between.
    pub async fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Address(format!("{}: only http and https are asked", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Address("it carries a user name or password".to_owned()));
        }
        let port_is_open = url.port_or_known_default().is_some_and(|port| self.ports.contains(&port));
        let ours = match url.host() {
            None => return Err(FetchError::Address("it has no host".to_owned())),
            Some(Host::Ipv4(ip)) => self.admit(ip.into())?,
            Some(Host::Ipv6(ip)) => self.admit(ip.into())?,
            // Which ports a name may use depends on where it leads; usual ports need no second look-up.
            Some(Host::Domain(_)) if port_is_open => return Ok(()),
            Some(Host::Domain(name)) => self.resolve(name).await?.iter().all(|ip| self.is_allowed(*ip)),
        };
        if port_is_open || ours {
            return Ok(());
        }
        let port = url.port_or_known_default().unwrap_or_default();
        Err(FetchError::ForbiddenAddress(format!("port {port} is not asked on public hosts ([fetch] ports)")))
    }

    /// The addresses of a name, every one of them admitted: one bad one condemns all, because the connection may go to
    /// any.
    pub async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, FetchError> {
        let unresolved = |reason: String| FetchError::Name { host: name.to_owned(), reason };
        let found = self.names.resolve(name).await.map_err(|error| unresolved(error.to_string()))?;
        if found.is_empty() {
            return Err(unresolved("it has no address".to_owned()));
        }
        for ip in &found {
            self.admit(*ip)
                .map_err(|_| FetchError::ForbiddenAddress(format!("{name} leads to {ip}, which is not public")))?;
        }
        Ok(found)
    }

    /// Whether an address lies in a network that the configuration allows.
    pub fn is_allowed(&self, ip: IpAddr) -> bool {
        let inner = match ip {
            IpAddr::V6(v6) => inner_v4(v6).map(IpAddr::V4),
            IpAddr::V4(_) => None,
        };
        self.allow.iter().any(|net| net.contains(ip) || inner.is_some_and(|inner| net.contains(inner)))
    }

    /// Lets an address through: true when it is one of ours, false when it is public.
    fn admit(&self, ip: IpAddr) -> Result<bool, FetchError> {
        if self.is_allowed(ip) {
            Ok(true)
        } else if is_public(ip) {
            Ok(false)
        } else {
            Err(FetchError::ForbiddenAddress(format!("{ip} is not a public address")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_public_internet_is_public() {
        for closed in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(closed.parse().expect(closed)), "{closed}");
        }
        for open in [
            "1.1.1.1",
            "8.8.8.8",
            "93.184.216.34",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "198.17.0.1",
            "192.0.1.1",
            "::ffff:93.184.216.34",
            "64:ff9b::808:808",
            "2606:2800:220:1:248:1893:25c8:1946",
            "2a00:1450::1",
            "2002:808:808::1",
        ] {
            assert!(is_public(open.parse().expect(open)), "{open}");
        }
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let holds = |net: &str, ip: &str| net.parse::<Network>().expect(net).contains(ip.parse().expect(ip));
        assert!(holds("127.0.0.0/8", "127.9.9.9") && !holds("127.0.0.0/8", "128.0.0.1"));
        assert!(holds("10.1.2.3/32", "10.1.2.3") && !holds("10.1.2.3/32", "10.1.2.4"));
        assert!(holds("0.0.0.0/0", "1.2.3.4") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && holds("::1/128", "::1"));
        for wrong in ["", "127.0.0.1", "127.0.0.0/33", "::/129", "a/8", "1.2.3.4/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
