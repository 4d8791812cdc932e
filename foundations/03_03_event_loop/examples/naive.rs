//! The idea of step 3.3 and nothing else: register each socket once, wait for all of them, serve those that are ready.
//!
//! Run: `cargo run --example 03_03_naive`
//! Try: `nc 127.0.0.1 7878` in two terminals, and type a line in each. Then
//! `(head -c 3000 /dev/zero; sleep 2) | timeout 1 nc 127.0.0.1 7878 | wc -c`.
//! You should see: both lines come back, and one thread is enough for both. But of 3,000 bytes, only 1,024 come back.

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};
use std::collections::HashMap;
use std::io::{self, Read, Write};

// ANCHOR: program
const LISTENER: Token = Token(0);

fn main() -> io::Result<()> {
    let address = echo::arguments().address.parse().map_err(io::Error::other)?;
    let mut listener = TcpListener::bind(address)?;
    echo::announce(listener.local_addr());
    let (mut clients, mut last) = (HashMap::new(), LISTENER);

    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(64);
    loop {
        poll.poll(&mut events, None)?; // the only line that waits
        for event in &events {
            if event.token() == LISTENER {
                let (mut stream, _) = listener.accept()?;
                last = Token(last.0 + 1);
                poll.registry().register(&mut stream, last, Interest::READABLE)?;
                clients.insert(last, stream);
            } else if let Some(stream) = clients.get_mut(&event.token()) {
                let mut buffer = [0; 1024];
                match stream.read(&mut buffer)? {
                    0 => drop(clients.remove(&event.token())),
                    received => stream.write_all(&buffer[..received])?,
                }
            }
        }
    }
}
// ANCHOR_END: program
