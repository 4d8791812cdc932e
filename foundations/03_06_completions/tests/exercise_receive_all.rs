//! Exercise 2 of section 3.6: receive from many connections at the same time. Write `receive_all`, then run
//! `cargo test -p completions --test exercise_receive_all -- --ignored`.

#![cfg(target_os = "linux")]

use ring::Ring;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::thread;

#[allow(dead_code, reason = "it has what a server needs, too")]
#[path = "../src/ring.rs"]
mod ring;

/// All that is received from each of these connections until it ends.
fn receive_all(_ring: &mut Ring, _streams: Vec<Rc<TcpStream>>) -> io::Result<Vec<Vec<u8>>> {
    Err(io::Error::other("not written yet"))
}

#[test]
#[ignore = "exercise 3.6/2: it passes once you have written `receive_all`"]
fn it_receives_from_all_connections_until_they_end() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (mut streams, mut clients) = (Vec::new(), Vec::new());
    for number in 0..3_u8 {
        clients.push((number, TcpStream::connect(address)?));
        streams.push(Rc::new(listener.accept()?.0));
    }
    let sending = clients.into_iter().rev(); // the last one first
    let senders: Vec<_> =
        sending.map(|(number, mut client)| thread::spawn(move || client.write_all(&vec![number; 100_000]))).collect();
    let received = receive_all(&mut Ring::new()?, streams)?;
    for (number, bytes) in (0..).zip(received) {
        assert!(bytes == vec![number; 100_000], "of client {number}, {} bytes were received", bytes.len());
    }
    senders.into_iter().for_each(|sender| drop(sender.join()));
    Ok(())
}
