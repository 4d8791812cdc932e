//! A free port, for a program that needs its number.

use std::io::{Error, Result};
use std::net::SocketAddr;
use tokio::net::TcpSocket;

/// A port on which one program after the other can listen. Until it is dropped, no program that looks for a free port gets this one.
pub struct Port {
    pub address: SocketAddr,
    _bound: Option<TcpSocket>,
}

impl Port {
    /// Keeps the port of this address, or any free one if it is 0.
    ///
    /// The socket never listens. On Linux, others that listen, and have `SO_REUSEADDR` as servers do, can have the same address at the same
    /// time (ip(7)). On other systems they cannot, and the port is only looked up.
    pub fn keep(address: SocketAddr) -> Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address).map_err(|error| Error::other(format!("cannot listen on {address}: {error}")))?;
        Ok(Self { address: socket.local_addr()?, _bound: cfg!(target_os = "linux").then_some(socket) })
    }
}
