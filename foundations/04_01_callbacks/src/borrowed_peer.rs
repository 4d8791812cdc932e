//! Why the callbacks of step 4.1 own their peer: this program lends it to one, and does not compile.
//!
//! Run: `cargo build -p callbacks --features borrowed_peer --bin 04_01_borrowed_peer`.
//! You should see: "lifetime may not live long enough".

use readiness::{EventLoop, Wait};
use std::io::{self, Read};

type Callback = Box<dyn FnOnce(&mut Server, io::Result<()>)>;

struct Server {
    event_loop: EventLoop<Callback>,
}

struct Peer {
    stream: mio::net::TcpStream,
    token: mio::Token,
}

fn main() {}

fn read(server: &mut Server, peer: &mut Peer) {
    if peer.stream.read(&mut [0; 1024]).is_err() {
        server.event_loop.wait(peer.token, Wait::Readable, Box::new(move |server, _| read(server, peer)));
    }
}
