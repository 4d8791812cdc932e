//! Exercise 2 of section 9.1: a client of your own. Write `get`, then run
//! `cargo test -p sync_server --test exercise_get -- --ignored`.

use common::{HELLO, NOT_FOUND};
use harness::Server;
use std::io;
use std::net::SocketAddr;

/// The status and the body of the answer to `GET path`.
fn get(_server: SocketAddr, _path: &str) -> io::Result<(u16, String)> {
    Err(io::Error::other("not written yet"))
}

#[test]
#[ignore = "exercise 9.1/2: it passes once you have written `get`"]
fn your_client_gets_both_pages() -> harness::Result {
    let server = Server::start(env!("CARGO_BIN_EXE_09_01_sync_server"))?;
    assert_eq!(get(server.address(), "/")?, (200, HELLO.to_owned()));
    assert_eq!(get(server.address(), "/nope")?, (404, NOT_FOUND.to_owned()));
    Ok(())
}
