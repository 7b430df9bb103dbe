//! Connections under a policy on addresses.
//!
//! Owns the look-up of a host's addresses and the choice of one that the policy allows. The address that was checked is the
//! address that is dialled, so that a second look-up cannot give another one. It must not know HTTP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::task::{Context, Poll};

use denizen_core::limits::EGRESS_CONNECT;
use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// Which addresses may be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddressPolicy {
    /// All.
    Any,
    /// Only those of the public internet.
    PublicOnly,
}

impl AddressPolicy {
    /// Whether `address` may be reached.
    pub fn allows(self, address: IpAddr) -> bool {
        self == AddressPolicy::Any || is_public(address)
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// RFC 6890 and the registries that it names.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // An IPv4 address in an IPv6 one is judged by what it leads to.
    if let Some(v4) = address.to_ipv4() {
        return is_public_v4(v4);
    }
    let segments = address.segments();
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [a, b] = segments[6].to_be_bytes();
        let [c, d] = segments[7].to_be_bytes();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Global unicast is 2000::/3, less documentation, benchmarks and the tunnels that embed IPv4 addresses.
    (segments[0] & 0xe000) == 0x2000
        && !(segments[0] == 0x2001 && (segments[1] == 0xdb8 || segments[1] == 0 || segments[1] == 2))
        && segments[0] != 0x2002
}

/// Opens connections to allowed addresses.
#[derive(Clone)]
pub struct PolicyConnector(pub AddressPolicy);

impl Service<Uri> for PolicyConnector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let policy = self.0;
        Box::pin(async move {
            let host = uri.host().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
            let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
            let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
            let mut refused = false;
            let mut last = io::Error::from(io::ErrorKind::NotFound);
            for address in tokio::net::lookup_host((host, port)).await? {
                if !policy.allows(address.ip()) {
                    refused = true;
                    continue;
                }
                match tokio::time::timeout(EGRESS_CONNECT, TcpStream::connect(address)).await {
                    Ok(Ok(stream)) => {
                        stream.set_nodelay(true)?;
                        return Ok(TokioIo::new(stream));
                    }
                    Ok(Err(error)) => last = error,
                    Err(_) => last = io::ErrorKind::TimedOut.into(),
                }
            }
            Err(if refused { io::ErrorKind::PermissionDenied.into() } else { last })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let public = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"];
        let other = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
            "240.0.0.1",
        ];
        for address in public {
            assert!(AddressPolicy::PublicOnly.allows(address.parse().expect(address)), "{address}");
        }
        for address in other {
            let address = address.parse().expect(address);
            assert!(!AddressPolicy::PublicOnly.allows(address), "{address}");
            assert!(AddressPolicy::Any.allows(address), "{address}");
        }
    }
}
