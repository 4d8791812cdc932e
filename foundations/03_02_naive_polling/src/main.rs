//! Step 3.2: an echo server that never blocks, and therefore never rests. It asks all its clients again and again.
//!
//! Run: `cargo run --bin 03_02_naive_polling`
//! Try: `nc 127.0.0.1 7878` in two terminals, and `top` in a third one.
//! You should see: neither client waits for the other. The server needs a whole processor, even while no client says anything.

use client::{Client, Connection, State};
use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

mod client;

/// A client whose stream does not block.
type Polled = Client<TcpStream>;

fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address).and_then(|listener| listener.set_nonblocking(true).map(|()| listener)) {
        Ok(listener) => run(&listener, arguments.delay),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

// ANCHOR: run
fn run(listener: &TcpListener, delay: Duration) {
    echo::announce(listener.local_addr());
    let (mut clients, mut rests_until) = (Vec::new(), Instant::now());
    loop {
        let now = Instant::now();
        if now >= rests_until {
            match accept(listener, now, delay) {
                Ok(client) => clients.push(client),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => rests_until = now + echo::cannot_accept(&error),
            }
        }
        clients.retain_mut(|client| stays(client, now));
    }
}

fn accept(listener: &TcpListener, now: Instant, delay: Duration) -> io::Result<Polled> {
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    Ok(Client::new(stream, now, delay, echo::patience()))
}

/// Lets a client take a step if it can, and says whether there may be more.
fn stays(client: &mut Polled, now: Instant) -> bool {
    match client.step(now) {
        Ok(()) => client.state() != State::Closed,
        Err(error) if error.kind() == ErrorKind::WouldBlock => true,
        Err(error) => {
            echo::log(format_args!("gave up on a connection: {error}"));
            false
        }
    }
}
// ANCHOR_END: run

impl Connection for TcpStream {
    fn finish_writing(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}
