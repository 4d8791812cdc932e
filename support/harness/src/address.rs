//! An address of its own for each process that tests.

use crate::Result;
use std::net::{SocketAddr, TcpListener};
use std::process;

/// An address to listen on that was free a moment ago, and that no other program here is given in the meantime: where all of
/// 127.0.0.0/8 is this machine, this process has an address of its own.
///
/// # Errors
///
/// If there is none.
pub fn own_address() -> Result<SocketAddr> {
    let [_, high, middle, low] = process::id().to_be_bytes();
    let own = if cfg!(target_os = "linux") { [127, 128 | high, middle, low] } else { [127, 0, 0, 1] };
    Ok(TcpListener::bind(SocketAddr::from((own, 0)))?.local_addr()?)
}
