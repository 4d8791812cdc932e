//! Exercise 2 of section 3.1: a `connect` with a time limit. Write `connect_within`, then run
//! `cargo test -p would_block --test exercise_connect -- --ignored`.

#![cfg(unix)]

use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};

/// Connects to this address. If the system has no answer after so many milliseconds, it fails with [`ErrorKind::TimedOut`].
fn connect_within(_address: SocketAddr, _milliseconds: i64) -> io::Result<Socket> {
    Err(io::Error::other("not written yet"))
}

#[test]
#[ignore = "exercise 3.1/2: it passes once you have written `connect_within`"]
fn a_connect_of_your_own_succeeds_is_refused_or_runs_out_of_time() -> io::Result<()> {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let address = listener.local_addr()?.as_socket().unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let kind = |connected: io::Result<Socket>| connected.map(drop).map_err(|error| error.kind());
    assert_eq!(kind(connect_within(address, 200)), Err(ErrorKind::ConnectionRefused), "it does not listen yet");
    listener.listen(0)?;
    let first = connect_within(address, 200)?;
    assert_eq!(kind(connect_within(address, 200)), Err(ErrorKind::TimedOut), "there is room for one");
    drop(first);
    Ok(())
}
