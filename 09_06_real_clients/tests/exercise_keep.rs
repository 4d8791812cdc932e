//! Exercise 2 of section 9.6: a client that keeps its connection. Write `ask`, then run
//! `cargo test -p real_clients --test exercise_keep -- --ignored`.

use common::{HELLO, NOT_FOUND};
use harness::Server;
use std::io::{self, BufReader};
use std::net::TcpStream;

/// The body of the answer to `GET path`. The connection stays open.
fn ask(_stream: &mut BufReader<TcpStream>, _path: &str) -> io::Result<String> {
    Err(io::Error::other("not written yet"))
}

#[test]
#[ignore = "exercise 9.6/2: it passes once you have written `ask`"]
fn three_answers_come_over_one_connection() -> harness::Result {
    let server = Server::start(env!("CARGO_BIN_EXE_09_06_real_clients"))?;
    let mut stream = BufReader::new(TcpStream::connect(server.address())?);
    for (path, page) in [("/", HELLO), ("/nope", NOT_FOUND), ("/", HELLO)] {
        assert_eq!(ask(&mut stream, path)?, page);
    }
    Ok(())
}
